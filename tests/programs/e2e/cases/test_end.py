"""How calls end: silence, unanswered refreshes, hanging up at awkward moments."""

from flows import (answer_to, check_reason, established, last_success, last_success_t, quiet_end,
                   refreshes, wait_refreshes)
from scripted import timer
from sstlab import EARLY_IN_LOG, check, equal


def _expired(lab, program, reason, after=None):
    """libsst ended this program's call once, this long after its last 2xx, and gives the reason."""
    equal([e["reason"] for e in program.all("ended")], [reason], "ended of %s" % program.name)
    bye, = lab.wire.find("BYE", by=program.name)
    check_reason(bye, reason)
    if after is not None:
        ended = program.all("ended")[0]["t"]
        lab.near(ended - last_success_t(program, ended), after,
                 "end after the last 2xx or its ACK", EARLY_IN_LOG)


def _silent_refresher(lab, silent, interval, watchdog):
    """One side falls silent; the other hangs up 32 s or a third of the interval before the
    expiration.
    """
    lab.speed = interval / 4        # the expiration is four real seconds away
    lab.new_relay().answer(408, "BYE")      # as the proxy in RFC 4028 §13 does for a dead end
    watching = {"caller": "callee", "callee": "caller"}[silent]
    options = {silent: ["--mute-after", interval / 10], watching: []}
    options["caller"] += ["--session-expires", interval]
    options["callee"] += ["--prefer-refresher", "uac" if silent == "caller" else "uas"]
    lab.pair(options["caller"], options["callee"])
    lab.finish(**{silent: 0, watching: 3})
    program = getattr(lab, watching)
    _expired(lab, program, "not_refreshed", watchdog)
    bye, = lab.wire.find("BYE")
    start = established(lab) if watching == "callee" else lab.wire.find(200, to="INVITE")[0]
    lab.near(lab.span(start, bye), watchdog, "BYE after the last 2xx (EC-30: or its ACK)")
    equal(refreshes(lab, silent), [], "refreshes of the silent side")
    # Halfway between the missing refresh and the BYE, the watcher reports overdue (EC-103).
    overdue, = program.all("overdue")
    negotiated = program.all("negotiated")[0]
    lab.near(overdue["t"] - negotiated["t"], (interval / 2 + watchdog) / 2, "overdue")


# Shows: 10-5 EC-35
def silent_caller_of_90_s(lab):
    """At 60 s, a third of 90 s before the expiration, the callee gives up on a silent caller."""
    _silent_refresher(lab, "caller", 90, 60)


# Shows: 10-5 EC-35
def silent_callee_of_90_s(lab):
    """The same with a callee that had the role and fell silent."""
    _silent_refresher(lab, "callee", 90, 60)


# Shows: 10-5 EC-35
def silent_caller_of_180_s(lab):
    """A third of 180 s would be 60 s; 32 s is less, so the BYE comes at 148 s."""
    _silent_refresher(lab, "caller", 180, 148)


# Shows: 10-5 EC-35
def silent_callee_of_180_s(lab):
    """The same with a callee that had the role and fell silent."""
    _silent_refresher(lab, "callee", 180, 148)


def silence_after_refreshes(lab):
    """The time of silence counts from the last refresh, not from the beginning of the call."""
    lab.speed = 30
    lab.new_relay().answer(408, "BYE")
    lab.pair(["--session-expires", 90, "--mute-after", 120], [])
    lab.finish(caller=0, callee=3)
    _expired(lab, lab.callee, "not_refreshed", 60)
    bye, = lab.wire.find("BYE")
    requests = refreshes(lab, "caller")
    equal(len(requests), 2, "refreshes before the silence")
    lab.near(lab.span(answer_to(lab, requests[1]), bye), 60, "BYE after the last 2xx")


def mute_watcher(lab):
    """A mute watcher exits with 0; the refresher gets no response and ends the call, status 4."""
    lab.speed = 22.5
    lab.new_relay().answer(408, "BYE")
    lab.pair(["--session-expires", 90], ["--mute-after", 10])
    lab.finish(caller=4, callee=0)
    bye, = lab.wire.find("BYE")
    equal(bye.sender, "caller", "sender of the BYE")
    # At this speed the transaction would time out long after the expiration.
    _expired(lab, lab.caller, "refresh_unanswered", 90)
    lab.near(lab.span(lab.wire.find(200, to="INVITE")[0], bye), 90, "BYE after the last 2xx")


def _unanswered(lab, method):
    """The refresher of a peer that fell silent, in SIP's own time under faketime."""
    lab.need_faketime(40)
    lab.pair(["--session-expires", 180, "--method", method.lower()], ["--mute-after", 20])
    lab.finish(caller=4, callee=0)
    _expired(lab, lab.caller, "refresh_timeout")
    refresh, = refreshes(lab, "caller")
    equal(refresh.message.method, method, "method of the refresh")
    bye, = lab.wire.find("BYE")
    lab.near(lab.span(last_success(lab, refresh), refresh), 90, "refresh after the last 2xx")
    lab.near(lab.span(refresh, bye), 32, "BYE after the refresh: 64 times T1")
    copies = [d for d in lab.wire.find(method, by="caller", copies=True)
              if d.copy and d.message.to_tag]
    check(len(copies) >= 4, "the refresh was sent again %d times only", len(copies))


# Shows: 10-2 EC-50
def unanswered_update_ends_the_call(lab):
    """An unanswered UPDATE ends the session after the transaction's 32 s (RFC 4028 §10)."""
    _unanswered(lab, "UPDATE")


# Shows: 10-2 EC-50
def unanswered_invite_ends_the_call(lab):
    """An unanswered re-INVITE ends the session after the transaction's 32 s (RFC 4028 §10)."""
    _unanswered(lab, "INVITE")


def short_interval_does_not_outlive_the_peer(lab):
    """At 90 s, the peer's BYE at 60 s comes before the refresh of 45 s times out at 77 s."""
    lab.speed = 18
    lab.new_relay().drop("UPDATE")
    lab.pair(["--session-expires", 90], [])
    lab.finish(caller=0, callee=3)
    bye, = lab.wire.find("BYE")
    equal(bye.sender, "callee", "sender of the BYE")
    _expired(lab, lab.callee, "not_refreshed", 60)
    quiet_end(lab.caller)


# Shows: EC-37
def refresh_under_way_at_the_expiration(lab):
    """A refresh that is still pending does not delay the expiration (EC-37)."""
    lab.speed = 30
    peer = lab.peer()
    invite = lab.call_peer(peer, "--session-expires", 90)
    peer.answer(invite, 200, *timer("90;refresher=uac"))
    peer.expect("ACK")
    refresh = peer.expect("UPDATE")
    bye = peer.expect("BYE")
    # The late response no longer changes anything.
    peer.answer(refresh, 200, *timer("90;refresher=uac"))
    peer.answer(bye, 200)
    lab.finish(caller=4)
    _expired(lab, lab.caller, "refresh_unanswered", 90)
    lab.near(lab.span(lab.wire.find(200, to="INVITE")[0], lab.wire.find("BYE")[0]), 90,
             "BYE after the last 2xx")
    equal(lab.caller.all("refreshed"), [], "refreshed")


def _hang_up_during_a_refresh(lab, sender, method="UPDATE"):
    """The refresh at 45 s is lost, and at 80 s, long before the end at 148 s, one side hangs up."""
    lab.speed = 45
    lab.new_relay().rule(_drop_refreshes)
    options = {"caller": ["--session-expires", 180, "--policy", "refresh_percent=25", "--method",
                          method.lower()], "callee": []}
    options[sender] += ["--hangup-after", 80]
    lab.pair(options["caller"], options["callee"])
    lab.finish(caller=0, callee=0)
    refresh, = refreshes(lab, "caller")
    equal(refresh.message.method, method, "method of the refresh")
    bye, = lab.wire.find("BYE")
    equal(bye.sender, sender, "sender of the BYE")
    equal(bye.message.get("reason"), None, "Reason of the BYE")
    check(refresh.time < bye.time, "the refresh was not pending yet")
    check(answer_to(lab, refresh) is None, "the refresh was answered")
    quiet_end(lab.caller)
    quiet_end(lab.callee)


def hang_up_by_the_refresher_during_a_refresh(lab):
    """The refresher's BYE while its refresh is pending ends quietly, status 0 on both sides."""
    _hang_up_during_a_refresh(lab, "caller")


def hang_up_by_the_watcher_during_a_refresh(lab):
    """The other side's BYE while a refresh is pending ends quietly too."""
    _hang_up_during_a_refresh(lab, "callee")


def hang_up_during_a_refreshing_invite(lab):
    """The other side's BYE while a re-INVITE is pending ends quietly too."""
    _hang_up_during_a_refresh(lab, "callee", "INVITE")


def _drop_refreshes(datagram):
    if datagram.message.method in ("INVITE", "UPDATE") and datagram.message.to_tag:
        datagram.fate.append("dropped")
        return []
    return None


def crossing_byes(lab):
    """If BYEs cross, the first decision counts: 3 for the watcher, 0 for the one that hung up."""
    lab.speed = 20
    between = lab.new_relay()
    between.drop("UPDATE")
    between.cross(lambda message: message.method == "BYE")
    lab.pair(["--session-expires", 90, "--hangup-after", 70], [])
    # RFC 5407 §3.2.1: both get 200; 481 is the response once the dialog is gone.
    check(lab.wire.wait(lambda: len(lab.wire.find("BYE")) == 2 and
                        all(answer_to(lab, bye) or answer_to(lab, bye, 481)
                            for bye in lab.wire.find("BYE")), 120), "a BYE was not answered")
    lab.finish(caller=0, callee=3)
    equal([bye.sender for bye in lab.wire.find("BYE")], ["callee", "caller"], "BYEs")
    quiet_end(lab.caller)


# Shows: EC-76
def refresh_that_meets_a_bye(lab):
    """A refresh that arrives after the callee hung up gets 481 and ends the session (EC-76)."""
    lab.speed = 30
    between = lab.new_relay()
    between.delay(18 / lab.speed, "UPDATE")   # due at 45 s, arrives at 63 s
    between.cross(lambda message: message.method == "BYE")
    lab.pair(["--session-expires", 90], ["--hangup-after", 55])
    lab.finish(caller=4, callee=0)
    _expired(lab, lab.caller, "refresh_481")
    quiet_end(lab.callee)
    update, = lab.wire.find("UPDATE")
    check(answer_to(lab, update, 481), "the UPDATE is not answered with 481")


def lost_bye_is_sent_again(lab):
    """A lost BYE is retransmitted until it is answered."""
    lab.new_relay().drop("BYE", times=1)
    lab.pair()
    established(lab)
    lab.hang_up()
    lab.finish(caller=0, callee=0)
    byes = lab.wire.find("BYE", copies=True)
    equal([bye.copy for bye in byes], [False, True], "BYEs")
    equal([entry["copy"] for entry in lab.caller.all("sent", method="BYE")], [False, True],
          "copies in the log")


def copies_are_answered_after_the_end(lab):
    """After its last call sst-ua answers retransmitted BYEs for a while, and ends within 6 s."""
    lab.new_relay().drop(200, to="BYE", times=2)
    lab.pair(["--hangup-after", 20], [])
    lab.finish(caller=0, callee=0, hurry=False)
    equal(len(lab.wire.find(200, to="BYE", copies=True)), 3, "answers to the BYE")
    for program in (lab.caller, lab.callee):
        over = program.all("sent", method="BYE") or program.all("received", method="BYE")
        last = [moment for moment, text in lab.wire.notes if text == "%s ended" % program.name]
        check(last, "no end of %s noted", program.name)
        answered = lab.wire.find("BYE")[0].time
        check(last[0] - answered <= 6 + 1.5 + 0.5 + lab.lag.seconds(),
              "%s ended %.1f s after the BYE", program.name, last[0] - answered)
        check(over, "no BYE in the log of %s", program.name)


# Shows: EC-103
def rescue_by_the_watcher(lab):
    """With rescue=yes the watcher refreshes when the refresher's requests get lost (EC-103)."""
    lab.speed = 20
    lab.new_relay().drop("UPDATE", by="caller")
    lab.pair(["--session-expires", 90, "--hangup-after", 85], ["--policy", "rescue=yes"])
    rescue, = wait_refreshes(lab, "callee", "UPDATE", 1)
    lab.finish(caller=0, callee=0)
    # The role stays: the callee's request names the caller (RFC 4028 §7.4).
    equal(rescue.message.session_expires, (90, "uas"), "Session-Expires of the rescue")
    quiet_end(lab.caller)
    quiet_end(lab.callee)
