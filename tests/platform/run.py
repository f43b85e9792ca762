#!/usr/bin/env python3
"""Builds and runs the unit suites for one platform.

    run.py PLATFORM [--ran FOLDER] [--short]
    run.py list

The suites are those of tests/unit, all in one program and with check.h instead of libcheck; those
of the libosip2 adapter are left out. FOLDER holds the logs of the suites with libcheck: the same
cases must run here, equally often. --short leaves out the suites that try all or many combinations,
compiles the others, but not the core, without optimization, and compiles the core as one file.
Exit status: 0 passed, 1 failed, 2 wrong use, 77 compiler or emulator not installed.
"""

import argparse
import collections
import glob
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
UNIT = os.path.join(ROOT, "tests", "unit")
AMALGAMATE = os.path.join(ROOT, "src", "cmake", "amalgamate.py")
WARNINGS = ("-Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Werror").split()
# Long enough for an emulator on a busy machine.
SECONDS = 1800
# Of processor time, for a program that prints an empty line: AddressSanitizer never reaches main()
# under qemu-i386.
PROBE_SECONDS = 30

SANITIZE = "-fno-sanitize-recover=all -fsanitize="
ON_LINUX = "arm-linux-gnueabihf-gcc -O1 -static -fshort-enums -Wl,--no-warn-mismatch,-z,noexecstack"
CORTEX = "arm-none-eabi-gcc -mthumb -ffreestanding -Os -mcpu="

# name: the command of the compiler, what runs the program, and the compiler of the core if it is a
# different one: microcontroller code runs inside suites for Linux on the same processor family,
# which are compiled with short enumerations.
PLATFORMS = {
    **{"gcc-" + level: ("gcc -" + level, "") for level in ("O0", "O1", "O2", "O3", "Os")},
    **{"clang-" + level: ("clang-19 -" + level, "") for level in ("O0", "O1", "O2", "O3", "Os")},
    "i386": ("gcc -m32 -O2", ""),
    "i386-sanitized": ("gcc -m32 -O1 -g " + SANITIZE + "address,undefined", ""),
    "s390x": ("s390x-linux-gnu-gcc -O2 -static", "qemu-s390x"),
    "armhf": ("arm-linux-gnueabihf-gcc -O2 -static", "qemu-arm"),
    "cortex-m0": (ON_LINUX, "qemu-arm", CORTEX + "cortex-m0"),
    "cortex-m4": (ON_LINUX, "qemu-arm", CORTEX + "cortex-m4"),
    "musl": ("musl-gcc -O2 -static", ""),
}
# The alternative if the kernel does not run what the first one builds.
EMULATED = {
    "i386": ("gcc -m32 -O2", "qemu-i386"),
    "i386-sanitized": ("gcc -m32 -O1 -g " + SANITIZE + "undefined", "qemu-i386"),
}


def core_sources():
    """The files of the core, as src/cmake/sources.cmake lists them."""
    with open(os.path.join(ROOT, "src", "cmake", "sources.cmake"), encoding="utf-8") as file:
        listed = re.search(r"set\(SST_CORE_SOURCES\s+(.*?)\)", file.read(), re.DOTALL)
    return [os.path.join(ROOT, "src", name) for name in listed.group(1).split()]


def amalgamation(scratch):
    """The one source of all of the core, in a folder of its own with its header."""
    folder = os.path.join(scratch, "core")
    subprocess.run([sys.executable, "-B", AMALGAMATE, folder], check=True)
    return os.path.join(folder, "sst.c")


def open_core(scratch):
    """The same with what one file of the library has for the others, so that the suites can call it.
    To start a compiler for each of the files takes longer than to compile them."""
    path = amalgamation(scratch)
    with open(path, encoding="utf-8") as file:
        text = file.read()
    with open(path, "w", encoding="utf-8") as file:
        file.write(re.sub(r"^static (?!inline )(?=[\w *]*\bsst_\w+[(\[])", "", text, flags=re.MULTILINE))
    return path


def suite_sources(short=False):
    left_out = r"test_(osip|exhaustive_|\w+_random\.c)" if short else "test_osip"
    return sorted(path for path in glob.glob(os.path.join(UNIT, "test_*.c"))
                  if not re.match(left_out, os.path.basename(path)))


def compile_all(compiler, sources, scratch, flags):
    """Objects of the sources: {source: more flags} or a list."""
    objects = []
    for path in sources:
        folder = os.path.basename(os.path.dirname(path))
        objects.append(os.path.join(scratch, folder + "-" + os.path.basename(path) + ".o"))
        more = sources[path] if isinstance(sources, dict) else []
        subprocess.run([*compiler, "-std=c11", *flags, *more, "-c", path, "-o", objects[-1]],
                       check=True)
    return objects


def write_main(scratch, suites):
    """A program that calls the suites one after the other, and fails if one does."""
    path = os.path.join(scratch, "all.c")
    with open(path, "w", encoding="utf-8") as file:
        file.writelines("int run_%s(void);\n" % suite for suite in suites)
        file.write("int main(void);\nint main(void)\n{\n    int failed = 0;\n\n")
        file.writelines("    failed |= run_%s();\n" % suite for suite in suites)
        file.write("    return failed;\n}\n")
    return path


def build(compiler, core_compiler, suites, scratch, short=False):
    """The program of these suites, each with its main renamed."""
    flags = ["-I" + os.path.join(ROOT, "include"), "-I" + os.path.join(ROOT, "src"), "-I" + UNIT]
    sources = [open_core(scratch)] if short else core_sources()
    core = dict.fromkeys(sources, [*WARNINGS, "-DSST_BUILDING"])
    tests = {path: ["-Dmain=run_" + os.path.splitext(os.path.basename(path))[0]] for path in suites}
    names = [define[0].split("=run_")[1] for define in tests.values()]
    support = glob.glob(os.path.join(UNIT, "support*.c"))
    own = [os.path.join(HERE, "check.c"), os.path.join(HERE, "sizes.c"), write_main(scratch, names)]
    # Warnings about the suites are reported by the build with libcheck.
    docs = '-DSST_DOCS_DIR="%s"' % os.path.join(ROOT, "docs")
    objects = compile_all(core_compiler, core, scratch, flags)
    objects += compile_all(compiler, {**tests, **dict.fromkeys(support + own, [])}, scratch,
                           [*flags, "-w", "-isystem", HERE, docs])
    program = os.path.join(scratch, "all.exe")  # Windows requires the ending
    subprocess.run([*compiler, *objects, "-o", program], check=True)
    return program


def run(program, runner):
    """The passed cases as (suite, group, case), and lines about what went wrong."""
    done = subprocess.run([*runner, program], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=SECONDS, check=False, encoding="utf-8", errors="replace")
    passed = collections.Counter()
    other = []
    for line in done.stdout.splitlines():
        match = re.fullmatch(r"ok (\S+):(\S+):(\S+)", line)
        if match:
            passed[match.groups()] += 1
        elif line.startswith("FAILED ") or done.returncode != 0:
            other.append(line)
    if done.returncode != 0:
        other.append("exit status %d; last line: %s" % (
            done.returncode, (done.stdout.splitlines() or ["none"])[-1]))
    return passed, other


def logged(folder, suites):
    """The passed cases in libcheck's logs; None if a suite has none."""
    passed = collections.Counter()
    for path in suites:
        suite = os.path.basename(path)[len("test_"):-len(".c")]
        log = os.path.join(folder, "unit." + suite + ".tap")
        if not os.path.exists(log):
            return None
        with open(log, encoding="utf-8") as file:
            for line in file:
                # The file named in the line may be a header.
                match = re.fullmatch(r"ok \d+ - \S+?:(\S+):(\S+): Passed\n", line)
                if match:
                    passed[(suite, *match.groups())] += 1
    return passed


def differences(passed, expected):
    return ["%s ran %d times instead of %d" % (":".join(key), passed[key], expected[key])
            for key in sorted({*passed, *expected}) if passed[key] != expected[key]]


def limit_probe():
    resource.setrlimit(resource.RLIMIT_CPU, (PROBE_SECONDS, PROBE_SECONDS))


def succeeds(command, before=None):
    """Whether a command can be started and succeeds."""
    try:
        return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              preexec_fn=before, check=False).returncode == 0
    except OSError:
        return False


def missing(compiler, runner, core_compiler=None):
    """What is missing here: a program, what the compiler needs, or a kernel that runs its
    output."""
    for command in (compiler, runner, core_compiler):
        if command and shutil.which(command[0]) is None:
            return "not installed: " + command[0]
    with tempfile.TemporaryDirectory() as scratch:
        source = os.path.join(scratch, "probe.c")
        with open(source, "w", encoding="utf-8") as file:
            file.write("#include <stdio.h>\nint main(void)\n{\n    return puts(\"\") < 0;\n}\n")
        program = os.path.join(scratch, "probe")
        if not succeeds([*compiler, source, "-o", program]):
            return "not installed: the libraries of " + " ".join(compiler)
        if not succeeds([*runner, program], limit_probe):
            return "does not run here: what %s builds" % " ".join(compiler)
    return None


def way(name):
    """How to build and run here: (compiler, runner, compiler of the core), or what is missing."""
    lacking = []
    for ways in (PLATFORMS, EMULATED):
        if name in ways:
            commands = [command.split() for command in ways[name]]
            lacking.append(missing(*commands))
            if lacking[-1] is None:
                return (*commands, commands[0])[:3], lacking[:-1]
    return None, lacking


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("platform", choices=[*PLATFORMS, "list"])
    parser.add_argument("--ran", metavar="FOLDER", help="logs of the suites with libcheck")
    parser.add_argument("--short", action="store_true", help="without the slow suites")
    options = parser.parse_args()
    if options.platform == "list":
        print("\n".join(PLATFORMS))
        return 0
    found, lacking = way(options.platform)
    if found is None:
        print("skipped, " + "; ".join(lacking))
        return 77
    compiler, runner, core_compiler = found
    for line in lacking:
        print("%s; instead: %s, by %s" % (line, " ".join(compiler), " ".join(runner)))
    suites = suite_sources(options.short)
    if options.short:
        compiler = [*compiler, "-O0"]
    with tempfile.TemporaryDirectory() as scratch:
        try:
            passed, wrong = run(build(compiler, core_compiler, suites, scratch, options.short),
                                runner)
        except subprocess.CalledProcessError as error:
            print("%s: %s does not build" % (options.platform, os.path.basename(error.cmd[-3])))
            return 1
        except subprocess.TimeoutExpired:
            print("runs for more than %d s" % SECONDS)
            return 1
    if options.ran is not None:
        expected = logged(options.ran, suites)
        wrong += ["no logs of libcheck in " + options.ran] if expected is None else \
            differences(passed, expected)
    print("\n".join(wrong + ["%s: %d suites, %d cases passed" %
                             (options.platform, len(suites), sum(passed.values()))]))
    return 1 if wrong or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
