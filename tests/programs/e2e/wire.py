"""What went over the wire in one case: every datagram, in the order in which it was seen."""

import threading
import time

import sipwire


class Datagram:
    """One datagram on its way from one end to another, where it was recorded."""

    def __init__(self, moment, sender, receiver, data, copy):
        self.time = moment          # real seconds since the case began
        self.sender = sender        # name of the program that sent it
        self.receiver = receiver    # name of the place that received it
        self.data = data
        self.copy = copy            # the same sender sent the same bytes before
        self.fate = []              # what the relay did with it, in words
        try:
            self.message = sipwire.Message.parse(data)
            self.problem = None
        except (ValueError, UnicodeDecodeError) as error:
            self.message = None
            self.problem = str(error)

    def line(self):
        what = self.message.summary() if self.message else "%d bytes: %s" % (
            len(self.data), self.problem)
        text = "%8.3f  %s -> %s  %s" % (self.time, self.sender, self.receiver, what)
        if self.copy:
            text += "  (copy)"
        return text + ("  [%s]" % ", ".join(self.fate) if self.fate else "")


class Wire:
    """The record shared by relay, peers and agents of a case; its condition wakes waiters."""

    def __init__(self, lag=None):
        self.lag = lag              # is told about the programs that are started
        self.start = time.monotonic()
        self.changed = threading.Condition()
        self.datagrams = []         # as sent by the programs and scripted peers
        self.delivered = {}         # name of a program -> datagrams sent on to it
        self.notes = []             # (time, text): what the programs logged, for the ladder
        self.seen = set()

    def now(self):
        return time.monotonic() - self.start

    def record(self, sender, receiver, data):
        """Records a datagram where it first appears, and returns the record."""
        with self.changed:
            key = (sender, data)
            datagram = Datagram(self.now(), sender, receiver, data, key in self.seen)
            self.seen.add(key)
            self.datagrams.append(datagram)
            self.changed.notify_all()
        return datagram

    def deliver(self, receiver, data):
        """Records that a datagram was handed to a program."""
        with self.changed:
            earlier = self.delivered.setdefault(receiver, [])
            copy = any(datagram.data == data for datagram in earlier)
            earlier.append(Datagram(self.now(), "-", receiver, data, copy))

    def note(self, text):
        with self.changed:
            self.notes.append((self.now(), text))
            self.changed.notify_all()

    def wait(self, condition, timeout):
        """Waits until condition() is true; returns its last value.

        Datagrams and log lines wake it; a file that appears does not, so it also polls.
        """
        deadline = time.monotonic() + timeout
        with self.changed:
            while True:
                value = condition()
                left = deadline - time.monotonic()
                if value or left <= 0:
                    return value
                self.changed.wait(min(left, 0.5))

    def find(self, what=None, by=None, to=None, copies=False, call_id=None):
        """The datagrams that match. what: a method or a status; to: the method of a response."""
        with self.changed:
            return [datagram for datagram in self.datagrams
                    if fits(datagram, what, by, to) and (copies or not datagram.copy)
                    and (call_id is None or datagram.message.call_id == call_id)]

    def ladder(self):
        with self.changed:
            lines = [(d.time, d.line()) for d in self.datagrams]
            lines += [(moment, "%8.3f      %s" % (moment, text)) for moment, text in self.notes]
        return "\n".join(line for _, line in sorted(lines, key=lambda pair: pair[0]))


def fits(datagram, what=None, by=None, to=None):
    """Whether a datagram is a request with this method, or a response with this status."""
    message = datagram.message
    if message is None or (by is not None and datagram.sender != by):
        return False
    if to is not None and (message.is_request or message.cseq.method != to):
        return False
    return what is None or what in (message.method, message.status)
