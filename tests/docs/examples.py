#!/usr/bin/env python3
"""
Compiles and runs the C code in the documentation. A page's blocks are taken from it as they
are and inserted into the scaffolding next to this script, at lines like

    /*@ docs/guide.md # Start */
    /*@ README.md # What a host writes # until: Once for the process */
    /*@ README.md # What a host writes # from: Once for the process */
    /*@ include/sst/queue.h # 1 */             the first @code block of a header

The heading above a block names it. Of several blocks below one heading, the mark takes the first
with unused lines, or with `from` the first whose next line has the words. Each line of each
block must be used exactly once, but a block with a main() of its own is compiled as it is.

usage: examples.py ROOT COMPILER LIBRARY [--osip LIBRARY] [--flag=FLAG...] [--sanitize NAME]

The flags are for code that uses libosip2.
"""

import argparse
import glob
import os
import re
import subprocess
import sys
import tempfile
import textwrap

# Pages are short: their tables list what a function returns, so examples do not check every result.
WARNINGS = ["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wsign-conversion",
            "-Wshadow", "-Werror", "-Wno-unused-result"]
MARK = re.compile(r"^([ ]*)/\*@ (\S+) # ([^#*]+?)(?: # (until|from): ([^*]+?))? \*/$", re.M)


class Block:
    """A block of C: where it is, its lines, and how many of them have been used."""

    def __init__(self, page, line, text):
        self.place = f"{page}:{line}"
        self.lines = text.split("\n")
        self.used = 0

    def fits(self, how, word):
        """Whether the first unused line is where a mark wants to continue."""
        left = self.used < len(self.lines)
        return left and (how != "from" or word in self.lines[self.used])

    def take(self, how, word):
        """The lines that a mark asks for, starting at the first unused one."""
        rest = self.lines[self.used:]
        if how == "until":
            count = next((i for i, line in enumerate(rest) if word in line), None)
            if count is None:
                sys.exit(f"{self.place}: no line with: {word}")
            rest = rest[:count]
        self.used += len(rest)
        return rest


def blocks_of_header(root, page):
    """(number, block) of the @code blocks of a header."""
    with open(f"{root}/{page}", encoding="utf-8") as file:
        text = file.read()
    for number, found in enumerate(re.finditer(r"@code\n(.*?)@endcode", text, re.S), 1):
        code = re.sub(r"^ \* ?", "", found[1], flags=re.M).rstrip(" *\n")
        yield str(number), Block(page, text.count("\n", 0, found.start()) + 2, code)


def blocks_of_page(root, page):
    """(heading, block) of the C blocks of a page."""
    place = ""
    inside = []
    start = 0
    with open(f"{root}/{page}", encoding="utf-8") as file:
        for number, line in enumerate(file.read().split("\n"), 1):
            if inside:
                if line.startswith("```"):
                    if inside[0].startswith("```c"):
                        yield place, Block(page, start + 1, "\n".join(inside[1:]))
                    inside = []
                else:
                    inside.append(line)
            elif line.startswith("```"):
                inside, start = [line], number
            elif line.startswith("#"):
                place = line.lstrip("# ")


def collect(root):
    """{(page, heading): blocks} of all pages and headers."""
    found = {}
    pages = ["README.md"] + sorted(os.path.relpath(p, root) for p in glob.glob(f"{root}/docs/*.md"))
    for page in pages:
        for heading, block in blocks_of_page(root, page):
            found.setdefault((page, heading), []).append(block)
    for path in sorted(glob.glob(f"{root}/include/sst/*.h")):
        page = os.path.relpath(path, root)
        for heading, block in blocks_of_header(root, page):
            found.setdefault((page, heading), []).append(block)
    return found


def fill(scaffold, found, root):
    """The scaffold with the blocks inserted, and #line so that messages name the page."""
    with open(scaffold, encoding="utf-8") as file:
        text = file.read()

    def put(mark):
        indent, page, heading, how, word = mark.groups()
        blocks = found.get((page, heading), [])
        block = next((block for block in blocks if block.fits(how, word)), None)
        if block is None:
            sys.exit(f"{scaffold}: nothing is left for {mark[0].strip()}")
        line = int(block.place.rpartition(":")[2]) + block.used
        code = textwrap.indent("\n".join(block.take(how, word)), indent)
        behind = text.count("\n", 0, mark.end()) + 2
        return f'#line {line} "{root}/{page}"\n{code}\n#line {behind} "{scaffold}"'

    return MARK.sub(put, text)


def build(source, program, options, osip):
    command = [options.compiler, *WARNINGS, "-D_POSIX_C_SOURCE=200809L",
               f"-I{options.root}/include"]
    if osip:
        command += [flag for flag in options.flags if flag.startswith(("-I", "-isystem"))]
    if options.sanitize:
        command += [f"-fsanitize={options.sanitize}", "-fno-sanitize-recover=all"]
    command += ["-o", program, source]
    if osip:
        command += [options.osip]
    # rpath: it may be the shared library
    command += [options.library, f"-Wl,-rpath,{os.path.dirname(options.library)}"]
    if osip:
        command += [flag for flag in options.flags if not flag.startswith(("-I", "-isystem"))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr if done.returncode else ""


def try_source(name, text, options, scratch, osip=False):
    """Compiles and runs; returns what went wrong, or nothing."""
    source, program = f"{scratch}/{name}.c", f"{scratch}/{name}"
    with open(source, "w", encoding="utf-8") as file:
        file.write(text)
    said = build(source, program, options, osip)
    if said:
        return f"{name}: does not compile\n{said}"
    done = subprocess.run([program], capture_output=True, text=True, timeout=60, check=False)
    if done.returncode != 0:
        return f"{name}: exit status {done.returncode}\n{done.stdout}{done.stderr}"
    return ""


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("root")
    parser.add_argument("compiler")
    parser.add_argument("library")
    parser.add_argument("--osip")
    parser.add_argument("--sanitize", default="")
    parser.add_argument("--flag", dest="flags", action="append", default=[])
    return parser.parse_args()


def main():
    options = arguments()
    here = os.path.dirname(os.path.abspath(__file__))
    found = collect(options.root)
    wrong, count = [], sum(len(blocks) for blocks in found.values())
    with tempfile.TemporaryDirectory() as scratch:
        for (page, heading), blocks in found.items():
            for block in blocks:
                if any("int main(" in line for line in block.lines):
                    name = re.sub(r"\W", "_", block.place)
                    wrong.append(try_source(name, "\n".join(block.lines), options, scratch))
                    block.used = len(block.lines)
        for scaffold in sorted(glob.glob(f"{here}/scaffold/*.c")):
            name = os.path.basename(scaffold)[:-2]
            text = fill(scaffold, found, options.root)
            osip = name.endswith("_osip")
            if osip and not options.osip:
                print(f"left out: {name}, as the libosip2 adapter is")
                continue
            wrong.append(try_source(name, text, options, scratch, osip))
        # A block with a mistake must be noticed.
        broken = "#include <sst/sst.h>\nint main(void)\n{\n    return sst_no_such();\n}\n"
        if not try_source("broken", broken, options, scratch):
            wrong.append("a call of a function that does not exist was not noticed")
    for blocks in found.values():
        wrong += [f"{block.place}: line {block.used + 1} of {len(block.lines)} and on: in no "
                  f"scaffolding (tests/docs/scaffold)"
                  for block in blocks if block.used < len(block.lines)]
    wrong = [text for text in wrong if text]
    print("\n".join(wrong) or f"{count} blocks, nothing wrong")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
