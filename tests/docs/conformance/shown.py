"""Which test shows which rule: the lists, and the marks at the tests.

A mark is the word Shows with ids, in these places:
    a unit test       /* Shows: 7.1-1 EC-10 */ on lines directly above START_TEST
    a scenario        the line `shows 7.1-1 EC-10`
    an end-to-end     # Shows: 7.1-1 EC-10 on lines directly above its def
Ids of stories from the field (FB-, K and D with a number) and of invariants (I with a number) may
be there too; any other id that is neither a rule nor a decision is a mistake.
"""

import collections
import csv
import glob
import os
import re

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))

Test = collections.namedtuple("Test", "ctest name file line ids")

C_MARK = re.compile(r"^/\* Shows: ([^*]*) \*/$")
C_TEST = re.compile(r"^START_TEST\((\w+)\)$")
PYTHON_MARK = re.compile(r"^# Shows: (.*)$")
PYTHON_TEST = re.compile(r"^def (\w+)\(lab\):")
SCENARIO_MARK = re.compile(r"^shows\s+(.*)$")
OTHER_ID = re.compile(r"^(FB-|[DIK]-?)\d+$")


def ids_of(words):
    """Those ids in a mark that are rules or decisions."""
    return [word for word in words.split() if not OTHER_ID.match(word)]


class Mistake(Exception):
    """Something in the lists or marks is wrong; the message says where."""


def table(name, columns):
    """The rows of a list in this folder, by id."""
    path = os.path.join(HERE, name)
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    if rows[0] != columns:
        raise Mistake("%s: the columns are %s" % (name, " ".join(rows[0])))
    found = collections.OrderedDict()
    for number, row in enumerate(rows[1:], 2):
        if len(row) != len(columns) or not all(row):
            raise Mistake("%s:%d: %d columns, or an empty one" % (name, number, len(row)))
        if row[0] in found:
            raise Mistake("%s:%d: %s is there already" % (name, number, row[0]))
        found[row[0]] = dict(zip(columns, row))
    return found


def rules():
    """The rules of the RFC."""
    return table("requirements.tsv", ["id", "section", "level", "role", "rule"])


def decisions():
    """Decisions about what the RFC leaves open."""
    return table("decisions.tsv", ["id", "title", "decision", "why"])


def _relative(path, root):
    return os.path.relpath(path, root)


def _marked(path, root, ctest, mark, start):
    """Tests in one C or Python file: marks belong to the test on the line after the last mark."""
    marks, marked = [], False
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            line = line.rstrip("\n")
            found, test = mark.match(line), start.match(line)
            if found:
                marks, marked = marks + ids_of(found.group(1)), True
                continue
            if test:
                name = "" if ctest == "e2e" else test.group(1)
                own = "e2e." + test.group(1) if ctest == "e2e" else ctest
                yield Test(own, name, _relative(path, root), number, tuple(marks))
            elif marked or "Shows:" in line:
                raise Mistake("%s:%d: a mark that is not above a test" %
                              (_relative(path, root), number))
            marks, marked = [], False


def unit_tests(root=ROOT):
    """All libcheck tests, marked or not."""
    for path in sorted(glob.glob(os.path.join(root, "tests/unit/test_*.c"))):
        suite = os.path.basename(path)[len("test_"):-len(".c")]
        yield from _marked(path, root, "unit." + suite, C_MARK, C_TEST)


def e2e_tests(root=ROOT):
    """All end-to-end tests."""
    for path in sorted(glob.glob(os.path.join(root, "tests/programs/e2e/cases/test_*.py"))):
        yield from _marked(path, root, "e2e", PYTHON_MARK, PYTHON_TEST)


def scenarios(root=ROOT):
    """All scenarios."""
    for path in sorted(glob.glob(os.path.join(root, "tests/scenarios/*.sst"))):
        name = os.path.splitext(os.path.basename(path))[0]
        ids, at = [], 1
        with open(path, encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                found = SCENARIO_MARK.match(line)
                if found:
                    at = number
                    ids += ids_of(found.group(1))
        yield Test("scenario." + name, "", _relative(path, root), at, tuple(ids))


def all_tests(root=ROOT):
    """Every test that could carry a mark."""
    return list(unit_tests(root)) + list(scenarios(root)) + list(e2e_tests(root))


def by_id(tests, known):
    """The tests of each id, in the order of the lists."""
    shown = collections.OrderedDict((name, []) for name in known)
    for test in tests:
        for name in test.ids:
            if name not in shown:
                raise Mistake("%s:%d: there is no %s" % (test.file, test.line, name))
            if test in shown[name]:
                raise Mistake("%s:%d: %s twice" % (test.file, test.line, name))
            shown[name].append(test)
    return shown
