#!/usr/bin/env python3
"""Checks that no translated-sounding phrase comes back, and that words are spelled correctly.

usage: words.py ROOT

words.tsv has the phrases; codespell checks the spelling, if it is installed. Pages that programs
write (docs/interop.md, docs/performance.md) are checked as well.
"""

import glob
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
PLACES = ("README.md", ".github/*.md", "docs/*.md", "tests/README.md", "include/sst/*.h", "src/*/*.[ch]")


def phrases():
    with open(os.path.join(HERE, "words.tsv"), encoding="utf-8") as file:
        for line in file:
            if not line.startswith("#"):
                pattern, better = line.rstrip("\n").split("\t")
                yield re.compile(pattern), better


def files(root):
    return [path for place in PLACES for path in sorted(glob.glob(f"{root}/{place}"))]


def found(path, text, wanted):
    """(line, what is wrong); a phrase may be broken over two lines."""
    flat = re.sub(r"\n[ \t]*(?:\*|//)?[ \t]*", lambda gap: " " * len(gap[0]), text)
    for pattern, better in wanted:
        for hit in re.finditer(pattern.pattern.replace(" ", r"\s+"), flat):
            line = text.count("\n", 0, hit.start()) + 1
            yield f"{path}:{line}: {' '.join(hit[0].split())}: write {better}"


def spelling(root):
    if not shutil.which("codespell"):
        return []
    done = subprocess.run(["codespell", "--ignore-words-list=ue,te,nd,fo,ot", *files(root)],
                          capture_output=True, text=True, check=False)
    return done.stdout.splitlines()


def main(root):
    wanted = list(phrases())
    if len(list(found("x", "under\n * way, of the peer's", wanted))) != 2:
        sys.exit("does not notice phrases over two lines")
    wrong = []
    for path in files(root):
        with open(path, encoding="utf-8") as file:
            wrong += found(os.path.relpath(path, root), file.read(), wanted)
    wrong += spelling(root)
    print("\n".join(wrong) or "nothing sounds wrong")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main(sys.argv[1])
