#!/usr/bin/env python3
"""Checks that calls point down: none goes from a folder of src, or a file in a folder, to one that
is above it in layers.tsv, and no files call each other in a circle.

    check.py [--cc COMPILER]

The calls are read from the compiled objects; a table of functions calls them all. A header
with the same name as a source belongs to it.
Exit status: 0 all point down, 1 one does not, or layers.tsv names something that does not exist.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import calls  # noqa: E402  pylint: disable=wrong-import-position

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))


class Layers:
    """heights: {folder: {name: height}}; loose: folders in which any call is allowed."""

    def __init__(self, lines):
        self.heights, self.loose = {}, set()
        for line in lines:
            line = line.rstrip("\n")
            if not line or line.startswith("#"):
                continue
            folder, _, names = line.partition("\t")
            if names == "any":
                self.loose.add(folder)
                continue
            known = self.heights.setdefault(folder, {})
            height = max(known.values(), default=0) + 1
            for name in names.split(" "):
                if not name or name in known:
                    raise calls.Broken("layers.tsv: no name, or a name twice: " + line)
                known[name] = height

    def height(self, folder, name):
        """None if the folder has no order, 0 if it has one that lacks the name."""
        known = self.heights.get(folder)
        return None if known is None else known.get(name, known.get(module(name) + ".c", 0))


def module(path):
    """A source and its header count as one."""
    return os.path.splitext(path)[0]


def places(call):
    """[(folder, caller's name there, callee's name there)]: in src, or in a folder of it."""
    folders = os.path.dirname(call.file), os.path.dirname(call.target)
    if folders[0] != folders[1]:
        return ("src", *folders)
    return folders[0], os.path.basename(call.file), os.path.basename(call.target)


def is_upward(call, layers):
    folder, low, high = places(call)
    heights = layers.height(folder, low), layers.height(folder, high)
    return None not in heights and 0 not in heights and heights[0] < heights[1]


def circles(edges):
    """Cycles of names, one for each set of names that reach each other."""
    graph = {}
    for low, high in edges:
        graph.setdefault(low, set()).add(high)

    def way(start, end):
        """The shortest path from one name to another, or None."""
        ways, todo = {start: [start]}, [start]
        while todo:
            name = todo.pop(0)
            for other in sorted(graph.get(name, ())):
                if other == end:
                    return ways[name] + [end]
                if other not in ways:
                    ways[other] = ways[name] + [other]
                    todo.append(other)
        return None

    told = set()
    for name in sorted(graph):
        ring = way(name, name) if name not in told else None
        if ring is not None:
            told.update(ring)
            told.update(other for other in graph if way(name, other) and way(other, name))
            yield ring


def rings(found, layers):
    """Cycles of files, and of folders at the same height."""
    files, folders, example = set(), set(), {}
    for call in found:
        folder, low, high = places(call)
        if folder == "src":
            if layers.height(folder, low) == layers.height(folder, high):
                folders.add((low, high))
                example.setdefault((low, high), call)
        if folder not in layers.loose and module(call.file) != module(call.target):
            pair = module(call.file), module(call.target)
            files.add(pair)
            example.setdefault(pair, call)
    for ring in [*circles(files), *circles(folders)]:
        steps = [example[pair] for pair in zip(ring, ring[1:])]
        yield "a circle of calls: " + ", ".join(
            "%s of %s calls %s" % (call.caller, call.file, call.callee) for call in steps) + \
            " of " + steps[-1].target


def strangers(names, layers):
    """Folders and files without a height, and heights of what does not exist."""
    present = {"src": {os.path.dirname(name) for name in names}}
    for name in names:
        folder, file = os.path.split(name)
        present.setdefault(folder, set()).add(file)
    for folder, known in layers.heights.items():
        there = present.get(folder, set())
        sources = {name for name in there if folder == "src" or name.endswith(".c")}
        yield from ("layers.tsv: no line of %s has %s" % (folder, name or "the files of src itself")
                    for name in sorted(sources - set(known)))
        yield from ("layers.tsv: %s has no %s" % (folder, name)
                    for name in sorted(set(known) - there))


def complaints(names, found, layers):
    """What is wrong with these calls; names are all existing files. A call that points up is
    reported once, and not again as part of a circle."""
    up = [call for call in found if is_upward(call, layers)]
    down = [call for call in found if call not in up]
    return [*strangers(names, layers),
            *("%s: %s calls %s, which is above it, in %s" % (
                call.file, call.caller, call.callee, call.target) for call in up),
            *rings(down, layers)]


def sources(root):
    """(files of the library by their paths from src, flags of the compiler)"""
    with open(os.path.join(root, "src", "cmake", "sources.cmake"), encoding="utf-8") as file:
        text = file.read()
    names = {}
    for which in ("CORE", "OSIP"):
        names[which] = re.search(r"set\(SST_%s_SOURCES\n(.*?)\)" % which, text, re.S)[1].split()
    flags = ["-I" + os.path.join(root, "include")]
    done = subprocess.run(["pkg-config", "--cflags", "libosip2"], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, check=False, encoding="utf-8") \
        if shutil.which("pkg-config") else None
    if done is None or done.returncode != 0:
        print("no libosip2: the calls of its adapter are not checked")
        return names["CORE"], flags, names["OSIP"]
    return names["CORE"] + names["OSIP"], flags + done.stdout.split(), []


def look(root, compiler):
    """(all files, the calls between them)"""
    names, flags, unseen = sources(root)
    source = os.path.join(root, "src")
    with tempfile.TemporaryDirectory() as folder:
        objects = calls.compiled(compiler, flags, source, folder, names)
    headers = [os.path.relpath(os.path.join(path, file), source)
               for path, _, files in os.walk(source) for file in files if file.endswith(".h")]
    return [*names, *unseen, *headers], calls.between(objects)


def read_layers():
    with open(os.path.join(HERE, "layers.tsv"), encoding="utf-8") as file:
        return Layers(file)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cc", default="cc")
    options = parser.parse_args()
    try:
        names, found = look(ROOT, options.cc.split())
        wrong = complaints(names, found, read_layers())
    except calls.Broken as error:
        print(error)
        return 1
    print("\n".join([*wrong, "%d files, %d calls from one to another, %d complaints" % (
        len(names), len(found), len(wrong))]))
    return 1 if wrong or not found else 0


if __name__ == "__main__":
    sys.exit(main())
