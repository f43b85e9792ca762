#!/usr/bin/env python3
"""What a takeover costs: writes the section "Take-over" of docs/performance.md.

    figures.py --ua PROGRAM [CALLS...]     default 1 1000 10000

Run it on an otherwise idle machine, with a release build.
"""

import argparse
import pathlib
import re
import socket
import sys
import time

sys.dont_write_bytecode = True

import many  # noqa: E402  pylint: disable=wrong-import-position
from lab import HERE, Lab, check  # noqa: E402  pylint: disable=wrong-import-position

HEADING = "## Take-over\n"
SECTION = """
`tests/programs/failover/figures.py --ua PROGRAM` writes this section; PROGRAM is an sst-ua built for release. It has its calls up,
with Redis on the same machine and a lease of 3 s, when it is killed, and a standby takes the calls over
([failover.md](failover.md)). Times run from the kill to the arrival at the peer, and include up to 3 s for the lease. Refreshes
are spread over one second per 1000 calls.

| calls | first refresh of the taker | last one | memory of the store a call |
|--:|--:|--:|--:|
%s

The store accepts %s writes a second over one connection; a million calls at 1800 s cause about 2,200.
"""

WRITES = 100000
IN_A_PIPE = 500     # commands in flight
EPOCH = b"9"        # above those of earlier nodes
WRITTEN = b":1\r\n"


def put_script():
    """The script with which sst-ua writes a call, from its source."""
    source = pathlib.Path(HERE.parents[2], "examples/sst-ua/store_redis.c").read_text("utf-8")
    text = source[source.index("/* ARGV: our epoch, key, record"):]
    lines = re.findall(r'^    "(.*)\\n"', text[:text.index("};")], re.MULTILINE)
    return "\n".join(lines)


def command(*words):
    parts = [b"*%d" % len(words)]
    for word in words:
        parts += [b"$%d" % len(word), word]
    return b"\r\n".join(parts) + b"\r\n"


def writes_a_second(lab):
    """Through one connection, as one node writes, with a record like sst-ua's."""
    sha = lab.store.ask("SCRIPT", "LOAD", put_script()).encode()
    keys = [lab.key(name).encode() for name in ("lease", "epoch", "calls")]
    record = b"x" * 600
    with socket.socket(socket.AF_UNIX) as link:
        link.connect(lab.store.path)
        began = time.monotonic()
        for first in range(0, WRITES, IN_A_PIPE):
            link.sendall(b"".join(
                command(b"EVALSHA", sha, b"3", *keys, EPOCH, b"call%d" % number, record)
                for number in range(first, first + IN_A_PIPE)))
            replies = b""
            while len(replies) < IN_A_PIPE * len(WRITTEN):
                replies += link.recv(65536)
            check(replies == IN_A_PIPE * WRITTEN, "a write was refused: %s", replies[:40])
        return WRITES / (time.monotonic() - began)


def write(rows, rate):
    page = HERE.parents[2] / "docs" / "performance.md"
    text = page.read_text("utf-8")
    head = text.split(HEADING)[0].rstrip("\n")
    page.write_text(head + "\n\n" + HEADING + SECTION % (rows, "{:,}".format(rate)), "utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ua", required=True)
    parser.add_argument("calls", nargs="*", type=int, default=[1, 1000, 10000])
    arguments = parser.parse_args()
    rows = []
    for count in arguments.calls:
        lab = Lab(arguments.ua)
        try:
            found = many.many(lab, count)
            # With few calls most of the memory is the store's own.
            memory = "%d bytes" % found["memory"] if count >= 1000 else ""
            rows.append("| %d | %.1f s | %.1f s | %s |" % (count, found["first"], found["last"],
                                                           memory))
            print(rows[-1], flush=True)
            if count == arguments.calls[-1]:
                rate = writes_a_second(lab)
        finally:
            lab.close()
    write("\n".join(rows), int(rate) // 1000 * 1000)
    return 0


if __name__ == "__main__":
    sys.exit(main())
