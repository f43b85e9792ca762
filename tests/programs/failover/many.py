"""Many calls at once: the cluster answers sst-ua's, dies, and is measured."""

import collections
import signal
import time

from lab import Quiet, check

# Long enough that no refresh but the taker's comes in between.
INTERVAL = 1800


class Caller(Quiet):
    """The peer: one sst-ua with all the calls."""

    def __init__(self, lab, command):
        super().__init__(lab, "peer", command, ("received",))
        self.received = collections.Counter()   # methods, and (status, method): copies aside
        self.numbers = set()                    # (call, CSeq) of requests

    def read(self):
        """Takes in what it has logged since."""
        for event in self.new():
            self.take(event)

    def take(self, event):
        if event["copy"]:
            return
        self.received[event.get("method") or (event["status"], event["cseq_method"])] += 1
        if "method" in event and event["method"] != "ACK":
            key = (event["call"], event["cseq"])
            check(key not in self.numbers, "CSeq %d of %s was used twice", *reversed(key))
            self.numbers.add(key)

    def wait_for(self, what, count):
        """When the first and the last of so many arrived, by the clock of this process."""
        first, until = None, time.monotonic() + 300
        while True:
            self.read()
            now = time.monotonic()
            number = self.received[what]
            first = first or (now if number else None)
            if number == count:
                return first, now
            check(self.process.poll() is None, "the peer ended with %s, having received %s",
                  self.process.poll(), dict(self.received))
            check(now < until, "%d of %d: %s", number, count, what)
            time.sleep(0.01)

    def end(self):
        """Hangs up all of its calls."""
        self.process.send_signal(signal.SIGTERM)
        check(self.process.wait(120) == 0, "the peer ended with %s", self.process.poll())
        self.read()
        self.close()


def memory_of(store):
    info = store.ask("INFO", "memory")
    return int(next(line for line in info.splitlines()
                    if line.startswith("used_memory:")).split(":")[1])


def many(lab, count):
    """Runs it, and gives what was measured."""
    lab.lease *= 3
    options = ("--session-expires", str(INTERVAL))
    store = "unix:" + lab.store.path
    nodes = [lab.node("a", *options, store=store, quiet=True),
             lab.node("b", *options, standby=True, store=store, quiet=True)]
    empty = memory_of(lab.store)
    peer = Caller(lab, [lab.program, "--log", "json", "--bind", "127.0.0.1:%d" % (lab.address[1] + 1),
                        "--mode", "request", *options, "--calls", str(count),
                        "call", "sip:cluster@%s:%d" % lab.address])

    def all_stored():
        check(nodes[0].exit_status_now() is None, "the owner ended with %s, %d calls in the store",
              nodes[0].exit_status_now(), lab.kept())
        return lab.kept() == count

    # A call is stored as soon as it is answered, and is up once its caller knows.
    lab.wait(all_stored, 300, "the store does not have %d calls" % count)
    peer.wait_for((200, "INVITE"), count)
    memory = (memory_of(lab.store) - empty) / count
    nodes[0].kill()
    killed = time.monotonic()
    lagged = lab.lag.seconds()
    first, last = peer.wait_for("UPDATE", count)
    check(first - killed < lab.lease + 1 + lab.lag.seconds() - lagged,
          "the first refresh of the taker came after %.1f s", first - killed)
    check(nodes[1].number("taken") == count, "%s calls taken over", nodes[1].number("taken"))
    peer.end()
    check(peer.received["BYE"] == 0, "the cluster hung up")
    check(peer.received[(200, "BYE")] == count, "calls were lost: the peer received %s",
          dict(peer.received))
    lab.wait_kept(0, timeout=60)
    return {"first": first - killed, "last": last - killed, "memory": memory}
