#!/usr/bin/env python3
"""Runs a program in a network of its own, with one interface.

    host.py SOCKET ADDRESS PROGRAM [ARGUMENT...]

The other end of the interface, a descriptor for IP packets, is passed to the process that listens
on SOCKET.
"""

import ctypes
import fcntl
import os
import socket
import struct
import sys

CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000
TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000
IFF_UP, IFF_RUNNING = 0x0001, 0x0040
SIOCSIFFLAGS, SIOCSIFADDR, SIOCSIFNETMASK, SIOCSIFTXQLEN = 0x8914, 0x8916, 0x891C, 0x8943
# How many packets may wait here for the hop: losses must only happen there.
WAITING = 20000


def leave_network():
    libc = ctypes.CDLL(None, use_errno=True)
    # A user other than root may have its own network only as root in its own user namespace.
    for flags in (CLONE_NEWNET, CLONE_NEWNET | CLONE_NEWUSER):
        if libc.unshare(flags) == 0:
            return
    raise OSError(ctypes.get_errno(), "no network of its own")


def own_network(address):
    """Returns the other end of the only interface."""
    leave_network()
    tunnel = os.open("/dev/net/tun", os.O_RDWR | os.O_CLOEXEC)
    name = b"sst0"
    fcntl.ioctl(tunnel, TUNSETIFF, struct.pack("16sH22x", name, IFF_TUN | IFF_NO_PI))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        for request, text in ((SIOCSIFADDR, address), (SIOCSIFNETMASK, "255.255.255.0")):
            fcntl.ioctl(control, request,
                        struct.pack("16sH2x4s16x", name, socket.AF_INET, socket.inet_aton(text)))
        fcntl.ioctl(control, SIOCSIFTXQLEN, struct.pack("16si20x", name, WAITING))
        for interface in (name, b"lo"):
            fcntl.ioctl(control, SIOCSIFFLAGS,
                        struct.pack("16sH22x", interface, IFF_UP | IFF_RUNNING))
    return tunnel


def main():
    tunnel = own_network(sys.argv[2])
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
        door.connect(sys.argv[1])
        socket.send_fds(door, [b"t"], [tunnel])
    os.close(tunnel)
    os.execv(sys.argv[3], sys.argv[3:])


if __name__ == "__main__":
    main()
