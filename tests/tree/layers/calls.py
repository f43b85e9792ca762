"""Which functions call which in a folder of C sources, read from the compiled objects."""

import collections
import concurrent.futures
import os
import re
import subprocess

# A function in one file that uses a function or table of another; files are named by their path
# from src.
Call = collections.namedtuple("Call", "caller callee file target")

# At -O0 each call remains a call, static inline functions remain functions, and each function has
# its own section; debug information says in which file it is written.
FLAGS = ["-std=c11", "-O0", "-gdwarf-4", "-ffunction-sections", "-fno-common", "-DSST_BUILDING"]

DEFINED = re.compile(r"^[0-9a-f]+ (?P<kind>[TtDdRrBb]) (?P<name>[\w.$]+)(?:\t(?P<path>.*):\d+)?$",
                     re.MULTILINE)
SECTION = re.compile(r"^Relocation section '\.rela?(\.[^']+)'.*$", re.MULTILINE)
# Offset, info, type, value, symbol; the symbol of a static function is that of its section.
ENTRY = re.compile(r"^[0-9a-f]+ +[0-9a-f]+ +R_\w+ +[0-9a-f]+ +(?:\.text\.)?([A-Za-z_]\w*)",
                   re.MULTILINE)


class Broken(Exception):
    """Something cannot be compiled or read."""


def run(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                          encoding="utf-8", errors="replace", env=dict(os.environ, LC_ALL="C"))
    if done.returncode != 0:
        raise Broken("%s\n%s" % (" ".join(command), done.stdout))
    return done.stdout


class Object:
    """What one compiled file defines, and what each of its functions refers to."""

    def __init__(self, path, source, root):
        self.source = source
        self.own, self.shared = {}, {}  # {name: file it is written in}, local and global
        for match in DEFINED.finditer(run("nm", "-l", path)):
            written = os.path.relpath(match["path"], root) if match["path"] else source
            (self.shared if match["kind"].isupper() else self.own)[match["name"]] = written
        self.references = []  # (function or "", name)
        parts = SECTION.split(run("readelf", "-rW", path))
        for section, entries in zip(parts[1::2], parts[2::2]):
            if section.startswith((".debug", ".eh_frame", ".ARM")):
                continue
            caller = section[len(".text."):] if section.startswith(".text.") else ""
            self.references += [(caller, match[1]) for match in ENTRY.finditer(entries)]

    def file_of(self, name):
        return self.own.get(name) or self.shared.get(name)


def compiled(compiler, flags, root, folder, names):
    """An object in a folder for each of root's files."""
    def one(name):
        target = os.path.join(folder, name.replace("/", "-") + ".o")
        run(*compiler, *FLAGS, *flags, "-I" + root, "-c", os.path.join(root, name), "-o", target)
        return Object(target, name, root)

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return list(pool.map(one, names))


def between(objects):
    """The calls between files, each once. Whatever a table refers to counts as called by its
    file."""
    everywhere = {}
    for one in objects:
        everywhere.update(one.shared)
    found = set()
    for one in objects:
        for caller, callee in one.references:
            file = one.file_of(caller) or one.source
            target = one.file_of(callee) or everywhere.get(callee)
            if target is not None and target != file:
                found.add(Call(caller or "a table", callee, file, target))
    return sorted(found)
