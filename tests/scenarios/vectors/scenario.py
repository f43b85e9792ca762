# SPDX-License-Identifier: MIT
"""Reads a scenario: docs/scenarios.md describes the format."""
import re

ESCAPES = {"r": "\r", "n": "\n", "t": "\t", "\\": "\\"}


class LeftOut(Exception):
    """A scenario that cannot test other implementations."""


def ms(seconds):
    whole, _, part = seconds.partition(".")
    return int(whole) * 1000 + int(part.ljust(3, "0") or 0)


def number(text):
    return int(text) if text.isdecimal() else {"yes": True, "no": False}.get(text, text)


class Scenario:
    """The lines of a file, with cycles expanded, each as (time in ms, words, header fields)."""

    def __init__(self, path):
        self.name, self.shows, self.lines, self.policies = path.stem, [], [], {"": {}}
        self.library, self.proxies = [], []
        cycle, fields = None, []
        for line in path.read_text(encoding="utf-8").splitlines():
            words = line.split()
            if not words or words[0].startswith("#"):
                continue
            if line[0] == " ":
                name, _, value = line.strip().partition(":")
                value = re.sub(r"\\(.)", lambda escape: ESCAPES[escape.group(1)], value.strip())
                fields.append([name, value])
            elif words[0] == "end" and cycle:
                (start, begins, count, every), cycle = cycle, None
                body, self.lines = self.lines[start:], self.lines[:start]
                self.lines += [(begins + at + turn * every, text, kept)
                               for turn in range(count) for at, text, kept in body]
            elif words[0][0].isdecimal() and words[1] == "repeat":
                cycle = (len(self.lines), ms(words[0]), int(words[2]), ms(words[4]))
            elif words[0][0].isdecimal():
                fields = []
                self.lines.append((ms(words[0]), words[1:], fields))
            else:
                self.declare(words)
        self.library = self.library or ([] if self.proxies else ["L"])

    def declare(self, words):
        if words[0] == "title":
            self.title = " ".join(words[1:])
        elif words[0] == "shows":
            self.shows += words[1:]
        elif words[0] == "wrong":
            raise LeftOut("a policy that libsst rejects")
        elif words[0] == "proxy":
            self.proxies += words[1:]
        elif words[0] in ("library", "legs"):
            self.library += words[1:]
        else:
            host = "" if "=" in words[1] else words[1]
            settings = dict(word.split("=") for word in words[1 + bool(host):])
            if "random" in settings:
                raise LeftOut("it prescribes random numbers")
            self.policies.setdefault(host, {}).update(
                {name: number(value) for name, value in settings.items()})
