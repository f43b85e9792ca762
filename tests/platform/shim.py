#!/usr/bin/env python3
"""Whether check.h fails where libcheck fails: wrong.c is built with both and must end the same way.

    shim.py [COMPILER]

Exit status: 0 they agree, 1 they do not, 77 libcheck not installed.
"""

import os
import re
import subprocess
import sys
import tempfile

import run

HERE = run.HERE
SOURCE = os.path.join(HERE, "wrong.c")


def flags_of_libcheck():
    try:
        done = subprocess.run(["pkg-config", "--cflags", "--libs", "check"],
                              stdout=subprocess.PIPE, check=False, encoding="utf-8")
    except FileNotFoundError:
        return None
    return done.stdout.split() if done.returncode == 0 else None


def build(compiler, scratch, name, more):
    program = os.path.join(scratch, name)
    subprocess.run([compiler, "-std=c11", *run.WARNINGS, SOURCE, *more, "-o", program], check=True)
    return program


def with_libcheck(program, scratch):
    """Exit status and [(passed, group, case)], in order."""
    log = os.path.join(scratch, "tap")
    done = subprocess.run([program], stdout=subprocess.DEVNULL, check=False,
                          env={**os.environ, "CK_TAP_LOG_FILE_NAME": log, "CK_FORK": "yes"})
    with open(log, encoding="utf-8") as file:
        lines = [re.match(r"(not )?ok \d+ - [^:]+:(\w+):(\w+):", line) for line in file]
    return done.returncode, [(m.group(1) is None, m.group(2), m.group(3)) for m in lines if m]


def with_shim(program):
    """The same with check.h, and {case: line number} of each failed case."""
    done = subprocess.run([program], stdout=subprocess.PIPE, check=False, encoding="utf-8")
    found, places = [], {}
    pattern = re.compile(r"(ok|FAILED) \w+:(\w+):(\w+)(?: \S+wrong\.c:(\d+): .+)?")
    for line in done.stdout.splitlines():
        match = pattern.fullmatch(line)
        if match is None:
            print("not understood: " + line)
            continue
        found.append((match.group(1) == "ok", match.group(2), match.group(3)))
        if match.group(4):
            places[match.group(3)] = int(match.group(4))
    return done.returncode, found, places


def macros(path):
    with open(path, encoding="utf-8") as file:
        return set(re.findall(r"\bck_(?:assert|abort)\w*", file.read()))


def complaints(libcheck, shim):
    """Differences from libcheck, and from what the names in wrong.c say."""
    status, found, places = shim
    wrong = ["%s differs from libcheck" % (pair,) for pair in zip(libcheck[1], found)
             if pair[0] != pair[1]]
    if len(libcheck[1]) != len(found):
        wrong.append("libcheck ran %d cases, check.h %d" % (len(libcheck[1]), len(found)))
    if (libcheck[0], status) != (1, 1):
        wrong.append("exit status %d of libcheck, %d of check.h" % (libcheck[0], status))
    rounds = [passed for passed, _, case in found if case == "right_but_in_round_4"]
    if rounds != [True, False, True]:
        wrong.append("rounds ended as %s" % rounds)
    wrong += ["%s did not end as it says" % case for passed, _, case in found
              if case != "right_but_in_round_4" and passed != case.startswith("right_")]
    with open(SOURCE, encoding="utf-8") as file:
        lines = file.read().splitlines()
    wrong += ["%s is said to have failed at line %d" % (case, line)
              for case, line in places.items() if "ck_" not in lines[line - 1]]
    used = set().union(*(macros(os.path.join(run.UNIT, name)) for name in os.listdir(run.UNIT)
                         if "osip" not in name), macros(os.path.join(HERE, "check.h")))
    return wrong + ["%s is not tried in wrong.c" % name for name in sorted(used - macros(SOURCE))]


def main():
    compiler = sys.argv[1] if len(sys.argv) > 1 else "cc"
    libcheck = flags_of_libcheck()
    if libcheck is None:
        print("skipped, not installed: libcheck")
        return 77
    with tempfile.TemporaryDirectory() as scratch:
        one = with_libcheck(build(compiler, scratch, "libcheck", libcheck), scratch)
        other = with_shim(build(compiler, scratch, "shim",
                                ["-isystem", HERE, os.path.join(HERE, "check.c")]))
    wrong = complaints(one, other)
    print("\n".join([*wrong, "%d cases, %d of them failed, with libcheck and with check.h" % (
        len(other[1]), len(other[2]))]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
