#!/usr/bin/env python3
"""Whole messages, changed at random, for sst-ua, re-ua and sst-proxy.

    mutate.py --mode call|answer|proxy [--transport udp|tcp] [--count N] [--seed S] [--save DIR]
              PROGRAM

Plays the other side. In mode call the program calls, and gets responses to its INVITEs and requests
within that very dialog; in mode answer it is called; in mode proxy both sides are played. Each
message is built from what the program itself sent (tags, branches, Call-IDs), and most are then
changed: a header field is missing, repeated or has another's value; tag, number, method or length
differ; bytes are flipped. Over TCP they also arrive in pieces, and on connections that end anywhere
or have lost their beginning. Every few messages an OPTIONS must be answered, and at the end a
signal must end the program without a sanitizer report.

One seed gives one series, as far as the program's own random tags allow. --save keeps the last
messages sent before the program died. Exit status 0, or 1 with what was found.
"""

import argparse
import os
import random
import select
import signal
import subprocess
import sys
import tempfile
import time

from played import BODY, METHODS, Message, Side, StreamSide

WORDS = ("AddressSanitizer", "LeakSanitizer", "UndefinedBehaviorSanitizer", "runtime error:")
JUNK = ("", " ", "\t", "0", "-1", "4294967295", "2147483648", "99999999999999999999", "\"", "<", ">",
        ";", ",", ":", "@", "%00", "%", "\\", "\x00", "\xff\xfe", "a" * 3000, ";tag=", ";lr;lr;lr",
        "sip:", "sip:@", "sip:[::1", "tel:1", "timer, timer", "*", "\r\n ", "=", ";=;=", "\"\\\"")
ADDED = ("Session-Expires: 90;refresher=uac", "Session-Expires: 90;refresher=uas", "x: 100",
         "Session-Expires: 1", "Min-SE: 4000", "Require: timer", "Require: nothing", "k: timer",
         "Record-Route: <sip:127.0.0.1:9;lr>", "Route: <sip:127.0.0.1:9>", "Retry-After: 1",
         "Contact: *", "Contact: <sip:x@127.0.0.1:9>;expires=0, <tel:1>", "Max-Forwards: 0",
         'WWW-Authenticate: Digest realm="lab", nonce="n", qop="auth"', "Content-Length: 5",
         'Proxy-Authenticate: Digest realm="lab", nonce="n", algorithm=SHA-256',
         "Content-Type: multipart/mixed;boundary=b", "Allow: INVITE, BYE", "Via: SIP/2.0/UDP x",
         "Reason: SIP;cause=408", "Proxy-Require: x", "Expires: -1", "Date: soon", ":", "NoColon")


class Found(Exception):
    """The program did something it must not do."""


def change_line(dice, lines):
    """One change to the header lines of a message."""
    at = dice.randrange(len(lines))
    name, _, value = lines[at].partition(":")
    what = dice.randrange(11)
    if what == 0:
        del lines[at]
    elif what == 1:
        lines.insert(dice.randrange(len(lines)), lines[at])
    elif what == 2:
        lines[at] = name + ":" + dice.choice(lines).partition(":")[2]
    elif what == 3:
        lines[at] = "%s: %s" % (name, dice.choice(JUNK))
    elif what == 4:
        lines[at] = "%s:%s%s" % (name, value, dice.choice(JUNK))
    elif what == 5:
        cut = dice.randrange(len(value) + 1)
        lines[at] = name + ":" + value[:cut] + dice.choice(JUNK) + value[cut:]
    elif what == 6:
        lines[at] = name + ":" + value[:dice.randrange(len(value) + 1)]
    elif what == 7:
        lines.insert(dice.randrange(len(lines) + 1), dice.choice(ADDED))
    elif what == 8:
        for index, line in enumerate(lines):
            if line.startswith(("To:", "From:")) and dice.random() < 0.6:
                lines[index] = line.partition(";tag=")[0] + dice.choice(("", ";tag=", ";tag=x"))
    elif what == 9:
        for index, line in enumerate(lines):
            if line.startswith("CSeq:"):
                lines[index] = "CSeq: %s %s" % (dice.choice(("0", "1", "9", "2147483648", "-1", "x")),
                                                dice.choice(METHODS))
    else:
        dice.shuffle(lines)


def changed(dice, message):
    """The bytes of a message, changed in four cases out of five."""
    if dice.random() < 0.2:
        return message.encode()
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        if message.lines:
            change_line(dice, message.lines)
    draw = dice.random()
    if draw < 0.05:
        message.start = dice.choice(("SIP/2.0", "SIP/7.0 200 OK", "INVITE", "OPTIONS sip:x SIP/7.0",
                                     "SIP/2.0 99 X", "SIP/2.0 4294967301 X", "", "A B C D",
                                     "OPTIONS tel:1 SIP/2.0", "INVITE  sip:x@x  SIP/2.0"))
    elif draw < 0.1:
        message.body = dice.choice(("", "--b\r\n\r\nx\r\n--b--", BODY * 20, "\x00\x01", "v=0"))
    data = bytearray(message.encode(dice.random() < 0.9))
    if dice.random() < 0.1 and data:
        for _ in range(dice.randrange(1, 6)):
            data[dice.randrange(len(data))] = dice.randrange(256)
    if dice.random() < 0.04:
        del data[dice.randrange(len(data) + 1):]
    if dice.random() < 0.03:
        data = data.replace(b"\r\n", b"\n")
    return bytes(data[:60000])


class Run:
    """The program, started again whenever its calls are over."""

    def __init__(self, options):
        self.options = options
        self.dice = random.Random(options.seed)
        kind = StreamSide if options.transport == "tcp" else Side
        self.sides = [kind(self.dice, "source"), kind(self.dice, "target")]
        self.errors = tempfile.TemporaryFile()
        # A loopback address for this run: no other test can take the port between two starts.
        number = os.getpid() & 0x3fffff
        self.address = ("127.%d.%d.%d" % (64 + (number >> 16), number >> 8 & 255, number & 255), 5070)
        self.process = None
        self.starts = 0

    def command(self):
        program, target = self.options.program, self.sides[1].port
        common = [program, "--bind", "%s:%d" % self.address, "--log", "json"]
        extra = self.options.option
        if self.options.mode == "proxy":
            return common + ["--to", "127.0.0.1:%d" % target] + extra
        if self.options.mode == "call":
            if not program.endswith("re-ua"):
                common += ["--calls", "24", "--session-expires", "90", "--speed", "20"]
            return common + extra + ["call", self.sides[0].uri]
        if not program.endswith("re-ua"):
            common += ["--calls", "0", "--ring", "1", "--speed", "20"]
        return common + extra + ["answer"]

    def start(self):
        self.starts += 1
        for side in self.sides:
            side.take()
            side.forget()
        self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=self.errors)
        deadline = time.monotonic() + 120
        while not self.answers():
            if time.monotonic() > deadline:
                raise Found("does not answer after its start")
            if self.ended():
                return

    def ended(self):
        """Whether it ended properly: all calls over, with one of its own exit statuses."""
        status = self.process.poll()
        if status is None:
            return False
        self.check_errors()
        if not 0 <= status <= 4:
            raise Found("ended with status %d" % status)
        return True

    def check_errors(self):
        self.errors.seek(0)
        text = self.errors.read().decode("utf-8", "replace")
        self.errors.seek(0, 2)
        at = min((text.find(word) for word in WORDS if word in text), default=-1)
        if at >= 0:
            raise Found(text[max(0, at - 200):at + 6000])

    def answers(self, wait=0.5):
        """Whether a plain OPTIONS is soon answered, or forwarded by the proxy."""
        side, other = self.sides
        branch = "z9hG4bKping" + side.token()
        ping = Message("OPTIONS sip:ping@%s:%d SIP/2.0" % self.address, [
            side.via(branch), "Max-Forwards: 70", "From: <sip:p@p>;tag=ping", "To: <sip:u@u>",
            "Call-ID: " + side.token(), "CSeq: 1 OPTIONS"]).encode()
        side.ping(ping, self.address)
        deadline = time.monotonic() + wait
        while time.monotonic() < deadline:
            ready = select.select(side.sockets() + other.sockets(), [], [], 0.1)[0]
            for one, link in [(one, link) for one in self.sides for link in one.sockets()]:
                for data in one.read(link) if link in ready else []:
                    if branch.encode() in data:
                        return True
                    one.learn(data)
        return False

    def healthy(self):
        deadline = time.monotonic() + 120
        while not self.ended():
            if self.answers():
                return True
            if time.monotonic() > deadline:
                raise Found("does not answer any more")
        return False

    def stop(self, hurry=False):
        """After one signal it says goodbye, which takes some seconds; after a second it ends at
        once.
        """
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            if hurry:
                time.sleep(0.05)
                self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(120)
            except subprocess.TimeoutExpired:
                raise Found("does not end on a signal") from None
        self.ended()

    def go(self):
        self.start()
        for number in range(self.options.count):
            if number % 25 == 0 and not self.healthy():
                self.start()
            elif number % 250 == 249 and self.options.mode == "call":
                # Most of its calls are over by now.
                self.stop(hurry=True)
                self.start()
            side = self.sides[0] if self.options.mode != "proxy" else self.dice.choice(self.sides)
            side.take()
            data = changed(self.dice, side.next())
            for _ in range(self.dice.choice((1, 1, 1, 1, 2))):
                side.send(data, self.address)
        self.healthy()
        self.stop()
        print("%d messages, %d starts: nothing found" % (self.options.count, self.starts))


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mode", choices=("call", "answer", "proxy"), required=True)
    parser.add_argument("--transport", choices=("udp", "tcp"), default="udp", help="tcp: of sst-ua")
    parser.add_argument("--count", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--save", help="folder for the last messages before the end")
    parser.add_argument("--option", action="append", default=[], help="one more for the program")
    parser.add_argument("program")
    options = parser.parse_args()
    run = Run(options)
    try:
        run.go()
    except Found as what:
        print("seed %d, start %d: %s" % (options.seed, run.starts, what))
        if options.save:
            os.makedirs(options.save, exist_ok=True)
            for side in run.sides:
                for number, data in enumerate(side.sent):
                    with open(os.path.join(options.save, "%s-%02d" % (side.name, number)),
                              "wb") as out:
                        out.write(data)
        return 1
    finally:
        if run.process and run.process.poll() is None:
            run.process.kill()
            run.process.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
