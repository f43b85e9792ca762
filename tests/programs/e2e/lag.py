"""How far the machine is behind: time in which programs could have run, but had no processor.

Linux says for each thread how long it waited for one (the second number of schedstat).  A thread
that sleeps for moments and sees how late it wakes up notices the rest: machines without that file,
and virtual ones that are stopped as a whole.
"""

import glob
import threading
import time

STEP = 0.05
# Not counted of each step: to wake up takes a moment on any machine.
FREE = 0.01
# From how many seconds on a case that failed may have failed for want of a processor.
MUCH = 0.15


class Lag:
    """Adds up from its beginning, for this process and all that it is told to watch."""

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
        """Reads what Linux says; of a thread that has ended the last number stays."""
        for process in list(self.watched):
            for path in glob.glob("/proc/%s/task/*/schedstat" % process):
                try:
                    with open(path, encoding="ascii") as file:
                        self.waited[path] = int(file.read().split()[1]) / 1e9
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
    """Calls case(slowness) and gives what it gives: (what, the lag in which it failed, or None).

    What failed while the machine was behind tells nothing of the programs.  It is played again, two
    and then four times as slowly; the last try counts whatever the lag was.
    """
    for number in range(tries):
        result, lag = case(min(2 ** number, 4))
        if lag is None or lag < MUCH or number == tries - 1:
            return result
        print("(failed while programs waited %.2f s for a processor: played again, slower)" % lag)
    return None
