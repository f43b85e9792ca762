#!/usr/bin/env python3
"""Changes the library in small ways and checks that the unit suites notice each change.

    mutate.py [--seed N] [--count N] [--files NAME,NAME] [--listed] [--jobs N] [--strict]
              [--page FILE]

The seed selects a sample of all mutants; an edit of the sources changes only a little of it.
A mutant that cannot be built, or that compiles to the same optimized code, does not count.
Each one that no suite notices must be in survivors.tsv with the reason: why no test can see it,
or why that is acceptable. With --strict, needless lines in that file are an error.
Exit status: 0 fine, 1 a survivor without reason, too low a score, or (strict) needless lines,
2 wrong use, 77 tool not installed.
"""

import argparse
import fnmatch
import glob
import hashlib
import os
import shutil
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import mutants  # noqa: E402  pylint: disable=wrong-import-position
import report  # noqa: E402  pylint: disable=wrong-import-position
import workshop  # noqa: E402  pylint: disable=wrong-import-position

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
SURVIVORS = os.path.join(HERE, "survivors.tsv")
# Texts for people, and files without decisions.
OUTSIDE = ["about/names.c", "about/version.c", "about/mem.h", "policy/fields.h", "policy/text.c",
           "osip/*"]


def all_mutants(root):
    """The mutants of each file in src, by its path from there."""
    found = []
    source = os.path.join(root, "src")
    for path in sorted(glob.glob(os.path.join(source, "*", "*.[ch]"))):
        name = os.path.relpath(path, source)
        if any(fnmatch.fnmatch(name, pattern) for pattern in OUTSIDE):
            continue
        with open(path, encoding="utf-8") as file:
            found += mutants.mutants_of(name, file.read())
    return found


def sample(found, seed, count):
    """The first ones when sorted by a hash of their keys; a mutant whose text stays keeps its
    place."""
    def rank(mutant):
        return hashlib.sha256(("%d\t%s" % (seed, "\t".join(mutant.key))).encode()).digest()
    return sorted(found, key=rank)[:count]


def examine(shop, chosen):
    """[(mutant, its outcome, the suite that killed it)], reporting progress."""
    def one(mutant):
        return (mutant, *shop.judge(mutant))

    results, began = [], time.monotonic()
    for result in shop.pool.map(one, chosen):
        results.append(result)
        if result[1] == "survived":
            print("survived: %s:%d %s()\n    %s\n    %s"
                  % (result[0].path, result[0].line, result[0].function, result[0].before,
                     result[0].key[3]), flush=True)
        if len(results) % 100 == 0:
            print("%d of %d, %d s" % (len(results), len(chosen), time.monotonic() - began),
                  flush=True)
    return results


def read_survivors(path):
    """{key: reason}"""
    listed = {}
    with open(path, encoding="utf-8") as file:
        lines = [line.rstrip("\n") for line in file if line.strip() and not line.startswith("#")]
    for line in lines:
        fields = line.split("\t")
        if len(fields) != 5 or not all(fields) or tuple(fields[:4]) in listed:
            sys.exit("survivors.tsv: not five fields, or twice: " + line)
        listed[tuple(fields[:4])] = fields[4]
    return listed


def complaints(found, results, listed):
    """(survivors without a reason, lines of survivors.tsv that are no longer needed)"""
    known = {mutant.key for mutant in found}
    bare = ["no reason in survivors.tsv: " + "\t".join(mutant.key)
            for mutant, what, _ in results if what == "survived" and mutant.key not in listed]
    needless = ["survivors.tsv: no such mutant any more: " + "\t".join(key)
                for key in listed if key not in known]
    needless += ["survivors.tsv: %s: %s" % (what + (" by " + suite if suite else ""),
                                            "\t".join(mutant.key))
                 for mutant, what, suite in results
                 if what != "survived" and mutant.key in listed]
    return bare, needless


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", default=ROOT)
    parser.add_argument("--cc", default="cc")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--files", help="files by their paths from src, all by default")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--min", type=float, default=0.97, help="the minimum score")
    parser.add_argument("--listed", action="store_true", help="only those of survivors.tsv")
    parser.add_argument("--strict", action="store_true")
    parser.add_argument("--page", help="rewrite the section Mutation of this file")
    return parser.parse_args()


def main():
    options = arguments()
    for tool in (options.cc, "addr2line", "pkg-config"):
        if shutil.which(tool) is None:
            print("skipped, no " + tool)
            return 77
    found = all_mutants(options.root)
    wanted = options.files.split(",") if options.files else None
    listed = read_survivors(SURVIVORS)
    pool = [mutant for mutant in found if (wanted is None or mutant.path in wanted) and
            (mutant.key in listed or not options.listed)]
    if not pool:
        sys.exit("no such mutants")
    chosen = sample(pool, options.seed, options.count)
    with tempfile.TemporaryDirectory() as folder:
        shop = workshop.Workshop(options.cc, options.root, folder, options.jobs)
        shop.build()
        print("%d suites pass in %.0f s of CPU time; %d of %d mutants"
              % (len(shop.suites), sum(shop.took.values()) / 1000, len(chosen), len(pool)),
              flush=True)
        results = examine(shop, chosen)
    bare, needless = complaints(found, results, listed)
    table = report.Table(results)
    print(table.text())
    print("\n".join(bare + needless), end="\n" if bare or needless else "")
    score = table.total.score()
    print("score %.1f %%, seed %d, %d survivors without a reason, %d needless lines"
          % (100 * score, options.seed, len(bare), len(needless)))
    if options.page:
        report.write_page(options.page, table, options.seed, len(found))
    return 1 if bare or score < options.min or (options.strict and needless) else 0


if __name__ == "__main__":
    sys.exit(main())
