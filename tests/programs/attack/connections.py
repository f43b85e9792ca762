#!/usr/bin/env python3
"""Connections of strangers during a healthy call over TCP.

    connections.py [--count N] [--refreshes N] SST-UA

Two sst-ua hold a call over TCP with real timers; one of them refreshes it every 10 s. Meanwhile the
callee gets N connections (default 3000): most say nothing; others write a message byte by byte,
send headers and bodies without an end, send requests and never read the responses, or send data
that is not SIP. Neither side may end the call, memory and descriptors must stay bounded, and a
stranger that only holds a connection must lose it.
"""

import argparse
import itertools
import os
import select
import signal
import socket
import sys
import time

import flood

HEAD = ("OPTIONS sip:u@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1:9;branch=z9hG4bKs%d\r\n"
        "Max-Forwards: 70\r\nFrom: <sip:s@s>;tag=%d\r\nTo: <sip:u@u>\r\nCall-ID: s%d\r\n"
        "CSeq: 1 OPTIONS\r\n")
WHOLE = HEAD + "Content-Length: 0\r\n\r\n"
# sst-ua's limits, plus what else a program has open.
DESCRIPTORS = 256 + 128 + 40
# sst-ua waits 10 s for a message; a busy machine may need longer.
PATIENCE_S = 60


class Stranger:
    """One hostile connection: what it sends, in pieces."""

    def __init__(self, port, pieces):
        self.socket = socket.create_connection(("127.0.0.1", port), 30)
        self.socket.setblocking(False)
        self.pieces = pieces
        self.left = b""
        self.closed = False

    def work(self, reads):
        """Sends the next piece, and finds out whether the program has closed the connection."""
        try:
            self.left = self.left or next(self.pieces, b"")
            if self.left:
                self.left = self.left[self.socket.send(self.left):]
            if reads and self.socket.recv(65536) == b"":
                self.closed = True
        except BlockingIOError:
            pass
        except OSError:
            self.closed = True

    def end(self):
        self.socket.close()


def byte_by_byte(number):
    for byte in (WHOLE % (number, number, number)).encode():
        yield bytes([byte])


def endless_header(number):
    yield (HEAD % (number, number, number)).encode()
    while True:
        yield b"X-More: and more of it, and more of it, and more\r\n" * 20


def endless_body(number):
    yield (HEAD % (number, number, number)).encode() + b"Content-Length: 4000000000\r\n\r\n"
    while True:
        yield b"b" * 1000


def large_body_that_stays_away(number):
    yield (HEAD % (number, number, number)).encode() + b"Content-Length: 60000\r\n\r\n" + b"b" * 50000


def requests_without_end(number):
    for i in itertools.count():
        yield b"".join((WHOLE % (n, n, n)).encode()
                       for n in range(number * 10**6 + i * 10, number * 10**6 + i * 10 + 10))


def pings(_):
    while True:
        yield b"\r\n\r\n" * 100


def noise(number):
    yield os.urandom(20000)
    yield b"GET / HTTP/1.1\r\nHost: x%d\r\n\r\n" % number


def silence(_):
    return iter(())


KINDS = (byte_by_byte, endless_header, endless_body, large_body_that_stays_away,
         requests_without_end, pings, noise, silence)
# These are cut off or time out, whatever else arrives.
HOLDERS = (byte_by_byte, large_body_that_stays_away, silence)


def descriptors(program):
    return len(os.listdir("/proc/%d/fd" % program.process.pid))


class Siege:
    """All strangers at once, and the most that the program used for them."""

    def __init__(self, program, port):
        self.program = program
        self.port = port
        self.memory = self.descriptors = 0
        self.strangers = [Stranger(port, kind(number)) for number, kind in
                          enumerate(itertools.islice(itertools.cycle(KINDS), 160))]
        self.kinds = list(itertools.islice(itertools.cycle(KINDS), 160))

    def turn(self):
        for stranger, kind in zip(self.strangers, self.kinds):
            if not stranger.closed:
                stranger.work(kind is not requests_without_end and kind is not pings)
        self.memory = max(self.memory, self.program.memory_kb())
        self.descriptors = max(self.descriptors, descriptors(self.program))

    def connect(self, count):
        """Opens connections, and holds them, until there are this many."""
        held = []
        for number in range(count):
            try:
                held.append(socket.create_connection(("127.0.0.1", self.port), 30))
            except OSError:
                pass
            if number % 50 == 0:
                self.turn()
            if len(held) > 1000:
                held.pop(0).close()
        for each in held:
            each.close()

    def end(self):
        for stranger in self.strangers:
            stranger.end()


def holders_lose(program, port):
    """A connection that sends nothing, or half a message, must be closed. Returns the others."""
    held = [Stranger(port, kind(10**5 + number)) for number, kind in enumerate(HOLDERS)]
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and not all(stranger.closed for stranger in held):
        for stranger in held:
            if not stranger.closed:
                stranger.work(True)
        select.select([], [], [], 0.2)
        program.process.poll()
    return [kind.__name__ for kind, stranger in zip(HOLDERS, held) if not stranger.closed]


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=3000)
    parser.add_argument("--refreshes", type=int, default=2)
    parser.add_argument("program")
    options = parser.parse_args()
    lag = flood.Lag()
    callee = flood.Agent(options.program, "--transport", "tcp", "--calls", "1", "answer")
    port = callee.wait("listening")[0]["port"]
    caller = flood.Agent(options.program, "--transport", "tcp", "--session-expires",
                         str(flood.INTERVAL), "call", "sip:u@127.0.0.1:%d" % port)
    agents = {"caller": caller, "callee": callee}
    for agent in agents.values():
        agent.wait("negotiated")
    siege = Siege(callee, port)
    siege.connect(options.count)
    while len(caller.all("refresh")) < options.refreshes and \
            not any(agent.all("ended") for agent in agents.values()):
        siege.turn()
    caller.wait("refreshed", len(caller.all("refresh")))
    siege.end()
    problems = ["not closed: %s" % kind for kind in holders_lose(callee, port)]
    problems += ["%s ended the call: %s" % (name, agent.all("ended"))
                 for name, agent in agents.items() if agent.all("ended")]
    if len(caller.all("refreshed")) < options.refreshes:
        problems.append("%d refreshes" % len(caller.all("refreshed")))
    late = flood.refreshes_late(caller)
    problems += ["a refresh left %.3f s late" % by for by in late if by > flood.ALLOWED_S + lag.worst]
    if siege.memory > flood.MEMORY_KB:
        problems.append("the callee took %d KB" % siege.memory)
    if siege.descriptors > DESCRIPTORS:
        problems.append("the callee had %d descriptors" % siege.descriptors)
    caller.process.send_signal(signal.SIGTERM)
    for name, agent in agents.items():
        status = agent.process.wait(60)
        text = agent.process.stderr.read().decode("utf-8", "replace")
        if status != 0:
            problems.append("%s ended with %d" % (name, status))
        if any(word in text for word in flood.WORDS):
            problems.append(text[:3000])
    print("%d connections, %d refreshes, %.3f s late at worst, %d KB, %d descriptors, lag %.3f s"
          % (options.count, len(late), max(late, default=0), siege.memory, siege.descriptors,
             lag.worst))
    print("\n".join(problems) if problems else "nothing found")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
