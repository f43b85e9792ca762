"""Strangers and peers that mean no good: what they send changes nothing that is not theirs."""

import os
import subprocess

import sipwire
from scripted import timer
from sstlab import check, equal


def _inverted(peer, invite, method, *lines, **more):
    """A request of the called peer's within the dialog that the caller's INVITE would make."""
    peer.adopt(invite)
    peer.remote = invite.get("from")
    return peer.request(method, *lines, **more)


# Shows: EC-128
def invite_into_an_unanswered_invite(lab):
    """An INVITE into the dialog of an own INVITE without answer gets 491, and no 2xx kills it."""
    peer = lab.peer()
    invite = lab.call_peer(peer, "--session-expires", 90)
    _inverted(peer, invite, "INVITE", sdp=peer.body())
    refused = peer.expect(491)
    peer.ack(refused)
    # A 2xx of no transaction, to the same call.
    stray = sipwire.Message("SIP/2.0 200 OK", [
        ("Via", "SIP/2.0/UDP %s;branch=z9hG4bKnobody" % peer.hostport),
        ("From", invite.get("from")), ("To", "<sip:x@scripted.invalid>;tag=stray"),
        ("Call-ID", invite.call_id), ("CSeq", "77 INVITE"), ("Contact", "<%s>" % peer.contact)])
    peer.send_bytes(stray.encode())
    peer.answer(invite, 200, *timer("90;refresher=uac"))
    peer.expect("ACK")
    peer.hang_up()
    lab.lenient = True
    lab.finish(caller=0)


def success_of_no_transaction(lab):
    """2xx with our tags, without To tag, with a foreign CSeq: passed over, before and after."""
    peer = lab.peer()
    invite = lab.call_peer(peer, "--session-expires", 90)
    for established in (False, True):
        for to, cseq in (("<sip:x@scripted.invalid>", invite.cseq.number + 5),
                         ("<sip:x@scripted.invalid>;tag=other", invite.cseq.number + 5),
                         ("<sip:x@scripted.invalid>;tag=", 0)):
            stray = sipwire.Message("SIP/2.0 200 OK", [
                ("Via", "SIP/2.0/UDP %s;branch=z9hG4bKnobody" % peer.hostport),
                ("From", invite.get("from")), ("To", to), ("Call-ID", invite.call_id),
                ("CSeq", "%d INVITE" % cseq), ("Contact", "<%s>" % peer.contact)])
            peer.send_bytes(stray.encode())
        if not established:
            peer.answer(invite, 200, *timer("90;refresher=uac"))
            peer.expect("ACK")
    peer.hang_up()
    lab.lenient = True
    lab.finish(caller=0)


def cancel_of_another_sender(lab):
    """A CANCEL with the branch of an INVITE, but another sent-by, tag or CSeq: 481 (RFC 3261 §9.2)."""
    peer = lab.peer_calls(lab.peer(), "--ring", 600)
    invite = peer.invite("Session-Expires: 90")
    peer.expect(180)
    via, branch = invite.get("via"), invite.branch
    local, cseq = peer.local, invite.cseq.number
    for other_via, other_local, other_cseq in (
            ("SIP/2.0/UDP 127.0.0.9:%d;branch=%s;rport" % (peer.port, branch), local, cseq),
            ("SIP/2.0/UDP 127.0.0.1:9;branch=%s;rport" % branch, local, cseq),
            (via, local + "x", cseq), (via, local, cseq + 1)):
        peer.local = other_local
        peer.request("CANCEL", cseq=other_cseq, via_lines=[("Via", other_via)])
        peer.expect(481)
    peer.local = local
    peer.request("CANCEL", cseq=cseq, via_lines=[("Via", via)])
    peer.expect(200, skip=())
    refused = peer.expect(487)
    peer.ack(refused)
    lab.lenient = True
    lab.finish(callee=2)
