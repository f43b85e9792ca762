"""The capture of one case, and tshark's reading of it.

dumpcap writes the file, tshark dissects it: neither knows anything about this project.
"""

import collections
import os
import shutil
import signal
import socket
import subprocess
import time

from sstlab import Skip, check

FIELDS = collections.OrderedDict([
    ("time", "frame.time_epoch"), ("source", "udp.srcport"), ("target", "udp.dstport"),
    ("method", "sip.Method"), ("status", "sip.Status-Code"), ("cseq", "sip.CSeq.seq"),
    ("cseq_method", "sip.CSeq.method"), ("session_expires", "sip.Session-Expires"),
    ("min_se", "sip.Min-SE"), ("supported", "sip.Supported"), ("require", "sip.Require"),
    ("reason", "sip.Reason"), ("call_id", "sip.Call-ID"), ("malformed", "_ws.malformed"),
    ("payload", "udp.payload")])
NUMBERS = ("source", "target", "status", "cseq")

Packet = collections.namedtuple("Packet", FIELDS)

MARK = b"end of the capture"


class Capture:
    """Records what passes the ports of a block until read() is called."""

    def __init__(self, ports, path):
        for program in ("dumpcap", "tshark"):
            if not shutil.which(program):
                raise Skip("%s is not installed (Debian package tshark)" % program)
        self.ports = ports
        self.path = path
        self.process = subprocess.Popen(
            ["dumpcap", "-i", "lo", "-w", path, "-f",
             "udp portrange %d-%d" % (ports.base, ports.base + 7)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        said = b""
        for line in self.process.stderr:
            said += line
            if line.startswith(b"File:"):
                break
        else:
            self.process.wait()
            said += self.process.stderr.read()
            lines = [text for text in said.decode("utf-8", "replace").splitlines()
                     if text.startswith("dumpcap:")]
            raise Skip("cannot capture: %s" % (lines or [said])[0])
        self._mark(b"begin of the capture")

    def _holds(self, mark):
        if not os.path.exists(self.path):
            return False
        with open(self.path, "rb") as file:
            return mark in file.read()

    def _mark(self, mark):
        """Sends a datagram of our own until the file holds it."""
        deadline = time.monotonic() + 10
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            while not self._holds(mark):
                check(time.monotonic() < deadline, "the capture records nothing")
                sender.sendto(mark, ("127.0.0.1", self.ports.base + 7))
                time.sleep(0.05)

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait()
        self.process.stderr.close()

    def read(self):
        """Ends the capture and returns its SIP messages, as tshark understands them."""
        self._mark(MARK)
        self.stop()
        command = ["tshark", "-n", "-o", "udp.try_heuristic_first:TRUE", "-r", self.path,
                   "-Y", "udp && !icmp && udp.length > 60 && !(udp.dstport == %d)"
                   % (self.ports.base + 7), "-T", "fields", "-E", "separator=/t",
                   "-E", "aggregator=,"]
        for field in FIELDS.values():
            command += ["-e", field]
        shown = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
        return [self._packet(line) for line in shown.stdout.splitlines()]

    @staticmethod
    def _packet(line):
        values = dict(zip(FIELDS, (value or None for value in line.split("\t"))))
        values["time"] = float(values["time"])
        values["payload"] = bytes.fromhex(values["payload"].replace(":", ""))
        for name in NUMBERS:
            values[name] = int(values[name]) if values[name] else None
        return Packet(**values)


def log_line(packet):
    """What sst-ua's JSON log should say about a packet, derived from tshark's fields."""
    line = {"call": packet.call_id, "cseq": packet.cseq, "cseq_method": packet.cseq_method}
    line.update({"method": packet.method} if packet.method else {"status": packet.status})
    if packet.session_expires:
        interval, _, rest = packet.session_expires.partition(";")
        line["session_expires"] = int(interval)
        name, _, refresher = rest.replace(" ", "").lower().partition("=")
        if name == "refresher":
            line["refresher"] = refresher
    if packet.min_se:
        line["min_se"] = int(packet.min_se.partition(";")[0])
    for name in ("supported", "require"):
        value = getattr(packet, name)
        if value is not None:
            tags = [tag.strip().lower() for tag in value.split(",")]
            line[name + "_timer"] = "timer" in tags
    if packet.method == "BYE" and packet.reason:
        line["reason"] = packet.reason
    return line
