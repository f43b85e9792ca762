#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Plays scenarios that are wrong on purpose, and checks the runner's output for each.

In a file, `# exit: N` is the expected status (default 1), and each `# says: TEXT` a text that the
output must contain, in this order. It must not contain any `# without: TEXT`.

usage: check_wrong.py SST-SCENARIO FOLDER
"""

import pathlib
import re
import subprocess
import sys

AT_LEAST = 30  # files; a missing folder must not pass


def wishes(text, word):
    return re.findall(rf"^# {word}: (.*)$", text, re.MULTILINE)


def check(runner, path):
    text = path.read_text(encoding="utf-8")
    done = subprocess.run([runner, path.name], cwd=path.parent, capture_output=True,
                          text=True, timeout=30, check=False)
    output = done.stdout + done.stderr
    problems = []
    status = int((wishes(text, "exit") or ["1"])[0])
    if done.returncode != status:
        problems.append(f"exit status {done.returncode} instead of {status}")
    place = 0
    for wish in wishes(text, "says"):
        found = output.find(wish, place)
        if found < 0:
            problems.append(f"the output lacks: {wish}")
        else:
            place = found + len(wish)
    if not wishes(text, "says"):
        problems.append("it says nothing about its output")
    for wish in wishes(text, "without"):
        if wish in output:
            problems.append(f"says: {wish}")
    if problems:
        print(f"{path.name}: " + "; ".join(problems))
        print(output)
    return not problems


def main():
    runner, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    paths = sorted(folder.glob("*.sst"))
    good = sum(check(runner, path) for path in paths)
    print(f"{good} of {len(paths)} wrong scenarios were reported as they should be")
    if len(paths) < AT_LEAST:
        print(f"there should be at least {AT_LEAST}")
    return 0 if good == len(paths) >= AT_LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
