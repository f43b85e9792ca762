"""SIP around the timer: forks, retransmitted 2xx, rejections, CANCEL, digest authentication."""

import signal

import sipwire
from flows import quiet_end
from scripted import timer
from sstlab import check, equal


def forked_success(lab):
    """Of two 2xx with two To tags the first is kept; the other gets an ACK and a BYE."""
    peer = lab.peer()
    invite = lab.call_peer(peer, "--session-expires", 90)
    peer.answer(invite, 180, tag="one")
    peer.answer(invite, 180, tag="two")
    peer.tag = "one"
    peer.answer(invite, 200, *timer("90;refresher=uac"), tag="one")
    equal(peer.expect("ACK").to_tag, "one", "To tag of the first ACK")
    peer.answer(invite, 200, tag="two")
    ack, bye = peer.expect("ACK", "BYE"), peer.expect("ACK", "BYE")
    equal((ack.method, ack.to_tag), ("ACK", "two"), "what follows the second 200")
    equal((bye.method, bye.to_tag), ("BYE", "two"), "what follows its ACK")
    equal(bye.cseq.number, invite.cseq.number + 1, "CSeq of the BYE in its own dialog")
    peer.answer(bye, 200)
    # The first goes on: it has not ended, and does not have the timer state of the second (none).
    peer.request("UPDATE", "Session-Expires: 90;refresher=uas")
    equal(peer.expect(200).session_expires, (90, "uas"), "answer within the first dialog")
    peer.hang_up()
    lab.finish(caller=0)
    equal([(e["interval"], e["refresher"]) for e in lab.caller.all("negotiated")],
          [(90, "local")], "negotiations")


# Shows: EC-31
def repeated_success_is_acknowledged_again(lab):
    """A retransmitted 2xx gets the same ACK again and does not move the interval (EC-31)."""
    lab.speed = 45
    peer = lab.peer()
    invite = lab.call_peer(peer, "--session-expires", 90)
    peer.answer(invite, 200, *timer("90;refresher=uac"))
    peer.expect("ACK")
    first = lab.wire.find(200, to="INVITE")[0]
    peer.silence(0.5)
    peer.send_bytes(first.data)
    refresh = peer.expect("UPDATE")
    lab.near(lab.span(first, lab.wire.find("UPDATE")[0]), 45, "refresh after the first 200")
    peer.answer(refresh, 200, *timer("90;refresher=uac"))
    peer.hang_up()
    lab.finish(caller=0)
    equal([d.copy for d in lab.wire.find("ACK", copies=True)], [False, True], "ACKs")


def call_refused(lab):
    """A rejected call ends with status 2, and its response gets an ACK."""
    peer = lab.peer()
    peer.answer(lab.call_peer(peer, "--session-expires", 90), 486)
    peer.expect("ACK")
    lab.finish(caller=2)
    equal(lab.caller.all("ended"), [], "ended")


def call_declined_later(lab):
    """A 603 after ringing is a rejected call as well."""
    peer = lab.peer()
    invite = lab.call_peer(peer)
    peer.answer(invite, 180)
    lab.wait_event(lab.caller, "received", status=180)
    peer.answer(invite, 603)
    peer.expect("ACK")
    lab.finish(caller=2)


def cancelled_by_the_caller(lab):
    """CANCEL while it rings: 200 to the CANCEL, 487 to the INVITE, status 2 at the callee."""
    peer = lab.peer_calls(lab.peer(), "--ring", 600)
    invite = peer.invite("Session-Expires: 90")
    ringing = peer.expect(180)
    check(ringing.session_expires is None, "Session-Expires in a 180")
    remote = peer.remote
    peer.request("CANCEL", cseq=invite.cseq.number, via_lines=[("Via", invite.get("via"))],
                 uri=invite.uri)
    got = {peer.expect(200, 487).status, peer.expect(200, 487).status}
    equal(got, {200, 487}, "answers")
    refusal = lab.wire.find(487)[0].message
    peer.remote = remote
    peer.ack(refusal)
    lab.finish(callee=2)
    equal(lab.callee.all("negotiated") + lab.callee.all("ended"), [], "decisions")


def interrupted_while_it_rings(lab):
    """SIGINT while the callee rings: CANCEL, and status 0 for the program told to hang up."""
    peer = lab.peer()
    invite = lab.call_peer(peer, "--session-expires", 90)
    peer.answer(invite, 180)
    lab.wait_event(lab.caller, "received", status=180)
    lab.caller.signal(signal.SIGINT)
    cancel = peer.expect("CANCEL")
    equal((cancel.branch, cancel.cseq.number, cancel.uri, cancel.to_tag),
          (invite.branch, invite.cseq.number, invite.uri, None), "CANCEL (RFC 3261 §9.1)")
    peer.answer(cancel, 200)
    peer.answer(invite, 487)
    peer.expect("ACK")
    lab.finish(caller=0)


def callee_interrupted_while_it_rings(lab):
    """SIGTERM at a ringing callee rejects the INVITE with a final response; its status is 0."""
    peer = lab.peer_calls(lab.peer(), "--ring", 600)
    peer.invite("Session-Expires: 90")
    peer.expect(180)
    lab.hang_up(lab.callee)
    refusal = peer.expect(480, 486, 487, 500, 503, 603)
    peer.ack(refusal)
    lab.finish(callee=0)


# Shows: EC-104
def success_wins_over_the_cancel(lab):
    """A 2xx that crosses the CANCEL gets an ACK and a BYE (RFC 3261 §9.1, EC-104)."""
    peer = lab.peer()
    invite = lab.call_peer(peer, "--session-expires", 90)
    peer.answer(invite, 180)
    lab.wait_event(lab.caller, "received", status=180)
    lab.caller.signal(signal.SIGTERM)
    peer.answer(peer.expect("CANCEL"), 200)
    peer.answer(invite, 200, *timer("90;refresher=uac"))
    peer.expect("ACK")
    peer.answer(peer.expect("BYE"), 200)
    lab.finish(caller=0)
    quiet_end(lab.caller)


def _challenge(lab, status, header, answer_name, challenge):
    peer = lab.peer()
    first = lab.call_peer(peer, "--session-expires", 90, "--auth", "alice:open sesame")
    peer.answer(first, status, "%s: %s" % (header, challenge))
    equal(peer.expect("ACK").branch, first.branch, "branch of the ACK")
    second = peer.expect("INVITE")
    problem = sipwire.digest_problem(second, answer_name, "alice", "open sesame", "lab, the",
                                     "abc==")
    check(problem is None, "credentials: %s", problem)
    equal(second.cseq.number, first.cseq.number + 1, "CSeq")
    equal((second.call_id, second.get("from"), second.to_tag),
          (first.call_id, first.get("from"), None), "Call-ID, From, To tag")
    equal(second.session_expires, (90, None), "Session-Expires")
    peer.answer(second, 200, *timer("90;refresher=uac"))
    peer.expect("ACK")
    peer.hang_up()
    lab.finish(caller=0)
    return second


def digest_401(lab):
    """401 with qop=auth is answered with nc, cnonce and the response (RFC 2617 §3.2.2)."""
    second = _challenge(lab, 401, "WWW-Authenticate", "Authorization",
                        'Digest realm="lab, the", nonce="abc==", qop="auth,auth-int", '
                        'algorithm=MD5, opaque="o"')
    value = second.get("authorization")
    check("qop" in value and "nc=00000001" in value and 'opaque="o"' in value, value)


def digest_407(lab):
    """407 without qop, as an old proxy sends it."""
    _challenge(lab, 407, "Proxy-Authenticate", "Proxy-Authorization",
               'Digest realm="lab, the", nonce="abc=="')


def digest_without_credentials(lab):
    """A challenge without --auth ends the attempt with status 2."""
    peer = lab.peer()
    peer.answer(lab.call_peer(peer), 401, 'WWW-Authenticate: Digest realm="x", nonce="y"')
    peer.expect("ACK")
    lab.hang_up()
    lab.finish(caller=2)


def digest_with_the_wrong_password(lab):
    """Credentials that were just rejected are not sent again (RFC 3261 §22.2): status 2."""
    peer = lab.peer()
    first = lab.call_peer(peer, "--auth", "alice:wrong")
    peer.answer(first, 401, 'WWW-Authenticate: Digest realm="x", nonce="n1"')
    peer.expect("ACK")
    second = peer.expect("INVITE")
    check(second.get("authorization"), "no credentials")
    peer.answer(second, 401, 'WWW-Authenticate: Digest realm="x", nonce="n2"')
    peer.expect("ACK")
    peer.silence(0.5)
    lab.hang_up()
    lab.finish(caller=2)


def stale_nonce(lab):
    """stale=true asks for the same credentials with the new nonce."""
    peer = lab.peer()
    invite = lab.call_peer(peer, "--auth", "alice:secret")
    peer.answer(invite, 401, 'WWW-Authenticate: Digest realm="x", nonce="n1"')
    peer.expect("ACK")
    second = peer.expect("INVITE")
    peer.answer(second, 401, 'WWW-Authenticate: Digest realm="x", nonce="n2", stale=true')
    peer.expect("ACK")
    third = peer.expect("INVITE")
    problem = sipwire.digest_problem(third, "Authorization", "alice", "secret", "x", "n2")
    check(problem is None, "credentials: %s", problem)
    peer.answer(third, 200)
    peer.expect("ACK")
    peer.hang_up()
    lab.finish(caller=0)
