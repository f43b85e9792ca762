#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The example of docs/sst-explain.md as the program prints it, the options, and the exit statuses.

usage: usage.py SST-SCENARIO SST-EXPLAIN
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import pcapfile
import streams

HERE = pathlib.Path(__file__).resolve().parent
PAGE = HERE.parents[2] / "docs" / "sst-explain.md"
WIDTH = "104"
SPEED = 20
PROBLEMS = []


def expect(what, good, detail=""):
    if not good:
        PROBLEMS.append(f"{what}: {detail}")


def run(program, *arguments, status):
    done = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=60,
                          check=False, env={**os.environ, "COLUMNS": WIDTH})
    expect(f"exit status of {arguments[:-1]}", done.returncode == status,
           f"{done.returncode} {done.stderr}")
    return done.stdout


def play(scenario, story, path):
    subprocess.run([scenario, "--pcap", path, story], check=True, timeout=60,
                   stdout=subprocess.DEVNULL)
    return pcapfile.read(path)


def check_example(program, capture):
    example = re.search(r"^```\n\$ sst-explain calls\.pcap\n(.*?)^```", PAGE.read_text("utf-8"),
                        re.M | re.S).group(1)
    printed = run(program, "--no-tshark", capture, status=3)
    expect("the page has another example", printed == example, printed)


def check_speed(program, packets, folder):
    start = packets[0][0]
    pcapfile.write(folder / "fast.pcap", [(start + (at - start) / SPEED, packet)
                                          for at, packet in packets])
    call = json.loads(run(program, "--no-tshark", "--json", "--speed", str(SPEED),
                          folder / "fast.pcap", status=3))
    expect("--speed: the verdict", call["verdict"] == "not_refreshed", call)
    expect("--speed: times are those of the capture",
           abs(call["negotiated"][0]["hangup_at"] - 1774.412 / SPEED) < 0.01, call["negotiated"])
    call = json.loads(run(program, "--no-tshark", "--json", folder / "fast.pcap", status=3))
    expect("without --speed it is an early BYE", call["verdict"] == "hung_up_early", call)


def check_minimum(program, packets, folder):
    """30 s in place of 1800 s: below the absolute minimum of 90 s, except with --unsafe-min."""
    start = packets[0][0]
    changed = []
    for number, (at, source, target, data) in enumerate(streams.messages(packets)):
        at = start + (at - start if number < 5 else 6.412 + 20 + (number - 5))
        data = data.replace(b"Session-Expires: 1800", b"Session-Expires: 30")
        changed.append((at, pcapfile.ipv4(source, target, 17, pcapfile.udp(source, target, data))))
    pcapfile.write(folder / "short.pcap", changed)
    low = "se_below_absolute"
    for options, there in (((), True), (("--unsafe-min", "1"), False)):
        call = json.loads(run(program, "--no-tshark", "--json", *options, folder / "short.pcap",
                              status=3))
        names = [finding["name"] for finding in call["findings"]]
        expect(f"{options}: {low}", (low in names) == there, names)


def check_names(program, capture, folder):
    """--anonymize: no output reveals the parties, and the same end always has the same name."""
    page = folder / "page.html"
    outputs = [run(program, "--no-tshark", "--anonymize", *options, capture, status=3)
               for options in ((), ("--json",), ("--html", page))] + [page.read_text("utf-8")]
    for output in outputs:
        for word in ("192.0.2", "reception", "example.com", "service", "call-1@", "calls.pcap"):
            expect("--anonymize", word not in output, f"{word} in {output[:300]}")
    expect("one end, one name", len(set(re.findall(r"host-[0-9a-f]{6}", outputs[0]))) == 2,
           outputs[0])


def check_calls(scenario, program, folder):
    """--call picks one of several; exit status 0 if no session timer ended anything."""
    packets = []
    for number, name in enumerate(("fb-61", "fb-84")):
        story = HERE / "failures" / f"{name}.sst"
        for at, source, target, data in streams.messages(play(scenario, story,
                                                              folder / "story.pcap")):
            data = data.replace(b"call-1@", b"call-%d@" % number)
            packets.append((at, pcapfile.ipv4(source, target, 17,
                                              pcapfile.udp(source, target, data))))
    packets.sort(key=lambda packet: packet[0])
    pcapfile.write(folder / "two.pcap", packets)
    both = run(program, "--no-tshark", "--json", folder / "two.pcap", status=0).splitlines()
    one = run(program, "--no-tshark", "--json", "--call", "call-1@192.0.2.1", folder / "two.pcap",
              status=0).splitlines()
    expect("two calls", len(both) == 2, both)
    expect("--call leaves one", len(one) == 1 and json.loads(one[0])["verdict"] == "no_timer", one)
    ladder = run(program, "--no-tshark", "--call", "call-1@192.0.2.1", folder / "two.pcap", status=0)
    expect("--call draws it", "INVITE---" in ladder, ladder)


def main():
    scenario, program = sys.argv[1:3]
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        capture = folder / "calls.pcap"
        packets = play(scenario, HERE / "example.sst", capture)
        check_example(program, capture)
        check_speed(program, packets, folder)
        check_minimum(program, packets, folder)
        check_names(program, capture, folder)
        check_calls(scenario, program, folder)
        run(program, "--json", folder / "nothing.pcap", status=1)
        run(program, "--surely-none", capture, status=1)
        run(program, "--interface", "lo", capture, status=1)
        (folder / "empty.txt").write_text("nothing of SIP\n", encoding="utf-8")
        run(program, folder / "empty.txt", status=1)
    print("\n".join(PROBLEMS) or "as the page says")
    return 1 if PROBLEMS else 0


if __name__ == "__main__":
    sys.exit(main())
