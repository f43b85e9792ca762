#!/usr/bin/env python3
"""Compares the tables of state in docs/design.md with the code.

    state.py ROOT          each piece of state has a row, and each row agrees with the code
    state.py --notices     ... and disagreements would be noticed
    state.py --where ROOT  the functions that mention each piece's name, for writing rows

Pieces of state are the members of struct sst_session and struct sst_tx, as `session.flags` and
`tx.cseq`, and what src/session/state.h names: enumerators, flags, and places of parts (PHASE_AT). A
name composed of others, such as F_INTERVAL of flags, is not one. A table of state has this head:

    | state | set by | cleared by | needed by |

A row names one or more pieces in backticks. Functions in its second and third cell, such as
`sst_session_commit()`, must exist in src and mention each piece in the row, or a name composed of
it; a cell may instead say in words why there is none. The last cell has the rules.
Exit status: 0 they agree, 1 they do not.
"""

import glob
import os
import re
import sys

HEAD = "| state | set by | cleared by | needed by |"
STRUCTURES = ("session", "tx")
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
DEFINE = re.compile(r"^#define ([A-Z]\w+)[ \t]((?:\\\n|[^\n])+)", re.MULTILINE)
ENUM = re.compile(r"^enum \w+ \{(.*?)\}", re.MULTILINE | re.DOTALL)
# A definition begins and ends in the first column, as .clang-format requires.
FUNCTION = re.compile(r"^(?!typedef|#)\w[^;{}()]*?\b(\w+)\([^;{}]*?\)\n\{\n(.*?)^\}", re.M | re.S)
RULE = re.compile(r"§|\bEC-\d+|\bRFC \d+|\bFB-\d+")


class Code:
    """pieces: names of state; made: {name: names that it is composed of}; bodies: {function:
    text}."""

    def __init__(self, interface, header, sources):
        self.pieces, self.made, self.bodies = [], {}, {}
        for structure in STRUCTURES:
            body = re.search(r"^struct sst_%s \{(.*?)^\}" % structure, interface, re.M | re.S)[1]
            for member in re.findall(r"\b(\w+)(?:\[\w+\])?;", COMMENT.sub("", body)):
                self.pieces.append("%s.%s" % (structure, member))
        text = COMMENT.sub("", header)
        for body in ENUM.findall(text):
            self.pieces += re.findall(r"\b([A-Z][A-Z0-9_]+)\b(?=\s*(?:=[^,]*)?(?:,|$|\n))", body)
        for name, value in DEFINE.findall(text):
            parts = set(re.findall(r"\b[A-Z][A-Z0-9]*_\w+", re.sub(r"UINT\d+_C", "", value)))
            if parts:
                self.made[name] = parts
            else:
                self.pieces.append(name)
        for source in sources:
            for name, body in FUNCTION.findall(COMMENT.sub("", source)):
                self.bodies[name] = self.bodies.get(name, "") + body

    def mentions(self, function, piece):
        """Whether a function mentions the piece's name, or one composed of it."""
        if "." in piece:
            member = piece.partition(".")[2]
            # A structure may be written as a whole: .member = value.
            return re.search(r"(?:->|\.)%s\b" % member, self.bodies[function]) is not None
        names, before = {piece}, 0
        while len(names) > before:
            before = len(names)
            names |= {name for name, parts in self.made.items() if parts & names}
        return any(re.search(r"\b%s\b" % name, self.bodies[function]) for name in names)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def code_of(root):
    paths = sorted(glob.glob(os.path.join(root, "src", "*", "*.[ch]")))
    return Code(read(os.path.join(root, "include", "sst", "session.h")),
                read(os.path.join(root, "src", "session", "state.h")), map(read, paths))


def rows(page):
    """(line number, cells) of each row of the tables of state."""
    inside = False
    for number, line in enumerate(page.split("\n"), 1):
        if line == HEAD:
            inside = True
        elif not line.startswith("|"):
            inside = False
        elif inside and not re.fullmatch(r"[|: -]+", line):
            yield number, [cell.strip() for cell in line.strip().strip("|").split("|")]


def check_row(code, cells):
    """What is wrong with a row."""
    if len(cells) != 4 or not all(cells):
        yield "not four cells that say something"
        return
    pieces = re.findall(r"`([\w.]+)`", cells[0])
    if not pieces:
        yield "names no piece of state"
    for name in pieces:
        if name not in code.pieces:
            yield "the code has no state of the name %s" % name
    for cell in cells[1:3]:
        for function in re.findall(r"`(\w+)\(\)`", cell):
            if function not in code.bodies:
                yield "there is no function %s()" % function
                continue
            for name in pieces:
                if name in code.pieces and not code.mentions(function, name):
                    yield "%s() has nothing of %s" % (function, name)
    if not RULE.search(cells[3]):
        yield "no rule needs it: none of the RFC, EC or FB in the last cell"


def complaints(code, page):
    told, found = {}, []
    for number, cells in rows(page):
        found += ["line %d: %s" % (number, text) for text in check_row(code, cells)]
        for name in re.findall(r"`([\w.]+)`", cells[0]):
            if name in told:
                found.append("line %d: %s is in line %d too" % (number, name, told[name]))
            told[name] = number
    return found + ["no row has %s" % name for name in code.pieces if name not in told]


SMALL_INTERFACE = """
struct sst_session {
    const void *policy; /**< private; as are all; */
    uint32_t flags; /**< two things */
};
struct sst_tx {
    uint8_t cseq;
};
"""
SMALL_HEADER = """
#ifndef SST_STATE_H
#define SST_STATE_H
enum sst_phase {
    PHASE_IDLE = 0, /* NOT_THIS, nor this */
    PHASE_ENDED
};
enum sst_one { ONE_A, ONE_B = 3 };
#define PHASE_AT 0u
#define F_CALLER (UINT32_C(1) << 1) /* F_NOT_THIS */
#define F_ASKED (1u << 2)
#define F_INTERVAL \\
    (F_ASKED)
#define F_ALL (F_INTERVAL | F_CALLER)
#define F_OF(x) (x)
static inline void sst_set_phase(struct sst_session *s, uint32_t phase)
{
    s->flags = phase << PHASE_AT;
}
#endif
"""
SMALL_SOURCE = """
int begin(struct sst_session *s,
          const void *policy)
{
    *s = (struct sst_session){.policy = policy};
    s->flags |= F_CALLER | F_ASKED;
    sst_set_phase(s, PHASE_IDLE);
    return 0;
}

static void end(struct sst_session *s)
{
    s->flags &= ~F_ALL;
    if (s->flags) {
        sst_set_phase(s, PHASE_ENDED);
    }
}

void take(struct sst_tx *tx)
{
    tx->cseq = ONE_A | ONE_B;
}
"""
SMALL_PIECES = ["session.policy", "session.flags", "tx.cseq", "PHASE_IDLE", "PHASE_ENDED", "ONE_A",
                "ONE_B", "PHASE_AT", "F_CALLER", "F_ASKED"]
SMALL_PAGE = HEAD + """
|---|---|---|---|
| `session.policy` | `begin()` | never | EC-1 |
| `session.flags`, `PHASE_AT` | `sst_set_phase()` | nobody: parts | §7.1 |
| `PHASE_IDLE` | `begin()` | `end()` by the next | RFC 3261 |
| `PHASE_ENDED` | `end()` | never | EC-2 |
| `F_CALLER`, `F_ASKED` | `begin()` | `end()` | §10 |

Another table:

""" + HEAD + """
|---|---|---|---|
| `tx.cseq`, `ONE_A`, `ONE_B` | `take()` | never | §4 |

| `no.state` | a table without the head |
"""
# The text replaced, its replacement, and the expected messages.
CASES = [
    ("", "", []),
    ("| `PHASE_ENDED` | `end()` | never | EC-2 |\n", "", ["no row has PHASE_ENDED"]),
    ("`session.flags`, `PHASE_AT`", "`PHASE_AT`", ["no row has session.flags"]),
    ("`F_CALLER`, `F_ASKED`", "`F_CALLER`, `F_ASKED`, `F_OLD`",
     ["line 7: the code has no state of the name F_OLD"]),
    ("`tx.cseq`", "`tx.cseq`, `tx.spare`", ["line 13: the code has no state of the name tx.spare"]),
    ("`F_CALLER`, `F_ASKED`", "`F_CALLER`, `F_ASKED`, `F_INTERVAL`",
     ["line 7: the code has no state of the name F_INTERVAL"]),
    ("`begin()` | `end()` | §10", "`began()` | `end()` | §10",
     ["line 7: there is no function began()"]),
    ("| `end()` | never | EC-2", "| `begin()` | never | EC-2",
     ["line 6: begin() has nothing of PHASE_ENDED"]),
    ("`begin()` | never | EC-1", "`take()` | never | EC-1",
     ["line 3: take() has nothing of session.policy"]),
    ("never | EC-2", " | EC-2", ["line 6: not four cells that say something"]),
    ("never | EC-2", "never | it is good", ["line 6: no rule needs it"]),
    ("| `PHASE_ENDED` |", "| PHASE_ENDED |",
     ["line 6: names no piece of state", "no row has PHASE_ENDED"]),
    ("`F_CALLER`, `F_ASKED`", "`F_CALLER`, `F_ASKED`, `PHASE_IDLE`",
     ["line 7: end() has nothing of PHASE_IDLE", "line 7: PHASE_IDLE is in line 5 too"]),
    ("| set by |", "| set |", ["no row has " + name for name in SMALL_PIECES[:2]] +
     ["no row has " + name for name in SMALL_PIECES[3:5] + SMALL_PIECES[7:]]),
]


def notices():
    """The number of mistakes that are not noticed."""
    code = Code(SMALL_INTERFACE, SMALL_HEADER, [SMALL_HEADER, SMALL_SOURCE])
    # The row of PHASE_IDLE is wrong: end() leaves that state by naming another.
    page = SMALL_PAGE.replace("`end()` by the next", "what comes next")
    wrong = 0
    if code.pieces != SMALL_PIECES:
        print("state is taken to be %s" % code.pieces)
        wrong += 1
    if [text.partition(": ")[2] for text in complaints(code, SMALL_PAGE)] != \
            ["end() has nothing of PHASE_IDLE"]:
        print("a function that does not name what it should clear: not noticed")
        wrong += 1
    for old, new, expected in CASES:
        said = complaints(code, page.replace(old, new, 1) if old else page)
        missed = [text for text in expected if not any(line.startswith(text) for line in said)]
        if missed or len(said) != len(expected):
            print("%r for %r: it says\n    %s" % (new, old, "\n    ".join(said)))
            wrong += 1
    print("%d of %d wrong" % (wrong, len(CASES) + 2))
    return wrong


def main():
    if sys.argv[1:] == ["--notices"]:
        return 1 if notices() else 0
    code = code_of(sys.argv[-1])
    if sys.argv[1:-1] == ["--where"]:
        for piece in code.pieces:
            print(piece + ": " + " ".join(sorted(name + "()" for name in code.bodies
                                                 if code.mentions(name, piece))))
        return 0
    wrong = complaints(code, read(os.path.join(sys.argv[1], "docs", "design.md")))
    print("\n".join([*("docs/design.md: " + text for text in wrong),
                     "%d pieces of state, %d complaints" % (len(code.pieces), len(wrong))]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
