"""The score by file, as a table of a terminal and of docs/verification.md."""

import os
import re

COLUMNS = ("file", "mutants", "killed", "survived", "equivalent", "stillborn", "score")
SECTION = """## Mutation

    tests/mutation/mutate.py --strict --seed {seed} --count {count}      or: ctest -R mutation.sample

makes small changes to the text of the library and looks whether the unit suites, under
AddressSanitizer and UndefinedBehaviorSanitizer, fail: other comparisons, logic, arithmetic and
constants (one up, one down, 0), conditions negated or fixed, statements left out, other results. So
it asks what the assertions are worth, where coverage tells only what the suites come to. There are
{found} such mutants of the core. A run takes a sample that the seed draws; the test tries 30.

A mutant that cannot be built is *stillborn*, one of which the compiler makes the same object with
`-O2` *equivalent*; neither counts. One that never returns is ended by its CPU time, and is killed.
Each mutated file is compiled and linked to what all mutants share, and the suites that come to the
changed function run, the likeliest first, until one fails.

{table}

Each survivor stands in `tests/mutation/survivors.tsv` with the reason why no test can see it, or why
that is all right; a run with one that does not stand there fails, and with `--strict` also one in
which a line there is needed no more. The score counts survivors with a reason as survivors. `--page`
with the name of this file writes this section.

The mutants outside of the sample were tried as well, once (`--count 10000`, about an hour), and what
survived of them stands in that file too.

Not shown: what other tests than the unit suites would kill; faults that are not a small change of
the text; tables of names and the text form of policies (`src/about/names.c`,
`src/policy/text.c`); the libosip2 adapter; mutants of what was changed since they were all tried,
where they are not in the sample.

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
        """Rows of cells: the files of each folder, the folder, and in the end everything."""
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
        rows = [COLUMNS, ["---"] + ["---:"] * (len(COLUMNS) - 1)]
        rows += [["**%s**" % cell for cell in row] if row[0].startswith("all") else row
                 for row in self.lines()]
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
