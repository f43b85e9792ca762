"""sst-proxy between scripted peers: what it does to each message, byte by byte."""

import sipwire
from proxylab import Chain, acknowledge, expirations, route_back, route_of
from scripted import timer
from sstlab import check, equal

# What a proxy may change in a message it forwards (RFC 3261 §16.6, §16.7).
HOP_BY_HOP = ("via", "max-forwards", "route", "record-route", "content-length")


def _chain(lab, *options, speed=450):
    """A caller, a proxy and its one target; only the proxy is a program."""
    lab.speed = speed
    chain = Chain(lab)
    target = chain.target()
    proxy = chain.proxy(*options, to=[target])
    return chain, chain.source(proxy), proxy, target


def _end_to_end(message):
    """Everything that no proxy may touch; libosip2 splits lists, so each counts as a whole."""
    names = {sipwire.long_name(name) for name, _ in message.fields} - set(HOP_BY_HOP)
    return {name: message.list(name) if name in sipwire.LISTS else message.all(name)
            for name in names}


def _same(got, sent, *changed):
    """Asserts that a message arrived with nothing changed but these header fields."""
    before, after = _end_to_end(sent), _end_to_end(got)
    for name in changed:
        before.pop(name, None)
        after.pop(name, None)
    equal(after, before, "header fields after the proxy")
    equal(got.body, sent.body, "body after the proxy")


def _establish(source, target, invite=(), answer=()):
    """A call between scripted peers; returns the caller's route, and INVITE and 200 as they
    arrived.
    """
    source.invite(*invite)
    arrived = target.expect("INVITE")
    target.answer(arrived, 200, *answer)
    response = source.expect(200)
    route = acknowledge(source, response)
    target.expect("ACK")
    return route, arrived, response


# Shows: 8.1-4 8.1-5 8.1-7 8.1-15 EC-81 EC-82
def proxy_raises_for_a_caller_without_support(lab):
    """No Supported, 90 s: Min-SE is added, Session-Expires raised to it; parameters stay."""
    chain, source, _, target = _chain(lab, "--min-se", 1800)
    source.supported = None
    sent = source.invite("Session-Expires: 90;foo=bar;baz", "X-Other: a, b")
    arrived = target.expect("INVITE")
    equal(arrived.get("session-expires"), "1800;foo=bar;baz", "Session-Expires")
    equal(arrived.get("min-se"), "1800", "Min-SE")
    equal(arrived.all("supported") + arrived.all("require"), [], "Supported and Require")
    _same(arrived, sent, "session-expires", "min-se")
    target.answer(arrived, 200, *timer("1800;refresher=uas", False))
    route = acknowledge(source, source.expect(200))
    target.expect("ACK")
    # The same rule within the dialog, for an UPDATE, and for a Min-SE below the proxy's.
    source.request("UPDATE", route, "Session-Expires: 100", "Min-SE: 95")
    arrived = target.expect("UPDATE")
    equal((arrived.get("session-expires"), arrived.get("min-se")), ("1800", "1800"), "UPDATE")
    target.answer(arrived, 200)
    source.expect(200)
    # A Min-SE above the proxy's stays.
    source.request("UPDATE", route, "Session-Expires: 100", "Min-SE: 2000")
    arrived = target.expect("UPDATE")
    equal((arrived.get("session-expires"), arrived.get("min-se")), ("2000", "2000"), "UPDATE")
    chain.finish()


# Shows: 8.1-3 8.1-5 8.1-8 EC-81 EC-82
def proxy_keeps_what_is_good(lab):
    """A large enough interval passes with its refresher and parameters, next to Min-SE."""
    chain, source, proxy, target = _chain(lab, "--min-se", 300, "--session-expires", 600)
    sent = source.invite("x: 1000;refresher=uac;foo=\"a;b\"", "Min-SE: 200", "Require: 100rel",
                         "X-Long: " + 40 * "0123456789")
    arrived = target.expect("INVITE")
    equal(arrived.get("session-expires"), "1000;refresher=uac;foo=\"a;b\"", "Session-Expires")
    _same(arrived, sent)
    equal(arrived.get("max-forwards"), "69", "Max-Forwards")
    equal(len(arrived.list("via")), 2, "Vias")
    check("rport=%d" % source.port in arrived.list("via")[1]
          and "received=127.0.0.1" in arrived.list("via")[1], "Via %r", arrived.list("via")[1])
    equal(arrived.list("record-route"), ["<sip:%s;lr>" % chain.address(proxy)], "Record-Route")
    answer = target.answer(arrived, 200, *timer("900;refresher=uac;foo=bar"), "X-Other: c")
    response = source.expect(200)
    equal(response.get("session-expires"), "900;refresher=uac;foo=bar", "Session-Expires")
    _same(response, answer)
    equal(response.list("via"), [arrived.list("via")[1]], "Via of the response")
    acknowledge(source, response)
    target.expect("ACK")
    chain.finish()
    equal(expirations(proxy), [900], "expirations")


# Shows: 8.2-1 8.2-3 8.2-4 8.2-5 EC-31 EC-83
def proxy_puts_session_expires_into_a_success(lab):
    """A bare 2xx gets the remembered interval, uac and Require: timer; so does each copy."""
    chain, source, proxy, target = _chain(lab, "--session-expires", 1800)
    source.invite()
    arrived = target.expect("INVITE")
    target.answer(arrived, 183, "Require: 100rel")
    provisional = source.expect(183)
    equal(provisional.all("session-expires"), [], "Session-Expires of the 183")
    equal(provisional.list("require"), ["100rel"], "Require of the 183")
    answer = target.answer(arrived, 200, "Require: 100rel")
    response = source.expect(200)
    equal(response.get("session-expires"), "1800;refresher=uac", "Session-Expires")
    equal(sorted(response.tokens("require")), ["100rel", "timer"], "Require")
    _same(response, answer, "session-expires", "require")
    started = lab.wait_event(proxy, "expiration")
    # The retransmitted 200 is changed in the same way and moves nothing (EC-31).
    target.send_bytes(answer.encode(), arrived.source)
    copies = lambda: [d for d in lab.wire.find(200, by="proxy", copies=True) if d.copy]
    source.pending(0.5)
    equal(len(copies()), 1, "copies of the 200 that reached the caller")
    route = acknowledge(source, response)
    target.expect("ACK")
    # A failure of a refresh is left alone and moves nothing.
    source.request("UPDATE", route, "Session-Expires: 1800;refresher=uac")
    target.answer(target.expect("UPDATE"), 500)
    failure = source.expect(500)
    equal(failure.all("session-expires") + failure.all("require"), [], "fields of the 500")
    freed = lab.wait_event(proxy, "state_expired")
    lab.near(freed["t"] - started["t"], 1800, "life of the state")
    equal(expirations(proxy), [1800], "expirations")
    chain.finish()


# Shows: 8.2-3 EC-136
def proxy_changes_a_copy_as_the_first(lab):
    """A retransmission without the Session-Expires that the first 200 had passes unchanged."""
    chain, source, proxy, target = _chain(lab, "--session-expires", 1800)
    source.invite()
    arrived = target.expect("INVITE")
    answer = target.answer(arrived, 200, *timer("1000;refresher=uas"))
    first = source.expect(200)
    equal(first.get("session-expires"), "1000;refresher=uas", "Session-Expires")
    lab.wait_event(proxy, "expiration")
    # Some stacks forget it in retransmissions.
    answer.fields = [field for field in answer.fields if field[0] != "Session-Expires"]
    target.send_bytes(answer.encode(), arrived.source)
    came = lambda: lab.wire.find(200, by="proxy", copies=True)
    for _ in range(100):
        if len(came()) < 2:
            source.pending(0.1)  # which also reads what the proxy sent
    copy = lab.wait_wire(200, 2, by="proxy", copies=True).message
    equal(copy.all("session-expires"), [], "Session-Expires of the copy")
    equal(copy.list("require"), first.list("require"), "Require of the copy")
    acknowledge(source, first)
    target.expect("ACK")
    chain.finish()
    equal(expirations(proxy), [1000], "expirations")


# Shows: EC-134
def proxy_rejects_no_small_interval_in_mid_call(lab):
    """Within a dialog an interval below the proxy's minimum passes, if it is at least 90 s."""
    chain, source, _, target = _chain(lab, "--min-se", 120)
    route, _, _ = _establish(source, target, ["Session-Expires: 120"],
                             timer("100;refresher=uac"))
    for asked, forwarded in (("100", "100"), ("60", "90")):
        source.request("UPDATE", route, "Session-Expires: %s;refresher=uac" % asked)
        arrived = target.expect("UPDATE")
        equal(arrived.get("session-expires"), forwarded + ";refresher=uac", "Session-Expires")
        equal(arrived.all("min-se"), [], "Min-SE")
        target.answer(arrived, 200, *timer(forwarded + ";refresher=uac"))
        source.expect(200)
    chain.finish()


# Shows: EC-87
def proxy_sees_the_timer_go_off(lab):
    """A 2xx without Session-Expires to a refresh that asked for none ends the expiration."""
    chain, source, proxy, target = _chain(lab)
    route, _, _ = _establish(source, target, ["Session-Expires: 1800"],
                             timer("1800;refresher=uac"))
    source.request("UPDATE", route)
    target.answer(target.expect("UPDATE"), 200)
    equal(source.expect(200).all("session-expires"), [], "Session-Expires of the 200")
    lab.wait_event(proxy, "expiration", 2)
    equal(expirations(proxy), [1800, 0], "expirations")
    # Longer than the former interval.
    equal(source.pending(1.0) or target.pending(1.5), False, "anything more")
    equal(proxy.all("state_expired"), [], "freed states")
    chain.finish()


# Shows: 8.2-4
def proxy_follows_the_last_success(lab):
    """Each 2xx replaces the expiration, from either side; BYE passes even after the expiration."""
    chain, source, proxy, target = _chain(lab)
    route, arrived, _ = _establish(source, target, ["Session-Expires: 3600"],
                                   timer("3600;refresher=uac"))
    source.request("UPDATE", route, "Session-Expires: 900")
    target.answer(target.expect("UPDATE"), 200, *timer("900;refresher=uac"))
    source.expect(200)
    target.address = proxy.address
    target.request("UPDATE", route_of(arrived), "Session-Expires: 1800")
    source.answer(source.expect("UPDATE"), 200, *timer("1800;refresher=uac"))
    target.expect(200)
    freed = lab.wait_event(proxy, "state_expired")
    equal(expirations(proxy), [3600, 900, 1800], "expirations")
    lab.near(freed["t"] - proxy.all("expiration")[-1]["t"], 1800, "life of the state")
    target.request("BYE", route_of(arrived))
    bye = source.expect("BYE")
    equal(bye.all("route"), [], "Route of the BYE that arrived")
    source.answer(bye, 200)
    target.expect(200)
    chain.finish()


def proxy_frees_state_with_the_call(lab):
    """After a BYE there is nothing left to expire."""
    chain, source, proxy, target = _chain(lab)
    route, _, _ = _establish(source, target, ["Session-Expires: 900"], timer("900;refresher=uac"))
    source.request("BYE", route)
    target.answer(target.expect("BYE"), 200)
    source.expect(200)
    source.pending(1.5)
    chain.finish()
    equal(expirations(proxy), [900], "expirations")
    equal(proxy.all("state_expired"), [], "freed states")


def proxy_refuses_what_it_may_not_forward(lab):
    """RFC 3261 §16.3: 483 if no hops are left, 420 for an unknown Proxy-Require, 482 for a loop."""
    chain, source, proxy, target = _chain(lab)
    for status, old, new in ((483, "Max-Forwards", "0"), (400, "Max-Forwards", "x"),
                             (420, "Proxy-Require", "foo, timer")):
        invite = source.request("OPTIONS")
        target.answer(target.expect("OPTIONS"), 200)
        source.expect(200)
        wrong = invite.with_field(old, new).with_field(
            "Via", invite.get("via").replace("z9hG4bK", "z9hG4bK%d" % status))
        source.send_bytes(wrong.encode())
        response = source.expect(status)
        equal(response.all("unsupported"), ["foo"] if status == 420 else [], "Unsupported")
    loop = chain.proxy("--to", "127.0.0.1:%d" % proxy.address[1], name="detour")
    around = chain.source(loop)
    # From the detour to the proxy, which sends it to its target.
    around.request("OPTIONS")
    target.answer(target.expect("OPTIONS"), 200)
    around.expect(200)
    # A request that comes back unchanged.
    sent = source.request("OPTIONS")
    arrived = target.expect("OPTIONS")
    again = arrived.with_field("Max-Forwards", "50").with_field("X-Back", "yes")
    again.start = sent.start
    again.fields.insert(0, ("Via", "SIP/2.0/UDP %s;branch=z9hG4bKback" % target.hostport))
    target.send_bytes(again.encode(), proxy.address)
    target.expect(482)
    chain.finish()


def proxy_absorbs_copies(lab):
    """A retransmitted INVITE gets the last response again and goes no further; nor does garbage."""
    chain, source, proxy, target = _chain(lab)
    invite = source.invite()
    source.expect(100, skip=())
    arrived = target.expect("INVITE")
    source.send_bytes(invite.encode())
    target.answer(arrived, 486)
    source.ack(source.expect(486))
    target.expect("ACK")
    source.send_bytes(b"\r\n\r\n")
    source.send_bytes(b"INVITE sip:x SIP/2.0\r\n\r\n")
    source.send_bytes(b"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 127.0.0.1\r\n\r\n")
    source.request("OPTIONS")
    target.answer(target.expect("OPTIONS"), 200)
    source.expect(200)
    equal(len(lab.wire.find("INVITE", by="proxy", copies=True)), 1, "INVITEs that were forwarded")
    equal(len(lab.wire.find(100, by="proxy", copies=True)), 2, "100s that were sent")
    chain.finish()


def proxy_sends_responses_nobody_waits_for_nowhere(lab):
    """RFC 6026 §7.3: responses without a transaction are dropped: wrong branch, another Via."""
    chain, source, _, target = _chain(lab)
    source.invite()
    arrived = target.expect("INVITE")
    stray = target.answer(arrived, 180)
    source.expect(180)
    via = arrived.list("via")[0]
    for old, new in (("branch=z9hG4bK", "branch=z9hG4bKx"),
                     ("127.0.0.1:", "127.0.0.2:")):
        other = stray.copy()
        other.start = "SIP/2.0 200 Stray"
        other.fields = [(name, value.replace(old, new) if value == via else value)
                        for name, value in stray.fields]
        target.send_bytes(other.encode(), arrived.source)
    source.silence(0.4)
    target.answer(arrived, 200)
    source.expect(200)
    chain.finish()


def proxy_follows_the_route(lab):
    """Loose routing to a next hop, a strict router before us, and a strict router after us."""
    chain, source, proxy, target = _chain(lab)
    route, _, response = _establish(source, target)
    equal(route, route_back(response), "route")
    own = "<sip:%s;lr>" % chain.address(proxy)
    hop = "sip:%s" % target.hostport
    # (Request-URI, Route) as sent and as they must arrive.
    for uri, routes, uri_after, routes_after in (
            ("sip:far@1.invalid", [own, "<%s;lr>" % hop], "sip:far@1.invalid", ["<%s;lr>" % hop]),
            (own.strip("<>"), ["<%s;lr>" % hop, "<sip:far@1.invalid>"], "sip:far@1.invalid",
             ["<%s;lr>" % hop]),
            ("sip:far@1.invalid", [own, "<%s>" % hop], hop, ["<sip:far@1.invalid>"])):
        source.request("OPTIONS", "Route: " + ", ".join(routes), uri=uri)
        arrived = target.expect("OPTIONS")
        equal(arrived.uri, uri_after, "Request-URI")
        equal(arrived.list("route"), routes_after, "Route")
        target.answer(arrived, 200)
        source.expect(200)
    source.request("OPTIONS", "Route: " + own, uri="tel:+123")
    source.expect(416)
    source.request("OPTIONS", uri="sip:nobody@" + chain.address(proxy))
    source.expect(404)
    chain.finish()


def proxy_leaves_bodies_alone(lab):
    """A body passes byte by byte (RFC 3261 §16.6): parts, their header fields, line ends."""
    chain, source, _, target = _chain(lab)
    for number, (kind, body) in enumerate((
            ("multipart/mixed;boundary=b", b"--b\r\nContent-Type: a/b;\r\n x=1\r\n\r\none\r\n--b--\r\n"),
            ("multipart/mixed;boundary=b", b"--b\r\n\r\nno fields\r\n--b--"),
            ("multipart/mixed; boundary=\"b\"", b"preamble\r\n--b\r\nA:b\r\n\r\n\x00\xff\r\n--b--\r\nend"),
            ("text/plain", b"bare\nline\nfeeds\n\n"), ("application/octet-stream", bytes(range(256))))):
        source.call_id = "body-%d" % number
        source.request("MESSAGE", "Content-Type: " + kind, plain=body, cseq=number + 1)
        arrived = target.expect("MESSAGE")
        equal(arrived.body, body, "body number %d" % number)
        target.answer(arrived, 200)
        source.expect(200)
    chain.finish()
