"""The lossy hop between two sst-ua: between two network namespaces, or a relay on loopback.

Between namespaces the hop forwards IP packets, unnoticed by both programs: each has a network of
its own with one interface, whose other end is a descriptor here. If that is not allowed, a relay
takes its place; --outbound and Contact send both ends through it.
"""

import heapq
import os
import select
import socket
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SIDES = {"caller": "callee", "callee": "caller"}
# From the networks for documentation (RFC 5737), so they can never be real addresses.
ADDRESSES = {"caller": "192.0.2.1", "callee": "192.0.2.2"}
PORT = 5060
LARGEST = 65536


class Way(threading.Thread):
    """Takes packets from either side, and forwards those that the weather lets through, when it
    does.
    """

    def __init__(self, weather):
        super().__init__(daemon=True)
        self.weather = weather
        self.later = []
        self.count = 0
        self.sources = {}       # file number -> side
        self.failure = None
        self.stopped = False

    def run(self):
        try:
            while not self.stopped:
                wait = min(self.later[0][0] - time.monotonic(), 0.2) if self.later else 0.2
                for source in select.select(list(self.sources), [], [], max(wait, 0))[0]:
                    self.take(self.sources[source])
                while self.later and self.later[0][0] <= time.monotonic():
                    _, _, side, packet = heapq.heappop(self.later)
                    self.deliver(SIDES[side], packet)
        except Exception as error:  # pylint: disable=broad-except
            self.failure = error

    def take(self, side):
        packet, data = self.receive(side)
        if not data:
            return
        now = time.monotonic()
        for wait in self.weather.fates(side, data):
            self.count += 1
            heapq.heappush(self.later, (now + wait, self.count, side, packet))

    def stop(self):
        self.stopped = True
        if self.ident:
            self.join()


class Relay(Way):
    """Two sockets on loopback."""

    name = "a relay on loopback"

    def __init__(self, weather):
        super().__init__(weather)
        self.sockets = {}
        self.peers = {}
        for side in SIDES:
            self.sockets[side] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.sockets[side].setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
            self.sockets[side].bind(("127.0.0.1", 0))
            self.sources[self.sockets[side].fileno()] = side

    def _side(self, side):
        return "127.0.0.1:%d" % self.sockets[side].getsockname()[1]

    def command(self, side, program, options, verb):
        command = [program, "--bind", "127.0.0.1:0", "--contact", self._side(SIDES[side])]
        if side == "caller":
            command += ["--outbound", self._side("caller")]
        return command + options + verb

    def listening(self, side, address):
        self.peers[side] = tuple(address)

    def uri(self):
        return "sip:callee@%s" % self._side("caller")

    def receive(self, side):
        data, _ = self.sockets[side].recvfrom(LARGEST)
        return data, data

    def deliver(self, side, packet):
        self.sockets[side].sendto(packet, self.peers[side])

    def stop(self):
        super().stop()
        for sock in self.sockets.values():
            sock.close()


class Namespaces(Way):
    """Two network namespaces with one program each, and this process between them."""

    name = "three network namespaces"

    def __init__(self, weather):
        super().__init__(weather)
        self.folder = tempfile.TemporaryDirectory(prefix="sst-lossy-")
        self.tunnels = {}
        self.doors = {}
        for side in SIDES:
            self.doors[side] = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self.doors[side].bind(os.path.join(self.folder.name, side))
            self.doors[side].listen(1)

    @staticmethod
    def allowed():
        """Whether a process here may have its own network and interface."""
        child = os.fork()
        if child == 0:
            status = 1
            try:
                sys.path.insert(0, HERE)
                import host  # pylint: disable=import-outside-toplevel
                host.own_network(ADDRESSES["caller"])
                status = 0
            except OSError:
                pass
            os._exit(status)
        return os.waitpid(child, 0)[1] == 0

    def command(self, side, program, options, verb):
        return [sys.executable, os.path.join(HERE, "host.py"),
                os.path.join(self.folder.name, side), ADDRESSES[side], program,
                "--bind", "%s:%d" % (ADDRESSES[side], PORT)] + options + verb

    def listening(self, side, address):
        """The program has started, and its end of the interface is here."""
        del address
        self.doors[side].settimeout(60)
        door, _ = self.doors[side].accept()
        with door:
            _, numbers, _, _ = socket.recv_fds(door, 1, 1)
        self.tunnels[side] = numbers[0]
        self.sources[numbers[0]] = side

    def uri(self):
        return "sip:callee@%s:%d" % (ADDRESSES["callee"], PORT)

    def receive(self, side):
        packet = os.read(self.tunnels[side], LARGEST)
        # Unfragmented IPv4 and UDP: nothing else that is sent here matters.
        if packet[0] >> 4 != 4 or packet[9] != socket.IPPROTO_UDP:
            return packet, b""
        return packet, packet[(packet[0] & 15) * 4 + 8:]

    def deliver(self, side, packet):
        if side in self.tunnels:
            try:
                os.write(self.tunnels[side], packet)
            except OSError:
                # The program has ended, and its network with it.
                pass

    def stop(self):
        super().stop()
        for number in self.tunnels.values():
            os.close(number)
        for door in self.doors.values():
            door.close()
        self.folder.cleanup()
