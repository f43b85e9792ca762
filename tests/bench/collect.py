"""Runs the benchmark programs and collects their output."""

import os
import re
import statistics
import subprocess

import callgrind

LIBRARIES = ["sst", "sofia", "libev", "libevent", "libuv"]
ONE_CORE = ["taskset", "-c", str(max(os.sched_getaffinity(0)))]


def lines_of(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, encoding="utf-8")
    return [line.split() for line in done.stdout.splitlines()]


def times(folder, program, *arguments):
    """{name: (median, minimum)} of one run, on one core."""
    return {name: (float(median), float(least)) for name, median, least in
            lines_of(ONE_CORE + [os.path.join(folder, program), *map(str, arguments)])}


def counts(folder, program, *arguments):
    """({name: instructions}, {name: what it prints}) of one run under callgrind."""
    lines, dumps = callgrind.run([os.path.join(folder, program), *map(str, arguments)], folder,
                                 "--instr-atstart=no")
    counted = {}
    for dump in dumps:
        name = re.search(r"^desc: Trigger: Client Request: (.*)$", dump, re.M).group(1)
        counted[name] = callgrind.total(dump)
    printed = [line.split() for line in lines]
    return counted, {line[0]: [float(word) for word in line[1:]] for line in printed}


def joined(runs):
    """The median of the runs' medians, the minimum of all, and the ratio between the medians."""
    return {name: {"median": statistics.median(run[name][0] for run in runs),
                   "least": min(run[name][1] for run in runs),
                   "spread": max(run[name][0] for run in runs) /
                   (min(run[name][0] for run in runs) or 1)}
            for name in runs[0]}


def text(folder, rounds):
    counted, _ = counts(folder, "sst-bench-text")
    instructions = {}
    for name, number in counted.items():
        instructions[name] = number / (65536 if name.startswith("byte.") else 100)
    return {"time": joined([times(folder, "sst-bench-text") for _ in range(rounds)]),
            "instructions": instructions}


def timers(folder, sizes, rounds):
    """{size: {library: ...}}; the libraries take turns, and must have run the same timers."""
    results = {}
    for size in sizes:
        runs = {library: [] for library in LIBRARIES}
        for _ in range(rounds if size <= 1000000 else 1):
            for library in LIBRARIES:
                runs[library].append(times(folder, "sst-bench-timers-" + library, size))
        ran = {run["ran"] for library in LIBRARIES for run in runs[library]}
        if len(ran) != 1:
            raise SystemExit("the libraries ran different timers: %s" % ran)
        results[size] = {library: joined(runs[library]) for library in LIBRARIES}
        print("timers: %d done" % size, flush=True)
    return results


def timer_counts(folder, size):
    """{library: {operation: instructions for one}}"""
    sample = min(size // 2, 20000)
    return {library: {name: number / sample for name, number in
                      counts(folder, "sst-bench-timers-" + library, size)[0].items()}
            for library in LIBRARIES}


def life(folder, sizes, rounds):
    return {size: joined([times(folder, "sst-bench-life", size)
                          for _ in range(rounds if size <= 1000000 else 1)])
            for size in sizes}


def life_counts(folder, size):
    """Instructions for a refresh: by this side including the queue's run, and by the peer."""
    counted, printed = counts(folder, "sst-bench-life", size)
    own = printed["run_refreshes"][0]
    return {"run": counted["run"] / own,
            "refresher": counted["run"] / own +
            counted["refresher"] / printed["refresher_refreshes"][0],
            "refreshed": counted["refreshed"] / printed["refreshed_refreshes"][1]}
