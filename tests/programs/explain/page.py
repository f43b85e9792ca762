#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks the page of sst-explain in headless Chromium: dark and light, narrow and wide.

Nothing runs over the edge of the window, text stands out from its background, the filter hides what
it should, nothing is a script or comes from elsewhere, whatever the messages say. Skipped if
chromium or chromedriver is missing.

usage: page.py SST-SCENARIO SST-EXPLAIN [--keep FOLDER]     FOLDER: for screenshots
"""

import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parents[1] / "docs"))

import browser as chromium  # noqa: E402  pylint: disable=wrong-import-position
import pcapfile  # noqa: E402  pylint: disable=wrong-import-position
import streams  # noqa: E402  pylint: disable=wrong-import-position

STORIES = ("fb-01", "fb-39", "fb-50", "fb-75", "fb-84", "fb-98")
HOSTILE = b'Reason: SIP;cause=408;text="</text></svg><script>document.title=1</script><img src=x>"'
TEXTS = "h1,summary,summary b,p,li,label,footer,text,tspan"
PROBLEMS = []


def expect(what, good, detail=""):
    if not good:
        PROBLEMS.append(f"{what}: {detail}")


def make_page(scenario, program, folder):
    """One capture of several stories, each with its own Call-ID, and one hostile call."""
    packets = []
    for number, name in enumerate(STORIES):
        path = folder / "story.pcap"
        subprocess.run([scenario, "--pcap", path, HERE / "failures" / f"{name}.sst"], check=True,
                       timeout=60, stdout=subprocess.DEVNULL)
        for at, source, target, data in streams.messages(pcapfile.read(path)):
            data = data.replace(b"Call-ID: call-", b"Call-ID: story-%d-" % number)
            if name == "fb-01" and data.startswith(b"BYE"):
                data = data.replace(b"Max-Forwards", HOSTILE + b"\r\nMax-Forwards")
            packets.append((at + number, pcapfile.ipv4(source, target, 17,
                                                       pcapfile.udp(source, target, data))))
    packets.sort(key=lambda packet: packet[0])
    pcapfile.write(folder / "calls.pcap", packets)
    page = folder / "page.html"
    done = subprocess.run([program, "--no-tshark", "--html", page, folder / "calls.pcap"],
                          capture_output=True, text=True, timeout=60, check=False)
    expect("exit status", done.returncode == 3, done.stderr)
    return page


def use(browser):
    shown = ("return [...document.querySelectorAll('.call')]"
             ".filter(e => e.getClientRects().length).length")
    expect("all calls are listed", browser.run(shown) == len(STORIES), browser.run(shown))
    browser.run("document.getElementById('f-refreshed_late').click()")
    expect("the filter leaves one", browser.run(shown) == 1, browser.run(shown))
    ladders = browser.run("return document.querySelectorAll('details[open] svg').length")
    expect("ladders of what went wrong are open", ladders == 3, ladders)
    lines = browser.run("return [document.querySelectorAll('svg .refresh').length > 0,"
                        "document.querySelectorAll('svg .hangup').length > 0]")
    expect("both deadlines are drawn", lines == [True, True], lines)
    foreign = browser.run("return document.scripts.length + document.images.length + "
                          "document.querySelectorAll('link,iframe,object').length")
    expect("nothing but text and lines", foreign == 0, foreign)
    expect("the hostile text is shown", browser.run(
        "return document.body.textContent.includes('<script>document.title=1')"))
    expect("the console is quiet", browser.log() == [], browser.log())


def main():
    scenario, program = sys.argv[1:3]
    keep = pathlib.Path(sys.argv[4]) if len(sys.argv) > 4 else None
    if not chromium.is_installed():
        return 77
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        page = make_page(scenario, program, folder)
        with chromium.Browser(folder) as browser:
            PROBLEMS.extend(browser.look(page, TEXTS, keep))
            use(browser)
    print("\n".join(PROBLEMS) or "the page is readable everywhere")
    return 1 if PROBLEMS else 0


if __name__ == "__main__":
    sys.exit(main())
