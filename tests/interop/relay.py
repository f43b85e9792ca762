#!/usr/bin/env python3
"""A slow path between two programs: what is sent to the far one arrives late.

    relay.py PORT NEAR-PORT FAR-PORT SECONDS

It rewrites the far one's Contact, so that requests within the dialog come this way too.
"""

import collections
import re
import select
import socket
import sys
import time

HOST = "127.0.0.1"


def main():
    port, near, far = (int(text) for text in sys.argv[1:4])
    late = float(sys.argv[4])
    contact = re.compile(rb"(?mi)^((?:m|contact):.*?%s:)%d\b" % (HOST.encode(), far))
    waiting = collections.deque()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way:
        way.bind((HOST, port))
        while True:
            left = max(0, waiting[0][0] - time.monotonic()) if waiting else None
            if select.select([way], [], [], left)[0]:
                data, source = way.recvfrom(65536)
                if source[1] == far:
                    way.sendto(contact.sub(rb"\g<1>%d" % port, data), (HOST, near))
                else:
                    waiting.append((time.monotonic() + late, data))
            while waiting and waiting[0][0] <= time.monotonic():
                way.sendto(waiting.popleft()[1], (HOST, far))


if __name__ == "__main__":
    main()
