#!/usr/bin/env python3
"""Breaks the library on purpose, rule by rule, and checks that a test that names the rule fails.

    sabotage.py [--jobs N] [--keep FOLDER] [RULE...]    all of breaks.py, or those of these rules
    sabotage.py --check                                  only check that each still applies

It works on a copy outside the tree, with unit tests and scenarios, and prints a row for each.
Exit status: 0 all were noticed, 1 one was missed.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import shown  # noqa: E402  pylint: disable=wrong-import-position
from breaks import BREAKS  # noqa: E402  pylint: disable=wrong-import-position

COPIED = ["CMakeLists.txt", "include", "src", "tests", "docs"]


def broken_text(rule, name, old, new, root=shown.ROOT):
    """(path, original text, broken text)"""
    path = os.path.join(root, "src", name)
    with open(path, encoding="utf-8") as file:
        text = file.read()
    if text.count(old) != 1:
        raise shown.Mistake("%s: %r occurs %d times in src/%s" % (rule, old, text.count(old), name))
    return path, text, text.replace(old, new)


def tests_of_rules():
    """The unit tests and scenarios of each rule."""
    known = list(shown.rules()) + list(shown.decisions())
    tests = [test for test in shown.all_tests() if not test.ctest.startswith("e2e.")]
    return shown.by_id(tests, known)


def check(tests):
    """Checks that each break applies to the sources and has tests that could notice it."""
    for rule, name, _, old, new in BREAKS:
        broken_text(rule, name, old, new)
        if not tests.get(rule):
            raise shown.Mistake("%s: no unit test and no scenario names it" % rule)


class Workshop:
    """A copy of the tree, built without sanitizers, in which one thing at a time is broken."""

    def __init__(self, folder, jobs):
        self.root = os.path.join(folder, "tree")
        self.build = os.path.join(folder, "build")
        self.jobs = jobs
        for left in (self.root, self.build):
            shutil.rmtree(left, ignore_errors=True)
        os.makedirs(self.root)
        for name in COPIED:
            source, target = os.path.join(shown.ROOT, name), os.path.join(self.root, name)
            if os.path.isdir(source):
                shutil.copytree(source, target)
            else:
                shutil.copy2(source, target)
        self.run("cmake", "-S", self.root, "-B", self.build, "-DCMAKE_BUILD_TYPE=Debug",
                 "-DSST_EXAMPLES=OFF", "-DSST_OSIP=OFF", "-DSST_INSTALL=OFF")

    def run(self, *command):
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        if done.returncode != 0:
            sys.exit("%s\n%s" % (" ".join(command), done.stdout.decode()))

    def make(self, targets):
        """Builds what these tests need."""
        self.run("cmake", "--build", self.build, "--parallel", str(self.jobs), "--target", *targets)

    def failing_cases(self, suite):
        """Names of the cases of a suite that fail, and how many there are."""
        log = os.path.join(self.build, "sabotage.tap")
        environment = dict(os.environ, CK_TAP_LOG_FILE_NAME=log, CK_DEFAULT_TIMEOUT="30")
        if os.path.exists(log):
            os.remove(log)
        program = os.path.join(self.build, "tests", "unit", "test_" + suite)
        try:
            subprocess.run([program], env=environment, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL, timeout=300, check=False)
        except subprocess.TimeoutExpired:
            return set()
        with open(log, encoding="utf-8", errors="replace") as file:
            return set(re.findall(r"^not ok \d+ - [^:]*:[^:]*:(\w+): ", file.read(), re.MULTILINE))

    def fails(self, scenario):
        """Whether a scenario fails."""
        program = os.path.join(self.build, "tests", "scenarios", "sst-scenario")
        try:
            done = subprocess.run([program, os.path.join(self.root, scenario)],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60,
                                  check=False)
        except subprocess.TimeoutExpired:
            return True
        return done.returncode != 0

    def noticing(self, tests):
        """Those of these tests that fail now."""
        suites = sorted({test.ctest[len("unit."):] for test in tests if test.name
                         and not test.ctest.startswith("unit.osip")})
        stories = [test for test in tests if not test.name]
        self.make(["sst-unit-" + suite for suite in suites] +
                  (["sst-scenario"] if stories else []))
        failing = {suite: self.failing_cases(suite) for suite in suites}
        found = ["%s/%s" % (test.ctest, test.name) for test in tests
                 if test.name in failing.get(test.ctest[len("unit."):], ())]
        return found + [test.ctest for test in stories if self.fails(test.file)]


def sabotage(shop, tests, chosen):
    """Applies the breaks one after the other; returns the number that went unnoticed."""
    roles = {name: row["role"] for name, row in shown.rules().items()}
    unnoticed = 0
    for rule, name, what, old, new in BREAKS:
        if chosen and rule not in chosen:
            continue
        path, text, broken = broken_text(rule, name, old, new, shop.root)
        with open(path, "w", encoding="utf-8") as file:
            file.write(broken)
        try:
            found = shop.noticing(tests[rule])
        finally:
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        unnoticed += not found
        print("| %s | %s | %s | %s | %s |" % (
            rule, roles.get(rule, "-").replace(",", ", "), name, what,
            "%s (of %d that fail)" % (found[0], len(found)) if found else "**nothing**"), flush=True)
    return unnoticed


def main():
    parser = argparse.ArgumentParser(description="Breaks rules to check that tests notice.")
    parser.add_argument("--check", action="store_true", help="only check that the list applies")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--keep", help="work in this folder and keep it")
    parser.add_argument("rules", nargs="*")
    options = parser.parse_args()
    try:
        tests = tests_of_rules()
        check(tests)
    except shown.Mistake as mistake:
        print(mistake)
        return 1
    if options.check:
        return 0
    folder = options.keep or tempfile.mkdtemp(prefix="sabotage-")
    try:
        shop = Workshop(folder, options.jobs)
        everything = [test for found in tests.values() for test in found]
        broken_before = shop.noticing(sorted(set(everything)))
        if broken_before:
            sys.exit("fails before anything is broken: %s" % ", ".join(broken_before))
        print("| rule | role | file | what is broken | noticed by |\n|---|---|---|---|---|")
        return 1 if sabotage(shop, tests, options.rules) else 0
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
