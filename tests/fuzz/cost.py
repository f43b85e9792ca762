#!/usr/bin/env python3
"""Counts the instructions of the library's functions on inputs of 1K to 64K, and checks that the
cost is linear: four times the length takes about four times the instructions, and a byte costs few.

    cost.py PROGRAM FOLDER       PROGRAM is measured.c; FOLDER is for the counts
Exit status: 0 linear, 1 not, 77 no valgrind.
"""

import os
import shutil
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "bench"))
import callgrind  # noqa: E402  pylint: disable=wrong-import-position

# Instructions for one more byte: more than any function takes on any shape, with room for other
# compilers (-O0 included). Linear cost with a factor of a hundred would be wrong as well.
BYTE_MOST = 400
# The part of a count that does not depend on the length.
FIXED = 20000


def count(program, folder):
    """{(function, shape): {length: instructions}}"""
    counts = {}
    for line, number in callgrind.measured(program, folder):
        function, shape, length = line.split()
        counts.setdefault((function, shape), {})[int(length)] = number
    return counts


def main():
    program, folder = sys.argv[1:]
    if shutil.which("valgrind") is None:
        print("skipped, no valgrind")
        return 77
    wrong = 0
    worst = (0.0, "")
    counts = count(program, folder)
    for (function, shape), by_length in sorted(counts.items()):
        lengths = sorted(by_length)
        for short, long in zip(lengths, lengths[1:]):
            if by_length[long] > by_length[short] * (long / short) * 1.25 + FIXED:
                print("%s, shape %s: %d instructions at %d, %d at %d" % (
                    function, shape, by_length[short], short, by_length[long], long))
                wrong += 1
        each = (by_length[lengths[-1]] - by_length[lengths[0]]) / (lengths[-1] - lengths[0])
        worst = max(worst, (each, "%s, shape %s" % (function, shape)))
        if each > BYTE_MOST:
            print("%s, shape %s: %.0f instructions a byte" % (function, shape, each))
            wrong += 1
    print("%d functions and shapes, at most %.1f instructions a byte: %s" % (
        len(counts), worst[0], worst[1]))
    return 1 if wrong or not counts else 0


if __name__ == "__main__":
    sys.exit(main())
