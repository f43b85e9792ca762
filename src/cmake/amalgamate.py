#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes all of libsst's core as two files, sst.c and sst.h, for hosts that copy a library in.

    amalgamate.py FOLDER

The same sources give the same files. In sst.c everything is static that sst.h does not declare.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TAG = "SPDX-License-" + "Identifier: MIT"  # in two, or reuse takes the line for this file's own

# Each header comes after those that it includes.
PUBLIC = ["version.h", "types.h", "codec.h", "counters.h", "message.h", "policy.h", "rules.h",
          "proxy.h", "session.h", "queue.h", "watch.h", "sst.h"]
PRIVATE = ["about/mem.h", "about/text.h", "rules/timing.h", "codec/scan.h", "policy/fields.h",
           "rules/rules_private.h", "watch/state.h", "watch/receive.h", "watch/judge.h",
           "session/state.h", "session/due.h", "session/plan.h", "session/commit.h",
           "session/time.h", "session/event.h", "session/lost.h", "session/refused.h",
           "queue/key.h", "queue/heap.h"]

INCLUDE = re.compile(r'^#include (?:<sst/(?P<public>\w+\.h)>|"(?P<private>\w+/\w+\.h)"|(?P<other>.*))$')
# Comments, strings and members are left as they are.
TOKEN = re.compile(r'/\*.*?\*/|"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|(?:\.|->)?\b[A-Za-z_]\w*',
                   re.DOTALL)
# Only code outside functions begins at the left margin.
FUNCTION = re.compile(r"^(?!static\b|typedef\b)[A-Za-z_][\w *]*?\b(sst_\w+)\(", re.MULTILINE)
TABLE = re.compile(r"^(?:extern )?(const [\w ]+\bsst_\w+\[)", re.MULTILINE)
STATIC = re.compile(r"^static [\w *]*?\b(\w+)(?:\(|\[| =)", re.MULTILINE)
DEFINE = re.compile(r"^#define (\w+)", re.MULTILINE)


def read(folder, name):
    return (ROOT / folder / name).read_text(encoding="utf-8")


def fail(text):
    sys.exit(f"amalgamate.py: {text}")


def core_sources():
    found = re.search(r"set\(SST_CORE_SOURCES\n(.*?)\)", read("src/cmake", "sources.cmake"), re.DOTALL)
    return found.group(1).split()


def without_includes(text, name, seen, behind):
    """The text without the library's headers; each other header is included once."""
    lines = []
    for line in text.splitlines():
        match = INCLUDE.match(line)
        if not match:
            lines.append(line)
            continue
        own = match.group("public") or match.group("private")
        if own and own not in behind:
            fail(f"{name} includes {own}, which does not stand before it")
        if not own and line not in seen:
            seen.add(line)
            lines.append(line)
    return "\n".join(lines).strip("\n") + "\n"


def part(title, text):
    text = text.removeprefix(f"/* {TAG} */\n")
    return f"\n/* ---- {title} ---- */\n\n{text}"


def banner(what):
    version = re.search(r'VERSION_STRING "(.*)"', read("include/sst", "version.h")).group(1)
    licence = "\n".join(f" * {line}".rstrip() for line in read(".", "LICENSE").splitlines())
    return (f"/* {TAG} */\n/*\n * libsst {version}: SIP session timers "
            f"(RFC 4028). {what}\n"
            " * Written by src/cmake/amalgamate.py from the sources of libsst: change those.\n"
            f" *\n{licence}\n */\n")


def header():
    on_disk = {path.name for path in (ROOT / "include/sst").glob("*.h")} - {"osip.h"}
    if on_disk != set(PUBLIC):
        fail(f"PUBLIC is not what is in include/sst: {sorted(on_disk ^ set(PUBLIC))}")
    seen, text = set(), banner("The interface of sst.c.")
    for index, name in enumerate(PUBLIC):
        own = without_includes(read("include/sst", name), name, seen, PUBLIC[:index])
        text += part(f"sst/{name}", own)
    return text


def rename(text, names):
    """Renames identifiers that are neither members nor in a comment or text."""
    return TOKEN.sub(lambda token: names.get(token.group(), token.group()), text)


def make_static(text, public):
    """Makes functions and tables that are not in the interface static, declared or defined."""
    def line(match):
        return match.group() if match.group(1) in public else "static " + match.group()
    return TABLE.sub(r"static \1", FUNCTION.sub(line, text))


def source(interface):
    public = set(re.findall(r"\b(sst_\w+)\(", interface))
    sources = core_sources()
    texts = {name: read("src", name) for name in sources}
    owners = {}
    for name, text in texts.items():
        for found in set(STATIC.findall(text)):
            owners.setdefault(found, []).append(name)

    seen, text = {line for line in interface.splitlines() if line.startswith("#include")}, ""
    for index, name in enumerate(PRIVATE):
        own = without_includes(read("src", name), name, seen, PUBLIC + PRIVATE[:index])
        text += part(name, make_static(own, public))
    for name in sources:
        stem = name.removesuffix(".c").replace("/", "_")
        own = without_includes(texts[name], name, seen, PUBLIC + PRIVATE)
        own = rename(own, {found: f"{stem}_{found}" for found, names in owners.items()
                           if len(names) > 1 and name in names})
        own = make_static(own, public)
        undefine = "".join(f"#undef {macro}\n" for macro in DEFINE.findall(own))
        text += part(name, own + ("\n" + undefine if undefine else ""))
    return banner("All of the core.") + '\n#include "sst.h"\n' + text


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    interface = header()
    (folder / "sst.h").write_text(interface, encoding="utf-8")
    (folder / "sst.c").write_text(source(interface), encoding="utf-8")


main()
