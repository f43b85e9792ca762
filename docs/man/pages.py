#!/usr/bin/env python3
"""
Writes libsst's manual pages: in section 3 one for each header and one for each function, structure
and enumeration, section 7 from the headers and the documentation, section 1 from the pages of the
programs. Nothing is written by hand, so nothing can drift; what a header leaves undocumented is an
error.

usage: pages.py ROOT OUT VERSION DATE
"""

import os
import re
import sys

sys.dont_write_bytecode = True

import headers  # noqa: E402
import roff  # noqa: E402

LIBRARY = "libsst programmer\\(aqs manual"
PROGRAMS = ["sst-ua", "sst-proxy", "sst-explain"]
GUIDES = [("libsst-guide", "guide.md"), ("libsst-policy", "policy.md"),
          ("libsst-operating", "operating.md")]
RELATED = {"sst_policy": ["libsst-policy"], "sst_proxy": ["libsst-policy"],
           "sst_types": ["libsst-policy"], "sst_counters": ["libsst-operating", "libsst-policy"],
           "sst_session": ["libsst-policy"], "sst_rules": ["libsst-policy"]}
PURPOSE = {"sst_sizes": "Whether the library that runs is the one whose headers were compiled"}


def page_name(header):
    if header.name == "sst/sst.h":
        return "sst_sizes"
    return "sst_" + re.sub(r".*/|\.h", "", header.name)


def first_sentence(text):
    """Up to the first full stop or colon that stands neither in parentheses nor in code."""
    text = " ".join(text.split()) + " "
    masked = re.sub(r"`[^`]*`|\([^()]*\)", lambda kept: "x" * len(kept[0]), text)
    end = re.search(r"(?<=[^.])\.\s|:\s", masked)
    return (text[:end.start()] if end else text).rstrip(". ")


def short(purpose):
    """As whatis(1) shows it: without what stands in parentheses."""
    return re.sub(r" \([^)]*\)", "", purpose)


def signature(source):
    return re.sub(r"[ \t]*\n[ \t]*", " ", source)


def wrapped_signature(source):
    """A prototype, broken at a comma where it is too long for a line."""
    text = signature(source)
    if len(text) <= roff.WIDTH - 6:
        return text + ";"
    name, inside = text.split("(", 1)
    lines, line = [], name + "("
    for part in inside.split(", "):
        if len(line) + len(part) > roff.WIDTH - 6 and not line.endswith("("):
            lines.append(line.rstrip())
            line = "        "
        line += part + ", "
    return "\n".join(lines + [line[:-2]]) + ";"


def arguments_of(header):
    """What the comment at a header's top says of arguments, as "- name, name: text"."""
    found = {}
    for names, text in re.findall(r"^- ([\w, ]+): (.*?)(?=\n- |\n\s*\n|\Z)", header.doc.text,
                                  re.M | re.S):
        found.update(dict.fromkeys(names.split(", "), text))
    return found


def put_function(page, header, item):
    page.head("SYNOPSIS")
    page.code(f"#include <{header.name}>\n\n" + wrapped_signature(item.source))
    page.head("DESCRIPTION")
    page.plain(item.doc.text or "Returns " + item.doc.returns.rstrip(".") + ".")
    common = arguments_of(header)
    for name in item.parameters:
        page.tagged(f"*{name}*", item.doc.params.get(name) or common[name])
    if item.doc.returns and item.doc.text:
        page.head("RETURN VALUE")
        page.paragraph(item.doc.returns[0].upper() + item.doc.returns[1:].rstrip(".") + ".")


def put_type(page, header, item):
    page.head("SYNOPSIS")
    page.code(f"#include <{header.name}>\n\n{item.kind} {item.name};")
    page.head("DESCRIPTION")
    put_members(page, item)


def put_members(page, item):
    page.plain(item.doc.text)
    for text, doc in item.members:
        page.tagged(f"`{text}`", " ".join((doc.text + " " + doc.returns).split()))
        for name, description in doc.params.items():
            page.paragraph(f"*{name}*: {description}")


def put_macro(page, item):
    name, value = re.match(r"#define\s+(\w+(?:\([^)]*\))?)\s*(.*)|", item.source).groups()
    if not name or value.endswith("\\"):
        name, value = name or item.name, ""
    page.tagged(f"`{name}{' ' + value if value else ''}`",
                item.doc.text or "Returns " + item.doc.returns)


def functions_of(header):
    return [item for item in header.items if item.kind == "function"]


def see_also(page, names):
    page.head("SEE ALSO")
    page.macro("PP")
    page.fill(",\n".join(f"\\fB{roff.escape(name)}\\fR({section})" for name, section in names))


def described(item):
    """What a page of contents says of it."""
    return first_sentence(item.doc.text or "Returns " + item.doc.returns) + "."


def header_page(header, every, version, date):
    """What a header is for, and what is in it; a type of the same name is described here."""
    name = page_name(header)
    page = roff.Page(name, 3, date, version, LIBRARY)
    page.head("NAME")
    purpose = PURPOSE.get(name) or first_sentence(header.doc.text)
    page.fill(f"{roff.escape(name)} \\- {roff.inline(short(purpose))}")
    page.head("SYNOPSIS")
    page.code(f"#include <{header.name}>\n\n"
              + "\n".join(wrapped_signature(item.source) for item in functions_of(header)))
    page.head("DESCRIPTION")
    page.plain(header.doc.text)
    macros = [item for item in header.items if item.kind == "macro"]
    if macros:
        page.head("MACROS")
    for item in macros:
        put_macro(page, item)
    types = [item for item in header.items if item.kind in ("enum", "struct")]
    if types:
        page.head("TYPES")
    for item in types:
        if item.name != name:
            page.tagged(f"`{item.kind} {item.name}`", described(item))
    for item in header.items:
        if item.name == name and item.kind != "macro":
            page.subhead(item.source if item.kind == "function" else f"{item.kind} {item.name}")
            put_members(page, item)
    section = None
    for item in functions_of(header):
        if item.section != section or section is None:
            section = item.section
            page.head(f"FUNCTIONS: {re.sub('[:;].*', '', section)}" if section else "FUNCTIONS")
        if item.name != name:
            page.tagged(f"`{item.name}`()", described(item))
    see_also(page, [(other, 7) for other in ["libsst", "libsst-guide"] + RELATED.get(name, [])]
             + [(page_name(other), 3) for other in every if other is not header])
    return page


def item_page(header, item, version, date):
    """A function, structure or enumeration."""
    page = roff.Page(item.name, 3, date, version, LIBRARY)
    page.head("NAME")
    page.fill(f"{roff.escape(item.name)} \\- {roff.inline(short(described(item).rstrip('.')))}")
    (put_function if item.kind == "function" else put_type)(page, header, item)
    beside = [other.name for other in functions_of(header)
              if other is not item and other.section == item.section]
    see_also(page, [(page_name(header), 3)] + [(name, 3) for name in beside[:12]]
             + [("libsst-guide", 7)])
    return page


def overview(root, every, version, date):
    """libsst(7): what the README says first, the layers, an index, and the smallest host."""
    page = roff.Page("libsst", 7, date, version, LIBRARY)
    readme = read(root, "README.md")
    page.head("NAME")
    page.fill("libsst \\- session timers for SIP (RFC 4028)")
    page.head("SYNOPSIS")
    page.code("#include <sst/sst.h>\n\ncc program.c $(pkg-config --cflags --libs sst)")
    page.head("DESCRIPTION")
    roff.put_markdown(page, readme[readme.index("\n\n"):readme.index("## Try it")])
    page.head("LAYERS")
    page.plain(every[-1].doc.text.partition("\n\nArguments")[0])
    page.head("BUILDING WITH IT")
    building = re.search(r"\n(\| with \|.*?)\n\n", read(root, "docs/guide.md"), re.S)
    roff.put_markdown(page, building[1])
    page.head("PAGES")
    for header in every:
        name = page_name(header)
        page.tagged(f"`{name}`(3)", (PURPOSE.get(name) or first_sentence(header.doc.text)) + ".")
    for name, file in GUIDES:
        if os.path.exists(f"{root}/docs/{file}"):
            page.tagged(f"`{name}`(7)", title_of(read(root, f"docs/{file}")) + ".")
    page.head("FUNCTIONS")
    for header in every:
        for item in functions_of(header):
            page.tagged(f"`{item.name}`(3)", described(item))
    page.head("EXAMPLE")
    page.paragraph("The smallest host that runs, examples/minimal.c in the sources and in "
                   "/usr/share/doc/libsst-dev of the Debian package:")
    page.code(read(root, "examples/minimal.c"))
    see_also(page, [(name, 7) for name, _ in GUIDES]
             + [(page_name(header), 3) for header in every]
             + [(program, 1) for program in PROGRAMS])
    return page


def title_of(markdown):
    return re.match(r"# (.*)", markdown)[1]


def guide(root, name, file, version, date):
    markdown = read(root, f"docs/{file}")
    page = roff.Page(name, 7, date, version, LIBRARY)
    page.head("NAME")
    page.fill(f"{roff.escape(name)} \\- {roff.inline(title_of(markdown))}")
    page.head("DESCRIPTION")
    roff.put_markdown(page, markdown)
    see_also(page, [("libsst", 7)] + [(other, 7) for other, _ in GUIDES if other != name]
             + [(other, 3) for other, related in RELATED.items() if name in related])
    return page


def program(root, name, version, date):
    markdown = read(root, f"docs/{name}.md")
    page = roff.Page(name, 1, date, version, "User commands")
    introduction, usage, rest = re.match(
        rf"# [^\n]*\n(.*?)\n(?=    {name} )((?:    [^\n]*\n)+)(.*)", markdown, re.S).groups()
    page.head("NAME")
    page.fill(f"{roff.escape(name)} \\- "
              + roff.inline(short(first_sentence(introduction).removeprefix("A "))))
    page.head("SYNOPSIS")
    page.code(re.sub(r"^    ", "", usage, flags=re.M))
    page.head("DESCRIPTION")
    roff.put_markdown(page, introduction)
    roff.put_markdown(page, rest, options_head="OPTIONS")
    see_also(page, [(other, 1) for other in PROGRAMS if other != name]
             + [("libsst", 7), ("libsst-policy", 7)])
    return page


def read(root, path):
    with open(f"{root}/{path}", encoding="utf-8") as file:
        return file.read()


def write(out, name, section, text):
    os.makedirs(f"{out}/man{section}", exist_ok=True)
    with open(f"{out}/man{section}/{name}.{section}", "w", encoding="ascii") as file:
        file.write(text)


def main(arguments):
    if len(arguments) != 4:
        sys.exit(__doc__.strip())
    root, out, version, date = arguments
    roff.MANUALS.update({file: f"{name}(7)" for name, file in GUIDES})
    every = headers.read_all(f"{root}/include", headers.NAMES)
    problems = [problem for header in every for problem in header.problems]
    if problems:
        sys.exit("\n".join(problems))
    pages = [header_page(header, every, version, date) for header in every]
    taken = {page.name for page in pages}  # struct sst_session is described on the header's page
    pages += [item_page(header, item, version, date) for header in every for item in header.items
              if item.kind != "macro" and item.name not in taken]
    pages.append(overview(root, every, version, date))
    pages += [guide(root, name, file, version, date) for name, file in GUIDES
              if os.path.exists(f"{root}/docs/{file}")]
    pages += [program(root, name, version, date) for name in PROGRAMS]
    for page in pages:
        write(out, page.name, page.section, page.text())


if __name__ == "__main__":
    main(sys.argv[1:])
