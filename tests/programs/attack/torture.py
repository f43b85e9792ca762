#!/usr/bin/env python3
"""The torture messages of RFC 4475 and RFC 5118, and the responses that those texts require.

    torture.py --role ua|proxy PROGRAM [MESSAGE...]

Sends each message, byte by byte as in the RFC, to a fresh program that answers calls, or to a proxy
with one target. Responses go to the port of the topmost Via at the sender's address, so the sender
has a loopback address of its own. torture/expected.tsv says what is right.
"""

import argparse
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
WORDS = ("AddressSanitizer", "LeakSanitizer", "UndefinedBehaviorSanitizer", "runtime error:")
# The ports in the topmost Vias, and the default port.
PORTS = (5060, 5050, 6050, 19823, 9823)
# The program's port, at the sender's address; other tests use other addresses.
PROGRAM_PORT = 5070


def bound(host, port=0):
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.bind((host, port))
    return made


def name_answer(query, host):
    """A name server's answer: every name has this one IPv4 address and nothing else."""
    end = query.index(b"\0", 12) + 5
    a_record = query[end - 4:end] == b"\0\1\0\1"
    record = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4" + socket.inet_aton(host) if a_record else b""
    return query[:2] + b"\x81\x80\0\1" + (b"\0\1" if record else b"\0\0") + b"\0\0\0\0" + \
        query[12:end] + record


def expectations():
    with open(os.path.join(HERE, "torture", "expected.tsv"), encoding="utf-8") as lines:
        for line in lines:
            if not line.startswith("#"):
                name, agent, proxy, what = line.rstrip("\n").split("\t")
                yield name, {"ua": agent.split(","), "proxy": proxy.split(",")}, what


class Bench:
    """The sockets around the program."""

    def __init__(self, options):
        self.options = options
        self.target = bound("127.0.0.1")
        # The program's name server: all names in messages lead back to the sender.
        self.server = bound("127.0.0.1")
        for last in range(40, 250):
            try:
                self.host = "127.44.75.%d" % last
                self.back = [bound(self.host, port) for port in PORTS]
                break
            except OSError:
                continue
        self.address = (self.host, PROGRAM_PORT)
        self.targets = [self.target]
        if options.role == "proxy":
            self.targets.append(bound("127.0.0.1", 5080))       # the Route of mpart01
        self.errors = tempfile.TemporaryFile()

    def start(self):
        command = [self.options.program, "--bind", "%s:%d" % self.address,
                   "--dns", "127.0.0.1:%d" % self.server.getsockname()[1]]
        command += ["--calls", "0", "answer"] if self.options.role == "ua" else \
            ["--to", "127.0.0.1:%d" % self.target.getsockname()[1]]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=self.errors,
                                        stdout=subprocess.DEVNULL)
        for _ in range(600):
            if self.answer(self.ping(), "ping")[0] not in ("-",):
                return
        raise SystemExit("the program does not start")

    @staticmethod
    def ping():
        return (b"OPTIONS sip:ping@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK%s\r\n"
                b"Max-Forwards: 70\r\nFrom: <sip:p@p>;tag=p\r\nTo: <sip:u@u>\r\nCall-ID: ping\r\n"
                b"CSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n" % os.urandom(6).hex().encode())

    def answer(self, data, name, wait=0.2):
        """The reaction to a datagram: a status, "pass", "route", or "-" for nothing."""
        self.back[0].sendto(data, self.address)
        deadline = time.monotonic() + wait
        while time.monotonic() < deadline:
            for ready in select.select(self.back + self.targets + [self.server], [], [], 0.05)[0]:
                got, sender = ready.recvfrom(65536)
                if ready is self.server:
                    ready.sendto(name_answer(got, self.host), sender)
                    continue
                if name != "ping" and b"Call-ID: ping" in got:
                    continue
                if ready in self.targets:
                    return "pass", got
                if not got.startswith(b"SIP/2.0 "):
                    return "route", got
                status = got.split(b" ", 2)[1].decode()
                if not status.startswith("1"):
                    return status, got
        return "-", b""

    def drain(self):
        while select.select(self.back + self.targets, [], [], 0)[0]:
            for ready in select.select(self.back + self.targets, [], [], 0)[0]:
                ready.recv(65536)

    def judge(self, name, wanted):
        """Sends the message to a fresh program."""
        with open(os.path.join(HERE, "torture", name + ".sip"), "rb") as file:
            data = file.read()
        self.start()
        self.drain()
        got, raw = self.answer(data, name, 0.7 if wanted == ["-"] else 20)
        self.drain()
        problem = None if got in wanted else "%s, not %s" % (got, " or ".join(wanted))
        if got == "pass":
            body = data.partition(b"\r\n\r\n")[2]
            if name == "rfc4475/mpart01" and raw.partition(b"\r\n\r\n")[2] != body:
                problem = "the body is not what it was"
        if self.process.poll() is not None:
            problem = "the program ended"
        self.process.send_signal(signal.SIGTERM)
        time.sleep(0.02)
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)
        return problem


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--role", choices=("ua", "proxy"), required=True)
    parser.add_argument("program")
    parser.add_argument("message", nargs="*")
    options = parser.parse_args()
    bench = Bench(options)
    failed = count = 0
    for name, wanted, what in expectations():
        if options.message and name not in options.message:
            continue
        count += 1
        problem = bench.judge(name, wanted[options.role])
        if problem:
            failed += 1
            print("%s (%s): %s" % (name, what, problem))
    bench.errors.seek(0)
    text = bench.errors.read().decode("utf-8", "replace")
    at = min((text.find(word) for word in WORDS if word in text), default=-1)
    if at >= 0:
        print(text[at:at + 4000])
        failed += 1
    print("%d messages, %d not as the text asks" % (count, failed))
    return 1 if failed or not count else 0


if __name__ == "__main__":
    sys.exit(main())
