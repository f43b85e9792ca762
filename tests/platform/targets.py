#!/usr/bin/env python3
"""Whether the core compiles for targets that cannot be run here, without any of their headers.

    targets.py

The core is compiled from the two files of the amalgamation.

MSVC's (x86_64-pc-windows-msvc): the result must be a DLL that exports the public functions and
imports nothing. wasm32: the result must be a module that imports nothing and exports the same
functions. Both use the four functions of mem.c instead of the C library's.
Exit status: 0 both are correct, 1 one is not, 77 no compiler or linker.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile

import run
import windows

COMPILER = "clang-19"
FLAGS = "-O2 -ffreestanding -fno-builtin -DSST_BUILDING".split()
LINKERS = {
    "x86_64-pc-windows-msvc": ["lld-link-19", "/dll", "/noentry", "/nodefaultlib"],
    "wasm32": ["wasm-ld-19", "--no-entry", "--export-dynamic"],
}


def link(target, scratch):
    """A library of the core for this target."""
    sources = [run.amalgamation(scratch), os.path.join(run.HERE, "mem.c")]
    objects = run.compile_all([COMPILER, "--target=" + target, "-nostdlibinc"], sources, scratch,
                              [*run.WARNINGS, *FLAGS])
    out = os.path.join(scratch, target + ".out")
    output = ["/out:" + out] if target.endswith("msvc") else ["-o", out]
    subprocess.run([*LINKERS[target], *objects, *output], check=True)
    return out


def listed(tool, *arguments):
    return subprocess.run([tool, *arguments], check=True, stdout=subprocess.PIPE,
                          encoding="utf-8").stdout


def differences(target, path):
    """What the library exports or imports but should not, or should but does not."""
    if target == "wasm32":
        text = listed("obj2yaml-19", path)
        exported = set(re.findall(r"- Name: +(sst_\w+)\n +Kind: +FUNCTION", text))
        imported = re.findall(r"Type: +IMPORT", text)
    else:
        text = listed("llvm-readobj-19", "--coff-exports", "--coff-imports", path)
        exported = set(re.findall(r"^  Name: (sst_\w+)$", text, re.MULTILINE))
        imported = re.findall(r"^Import \{", text, re.MULTILINE)
    wrong = ["not exported: " + name for name in sorted(windows.public() - exported)]
    wrong += ["exported: " + name for name in sorted(exported - windows.public())]
    return wrong + ["it has imports"] * bool(imported)


def main():
    tools = [COMPILER, *(linker[0] for linker in LINKERS.values()), "llvm-readobj-19", "obj2yaml-19"]
    for tool in tools:
        if shutil.which(tool) is None:
            print("skipped, not installed: " + tool)
            return 77
    failed = 0
    for target in LINKERS:
        with tempfile.TemporaryDirectory() as scratch:
            try:
                wrong = differences(target, link(target, scratch))
            except subprocess.CalledProcessError as error:
                wrong = ["fails: " + " ".join(error.cmd)]
        print("%s: %s" % (target, "; ".join(wrong) or "%d functions" % len(windows.public())))
        failed += bool(wrong)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
