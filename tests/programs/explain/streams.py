# SPDX-License-Identifier: MIT
"""The messages of a capture as other transports carry them: TCP, WebSocket, TLS, fragments."""

import base64
import os
import ssl
import struct
import subprocess

import pcapfile

CLIENT_PORT = 40000
FRAGMENT = 200  # bytes of the datagram in each fragment but the last, a multiple of 8


class Connection:
    """One TCP connection between the ends of the first packet."""

    def __init__(self, first, port, start):
        self.client, self.server = first
        self.ports = {self.client: (CLIENT_PORT, port), self.server: (port, CLIENT_PORT)}
        self.next = {self.client: 1000, self.server: 9000}
        self.packets = []
        self._segment(start, self.client, b"", 0x02)
        self._segment(start, self.server, b"", 0x12)
        self._segment(start, self.client, b"", 0x10)

    def _segment(self, at, source, data, flags):
        target = self.server if source == self.client else self.client
        segment = pcapfile.tcp(source, target, data, self.ports[source], self.next[source],
                               self.next[target] if flags & 0x10 else 0, flags)
        self.next[source] += len(data) + (flags & 0x02 > 0)
        self.packets.append((at, pcapfile.ipv4(source, target, 6, segment)))

    def send(self, at, source, data, pieces=1):
        size = -(-len(data) // pieces)
        for start in range(0, len(data), size):
            self._segment(at, source, data[start:start + size], 0x18)

    def acknowledge(self, at, source):
        self._segment(at, source, b"", 0x10)


def messages(packets):
    """(seconds, source, target, text) of each message."""
    return [(at, *pcapfile.sent_by(packet), pcapfile.payload(packet)) for at, packet in packets]


def over_tcp(packets, disorder=False):
    """Two messages of one second in one segment, others in three; disorder: swaps the first two."""
    sent = messages(packets)
    connection = Connection(sent[0][1:3], 5060, sent[0][0])
    left = list(sent)
    while left:
        at, source, _, data = left.pop(0)
        if left and left[0][1] == source and left[0][0] - at < 1:
            connection.send(at, source, data + left.pop(0)[3])
            continue
        count = len(connection.packets)
        connection.send(at, source, data, 3)
        if disorder:
            pieces = connection.packets[count:]
            connection.packets[count:] = [pieces[1], pieces[0]] + pieces[2:]
    return connection.packets


def frame(data, mask):
    length = len(data)
    head = bytes([0x81]) + (bytes([(0x80 if mask else 0) | length]) if length < 126 else
                            bytes([(0x80 if mask else 0) | 126]) + struct.pack("!H", length))
    if not mask:
        return head + data
    key = os.urandom(4)
    return head + key + bytes(byte ^ key[i % 4] for i, byte in enumerate(data))


def over_websocket(packets):
    sent = messages(packets)
    at, client = sent[0][0], sent[0][1]
    connection = Connection(sent[0][1:3], 80, at)
    key = base64.b64encode(bytes(16)).decode()
    connection.send(at, client, (
        "GET / HTTP/1.1\r\nHost: pbx\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Protocol: sip\r\n"
        "Sec-WebSocket-Version: 13\r\n\r\n").encode())
    connection.send(at, sent[0][2], (
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: ICX+Yqv66kxgM0FcWaLWlFLwTAI=\r\n"
        "Sec-WebSocket-Protocol: sip\r\n\r\n").encode())
    for when, source, _, data in sent:
        connection.send(when, source, frame(data, source == client))
    return connection.packets


def over_tls(packets, folder):
    """@return the packets, and the file with the keys"""
    sent = messages(packets)
    client, server = sent[0][1:3]
    connection = Connection((client, server), 5061, sent[0][0])
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                    "-subj", "/CN=pbx", "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
                   check=True, capture_output=True, timeout=120)
    contexts = {client: ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
                server: ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)}
    contexts[client].check_hostname = False
    contexts[client].verify_mode = ssl.CERT_NONE
    contexts[client].keylog_filename = folder / "keys.txt"
    contexts[server].load_cert_chain(folder / "cert.pem", folder / "key.pem")
    bios = {end: (ssl.MemoryBIO(), ssl.MemoryBIO()) for end in (client, server)}
    ends = {end: contexts[end].wrap_bio(*bios[end], server_side=end == server)
            for end in (client, server)}

    def flush(at):
        for end, other in ((client, server), (server, client)):
            data = bios[end][1].read()
            if data:
                connection.send(at, end, data)
                bios[other][0].write(data)

    open_ends = {client, server}
    while open_ends:
        for end in sorted(open_ends):
            try:
                ends[end].do_handshake()
                open_ends.discard(end)
            except ssl.SSLWantReadError:
                pass
            flush(sent[0][0])
    for at, source, target, data in sent:
        ends[source].write(data)
        flush(at)
        ends[target].read(65536)
    return connection.packets, folder / "keys.txt"


def in_fragments(packets):
    found = []
    for number, (at, source, target, data) in enumerate(messages(packets)):
        datagram = pcapfile.udp(source, target, data)
        for start in range(0, len(datagram), FRAGMENT):
            more = 0x2000 if start + FRAGMENT < len(datagram) else 0
            found.append((at, pcapfile.ipv4(source, target, 17, datagram[start:start + FRAGMENT],
                                            number + 1, more | start // 8)))
    return found


def by_ipv6(packets):
    def six(address):
        return "2001:db8::" + address.rsplit(".", 1)[1]
    return [(at, pcapfile.ipv6(six(source), six(target), 17,
                               pcapfile.udp(six(source), six(target), data)))
            for at, source, target, data in messages(packets)]
