"""sst-ua answering a scripted caller, and where its requests within a dialog go."""

import sipwire
from scripted import timer
from sstlab import check, equal


def options_are_answered(lab):
    """OPTIONS gets 200 with Allow, Supported: timer and Accept, inside a dialog and out."""
    peer = lab.peer_calls(lab.peer())
    peer.request("OPTIONS")
    outside = peer.expect(200)
    peer.establish()
    peer.request("OPTIONS", "Session-Expires: 90")
    inside = peer.expect(200)
    for response in (outside, inside):
        check({"invite", "ack", "cancel", "bye", "options", "update"} <=
              set(response.tokens("allow")), "Allow: %s", response.get("allow"))
        check(response.has_timer("supported"), "Supported: %s", response.get("supported"))
        equal(response.tokens("accept"), ["application/sdp"], "Accept")
    peer.hang_up()
    lab.finish(callee=0)


def requests_of_unknown_dialogs(lab):
    """UPDATE, BYE, re-INVITE and hold of an unknown dialog get 481; an ACK gets nothing."""
    peer = lab.peer_calls(lab.peer())
    remote, peer.remote = peer.remote, peer.remote + ";tag=nobody"
    for method in ("UPDATE", "BYE", "INVITE", "OPTIONS"):
        sent = peer.request(method, "Session-Expires: 90", sdp=b"" if method != "INVITE" else
                            peer.body()) if method in ("UPDATE", "INVITE") else peer.request(method)
        refusal = peer.expect(200 if method == "OPTIONS" else 481, 481)
        if method == "INVITE":
            peer.request("ACK", cseq=sent.cseq.number, via_lines=[("Via", sent.get("via"))])
    check(refusal.status in (200, 481), "answer to OPTIONS: %d", refusal.status)
    peer.request("ACK", cseq=99)
    peer.request("CANCEL", cseq=99)
    peer.expect(481)
    peer.remote = remote
    peer.establish()
    peer.hang_up()
    lab.finish(callee=0)


def unknown_methods(lab):
    """An unknown method gets 501 or 405 with Allow, and no timer header fields."""
    peer = lab.peer_calls(lab.peer())
    peer.request("PUBLISH", "Session-Expires: 90")
    refusal = peer.expect(501, 405)
    check(refusal.get("allow"), "no Allow in the %d", refusal.status)
    peer.establish()
    peer.hang_up()
    lab.finish(callee=0)


def unknown_extensions(lab):
    """Require with an unknown option tag gets 420 and Unsupported, and starts no call."""
    peer = lab.peer_calls(lab.peer())
    peer.invite("Require: timer, nonsense")
    refusal = peer.expect(420)
    equal(refusal.tokens("unsupported"), ["nonsense"], "Unsupported")
    peer.ack(refusal)
    peer.remote = "<%s>" % peer.target
    peer.establish()
    peer.hang_up()
    lab.finish(callee=0)


def unusable_offers(lab):
    """A body of another type gets 415, an offer without PCMU 488; neither starts a call."""
    peer = lab.peer_calls(lab.peer())
    for status, lines, body in ((415, ["Content-Type: text/plain"], b"hello"),
                                (488, ["Content-Type: application/sdp"],
                                 peer.body().replace(b"RTP/AVP 0", b"RTP/AVP 99"))):
        message = peer.request("INVITE", *lines, plain=body)
        refusal = peer.expect(status)
        equal(refusal.cseq, message.cseq, "CSeq")
        peer.ack(refusal)
    peer.establish()
    peer.hang_up()
    lab.finish(callee=0)


def invite_before_the_ack(lab):
    """A re-INVITE that overtakes the ACK of the first 2xx gets 200 or 491 (RFC 5407 §3.1.4)."""
    peer = lab.peer_calls(lab.peer())
    peer.invite("Session-Expires: 300;refresher=uac")
    success = peer.expect(200)
    peer.remote, peer.target = success.get("to"), success.contact
    second = peer.request("INVITE", "Session-Expires: 300;refresher=uac", sdp=peer.body())
    answer = peer.expect(200, 491)
    equal(answer.cseq, second.cseq, "CSeq of the answer")
    peer.request("ACK", cseq=success.cseq.number)
    if answer.status == 200:
        peer.ack(answer)
    else:
        peer.request("ACK", cseq=second.cseq.number, via_lines=[("Via", second.get("via"))])
    peer.hang_up()
    lab.finish(callee=0)


def no_update_refuses_update(lab):
    """--no-update answers UPDATE with 405 and an Allow that lacks it; the call goes on."""
    peer = lab.peer_calls(lab.peer(), "--no-update")
    peer.establish("Session-Expires: 90;refresher=uac")
    peer.request("UPDATE", "Session-Expires: 90;refresher=uac")
    refusal = peer.expect(405)
    check(refusal.get("allow") and not refusal.allows_update, "Allow: %s", refusal.get("allow"))
    peer.hang_up()
    lab.finish(callee=0)
    equal(lab.callee.all("refreshed"), [], "refreshed")


# Shows: 7.4-15
def target_refresh_by_a_request(lab):
    """An UPDATE or re-INVITE with a new Contact moves the target of later requests."""
    lab.speed = 100
    peer, moved = lab.peer_calls(lab.peer(), "--hangup-after", 200), lab.peer("moved")
    moved.other_name = "callee"
    peer.establish()
    peer.contact = moved.contact
    peer.request("UPDATE")
    peer.expect(200)
    bye = moved.expect("BYE")
    equal(bye.uri, moved.contact, "request URI of the BYE")
    moved.answer(bye, 200)
    lab.finish(callee=0)


def target_refresh_by_a_response(lab):
    """The Contact of a 2xx to a refresh moves the target of later requests."""
    lab.speed = 100
    peer, moved = lab.peer(), lab.peer("moved")
    moved.other_name = "caller"
    invite = lab.call_peer(peer, "--session-expires", 90, "--hangup-after", 80)
    peer.answer(invite, 200, *timer("90;refresher=uac"))
    peer.expect("ACK")
    refresh = peer.expect("UPDATE")
    peer.contact = moved.contact
    peer.answer(refresh, 200, *timer("90;refresher=uac"))
    bye = moved.expect("BYE")
    equal(bye.uri, moved.contact, "request URI of the BYE")
    moved.answer(bye, 200)
    lab.finish(caller=0)


def responses_follow_rport(lab):
    """With rport the response goes to the source port and names it (RFC 3581 §4)."""
    peer, behind = lab.peer_calls(lab.peer()), lab.peer("behind")
    behind.other_name = "callee"
    via = "SIP/2.0/UDP %s;branch=z9hG4bKrp1;rport" % peer.hostport
    behind.aim(lab.callee.address)
    behind.request("OPTIONS", via_lines=[("Via", via)])
    response = behind.expect(200)
    given = sipwire.parameters(response.list("via")[0])
    equal((given.get("rport"), given.get("received")), (str(behind.port), "127.0.0.1"),
          "rport and received")
    # Without rport it goes to the port in the Via (RFC 3261 §18.2.2).
    behind.request("OPTIONS", via_lines=[("Via", via.replace(";rport", "").replace("rp1", "rp2"))])
    response = peer.expect(200)
    equal("rport" in sipwire.parameters(response.list("via")[0]), False, "rport")
    lab.hang_up(lab.callee)
    lab.finish(callee=0)


def own_requests_ask_for_rport(lab):
    """sst-ua's requests carry rport without a value (RFC 3581 §3)."""
    peer = lab.peer()
    invite = lab.call_peer(peer)
    equal(sipwire.parameters(invite.list("via")[0]).get("rport"), "", "rport of the INVITE")
    peer.answer(invite, 486)
    peer.expect("ACK")
    lab.finish(caller=2)


# Shows: EC-107
def low_cseq_is_refused(lab):
    """A request with a CSeq below the last one gets 500, and the timer stays as it was (EC-107)."""
    peer = lab.peer_calls(lab.peer())
    peer.cseq = 10
    peer.establish("Session-Expires: 90;refresher=uac")
    peer.request("UPDATE", "Session-Expires: 90;refresher=uac")
    peer.expect(200)
    peer.request("UPDATE", "Session-Expires: 200;refresher=uac", cseq=5)
    peer.expect(500)
    peer.hang_up()
    lab.finish(callee=0)
    equal([e["interval"] for e in lab.callee.all("negotiated")], [90], "negotiations")
    equal(len(lab.callee.all("refreshed")), 1, "refreshed")


# Shows: EC-70
def second_invite_while_it_rings(lab):
    """A second INVITE before the answer to the first gets 500 with Retry-After (EC-70)."""
    lab.speed = 10
    peer = lab.peer_calls(lab.peer(), "--ring", 6)
    peer.invite("Session-Expires: 90")
    ringing = peer.expect(180)
    remote, peer.remote = peer.remote, ringing.get("to")
    second = peer.request("INVITE", sdp=peer.body())
    refusal = peer.expect(500)
    equal(refusal.cseq, second.cseq, "CSeq of the 500")
    wait = refusal.get("retry-after")
    check(wait is not None and 0 <= int(wait.split()[0]) <= 10, "Retry-After: %s", wait)
    peer.request("ACK", cseq=second.cseq.number, via_lines=[("Via", second.get("via"))])
    peer.remote = remote
    success = peer.expect(200)
    equal(success.session_expires, (90, "uac"), "answer to the first INVITE")
    peer.ack(success)
    peer.hang_up()
    lab.finish(callee=0)


# Shows: EC-20 EC-77
def early_update_starts_no_timer(lab):
    """An UPDATE in an early dialog is answered, but the 2xx to the INVITE decides (EC-20)."""
    lab.speed = 10
    peer = lab.peer_calls(lab.peer(), "--ring", 6)
    peer.invite("Session-Expires: 1800;refresher=uac")
    ringing = peer.expect(180)
    remote, peer.remote = peer.remote, ringing.get("to")
    peer.request("UPDATE", "Session-Expires: 120;refresher=uac")
    early = peer.expect(200)
    equal(early.session_expires, (120, "uac"), "answer to the early UPDATE")
    equal(lab.callee.all("negotiated"), [], "negotiations before the answer")
    peer.remote = remote
    success = peer.expect(200)
    equal(success.session_expires, (1800, "uac"), "answer to the INVITE")
    peer.ack(success)
    peer.hang_up()
    lab.finish(callee=0)
    equal([(e["interval"], e["refresher"]) for e in lab.callee.all("negotiated")],
          [(1800, "remote")], "negotiations")


# Shows: EC-74
def early_update_with_an_offer(lab):
    """While the INVITE's offer is unanswered, an UPDATE with an offer gets 500 and Retry-After
    (EC-74).
    """
    lab.speed = 10
    peer = lab.peer_calls(lab.peer(), "--ring", 6)
    peer.invite("Session-Expires: 1800;refresher=uac")
    ringing = peer.expect(180)
    remote, peer.remote = peer.remote, ringing.get("to")
    peer.request("UPDATE", "Session-Expires: 120;refresher=uac", sdp=peer.body())
    refusal = peer.expect(500)
    check(0 <= int(refusal.get("retry-after")) <= 10, "Retry-After: %s",
          refusal.get("retry-after"))
    peer.remote = remote
    success = peer.expect(200)
    equal(success.session_expires, (1800, "uac"), "answer to the INVITE")
    peer.ack(success)
    peer.hang_up()
    lab.finish(callee=0)


# Shows: EC-23
def refresh_without_session_expires(lab):
    """A re-INVITE or UPDATE without Session-Expires keeps interval and refresher (EC-23)."""
    peer = lab.peer_calls(lab.peer(), "--prefer-refresher", "uas")
    peer.establish("Session-Expires: 300")
    peer.request("UPDATE")
    equal(peer.expect(200).session_expires, (300, "uas"), "answer to the UPDATE")
    peer.request("INVITE", sdp=peer.body())
    success = peer.expect(200)
    equal(success.session_expires, (300, "uas"), "answer to the re-INVITE")
    peer.ack(success)
    peer.hang_up()
    lab.finish(callee=0)
    equal(len(lab.callee.all("negotiated")), 1, "negotiations")


# Shows: EC-24
def refresh_without_supported(lab):
    """A request without Supported after one with it: we take over the role, and send no Require
    (EC-24).
    """
    peer = lab.peer_calls(lab.peer())
    peer.establish("Session-Expires: 300;refresher=uac")
    peer.supported = ""
    peer.request("UPDATE", "Session-Expires: 300;refresher=uac")
    response = peer.expect(200)
    equal(response.session_expires, (300, "uas"), "answer")
    equal(response.has_timer("require"), False, "Require: timer")
    peer.hang_up()
    lab.finish(callee=0)
    equal([(e["interval"], e["refresher"]) for e in lab.callee.all("negotiated")],
          [(300, "remote"), (300, "local")], "negotiations")


def held_by_a_scripted_peer(lab):
    """A sendonly offer is answered with recvonly, an inactive one with inactive (RFC 3264 §6.1)."""
    peer = lab.peer_calls(lab.peer())
    peer.establish("Session-Expires: 300;refresher=uac")
    for direction, wanted in (("sendonly", "recvonly"), ("inactive", "inactive"),
                              ("recvonly", "sendonly"), ("sendrecv", "sendrecv")):
        peer.body_version += 1
        peer.request("INVITE", "Session-Expires: 300;refresher=uac", sdp=peer.body(direction))
        success = peer.expect(200)
        equal(success.direction, wanted, "answer to " + direction)
        equal(success.session_expires, (300, "uac"), "Session-Expires")
        peer.ack(success)
    peer.hang_up()
    lab.finish(callee=0)


def offerless_invite(lab):
    """An INVITE without an offer gets one in the 2xx (RFC 3261 §13.3.1)."""
    peer = lab.peer_calls(lab.peer())
    peer.request("INVITE", "Session-Expires: 300")
    success = peer.expect(200)
    check(success.sdp, "the 200 has no offer")
    peer.remote, peer.target = success.get("to"), success.contact
    peer.request("ACK", cseq=success.cseq.number, sdp=peer.body())
    peer.hang_up()
    lab.finish(callee=0)
