"""What happens in one call of a thousand: other forks, late copies, rejections in the dialog."""

import os
import signal
import subprocess

import sipwire
from scripted import timer
from sstlab import check, equal


# Shows: EC-18
def success_of_another_fork(lab):
    """The 2xx comes from another fork than the 180: what that fork said about itself does not
    count.
    """
    lab.speed = 45
    peer = lab.peer()
    invite = lab.call_peer(peer, "--session-expires", 90)
    peer.answer(invite, 180, "Allow: INVITE, ACK, BYE, UPDATE", "Supported: timer", tag="one")
    lab.wait_event(lab.caller, "received", status=180)
    peer.tag, peer.allow, peer.supported = "two", None, None
    peer.answer(invite, 200)
    equal(peer.expect("ACK").to_tag, "two", "To tag of the ACK")
    # This fork has not shown that it supports timer (EC-18), or UPDATE.
    refresh = peer.expect("INVITE")
    equal(refresh.to_tag, "two", "To tag of the refresh")
    lab.near(lab.span(lab.wire.find(200, to="INVITE")[0], lab.wire.find("INVITE")[1]), 45,
             "refresh after the 200")
    peer.answer(refresh, 200)
    peer.expect("ACK")
    peer.allow = "INVITE, ACK, BYE"
    peer.hang_up()
    lab.finish(caller=0)
    equal([(e["interval"], e["refresher"]) for e in lab.caller.all("negotiated")],
          [(90, "local")], "negotiations")


def early_request_of_another_fork(lab):
    """Of two early dialogs one is followed: requests of the other get 481, the first goes on."""
    peer = lab.peer()
    invite = lab.call_peer(peer, "--session-expires", 90)
    peer.answer(invite, 180, tag="one")
    lab.wait_event(lab.caller, "received", status=180)
    peer.tag = "one"
    peer.adopt(invite)
    followed = peer.local
    peer.local = followed.replace("tag=one", "tag=two")
    peer.request("UPDATE")
    peer.expect(481)
    peer.local = followed
    peer.request("UPDATE")
    peer.expect(200)
    peer.request("UPDATE", sdp=peer.body())
    peer.expect(491)  # RFC 3311 §5.2: the caller's offer is pending
    peer.answer(invite, 200, *timer("90;refresher=uac"))
    peer.expect("ACK")
    peer.hang_up()
    lab.finish(caller=0)


def bye_while_it_rings(lab):
    """A BYE in an early dialog gets 200, and the pending INVITE 487 (RFC 3261 §15.1.2)."""
    peer = lab.peer_calls(lab.peer(), "--ring", 600)
    peer.invite("Session-Expires: 90")
    ringing = peer.expect(180)
    peer.remote = ringing.get("to")
    peer.request("BYE")
    answers = {message.status: message for message in (peer.expect(200, 487) for _ in range(2))}
    equal({status: message.cseq.method for status, message in answers.items()},
          {200: "BYE", 487: "INVITE"}, "answers")
    peer.ack(answers[487])
    lab.finish(callee=2)
    equal(lab.callee.all("negotiated") + lab.callee.all("ended"), [], "decisions")


def early_offer_while_it_rings(lab):
    """An offer in an UPDATE while that of the ringing INVITE is open gets 500 (RFC 3311 §5.2)."""
    peer = lab.peer_calls(lab.peer(), "--ring", 600)
    invite = peer.invite("Session-Expires: 90")
    ringing = peer.expect(180)
    early = ringing.get("to")
    first, peer.remote = peer.remote, early
    peer.request("UPDATE", sdp=peer.body())
    refusal = peer.expect(500)
    check(0 <= int(refusal.get("retry-after")) <= 10, "Retry-After: %s", refusal.get("retry-after"))
    peer.remote = first
    peer.request("CANCEL", cseq=invite.cseq.number, via_lines=[("Via", invite.get("via"))],
                 uri=invite.uri)
    answers = {message.status: message for message in (peer.expect(200, 487) for _ in range(2))}
    peer.ack(answers[487])
    lab.finish(callee=2)


def refusals_within_the_dialog(lab):
    """Any rejected request within a dialog leaves session and timer as they were."""
    peer = lab.peer_calls(lab.peer())
    peer.establish("Session-Expires: 90;refresher=uac")
    expires = "Session-Expires: 90;refresher=uac"
    for method in ("INVITE", "UPDATE", "INFO"):
        peer.request(method, "Require: nonsense", *([expires] if method != "INFO" else []),
                     sdp=peer.body() if method == "INVITE" else None)
        refusal = peer.expect(420)
        equal((refusal.cseq.method, refusal.tokens("unsupported")), (method, ["nonsense"]), "420")
        if method == "INVITE":
            peer.ack(refusal)
    foreign = peer.body().replace(b"RTP/AVP 0", b"RTP/AVP 99")
    for method in ("INVITE", "UPDATE"):
        for status, kind, body in ((415, "text/plain", b"hello"), (488, "application/sdp", foreign),
                                   (488, "application/sdp",
                                    peer.body().replace(b"m=audio", b"m=video"))):
            peer.request(method, "Content-Type: " + kind, expires, plain=body)
            refusal = peer.expect(status)
            check(refusal.session_expires is None, "Session-Expires in a %d", status)
            if method == "INVITE":
                peer.ack(refusal)
    peer.request("INFO")
    check(peer.expect(501).get("allow"), "no Allow in the 501")
    equal(lab.callee.all("refreshed"), [], "refreshed")
    peer.request("UPDATE", expires)
    equal(peer.expect(200).session_expires, (90, "uac"), "answer to the UPDATE after all that")
    peer.hang_up()
    lab.finish(callee=0)
    equal(len(lab.callee.all("refreshed")), 1, "refreshed")


def invites_that_are_no_calls(lab):
    """An INVITE to a tel: URI gets 416, a merged one 482, and one too many 486."""
    peer = lab.peer_calls(lab.peer(), "--calls", 1)
    refused = peer.request("INVITE", sdp=peer.body(), uri="tel:+15550100")
    refusal = peer.expect(416)
    equal(refusal.cseq, refused.cseq, "CSeq of the 416")
    peer.ack(refusal)
    invite = peer.invite("Session-Expires: 90")
    success = peer.expect(200)
    # By another path, so with another branch (RFC 3261 §8.2.2.2); it belongs to no dialog.
    merged = peer.request("INVITE", "Session-Expires: 90", sdp=peer.body(),
                          cseq=invite.cseq.number)
    refusal = peer.expect(482)
    equal(refusal.branch, merged.branch, "branch of the 482")
    peer.ack(refusal)
    peer.ack(success)
    other = lab.peer("other")
    other.other_name = "callee"
    other.aim(lab.callee.address)
    other.invite()
    other.ack(other.expect(486))
    peer.hang_up()
    lab.finish(callee=0)
    equal(len(lab.callee.all("negotiated")), 1, "negotiations")


def late_copy_of_an_older_success(lab):
    """A copy of the first 2xx after a re-INVITE was answered gets an ACK with its own CSeq."""
    lab.speed = 45
    peer = lab.peer()
    peer.allow = "INVITE, ACK, BYE, CANCEL"
    invite = lab.call_peer(peer, "--session-expires", 90)
    peer.answer(invite, 200, *timer("90;refresher=uac"))
    peer.expect("ACK")
    first = lab.wire.find(200, to="INVITE")[0]
    refresh = peer.expect("INVITE")
    peer.answer(refresh, 200, *timer("90;refresher=uac"))
    equal(peer.expect("ACK").cseq.number, refresh.cseq.number, "CSeq of the ACK to the refresh")
    peer.send_bytes(first.data)
    late = peer.expect("ACK")
    equal(late.cseq.number, invite.cseq.number, "CSeq of the ACK to the late copy")
    peer.hang_up()
    lab.finish(caller=0)
    equal(len(lab.caller.all("refreshed")), 1, "refreshed: not by the copy")


def digest_of_a_session(lab):
    """401 with MD5-sess: the user's part is hashed with nonce and cnonce (RFC 2617 §3.2.2.2)."""
    peer = lab.peer()
    first = lab.call_peer(peer, "--session-expires", 90, "--auth", "alice:secret")
    peer.answer(first, 401, 'WWW-Authenticate: Digest realm="x", nonce="n1", qop="auth", '
                            'algorithm=MD5-sess')
    peer.expect("ACK")
    second = peer.expect("INVITE")
    given = dict(part.strip().partition("=")[::2] for part in
                 second.get("authorization")[len("Digest "):].split(","))
    given = {name: value.strip('"') for name, value in given.items()}
    equal((given.get("algorithm"), given.get("nc")), ("MD5-sess", "00000001"), "algorithm, count")
    user = sipwire.md5("%s:%s:%s" % (sipwire.md5("alice:x:secret"), "n1", given["cnonce"]))
    action = sipwire.md5("INVITE:" + second.uri)
    equal(given.get("response"),
          sipwire.md5(":".join((user, "n1", given["nc"], given["cnonce"], "auth", action))),
          "response")
    peer.answer(second, 200)
    peer.expect("ACK")
    peer.hang_up()
    lab.finish(caller=0)


def told(lab, peer, options, play):
    """What sst-ua writes for people while the peer plays."""
    ours, theirs = os.pipe()
    program = subprocess.Popen([lab.program, "--bind", "127.0.0.1:0", "--log", "text",
                                *options, "answer"], stdin=subprocess.DEVNULL, stdout=theirs)
    os.close(theirs)
    try:
        with os.fdopen(ours, encoding="utf-8") as log:
            text = log.readline()
            peer.aim(("127.0.0.1", int(text.split()[-1])))
            play()
            program.send_signal(signal.SIGTERM)
            text += log.read()
    finally:
        program.kill()
        program.wait(120)
    return text


def decisions_are_told_in_words(lab):
    """The text log shows what a timer does: refreshed, off, overdue, broken rules, the end."""
    peer = lab.peer()

    def waits_and_ends():
        peer.establish("Session-Expires: 90;refresher=uac")
        peer.request("INFO", "Session-Expires: 90")
        peer.expect(501)
        peer.answer(peer.expect("BYE", timeout=120), 200)
    text = told(lab, peer, ["--speed", "30"], waits_and_ends)
    for words in ("session timer: 90 s, the peer refreshes", "the peer broke a rule: se_misplaced",
                  "the peer's refresh is overdue", "session ended: not_refreshed"):
        check(words in text, "%r is not logged:\n%s", words, text)

    peer = lab.peer("second")

    def refuses_all():
        peer.establish("Session-Expires: 90;refresher=uas")
        for method in ("UPDATE", "INVITE") * 2:     # a second round; EC-114
            refresh = peer.expect(method)
            peer.answer(refresh, 403)
            if method == "INVITE":
                peer.expect("ACK")
        peer.answer(peer.expect("BYE", timeout=120), 200)
    text = told(lab, peer, ["--speed", "30"], refuses_all)
    for words in ("session timer: 90 s, this side refreshes",
                  "time to refresh the session, by UPDATE",
                  "the peer rejected every way to refresh", "session ended: refresh_refused"):
        check(words in text, "%r is not logged:\n%s", words, text)

    peer = lab.peer("third")

    def is_blocked():
        peer.allow = "INVITE, ACK, BYE, CANCEL"
        peer.establish("Session-Expires: 90;refresher=uas")
        peer.answer(peer.expect("INVITE"), 100)  # the hold at 40 s, which blocks the refresh
        peer.silence(0.85)  # to 65 s; it is reported at 59 s
        peer.hang_up()
    text = told(lab, peer, ["--speed", "30", "--hold-at", "40"], is_blocked)
    check("a refresh is due, but another transaction blocks it" in text, "not logged:\n%s", text)
