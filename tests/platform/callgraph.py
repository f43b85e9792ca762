"""Call graphs with stack use, as gcc -fcallgraph-info=su writes them next to each object."""

import os
import re
import subprocess
import tempfile

NODE = re.compile(r'node: \{ title: "(?P<title>[^"]+)" label: "(?P<label>[^"]*)"')
EDGE = re.compile(r'edge: \{ sourcename: "(?P<caller>[^"]+)" targetname: "(?P<callee>[^"]+)"')
FRAME = re.compile(r"(\d+) bytes \((\w+)\)")
INFO = "-fcallgraph-info=su"
# gcc's name for the target of a call through a pointer: here, the host.
HOST = "__indirect_call"


class Unbounded(Exception):
    """A chain of calls has no deepest stack."""


def of(sources, compiler):
    """The graph of the sources, compiled by this compiler with these flags."""
    with tempfile.TemporaryDirectory() as scratch:
        objects = []
        for number, path in enumerate(sources):
            objects.append(os.path.join(scratch, "%d.o" % number))
            subprocess.run([*compiler, *flags(compiler), "-std=c11", "-c", path, "-o", objects[-1]],
                           check=True)
        return beside(objects)


def red_zone(compiler):
    """Whether functions store data below the stack pointer, which would not be counted."""
    machine = subprocess.run([*compiler, "-dumpmachine"], stdout=subprocess.PIPE, check=True,
                             encoding="utf-8").stdout
    return machine.startswith("x86_64") and "-m32" not in compiler


def flags(compiler):
    return [INFO, "-mno-red-zone"] if red_zone(compiler) else [INFO]


def beside(objects):
    """The graph of objects that were compiled with INFO."""
    texts = []
    for path in objects:
        with open(os.path.splitext(path)[0] + ".ci", encoding="utf-8") as file:
            texts.append(file.read())
    return Graph(texts)


class Graph:
    """frames: {function: bytes}, calls: {function: functions}; names without their files."""

    def __init__(self, texts):
        self.frames, self.calls, self.deepest = {}, {}, {}
        for text in texts:
            for match in NODE.finditer(text):
                frame = FRAME.search(match["label"])
                if frame and frame[2] not in ("static", "dynamic,bounded"):
                    raise Unbounded("%s has a frame of %s size" % (match["title"], frame[2]))
                if frame:
                    self.frames[match["title"]] = int(frame[1])
            for match in EDGE.finditer(text):
                self.calls.setdefault(match["caller"], set()).add(match["callee"])

    def chain(self, function, end=None):
        """The deepest chain of calls from a function, as a list of functions; with an end, the
        deepest that leads there, or None. Functions outside the library count as nothing."""
        return self._chain(function, end, [])

    def _chain(self, function, end, above):
        if function in above:
            raise Unbounded("recursion: " + " > ".join([*above, function]))
        if (function, end) not in self.deepest:
            chains = [self._chain(callee, end, [*above, function])
                      for callee in sorted(self.calls.get(function, ()))
                      if callee in self.frames or callee == end]
            chains = [chain for chain in chains if chain is not None]
            if function == end:
                found = [end]
            elif chains:
                found = [function, *max(chains, key=self.depth)]
            else:
                found = [function] if end is None else None
            self.deepest[function, end] = found
        return self.deepest[function, end]

    def depth(self, chain):
        return sum(self.frames.get(function, 0) for function in chain)
