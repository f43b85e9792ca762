#!/usr/bin/env python3
"""Whole messages, changed at random, for sst-ua, re-ua and sst-proxy.

    mutate.py --mode call|answer|proxy [--count N] [--seed S] [--save DIR] PROGRAM

Plays the other side: in mode call the program calls, and what comes back to its INVITEs are
responses and requests of that very dialog; in mode answer it is called; in mode proxy both sides
are played. Each message is built from what the program itself sent - tags, branches, Call-IDs - and
most are then changed: a field less, twice, with the value of another, another tag, number, method or
length, bytes turned over. Every few messages an OPTIONS has to be answered, and at the end the
program has to leave on a signal, without a word of a sanitizer.

One seed is one series, as far as the program's own random tags allow. --save keeps the last
messages that were sent before the program died. Exit status 0, or 1 with what was found.
"""

import argparse
import collections
import os
import random
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time

WORDS = ("AddressSanitizer", "LeakSanitizer", "UndefinedBehaviorSanitizer", "runtime error:")
METHODS = ("INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "UPDATE", "INFO", "PRACK", "MESSAGE", "X-Y")
STATUSES = (100, 180, 180, 180, 183, 183, 200, 200, 200, 200, 202, 401, 407, 422)
REFUSALS = (302, 401, 407, 408, 420, 422, 481, 486, 487, 491, 500, 503, 603, 699)
BODY = ("v=0\r\no=- 7 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
        "m=audio 40000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=sendrecv\r\n")
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
    """The program did what it must not."""


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
    """Name and value of each header line of a sound message, and its first line."""
    head = data.split(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
    found = collections.defaultdict(list)
    for line in head[1:]:
        name, _, value = line.partition(":")
        found[name.strip().lower()].append(value.strip())
    return head[0], found


class Side:
    """One socket of the played side and the dialogs that it knows."""

    def __init__(self, dice, name):
        self.dice, self.name = dice, name
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        # What the program sent, each once, as first line and fields: requests, and responses.
        self.asked = collections.deque(maxlen=24)
        self.known = collections.deque(maxlen=8)
        self.sent = collections.deque(maxlen=40)

    def token(self):
        return "%08x" % self.dice.getrandbits(32)

    def via(self, branch=None):
        return "Via: SIP/2.0/UDP 127.0.0.1:%d;branch=%s;rport" % (
            self.port, branch or "z9hG4bK" + self.token())

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
                  "Contact: <sip:p@127.0.0.1:%d>" % self.port]
        body = ""
        if status == 200 and "INVITE" in lines[-2]:
            lines += ["Session-Expires: 90;refresher=" + self.dice.choice(("uac", "uas")),
                      "Require: timer", "Supported: timer", "Allow: INVITE, ACK, BYE, UPDATE",
                      "Content-Type: application/sdp"]
            body = BODY
        return Message("SIP/2.0 %d Text" % status, lines, body)

    def request(self, within):
        """A request, within the dialog of something that the program sent or outside of any."""
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
                 "Contact: <sip:p@127.0.0.1:%d>" % self.port, "Supported: timer"]
        body = ""
        if method in ("INVITE", "UPDATE") and self.dice.random() < 0.8:
            lines += ["Session-Expires: %d" % self.dice.choice((90, 100, 1800)),
                      "Content-Type: application/sdp"]
            body = BODY
        return Message("%s %s SIP/2.0" % (method, uri), lines, body)

    def next(self):
        """The next message of the series, sound."""
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

    def take(self):
        while select.select([self.socket], [], [], 0)[0]:
            try:
                data = self.socket.recv(65536)
            except OSError:
                continue
            self.learn(data)


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
    """The bytes of a message, four times in five no longer as it was."""
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
    """The program, started anew whenever its calls are over."""

    def __init__(self, options):
        self.options = options
        self.dice = random.Random(options.seed)
        self.sides = [Side(self.dice, "source"), Side(self.dice, "target")]
        self.errors = tempfile.TemporaryFile()
        # A loopback address of this run: no other test takes the port between two starts.
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
            return common + extra + ["call", "sip:p@127.0.0.1:%d" % self.sides[0].port]
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
        """Whether it has ended as it may: all calls over, with an exit status of its own."""
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
        """Whether a plain OPTIONS is answered, or passed on by the proxy, soon."""
        side, other = self.sides
        branch = "z9hG4bKping" + side.token()
        ping = Message("OPTIONS sip:ping@%s:%d SIP/2.0" % self.address, [
            side.via(branch), "Max-Forwards: 70", "From: <sip:p@p>;tag=ping", "To: <sip:u@u>",
            "Call-ID: " + side.token(), "CSeq: 1 OPTIONS"]).encode()
        side.send(ping, self.address)
        deadline = time.monotonic() + wait
        while time.monotonic() < deadline:
            ready = select.select([side.socket, other.socket], [], [], 0.1)[0]
            for one in self.sides:
                if one.socket not in ready:
                    continue
                try:
                    data = one.socket.recv(65536)
                except OSError:
                    continue
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
        """One signal lets it say goodbye, which takes some seconds; a second one does not."""
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
                # Most of its calls have come to their ends by now.
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
