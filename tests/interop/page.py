#!/usr/bin/env python3
"""Writes the page of results, and the list of all tests, from the cases' result files.

    page.py RESULTS PAGE LIST     RESULTS is the folder that run.py --results filled
"""

import collections
import glob
import json
import os
import platform
import subprocess
import sys

PACKAGES = [("Sofia-SIP", "libsofia-sip-ua0"), ("Kamailio", "kamailio"), ("SIPp", "sip-tester"),
            ("baresip", "baresip-core"), ("Linphone", "linphone-cli"), ("JsSIP", "npm's jssip"),
            ("tshark", "tshark"),
            ("libfaketime", "libfaketime"), ("libosip2", "libosip2-15")]
ROLES = {"Sofia-SIP": "user agent on `nua`, as caller and as callee",
         "Kamailio": "record-routing proxy with `dialog` and `sst`",
         "SIPp": "scripted caller and callee, for what no honest stack sends",
         "baresip": "callee without the extension and without UPDATE",
         "Linphone": "user agent on belle-sip, as caller and as callee",
         "JsSIP": "user agent of browsers, in node with a stub for its media, over a WebSocket "
                  "through Kamailio, as caller and as callee",
         "sst-proxy": "the project's own proxy, between two Sofia-SIP"}
INTRO = """\
# Interoperability

For those who want to know which SIP stacks libsst was run against, and what these do. Written by `tests/interop/show`; do not edit.

sst-ua, and through it libsst, runs against SIP stacks that others wrote: Debian packages, and JsSIP from npm. Each test checks both the
JSON log and exit status of sst-ua, and the capture of the loopback interface as tshark dissects it. Every datagram that sst-ua sent
must be in the capture, with the header fields that its log shows, and [sst-explain](sst-explain.md) must find no fault of sst-ua in the
capture.

The clocks of all programs run 20 times faster than real time (libfaketime), so intervals of 90 s and 1800 s keep their values, and all
SIP timers their proportions. Linphone runs in real time, with intervals of 10 s that both sides allow for the
test.
"""
LIST = """\
# Tests of interoperability

Each is `interop.NAME` under ctest.
"""
def version(package, results=None):
    """The installed version of a Debian package, or of npm's jssip in the tests' folder."""
    if package == "npm's jssip":
        path = os.path.join(results, "..", "node", "node_modules", "jssip", "package.json")
        if not os.path.exists(path):
            return "not installed"
        with open(path, encoding="utf-8") as file:
            return json.load(file)["version"]
    shown = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package], check=False,
                           capture_output=True, text=True)
    return shown.stdout or "not installed"


def load(folder):
    results = []
    for path in glob.glob(os.path.join(folder, "*.json")):
        with open(path, encoding="utf-8") as file:
            results.append(json.load(file))
    return sorted(results, key=lambda result: result["order"])


def outcome(result):
    if result["outcome"] != "passed":
        return "**%s**" % result["outcome"]
    return "passed"


def table(results):
    yield "| test | sst-ua is | what was exercised | result |"
    yield "|---|---|---|---|"
    for result in results:
        fast = "" if result["rate"] in (1, 20) else " (clocks %d times faster)" % result["rate"]
        yield "| `%s` | %s | %s%s | %s |" % (result["name"], result["role"],
                                            result["about"].replace("|", "\\|"), fast,
                                            outcome(result))


def peers(by_peer, folder):
    yield "| peer | package | version | what it is | sst-ua calls | answers | passed |"
    yield "|---|---|---|---|--:|--:|--:|"
    packages = dict(PACKAGES)
    for peer, results in by_peer.items():
        package = packages.get(peer)
        roles = collections.Counter(result["role"] for result in results)
        passed = sum(result["outcome"] == "passed" for result in results)
        yield "| %s | %s | %s | %s | %d | %d | %d of %d |" % (
            peer, package or "-", version(package, folder) if package else "this one",
            ROLES[peer], roles["caller"], roles["callee"], passed, len(results))
    yield ""
    yield "The judges: " + ", ".join(
        "%s %s" % (name, version(packages[name])) for name in ("tshark", "libfaketime")) \
        + ". Below sst-ua: libosip2 %s. On %s." % (version(packages["libosip2"]),
                                                   platform.machine())


def failures(results):
    """The results that did not pass, as a list that may be empty."""
    for result in results:
        if result["outcome"] != "passed":
            yield "- %s: `%s`, %s" % (result["outcome"], result["name"], result["about"])


def deviations(results):
    """What each stack did against the RFC, in which tests, and that those tests passed."""
    places = collections.defaultdict(list)
    for result in results:
        for stack, text in result["deviations"]:
            places[(stack, text)].append(result)
    yield "| peer | what it does | seen in | the call |"
    yield "|---|---|---|---|"
    for (stack, text), seen in sorted(places.items()):
        lived = all(result["outcome"] == "passed" for result in seen)
        yield "| %s | %s | `%s`%s | %s |" % (
            stack, text, seen[0]["name"],
            " and %d more" % (len(seen) - 1) if len(seen) > 1 else "",
            "went on as it should" if lived else "**see the test**")


def violations(results):
    """Names of violations that sst-ua reported for peers that decide by themselves."""
    told = collections.defaultdict(set)
    for result in results:
        if result["peer"] not in ("SIPp", "sst-proxy"):
            for name in result["violations"]:
                told[name].add(result["peer"])
    for name in sorted(told):
        yield "- `%s`: %s" % (name, ", ".join(sorted(told[name])))


def group(results):
    """The results by peer, in the order of ROLES."""
    by_peer = collections.OrderedDict()
    for peer in ROLES:
        mine = [result for result in results if result["peer"] == peer]
        if mine:
            by_peer[peer] = mine
    return by_peer


def page(results, by_peer, folder):
    count = collections.Counter(result["outcome"] for result in results)
    yield from INTRO.splitlines()
    yield from ("", "## Peers", "")
    yield from peers(by_peer, folder)
    yield from ("", "%d tests: %s. What each of them does is in `build/interop/interop-tests.md` once they ran." %
                (len(results), ", ".join("%d %s" % (number, word)
                                         for word, number in sorted(count.items()))), "")
    yield from failures(results)
    yield from ("", "## What the peers do that the RFC does not say", "",
                "Sections are those of RFC 4028. Found in the captures of this run by",
                "`tests/interop/deviations.py`; what SIPp sends is scripted and not counted.", "")
    yield from deviations(results)
    yield from ("", "[Violations](policy.md#violations) that libsst itself reported of these peers:", "")
    yield from violations(results)


def listed(by_peer):
    yield from LIST.splitlines()
    for peer, mine in by_peer.items():
        yield from ("", "## %s" % peer, "")
        yield from table(mine)


def save(path, lines):
    text = "\n".join(lines) + "\n"
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def main():
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    folder, path, path_of_list = sys.argv[1:]
    results = load(folder)
    by_peer = group(results)
    save(path, page(results, by_peer, folder))
    save(path_of_list, listed(by_peer))
    print(dict(collections.Counter(result["outcome"] for result in results)))


if __name__ == "__main__":
    main()
