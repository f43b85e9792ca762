#!/usr/bin/env python3
"""Checks that check.py notices what is not covered, on a small program that is only partly called.

Exit status: 0 it does, 1 it does not, 77 tools missing.
"""

import contextlib
import io
import os
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import build  # noqa: E402  pylint: disable=wrong-import-position
import check  # noqa: E402  pylint: disable=wrong-import-position
import gaps  # noqa: E402  pylint: disable=wrong-import-position

FIXTURE = os.path.join(check.HERE, "fixture")
FILES = ["decide.c", "other.c"]
# Calls that cover everything.
CALLS = ["110", "100", "000", "001", "101", "0", "1", "7", "plus"]

A_PAIR = gaps.Exclusion("decide.c", "decide", "a", "pair", "reason")

# What is called, what is excluded, and what must be reported; nothing means that all is well.
CASES = [
    ("all", CALLS, [], []),
    ("c never true", ["110", "100", "000", "0", "1", "7", "plus"], [],
     ["decide.c:6: in decide() `c` was never true"]),
    ("a never false", ["110", "100", "101", "0", "1", "7", "plus"], [],
     ["decide.c:6: in decide() `a` was never false"]),
    ("a both, but c decided", ["110", "100", "101", "001", "0", "1", "7", "plus"], [],
     ["decide.c:6: in decide() `a` was never what decides, all else the same",
      "C1-Pair: not covered"]),
    ("the same, excluded", ["110", "100", "101", "001", "0", "1", "7", "plus"], [A_PAIR], []),
    ("a needless exclusion", CALLS, [A_PAIR],
     ["exclusions.tsv: not needed: decide.c\tdecide\ta\tpair"]),
    ("an exclusion of another side", ["110", "100", "000", "0", "1", "7", "plus"],
     [A_PAIR._replace(text="c", side="false")],
     ["decide.c:6: in decide() `c` was never true", "exclusions.tsv: not needed: "]),
    ("a case", ["110", "100", "000", "001", "101", "1", "7", "plus"], [],
     ["decide.c:15: in choose() `case RED` was never taken"]),
    ("no case", ["110", "100", "000", "001", "101", "0", "1", "plus"], [],
     ["decide.c:14: in choose() `colour` always had one of the cases"]),
    ("a function of a header", CALLS[:-1], [],
     ["decide.h:12: in sign() `negative` was never false"]),
    ("nothing", [], [],
     ["`a` was never true", "`b` was never false", "`case GREEN` was never taken"]),
]

# Invalid lines of an exclusion list.
WRONG = ["decide.c\tdecide\ta\tpair", "decide.c\tdecide\ta\tpair\t",
         "decide.c\tdecide\ta\tsometimes\treason", "decide.c decide a pair reason"]


def notices_gaps(objects, folder):
    """How many cases are judged wrongly."""
    wrong = 0
    for number, (name, calls, rows, expected) in enumerate(CASES):
        work = os.path.join(folder, str(number))
        os.makedirs(work)
        program = os.path.join(work, "drive")
        build.link(program, [os.path.join(FIXTURE, "drive.c"), *objects], [])
        build.play(program, calls, work, 0)
        profile = build.merge(work)
        measured = gaps.Measured(build.export(program, profile), FIXTURE)
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            good = check.report((FILES, measured, measured.gaps()), (program, profile), rows)
        lines = said.getvalue().splitlines()[:-1]
        missed = [text for text in expected if not any(text in line for line in lines)]
        if good != (not expected) or missed or (not expected and lines):
            print("%s: %s, but it says\n%s" % (name, expected or "all is well", said.getvalue()))
            wrong += 1
    return wrong


def notices_what_is_not_measured(said):
    found = [(gap.file, gap.line, gap.side) for gap in gaps.unseen(said, FIXTURE)]
    if found == [("nested.c", 9, "unseen")]:
        return 0
    print("nested.c: %s" % found)
    return 1


def notices_a_file_that_is_missing(objects, folder):
    program = os.path.join(folder, "drive")
    build.link(program, [os.path.join(FIXTURE, "drive.c"), *objects], [])
    build.play(program, CALLS, folder, 0)
    profile = build.merge(folder)
    measured = gaps.Measured(build.export(program, profile), FIXTURE)
    result = (FILES + ["third.c"], measured, measured.gaps())
    with contextlib.redirect_stdout(io.StringIO()):
        good = check.report(result, (program, profile), [])
    if good:
        print("a file that was not measured was overlooked")
    return int(good)


def notices_wrong_lists(folder):
    wrong = 0
    path = os.path.join(folder, "exclusions.tsv")
    for line in WRONG:
        with open(path, "w", encoding="utf-8") as file:
            file.write("# comment\n" + line + "\n")
        try:
            gaps.read_exclusions(path)
            print("taken for an exclusion: " + line)
            wrong += 1
        except gaps.Mistake:
            pass
    return wrong


def main():
    tool = build.missing_tool()
    if tool is not None:
        print("skipped, no " + tool)
        return 77
    folder = tempfile.mkdtemp(prefix="sst-coverage-")
    try:
        sources = [os.path.join(FIXTURE, file) for file in FILES]
        objects, _ = build.compile_counted(sources, [], folder)
        _, said = build.compile_counted([os.path.join(FIXTURE, "nested.c")], [], folder)
        wrong = (notices_gaps(objects, folder) + notices_what_is_not_measured(said)
                 + notices_a_file_that_is_missing(objects, folder) + notices_wrong_lists(folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print("%d of %d wrong" % (wrong, len(CASES) + 2 + len(WRONG)))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
