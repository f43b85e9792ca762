"""sst-proxy between two sst-ua: who supports the timer, 422, expiration, two proxies in a row."""

import os
import signal
import tempfile

from proxylab import Chain, expirations, flow, timer_of, timers
from sstlab import check, equal

SPEED = 450                 # half of 1800 s takes two seconds


def _between(lab, caller, callee, proxy=(), speed=SPEED):
    """A call through one proxy; returns the chain, the caller, the proxy and the callee."""
    lab.speed = speed
    chain = Chain(lab)
    end = chain.answer(*callee)
    between = chain.proxy(*proxy, to=[end])
    start = chain.call(between, *caller)
    chain.established(start)
    return chain, start, between, end


def _wait_refreshes(lab, refresher, proxy, count=3):
    """Waits for refreshes answered with 200; by then the proxy has seen both of each pair."""
    method = None
    for number in range(1, count + 1):
        lab.wait_event(refresher, "refreshed", number)
    for entry in refresher.all("refresh")[:count]:
        equal(entry["method"], method or entry["method"], "method of the refresh")
        method = entry["method"]
    sent = [pair for pair in flow(refresher, "sent", cseq_method=method)
            if pair[0] == method][-count:]
    # The proxy's log may be read later than the refresher's.
    for event in ("received", "sent"):
        check(lab.wire.wait(lambda e=event: set(sent) <= set(flow(proxy, e)), 120),
              "refreshes %r, of these the proxy %s: %r", sent, event, flow(proxy, event))
    return method


def _check_negotiated(program, interval, side):
    equal([(entry["interval"], entry["refresher"]) for entry in program.all("negotiated")],
          [(interval, side)], "negotiations of %s" % program.name)


# Shows: 8-2 8.1-11 8.2-3 8.2-4 EC-84
def proxy_between_two_that_support(lab):
    """Both sides support it: header fields pass unchanged, three refreshes move the expiration."""
    chain, caller, proxy, callee = _between(lab, ["--session-expires", 1800], [])
    equal(_wait_refreshes(lab, caller, proxy), "UPDATE", "method of the refreshes")
    chain.finish(hang_up=caller, caller=0, callee=0)
    equal(timers(proxy, "sent", method="INVITE"), [(1800, None, None, None)], "INVITE")
    for status in timers(proxy, "sent", status=200, cseq_method="INVITE"):
        equal(status, (1800, "uac", None, True), "200 to INVITE")
    equal(timers(proxy, "sent", cseq_method="UPDATE"),
          timers(proxy, "received", cseq_method="UPDATE"), "UPDATEs and their answers")
    check(len(expirations(proxy)) >= 4, "expirations: %r", expirations(proxy))
    equal(set(expirations(proxy)), {1800}, "expirations")
    equal(proxy.all("state_expired"), [], "freed states of a dialog that lived")
    _check_negotiated(caller, 1800, "local")
    _check_negotiated(callee, 1800, "remote")


# Shows: 8-2 8.1-11
def proxy_sees_refreshing_invites(lab):
    """A caller that does not allow UPDATE gets re-INVITEs, which pass the proxy as well."""
    chain, caller, proxy, callee = _between(lab, ["--session-expires", 1800, "--no-update"],
                                            ["--prefer-refresher", "uas"])
    equal(_wait_refreshes(lab, callee, proxy), "INVITE", "method of the refreshes")
    chain.finish(hang_up=caller, caller=0, callee=0)
    equal(timers(proxy, "sent", status=200, cseq_method="INVITE")[0], (1800, "uas", None, True),
          "200 to the first INVITE")
    check(len(expirations(proxy)) >= 4, "expirations: %r", expirations(proxy))
    _check_negotiated(callee, 1800, "local")


# Shows: 8.1-9 8.2-1 EC-80 EC-83
def proxy_answers_for_a_callee_without_support(lab):
    """Only the caller supports it: each 2xx gets Session-Expires, refresher=uac and Require."""
    chain, caller, proxy, callee = _between(lab, ["--session-expires", 1800], ["--mode", "off"])
    _wait_refreshes(lab, caller, proxy)
    chain.finish(hang_up=caller, caller=0, callee=0)
    for told in timers(callee, "sent", status=200):
        equal(told, (None,) * 4, "200 of a callee without support")
    for told in timers(caller, "received", status=200)[:4]:
        equal(told, (1800, "uac", None, True), "200 that reached the caller")
    equal(set(expirations(proxy)), {1800}, "expirations")
    _check_negotiated(caller, 1800, "local")


# Shows: 8.1-1 8.1-12 8.2-1
def proxy_asks_where_the_caller_does_not(lab):
    """A caller with support that asks for nothing: the proxy asks, and answers for the callee."""
    chain, caller, proxy, callee = _between(lab, [], ["--mode", "off"],
                                            ["--session-expires", 1800])
    _wait_refreshes(lab, caller, proxy)
    chain.finish(hang_up=caller, caller=0, callee=0)
    equal(timers(caller, "sent", method="INVITE"), [(None, None, None, None)], "INVITE as sent")
    equal(timers(callee, "received", method="INVITE"), [(1800, None, None, None)],
          "INVITE as it arrived")
    equal(timers(caller, "received", status=200, cseq_method="INVITE"),
          [(1800, "uac", None, True)], "200 that reached the caller")
    _check_negotiated(caller, 1800, "local")


# Shows: 8.1-1 8.1-12 8.2-3 EC-82 EC-84
def proxy_asks_for_a_caller_without_support(lab):
    """Only the callee supports it: the proxy asks, the callee refreshes, three times."""
    chain, caller, proxy, callee = _between(lab, ["--mode", "off"], [],
                                            ["--session-expires", 1800])
    _wait_refreshes(lab, callee, proxy)
    chain.finish(hang_up=caller, caller=0, callee=0)
    equal(timers(callee, "received", method="INVITE")[0], (1800, None, None, None),
          "INVITE as it arrived")
    equal(timers(caller, "received", status=200, cseq_method="INVITE"),
          timers(callee, "sent", status=200, cseq_method="INVITE"), "200 to INVITE")
    equal(timer_of(callee.all("sent", status=200)[0])[:2], (1800, "uas"), "200 to INVITE")
    check(len(expirations(proxy)) >= 4, "expirations: %r", expirations(proxy))
    _check_negotiated(callee, 1800, "local")


# Shows: 8.2-2 EC-83
def proxy_between_two_without_support(lab):
    """Neither side supports it: the proxy asks without effect, changes no 2xx and has no
    expiration.
    """
    chain, caller, proxy, callee = _between(lab, ["--mode", "off"], ["--mode", "off"],
                                            ["--session-expires", 1800])
    chain.finish(hang_up=caller, caller=0, callee=0)
    equal(timers(callee, "received", method="INVITE"), [(1800, None, None, None)],
          "INVITE as it arrived")
    equal(timers(caller, "received", status=200, cseq_method="INVITE"), [(None,) * 4],
          "200 that reached the caller")
    equal(expirations(proxy), [], "expirations")


# Shows: 8.1-6 8.1-14 EC-81
def proxy_refuses_a_small_interval(lab):
    """422 with the proxy's minimum, without involving the callee; the caller then asks for that."""
    chain, caller, proxy, callee = _between(lab, ["--session-expires", 90], [],
                                            ["--min-se", 1800])
    chain.finish(hang_up=caller, caller=0, callee=0)
    equal(timers(proxy, "sent", status=422), [(None, None, 1800, None)], "422")
    equal(timers(caller, "sent", method="INVITE"),
          [(90, None, None, None), (1800, None, 1800, None)], "INVITEs of the caller")
    equal(flow(callee, "received", method="INVITE"), [("INVITE", 2)], "INVITEs at the callee")
    equal(flow(caller, "sent", method="ACK"), [("ACK", 1), ("ACK", 2)], "ACKs of the caller")
    equal(flow(callee, "received", method="ACK"), [("ACK", 2)], "ACKs at the callee")
    equal(set(expirations(proxy)), {1800}, "expirations")
    _check_negotiated(caller, 1800, "local")


# Shows: 8.1-6
def proxy_that_refuses_nothing(lab):
    """With --reject-small no, a small interval from a caller with support passes unchanged."""
    chain, caller, proxy, callee = _between(
        lab, ["--session-expires", 90], [], ["--min-se", 1800, "--reject-small", "no"], 1)
    chain.finish(hang_up=caller, caller=0, callee=0)
    equal(timers(callee, "received", method="INVITE"), [(90, None, None, None)],
          "INVITE as it arrived")
    equal(timers(proxy, "sent", status=422), [], "422")


# Shows: 7.3-2 8.1-6 8.1-14
def proxies_with_two_minimums(lab):
    """The flow of RFC 4028 §13: 50 s, rejected by two proxies in turn, then 3600 s and 4000 s."""
    lab.speed = 2000
    chain = Chain(lab)
    callee = chain.answer()
    second = chain.proxy("--min-se", 4000, to=[callee], name="second")
    first = chain.proxy("--min-se", 3600, to=[second], name="first")
    caller = chain.call(first, "--unsafe-min", 50, "--session-expires", 50)
    chain.established(caller)
    lab.wait_event(caller, "refreshed", 3)
    chain.finish(hang_up=caller, caller=0, callee=0)
    equal([told[0::2] for told in timers(caller, "sent", method="INVITE")],
          [(50, None), (3600, 3600), (4000, 4000)], "Session-Expires and Min-SE of the INVITEs")
    equal(flow(first, "received", method="INVITE"),
          [("INVITE", 1), ("INVITE", 2), ("INVITE", 3)], "INVITEs at the first proxy")
    equal(timers(first, "sent", status=422),
          [(None, None, 3600, None), (None, None, 4000, None)], "422s of the first proxy")
    equal(timers(second, "sent", status=422), [(None, None, 4000, None)],
          "422s of the second proxy")
    # The ACK for a failure goes hop by hop (RFC 3261 §17.1.1.3).
    equal(flow(second, "received", method="ACK")[0], ("ACK", 2), "ACK of the second proxy's 422")
    equal(flow(callee, "received", method="INVITE"), [("INVITE", 3)], "INVITEs at the callee")
    for proxy in (first, second):
        check(len(expirations(proxy)) >= 4, "expirations: %r", expirations(proxy))
        equal(set(expirations(proxy)), {4000}, "expirations of %s" % proxy.name)
    _check_negotiated(caller, 4000, "local")


# Shows: 8.2-4 8.3-1 EC-85
def proxy_frees_its_state(lab):
    """Both ends fall silent: at the expiration the proxy frees its state, and sends no BYE."""
    chain, caller, proxy, callee = _between(
        lab, ["--session-expires", 1800, "--mute-after", 200], ["--mute-after", 200])
    freed = lab.wait_event(proxy, "state_expired")
    started, = proxy.all("expiration")
    lab.near(freed["t"] - started["t"], 1800, "life of the state")
    equal(flow(proxy, "sent", method="BYE"), [], "BYEs")
    last = proxy.all("sent")[-1]
    check(last["t"] < started["t"] + 900, "the proxy sent %r after the calls fell silent", last)
    chain.finish(caller=0, callee=0)


# Shows: 8-2
def proxy_off_the_path_sees_no_refresh(lab):
    """--record-route no: requests after the call's setup go from end to end."""
    chain, caller, proxy, callee = _between(lab, ["--session-expires", 1800], [],
                                            ["--record-route", "no"])
    lab.wait_event(caller, "refreshed")
    chain.finish(hang_up=caller, caller=0, callee=0)
    equal(flow(proxy, "received"), [("INVITE", 1), (200, 1)], "what the proxy received")


# Shows: EC-86
def proxy_wants_to_stay_on_the_path(lab):
    """Asking for a timer without record-routing is rejected by name, as is other wrong usage."""
    chain = Chain(lab)
    for words, text in ((("--session-expires", "90", "--record-route", "no"), "record_routes"),
                        (("--session-expires", "80"), "session_expires"),
                        (("--session-expires", "90", "--min-se", "91"), "min_se"),
                        (("--min-se", "89"), "min_se"), (("--min-se", "x"), "--min-se x"),
                        (("--reject-small", "maybe"), "maybe"), (("--to", ""), "HOST:PORT"),
                        (("--bind", "0.0.0.0:0"), "0.0.0.0"), (("--wrong", "1"), "--wrong"),
                        (("--speed", "0"), "--speed"), (("--log",), "or no value")):
        program = chain.start_wrong(words)
        equal(program.exit_status(120), 1, "exit status of %r" % (words,))
        check(any(text in line for line in program.errors), "%r: %r", words, program.errors)
        equal(program.lines, [], "standard output of %r" % (words,))


# Shows: 6-1
def proxy_counts_for_a_monitor(lab):
    """The counters are written as OpenMetrics text at SIGUSR1 and at the end."""
    lab.speed = SPEED
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "sst.prom")
        chain = Chain(lab)
        end = chain.answer()
        proxy = chain.proxy("--min-se", 2000, "--metrics", path, to=[end])
        proxy.process.send_signal(signal.SIGUSR1)
        check(lab.wire.wait(lambda: os.path.exists(path), 120), "no %s", path)
        check("\nsst_rejected_422_total 0\n" in _text(path), "before the call: %s", _text(path))
        caller = chain.call(proxy, "--session-expires", 1800)
        chain.established(caller)
        chain.finish(hang_up=caller, caller=0, callee=0)
        check("\nsst_rejected_422_total 1\n" in _text(path), "after it: %s", _text(path))
        check(_text(path).endswith("\n# EOF\n"), "end of an exposition")


def _text(path):
    with open(path, encoding="ascii") as file:
        return file.read()
