"""Hostile strangers and peers: what they send changes nothing that is not theirs."""

import json
import os
import socket
import subprocess

import sipwire
from scripted import timer
from sstlab import check, equal


def _inverted(peer, invite, method, *lines, **more):
    """A request from the called peer, within the dialog that the caller's INVITE would create."""
    peer.adopt(invite)
    peer.remote = invite.get("from")
    return peer.request(method, *lines, **more)


# Shows: EC-128
def invite_into_an_unanswered_invite(lab):
    """An INVITE into the dialog of our pending INVITE gets 491, and no 2xx kills that dialog."""
    peer = lab.peer()
    invite = lab.call_peer(peer, "--session-expires", 90)
    _inverted(peer, invite, "INVITE", sdp=peer.body())
    refused = peer.expect(491)
    peer.ack(refused)
    # A 2xx without a transaction, for the same call.
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
    """2xx with our tags, without a To tag, with an unknown CSeq: ignored, before and after the
    call.
    """
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


def _challenged(lab, peer, request, realm="lab"):
    """Challenges a request; returns whether it comes again with credentials."""
    peer.answer(request, 401, 'WWW-Authenticate: Digest realm="%s", nonce="n1"' % realm)
    if request.method == "INVITE":
        peer.expect("ACK")
    if not peer.pending(0.7):
        return None
    return peer.expect(request.method)


def stranger_gets_no_digest(lab):
    """A caller that challenges the BYE gets no digest answer, whatever realm it names."""
    peer = lab.peer_calls(lab.peer(), "--auth", "alice:secret", "--auth-realm", "lab")
    peer.establish("Session-Expires: 90")
    lab.hang_up(lab.callee)
    bye = peer.expect("BYE")
    again = _challenged(lab, peer, bye)
    check(again is None, "the BYE came again, with %s", again and again.get("authorization"))
    lab.lenient = True
    lab.finish(callee=0)


def another_realm_gets_no_digest(lab):
    """A callee gets credentials for --auth-realm only, or without that for the first realm."""
    for name, options, realms in (("given", ["--auth-realm", "home"], ("elsewhere",)),
                                  ("first", [], ("lab", "elsewhere"))):
        peer = lab.peer("peer of " + name)
        peer.other_name = name
        lab.call("sip:ua@" + peer.hostport, "--auth", "alice:secret", *options, name=name)
        request = peer.expect("INVITE")
        for realm in realms[:-1]:
            request = _challenged(lab, peer, request, realm)
            check(request and request.get("authorization"), "%s: no credentials for %s", name, realm)
        if name == "first":
            # The answered realm is known now: challenge the BYE for another one.
            peer.answer(request, 200)
            peer.expect("ACK")
            lab.agents[-1].signal()
            request = peer.expect("BYE")
        again = _challenged(lab, peer, request, realms[-1])
        check(again is None, "%s: credentials for %s", name, realms[-1])
    lab.lenient = True
    lab.finish(given=2, first=0)


def digest_by_sha_256(lab):
    """A SHA-256 challenge is answered (RFC 8760 §2.3), the first supported one of several."""
    for name, algorithm, function in (("sha256", "SHA-256", "sha256"),
                                      ("sha512", "SHA-512-256", "sha512_256")):
        peer = lab.peer("peer of " + name)
        peer.other_name = name
        lab.call("sip:ua@" + peer.hostport, "--auth", "alice:secret", name=name)
        invite = peer.expect("INVITE")
        peer.answer(invite, 401, 'WWW-Authenticate: Digest realm="lab", nonce="n0", algorithm=NEW',
                    'WWW-Authenticate: Digest realm="lab", nonce="n1", qop="auth", algorithm='
                    + algorithm,
                    'WWW-Authenticate: Digest realm="lab", nonce="n2", algorithm=MD5')
        peer.expect("ACK")
        second = peer.expect("INVITE")
        problem = sipwire.digest_problem(second, "Authorization", "alice", "secret", "lab", "n1",
                                         function)
        check(problem is None, "%s: %s", name, problem)
        check("algorithm=" + algorithm in second.get("authorization"), "algorithm of %s", name)
        peer.answer(second, 486)
        peer.expect("ACK")
    lab.finish(sha256=2, sha512=2)


def password_is_not_shown(lab):
    """--auth disappears from the process list at once; a file and the environment work as well."""
    path = os.path.join(os.environ.get("TMPDIR", "/tmp"), "sst-auth-%d" % os.getpid())
    with open(path, "w", encoding="utf-8") as out:
        out.write("alice:secret\nnothing else\n")
    try:
        for name, options in (("option", ["--auth", "alice:secret"]),
                              ("file", ["--auth-file", path]), ("environment", [])):
            peer = lab.peer("peer of " + name)
            peer.other_name = name
            if name == "environment":
                os.environ["SST_UA_AUTH"] = "alice:secret"
            lab.call("sip:ua@" + peer.hostport, *options, name=name)
            os.environ.pop("SST_UA_AUTH", None)
            invite = peer.expect("INVITE")
            if os.path.isdir("/proc/self"):
                with open("/proc/%d/cmdline" % lab.caller.process.pid, "rb") as line:
                    check(b"secret" not in line.read(), "%s: the password is shown", name)
            again = _challenged(lab, peer, invite)
            check(again is not None, "%s: no credentials", name)
            problem = sipwire.digest_problem(again, "Authorization", "alice", "secret", "lab", "n1")
            check(problem is None, "%s: %s", name, problem)
            peer.answer(again, 486)
            peer.expect("ACK")
    finally:
        os.unlink(path)
    lab.finish(option=2, file=2, environment=2)


def _silent_server():
    """A name server that never answers: its HOST:PORT, and a socket to keep open."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))
    return server, "127.0.0.1:%d" % server.getsockname()[1]


def resolver_that_never_answers(lab):
    """A peer whose Contact name never resolves waits alone; others are answered at once."""
    server, address = _silent_server()
    lab.answer("--dns", address, "--hangup-after", 20)
    lost, healthy = lab.peer("lost"), lab.peer("healthy")
    for peer in (lost, healthy):
        peer.other_name = "callee"
        peer.aim(lab.callee.address)
    # Its requests go to a name: the BYE after 20 s of libsst's clock, which is 1 s.
    lost.contact = "sip:lost@nowhere.invalid:5060"
    lost.establish()
    server.settimeout(20)
    server.recv(512)    # the question was asked, and is pending
    for _ in range(5):
        healthy.call_id = os.urandom(8).hex()
        healthy.request("OPTIONS")
        healthy.expect(200)
    lab.lenient = True
    # The lookup fails, and with it the BYE.
    lab.finish(callee=0, timeout=60, hurry=False)
    gone = lab.callee.all("sent", status=200, cseq_method="OPTIONS")
    asked = lab.callee.all("received", method="OPTIONS")
    check(all(sent["real"] - got["real"] < 1 for got, sent in zip(asked, gone)),
          "answers came late: %s", gone)
    equal(lab.callee.all("sent", method="BYE"), [], "BYEs that were sent")
    server.close()


def nobody_listens(lab):
    """ICMP port unreachable ends a call at once (RFC 3261 §18.4), not after 32 s."""
    peer = lab.peer()
    address = peer.hostport
    peer.close()
    lab.call("sip:nobody@" + address)
    status = lab.caller.exit_status(25)
    equal(status, 2, "exit status")
    sent = lab.caller.all("sent", method="INVITE")
    check(len(sent) <= 2, "INVITEs: %s", sent)


def _pipe(lab, *options):
    """An sst-ua that answers, with a pipe as its standard output: the process, and the pipe's read
    end.
    """
    reader, writer = os.pipe()
    process = subprocess.Popen([lab.program, "--bind", "127.0.0.1:0", "--log", "json", *options],
                               stdin=subprocess.DEVNULL, stdout=writer, stderr=subprocess.PIPE)
    os.close(writer)
    line = b""
    while not line.endswith(b"\n"):
        line += os.read(reader, 1)
    return process, reader, json.loads(line)["port"]


def _options(peer, port, count):
    """Sends this many OPTIONS, each of which must be answered."""
    peer.aim(("127.0.0.1", port))
    for _ in range(count):
        peer.call_id = os.urandom(8).hex()
        peer.request("OPTIONS")
        peer.expect(200)


def closed_log(lab):
    """The log's reader is gone: the calls go on, and a signal ends them with a BYE."""
    process, reader, port = _pipe(lab, "answer")
    os.close(reader)
    peer = lab.peer()
    peer.aim(("127.0.0.1", port))
    peer.establish()
    process.terminate()
    peer.answer(peer.expect("BYE"), 200)
    equal(process.wait(30), 0, "exit status")


def stalled_log(lab):
    """The log's reader stalls: nothing waits for it, and what it missed is counted."""
    process, reader, port = _pipe(lab, "answer")
    peer = lab.peer()
    _options(peer, port, 1500)     # more than a pipe and the program's buffer hold
    text, lost = b"", 0
    while not lost:
        text += os.read(reader, 65536)
        whole = text[:text.rfind(b"\n") + 1]
        lost = sum(json.loads(line).get("lines", 0) for line in whole.split(b"\n") if line)
        if not lost and len(text) > 200000:
            _options(peer, port, 1)
    check(0 < lost < 3000, "%d lines were lost", lost)
    process.kill()
    process.wait()
    os.close(reader)
