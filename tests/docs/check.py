#!/usr/bin/env python3
"""
Checks that what README and docs name exists: linked files and anchors, paths, tests, CMake targets
and options, options of the programs, settings and their values, functions and constants. Every page
must be reachable from the README in two clicks, and there must not be too many pages.

usage: check.py ROOT BUILD [PROGRAM...]     (PROGRAM: path of sst-ua or sst-proxy)
"""

import fnmatch
import glob
import json
import os
import re
import subprocess
import sys

TOP = ("src", "tests", "examples", "docs", "include", ".ci", ".github")
PAGES_MAX = 14
CODE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


class World:
    """What exists: in the tree, in the build, and in the programs."""

    def __init__(self, root, build, programs):
        self.root, self.build = root, build
        self.programs = {os.path.basename(path): path for path in programs}
        self.options = {name: set(re.findall(r"--[a-z-]+", self._run([path, "--help"]).stdout))
                        for name, path in self.programs.items()}
        tests = json.loads(self._run(["ctest", "--test-dir", build,
                                      "--show-only=json-v1"]).stdout)["tests"]
        self.tests = [test["name"] for test in tests]
        self.labels = {label for test in tests for entry in test.get("properties", [])
                       if entry["name"] == "LABELS" for label in entry["value"]}
        self.targets = set(re.findall(r"^(?:\.\.\. )?([\w.-]+)", self._run(
            ["cmake", "--build", build, "--target", "help"]).stdout, re.M))
        # Targets that this build leaves out count as well.
        self.targets |= set(re.findall(r"add_(?:executable|library|custom_target)\(\s*([\w.-]+)",
                                       self._cmake_files()))
        with open(f"{build}/CMakeCache.txt", encoding="utf-8") as cache:
            self.settings = set(re.findall(r"^(\w+):\w+=", cache.read(), re.M))
        self.sources = "\n".join(self._read_sources())
        self.names = set(re.findall(r"\b(?:sst|SST)_\w+", self.sources))
        self.pages = {page: self._read(page) for page in self._pages()}
        self.anchors = {page: anchors(text) for page, text in self.pages.items()}
        self.ranges = dict(re.findall(r"^\| `(\w+)` \|[^|]*\| ([^|]*) \|",
                                      self.pages["docs/policy.md"], re.M))

    @staticmethod
    def _run(command):
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    def _read(self, path):
        with open(f"{self.root}/{path}", encoding="utf-8", errors="replace") as file:
            return file.read()

    def _cmake_files(self):
        found = [path for pattern in ("**/CMakeLists.txt", "**/*.cmake")
                 for folder in ("src", "docs", "examples", "tests")
                 for path in sorted(glob.glob(f"{self.root}/{folder}/{pattern}", recursive=True))]
        return "\n".join(self._read(os.path.relpath(path, self.root)) for path in found)

    def _pages(self):
        docs = glob.glob(f"{self.root}/docs/**/*.md", recursive=True)
        docs += glob.glob(f"{self.root}/.github/*.md")
        docs += glob.glob(f"{self.root}/tests/**/README.md", recursive=True)
        return ["README.md"] + sorted(os.path.relpath(path, self.root) for path in docs)

    def _read_sources(self):
        for folder in ("include", "src", "examples", "tests", ".ci", "docs/man"):
            for path, folders, files in os.walk(f"{self.root}/{folder}"):
                folders[:] = [name for name in folders if name != "corpus"]
                for file in files:
                    if not file.endswith((".md", ".svg", ".abi")) and file != "check.py":
                        yield self._read(os.path.relpath(os.path.join(path, file), self.root))

    def exists(self, path):
        """A path in the tree; words in capitals stand for names, and * for anything."""
        pattern = re.sub(r"\b[A-Z]{2,}\b(?!\.md)", "*", path.rstrip("/"))
        return bool(os.path.exists(f"{self.root}/{path}")
                    or glob.glob(f"{self.root}/{pattern}"))

    def built(self, path):
        """A path below build/: a target makes it, either a program or what the target is named
        after, or a script writes it."""
        name = os.path.basename(path)
        return (bool({name, f"sst-{name}"} & self.targets) or f"$build/{name}" in self.sources
                or os.path.exists(f"{self.build}/{path.partition('/')[2]}"))

    def setting_is_right(self, name, value):
        """According to the table in docs/policy.md, which a unit test compares with the library."""
        for part in self.ranges.get(name, "").split(", "):
            bounds = re.fullmatch(r"(\d+)\.\.(\d+)", part)
            if value == part or (bounds and value.isdigit()
                                 and int(bounds[1]) <= int(value) <= int(bounds[2])):
                return True
        return False


def anchors(text):
    """The anchors of a page's headings, as forges generate them."""
    found = set()
    fenced = False
    for line in text.split("\n"):
        if line.startswith("```"):
            fenced = not fenced
        match = re.match(r"#+ (.*)", line)
        if match and not fenced:
            title = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", match[1]).replace("`", "").lower()
            slug = re.sub(r"[^\w\- ]", "", title).replace(" ", "-")
            number = 0
            while (slug if number == 0 else f"{slug}-{number}") in found:
                number += 1
            found.add(slug if number == 0 else f"{slug}-{number}")
    return found


def check_link(world, page, target):
    if re.match(r"[a-z]+:", target):
        return None
    path, _, anchor = target.partition("#")
    file = os.path.normpath(os.path.join(os.path.dirname(page), path)) if path else page
    if not os.path.exists(f"{world.root}/{file}"):
        return f"links to {target}, which does not exist"
    if anchor and file in world.anchors and anchor not in world.anchors[file]:
        return f"links to {target}, and {file} has no such heading"
    return None


def check_command(world, line):
    """A line of a code block, as typed into a shell; for anything else there is nothing to
    check."""
    words = line.split("  ")[0].split()
    program = os.path.basename(words[0]) if words else ""
    if program in world.options:
        for option in re.findall(r"(?<=\s)--[a-z-]+", line):
            if option not in world.options[program]:
                yield f"{program} has no option {option}"
    if words and "/" in words[0]:
        if words[0].startswith("build/") and not world.built(words[0]):
            yield f"no program of this build: {words[0]}"
        elif words[0].partition("/")[0] in TOP and not world.exists(words[0]):
            yield f"there is no {words[0]}"
    for flag, name in re.findall(r"ctest\b.*? -(R|L) +'?([^\s']+)", line):
        known = world.tests if flag == "R" else world.labels
        if not any(re.search(name, known_name) for known_name in known):
            yield f"ctest -{flag} {name} finds nothing"
    if words and program == "cmake":
        for name in re.findall(r"--target +([\w.-]+)", line):
            if name not in world.targets:
                yield f"there is no target {name}"
        for name in re.findall(r"-D *(\w+)", line):
            if name not in world.settings:
                yield f"there is no CMake variable {name}"


def check_code(world, text):
    """A piece of code within a sentence."""
    groups = {name.partition(".")[0] for name in world.tests}
    text = text.replace("\\|", "|")
    yield from check_command(world, text)
    word = text.split()[0]
    if re.fullmatch(r"[\w*.-]+(/[\w*.+-]+)+/?", word) and word.partition("/")[0] in TOP:
        if not world.exists(word):
            yield f"there is no {word}"
    if re.fullmatch(r"[a-z]+(\.[\w+*-]+)+", text) and text.partition(".")[0] in groups:
        if not re.search(r"\.(c|h|py|md|sh|cmake)$", text):
            if not fnmatch.filter(world.tests, re.sub(r"\b[A-Z]+\b", "*", text)):
                yield f"there is no test {text}"
    setting = re.fullmatch(r"(\w+) ?= ?(\w+)", text)
    known = setting and (setting[1] in world.ranges or re.match(r"[a-z_]+ = ", text))
    if known and not world.setting_is_right(*setting.groups()):
        yield f"the library refuses the setting {setting[1]}={setting[2]}"
    if text.startswith("--") and "sst-" not in text:
        option = re.match(r"--[a-z-]+", text)
        if option and option[0] not in world.sources:
            yield f"nothing has an option {option[0]}"
    for name in re.findall(r"\b(?:sst|SST)_\w+", text):
        if name not in world.names and not any(known.startswith(name) for known in world.names
                                               if name.endswith("_")):
            yield f"there is no {name}"


def check_page(world, page, text):
    """(line, what is wrong) for a page."""
    fenced = False
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith("```"):
            fenced = not fenced
            continue
        if fenced or re.match(r"    \S", line):
            for problem in check_command(world, line.strip()):
                yield number, problem
            continue
        for target in LINK.findall(line):
            problem = check_link(world, page, target)
            if problem:
                yield number, problem
        if page.endswith("CHANGELOG.md"):
            continue  # removed names are allowed there
        for code in CODE.findall(line):
            for problem in check_code(world, code):
                yield number, problem


def far(world):
    """The pages that cannot be reached from the README in two clicks."""
    seen, pages = set(), {"README.md"}
    for _ in range(3):
        seen |= pages
        pages = {os.path.normpath(os.path.join(os.path.dirname(page), target.partition("#")[0]))
                 for page in pages for target in LINK.findall(world.pages[page])}
        pages &= set(world.pages)
    return sorted(set(world.pages) - seen)


WRONG = """
[one](docs/no-such-page.md)
[two](docs/guide.md#no-such-heading)
`tests/no-such-script`
`unit.no_such_suite`
`min_se = 0`
`prefer_refresher = nobody`
`sst_no_such_function()`
`SST_NO_SUCH_CONSTANT`
`--no-such-option`
    tests/no-such-command --option
    ctest --test-dir build -R no.such.test
    ctest --test-dir build -L no-such-label
    cmake --build build --target no-such-target
    cmake -S . -B build -DSST_NO_SUCH=ON
    build/examples/no-such-program
    sst-ua --no-such-option answer
"""


def not_installed(guide, control):
    """Debian packages that src/debian/control needs and that the guide's command does not
    install."""
    command = re.search(r"^    apt-get install (debhelper .*)$", guide, re.M)[1]
    needed = re.search(r"^Build-Depends:\n((?: .*\n)+)", control, re.M)[1]
    return sorted(set(re.findall(r"^ ([a-z0-9.+-]+?)(?:-compat)?(?=[ :,]|$)", needed, re.M))
                  - set(command.split()))


def check_that_mistakes_are_noticed(world):
    lines = WRONG.split("\n")
    noticed = {number for number, _ in check_page(world, "README.md", WRONG)}
    for number, line in enumerate(lines, 1):
        needs_program = line.strip().startswith("sst-ua") and not world.programs
        if line and number not in noticed and not needs_program:
            yield f"not noticed: {line}"


def main(arguments):
    world = World(arguments[0], arguments[1], arguments[2:])
    wrong = [f"{page}:{number}: {problem}" for page, text in world.pages.items()
             for number, problem in check_page(world, page, text)]
    wrong += [f"{page}: more than two clicks from the README" for page in far(world)]
    count = sum(page.startswith("docs/") for page in world.pages)
    if count > PAGES_MAX:
        wrong.append(f"docs has {count} pages, more than {PAGES_MAX}: that is hard to navigate")
    with open(f"{world.root}/src/debian/control", encoding="utf-8") as file:
        wrong += [f"docs/guide.md: does not install {package}, which src/debian/control needs"
                  for package in not_installed(world.pages["docs/guide.md"], file.read())]
    wrong += check_that_mistakes_are_noticed(world)
    print("\n".join(wrong) or f"{len(world.pages)} pages, nothing wrong")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
