#!/usr/bin/env python3
"""Writes the seeds of the fuzz targets, corpus/TARGET/seed-NAME: torture values after RFC 4475 and
the scenarios, in each target's own format. Inputs that fuzzing found are named found-NUMBER."""

import glob
import os
import re
import struct
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
SCENARIOS = os.path.join(HERE, os.pardir, "scenarios")

VALUES = {
    "plain": "1800", "zero": "0", "below": "89", "zeros": "0000000000000090", "max": "4294967295",
    "over": "4294967296", "over64": "18446744073709551616", "digits": "9" * 60, "empty": "",
    "uac": "1800;refresher=uac", "uas": "90 ; Refresher = UAS",
    "fold": "1800\r\n ;\r\n\trefresher=uac", "unknown": "90;refresher=foo",
    "quoted": '90;refresher="uac"', "twice": "90;refresher=uac;refresher=uas",
    "generic": '3600;a;b=c;d="e;\\";refresher=uas";refresher=uac', "escape": '1;a="\\',
    "open": '1;a="bc', "semicolons": "1;;", "negative": "-1", "sign": "+90", "hex": "0x90",
    "fraction": "90.5", "list": "90,91", "nul": "90\0;refresher=uac", "host6": "60;a=[::1]:5060",
    "comment": "120 (I'm (in \\) a) meeting);duration=3600", "nested": "5 " + "(" * 40 + ")" * 39,
    "control": "90;a=\x01\x7f", "utf8": "90;a=\u00fc", "utf8quoted": '90;a="\u4e2d \u6587"',
    "tags": "100rel, TIMER ,,replaces,\r\n timer", "commas": ",,,,",
    "allow": "INVITE,ACK,\tUPDATE , BYE",
    "tagquoted": '"timer",timer2,time', "lws": " \t\r\n 90 \t", "crlf": "90\r\nX: 1", "star": "*",
}

POLICIES = {
    "typical": "mode=request\nsession_expires=600\nmin_se=120\nmethod=update\n",
    "case": " MODE = Require\nmin-se= 90 \nProxy_Require=ON\nrescue=1\n",
    "alias": "default_expires=3600\nmax_session_expires=3600\n",
    "conflict": "session_expires=90\nmin_se=91\n",
    "most": "min_se=200\nmax_session_expires=100\n",
    "range": "min_se=89\nrefresh_percent=51\njitter_percent=11\n",
    "jitter": "refresh_percent=5\njitter_percent=5\n",
    "syntax": "min_se=9x\nmode=\n=\n\nmode\nallow_uas=maybe\nfoo=bar\n",
    "huge": "session_expires=4294967296\nmin_se=" + "9" * 40 + "\n" + "n" * 80 + "=" + "v" * 80,
    "words": "guard=percent\nguard_percent=50\nexpire_at=guard\nown_benefit=yes\nbelow_min=report\n"
             "refused=keep\nrequest_refresher=uas\nprefer_refresher=uas\n",
    "test": "absolute_min=1\nmin_se=4\nsession_expires=4\nrefresh_floor=1\nmax_refresh=0\n",
    "strict": "accept_refresher_missing=no\naccept_require_as_support=false\naccept_malformed=off\n"
              "accept_repeated=0\naccept_small_interval=no\naccept_midcall=no\n"
              "strict_overlap=yes\n",
    "control": "mo\x01de=\x7f\n\x00=\x00\nmode=requ\xff",
}

STATUS = [200, 100, 180, 183, 202, 299, 300, 302, 400, 401, 403, 404, 405, 407, 408, 410, 413, 415,
          420, 421, 422, 480, 481, 482, 486, 487, 488, 491, 500, 501, 503, 504, 580, 600, 603, 604,
          606, 699]
INTERVALS = [0, 1, 2, 10, 30, 60, 89, 90, 91, 95, 96, 100, 120, 180, 300, 600, 900, 1800, 3600,
             4000, 7200, 86400, 0x7FFFFFFF, 0xFFFFFFFF]
MODES = ["accept", "request", "require", "off"]

FRAME = ("Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1\r\nMax-Forwards: 70\r\n"
         "From: <sip:alice@example.com>;tag=a\r\nTo: <sip:bob@example.com>;tag=b\r\n"
         "Call-ID: 1@192.0.2.1\r\nContact: <sip:alice@192.0.2.1>\r\n")
SDP = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"


def write(target, name, data):
    folder = os.path.join(HERE, "corpus", target)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "seed-" + name), "wb") as file:
        file.write(data if isinstance(data, bytes) else data.encode("utf-8", "surrogateescape"))


class Message:
    """A message of a scenario: who sends it, when, and its header fields."""

    def __init__(self, time, sender, words):
        self.time, self.sender, self.words, self.headers = time, sender, words, []
        self.status = int(words[0]) if words[0].isdigit() else 0
        self.method = words[1 if self.status and len(words) > 1 else 0]

    def sip(self, frame=FRAME):
        first = "%s sip:b@example.com SIP/2.0" % self.method
        if self.status:
            first = "SIP/2.0 %d X" % self.status
        body = SDP if "offer" in self.words else ""
        kind = "Content-Type: application/sdp\r\n" if body else ""
        return "%s\r\n%sCSeq: 7 %s\r\n%s%sContent-Length: %d\r\n\r\n%s" % (
            first, frame, self.method, "".join(h + "\r\n" for h in self.headers), kind, len(body),
            body)

    def lines(self):
        first = "%d %s 7" % (self.status, self.method) if self.status else self.method + " 7"
        return "\n".join([first] + self.headers) + "\n"

    def described(self):
        """The four bytes that messages.c reads."""
        has = more = interval = least = 0
        for line in self.headers:
            name, value = (part.strip() for part in line.split(":", 1))
            name = name.lower()
            number = re.match(r"\d+", value)
            index = nearest(int(number.group())) if number else 0
            if name in ("session-expires", "x"):
                has |= 1 | (2 if "=uac" in value else 4 if "=uas" in value else 0)
                interval = index
            elif name == "min-se":
                has, least = has | 8, index
            elif name in ("supported", "k") and "timer" in value:
                has |= 16
            elif name == "require" and "timer" in value:
                has |= 32
            elif name == "allow":
                has, more = has | (64 if "UPDATE" in value else 0), more | 1
            elif name == "retry-after":
                more |= 8 | (min(int(number.group()), 15) << 4 if number else 0)
        return bytes([has | (128 if "offer" in self.words else 0), more, interval, least])


def nearest(seconds):
    return min(range(len(INTERVALS)), key=lambda i: abs(INTERVALS[i] - seconds))


def read(path):
    """(name of the side that uses the library, words of its policy, messages of its calls)"""
    library, policy, messages = "L", {}, []
    with open(path, encoding="utf-8") as file:
        for line in file:
            told = re.match(r"([\d.]+)\s+(\w+) -> (\w+) (.+)", line)
            if line.startswith("library "):
                library = line.split()[1]
            elif line.startswith("policy "):
                policy.update(w.split("=") for w in line.split() if "=" in w)
            elif told and library in told.group(2, 3):
                messages.append(Message(float(told.group(1)), told.group(2), told.group(4).split()))
            elif line.startswith(" ") and ":" in line and messages:
                messages[-1].headers.append(line.strip())
    return library, policy, [m for m in messages if m.method in ("INVITE", "UPDATE", "BYE", "ACK")]


def wait(milliseconds):
    """Calls that let this much time pass."""
    calls = b""
    while milliseconds >= 1000:
        unit, how = (60000, 2) if milliseconds >= 256000 else (1000, 1)
        amount = min(milliseconds // unit, 255)
        calls += bytes([how << 4, amount])
        milliseconds -= amount * unit
    return calls + (bytes([0, min(milliseconds, 255)]) if milliseconds else b"")


def call(library, message):
    """One message as the host's call for it."""
    update = message.method == "UPDATE"
    if message.method == "ACK":
        return b"" if message.sender == library else bytes([0x0C])
    if message.method == "BYE":
        return bytes([0x0F])
    if message.sender == library and not message.status:
        how = update | ("offer" in message.words) << 1 | ("refresh" in message.words) << 2
        return bytes([how << 4 | 3])
    status = bytes([STATUS.index(message.status) if message.status in STATUS else 0])
    if message.sender == library:
        return bytes([update << 4 | 10]) + status
    if message.status:
        return bytes([update << 4 | 5]) + status + message.described()
    return bytes([update << 4 | 8]) + message.described()


def life(library, policy, messages):
    """The bytes of session.c; events are pulled, because callbacks would take bytes for their
    return values."""
    mode = MODES.index(policy.get("mode", "accept"))
    mode |= 4 if policy.get("min_se", "90") != "90" else 0
    mode |= 32 if policy.get("prefer_refresher") == "uas" else 0
    interval = nearest(int(policy.get("session_expires", 1800)))
    caller = 16 if messages[0].sender == library else 0
    calls = bytes([2 | caller, 100, mode, 0, 0, 0, 0, interval])
    now = 0.0
    for message in messages[:60]:
        calls += wait(int(1000 * max(message.time - now, 0))) + call(library, message)
        now = max(message.time, now)
    return calls + wait(100000)


NEVER = (1 << 64) - 1 - (1 << 62)


def image(length=64, version=1, age=1000, refresh=900000, side=0x20, interval=1800, **fields):
    """A saved session, in the format that src/session/image.c describes."""
    flags = 1 | side | fields.get("flags", 0)
    body = struct.pack(">4sHHQQIIIIIIIHBBBBBB", b"\xd5SST", version, length, age,
                       refresh + (1 << 62), interval, fields.get("guard", 0), fields.get("min_se", 0), 0, 5, 0, flags,
                       fields.get("events", 0), 0, 0, 0, 1, 0, 0)
    return body + struct.pack(">I", zlib.crc32(body))


def options(now=10 ** 7, elapsed=1000, spread=0, flags=0, rescue=0):
    return struct.pack(">QBQBIBB", now, 0, elapsed, 0, spread, flags, rescue)


def images():
    yield "refresher", options() + image()
    yield "watcher", options() + image(side=0x40, guard=32000, refresh=NEVER)
    yield "rescue", options(rescue=1) + image(side=0x40, guard=32000, refresh=NEVER)
    yield "overdue", options(spread=60000, elapsed=950000) + image()
    yield "past", options(elapsed=10 ** 9) + image()
    yield "young-clock", options(now=5) + image(age=500000, refresh=400000)
    yield "open", options(flags=1) + image(flags=1 << 10 | 1 << 20, refresh=NEVER)
    yield "open-forgotten", options() + image(flags=1 << 11 | 1 << 21, refresh=NEVER)
    yield "events", options() + image(events=1 << 7)
    yield "tiny", options() + image(interval=1, flags=1 << 9)
    yield "huge", options() + image(interval=0xFFFFFFFF, refresh=1 << 40)
    yield "both-sides", options() + image(side=0x60)
    yield "newer", options() + image(version=2)
    yield "short", options() + image()[:40]
    yield "damaged", options() + image()[:60] + b"\0\0\0\0"
    yield "long-guard", options() + image(guard=0xFFFFFFFF)
    yield "late-clock", options(now=(1 << 64) - 2, elapsed=(1 << 64) - 1) + image()


# What observer.c is told about calls, from outside: time in tenths of a second since the previous
# message, direction, kind, CSeq, status, header fields. U and S: refresher=uac, refresher=uas.
KINDS = ["INVITE", "UPDATE", "ACK", "BYE", "OTHER", "of INVITE", "of UPDATE", "of BYE"]
SEEN = [200, 100, 180, 202, 300, 401, 404, 408, 420, 421, 422, 481, 486, 488, 491, 500, 503, 603]
BEGIN = [(0, ">", "INVITE", 1, 200, "N1800 k"), (20, "<", "of INVITE", 1, 200, "U1800 k r"),
         (1, ">", "ACK", 1, 200, "")]
OBSERVED = {
    "silent": BEGIN + [(17680, "<", "BYE", 1, 200, "")],
    "refreshed": BEGIN + [(9000, ">", "UPDATE", 2, 200, "U1800 k d"),
                          (1, "<", "of UPDATE", 2, 200, "U1800 r"),
                          (9000, ">", "UPDATE", 3, 200, "U1800 k d"),
                          (1, "<", "of UPDATE", 3, 200, "U1800 r"),
                          (100, ">", "BYE", 4, 200, "")],
    "refused": BEGIN + [(9000, ">", "INVITE", 2, 200, "U1800 k d"),
                        (1, "<", "of INVITE", 2, 488, ""), (1, ">", "ACK", 2, 200, ""),
                        (8680, "<", "BYE", 1, 200, "")],
    "lost": BEGIN + [(3000, "<", "INVITE", 1, 200, "k d"), (1, ">", "of INVITE", 1, 200, "k"),
                     (1, "<", "ACK", 1, 200, ""), (14680, "<", "BYE", 2, 200, "")],
    "small": [(0, ">", "INVITE", 1, 200, "N90 k"), (1, "<", "of INVITE", 1, 422, "m120"),
              (1, ">", "INVITE", 2, 200, "N90 k"), (1, "<", "of INVITE", 2, 422, "m120")],
    "glare": BEGIN + [(9000, ">", "INVITE", 2, 200, "U1800 k d"),
                      (0, "<", "INVITE", 1, 200, "S1800 k d"),
                      (1, "<", "of INVITE", 2, 491, ""), (0, ">", "of INVITE", 1, 491, ""),
                      (1, ">", "BYE", 3, 200, "")],
}


def observed(messages):
    """The bytes of observer.c."""
    data = [0]
    for wait, direction, kind, cseq, status, words in messages:
        has, interval, min_se = 0, 0, 0
        for word in words.split():
            if word[0] in "NUS":
                has |= 1 | "NUS".index(word[0]) << 1
                interval = INTERVALS.index(int(word[1:]))
            elif word[0] == "m":
                has |= 8
                min_se = INTERVALS.index(int(word[1:]))
            else:
                has |= {"k": 16, "r": 32, "a": 64, "d": 128}[word]
        data += [(direction == "<") | KINDS.index(kind) << 1, cseq, has, SEEN.index(status),
                 interval, min_se, wait >> 8, wait & 255]
    return bytes(data)


def main():
    for name, messages in OBSERVED.items():
        write("observer", name, observed(messages))
    for name, value in VALUES.items():
        write("codec", name, value)
    for name, text in POLICIES.items():
        write("policy", name, text.encode("latin-1"))
    for name, data in images():
        write("image", name, data)
    hard = [v for v in VALUES.values() if "\n" not in v.replace("\r\n ", "").replace("\r\n\t", "")]
    for number, first in enumerate(["INVITE 1", "200 INVITE 1", "422 UPDATE 2", "UPDATE 70000"]):
        names = ["Session-Expires", "x", "Min-SE ", "Supported", "K", "Require", "ALLOW",
                 "Retry-After"]
        picked = hard[number::4]
        lines = ["%s: %s" % (names[i % 8], value) for i, value in enumerate(picked)]
        write("message", "torture-%d" % number, "\n".join([first] + lines) + "\n")
        message = Message(0, "P", first.split()[:-1])
        message.headers = [line.replace("\0", "") for line in lines]
        write("osip", "torture-%d" % number, message.sip())
    for path in sorted(glob.glob(os.path.join(SCENARIOS, "*.sst")))[::4]:
        name = os.path.basename(path)[:-4]
        library, policy, messages = read(path)
        if messages:
            write("session", name, life(library, policy, messages))
            told = max(messages, key=lambda m: len(m.headers))
            write("message", name, told.lines())
            write("osip", name, told.sip())


if __name__ == "__main__":
    main()
