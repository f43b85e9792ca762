"""The score by file, as a table for a terminal and for docs/verification.md."""

import os
import re

COLUMNS = ("file", "mutants", "killed", "survived", "equivalent", "stillborn", "score")
SECTION = """## Mutation

    tests/assurance/mutation/mutate.py --strict --seed {seed} --count {count}      or: ctest -R mutation.whole

makes small changes to the library's source (comparisons, logic, arithmetic, constants off by one, negated conditions, deleted
statements, other results) and checks that the unit suites fail, under AddressSanitizer and UndefinedBehaviorSanitizer.
Coverage shows what the suites reach; mutation shows what their assertions are worth. The core has {found} such mutants. A run
takes a sample, which the seed selects.

A mutant that does not build is *stillborn*; one for which the compiler emits the same object at `-O2` is *equivalent*. Neither
counts. A mutant that never returns is stopped by a limit on its CPU time and counts as killed.

{table}

`tests/assurance/mutation/survivors.tsv` says for each survivor why no test can see it, or why that is acceptable. A run with
any other survivor fails; with `--strict`, so does a line that is no longer needed. Listed survivors still count as survivors
in the score. `--page` with the name of this file rewrites this section.

Not shown: what tests other than the unit suites would kill; faults that are not small changes of the source; tables of names
and the text form of policies; the libosip2 adapter.

"""


class Row:
    def __init__(self):
        self.count = dict.fromkeys(("killed", "survived", "equivalent", "stillborn"), 0)

    def add(self, what):
        self.count[what] += 1

    def score(self):
        seen = self.count["killed"] + self.count["survived"]
        return self.count["killed"] / seen if seen else 1.0

    def cells(self, name):
        values = [self.count[what] for what in COLUMNS[2:6]]
        return [name, str(sum(values)), *map(str, values), "%.1f %%" % (100 * self.score())]


class Table:
    def __init__(self, results):
        self.total, self.areas, self.files = Row(), {}, {}
        for mutant, what, _ in results:
            area = os.path.dirname(mutant.path)
            self.total.add(what)
            self.areas.setdefault(area, Row()).add(what)
            self.files.setdefault((area, mutant.path), Row()).add(what)

    def lines(self):
        """Rows of cells: the files of each folder, the folder, and finally the total."""
        found = []
        for area in sorted(self.areas):
            found += [row.cells(path) for (of, path), row in sorted(self.files.items())
                      if of == area]
            found.append(self.areas[area].cells("all of %s/" % area))
        return found + [self.total.cells("all")]

    def text(self):
        return "\n".join("%-28s %8s %8s %8s %10s %9s %8s" % tuple(row)
                         for row in [COLUMNS, *self.lines()])

    def markdown(self):
        """The folders and the total: the page has no use for the files."""
        rows = [("folder", *COLUMNS[1:]), ["---"] + ["---:"] * (len(COLUMNS) - 1)]
        rows += [row.cells(area) for area, row in sorted(self.areas.items())]
        rows.append(["**%s**" % cell for cell in self.total.cells("all")])
        return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def write_page(path, table, seed, found):
    with open(path, encoding="utf-8") as file:
        page = file.read()
    section = SECTION.format(found=found, count=sum(table.total.count.values()), seed=seed,
                             table=table.markdown())
    changed, times = re.subn(r"^## Mutation\n.*?(?=^## |\Z)", lambda _: section, page,
                             flags=re.M | re.S)
    if times != 1:
        raise SystemExit("%s: no section Mutation, or more than one" % path)
    with open(path, "w", encoding="utf-8") as file:
        file.write(changed)
