#!/usr/bin/env python3
"""sst-ua as a provider's customer, with Kamailio as the provider, and SIPp over TCP.

    run.py --ua PROGRAM [--list] CASE...

Two sst-ua register with Kamailio, one calls the other, and the call is refreshed. Each case is
judged by the logs of sst-ua. Exit status: 0 passed, 1 failed, 77 skipped.
"""

import argparse
import glob
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = sys.pycache_prefix is None
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "e2e"), os.path.join(HERE, "..", "..", "interop")]

import agent  # noqa: E402  pylint: disable=wrong-import-position
import nameserver  # noqa: E402  pylint: disable=wrong-import-position
import ports  # noqa: E402  pylint: disable=wrong-import-position
import streampeer  # noqa: E402  pylint: disable=wrong-import-position
import wire  # noqa: E402  pylint: disable=wrong-import-position
from sstlab import SANITIZER, Skip, check, equal  # noqa: E402  pylint: disable=wrong-import-position

LONG = 120


class Provider:
    """Kamailio, its DNS names, and its certification authority."""

    def __init__(self, minimum=5):
        for program in ("kamailio", "openssl"):
            if not shutil.which(program):
                raise Skip("%s is not installed" % program)
        if not glob.glob("/usr/lib/*/kamailio/modules/tls.so"):
            raise Skip("kamailio-tls-modules is not installed")
        self.ports = ports.Ports()
        self.port, self.tls_port = self.ports.base, self.ports.base + 1
        self.authority = streampeer.Authority()
        self.names = nameserver.NameServer()
        self.names.host("sip.provider.test", "127.0.0.1")
        for service, port in (("_sip._udp", self.port), ("_sip._tcp", self.port),
                              ("_sips._tcp", self.tls_port)):
            self.names.srv(service + ".provider.test", (1, 1, port, "sip.provider.test"))
        self.process = self._start(minimum)

    def _start(self, minimum):
        folder = self.authority.folder
        certificate = self.authority.sign("DNS:provider.test", "IP:127.0.0.1")
        config = os.path.join(folder, "tls.cfg")
        with open(config, "w", encoding="ascii") as file:
            file.write("[server:default]\nmethod = TLSv1.2+\nverify_certificate = no\n"
                       "certificate = %s\nprivate_key = %s\n[client:default]\nmethod = TLSv1.2+\n"
                       "verify_certificate = no\n" % (certificate, certificate))
        self.log = open(os.path.join(folder, "log"), "wb")
        process = subprocess.Popen(
            ["setsid", "kamailio", "-f", os.path.join(HERE, "provider.cfg"), "-DD", "-E", "-m", "32",
             "-M", "8", "-w", folder, "-Y", folder, "-P", os.path.join(folder, "pid"),
             "-A", "PORT=%d" % self.port, "-A", "TLSPORT=%d" % self.tls_port,
             "-A", "MINEXPIRES=%d" % minimum, "-A", 'TLSCONFIG="%s"' % config],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.tls_port), 1).close()
                return process
            except OSError:
                time.sleep(0.1)
        raise AssertionError("Kamailio does not listen: %s" % self.said())

    def said(self):
        with open(self.log.name, encoding="utf-8", errors="replace") as file:
            return file.read()[-3000:]

    def close(self):
        try:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(10)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.log.close()
        self.names.close()
        self.authority.close()
        self.ports.close()


class Stage:
    """The customers of one case."""

    def __init__(self, program):
        self.program = program
        self.wire = wire.Wire()
        self.agents = []
        self.provider = None
        self.folder = tempfile.mkdtemp(prefix="sst-provider-")

    def open(self, **settings):
        self.provider = Provider(**settings)
        return self.provider

    def start(self, name, *arguments):
        started = agent.Agent(self.wire, name, [self.program, "--bind", "127.0.0.1:0", "--log",
                                                "json", "--speed", "20", *map(str, arguments)])
        self.agents.append(started)
        check(started.wait("listening"), "%s does not listen", name)
        return started

    def customer(self, name, *arguments):
        return self.start(name, "--register", "--from", "sip:%s@provider.test" % name, "--user",
                          name, "--auth", name + ":secret", "--dns", self.provider.names.address,
                          "--tls-ca", self.provider.authority.file, *arguments)

    def finish(self, **statuses):
        for program in self.agents:
            status = program.exit_status(LONG)
            equal(status, statuses[program.name], "exit status of %s" % program.name)
            bad = [line for line in program.errors if any(word in line for word in SANITIZER)]
            check(not bad, "%s: %s", program.name, bad)

    def close(self):
        for program in self.agents:
            program.kill()
        if self.provider:
            self.provider.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def a_call(stage, transport):
    """Registered, called, refreshed by UPDATE and by a hold, hung up, unregistered."""
    callee = stage.customer("bob", "--transport", transport, "answer")
    check(callee.wait("registered"), "bob is not registered")
    caller = stage.customer("alice", "--transport", transport, "--session-expires", 90,
                            "--hold-at", 60, "--hangup-after", 200, "call",
                            "sip:bob@provider.test")
    check(caller.wait("registered"), "alice is not registered")
    check(caller.wait("refreshed", 3), "fewer than three refreshes")
    check(callee.wait("received", method="BYE"), "no BYE")
    stage.finish(bob=0, alice=0)
    for program in (caller, callee):
        check(program.all("unregistered"), "%s is still registered", program.name)
        equal(program.all("connection"), [], "problems of %s" % program.name)
        equal(program.all("ended"), [], "%s: ends by libsst" % program.name)


def udp(stage):
    """Two customers over UDP."""
    stage.open()
    a_call(stage, "udp")


def tcp(stage):
    """Two customers over TCP."""
    stage.open()
    a_call(stage, "tcp")


def tls(stage):
    """Two customers over TLS; calls reach them on the connections of their registrations."""
    stage.open()
    a_call(stage, "tls")


def naptr(stage):
    """The name server says that the provider prefers TLS: only the domain is given."""
    provider = stage.open()
    provider.names.naptr("provider.test", (10, 1, "SIPS+D2T", "_sips._tcp.provider.test"),
                         (20, 1, "SIP+D2U", "_sip._udp.provider.test"))
    callee = stage.customer("bob", "answer")
    check(callee.wait("registered"), "bob is not registered")
    stage.customer("alice", "--session-expires", 90, "--hangup-after", 20, "call",
                   "sip:bob@provider.test")
    stage.finish(bob=0, alice=0)
    asked = {kind for _, kind in provider.names.questions}
    check(nameserver.NAPTR in asked and nameserver.SRV in asked, "questions: %s", asked)


def proxy(stage):
    """Everything goes to --outbound, which is a URI and so a Route."""
    provider = stage.open()
    route = "sip:127.0.0.1:%d;transport=tcp" % provider.port
    provider.names.records.clear()
    callee = stage.customer("bob", "--outbound", route, "--transport", "tcp", "answer")
    check(callee.wait("registered"), "bob is not registered")
    stage.customer("alice", "--outbound", route, "--transport", "tcp", "--session-expires", 90,
                   "--hangup-after", 60, "call", "sip:bob@provider.test")
    stage.finish(bob=0, alice=0)


def refresh(stage):
    """A registration is refreshed according to the registrar's interval, 6 s instead of 3."""
    stage.open(minimum=6)
    callee = stage.customer("bob", "--transport", "tls", "--expires", 3, "answer")
    check(callee.wait("registered", 3, expires=6), "not registered three times")
    callee.signal()
    stage.finish(bob=0)
    equal(len(callee.all("unregistered")), 1, "ends of the registration")


def wrong_password(stage):
    """A wrong password ends the program, after no more than two tries."""
    stage.open()
    callee = stage.start("bob", "--register", "--from", "sip:bob@provider.test", "--auth",
                         "bob:wrong", "--dns", stage.provider.names.address, "--transport", "tcp",
                         "answer")
    stage.finish(bob=2)
    equal([e["status"] for e in callee.all("registration_failed")], [401], "failures")
    check(len(callee.all("sent", method="REGISTER")) <= 3, "too many tries")


def restart(stage):
    """The provider's connections break and it forgets everything: the customer registers again."""
    provider = stage.open()
    callee = stage.customer("bob", "--transport", "tls", "answer")
    check(callee.wait("registered"), "bob is not registered")
    os.killpg(provider.process.pid, signal.SIGKILL)
    provider.process.wait()
    check(callee.wait("registration_failed"), "no failure")
    provider.process = provider._start(5)  # pylint: disable=protected-access
    check(callee.wait("registered", 2), "bob is not registered again")
    stage.customer("alice", "--transport", "tls", "--session-expires", 90, "--hangup-after", 20,
                   "call", "sip:bob@provider.test")
    stage.finish(bob=0, alice=0)


SIPP = {"uas": ["-sn", "uas"], "uac": ["-sn", "uac", "-d", "2000", "-max_socket", "100"]}


def _sipp(stage, kind, transport, port, *more):
    if not shutil.which("sipp"):
        raise Skip("sipp is not installed")
    return subprocess.Popen(["sipp", *SIPP[kind], "-t", transport, "-i", "127.0.0.1", "-p", str(port),
                             "-nostdin", "-timeout", "100", "-timeout_error", *more],
                            cwd=stage.folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL)


def sipp_answers(stage):
    """SIPp answers ten calls over TCP, on one connection."""
    block = ports.Ports()
    with _sipp(stage, "uas", "t1", block.base, "-m", "10") as sipp:
        time.sleep(1)
        caller = stage.start("caller", "--transport", "tcp", "--calls", 10, "--hangup-after", 20,
                             "call", "sip:s@127.0.0.1:%d" % block.base)
        stage.finish(caller=0)
        equal(sipp.wait(LONG), 0, "SIPp's exit status")
    equal(len(caller.all("received", status=200, cseq_method="BYE")), 10, "calls")
    block.close()


def sipp_calls(stage):
    """SIPp places ten calls over TCP, each on its own connection."""
    block = ports.Ports()
    callee = stage.start("callee", "--calls", 10, "answer")
    with _sipp(stage, "uac", "tn", block.base, "-m", "10",
               "127.0.0.1:%d" % callee.address[1]) as sipp:
        stage.finish(callee=0)
        equal(sipp.wait(LONG), 0, "SIPp's exit status")
    equal(len(callee.all("received", method="BYE")), 10, "calls")
    block.close()


CASES = (udp, tcp, tls, naptr, proxy, refresh, wrong_password, restart, sipp_answers, sipp_calls)


def run(case, program):
    stage = Stage(program)
    try:
        case(stage)
    except Skip as reason:
        print("skipped %s: %s" % (case.__name__, reason))
        return 77
    except AssertionError as error:
        print("FAILED %s: %s\n%s" % (case.__name__, error, stage.wire.ladder()))
        for started in stage.agents:
            print("\n".join(started.lines[-40:]))
        if stage.provider:
            print(stage.provider.said())
        return 1
    finally:
        stage.close()
    print("passed %s" % case.__name__)
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ua")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("case", nargs="*")
    options = parser.parse_args()
    if options.list:
        print("\n".join(case.__name__ for case in CASES))
        return 0
    results = [run(case, options.ua) for case in CASES if case.__name__ in options.case]
    if 1 in results:
        return 1
    return 77 if set(results) == {77} else 0


if __name__ == "__main__":
    sys.exit(main())
