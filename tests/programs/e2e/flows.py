"""Expectations that several cases share: how a call is set up, refreshed and ended."""

import re

from scripted import timer
from sstlab import LONG, check, equal

SESSION_METHODS = ("INVITE", "UPDATE")
UPDATE_ALLOWED = "INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE"


def established(lab, calls=1):
    """Waits until the 2xx of this many calls were acknowledged; returns the last of these ACKs."""
    def acknowledged():
        answered = {(d.message.call_id, d.message.cseq.number): d.time
                    for d in lab.wire.find(200, to="INVITE")}
        acks = [d for d in lab.wire.find("ACK")
                if d.time > answered.get((d.message.call_id, d.message.cseq.number), 1e9)]
        return acks if len(acks) >= calls else []
    acks = lab.wire.wait(acknowledged, LONG)
    check(acks, "no ACK for a 2xx to INVITE")
    return acks[calls - 1]


def refreshes(lab, by, method=None):
    """The session refresh requests within the dialog that this program sent."""
    return [datagram for datagram in lab.wire.find(by=by)
            if datagram.message.method in SESSION_METHODS and datagram.message.to_tag
            and method in (None, datagram.message.method)]


def answer_to(lab, request, status=200):
    """The first response with this status to a request, as recorded; None if there is none."""
    wanted = (request.message.call_id, request.message.branch, request.message.cseq)
    for datagram in lab.wire.find(status):
        if (datagram.message.call_id, datagram.message.branch, datagram.message.cseq) == wanted:
            return datagram
    return None


def last_success(lab, before):
    """The last 2xx to a session refresh request that passed before this datagram."""
    found = [datagram for datagram in lab.wire.find(200, call_id=before.message.call_id)
             if datagram.message.cseq.method in SESSION_METHODS and datagram.time < before.time]
    return found[-1]


def wait_refreshes(lab, by, method, count):
    """Waits until this many refreshes of one side were answered with 200, and returns them."""
    def done():
        return len([r for r in refreshes(lab, by, method) if answer_to(lab, r)]) >= count
    check(lab.wire.wait(done, LONG), "no %d answered refreshes by %s of the %s", count, method, by)
    return refreshes(lab, by, method)[:count]


def check_refresh(lab, request, interval):
    """One refresh by the refresher, as in RFC 4028 §7.4 and §9, halfway through the interval."""
    message = request.message
    lab.near(lab.span(last_success(lab, request), request), interval / 2,
             "refresh after the last 2xx")
    # The refresher is the sender, so it is the uac of this transaction.
    equal(message.session_expires, (interval, "uac"), "Session-Expires of the refresh")
    equal(message.has_timer("require"), False, "Require: timer in the refresh")
    if message.method == "UPDATE":
        equal(message.body, b"", "body of the refreshing UPDATE")
    else:
        equal(message.origin, last_origin(lab, request), "origin line of the refresh")
    response = answer_to(lab, request)
    equal(response.message.session_expires, (interval, "uac"), "Session-Expires of the 200")
    equal(response.message.has_timer("require"), True, "Require: timer in the 200")
    if message.method == "INVITE":
        equal(response.message.origin, last_origin(lab, response), "origin line of the answer")


def refresh_spans(program, call=None):
    """The times from each last 2xx to the next refresh, by the refresher's own log."""
    spans, start = [], None
    for entry in program.events:
        if call is not None and entry.get("call") != call:
            continue
        if entry.get("cseq_method") in SESSION_METHODS and not entry["copy"] \
                and entry.get("status", 0) // 100 == 2:
            start = entry["t"]
        if entry.get("event") == "refresh":
            spans.append(entry["t"] - start)
    return spans


def last_success_t(program, before):
    """When, by its own log, a program's interval began: the last 2xx, or its ACK (EC-30)."""
    return max(e["t"] for e in program.all("sent") + program.all("received")
               if e["t"] <= before and not e["copy"]
               and (e.get("method") == "ACK" or (e["cseq_method"] in SESSION_METHODS
                                                 and e.get("status", 0) // 100 == 2)))


def last_origin(lab, datagram):
    """The origin line of the last SDP that the same program sent earlier in the same call."""
    earlier = [other.message.origin for other in lab.wire.find(by=datagram.sender)
               if other.message.origin and other.message.call_id == datagram.message.call_id
               and other.time < datagram.time]
    return earlier[-1] if earlier else None


def check_timer_logs(lab, refresher, other, interval, method, refreshed):
    """Both logs contain one negotiation and each refresh, from their own point of view."""
    lab.all_near(refresh_spans(refresher), interval / 2, "refresh after the last 2xx, by the log")
    for program, side in ((refresher, "local"), (other, "remote")):
        equal([(e["interval"], e["refresher"]) for e in program.all("negotiated")],
              [(interval, side)], "negotiations of %s" % program.name)
        told = [(e["interval"], e["refresher"]) for e in program.all("refreshed")]
        equal(set(told), {(interval, side)}, "refreshed of %s" % program.name)
        check(len(told) >= refreshed, "%s logged %d refreshes, not %d", program.name,
              len(told), refreshed)
        equal(program.all("ended"), [], "ended of %s" % program.name)
    equal({e["method"] for e in refresher.all("refresh")}, {method}, "method of the refreshes")
    equal(other.all("refresh"), [], "refreshes of the side that does not refresh")


# The status in the BYE's Reason: 408 for silence, otherwise the peer's own status.
CAUSES = {"not_refreshed": 408, "refresh_timeout": 408, "refresh_408": 408, "refresh_481": 481,
          "refresh_unanswered": 408, "refresh_refused": 500, "refresh_not_sent": 500}


def check_reason(bye, ended):
    """The BYE of a session that ended for this reason says why (RFC 3326)."""
    reason = bye.message.get("reason")
    check(reason and re.fullmatch(r'SIP;cause=%d;text="[^"]+"' % CAUSES[ended], reason),
          "Reason of the BYE: %r", reason)


def call_with_role(lab, *options, interval=90, allow=None, percent=10):
    """sst-ua calls and gets the role; its first refresh is due after percent of the interval."""
    peer = lab.peer()
    if allow is not None:
        peer.allow = allow
    invite = lab.call_peer(peer, "--session-expires", interval, "--policy",
                           "refresh_percent=%d" % percent, *options)
    peer.answer(invite, 200, *timer("%d;refresher=uac" % interval))
    peer.expect("ACK")
    return peer


def accept(peer, request, interval=90):
    """A scripted peer accepts a refresh; returns the ACK if it was a re-INVITE."""
    peer.answer(request, 200, *timer("%d;refresher=uac" % interval))
    if request.method == "INVITE":
        return peer.expect("ACK")
    return None


def quiet_end(program):
    """No decision of the library ended this call."""
    equal(program.all("ended"), [], "ended of %s" % program.name)
