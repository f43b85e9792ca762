#!/usr/bin/env python3
"""Counts the instructions of the library's hot paths and holds them against budget.tsv.

    budget.py PROGRAM FOLDER COMPILER VERSION PROCESSOR FLAGS [write]

PROGRAM is budget.c; FOLDER is for the counts. The numbers hold for one compiler: with another one
the test is skipped, as with extra build flags (coverage). "write" records what is
counted instead.
Exit status: 0 within the budget, 1 more than 5 % above it, 77 skipped.
"""

import os
import shutil
import sys

sys.dont_write_bytecode = True

import callgrind  # noqa: E402  pylint: disable=wrong-import-position

TABLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "budget.tsv")
TIMES = 100
SLACK = 0.05


def count(program, folder):
    """{path: instructions of one}"""
    return {path: number / TIMES for path, number in callgrind.measured(program, folder)}


def read():
    with open(TABLE, encoding="utf-8") as file:
        lines = file.read().splitlines()
    made_with = lines[0].split("\t")[1]
    return made_with, {path: float(number) for path, number in
                       (line.split("\t") for line in lines[2:])}


def write(made_with, counts):
    with open(TABLE, "w", encoding="utf-8") as file:
        file.write("counted with\t%s\npath\tinstructions\n" % made_with)
        for path, number in counts.items():
            file.write("%s\t%.0f\n" % (path, number))


def main():
    program, folder, compiler, version, processor, flags = sys.argv[1:7]
    made_with = " ".join(["%s %s, %s, -O2" % (compiler, version, processor)] + flags.split())
    if shutil.which("valgrind") is None:
        print("skipped, no valgrind")
        return 77
    if sys.argv[7:] == ["write"]:
        write(made_with, count(program, folder))
        return 0
    recorded_with, budget = read()
    if made_with != recorded_with:
        print("skipped, the budget is for %s, this is %s" % (recorded_with, made_with))
        return 77
    counts = count(program, folder)
    over = 0
    for path, number in counts.items():
        change = number / budget[path] - 1
        verdict = ""
        if change > SLACK:
            verdict = "too much"
            over += 1
        elif change < -SLACK:
            verdict = "less: record it"
        print("%-34s %6.0f of %6.0f %+6.1f %% %s" % (path, number, budget[path], 100 * change,
                                                     verdict))
    if set(counts) != set(budget):
        print("budget.tsv has other paths than the program")
        over += 1
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
