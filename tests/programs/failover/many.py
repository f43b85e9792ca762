"""Many calls at once: the cluster answers sst-ua's, dies, and is measured."""

import collections
import json
import os
import signal
import subprocess
import time

from lab import check

# Long enough that no refresh but the taker's comes in between.
INTERVAL = 1800


class Caller:
    """The peer: one sst-ua with all the calls. Its log is a file, so that reading it holds up none."""

    def __init__(self, lab, command):
        self.path = os.path.join(lab.folder, "peer.json")
        with open(self.path, "wb") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log)
        lab.programs.append(self.process)
        lab.lag.watch(self.process.pid)
        self.log = open(self.path, encoding="utf-8")
        self.rest = ""
        self.received = collections.Counter()   # methods, and (status, method): copies aside
        self.numbers = set()                    # (call, CSeq) of requests

    def read(self):
        """Takes in what it has logged since."""
        self.rest += self.log.read()
        lines = self.rest.split("\n")
        self.rest = lines.pop()
        for line in lines:
            if '"received"' in line:
                self.take(json.loads(line))

    def take(self, event):
        if event["copy"]:
            return
        self.received[event.get("method") or (event["status"], event["cseq_method"])] += 1
        if "method" in event and event["method"] != "ACK":
            key = (event["call"], event["cseq"])
            check(key not in self.numbers, "CSeq %d of %s was used twice", *reversed(key))
            self.numbers.add(key)

    def end(self):
        """Hangs up all of its calls."""
        self.process.send_signal(signal.SIGTERM)
        check(self.process.wait(120) == 0, "the peer ended with %s", self.process.poll())
        self.read()
        self.log.close()


def memory_of(store):
    info = store.ask("INFO", "memory")
    return int(next(line for line in info.splitlines()
                    if line.startswith("used_memory:")).split(":")[1])


def wait_for_refreshes(peer, count):
    """When the first and the last of so many arrived, by the clock of this process."""
    first, until = None, time.monotonic() + 300
    while True:
        peer.read()
        now = time.monotonic()
        number = peer.received["UPDATE"]
        first = first or (now if number else None)
        if number == count:
            return first, now
        check(peer.process.poll() is None, "the peer ended with %s", peer.process.poll())
        check(now < until, "%d of %d refreshes", number, count)
        time.sleep(0.01)


def many(lab, count):
    """Runs it, and gives what was measured."""
    lab.lease *= 3
    options = ("--session-expires", str(INTERVAL))
    store = "unix:" + lab.store.path
    nodes = [lab.node("a", *options, store=store),
             lab.node("b", *options, standby=True, store=store)]
    empty = memory_of(lab.store)
    peer = Caller(lab, [lab.program, "--log", "json", "--bind", "127.0.0.1:%d" % (lab.address[1] + 1),
                        "--mode", "request", *options, "--calls", str(count),
                        "call", "sip:cluster@%s:%d" % lab.address])
    lab.wait_kept(count, timeout=300)
    memory = (memory_of(lab.store) - empty) / count
    nodes[0].kill()
    killed = time.monotonic()
    first, last = wait_for_refreshes(peer, count)
    check(nodes[1].number("taken") == count, "%s calls taken over", nodes[1].number("taken"))
    peer.end()
    check(peer.received["BYE"] == 0, "the cluster hung up")
    check(peer.received[(200, "BYE")] == count, "calls were lost: the peer received %s",
          dict(peer.received))
    lab.wait_kept(0, timeout=60)
    return {"first": first - killed, "last": last - killed, "memory": memory}
