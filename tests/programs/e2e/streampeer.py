"""A scripted peer over connections: TCP, or TLS with certificates of the case's own authority."""

import itertools
import os
import select
import shutil
import socket
import ssl
import subprocess
import tempfile
import time

import scripted
import sipwire
from sstlab import Skip, check


class Authority:
    """A folder with a certification authority, and what it has signed."""

    def __init__(self):
        if not shutil.which("openssl"):
            raise Skip("openssl is not installed")
        self.folder = tempfile.mkdtemp(prefix="sst-ca-")
        self.file = os.path.join(self.folder, "ca.pem")
        self._openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                      "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=sst test CA",
                      "-days", "2")

    def _openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True,
                       stdin=subprocess.DEVNULL, capture_output=True)

    def sign(self, *names, expired=False):
        """A file with a certificate for these names, and its key. Names are written as in
        subjectAltName: DNS:host or IP:address."""
        stem = "cert%d" % len(os.listdir(self.folder))
        with open(os.path.join(self.folder, stem + ".ext"), "w", encoding="ascii") as file:
            file.write("subjectAltName=%s\n" % ",".join(names))
        self._openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                      "-keyout", stem + ".key", "-out", stem + ".csr", "-subj", "/CN=sst test")
        self._openssl("x509", "-req", "-in", stem + ".csr", "-CA", "ca.pem", "-CAkey", "ca.key",
                      "-CAcreateserial", "-out", stem + ".crt", "-extfile", stem + ".ext",
                      "-days", "-1" if expired else "2")
        path = os.path.join(self.folder, stem + ".pem")
        with open(path, "wb") as both:
            for part in (".crt", ".key"):
                with open(os.path.join(self.folder, stem + part), "rb") as file:
                    both.write(file.read())
        return path

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)


class Connection:
    """One connection and the part of a message that has arrived on it."""

    numbers = itertools.count(1)

    def __init__(self, sock, context=None, server=False, name=None):
        self.number = next(self.numbers)
        sock.settimeout(20)
        self.sni = []
        if context is not None:
            sock = context.wrap_socket(sock, server_side=server, server_hostname=name)
        self.socket = sock
        self.bytes = b""
        self.pings = 0
        self.ended = False

    def ready(self):
        return bool(getattr(self.socket, "pending", lambda: 0)() or
                    select.select([self.socket], [], [], 0)[0])

    def read(self):
        try:
            data = self.socket.recv(65536)
        except (ssl.SSLError, ConnectionError, TimeoutError):
            data = b""
        self.ended = not data
        self.bytes += data

    def message(self):
        """The next whole message, or None; counts and answers keep-alives on the way."""
        while self.bytes.startswith(b"\r\n\r\n"):
            self.pings += 1
            self.bytes = self.bytes[4:]
            if self.answers_pings():
                self.socket.sendall(b"\r\n")
        head, blank, rest = self.bytes.partition(b"\r\n\r\n")
        if not blank:
            return None
        length = int(sipwire.Message.parse(head + blank).get("content-length"))
        if len(rest) < length:
            return None
        self.bytes = rest[length:]
        return head + blank + rest[:length]

    pongs = True

    def answers_pings(self):
        return self.pongs


class StreamPeer(scripted.Peer):
    """The scripted peer over connections; it answers on the one that a request came on."""

    transport = "TCP"

    def __init__(self, record, name, certificate=None, authority=None, port=0):
        super().__init__(record, name)
        self.socket.close()
        self.connections = []
        self.current = None
        self.context = None
        self.served = []        # the names that TLS clients asked for
        if certificate:
            self.transport = "TLS"
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(certificate)
            self.context.sni_callback = lambda sock, sni, context: self.served.append(sni)
            self.client = ssl.create_default_context(cafile=authority.file)
        self.socket = socket.create_server(("127.0.0.1", port))
        self.port = self.socket.getsockname()[1]
        self.hostport = "127.0.0.1:%d" % self.port
        self.contact = "sip:%s@%s;transport=%s" % (name, self.hostport, self.transport.lower())
        self.refused = 0        # handshakes that failed
        self.accepts = True

    def close(self):
        for connection in self.connections:
            connection.socket.close()
        self.socket.close()

    def connect(self, address, name="127.0.0.1"):
        """Opens a connection, which its requests use from then on."""
        made = Connection(socket.create_connection(address, 20),
                          self.client if self.context else None, name=name)
        self.connections.append(made)
        self.current = made
        return made

    def send_bytes(self, data, address=None):
        self.wire.record(self.name, self.other_name or "-", data)
        if self.other_name:
            self.wire.deliver(self.other_name, data)
        self.current.socket.sendall(data)

    def _accept(self):
        sock, _ = self.socket.accept()
        try:
            made = Connection(sock, self.context, True)
        except (ssl.SSLError, ConnectionError, TimeoutError):
            self.refused += 1
            sock.close()
            return
        self.connections.append(made)
        self.current = self.current or made

    def look(self, timeout):
        """Waits for something to arrive and reads it."""
        live = [c for c in self.connections if not c.ended]
        if not any(c.ready() for c in live):
            select.select([self.socket] + [c.socket for c in live], [], [], timeout)
        if select.select([self.socket], [], [], 0)[0]:
            self._accept()
        for connection in live:
            if connection.ready():
                connection.read()

    def _receive(self, timeout):
        deadline = time.monotonic() + timeout
        while not self.waiting:
            for connection in self.connections:
                data = connection.message()
                if data is None:
                    continue
                datagram = self.wire.record(self.other_name or "-", self.name, data)
                message = datagram.message
                check(message is not None, "%s got invalid SIP: %s", self.name,
                      datagram.problem)
                message.source = connection
                self.current = connection
                self.waiting.append(message)
                return self.waiting.popleft()
            left = deadline - time.monotonic()
            if left <= 0:
                return None
            self.look(left)
        return self.waiting.popleft()

    def answer(self, request, status, *lines, **more):
        self.current = request.source
        return super().answer(request, status, *lines, **more)

    def request(self, method, *lines, via_lines=(), **more):
        via_lines = via_lines or [
            ("Via", "SIP/2.0/%s %s;branch=z9hG4bK%s;rport" % (self.transport, self.hostport,
                                                             os.urandom(6).hex()))]
        return super().request(method, *lines, via_lines=via_lines, **more)

    def ended(self, connection, timeout=20):
        """Whether the other end closes a connection within this time; discards what arrives."""
        deadline = time.monotonic() + timeout
        while not connection.ended and time.monotonic() < deadline:
            if select.select([connection.socket], [], [], 0.2)[0]:
                connection.read()
        return connection.ended


def add(lab, peer):
    """Makes a peer belong to the case, which closes it at its end."""
    lab.peers.append(peer)
    peer.other_name = peer.other_name or "caller"
    return peer


def tcp(lab, name="peer", **more):
    return add(lab, StreamPeer(lab.wire, name, **more))


def authority(lab):
    made = Authority()
    lab.peers.append(made)
    return made
