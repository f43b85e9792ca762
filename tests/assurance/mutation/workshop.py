"""Builds mutants of the library and runs the unit suites against them."""

import concurrent.futures
import glob
import os
import re
import shutil
import signal
import subprocess
import sys
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
FLAGS = ["-std=c11", "-w", "-fPIC", "-DSST_BUILDING"]
CHECKED = [*FLAGS, "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
TRACED = [*FLAGS, "-O0", "-gdwarf-4", "-fsanitize-coverage=trace-pc"]
ENVIRONMENT = dict(os.environ, CK_FORK="no",
                   ASAN_OPTIONS="detect_leaks=0:symbolize=0:abort_on_error=0")
QUICK_MS = 300  # what is tried before an optimizing compiler is asked whether anything changed


def run(command, seconds=120, env=None):
    """(exit status, output); if a mutant takes too long, its children are ended with it."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               stdin=subprocess.DEVNULL, start_new_session=True,
                               env=env or ENVIRONMENT)
    try:
        output, _ = process.communicate(timeout=seconds)
        return process.returncode, output.decode(errors="replace")
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, _ = process.communicate()
        return "time", output.decode(errors="replace")


def flat(name):
    """A path as part of a file name."""
    return name.replace("/", "-")


def must(command):
    status, output = run(command, 300)
    if status != 0:
        sys.exit("%s\n%s" % (" ".join(command), output))
    return output


class Workshop:
    """Library, suites and the program that runs them, in a temporary folder.

    Each worker has a bench, a copy of src in which it changes one file at a time.
    """

    def __init__(self, compiler, root, folder, jobs):
        self.compiler, self.root, self.folder, self.jobs = compiler, root, folder, jobs
        with open(os.path.join(root, "src", "cmake", "sources.cmake"), encoding="utf-8") as file:
            self.core = re.search(r"SST_CORE_SOURCES(.*?)\)", file.read(), re.S).group(1).split()
        found = glob.glob(os.path.join(root, "tests", "unit", "test_*.c"))
        self.suites = sorted(os.path.basename(path)[5:-2] for path in found)
        self.suites = [name for name in self.suites if not name.startswith("osip")]
        self.check = must(["pkg-config", "--cflags", "--libs", "check"]).split()
        self.pool = concurrent.futures.ThreadPoolExecutor(jobs)
        self.benches = [os.path.join(folder, "bench%d" % number) for number in range(jobs)]
        # A snapshot: later edits of the tree do not interfere.
        self.source = os.path.join(folder, "src")
        self.include = os.path.join(folder, "include")
        self.unit = os.path.join(folder, "unit")
        for copy in [self.source, *self.benches]:
            shutil.copytree(os.path.join(root, "src"), copy)
        shutil.copytree(os.path.join(root, "include"), self.include)
        shutil.copytree(os.path.join(root, "tests", "unit"), self.unit)
        self.local = threading.local()
        self.lock = threading.Lock()
        self.objects = {}   # of the library: file, object
        self.plain = {}     # the same, optimized, to be compared with
        self.parts = {}     # of the runner: suites and what they share
        self.users = {}     # object: files of src that it is made from
        self.runner = None
        self.took = {}      # ms of each suite
        self.reached = {}   # (file, function): suites
        self.blocks = {}    # (file, function): {line: suites}
        self.kills = {}     # (file, function): {suite: mutants that it killed}

    # ---- what all mutants share ----

    def object_of(self, source, name, flags):
        """Compiles, and records which files of src the object is made from."""
        target = os.path.join(self.folder, flat(name) + ".o")
        must([self.compiler, *flags, "-MMD", "-I" + self.include, "-I" + self.source,
              "-c", source, "-o", target])
        with open(target[:-2] + ".d", encoding="utf-8") as file:
            self.users[name] = {os.path.relpath(word, self.source) for word in file.read().split()}
        return target

    def suite_flags(self, source, name):
        flags = [*CHECKED, "-D_mark_point=unmarked", "-I" + source, "-I" + self.unit,
                 '-DSST_DOCS_DIR="%s"' % os.path.join(self.root, "docs"), *self.check]
        return flags + (["-Dmain=main_" + name] if name else [])

    def part_source(self, name):
        """The source of a part of the runner."""
        return os.path.join(self.unit, name[5:] + ".c" if name.startswith("with_") else
                            "test_" + name + ".c")

    def compile_part(self, name):
        suite = "" if name.startswith("with_") else name
        return self.object_of(self.part_source(name), "unit-" + name,
                              self.suite_flags(self.source, suite))

    def build(self):
        """Library, suites and runner unmodified, and the suites' results."""
        support = glob.glob(os.path.join(self.unit, "support*.c"))
        parts = ["with_" + os.path.basename(path)[:-2] for path in support] + self.suites
        with open(os.path.join(self.folder, "suites.h"), "w", encoding="utf-8") as file:
            file.writelines("SUITE(%s)\n" % name for name in self.suites)
        self.parts = dict(zip(parts, self.pool.map(self.compile_part, parts)))
        must([self.compiler, "-O1", "-I" + self.folder, "-c", os.path.join(HERE, "runner.c"),
              "-o", os.path.join(self.folder, "runner.o")])

        def objects(flags, prefix):
            return list(self.pool.map(lambda name: self.object_of(
                os.path.join(self.source, name), prefix + name, flags), self.core))

        self.objects = dict(zip(self.core, objects(CHECKED, "core-")))
        traced = objects(TRACED, "traced-")
        self.runner = self.link_runner(self.parts, "runner")
        self.trace(self.link_library(traced, "traced"))

    def link_runner(self, parts, name):
        """The runner without its library, which is loaded when it starts."""
        stub = os.path.join(self.folder, "whole")
        if not os.path.exists(stub):
            self.link_library(self.objects.values(), "whole")
        target = os.path.join(self.folder, name)
        must([self.compiler, "-fsanitize=address,undefined", "-rdynamic",
              os.path.join(self.folder, "runner.o"), *parts.values(), "-L" + stub, "-lsst-mutant",
              *self.check, "-ldl", "-o", target])
        return target

    def link_library(self, objects, name):
        folder = os.path.join(self.folder, name)
        os.makedirs(folder, exist_ok=True)
        must([self.compiler, "-shared", *([] if name == "traced" else
                                          ["-fsanitize=address,undefined"]),
              *objects, "-o", os.path.join(folder, "libsst-mutant.so")])
        return folder

    def trace(self, library):
        """One run of all suites: that they pass, how long each takes, and which places each
        reaches."""
        path = os.path.join(self.folder, "trace")
        status, output = run([self.runner, *self.suites], 600,
                             dict(ENVIRONMENT, LD_LIBRARY_PATH=library, TRACE=path))
        if status != 0:
            sys.exit("the unmodified library fails (%s): %s" % (status, output))
        for name, took in re.findall(r"^@ (\w+) (\d+)$", output, re.M):
            self.took[name] = int(took)
        hits, suite = {}, ""
        with open(path, encoding="utf-8") as file:
            for line in file:
                if line.startswith("suite "):
                    suite = line.split()[1]
                else:
                    hits.setdefault(line.strip(), set()).add(suite)
        places = sorted(hits)
        script = os.path.join(self.folder, "places")
        with open(script, "w", encoding="utf-8") as file:
            # A call's return address is just after it.
            file.writelines("0x%x\n" % (int(place, 16) - 1) for place in places)
        lines = must(["addr2line", "-f", "-e", os.path.join(library, "libsst-mutant.so"),
                      "@" + script]).splitlines()
        for place, function, where in zip(places, lines[0::2], lines[1::2]):
            path, _, number = where.split(" ")[0].rpartition(":")
            key = os.path.relpath(path, self.source), function
            self.reached.setdefault(key, set()).update(hits[place])
            if number.isdigit():
                self.blocks.setdefault(key, {}).setdefault(int(number), set()).update(hits[place])

    # ---- one mutant ----

    def order(self, mutant):
        """The suites that reach a mutant's function, the most likely to notice it first."""
        key = mutant.path, mutant.function
        suites = set(self.suites) if mutant.function == "-" else set(self.reached.get(key, ()))
        # A header's inline functions are compiled into the suites that include it, untraced.
        suites |= {name for name in self.suites if key[0] in self.users["unit-" + name]}
        blocks = self.blocks.get(key, {})
        before = [line for line in blocks if line <= mutant.line]
        near = blocks[max(before)] if before else set()
        with self.lock:
            kills = dict(self.kills.get(key, {}))
        return sorted(suites, key=lambda name: (name not in near,
                                                self.took[name] / (1.0 + kills.get(name, 0)),
                                                name))

    def bench(self):
        """The worker's own."""
        if not hasattr(self.local, "bench"):
            with self.lock:
                self.local.bench = self.benches.pop()
        return self.local.bench

    def compile_mutated(self, bench, names, flags, suffix):
        """Objects of files on the bench, or None if one cannot be built."""
        objects = {}
        for name in names:
            target = os.path.join(bench, name + suffix)
            status, _ = run([self.compiler, *flags, "-I" + self.include, "-I" + bench, "-c",
                             os.path.join(bench, name), "-o", target])
            if status != 0:
                return None
            objects[name] = target
        return objects

    def mutated_runner(self, bench, header):
        """Suites that use a mutated header are mutants too."""
        parts = dict(self.parts)
        for name in self.parts:
            if header in self.users["unit-" + name]:
                target = os.path.join(bench, "unit-" + name + ".o")
                suite = "" if name.startswith("with_") else name
                status, _ = run([self.compiler, *self.suite_flags(bench, suite),
                                 "-I" + self.include, "-c",
                                 self.part_source(name), "-o", target])
                if status != 0:
                    return None
                parts[name] = target
        return self.runner if parts == self.parts else \
            self.link_runner(parts, os.path.join(os.path.basename(bench), "runner"))

    def same_object(self, bench, names):
        """Whether an optimizing compiler produces the same code for the mutant."""
        mutated = self.compile_mutated(bench, names, [*FLAGS, "-O2"], ".plain.o")
        for name in names:
            with self.lock:
                if name not in self.plain:
                    target = os.path.join(self.folder, "plain-" + flat(name) + ".o")
                    must([self.compiler, *FLAGS, "-O2", "-I" + self.include, "-I" + self.source,
                          "-c", os.path.join(self.source, name), "-o", target])
                    self.plain[name] = target
            with open(self.plain[name], "rb") as one, open(mutated[name], "rb") as other:
                if one.read() != other.read():
                    return False
        return True

    def judge(self, mutant):
        """(outcome: killed, survived, stillborn, equivalent; by which suite)"""
        bench = self.bench()
        path = os.path.join(bench, mutant.path)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        with open(path, "w", encoding="utf-8") as file:
            file.write(mutant.text)
        try:
            return self.judge_changed(mutant, bench)
        finally:
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)

    def judge_changed(self, mutant, bench):
        name = mutant.path
        names = [one for one in self.core if name in self.users["core-" + one]]
        objects = self.compile_mutated(bench, names, CHECKED, ".o")
        if objects is None:
            return "stillborn", ""
        runner = self.mutated_runner(bench, name) if name.endswith(".h") else self.runner
        if runner is None:
            return "stillborn", ""
        library = self.link_library([objects.get(one, self.objects[one]) for one in self.core],
                                    os.path.basename(bench))
        quick, slow, total = [], [], 0
        for suite in self.order(mutant):
            total += self.took[suite]
            (quick if total <= QUICK_MS or not quick else slow).append(suite)
        killer = self.test(runner, library, quick)
        if killer is None:
            if self.same_object(bench, names):
                return "equivalent", ""
            killer = self.test(runner, library, slow)
        if killer is None:
            return "survived", ""
        with self.lock:
            kills = self.kills.setdefault((name, mutant.function), {})
            kills[killer] = kills.get(killer, 0) + 1
        return "killed", killer

    def test(self, runner, library, suites):
        """The suite that fails, or None."""
        if not suites:
            return None
        bounds = ["%s:%d" % (name, 2000 + 10 * self.took[name]) for name in suites]
        seconds = 30 + sum(2 + self.took[name] / 20 for name in suites)
        status, output = run([runner, *bounds], seconds,
                             dict(ENVIRONMENT, LD_LIBRARY_PATH=library))
        if status == 0:
            return None
        began = re.findall(r"^@ (\w+)", output, re.M)
        if not began and status != "time":
            raise RuntimeError("the suites cannot be started: " + output)
        return began[-1] if began else suites[0]
