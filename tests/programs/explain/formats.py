#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The same call in every format that sst-explain reads: the verdict is that of the plain capture.

usage: formats.py plain|tshark SST-SCENARIO SST-EXPLAIN

plain: what libpcap and the program alone can read, and whether it names what it leaves out. tshark:
what needs that program; skipped without it.
"""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

import pcapfile
import streams
import traces

HERE = pathlib.Path(__file__).resolve().parent
STORY = HERE / "example.sst"
WANTED = ("not_refreshed", "callee", [{"at": 6.412, "interval": 1800, "refresher": "callee",
                                      "refresh_by": 906.412, "hangup_at": 1774.412}])
PROBLEMS = []


def explain(program, path, *options, status=3):
    done = subprocess.run([program, "--json", *options, path], capture_output=True, text=True,
                          timeout=120, check=False)
    if done.returncode != status:
        PROBLEMS.append(f"{path.name}: exit status {done.returncode}: {done.stderr.strip()}")
    return [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def rounded(negotiated):
    return [{key: round(value, 3) if isinstance(value, float) else value
             for key, value in entry.items()} for entry in negotiated]


def check(program, path, *options):
    calls, _ = explain(program, path, *options)
    got = [(call["verdict"], call["who"], rounded(call["negotiated"])) for call in calls]
    if got != [WANTED]:
        PROBLEMS.append(f"{path.name}: {got}")


def plain(program, packets, folder):
    def capture(name, changed, link=pcapfile.LINK_RAW, write=pcapfile.write):
        write(folder / name, changed, link)
        check(program, folder / name, "--no-tshark")

    capture("raw.pcap", packets)
    capture("raw.pcapng", packets, write=pcapfile.write_ng)
    capture("ethernet.pcap", [(at, pcapfile.ethernet(packet)) for at, packet in packets],
            pcapfile.LINK_ETHERNET)
    capture("vlan.pcap", [(at, pcapfile.ethernet(packet, 7)) for at, packet in packets],
            pcapfile.LINK_ETHERNET)
    capture("ipv6.pcap", streams.by_ipv6(packets))
    for name, lines in traces.ALL.items():
        path = folder / f"{name}.log"
        path.write_text("".join(lines(packets)), encoding="utf-8", newline="")
        check(program, path)
    for name, changed, words in (
            ("tcp.pcap", streams.over_tcp(packets), "TCP"),
            ("fragments.pcap", streams.in_fragments(packets), "fragments")):
        pcapfile.write(folder / name, changed)
        calls, said = explain(program, folder / name, "--no-tshark", status=0)
        if calls or "left out" not in said or words not in said or "tshark" not in said:
            PROBLEMS.append(f"{name}: does not say what it leaves out: {calls} {said}")


def by_tshark(program, packets, folder):
    def capture(name, changed, link=pcapfile.LINK_RAW, options=(), write=pcapfile.write):
        write(folder / name, changed, link)
        check(program, folder / name, *options)

    capture("raw.pcap", packets)
    capture("raw.pcapng", packets, write=pcapfile.write_ng)
    capture("vlan.pcap", [(at, pcapfile.ethernet(packet, 7)) for at, packet in packets],
            pcapfile.LINK_ETHERNET)
    capture("ipv6.pcap", streams.by_ipv6(packets))
    capture("fragments.pcap", streams.in_fragments(packets))
    capture("tcp.pcap", streams.over_tcp(packets))
    capture("disorder.pcap", streams.over_tcp(packets, disorder=True))
    capture("websocket.pcap", streams.over_websocket(packets))
    if shutil.which("openssl") is not None:
        secret, keys = streams.over_tls(packets, folder)
        capture("tls.pcap", secret, options=("--keylog", keys))


def main():
    kind, scenario, program = sys.argv[1:4]
    if kind == "tshark" and shutil.which("tshark") is None:
        print("tshark is not installed")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        subprocess.run([scenario, "--pcap", folder / "story.pcap", STORY], check=True, timeout=60,
                       stdout=subprocess.DEVNULL)
        packets = pcapfile.read(folder / "story.pcap")
        (plain if kind == "plain" else by_tshark)(program, packets, folder)
    print("\n".join(PROBLEMS) or "each format gives the same verdict")
    return 1 if PROBLEMS else 0


if __name__ == "__main__":
    sys.exit(main())
