"""sst-proxy in rare cases: RFC 2543 clients, late responses, a CANCEL without an INVITE."""

from proxylab import Chain
from sstlab import check, equal


def _chain(lab):
    lab.speed = 30
    chain = Chain(lab)
    target = chain.target()
    proxy = chain.proxy(to=[target])
    return chain, chain.source(proxy), target


def proxy_serves_clients_of_rfc_2543(lab):
    """No magic cookie, no rport, no Max-Forwards, and a Via that is not the source."""
    chain, source, target = _chain(lab)
    old = "SIP/2.0/UDP old.invalid:%d;branch=1" % source.port
    template = source.request("OPTIONS")
    target.answer(target.expect("OPTIONS"), 200)
    source.expect(200)
    invite = template.without("Max-Forwards").with_field("Via", old)
    invite.start = invite.start.replace("OPTIONS", "INVITE")
    invite = invite.with_field("CSeq", "7 INVITE").with_field("Contact", "<%s>" % source.contact)
    for _ in range(2):  # the retransmission has no branch to identify it
        source.send_bytes(invite.encode())
    arrived = target.expect("INVITE")
    equal(arrived.get("max-forwards"), "70", "Max-Forwards (RFC 3261 §16.6 item 3)")
    equal(arrived.list("via")[1], old + ";received=127.0.0.1", "Via of the client (§18.2.1)")
    target.answer(arrived, 486)
    refusal = source.expect(486)
    equal(refusal.list("via"), [old + ";received=127.0.0.1"], "Via of the response")
    target.expect("ACK")
    ack = invite.with_field("CSeq", "7 ACK").with_field("To", refusal.get("to"))
    ack.start = ack.start.replace("INVITE", "ACK")
    source.send_bytes(ack.encode())
    target.silence(0.4)  # the ACK ends here, hop by hop
    equal(len(lab.wire.find("INVITE", by="proxy", copies=True)), 1, "INVITEs that were forwarded")
    equal(len(lab.wire.find(486, by="proxy", copies=True)), 1, "486s that were sent")
    source.send_bytes(invite.with_field("CSeq", "8 INVITE").encode())  # such a branch is not unique
    again = target.expect("INVITE")
    equal(again.cseq.number, 8, "CSeq of the next")
    target.answer(again, 486)
    source.expect(486)
    target.expect("ACK")
    chain.finish()


def proxy_keeps_late_answers_to_itself(lab):
    """Provisional responses and 408 to requests other than INVITE end here (RFC 4320 §4)."""
    chain, source, target = _chain(lab)
    source.request("OPTIONS")
    arrived = target.expect("OPTIONS")
    target.answer(arrived, 182)
    target.answer(arrived, 200)
    source.expect(200)
    source.request("OPTIONS")
    target.answer(target.expect("OPTIONS"), 408)
    source.silence(0.4)
    chain.finish()


def proxy_passes_on_a_cancel_of_nothing(lab):
    """A CANCEL whose INVITE is unknown is forwarded statelessly (RFC 3261 §16.10)."""
    chain, source, target = _chain(lab)
    source.request("CANCEL", cseq=99)
    cancel = target.expect("CANCEL")
    equal((cancel.cseq.number, len(cancel.list("via"))), (99, 2), "CSeq, and how many Vias")
    source.silence(0.4)  # nothing to say about it here
    chain.finish()


def _ring(source, target):
    """Calls, and lets it ring until only Timer C runs; returns the INVITE at both ends."""
    sent = source.invite()
    arrived = target.expect("INVITE")
    target.answer(arrived, 180)
    source.expect(180)
    source.silence(0.6)
    return sent, arrived


def _check_repeated(lab, what, peer):
    """Waits for the second message, T1 after the first; the peer ignores it."""
    sent = []
    for _ in range(100):
        sent = lab.wire.find(what, by="proxy", copies=True)
        if len(sent) < 2:
            peer.silence(0.1)
    equal(len(sent), 2, "%s sent" % what)
    lag = lab.lag.seconds()
    check(0.4 - lag < sent[1].time - sent[0].time < 0.6 + lag, "T1: %.3f s",
          sent[1].time - sent[0].time)


def proxy_repeats_a_refusal_until_its_ack(lab):
    """It rang, and is rejected: the 486 is sent again until its ACK (RFC 3261 §17.2.1)."""
    chain, source, target = _chain(lab)
    _, arrived = _ring(source, target)
    target.answer(arrived, 486)
    target.expect("ACK")
    refusal = source.expect(486)
    _check_repeated(lab, 486, source)
    source.ack(refusal)
    source.silence(1.4)  # the third would come 1 s after the second
    equal(len(lab.wire.find(486, by="proxy", copies=True)), 2, "486s in all")
    chain.finish()


def proxy_repeats_a_cancel(lab):
    """It rang, and is cancelled: the CANCEL is retransmitted until it is answered (§17.1.2.2)."""
    chain, source, target = _chain(lab)
    sent, arrived = _ring(source, target)
    source.request("CANCEL", cseq=sent.cseq.number, via_lines=[("Via", sent.get("via"))])
    source.expect(200)
    cancel = target.expect("CANCEL")
    _check_repeated(lab, "CANCEL", target)
    target.answer(cancel, 200)
    target.answer(arrived, 487)
    target.expect("ACK")
    source.ack(source.expect(487))
    target.silence(1.4)  # the third CANCEL would come 1 s after the second
    equal(len(lab.wire.find("CANCEL", by="proxy", copies=True)), 2, "CANCELs in all")
    chain.finish()


def proxy_knows_its_branch_in_capitals(lab):
    """The branch of a Via is a token: a target may change its case (RFC 3261 §7.3.1)."""
    chain, source, target = _chain(lab)
    source.request("OPTIONS")
    arrived = target.expect("OPTIONS")
    at = [name.lower() for name, _ in arrived.fields].index("via")
    name, value = arrived.fields[at]
    arrived.fields[at] = (name, value.replace(arrived.branch, arrived.branch.upper()))
    target.answer(arrived, 200)
    source.expect(200)
    chain.finish()
