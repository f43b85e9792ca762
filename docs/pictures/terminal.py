#!/usr/bin/env python3
"""Makes a picture of what a program wrote to a terminal: SVG on standard output.

    PROGRAM | terminal.py TITLE [FIRST-LINE LAST-LINE]

Lines count from 1. Of the escape sequences those for colours are understood; a program that asks
whether it writes to a terminal has to be told to use them.
"""

import html
import re
import sys

CHAR, LINE, MARGIN, BAR = 7.8, 17, 16, 32
STYLE = """
.paper{fill:#0d1117;stroke:#3d444d}.bar{fill:#161b22}
text{font-family:ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:13px;
fill:#e6edf3;white-space:pre}
.name{fill:#9198a1}.c1{font-weight:700}.c2{fill:#9198a1}.c31{fill:#ff7b72}.c32{fill:#7ee787}
.c33{fill:#e3b341}.c34{fill:#79c0ff}.c35{fill:#d2a8ff}.c36{fill:#76e3ea}
"""


def spans(line):
    """A line as text elements, one for each colour."""
    kinds, column = [], 0
    for part in re.split(r"(\x1b\[[0-9;]*m)", line):
        code = re.fullmatch(r"\x1b\[([0-9;]*)m", part)
        if code:
            numbers = [int(number or 0) for number in code.group(1).split(";")]
            if 0 in numbers:
                kinds = []
            elif numbers[-1] >= 30:     # a colour takes the place of another one
                kinds = [kind for kind in kinds if len(kind) < 3]
            kinds += ["c%d" % number for number in numbers if number]
        elif part:
            yield column, " ".join(kinds), part
            column += len(part)


def main():
    lines = [line.rstrip() for line in sys.stdin.read().splitlines()]
    if len(sys.argv) == 4:
        lines = lines[int(sys.argv[2]) - 1:int(sys.argv[3])]
    plain = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in lines]
    width = max(len(line) for line in plain) * CHAR + 2 * MARGIN
    height = BAR + len(lines) * LINE + 2 * MARGIN
    print('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" '
          'role="img">' % (width, height, width, height))
    print("<title>%s</title>\n<style>%s</style>" % (html.escape(sys.argv[1]), STYLE))
    print('<rect x="0.5" y="0.5" width="%d" height="%d" rx="8" class="paper"/>'
          % (width - 1, height - 1))
    print('<rect x="1" y="1" width="%d" height="%d" rx="8" class="bar"/>' % (width - 2, BAR))
    print('<text x="%d" y="21" class="name">%s</text>' % (MARGIN, html.escape(sys.argv[1])))
    for number, line in enumerate(lines):
        for column, kind, text in spans(line):
            if text.strip():
                lead = len(text) - len(text.lstrip())
                print('<text x="%.1f" y="%d" class="%s">%s</text>'
                      % (MARGIN + (column + lead) * CHAR, BAR + MARGIN + 13 + number * LINE, kind,
                         html.escape(text.strip()) if "  " not in text.strip() else
                         html.escape(text.strip()).replace(" ", "\u00a0")))
    print("</svg>")


if __name__ == "__main__":
    main()
