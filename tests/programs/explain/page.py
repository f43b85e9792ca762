#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Looks at the page of sst-explain in headless Chromium: in dark and light, narrow and wide.

Nothing runs over the edge of the window, text can be told from what is behind it, the filter hides
what it should, nothing is a script or comes from elsewhere, whatever the messages say. Skipped where
chromium or chromedriver is missing.

usage: page.py SST-SCENARIO SST-EXPLAIN [--keep FOLDER]     FOLDER: for screenshots
"""

import base64
import json
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import pcapfile
import streams

HERE = pathlib.Path(__file__).resolve().parent
STORIES = ("fb-01", "fb-39", "fb-50", "fb-75", "fb-84", "fb-98")
HOSTILE = b'Reason: SIP;cause=408;text="</text></svg><script>document.title=1</script><img src=x>"'
WINDOWS = ((360, 740), (1280, 900))
CONTRAST = 4.5  # WCAG 2.1, AA
# Of each visible text the contrast to the nearest background; the least of all, and its text.
LEAST_CONTRAST = """
const rgb = c => (c.match(/[0-9.]+/g) || []).map(Number);
const light = c => { const [r, g, b] = c.slice(0, 3).map(v => { v /= 255;
  return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
const back = e => { for (; e; e = e.parentElement) {
  const c = rgb(getComputedStyle(e).backgroundColor);
  if (c.length === 3 || c[3] > 0) return c; } return [255, 255, 255]; };
let least = [99, ''];
for (const e of document.querySelectorAll('h1,summary,summary b,p,li,label,footer,text,tspan')) {
  const s = getComputedStyle(e);
  if (!e.getClientRects().length) continue;
  const a = light(rgb(e.ownerSVGElement ? s.fill : s.color)), b = light(back(e));
  const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  if (ratio < least[0]) least = [ratio, e.textContent.slice(0, 40)];
}
return least;"""
PROBLEMS = []


def expect(what, good, detail=""):
    if not good:
        PROBLEMS.append(f"{what}: {detail}")


class Browser:
    """A session of chromedriver's, by the WebDriver protocol."""

    def __init__(self, folder):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.driver = subprocess.Popen(["chromedriver", f"--port={port}"],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.url = f"http://127.0.0.1:{port}"
        self._wait()
        options = {"args": ["--headless=new", "--no-sandbox", "--disable-gpu",
                            "--disable-dev-shm-usage", f"--user-data-dir={folder}/profile"]}
        made = self._call("POST", "/session", {"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}}})
        self.url += f"/session/{made['sessionId']}"

    def _wait(self):
        end = time.monotonic() + 120
        while True:
            try:
                self._call("GET", "/status")
                return
            except urllib.error.URLError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.1)

    def _call(self, method, path, body=None):
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"},
                                         method=method)
        with urllib.request.urlopen(request, timeout=180) as answer:
            return json.load(answer)["value"]

    def open(self, page, scheme, window):
        self._call("POST", "/goog/cdp/execute", {
            "cmd": "Emulation.setDeviceMetricsOverride",
            "params": {"width": window[0], "height": window[1], "deviceScaleFactor": 1,
                       "mobile": window[0] < 600}})
        self._call("POST", "/goog/cdp/execute", {
            "cmd": "Emulation.setEmulatedMedia",
            "params": {"features": [{"name": "prefers-color-scheme", "value": scheme}]}})
        self._call("POST", "/url", {"url": page.as_uri()})

    def run(self, script):
        return self._call("POST", "/execute/sync", {"script": script, "args": []})

    def log(self):
        return self._call("POST", "/se/log", {"type": "browser"})

    def picture(self, path):
        path.write_bytes(base64.b64decode(self._call("GET", "/screenshot")))

    def close(self):
        try:
            self._call("DELETE", "")
        finally:
            self.driver.terminate()
            self.driver.wait(timeout=60)


def make_page(scenario, program, folder):
    """One capture of several stories, each with a Call-ID of its own, and one hostile call."""
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


def look(browser, page, scheme, window, keep):
    browser.open(page, scheme, window)
    where = f"{scheme}, {window[0]} wide"
    wide, room = browser.run("return [document.documentElement.scrollWidth, innerWidth]")
    expect(f"{where}: nothing runs over the edge", wide <= room, f"{wide} of {room}")
    dark = browser.run("return getComputedStyle(document.body).backgroundColor") != \
        "rgb(255, 255, 255)"
    expect(f"{where}: background", dark == (scheme == "dark"), dark)
    ratio, text = browser.run(LEAST_CONTRAST)
    expect(f"{where}: contrast", ratio >= CONTRAST, f"{ratio:.2f} of {text!r}")
    if keep:
        browser.picture(keep / f"{scheme}-{window[0]}.png")


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
    if shutil.which("chromedriver") is None or shutil.which("chromium") is None:
        print("chromium or chromedriver is not installed")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        page = make_page(scenario, program, folder)
        browser = Browser(folder)
        try:
            for scheme in ("light", "dark"):
                for window in WINDOWS:
                    look(browser, page, scheme, window, keep)
            use(browser)
        finally:
            browser.close()
    print("\n".join(PROBLEMS) or "the page can be read everywhere")
    return 1 if PROBLEMS else 0


if __name__ == "__main__":
    sys.exit(main())
