"""The stage of one case: sst-ua, the other stacks, the capture, and what holds in every case.

It is the laboratory of the end-to-end tests with other actors: the record of the wire comes from
the capture, after the fact, instead of from a relay.
"""

import glob
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import agent
import capture
import lint
import ports
import sipwire
import sstlab
import wire
from sstlab import Skip, check, equal

HOST = ports.HOST
HERE = os.path.dirname(os.path.abspath(__file__))
TEARDOWN = 5


class Actor(agent.Agent):
    """Another program. Its output is kept, but only JSON in it means anything."""

    def kill(self):
        self.end(signal.SIGKILL)

    def end(self, number=signal.SIGTERM):
        """Ends it, its children, and processes that freeze() stopped."""
        for each in (number, signal.SIGCONT):
            try:
                os.killpg(self.process.pid, each)
            except ProcessLookupError:
                return
        try:
            self.process.wait(TEARDOWN)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def freeze(self):
        """It falls silent, as if its machine had lost power."""
        os.killpg(self.process.pid, signal.SIGSTOP)


class Stage(sstlab.Lab):
    def __init__(self, program, tools, slowness=1):
        super().__init__(program, None, slowness)
        self.tools = tools              # name -> path of a program from the build
        self.folder = tempfile.mkdtemp(prefix="sst-interop-")
        self.ports = ports.Ports()
        self.names = {}                 # port -> name of its owner
        self.kinds = {}                 # name -> whose stack it is
        self.actors = []
        self.packets = []
        self.capture = None
        self.began = time.time() - self.wire.now()      # when the record's clock was 0

    def open(self, rate):
        """Begins the capture, and makes all programs run this much faster than real time."""
        self.need_faketime(rate)
        self.capture = capture.Capture(self.ports, os.path.join(self.folder, "wire.pcapng"))

    # Actors

    def port(self, name):
        """The port of this actor."""
        for port, other in self.names.items():
            if other == name:
                return port
        port = self.ports.base + len(self.names)
        check(len(self.names) < ports.SIZE - 1, "no port left")
        self.names[port] = name
        return port

    def uri(self, name, user="peer"):
        return "sip:%s@%s:%d" % (user, HOST, self.port(name))

    def need(self, *programs):
        for program in programs:
            if not shutil.which(program):
                raise Skip("%s is not installed" % program)

    @staticmethod
    def need_kamailio_module(name):
        if not glob.glob("/usr/lib*/*/kamailio/modules/%s.so" % name):
            raise Skip("no module %s of Kamailio (Debian package kamailio-%s-modules)" % (name, name))

    def actor(self, name, command, **environment):
        """Starts another program, in a process group of its own."""
        variables = dict(self.environment() or os.environ, **environment)
        command = ["setsid"] + command
        started = Actor(self.wire, name, command, variables)
        self.actors.append(started)
        return started

    def start(self, name, *arguments, raw=False):
        """Starts sst-ua on its own port."""
        del raw
        command = [self.program, "--bind", "%s:%d" % (HOST, self.port(name)), "--log", "json"]
        if self.speed != 1:
            command += ["--speed", "%g" % self.speed]
        command += [str(argument) for argument in arguments]
        started = agent.Agent(self.wire, name, command, self.environment())
        self.agents.append(started)
        options = dict(zip(command, command[1:]))
        self.rules[name] = lint.Rules(name, float(options.get("--unsafe-min", 90)),
                                      options.get("--mode") != "off")
        check(started.wait("listening"), "%s does not listen", name)
        return started

    def sofia(self, *options, name="sofia", calls=None):
        """Starts the peer on Sofia-SIP; calls is the name of its callee, or None to answer."""
        program = self.tools.get("sofia")
        if not program or not os.path.exists(program):
            raise Skip("no Sofia-SIP peer (Debian package libsofia-sip-ua-dev)")
        command = [program, "-b", "sip:sofia@%s:%d;transport=udp" % (HOST, self.port(name))]
        if calls:
            command += ["-t", calls]
        self.kinds[name] = "Sofia-SIP"
        started = self.actor(name, command + [str(option) for option in options])
        check(started.wait("listening"), "the Sofia-SIP peer does not listen")
        return started

    def sipp(self, script, *options, calls=None, count=1, name="sipp"):
        """Starts SIPp with a script; calls is the name of its callee."""
        self.need("sipp")
        path = os.path.join(self.folder, name + ".xml")
        with open(path, "w", encoding="ascii") as file:
            file.write(script.xml())
        command = ["sipp", "-sf", path, "-i", HOST, "-p", str(self.port(name)), "-m", str(count),
                   "-nostdin", "-trace_err", "-error_file", path + ".err", "-l", str(count),
                   "-r", str(count), "-timeout", "1500", "-timeout_error",
                   "-watchdog_minor_threshold", "100000000",
                   "-watchdog_major_threshold", "100000000"]
        if calls:
            command.append("%s:%d" % (HOST, self.port(calls)))
        started = self.actor(name, command + [str(option) for option in options])
        started.error_file = path + ".err"
        if not calls:
            self.wait_bound(name)
        return started

    def long_way(self, near, far, late, name="relay"):
        """Starts a slow path between two actors: what is sent to the far one arrives late."""
        program = os.path.join(HERE, "relay.py")
        started = self.actor(name, [sys.executable, program, str(self.port(name)),
                                    str(self.port(near)), str(self.port(far)),
                                    "%g" % (late / self.fake_rate)],
                             LD_PRELOAD="")
        self.wait_bound(name)
        return started

    def kamailio(self, name="kamailio", config="kamailio.cfg", kind="Kamailio", **settings):
        """Starts Kamailio as a record-routing proxy, with dialog and sst unless config says
        otherwise.

        kind is the stack that the deviations in what it sends belong to.
        """
        self.kinds[name] = kind
        self.need("kamailio")
        config = os.path.join(HERE, config)
        run = os.path.join(self.folder, name)
        os.mkdir(run)
        command = ["kamailio", "-f", config, "-DD", "-E", "-m", "32", "-M", "8", "-w", run,
                   "-Y", run, "-P", os.path.join(run, "pid"), "-A", "PORT=%d" % self.port(name)]
        for setting, value in settings.items():
            command += ["-A", "%s=%s" % (setting.upper(), value)]
        started = self.actor(name, command)
        self.wait_options(name)
        return started

    def baresip(self, name="baresip"):
        """Starts baresip, which answers by itself."""
        self.kinds[name] = "baresip"
        self.need("baresip")
        run = os.path.join(self.folder, name)
        os.mkdir(run)
        # It listens for TLS one port above, whatever its configuration says.
        check(self.port(name) + 1 == self.port(name + ", TLS"), "no port for baresip's TLS")
        texts = {"config": "sip_listen %s:%d\nmodule_path %s\nmodule account.so\n"
                           "module_app menu.so\nmodule g711.so\nrtp_timeout 0\n"
                           % (HOST, self.port(name), baresip_modules()),
                 "accounts": "<sip:peer@%s:%d>;answermode=auto;regint=0\n"
                             % (HOST, self.port(name)), "contacts": ""}
        for file_name, text in texts.items():
            with open(os.path.join(run, file_name), "w", encoding="ascii") as file:
                file.write(text)
        started = self.actor(name, ["baresip", "-f", run])
        self.wait_options(name)
        return started

    def jssip(self, *options, calls=None, name="jssip"):
        """Starts JsSIP in node, on the WebSocket of a Kamailio without timers of its own."""
        self.need("node", "kamailio")
        modules = self.tools.get("node")
        if not modules or not os.path.isdir(os.path.join(modules, "jssip")):
            raise Skip("no JsSIP (npm packages jssip and ws; tests/interop/show installs them)")
        self.need_kamailio_module("websocket")
        self.kamailio(config="kamailio-ws.cfg", kind="JsSIP")
        command = ["node", os.path.join(HERE, "jssip_peer.js")] + [str(o) for o in options]
        if calls:
            command += ["--call", calls]
        started = self.actor(name, command + [str(self.port("kamailio"))], NODE_PATH=modules)
        check(started.wait("listening"), "JsSIP does not register: %s", started.errors[-5:])
        return started

    def linphone(self, *lines, calls=None, name="linphone"):
        """Starts linphonec, which answers by itself; lines go into its section [sip]."""
        self.need("linphonec")
        self.kinds[name] = "Linphone"
        run = os.path.join(self.folder, name)
        os.makedirs(os.path.join(run, ".local/share/linphone"))
        config = os.path.join(run, "linphonerc")
        with open(config, "w", encoding="ascii") as file:
            file.write("[sip]\nsip_port=%d\nsip_tcp_port=0\nsip_tls_port=0\nbind_address=%s\n"
                       "use_ipv6=0\nguess_hostname=0\ncontact=sip:linphone@%s\n%s\n"
                       % (self.port(name), HOST, HOST, "\n".join(lines)))
        # It ends at the end of its standard input.
        command = "sleep 600 | exec linphonec -a -c " + config
        if calls:
            command += " -s " + calls
        started = self.actor(name, ["sh", "-c", command], HOME=run)
        self.wait_bound(name)
        return started

    # Waiting

    def wait_bound(self, name):
        """Waits until an actor listens on its port."""
        wanted = "%08X:%04X" % (int.from_bytes(socket.inet_aton(HOST), "little"), self.port(name))

        def bound():
            with open("/proc/net/udp", encoding="ascii") as table:
                return any(line.split()[1] == wanted for line in table)
        self.poll(bound, "%s does not listen" % name)

    def wait_options(self, name):
        """Waits until an actor answers OPTIONS."""
        message = sipwire.Message("OPTIONS %s SIP/2.0" % self.uri(name), [])
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind((HOST, 0))
            probe.settimeout(0.2)
            here = "%s:%d" % probe.getsockname()
            message.fields = [("Via", "SIP/2.0/UDP %s;branch=z9hG4bK1;rport" % here),
                              ("Max-Forwards", "1"), ("From", "<sip:probe@%s>;tag=1" % here),
                              ("To", "<%s>" % self.uri(name)), ("Call-ID", "probe@%s" % here),
                              ("CSeq", "1 OPTIONS"), ("Contact", "<sip:probe@%s>" % here)]

            def answered():
                try:
                    probe.sendto(message.encode(), (HOST, self.port(name)))
                    return probe.recv(65536).startswith(b"SIP/2.0")
                except OSError:
                    return False
            self.poll(answered, "%s does not answer OPTIONS" % name)

    def poll(self, condition, text, timeout=sstlab.LONG):
        """Waits for something that no event announces."""
        deadline = time.monotonic() + timeout
        while not condition():
            check(time.monotonic() < deadline, "%s", text)
            self.wire.wait(lambda: False, 0.05)

    # Judging

    def read(self):
        """Ends the capture, and makes its contents the record of the case."""
        self.packets = [p for p in self.capture.read() if self.name_of(p.source)
                        and self.name_of(p.target) and p.cseq_method]
        for packet in self.packets:
            self._record(packet)

    def judge(self):
        """Compares the capture with the logs of sst-ua, before the rules for every case."""
        self.read()
        for program in self.agents:
            self._compare(program)
        super().judge()

    def explained(self):
        """What sst-explain says about the capture: one object per call."""
        command = [self.tools["explain"], "--json", "--speed", "%g" % self.fake_rate]
        floor = min((rules.floor for rules in self.rules.values()), default=90)
        if floor < 90:
            command += ["--unsafe-min", "%g" % floor]
        shown = subprocess.run(command + [self.capture.path], capture_output=True, text=True,
                               timeout=120, check=False)
        check(shown.returncode in (0, 3), "sst-explain: exit status %d: %s", shown.returncode,
              shown.stderr)
        return [json.loads(line) for line in shown.stdout.splitlines()]

    def judge_explained(self, role):
        """sst-explain, which only knows the capture, may blame sst-ua only for what its options
        asked for."""
        if any("--mute-after" in program.command for program in self.agents):
            return
        for call in self.explained():
            # --method update sends it whether or not the peer's Allow lists it.
            ours = [found["name"] for found in call["findings"]
                    if found["who"] == role and found["name"] != "update_unlisted"]
            check(not ours, "sst-explain finds %s of sst-ua", ", ".join(ours))
            check(call["who"] != role or call["verdict"] == "ended_otherwise",
                  "sst-explain blames sst-ua: %s", call["sentence"])

    def name_of(self, port):
        return self.names.get(port)

    def _record(self, packet):
        source, target = self.name_of(packet.source), self.name_of(packet.target)
        datagram = self.wire.record(source, target, packet.payload)
        datagram.time = packet.time - self.began
        if target in self.rules:
            self.wire.deliver(target, packet.payload)
            delivered = self.wire.delivered[target]
            delivered[-1].time = datagram.time
            if self.kinds.get(source) == "JsSIP":
                delivered[-1].copy = any(is_copy(delivered[-1].message, other.message)
                                         for other in delivered[:-1])

    def _compare(self, program):
        """tshark must read in our datagrams what our log says was sent."""
        ours = [p for p in self.packets if self.name_of(p.source) == program.name]
        bad = [p for p in ours if p.malformed]
        check(not bad, "tshark finds malformed: %r", bad[:1])
        dissected = [capture.log_line(packet) for packet in ours]
        told = [{k: v for k, v in sstlab.logged(entry).items() if k != "copy"}
                for entry in program.all("sent")]
        for line, want in zip(told, dissected):
            check(line == want, "%s logged %r, tshark reads %r", program.name, line, want)
        equal(len(told), len(dissected), "%s: datagrams sent" % program.name)

    def finish(self, timeout=sstlab.LONG, hurry=True, **statuses):
        """Exit statuses by name; those of SIPp scripts are compared too, other programs are ended.
        """
        for actor in self.actors:
            if actor.name.startswith("sipp") and not getattr(actor, "frozen", False):
                status = actor.exit_status(timeout)
                check(status == 0, "%s: exit status %r: %s", actor.name, status,
                      self._sipp_error(actor))
        super().finish(timeout, hurry, **statuses)
        for actor in self.actors:
            actor.end()

    @staticmethod
    def _sipp_error(actor):
        try:
            with open(actor.error_file, encoding="utf-8", errors="replace") as file:
                return file.read()[-3000:]
        except OSError:
            return "\n".join(actor.errors[-5:])

    def close(self):
        if self.closed:
            return
        super().close()
        for actor in self.actors:
            actor.kill()
        if self.capture:
            self.capture.stop()
        for program in self.agents + self.actors:
            forget_faketime(program.process.pid)
        self.ports.close()
        if not os.environ.get("SST_INTEROP_KEEP"):
            shutil.rmtree(self.folder, ignore_errors=True)


def is_copy(message, earlier):
    """Whether it repeats an earlier message, even if JsSIP's copy of a 2xx contains less."""
    return earlier.start == message.start and earlier.cseq == message.cseq \
        and earlier.call_id == message.call_id and earlier.branch == message.branch


def forget_faketime(pid):
    """Removes what libfaketime leaves behind when a program is killed."""
    for path in ("/dev/shm/faketime_shm_%d", "/dev/shm/sem.faketime_sem_%d"):
        try:
            os.unlink(path % pid)
        except OSError:
            pass


def baresip_modules():
    """Where Debian keeps baresip's modules."""
    for folder in ("/usr/lib/baresip/modules", "/usr/local/lib/baresip/modules"):
        if os.path.isdir(folder):
            return folder
    raise Skip("baresip's modules are not to be found")
