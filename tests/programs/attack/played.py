"""The side that the mutator plays: valid messages of dialogs that the program itself began.

Side uses datagrams; StreamSide uses TCP connections, its own and the program's.
"""

import collections
import select
import socket

METHODS = ("INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "UPDATE", "INFO", "PRACK", "MESSAGE", "X-Y")
STATUSES = (100, 180, 180, 180, 183, 183, 200, 200, 200, 200, 202, 401, 407, 422)
REFUSALS = (302, 401, 407, 408, 420, 422, 481, 486, 487, 491, 500, 503, 603, 699)
BODY = ("v=0\r\no=- 7 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
        "m=audio 40000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=sendrecv\r\n")


class Message:
    """Start line and header lines as text, so that anything can be written into them."""

    def __init__(self, start, lines, body=""):
        self.start, self.lines, self.body = start, list(lines), body

    def encode(self, length=True):
        lines = list(self.lines)
        body = self.body.encode("latin-1", "replace")
        if length:
            lines.append("Content-Length: %d" % len(body))
        head = "\r\n".join([self.start] + lines) + "\r\n\r\n"
        return head.encode("latin-1", "replace") + body


def fields(data):
    """Name and value of each header line of a valid message, and its first line."""
    head = data.split(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
    found = collections.defaultdict(list)
    for line in head[1:]:
        name, _, value = line.partition(":")
        found[name.strip().lower()].append(value.strip())
    return head[0], found


class Side:
    """One socket of the played side and the dialogs that it knows."""

    transport = "UDP"
    kind = socket.SOCK_DGRAM

    def __init__(self, dice, name):
        self.dice, self.name = dice, name
        self.socket = socket.socket(socket.AF_INET, self.kind)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.uri = "sip:p@127.0.0.1:%d" % self.port
        # What the program sent, each message once, as first line and fields: requests, and
        # responses.
        self.asked = collections.deque(maxlen=24)
        self.known = collections.deque(maxlen=8)
        self.sent = collections.deque(maxlen=40)

    def token(self):
        return "%08x" % self.dice.getrandbits(32)

    def via(self, branch=None):
        return "Via: SIP/2.0/%s 127.0.0.1:%d;branch=%s;rport" % (
            self.transport, self.port, branch or "z9hG4bK" + self.token())

    def response(self, to):
        start, its = to
        status = self.dice.choice(STATUSES if self.dice.random() < 0.93 else REFUSALS)
        lines = ["Via: " + value for value in its["via"]]
        lines += ["Record-Route: " + value for value in its["record-route"]]
        peer = (its["to"] or ["<sip:x@x>"])[0]
        if "tag=" not in peer and status > 100:
            peer += ";tag=" + self.dice.choice(("one", "one", "one", "two"))
        lines += ["From: " + (its["from"] or [""])[0], "To: " + peer,
                  "Call-ID: " + (its["call-id"] or [""])[0], "CSeq: " + (its["cseq"] or [""])[0],
                  "Contact: <%s>" % self.uri]
        body = ""
        if status == 200 and "INVITE" in lines[-2]:
            lines += ["Session-Expires: 90;refresher=" + self.dice.choice(("uac", "uas")),
                      "Require: timer", "Supported: timer", "Allow: INVITE, ACK, BYE, UPDATE",
                      "Content-Type: application/sdp"]
            body = BODY
        return Message("SIP/2.0 %d Text" % status, lines, body)

    def request(self, within):
        """A request, within a dialog that the program knows or outside of any."""
        method = self.dice.choice(METHODS)
        number = self.dice.choice((0, 1, 2, 3, 77, 1000, 2147483647))
        uri, call_id = "sip:ua@127.0.0.1", self.token()
        local, remote = "<sip:p@p>;tag=" + self.token(), "<sip:ua@127.0.0.1>"
        branch = None
        if within:
            start, its = within
            one, two = (its["from"] or [""])[0], (its["to"] or [""])[0]
            ours = start.startswith("SIP/2.0")
            local, remote = (one, two) if ours else (two, one)
            if "tag=" not in local and self.dice.random() < 0.9:
                local += ";tag=" + self.dice.choice(("one", "one", "one", "two"))
            call_id = (its["call-id"] or [""])[0]
            if ours and self.dice.random() < 0.5:
                branch = (its["via"] or [""])[0].partition("branch=")[2].partition(";")[0]
                number = (its["cseq"] or ["1"])[0].split(" ")[0]
        lines = [self.via(branch), "Max-Forwards: 70", "From: " + local, "To: " + remote,
                 "Call-ID: " + call_id, "CSeq: %s %s" % (number, method),
                 "Contact: <%s>" % self.uri, "Supported: timer"]
        body = ""
        if method in ("INVITE", "UPDATE") and self.dice.random() < 0.8:
            lines += ["Session-Expires: %d" % self.dice.choice((90, 100, 1800)),
                      "Content-Type: application/sdp"]
            body = BODY
        return Message("%s %s SIP/2.0" % (method, uri), lines, body)

    def next(self):
        """The next message of the series, still valid."""
        draw = self.dice.random()
        if self.asked and draw < 0.3:
            return self.response(self.dice.choice(self.asked))
        if self.asked and draw < 0.65:
            return self.request(self.dice.choice(self.asked))
        if self.known and draw < 0.9:
            return self.request(self.dice.choice(self.known))
        return self.request(None)

    def learn(self, data):
        if not data.strip():
            return
        entry = fields(data)
        kind = self.known if entry[0].startswith("SIP/2.0") else self.asked
        if entry not in kind and not entry[0].startswith("ACK"):
            kind.append(entry)

    def forget(self):
        self.asked.clear()
        self.known.clear()

    def send(self, data, address):
        self.sent.append(data)
        try:
            self.socket.sendto(data, address)
        except OSError:
            pass

    def ping(self, data, address):
        """Like send(), but by a path that no earlier message can have broken."""
        self.send(data, address)

    def sockets(self):
        return [self.socket]

    def read(self, ready):
        """The messages that arrived on one of them."""
        try:
            return [ready.recv(65536)]
        except OSError:
            return []

    def take(self):
        while True:
            ready = select.select(self.sockets(), [], [], 0)[0]
            if not ready:
                return
            for one in ready:
                for data in self.read(one):
                    self.learn(data)


class StreamSide(Side):
    """Listens for the program's connections, and opens some of its own."""

    transport = "TCP"
    kind = socket.SOCK_STREAM
    LINKS = 8

    def __init__(self, dice, name):
        super().__init__(dice, name)
        self.uri += ";transport=tcp"
        self.socket.listen(64)
        self.links = {}         # connections, oldest first, and what arrived on them

    def sockets(self):
        return [self.socket, *self.links]

    def add(self, link):
        link.settimeout(20)
        self.links[link] = b""
        if len(self.links) > self.LINKS:
            self.drop(next(iter(self.links)))

    def drop(self, link):
        link.close()
        del self.links[link]

    def connect(self, address):
        """A new connection, None if the program has ended."""
        try:
            link = socket.create_connection(address, 20)
        except OSError:
            return None
        self.add(link)
        return link

    def send(self, data, address):
        """In pieces that end anywhere. The connection may be closed after it, and may carry an
        unfinished earlier message."""
        self.sent.append(data)
        links = list(self.links)
        link = self.dice.choice(links) if links and self.dice.random() < 0.9 else \
            self.connect(address)
        if link is None:
            return
        pieces = [data]
        if self.dice.random() < 0.3:
            cut = self.dice.randrange(len(data) + 1)
            pieces = [data[:cut], data[cut:]]
        if self.write(link, pieces) and self.dice.random() < 0.1:
            self.drop(link)

    def write(self, link, pieces):
        try:
            for piece in pieces:
                link.sendall(piece)
        except OSError:         # closed: data that is not a message ends a stream
            self.drop(link)
            return False
        return True

    def ping(self, data, address):
        link = self.connect(address)
        if link is not None:
            self.write(link, [data])

    def read(self, ready):
        if ready is self.socket:
            self.add(ready.accept()[0])
            return []
        if ready not in self.links:
            return []           # dropped in favour of one that was just accepted
        try:
            data = ready.recv(65536)
        except OSError:
            data = b""
        if not data:
            self.drop(ready)
            return []
        whole, self.links[ready] = cut_stream(self.links[ready] + data)
        return whole

    def forget(self):
        super().forget()
        for link in list(self.links):
            self.drop(link)


def cut_stream(data):
    """The complete messages at the beginning of a stream from the program, and the rest of it."""
    whole = []
    while data:
        data = data.lstrip(b"\r\n")
        head, blank, rest = data.partition(b"\r\n\r\n")
        length = int((fields(head)[1]["content-length"] or ["0"])[0]) if blank else 0
        if not blank or len(rest) < length:
            break
        whole.append(head + blank + rest[:length])
        data = rest[length:]
    return whole, data
