#!/usr/bin/env python3
"""Draws the pictures of the documentation: docs/pictures/NAME.txt becomes docs/pictures/NAME.svg.

    draw.py           writes all
    draw.py check     exit status 1 where a picture is not what its text says

The first line of a text is `KIND: TITLE`; KIND is ladder, timeline, table or boxes, and the function
of that name below says what the other lines mean. Lines that begin with # are comments.
"""

import html
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
CHAR = 7.8          # width of a character of the labels
FIELD = 6.6         # of the small ones
LINE = 17
MARGIN = 24

STYLE = """
.paper{fill:#ffffff;stroke:#d0d7de}
text{font-family:ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:13px;fill:#1f2328}
.title{font-family:system-ui,"DejaVu Sans",sans-serif;font-size:16px;font-weight:600}
.small{font-size:11px;fill:#59636e}
.strong{font-weight:700}
.line{stroke:#59636e;stroke-width:1.5;fill:none}
.dash{stroke-dasharray:4 4}
.box{fill:#f6f8fa;stroke:#59636e;stroke-width:1.5}
.local{stroke:#0969da}.local.mark,.local.box{fill:#ddf4ff}text.local{fill:#0550ae;stroke:none}
.peer{stroke:#8250df}.peer.mark,.peer.box{fill:#fbefff}text.peer{fill:#6639ba;stroke:none}
.good{stroke:#1a7f37}.good.mark,.good.box{fill:#dafbe1}text.good{fill:#116329;stroke:none}
.bad{stroke:#cf222e}.bad.mark,.bad.box{fill:#ffebe9}text.bad{fill:#a40e26;stroke:none}
.head{fill:#59636e;stroke:none}.head.local{fill:#0969da}.head.peer{fill:#8250df}
.head.good{fill:#1a7f37}.head.bad{fill:#cf222e}
@media (prefers-color-scheme:dark){
.paper{fill:#0d1117;stroke:#3d444d}
text{fill:#e6edf3}.small{fill:#9198a1}.line{stroke:#9198a1}.box{fill:#161b22;stroke:#9198a1}
.local{stroke:#4493f8}.local.mark,.local.box{fill:#121d2f}text.local{fill:#79c0ff}
.peer{stroke:#ab7df8}.peer.mark,.peer.box{fill:#241b33}text.peer{fill:#d2a8ff}
.good{stroke:#3fb950}.good.mark,.good.box{fill:#12261e}text.good{fill:#7ee787}
.bad{stroke:#f85149}.bad.mark,.bad.box{fill:#2d1618}text.bad{fill:#ffa198}
.head{fill:#9198a1}.head.local{fill:#4493f8}.head.peer{fill:#ab7df8}
.head.good{fill:#3fb950}.head.bad{fill:#f85149}
}
"""


class Sheet:
    """What is drawn, and how much room it takes."""

    def __init__(self, title):
        self.title = title
        self.parts = []
        self.width = 2 * MARGIN + 9 * len(title)
        self.height = 60

    def reach(self, x, y):
        self.width = max(self.width, x + MARGIN)
        self.height = max(self.height, y + MARGIN)

    def text(self, x, y, words, kind="", anchor="start"):
        size = (FIELD if "small" in kind.split() else CHAR) * len(words)
        self.reach(x + (size if anchor == "start" else size / 2 if anchor == "middle" else 0), y)
        self.parts.append('<text x="%g" y="%g" class="%s" text-anchor="%s">%s</text>'
                          % (x, y, kind, anchor, html.escape(words)))

    def line(self, x1, y1, x2, y2, kind="", head=False):
        self.reach(max(x1, x2), max(y1, y2))
        self.parts.append('<path d="M%g %gL%g %g" class="line %s"/>' % (x1, y1, x2, y2, kind))
        if head:
            self.head(x1, y1, x2, y2, kind)

    def head(self, x1, y1, x2, y2, kind):
        """The point of an arrow."""
        length = ((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5 or 1
        dx, dy = (x2 - x1) / length, (y2 - y1) / length
        corners = [(x2, y2), (x2 - 9 * dx - 4 * dy, y2 - 9 * dy + 4 * dx),
                   (x2 - 9 * dx + 4 * dy, y2 - 9 * dy - 4 * dx)]
        self.parts.append('<path d="M%sZ" class="head %s"/>'
                          % ("L".join("%.1f %.1f" % corner for corner in corners), kind))

    def box(self, x, y, width, height, kind="", radius=6):
        self.reach(x + width, y + height)
        self.parts.append('<rect x="%g" y="%g" width="%g" height="%g" rx="%g" class="%s"/>'
                          % (x, y, width, height, radius, kind))

    def svg(self):
        return ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %(w)d %(h)d" width="%(w)d" '
                'height="%(h)d" role="img">\n<title>%(title)s</title>\n<style>%(style)s</style>\n'
                '<rect x="0.5" y="0.5" width="%(iw)d" height="%(ih)d" rx="8" class="paper"/>\n'
                '<text x="%(m)d" y="34" class="title">%(title)s</text>\n%(parts)s\n</svg>\n'
                % {"w": self.width, "h": self.height, "iw": self.width - 1, "ih": self.height - 1,
                   "title": html.escape(self.title), "style": STYLE, "m": MARGIN,
                   "parts": "\n".join(self.parts)})


def cells(text):
    return [part.strip() for part in text.split("|")]


def ladder(sheet, lines):
    """Messages between two actors.

    actors: LEFT | RIGHT
    > MESSAGE | HEADER FIELDS      to the right; < to the left
    x MESSAGE | MESSAGE            one to the right and one to the left that cross
    left: TEXT, right: TEXT        beside that actor; with KIND! before it in that colour
    gap
    """
    left, right, y = MARGIN + 250, MARGIN + 670, 100
    parts = []
    for key, rest in lines:
        if key == "actors":
            for x, name in zip((left, right), cells(rest)):
                sheet.text(x, 74, name, "strong", "middle")
        elif key in "<>":
            what = cells(rest)
            ends = (left, right) if key == ">" else (right, left)
            parts.append((y, ends[0], y, ends[1], y, "local" if key == ">" else "peer"))
            sheet.text((left + right) / 2, y - 6, what[0],
                       "local" if key == ">" else "peer", "middle")
            for field in what[1:]:
                sheet.text((left + right) / 2, y + 13, field, "small", "middle")
                y += 14
            y += 36
        elif key == "x":
            first, second = cells(rest)
            sheet.text(left + 16, y - 8, first, "local")
            sheet.text(right - 16, y - 8, second, "peer", "end")
            parts.append((y, left, y, right, y + 44, "local"))
            parts.append((y, right, y, left, y + 44, "peer"))
            y += 80
        elif key in ("left", "right"):
            kind, _, text = rest.rpartition("!")
            for part in cells(text):
                if key == "left":
                    sheet.text(left - 14, y - 8, part, "small " + kind, "end")
                else:
                    sheet.text(right + 14, y - 8, part, "small " + kind)
                y += 15
            y += 8
        elif key == "gap":
            y += 20
    for x in (left, right):
        sheet.line(x, 84, x, y, "dash")
    for _, x1, y1, x2, y2, kind in parts:
        sheet.line(x1, y1, x2, y2, kind, True)


def timeline(sheet, lines):
    """Moments of an interval, to scale.

    scale: SECONDS, WIDTH          begins a line that is so long
    name: TEXT                     what it shows
    at: SECONDS | KIND | TEXT      a mark above the line; below: the same below it; SECONDS@SHIFT
                                   moves the text so many pixels
    span: FROM | TO | KIND | TEXT  a stretch of the line
    """
    y, factor, start = 20, 1, MARGIN + 60
    for key, rest in lines:
        if key == "scale":
            seconds, width = (float(part) for part in rest.split(","))
            factor, y = width / seconds, y + 150
            sheet.line(start, y, start + width + 16, y, "", True)
        elif key == "name":
            sheet.text(MARGIN, y - 72, rest, "strong")
        elif key == "span":
            begin, end, kind, text = cells(rest)
            x1, x2 = start + float(begin) * factor, start + float(end) * factor
            sheet.box(x1, y - 7, x2 - x1, 14, "mark " + kind, 3)
            sheet.text((x1 + x2) / 2, y - 14, text, "small " + kind, "middle")
        elif key in ("at", "below"):
            place, kind, *texts = cells(rest)
            seconds, _, shift = place.partition("@")
            x = start + float(seconds) * factor
            up = -1 if key == "at" else 1
            end = y + up * 30
            sheet.line(x, y, x, end, kind)
            for i, text in enumerate(texts):
                line = end - 5 - 14 * (len(texts) - 1 - i) if up < 0 else end + 13 + 14 * i
                sheet.text(x + float(shift or 0), line, text, "small " + kind, "middle")
            sheet.reach(x, y + 62)


def table(sheet, lines):
    """row: CELL | CELL ...        the first one is the head; KIND! before a cell gives its colour
    note: TEXT                     below
    """
    rows = [cells(rest) for key, rest in lines if key == "row"]
    plain = [[cell.rpartition("!")[2] for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in plain) * CHAR + 28 for i in range(len(rows[0]))]
    y = 56
    for number, row in enumerate(rows):
        x = MARGIN
        for cell, width in zip(row, widths):
            kind, _, text = cell.rpartition("!")
            sheet.box(x, y, width, 30, "box " + kind, 0)
            sheet.text(x + 12, y + 20, text, "strong" if number == 0 else kind)
            x += width
        y += 30
    for key, rest in lines:
        if key == "note":
            y += LINE + 3
            sheet.text(MARGIN, y, rest, "small")


def boxes(sheet, lines):
    """Boxes and the ways between them.

    box: NAME | X,Y | WIDTH | KIND | TEXT | TEXT ...
    arrow: FROM SIDE | TO SIDE | KIND | TEXT | ...   SIDE is one of n e s w, with a shift as in n+40
    both: the same, with a head at each end
    note: X,Y | TEXT
    """
    places = {}

    def end(word):
        name, side = word.split()
        x, y, width, height = places[name]
        shift = float(side[1:] or 0)
        return {"n": (x + width / 2 + shift, y), "s": (x + width / 2 + shift, y + height),
                "w": (x, y + height / 2 + shift), "e": (x + width, y + height / 2 + shift)}[side[0]]

    for key, rest in lines:
        if key == "box":
            name, place, width, kind, *texts = cells(rest)
            x, y = (float(part) for part in place.split(","))
            height = 18 + LINE * len(texts)
            places[name] = (x, y, float(width), height)
            sheet.box(x, y, float(width), height, "box " + kind)
            for i, text in enumerate(texts):
                sheet.text(x + float(width) / 2, y + 22 + LINE * i, text,
                           "strong" if i == 0 else "small", "middle")
        elif key == "note":
            place, *texts = cells(rest)
            x, y = (float(part) for part in place.split(","))
            for i, text in enumerate(texts):
                sheet.text(x, y + 15 * i, text, "small")
        elif key in ("arrow", "both"):
            begin, target, kind, *texts = cells(rest)
            (x1, y1), (x2, y2) = end(begin), end(target)
            sheet.line(x1, y1, x2, y2, kind, True)
            if key == "both":
                sheet.head(x2, y2, x1, y1, kind)
            flat = abs(y2 - y1) < 1
            for i, text in enumerate(texts):
                if flat:
                    sheet.text((x1 + x2) / 2, y1 - 7 - 14 * (len(texts) - 1 - i), text,
                               "small " + kind, "middle")
                else:
                    sheet.text(max(x1, x2) + 8 - abs(x2 - x1) / 2, (y1 + y2) / 2 + 4 + 14 * i
                               - 7 * (len(texts) - 1), text, "small " + kind)


KINDS = {"ladder": ladder, "timeline": timeline, "table": table, "boxes": boxes}


def draw(path):
    """The picture that a text describes."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines()
             if line.strip() and not line.startswith("#")]
    kind, _, title = lines[0].partition(":")
    sheet = Sheet(title.strip())
    rest = []
    for line in lines[1:]:
        if line[:2] in ("> ", "< ", "x "):
            rest.append((line[0], line[2:]))
        else:
            key, _, text = line.partition(":")
            rest.append((key.strip(), text.strip()))
    KINDS[kind](sheet, rest)
    return sheet.svg()


def main():
    stale = []
    for path in sorted(HERE.glob("*.txt")):
        picture = path.with_suffix(".svg")
        text = draw(path)
        if sys.argv[1:] != ["check"]:
            picture.write_text(text, encoding="utf-8")
        elif not picture.exists() or picture.read_text(encoding="utf-8") != text:
            stale.append(picture.name)
    for name in stale:
        print("docs/pictures/%s is not what its text says: run docs/pictures/draw.py" % name)
    sys.exit(1 if stale else 0)


if __name__ == "__main__":
    main()
