"""A cluster on one machine: a real redis-server, a link from each node to it, and the nodes.

The nodes share one address on loopback: the last to bind it gets what arrives there.
"""

import json
import os
import pathlib
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "e2e"), str(HERE.parents[1] / "interop")]

from agent import Agent  # noqa: E402
from lag import Lag  # noqa: E402
from ports import Ports  # noqa: E402
from scripted import Peer  # noqa: E402
from wire import Wire  # noqa: E402

class Failure(AssertionError):
    """An assertion of the case failed."""


class Skip(Exception):
    """The case cannot be run here."""


def check(condition, text, *arguments):
    if not condition:
        raise Failure(text % arguments)


class Store:
    """redis-server on a Unix domain socket; it keeps nothing when it ends."""

    def __init__(self, folder):
        self.path = os.path.join(folder, "redis.sock")
        self.log = os.path.join(folder, "redis.log")
        self.start()

    def start(self, port=0):
        """port: also on loopback."""
        self.process = subprocess.Popen(
            ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--unixsocket", self.path,
             "--save", "", "--appendonly", "no", "--logfile", self.log], stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        while True:
            try:
                if self.ask("PING") == "PONG":
                    return
            except (OSError, ValueError):
                pass
            check(time.monotonic() < deadline, "redis-server does not start")
            time.sleep(0.02)

    def stop(self):
        self.process.kill()
        self.process.wait()

    def ask(self, *words):
        """One command whose reply is not a list."""
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(10)
            link.connect(self.path)
            parts = ["*%d" % len(words)] + [part for word in words
                                            for part in ("$%d" % len(word.encode()), word)]
            link.sendall(("\r\n".join(parts) + "\r\n").encode())
            reply = b""
            while b"\r\n" not in reply:
                more = link.recv(65536)
                if not more:
                    raise ValueError("no reply")
                reply += more
            head, rest = reply.split(b"\r\n", 1)
            if head[:1] == b"-":
                raise ValueError(head.decode())
            if head[:1] != b"$":
                return head[1:].decode()
            while len(rest) < int(head[1:]):
                rest += link.recv(65536)
            return None if head == b"$-1" else rest[:int(head[1:])].decode()


class Link:
    """Between one node and the store: it forwards, holds back, is slow, or is cut."""

    def __init__(self, folder, name, store):
        self.path = os.path.join(folder, name + ".sock")
        self.store = store
        self.holds = False      # data from the node waits
        self.is_cut = False
        self.cut_at = None      # number of bytes from the node after which it is cut
        self.delay = 0.0        # in each direction
        self.passed = 0         # bytes from the node that reached the store
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen(8)
        self.ends = set()
        self.lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            far = socket.socket(socket.AF_UNIX)
            try:
                if self.is_cut:
                    raise OSError
                far.connect(self.store.path)
            except OSError:
                near.close()
                far.close()
                continue
            with self.lock:
                self.ends |= {near, far}
            for source, target, node in ((near, far, True), (far, near, False)):
                threading.Thread(target=self._pass, args=(source, target, node),
                                 daemon=True).start()

    def _pass(self, source, target, from_node):
        try:
            while True:
                data = source.recv(1 << 20)
                if not data:
                    break
                if from_node and self.cut_at and self.cut_at in data:
                    self.cut()
                if self.delay:
                    time.sleep(self.delay)
                while self.holds and from_node and not self.is_cut:
                    time.sleep(0.002)
                target.sendall(data)
                self.passed += len(data) if from_node else 0
        except OSError:
            pass
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            with self.lock:
                self.ends.discard(end)
            end.close()

    def cut(self):
        self.is_cut = True
        with self.lock:
            for end in self.ends:
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def mend(self):
        self.is_cut = False

    def close(self):
        self.listener.close()
        self.cut()


class Quiet:
    """A program whose log goes to a file and is read on demand: with thousands of calls nothing
    could read it in time, and that would hold up the program."""

    def __init__(self, lab, name, command, wanted):
        """wanted: kinds of events; others are ignored."""
        path = os.path.join(lab.folder, name + ".json")
        with open(path, "wb") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log)
        lab.programs.append(self.process)
        lab.lag.watch(self.process.pid)
        self.marks = tuple('"event": "%s"' % kind for kind in wanted)
        self.log = open(path, encoding="utf-8")
        self.rest = ""
        self.taken = []

    def close(self):
        self.log.close()

    def new(self):
        """The events since the last time."""
        lines = (self.rest + self.log.read()).split("\n")
        self.rest = lines.pop()
        return [json.loads(line) for line in lines if any(mark in line for mark in self.marks)]

    @property
    def events(self):
        """All of them, in Agent's form."""
        self.taken += self.new()
        return self.taken


class Node:
    """One sst-ua of the cluster."""

    def __init__(self, lab, name, link, agent):
        self.lab, self.name, self.link, self.agent = lab, name, link, agent

    def wait_for(self, state, timeout=30):
        """Waits until it logs this state of the store."""
        self.lab.wait(lambda: self.number(state) is not None, timeout,
                      "%s never logged %r" % (self.name, state))

    def numbers(self, state):
        """The number in each log line with this state."""
        return [event["number"] for event in list(self.agent.events)
                if event.get("event") == "store" and event["state"] == state]

    def number(self, state):
        """The first of them, None if there is none."""
        return next(iter(self.numbers(state)), None)

    def is_listening(self):
        return any(event.get("event") == "listening" for event in list(self.agent.events))

    def kill(self):
        os.kill(self.agent.process.pid, signal.SIGKILL)
        self.agent.process.wait()

    def signal(self, number):
        os.kill(self.agent.process.pid, number)

    def exit_status_now(self):
        """None while it runs."""
        return self.agent.process.poll()

    def exit_status(self, timeout=20):
        try:
            return self.agent.process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise Failure("%s does not end" % self.name) from None


class Lab:
    def __init__(self, program, slowness=1):
        if shutil.which("redis-server") is None:
            raise Skip("no redis-server")
        self.program = program
        self.lease = 1.0 * slowness
        self.interval = 12 * slowness
        self.half = self.interval / 2
        self.lag = Lag()
        self.wire = Wire(self.lag)
        self.folder = tempfile.mkdtemp(prefix="sst-failover-")
        self.ports = Ports()
        self.address = ("127.0.0.1", self.ports.base)
        self.store = Store(self.folder)
        self.lag.watch(self.store.process.pid)
        self.nodes, self.programs, self.peers = [], [], []

    # What takes part

    def node(self, name, *options, standby=False, doing=("answer",), environment=None, store=None,
             quiet=False, within=()):
        """store: its URL, for a node without a link in between. quiet: see above. within: what the
        command begins with."""
        link = None if store else Link(self.folder, name, self.store)
        command = [*within, self.program, "--bind", "%s:%d" % self.address, "--log", "json",
                   "--store", store or "unix:" + link.path, "--node", name,
                   "--lease", str(self.lease)]
        command += ["--standby"] if standby else []
        calls = 0 if doing == ("answer",) else 1
        command += ["--calls", str(calls), "--unsafe-min", "6", *options, *doing]
        agent = Quiet(self, name, command, ("store", "listening")) if quiet else \
            Agent(self.wire, name, command, environment)
        node = Node(self, name, link, agent)
        self.nodes.append(node)
        if standby:
            node.wait_for("standby")
            node.wait_for("reached")
        else:
            self.wait(node.is_listening, 30, "%s does not begin" % name)
        return node

    def peer(self, host=None):
        peer = Peer(self.wire, "peer%d" % (len(self.peers) + 1), host=host)
        peer.other_name = "cluster"
        peer.aim(self.address)
        self.peers.append(peer)
        return peer

    def close(self):
        for node in self.nodes:
            if node.agent.process.poll() is None:
                node.signal(signal.SIGCONT)
                node.kill()
            if node.link:
                node.link.close()
            if isinstance(node.agent, Quiet):
                node.agent.close()
        for process in self.programs:
            if process.poll() is None:
                process.kill()
                process.wait()
        for peer in self.peers:
            peer.close()
        self.store.stop()
        self.ports.close()
        self.lag.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    # Waiting

    def wait(self, condition, timeout, text):
        deadline = time.monotonic() + timeout
        while not condition():
            check(time.monotonic() < deadline or
                  time.monotonic() < deadline + self.lag.seconds(), "%s", text)
            time.sleep(0.01)

    def key(self, name):
        return "sst:{%s:%d}:%s" % (*self.address, name)

    def kept(self):
        """How many calls the store has."""
        return int(self.store.ask("HLEN", self.key("calls")))

    def wait_kept(self, count, timeout=10):
        self.wait(lambda: self.kept() == count, timeout, "the store does not have %d calls" % count)

    def ladder(self):
        with self.wire.changed:
            lines = [(d.time, d.line()) for d in self.wire.datagrams]
            lines += [(moment, "%8.3f  %s" % (moment, text)) for moment, text in self.wire.notes]
        return "\n".join(line for _, line in sorted(lines)[-200:])


def readable(peer, seconds):
    return bool(select.select([peer.socket], [], [], seconds)[0])
