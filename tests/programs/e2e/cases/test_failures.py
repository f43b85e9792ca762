"""Refreshes that a scripted peer rejects, and how the refresher reacts to each status."""

import sipwire
from flows import accept, call_with_role, check_reason
from scripted import ALLOW_NO_UPDATE, timer
from sstlab import EARLY, LATE, check, equal, Failure


def _gaps(lab, status, methods, by="caller"):
    """The times from each such rejection to the next request of one of these methods."""
    found = []
    requests = [d for method in methods.split() for d in lab.wire.find(method, by=by)]
    for refusal in lab.wire.find(status):
        later = [d for d in requests if d.time > refusal.time]
        if later:
            found.append(lab.span(refusal, min(later, key=lambda d: d.time)))
    return found


def _refuse(peer, method, status, *fields):
    """Expects a request of this method, and rejects it."""
    peer.answer(peer.expect(method), status, *fields)
    if method == "INVITE":
        peer.expect("ACK")


def _within(lab, got, low, high, what):
    early, late = EARLY * lab.speed, LATE * lab.speed
    if not low - early <= got <= high + late:
        raise Failure("%s: expected %.2f to %.2f s, got %.2f s" % (what, low, high, got))


def _ended(lab, reason):
    equal([e["reason"] for e in lab.caller.all("ended")], [reason], "ended")
    bye, = lab.wire.find("BYE", by="caller")
    check_reason(bye, reason)
    return bye


def _refused_for_good(lab, status):
    """408 and 481 to a refresh: BYE at once, status 4 (RFC 4028 §10)."""
    lab.speed = 10
    peer = call_with_role(lab)
    peer.answer(peer.expect("UPDATE"), status)
    peer.answer(peer.expect("BYE"), 200)
    lab.finish(caller=4)
    bye = _ended(lab, "refresh_%d" % status)
    lab.near(lab.span(lab.wire.find(status)[0], bye), 0, "BYE after the %d" % status)


# Shows: 10-2
def refresh_answered_with_408(lab):
    """A refresh answered with 408 ends the session at once (RFC 4028 §10)."""
    _refused_for_good(lab, 408)


# Shows: 10-2
def refresh_answered_with_481(lab):
    """A refresh answered with 481 ends the session at once (RFC 4028 §10)."""
    _refused_for_good(lab, 481)


# Shows: 10-2
def refreshing_invite_answered_with_481(lab):
    """The same for a re-INVITE, whose failure response gets an ACK first."""
    lab.speed = 10
    peer = call_with_role(lab, allow=ALLOW_NO_UPDATE)
    peer.answer(peer.expect("INVITE"), 481)
    peer.expect("ACK")
    peer.answer(peer.expect("BYE"), 200)
    lab.finish(caller=4)
    _ended(lab, "refresh_481")


# Shows: 10-3 EC-53 EC-111
def refresh_answered_with_503(lab):
    """After a 503 it waits 2, 4 and 8 s, and alternates between the methods (EC-53, EC-111)."""
    lab.speed = 4
    peer = call_with_role(lab, percent=5)
    for method in ("UPDATE", "INVITE", "UPDATE"):
        _refuse(peer, method, 503)
    accept(peer, peer.expect("INVITE"))
    peer.hang_up()
    lab.finish(caller=0)
    gaps = _gaps(lab, 503, "UPDATE INVITE")
    equal(len(gaps), 3, "waits")
    for gap, wanted in zip(gaps, (2, 4, 8)):
        lab.near(gap, wanted, "wait after a 503")
    equal(len(lab.caller.all("refreshed")), 1, "refreshed")
    equal(lab.caller.all("ended"), [], "ended")


# Shows: EC-53
def refresh_answered_with_500_and_retry_after(lab):
    """Retry-After gives the wait, in whole seconds, also with a comment (EC-53)."""
    lab.speed = 4
    peer = call_with_role(lab, percent=5)
    for method, value in (("UPDATE", "3"), ("INVITE", "5 (busy);duration=60")):
        _refuse(peer, method, 500, "Retry-After: " + value)
    accept(peer, peer.expect("UPDATE"))
    peer.hang_up()
    lab.finish(caller=0)
    gaps = _gaps(lab, 500, "UPDATE INVITE")
    equal(len(gaps), 2, "waits")
    for gap, wanted in zip(gaps, (3, 5)):
        lab.near(gap, wanted, "wait after a 500")


# Shows: EC-52 EC-111
def refresh_answered_with_491(lab):
    """491: the owner of the Call-ID waits 2.1 to 4 s, and after two tries uses the other method."""
    lab.speed = 4
    peer = call_with_role(lab, percent=5)
    for _ in range(2):
        _refuse(peer, "UPDATE", 491)
    accept(peer, peer.expect("INVITE"))
    peer.hang_up()
    lab.finish(caller=0)
    gaps = _gaps(lab, 491, "UPDATE INVITE")
    equal(len(gaps), 2, "waits")
    for gap in gaps:
        _within(lab, gap, 2.1, 4.0, "wait after a 491")


# Shows: EC-52
def refresh_of_the_callee_answered_with_491(lab):
    """491: the side that does not own the Call-ID waits 0 to 2 s (RFC 3261 §14.1)."""
    lab.speed = 4
    peer = lab.peer_calls(lab.peer(), "--policy", "refresh_percent=10", "--prefer-refresher", "uas")
    peer.establish("Session-Expires: 90")
    for _ in range(2):
        refresh = peer.expect("UPDATE")
        equal(refresh.session_expires, (90, "uac"), "Session-Expires of the refresh")
        peer.answer(refresh, 491)
    accept(peer, peer.expect("INVITE"))
    peer.hang_up()
    lab.finish(callee=0)
    gaps = _gaps(lab, 491, "UPDATE INVITE", "callee")
    equal(len(gaps), 2, "waits")
    for gap in gaps:
        _within(lab, gap, 0, 2.0, "wait after a 491")


def _no_update(lab, status):
    """405 and 501 to UPDATE: re-INVITE at once, and no more UPDATE (EC-55)."""
    lab.speed = 10
    peer = call_with_role(lab)
    peer.allow = ALLOW_NO_UPDATE
    peer.answer(peer.expect("UPDATE"), status, "Allow: " + ALLOW_NO_UPDATE)
    accept(peer, peer.expect("INVITE"))
    accept(peer, peer.expect("INVITE"))
    peer.hang_up()
    lab.finish(caller=0)
    lab.near(_gaps(lab, status, "INVITE")[0], 0, "re-INVITE after the %d" % status)
    equal(len(lab.wire.find("UPDATE")), 1, "UPDATEs")
    offers = {d.message.origin for d in lab.wire.find("INVITE")}
    equal(len(offers), 1, "different origin lines: %s" % offers)


# Shows: EC-55
def refresh_answered_with_405(lab):
    """405 to UPDATE: the dialog is refreshed by re-INVITE from then on (EC-55)."""
    _no_update(lab, 405)


# Shows: EC-55
def refresh_answered_with_501(lab):
    """501 to UPDATE: the dialog is refreshed by re-INVITE from then on (EC-55)."""
    _no_update(lab, 501)


# Shows: EC-55
def allow_brings_update_back(lab):
    """After a 405, a new Allow that lists UPDATE makes it usable again (EC-55)."""
    lab.speed = 10
    peer = call_with_role(lab)
    peer.answer(peer.expect("UPDATE"), 405, "Allow: " + ALLOW_NO_UPDATE)
    accept(peer, peer.expect("INVITE"))
    accept(peer, peer.expect("UPDATE"))
    peer.hang_up()
    lab.finish(caller=0)


# Shows: EC-56
def refreshing_invite_answered_with_488(lab):
    """488 to the offer of a re-INVITE: UPDATE without one, and never a BYE for this (EC-56)."""
    lab.speed = 10
    peer = call_with_role(lab, "--method", "invite")
    peer.answer(peer.expect("INVITE"), 488)
    peer.expect("ACK")
    update = peer.expect("UPDATE")
    equal(update.body, b"", "body of the UPDATE")
    accept(peer, update)
    peer.hang_up()
    lab.finish(caller=0)
    equal(lab.caller.all("ended"), [], "ended")


# Shows: EC-56
def refused_offer_without_update(lab):
    """488 and no UPDATE: a re-INVITE without an offer, whose answer is in the ACK (EC-56)."""
    lab.speed = 10
    peer = call_with_role(lab, allow=ALLOW_NO_UPDATE)
    peer.answer(peer.expect("INVITE"), 488)
    peer.expect("ACK")
    offerless = peer.expect("INVITE")
    equal(offerless.body, b"", "body of the second re-INVITE")
    equal(offerless.session_expires, (90, "uac"), "Session-Expires of the second re-INVITE")
    ack = accept(peer, offerless)
    check(ack.sdp, "the ACK has no answer to the offer of the 200")
    peer.hang_up()
    lab.finish(caller=0)


# Shows: EC-58
def refresh_answered_with_420(lab):
    """420 for Require: timer: again without Require; Supported stays (EC-58)."""
    lab.speed = 10
    peer = call_with_role(lab, "--mode", "require")
    update = peer.expect("UPDATE")
    equal(update.has_timer("require"), True, "Require: timer of the refresh")
    peer.answer(update, 420, "Unsupported: timer")
    again = peer.expect("UPDATE")
    equal((again.has_timer("require"), again.has_timer("supported")), (False, True),
          "Require and Supported of the second refresh")
    accept(peer, again)
    peer.hang_up()
    lab.finish(caller=0)
    lab.near(_gaps(lab, 420, "UPDATE")[0], 0, "UPDATE after the 420")


# Shows: 7.3-3 EC-28
def refresh_answered_with_422(lab):
    """422 to a refresh: again at once with raised values, which the next 2xx puts into force
    (EC-28).
    """
    lab.speed = 15
    peer = call_with_role(lab, percent=25)
    peer.answer(peer.expect("UPDATE"), 422, "Min-SE: 120")
    again = peer.expect("UPDATE")
    equal((again.session_expires, again.min_se), ((120, "uac"), 120), "second refresh")
    accept(peer, again, 120)
    third = peer.expect("UPDATE")
    # RFC 4028 §7.4: a 422 was received within this dialog, so Min-SE stays.
    equal((third.session_expires, third.min_se), ((120, "uac"), 120), "third refresh")
    accept(peer, third, 120)
    peer.hang_up()
    lab.finish(caller=0)
    lab.near(_gaps(lab, 422, "UPDATE")[0], 0, "UPDATE after the 422")
    success = lab.wire.find(200, to="UPDATE")[0]
    lab.near(lab.span(success, lab.wire.find("UPDATE")[2]), 30, "next refresh")
    equal([e["interval"] for e in lab.caller.all("negotiated")], [90, 120], "negotiations")


# Shows: 10-1 10-6
def a_422_does_not_move_the_expiration(lab):
    """After a 422 the old expiration remains until a 2xx arrives (RFC 4028 §10)."""
    lab.speed = 30
    peer = call_with_role(lab, percent=50)
    peer.answer(peer.expect("UPDATE"), 422, "Min-SE: 1000")
    equal(peer.expect("UPDATE").session_expires, (1000, "uac"), "second refresh")
    peer.answer(peer.expect("BYE"), 200)
    lab.finish(caller=4)
    bye = _ended(lab, "refresh_unanswered")
    lab.near(lab.span(lab.wire.find(200, to="INVITE")[0], bye), 90, "BYE after the last 2xx")


def hold_answered_with_422(lab):
    """A 422 to a hold re-INVITE is followed like one to a refresh, and the hold stays a hold."""
    lab.speed = 20
    peer = call_with_role(lab, "--hold-at", 10, percent=50)
    hold = peer.expect("INVITE")
    peer.answer(hold, 422, "Min-SE: 120")
    peer.expect("ACK")
    again = peer.expect("INVITE")
    equal((again.session_expires, again.min_se), ((120, "uac"), 120), "second hold")
    equal((again.direction, again.origin), ("sendonly", hold.origin), "offer of the second hold")
    accept(peer, again, 120)
    peer.hang_up()
    lab.finish(caller=0)
    equal([e["interval"] for e in lab.caller.all("negotiated")], [90, 120], "negotiations")


def _hold_refused(lab, status):
    lab.speed = 20
    peer = lab.peer()
    peer.answer(lab.call_peer(peer, "--mode", "off", "--hold-at", 5), 200)
    peer.expect("ACK")
    peer.answer(peer.expect("INVITE"), status)
    peer.expect("ACK")
    return peer


def hold_of_a_lost_call_481(lab):
    """481 to a hold ends a call without a session timer as well (RFC 3261 §12.2.1.2)."""
    peer = _hold_refused(lab, 481)
    peer.answer(peer.expect("BYE"), 481)
    lab.finish(caller=0)


def hold_of_a_lost_call_408(lab):
    """408 to a hold ends a call without a session timer as well (RFC 3261 §12.2.1.2)."""
    peer = _hold_refused(lab, 408)
    peer.answer(peer.expect("BYE"), 200)
    lab.finish(caller=0)


def hold_refused_with_486(lab):
    """Another rejection of a hold leaves the call up (RFC 3261 §14.1)."""
    peer = _hold_refused(lab, 486)
    peer.hang_up()
    lab.finish(caller=0)


# Shows: EC-60 7.4-15
def refresh_answered_with_401(lab):
    """401 to a refresh: the same again with credentials and the next CSeq (RFC 4028 §10)."""
    lab.speed = 10
    peer = call_with_role(lab, "--auth", "alice:secret")
    first = peer.expect("UPDATE")
    peer.answer(first, 401, 'WWW-Authenticate: Digest realm="lab", nonce="n1", algorithm=MD5')
    second = peer.expect("UPDATE")
    problem = sipwire.digest_problem(second, "Authorization", "alice", "secret", "lab", "n1")
    check(problem is None, "credentials: %s", problem)
    equal(second.cseq.number, first.cseq.number + 1, "CSeq of the second refresh")
    equal(second.session_expires, (90, "uac"), "Session-Expires of the second refresh")
    accept(peer, second)
    peer.hang_up()
    lab.finish(caller=0)


def _refused_by_all_methods(lab, *options):
    """403 to UPDATE and to re-INVITE: each method twice, then nothing until the expiration."""
    lab.speed = 30
    peer = call_with_role(lab, *options, percent=50)
    for method in ("UPDATE", "INVITE", "UPDATE", "INVITE"):
        _refuse(peer, method, 403)
    return peer


# Shows: EC-34 EC-61 EC-114
def refused_until_the_expiration(lab):
    """A live peer that always rejects: the session ends at the expiration (EC-34, EC-61)."""
    peer = _refused_by_all_methods(lab)
    peer.answer(peer.expect("BYE"), 200)
    lab.finish(caller=4)
    bye = _ended(lab, "refresh_refused")
    lab.near(lab.span(lab.wire.find(200, to="INVITE")[0], bye), 90, "BYE after the last 2xx")
    # Halfway between 45 s and the last moment, 59 s.
    lab.near(lab.span(*lab.wire.find("UPDATE")), 7, "second round after the first")


# Shows: EC-110
def refused_and_kept(lab):
    """With refused=keep the timer is turned off at the expiration; the call goes on (EC-110)."""
    peer = _refused_by_all_methods(lab, "--policy", "refused=keep")
    gone = lab.wait_event(lab.caller, "negotiated", 2)
    equal((gone["interval"], gone["refresher"]), (0, "none"), "second negotiation")
    on = lab.caller.all("negotiated")[0]
    lab.near(gone["t"] - on["t"], 90, "timer off after the 2xx")
    peer.hang_up()
    lab.finish(caller=0)
    equal(lab.caller.all("ended"), [], "ended")


# Shows: EC-61
def code_that_ends_dialogs(lab):
    """A 404 to a refresh alone causes no BYE: one attempt by the other method (EC-61)."""
    lab.speed = 10
    peer = call_with_role(lab)
    peer.answer(peer.expect("UPDATE"), 404)
    accept(peer, peer.expect("INVITE"))
    peer.hang_up()
    lab.finish(caller=0)
    equal(len(lab.caller.all("violation", name="dialog_lost")), 1, "violations")


# Shows: EC-39
def refresh_blocked_by_an_open_invite(lab):
    """An unanswered hold blocks the refresh; when its 2xx comes, that counts as the refresh
    (EC-39).
    """
    lab.speed = 20
    peer = call_with_role(lab, "--hold-at", 30, allow=ALLOW_NO_UPDATE, percent=50)
    hold = peer.expect("INVITE")
    peer.answer(hold, 100)
    blocked = lab.wait_event(lab.caller, "blocked")
    negotiated = lab.caller.all("negotiated")[0]
    # Reported one second before the peer would hang up at 60 s.
    lab.near(blocked["t"] - negotiated["t"], 59, "blocked after the 2xx")
    accept(peer, hold)
    refresh = peer.expect("INVITE")
    lab.near(lab.span(lab.wire.find("INVITE")[1], lab.wire.find("INVITE")[2]), 45,
             "refresh after the hold was sent (EC-132)")
    equal(refresh.direction, "sendonly", "direction of the refresh")
    accept(peer, refresh)
    peer.hang_up()
    lab.finish(caller=0)
    equal(len(lab.caller.all("blocked")), 1, "blocked")
