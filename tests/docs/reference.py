#!/usr/bin/env python3
"""
The reference of the public headers.

    reference.py reference DOXYFILE ROOT    Doxygen has no complaints about them, and would complain
                                            about a symbol that is not documented
    reference.py pages DOXYFILE ROOT [FOLDER]   its pages can be read in Chromium, dark and light,
                                            narrow and wide; FOLDER is for screenshots

DOXYFILE is as CMake configured it.
Exit status: 0 success, 1 failure, 77 a tool is missing.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import browser as chromium

PAGES = ("index.html", "session_8h.html", "structsst__policy.html")
TEXTS = ".title,.memname," + ",".join(
    f".contents {tag}" for tag in "p,li,td,th,h2,h3,dt,dd,a".split(","))

def run(doxyfile, root, include, out, settings):
    """Runs Doxygen with other folders than the configured ones; returns (status, output)."""
    with open(doxyfile, encoding="utf-8") as file:
        text = file.read()
    text = text.replace(f'"{root}/include', f'"{include}')
    text += f'\nOUTPUT_DIRECTORY = "{out}"\n{settings}\n'
    done = subprocess.run(["doxygen", "-"], input=text, capture_output=True, text=True, check=False)
    return done.returncode, done.stderr.strip()


def check_warnings(doxyfile, root, scratch):
    # Only warnings count here; the pages themselves are not read.
    settings = "GENERATE_HTML = NO\nGENERATE_XML = YES"
    status, said = run(doxyfile, root, f"{root}/include", f"{scratch}/out", settings)
    if status != 0 or said:
        sys.exit(f"doxygen: exit status {status}\n{said}")
    shutil.copytree(f"{root}/include", f"{scratch}/include")
    header = f"{scratch}/include/sst/queue.h"
    with open(header, encoding="utf-8") as file:
        text, count = re.subn(r"(size_t capacity;) +/\*\*<.*?\*/", r"\1", file.read(), count=1)
    if count != 1:
        sys.exit("queue.h has no capacity any more: fix this test")
    with open(header, "w", encoding="utf-8") as file:
        file.write(text)
    status, said = run(doxyfile, root, f"{scratch}/include", f"{scratch}/broken", settings)
    if status == 0 or "capacity" not in said:
        sys.exit("a member that is not documented is not noticed")
    print("nothing wrong, and a gap is noticed")


def check_pages(doxyfile, root, scratch, keep):
    with open(doxyfile, encoding="utf-8") as file:
        if "doxygen-awesome" not in file.read():
            print("skipped: no doxygen-awesome-css when CMake ran (Debian has it)")
            return 77
    if not chromium.is_installed():
        return 77
    status, said = run(doxyfile, root, f"{root}/include", scratch, "")
    if status != 0:
        sys.exit(f"doxygen: exit status {status}\n{said}")
    wrong = []
    with chromium.Browser(scratch) as browser:
        for name in PAGES:
            wrong += browser.look(pathlib.Path(scratch, "html", name), TEXTS, keep)
    print("\n".join(wrong) or "the reference can be read everywhere")
    return 1 if wrong else 0


def main(what, doxyfile, root, *keep):
    if not shutil.which("doxygen") or not os.path.exists(doxyfile):
        print("skipped: no doxygen, now or when CMake ran (Debian package doxygen)")
        return 77
    with tempfile.TemporaryDirectory() as scratch:
        if what == "pages":
            return check_pages(doxyfile, root, scratch, pathlib.Path(*keep) if keep else None)
        check_warnings(doxyfile, root, scratch)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
