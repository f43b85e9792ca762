#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Plays test vectors against an implementation of session timers, and reports where it fails.

    play.py [--reports] [--lib FILE] IMPLEMENTATION VECTOR...

IMPLEMENTATION is a Python module here: libsst, or simple, which shows what a module needs.
--reports: also compare what is only reported. --lib: the shared library for libsst. Exit status: 0
all as written, 1 some are not.
"""
import argparse
import collections
import importlib
import json
import pathlib
import sys

MUST = ("refresh", "ended", "retry", "auth")


class Differs(Exception):
    """Something differs from the vector."""


def comparable(must):
    """Header fields come in any order, and the case of their names does not matter."""
    return {**must, "headers": sorted([name.lower(), value] for name, value in must.get("headers", []))}


class Player:
    def __init__(self, agent, reports):
        self.agent, self.reports = agent, reports
        self.came = []  # (at, event) that no step has mentioned

    def take(self, at, event):
        if self.reports or event["event"] in MUST:
            self.came.append((at, event))

    def run_to(self, at):
        for when, event in self.agent.run_to(at):
            self.take(when, event)

    def nothing_else(self):
        if self.came:
            raise Differs("expected nothing, came %s at %d ms" % self.came[0][::-1])

    def expect(self, at, event):
        """Events of the same moment come in any order."""
        if (at, event) not in self.came:
            came = "%s at %d ms" % self.came[0][::-1] if self.came else "nothing"
            raise Differs("expected %s, came %s" % (event, came))
        self.came.remove((at, event))

    def do(self, at, step):
        came = getattr(self.agent, step["do"].replace("-", "_"))(at, step) or {}
        if "event" in came:
            self.take(at, came)
        elif "copy" not in step and comparable(came) != comparable(step.get("must", {})):
            raise Differs("expected %s, came %s" % (step.get("must", {}), came))
        self.run_to(at)
        if step.get("method") == "BYE" and step["do"] in ("request", "receive"):
            self.agent.end(at, step)

    def play(self, step):
        at, must = step["at_ms"], step.get("must", step.get("report", {}))
        self.run_to(at)
        if "do" in step:
            self.nothing_else()
            self.do(at, step)
        elif "silence" in must:
            self.nothing_else()
        elif "must" in step or self.reports:
            self.expect(at, must)


def play(vector, agent, reports):
    """None, or what differs."""
    player = Player(agent, reports)
    end = {"at_ms": vector["steps"][-1]["at_ms"], "must": {"silence": True}}
    for step in [*vector["steps"], end]:
        try:
            player.play(step)
        except Differs as difference:
            return "at %d ms, %s: %s" % (step["at_ms"], step.get("do", "event"), difference)
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("implementation")
    parser.add_argument("vectors", nargs="+", type=pathlib.Path)
    parser.add_argument("--reports", action="store_true")
    parser.add_argument("--lib", default="libsst.so.0")
    options = parser.parse_args()
    implementation = importlib.import_module(options.implementation)
    implementation.LIBRARY = options.lib
    failed, count = collections.Counter(), collections.Counter()
    for path in options.vectors:
        vector = json.loads(path.read_text(encoding="utf-8"))
        agent = implementation.agent(vector["role"], vector["policy"])
        if agent is None:
            count["left out"] += 1
            continue
        count["played"] += 1
        difference = play(vector, agent, options.reports)
        if difference is not None:
            count["failed"] += 1
            failed.update(vector["shows"])
            print("FAILED  %s: %s\n        shows %s" %
                  (vector["name"], difference, " ".join(vector["shows"])))
    print("%d of %d vectors as written, %d left out" %
          (count["played"] - count["failed"], count["played"], count["left out"]))
    if failed:
        print("most often: " + ", ".join("%s (%d)" % pair for pair in failed.most_common(10)))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
