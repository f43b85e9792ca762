"""Peers without the extension or without a word about UPDATE, and missing responses."""

from flows import check_reason
from scripted import ALLOW, ALLOW_NO_UPDATE, timer
from sstlab import check, equal


def _call(lab, *options, allow=ALLOW):
    """sst-ua calls a peer without the extension and keeps a timer for its own benefit."""
    lab.speed = 30
    peer = lab.peer()
    peer.supported, peer.allow = "", allow
    invite = lab.call_peer(peer, "--session-expires", 90, *options)
    peer.answer(invite, 200)
    peer.expect("ACK")
    return peer


def _refuse(peer, request, status):
    peer.answer(request, status)
    if request.method == "INVITE":
        peer.expect("ACK")


# Shows: EC-50
def own_benefit_survives_one_method(lab):
    """A 481 to UPDATE is not yet the end of an own-benefit timer: one re-INVITE first (EC-50)."""
    peer = _call(lab)
    peer.answer(peer.expect("UPDATE"), 481)
    again = peer.expect("INVITE")
    equal(again.session_expires, (90, "uac"), "Session-Expires of the re-INVITE")
    peer.answer(again, 200)
    peer.expect("ACK")
    peer.hang_up()
    lab.finish(caller=0)
    equal([(e["interval"], e["refresher"]) for e in lab.caller.all("negotiated")],
          [(90, "local")], "negotiations")
    equal(lab.caller.all("ended"), [], "ended")


# Shows: EC-50
def own_benefit_ends_with_the_peer(lab):
    """481 to the re-INVITE as well: the peer no longer knows the dialog (EC-50)."""
    peer = _call(lab)
    peer.answer(peer.expect("UPDATE"), 481)
    _refuse(peer, peer.expect("INVITE"), 481)
    peer.answer(peer.expect("BYE"), 200)
    lab.finish(caller=4)
    equal([e["reason"] for e in lab.caller.all("ended")], ["refresh_481"], "ended")
    check_reason(lab.wire.find("BYE")[0], "refresh_481")


# Shows: EC-18
def own_benefit_refused_goes_on(lab):
    """A rejection shows life: at the expiration a new interval begins, without a BYE (EC-18)."""
    peer = _call(lab, allow=ALLOW_NO_UPDATE)
    # 403: always, so a second round halfway between 45 s and 59 s (EC-114), and then silence.
    for _ in range(2):
        _refuse(peer, peer.expect("INVITE"), 403)
    peer.answer(peer.expect("INVITE"), 200)
    peer.expect("ACK")
    peer.hang_up()
    lab.finish(caller=0)
    sent = lab.wire.find("INVITE", by="caller")
    on = lab.wire.find(200, to="INVITE")[0]
    lab.near(lab.span(on, sent[1]), 45, "first refresh after the 2xx")
    lab.near(lab.span(on, sent[2]), 52, "second round")
    lab.near(lab.span(on, sent[3]), 90 + 45, "refresh of the next interval")
    equal(lab.caller.all("negotiated", interval=0), [], "timers that were turned off")
    equal(lab.caller.all("ended"), [], "ended")


def peer_that_lists_nothing(lab):
    """Without an Allow header field, the peer's support for UPDATE is unknown: re-INVITE."""
    lab.speed = 45
    peer = lab.peer()
    peer.allow = None
    invite = lab.call_peer(peer, "--session-expires", 90)
    peer.answer(invite, 200, *timer("90;refresher=uac"))
    peer.expect("ACK")
    peer.answer(peer.expect("INVITE"), 200, *timer("90;refresher=uac"))
    peer.expect("ACK")
    peer.hang_up()
    lab.finish(caller=0)


# Shows: EC-50
def unproven_update_answered_with_481(lab):
    """--method update, no Allow as evidence: after a 481 to UPDATE comes a re-INVITE (EC-50)."""
    lab.speed = 45
    peer = lab.peer()
    peer.allow = None
    invite = lab.call_peer(peer, "--session-expires", 90, "--method", "update")
    peer.answer(invite, 200, *timer("90;refresher=uac"))
    peer.expect("ACK")
    peer.answer(peer.expect("UPDATE"), 481)
    peer.answer(peer.expect("INVITE"), 200, *timer("90;refresher=uac"))
    peer.expect("ACK")
    peer.hang_up()
    lab.finish(caller=0)


# Shows: EC-38
def invite_that_only_rings(lab):
    """A refreshing re-INVITE that only gets a 1xx does not block the UPDATE that saves the call
    (EC-38).
    """
    lab.speed = 20
    peer = lab.peer()
    invite = lab.call_peer(peer, "--session-expires", 90, "--method", "invite")
    peer.answer(invite, 200, *timer("90;refresher=uac"))
    peer.expect("ACK")
    again = peer.expect("INVITE")
    peer.answer(again, 180)
    update = peer.expect("UPDATE")
    equal((update.body, update.session_expires), (b"", (90, "uac")), "UPDATE")
    start = lab.wire.find(200, to="INVITE")[0]
    check(lab.span(start, lab.wire.find("UPDATE")[0]) < 90, "it came after the expiration")
    peer.answer(update, 200, *timer("90;refresher=uac"))
    peer.answer(again, 486)
    peer.expect("ACK")
    peer.hang_up()
    lab.finish(caller=0)
    equal(lab.caller.all("ended"), [], "ended")


def timer_that_comes_later(lab):
    """A dialog without a timer gets one from a later UPDATE, and keeps it (accept_midcall)."""
    peer = lab.peer_calls(lab.peer())
    response = peer.establish()
    equal(response.get("session-expires"), None, "Session-Expires of the 200")
    peer.request("UPDATE", "Session-Expires: 300")
    equal(peer.expect(200).session_expires, (300, "uac"), "answer to the UPDATE")
    peer.hang_up()
    lab.finish(callee=0)
    equal([(e["interval"], e["refresher"]) for e in lab.callee.all("negotiated")],
          [(300, "remote")], "negotiations")


def dead_peer_does_not_hold_up_the_end(lab):
    """A BYE without a response: the call is over, and sst-ua ends within 6 s, status 0."""
    lab.speed = 10
    lab.pair(["--session-expires", 90, "--hangup-after", 10])
    lab.wait_event(lab.caller, "negotiated")
    lab.callee.kill()
    equal(lab.caller.exit_status(120), 0, "exit status")
    bye = lab.wire.find("BYE")[0]
    ended = [moment for moment, text in lab.wire.notes if text == "caller ended"]
    check(ended and ended[0] - bye.time <= 6.5 + lab.lag.seconds(),
          "it ended %s, the BYE was at %s", ended, bye.time)
    check(len(lab.wire.find("BYE", copies=True)) >= 3, "the BYE was not sent again")
