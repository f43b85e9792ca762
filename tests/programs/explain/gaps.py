#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""TCP segments missing from a capture: silence after them proves nothing, and what is complete is
judged as usual.

The verdicts follow from the stories and from what is missing, see stories.py. Each segment is
acknowledged, as on a wire; that shows which ones the capture lacks.

usage: gaps.py SST-EXPLAIN
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import pcapfile
import streams
from topologies import BY_UAC, Story

UNANSWERED = ("refresh_unanswered", "callee")
NORMAL = ("ended_normally", "none")
INCOMPLETE = ("incomplete", "none")


def call(answered):
    """The refresh is answered, or not: then the callee hangs up 1768 s after the 2xx at 1 s."""
    story = Story()
    story.set_up(0, "AB", 1, BY_UAC)
    story.there(901, "AB", "UPDATE", 2, timer=BY_UAC, over="TCP")
    if answered:
        story.back(901.1, "AB", "200 UPDATE", 2, timer=BY_UAC)
    story.asked(1769, "BA", "BYE", 1, by_callee=True, over="TCP")
    return story


def on_a_wire(story, lost=(), late=None):
    """lost: messages missing from the capture, by number, with others possibly after them on the
    same stream. late: a message whose segment comes after its acknowledgement."""
    sent = streams.messages(sorted(story.packets, key=lambda packet: packet[0]))
    connection = streams.Connection(sent[0][1:3], 5060, sent[0][0])
    captured = list(connection.packets)
    for number, (at, source, target, data) in enumerate(sent):
        connection.packets = []
        connection.send(at, source, data)
        connection.acknowledge(at + 0.01, target)
        if number in lost:
            del connection.packets[0]
        elif number == late:
            connection.packets.reverse()
        captured += connection.packets
    return captured


def judge(program, packets, folder, path=None):
    capture = folder / "call.pcap"
    pcapfile.write(capture, packets)
    done = subprocess.run([program, "--json", capture], capture_output=True, text=True, timeout=120,
                          check=False, env={**os.environ, "PATH": path or os.environ["PATH"]})
    return [(one["verdict"], one["who"]) for one in map(json.loads, done.stdout.splitlines())], \
        done.stderr


def without_lua(folder):
    """A PATH with a tshark that runs no scripts."""
    script = folder / "bin" / "tshark"
    script.parent.mkdir()
    script.write_text(f"""#!/bin/bash
for word; do
    case $word in -X | lua_script:*) ;; *) words+=("$word") ;; esac
done
exec {shutil.which("tshark")} "${{words[@]}}"
""")
    script.chmod(0o755)
    return f"{script.parent}:{os.environ['PATH']}"


def another(packets, hosts=()):
    """The same call again: another Call-ID, another connection, the same hosts or others."""
    moved = dict(zip(("192.0.2.1", "192.0.2.2"), hosts))
    changed = []
    for at, packet in packets:
        source, target = (moved.get(end, end) for end in pcapfile.sent_by(packet))
        segment = packet[20:].replace(b"story@", b"other@")
        ports = [port + (port == streams.CLIENT_PORT)
                 for port in (int.from_bytes(segment[:2], "big"),
                              int.from_bytes(segment[2:4], "big"))]
        segment = b"".join(port.to_bytes(2, "big") for port in ports) + segment[4:16] + bytes(2) + \
            segment[18:]
        changed.append((at, pcapfile.ipv4(source, target, 6, pcapfile.with_sum(
            source, target, 6, segment, 16))))
    return changed


def earlier(packets):
    return [(at - 5000, packet) for at, packet in another(packets)]


def main():
    program = sys.argv[1]
    if shutil.which("tshark") is None:
        print("tshark is not installed")
        return 77
    problems = []
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)

        def check(name, packets, *wanted, path=None):
            got, said = judge(program, sorted(packets, key=lambda packet: packet[0]), folder, path)
            if sorted(got) != sorted(wanted):
                problems.append(f"{name}: {got}, not {list(wanted)} {said}")
            return said

        refused, answered = on_a_wire(call(False)), on_a_wire(call(True))
        answer_lost = on_a_wire(call(True), lost=[4])
        check("whole, unanswered", refused, UNANSWERED)
        check("whole, answered", answered, NORMAL)
        check("the answer is missing", answer_lost, INCOMPLETE)
        check("the answer, and what follows up to the BYE", on_a_wire(call(True), lost=[4, 5]),
              INCOMPLETE)
        check("the answer comes late", on_a_wire(call(True), late=4), NORMAL)
        check("the BYE comes late", on_a_wire(call(False), late=4), UNANSWERED)
        for number in range(4):
            got, said = judge(program, on_a_wire(call(False), lost=[number]), folder)
            if any(one not in (UNANSWERED, INCOMPLETE, ("running", "none")) for one in got):
                problems.append(f"without message {number}: {got} {said}")
        # A request may be sent on another connection than the one before.
        check("same hosts", another(refused) + answer_lost, INCOMPLETE, INCOMPLETE)
        check("other hosts", another(refused, ("192.0.2.3", "192.0.2.4")) + answer_lost,
              UNANSWERED, INCOMPLETE)
        check("after one that has ended", earlier(refused) + answer_lost, UNANSWERED, INCOMPLETE)
        said = check("without Lua", answer_lost, INCOMPLETE, path=without_lua(folder))
        if "Lua" not in said:
            problems.append(f"does not report a tshark without Lua: {said}")
    print("\n".join(problems) or "gaps in streams blame nobody")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
