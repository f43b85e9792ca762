#!/usr/bin/env python3
"""Proves with Frama-C/WP what the files here state about the library's sources.

    prove.py [UNIT...]      every goal proved, as many as goals.tsv has
    prove.py --seeds [UNIT...]
                            each wrong constant of seeds.tsv in a copy leaves a goal unproved
    prove.py --count        print the lines of goals.tsv, to see what changed

A unit is a file UNIT.c in this folder, which includes contracts and the shipped source.
Exit status: 0 proved, 1 not, 2 wrong use, 77 a tool is not installed, or of another version.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
TOOLS = ("frama-c", "why3", "z3", "cvc4", "gcc")
VERSION = "25.0"  # the Frama-C version that goals.tsv was counted with: others generate other goals
RESULT = re.compile(r"^\[wp\] Proved goals: +(\d+) / (\d+)$", re.MULTILINE)
OPEN = re.compile(r"^\[wp\] \[(?:Failed|Timeout|Unknown|Unsuccess)\] Goal (\S+)", re.MULTILINE)
# With any of these, a goal could be proved from an assumption that nobody wrote.
LOOSE = re.compile(r"^.*(?:Degenerated|Ignoring|missing-spec|[Nn]o 'assigns' spec|"
                   r"No code nor implicit assigns).*$", re.MULTILINE)


def table(name, columns):
    rows = []
    with open(os.path.join(HERE, name), encoding="utf-8") as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                fields = line.rstrip("\n").split("\t")
                if len(fields) != columns:
                    sys.exit("%s: not %d fields: %s" % (name, columns, line))
                rows.append(fields)
    return rows


def environment(home):
    """Why3 searches for provers once; the result is kept out of the user's own configuration."""
    env = dict(os.environ, HOME=home, LC_ALL="C")
    env["WHY3CONFIG"] = os.path.join(home, ".why3.conf")
    done = subprocess.run(["why3", "config", "detect"], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, env=env, check=False, encoding="utf-8")
    if done.returncode != 0:
        print("why3 config detect:\n" + done.stdout)
        sys.exit(1)
    return env


def prove(root, unit, functions, seconds, env):
    """(proved, goals, names of open goals, output)"""
    include = "-I%s -I%s" % (os.path.join(root, "include"), os.path.join(root, "src"))
    command = ["frama-c", "-cpp-extra-args=" + include, "-machdep", "gcc_x86_64", "-wp", "-wp-rte",
               "-warn-unsigned-overflow", "-wp-literals", "-wp-model", "Typed+ref",
               "-wp-prover", "z3,cvc4", "-wp-timeout", str(seconds), "-wp-par", "2",
               "-wp-cache", "none"]
    if functions != "*":
        command += ["-wp-fct", functions]
    command.append(os.path.join(root, "tests", "assurance", "proofs", unit + ".c"))
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=env,
                          cwd=env["HOME"], check=False, encoding="utf-8", errors="replace")
    found = RESULT.search(done.stdout)
    if done.returncode != 0 or found is None:
        return 0, 0, [], done.stdout
    return int(found.group(1)), int(found.group(2)), OPEN.findall(done.stdout), done.stdout


def prove_units(units, count, env):
    wrong = 0
    for unit, functions, expected in units:
        proved, goals, names, output = prove(ROOT, unit, functions, 60, env)
        if count:
            print("%s\t%s\t%d" % (unit, functions, goals))
        else:
            print("%-16s %4d of %4d goals proved" % (unit, proved, goals))
        for name in names:
            print("    open: " + name)
        if goals == 0:
            print(output)
        loose = LOOSE.findall(output)
        for line in loose:
            print("    " + line)
        if not count and goals != int(expected):
            print("    goals.tsv has %s goals" % expected)
            wrong += 1
        wrong += proved != goals or bool(loose) or goals == 0
        sys.stdout.flush()
    return wrong


def prove_seeds(units, env):
    """The same in a copy with one error: a proof that does not notice it proves nothing."""
    wrong = 0
    for unit, function, path, right, seeded, goal in table("seeds.tsv", 6):
        if unit not in units:
            continue
        with tempfile.TemporaryDirectory() as root:
            for folder in ("include", "src", os.path.join("tests", "assurance", "proofs")):
                shutil.copytree(os.path.join(ROOT, folder), os.path.join(root, folder))
            name = os.path.join(root, path)
            with open(name, encoding="utf-8") as file:
                text = file.read()
            if text.count(right) != 1:
                print("seeds.tsv: %s has not exactly one: %s" % (path, right))
                wrong += 1
                continue
            with open(name, "w", encoding="utf-8") as file:
                file.write(text.replace(right, seeded))
            proved, goals, names, output = prove(root, unit, function, 4, env)
            noticed = proved < goals and "typed_ref_" + goal in names
            print("%s: %s -> %s: %s" % (path, right, seeded,
                                        ", ".join(names) if noticed else "NOT NOTICED"))
            if goals == 0:
                print(output)
            wrong += not noticed
            sys.stdout.flush()
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", action="store_true")
    parser.add_argument("--count", action="store_true")
    parser.add_argument("unit", nargs="*")
    options = parser.parse_args()
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        print("skipped, no " + " ".join(missing))
        return 77
    version = subprocess.run(["frama-c", "-version"], stdout=subprocess.PIPE, check=False,
                             encoding="utf-8").stdout.strip()
    if not version.startswith(VERSION):
        print("skipped, Frama-C is %s and not %s" % (version, VERSION))
        return 77
    units = table("goals.tsv", 3)
    if not set(options.unit) <= {row[0] for row in units}:
        print("goals.tsv has only: " + " ".join(row[0] for row in units))
        return 2
    chosen = [row for row in units if not options.unit or row[0] in options.unit]
    with tempfile.TemporaryDirectory() as home:
        env = environment(home)
        if options.seeds:
            return 1 if prove_seeds({row[0] for row in chosen}, env) else 0
        return 1 if prove_units(chosen, options.count, env) else 0


if __name__ == "__main__":
    sys.exit(main())
