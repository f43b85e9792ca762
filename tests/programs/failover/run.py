#!/usr/bin/env python3
"""Takeovers by sst-ua through a real redis-server.

    run.py --list                 the names of the cases
    run.py --ua PROGRAM CASE...   runs them, and prints the ladder of one that fails

Exit status: 0 all passed, 1 one failed, 77 not run, with the reason.
"""

import argparse
import sys
import traceback

# Never into the source tree; PYTHONPYCACHEPREFIX names a better place.
sys.dont_write_bytecode = sys.pycache_prefix is None

import cases  # noqa: E402  pylint: disable=wrong-import-position
from lab import Lab, Skip  # noqa: E402  pylint: disable=wrong-import-position
from lag import played  # noqa: E402  pylint: disable=wrong-import-position


def once(name, program, slowness):
    """0, 1 or 77, and the lag in which it failed, or None."""
    lab = None
    try:
        lab = Lab(program, slowness)
        cases.CASES[name](lab)
    except Skip as reason:
        print("skipped %s: %s" % (name, reason))
        return 77, None
    except Exception as problem:  # pylint: disable=broad-except
        lagged = lab.lag.seconds() if lab else None
        print("FAILED %s: %s" % (name, problem if isinstance(problem, AssertionError)
                                 else traceback.format_exc()))
        if lab:
            print(lab.ladder())
        return 1, lagged
    finally:
        if lab:
            lab.close()
    print("passed %s" % name)
    return 0, None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--ua")
    parser.add_argument("case", nargs="*")
    arguments = parser.parse_args()
    if arguments.list:
        print("\n".join(cases.CASES))
        return 0
    results = [played(lambda slowness, name=name: once(name, arguments.ua, slowness))
               for name in arguments.case or cases.CASES]
    return max(results, key=(0, 77, 1).index)


if __name__ == "__main__":
    sys.exit(main())
