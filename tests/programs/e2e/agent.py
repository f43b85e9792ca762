"""One sst-ua as a child process: its JSON lines, its standard error, its exit status."""

import json
import signal
import subprocess
import threading


class Agent:
    """Starts the program and reads its output line by line, in threads of its own."""

    def __init__(self, record, name, command, environment=None):
        self.wire = record
        self.name = name
        self.command = command
        self.events = []
        self.lines = []
        self.errors = []
        self.garbage = []
        self.signalled = False
        self.open_pipes = 2
        self.gone = False
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, env=environment,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        record.note("%s: %s" % (name, " ".join(command)))
        if record.lag:
            record.lag.watch(self.process.pid)
        for pipe, take in ((self.process.stdout, self._take_line),
                           (self.process.stderr, self._take_error)):
            threading.Thread(target=self._read, args=(pipe, take), daemon=True).start()

    def _read(self, pipe, take):
        for raw in pipe:
            take(raw.decode("utf-8", "replace").rstrip("\n"))
        pipe.close()
        with self.wire.changed:
            self.open_pipes -= 1
            last = self.open_pipes == 0
        if last:
            self.process.wait()
            self.wire.note("%s ended" % self.name)
            with self.wire.changed:
                self.gone = True
                self.wire.changed.notify_all()

    def _take_line(self, line):
        with self.wire.changed:
            self.lines.append(line)
            try:
                event = json.loads(line)
                if not isinstance(event, dict):
                    raise ValueError("no object")
            except ValueError:
                self.garbage.append(line)
                event = {}
            self.events.append(event)
            if event.get("event") not in ("sent", "received"):
                self.wire.note("%s: %s" % (self.name, line))
            self.wire.changed.notify_all()

    def _take_error(self, line):
        with self.wire.changed:
            self.errors.append(line)
            self.wire.note("%s, standard error: %s" % (self.name, line))

    def all(self, event, **match):
        """The logged events of this kind whose keys have these values, in order."""
        with self.wire.changed:
            return [entry for entry in self.events if entry.get("event") == event
                    and all(entry.get(key) == value for key, value in match.items())]

    def wait(self, event, count=1, timeout=120, **match):
        """Waits until the count-th such event is logged and returns it; None if it never is."""
        self.wire.wait(lambda: len(self.all(event, **match)) >= count or self.ended(), timeout)
        found = self.all(event, **match)
        return found[count - 1] if len(found) >= count else None

    def ended(self):
        """Whether the program has ended and all its output was read."""
        return self.gone

    def exit_status(self, timeout):
        """Waits for the end of the program; None if it goes on."""
        try:
            self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            return None
        self.wire.wait(self.ended, 60)
        return self.process.returncode

    def signal(self, number=signal.SIGTERM):
        """Asks it to hang up and end; a second signal would end it at once, so there is one."""
        if self.process.poll() is None and not self.signalled:
            self.signalled = True
            self.process.send_signal(number)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    @property
    def address(self):
        """The host and port it listens on, from its log."""
        listening = self.all("listening")
        return (listening[0]["address"], listening[0]["port"]) if listening else None

    def calls_over(self):
        """How many of its calls have ended; after that it only waits for retransmissions, or for a
        dead peer.
        """
        over, established, said_bye = set(), set(), set()
        with self.wire.changed:
            for entry in self.events:
                call, kind = entry.get("call"), entry.get("cseq_method")
                status = entry.get("status", 0)
                if kind == "INVITE" and 200 <= status < 300:
                    established.add(call)
                if kind == "BYE":
                    said_bye.add(call)
                    over.update([call] if status >= 200 else [])
                if entry.get("event") == "ended":
                    over.add(call)
                if kind == "INVITE" and call not in established and final_refusal(entry):
                    over.add(call)
                    said_bye.add(call)
        return len(over & said_bye)


def final_refusal(entry):
    """Whether a log line shows that a call failed: rejected by the other side, or cancelled."""
    status = entry.get("status", 0)
    if entry["event"] == "received":
        return status >= 300 and status not in (401, 407, 422)
    return status == 487
