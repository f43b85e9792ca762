#!/usr/bin/env python3
"""Runs end-to-end cases of sst-ua and sst-proxy.

    run.py [--ua PROGRAM] [--proxy PROGRAM] [--verbose] CASE...   runs these cases
    run.py --list                               prints the names of all cases
    run.py --all                                runs all, one after the other

The programs default to the environment's SST_UA and SST_PROXY.  Exit status: 0 all passed, 1 one
failed, 77 all were skipped.  A failed case prints what was expected and the ladder as recorded.
"""

import argparse
import glob
import importlib.util
import os
import re
import sys
import traceback
import types

# Never into the source tree; PYTHONPYCACHEPREFIX names a better place.
sys.dont_write_bytecode = sys.pycache_prefix is None
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "cases")]

import lag  # noqa: E402  pylint: disable=wrong-import-position
import sstlab  # noqa: E402  pylint: disable=wrong-import-position


def defines(path, names):
    """Whether a file has one of these cases; so that a test need not load those of all others."""
    with open(path, encoding="utf-8") as file:
        return not set(names).isdisjoint(re.findall(r"^def (\w+)", file.read(), re.MULTILINE))


def all_cases(names=None):
    """Every public function with the one parameter `lab` in cases/test_*.py, by name; with names
    those in the same files."""
    found = {}
    for path in sorted(glob.glob(os.path.join(HERE, "cases", "test_*.py"))):
        if names and not defines(path, names):
            continue
        name = os.path.splitext(os.path.basename(path))[0]
        spec = importlib.util.spec_from_file_location(name, path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        for case, function in vars(module).items():
            if not isinstance(function, types.FunctionType) or function.__module__ != name \
                    or case.startswith("_") or parameters(function) != ("lab",):
                continue
            if case in found:
                raise SystemExit("two cases have the name %s" % case)
            if not function.__doc__:
                raise SystemExit("%s lacks its sentence" % case)
            found[case] = function
    return found


def parameters(function):
    code = function.__code__
    return code.co_varnames[:code.co_argcount + code.co_kwonlyargcount]


def run(name, function, options):
    """Runs one case; returns 0, 1 or 77."""
    return lag.played(lambda slowness: once(name, function, options, slowness))


def once(name, function, options, slowness):
    """The same, once: returns the result, and the lag in which it failed, or None."""
    lab = sstlab.Lab(options.ua, options.proxy, slowness * options.slowness)
    try:
        function(lab)
    except sstlab.Skip as reason:
        print("skipped %s: %s" % (name, reason))
        return 77, None
    except Exception as error:  # pylint: disable=broad-except
        lagged = lab.lag.seconds()
        lab.close()
        print("FAILED %s: %s" % (name, " ".join(function.__doc__.split())))
        print("    %s" % (error if isinstance(error, AssertionError)
                          else traceback.format_exc()))
        if isinstance(error, AssertionError):
            frame = [entry for entry in traceback.extract_tb(error.__traceback__)
                     if os.sep + "cases" + os.sep in entry.filename]
            for entry in frame:
                print("    at %s:%d: %s" % (os.path.basename(entry.filename), entry.lineno,
                                            entry.line))
        print(lab.wire.ladder())
        return 1, lagged
    finally:
        lab.close()
    print("passed %s" % name)
    if options.verbose:
        print(lab.wire.ladder())
    return 0, None


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ua", default=os.environ.get("SST_UA"), help="the sst-ua to test")
    parser.add_argument("--proxy", default=os.environ.get("SST_PROXY"),
                        help="the sst-proxy to test")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--verbose", action="store_true", help="print the ladder of what passes")
    parser.add_argument("--slowness", type=float, default=1,
                        help="divides the speeds, as for a case that is played again")
    parser.add_argument("case", nargs="*")
    options = parser.parse_args()
    cases = all_cases([] if options.list or options.all else options.case)
    if options.list:
        print("\n".join(cases))
        return 0
    names = list(cases) if options.all else options.case
    unknown = [name for name in names if name not in cases]
    if unknown or not names:
        parser.error("no such case: %s" % ", ".join(unknown) if unknown else "name a case")
    if not options.ua:
        parser.error("which sst-ua? give --ua or set SST_UA")
    results = [run(name, cases[name], options) for name in names]
    if len(results) > 1:
        print("%d passed, %d failed, %d skipped"
              % (results.count(0), results.count(1), results.count(77)))
    if 1 in results:
        return 1
    return 77 if set(results) == {77} else 0


if __name__ == "__main__":
    sys.exit(main())
