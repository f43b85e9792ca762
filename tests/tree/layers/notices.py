#!/usr/bin/env python3
"""Whether check.py notices a call that points up and a circle: in small libraries, and in a copy of
this one into which such a call is put.

    notices.py [--cc COMPILER]

Exit status: 0 it does, 1 it does not.
"""

import argparse
import os
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import calls  # noqa: E402  pylint: disable=wrong-import-position
import check  # noqa: E402  pylint: disable=wrong-import-position

ORDER = ["src\tlow", "src\thigh beside"]
INNER = ["high\tbase.c", "high\tone.c two.c"]
# All functions, so that each file can call any of them.
API = """
void low_f(void); void base_f(void); void one_f(void); void two_f(void); void beside_f(void);
extern const int high_table[2];
"""
FILES = {
    "low/low.c": '#include "api.h"\nvoid low_f(void) { }\n',
    "high/base.c": '#include "api.h"\nstatic void help(void) { low_f(); }\n'
                   "void base_f(void) { help(); }\n",
    "high/one.c": '#include "api.h"\nstatic void help(void) { base_f(); }\n'
                  "const int high_table[2] = {1, 2};\nvoid one_f(void) { help(); }\n",
    "high/two.c": '#include "api.h"\nvoid two_f(void) { one_f(); }\n',
    "beside/beside.c": '#include "api.h"\nvoid beside_f(void) { two_f(); }\n',
}


def calling(*names):
    """Additional text for a file: a function that calls these."""
    return "void more(void);\nvoid more(void) { %s }\n" % " ".join("%s();" % name for name in names)


# What is tried, {file: text to add}, the table, and the expected messages; none: all is well.
CASES = [
    ("as it is", {}, ORDER + INNER, []),
    ("no inner order", {}, ORDER, []),
    ("up, folder to folder", {"low/low.c": calling("base_f")}, ORDER + INNER,
     ["low/low.c: more calls base_f, which is above it, in high/base.c"]),
    ("up, from a function that has an equal", {"high/base.c": calling("help", "one_f")},
     ORDER + INNER, ["high/base.c: more calls one_f, which is above it, in high/one.c"]),
    ("up, through a function of a header",
     {"low/low.h": "static inline void up(void) { base_f(); }\n",
      "high/two.c": '#include "low/low.h"\n' + calling("up")}, ORDER + INNER,
     ["low/low.h: up calls base_f, which is above it, in high/base.c"]),
    ("up, to a function of a header",
     {"high/two.h": "static inline void over(void) { }\n",
      "high/base.c": '#include "high/two.h"\n' + calling("over")}, ORDER + INNER,
     ["high/base.c: more calls over, which is above it, in high/two.h"]),
    ("up, by a table of functions",
     {"low/low.c": "extern void (*const table[1])(void);\n"
                   "void (*const table[1])(void) = {two_f};\n"}, ORDER + INNER,
     ["low/low.c: a table calls two_f, which is above it, in high/two.c"]),
    ("up, to a table", {"low/low.c": "int more(void);\nint more(void) { return high_table[1]; }\n"},
     ORDER + INNER, ["low/low.c: more calls high_table, which is above it, in high/one.c"]),
    ("up, within a folder", {"high/base.c": calling("two_f")}, ORDER + INNER,
     ["high/base.c: more calls two_f, which is above it, in high/two.c"]),
    ("a circle of two", {"high/one.c": calling("two_f")}, ORDER + INNER,
     ["a circle of calls: more of high/one.c calls two_f, two_f of high/two.c calls one_f of "
      "high/one.c"]),
    ("a circle of three, without an order", {"high/base.c": calling("two_f")}, ORDER,
     ["a circle of calls: more of high/base.c calls two_f, two_f of high/two.c calls one_f, "
      "help of high/one.c calls base_f of high/base.c"]),
    ("a circle that is allowed", {"high/base.c": calling("two_f")}, ORDER + ["high\tany"], []),
    ("a circle of folders",
     {"api.h": "void more_b(void);\n", "high/base.c": calling("more_b"),
      "beside/else.c": '#include "api.h"\nvoid more_b(void) { }\n'},
     ORDER + INNER, ["a circle of calls: beside_f of beside/beside.c calls two_f, "
                     "more of high/base.c calls more_b of beside/else.c"]),
    ("a source and its header",
     {"high/two.h": "static inline void back(void) { two_f(); }\nstatic inline void no(void) { }\n",
      "high/two.c": '#include "high/two.h"\n' + calling("back", "no")}, ORDER + INNER, []),
    ("a file that has no place", {"high/three.c": "int three;\n"}, ORDER + INNER,
     ["layers.tsv: no line of high has three.c"]),
    ("a folder that has no place", {"new/new.c": "int three;\n"}, ORDER + INNER,
     ["layers.tsv: no line of src has new"]),
    ("a file in no folder", {"stray.c": "int three;\n"}, ORDER + INNER,
     ["layers.tsv: no line of src has the files of src itself"]),
    ("a place for nothing", {}, ORDER + INNER + ["src\tnew", "high\tthree.c"],
     ["layers.tsv: src has no new", "layers.tsv: high has no three.c"]),
]
WRONG_TABLES = [["src\tlow high", "src\thigh"], ["src\tlow  high"], ["src"]]


def small(compiler, added):
    """(all files, the calls between them) of the small library with these additions."""
    with tempfile.TemporaryDirectory() as folder:
        root = os.path.join(folder, "src")
        for name, text in [("api.h", "#pragma once\n" + API), *FILES.items(), *added.items()]:
            path = os.path.join(root, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "a", encoding="utf-8") as file:
                file.write(text)
        names = sorted(set(FILES) | {name for name in added if name.endswith(".c")})
        return names, calls.between(calls.compiled(compiler, [], root, folder, names))


def notices_small(compiler):
    wrong = 0
    for what, added, table, expected in CASES:
        names, found = small(compiler, added)
        said = check.complaints(names, found, check.Layers(table))
        missed = [text for text in expected if not any(line.startswith(text) for line in said)]
        if missed or len(said) != len(expected):
            print("%s: not as %s, it says\n    %s" % (what, expected, "\n    ".join(said)))
            wrong += 1
    for table in WRONG_TABLES:
        try:
            check.Layers(table)
            print("taken for a table: %s" % table)
            wrong += 1
        except calls.Broken:
            pass
    return wrong


def notices_here(compiler):
    """A copy of the library in which the second-lowest layer calls the highest of the core."""
    with tempfile.TemporaryDirectory() as root:
        for name in ("src", "include"):
            shutil.copytree(os.path.join(check.ROOT, name), os.path.join(root, name))
        for name, text in (("codec/scan.c", "void sst_low(void);\nvoid sst_high(void);\n"
                                            "void sst_low(void)\n{\n    sst_high();\n}\n"),
                           ("queue/queue.c", "void sst_high(void);\nvoid sst_high(void)\n{\n}\n")):
            with open(os.path.join(root, "src", name), "a", encoding="utf-8") as file:
                file.write(text)
        said = check.complaints(*check.look(root, compiler), check.read_layers())
    if said == ["codec/scan.c: sst_low calls sst_high, which is above it, in queue/queue.c"]:
        return 0
    print("a call from codec to queue: it says\n    " + "\n    ".join(said))
    return 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cc", default="cc")
    compiler = parser.parse_args().cc.split()
    wrong = notices_small(compiler) + notices_here(compiler)
    print("%d of %d wrong" % (wrong, len(CASES) + len(WRONG_TABLES) + 1))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
