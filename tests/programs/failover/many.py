"""Many calls at once: the cluster answers calls of sst-ua, dies, and is measured."""

import collections
import signal
import time

from lab import Quiet, check

# Long enough that only the taker's refresh comes in between.
INTERVAL = 1800

# Calls per peer.
A_CALLER = 250


class Caller(Quiet):
    """The peer: one sst-ua with this many calls."""

    def __init__(self, lab, number, count, options):
        super().__init__(lab, "peer%d" % number, [
            lab.program, "--log", "json", "--bind", "127.0.0.1:0", "--mode", "request", *options,
            "--calls", str(count), "call", "sip:cluster@%s:%d" % lab.address], ("received",))
        self.count = count
        self.received = collections.Counter()   # methods, and (status, method): without copies
        self.numbers = set()                    # (call, CSeq) of requests

    def read(self):
        """Reads what was logged since the last time."""
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

    def end(self):
        """Hangs up all of its calls."""
        self.process.send_signal(signal.SIGTERM)
        check(self.process.wait(120) == 0, "the peer ended with %s", self.process.poll())
        self.read()
        self.close()


def wait_for(callers, what):
    """When the first and the last message of all callers arrived, by the clock of this process."""
    first, until = None, time.monotonic() + 300
    while True:
        for caller in callers:
            caller.read()
            check(caller.process.poll() is None, "a peer ended with %s, having received %s",
                  caller.process.poll(), dict(caller.received))
        now = time.monotonic()
        number = sum(caller.received[what] for caller in callers)
        first = first or (now if number else None)
        if number == sum(caller.count for caller in callers):
            return first, now
        check(now < until, "%d times: %s", number, what)
        time.sleep(0.01)


def begin(lab, owner, count, options):
    """This many calls that are up and stored, from callers that start one after another: all at
    once are more than a busy machine can answer before their INVITEs are given up."""
    callers = []

    def all_stored():
        check(owner.exit_status_now() is None, "the owner ended with %s, %d calls in the store",
              owner.exit_status_now(), lab.kept())
        callers[-1].read()
        check(callers[-1].received[(200, "BYE")] == 0, "calls were given up, %d are in the store",
              lab.kept())
        return lab.kept() == sum(caller.count for caller in callers)

    while count > 0:
        callers.append(Caller(lab, len(callers), min(count, A_CALLER), options))
        count -= A_CALLER
        # A call is stored once it is answered, and up once its caller knows.
        lab.wait(all_stored, 300, "the store does not have all calls")
        wait_for(callers[-1:], (200, "INVITE"))
    return callers


def memory_of(store):
    info = store.ask("INFO", "memory")
    return int(next(line for line in info.splitlines()
                    if line.startswith("used_memory:")).split(":")[1])


def many(lab, count):
    """Runs it, and returns the measurements."""
    lab.lease *= 3
    options = ("--session-expires", str(INTERVAL))
    store = "unix:" + lab.store.path
    nodes = [lab.node("a", *options, store=store, quiet=True),
             lab.node("b", *options, standby=True, store=store, quiet=True)]
    empty = memory_of(lab.store)
    callers = begin(lab, nodes[0], count, options)
    memory = (memory_of(lab.store) - empty) / count
    nodes[0].kill()
    killed = time.monotonic()
    lagged = lab.lag.seconds()
    first, last = wait_for(callers, "UPDATE")
    check(first - killed < lab.lease + 1 + lab.lag.seconds() - lagged,
          "the first refresh of the taker came after %.1f s", first - killed)
    check(nodes[1].number("taken") == count, "%s calls taken over", nodes[1].number("taken"))
    for caller in callers:
        caller.end()
        check(caller.received["BYE"] == 0, "the cluster hung up")
        check(caller.received[(200, "BYE")] == caller.count, "calls were lost: a peer received %s",
              dict(caller.received))
    lab.wait_kept(0, timeout=60)
    return {"first": first - killed, "last": last - killed, "memory": memory}
