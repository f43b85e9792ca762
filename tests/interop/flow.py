"""Expectations shared by several cases. Spans are in the clock of faketime, so in SIP seconds."""

from sstlab import check, equal

SESSION_METHODS = ("INVITE", "UPDATE")


def requests(stage, by, method=None):
    """The session refresh requests within the dialog that one side sent, without copies."""
    return [d for d in stage.wire.find(by=by) if d.message.method in SESSION_METHODS
            and d.message.to_tag and method in (None, d.message.method)]


def answer(stage, request):
    """The final response to a request; None if there is none."""
    for datagram in stage.wire.find():
        message = datagram.message
        if not message.is_request and message.status >= 200 and datagram.time >= request.time \
                and message.cseq == request.message.cseq \
                and message.call_id == request.message.call_id \
                and datagram.receiver == request.sender:
            return datagram
    return None


def wait_refreshed(stage, count):
    """Waits until sst-ua has logged this many refreshes, its own or the peer's."""
    program = stage.agents[0]
    stage.wait_event(program, "refreshed", count)


def negotiated(program, *wanted):
    """What the log says about each change of the timer: (interval, refresher) pairs."""
    equal([(e["interval"], e["refresher"]) for e in program.all("negotiated")], list(wanted),
          "negotiations of %s" % program.name)


def survived(program):
    """The call was not ended by libsst."""
    equal(program.all("ended"), [], "ended of %s" % program.name)


def check_own_refreshes(stage, program, method, interval, count=3):
    """sst-ua refreshed this often, by this method, halfway through the interval."""
    asked = requests(stage, program.name, method)
    check(len(asked) >= count, "%d refreshes by %s, expected %d", len(asked), method, count)
    starts = [e["t"] for e in program.events if e.get("cseq_method") in SESSION_METHODS
              and not e["copy"] and e.get("status", 0) // 100 == 2]
    for sent in program.all("refresh")[:count]:
        start = max(t for t in starts if t <= sent["t"])
        stage.near(sent["t"] - start, interval / 2, "refresh after the last 2xx")
    for request in asked[:count]:
        equal(request.message.session_expires, (interval, "uac"), "Session-Expires of a refresh")
        equal(answer(stage, request).message.status, 200, "answer to a refresh")


def check_peer_refreshes(stage, peer, method, interval, count=3):
    """The peer refreshed this often, and sst-ua answered each as in RFC 4028 §9."""
    asked = requests(stage, peer, method)
    check(len(asked) >= count, "%d refreshes by %s, expected %d", len(asked), method, count)
    for request in asked[:count]:
        response = answer(stage, request)
        equal(response.message.status, 200, "answer to the peer's refresh")
        equal(response.message.session_expires, (interval, "uac"), "Session-Expires of the 200")
        equal(response.message.has_timer("require"), True, "Require: timer in the 200")


def end_reason(program, *wanted):
    """libsst ended the call, once, for one of these reasons."""
    reasons = [e["reason"] for e in program.all("ended")]
    check(len(reasons) == 1 and reasons[0] in wanted, "end of %s: %r", program.name, reasons)
