#!/usr/bin/env python3
"""Many calls over a network that loses, delays, reorders and duplicates datagrams.

    run.py [--calls N] [--loss PERCENT] [--method update|invite] [--refresher uac|uas]
           [--policy careful|default] [--rate N] [--seed N] [--relay] SST-UA

Two sst-ua hold N calls (default 300) with a session interval of 90 s, and hang up after five
minutes of their clocks, which run faster than real time (20 times), including SIP's own timers.
Between them is a lossy hop: between two network namespaces, or on loopback if namespaces are not
allowed or with --relay. One call in ten dies: from one moment on none of its datagrams arrives.

A session timer may not end a healthy call, and a dead call may not last longer than its interval,
on either side. What RFC 4028 §10 asks for is excused, if the network's own record confirms it: a
refresher hangs up after 32 s without a response; and with the default policy the other side does so
if no request came until 15 s after it was due. With the careful policy, rescue=yes, it sends a
refresh itself then.

Exit status: 0, 1, or 77 if faketime is missing.
"""

import argparse
import collections
import os
import sys
import traceback

# Never into the source tree; PYTHONPYCACHEPREFIX names a better place.
sys.dont_write_bytecode = sys.pycache_prefix is None
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "e2e")]

import agent  # noqa: E402  pylint: disable=wrong-import-position
import lag  # noqa: E402  pylint: disable=wrong-import-position
import sstlab  # noqa: E402  pylint: disable=wrong-import-position
import story  # noqa: E402  pylint: disable=wrong-import-position
import ways  # noqa: E402  pylint: disable=wrong-import-position
import weather  # noqa: E402  pylint: disable=wrong-import-position
from sstlab import check  # noqa: E402  pylint: disable=wrong-import-position

INTERVAL = 90
SECONDS = 300
# What may follow a hang-up: a transaction on either side, and retransmissions.
END = 70
# In one direction; a response then comes just before the first retransmission, or just after it.
DELAY = 0.2
# One call in this many dies, at an age between these.
DEATHS, DIES_FROM, DIES_TO = 10, 50, 150
# The fewest refreshes of a healthy call: the first is due at 45 s, and so on.
REFRESHES = SECONDS // (INTERVAL // 2) - 1
# The percentage of calls whose INVITE must get through within its 32 s.
ESTABLISHED = 95
CAREFUL = ["--policy", "rescue=yes"]
# Copies sent before the waiting side's BYE (15 s), and before a transaction times out (32 s).
COPIES = {("not_refreshed", "update"): 6, ("not_refreshed", "invite"): 5,
          ("refresh_timeout", "update"): 10, ("refresh_timeout", "invite"): 6}
# The status is the highest of all calls: all good, one not established, one ended by a session
# timer.
STATUSES = (0, 2, 3, 4)
# How late a program may be, in seconds of its clock; a busy machine's case that is later is
# repeated.
LATE = 3


def dies(number):
    """The age at which a call dies, or None."""
    if number % DEATHS != DEATHS - 1:
        return None
    return DIES_FROM + number * 37 % (DIES_TO - DIES_FROM)


class Trial:
    """One run: two programs, a hop between them, and what became of the calls."""

    def __init__(self, options, slowness):
        self.options = options
        self.lab = sstlab.Lab(options.ua, None, slowness)
        self.lab.need_faketime(options.rate)
        self.weather = weather.Weather(options.seed, options.loss / 100, DELAY, dies, self.lab.rate)
        kind = ways.Relay if options.relay or not ways.Namespaces.allowed() else ways.Namespaces
        self.way = kind(self.weather)
        self.callee = self.caller = None

    def start(self, side, verb, *more):
        options = ["--log", "json", "--method", self.options.method]
        options += CAREFUL if self.options.policy == "careful" else []
        options += [str(text) for text in more]
        command = self.way.command(side, self.options.ua, options, verb)
        started = agent.Agent(self.lab.wire, side, command, self.lab.environment())
        self.lab.agents.append(started)
        check(started.wait("listening"), "%s does not listen: %s", side, started.errors)
        self.way.listening(side, started.address)
        return started

    def play(self):
        self.callee = self.start("callee", ["answer"], "--calls", 0, "--prefer-refresher",
                                 self.options.refresher)
        self.caller = self.start("caller", ["call", self.way.uri()], "--calls", self.options.calls,
                                 "--session-expires", INTERVAL, "--hangup-after", SECONDS)
        self.way.start()
        status = self.caller.exit_status(sstlab.LONG + (SECONDS + END) / self.lab.rate)
        check(status is not None, "the caller has calls that do not end")
        # All its BYEs may be lost; then the other side's session timer must end the call.
        over = self.lab.wire.wait(lambda: not story.Story(self.callee).open(),
                                  sstlab.LONG + INTERVAL / self.lab.rate)
        check(over, "the callee has calls that do not end")
        self.callee.signal()
        check(self.callee.exit_status(sstlab.LONG) is not None, "the callee does not end")
        check(self.way.failure is None, "the way between them failed: %r", self.way.failure)

    def close(self):
        self.lab.close()
        self.way.stop()


class Verdict:
    """Compares what was logged with what the network did."""

    def __init__(self, trial):
        self.trial = trial
        self.calls = trial.weather.calls
        self.stories = [story.Story(trial.caller), story.Story(trial.callee)]
        self.both = self.stories[0].established() & self.stories[1].established()
        self.dead = {call for call in self.both if self.calls[call].died()}
        self.count = collections.Counter()
        self.wrong = []
        self.longest = 0

    def judge(self):
        options = self.trial.options
        for program in self.trial.lab.agents:
            check(program.process.returncode in STATUSES, "exit status %d of %s",
                  program.process.returncode, program.name)
            bad = [line for line in program.errors if any(w in line for w in sstlab.SANITIZER)]
            check(not bad, "%s: %s", program.name, bad)
        check(len(self.both) * 100 >= options.calls * ESTABLISHED,
              "only %d of %d calls were established", len(self.both), options.calls)
        for call in sorted(self.both, key=lambda name: self.calls[name].number):
            for side in self.stories:
                (self.judge_dead if call in self.dead else self.judge_healthy)(call, side)
        check(self.dead, "no call died")
        self.wrong.extend(self.print_summary())
        check(not self.wrong, "%s", "\n    ".join(self.wrong[:20]))

    def judge_dead(self, call, side):
        end = side.end(call)
        where = "dead call %d, %s" % (self.calls[call].number, side.name)
        if end is None:
            # The other side hung up, or it is open for ever.
            if call in side.open():
                self.wrong.append(where + ": nobody ends it")
            return
        self.longest = max(self.longest, end.after)
        if end.after > INTERVAL + LATE:
            self.wrong.append("%s: ends %.1f s after its last sign" % (where, end.after))

    def judge_healthy(self, call, side):
        end, network = side.end(call), self.calls[call]
        if network.bye() is None:
            self.wrong.append("call %d has no BYE" % network.number)
            return
        if network.bye().side != side.name:
            return
        if end and end.reason and self.hopeless(network, side.name, end.reason):
            self.count["excused"] += 1
        elif end and end.reason:
            self.count["ended"] += 1
            self.wrong.append("healthy call %d, %s: ended as %s, %.1f s after its last sign"
                              % (network.number, side.name, end.reason, end.after))
        elif side.name == "callee":
            # Not by a session timer: the ACK for a 2xx did not come for 32 s.
            self.count["no ack"] += 1
        elif side.count(call, "refreshed") < REFRESHES:
            self.wrong.append("call %d has %d refreshes" % (network.number,
                                                            side.count(call, "refreshed")))
        else:
            self.count["whole"] += 1

    def hopeless(self, network, side, reason):
        """Whether the network lost so much that the side had to end the call."""
        if reason == "not_refreshed" and self.trial.options.policy == "careful":
            return False
        asking = ways.SIDES[side] if reason == "not_refreshed" else side
        copies = network.last_refresh(asking, network.bye().moment)
        if len(copies) < COPIES[reason, self.trial.options.method]:
            return False
        if reason == "not_refreshed":
            return not any(sent.arrives for sent in copies)
        return not network.answered(side, copies[0].cseq)

    def print_summary(self):
        net, options = self.trial.weather.count, self.trial.options
        print("%s, seed %d: %d datagrams, %d lost" % (self.trial.way.name, options.seed,
                                                      net["sent"], net["lost"]))
        print("%d calls established, %d of them died; %d refreshes" % (
            len(self.both), len(self.dead),
            sum(self.stories[0].count(call, "refreshed") for call in self.both)))
        print("healthy calls that a session timer ended: %d, and %d without any chance" % (
            self.count["ended"], self.count["excused"]))
        print("that ended because the ACK for a 2xx never came: %d" % self.count["no ack"])
        print("that lived until they were hung up: %d" % self.count["whole"])
        print("dead calls ended %.1f s after their last sign at the latest" % self.longest)
        if not self.count["whole"]:
            yield "no call lived"


def once(options, slowness):
    """Returns the exit status, and the lag in which it failed, or None."""
    trial = None
    try:
        trial = Trial(options, slowness)
        trial.play()
        Verdict(trial).judge()
    except sstlab.Skip as reason:
        print("skipped: %s" % reason)
        return 77, None
    except Exception as error:  # pylint: disable=broad-except
        print("FAILED: %s" % (error if isinstance(error, AssertionError)
                              else traceback.format_exc()))
        return 1, trial.lab.lag.seconds() if trial else None
    finally:
        if trial:
            trial.close()
    return 0, None


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=300)
    parser.add_argument("--loss", type=float, default=20, metavar="PERCENT")
    parser.add_argument("--method", choices=("update", "invite"), default="update")
    parser.add_argument("--refresher", choices=("uac", "uas"), default="uac")
    parser.add_argument("--policy", choices=("careful", "default"), default="careful")
    parser.add_argument("--rate", type=float, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--relay", action="store_true", help="no namespaces")
    parser.add_argument("ua")
    options = parser.parse_args()
    return lag.played(lambda slowness: once(options, slowness))


if __name__ == "__main__":
    sys.exit(main())
