"""Counts instructions with valgrind's callgrind, for tests and benchmarks."""

import glob
import os
import re
import subprocess


def run(command, folder, *options):
    """(lines that the program prints, texts of the numbered dumps in order)"""
    os.makedirs(folder, exist_ok=True)
    prefix = os.path.join(folder, "callgrind.out")
    for old in glob.glob(prefix + "*"):
        os.remove(old)
    done = subprocess.run(
        ["valgrind", "-q", "--tool=callgrind", "--callgrind-out-file=" + prefix, *options,
         *command], stdout=subprocess.PIPE, check=True, encoding="utf-8")
    dumps = []
    for path in sorted(glob.glob(prefix + ".*"), key=lambda path: int(path.rpartition(".")[2])):
        with open(path, encoding="utf-8") as file:
            dumps.append(file.read())
    return done.stdout.splitlines(), dumps


def total(dump):
    """Instructions of a dump."""
    return int(re.search(r"^(?:summary|totals): (\d+)", dump, re.M).group(1))


def measured(program, folder):
    """(line, instructions) for each call of the program's function measured(), which prints one
    line per call."""
    lines, dumps = run([program], folder, "--toggle-collect=measured", "--dump-after=measured")
    if len(lines) > len(dumps):
        raise SystemExit("%d lines, but %d counts" % (len(lines), len(dumps)))
    return [(line, total(dump)) for line, dump in zip(lines, dumps)]
