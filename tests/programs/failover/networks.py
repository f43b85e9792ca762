"""Hosts of their own on one switch, and an address that moves between them: network namespaces.

The peer's host is that of the thread that creates them. Needs root rights, and ip(8).
"""

import contextlib
import ctypes
import os
import shutil
import subprocess
import time

from lab import Skip, check

CLONE_NEWNET = 0x40000000
ADDRESS, PEER = "192.0.2.1", "192.0.2.9"        # RFC 5737


def ip(*words, host=None):
    before = ["nsenter", "--net=/proc/%d/ns/net" % host.pid] if host else []
    subprocess.run([*before, "ip", *words], check=True)


class Networks:
    def __init__(self, names):
        self.hosts = {}
        ip("link", "set", "lo", "up")
        ip("link", "add", "switch", "type", "bridge")
        ip("address", "add", PEER + "/24", "dev", "switch")
        ip("link", "set", "switch", "up")
        for number, name in enumerate(names):
            host = self.hosts[name] = subprocess.Popen(["unshare", "--net", "sleep", "3600"])
            self.wait_for(host)
            ip("link", "add", "to-" + name, "type", "veth", "peer", "name", "eth0", "netns",
               str(host.pid))
            ip("link", "set", "to-" + name, "master", "switch", "up")
            ip("address", "add", "192.0.2.%d/24" % (11 + number), "dev", "eth0", host=host)
            ip("link", "set", "eth0", "up", host=host)

    @staticmethod
    def wait_for(host):
        deadline = time.monotonic() + 20
        while os.readlink("/proc/%d/ns/net" % host.pid) == os.readlink("/proc/thread-self/ns/net"):
            check(time.monotonic() < deadline and host.poll() is None, "no network of its own")
            time.sleep(0.01)

    def within(self, name):
        """The prefix of a command that runs on this host."""
        return ["nsenter", "--net=/proc/%d/ns/net" % self.hosts[name].pid]

    def give(self, name):
        """The address comes to this host, and its neighbours learn it, as by VRRP's gratuitous ARP.
        """
        ip("address", "add", ADDRESS + "/24", "dev", "eth0", host=self.hosts[name])
        ip("neighbour", "flush", "dev", "switch")

    def take(self, name):
        """The address leaves this host, as when another host wins VRRP's election."""
        ip("address", "del", ADDRESS + "/24", "dev", "eth0", host=self.hosts[name])

    def unplug(self, name):
        ip("link", "set", "eth0", "down", host=self.hosts[name])

    def close(self):
        for host in self.hosts.values():
            host.kill()
            host.wait()


@contextlib.contextmanager
def networks(*names):
    for program in ("ip", "nsenter", "unshare"):
        if shutil.which(program) is None:
            raise Skip("no " + program)
    libc = ctypes.CDLL(None, use_errno=True)
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    made = None
    try:
        if libc.unshare(CLONE_NEWNET) != 0:
            raise Skip("not allowed to create networks")
        made = Networks(names)
        yield made
    finally:
        if made:
            made.close()
        libc.setns(home, CLONE_NEWNET)
        os.close(home)
