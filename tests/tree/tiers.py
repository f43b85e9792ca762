#!/usr/bin/env python3
"""The tiers of the tests, and the tests' cost.

    tiers.py check BUILD            fails if a test does not have exactly one tier's label
    tiers.py cost BUILD [REGEX]     runs the tests that match REGEX one after the other, and
                                    prints their processor time in seconds by tier, longest first

Exit status: 0 success, 1 failure, 2 wrong usage.
"""

import argparse
import json
import os
import re
import subprocess
import sys

TIERS = ("quick", "full", "tools", "long", "interop")


def known(build, ctest):
    """The tests of a build: (name, command, properties), without disabled ones."""
    text = subprocess.run([ctest, "--test-dir", build, "--show-only=json-v1"], check=True,
                          stdout=subprocess.PIPE).stdout
    for test in json.loads(text)["tests"]:
        properties = {item["name"]: item["value"] for item in test.get("properties", [])}
        yield test["name"], test.get("command"), properties


def tiers_of(properties):
    return [label for label in properties.get("LABELS", []) if label in TIERS]


def wrong(tests):
    for name, _, properties in tests:
        tiers = tiers_of(properties)
        if len(tiers) != 1:
            yield "%s has the tiers: %s" % (name, " ".join(tiers) or "none")


def cost(command, properties):
    """(processor time, exit status) of one test, including all processes that it started and waited
    for."""
    environment = dict(os.environ, **dict(item.split("=", 1)
                                          for item in properties.get("ENVIRONMENT", [])))
    with subprocess.Popen(command, env=environment, cwd=properties.get("WORKING_DIRECTORY"),
                          stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime + usage.ru_stime, process.returncode


def measure(tests, regex):
    found, sums = [], dict.fromkeys(TIERS, 0.0)
    for name, command, properties in tests:
        if command and not properties.get("DISABLED") and re.search(regex, name):
            seconds, status = cost(command, properties)
            tier = " ".join(tiers_of(properties))
            found.append((seconds, name, tier, {0: "", 77: "skipped"}.get(status, "failed")))
            sums[tier] += seconds
    for seconds, name, tier, end in sorted(found, reverse=True):
        print("%8.1f  %-8s %s  %s" % (seconds, tier, name, end))
    for tier in TIERS:
        print("%8.1f  all of %s" % (sums[tier], tier))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("action", choices=["check", "cost"])
    parser.add_argument("build")
    parser.add_argument("regex", nargs="?", default="")
    parser.add_argument("--ctest", default="ctest")
    options = parser.parse_args()
    tests = list(known(options.build, options.ctest))
    if options.action == "cost":
        measure(tests, options.regex)
        return 0
    found = list(wrong(tests))
    print("\n".join([*found, "%d tests" % len(tests)]))
    return 1 if found or not tests else 0


if __name__ == "__main__":
    sys.exit(main())
