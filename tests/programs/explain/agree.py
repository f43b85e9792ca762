#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Plays the failures seen in the field to captures and compares what sst-explain says about each.

expected.tsv was written by hand, from the failures' texts. Columns: the failure, the verdict that
it deserves, who (any: nobody is clearly at fault), who is innocent, and why. disagree.tsv lists the
failures with a different verdict, each with the reason; nothing else may differ, and at least 95 %
must agree. No verdict about a session timer may name an innocent side: neither for the whole
capture nor, with --cut, for one that lacks its first or second half, one direction, or every tenth
packet.

usage: agree.py SST-SCENARIO SST-EXPLAIN [--cut]
"""

import json
import pathlib
import subprocess
import sys
import tempfile

import pcapfile

HERE = pathlib.Path(__file__).resolve().parent
COUNT = 83
AGREE = 0.95
# Verdicts that blame somebody.
BAD = {"not_refreshed", "refreshed_late", "refresh_unanswered", "refresh_refused",
       "refresh_dialog_lost", "interval_refused", "extension_refused", "timer_lost",
       "nobody_refreshes", "hung_up_early", "kept_too_long", "storm"}


def table(path):
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    return [dict(zip(rows[0], row)) for row in rows[1:]]


def explain(program, capture):
    done = subprocess.run([program, "--no-tshark", "--json", capture], capture_output=True,
                          text=True, timeout=60, check=False)
    calls = [json.loads(line) for line in done.stdout.splitlines()]
    bad = any(call["verdict"] in BAD for call in calls)
    if done.returncode != (3 if bad else 0):
        raise SystemExit(f"{capture.name}: exit status {done.returncode}\n{done.stderr}")
    return calls


def roles(packets):
    """Addresses of the first call's ends: its INVITE goes from the caller on to the callee."""
    first = pcapfile.payload(packets[0][1])
    call_id = next(line for line in first.split(b"\r\n") if line.startswith(b"Call-ID"))
    caller, callee = pcapfile.sent_by(packets[0][1])
    proxy = []
    for _, packet in packets:
        source, target = pcapfile.sent_by(packet)
        data = pcapfile.payload(packet)
        if data.startswith(b"INVITE") and call_id in data and source == callee != target and \
                target not in [caller] + proxy:
            proxy.append(callee)
            callee = target
    return {"caller": caller, "callee": callee, "proxy": proxy[0] if proxy else None}


def innocent_blamed(call, row, places):
    if call["verdict"] not in BAD or call["who"] == "none":
        return None
    address = call["address"].rsplit(":", 1)[0]
    for role in row["innocent"].split(","):
        if places.get(role) == address:
            return f"{row['id']}: {call['verdict']} blames the {role}: {call['sentence']}"
    return None


def compare_whole(row, call, listed, problems):
    agrees = call["verdict"] == row["verdict"] and row["who"] in ("any", call["who"])
    got = f"{call['verdict']} {call['who']}"
    if agrees and row["id"] in listed:
        problems.append(f"{row['id']} agrees now: remove it from disagree.tsv")
    elif not agrees and listed.get(row["id"]) != got:
        problems.append(f"{row['id']}: {row['verdict']} {row['who']} is deserved, said is {got}: "
                        f"{call['sentence']}")
    if call["who"] != "none" and call["address"] not in call["sentence"]:
        problems.append(f"{row['id']}: the sentence does not say whom to call: {call['sentence']}")
    return agrees


def cuts(packets, number):
    half = len(packets) // 2
    one_way = pcapfile.sent_by(packets[0][1])
    return [
        ("first half", packets[:half]),
        ("second half", packets[half:]),
        ("one direction", [p for p in packets if pcapfile.sent_by(p[1]) != one_way]),
        ("the other one", [p for p in packets if pcapfile.sent_by(p[1]) != one_way[::-1]]),
        ("every tenth lost", [p for i, p in enumerate(packets) if i % 10 != number % 10]),
    ]


def main():
    scenario, program = sys.argv[1:3]
    cut = "--cut" in sys.argv[3:]
    rows = table(HERE / "expected.tsv")
    listed = {row["id"]: f"{row['verdict']} {row['who']}" for row in table(HERE / "disagree.tsv")}
    problems, agreed, incomplete, pieces = [], 0, 0, 0
    if len(rows) != COUNT:
        problems.append(f"{len(rows)} failures instead of {COUNT}")
    with tempfile.TemporaryDirectory() as folder:
        capture = pathlib.Path(folder) / "call.pcap"
        for number, row in enumerate(rows):
            story = HERE / "failures" / (row["id"].lower() + ".sst")
            subprocess.run([scenario, "--pcap", capture, story], check=True, timeout=60,
                           stdout=subprocess.DEVNULL)
            packets = pcapfile.read(capture)
            places = roles(packets)
            if not cut:
                call = explain(program, capture)[0]
                agreed += compare_whole(row, call, listed, problems)
                problems.append(innocent_blamed(call, row, places))
                continue
            # Two of the five kinds of cut for each failure, a different pair each time: all five
            # take a minute.
            for name, piece in list(cuts(packets, number) * 2)[number % 5:number % 5 + 2]:
                pcapfile.write(capture, piece)
                pieces += 1
                for call in explain(program, capture):
                    incomplete += call["verdict"] == "incomplete"
                    blamed = innocent_blamed(call, row, places)
                    problems.append(blamed and f"{name}: {blamed}")
    problems = [problem for problem in problems if problem]
    if not cut and agreed < AGREE * COUNT:
        problems.append(f"only {agreed} of {COUNT} agree")
    print("\n".join(problems))
    print(f"{pieces} pieces, {incomplete} incomplete" if cut else f"{agreed} of {COUNT} agree")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
