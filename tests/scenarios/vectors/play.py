#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Plays test vectors against an implementation of session timers, and reports where it fails.

    play.py [--reports] [--tolerance MS] [--lib FILE] IMPLEMENTATION VECTOR...

IMPLEMENTATION is a Python module here with a class Agent: libsst, or simple, which shows what has to
be in one. Vectors of proxies are left out where it has no class Proxy. --reports: compare what is only reported as well. --tolerance: how early or late an event
may be. --lib: the shared library for libsst.
Exit status: 0 all as written, 1 some are not.
"""
import argparse
import collections
import importlib
import json
import pathlib
import sys

MUST = ("refresh", "ended", "retry", "auth")


class Differs(Exception):
    """Something is not as the vector says."""


def same_headers(a, b):
    return sorted((n.lower(), v) for n, v in a) == sorted((n.lower(), v) for n, v in b)


class Player:
    def __init__(self, agent, options):
        self.agent, self.options = agent, options
        self.came = []  # (at, event) that no step has spoken of

    def take(self, at, event):
        if event is not None and (self.options.reports or event["event"] in MUST):
            self.came.append((at, event))

    def run_to(self, at):
        for when, event in self.agent.run_to(at):
            self.take(when, event)

    def nothing_else(self):
        if self.came:
            raise Differs("expected nothing, came %s at %d ms" % self.came[0][::-1])

    def expect(self, at, event):
        """What comes at one moment comes in any order."""
        self.run_to(at + self.options.tolerance)
        for came in self.came:
            if came[1] == event and abs(came[0] - at) <= self.options.tolerance:
                self.came.remove(came)
                return
        came = "%s at %d ms" % self.came[0][::-1] if self.came else "nothing"
        raise Differs("expected %s, came %s" % (event, came))

    def headers(self, step, came):
        expected = step["must"]["headers"]
        if not same_headers(expected, came):
            raise Differs("expected %s, came %s" % (expected, [list(field) for field in came]))

    def do(self, at, step):
        agent, what, method = self.agent, step["do"], step.get("method")
        if what == "request":
            self.headers(step, agent.request(at, method, step["cseq"], step["offer"], step["refresh"]))
        elif what == "respond":
            self.headers(step, agent.respond(at, step["status"], method, step["cseq"]))
        elif what == "forward":
            came, record_route = agent.forward(at, step.get("status"), method, step["cseq"])
            self.headers(step, came)
            if record_route != step["must"].get("record_route", record_route):
                raise Differs("expected the other about record-routing")
        elif what == "receive" and "status" in step:
            action = agent.response(at, step["status"], method, step["cseq"], step["headers"])
            self.run_to(at)
            self.take(at, action)
        elif what == "receive":
            more = [step["in_dialog"]] if "in_dialog" in step else []
            came = agent.receive(at, method, step["cseq"], step["offer"], step["headers"], *more)
            expected = step.get("must", {}).get("reject", 0)
            if came != expected and not step.get("copy"):
                raise Differs("expected to be rejected with %d, came %d" % (expected, came))
        elif what == "fail":
            action = agent.fail(at, method, step["how"])
            self.run_to(at)
            self.take(at, action)
        elif what == "not-sent":
            agent.not_sent(at, method, step.get("after_ms"))
        else:
            agent.end(at)
        self.run_to(at)
        if method == "BYE" and what in ("request", "receive"):
            agent.end(at)

    def play(self, step):
        at = step["at_ms"]
        if "do" in step:
            self.run_to(at)
            self.nothing_else()
            self.do(at, step)
        elif "report" in step:
            if self.options.reports:
                self.expect(at, step["report"])
        elif "silence" in step["must"]:
            self.run_to(at)
            self.nothing_else()
        else:
            self.expect(at, step["must"])


def play(vector, implementation, options):
    """None, or what is not as written."""
    if vector["role"] == "proxy":
        agent = implementation.Proxy(vector["policy"])
    else:
        agent = implementation.Agent(vector["role"], vector["policy"])
    player = Player(agent, options)
    step = None
    try:
        for step in vector["steps"]:
            player.play(step)
        player.nothing_else()
    except Differs as difference:
        return "at %d ms, %s: %s" % (step["at_ms"], step.get("do", "event"), difference)
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("implementation")
    parser.add_argument("vectors", nargs="+", type=pathlib.Path)
    parser.add_argument("--reports", action="store_true")
    parser.add_argument("--tolerance", type=int, default=0)
    parser.add_argument("--lib", default="libsst.so.0")
    options = parser.parse_args()
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
    implementation = importlib.import_module(options.implementation)
    implementation.LIBRARY = options.lib
    failed = collections.Counter()
    count = 0
    for path in options.vectors:
        vector = json.loads(path.read_text(encoding="utf-8"))
        if vector["role"] == "proxy" and not hasattr(implementation, "Proxy"):
            continue
        count += 1
        difference = play(vector, implementation, options)
        if difference is not None:
            failed.update({"vectors": 1}, **{name: 1 for name in vector["shows"]})
            print("FAILED  %s: %s\n        shows %s" %
                  (vector["name"], difference, " ".join(vector["shows"])))
    print("%d of %d vectors as written" % (count - failed.pop("vectors", 0), count))
    if failed:
        print("most often: " + ", ".join("%s (%d)" % pair for pair in failed.most_common(10)))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
