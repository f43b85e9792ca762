#!/usr/bin/env python3
"""Static analysis of src and examples: every finding is fixed, or listed in deviations.tsv.

    check.py analyzer|tidy|cppcheck|scan [--only FOLDER]

A deviation is a number, a tool, a check, a file, the line of code, and the reason. `*` as a file
switches a check off for a tool. A deviation that is no longer needed is an error.
Exit status: 0 clean, 1 findings or needless deviations, 2 wrong use, 77 tool not installed.
"""

import argparse
import functools
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
DEVIATIONS = os.path.join(HERE, "deviations.tsv")
PROGRAMS = {"analyzer": "gcc", "tidy": "clang-tidy-19", "cppcheck": "cppcheck",
            "scan": "scan-build-19"}
FINDING = re.compile(r"^(?P<file>[^\s:]+):(?P<line>\d+):(?:\d+:)? (?:warning|error): "
                     r"(?P<text>.*) \[(?P<check>[\w.,-]+)\]$")


def deviations(tool):
    """Rows for one tool; the numbers of all rows are 1, 2, 3 and so on."""
    rows = []
    with open(DEVIATIONS, encoding="utf-8") as file:
        lines = [line.rstrip("\n") for line in file if line.strip() and not line.startswith("#")]
    for number, line in enumerate(lines, 1):
        fields = line.split("\t")
        if len(fields) != 6 or fields[0] != "S%d" % number or not all(fields):
            print("deviations.tsv: not six fields, or not number S%d: %s" % (number, line))
            sys.exit(1)
        if fields[1] == tool:
            rows.append(fields)
    return rows


# What examples need besides libosip2: pkg-config names, and what their CMakeLists.txt add.
LIBRARIES = {"examples/loops/uv.c": ["libuv"], "examples/loops/event.c": ["libevent_core"],
             "examples/sst-ua/": ["libcares", "libcrypto", "jansson"],
             "examples/sst-proxy/": ["libcares", "jansson"],
             "examples/sst-explain/": ["libcrypto", "jansson", "libpcap", "-D_DEFAULT_SOURCE"],
             "examples/re-ua/": ["libre", "jansson", "-DHAVE_INET6", "-DHAVE_INTTYPES_H",
                                 "-DHAVE_STDBOOL_H"]}


def osip_flags():
    return package_flags("libosip2")


@functools.lru_cache(maxsize=None)
def package_flags(package):
    """The flags, or None if the package is not installed."""
    done = subprocess.run(["pkg-config", "--cflags", package], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, check=False, encoding="utf-8")
    return done.stdout.split() if done.returncode == 0 else None


def library_flags(path):
    found = []
    for name, needs in LIBRARIES.items():
        for need in needs if path.startswith(name) else []:
            more = [need] if need.startswith("-") else package_flags(need)
            if more is None:
                return None
            found += more
    return found


def source_files(only):
    """Without libosip2 the files that include its headers are left out, and reported."""
    pattern = [os.path.join(ROOT, "src", "*", "*.c"), os.path.join(ROOT, "examples", "**", "*.c")]
    found = sorted(path for one in pattern for path in glob.glob(one, recursive=True))
    found = [os.path.relpath(path, ROOT) for path in found]
    if osip_flags() is None:
        print("no libosip2: only the core is checked")
        found = [path for path in found if path.startswith("src") and "osip" not in path]
    for path in [path for path in found if library_flags(path) is None]:
        print("%s is left out, its library is not installed" % path)
        found.remove(path)
    return [path for path in found if only is None or path.startswith(only)]


def flags(path):
    found = ["-std=c11", "-Iinclude", "-Isrc", "-DSST_BUILDING", *(osip_flags() or [])]
    if path.startswith("examples"):
        found += ["-D_POSIX_C_SOURCE=200809L", "-Iexamples/sst-ua", *library_flags(path)]
    return found


def command(tool, path, off, reports):
    """The command that checks one file; reports is a folder for output that is not read."""
    if tool == "analyzer":
        return ["gcc", *flags(path), "-O2", "-fanalyzer", "-Wall", "-Wextra", "-c", path,
                "-o", os.devnull, *("-Wno-" + check[2:] for check in off)]
    if tool == "tidy":
        return ["clang-tidy-19", "--quiet", "--checks=" + ",".join("-" + check for check in off),
                path, "--", *flags(path)]
    if tool == "cppcheck":
        return ["cppcheck", "--quiet", "--std=c11", "--enable=warning,performance,portability",
                "--inconclusive", "--error-exitcode=0", "--suppress=missingIncludeSystem",
                *("--suppress=" + check for check in off), "-Iinclude", "-Isrc",
                "-Iexamples/sst-ua",
                "--template={file}:{line}:{column}: warning: {message} [{id}]", path]
    # scan-build gets the compiler from CC, and analyzes only that.
    return ["scan-build-19", "--use-cc=clang-19", "-o", reports,
            *(part for check in off for part in ("-disable-checker", check)),
            "sh", "-c", '"$CC" "$@"', "sh", *flags(path), "-c", path, "-o", os.devnull]


def findings(tool, paths, off, reports):
    """{(file, line number, check): text}, each once, even if many files include a header."""
    found = {}
    for path in paths:
        done = subprocess.run(command(tool, path, off, reports), stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, cwd=ROOT, check=False, encoding="utf-8",
                              errors="replace")
        here = set()
        for line in done.stdout.splitlines():
            match = FINDING.match(line)
            if match:
                file = os.path.relpath(os.path.join(ROOT, match.group("file")), ROOT)
                found[file, int(match.group("line")), match.group("check")] = match.group("text")
                here.add(file)
        if done.returncode != 0 and not here:
            print("%s cannot be checked:\n%s" % (path, done.stdout[-2000:]))
            sys.exit(1)
    return found


def line_of(path, number):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read().splitlines()[number - 1].strip()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tool", choices=list(PROGRAMS))
    parser.add_argument("--only", help="a folder: needless deviations are not reported then")
    options = parser.parse_args()
    if shutil.which(PROGRAMS[options.tool]) is None:
        print("skipped, no " + PROGRAMS[options.tool])
        return 77
    rows = deviations(options.tool)
    off = [row[2] for row in rows if row[3] == "*"]
    needed = {row[0]: row for row in rows if row[3] != "*"}
    used, wrong = set(), 0
    paths = source_files(options.only)
    with tempfile.TemporaryDirectory() as reports:
        found = findings(options.tool, paths, off, reports)
    for (file, number, check), text in sorted(found.items()):
        code = line_of(file, number) if os.path.exists(os.path.join(ROOT, file)) else ""
        allowed = [key for key, row in needed.items()
                   if row[2] == check and row[3] == file and row[4] == code]
        used.update(allowed)
        if not allowed:
            print("%s:%d: %s [%s]\n    %s" % (file, number, text, check, code))
            wrong += 1
    for key in sorted(set(needed) - used if options.only is None else []):
        print("deviations.tsv: %s is no longer needed: %s" % (key, " ".join(needed[key][1:5])))
        wrong += 1
    print("%d files, %d findings, %d deviations" % (len(paths), wrong, len(used)))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
