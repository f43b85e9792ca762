#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""sst-explain --interface: calls that pass the loopback interface, and an interrupt.

usage: live.py SST-SCENARIO SST-EXPLAIN

The datagrams of the page's example are sent 1000 times faster than real time, which --speed
compensates as far as the machine allows: the test judges which messages arrived, and not when. A
terminal interrupts the whole process group, a service manager sends SIGTERM to the program alone:
in both cases sst-explain explains what was captured. Nothing shows from the outside when a busy
machine has handed on all datagrams, so a run that was interrupted too early is repeated with more
time. Skipped if dumpcap may not capture.
"""

import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import pcapfile

HERE = pathlib.Path(__file__).resolve().parent
STORY = HERE / "example.sst"
CALL = "call-1@192.0.2.1"
SPEED = 1000
PATIENCE = 60
# dumpcap hands on its packets at least once a second.
WAITS = (2, 10, 40)


def is_capturing(process):
    """Whether its dumpcap has a packet socket open, so that nothing more can be missed."""
    children = subprocess.run(["pgrep", "-P", str(process.pid), "-x", "dumpcap"],
                              capture_output=True, text=True, check=False).stdout.split()
    for child in children:
        links = pathlib.Path(f"/proc/{child}/fd").glob("*")
        sockets = {os.readlink(link) for link in links if link.exists() or link.is_symlink()}
        with open("/proc/net/packet", encoding="ascii") as table:
            inodes = {line.split()[8] for line in list(table)[1:]}
        if any(f"socket:[{inode}]" in sockets for inode in inodes):
            return True
    return False


def play(packets):
    """Sends the datagrams at their times, from their senders' sockets."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as caller, \
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as callee:
        ends = {}
        for end, address in ((caller, "192.0.2.1"), (callee, "192.0.2.2")):
            end.bind(("127.0.0.1", 0))
            ends[address] = end
        began = time.monotonic()
        for at, packet in packets:
            time.sleep(max(began + (at - packets[0][0]) / SPEED - time.monotonic(), 0))
            source, target = pcapfile.sent_by(packet)
            ends[source].sendto(pcapfile.payload(packet), ends[target].getsockname())


def run(program, packets, interrupt, wait):
    """What it says about the call, interrupted this many seconds after it, and its exit status."""
    with subprocess.Popen([program, "--json", "--speed", str(SPEED), "--interface", "lo",
                           "--call", CALL],      # others may be testing here as well
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          start_new_session=True) as process:
        deadline = time.monotonic() + PATIENCE
        while not is_capturing(process):
            if process.poll() is not None or time.monotonic() > deadline:
                os.killpg(process.pid, signal.SIGKILL)
                return None, process.stderr.read()
            time.sleep(0.05)
        play(packets)
        time.sleep(wait)
        interrupt(process.pid)
        try:
            out, said = process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return [], "it does not end"
        return [json.loads(line) for line in out.splitlines()], \
            f"exit status {process.returncode}: {said}"


def is_explained(calls, said):
    """Whether it describes the whole call, from its INVITE to its BYE."""
    told = [(call["call_id"], [(each["interval"], each["refresher"])
                               for each in call["negotiated"]], call["verdict"] != "running")
            for call in calls]
    return told == [(CALL, [(1800, "callee")], True)] and "status 1" not in said \
        and "status -" not in said


def main():
    scenario, program = sys.argv[1:3]
    for tool in ("tshark", "dumpcap", "pgrep"):
        if shutil.which(tool) is None:
            print(f"{tool} is not installed")
            return 77
    with tempfile.TemporaryDirectory() as folder:
        capture = pathlib.Path(folder) / "story.pcap"
        subprocess.run([scenario, "--pcap", capture, STORY], check=True, timeout=60,
                       stdout=subprocess.DEVNULL)
        packets = pcapfile.read(capture)
    for name, interrupt in (("a terminal's interrupt",
                             lambda pid: os.killpg(pid, signal.SIGINT)),
                            ("SIGTERM", lambda pid: os.kill(pid, signal.SIGTERM))):
        for wait in WAITS:
            calls, said = run(program, packets, interrupt, wait)
            if calls is None:
                print(f"cannot capture: {said}")
                return 77
            if is_explained(calls, said):
                print(f"{name}: the call is explained")
                break
            print(f"{name}: after {wait} s: {calls}, {said}")
        else:
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
