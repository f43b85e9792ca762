"""What another stack did against RFC 4028, read from the record of a case.

Only stacks that decide by themselves are judged: what SIPp sends is our own script.
"""

import flow

SUCCESS = range(200, 300)


def found(stage):
    """(stack, sentence) pairs."""
    pairs = set()
    for name, kind in stage.kinds.items():
        if kind != "sst-proxy":
            for judge in (_responses, _requests, _ends):
                pairs.update((kind, text) for text in judge(stage, name))
    return sorted(pairs)


def _sent(stage, name):
    return [d for d in stage.wire.find(by=name) if d.message]


def _came_in(stage, datagram):
    """The received message that this one forwards, for a proxy; None if the proxy created it
    itself.
    """
    message = datagram.message
    for other in stage.wire.find():
        if other.receiver == datagram.sender and other.message.call_id == message.call_id \
                and other.message.cseq == message.cseq and other.time <= datagram.time \
                and (other.message.method, other.message.status) == (message.method,
                                                                     message.status):
            return other.message
    return None


def _changed(stage, datagram, *names):
    """Whether the sender added these header fields, instead of forwarding them."""
    before = _came_in(stage, datagram)
    return before is None or any(before.get(n) != datagram.message.get(n) for n in names)


def _asked_by(stage, datagram):
    """The request that this response answers, as the responder received it."""
    message = datagram.message
    for other in stage.wire.find(message.cseq.method):
        if other.receiver == datagram.sender and other.message.call_id == message.call_id \
                and other.message.cseq == message.cseq:
            return other.message
    return None


def _responses(stage, name):
    for datagram in _sent(stage, name):
        message = datagram.message
        if message.is_request or message.cseq.method not in flow.SESSION_METHODS:
            continue
        if message.status in SUCCESS:
            yield from _success(stage, datagram)
        elif message.get("session-expires"):
            yield "Session-Expires in a response that is no 2xx (§4)"
        if message.status == 422 and message.start != "SIP/2.0 422 Session Interval Too Small" \
                and _changed(stage, datagram):
            yield "another reason phrase than that of §6: %r" % message.start.split(" ", 2)[2]


def _success(stage, datagram):
    message, asked = datagram.message, _asked_by(stage, datagram)
    expires = message.session_expires
    if message.min_se is not None and _changed(stage, datagram, "min-se"):
        yield "Min-SE in a 2xx (§5 allows it in requests and in 422)"
    # JsSIP reports which 2xx it was made to lose; the next one is the retransmission.
    lost = {e["cseq"] for actor in stage.actors for e in actor.all("lost")}
    if expires is None and message.cseq.method == "INVITE" and message.cseq.number in lost:
        yield "the copy of a 2xx to INVITE has no Session-Expires (RFC 3261 §13.3.1.4: the same 2xx)"
    if expires is None or asked is None or not _changed(stage, datagram, "session-expires"):
        return
    if expires.refresher == "uac" and not message.has_timer("require"):
        yield "refresher=uac in a 2xx without Require: timer (§8.2, §9: MUST)"
    if expires.refresher == "uac" and not asked.has_timer("supported"):
        yield "refresher=uac for a UAC that does not support the extension (§8.2, §9)"
    if asked.session_expires and expires.interval > asked.session_expires.interval:
        yield "a 2xx with a larger interval than was asked for (§8.2, §9)"


def _requests(stage, name):
    for datagram in flow.requests(stage, name):
        message = datagram.message
        if _came_in(stage, datagram) is not None:
            continue
        if message.method == "UPDATE" and message.body:
            yield "UPDATE that refreshes with a body (§7.4: RECOMMENDED without an offer)"
        if message.session_expires and message.session_expires.refresher is None:
            yield "a refresh that names no refresher (§7.4: RECOMMENDED)"
        current = _current(stage, datagram)
        if message.session_expires and current and message.session_expires.interval != current \
                and message.session_expires.interval != message.min_se:
            yield "a refresh asks for its own interval and not for the current one (§7.4: SHOULD)"
    for datagram in stage.wire.find("INVITE", by=name):
        message, before = datagram.message, _came_in(stage, datagram)
        if before and message.session_expires and message.min_se \
                and message.session_expires.interval < message.min_se \
                and before.min_se != message.min_se:
            yield "raises Min-SE above Session-Expires, and leaves that as it is (§8.1: MUST raise)"


def _current(stage, request):
    """The interval of the last 2xx before a request."""
    found_so_far = [d.message.session_expires for d in stage.wire.find(
        200, call_id=request.message.call_id) if d.time < request.time
        and d.message.cseq.method in flow.SESSION_METHODS and d.message.session_expires]
    return found_so_far[-1].interval if found_so_far else None


def _ends(stage, name):
    for bye in stage.wire.find("BYE", by=name):
        if "408" not in (bye.message.get("reason") or "") or _came_in(stage, bye) is not None:
            continue
        last = [d for d in stage.wire.find(200, call_id=bye.message.call_id)
                if d.message.cseq.method in flow.SESSION_METHODS and d.time < bye.time]
        interval = _current(stage, bye)
        if last and interval:
            late = stage.span(last[-1], bye)
            if late > interval - min(32, interval / 3) + 4:
                yield "hangs up %d %% into the interval (§10: the smaller of 32 s and a third " \
                    "before its end)" % (round(late / interval * 10) * 10)
