#!/usr/bin/env python3
"""Writes and checks tests/platform/memory.md: size of the code, depth of the stack, sizes of structures.

    memory.py write
    memory.py check [--short]       --short: one column of each table, not all

Exit status: 0 done, or the page is up to date; 1 it is not, or the library no longer fits what the
page's text says; 2 wrong use; 77 check only: a compiler is not installed, or is not the version
that the page was written with.
"""

import argparse
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap

import callgraph
import run

PAGE = os.path.join(run.ROOT, "tests", "platform", "memory.md")
INCLUDE = os.path.join(run.ROOT, "include")
BARE = "-ffreestanding -ffunction-sections -fdata-sections"
TARGETS = {
    "x86-64 -O2": "gcc -O2",
    "x86-64 -Os": "gcc -Os",
    "ARM Linux -Os": "arm-linux-gnueabihf-gcc -Os",
    "Cortex-M4 -Os": "arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb -Os",
    "Cortex-M0 -Os": "arm-none-eabi-gcc -mcpu=cortex-m0 -mthumb -Os",
}
STRUCTURES = {
    "x86-64": "gcc",
    "ARM Linux": "arm-linux-gnueabihf-gcc",
    "Cortex-M": "arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb",
    "i386": "gcc -m32",
}
SOURCE = os.path.join(run.ROOT, "src")
CORE = ["-DSST_BUILDING", "-I" + INCLUDE, "-I" + SOURCE]
# libgcc's names for 64-bit division, on any processor.
LONG_DIVISION = re.compile(r"\S+\s+U (__aeabi_u?ldivmod|__u?(?:div|mod|divmod)di[34])\b")
# The target whose call chains are shown.
SHOWN = "Cortex-M4 -Os"
SHORT = {SHOWN: TARGETS[SHOWN]}


class Unfit(Exception):
    """The library does not match what the page says in every version."""


def output(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, check=True, encoding="utf-8").stdout


def tool(compiler, name):
    """The tool from the same family: size, ld, nm."""
    return compiler.split()[0][:-len("gcc")] + name


def version(compiler):
    return output(compiler.split()[0], "--version").splitlines()[0]


def headers():
    """{name of a header: its text}, without the libosip2 adapter's."""
    found = {}
    for path in sorted(glob.glob(os.path.join(INCLUDE, "sst", "*.h"))):
        if os.path.basename(path) != "osip.h":
            with open(path, encoding="utf-8") as file:
                found[os.path.basename(path)] = file.read()
    return found


def public_functions(text):
    return re.findall(r"^SST_API\s[^;(]*?\b(sst_\w+)\(", text, re.MULTILINE)


def compile_one(command, path, scratch, more):
    """The object of a file; files in two folders may have the same name."""
    folder, name = os.path.split(path)
    target = os.path.join(scratch, "%s-%s.o" % (os.path.basename(folder), name))
    subprocess.run([*command.split(), *BARE.split(), "-std=c11", *more, "-c", path,
                    "-o", target], check=True)
    return target


def code_sizes(compiler, *targets):
    """Bytes of code and constants, without tables for debuggers and for stack unwinding."""
    totals = []
    for line in output(tool(compiler, "size"), "-A", *targets).splitlines():
        if line.endswith(" :"):
            totals.append(0)
        match = re.match(r"\.(text|rodata|data\.rel\.ro|data|bss)[\w.]*\s+(\d+)", line)
        if match and match[1] in ("data", "bss") and int(match[2]) > 0:
            raise Unfit("%s has writable data" % os.path.basename(targets[len(totals) - 1]))
        if match:
            totals[-1] += int(match[2])
    return totals


def linked_size(compiler, objects, roots, scratch, libraries=()):
    """The size that is left of the objects when the linker has dropped what the roots do not
    need."""
    target = os.path.join(scratch, "linked")
    subprocess.run([tool(compiler, "ld"), "-r", "--gc-sections",
                    *("-u" + root for root in roots), *objects, *libraries, "-o", target],
                   check=True)
    return code_sizes(compiler, target)[0]


class Build:
    """The core on one target: sizes by file, parts, and the call graph."""

    def __init__(self, command, functions):
        with tempfile.TemporaryDirectory() as scratch:
            objects = {os.path.relpath(path, SOURCE):
                       compile_one(command, path, scratch, [*CORE, callgraph.INFO])
                       for path in run.core_sources()}
            paths = list(objects.values())
            self.files = dict(zip(objects, code_sizes(command, *paths)))
            needed = LONG_DIVISION.search(output(tool(command, "nm"), "-A", *paths))
            if needed:
                raise Unfit("%s is needed, with %s" % (needed[0], command))
            minimal = compile_one(command, self.minimal(scratch), scratch, CORE)
            used = re.findall(r"\bU (sst_\w+)", output(tool(command, "nm"), minimal))
            proxy = [*functions["proxy.h"], *functions["message.h"]]
            self.parts = [linked_size(command, paths, roots, scratch) for roots in (used, proxy)]
            everything = [name for names in functions.values() for name in names]
            libgcc = output(*command.split(), "-print-libgcc-file-name").strip()
            self.libgcc = linked_size(command, paths, everything, scratch, [libgcc]) - \
                linked_size(command, paths, everything, scratch)
            if callgraph.red_zone(command.split()):  # a different compilation, and not of this code
                self.graph = callgraph.of(run.core_sources(), [*command.split(), *BARE.split(), *CORE])
            else:
                self.graph = callgraph.beside(paths)

    @staticmethod
    def minimal(scratch):
        """Only the calls of examples/minimal.c, because there is no C library to print with."""
        with open(os.path.join(run.ROOT, "examples", "minimal.c"), encoding="utf-8") as file:
            names = sorted(set(re.findall(r"\b(sst_\w+)\(", file.read())))
        path = os.path.join(scratch, "minimal.c")
        with open(path, "w", encoding="utf-8") as file:
            file.write("#include <sst/sst.h>\ntypedef void function(void);\n"
                       "extern function *const used[];\n")
            file.write("function *const used[] = {%s};\n" % ", ".join(
                "(function *)" + name for name in names))
        return path


def text(paragraph):
    return [*textwrap.wrap(" ".join(paragraph.split()), 100, break_on_hyphens=False), ""]


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---:|" * (len(head) - 1)]
    return lines + ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows] + [""]


def code_section(builds):
    rows = [[name, *(build.files[name] for build in builds.values())]
            for name in next(iter(builds.values())).files]
    rows.append(["**all**", *("**%d**" % sum(b.files.values()) for b in builds.values())])
    for i, part in enumerate(("what `examples/minimal.c` links", "what a proxy links")):
        rows.append([part, *(build.parts[i] for build in builds.values())])
    rows.append(["besides, of libgcc, by all", *(build.libgcc for build in builds.values())])
    return ["## Code", "", *table(["bytes of code and constants", *builds], rows), *text("""
        There is no writable data. What `examples/minimal.c` links is a user agent that sets its
        policy in C; a proxy links what `sst/proxy.h` and `sst/message.h` declare. Both are linked
        with `--gc-sections`. On processors without an instruction for division, or for 64-bit
        products, libgcc does them; none needs 64-bit division.""")]


def stack_section(builds, functions):
    rows, chains = [], []
    for header, names in functions.items():
        row = ["`sst/%s`" % header]
        for target, build in builds.items():
            graph = build.graph
            deepest = max((graph.chain(name) for name in names), key=graph.depth)
            row.append(graph.depth(deepest))
            if target == SHOWN:
                chains.append("- `sst/%s`: %s" % (header, told(graph, deepest)))
        rows.append(row)
    row = ["a callback of the host is called at"]
    for target, build in builds.items():
        graph = build.graph
        leading = [graph.chain(name, callgraph.HOST) for names in functions.values()
                   for name in names]
        deepest = max((chain for chain in leading if chain is not None), key=graph.depth)
        row.append(graph.depth(deepest))
        if target == SHOWN:
            chains.append("- to a callback: " + told(graph, deepest[:-1]))
    return ["## Stack", "", *table(["bytes at the deepest", *builds], [*rows, row]),
            *text("""
            These are upper bounds: the largest sum of frames along any chain of calls. No function
            in the library calls itself, directly or through others, and no frame size depends on
            input. Add to the last row what your callback uses, and any call that it makes into the
            library. memcpy and the like, and libgcc, are not counted."""),
            "The deepest chains on %s:" % SHOWN, "", *chains, ""]


def told(graph, chain):
    names = [(name.split(":")[-1].split(".")[0], graph.frames[name]) for name in chain]
    return ", ".join("`%s` %d" % pair for pair in names)


def structure_section(texts):
    names = [name for text in texts.values()
             for name in re.findall(r"^struct (sst_\w+) \{", text, re.MULTILINE)]
    columns = []
    for command in STRUCTURES.values():
        with tempfile.TemporaryDirectory() as scratch:
            path = os.path.join(scratch, "structures.c")
            with open(path, "w", encoding="utf-8") as file:
                file.write("#include <sst/sst.h>\n")
                file.writelines("char size_of_%s[sizeof(struct %s)];\n" % (n, n) for n in names)
            listed = output(tool(command, "nm"), "-S", compile_one(command, path, scratch, CORE))
            sizes = dict(re.findall(r"^\w+ (\w+) \w size_of_(\w+)$", listed, re.MULTILINE)[i][::-1]
                         for i in range(len(names)))
            columns.append({name: int(sizes[name], 16) for name in names})
    rows = [["`struct %s`" % name, *(column[name] for column in columns)] for name in names]
    return ["## Structures", "", *table(["bytes", *STRUCTURES], rows),
            *text("""
            For each call a host keeps one `sst_session`, and one `sst_tx` for each open
            transaction; a queue adds one `sst_queue_slot`. The others exist once, or only during a
            call into the library. i386 aligns 64-bit numbers to 4 bytes, and the compiler for
            Cortex-M makes enumerations as short as possible.""")]


def versions(targets):
    return ["- %s: `%s`, %s" % (name, command, version(command))
            for name, command in targets.items()]


def only(targets, written):
    """The page as it would be for these targets alone."""
    left_out = TARGETS.keys() - targets.keys()
    dropped = None  # the dropped columns of the current table
    for line in written.splitlines():
        cells = line.split("|")
        if not line.startswith("|"):
            dropped = None
        elif dropped is None:
            dropped = [i for i, cell in enumerate(cells) if cell.strip() in left_out]
        if not line.startswith(tuple("- %s: `" % name for name in left_out)):
            yield "|".join(cell for i, cell in enumerate(cells) if i not in (dropped or []))


def page(targets):
    texts = headers()
    functions = {name: public_functions(text) for name, text in texts.items()}
    functions = {name: found for name, found in functions.items() if found}
    builds = {name: Build(command, functions) for name, command in targets.items()}
    lines = ["# What it takes: code, stack, structures", "", *text("""
        Written by `tests/platform/memory.py write`; a test fails if it is out of date. It covers
        only the core, without the libosip2 adapter, compiled with `%s` and:""" % BARE),
             *versions(targets), "",
             *code_section(builds), *stack_section(builds, functions), *structure_section(texts)]
    return "\n".join(lines).rstrip() + "\n"


def unfit(written, targets):
    """Why the page cannot be checked here."""
    for command in {*targets.values(), *STRUCTURES.values()}:
        if shutil.which(command.split()[0]) is None:
            return "not installed: " + command.split()[0]
    if not output("gcc", "-dumpmachine").startswith("x86_64"):
        return "gcc is for another processor than x86-64"
    for line in versions(targets):
        if line not in written.splitlines():
            return "the page was written with another version than " + line
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("action", choices=["write", "check"])
    parser.add_argument("--short", action="store_true")
    options = parser.parse_args()
    targets = SHORT if options.short else TARGETS
    written = ""
    if os.path.exists(PAGE):
        with open(PAGE, encoding="utf-8") as file:
            written = file.read()
    try:
        if options.action == "write":
            made = page(TARGETS)
            with open(PAGE, "w", encoding="utf-8") as file:
                file.write(made)
            return 0
        reason = unfit(written, targets)
        if reason is not None:
            print("skipped, " + reason)
            return 77
        made = page(targets)
    except (callgraph.Unbounded, Unfit) as error:
        print(error)
        return 1
    old, new = list(only(targets, written)), made.splitlines()
    stale = [line for line in new if line not in old] + [line for line in old if line not in new]
    if old != new:
        print("tests/platform/memory.md is out of date: run tests/platform/memory.py write")
        print("\n".join(stale[:20]))
    return 1 if old != new else 0


if __name__ == "__main__":
    sys.exit(main())
