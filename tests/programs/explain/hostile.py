#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Thousands of damaged messages, captures and logs, always the same ones for a seed.

Whatever they contain, sst-explain ends with one of its exit statuses (the sanitizers of a test
build have their own), its text is printable, its JSON is JSON, and its page has no element that it
does not write itself.

usage: hostile.py SST-SCENARIO SST-EXPLAIN [SEED [ROUNDS]]
"""

import html.parser
import json
import os
import pathlib
import random
import re
import struct
import subprocess
import sys
import tempfile

import pcapfile
import streams
import traces

HERE = pathlib.Path(__file__).resolve().parent
STORIES = ("fb-01", "fb-15", "fb-50", "fb-75", "fb-86", "fb-98")
LINK_EXPORTED = 252
ELEMENTS = {"html", "head", "meta", "title", "style", "body", "h1", "details", "summary", "b", "span",
            "p", "ul", "li", "div", "svg", "line", "path", "text", "tspan", "form", "label", "input",
            "footer"}
TOKENS = [b"\x00", b"\r\n", b"\r\n\r\n", b"\x1b[31m", b"<script>", b'"', b"'", b"&", b";", b",",
          b"<", b">", b"\xff", b"\xc3", b"%s%n", b"4294967296", b"-1", b"0", b"A" * 300,
          b"Session-Expires: 1\r\n", b"x: 5;refresher=uac\r\n", b"Content-Length: 99999\r\n",
          b"From: \r\n", b"Call-ID: \x1b]0;x\x07\r\n", b"SIP/2.0 200 OK\r\n", b" \t", b"\n"]
PROBLEMS = []


def mutate(data, dice):
    data = bytearray(data)
    for _ in range(dice.choice((1, 1, 2, 4))):
        at = dice.randrange(len(data) + 1) if data else 0
        kind = dice.randrange(6)
        if kind == 0 and data:
            data[at % len(data)] = dice.randrange(256)
        elif kind == 1:
            data[at:at] = dice.choice(TOKENS)
        elif kind == 2:
            del data[at:at + dice.choice((1, 2, 7, 40))]
        elif kind == 3:
            other = dice.randrange(len(data) + 1)
            data[at:at] = data[other:other + dice.choice((3, 30, 100))]
        elif kind == 4 and dice.randrange(4) == 0:
            del data[at:]
        else:
            data[at:at + 3] = dice.choice(TOKENS)
    return bytes(data)


def exported(source, target, data, dice):
    """A message as exported by tshark, sometimes with damaged options."""
    def option(tag, value):
        value += bytes(-len(value) % 4)
        return struct.pack("!HH", tag, len(value)) + value
    def packed(address):
        return bytes(int(part) for part in address.split("."))
    options = (option(12, b"sip") + option(20, packed(source)) + option(21, packed(target)) +
               option(24, struct.pack("!I", 3)) + option(25, struct.pack("!I", 5060)) +
               option(26, struct.pack("!I", 5060)) + option(30, struct.pack("!I", 7)))
    record = options + struct.pack("!HH", 0, 0) + data
    return mutate(record, dice) if dice.randrange(3) == 0 else record


class Page(html.parser.HTMLParser):
    def handle_starttag(self, tag, attrs):
        if tag not in ELEMENTS or any(name.startswith("on") or name in ("src", "href")
                                      for name, _ in attrs):
            PROBLEMS.append(f"an element that it does not write: {tag} {attrs}")


def run(program, path, *options):
    done = subprocess.run([program, "--no-tshark", *options, path], capture_output=True,
                          timeout=300, check=False, env={**os.environ, "COLUMNS": "100"})
    if done.returncode not in (0, 1, 3):
        PROBLEMS.append(f"{path.name} {options}: exit status {done.returncode}\n"
                        + done.stderr.decode("ascii", "replace")[-3000:])
    if re.search(rb"[^\n -~]", done.stdout):
        PROBLEMS.append(f"{path.name} {options}: not printable: "
                        f"{re.search(rb'.{20}[^ -~]', done.stdout)}")
    return done.stdout


def check(program, path, folder):
    for line in run(program, path, "--json").splitlines():
        try:
            json.loads(line)
        except ValueError as problem:
            PROBLEMS.append(f"{path.name}: no JSON: {problem}: {line[:200]}")
    run(program, path)
    page = folder / "page.html"
    run(program, path, "--html", page)
    Page().feed(page.read_text(encoding="ascii"))


def round_of(program, packets, folder, dice):
    sent = streams.messages(packets)
    damaged = [(at, source, target, mutate(data, dice)) for at, source, target, data in sent]
    pcapfile.write(folder / "udp.pcap", [
        (at, pcapfile.ipv4(source, target, 17, pcapfile.udp(source, target, data)))
        for at, source, target, data in damaged if len(data) < 60000])
    pcapfile.write(folder / "packets.pcap", [(at, mutate(pcapfile.ethernet(packet), dice))
                                             for at, packet in packets], pcapfile.LINK_ETHERNET)
    pcapfile.write(folder / "exported.pcap", [
        (at, exported(source, target, data, dice)) for at, source, target, data in damaged],
        LINK_EXPORTED)
    pcapfile.write_ng(folder / "file.pcapng", packets)
    whole = (folder / "file.pcapng").read_bytes()
    (folder / "file.pcapng").write_bytes(whole[:48] + mutate(whole[48:], dice))
    paths = ["udp.pcap", "packets.pcap", "exported.pcap", "file.pcapng"]
    for name, lines in traces.ALL.items():
        text = [mutate(line.encode(), dice) for line in lines(packets)]
        (folder / f"{name}.log").write_bytes(b"".join(text))
        paths.append(f"{name}.log")
    for path in paths:
        check(program, folder / path, folder)


def main():
    scenario, program = sys.argv[1:3]
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    rounds = int(sys.argv[4]) if len(sys.argv) > 4 else 1
    dice = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        packets = []
        for number, name in enumerate(STORIES):
            subprocess.run([scenario, "--pcap", folder / "story.pcap",
                            HERE / "failures" / f"{name}.sst"], check=True, timeout=60,
                           stdout=subprocess.DEVNULL)
            for copy in range(12):
                packets += [(at, pcapfile.ipv4(source, target, 17, pcapfile.udp(
                    source, target, data.replace(b"call-", b"c%d-%d-" % (number, copy)))))
                            for at, source, target, data in
                            streams.messages(pcapfile.read(folder / "story.pcap"))]
        packets.sort(key=lambda packet: packet[0])
        for _ in range(rounds):
            round_of(program, packets, folder, dice)
    print("\n".join(PROBLEMS[:20]) or f"{rounds * len(packets)} messages, damaged in each way")
    return 1 if PROBLEMS else 0


if __name__ == "__main__":
    sys.exit(main())
