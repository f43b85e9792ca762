"""Ports for one case: a block of eight, reserved by a socket on its last one."""

import os
import socket

HOST = "127.0.0.1"
# Below the system's ephemeral ports (32768 and up), so that no port 0 of others collides with it.
FIRST, LAST, SIZE = 20000, 31992, 8


class Ports:
    def __init__(self):
        blocks = (LAST - FIRST) // SIZE
        start = int.from_bytes(os.urandom(2), "big")
        for number in range(blocks):
            self.base = FIRST + (start + number) % blocks * SIZE
            self.guard = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            try:
                self.guard.bind((HOST, self.base + SIZE - 1))
                self._probe()
                return
            except OSError:
                self.guard.close()
        raise RuntimeError("no block of ports is free")

    def _probe(self):
        """Raises OSError if a program outside these tests has one of the ports."""
        for port in range(self.base, self.base + SIZE - 1):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
                probe.bind((HOST, port))

    def close(self):
        self.guard.close()
