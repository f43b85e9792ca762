#!/usr/bin/env python3
"""
The manual pages: every function and every option of the programs is in one; mandoc and groff find
nothing wrong; they address users of the library and do not mention its own tests; and what a header
or a program leaves out is noticed.

usage: man.py ROOT [PROGRAM...]     (PROGRAM: path of sst-ua or sst-proxy)
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True

FAILURES = []

# Readers of an installed page have none of these.
OWN_TESTS = re.compile(r"\b(?:unit|scenario|e2e|check|docs|abi|consumer|example\.loop)\.[a-z]\w+"
                       r"|\btests/|\bctest\b|\bShows:|\bthe tests?\b"
                       r"|\btests? (?:compare|have|hold|prove|read|run|show)s?\b", re.I)


def fail(text):
    FAILURES.append(text)


def write_pages(root, out):
    return subprocess.run([sys.executable, f"{root}/docs/man/pages.py", root, out, "1.2.3",
                           "2026-01-02"], capture_output=True, text=True, check=False)


def pages_in(out):
    """Path to text, of all pages."""
    pages = {}
    for folder, _, files in os.walk(out):
        for file in files:
            with open(os.path.join(folder, file), encoding="ascii") as page:
                pages[os.path.relpath(os.path.join(folder, file), out)] = page.read()
    return pages


def complaints(out, paths):
    """What mandoc and groff report about pages."""
    mandoc = subprocess.run(["mandoc", "-Tlint", "-Wwarning", *paths], cwd=out,
                            capture_output=True, text=True, check=False)
    said = mandoc.stdout + mandoc.stderr
    if shutil.which("groff"):
        groff = subprocess.run(["groff", "-ww", "-man", "-Tutf8", *paths], cwd=out,
                               capture_output=True, text=True, check=False)
        said += groff.stderr
    return said.strip()


def check_pages(root, out):
    done = write_pages(root, out)
    if done.returncode != 0:
        fail(f"pages.py: {done.stderr.strip()}")
        return {}
    pages = pages_in(out)
    said = complaints(out, sorted(pages))
    if said:
        fail(said)
    return pages


def check_functions(root, pages):
    """Found by a search that shares nothing with the script that wrote the pages. `man NAME` opens
    at NAME's description: on a page of its own, or on its header's page if the two share a name."""
    for file in os.listdir(f"{root}/include/sst"):
        with open(f"{root}/include/sst/{file}", encoding="utf-8") as header:
            text = re.sub(r"/\*.*?\*/", "", header.read(), flags=re.S)
        names = re.findall(r"\b(sst_\w+)\s*\([^()]*(?:\([^()]*\)[^()]*)*\);", text)
        names += re.findall(r"^(?:struct|enum) (sst_\w+) \{", text, re.M)
        for name in names:
            page = pages.get(f"man3/{name}.3", "")
            if f'.TH {name.upper()} 3' not in page.replace("\\", "") or name not in page:
                fail(f"man3/{name}.3: {file} declares it, no page describes it")
            elif len(page.splitlines()) > 120 and f"sst_{file[:-2]}" != name:
                fail(f"man3/{name}.3: too long to be about one thing")


def check_see_also(pages):
    """What a page refers to exists, and libsst(7), the starting point, leads to every page."""
    for path, text in pages.items():
        named = set(re.findall(r"\\fB([\w\\-]+)\\fR\((\d)\)", text.partition('"SEE ALSO"')[2]))
        named = {f"man{section}/{name.replace(chr(92), '')}.{section}" for name, section in named}
        for other in sorted(named - pages.keys()):
            fail(f"{path}: refers to {other}, which is none")
        if path == "man7/libsst.7":
            reached = set(re.findall(r"sst_\w+", text)) | named
            for other in sorted(set(pages) - reached - {path}):
                if os.path.basename(other)[:-2] not in reached | types_of(pages):
                    fail(f"{path}: does not lead to {other}")


def types_of(pages):
    """Structures and enumerations, to which a header's page leads."""
    return {name for text in pages.values()
            for name in re.findall(r"(?:struct|enum) (sst_\w+)", text)}


def words_on_tests(text):
    """What a page says about the project's own tests; saying that something is for a user's tests
    is fine."""
    plain = re.sub(r"\\f[BIR]|\\&", "", text).replace("\\-", "-")
    return OWN_TESTS.findall(" ".join(plain.split()))


def check_audience(pages):
    for path, text in pages.items():
        if words_on_tests(text):
            fail(f"{path}: speaks of the project's tests: {', '.join(words_on_tests(text))}")
    for text, wanted in (("A test\ncompares the tables.", 1), ("The test \\fBunit.names\\fR.", 2),
                         ("see \\fItests/run\\fR", 1), ("90; for tests only", 0),
                         ("neither tests nor programs come along", 0), ("the latest of them", 0)):
        if len(words_on_tests(text)) != wanted:
            fail(f"words on tests in: {text}: {words_on_tests(text)}")


def check_sentences():
    """An index entry ends where the sentence ends, not within parentheses or code."""
    sys.path.insert(0, sys.argv[1] + "/docs/man")
    import pages  # pylint: disable=import-outside-toplevel
    for text, wanted in (("Ends (not here: 1. 2) here. More.", "Ends (not here: 1. 2) here"),
                         ("Prints `a: b. c`: as that.", "Prints `a: b. c`"), ("One.", "One"),
                         ("Waits 2, 4 ... 120 s: long.", "Waits 2, 4 ... 120 s")):
        if pages.first_sentence(text) != wanted:
            fail(f"first sentence of: {text}: {pages.first_sentence(text)}")


def check_options(program, pages):
    """Each option in --help is in the page, and each option in the page is in --help."""
    name = os.path.basename(program)
    page = pages[f"man1/{name}.1"].replace("\\-", "-")
    table = page[page.index('.SH "OPTIONS"'):page.index('.SH "', page.index('.SH "OPTIONS"') + 4)]
    in_page = set()
    for tag in re.findall(r"^\.TP\n(.*)", table, re.M):
        in_page |= set(re.findall(r"--[a-z-]+", tag))
    done = subprocess.run([program, "--help"], capture_output=True, text=True, timeout=30,
                          check=False)
    in_help = {option for line in done.stdout.splitlines() if line.startswith("  --")
               for option in re.findall(r"(?:^  |  )(--[a-z-]+)", line)}
    in_help |= set(re.findall(r"^  (--[a-z-]+)", done.stdout, re.M))
    if done.returncode != 0 or not in_help:
        fail(f"{name} --help: exit status {done.returncode}, {len(in_help)} options")
    for option in sorted(in_page ^ in_help):
        fail(f"{name}: {option} is {'in the page only' if option in in_page else 'in --help only'}")


def copy_of(root, to):
    for folder in ("include", "docs", "examples"):
        shutil.copytree(f"{root}/{folder}", f"{to}/{folder}", dirs_exist_ok=True)
    shutil.copy(f"{root}/README.md", to)


def check_that_gaps_are_noticed(root, scratch):
    """pages.py must reject each of these changes to a copy of the tree."""
    gaps = [
        ("include/sst/types.h", r"(SST_SIDE_LOCAL = 1,) /\*\*<.*?\*/", r"\1", "SST_SIDE_LOCAL"),
        ("include/sst/queue.h", r"(size_t capacity;) +/\*\*<.*?\*/", r"\1", "size_t capacity"),
        ("include/sst/codec.h", r"/\*\* A Session-Expires value. \*/\n", "", "sst_session_expires"),
        ("include/sst/types.h", r"@param name  the token", "@param nmae  the token", "nmae"),
        ("include/sst/session.h", r"\* @return SST_OK, SST_ERR_ARGUMENT\n", "*\n",
         "what it returns"),
        ("include/sst/version.h", r"/\*\* The second. \*/\n", "", "SST_VERSION_MINOR"),
    ]
    tree = f"{scratch}/tree"
    copy_of(root, tree)
    for file, pattern, replacement, named in gaps:
        with open(f"{root}/{file}", encoding="utf-8") as header:
            text = header.read()
        broken, count = re.subn(pattern, replacement, text, count=1)
        if count != 1:
            fail(f"{file}: nothing matches {pattern}: fix this test")
        with open(f"{tree}/{file}", "w", encoding="utf-8") as header:
            header.write(broken)
        done = write_pages(tree, f"{scratch}/broken")
        if done.returncode == 0 or named not in done.stderr:
            fail(f"{file} without {pattern}: not noticed")
        with open(f"{tree}/{file}", "w", encoding="utf-8") as header:
            header.write(text)
    with open(f"{scratch}/wrong.3", "w", encoding="ascii") as page:
        page.write(".TH WRONG 3\n.SH NAME\nwrong \\- page\n.RE\n.nosuch macro\n")
    if not complaints(scratch, ["wrong.3"]):
        fail("a wrong page is not noticed by mandoc or groff")


def main(arguments):
    root, programs = arguments[0], arguments[1:]
    if not shutil.which("mandoc"):
        print("skipped: no mandoc (Debian package mandoc)")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as scratch:
        pages = check_pages(root, f"{scratch}/man")
        if pages:
            check_functions(root, pages)
            check_see_also(pages)
            check_audience(pages)
            check_sentences()
            for program in programs:
                check_options(program, pages)
        check_that_gaps_are_noticed(root, scratch)
    print("\n".join(FAILURES) or f"{len(pages)} pages, nothing wrong")
    sys.exit(1 if FAILURES else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
