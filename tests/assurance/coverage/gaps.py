"""What is not covered according to llvm-cov's export, and the list of accepted exceptions."""

import collections
import os
import re

# A side of a condition that no test takes. The side is `true` or `false`; for a switch and its
# cases `none` (no case was taken), `taken` and `passed`; `pair` if each side was seen, but never
# with all other conditions of the decision the same (MC/DC). `unseen` is a decision that the
# compiler cannot instrument.
Gap = collections.namedtuple("Gap", "file line function text side decision")

# An instrumented branch: where it is, how often it was taken and how often passed.
Branch = collections.namedtuple("Branch", "start end taken passed")

Exclusion = collections.namedtuple("Exclusion", "file function text side reason")

SIDES = ("true", "false", "none", "taken", "passed", "pair")

UNSEEN = re.compile(r"^(\S+?):(\d+):\d+: warning: unsupported MC/DC boolean expression", re.M)


class Mistake(Exception):
    """The list or the data cannot be used."""


class Sources:
    """The text between two places in a file, with white space collapsed."""

    def __init__(self):
        self.lines = {}

    def text(self, path, start, end):
        if path not in self.lines:
            with open(path, encoding="utf-8") as file:
                self.lines[path] = file.read().split("\n")
        if end[0] > len(self.lines[path]):
            raise Mistake("%s was changed while it was measured" % path)
        lines = self.lines[path][start[0] - 1:end[0]]
        # Columns count bytes.
        lines = [line.encode() for line in lines]
        lines[-1] = lines[-1][:end[1] - 1]
        lines[0] = lines[0][start[1] - 1:]
        return " ".join(b" ".join(lines).decode().split())


def branches_of(function):
    """{(file, start, end): [taken, passed]} of one compiled function."""
    found = {}
    for row in function["branches"]:
        place = (function["filenames"][row[6]], tuple(row[0:2]), tuple(row[2:4]))
        counts = found.setdefault(place, [0, 0])
        counts[0] += row[4]
        counts[1] += row[5]
    return found


def decisions_of(function):
    """{(file, start, end): [whether each condition was shown to decide]}"""
    found = {}
    for row in function["mcdc_records"]:
        place = (function["filenames"][0], tuple(row[0:2]), tuple(row[2:4]))
        found[place] = list(row[-1])
    return found


class Measured:
    """Branches and decisions of the files below a folder; those of a function that is compiled into
    several files are combined."""

    def __init__(self, export, root):
        self.root = root
        self.sources = Sources()
        self.branches = {}
        self.decisions = {}
        self.paths = set()
        for function in export["data"][0]["functions"]:
            self.paths.add(function["filenames"][0])
            name = function["name"].rpartition(":")[2]
            for place, counts in branches_of(function).items():
                if place[0].startswith(root + os.sep):
                    sums = self.branches.setdefault((name, *place), [0, 0])
                    sums[0] += counts[0]
                    sums[1] += counts[1]
            for place, shown in decisions_of(function).items():
                if place[0].startswith(root + os.sep):
                    old = self.decisions.get((name, *place), [False] * len(shown))
                    self.decisions[(name, *place)] = [a or b for a, b in zip(old, shown)]

    def files(self):
        return {os.path.relpath(path, self.root) for path in self.paths}

    def gap(self, place, side, decision):
        function, path, start, end = place
        return Gap(os.path.relpath(path, self.root), start[0], function,
                   self.sources.text(path, start, end), side, decision)

    def sides(self):
        """How many sides of branches there are, and how many conditions of decisions."""
        return 2 * len(self.branches), sum(len(shown) for shown in self.decisions.values())

    def branch_gaps(self):
        for place, (taken, passed) in sorted(self.branches.items()):
            text = self.gap(place, "", None).text
            words = ("true", "false")
            if re.match(r"(case\b|default\b)", text):
                words = ("taken", "passed")
            elif self.is_switch(place):
                words = ("none", "taken")
            for count, side in ((taken, words[0]), (passed, words[1])):
                if count == 0:
                    yield self.gap(place, side, None)

    def is_switch(self, place):
        """Whether the condition is the operand of a switch."""
        _, path, start, _ = place
        before = self.sources.text(path, (start[0], 1), start)
        return re.search(r"\bswitch \($", before) is not None

    def conditions(self, decision):
        """The branches within a decision, in evaluation order."""
        function, path, start, end = decision
        inside = [place for place in self.branches
                  if place[:2] == (function, path) and start <= place[2] and place[3] <= end]
        return sorted(inside, key=lambda place: place[2])

    def pair_gaps(self):
        for decision, shown in sorted(self.decisions.items()):
            places = self.conditions(decision)
            for number, good in enumerate(shown):
                if good:
                    continue
                gap = self.gap(decision, "pair", decision[2:])
                if len(places) == len(shown):
                    yield self.gap(places[number], "pair", decision[2:])
                else:  # a macro hides them
                    yield gap._replace(text="condition %d of %s" % (number + 1, gap.text))

    def gaps(self):
        """Branches first; a condition with a side missing has no pair either."""
        found = list(self.branch_gaps())
        sides = {gap[:4] for gap in found}
        found += [gap for gap in self.pair_gaps() if gap[:4] not in sides]
        return sorted(found, key=lambda gap: (gap.file, gap.line, gap.text))


def unseen(warnings, root):
    """Decisions that the compiler reports as not instrumented."""
    sources = Sources()
    for path, line in UNSEEN.findall(warnings):
        path = os.path.abspath(path)
        line = int(line)
        text = sources.text(path, (line, 1), (line + 1, 1))
        yield Gap(os.path.relpath(path, root), line, "", text, "unseen", None)


def read_exclusions(path):
    """Five fields per line: file, function, text, side, reason."""
    rows = []
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            line = line.rstrip("\n")
            if not line or line.startswith("#"):
                continue
            fields = line.split("\t")
            if len(fields) != 5 or not all(fields) or fields[3] not in SIDES:
                raise Mistake("%s:%d: not file, function, text, side and reason" % (path, number))
            rows.append(Exclusion(*fields))
    return rows


def judge(gaps, exclusions):
    """(gaps that nothing excludes, exclusions without a gap)"""
    excluded = {row[:4] for row in exclusions}
    keys = {(gap.file, gap.function, gap.text, gap.side) for gap in gaps}
    open_ = [gap for gap in gaps if (gap.file, gap.function, gap.text, gap.side) not in excluded]
    return open_, [row for row in exclusions if tuple(row[:4]) not in keys]


SAYS = {
    "true": "was never true",
    "false": "was never false",
    "none": "always had one of the cases",
    "taken": "was never taken",
    "passed": "was never passed by",
    "pair": "was never what decides, all else the same",
    "unseen": "has a decision within a decision, which is not measured: write it in one",
}


def say(gap, folder):
    where = " in %s()" % gap.function if gap.function else ""
    path = os.path.join(folder, gap.file)
    return "%s:%d:%s `%s` %s" % (path, gap.line, where, gap.text, SAYS[gap.side])
