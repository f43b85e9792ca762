#!/usr/bin/env python3
"""Whether the core for Cortex-M0 and M4 needs only the external functions that are listed here.

    freestanding.py [--short]       --short: three of the eight combinations, which differ most

It is compiled without a C library, from the two files of the amalgamation, as a project for
microcontrollers would use it. A compiler demands four functions of every environment. Cortex-M0 has
no instruction for division or for 64-bit products, so libgcc does both there. Neither processor
needs 64-bit division, which is large and slow.
Exit status: 0 nothing else is needed, 1 something else is, 77 no compiler.
"""

import itertools
import os
import shutil
import subprocess
import sys
import tempfile

import run

COMPILER = "arm-none-eabi-gcc"
LEVELS = ("O0", "O2", "O3", "Os")
SHORT = [("cortex-m0", "O0"), ("cortex-m0", "Os"), ("cortex-m4", "O2")]
DEMANDED = {"memcpy", "memmove", "memset", "memcmp"}
# Division and product of 32-bit values, jump tables of switches, and a shift of 64 bits, which the
# observer's sets of findings need.
OF_LIBGCC = {
    "cortex-m0": {"__aeabi_uidiv", "__aeabi_uidivmod", "__aeabi_idiv", "__aeabi_idivmod",
                  "__aeabi_lmul", "__aeabi_llsl", "__gnu_thumb1_case_uqi", "__gnu_thumb1_case_sqi",
                  "__gnu_thumb1_case_uhi", "__gnu_thumb1_case_shi"},
    "cortex-m4": set(),
}


def symbols(objects, option):
    listed = subprocess.run(["arm-none-eabi-nm", "-P", option, *objects], stdout=subprocess.PIPE,
                            check=True, encoding="utf-8").stdout
    return {line.split()[0] for line in listed.splitlines() if len(line.split()) > 1}


def needed(cpu, level, sources):
    """External names that the sources use."""
    command = [COMPILER, "-mcpu=" + cpu, "-mthumb", "-ffreestanding", "-nostdlib", "-" + level]
    flags = [*run.WARNINGS, "-I" + os.path.join(run.ROOT, "include")]
    with tempfile.TemporaryDirectory() as scratch:
        objects = run.compile_all(command, sources, scratch, flags)
        return symbols(objects, "-u") - symbols(objects, "--defined-only")


def main():
    if shutil.which(COMPILER) is None:
        print("skipped, not installed: " + COMPILER)
        return 77
    wrong = 0
    with tempfile.TemporaryDirectory() as scratch:
        sources = [run.amalgamation(scratch), os.path.join(run.HERE, "sizes.c")]
        combinations = SHORT if sys.argv[1:] == ["--short"] else itertools.product(OF_LIBGCC, LEVELS)
        for cpu, level in combinations:
            names = needed(cpu, level, sources)
            print("%s -%s: %s" % (cpu, level, " ".join(sorted(names))))
            for name in sorted(names - DEMANDED - OF_LIBGCC[cpu]):
                print("FAILED  the core needs " + name)
                wrong += 1
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
