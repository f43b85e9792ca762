#!/usr/bin/env python3
"""Builds libsst for 64-bit Windows with MinGW-w64, installs it, and runs the results in wine.

    windows.py [--ran FOLDER] [--short]

Checks the exports of the DLL and of a program with the static library; runs
examples/minimal.c, examples/callee.c and a program that finds the installed DLL; then the unit suites, as run.py does on other platforms.
Both options: as there. Exit status: 0 passed, 1 failed, 77 compiler or wine not installed.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile

import memory
import run

COMPILER = "x86_64-w64-mingw32-gcc"
TOOLCHAIN = os.path.join(run.HERE, "mingw64.cmake")
WRAPPER = '#!/bin/sh\nwine "%s" | tr -d "\\r"\n'


def cmake(*arguments):
    subprocess.run(["cmake", *arguments], stdout=subprocess.DEVNULL, check=True)


def configure(source, build, *options):
    cmake("-S", source, "-B", build, "-DCMAKE_TOOLCHAIN_FILE=" + TOOLCHAIN,
          "-DCMAKE_BUILD_TYPE=Release", *options)
    cmake("--build", build, "--parallel", "2")


def exports(path):
    """Names in the export table of a DLL or program."""
    listed = subprocess.run(["x86_64-w64-mingw32-objdump", "-p", path], stdout=subprocess.PIPE,
                            check=True, encoding="utf-8").stdout
    table = listed.partition("[Ordinal/Name Pointer] Table")[2].partition("\n\n")[0]
    return set(re.findall(r"^\s+\[ *\d+\] (?:\+base\[ *\d+\] +\S+ +)?(\S+)$", table, re.MULTILINE))


def public():
    """The functions that the core's headers declare."""
    return {name for text in memory.headers().values() for name in memory.public_functions(text)}


def installed(scratch):
    """What is wrong with the installed library, and with programs that use it."""
    build, prefix = os.path.join(scratch, "build"), os.path.join(scratch, "prefix")
    configure(run.ROOT, build, "-DSST_WARNINGS_AS_ERRORS=ON", "-DSST_DOCS=OFF")
    cmake("--install", build, "--prefix", prefix)
    minimal = os.path.join(build, "examples", "sst-minimal.exe")
    dll = os.path.join(prefix, "bin", "libsst.dll")
    wrong = ["not exported: " + name for name in sorted(public() - exports(dll))]
    wrong += ["exported: " + name for name in sorted(exports(dll) - public())]
    wrong += ["exported by a static program: " + name for name in sorted(exports(minimal))]

    for host in ("minimal", "callee"):
        wrapper = os.path.join(scratch, host)
        with open(wrapper, "w", encoding="utf-8") as file:
            file.write(WRAPPER % os.path.join(build, "examples", "sst-%s.exe" % host))
        os.chmod(wrapper, 0o755)
        script = os.path.join(run.ROOT, "tests", "programs", "examples", host + ".sh")
        if subprocess.run(["sh", script, wrapper], check=False).returncode != 0:
            wrong.append("examples/%s.c prints something else" % host)

    user = os.path.join(scratch, "user")
    configure(os.path.join(run.HERE, "user"), user, "-DCMAKE_PREFIX_PATH=" + prefix)
    shutil.copy(dll, user)
    if subprocess.run(["wine", os.path.join(user, "user.exe")], check=False).returncode != 0:
        wrong.append("a program with the DLL fails")
    return wrong


def suites(scratch, ran, short):
    """How many cases passed, and what is wrong."""
    sources = run.suite_sources(short)
    core = [COMPILER, "-O2", "-static"]
    compiler = [*core, *(["-O0"] if short else []), "-include", os.path.join(run.HERE, "windows.h")]
    passed, wrong = run.run(run.build(compiler, core, sources, scratch, short), ["wine"])
    if ran is not None:
        expected = run.logged(ran, sources)
        wrong += ["no logs of libcheck in " + ran] if expected is None else \
            run.differences(passed, expected)
    return sum(passed.values()), wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ran", metavar="FOLDER", help="logs of the suites with libcheck")
    parser.add_argument("--short", action="store_true", help="without the slow suites")
    options = parser.parse_args()
    for program in (COMPILER, "wine", "cmake"):
        if shutil.which(program) is None:
            print("skipped, not installed: " + program)
            return 77
    with tempfile.TemporaryDirectory() as scratch:
        # A separate Windows prefix, without the components that wine would offer to download.
        os.environ.update(WINEPREFIX=os.path.join(scratch, "wine"), WINEDEBUG="-all",
                          WINEDLLOVERRIDES="mscoree=;mshtml=")
        try:
            wrong = installed(scratch)
            passed, more = suites(scratch, options.ran, options.short)
        except subprocess.CalledProcessError as error:
            wrong, passed, more = ["fails: " + " ".join(map(str, error.cmd))], 0, []
        except subprocess.TimeoutExpired:
            wrong, passed, more = ["runs for more than %d s" % run.SECONDS], 0, []
        finally:
            subprocess.run(["wineserver", "-k"], check=False)
            subprocess.run(["wineserver", "-w"], check=False)
    wrong += more
    print("\n".join(wrong + ["windows: %d cases passed" % passed]))
    return 1 if wrong or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
