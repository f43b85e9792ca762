#!/usr/bin/env python3
"""Runs one program of examples/loops three times at once and checks what it prints.

    run.py PROGRAM

In the first run it refreshes, in the second the peer does. The third is like the second, but the
program is stopped after the first refresh until it would have to give the session up: then the
second refresh waits in the socket and must be read first.
"""

import os
import re
import signal
import subprocess
import sys
import threading
import time

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "e2e"))

import lag  # noqa: E402  pylint: disable=wrong-import-position

SPEED = 18          # how much faster than real time libsst's clock runs
INTERVAL = 90.0     # seconds of that clock
GUARD = 30.0        # the smaller of 32 s and a third of it (RFC 4028 §10)
OVERDUE = 52.5      # halfway from the refresh, due at 45 s, to where the watcher gives up at 60 s

BEGIN = ["sent INVITE", "received 200"]
OWN = BEGIN + ["negotiated local"] + ["sent UPDATE", "received 200", "refreshed local"] * 3 + [
    "sent UPDATE", "ended: refresh_unanswered", "sent BYE"]
PEERS = BEGIN + ["negotiated remote"] + ["received UPDATE", "sent 200", "refreshed remote"] * 3 + [
    "overdue remote", "ended: not_refreshed", "sent BYE"]
LINE = re.compile(r" *(\d+\.\d) s  (.+)")


class Wrong(Exception):
    """The program did something unexpected."""


def start(program, speed, *arguments):
    return subprocess.Popen([program, *arguments], stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                            env={**os.environ, "SST_LOOP_SPEED": "%d" % speed})


def wait_until_it_waits(process):
    """Until it is back in its loop and sleeping."""
    while process.poll() is None:
        with open("/proc/%d/stat" % process.pid, encoding="ascii") as file:
            if file.read().rpartition(")")[2].split()[0] == "S":
                return
        time.sleep(0.01)


def stop_for_a_while(process, speed):
    """Stops it after the peer's first refresh, past the second one and the give-up time."""
    head = []
    for line in process.stdout:
        head.append(line)
        if "refreshed remote" in line:
            break
    wait_until_it_waits(process)
    process.send_signal(signal.SIGSTOP)
    time.sleep((INTERVAL - GUARD + 10) / speed)
    process.send_signal(signal.SIGCONT)
    return "".join(head)


def lines_of(process, head):
    # communicate() would lose what the stream has read ahead of the lines asked for so far.
    watchdog = threading.Timer(300, process.kill)
    watchdog.start()
    text = head + process.stdout.read()
    process.wait()
    watchdog.cancel()
    if process.returncode != 0:
        raise Wrong("exit status %d\n%s" % (process.returncode, text))
    matches = [LINE.fullmatch(line) for line in text.splitlines()]
    if not all(matches):
        raise Wrong("not a line of the example's:\n" + text)
    return [(float(match[1]), match[2]) for match in matches]


def check(process, expected, head=""):
    lines = lines_of(process, head)
    shown = "\n".join("%6.1f  %s" % line for line in lines)
    if [text for _, text in lines] != expected:
        raise Wrong("expected:\n        %s\ngot:\n%s" % ("\n        ".join(expected), shown))
    success = 0.0
    # Never early; how late depends on the machine's load and is not checked. Both times are
    # rounded, each by half of the last digit. An event that counts from a 2xx it sends counts from
    # the request instead: a line is printed before libsst is called, or long after.
    due = {"overdue remote": OVERDUE, "ended: refresh_unanswered": INTERVAL,
           "ended: not_refreshed": INTERVAL - GUARD}
    # The half counts from sending the last refresh, which is remembered in steps (EC-132).
    asked = None
    for at, text in lines:
        if text in ("received 200", "received UPDATE"):
            success = at
            asked = at if asked is None else asked
        if text == "sent UPDATE":
            if at - asked < INTERVAL / 2 - INTERVAL / 256 - 0.11:
                raise Wrong("%s is early, %.1f s after the last one:\n%s" % (text, at - asked, shown))
            asked = at
        if at - success < due.get(text, 0) - 0.11:
            raise Wrong("%s is early, %.1f s after the last 2xx:\n%s" % (text, at - success, shown))


def played(program, slowness):
    """0 or 1, and the lag in which it failed, or None."""
    speed = SPEED // slowness
    measured = lag.Lag()
    processes = [start(program, speed, *words) for words in ([], ["watch"], ["watch"])]
    for process in processes:
        measured.watch(process.pid)
    try:
        head = stop_for_a_while(processes[2], speed)
        check(processes[0], OWN)
        check(processes[1], PEERS)
        check(processes[2], PEERS, head)
    except Wrong as wrong:
        print(wrong)
        return 1, measured.seconds()
    finally:
        for process in processes:
            process.kill()
            process.wait()
        measured.stop()
    return 0, None


def main():
    return lag.played(lambda slowness: played(sys.argv[1], slowness))


if __name__ == "__main__":
    sys.exit(main())
