"""How far the machine is behind: time in which programs could have run, but had no processor.

Linux counts for each thread how long it waited for one (the second number of schedstat). A thread
that sleeps briefly and measures how late it wakes up detects the rest: machines without that file,
and virtual machines that are stopped as a whole.
"""

import os
import threading
import time

STEP = 0.05
# Subtracted from each step: waking up takes a moment on any machine.
FREE = 0.01
# From this many seconds on, a failed case may have failed for lack of a processor.
MUCH = 0.15


def contents(path):
    """Of a small file; without a file object, which costs more than all else here."""
    file = os.open(path, os.O_RDONLY)
    try:
        return os.read(file, 100)
    finally:
        os.close(file)


class Lag:
    """Adds up the lag from its start, for this process and all that it is told to watch."""

    def __init__(self):
        self.late = 0.0
        self.waited = {}        # thread -> seconds it waited for a processor
        self.watched = ["self"]
        self.stopped = threading.Event()
        self.look()
        self.before = sum(self.waited.values())
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def watch(self, process_id):
        self.watched.append(str(process_id))

    def look(self):
        """Reads the counts from Linux; for a thread that has ended the last one stays."""
        for process in list(self.watched):
            folder = "/proc/%s/task" % process
            try:
                threads = os.listdir(folder)
            except OSError:
                continue
            for thread in threads:
                path = "%s/%s/schedstat" % (folder, thread)
                try:
                    self.waited[path] = int(contents(path).split()[1]) / 1e9
                except (OSError, IndexError):
                    continue

    def _run(self):
        last = time.monotonic()
        while not self.stopped.wait(STEP):
            now = time.monotonic()
            self.late += max(0.0, now - last - STEP - FREE)
            self.look()
            last = time.monotonic()

    def seconds(self):
        """The lag until now."""
        self.look()
        return self.late + sum(list(self.waited.values())) - self.before

    def stop(self):
        self.stopped.set()
        self.thread.join()


def played(case, tries=5):
    """Calls case(slowness) and returns its result: (what, the lag in which it failed, or None).

    A failure while the machine was behind says nothing about the programs. It is played again, two
    and then four times as slowly; the last try counts whatever the lag was.
    """
    for number in range(tries):
        result, lag = case(min(2 ** number, 4))
        if lag is None or lag < MUCH or number == tries - 1:
            return result
        print("(failed while programs waited %.2f s for a processor: played again, slower)" % lag)
    return None
