"""Headless Chromium, through the WebDriver protocol, for tests of pages."""

import base64
import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request

WINDOWS = ((360, 740), (1280, 900))
CONTRAST = 4.5  # WCAG 2.1, AA
# For each visible text, the contrast to its background; returns the lowest, and its text.
LEAST_CONTRAST = """
const rgb = c => (c.match(/[0-9.]+/g) || []).map(Number);
const light = c => { const [r, g, b] = c.slice(0, 3).map(v => { v /= 255;
  return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
const back = e => { for (; e; e = e.parentElement) {
  const c = rgb(getComputedStyle(e).backgroundColor);
  if (c.length === 3 || c[3] > 0) return c; } return [255, 255, 255]; };
let least = [99, ''];
for (const e of document.querySelectorAll(arguments[0])) {
  const s = getComputedStyle(e);
  if (!e.getClientRects().length || !e.textContent.trim()) continue;
  const a = light(rgb(e.ownerSVGElement ? s.fill : s.color)), b = light(back(e));
  const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  if (ratio < least[0]) least = [ratio, e.textContent.slice(0, 40)];
}
return [light(back(document.body)), ...least];"""


def is_installed():
    missing = [tool for tool in ("chromium", "chromedriver") if not shutil.which(tool)]
    for tool in missing:
        print(f"skipped: {tool} is not installed")
    return not missing


class Browser:
    """A chromedriver session, through the WebDriver protocol."""

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

    def run(self, script, *arguments):
        return self._call("POST", "/execute/sync", {"script": script, "args": arguments})

    def look(self, page, texts, keep=None):
        """What is wrong with a page: dark or light, narrow or wide. `texts` selects what must be
        legible; `keep` is a folder for screenshots."""
        for scheme in ("light", "dark"):
            for window in WINDOWS:
                self.open(page, scheme, window)
                where = f"{page.name}, {scheme}, {window[0]} wide"
                wide, room = self.run("return [document.documentElement.scrollWidth, innerWidth]")
                if wide > room:
                    yield f"{where}: runs over the edge, {wide} of {room}"
                back, ratio, text = self.run(LEAST_CONTRAST, texts)
                if (back < 0.5) != (scheme == "dark"):
                    yield f"{where}: the background is not {scheme}"
                if ratio < CONTRAST:
                    yield f"{where}: contrast {ratio:.2f} of {text!r}"
                if keep:
                    self.picture(keep / f"{page.stem}-{scheme}-{window[0]}.png")

    def log(self):
        return self._call("POST", "/se/log", {"type": "browser"})

    def picture(self, path):
        path.write_bytes(base64.b64decode(self._call("GET", "/screenshot")))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self._call("DELETE", "")
        finally:
            self.driver.terminate()
            self.driver.wait(timeout=60)
