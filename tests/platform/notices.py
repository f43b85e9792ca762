#!/usr/bin/env python3
"""Whether faults are noticed: in probes and runs of suites, call graphs, freestanding code.

    notices.py

Exit status: 0 all are, 1 one is not, 77 no gcc.
"""

import collections
import os
import shutil
import sys
import tempfile

import callgraph
import freestanding
import run

# 100 bytes or more each; leaf is deepest when called through middle.
CHAIN = """
void leaf(void); void middle(void); void top(int); void call(void (*)(void));
__attribute__((noinline)) void leaf(void) { volatile char room[100]; room[0] = 1; }
__attribute__((noinline)) void middle(void) { volatile char room[100]; leaf(); room[0] = 1; }
void top(int i) { volatile char room[100]; if (i) leaf(); else middle(); room[0] = 1; }
void call(void (*host)(void)) { volatile char room[100]; host(); room[0] = 1; }
"""
RECURSION = """
int odd(int); int even(int);
__attribute__((noinline)) int odd(int i) { volatile int n = i; return n ? even(n - 1) + 1 : 0; }
__attribute__((noinline)) int even(int i) { volatile int n = i; return n ? odd(n - 1) + 1 : 1; }
"""
INPUT = "int any(int n); int any(int n) { volatile char room[n]; room[0] = 1; return room[0]; }\n"
DIVISION = "long long d(long long a, long long b); long long d(long long a, long long b)" \
           " { return a / b; }\n"


def source(scratch, text):
    path = os.path.join(scratch, "source.c")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def graph(text):
    with tempfile.TemporaryDirectory() as scratch:
        return callgraph.of([source(scratch, text)], ["gcc", "-O1"])


def unbounded(text, function):
    try:
        graph(text).chain(function)
    except callgraph.Unbounded:
        return True
    return False


def chains():
    found = graph(CHAIN)
    chain = found.chain("top")
    return {
        "the deepest chain": chain == ["top", "middle", "leaf"],
        "its depth": 300 <= found.depth(chain) < 450,
        "a call of the host": found.chain("call", callgraph.HOST) == ["call", callgraph.HOST],
        "no call of the host": found.chain("top", callgraph.HOST) is None,
        "recursion": unbounded(RECURSION, "odd"),
        "a frame that depends on input": unbounded(INPUT, "any"),
    }


def probed(program, runner=()):
    """What run.py reports as missing if the compiler produces such a program."""
    with tempfile.TemporaryDirectory() as scratch:
        made, compiler = os.path.join(scratch, "made"), os.path.join(scratch, "compiler")
        with open(made, "wb") as file:
            file.write(program)
        with open(compiler, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\ncp '%s' \"$3\" && chmod +x \"$3\"\n" % made)
        os.chmod(compiler, 0o755)
        return run.missing([compiler], list(runner)) or "nothing"


def probes():
    return {
        "a kernel without it": probed(b"\x7fELF of another machine").startswith("does not"),
        "a probe that fails": probed(b"#!/bin/sh\nexit 1\n").startswith("does not run"),
        "a probe that ends well": probed(b"#!/bin/sh\nexit 0\n") == "nothing",
        "an emulator that is missing": probed(b"", ["no-such-emulator"]).startswith("not installed"),
        "a compiler that fails": run.missing(["false"], []).startswith("not installed: the lib"),
    }


def ran(script):
    """How run.py judges a program that does this: passed cases, and complaints."""
    with tempfile.TemporaryDirectory() as scratch:
        path = os.path.join(scratch, "program")
        with open(path, "w", encoding="utf-8") as file:
            file.write(script)
        return run.run(path, ["sh"])


def runs():
    good = ran("echo ok a:all:one; echo ok a:all:one; echo something else")
    one = ("a", "all", "one")
    return {
        "passed cases": good == ({one: 2}, []),
        "a failed case": ran("echo FAILED a:all:one a/test_a.c:7: 1 == 2")[1] != [],
        "an exit status": ran("echo ok a:all:one; exit 1")[1] != [],
        "a crash": ran("echo ok a:all:one; kill -SEGV $$")[1] != [],
        "a case that ran too seldom": run.differences(collections.Counter({one: 1}), good[0]) != [],
        "a case that is not known": run.differences(good[0], collections.Counter()) != [],
        "the same cases": run.differences(good[0], good[0]) == [],
    }


def divisions():
    """64-bit division; the source checked here is our own."""
    if shutil.which(freestanding.COMPILER) is None:
        print("not looked at, since not installed: " + freestanding.COMPILER)
        return {}
    with tempfile.TemporaryDirectory() as scratch:
        path = source(scratch, DIVISION)
        return {"64-bit division on " + cpu:
                "__aeabi_ldivmod" in freestanding.needed(cpu, "Os", [path]) - allowed
                for cpu, allowed in freestanding.OF_LIBGCC.items()}


def main():
    if shutil.which("gcc") is None:
        print("skipped, not installed: gcc")
        return 77
    looked = {**chains(), **probes(), **runs(), **divisions()}
    unnoticed = [name for name, noticed in looked.items() if not noticed]
    print("\n".join([*("not noticed: " + name for name in unnoticed),
                     "%d of %d noticed" % (len(looked) - len(unnoticed), len(looked))]))
    return 1 if unnoticed else 0


if __name__ == "__main__":
    sys.exit(main())
