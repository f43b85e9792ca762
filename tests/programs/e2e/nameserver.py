"""A name server with the records that a case gives it: A, SRV and NAPTR."""

import socket
import struct
import threading

A, SRV, NAPTR = 1, 33, 35
NO_NAME = 3


def encode_name(name):
    parts = [part.encode() for part in name.rstrip(".").split(".") if part]
    return b"".join(struct.pack("B", len(part)) + part for part in parts) + b"\0"


def text(value):
    return struct.pack("B", len(value)) + value.encode()


class NameServer:
    """Answers in a thread of its own. Records are by (name, type); questions are recorded."""

    def __init__(self):
        self.records = {}
        self.questions = []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.socket.getsockname()[1]
        self.closing = False
        threading.Thread(target=self._run, daemon=True).start()

    def close(self):
        self.closing = True
        self.socket.close()

    def host(self, name, *addresses):
        self.records[name, A] = [socket.inet_aton(address) for address in addresses]

    def srv(self, name, *services):
        """services: (priority, weight, port, host)."""
        self.records[name, SRV] = [struct.pack("!HHH", *service[:3]) + encode_name(service[3])
                                   for service in services]

    def naptr(self, name, *rules):
        """rules: (order, preference, service, replacement)."""
        self.records[name, NAPTR] = [
            struct.pack("!HH", *rule[:2]) + text("s") + text(rule[2]) + text("")
            + encode_name(rule[3]) for rule in rules]

    def _run(self):
        while not self.closing:
            try:
                query, client = self.socket.recvfrom(4096)
                self.socket.sendto(self.reply(query), client)
            except OSError:
                return

    def reply(self, query):
        end, labels = 12, []
        while query[end]:
            labels.append(query[end + 1:end + 1 + query[end]].decode())
            end += query[end] + 1
        kind = struct.unpack("!H", query[end + 1:end + 3])[0]
        name = ".".join(labels).lower()
        question = query[12:end + 5]
        self.questions.append((name, kind))
        found = self.records.get((name, kind), [])
        known = any(name == other for other, _ in self.records)
        flags = 0x8180 | (0 if known else NO_NAME)
        answers = b"".join(b"\xc0\x0c" + struct.pack("!HHIH", kind, 1, 300, len(data)) + data
                           for data in found)
        return query[:2] + struct.pack("!HHHHH", flags, 1, len(found), 0, 0) + question + answers
