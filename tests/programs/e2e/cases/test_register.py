"""Registrations: refreshed, rejected, too brief, lost, removed."""

import re

import sipwire
import streampeer
from scripted import timer
from sstlab import check, equal

AS = ("--register", "--from", "sip:alice@127.0.0.1", "--auth", "alice:secret")


def _expires(request):
    return int(request.get("expires"))


def _register(lab, peer, *options, mode="answer"):
    """Starts a program that registers with the peer; returns its first REGISTER."""
    peer.other_name = "callee" if mode == "answer" else "caller"
    start = lab.answer if mode == "answer" else \
        lambda *options: lab.call("sip:bob@%s" % peer.hostport, *options)
    start("--outbound", "sip:%s;transport=%s" % (peer.hostport, _transport(peer)), *AS, *options)
    return peer.expect("REGISTER")


def _transport(peer):
    return "tcp" if isinstance(peer, streampeer.StreamPeer) else "udp"


def _accept(peer, request, expires, *lines):
    """A registrar's 200, with other people's contacts as well."""
    peer.answer(request, 200, "Contact: <sip:alice@192.0.2.7>;expires=7",
                "Contact: <%s>;expires=%d" % (request.contact, expires), *lines)


def _end(lab, peer, program):
    """The user ends the program: the registration is removed."""
    program.signal()
    last = peer.expect("REGISTER")
    equal(_expires(last), 0, "Expires of the last REGISTER")
    peer.answer(last, 200)
    lab.finish(**{program.name: 0})
    equal(len(program.all("unregistered")), 1, "unregistered")


def registration(lab):
    """REGISTER to the domain, digest, a refresh one minute before expiry, removed at the end."""
    lab.need_faketime(60)
    peer = lab.peer()
    first = _register(lab, peer, "--expires", 300)
    equal(first.uri, "sip:127.0.0.1", "Request-URI")
    equal(sipwire.uri_of(first.get("to")), "sip:alice@127.0.0.1", "To")
    equal(first.list("route"), ["<sip:%s;transport=udp;lr>" % peer.hostport], "Route")
    equal(_expires(first), 300, "Expires")
    peer.answer(first, 401, 'WWW-Authenticate: Digest realm="here", nonce="n1", '
                            'algorithm=SHA-256, qop="auth"')
    second = peer.expect("REGISTER")
    equal(sipwire.digest_problem(second, "authorization", "alice", "secret", "here", "n1",
                                 "sha256"), None, "digest")
    equal(second.call_id, first.call_id, "Call-ID")
    equal(second.cseq.number, first.cseq.number + 1, "CSeq")
    _accept(peer, second, 200)
    done = lab.wait_event(lab.callee, "registered", expires=200)
    again = peer.expect("REGISTER")
    due = lab.wait_event(lab.callee, "sent", cseq=again.cseq.number)["real"] - done["real"]
    check(139 <= due <= 150, "refresh after %.1f s, wanted 140", due)
    check(again.get("authorization"), "no credentials in the refresh")
    _accept(peer, again, 200)
    _end(lab, peer, lab.callee)


def registration_that_is_too_brief(lab):
    """423: the minimum is accepted, once."""
    peer = lab.peer()
    first = _register(lab, peer, "--expires", 60)
    peer.answer(first, 423, "Min-Expires: 3600")
    second = peer.expect("REGISTER")
    equal(_expires(second), 3600, "Expires")
    _accept(peer, second, 3600)
    _end(lab, peer, lab.callee)


def registration_refused(lab):
    """403, or a wrong password: no call is placed, and the program ends with 2."""
    peer = lab.peer()
    request = _register(lab, peer, mode="call")
    for _ in range(2):
        peer.answer(request, 401, 'WWW-Authenticate: Digest realm="here", nonce="n"')
        if peer.pending(1):
            request = peer.expect("REGISTER")
    lab.finish(caller=2)
    equal([e["status"] for e in lab.caller.all("registration_failed")], [401], "failures")
    equal(lab.wire.find("INVITE"), [], "INVITEs")


def registration_before_the_call(lab):
    """The call is placed once registered, and the registration is removed after it."""
    peer = lab.peer()
    request = _register(lab, peer, mode="call")
    check(not peer.pending(0.3), "something was sent before the registration")
    _accept(peer, request, 600)
    invite = peer.expect("INVITE")
    equal(invite.list("route"), ["<sip:%s;transport=udp;lr>" % peer.hostport], "Route")
    equal(sipwire.uri_of(invite.get("from")), "sip:alice@127.0.0.1", "From")
    peer.answer(invite, 200, *timer("90;refresher=uas"))
    peer.expect("ACK")
    registered, peer.call_id = peer.call_id, invite.call_id
    peer.hang_up()
    peer.call_id = registered
    last = peer.expect("REGISTER")
    equal(_expires(last), 0, "Expires")
    peer.answer(last, 200)
    lab.finish(caller=0)


def registrar_that_is_silent(lab):
    """A registrar that does not respond, or responds 503, is tried again, with growing waits."""
    lab.need_faketime(60)
    peer = lab.peer()
    first = _register(lab, peer)
    lab.wait_event(lab.callee, "registration_failed", status=0)
    second = peer.expect("REGISTER")
    check(second.cseq.number > first.cseq.number, "no new REGISTER")
    peer.answer(second, 503, "Retry-After: 100")
    third = peer.expect("REGISTER")
    lab.wait_event(lab.callee, "sent", count=3, copy=False)
    times = [e["real"] for e in lab.callee.all("sent", copy=False)]
    failed = [e["real"] for e in lab.callee.all("registration_failed")]
    # RFC 5626 §4.5: half of 30 s to 30 s after the first failure; then what Retry-After says.
    check(14.9 <= times[1] - failed[0] <= 36, "first wait %.1f s", times[1] - failed[0])
    check(99.9 <= times[2] - failed[1] <= 110, "second wait %.1f s", times[2] - failed[1])
    _accept(peer, third, 600)
    lab.wait_event(lab.callee, "registered")
    _end(lab, peer, lab.callee)


def registration_over_a_connection(lab):
    """Calls arrive on the connection of the registration; a lost connection is opened again."""
    peer = streampeer.tcp(lab)
    request = _register(lab, peer, "--session-expires", 90)
    check(re.search(";transport=tcp", request.contact) is None, "Contact %s", request.contact)
    _accept(peer, request, 600)
    lab.wait_event(lab.callee, "registered")
    peer.current.socket.close()
    peer.current.ended = True
    again = peer.expect("REGISTER")
    check(again.cseq.number > request.cseq.number, "no new REGISTER")
    _accept(peer, again, 600)
    equal(len(peer.connections), 2, "connections")
    call_id, peer.call_id = peer.call_id, "call@scripted"
    peer.target, peer.local, peer.remote = again.contact, "<sip:bob@x>;tag=1", "<sip:alice@x>"
    peer.establish()
    peer.hang_up()
    peer.call_id = call_id
    last = peer.expect("REGISTER")
    equal(_expires(last), 0, "Expires")
    peer.answer(last, 200)
    lab.finish(callee=0)
    equal(len(peer.connections), 2, "connections")
