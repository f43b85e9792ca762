"""Negotiations with a scripted peer: what no honest stack sends, and how sst-ua reacts."""

from scripted import timer
from sstlab import check, equal


def _refuse(peer, invite, *lines):
    """Answers an INVITE with 422 and takes the ACK."""
    peer.answer(invite, 422, *lines, phrase="Session Timer Too Small")
    equal(peer.expect("ACK").cseq.number, invite.cseq.number, "CSeq of the ACK")


def _values(request):
    expires = request.session_expires
    return (expires.interval if expires else None, request.min_se)


def _finish_call(lab, peer, invite, value):
    """Answers with this Session-Expires, checks that the call stays up, and ends it."""
    peer.answer(invite, 200, *(timer(value) if value else []))
    peer.expect("ACK")
    peer.hang_up()
    lab.finish(caller=0)


# Shows: 7.3-1 7.4-4
def two_422_in_a_row(lab):
    """Each 422 raises the values again; Min-SE is the largest seen (RFC 4028 §7.4, §13)."""
    peer = lab.peer()
    first = lab.call_peer(peer, "--session-expires", 90)
    _refuse(peer, first, "Min-SE: 100")
    second = peer.expect("INVITE")
    equal(_values(second), (100, 100), "second INVITE")
    _refuse(peer, second, "Min-SE: 4000")
    third = peer.expect("INVITE")
    equal(_values(third), (4000, 4000), "third INVITE")
    equal([i.cseq.number - first.cseq.number for i in (second, third)], [1, 2], "CSeq")
    equal({i.call_id for i in (first, second, third)}, {first.call_id}, "Call-ID")
    equal({i.get("from") for i in (first, second, third)}, {first.get("from")}, "From")
    equal({i.get("to") for i in (first, second, third)}, {first.get("to")}, "To")
    _finish_call(lab, peer, third, "4000;refresher=uac")
    equal([e["interval"] for e in lab.caller.all("negotiated")], [4000], "negotiations")


def largest_interval_of_all(lab):
    """A 422 that asks for 2^32-1 s is followed, and nothing overflows (RFC 4028 §4)."""
    peer = lab.peer()
    first = lab.call_peer(peer, "--session-expires", 90)
    _refuse(peer, first, "Min-SE: 4294967295")
    second = peer.expect("INVITE")
    equal(_values(second), (4294967295, 4294967295), "second INVITE")
    _finish_call(lab, peer, second, "4294967295;refresher=uac")
    equal([e["interval"] for e in lab.caller.all("negotiated")], [4294967295], "negotiations")


# Shows: EC-27
def useless_422_ends_the_attempt(lab):
    """A 422 that asks for no more than was offered is final (EC-27): no third INVITE, status 2."""
    peer = lab.peer()
    first = lab.call_peer(peer, "--session-expires", 90)
    _refuse(peer, first, "Min-SE: 300")
    second = peer.expect("INVITE")
    equal(_values(second), (300, 300), "second INVITE")
    _refuse(peer, second, "Min-SE: 300")
    lab.hang_up()
    lab.finish(caller=2)
    equal(len(lab.wire.find("INVITE")), 2, "INVITEs")


# Shows: EC-27
def min_se_less_422_ends_the_attempt(lab):
    """A 422 without Min-SE breaks RFC 4028 §6 and cannot be followed: status 2."""
    peer = lab.peer()
    _refuse(peer, lab.call_peer(peer, "--session-expires", 90))
    lab.hang_up()
    lab.finish(caller=2)
    equal(len(lab.wire.find("INVITE")), 1, "INVITEs")
    equal(len(lab.caller.all("violation", name="422_without_min_se")), 1, "violations")


# Shows: 10-4 EC-27
def ever_rising_422_ends_after_five_rounds(lab):
    """At most five retries for one request, however the 422s rise (EC-27)."""
    peer = lab.peer()
    invite = lab.call_peer(peer, "--session-expires", 90)
    for number in range(5):
        _refuse(peer, invite, "Min-SE: %d" % (100 * (number + 1)))
        invite = peer.expect("INVITE")
        equal(_values(invite), (100 * (number + 1),) * 2, "retry %d" % (number + 1))
    _refuse(peer, invite, "Min-SE: 600")
    lab.hang_up()
    lab.finish(caller=2)
    equal(len(lab.wire.find("INVITE")), 6, "INVITEs")


# Shows: EC-101
def refusal_above_the_own_maximum(lab):
    """A 422 above our own maximum: again without Session-Expires, Min-SE kept (EC-101)."""
    peer = lab.peer()
    first = lab.call_peer(peer, "--session-expires", 90, "--max-session-expires", 600)
    _refuse(peer, first, "Min-SE: 1000")
    second = peer.expect("INVITE")
    equal(_values(second), (None, 1000), "second INVITE")
    _finish_call(lab, peer, second, None)
    equal(lab.caller.all("negotiated"), [], "negotiations")


# Shows: 7.2-3
def timer_that_nobody_asked_for(lab):
    """A Session-Expires in the 2xx is accepted although the INVITE had none (RFC 4028 §7.2)."""
    peer = lab.peer()
    invite = lab.call_peer(peer)
    equal(_values(invite), (None, None), "INVITE of mode accept")
    _finish_call(lab, peer, invite, "180;refresher=uac")
    equal([(e["interval"], e["refresher"]) for e in lab.caller.all("negotiated")],
          [(180, "local")], "negotiations")


# Shows: 7.2-2
def success_without_require(lab):
    """A Session-Expires counts without Require: timer as well (EC-16; a proxy may forget it)."""
    peer = lab.peer()
    invite = lab.call_peer(peer, "--session-expires", 90)
    peer.answer(invite, 200, "Session-Expires: 300;refresher=uac")
    peer.expect("ACK")
    peer.hang_up()
    lab.finish(caller=0)
    # 300 is more than was asked for: against §9, but used anyway.
    equal([(e["interval"], e["refresher"]) for e in lab.caller.all("negotiated")],
          [(300, "local")], "negotiations")
    names = {e["name"] for e in lab.caller.all("violation")}
    check({"require_missing", "se_above_asked"} <= names, "violations: %s", names)


# Shows: EC-16
def success_without_refresher(lab):
    """A 2xx that names no refresher makes us refresh: twice is harmless, never is fatal (EC-16)."""
    peer = lab.peer()
    invite = lab.call_peer(peer, "--session-expires", 90)
    _finish_call(lab, peer, invite, "90")
    equal([(e["interval"], e["refresher"]) for e in lab.caller.all("negotiated")],
          [(90, "local")], "negotiations")
    equal(len(lab.caller.all("violation", name="refresher_missing")), 1, "violations")


def success_with_require_alone(lab):
    """Require: timer without Session-Expires means no timer if we asked for none (EC-17)."""
    peer = lab.peer()
    invite = lab.call_peer(peer)
    peer.answer(invite, 200, "Require: timer")
    peer.expect("ACK")
    peer.hang_up()
    lab.finish(caller=0)
    equal(lab.caller.all("negotiated"), [], "negotiations")
    equal(len(lab.caller.all("violation", name="require_alone")), 1, "violations")


# Shows: 11-1 EC-08
def tiny_interval_in_a_success(lab):
    """A 2xx with 1 s is refreshed at 10 s by a request for 90 s, and never faster (EC-08)."""
    lab.speed = 15
    peer = lab.peer()
    invite = lab.call_peer(peer, "--session-expires", 90)
    peer.answer(invite, 200, *timer("1;refresher=uac"))
    peer.expect("ACK")
    for _ in range(2):
        refresh = peer.expect("UPDATE")
        equal(refresh.session_expires, (90, "uac"), "Session-Expires of the refresh")
        peer.answer(refresh, 200, *timer("1;refresher=uac"))
    third = peer.expect("UPDATE")
    peer.answer(third, 200, *timer("90;refresher=uac"))
    updates = lab.wire.find("UPDATE")
    starts = [lab.wire.find(200, to="INVITE")[0]] + lab.wire.find(200, to="UPDATE")
    for start, update in zip(starts, updates):
        lab.near(lab.span(start, update), 10, "refresh after the 2xx")
    peer.hang_up()
    lab.finish(caller=0)
    equal(len(lab.caller.all("violation", name="se_below_absolute")), 3, "violations")


def small_interval_is_refreshed_at_its_half(lab):
    """A peer that insists on 60 s is refreshed at 30 s, and asked for 90 s each time (EC-08)."""
    lab.speed = 30
    peer = lab.peer()
    invite = lab.call_peer(peer, "--session-expires", 90)
    peer.answer(invite, 200, *timer("60;refresher=uac"))
    peer.expect("ACK")
    for _ in range(2):
        refresh = peer.expect("UPDATE")
        equal(refresh.session_expires, (90, "uac"), "Session-Expires of the refresh")
        peer.answer(refresh, 200, *timer("60;refresher=uac"))
    starts = [lab.wire.find(200, to="INVITE")[0]] + lab.wire.find(200, to="UPDATE")
    for start, update in zip(starts, lab.wire.find("UPDATE")):
        lab.near(lab.span(start, update), 30, "refresh after the 2xx")
    peer.hang_up()
    lab.finish(caller=0)


# Shows: 5-3 EC-06
def min_se_in_a_success_is_ignored(lab):
    """A Min-SE in a 2xx is against RFC 4028 §5 and is not learned."""
    lab.speed = 45
    peer = lab.peer()
    invite = lab.call_peer(peer, "--session-expires", 90)
    peer.answer(invite, 200, "Min-SE: 500", *timer("90;refresher=uac"))
    peer.expect("ACK")
    refresh = peer.expect("UPDATE")
    equal(_values(refresh), (90, None), "refresh")
    peer.answer(refresh, 200, *timer("90;refresher=uac"))
    peer.hang_up()
    lab.finish(caller=0)
    check(lab.caller.all("violation", name="min_se_misplaced"), "no violation reported")


# Shows: 9-4 9-5 9-6
def table_2_on_the_wire(lab):
    """The refresher in the 2xx for each row of RFC 4028 Table 2, and Require beside it."""
    rows = [("", "Session-Expires: 300", "uas"),
            ("", "Session-Expires: 300;refresher=uac", "uas"),
            ("", "Session-Expires: 300;refresher=uas", "uas"),
            ("timer", "Session-Expires: 300", "uac"),
            ("timer", "Session-Expires: 300;refresher=uac", "uac"),
            ("timer", "Session-Expires: 300;refresher=uas", "uas"),
            ("100rel, timer", "x: 300 ; Refresher = UAS", "uas")]
    lab.answer("--calls", len(rows))
    for supported, line, wanted in rows:
        peer = lab.peer()
        peer.other_name = "callee"
        peer.aim(lab.callee.address)
        peer.supported = supported
        response = peer.establish(line)
        equal(response.session_expires, (300, wanted), "%r, %s" % (supported, line))
        equal(response.has_timer("require"), bool(supported), "Require of %r, %s"
              % (supported, line))
        peer.hang_up()
    lab.finish(callee=0)


# Shows: EC-12
def too_small_without_support_is_raised(lab):
    """Too small an interval without Supported causes no 422: the 2xx has the minimum (EC-12)."""
    lab.answer("--min-se", 120, "--calls", 2)
    for line, wanted in (("Session-Expires: 30", 120),
                         ("Session-Expires: 30\nMin-SE: 200", 200)):
        peer = lab.peer()
        peer.other_name = "callee"
        peer.aim(lab.callee.address)
        peer.supported = ""
        response = peer.establish(*line.split("\n"))
        equal(response.session_expires, (wanted, "uas"), line)
        equal(response.has_timer("require"), False, "Require: timer")
        peer.hang_up()
    lab.finish(callee=0)


# Shows: 6-1 9-9 EC-09 EC-105
def refused_intervals(lab):
    """422 with the larger of both minimums, if the request supports timer (EC-09, EC-105)."""
    peer = lab.peer_calls(lab.peer())
    for lines, wanted in ((["Session-Expires: 64"], 90),
                          (["Session-Expires: 0"], 90),
                          (["Session-Expires: 600", "Min-SE: 900"], 900)):
        peer.invite(*lines)
        refusal = peer.expect(422)
        equal(refusal.min_se, wanted, "Min-SE of the 422 to %s" % lines)
        equal(refusal.get("session-expires"), None, "Session-Expires of the 422")
        peer.ack(refusal)
    lab.hang_up(lab.callee)
    lab.finish(callee=0)


# Shows: EC-106
def require_alone_is_no_support(lab):
    """Require: timer without Supported may be a proxy's: the callee refreshes (EC-106)."""
    peer = lab.peer_calls(lab.peer())
    peer.supported = ""
    response = peer.establish("Require: timer", "Session-Expires: 300")
    equal(response.session_expires, (300, "uas"), "Session-Expires of the 200")
    equal(response.has_timer("require"), False, "Require: timer of the 200")
    peer.hang_up()
    lab.finish(callee=0)
    equal(len(lab.callee.all("violation", name="require_unsupported")), 1, "violations")


# Shows: EC-106
def require_counts_as_support(lab):
    """If the policy says so, it is a violation that counts as support (EC-106)."""
    peer = lab.peer_calls(lab.peer(), "--policy", "accept_require_as_support=yes")
    peer.supported = ""
    response = peer.establish("Require: timer", "Session-Expires: 300")
    equal(response.session_expires, (300, "uas"), "Session-Expires of the 200")
    equal(response.has_timer("require"), True, "Require: timer of the 200")
    peer.hang_up()
    lab.finish(callee=0)
    equal(len(lab.callee.all("violation", name="require_unsupported")), 1, "violations")


def unusable_session_expires_is_absent(lab):
    """A Session-Expires without a number is reported and read as absent (RFC 4028 §4)."""
    peer = lab.peer_calls(lab.peer())
    response = peer.establish("Session-Expires: soon;refresher=uac")
    equal(response.get("session-expires"), None, "Session-Expires of the 200")
    peer.hang_up()
    lab.finish(callee=0)
    equal(len(lab.callee.all("violation", name="se_malformed")), 1, "violations")


def number_beyond_32_bits_saturates(lab):
    """An interval of 40 digits is read as 2^32-1 and answered as such (EC-01)."""
    peer = lab.peer_calls(lab.peer())
    response = peer.establish("Session-Expires: " + "9" * 40)
    equal(response.session_expires, (4294967295, "uac"), "Session-Expires of the 200")
    peer.hang_up()
    lab.lenient = True      # the log shows how the number was read
    lab.finish(callee=0)
    entry = lab.callee.all("received", method="INVITE")[0]
    equal(entry.get("session_expires"), 4294967295, "session_expires in the log")
