#!/usr/bin/env python3
"""re-ua against sst-ua and against scripted peers, over UDP on loopback, in the end-to-end lab.

    run.py --ua SST-UA --re RE-UA CASE...     runs these cases
    run.py --list                             prints the names of all cases

Exit status: 0 all passed, 1 one failed, 77 all were skipped. A failed case prints what was expected
and the ladder.
"""

import argparse
import os
import signal
import sys
import time
import traceback

sys.dont_write_bytecode = sys.pycache_prefix is None
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(os.path.dirname(HERE), "e2e")]

# pylint: disable=wrong-import-position
from flows import (answer_to, check_reason, check_refresh, check_timer_logs,  # noqa: E402
                   last_success_t, wait_refreshes)
from scripted import timer  # noqa: E402
import lag  # noqa: E402
import sstlab  # noqa: E402
from sstlab import check, equal  # noqa: E402

INTERVAL = 1800
SPEED = 450     # half of the interval takes two seconds
OTHER = {"caller": "callee", "callee": "caller"}


class Lab(sstlab.Lab):
    """The end-to-end lab with re-ua in one of the roles."""

    def __init__(self, ua, re_ua, role, slowness):
        super().__init__(ua, slowness=slowness)
        self.programs = {role: re_ua, OTHER[role]: ua}

    def start(self, name, *arguments, raw=False):
        self.program = self.programs[name]
        return super().start(name, *arguments, raw=raw)


def refreshed(lab, by, method):
    """Three refreshes by this role, each halfway through the interval; both logs show them."""
    lab.speed = SPEED
    options = {"caller": ["--session-expires", INTERVAL], "callee": []}
    options[by] += ["--method", method.lower()]
    options["callee"] += ["--prefer-refresher", "uac" if by == "caller" else "uas"]
    lab.pair(options["caller"], options["callee"])
    requests = wait_refreshes(lab, by, method, 3)
    lab.hang_up()
    lab.finish(caller=0, callee=0)
    for request in requests:
        check_refresh(lab, request, INTERVAL)
        if method == "INVITE":
            check([d for d in lab.wire.find("ACK", by=by)
                   if d.message.cseq.number == request.message.cseq.number], "no ACK for the 200")
    programs = (lab.caller, lab.callee) if by == "caller" else (lab.callee, lab.caller)
    check_timer_logs(lab, *programs, INTERVAL, method, 3)


def silenced(lab, role, refresher):
    """The other side falls silent after a first refresh: re-ua, in this role, sends BYE in time."""
    lab.speed = SPEED
    options = {"caller": ["--session-expires", INTERVAL], "callee": []}
    options["callee"] += ["--prefer-refresher", "uac" if refresher == "caller" else "uas"]
    options[OTHER[role]] += ["--mute-after", 1200]
    lab.pair(options["caller"], options["callee"])
    program = lab.caller if role == "caller" else lab.callee
    ended = lab.wait_event(program, "ended")
    own = refresher == role
    lab.finish(**{role: 4 if own else 3, OTHER[role]: 0})
    equal(ended["reason"], "refresh_unanswered" if own else "not_refreshed", "reason")
    # RFC 4028 §10: the watcher gives up 32 s before the expiration; a third would be more.
    lab.near(ended["t"] - last_success_t(program, ended["t"]),
             INTERVAL if own else INTERVAL - 32, "end after the last 2xx")
    check_reason(lab.wait_wire("BYE", by=role), ended["reason"])


def timed_out(lab, role, method):
    """The refresh gets no response: the call ends with its transaction after 32 s (RFC 4028 §10).
    """
    lab.need_faketime(40)
    options = {"caller": ["--session-expires", 180], "callee": []}
    options[role] += ["--method", method.lower()]
    options[OTHER[role]] += ["--mute-after", 20]
    options["callee"] += ["--prefer-refresher", "uac" if role == "caller" else "uas"]
    lab.pair(options["caller"], options["callee"])
    program = lab.caller if role == "caller" else lab.callee
    ended = lab.wait_event(program, "ended")
    lab.finish(**{role: 4, OTHER[role]: 0})
    equal(ended["reason"], "refresh_timeout", "reason")
    refresh, = [d for d in lab.wire.find(method, by=role) if d.message.to_tag]
    bye, = lab.wire.find("BYE")
    lab.near(lab.span(refresh, bye), 32, "BYE after the refresh: 64 times T1")


def without_update(lab, role):
    """A peer that does not allow UPDATE is refreshed by re-INVITE (RFC 4028 §7.4)."""
    lab.speed = SPEED
    options = {"caller": ["--session-expires", INTERVAL], "callee": []}
    options[OTHER[role]] += ["--no-update"]
    options["callee"] += ["--prefer-refresher", "uac" if role == "caller" else "uas"]
    lab.pair(options["caller"], options["callee"])
    wait_refreshes(lab, role, "INVITE", 1)
    lab.hang_up()
    lab.finish(caller=0, callee=0)
    equal(lab.wire.find("UPDATE"), [], "UPDATE requests")


def small_interval(lab, role):
    """An interval below the minimum gets a 422 and is requested again with the Min-SE."""
    lab.speed = SPEED
    lab.pair(["--session-expires", 120], ["--min-se", INTERVAL])
    negotiated = lab.wait_event(lab.caller, "negotiated")
    lab.wait_wire("ACK", count=2)
    lab.hang_up()
    lab.finish(caller=0, callee=0)
    equal((negotiated["interval"], negotiated["refresher"]), (INTERVAL, "local"), "negotiated")
    first, second = lab.wire.find("INVITE", by="caller")
    equal(answer_to(lab, first, 422).message.min_se, INTERVAL, "Min-SE of the 422")
    equal(second.message.session_expires, (INTERVAL, None), "Session-Expires of the second INVITE")
    equal(second.message.min_se, INTERVAL, "Min-SE of the second INVITE")
    # libre's sipsess cannot send a second INVITE in a call (docs/porting.md); sst-ua does (§7.3).
    equal(first.message.call_id == second.message.call_id, role == "callee", "same Call-ID")


def lost_ack(lab, role):
    """The first ACK for a refreshing re-INVITE is lost: the 2xx is retransmitted, and so is the
    ACK.
    """
    lab.speed = SPEED
    between = lab.new_relay()
    lost = []

    @between.rule
    def decide(datagram):    # pylint: disable=unused-variable
        message = datagram.message
        if message is None or message.method != "ACK" or lost \
                or not lab.wire.find("INVITE", by="caller")[1:]:
            return None
        lost.append(datagram)
        datagram.fate.append("lost")
        return []
    lab.pair(["--session-expires", INTERVAL, "--method", "invite"], [])
    wait_refreshes(lab, "caller", "INVITE", 2)
    lab.hang_up()
    lab.finish(caller=0, callee=0)
    check(lost, "no ACK was lost")
    cseq = lost[0].message.cseq.number
    answers = [d for d in lab.wire.find(200, to="INVITE", copies=True)
               if d.message.cseq.number == cseq]
    acks = [d for d in lab.wire.find("ACK", copies=True) if d.message.cseq.number == cseq]
    equal((len(answers), len(acks)), (2, 2), "2xx and ACK of the re-INVITE (%s)" % role)
    # The same request or a new one (RFC 3261 §13.2.2.4); libre sends the same.
    equal((lab.caller.all("ended"), lab.callee.all("ended")), ([], []), "ended")


def stalled(lab, role):
    """Stopped for longer than it may wait, re-ua reads the waiting refresh before it ends the call.
    """
    lab.speed = 90
    peer = lab.peer_calls(lab.peer())
    peer.supported = "timer"
    response = peer.establish("Session-Expires: 90;refresher=uac")
    equal(response.session_expires, (90, "uac"), "Session-Expires of the 200")
    lab.wait_event(lab.callee, "received", method="ACK")
    time.sleep(0.05)    # it must be back in its loop, waiting
    # After others, since libre reads one datagram per turn of its loop.
    lab.callee.process.send_signal(signal.SIGSTOP)
    for _ in range(3):
        peer.request("INFO")
    peer.request("UPDATE", "Session-Expires: 90;refresher=uac")
    time.sleep((90 - 30 + 10) / lab.speed)     # it gives up 30 s before the expiration (§10)
    lab.callee.process.send_signal(signal.SIGCONT)
    for _ in range(3):
        peer.expect(501)
    equal(peer.expect(200).cseq.method, "UPDATE", "what is answered (%s)" % role)
    peer.hang_up()
    lab.finish(callee=0)
    equal(lab.callee.all("ended"), [], "ended")
    equal(len(lab.callee.all("refreshed")), 1, "refreshed")


def cases():
    """Each case is a function of the options, by name."""
    found = {}
    for role in ("caller", "callee"):
        for by in ("caller", "callee"):
            for method in ("UPDATE", "INVITE"):
                found["%s_%s_by_%s" % (role, "refreshes" if by == role else "is_refreshed",
                                       method.lower())] = (role, refreshed, by, method)
            found["%s_ends_%s" % (role, "unanswered" if by == role else "not_refreshed")] = (
                role, silenced, role, by)
        found["%s_with_small_interval" % role] = (role, small_interval, role)
        found["%s_with_lost_ack" % role] = (role, lost_ack, role)
    found["caller_times_out_by_invite"] = ("caller", timed_out, "caller", "INVITE")
    found["callee_times_out_by_update"] = ("callee", timed_out, "callee", "UPDATE")
    found["caller_without_update"] = ("caller", without_update, "caller")
    found["callee_stalled"] = ("callee", stalled, "callee")
    return found


def run(name, case, options):
    return lag.played(lambda slowness: once(name, case, options, slowness))


def once(name, case, options, slowness):
    """0, 1 or 77, and the lag in which it failed, or None."""
    role, function, *arguments = case
    lab = Lab(options.ua, options.re, role, slowness * options.slowness)
    try:
        function(lab, *arguments)
    except sstlab.Skip as reason:
        print("skipped %s: %s" % (name, reason))
        return 77, None
    except Exception as error:  # pylint: disable=broad-except
        lagged = lab.lag.seconds()
        lab.close()
        print("FAILED %s: %s" % (name, function.__doc__))
        print("    %s" % (error if isinstance(error, AssertionError) else traceback.format_exc()))
        print(lab.wire.ladder())
        return 1, lagged
    finally:
        lab.close()
    print("passed " + name)
    return 0, None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ua")
    parser.add_argument("--re")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--slowness", type=float, default=1)
    parser.add_argument("case", nargs="*")
    options = parser.parse_args()
    known = cases()
    if options.list:
        print("\n".join(known))
        return 0
    if not options.ua or not options.re or set(options.case) - set(known):
        parser.error("--ua, --re, and cases of --list are needed")
    results = {run(name, known[name], options) for name in options.case or known}
    return 77 if results == {77} else int(1 in results)


if __name__ == "__main__":
    sys.exit(main())
