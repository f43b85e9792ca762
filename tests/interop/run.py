#!/usr/bin/env python3
"""Runs sst-ua against SIP stacks of other projects.

    run.py [--ua PROGRAM] [--sofia PROGRAM] [--proxy PROGRAM] [--node FOLDER] CASE...
    run.py --list              prints the names of all cases
    run.py --all               runs all, one after the other

With --results FOLDER each case writes a file there for the page of results (page.py). SST_UA,
SST_SOFIA_PEER and SST_PROXY name the programs if the options do not. Exit status: 0 all passed, 1
one failed, 77 all were skipped. SST_INTEROP_KEEP=1 keeps each case's folder.
"""

import argparse
import glob
import importlib
import json
import os
import sys
import time
import traceback

# Never into the source tree; PYTHONPYCACHEPREFIX names a better place.
sys.dont_write_bytecode = sys.pycache_prefix is None
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "cases"), os.path.join(HERE, "..", "programs", "e2e")]

import lag  # noqa: E402  pylint: disable=wrong-import-position
import sstlab  # noqa: E402  pylint: disable=wrong-import-position
from registry import CASES  # noqa: E402  pylint: disable=wrong-import-position


def load():
    """Every file in cases/ registers its cases."""
    for path in sorted(glob.glob(os.path.join(HERE, "cases", "*.py"))):
        importlib.import_module(os.path.splitext(os.path.basename(path))[0])


def run(entry, options):
    """Runs one case, and repeats it more slowly if it failed while the machine was busy; returns
    its outcome in a word, and its stage."""
    return lag.played(lambda slowness: once(entry, options, slowness))


def once(entry, options, slowness):
    """Returns that, and the lag in which it failed, or None."""
    import stage as stages  # pylint: disable=import-outside-toplevel
    stage = None
    start = time.monotonic()
    try:
        stage = stages.Stage(options.ua, {"sofia": options.sofia, "proxy": options.proxy,
                                          "node": options.node, "explain": options.explain},
                             slowness)
        stage.open(entry.rate)
        entry.function(stage)
        if options.explain:
            stage.judge_explained(entry.role)
    except sstlab.Skip as reason:
        print("skipped %s: %s" % (entry.name, reason))
        return ("skipped", stage), None
    except Exception as error:  # pylint: disable=broad-except
        expected = isinstance(error, AssertionError)
        print("FAILED %s: %s" % (entry.name, entry.about))
        print("    %s" % (error if expected else traceback.format_exc()))
        if expected:
            for line in traceback.extract_tb(error.__traceback__):
                if os.sep + "cases" + os.sep in line.filename:
                    print("    at %s:%d: %s" % (os.path.basename(line.filename), line.lineno,
                                                line.line))
        show(stage)
        return ("failed", stage), stage.lag.seconds() if stage else None
    finally:
        if stage:
            stage.close()
    print("passed %s (%.1f s)" % (entry.name, time.monotonic() - start))
    if options.verbose:
        print(stage.wire.ladder())
    return ("passed", stage), None


def keep(entry, word, stage, folder):
    """Saves what this run showed, for the page."""
    import deviations  # pylint: disable=import-outside-toplevel
    os.makedirs(folder, exist_ok=True)
    seen = deviations.found(stage) if word == "passed" else []
    told = {e["name"] for program in stage.agents for e in program.all("violation")} \
        if stage else set()
    result = {"name": entry.name, "order": list(CASES).index(entry.name), "peer": entry.peer,
              "role": entry.role, "about": entry.about, "rate": entry.rate, "outcome": word,
              "deviations": seen, "violations": sorted(told)}
    with open(os.path.join(folder, entry.name + ".json"), "w", encoding="utf-8") as file:
        json.dump(result, file, indent=1)


def show(stage):
    """The ladder of a case, even if it failed before its capture was read."""
    if not stage:
        return
    if not stage.packets:
        try:
            stage.read()
        except Exception as error:  # pylint: disable=broad-except
            print("    the capture cannot be read: %s" % error)
    print(stage.wire.ladder())
    for actor in stage.actors:
        print("".join("    %s: %s\n" % (actor.name, line)
                      for line in actor.errors[-15:] + actor.garbage[-15:]), end="")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ua", default=os.environ.get("SST_UA"), help="the sst-ua to test")
    parser.add_argument("--sofia", default=os.environ.get("SST_SOFIA_PEER"))
    parser.add_argument("--proxy", default=os.environ.get("SST_PROXY"))
    parser.add_argument("--explain", help="sst-explain, to be asked about each capture")
    parser.add_argument("--node", help="the folder node_modules with jssip and ws")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--results", help="leave a file for each case in this folder")
    parser.add_argument("--verbose", action="store_true", help="print the ladder of what passes")
    parser.add_argument("case", nargs="*")
    options = parser.parse_args()
    load()
    if options.list:
        print("\n".join(CASES))
        return 0
    names = list(CASES) if options.all else options.case
    unknown = [name for name in names if name not in CASES]
    if unknown or not names:
        parser.error("no such case: %s" % ", ".join(unknown) if unknown else "name a case")
    if not options.ua:
        parser.error("which sst-ua? give --ua or set SST_UA")
    words = []
    for name in names:
        word, stage = run(CASES[name], options)
        words.append(word)
        if options.results:
            keep(CASES[name], word, stage, options.results)
    if len(words) > 1:
        print("%d passed, %d failed, %d skipped"
              % tuple(words.count(word) for word in ("passed", "failed", "skipped")))
    if "failed" in words:
        return 1
    return 77 if set(words) == {"skipped"} else 0


if __name__ == "__main__":
    sys.exit(main())
