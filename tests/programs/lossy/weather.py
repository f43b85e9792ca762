"""What a bad network does to the datagrams of many calls, the same for the same seed.

The fate of a datagram depends on the seed, the number of its call, its direction, what it is, and
how many copies of it came before, but not on the time, so that a slow machine sees the same
network.
"""

import collections
import random
import re
import time

# Of the datagrams that arrive, this share arrives twice, and this share is late, by up to this many
# seconds: more than T1, so that later ones overtake them.
DOUBLED = 0.05
LATE = 0.10
LATE_S = 0.6

CALL_ID = re.compile(rb"(?mi)^(?:call-id|i)[ \t]*:[ \t]*(\S+)")
CSEQ = re.compile(rb"(?mi)^cseq[ \t]*:[ \t]*(\d+)[ \t]+(\S+)")

# A datagram in transit: when, from which side, its method or status, its CSeq, whether it arrives.
Sent = collections.namedtuple("Sent", "moment side what cseq arrives")


class Call:
    """What the network saw of one call."""

    def __init__(self, number, dies_at):
        self.number = number
        self.dies_at = dies_at          # from this moment on nothing of it arrives; None: never
        self.sent = []

    def bye(self):
        """The first BYE, or None."""
        return next((sent for sent in self.sent if sent.what == b"BYE"), None)

    def died(self):
        """Whether it died before either side hung up."""
        bye = self.bye()
        return self.dies_at is not None and (bye is None or bye.moment >= self.dies_at)

    def last_refresh(self, side, before):
        """The copies of the last session refresh request that this side sent before a given time.
        """
        asked = [sent for sent in self.sent if sent.side == side and sent.moment < before
                 and sent.what in (b"INVITE", b"UPDATE")]
        return [sent for sent in asked if sent.cseq == asked[-1].cseq]

    def answered(self, side, cseq):
        """Whether a final response to this request of a side came back to it."""
        return any(sent.side != side and sent.cseq == cseq and sent.arrives
                   and sent.what.isdigit() and not sent.what.startswith(b"1") for sent in self.sent)


class Weather:
    def __init__(self, seed, loss, delay, dies, rate):
        """loss is between 0 and 1, delay in seconds of the programs' clocks, which run `rate` times
        faster; dies(number) is how long after its first datagram a call dies, or None."""
        self.seed = seed
        self.loss = loss
        self.delay = delay
        self.dies = dies
        self.rate = rate
        self.calls = {}
        self.count = collections.Counter()

    def call_of(self, name, now):
        if name not in self.calls:
            age = self.dies(len(self.calls))
            self.calls[name] = Call(len(self.calls), None if age is None else now + age / self.rate)
        return self.calls[name]

    def fates(self, side, data):
        """For each copy of this datagram that arrives, in how many real seconds it does."""
        name, cseq = CALL_ID.search(data), CSEQ.search(data)
        if not name or not cseq:
            self.count["unreadable"] += 1
            return []
        now = time.monotonic()
        call = self.call_of(name.group(1).decode("ascii", "replace"), now)
        words = data.split(b" ", 2)
        what = words[1] if words[0].startswith(b"SIP/") else words[0]
        copies = sum((side, what, cseq.groups()) == sent[1:4] for sent in call.sent)
        chance = random.Random("%s %d %s %r %r %d" % (self.seed, call.number, side, what,
                                                      cseq.groups(), copies))
        waits = self._waits(chance)
        if call.dies_at is not None and now >= call.dies_at:
            waits = []
        call.sent.append(Sent(now, side, what, cseq.groups(), bool(waits)))
        self.count["sent"] += 1
        self.count["lost"] += not waits
        return [wait / self.rate for wait in waits]

    def _waits(self, chance):
        if chance.random() < self.loss:
            return []
        copies = 2 if chance.random() < DOUBLED else 1
        return [self.delay + (chance.random() * LATE_S if chance.random() < LATE else 0)
                for _ in range(copies)]
