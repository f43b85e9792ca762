"""A scripted SIP peer for what no sst-ua sends: the case says what it receives and answers.

It runs in the case's own thread. Retransmissions get the same answer again and are otherwise
ignored; an unexpected message fails the case.
"""

import collections
import itertools
import os
import select
import socket
import time

import sipwire

ALLOW = "INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE"
ALLOW_NO_UPDATE = "INVITE, ACK, CANCEL, BYE, OPTIONS"


class Unexpected(AssertionError):
    """The program under test sent something else, or nothing."""


def timer(value, require=True):
    """The header lines of a 2xx that starts a session timer."""
    return ["Session-Expires: " + value] + (["Require: timer"] if require else [])


class Peer:
    """One UDP socket and one dialog, as caller or as callee."""

    numbers = itertools.count(1)

    def __init__(self, record, name, family=socket.AF_INET, host=None):
        self.wire = record
        self.name = name
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        self.socket.bind((host or ("::1" if family == socket.AF_INET6 else "127.0.0.1"), 0))
        host, self.port = self.socket.getsockname()[:2]
        self.hostport = "%s:%d" % ("[%s]" % host if ":" in host else host, self.port)
        self.contact = "sip:%s@%s" % (name, self.hostport)
        self.other_name = None      # of the program it talks to
        self.address = None
        self.allow = ALLOW          # what Allow lists; None omits it from responses
        self.supported = "timer"
        self.body_version = 1
        self.answers = {}
        self.seen = set()
        self.waiting = collections.deque()
        # The dialog
        self.call_id = "%s@scripted" % os.urandom(6).hex()
        self.tag = os.urandom(4).hex()
        self.cseq = 1
        self.local = self.remote = None
        self.target = None
        self.sent_invite = None

    def close(self):
        self.socket.close()

    # Bytes in and out

    def send_bytes(self, data, address=None):
        self.wire.record(self.name, self.other_name or "-", data)
        if self.other_name:
            self.wire.deliver(self.other_name, data)
        self.socket.sendto(data, address or self.address)

    def _receive(self, timeout):
        """The next new message, or None after the timeout (real seconds)."""
        deadline = time.monotonic() + timeout
        while not self.waiting:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.socket], [], [], left)[0]:
                return None
            data, address = self.socket.recvfrom(65536)
            datagram = self.wire.record(self.other_name or "%s:%d" % address[:2], self.name, data)
            self.address = self.address or address[:2]
            message = datagram.message
            if message is None:
                raise Unexpected("%s got invalid SIP: %s" % (self.name, datagram.problem))
            message.source = address
            key = (message.is_request, message.method or message.status, message.branch,
                   message.cseq, message.to_tag)
            if key in self.seen:
                if key in self.answers:
                    self.send_bytes(self.answers[key], address)
                continue
            self.seen.add(key)
            self.waiting.append(message)
        return self.waiting.popleft()

    def expect(self, *wanted, timeout=120, skip=(100,)):
        """The next message, which must have one of these methods or statuses."""
        deadline = time.monotonic() + timeout
        while True:
            message = self._receive(max(0, deadline - time.monotonic()))
            if message is None:
                raise Unexpected("%s waited for %s and nothing came" % (self.name, wanted))
            what = message.method or message.status
            if what in wanted:
                return message
            if what not in skip:
                raise Unexpected("%s waited for %s and got: %s"
                                 % (self.name, wanted, message.summary()))

    def pending(self, seconds):
        """Whether a new message arrives in this time (real seconds); it is left for expect()."""
        message = self._receive(seconds)
        if message is not None:
            self.waiting.appendleft(message)
        return message is not None

    def silence(self, seconds):
        """Asserts that nothing new arrives for this time (real seconds)."""
        message = self._receive(seconds)
        if message is not None:
            raise Unexpected("%s expected silence and got: %s" % (self.name, message.summary()))

    # Messages

    def body(self, direction="sendrecv", kind="answer"):
        """An SDP body; its version stays until body_version is raised."""
        lines = ["v=0", "o=- 7 %d IN IP4 127.0.0.1" % self.body_version, "s=-",
                 "c=IN IP4 127.0.0.1", "t=0 0", "m=audio %d RTP/AVP 0" % (40000 + len(kind)),
                 "a=rtpmap:0 PCMU/8000", "a=" + direction, ""]
        return "\r\n".join(lines).encode()

    def answer(self, request, status, *lines, sdp=None, tag=None, phrase="Whatever"):
        """Answers a request; a 2xx to INVITE or UPDATE has Contact, Allow, Supported, and SDP."""
        message = sipwire.Message("SIP/2.0 %d %s" % (status, phrase), [])
        message.fields += [("Via", value) for value in request.all("via")]
        message.fields += [("From", request.get("from")), ("Call-ID", request.call_id),
                           ("CSeq", "%d %s" % request.cseq)]
        to = request.get("to")
        if status > 100 and not request.to_tag:
            to += ";tag=" + (tag or self.tag)
        message.fields.append(("To", to))
        message.fields += [("Record-Route", value) for value in request.all("record-route")]
        if status // 100 == 2 and request.method in ("INVITE", "UPDATE"):
            message.fields.append(("Contact", "<%s>" % self.contact))
            if self.allow:
                message.fields.append(("Allow", self.allow))
            if self.supported:
                message.fields.append(("Supported", self.supported))
            if sdp is None:
                sdp = self.body() if request.method == "INVITE" else b""
        if status // 100 == 2 and request.method == "INVITE":
            self.adopt(request)
        self._add(message, lines)
        if sdp:
            message.fields.append(("Content-Type", "application/sdp"))
            message.body = sdp
        data = message.encode()
        key = (True, request.method, request.branch, request.cseq, request.to_tag)
        if status >= 200:
            self.answers[key] = data
        self.send_bytes(data, request.source)
        return message

    @staticmethod
    def _add(message, lines):
        for line in lines:
            name, _, value = line.partition(":")
            message.fields.append((name, value.strip()))

    def adopt(self, request):
        """Takes the dialog of a received request: from now on request() works within it."""
        if request.to_tag:
            self.target = request.contact or self.target
            return
        self.call_id = request.call_id
        self.remote = request.get("from")
        self.local = "%s;tag=%s" % (request.get("to"), self.tag)
        self.target = request.contact

    def request(self, method, *lines, sdp=None, plain=b"", cseq=None, via_lines=(), uri=None):
        """Sends a request within the dialog, or outside if there is none yet.

        sdp is a body with its type; the type of a plain body is among the lines.
        """
        if cseq is None:
            self.cseq += 1
            cseq = self.cseq
        message = sipwire.Message("%s %s SIP/2.0" % (method, uri or self.target), [])
        message.fields += list(via_lines) or [
            ("Via", "SIP/2.0/UDP %s;branch=z9hG4bK%s;rport" % (self.hostport,
                                                              os.urandom(6).hex()))]
        message.fields += [("Max-Forwards", "70"), ("From", self.local), ("To", self.remote),
                           ("Call-ID", self.call_id), ("CSeq", "%d %s" % (cseq, method))]
        if method in ("INVITE", "UPDATE"):
            message.fields += [("Contact", "<%s>" % self.contact), ("Allow", self.allow)]
        if self.supported and method != "ACK":
            message.fields.append(("Supported", self.supported))
        self._add(message, lines)
        message.body = plain
        if sdp:
            message.fields.append(("Content-Type", "application/sdp"))
            message.body = sdp
        self.send_bytes(message.encode())
        return message

    def aim(self, address):
        """Makes it a caller of the program at this address."""
        self.address = address
        host = "[%s]" % address[0] if ":" in address[0] else address[0]
        self.target = "sip:ua@%s:%d" % (host, address[1])
        self.local = "<sip:%s@scripted.invalid>;tag=%s" % (self.name, self.tag)
        self.remote = "<%s>" % self.target

    def invite(self, *lines):
        """Sends an initial INVITE with an offer."""
        self.sent_invite = self.request("INVITE", *lines, sdp=self.body())
        return self.sent_invite

    def ack(self, response):
        """Acknowledges a final response to INVITE; a 2xx creates the dialog."""
        if response.status // 100 == 2:
            self.remote = response.get("to")
            self.target = response.contact or self.target
            self.request("ACK", cseq=response.cseq.number)
            return
        via = [("Via", response.list("via")[0])]
        remote, self.remote = self.remote, response.get("to")
        self.request("ACK", cseq=response.cseq.number, via_lines=via)
        self.remote = remote

    def establish(self, *lines):
        """Calls and acknowledges the 200, which it returns."""
        self.invite(*lines)
        response = self.expect(200, skip=(100, 180))
        self.ack(response)
        return response

    def hang_up(self):
        self.request("BYE")
        return self.expect(200)
