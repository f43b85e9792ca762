#!/usr/bin/env python3
"""Checks that the unit suites take each branch of the library both ways, and show that each
condition of a decision can decide it (MC/DC). Exceptions are in exclusions.tsv, with the reason.

    check.py [--work FOLDER]     builds and runs in the folder (default: a new one, removed after)

An exclusion is the file's path from src, the function, the text of the condition, the side that is
never seen (true, false, none for a switch, taken or passed for a case, pair for MC/DC) and the
reason. An exclusion that is no longer needed is an error.
Exit status: 0 all covered, 1 not, or a needless exclusion, 2 cannot be built or run, 77 no tools
"""

import argparse
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import build  # noqa: E402  pylint: disable=wrong-import-position
import gaps  # noqa: E402  pylint: disable=wrong-import-position

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
SOURCE = os.path.join(ROOT, "src")
UNIT = os.path.join(ROOT, "tests", "unit")


def listed(name):
    """A list from src/cmake/sources.cmake."""
    with open(os.path.join(SOURCE, "cmake", "sources.cmake"), encoding="utf-8") as file:
        found = re.search(r"set\(%s\n(.*?)\)" % name, file.read(), re.S)
    return found.group(1).split()


def package_flags(name):
    """(for the compiler, for the linker), or None if it is not installed."""
    if shutil.which("pkg-config") is None:
        return None
    found = []
    for what in ("--cflags", "--libs"):
        done = subprocess.run(["pkg-config", what, name], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, check=False, encoding="utf-8")
        if done.returncode != 0:
            return None
        found.append(done.stdout.split())
    return found


def compile_library(files, osip, work):
    """(objects, compiler messages)"""
    flags = ["-DSST_BUILDING", "-I" + os.path.join(ROOT, "include"), "-I" + SOURCE]
    return build.compile_counted([os.path.join(SOURCE, file) for file in files],
                                 flags + (osip[0] if osip else []), work)


def run_suites(objects, check, osip, work):
    """Builds and runs the unit suites. Returns one of the programs; all contain the same
    library."""
    flags = ["-I" + os.path.join(ROOT, "include"), "-I" + SOURCE, "-I" + UNIT, *check[0],
             "-D_mark_point=unmarked",
             '-DSST_DOCS_DIR="%s"' % os.path.join(ROOT, "docs")]
    libraries = list(check[1])
    if osip:
        flags += osip[0]
        libraries += osip[1]
    suites = sorted(glob.glob(os.path.join(UNIT, "test_*.c")))
    if not osip:
        suites = [path for path in suites if not os.path.basename(path).startswith("test_osip")]
    shared = build.compile_plain(sorted(glob.glob(os.path.join(UNIT, "support*.c"))), flags, work)

    def one(numbered):
        number, suite = numbered
        program = os.path.join(work, os.path.basename(suite)[:-len(".c")])
        build.link(program, [suite, *shared, *objects], flags + libraries)
        build.play(program, [], work, number)
        return program
    return build.each(one, enumerate(suites))[-1]


def measure(work):
    """(files, measurements, gaps), and (a program, its profile)"""
    check = package_flags("check")
    osip = package_flags("libosip2")
    files = listed("SST_CORE_SOURCES")
    if osip is None:
        print("no libosip2: only the core is checked")
    else:
        files += listed("SST_OSIP_SOURCES")
    objects, said = compile_library(files, osip, work)
    program = run_suites(objects, check, osip, work)
    profile = build.merge(work)
    measured = gaps.Measured(build.export(program, profile), SOURCE)
    found = measured.gaps() + list(gaps.unseen(said, SOURCE))
    return (files, measured, found), (program, profile)


def exclusions(files):
    """The exclusions for the files that are checked."""
    rows = gaps.read_exclusions(os.path.join(HERE, "exclusions.tsv"))
    present = {os.path.relpath(path, SOURCE)
               for path in glob.glob(os.path.join(SOURCE, "*", "*.[ch]"))}
    return [row for row in rows if row.file in files or row.file not in present
            or row.file.endswith(".h")]


def report(result, counted, rows):
    """Returns whether everything is covered."""
    files, measured, found = result
    folder = os.path.relpath(measured.root, ROOT)
    missing, stale = gaps.judge(found, rows)
    shown = set()
    for gap in missing:
        print(gaps.say(gap, folder))
        if gap.decision and (gap.file, gap.decision) not in shown:
            shown.add((gap.file, gap.decision))
            path = os.path.join(measured.root, gap.file)
            for row in build.vectors(*counted, path, gap.decision):
                print("    " + row)
    for row in stale:
        print("exclusions.tsv: not needed: " + "\t".join(row[:4]))
    silent = [file for file in files if file not in measured.files()]
    for file in silent:
        print("%s/%s: nothing was measured" % (folder, file))
    print("%d files, %d sides of branches, %d conditions in decisions: "
          "%d not covered, %d excluded" %
          (len(files), *measured.sides(), len(missing), len(rows)))
    return not missing and not stale and not silent


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--work")
    options = parser.parse_args()
    tool = build.missing_tool()
    if tool is None and package_flags("check") is None:
        tool = "check"
    if tool is not None:
        print("skipped, no " + tool)
        return 77
    work = options.work or tempfile.mkdtemp(prefix="sst-coverage-")
    try:
        if options.work:
            shutil.rmtree(work, ignore_errors=True)
            os.makedirs(work)
        result, counted = measure(os.path.abspath(work))
        return 0 if report(result, counted, exclusions(result[0])) else 1
    except (build.Broken, gaps.Mistake) as error:
        print(error)
        return 2
    finally:
        if not options.work:
            shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
