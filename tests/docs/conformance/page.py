#!/usr/bin/env python3
"""Each rule and decision, and the tests that show it.

    page.py write FILE               writes a page of them
    page.py check --build FOLDER     fails if no test shows an id, or if a named test does
                                     not exist or did not run
    page.py ran RESULTS              the same for a complete run: RESULTS is what ctest wrote with
                                     --output-junit; each named test must have passed in it

Exit status: 0 success, 1 failure, 2 wrong usage.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import shown  # noqa: E402  pylint: disable=wrong-import-position

# The only rules that a library without messages, SDP and URIs cannot keep by itself: the identity
# of a retry, the description in a refresh, record-routing, SIPS.
HOSTS = {"7.3-2", "7.4-14", "EC-79", "8-2", "11-2", "11-3"}

HEAD = """\
# Conformance to RFC 4028

Each rule of the RFC and each decision beyond it has an id, which the tests that show it name. A test shows a rule if it
fails when the rule is broken; tests/docs/conformance/sabotage.py tries that out. Tests have the names that ctest uses; a
`unit.` test is a program with several cases, whose names follow.

%(rules)d rules, %(decisions)d decisions, shown by %(unit)d unit tests, %(scenarios)d scenarios and %(e2e)d end-to-end
tests. Where a rule is in part the host's to keep, it says so, with the place in the guide.
"""


def anchors(path):
    """The anchors of a Markdown file's headings, as common renderers generate them."""
    with open(path, encoding="utf-8") as file:
        headings = re.findall(r"^#+ (.*)$", file.read(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in headings}


def host_rules(known):
    """Why a rule is the host's; checked against the guide."""
    rows = shown.table("host.tsv", ["id", "why", "guide"])
    for name, row in rows.items():
        if name not in known:
            raise shown.Mistake("host.tsv: there is no %s" % name)
        if name not in HOSTS:
            raise shown.Mistake("host.tsv: %s is not the host's" % name)
        path, _, anchor = row["guide"].partition("#")
        if anchor not in anchors(os.path.join(shown.ROOT, "docs", path)):
            raise shown.Mistake("host.tsv: %s has no %s" % (path, anchor))
    return rows


def tests_cell(tests):
    """The tests of one id as Markdown: each program once, followed by its cases."""
    programs = {}
    for test in tests:
        programs.setdefault(test.ctest, []).append(test.name)
    return "<br>".join("`%s`%s" % (ctest, "" if names == [""] else " " + ", ".join(names))
                       for ctest, names in programs.items())


def escape(text):
    """Escapes text for a table cell."""
    return text.replace("|", "\\|").replace("<", "&lt;")


def page(known_rules, known_decisions, by_id, hosts):
    """The text of the page."""
    named = {test for tests in by_id.values() for test in tests}
    lines = [HEAD % {
        "rules": len(known_rules), "decisions": len(known_decisions),
        "unit": sum(test.ctest.startswith("unit.") for test in named),
        "scenarios": sum(test.ctest.startswith("scenario.") for test in named),
        "e2e": sum(test.ctest.startswith("e2e.") for test in named)}]

    def host_part(name):
        if name not in hosts:
            return ""
        return " *The host's:* %s (docs/%s)." % (escape(hosts[name]["why"]),
                                                     hosts[name]["guide"])

    lines.append("## Rules\n\n| id | section | level | role | rule | shown by |\n"
                 "|---|---|---|---|---|---|")
    for name, row in known_rules.items():
        lines.append("| %s | %s | %s | %s | %s%s | %s |" % (
            name, row["section"], row["level"], row["role"].replace(",", ", "),
            escape(row["rule"]), host_part(name), tests_cell(by_id[name])))
    lines.append("\n## Decisions\n\n| id | what about | decision | why | shown by |\n"
                 "|---|---|---|---|---|")
    for name, row in known_decisions.items():
        lines.append("| %s | %s | %s%s | %s | %s |" % (
            name, escape(row["title"]), escape(row["decision"]), host_part(name),
            escape(row["why"]), tests_cell(by_id[name])))
    return "\n".join(lines) + "\n"


def compose():
    """(the page, the tests that it names, what is wrong with it)"""
    known_rules, known_decisions = shown.rules(), shown.decisions()
    known = list(known_rules) + list(known_decisions)
    by_id = shown.by_id(shown.all_tests(), known)
    hosts = host_rules(known)
    wrong = ["%s is shown by nothing" % name for name in known if not by_id[name]]
    wrong += ["%s is the host's and shown by no end-to-end test" % name for name in hosts
              if not any(test.ctest.startswith("e2e.") for test in by_id[name])]
    named = sorted({test for tests in by_id.values() for test in tests},
                   key=lambda test: (test.ctest, test.name))
    return page(known_rules, known_decisions, by_id, hosts), named, wrong


def ctest_names(build, ctest):
    """Names of the tests that ctest would run."""
    text = subprocess.run([ctest, "--test-dir", build, "--show-only=json-v1"], check=True,
                          stdout=subprocess.PIPE).stdout
    names = set()
    for test in json.loads(text)["tests"]:
        properties = {item["name"]: item["value"] for item in test.get("properties", [])}
        if not properties.get("DISABLED") and "command" in test:
            names.add(test["name"])
    return names


def cases_that_ran(build, ctest_name):
    """Names of the cases that a unit test's program logged as passed when it last ran."""
    log = os.path.join(build, "tests", "ran", ctest_name + ".tap")
    try:
        with open(log, encoding="utf-8") as file:
            return set(re.findall(r"^ok \d+ - .*:(\w+): Passed$", file.read(), re.MULTILINE))
    except FileNotFoundError:
        return set()


def missing(named, build, ctest):
    """Named tests that do not exist or did not run."""
    exist = ctest_names(build, ctest)
    ran = {}
    for test in named:
        if test.ctest not in exist:
            yield "%s:%d: ctest knows no %s" % (test.file, test.line, test.ctest)
        elif test.name:
            if test.ctest not in ran:
                ran[test.ctest] = cases_that_ran(build, test.ctest)
            if test.name not in ran[test.ctest]:
                yield "%s:%d: %s did not run in %s" % (test.file, test.line, test.name, test.ctest)


def check(options):
    """What is wrong."""
    _, named, wrong = compose()
    return wrong + list(missing(named, options.build, options.ctest))


def ran_all(options):
    """Named tests that did not pass in a complete run."""
    passed = set()
    for case in xml.etree.ElementTree.parse(options.results).getroot().iter("testcase"):
        if case.get("status") == "run":
            passed.add(case.get("name"))
    return ["%s did not run" % name for name in
            sorted({test.ctest for test in compose()[1]} - passed)]


def main():
    parser = argparse.ArgumentParser(description="Rules and the tests that show them.")
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("write")
    command.add_argument("file")
    command = commands.add_parser("check")
    command.add_argument("--build", required=True)
    command.add_argument("--ctest", default="ctest")
    command = commands.add_parser("ran")
    command.add_argument("results")
    options = parser.parse_args()
    try:
        if options.command == "write":
            text, _, wrong = compose()
            with open(options.file, "w", encoding="utf-8") as file:
                file.write(text)
        else:
            wrong = check(options) if options.command == "check" else ran_all(options)
    except shown.Mistake as mistake:
        wrong = [str(mistake)]
    for line in wrong:
        print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
