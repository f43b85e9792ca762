"""Compiles with clang's counters, runs, and merges the counts."""

import concurrent.futures
import glob
import json
import os
import re
import shutil
import subprocess

COMPILER = "clang-19"
TOOLS = (COMPILER, "llvm-cov-19", "llvm-profdata-19")
COUNTERS = ["-fprofile-instr-generate", "-fcoverage-mapping", "-fcoverage-mcdc"]
FLAGS = ["-std=c11", "-O0", "-g"]
# A suite takes a few seconds.
PATIENCE_SECONDS = 300


class Broken(Exception):
    """Something could not be built or run."""


def missing_tool():
    """The missing tools, or None if all are installed."""
    for tool in TOOLS:
        if shutil.which(tool) is None:
            return tool
    done = subprocess.run([COMPILER, COUNTERS[0], "-x", "c", "-", "-o", os.devnull],
                          input=b"int main(void) { return 0; }", stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, check=False)
    return None if done.returncode == 0 else "libclang-rt-19-dev"


def run(command, **more):
    """Returns its output, both streams combined."""
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              stdin=subprocess.DEVNULL, check=False, encoding="utf-8",
                              errors="replace", timeout=PATIENCE_SECONDS, **more)
    except subprocess.TimeoutExpired as late:
        raise Broken("%s takes too long" % command[0]) from late
    if done.returncode != 0:
        raise Broken("%s\n%s" % (" ".join(command), done.stdout))
    return done.stdout


def each(function, items):
    """As many in parallel as there are processors, up to a small limit."""
    with concurrent.futures.ThreadPoolExecutor(min(os.cpu_count() or 1, 4)) as pool:
        return list(pool.map(function, items))


def compile_all(sources, flags, work):
    """(objects, compiler messages); files in two folders may have the same name"""
    def one(source):
        folder, name = os.path.split(source)
        target = os.path.join(work, "%s-%s.o" % (os.path.basename(folder), name))
        return target, run([COMPILER, *FLAGS, *flags, "-c", source, "-o", target])
    done = each(one, sources)
    return [target for target, _ in done], "".join(said for _, said in done)


def compile_counted(sources, flags, work):
    return compile_all(sources, COUNTERS + flags, work)


def compile_plain(sources, flags, work):
    return compile_all(sources, flags, work)[0]


def link(program, inputs, flags):
    run([COMPILER, *FLAGS, "-fprofile-instr-generate", *inputs, *flags, "-o", program])


def play(program, arguments, work, number):
    """Runs a program and writes its counters to the folder."""
    environment = dict(os.environ, CK_FORK="no",
                       LLVM_PROFILE_FILE=os.path.join(work, "%s-%d.profraw" % (
                           os.path.basename(program), number)))
    # The log of the cases that ran belongs to another test.
    environment.pop("CK_TAP_LOG_FILE_NAME", None)
    run([program, *arguments], env=environment, cwd=work)


def merge(work):
    profile = os.path.join(work, "all.profdata")
    raw = sorted(glob.glob(os.path.join(work, "*.profraw")))
    run(["llvm-profdata-19", "merge", "-sparse", *raw, "-o", profile])
    return profile


def export(program, profile):
    """The counters with the source locations that they belong to."""
    command = ["llvm-cov-19", "export", "--format=text", "--instr-profile=" + profile, program]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
                          encoding="utf-8")
    if done.returncode != 0:
        raise Broken(done.stderr)
    return json.loads(done.stdout)


def vectors(program, profile, path, decision):
    """The tested combinations of a decision, as llvm-cov shows them: C1 is its first condition."""
    (line, column), (last_line, last_column) = decision
    said = run(["llvm-cov-19", "show", "--show-mcdc", "--instr-profile=" + profile, program, path])
    start = re.escape("Decision Region (%d:%d) to (%d:%d)" % (line, column, last_line, last_column))
    found = re.search(start + r".*?Executed MC/DC Test Vectors:(.*?)MC/DC Coverage", said, re.S)
    if found is None:
        return []
    return [row.strip("| ") for row in found.group(1).splitlines() if row.strip("| ")]
