# SPDX-License-Identifier: MIT
"""A session timer as one writes it in an afternoon, to show what play.py reports when one fails.

It negotiates, refreshes halfway through the interval, and hangs up when the interval has passed.
"""
TIMER = ["Supported", "timer"]


def agent(role, policy):
    """None if the role is proxy, or a setting is not supported."""
    known = role != "proxy" and set(policy) <= {"mode", "session_expires"}
    return Agent(role, policy) if known else None


class Agent:
    def __init__(self, role, policy):
        self.asks = policy.get("mode") in ("request", "require")
        self.interval = policy.get("session_expires", 1800)
        self.refreshes, self.asked = role == "caller", {}  # Session-Expires of requests, by CSeq
        self.due = []

    def start(self, at, value):
        self.interval = int(value.split(";")[0])
        refresh = {"event": "refresh", "method": "INVITE", "offer": True}
        self.due = [(at + self.interval * 500, refresh)] if self.refreshes else []
        self.due.append((at + self.interval * 1000, {"event": "ended", "reason": "not_refreshed"}))

    def request(self, at, step):
        if step["method"] not in ("INVITE", "UPDATE") or not (self.asks or self.due):
            return {"headers": [] if step["method"] == "ACK" else [TIMER]}
        refresher = ";refresher=uac" if self.due else ""
        return {"headers": [TIMER, ["Session-Expires", "%d%s" % (self.interval, refresher)]]}

    def receive(self, at, step):
        value = dict(step["headers"]).get("Session-Expires")
        if "status" not in step:
            self.asked[step["cseq"]] = value
        elif 200 <= step["status"] < 300 and value:
            self.refreshes = "refresher=uac" in value
            self.start(at, value)

    def respond(self, at, step):
        value = self.asked.get(step["cseq"])
        if step["status"] >= 300 or step["method"] not in ("INVITE", "UPDATE") or not value:
            return {"headers": [TIMER]}
        value += "" if "refresher" in value else ";refresher=uac"
        self.refreshes = "refresher=uas" in value
        self.start(at, value)
        return {"headers": [TIMER, ["Require", "timer"], ["Session-Expires", value]]}

    def end(self, at, step):
        self.due = []

    def not_sent(self, at, step):
        pass

    fail = not_sent

    def run_to(self, at):
        came, self.due = [d for d in self.due if d[0] <= at], [d for d in self.due if d[0] > at]
        return came
