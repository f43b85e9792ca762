"""Calls over TCP and TLS: connections and how they are used, certificates, keep-alives."""

import socket

import streampeer
from scripted import timer
from sstlab import check, equal


def _answered(peer, invite, interval=90):
    peer.answer(invite, 200, *timer("%d;refresher=uac" % interval))
    peer.expect("ACK")


def _over(lab, peer, caller=0):
    """The peer hangs up, and everything is judged."""
    peer.hang_up()
    lab.finish(caller=caller)


def call_over_tcp(lab):
    """A call with --transport tcp: one connection for everything, refreshes included; Via and
    Contact.
    """
    lab.speed = 30
    peer = streampeer.tcp(lab)
    lab.call("sip:peer@%s" % peer.hostport, "--transport", "tcp", "--session-expires", 90)
    invite = peer.expect("INVITE")
    check(invite.get("via").startswith("SIP/2.0/TCP "), "Via %s", invite.get("via"))
    check(";transport=tcp" in invite.contact, "Contact %s", invite.contact)
    _answered(peer, invite)
    for _ in range(2):
        peer.answer(peer.expect("UPDATE"), 200, *timer("90;refresher=uac"))
    _over(lab, peer)
    equal(len(peer.connections), 1, "connections")
    equal([d for d in lab.wire.find(by="caller", copies=True) if d.copy], [], "copies")


def transport_of_the_uri(lab):
    """transport=tcp in the URI is enough, and maddr leads to the host."""
    peer = streampeer.tcp(lab)
    lab.call("sip:peer@nowhere.invalid:%d;transport=tcp;maddr=127.0.0.1" % peer.port)
    invite = peer.expect("INVITE")
    peer.answer(invite, 486)
    peer.expect("ACK")
    lab.finish(caller=2)


def callee_over_tcp(lab):
    """A call that arrives over TCP is answered on that connection, and refreshed at its Contact."""
    lab.speed = 30
    peer = streampeer.tcp(lab)
    lab.peer_calls(peer, "--prefer-refresher", "uas")
    here = peer.connect(lab.callee.address)
    peer.invite("Session-Expires: 90")
    answer = peer.expect(200)
    check(peer.current is here, "the 200 came by another connection")
    peer.ack(answer)
    update = peer.expect("UPDATE")
    check(update.get("via").startswith("SIP/2.0/TCP "), "Via %s", update.get("via"))
    peer.answer(update, 200, *timer("90;refresher=uac"))
    peer.hang_up()
    lab.finish(callee=0)


def message_in_pieces(lab):
    """Messages that arrive in pieces, and several in one piece."""
    peer = streampeer.tcp(lab)
    lab.peer_calls(peer)
    peer.connect(lab.callee.address)
    sent = []
    plain, peer.send_bytes = peer.send_bytes, lambda data, address=None: sent.append(data)
    peer.invite()
    peer.send_bytes = plain
    lab.wire.record("peer", "callee", sent[0])
    lab.wire.deliver("callee", sent[0])
    for at in range(0, len(sent[0]), 50):
        peer.current.socket.sendall(sent[0][at:at + 50])
    answer = peer.expect(200)
    sent.clear()
    peer.send_bytes = lambda data, address=None: sent.append(data)
    peer.ack(answer)
    peer.request("OPTIONS")
    peer.request("BYE")
    peer.send_bytes = plain
    for data in sent:
        lab.wire.record("peer", "callee", data)
        lab.wire.deliver("callee", data)
    peer.current.socket.sendall(b"".join(sent))
    equal([peer.expect(200).cseq.method for _ in range(2)], ["OPTIONS", "BYE"], "answers")
    lab.finish(callee=0)


def connection_that_is_closed(lab):
    """A connection that the peer closed between requests: the next request opens a new one."""
    lab.speed = 30
    peer = streampeer.tcp(lab)
    lab.call(peer.contact, "--session-expires", 90)
    _answered(peer, peer.expect("INVITE"))
    peer.connections[0].socket.close()
    peer.connections[0].ended = True
    peer.connections.clear()
    peer.answer(peer.expect("UPDATE"), 200, *timer("90;refresher=uac"))
    equal(len(peer.connections), 1, "connections")
    _over(lab, peer)


def connection_that_breaks(lab):
    """A connection that closes on a request: it is sent once more, and then fails."""
    peer = streampeer.tcp(lab)
    lab.call(peer.contact)
    for _ in range(2):
        peer.expect("INVITE")
        peer.current.socket.close()
        peer.current.ended = True
    lab.finish(caller=2)
    equal(len(peer.connections), 2, "connections")


def connection_refused(lab):
    """If no connection can be made, the call fails at once."""
    with socket.create_server(("127.0.0.1", 0)) as place:
        port = place.getsockname()[1]
    lab.call("sip:x@127.0.0.1:%d;transport=tcp" % port)
    lab.finish(caller=2)
    equal(lab.caller.all("connection")[0]["port"], port, "port of the problem")
    check(lab.caller.all("connection")[0]["real"] < 8, "it took longer than that")


def call_over_tls(lab):
    """A call over TLS: the certificate is checked, and the server learns the wanted name."""
    lab.speed = 30
    authority = streampeer.authority(lab)
    peer = streampeer.tcp(lab, certificate=authority.sign("DNS:localhost", "IP:127.0.0.1"),
                          authority=authority)
    lab.call("sips:peer@localhost:%d" % peer.port, "--tls-ca", authority.file,
             "--session-expires", 90)
    invite = peer.expect("INVITE")
    check(invite.get("via").startswith("SIP/2.0/TLS "), "Via %s", invite.get("via"))
    check(invite.contact.startswith("sips:"), "Contact %s", invite.contact)
    _answered(peer, invite)
    peer.answer(peer.expect("UPDATE"), 200, *timer("90;refresher=uac"))
    _over(lab, peer)
    equal(peer.served, ["localhost"], "server names")
    equal(len(peer.connections), 1, "connections")


def _refused(lab, names, target, problem, *options, expired=False, ca=True):
    """A server whose certificate is invalid gets nothing."""
    authority = streampeer.authority(lab)
    peer = streampeer.tcp(lab, certificate=authority.sign(*names, expired=expired),
                          authority=authority)
    trusted = ["--tls-ca", authority.file] if ca else []
    lab.call(target % peer.port, "--transport", "tls", *trusted, *options)
    lab.wire.wait(lambda: lab.caller.all("connection"), 0)
    while not lab.caller.ended():
        peer.look(0.2)
    lab.finish(caller=2)
    check(problem in lab.caller.all("connection")[0]["problem"], "problem %r",
          lab.caller.all("connection")[0]["problem"])
    equal(lab.caller.all("sent"), [], "sent")
    check(not any(c.bytes for c in peer.connections), "something was sent")


def certificate_of_another(lab):
    """A certificate for another name is rejected."""
    _refused(lab, ["DNS:other.example"], "sip:peer@localhost:%d", "ostname mismatch")


def certificate_of_another_address(lab):
    """A URI with a numeric address needs a certificate for that address."""
    _refused(lab, ["DNS:localhost"], "sip:peer@127.0.0.1:%d", "IP address mismatch")


def certificate_of_a_stranger(lab):
    """A certificate signed by an unknown authority is rejected."""
    _refused(lab, ["DNS:localhost"], "sip:peer@localhost:%d", "certificate", ca=False)


def certificate_of_yesterday(lab):
    """An expired certificate is rejected."""
    _refused(lab, ["DNS:localhost"], "sip:peer@localhost:%d", "expired", expired=True)


def certificate_that_nobody_checks(lab):
    """--tls-insecure accepts any certificate, and warns clearly."""
    authority = streampeer.authority(lab)
    peer = streampeer.tcp(lab, certificate=authority.sign("DNS:other.example"),
                          authority=authority)
    lab.call("sip:peer@localhost:%d" % peer.port, "--transport", "tls", "--tls-insecure")
    peer.answer(peer.expect("INVITE"), 486)
    peer.expect("ACK")
    lab.finish(caller=2)
    check(any("WARNING" in line for line in lab.caller.errors), "no warning: %r",
          lab.caller.errors)


def callee_over_tls(lab):
    """With a certificate of its own sst-ua accepts calls over TLS."""
    authority = streampeer.authority(lab)
    certificate = authority.sign("DNS:localhost", "IP:127.0.0.1")
    peer = streampeer.tcp(lab, certificate=certificate, authority=authority)
    lab.peer_calls(peer, "--transport", "tls", "--tls-ca", authority.file, "--tls-certificate",
                   certificate)
    peer.connect(lab.callee.address)
    answer = peer.establish()
    check(";transport=tls" in answer.contact, "Contact %s", answer.contact)
    lab.hang_up(lab.callee)
    peer.answer(peer.expect("BYE"), 200)
    lab.finish(callee=0)


def keep_alives(lab):
    """Pings leave in time; a peer that answered one and then stops answering is given up."""
    lab.need_faketime(20)
    peer = streampeer.tcp(lab)
    lab.call(peer.contact, "--keep-alive", 20, "--session-expires", 300)
    _answered(peer, peer.expect("INVITE"), 300)
    first = peer.connections[0]
    while first.pings < 2:
        peer.silence(0.2)
    first.pongs = False
    while not first.ended:
        peer.silence(0.2)
    lab.wait_event(lab.caller, "connection", problem="no answer to a keep-alive")
    # The call goes on, on a new connection.
    peer.answer(peer.expect("UPDATE"), 200, *timer("300;refresher=uac"))
    check(peer.current is not first, "the UPDATE came by the old connection")
    _over(lab, peer)


def pings_of_the_peer(lab):
    """Two empty lines from the side that connected are answered by one (RFC 5626 §3.5.1)."""
    peer = streampeer.tcp(lab)
    lab.peer_calls(peer)
    connection = peer.connect(lab.callee.address)
    connection.socket.sendall(b"\r\n\r\n")
    equal(connection.socket.recv(100), b"\r\n", "answer to a ping")
    peer.establish()
    connection.socket.sendall(b"\r\n\r\n")
    equal(connection.socket.recv(100), b"\r\n", "answer to a ping")
    peer.hang_up()
    lab.finish(callee=0)
