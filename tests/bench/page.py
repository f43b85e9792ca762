"""Writes docs/performance.md and its picture from the benchmarks' results."""

import plot

PEERS = ["sofia", "libev", "libevent", "libuv"]
NAMES = {"sst": "libsst", "sofia": "Sofia-SIP", "osip": "libosip2"}

INTRODUCTION = """# Speed and memory

For those who wonder what libsst costs, alone and compared with other libraries.

`tests/bench/run` writes this page: it installs the Debian packages it needs, builds libsst with `-O2`, and measures all libraries
in the same run. They take turns on one core, {rounds} times each. Times are CPU time, the median of the rounds. Instructions are
counted by callgrind, and so do not depend on what else the machine does. A ratio below 1 is in libsst's favour. A number counts
only if all libraries produced the same values. The test `bench.budget` holds the instructions of the hot paths to a budget.

- {machine}
- {versions}
- The rounds differed by a factor of at most {spread:.2f} (a million timers).
"""

TEXT = """
## Header fields

The short Session-Expires is `1800;refresher=uac`; the long one has seven parameters, one of them quoted with a semicolon inside.
Sofia-SIP parses in place, in a copy of the text. libosip2 has no type for these header fields, so its Content-Disposition stands
in. No library has to find the header fields in the message; in the row "by their names", libsst alone looks up the names. The core
never allocates: it calls no function that could (`check.freestanding`).

| | libsst, ns | Sofia-SIP, ns | instructions | of Sofia-SIP's | ratio | goal | |
|---|--:|--:|--:|--:|--:|--:|---|
"""

TIMERS = """
## Many sessions

A million timers, set 15 to 30 minutes ahead. For libsst each is a session of 64 bytes that refreshes or waits, and the times
include writing a 2xx into it and reading its deadline. *Later* is what a refresh does: it moves the deadline to a later time. In
a heap of a million entries, most of the time goes to cache misses, so times and instructions differ, and both are given.

There is no work between deadlines, and reading the next deadline takes constant time. *Steadily* means that the queue runs every
10 ms for 2000 s, and whatever comes due is set again; *worst call* is the longest of these runs, in the best round, because other
programs disturb it. `sst_queue_run()` visits at most as many sessions as you allow; here it may visit all.

| ns of CPU time | {names} |
|---|{dashes}|
"""

GOALS = """
| ratio | of | time | instructions | goal | |
|---|---|--:|--:|--:|---|
"""

DIFFERENCE = """
The other libraries are given a time. A session computes its deadline from its state whenever it is asked, so no path can forget to
set it; that costs some forty instructions more. *Later* reads only the session's own memory, which has an upper bound of its key in
the heap in 8 bits. For a deadline more than 68 minutes ahead these bits do not suffice, so the slot is read too, which costs about
half as much again. A deadline that expires is a full event here, with header fields, not just a function call.

What was tried once, with 100,000 calls: moves down the heap take 700 instructions for each refresh by this side, because a session
that the peer refreshes comes up once as well, with the key that was left early. Choosing the smallest of four children without
branches took 860, and a loop over the four two thirds more, because the compiler does not unroll it.
"""

LIFE = """
## Whole calls

A million concurrent calls with an interval of half an hour, on virtual time. Each message is twelve header fields of text, which
pass through parser, rules, session and queue. This side refreshes every other call. Of a hundred refreshes, one gets a 422, one is
lost and ends the call, and after one the host hangs up; a new call replaces each that ends. The time of a refresh by this side
includes all that the queue does for both sides.

| | libsst | goal | |
|---|--:|--:|---|
"""


def verdict(value, goal):
    return "met" if round(value, 2) <= goal else "missed by %.0f %%" % (100 * (value / goal - 1))


def text_rows(text):
    times, counted = text["time"], text["instructions"]
    empty_ns = times["none.call"]["median"]
    empty = counted["none.call"]

    def of(library, cases):
        return (sum(times[library + "." + case]["median"] - empty_ns for case in cases),
                sum(counted[library + "." + case] - empty for case in cases))

    rows = []
    values = ["se_short", "min_se", "supported"]
    for name, ours, theirs, goal in [
            ("Session-Expires, short", ["se_short"], ["se_short"], 0.50),
            ("Session-Expires, long", ["se_long"], ["se_long"], 0.60),
            ("Session-Expires, Min-SE and Supported", values, values, 0.45),
            ("the same by their names", ["three"], values, 0.45),
            ("print Session-Expires", ["print"], ["print"], 0.30)]:
        own_ns, own = of("sst", ours)
        peer_ns, peer = of("sofia", theirs)
        rows.append("| %s | %.0f | %.0f | %.0f | %.0f | %.2f | %.2f | %s |" % (
            name, own_ns, peer_ns, own, peer, own / peer, goal, verdict(own / peer, goal)))
    osip_ns, osip = of("osip", ["se_short"])
    rows.append("\nlibosip2 takes %.0f ns and %.0f instructions for the short one, of which libsst "
                "takes %.2f." % (osip_ns, osip, of("sst", ["se_short"])[1] / osip))
    loop = counted["byte.loop"]
    hostile = sorted(((number, name[5:]) for name, number in counted.items()
                      if name.startswith("byte.") and name != "byte.loop"), reverse=True)
    rows.append("\nCost is linear, up to values of 64 KiB made of the worst there is "
                "(`fuzz.cost`). Instructions for a byte of such, where a loop that looks at each "
                "byte takes %.0f: %s. The goal is 16 at most: %s." % (
                    loop, ", ".join("%s %.0f" % (name, number) for number, name in hostile),
                    verdict(round(hostile[0][0]), 16)))
    return rows


def timer_rows(timers):
    rows = []
    for key, name in [("later", "later"), ("any", "any move"), ("add", "add"),
                      ("cancel", "cancel"), ("expire", "expire"), ("steady", "one event, steadily"),
                      ("worst", "worst call, µs"), ("bytes", "bytes in memory")]:
        cells = []
        for library in ["sst"] + PEERS:
            value = timers[library].get(key)
            if value is None:
                cells.append("")
            else:
                cells.append("%.0f" % (value["least"] / 1000 if key == "worst"
                                       else value["median"]))
        rows.append("| %s | %s |" % (name, " | ".join(cells)))
    return rows


def goal_rows(timers, counted):
    rows = []
    for key, name, peer, goal in [
            ("later", "later", "sofia", 0.15), ("later", "later", "libev", 0.45),
            ("any", "any move", "sofia", 0.35), ("any", "any move", "libev", 0.95),
            ("add", "add", "libev", 0.95), ("cancel", "cancel", "libev", 0.75),
            ("expire", "expire", "sofia", 0.50), ("expire", "expire", "libev", 1.0)]:
        time = timers["sst"][key]["median"] / timers[peer][key]["median"]
        instructions = counted["sst"][key] / counted[peer][key]
        rows.append("| %s | %s | %.2f | %.2f | %.2f | time %s, instructions %s |" % (
            name, NAMES.get(peer, peer), time, instructions, goal, verdict(time, goal),
            verdict(instructions, goal)))
    worst = timers["sst"]["worst"]["least"] / 1e6
    rows.append("| worst call | | %.2f ms | | 1.00 ms | %s |" % (worst, verdict(worst, 1.0)))
    return rows


def life_rows(life, counted):
    share = 100 * life["share"]["median"]
    return [
        "| refresh by this side, ns | %.0f | 1000 | %s |" % (
            life["refresher"]["median"], verdict(life["refresher"]["median"], 1000)),
        "| refresh by the peer, ns | %.0f | 300 | %s |" % (
            life["refreshed"]["median"], verdict(life["refreshed"]["median"], 300)),
        "| instructions of a refresh by this side | %.0f | 4600 | %s |" % (
            counted["refresher"], verdict(counted["refresher"], 4600)),
        "| instructions of a refresh by the peer | %.0f | 3000 | %s |" % (
            counted["refreshed"], verdict(counted["refreshed"], 3000)),
        "| share of a core in real time | %.3f %% | 0.2 %% | %s |" % (
            share, verdict(share, 0.2)),
        "| bytes in memory for each call | %.1f | 96 | session 64, its slot 16, a transaction 16 |"
        % life["bytes"]["median"]]


def growth(results):
    def curves(key):
        return {library: {int(size): by_library[library][key]["median"]
                          for size, by_library in results["timers"].items()}
                for library in ["sst"] + PEERS}
    life = results["life"]
    whole = {"own": {int(size): life[size]["refresher"]["median"] for size in life},
             "peer": {int(size): life[size]["refreshed"]["median"] for size in life}}
    return [("A deadline moves later, as at a refresh", curves("later")),
            ("A deadline moves anywhere", curves("any")),
            ("A deadline comes", curves("expire")),
            ("All that libsst does for a refresh", whole)]


# What another command writes below everything that this one writes.
TAKE_OVER = "## Take-over\n"


def written_by_others(page):
    """The section written by tests/programs/failover/figures.py, if there is one."""
    text = page.read_text("utf-8") if page.exists() else ""
    return "\n" + text[text.index(TAKE_OVER):] if TAKE_OVER in text else ""


def write(root, results):
    timers = results["timers"]["1000000"]
    spread = max(timers[library][key]["spread"] for library in timers
                 for key in ("later", "any", "add", "cancel", "expire"))
    out = [INTRODUCTION.format(spread=spread, rounds=results["rounds"],
                               machine=results["machine"], versions=results["versions"])]
    out.append(TEXT + "\n".join(text_rows(results["text"])) + "\n")
    names = ["libsst"] + [NAMES.get(peer, peer) for peer in PEERS]
    out.append(TIMERS.format(names=" | ".join(names), dashes="--:|" * (len(names) - 1) + "--:") +
               "\n".join(timer_rows(timers)) + "\n" +
               GOALS + "\n".join(goal_rows(timers, results["timer_counts"])) + "\n" +
               DIFFERENCE)
    out.append(LIFE + "\n".join(life_rows(results["life"]["1000000"], results["life_counts"])) +
               "\n\n![What grows with the number of sessions](pictures/performance.svg)\n")
    if results.get("load"):
        out.append("\n" + results["load"])
    if results.get("explain"):
        out.append("\n" + results["explain"])
    page = root / "docs" / "performance.md"
    out.append(written_by_others(page))
    with open(page, "w", encoding="utf-8") as file:
        file.write("".join(out))
    with open(root / "docs" / "pictures" / "performance.svg", "w", encoding="utf-8") as file:
        file.write(plot.draw(growth(results)))
