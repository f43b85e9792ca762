"""Writes docs/performance.md and its picture from what the benchmarks gave."""

import plot

PEERS = ["sofia", "libev", "libevent", "libuv"]
NAMES = {"sst": "libsst", "sofia": "Sofia-SIP", "osip": "libosip2"}

INTRODUCTION = """# Speed and memory

Written by `tests/bench/run`, which installs the Debian packages that it needs, builds libsst with
`-O2`, and measures it beside them in the same run. The libraries take turns on one core, {rounds}
times each; what is timed is CPU time, and the number is the median. Instructions are counted by
callgrind: they do not depend on what else the machine does. Below 1 a ratio is in favour of libsst.
Before a number counts, all sides must have come to the same values. Instructions of the hot paths
are held to a budget by the test `bench.budget`.

- {machine}
- {versions}
- Medians of rounds were at most {spread:.2f} apart, as a factor (timers of a million).
"""

TEXT = """
## Header fields

Session-Expires short is `1800;refresher=uac`, long has seven parameters, one of them quoted with a
semicolon inside. Sofia-SIP parses in place, in a copy of the text; libosip2 has no type for these,
so its Content-Disposition stands in. No side has to find the header fields in the message, but
libsst alone is given their names in the row that says so. The core allocates nothing, ever: it has
no function to do it with (`check.freestanding`).

| | libsst, ns | Sofia-SIP, ns | instructions | of Sofia-SIP's | ratio | goal | |
|---|--:|--:|--:|--:|--:|--:|---|
"""

TIMERS = """
## Many sessions

A million timers, set 15 to 30 minutes ahead; for libsst each is a session of 64 bytes that
refreshes or watches, and what is timed includes writing a 2xx into it and reading its deadline.
*Later* is what a refresh does. In a heap of a million, time is spent on memory that is in no cache,
so time and instructions tell different things, and both are given.

Nothing is done between deadlines, and the next deadline is read in constant time. *Steadily* means
calls of 10 ms each over 2000 s, where whatever comes due is set again; the worst of these calls is
the least of the rounds, since other programs disturb it. `sst_queue_run()` looks at no more
sessions in a call than it is told; here it may look at all.

| ns of CPU time | {names} |
|---|{dashes}|
"""

GOALS = """
| ratio | of | time | instructions | goal | |
|---|---|--:|--:|--:|---|
"""

DIFFERENCE = """
A timer of the others is told its time. A session works its deadline out of its state at each look,
so that no path can forget to set it: some forty instructions that they do without. *Later* reads no
memory but the session's own, which knows in 8 bits what its key in the heap is not later than. A
deadline more than 68 minutes ahead is too far for these bits, so that its slot is looked at as
well, which costs about half as much again. A deadline that comes is an event here, with its header
fields, and not a call of a bare function.
"""

LIFE = """
## Whole calls

A million concurrent calls of half an hour's interval on virtual time: each message as twelve header
fields of text, through parser, rules, session and queue. Every other call is refreshed by this
side. Of a hundred refreshes one meets a 422, one is lost and ends the call, and after one the host
hangs up; each call that ends makes room for another. The refresher's time has everything in it that
the queue does for either side.

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
                "byte takes %.0f: %s." % (loop, ", ".join("%s %.0f" % (name, number)
                                                          for number, name in hostile)))
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
            ("later", "later", "sofia", 0.15), ("later", "later", "libev", 0.5),
            ("any", "any move", "sofia", 0.35), ("any", "any move", "libev", 1.0),
            ("add", "add", "libev", 1.0), ("cancel", "cancel", "libev", 1.1),
            ("expire", "expire", "sofia", 0.75)]:
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
        "| instructions of them | %.0f, %.0f | | |" % (counted["refresher"], counted["refreshed"]),
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


# What another command writes below all that is written here.
TAKE_OVER = "## Take-over\n"


def written_by_others(page):
    """The section of tests/programs/failover/figures.py, where there is one."""
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
