#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tests examples/go: vet, and its tests, on an installed libsst.

    run.py FOLDER SST-UA [--race]       --race: with the race detector, for which all of Go's own
                                        library is compiled anew

FOLDER keeps the build and Go's cache. SST-UA is the peer over UDP. Nothing is downloaded. Exit
status: 0 passed, 1 failed, 77 no Go.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
TESTS = {"TestTwoEnds", "TestRejection", "TestWrongPolicy", "TestMany", "TestRefresh",
         "TestSilentPeer"}


def install(folder):
    """A static libsst, without sanitizers. @return where pkg-config finds it"""
    build, prefix = folder / "build", folder / "prefix"
    subprocess.run(["cmake", "-S", ROOT, "-B", build, "-DCMAKE_BUILD_TYPE=Release",
                    "-DSST_TESTS=OFF", "-DSST_EXAMPLES=OFF", "-DSST_DOCS=OFF", "-DSST_OSIP=OFF",
                    "-DSST_SHARED=OFF", "-DCMAKE_INSTALL_LIBDIR=lib"],
                   stdout=subprocess.DEVNULL, check=True)
    subprocess.run(["cmake", "--build", build, "--parallel", "2"], stdout=subprocess.DEVNULL, check=True)
    subprocess.run(["cmake", "--install", build, "--prefix", prefix], stdout=subprocess.DEVNULL,
                   check=True)
    return prefix / "lib" / "pkgconfig"


def main():
    folder, agent = pathlib.Path(sys.argv[1]).resolve(), os.path.abspath(sys.argv[2])
    if shutil.which("go") is None:
        print("skipped, not installed: golang-go")
        return 77
    environment = {**os.environ, "PKG_CONFIG_PATH": str(install(folder)), "SST_UA": agent,
                   "GOCACHE": str(folder / "cache"), "GOPATH": str(folder / "path"),
                   "GOPROXY": "off", "GOFLAGS": "-mod=readonly", "CGO_ENABLED": "1"}

    def go(*arguments):
        done = subprocess.run(["go", *arguments], cwd=ROOT / "examples" / "go", env=environment,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8",
                              check=False)
        print(done.stdout, end="")
        return done.returncode == 0, done.stdout

    unformatted = subprocess.run(["gofmt", "-l", ROOT / "examples" / "go"], stdout=subprocess.PIPE,
                                 check=True, encoding="utf-8").stdout
    print("not as gofmt has it: " + unformatted if unformatted else "as gofmt has it")
    race = ["-race"] if "--race" in sys.argv[3:] else []
    vetted, _ = go("vet", ".")
    tested, text = go("test", "-v", "-count=1", *race, "-timeout", "600s", ".")
    passed = set(re.findall(r"^--- PASS: (\w+)", text, re.MULTILINE))
    print("not run or not passed: " + " ".join(sorted(TESTS - passed)) if TESTS - passed else "all ran")
    return 0 if vetted and tested and not unformatted and TESTS <= passed else 1


if __name__ == "__main__":
    sys.exit(main())
