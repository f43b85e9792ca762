"""What the log of one sst-ua says about each of its calls."""

import collections

# Events that start a new interval; for the callee of an INVITE so does the ACK (EC-30).
SIGNS = ("negotiated", "refreshed")

End = collections.namedtuple("End", "reason after")


class Story:
    def __init__(self, program):
        self.name = program.name
        self.calls = collections.defaultdict(list)
        with program.wire.changed:
            for entry in program.events:
                if "call" in entry:
                    self.calls[entry["call"]].append(entry)

    def established(self):
        return {call for call in self.calls if self.count(call, "negotiated")}

    def count(self, call, event):
        return sum(entry["event"] == event for entry in self.calls[call])

    def open(self):
        """Calls that were not ended on this side."""
        return [call for call in self.established()
                if not any(entry.get("cseq_method") == "BYE" or entry["event"] == "ended"
                           for entry in self.calls[call])]

    def end(self, call):
        """How this side ended a call, and how long after the last sign that it was alive.

        The reason is libsst's, or None for a BYE without one; the whole is None if the other side
        ended the call.
        """
        sign = None
        for entry in self.calls[call]:
            if entry["event"] in SIGNS or (entry["event"] == "received" and not entry["copy"]
                                           and entry.get("method") == "ACK"):
                sign = entry["t"]
            elif entry["event"] == "ended":
                return End(entry["reason"], entry["t"] - sign)
            elif entry["event"] == "sent" and entry.get("method") == "BYE":
                return End(None, entry["t"] - sign)
            elif entry["event"] == "received" and entry.get("method") == "BYE":
                return None
        return None
