"""A recording relay between a caller and a callee, and what it can do to datagrams in transit.

It forwards bytes and knows nothing about transactions: what reaches its caller side goes to the
callee and the other way round. The caller is sent through it by --outbound, and both ends put its
two sides into their Contact, so that requests within the dialog pass it as well; so do responses,
because of rport.
"""

import heapq
import select
import socket
import threading

import sipwire
import wire


class Relay:
    """Two UDP sockets and a list of rules; the first rule that applies decides."""

    def __init__(self, record, family=socket.AF_INET):
        self.wire = record
        self.names = {"caller": "caller", "callee": "callee"}
        self.rules = []
        self.sockets = {}
        self.peers = {}
        self.later = []
        self.count = 0
        host = "::1" if family == socket.AF_INET6 else "127.0.0.1"
        for side in ("caller", "callee"):
            self.sockets[side] = socket.socket(family, socket.SOCK_DGRAM)
            self.sockets[side].bind((host, 0))
        self.wakeup, self.wakeup_end = socket.socketpair()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.stopped = False
        self.failure = None

    def start(self, callee_address):
        self.peers["callee"] = callee_address
        self.thread.start()

    def stop(self):
        self.stopped = True
        self.wakeup.send(b"x")
        if self.thread.ident:
            self.thread.join()
        for sock in list(self.sockets.values()) + [self.wakeup, self.wakeup_end]:
            sock.close()

    def port(self, side):
        """The port of the side that this end talks to."""
        return self.sockets[side].getsockname()[1]

    # Rules. Each is called with a datagram and returns None (does not apply) or a list of (delay in
    # real seconds, bytes) to send on; an empty list drops it.

    def rule(self, function):
        self.rules.append(function)
        return function

    def matching(self, action, what, by=None, to=None, times=None, copies=True):
        """Adds a rule for datagrams that match; action(datagram) returns what a rule returns."""
        left = [times]

        def decide(datagram):
            if left[0] == 0 or not wire.fits(datagram, what, by, to):
                return None
            if datagram.copy and not copies:
                return None
            if left[0] is not None:
                left[0] -= 1
            return action(datagram)
        return self.rule(decide)

    def drop(self, what=None, **match):
        def action(datagram):
            datagram.fate.append("dropped")
            return []
        return self.matching(action, what, **match)

    def delay(self, seconds, what=None, **match):
        def action(datagram):
            datagram.fate.append("delayed by %.3f s" % seconds)
            return [(seconds, datagram.data)]
        return self.matching(action, what, **match)

    def duplicate(self, what=None, **match):
        def action(datagram):
            datagram.fate.append("doubled")
            return [(0, datagram.data), (0, datagram.data)]
        return self.matching(action, what, **match)

    def edit(self, change, what=None, **match):
        """change(message) returns the message to send instead; None leaves it unchanged."""
        def action(datagram):
            message = change(datagram.message)
            if message is None:
                return None
            datagram.fate.append("edited: " + message.summary())
            return [(0, message.encode())]
        return self.matching(action, what, **match)

    def answer(self, status, what=None, **match):
        """Answers requests in place of the destination, as a proxy does for a dead end."""
        def action(datagram):
            request = datagram.message
            datagram.fate.append("answered with %d by the relay" % status)
            response = sipwire.Message("SIP/2.0 %d By the relay" % status, [
                (name, value) for name, value in request.fields
                if sipwire.long_name(name) in ("via", "from", "to", "call-id", "cseq")])
            side = datagram.sender_side
            self.wire.record("relay", datagram.sender, response.encode())
            self.wire.deliver(datagram.sender, response.encode())
            self.sockets[side].sendto(response.encode(), self.peers[side])
            return []
        return self.matching(action, what, **match)

    def cross(self, wanted):
        """Holds back the first wanted(message) of each side until both are there: they cross."""
        held = {}

        def decide(datagram):
            if len(held) == 2 or not datagram.message or not wanted(datagram.message):
                return None
            datagram.fate.append("held")
            if datagram.sender_side not in held:
                held[datagram.sender_side] = datagram.data
                if len(held) == 2:
                    for side, data in held.items():
                        self._send_at(0, side, data)
            return []
        return self.rule(decide)

    # The thread

    def _run(self):
        try:
            while not self.stopped:
                self._send_due()
                wait = max(0, self.later[0][0] - self.wire.now()) if self.later else None
                sides = list(self.sockets.values())
                ready, _, _ = select.select(sides + [self.wakeup_end], [], [], wait)
                for side in ("caller", "callee"):
                    if self.sockets[side] in ready:
                        data, address = self.sockets[side].recvfrom(65536)
                        self._take(side, data, address)
        except Exception as error:  # pylint: disable=broad-except
            self.failure = error
            self.wire.note("relay failed: %r" % error)

    def _take(self, side, data, address):
        if side == "caller":
            self.peers.setdefault("caller", address)
        datagram = self.wire.record(self.names[side], "relay", data)
        datagram.sender_side = side
        for rule in self.rules:
            sending = rule(datagram)
            if sending is not None:
                break
        else:
            sending = [(0, data)]
        for delay, content in sending:
            self._send_at(self.wire.now() + delay if delay else 0, side, content)
        self._send_due()

    def _send_at(self, moment, sender_side, data):
        self.count += 1
        heapq.heappush(self.later, (moment, self.count, sender_side, data))

    def _send_due(self):
        while self.later and self.later[0][0] <= self.wire.now():
            _, _, sender_side, data = heapq.heappop(self.later)
            other = "callee" if sender_side == "caller" else "caller"
            if other in self.peers:
                self.wire.deliver(self.names[other], data)
                self.sockets[other].sendto(data, self.peers[other])
