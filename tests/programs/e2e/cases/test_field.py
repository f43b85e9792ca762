"""Failures seen in the field that are the host's part: CSeq, descriptions, broken responses."""

import sipwire
from flows import answer_to, refreshes, wait_refreshes
from scripted import timer
from sstlab import check, equal


# Shows: 7.4-14
def refreshes_repeat_the_session_description(lab):
    """Three refreshing re-INVITEs on hold repeat the held description, and so do the answers."""
    lab.speed = 450
    lab.pair(["--session-expires", 1800, "--method", "invite", "--hold-at", 300], [])
    hold, *requests = wait_refreshes(lab, "caller", "INVITE", 4)
    lab.hang_up()
    lab.finish(caller=0, callee=0)
    equal(hold.message.direction, "sendonly", "direction of the hold")
    held = answer_to(lab, hold).message
    equal(held.direction, "recvonly", "direction of its answer")
    for request in requests:
        equal(request.message.body, hold.message.body, "session description of the refresh")
        equal(answer_to(lab, request).message.body, held.body, "that of its answer")


def bye_after_a_lost_refresh_has_the_next_cseq(lab):
    """The BYE after a refresh that timed out has the next CSeq, and takes the refresh's path."""
    lab.need_faketime(40)
    lab.pair(["--session-expires", 90], ["--mute-after", 20])
    lab.finish(caller=4, callee=0)
    invite = lab.wire.find("INVITE")[0].message
    refresh = refreshes(lab, "caller")[0].message
    bye, = [datagram.message for datagram in lab.wire.find("BYE", by="caller")]
    equal(refresh.cseq.number, invite.cseq.number + 1, "CSeq of the refresh")
    equal(bye.cseq.number, refresh.cseq.number + 1, "CSeq of the BYE")
    equal((bye.uri, bye.all("route")), (refresh.uri, refresh.all("route")), "path of the BYE")


# Shows: 10-2
def answer_without_cseq_is_no_answer(lab):
    """A 200 to the refresh that lacks CSeq is discarded; the call ends 32 s later."""
    lab.need_faketime(40)
    lab.lenient = True
    peer = lab.peer()
    invite = lab.call_peer(peer, "--session-expires", 90)
    peer.answer(invite, 200, *timer("90;refresher=uac"))
    peer.expect("ACK")
    refresh = peer.expect("UPDATE")
    broken = sipwire.Message("SIP/2.0 200 OK", [
        (name, refresh.get(name)) for name in ("via", "from", "to", "call-id")])
    broken.fields += [("Require", "timer"), ("Session-Expires", "90;refresher=uac")]
    peer.send_bytes(broken.encode(), refresh.source)
    bye = peer.expect("BYE")
    peer.answer(bye, 200)
    lab.finish(caller=4)
    sent = {datagram.message.method: datagram for datagram in lab.wire.find(by="caller")
            if datagram.message.is_request}
    lab.near(lab.span(sent["UPDATE"], sent["BYE"]), 32, "BYE after the refresh")


def offerless_invite_in_the_call(lab):
    """A re-INVITE without an offer gets the description in force as an offer, and refreshes."""
    peer = lab.peer_calls(lab.peer())
    first = peer.establish("Session-Expires: 300;refresher=uac")
    for _ in range(3):
        peer.request("INVITE", "Session-Expires: 300;refresher=uac")
        success = peer.expect(200)
        equal(success.session_expires, (300, "uac"), "Session-Expires of the 200")
        equal(success.has_timer("require"), True, "Require: timer of the 200")
        equal(success.origin, first.origin, "origin line of the offer")
        peer.request("ACK", cseq=success.cseq.number, sdp=peer.body())
    check(lab.wire.wait(lambda: len(lab.callee.all("refreshed")) == 3, 120), "not refreshed")
    peer.hang_up()
    lab.finish(callee=0)
