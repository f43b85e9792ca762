#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A proxy that does not record-route sees the INVITE and its 2xx; everything else bypasses it.
sst-explain must recognise this as one call, wherever the capture was taken.

usage: direct.py SST-SCENARIO SST-EXPLAIN
"""

import json
import pathlib
import subprocess
import sys
import tempfile

import pcapfile

HERE = pathlib.Path(__file__).resolve().parent
CALLER, CALLEE, PROXY = "192.0.2.1", "192.0.2.2", "192.0.2.3"


def is_invite(packet):
    data = pcapfile.payload(packet)
    return data.startswith(b"INVITE") or b"\r\nCSeq: 1 INVITE" in data


def past_proxy(packets):
    """The same call, with its ends talking directly once it is set up."""
    for at, packet in packets:
        source, target = pcapfile.sent_by(packet)
        if is_invite(packet):
            yield at, packet
        elif source != PROXY:
            far = CALLEE if source == CALLER else CALLER
            yield at, pcapfile.ipv4(source, far, 17,
                                    pcapfile.udp(source, far, pcapfile.payload(packet)))


def seen_at(packets, place):
    return [entry for entry in packets if place in pcapfile.sent_by(entry[1])]


def main():
    scenario, program = sys.argv[1:3]
    problems = []
    with tempfile.TemporaryDirectory() as folder:
        capture = pathlib.Path(folder) / "call.pcap"
        subprocess.run([scenario, "--pcap", capture, HERE / "direct.sst"], check=True, timeout=60,
                       stdout=subprocess.DEVNULL)
        through = pcapfile.read(capture)
        places = {address for _, packet in through for address in pcapfile.sent_by(packet)}
        if places != {CALLER, CALLEE, PROXY}:
            problems.append(f"other addresses: {places}")
        packets = list(past_proxy(through))
        for name, some, want in (
                ("through the proxy", through, [("not_refreshed", "callee", CALLEE)]),
                ("everywhere", packets, [("not_refreshed", "callee", CALLEE)]),
                # It knows the callee by the address of the proxy.
                ("at the caller", seen_at(packets, CALLER), [("not_refreshed", "callee", PROXY)]),
                ("at the callee", seen_at(packets, CALLEE), [("not_refreshed", "callee", CALLEE)]),
                # What the ends do later does not pass it.
                ("at the proxy", seen_at(packets, PROXY), [("running", "none", "")])):
            pcapfile.write(capture, some)
            done = subprocess.run([program, "--no-tshark", "--json", capture], capture_output=True,
                                  text=True, timeout=60, check=False)
            calls = [json.loads(line) for line in done.stdout.splitlines()]
            got = [(call["verdict"], call["who"], call["address"].partition(":")[0])
                   for call in calls]
            if got != want:
                problems.append(f"{name}: {got}, not {want}")
    print("\n".join(problems) or "one call, wherever it was captured")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
