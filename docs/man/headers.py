"""Reads libsst's public headers into plain data, for the manual pages and for the tests."""

import re

DOC = re.compile(r"/\*\*(?!<)(.*?)\*/", re.S)
TRAILING = re.compile(r"/\*\*<(.*?)\*/", re.S)
DECLARATION = re.compile(
    r"\s*(?:(?P<define>\#define\s+(?P<macro>SST_\w+)(?P<value>[^\n]*))"
    r"|(?:\#if defined\(_WIN32\)[^\n]*\n\#define (?P<api>SST_API)[^\n]*)"
    r"|(?:\#if defined\(__GNUC__\)\n\#define (?P<mark>SST_MUST_USE)[^\n]*)"
    r"|(?P<kind>enum|struct)\s+(?P<type>\w+)\s*\{(?P<body>.*?)\n\};"
    r"|(?:SST_API(?:\s+SST_MUST_USE)?|static inline)\s+(?P<prototype>[^;{]*)[;{])", re.S)
SECTION = re.compile(r"^/\* ---- (.*?) ---- \*/", re.M)
MEMBER = re.compile(
    r"\s*(?:/\*\*(?!<)(?P<before>.*?)\*/\s*)?(?P<text>[^;/]+);[ \t]*"
    r"(?:\n?[ \t]*/\*\*<(?P<behind>.*?)\*/)?", re.S)
ENUMERATOR = re.compile(
    r"\s*(?P<text>SST_\w+\s*=\s*[^,/\n]+),?[ \t]*(?:/\*\*<(?P<behind>.*?)\*/)?", re.S)


class Wrong(Exception):
    """A header that is not documented as the project documents its headers."""


def unframe(comment):
    """The text of a comment, without the frame of asterisks."""
    lines = [re.sub(r"^\s*\*? ?", "", line) for line in comment.strip("\n").split("\n")]
    lines[0] = lines[0].lstrip()
    return "\n".join(line.rstrip() for line in lines).strip()


class Doc:
    """A comment taken apart: text, params (name to text), returns, code blocks within the text."""

    def __init__(self, comment):
        self.params = {}
        self.returns = ""
        parts = re.split(r"@(param|return|file)\b", unframe(comment))
        self.text = parts[0].strip()
        for word, rest in zip(parts[1::2], parts[2::2]):
            if word == "param":
                name, text = re.match(r"\s*(\w+)\s*(.*)", rest, re.S).groups()
                self.params[name] = text.strip()
            elif word == "return":
                self.returns = rest.strip()
            else:  # @file NAME, then the text
                self.text = rest.strip().partition("\n")[2].strip()

    def __bool__(self):
        return bool(self.text or self.params or self.returns)


class Item:
    """A macro, an enumeration, a structure or a function."""

    def __init__(self, kind, name, doc, section, source):
        self.kind, self.name, self.doc, self.section = kind, name, doc, section
        self.source = source      # as in the header, without comments
        self.members = []         # (text, description), of enumerations and structures
        self.parameters = []      # names, of functions


class Header:
    """One header: name, doc of the file, items in their order."""

    def __init__(self, path, name):
        self.name = name
        self.items = []
        self.problems = []
        with open(path, encoding="utf-8") as file:
            self.text = file.read()
        self._read()

    def _problem(self, at, what):
        line = self.text.count("\n", 0, at) + 1
        self.problems.append(f"include/{self.name}:{line}: {what}")

    def _read(self):
        first = DOC.search(self.text)
        if first is None or "@file" not in first[1]:
            raise Wrong(f"include/{self.name}: no comment with @file")
        self.doc = Doc(first[1])
        # What the file's comment says of arguments, as "- name, name: text", holds for all of it.
        self.arguments = {name for names in re.findall(r"^- ([\w, ]+):", self.doc.text, re.M)
                          for name in names.split(", ")}
        self.sections = [(match.start(), match[1]) for match in SECTION.finditer(self.text)]
        documented = {}
        for comment in DOC.finditer(self.text, first.end()):
            declaration = DECLARATION.match(self.text, comment.end())
            if declaration:
                documented[declaration.end()] = comment[1]
        position = first.end()
        bare = DECLARATION.pattern.removeprefix(r"\s*")
        for declaration in re.finditer(r"^(?:" + bare + ")", self.text, re.S | re.M):
            if declaration.start() >= position:
                self._add(declaration, documented.get(declaration.end()))
                position = declaration.end()

    def _section_at(self, at):
        return next((title for start, title in reversed(self.sections) if start < at), "")

    def _add(self, found, comment):
        name = found["macro"] or found["api"] or found["mark"] or found["type"]
        if found["prototype"]:
            name = re.search(r"(\w+)\s*\(", found["prototype"])[1]
        if name.endswith("_H") and found["macro"]:
            return  # the guard
        if name in ("SST_API", "SST_MUST_USE") and comment is None:
            return  # its second form
        behind = TRAILING.search(found["value"] or "")
        if comment is None and behind:
            comment = behind[1]
        if comment is None:
            self._problem(found.start(), f"{name} is not documented")
            comment = ""
        kind = found["kind"] or ("function" if found["prototype"] else "macro")
        item = Item(kind, name, Doc(comment), self._section_at(found.start()),
                    TRAILING.sub("", found["prototype"] or found["define"] or "").strip())
        if kind == "function":
            self._function(item, found)
        elif kind in ("enum", "struct"):
            self._members(item, found)
        self.items.append(item)

    def _function(self, item, found):
        inside = item.source[item.source.index("(") + 1:item.source.rindex(")")]
        if inside.strip() != "void":
            item.parameters = [re.search(r"(\w+)\s*$", part)[1] for part in inside.split(",")]
        for name in item.doc.params:
            if name not in item.parameters:
                self._problem(found.start(), f"{item.name}: there is no parameter {name}")
        for name in item.parameters:
            if name not in item.doc.params and name not in self.arguments:
                self._problem(found.start(), f"{item.name}: {name} is not described (@param)")
        returns = item.source[:item.source.index(item.name)].strip()
        if returns != "void" and not item.doc.returns and not item.doc.text.startswith("The "):
            self._problem(found.start(), f"{item.name}: what it returns is not said (@return)")
        if returns == "int" and not re.search(r"SST_|as sst_|sst_policy_check", item.doc.returns):
            self._problem(found.start(), f"{item.name}: @return names no result")
        if not item.doc.text and not item.doc.returns:
            self._problem(found.start(), f"{item.name}: what it does is not said")

    def _members(self, item, found):
        offset = found.start("body")
        body = re.sub(r"/\*(?!\*).*?\*/", lambda plain: " " * len(plain[0]), found["body"],
                      flags=re.S)
        pattern = ENUMERATOR if item.kind == "enum" else MEMBER
        covered = 0
        for member in pattern.finditer(body):
            between = body[covered:member.start()]
            if between.strip():
                self._problem(offset + covered, f"{item.name}: cannot be read: {between.strip()}")
            covered = member.end()
            groups = member.groupdict()
            text = groups["text"]
            description = groups.get("before") or groups["behind"]
            if not description:
                self._problem(offset + member.start("text"),
                              f"{item.name}: not documented: {' '.join(text.split())}")
            item.members.append((" ".join(text.split()), Doc(description or "")))
        if body[covered:].strip():
            rest = body[covered:].strip()
            self._problem(offset + covered, f"{item.name}: cannot be read: {rest}")


def read_all(include, names):
    """The headers of these names (as `sst/codec.h`) below the folder include."""
    return [Header(f"{include}/{name}", name) for name in names]


NAMES = ["sst/types.h", "sst/version.h", "sst/codec.h", "sst/message.h", "sst/policy.h",
         "sst/counters.h", "sst/rules.h", "sst/proxy.h", "sst/session.h", "sst/queue.h", "sst/watch.h",
         "sst/osip.h", "sst/sst.h"]
