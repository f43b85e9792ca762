#!/usr/bin/env python3
"""
The reference: Doxygen has nothing to say about the public headers, and would have about a symbol
that is not documented.

usage: reference.py DOXYFILE ROOT     (DOXYFILE: as CMake configured it)
"""

import re
import shutil
import subprocess
import sys
import tempfile


def run(doxyfile, root, include, out):
    """Runs Doxygen with other folders than the configured ones; gives (status, what it said)."""
    with open(doxyfile, encoding="utf-8") as file:
        text = file.read()
    # Warnings are all that counts here; the pages themselves are not read.
    text = text.replace(f'"{root}/include', f'"{include}')
    text += f'\nOUTPUT_DIRECTORY = "{out}"\nGENERATE_HTML = NO\nGENERATE_XML = YES\n'
    done = subprocess.run(["doxygen", "-"], input=text, capture_output=True, text=True, check=False)
    return done.returncode, done.stderr.strip()


def main(arguments):
    doxyfile, root = arguments
    if not shutil.which("doxygen"):
        print("skipped: no doxygen (Debian package doxygen)")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as scratch:
        status, said = run(doxyfile, root, f"{root}/include", f"{scratch}/out")
        if status != 0 or said:
            sys.exit(f"doxygen: exit status {status}\n{said}")
        shutil.copytree(f"{root}/include", f"{scratch}/include")
        header = f"{scratch}/include/sst/queue.h"
        with open(header, encoding="utf-8") as file:
            text, count = re.subn(r"(size_t capacity;) +/\*\*<.*?\*/", r"\1", file.read(), count=1)
        if count != 1:
            sys.exit("queue.h has no capacity any more: mend this test")
        with open(header, "w", encoding="utf-8") as file:
            file.write(text)
        status, said = run(doxyfile, root, f"{scratch}/include", f"{scratch}/broken")
        if status == 0 or "capacity" not in said:
            sys.exit("a member that is not documented is not noticed")
    print("nothing wrong, and a gap is noticed")


if __name__ == "__main__":
    main(sys.argv[1:])
