"""sst-proxy with two targets: which responses reach the caller, CANCEL, and timeouts."""

from proxylab import Chain, acknowledge, expirations, flow, timers
from scripted import timer
from sstlab import check, equal


def _fork(lab, *options, speed=450):
    """A caller, a proxy and two targets; all but the proxy are scripted."""
    lab.speed = speed
    chain = Chain(lab)
    targets = chain.target("one"), chain.target("two")
    proxy = chain.proxy(*options, to=targets)
    return (chain, chain.source(proxy), proxy) + targets


def proxy_forks_to_two_agents(lab):
    """Both ring, one answers: the other is cancelled, and one call goes on, with refreshes."""
    lab.speed = 450
    chain = Chain(lab)
    quick = chain.answer("--ring", 300, name="quick")
    slow = chain.answer("--ring", 30000, name="slow")
    proxy = chain.proxy(to=[quick, slow])
    caller = chain.call(proxy, "--session-expires", 1800)
    lab.wait_event(caller, "refreshed", 3)
    chain.finish(hang_up=caller, caller=0, quick=0, slow=2)
    equal(flow(slow, "received"), [("INVITE", 1), ("CANCEL", 1), ("ACK", 1)], "at the slow one")
    equal(sorted(flow(slow, "sent")), [(180, 1), (200, 1), (487, 1)], "of the slow one")
    equal(flow(caller, "received", status=200, cseq_method="INVITE"), [(200, 1)], "200s")
    equal(flow(caller, "received", status=487), [], "487s at the caller")
    equal(flow(caller, "sent", method="BYE") + flow(quick, "sent", method="BYE"),
          [("BYE", caller.all("sent", method="BYE")[0]["cseq"])], "BYEs")
    equal(set(expirations(proxy)), {1800}, "expirations")


# Shows: 8.2-4 EC-80
def proxy_forwards_every_success(lab):
    """Both targets accept: both 200 reach the caller, and each dialog has its own expiration."""
    chain, source, proxy, one, two = _fork(lab, "--session-expires", 1800)
    source.invite()
    first, second = one.expect("INVITE"), two.expect("INVITE")
    check(first.branch != second.branch, "both branches are %r", first.branch)
    equal([first.get("session-expires"), second.get("session-expires")], ["1800"] * 2,
          "Session-Expires")
    one.answer(first, 200)
    answered = source.expect(200)
    two.answer(second, 200, *timer("900;refresher=uac"))
    other = source.expect(200)
    check(answered.to_tag != other.to_tag, "both To tags are %r", other.to_tag)
    equal(answered.get("session-expires"), "1800;refresher=uac", "Session-Expires of the first")
    equal(other.get("session-expires"), "900;refresher=uac", "Session-Expires of the second")
    for response, target in ((answered, one), (other, two)):
        acknowledge(source, response)
        target.expect("ACK")
    freed = [lab.wait_event(proxy, "state_expired", number) for number in (1, 2)]
    equal(expirations(proxy), [1800, 900], "expirations")
    begun = [entry["t"] for entry in proxy.all("expiration")]
    lab.near(freed[0]["t"] - begun[1], 900, "life of the second dialog's state")
    lab.near(freed[1]["t"] - begun[0], 1800, "life of the first dialog's state")
    chain.finish()


def proxy_cancels_after_a_success(lab):
    """A branch without a provisional response is cancelled only once one arrives (§9.1)."""
    chain, source, _, one, two = _fork(lab)
    source.invite()
    first, second = one.expect("INVITE"), two.expect("INVITE")
    one.answer(first, 200)
    acknowledge(source, source.expect(200))
    one.expect("ACK")
    two.silence(0.3)
    two.answer(second, 180)
    cancel = two.expect("CANCEL")
    equal((cancel.branch, cancel.uri, cancel.cseq.number, cancel.get("to"), cancel.list("via")),
          (second.branch, second.uri, second.cseq.number, second.get("to"),
           second.list("via")[:1]), "CANCEL")
    two.answer(cancel, 200)
    two.answer(second, 487)
    two.expect("ACK")
    source.silence(0.3)
    chain.finish()


def proxy_chooses_the_best_failure(lab):
    """RFC 3261 §16.7: 6xx, then the lowest class, preferring what helps retry; 503 becomes 500."""
    chain, source, _, one, two = _fork(lab)
    for statuses, best in (((404, 603), 603), ((486, 302), 302), ((500, 486), 486),
                           ((404, 422), 422), ((503, 503), 500)):
        source.invite()
        for target, status in zip((one, two), statuses):
            invite = target.expect("INVITE")
            lines = ["Min-SE: 120"] if status == 422 else []
            target.answer(invite, status, *lines)
            ack = target.expect("ACK")
            equal((ack.branch, ack.cseq.number), (invite.branch, invite.cseq.number), "ACK")
        response = source.expect(best)
        equal(response.get("min-se"), "120" if best == 422 else None, "Min-SE")
        source.ack(response)
    chain.finish()


def proxy_waits_for_all_branches(lab):
    """No failure reaches the caller while another target rings; a 6xx cancels that one."""
    chain, source, _, one, two = _fork(lab)
    source.invite()
    first, second = one.expect("INVITE"), two.expect("INVITE")
    two.answer(second, 180)
    source.expect(180)
    one.answer(first, 603)
    one.expect("ACK")
    cancel = two.expect("CANCEL")
    source.silence(0.3)
    two.answer(cancel, 200)
    two.answer(second, 487)
    two.expect("ACK")
    source.ack(source.expect(603))
    chain.finish()


def proxy_collects_challenges(lab):
    """RFC 3261 §16.7 item 7: the caller gets the challenges of both targets."""
    chain, source, _, one, two = _fork(lab)
    source.invite()
    one.answer(one.expect("INVITE"), 401, 'WWW-Authenticate: Digest realm="one", nonce="1"')
    two.answer(two.expect("INVITE"), 407, 'Proxy-Authenticate: Digest realm="two", nonce="2"')
    response = source.expect(401, 407)
    check('realm="one"' in (response.get("www-authenticate") or ""), "WWW-Authenticate")
    check('realm="two"' in (response.get("proxy-authenticate") or ""), "Proxy-Authenticate")
    source.ack(response)
    chain.finish()


# Shows: EC-104
def proxy_passes_a_cancel_on(lab):
    """The caller gives up while both targets ring: both are cancelled, the caller gets 487."""
    chain, source, proxy, one, two = _fork(lab, "--session-expires", 1800)
    invite = source.invite()
    arrived = {target: target.expect("INVITE") for target in (one, two)}
    for target, request in arrived.items():
        target.answer(request, 180)
        source.expect(180)
    source.request("CANCEL", cseq=invite.cseq.number, via_lines=[("Via", invite.get("via"))])
    equal(source.expect(200).cseq.method, "CANCEL", "method of the 200")
    for target, request in arrived.items():
        target.answer(target.expect("CANCEL"), 200)
        target.answer(request, 487)
        target.expect("ACK")
    source.ack(source.expect(487))
    chain.finish()
    equal(expirations(proxy), [], "expirations")


def proxy_gives_up_on_silence(lab):
    """No response at all: INVITEs by the rules, then 408 after 64*T1 (Timer B)."""
    lab.need_faketime(40)
    chain, source, _, one, two = _fork(lab, speed=1)
    source.invite()
    response = source.expect(408, timeout=120)
    sent = lab.wire.find("INVITE", by="source")[0]
    lab.near(lab.span(sent, lab.wire.find(408)[0]), 32, "wait for the 408")
    for target in (one, two):
        target.expect("INVITE")
        target.silence(0.1)
        copies = [d for d in lab.wire.find("INVITE", copies=True) if d.receiver == target.name]
        # 0, 0.5, 1.5, 3.5, 7.5, 15.5 and 31.5 s: Timer A (§17.1.1.2). The last one is so close to
        # Timer B that a busy machine under a fast clock may see both in one turn of the loop.
        check(len(copies) in (6, 7), "%d INVITEs to %s" % (len(copies), target.name))
    source.ack(response)
    chain.finish()


def proxy_ends_what_rings_for_ever(lab):
    """A provisional response and nothing more: CANCEL after Timer C, its 487 becomes a 408."""
    lab.need_faketime(100)
    lab.speed = 1
    chain = Chain(lab)
    target = chain.target()
    proxy = chain.proxy(to=[target])
    source = chain.source(proxy)
    source.invite()
    arrived = target.expect("INVITE")
    target.answer(arrived, 180)
    source.expect(180)
    ringing = lab.wire.find(180, by="target")[0]
    target.answer(target.expect("CANCEL"), 200)
    cancel = lab.wire.find("CANCEL")[0]
    lab.near(lab.span(ringing, cancel), 181, "wait before the CANCEL")
    target.answer(arrived, 487)
    source.expect(408)
    chain.finish()


def proxy_answers_for_a_target_that_is_nowhere(lab):
    """A target whose name has no address counts as 503, which the caller gets as 500."""
    lab.speed = 1
    chain = Chain(lab)
    proxy = chain.proxy("--to", "no-such-host.invalid:5060")
    source = chain.source(proxy)
    source.invite()
    source.ack(source.expect(500))
    chain.finish()


def proxy_speaks_ipv6(lab):
    """Everything over IPv6, with brackets in Via and Record-Route."""
    lab.need_ipv6()
    lab.speed = 450
    chain = Chain(lab)
    callee = chain.answer()
    proxy = chain.proxy(to=[callee])
    caller = chain.call(proxy, "--session-expires", 1800)
    lab.wait_event(caller, "refreshed", 2)
    chain.finish(hang_up=caller, caller=0, callee=0)
    equal(timers(proxy, "sent", method="INVITE"), [(1800, None, None, None)], "INVITE")
    check(len(expirations(proxy)) >= 3, "expirations: %r", expirations(proxy))


def proxy_text_log(lab):
    """The text log shows messages, how long state is kept, and its end."""
    lab.speed = 450
    chain = Chain(lab)
    target = chain.target()
    proxy = chain.proxy("--log", "text", to=[target], listens=False)
    lab.wire.wait(lambda: proxy.lines, 120)
    check("listening on 127.0.0.1 port " in proxy.lines[0], "first line %r", proxy.lines)
    source = chain.target("source")
    source.aim(("127.0.0.1", int(proxy.lines[0].split()[-1])))
    source.invite("Session-Expires: 900")
    target.answer(target.expect("INVITE"), 200, *timer("900;refresher=uac"))
    acknowledge(source, source.expect(200))
    lab.wire.wait(lambda: any("freed" in line for line in proxy.lines), 120)
    text = "\n".join(proxy.lines)
    for part in ("<--  INVITE", "-->  100 Trying", "-->  200", "Session-Expires: 900;refresher=uac",
                 "kept for 900 s", "no refresh came"):
        check(part in text, "%r is not in the log: %s", part, text)
    proxy.signal()
    equal(proxy.exit_status(120), 0, "exit status")
