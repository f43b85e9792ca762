"""Refreshes halfway through the interval, from either side, by either method."""

from flows import (answer_to, check_refresh, check_timer_logs, established, last_success,
                   quiet_end, refresh_spans, refreshes, wait_refreshes)
from scripted import ALLOW_NO_UPDATE, timer
from sstlab import check, equal

INTERVAL = 1800
SPEED = 450     # half of the interval takes two seconds


def _three_refreshes(lab, by, method, caller=(), callee=()):
    lab.speed = SPEED
    lab.pair(["--session-expires", INTERVAL, *caller], callee)
    requests = wait_refreshes(lab, by, method, 3)
    lab.hang_up()
    lab.finish(caller=0, callee=0)
    for request in requests:
        check_refresh(lab, request, INTERVAL)
    programs = (lab.caller, lab.callee) if by == "caller" else (lab.callee, lab.caller)
    check_timer_logs(lab, *programs, INTERVAL, method, 3)


# Shows: 7.2-12 7.4-7 7.4-8 7.4-12
def caller_refreshes_by_update(lab):
    """The caller refreshes three times by UPDATE without a body, as the callee allows UPDATE."""
    _three_refreshes(lab, "caller", "UPDATE")


# Shows: 7.4-13 7.4-14 EC-79
def caller_refreshes_by_invite(lab):
    """The caller refreshes three times by re-INVITE with its session description unchanged."""
    _three_refreshes(lab, "caller", "INVITE", caller=["--method", "invite"])


# Shows: 9-8 9-11 10-7 7.4-8
def callee_refreshes_by_update(lab):
    """The callee refreshes three times by UPDATE; it is the uac of these transactions."""
    _three_refreshes(lab, "callee", "UPDATE", callee=["--prefer-refresher", "uas"])


# Shows: 7.4-14 10-7 EC-79
def callee_refreshes_by_invite(lab):
    """The callee refreshes three times by re-INVITE with its session description unchanged."""
    _three_refreshes(lab, "callee", "INVITE",
                     callee=["--prefer-refresher", "uas", "--method", "invite"])


# Shows: 7.4-11
def callee_without_update_gets_invites(lab):
    """A callee whose Allow does not list UPDATE is refreshed by re-INVITE (RFC 4028 §7.4)."""
    _three_refreshes(lab, "caller", "INVITE", callee=["--no-update"])
    equal(lab.wire.find("UPDATE"), [], "UPDATE requests")
    for datagram in lab.wire.find(by="callee"):
        check(not datagram.message.allows_update, "--no-update lists UPDATE in Allow")


# Shows: 7.4-11
def caller_without_update_gets_invites(lab):
    """A caller that does not list UPDATE is refreshed by re-INVITE as well."""
    _three_refreshes(lab, "callee", "INVITE", caller=["--no-update"],
                     callee=["--prefer-refresher", "uas"])
    equal(lab.wire.find("UPDATE"), [], "UPDATE requests")


def update_refused_by_405_then_invites(lab):
    """--method update tries UPDATE even if it is not allowed; after a 405 re-INVITE takes over."""
    lab.speed = SPEED
    lab.pair(["--session-expires", INTERVAL, "--method", "update"], ["--no-update"])
    first, second = wait_refreshes(lab, "caller", "INVITE", 2)
    lab.hang_up()
    lab.finish(caller=0, callee=0)
    update, = refreshes(lab, "caller", "UPDATE")
    lab.near(lab.span(last_success(lab, update), update), INTERVAL / 2, "UPDATE after the 2xx")
    refusal = answer_to(lab, update, 405)
    check(refusal, "UPDATE is not answered with 405")
    check(not refusal.message.allows_update and refusal.message.get("allow"),
          "Allow of the 405: %r", refusal.message.get("allow"))
    # At once (EC-55), and the 405 does not move the expiration (RFC 4028 §10).
    lab.near(lab.span(refusal, first), 0, "re-INVITE after the 405")
    equal(first.message.session_expires, (INTERVAL, "uac"), "Session-Expires of the re-INVITE")
    check_refresh(lab, second, INTERVAL)


def _hold(lab, holder, refresher):
    """A hold between two refreshes; returns the hold request and the refresh after it."""
    lab.speed = SPEED
    other = {"caller": "callee", "callee": "caller"}[holder]
    options = {holder: ["--hold-at", 400, "--method", "invite"], other: ["--method", "invite"]}
    options["caller"] += ["--session-expires", INTERVAL]
    options["callee"] += ["--prefer-refresher", "uac" if refresher == "caller" else "uas"]
    lab.pair(options["caller"], options["callee"])
    count = 3 if holder == refresher else 2
    requests = wait_refreshes(lab, refresher, "INVITE", count)
    lab.hang_up()
    lab.finish(caller=0, callee=0)
    hold = refreshes(lab, holder)[0]
    start = last_success(lab, hold)
    lab.near(lab.span(start, hold), 400, "hold after the answer")
    equal(hold.message.direction, "sendonly", "direction of the hold")
    # Roles are those of this transaction (RFC 4028 §7.4): the refresher does not change.
    role = "uac" if holder == refresher else "uas"
    equal(hold.message.session_expires, (INTERVAL, role), "Session-Expires of the hold")
    response = answer_to(lab, hold)
    equal(response.message.session_expires, (INTERVAL, role), "Session-Expires of its 200")
    equal(response.message.direction, "recvonly", "direction of the answer")
    following = [r for r in requests if r.time > hold.time]
    check(len(following) >= 2, "two refreshes after the hold")
    for request in following[:2]:
        check_refresh(lab, request, INTERVAL)
        equal(request.message.direction, "sendonly" if holder == refresher else "recvonly",
              "direction of the refresh on hold")
    programs = (lab.caller, lab.callee) if refresher == "caller" else (lab.callee, lab.caller)
    check_timer_logs(lab, *programs, INTERVAL, "INVITE", 3)


# Shows: 7.2-11 EC-10
def hold_by_the_refreshing_caller(lab):
    """A hold by the refresher refreshes too, and keeps interval and role."""
    _hold(lab, "caller", "caller")


# Shows: 7.2-11 7.4-8 EC-10
def hold_by_the_watching_caller(lab):
    """A hold by the caller while the callee refreshes says refresher=uas and changes nothing."""
    _hold(lab, "caller", "callee")


# Shows: 7.2-11 EC-10
def hold_by_the_refreshing_callee(lab):
    """A hold by the refreshing callee keeps interval and role."""
    _hold(lab, "callee", "callee")


# Shows: 7.2-11 7.4-8 EC-10
def hold_by_the_watching_callee(lab):
    """A hold by the callee while the caller refreshes says refresher=uas and changes nothing."""
    _hold(lab, "callee", "caller")


def hold_twice(lab):
    """--hold-at may be repeated; each hold raises the version of the session description once."""
    lab.speed = SPEED
    lab.pair(["--session-expires", INTERVAL, "--hold-at", 300, "--hold-at", 600], [])
    wait_refreshes(lab, "caller", "INVITE", 2)
    update, = wait_refreshes(lab, "caller", "UPDATE", 1)
    lab.hang_up()
    lab.finish(caller=0, callee=0)
    check_refresh(lab, update, INTERVAL)
    for program in (lab.caller, lab.callee):
        equal(len(program.all("negotiated")), 1, "negotiations of %s" % program.name)


# Shows: 3-1 7.2-5 EC-18
def caller_off_is_refreshed_for_own_benefit(lab):
    """A callee in mode off answers without Session-Expires; the caller refreshes anyway."""
    lab.speed = SPEED
    lab.pair(["--session-expires", INTERVAL], ["--mode", "off"])
    requests = wait_refreshes(lab, "caller", "UPDATE", 3)
    lab.hang_up()
    lab.finish(caller=0, callee=0)
    lab.all_near(refresh_spans(lab.caller), INTERVAL / 2, "refresh after the last 2xx")
    for request in requests:
        equal(request.message.session_expires, (INTERVAL, "uac"), "Session-Expires")
        equal(answer_to(lab, request).message.get("session-expires"), None, "answer of mode off")
    equal([(e["interval"], e["refresher"]) for e in lab.caller.all("negotiated")],
          [(INTERVAL, "local")], "negotiations of the caller")
    for event in ("negotiated", "refreshed", "refresh", "ended"):
        equal(lab.callee.all(event), [], "%s of mode off" % event)
    quiet_end(lab.caller)


# Shows: 3-1 EC-19
def callee_refreshes_a_caller_that_is_off(lab):
    """With own_benefit=yes the callee refreshes a caller without the extension, as in EC-18."""
    lab.speed = SPEED
    lab.pair(["--mode", "off"],
             ["--mode", "request", "--session-expires", INTERVAL, "--policy", "own_benefit=yes"])
    wait_refreshes(lab, "callee", "UPDATE", 3)
    lab.hang_up()
    lab.finish(caller=0, callee=0)
    response = lab.wire.find(200, to="INVITE")[0].message
    # EC-19: the UAS may ask even if the UAC has no support: as the refresher, never with Require.
    equal(response.session_expires, (INTERVAL, "uas"), "Session-Expires of the 200")
    equal(response.has_timer("require"), False, "Require: timer of the 200")
    lab.all_near(refresh_spans(lab.callee), INTERVAL / 2, "refresh after the last 2xx")
    equal(lab.caller.all("negotiated"), [], "negotiations of mode off")
    equal([(e["interval"], e["refresher"]) for e in lab.callee.all("negotiated")],
          [(INTERVAL, "local")], "negotiations of the callee")
    quiet_end(lab.callee)


# Shows: 7.2-6
def own_benefit_can_be_switched_off(lab):
    """With own_benefit=no a 2xx without Session-Expires means no timer (RFC 4028 §7.2)."""
    lab.speed = 1800
    lab.pair(["--session-expires", INTERVAL, "--policy", "own_benefit=no", "--hangup-after", 2000],
             ["--mode", "off"])
    lab.finish(caller=0, callee=0)
    equal(refreshes(lab, "caller"), [], "refreshes")
    equal(lab.caller.all("negotiated"), [], "negotiations of the caller")
    invite, bye = established(lab), lab.wire.find("BYE")[0]
    lab.near(lab.span(invite, bye), 2000, "BYE after the answer")


def scripted_peer_without_update(lab):
    """A peer whose Allow lacks UPDATE gets re-INVITEs with the offer of the INVITE."""
    lab.speed = 45
    peer = lab.peer()
    peer.allow = ALLOW_NO_UPDATE
    invite = lab.call_peer(peer, "--session-expires", 90)
    peer.answer(invite, 200, *timer("90;refresher=uac"))
    peer.expect("ACK")
    refresh = peer.expect("INVITE")
    equal(refresh.session_expires, (90, "uac"), "Session-Expires of the refresh")
    equal(refresh.origin, invite.origin, "origin line of the refresh")
    peer.answer(refresh, 200, *timer("90;refresher=uac"))
    peer.expect("ACK")
    peer.hang_up()
    lab.finish(caller=0)


def refresh_percent_moves_the_refresh(lab):
    """The policy field refresh_percent, set by --policy, says when the refresh is due."""
    lab.speed = SPEED
    lab.pair(["--session-expires", INTERVAL, "--policy", "refresh_percent=25"], [])
    wait_refreshes(lab, "caller", "UPDATE", 3)
    lab.hang_up()
    lab.finish(caller=0, callee=0)
    lab.all_near(refresh_spans(lab.caller), INTERVAL / 4, "refresh after the last 2xx")


def real_minimum_at_real_interval(lab):
    """An interval of 90 s in real time under faketime: refreshed at 45 s by its own clock."""
    lab.need_faketime(30)
    lab.pair(["--session-expires", 90], [])
    for request in wait_refreshes(lab, "caller", "UPDATE", 2):
        check_refresh(lab, request, 90)
    lab.hang_up()
    lab.finish(caller=0, callee=0)
    lab.all_near(refresh_spans(lab.caller), 45, "refresh after the last 2xx")
