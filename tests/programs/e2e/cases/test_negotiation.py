"""What two sst-ua agree on: each mode, each refresher, limits, 422 and its retry."""

from flows import check_refresh, established, quiet_end, refreshes, wait_refreshes
from scripted import timer
from sstlab import check, equal


def _result(lab, interval, by):
    """Both logs contain the one negotiation and agree on who refreshes."""
    for program, side in ((lab.caller, "local" if by == "caller" else "remote"),
                          (lab.callee, "local" if by == "callee" else "remote")):
        lab.wait_event(program, "negotiated")
        equal([(e["interval"], e["refresher"]) for e in program.all("negotiated")],
              [(interval, side)], "negotiations of %s" % program.name)


def _agree(lab, caller, callee, interval, by):
    """Sets up a call, checks the result in both logs and ends it; returns INVITE and 200."""
    lab.pair(caller, callee)
    established(lab)
    _result(lab, interval, by)
    lab.hang_up()
    lab.finish(caller=0, callee=0)
    return lab.wire.find("INVITE")[-1].message, lab.wire.find(200, to="INVITE")[0].message


# Shows: 6-1 7.1-5 7.3-1 7.3-2 7.3-3 7.4-3 9-1 9-9
def interval_too_small_is_retried(lab):
    """422 with Min-SE, then the same INVITE with raised values and the next CSeq."""
    _agree(lab, ["--session-expires", 90], ["--min-se", 120], 120, "caller")
    first, second = [datagram.message for datagram in lab.wire.find("INVITE")]
    equal(first.session_expires, (90, None), "Session-Expires of the first INVITE")
    equal(first.get("min-se"), None, "Min-SE of the first INVITE")
    equal(first.has_timer("require"), False, "Require: timer of the first INVITE")
    refusal, = [datagram.message for datagram in lab.wire.find(422)]
    equal(refusal.get("min-se"), "120", "Min-SE of the 422")
    equal(refusal.get("session-expires"), None, "Session-Expires of the 422")
    equal(second.session_expires, (120, None), "Session-Expires of the second INVITE")
    equal(second.get("min-se"), "120", "Min-SE of the second INVITE")
    for name in ("call-id", "from", "to"):
        equal(second.get(name), first.get(name), name + " of the second INVITE")
    equal(first.to_tag, None, "To tag of the first INVITE")
    equal(second.cseq, (first.cseq.number + 1, "INVITE"), "CSeq of the second INVITE")
    check(second.branch != first.branch, "both INVITEs have one branch: no new transaction")
    acks = [datagram.message for datagram in lab.wire.find("ACK")]
    equal([ack.cseq.number for ack in acks], [first.cseq.number, second.cseq.number], "ACKs")
    equal(acks[0].branch, first.branch, "branch of the ACK of the 422 (RFC 3261 §17.1.1.3)")
    equal(acks[0].to_tag, refusal.to_tag, "To tag of the ACK of the 422")
    success, = [datagram.message for datagram in lab.wire.find(200, to="INVITE")]
    equal(success.session_expires, (120, "uac"), "Session-Expires of the 200")
    equal(success.has_timer("require"), True, "Require: timer of the 200")


# Shows: 7.4-5
def retried_interval_is_refreshed(lab):
    """After a 422 the session uses the raised interval; the caller's Min-SE applied to that call
    only.
    """
    lab.speed = 450
    lab.pair(["--session-expires", 90], ["--min-se", 1800])
    requests = wait_refreshes(lab, "caller", "UPDATE", 2)
    lab.hang_up()
    lab.finish(caller=0, callee=0)
    for request in requests:
        check_refresh(lab, request, 1800)
        # RFC 4028 §7.4: what the Call-ID had learned is cleared once the dialog is established.
        equal(request.message.get("min-se"), None, "Min-SE of the refresh")


# Shows: 7.4-2 EC-26
def min_se_of_the_caller_binds_the_callee(lab):
    """A Min-SE in the INVITE is repeated in the callee's refreshes (RFC 4028 §7.4)."""
    lab.speed = 450
    lab.pair(["--session-expires", 1800, "--min-se", 1000], ["--prefer-refresher", "uas"])
    requests = wait_refreshes(lab, "callee", "UPDATE", 2)
    lab.hang_up()
    lab.finish(caller=0, callee=0)
    equal(lab.wire.find("INVITE")[0].message.get("min-se"), "1000", "Min-SE of the INVITE")
    for request in requests:
        check_refresh(lab, request, 1800)
        equal(request.message.get("min-se"), "1000", "Min-SE of the refresh")


# What the Call-ID had learned is cleared once the dialog is established.
def accept_leaves_calls_alone(lab):
    """Mode accept on both sides: support is announced, nothing is asked for, no timer runs."""
    lab.pair()
    established(lab)
    lab.hang_up()
    lab.finish(caller=0, callee=0)
    for datagram in lab.wire.datagrams:
        equal(datagram.message.get("session-expires"), None, "Session-Expires")
        equal(datagram.message.has_timer("require"), False, "Require: timer")
    for program in (lab.caller, lab.callee):
        for event in ("negotiated", "refreshed", "refresh", "ended"):
            equal(program.all(event), [], event)


# Shows: 9-3 9-5 EC-19 EC-135
def callee_asks_on_its_own(lab):
    """Mode request at the callee asks in the 2xx if the INVITE does not, and refreshes."""
    invite, success = _agree(lab, [], ["--session-expires", 90], 90, "callee")
    equal(invite.get("session-expires"), None, "Session-Expires of the INVITE")
    equal(success.session_expires, (90, "uas"), "Session-Expires of the 200")
    equal(success.has_timer("require"), True, "Require: timer of the 200")


# Shows: 9-3 EC-14
def callee_asks_and_refreshes(lab):
    """The same when the callee chooses the refresher: it chooses itself."""
    _, success = _agree(lab, [], ["--mode", "request", "--prefer-refresher", "uas"], 1800,
                        "callee")
    equal(success.session_expires, (1800, "uas"), "Session-Expires of the 200")


# Shows: 4-3 7.1-6 EC-100
def mode_request_has_the_default_interval(lab):
    """Mode request without an interval asks for 1800 s, without refresher and without Min-SE."""
    invite, _ = _agree(lab, ["--mode", "request"], [], 1800, "caller")
    equal(invite.get("session-expires"), "1800", "Session-Expires of the INVITE")
    equal(invite.get("min-se"), None, "Min-SE of the INVITE")


def mode_accept_with_an_interval_asks_nothing(lab):
    """--mode accept with --session-expires offers nothing by itself."""
    lab.pair(["--mode", "accept", "--session-expires", 90])
    established(lab)
    lab.hang_up()
    lab.finish(caller=0, callee=0)
    equal(lab.wire.find("INVITE")[0].message.get("session-expires"), None, "Session-Expires")


# Shows: 7.1-2 7.1-7 EC-109
def mode_require_requires(lab):
    """Mode require puts Require: timer into INVITE and UPDATE and into no other method."""
    lab.speed = 450
    lab.pair(["--mode", "require", "--session-expires", 1800], [])
    wait_refreshes(lab, "caller", "UPDATE", 1)
    lab.hang_up()
    lab.finish(caller=0, callee=0)
    for method, wanted in (("INVITE", True), ("UPDATE", True), ("ACK", False), ("BYE", False)):
        for datagram in lab.wire.find(method, by="caller"):
            equal(datagram.message.has_timer("require"), wanted, "Require: timer of " + method)


# Shows: 12-1
def mode_off_refuses_what_requires_timer(lab):
    """Mode off answers Require: timer with 420 and Unsupported: timer, and starts no call."""
    lab.pair(["--mode", "require", "--session-expires", 90], ["--mode", "off"])
    refusal = lab.wait_wire(420).message
    equal(refusal.tokens("unsupported"), ["timer"], "Unsupported")
    lab.wait_wire("ACK")
    lab.hang_up()
    equal(lab.caller.exit_status(15), 2, "exit status of the caller")
    check(lab.callee.process.poll() is None, "the callee ended after a request that is not a call")
    lab.hang_up(lab.callee)
    lab.finish(caller=2, callee=0)
    equal(len(lab.wire.find("INVITE")), 1, "INVITEs")


def mode_off_ignores_session_expires(lab):
    """Mode off treats Session-Expires as unknown, and mentions timer in no message."""
    lab.pair(["--session-expires", 90, "--policy", "own_benefit=no"], ["--mode", "off"])
    established(lab)
    lab.hang_up()
    lab.finish(caller=0, callee=0)
    equal(lab.wire.find(200, to="INVITE")[0].message.get("session-expires"), None, "answer")
    equal(lab.caller.all("negotiated") + lab.callee.all("negotiated"), [], "negotiations")


# Shows: 9-4
def refresher_uac_in_the_request_is_kept(lab):
    """--refresher uac decides, whatever the callee prefers (RFC 4028 §9, Table 2)."""
    invite, success = _agree(lab, ["--session-expires", 90, "--refresher", "uac"],
                             ["--prefer-refresher", "uas"], 90, "caller")
    equal(invite.session_expires, (90, "uac"), "Session-Expires of the INVITE")
    equal(success.session_expires, (90, "uac"), "Session-Expires of the 200")


def refresher_none_leaves_the_choice(lab):
    """--refresher none leaves the choice to the callee's preference."""
    invite, success = _agree(lab, ["--session-expires", 90, "--refresher", "none"],
                             ["--prefer-refresher", "uas"], 90, "callee")
    equal(invite.session_expires, (90, None), "Session-Expires of the INVITE")
    equal(success.session_expires, (90, "uas"), "Session-Expires of the 200")
    equal(success.has_timer("require"), True, "Require: timer of the 200")


# Shows: 7.4-9 EC-11
def refresher_uas_is_left_out(lab):
    """--refresher uas is omitted from an INVITE: the callee's support is unknown (EC-11)."""
    invite, _ = _agree(lab, ["--session-expires", 90, "--refresher", "uas"], [], 90, "caller")
    equal(invite.session_expires, (90, None), "Session-Expires of the INVITE")


# Shows: EC-11
def refresher_uas_where_the_policy_allows(lab):
    """--refresher uas is sent with --policy allow_uas=yes, and the callee refreshes."""
    invite, success = _agree(
        lab, ["--session-expires", 90, "--refresher", "uas", "--policy", "allow_uas=yes"],
        ["--prefer-refresher", "uac"], 90, "callee")
    equal(invite.session_expires, (90, "uas"), "Session-Expires of the INVITE")
    equal(success.session_expires, (90, "uas"), "Session-Expires of the 200")


# Shows: 9-2 EC-101
def callee_reduces_to_its_maximum(lab):
    """The callee's --max-session-expires reduces the requested interval (RFC 4028 §9)."""
    _, success = _agree(lab, ["--session-expires", 1800], ["--max-session-expires", 600], 600,
                        "caller")
    equal(success.session_expires, (600, "uac"), "Session-Expires of the 200")


# Shows: 9-2
def callee_does_not_reduce_below_min_se(lab):
    """The callee's maximum yields to the Min-SE of the request (RFC 4028 §9)."""
    invite, _ = _agree(lab, ["--session-expires", 1800, "--min-se", 900],
                       ["--max-session-expires", 600], 900, "caller")
    equal(invite.get("min-se"), "900", "Min-SE of the INVITE")


# Shows: EC-108
def callee_keeps_a_longer_interval(lab):
    """The callee's own --session-expires does not reduce the requested interval (EC-108)."""
    _agree(lab, ["--session-expires", 3600], ["--session-expires", 1800], 3600, "caller")


# Shows: 7.1-3 EC-100
def own_minimum_in_requests(lab):
    """A minimum above 90 s is sent as Min-SE, one of 90 s is not (EC-100)."""
    invite, _ = _agree(lab, ["--session-expires", 180, "--min-se", 120], [], 180, "caller")
    equal(invite.get("min-se"), "120", "Min-SE of the INVITE")


def policy_option_sets_any_field(lab):
    """--policy NAME=VALUE sets fields by name, and may be repeated."""
    invite, _ = _agree(lab, ["--policy", "mode=request", "--policy", "default_expires=200",
                             "--policy", "request_refresher=uac", "--policy", "min_se=150"],
                       ["--policy", "prefer_refresher=uas"], 200, "caller")
    equal(invite.get("min-se"), "150", "Min-SE of the INVITE")


def unsafe_minimum_takes_the_place_of_90(lab):
    """--unsafe-min lowers every rule's 90 s: an interval of 20 s is agreed on and refreshed."""
    lab.speed = 8
    lab.pair(["--unsafe-min", 10, "--session-expires", 20], ["--unsafe-min", 10])
    requests = wait_refreshes(lab, "caller", "UPDATE", 2)
    lab.hang_up()
    lab.finish(caller=0, callee=0)
    for request in requests:
        check_refresh(lab, request, 20)
    quiet_end(lab.callee)


def unsafe_minimum_meets_a_safe_callee(lab):
    """A callee that keeps to 90 s rejects less with 422 and Min-SE: 90 (RFC 4028 §6)."""
    invite, _ = _agree(lab, ["--unsafe-min", 10, "--session-expires", 20], [], 90, "caller")
    equal(lab.wire.find(422)[0].message.get("min-se"), "90", "Min-SE of the 422")
    equal((invite.session_expires, invite.min_se), ((90, None), 90), "second INVITE")


def unsafe_minimum_halves_the_floor(lab):
    """--unsafe-min 10 replaces the 10 s floor of refreshes by 5 s (EC-08)."""
    lab.speed = 5
    peer = lab.peer()
    invite = lab.call_peer(peer, "--unsafe-min", 10, "--session-expires", 20)
    peer.answer(invite, 200, *timer("1;refresher=uac"))
    peer.expect("ACK")
    refresh = peer.expect("UPDATE")
    equal(refresh.session_expires, (10, "uac"), "Session-Expires of the refresh")
    start = lab.wire.find(200, to="INVITE")[0]
    lab.near(lab.span(start, lab.wire.find("UPDATE")[0]), 5, "refresh after the 200")
    peer.answer(refresh, 200, *timer("20;refresher=uac"))
    peer.hang_up()
    lab.finish(caller=0)


def refreshes_of_a_call_without_timer(lab):
    """Without a timer neither side sends refreshes, however long the call is."""
    lab.speed = 3000
    lab.pair(["--hangup-after", 5000])
    lab.finish(caller=0, callee=0)
    equal(refreshes(lab, "caller") + refreshes(lab, "callee"), [], "refreshes")
