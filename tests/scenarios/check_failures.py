#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks that something that exists shows each failure in failures.tsv.

That is a scenario whose `shows` line names it, or a line of host.tsv: the tests there (e2e.CASE,
check.NAME, unit.SUITE/TEST) must exist, and so must the section of docs/guide.md.

usage: check_failures.py [--list]    --list prints what shows each of them
"""

import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
COUNT = 83


def table(path):
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    width = len(rows[0])
    for number, row in enumerate(rows, 1):
        if len(row) != width or not all(row):
            raise SystemExit(f"{path.name}:{number}: {width} columns, none empty")
    return rows[1:]


def end_to_end_cases():
    listing = subprocess.run([sys.executable, "-B", ROOT / "tests/programs/e2e/run.py", "--list"],
                             capture_output=True, text=True, check=True).stdout
    return set(listing.split())


def exists(name, cases):
    kind, _, rest = name.partition(".")
    if kind == "e2e":
        return rest in cases
    if kind == "check":
        return (ROOT / f"tests/tree/check_{rest}.sh").is_file()
    if kind == "unit":
        suite, _, test = rest.partition("/")
        path = ROOT / f"tests/unit/test_{suite}.c"
        return path.is_file() and f"START_TEST({test})" in path.read_text(encoding="utf-8")
    return False


def main():
    problems = []
    ids = [row[0] for row in table(HERE / "failures.tsv")]
    shown = {}
    for path in sorted(HERE.glob("*.sst")):
        text = path.read_text(encoding="utf-8")
        for line in re.findall(r"^shows (.*)$", text, re.MULTILINE):
            for name in re.findall(r"FB-\d+", line):
                shown.setdefault(name, []).append("scenario." + path.stem)
    sections = set(re.findall(r"^#+ (.*)$", (ROOT / "docs/guide.md").read_text(encoding="utf-8"),
                              re.MULTILINE))
    cases = end_to_end_cases()
    for name, tests, section, _ in table(HERE / "host.tsv"):
        for test in tests.split():
            if not exists(test, cases):
                problems.append(f"host.tsv: {name}: there is no test {test}")
            shown.setdefault(name, []).append(test)
        if section not in sections:
            problems.append(f"host.tsv: {name}: the guide has no section {section}")
    if len(ids) != COUNT or len(set(ids)) != COUNT:
        problems.append(f"failures.tsv: {len(ids)} lines, not {COUNT}, or one of them twice")
    problems += [f"{name}: nothing shows it" for name in ids if name not in shown]
    problems += [f"{name}: there is no such failure" for name in shown if name not in ids]
    if "--list" in sys.argv:
        for name in ids:
            print(name, *shown.get(name, []))
    print("\n".join(problems) or f"each of {len(ids)} failures is shown")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
