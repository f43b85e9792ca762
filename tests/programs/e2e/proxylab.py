"""sst-proxy between sst-ua and scripted peers, and what holds in every case with it.

Nothing is recorded between the programs here: the logs of both ends say what sst-ua or sst-proxy
sent. If a case is about bytes, its ends are scripted peers, which record theirs.
"""

import agent
import logschema
from sstlab import LONG, SANITIZER, Skip, check, equal


class Chain:
    """The programs of one case: user agents, and the proxies between them."""

    def __init__(self, lab):
        if not lab.proxy_program:
            raise Skip("which sst-proxy? give --proxy or set SST_PROXY")
        self.lab = lab
        self.agents = []
        self.proxies = []
        lab.peers.append(self)      # so that it is closed with the lab

    def close(self):
        for program in self.agents + self.proxies:
            program.kill()

    # Starting

    def _start(self, program, name, arguments, listens=True):
        command = [program, "--bind", self.lab.host + ":0", "--log", "json",
                   "--speed", "%g" % self.lab.speed] + [str(argument) for argument in arguments]
        started = agent.Agent(self.lab.wire, name, command, self.lab.environment())
        (self.proxies if program == self.lab.proxy_program else self.agents).append(started)
        check(not listens or started.wait("listening"), "%s does not listen", name)
        return started

    def address(self, end):
        """HOST:PORT of a program or a scripted peer."""
        return end.hostport if hasattr(end, "hostport") else \
            "%s:%d" % (self.lab.host, end.address[1])

    def proxy(self, *options, to=(), name="proxy", listens=True):
        targets = [word for end in to for word in ("--to", self.address(end))]
        return self._start(self.lab.proxy_program, name, targets + list(options), listens)

    def answer(self, *options, name="callee"):
        return self._start(self.lab.program, name, list(options) + ["answer"])

    def call(self, proxy, *options, name="caller"):
        return self._start(self.lab.program, name,
                           list(options) + ["call", "sip:callee@" + self.address(proxy)])

    def start_wrong(self, words):
        """Starts sst-proxy with words that it must reject."""
        return agent.Agent(self.lab.wire, "wrong", [self.lab.proxy_program] + list(words))

    def target(self, name="target"):
        """A scripted peer that the proxy, which is started later, will send to."""
        peer = self.lab.peer(name)
        peer.other_name = "proxy"
        return peer

    def source(self, proxy, name="source"):
        """A scripted peer that calls through the proxy."""
        peer = self.lab.peer(name)
        peer.other_name = proxy.name
        peer.aim(proxy.address)
        return peer

    # Waiting and judging

    def established(self, program):
        """Waits until the program has its 2xx to INVITE."""
        self.lab.wait_event(program, "received" if "call" in program.command else "sent",
                            status=200, cseq_method="INVITE")

    def finish(self, hang_up=None, **statuses):
        """Ends the calls, then the programs; compares exit statuses and judges the logs."""
        equal(sorted(statuses), sorted(program.name for program in self.agents),
              "programs whose exit status is expected")
        if hang_up:
            hang_up.signal()
        for program in self.agents:
            self.lab.wire.wait(lambda p=program: p.ended() or p.calls_over() > 0, LONG)
            program.signal()
        for program in self.agents:
            equal(program.exit_status(LONG), statuses[program.name],
                  "exit status of %s" % program.name)
        for program in self.proxies:
            program.signal()
            equal(program.exit_status(LONG), 0, "exit status of %s" % program.name)
        self._judge()

    def _judge(self):
        for program in self.agents + self.proxies:
            bad = [line for line in program.errors if any(word in line for word in SANITIZER)]
            check(not bad, "%s: %s", program.name, bad)
            check(not program.garbage, "%s printed no JSON: %r", program.name, program.garbage)
            problems = logschema.log_problems(program.events, self.lab.speed)
            check(not problems, "log of %s: %s", program.name, "; ".join(problems[:5]))
        for program in self.proxies:
            # RFC 4028 §8.3: never a BYE of its own.
            equal(len(program.all("sent", method="BYE", copy=False)),
                  len(program.all("received", method="BYE", copy=False)),
                  "BYEs sent by %s" % program.name)


def flow(program, event, **match):
    """The new messages of a log: (method or status, CSeq number)."""
    return [(entry.get("method", entry.get("status")), entry["cseq"])
            for entry in program.all(event, copy=False, **match)]


def timer_of(entry):
    """What a logged message says about the session timer."""
    return tuple(entry.get(key) for key in ("session_expires", "refresher", "min_se",
                                            "require_timer"))


def timers(program, event, **match):
    """The same for all new messages that match."""
    return [timer_of(entry) for entry in program.all(event, copy=False, **match)]


def expirations(program):
    return [entry["interval"] for entry in program.all("expiration")]


def route_back(message):
    """The Route line of a caller's requests after this response (RFC 3261 §12.1.2)."""
    return "Route: " + ", ".join(reversed(message.list("record-route")))


def route_of(request):
    """The Route line of a callee's requests after this request (§12.1.1)."""
    return "Route: " + ", ".join(request.list("record-route"))


def acknowledge(peer, response):
    """Sends the ACK for a 2xx along the dialog's route; returns the route for later requests."""
    route = route_back(response)
    peer.remote = response.get("to")
    peer.target = response.contact
    peer.request("ACK", route, cseq=response.cseq.number)
    return route
