# SPDX-License-Identifier: MIT
"""A session timer as it is written in an afternoon, to show what play.py says of one that fails.

It negotiates, refreshes after half the interval, and hangs up when the interval has passed.
"""


class Agent:
    def __init__(self, role, policy):
        self.asks = policy.get("mode", "accept") in ("request", "require")
        self.interval, self.running = policy.get("session_expires", 1800), False
        self.refreshes, self.asked = role == "caller", {}
        self.refresh_at = self.end_at = None

    def start(self, at, value):
        seconds = int(value.split(";")[0])
        self.interval, self.running = seconds, True
        self.refresh_at = at + seconds * 500 if self.refreshes else None
        self.end_at = at + seconds * 1000

    def request(self, at, method, cseq, offer, refresh):
        if method not in ("INVITE", "UPDATE") or not (self.asks or self.running):
            return [] if method == "ACK" else [["Supported", "timer"]]
        refresher = ";refresher=uac" if self.running else ""
        return [["Supported", "timer"], ["Session-Expires", "%d%s" % (self.interval, refresher)]]

    def response(self, at, status, method, cseq, headers):
        value = dict(headers).get("Session-Expires")
        if 200 <= status < 300 and value:
            self.refreshes = "refresher=uac" in value
            self.start(at, value)

    def receive(self, at, method, cseq, offer, headers):
        self.asked[cseq] = dict(headers).get("Session-Expires")
        return 0

    def respond(self, at, status, method, cseq):
        value = self.asked.get(cseq)
        if status >= 300 or method not in ("INVITE", "UPDATE") or not value:
            return [["Supported", "timer"]]
        if "refresher" not in value:
            value += ";refresher=uac"
        self.refreshes = "refresher=uas" in value
        self.start(at, value)
        return [["Supported", "timer"], ["Require", "timer"], ["Session-Expires", value]]

    def fail(self, at, method, how):
        return None

    def not_sent(self, at, method, after_ms):
        self.refresh_at = at + (after_ms or 0)

    def end(self, at):
        self.refresh_at = self.end_at = None

    def run_to(self, at):
        if self.refresh_at is not None and self.refresh_at <= at:
            yield self.refresh_at, {"event": "refresh", "method": "INVITE", "offer": True}
            self.refresh_at = None
        if self.end_at is not None and self.end_at <= at:
            yield self.end_at, {"event": "ended", "reason": "not_refreshed"}
            self.end_at = None
