#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Plays the example of docs/scenarios.md, and compares the output for a wrong one with the page.

It also checks that the page contains each word of the runner's grammar.

usage: check_docs.py SST-SCENARIO
"""

import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent


def play(runner, folder, name, text):
    (folder / name).write_text(text, encoding="utf-8")
    return subprocess.run([runner, name], cwd=folder, capture_output=True, text=True, timeout=30,
                          check=False)


def stripped(text):
    return [line.rstrip() for line in text.rstrip().splitlines()]


def main():
    page = (HERE.parent.parent / "docs" / "scenarios.md").read_text(encoding="utf-8")
    example, output = re.findall(r"^```\n(.*?)^```", page, re.MULTILINE | re.DOTALL)[:2]
    problems = []
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        right = play(sys.argv[1], folder, "example.sst", example)
        if right.returncode != 0:
            problems.append("the example does not play as written:\n" + right.stdout + right.stderr)
        late = play(sys.argv[1], folder, "late.sst", re.sub(r"^60 ", "61 ", example, flags=re.M))
        if late.returncode != 1 or stripped(late.stdout) != stripped(output):
            problems.append("the wrong example differs:\n" + late.stdout + late.stderr)
    grammar = (HERE / "runner" / "grammar.c").read_text(encoding="utf-8")
    for patterns in re.findall(r"\b(?:tellings|happenings|alone|times|others)\[\] = \{(.*?)\}",
                               grammar, re.DOTALL):
        for word in re.findall(r"[a-z][a-z_-]{2,}", " ".join(re.findall(r'"(.*?)"', patterns))):
            if word not in page:
                problems.append(f"the page does not know the word {word}")
    print("\n".join(problems) or "docs/scenarios.md matches the runner")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
