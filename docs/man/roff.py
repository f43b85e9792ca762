"""Writes manual pages in man(7), from plain text and from the Markdown that the project uses."""

import re
import textwrap

WIDTH = 76
MANUALS = {}  # file of the documentation to manual page, as `policy.md` to `libsst-policy(7)`


def escape(text):
    """Text as roff wants it, without macros."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
    return "".join(c if ord(c) < 128 else f"\\[u{ord(c):04X}]" for c in text)


def line_start(line):
    """Keeps a line of text from being a macro."""
    return "\\&" + line if line.startswith((".", "\\(aq")) else line


def inline(text):
    """One paragraph of Markdown: code, bold, emphasis, links."""
    out = []
    pattern = r"(`[^`]+`|\*\*[^*]+\*\*|\*[^*\s][^*]*\*|!?\[[^\]]*\]\([^)]*\))"
    for piece in re.split(pattern, " ".join(text.split())):
        if piece.startswith("`"):
            out.append("\\fB" + escape(piece[1:-1].replace("\\|", "|")) + "\\fR")
        elif piece.startswith("**"):
            text = inline(piece[2:-2]).replace("\\fB", "").replace("\\fR", "")
            out.append(f"\\fB{text}\\fR")
        elif piece.startswith("*") and len(piece) > 2:
            out.append("\\fI" + escape(piece[1:-1]) + "\\fR")
        elif piece.startswith("!["):
            continue
        elif piece.startswith("[") and "](" in piece:
            label, target = re.match(r"\[([^\]]*)\]\(([^)]*)\)", piece).groups()
            manual = MANUALS.get(target.partition("#")[0].rpartition("/")[2])
            out.append(inline(MANUALS.get(label, label)))
            if manual and label not in MANUALS:
                out.append(" (" + escape(manual) + ")")
            if target.startswith("http"):
                out.append(" <" + escape(target) + ">")
        else:
            out.append(escape(piece))
    return "".join(out)


class Page:
    """A manual page in the making."""

    def __init__(self, name, section, date, version, title):
        self.name, self.section = name, section
        self.lines = [f'.TH {escape(name.upper())} {section} {date} "libsst {version}" '
                      f'"{title}"', ".nh", ".ad l"]

    def macro(self, name, text=""):
        if name == "PP" and self.lines[-1].startswith((".SH", ".SS")):
            return  # a heading begins a paragraph itself
        self.lines.append(f".{name} {text}".rstrip())

    def head(self, text):
        self.macro("SH", '"' + inline(text.replace("`", "").upper()) + '"')

    def subhead(self, text):
        self.macro("SS", '"' + inline(text.replace("`", "")).replace('"', "\\(dq") + '"')

    def fill(self, text):
        """A paragraph's lines, wrapped, nothing before it."""
        wrapped = textwrap.wrap(text, WIDTH, break_long_words=False, break_on_hyphens=False)
        self.lines.extend(line_start(line) for line in wrapped)

    def paragraph(self, text):
        line = inline(text).strip()
        if line:  # a picture leaves nothing
            self.macro("PP")
            self.fill(line)

    def tagged(self, tag, text):
        self.macro("TP")
        self.lines.append(line_start(inline(tag)))
        self.fill(inline(text) or "\\&")

    def code(self, text):
        self.macro("PP")
        self.macro("RS", "4n")
        self.macro("nf")
        for line in text.rstrip().split("\n"):
            self.lines.append(line_start(escape(line.rstrip())) or "\\&")
        self.macro("fi")
        self.macro("RE")

    def plain(self, text):
        """A comment's text: paragraphs, and code between @code and @endcode."""
        for part in re.split(r"(@code.*?@endcode)", text, flags=re.S):
            if part.startswith("@code"):
                self.code(textwrap.dedent(part[len("@code"):-len("@endcode")].strip("\n")))
                continue
            for paragraph in re.split(r"\n\s*\n", part):
                text, *items = re.split(r"^- ", paragraph, flags=re.M)
                self.paragraph(text)
                for item in items:
                    tag, _, rest = item.partition(": ")
                    self.tagged(f"*{tag}*", rest)

    def text(self):
        return "\n".join(self.lines) + "\n"


def table_rows(lines):
    """The cells of a table's rows, the line of dashes left out."""
    rows = []
    for line in lines:
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
        if not all(re.fullmatch(r":?-+:?", cell) for cell in cells):
            rows.append([cell.replace("\\|", "|") for cell in cells])
    return rows


def put_table(page, lines):
    """A table as a list of tags: the first column is the tag, the others follow it."""
    rows = table_rows(lines)
    head = rows[0]
    for row in rows[1:]:
        tag = row[0] or "\\&"
        if len(row) == 2:
            page.tagged(tag, row[1])
        else:
            page.tagged(tag, "; ".join(f"{name}: {cell}" if name else cell
                                       for name, cell in zip(head[1:], row[1:]) if cell))


def blocks(markdown):
    """Splits Markdown into (kind, lines): head, code, table, item, text."""
    lines = markdown.split("\n")
    at = 0
    while at < len(lines):
        line = lines[at]
        start = at
        if line.startswith("```"):
            at += 1
            while at < len(lines) and not lines[at].startswith("```"):
                at += 1
            yield "code", lines[start + 1:at]
            at += 1
        elif not line.strip():
            at += 1
        elif line.startswith("    "):
            while at < len(lines) and (lines[at].startswith("    ") or not lines[at].strip()):
                at += 1
            yield "code", [code[4:] for code in lines[start:at]]
        elif line.startswith("|"):
            while at < len(lines) and lines[at].startswith("|"):
                at += 1
            yield "table", lines[start:at]
        elif line.startswith("#"):
            at += 1
            yield "head", [line]
        else:
            at += 1
            while at < len(lines) and lines[at].strip() and not re.match(
                    r"(- |\d+\. |\||#|```)", lines[at]):
                at += 1
            item = re.match(r"(- |\d+\. )", line)
            yield ("item" if item else "text"), lines[start:at]


def put_markdown(page, markdown, options_head=None):
    """
    Puts a page of Markdown behind what the manual page has already; its title line is left out. A
    table of options gets a heading of its own.
    """
    for kind, lines in blocks(markdown):
        if kind == "head":
            level, title = re.match(r"(#+) (.*)", lines[0]).groups()
            if len(level) == 2:
                page.head(title)
            elif len(level) > 2:
                page.subhead(title)
        elif kind == "code":
            page.code("\n".join(lines))
        elif kind == "table":
            if options_head and table_rows(lines)[0][0] == "option":
                page.head(options_head)
            put_table(page, lines)
        elif lines[0].startswith("<"):
            continue  # HTML: pictures
        elif kind == "item":
            mark, text = re.match(r"(- |\d+\. )(.*)", " ".join(lines), re.S).groups()
            page.macro("IP", "\\(bu 2" if mark == "- " else mark.strip() + " 3")
            page.fill(inline(text))
        else:
            page.paragraph(" ".join(lines))
