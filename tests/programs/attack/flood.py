#!/usr/bin/env python3
"""A flood during a healthy call.

    flood.py [--count N] [--refreshes N] SST-UA

Two sst-ua hold a call with real timers; one of them refreshes it every 10 s. Meanwhile strangers
send N datagrams (default 100,000), alternately to each side: OPTIONS, each with a new branch and
Call-ID, INVITEs, malformed ones. Neither side may end the call, each refresh must leave in time,
and memory must stay bounded. Times come from the programs' own logs. The delay that a busy machine
adds is measured meanwhile, as the lag of a thread that tries to wake every few milliseconds.
"""

import argparse
import itertools
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time

WORDS = ("AddressSanitizer", "LeakSanitizer", "UndefinedBehaviorSanitizer", "runtime error:")
INTERVAL = 20
# A refresh waits for one turn of the loop, 0.1 s of processor time. A flood leaves the program no
# idle moment, so a machine with 30 other programs to serve turns that into 3 s, which the lag does
# not show: a thread that sleeps is served at once. Without the limits it is the whole flood, 29 s
# when first seen.
ALLOWED_S = 3
# The sanitizers keep little freed memory, so that this bounds the program's own memory.
MEMORY_KB = 250 * 1024


class Lag(threading.Thread):
    """How late the machine wakes a thread, at worst."""

    def __init__(self):
        super().__init__(daemon=True)
        self.worst = 0.0
        self.start()

    def run(self):
        while True:
            before = time.monotonic()
            time.sleep(0.005)
            self.worst = max(self.worst, time.monotonic() - before - 0.005)


class Agent:
    """One sst-ua and the lines of its log."""

    def __init__(self, program, *arguments):
        options = [program, "--bind", "127.0.0.1:0", "--log", "json", "--unsafe-min", "4"]
        environment = dict(os.environ)
        environment["ASAN_OPTIONS"] = environment.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=4"
        self.process = subprocess.Popen(options + list(arguments), stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        env=environment)
        self.lines = []
        self.calls = set()
        self.changed = threading.Condition()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for raw in self.process.stdout:
            line = json.loads(raw)
            # Of the lines about the flood, only the number matters, if anything.
            if line["event"] in ("sent", "received", "refused") and \
                    line.get("method") not in ("BYE", "UPDATE"):
                continue
            with self.changed:
                self.lines.append(line)
                self.changed.notify_all()

    def all(self, event):
        with self.changed:
            return [line for line in self.lines if line["event"] == event]

    def wait(self, event, count=1, seconds=120):
        with self.changed:
            self.changed.wait_for(lambda: sum(line["event"] == event for line in self.lines) >= count,
                                  seconds)
        return self.all(event)

    def memory_kb(self):
        with open("/proc/%d/status" % self.process.pid, encoding="ascii") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


def message(number, port, kind):
    """A stranger's datagram; each has its own transaction and call."""
    method = ("OPTIONS", "OPTIONS", "INVITE", "BYE", "NONSENSE")[kind % 5]
    head = ("%s sip:u@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%d;branch=z9hG4bKf%d;rport\r\n"
            "Max-Forwards: 70\r\nFrom: <sip:s@s>;tag=%d\r\nTo: <sip:u@u>\r\nCall-ID: f%d\r\n"
            "CSeq: 1 %s\r\nContact: <sip:s@127.0.0.1:%d>\r\n"
            % (method, port, number, number, number, method, port))
    return (head + ("Content-Length: -1\r\n" if kind % 50 == 7 else "Content-Length: 0\r\n")
            + "\r\n").encode()


def flood(agents, ports, count):
    """Sends them as fast as loopback allows; reads and discards what comes back."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.bind(("127.0.0.1", 0))
        own = sender.getsockname()[1]
        most = [0, 0]
        for number in range(count):
            sender.sendto(message(number, own, number), ("127.0.0.1", ports[number % 2]))
            if number % 200 == 0:
                while select.select([sender], [], [], 0)[0]:
                    sender.recv(65536)
            if number % 1000 == 0:
                most = [max(old, agent.memory_kb()) for old, agent in zip(most, agents)]
        return most


def refreshes_late(agent):
    """How late each refresh left, half the interval after the last one, by the program's log."""
    starts = sorted(line["real"] for event in ("negotiated", "refreshed")
                    for line in agent.all(event))
    due = [line["real"] for line in agent.all("refresh")]
    return [at - max(start for start in starts if start <= at) - INTERVAL / 2 for at in due]


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100000)
    parser.add_argument("--refreshes", type=int, default=3)
    parser.add_argument("program")
    options = parser.parse_args()
    lag = Lag()
    callee = Agent(options.program, "--calls", "1", "answer")
    port = callee.wait("listening")[0]["port"]
    caller = Agent(options.program, "--session-expires", str(INTERVAL), "call",
                   "sip:u@127.0.0.1:%d" % port)
    agents = (caller, callee)
    ports = [caller.wait("listening")[0]["port"], port]
    for agent in agents:
        agent.wait("negotiated")
    # Until this many refreshes were sent, however fast the flood is.
    most = [0, 0]
    first = options.count
    for rounds in itertools.count():
        seen = flood(agents, ports, first if rounds == 0 else 2000)
        most = [max(pair) for pair in zip(most, seen)]
        if len(caller.all("refresh")) >= options.refreshes or any(agent.all("ended") for agent in agents):
            break
    caller.wait("refreshed", len(caller.all("refresh")))
    problems = ["%s ended the call: %s" % (name, agent.all("ended"))
                for name, agent in zip(("caller", "callee"), agents) if agent.all("ended")]
    late = refreshes_late(caller)
    problems += ["a refresh left %.3f s late" % by for by in late if by > ALLOWED_S + lag.worst]
    problems += ["%s took %d KB" % (name, kb)
                 for name, kb in zip(("caller", "callee"), most) if kb > MEMORY_KB]
    for agent in agents:
        if agent.process.poll() is None:
            agent.process.send_signal(signal.SIGTERM)
    for name, agent in zip(("caller", "callee"), agents):
        status = agent.process.wait(60)
        if status != 0:
            problems.append("%s ended with %d" % (name, status))
        text = agent.process.stderr.read().decode("utf-8", "replace")
        if any(word in text for word in WORDS):
            problems.append(text[:3000])
    print("%d datagrams, %d refreshes, %.3f s late at worst, %d and %d KB, lag %.3f s" %
          (options.count, len(late), max(late, default=0), most[0], most[1], lag.worst))
    print("\n".join(problems) if problems else "nothing found")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
