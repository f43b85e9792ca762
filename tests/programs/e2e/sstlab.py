"""The laboratory of one end-to-end case: programs, relay, scripted peers, and what to expect.

Times on the wire are real; times of session timers are in libsst's clock, which runs `speed` times
faster. Expectations are in libsst's clock, and the tolerance in real seconds, to which the
machine's lag, measured meanwhile, is added.
"""

import collections
import os
import shutil
import socket
import subprocess

import agent
import lag
import lint
import logschema
import relay
import scripted
import wire

# Real seconds by which an event may be early and late, besides the lag. On the wire, because clocks
# are read a moment apart; in one program's own log it is hardly ever early.
EARLY = 0.1
EARLY_IN_LOG = 0.03
LATE = 0.4
# Of several like events the best is at most this late: chance delays one, a mistake delays all.
BEST = LATE / 4

# What a case waits for comes at once or never, so this limit is for the slowest of machines.
LONG = 120

SANITIZER = ("AddressSanitizer", "LeakSanitizer", "UndefinedBehaviorSanitizer", "runtime error:")


class Skip(Exception):
    """The machine lacks what the case needs; the text says what."""


class Failure(AssertionError):
    """Something differs from what was expected."""


def check(condition, text, *arguments):
    if not condition:
        raise Failure(text % arguments if arguments else text)


def equal(got, expected, what):
    check(got == expected, "%s: expected %r, got %r", what, expected, got)


class Lab:
    """One case's world. finish() stops and judges everything in it."""

    def __init__(self, program, proxy_program=None, slowness=1):
        self.program = program
        self.proxy_program = proxy_program
        self.lag = lag.Lag()
        self.wire = wire.Wire(self.lag)
        self.slowness = slowness
        self.speed = 20
        self.agents = []
        self.peers = []
        self.relay = None
        self.caller = self.callee = None
        self.family = socket.AF_INET
        self.rules = {}
        self.closed = False
        # The case feeds garbage, which can be read as a request or not.
        self.lenient = False
        self.fake_rate = None       # under faketime: how much faster its clock runs

    # Clocks

    @property
    def speed(self):
        """Of libsst's clock in the programs."""
        return self.real_speed

    @speed.setter
    def speed(self, speed):
        """Asks for a speed; a case repeated slowly gets less, but at least real time."""
        self.real_speed = max(speed / self.slowness, min(speed, 1))

    def fix_speed(self, speed):
        """The same for cases whose expectations relate it to SIP's own timers."""
        self.real_speed = speed

    # Starting

    @property
    def host(self):
        return "[::1]" if self.family == socket.AF_INET6 else "127.0.0.1"

    def need_ipv6(self):
        try:
            with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
                probe.bind(("::1", 0))
        except OSError as error:
            raise Skip("no IPv6 loopback: %s" % error) from error
        self.family = socket.AF_INET6

    def need_faketime(self, rate):
        """Runs the programs with a clock of their own, SIP timers included, `rate` times faster."""
        if not shutil.which("faketime"):
            raise Skip("faketime is not installed")
        self.fake_rate = max(rate / self.slowness, 1)
        self.speed = 1

    def environment(self):
        if self.fake_rate is None:
            return None
        # A sanitizer's run-time library insists on being first; here faketime's must be.
        options = os.environ.get("ASAN_OPTIONS", "")
        return dict(os.environ, LD_PRELOAD=faketime_library(),
                    FAKETIME="+0 x%g" % self.fake_rate,
                    ASAN_OPTIONS=":".join(filter(None, (options, "verify_asan_link_order=0"))))

    def start(self, name, *arguments, raw=False):
        """Starts sst-ua; raw omits the options that each case needs."""
        command = [self.program]
        if not raw:
            command += ["--bind", self.host + ":0", "--log", "json"]
            if self.speed != 1:
                command += ["--speed", "%g" % self.speed]
        command += [str(argument) for argument in arguments]
        started = agent.Agent(self.wire, name, command, self.environment())
        self.agents.append(started)
        options = dict(zip(command, command[1:]))
        self.rules[name] = lint.Rules(name, float(options.get("--unsafe-min", 90)),
                                      options.get("--mode") != "off")
        if not raw:
            check(started.wait("listening"), "%s does not listen", name)
        return started

    def answer(self, *options, name="callee"):
        self.callee = self.start(name, *options, "answer")
        return self.callee

    def call(self, uri, *options, name="caller"):
        self.caller = self.start(name, *options, "call", uri)
        return self.caller

    def new_relay(self):
        self.relay = relay.Relay(self.wire, self.family)
        return self.relay

    def pair(self, caller=(), callee=(), contacts=True):
        """A caller and a callee with the relay between them (its rules may already be set)."""
        between = self.relay or self.new_relay()
        side = {name: "%s:%d" % (self.host, between.port(name)) for name in ("caller", "callee")}
        through_callee = ["--contact", side["callee"]] if contacts else []
        through_caller = ["--contact", side["caller"]] if contacts else []
        self.answer(*through_caller, *callee)
        between.start(self.callee.address)
        self.call("sip:callee@%s:%d" % (self.host, self.callee.address[1]),
                  "--outbound", side["caller"], *through_callee, *caller)
        return self.caller, self.callee

    def peer(self, name="peer"):
        made = scripted.Peer(self.wire, name, self.family)
        self.peers.append(made)
        return made

    def call_peer(self, peer, *options):
        """sst-ua calls the scripted peer; returns the INVITE that arrives there."""
        peer.other_name = "caller"
        self.call(peer.contact, *options)
        return peer.expect("INVITE")

    def peer_calls(self, peer, *options):
        """sst-ua answers; prepares the scripted peer to call it."""
        self.answer(*options)
        peer.other_name = "callee"
        peer.aim(self.callee.address)
        return peer

    # Waiting and judging

    def wait_wire(self, what, count=1, timeout=LONG, **match):
        """Waits for the count-th such datagram (copies not counted unless asked for)."""
        self.wire.wait(lambda: len(self.wire.find(what, **match)) >= count, timeout)
        found = self.wire.find(what, **match)
        check(len(found) >= count, "waited for %s number %d (%s)", what, count, match or "any")
        return found[count - 1]

    def wait_event(self, program, event, count=1, timeout=LONG, **match):
        entry = program.wait(event, count, timeout, **match)
        check(entry, "%s: waited for %s number %d (%s)", program.name, event, count, match or "any")
        return entry

    @property
    def rate(self):
        """How much faster than real time the clock runs in which spans are measured."""
        return self.fake_rate or self.speed

    def near(self, got, expected, what, early=EARLY, late=LATE):
        """Compares spans of libsst's clock, or of faketime's, allowing for real delays."""
        lagged = self.lag.seconds()
        early, late = (early + lagged) * self.rate, (late + lagged) * self.rate
        check(expected - early <= got <= expected + late,
              "%s: expected %.3f s (%.3f s early, %.3f s late allowed), got %.3f s",
              what, expected, early, late, got)

    def all_near(self, spans, expected, what):
        """The same for several like spans from a log, of which the best must fit well."""
        check(spans, "%s: nothing to compare", what)
        for got in spans:
            self.near(got, expected, what, EARLY_IN_LOG)
        self.near(min(spans), expected, "best " + what, EARLY_IN_LOG, BEST)

    def span(self, first, second):
        """The time between two datagrams, in libsst's clock."""
        return (second.time - first.time) * self.rate

    def hang_up(self, program=None):
        """Makes a program (by default the caller) send BYE, as its user would.

        By then the programs have read what was sent to them before.
        """
        def read():
            return all(len(agent.all("received")) >=
                       sum(d.message is not None for d in self.wire.delivered.get(agent.name, []))
                       for agent in self.agents)
        self.wire.wait(read, 20)
        (program or self.caller).signal()

    def finish(self, timeout=LONG, hurry=True, **statuses):
        """Waits for the ends, compares exit statuses, and applies what holds in every case.

        Statuses are given by the programs' names. A program whose calls are over still waits for
        retransmissions, up to 6 s; a SIGTERM ends that wait and leaves the exit status as it is.
        """
        equal(sorted(statuses), sorted(program.name for program in self.agents),
              "programs whose exit status is expected")
        for program in self.agents:
            if hurry:
                calls = int(dict(zip(program.command, program.command[1:])).get("--calls", 1))
                self.wire.wait(lambda p=program, n=calls: p.ended() or 0 < n <= p.calls_over(),
                               0 if program.signalled else timeout)
                program.signal()
            status = program.exit_status(timeout)
            check(status is not None, "%s does not end", program.name)
            equal(status, statuses[program.name], "exit status of %s" % program.name)
        self.judge()

    def judge(self):
        """What holds in every case: valid logs, which agree with the wire, and valid messages."""
        if self.relay:
            check(self.relay.failure is None, "the relay failed: %r", self.relay.failure)
        for program in self.agents:
            bad = [line for line in program.errors if any(word in line for word in SANITIZER)]
            check(not bad, "%s: %s", program.name, bad)
            if "json" not in program.command:
                continue
            check(not program.garbage, "%s printed no JSON: %r", program.name, program.garbage)
            problems = logschema.log_problems(program.events, self.speed)
            check(not problems, "log of %s: %s", program.name, "; ".join(problems[:5]))
            sent = [d for d in self.wire.datagrams if d.sender == program.name]
            delivered = self.wire.delivered.get(program.name, [])
            same_log(program, "sent", sent, False)
            if self.lenient:
                continue
            problems = self.rules[program.name].problems(sent, delivered)
            check(not problems, "%s breaks a rule: %s", program.name, "; ".join(problems[:5]))
            same_log(program, "received", delivered, True)

    def close(self):
        if self.closed:
            return
        self.closed = True
        for program in self.agents:
            program.kill()
        if self.relay:
            self.relay.stop()
        for peer in self.peers:
            peer.close()
        self.lag.stop()


def faketime_library():
    """What faketime would preload. It fails if a killed program left memory under its number."""
    for _ in range(10):
        shown = subprocess.run(["faketime", "-f", "+0", "env"], capture_output=True, text=True,
                               check=False).stdout
        for line in shown.splitlines():
            if line.startswith("LD_PRELOAD="):
                return line.partition("=")[2]
    raise Skip("faketime does not work")


def logged(entry):
    """The part of a sent or received line that the message itself determines."""
    return {key: value for key, value in entry.items() if key not in ("t", "real", "event")}


def expected_line(datagram):
    """The same, derived from the datagram."""
    message = datagram.message
    line = {"call": message.call_id, "cseq": message.cseq.number,
            "cseq_method": message.cseq.method, "copy": datagram.copy}
    line.update({"method": message.method} if message.is_request else {"status": message.status})
    if message.session_expires:
        line["session_expires"] = message.session_expires.interval
        if message.session_expires.refresher:
            line["refresher"] = message.session_expires.refresher
    if message.min_se is not None:
        line["min_se"] = message.min_se
    for name in ("supported", "require"):
        if message.all(name):
            line[name + "_timer"] = message.has_timer(name)
    if message.method == "BYE" and message.get("reason"):
        line["reason"] = message.get("reason")
    return line


def is_refusal(message, refused):
    """Whether a response was stateless: `refused` in the log, from which one is taken."""
    if message.is_request or message.get("server") or refused[message.status] == 0:
        return False
    refused[message.status] -= 1
    return True


def take_next(waiting, line):
    """Takes the datagram of a log line out of those of its call; the next one if there is none.
    Copies of an INVITE that arrived before its call existed wait with strangers, after the ACK."""
    for place, want in enumerate(waiting):
        if want == line:
            return waiting.pop(place)
        if not want["copy"] or want.get("method") != "INVITE":
            break
    return waiting.pop(0) if waiting else None


def same_log(program, event, datagrams, tail_may_miss):
    """The log has one line per datagram, in order, and says the same."""
    lines = [logged(entry) for entry in program.all(event)]
    refused = collections.Counter(entry["status"] for entry in program.all("refused"))
    wanted = [expected_line(datagram) for datagram in datagrams
              if datagram.message and not (event == "sent" and is_refusal(datagram.message, refused))]
    if tail_may_miss:
        # A datagram of a call is served before one of strangers, so the order holds within each
        # call.
        calls = {}
        for want in wanted:
            calls.setdefault(want["call"], []).append(want)
        wanted = [take_next(calls.get(line["call"], []), line) for line in lines]
    for line, want in zip(lines, wanted):
        check(line == want, "%s logged as %s %r, but on the wire it was %r",
              program.name, event, line, want)
    equal(len(lines), len(wanted), "%s: datagrams %s" % (program.name, event))
