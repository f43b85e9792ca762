"""Where requests go (RFC 3263): NAPTR, SRV and addresses, and the next server."""

import socket

import nameserver
import streampeer
from sstlab import check, equal


def _names(lab):
    server = nameserver.NameServer()
    lab.peers.append(server)
    return server


def _refuse(lab, peer, silent=None):
    """The peer gets the INVITE and rejects it, which ends the call; silent got it before."""
    peer.other_name = "caller"
    while silent is not None and not peer.pending(0.01):
        silent.silence(0.005)
    invite = peer.expect("INVITE")
    peer.answer(invite, 486)
    peer.expect("ACK")
    if silent is not None:
        lab.rules["caller"].servers = True
    lab.finish(caller=2)
    return invite


def server_by_naptr(lab):
    """NAPTR prefers TCP to UDP: SRV is asked for TCP, and the URI stays unchanged."""
    names, peer = _names(lab), streampeer.tcp(lab)
    names.naptr("example.test", (20, 1, "SIP+D2U", "_sip._udp.example.test"),
                (10, 1, "SIP+D2T", "_sip._tcp.elsewhere.test"))
    names.srv("_sip._tcp.elsewhere.test", (1, 1, peer.port, "a.elsewhere.test"))
    names.srv("_sip._udp.example.test", (1, 1, 9, "a.elsewhere.test"))
    names.host("a.elsewhere.test", "127.0.0.1")
    lab.call("sip:bob@example.test", "--dns", names.address)
    invite = _refuse(lab, peer)
    equal(invite.uri, "sip:bob@example.test", "Request-URI")
    check(invite.get("via").startswith("SIP/2.0/TCP"), "Via %s", invite.get("via"))


def server_by_srv(lab):
    """Without NAPTR, SRV for each transport: the one that exists is used."""
    names, peer = _names(lab), streampeer.tcp(lab)
    names.srv("_sip._tcp.example.test", (1, 1, peer.port, "a.example.test"))
    names.host("a.example.test", "127.0.0.1")
    lab.call("sip:bob@example.test", "--dns", names.address)
    _refuse(lab, peer)
    check(("example.test", nameserver.NAPTR) in names.questions, "no NAPTR was asked for")


def server_by_srv_of_the_transport(lab):
    """A given transport makes NAPTR unnecessary; SRV gives the port."""
    names, peer = _names(lab), lab.peer()
    names.srv("_sip._udp.example.test", (1, 1, peer.port, "a.example.test"))
    names.host("a.example.test", "127.0.0.1")
    lab.call("sip:bob@example.test;transport=udp", "--dns", names.address)
    _refuse(lab, peer)
    check(("example.test", nameserver.NAPTR) not in names.questions, "NAPTR was asked for")


def port_without_srv(lab):
    """A port in the URI makes NAPTR and SRV unnecessary."""
    names, peer = _names(lab), lab.peer()
    names.host("example.test", "127.0.0.1")
    lab.call("sip:bob@example.test:%d" % peer.port, "--dns", names.address)
    _refuse(lab, peer)
    equal({kind for _, kind in names.questions}, {nameserver.A}, "types of questions")


def secure_server_by_srv(lab):
    """A sips: URI asks for TLS only, and the certificate must name the domain, not the host."""
    names, authority = _names(lab), streampeer.authority(lab)
    peer = streampeer.tcp(lab, certificate=authority.sign("DNS:example.test"),
                          authority=authority)
    names.srv("_sips._tcp.example.test", (1, 1, peer.port, "a.elsewhere.test"))
    names.srv("_sip._udp.example.test", (1, 1, 9, "a.elsewhere.test"))
    names.host("a.elsewhere.test", "127.0.0.1")
    lab.call("sips:bob@example.test", "--dns", names.address, "--tls-ca", authority.file)
    _refuse(lab, peer)
    equal(peer.served, ["example.test"], "server names")


def secure_server_that_is_not_there(lab):
    """Without a TLS server a sips: URI goes nowhere else."""
    names, peer = _names(lab), lab.peer()
    names.host("example.test", "127.0.0.1")
    names.srv("_sip._udp.example.test", (1, 1, peer.port, "example.test"))
    lab.call("sips:bob@example.test", "--dns", names.address)
    lab.finish(caller=2)
    equal(lab.caller.all("sent"), [], "sent")
    equal(lab.caller.all("connection")[0]["port"], 5061, "port that was tried")


def next_server_after_a_closed_port(lab):
    """If nothing listens at the first server, the second is tried, and so on."""
    names, peer = _names(lab), streampeer.tcp(lab)
    with socket.create_server(("127.0.0.1", 0)) as place:
        closed = place.getsockname()[1]
    names.srv("_sip._tcp.example.test", (2, 1, closed, "b.example.test"),
              (1, 1, closed, "a.example.test"), (3, 1, peer.port, "a.example.test"))
    names.host("a.example.test", "127.0.0.1")
    names.host("b.example.test", "127.0.0.1")
    lab.call("sip:bob@example.test;transport=tcp", "--dns", names.address)
    _refuse(lab, peer)
    equal(len(lab.caller.all("connection", problem="Connection refused")), 2, "refusals")


def next_server_after_503(lab):
    """After a 503 from the first server, the same request, except for its branch, goes to the
    second.
    """
    names, first, second = _names(lab), lab.peer(), lab.peer()
    names.srv("_sip._udp.example.test", (1, 1, first.port, "a.example.test"),
              (2, 1, second.port, "a.example.test"))
    names.host("a.example.test", "127.0.0.1")
    lab.call("sip:bob@example.test", "--dns", names.address)
    first.other_name = second.other_name = "caller"
    lost = first.expect("INVITE")
    first.answer(lost, 503)
    first.expect("ACK")
    invite = second.expect("INVITE")
    equal((invite.call_id, invite.cseq, invite.from_tag, invite.body),
          (lost.call_id, lost.cseq, lost.from_tag, lost.body), "the request")
    check(invite.branch != lost.branch, "the branch is the same")
    second.answer(invite, 503)
    second.expect("ACK")
    lab.rules["caller"].servers = True
    lab.finish(caller=2)


def next_server_after_silence(lab):
    """If a server does not respond for 32 s, the next one is tried."""
    lab.need_faketime(10)
    names, first, second = _names(lab), lab.peer(), lab.peer()
    names.srv("_sip._udp.example.test", (1, 1, first.port, "a.example.test"),
              (2, 1, second.port, "a.example.test"))
    names.host("a.example.test", "127.0.0.1")
    lab.call("sip:bob@example.test", "--dns", names.address)
    first.other_name = "caller"
    first.expect("INVITE")
    _refuse(lab, second, silent=first)


def address_after_address(lab):
    """All addresses of a host are tried."""
    names = _names(lab)
    names.host("example.test", "127.0.0.9", "127.0.0.1")
    peer = streampeer.tcp(lab)
    lab.call("sip:bob@example.test:%d;transport=tcp" % peer.port, "--dns", names.address)
    _refuse(lab, peer)


def peer_that_is_a_name(lab):
    """A Contact that is a name without a port: it is also looked up for the ACK and the BYE."""
    names, peer = _names(lab), lab.peer()
    names.srv("_sip._udp.example.test", (1, 1, peer.port, "a.example.test"))
    names.host("a.example.test", "127.0.0.1")
    peer.contact = "sip:bob@example.test"
    peer.other_name = "caller"
    lab.call("sip:bob@%s" % peer.hostport, "--dns", names.address)
    peer.answer(peer.expect("INVITE"), 200)
    peer.expect("ACK")
    lab.hang_up()
    peer.answer(peer.expect("BYE"), 200)
    lab.finish(caller=0)


def registrar_by_srv(lab):
    """The registrar's name is looked up in the background; then its REGISTER goes out."""
    names, peer = _names(lab), streampeer.tcp(lab)
    names.srv("_sip._tcp.example.test", (1, 1, peer.port, "a.example.test"))
    names.host("a.example.test", "127.0.0.1")
    peer.other_name = "callee"
    lab.answer("--dns", names.address, "--register", "--from", "sip:bob@example.test",
               "--transport", "tcp")
    peer.answer(peer.expect("REGISTER"), 200)
    lab.wait_event(lab.callee, "registered")
    lab.callee.signal()
    peer.answer(peer.expect("REGISTER"), 200)
    lab.finish(callee=0)


def large_request(lab):
    """A request of more than 1300 bytes goes over TCP (RFC 3261 §18.1.1)."""
    peer = streampeer.tcp(lab)
    lab.call("sip:bob@%s" % peer.hostport, "--user", "u" * 600)
    invite = _refuse(lab, peer)
    check(len(invite.encode()) > 1300, "%d bytes", len(invite.encode()))


def large_request_without_tcp(lab):
    """It goes over UDP after all if there is no TCP, or UDP was asked for."""
    for options in ((), ("--transport", "udp")):
        peer = lab.peer()
        peer.other_name = "caller"
        lab.call("sip:bob@%s" % peer.hostport, "--user", "u" * 600, *options)
        invite = peer.expect("INVITE")
        check(invite.get("via").startswith("SIP/2.0/UDP"), "Via %s", invite.get("via"))
        peer.answer(invite, 486)
        peer.expect("ACK")
        equal(lab.caller.exit_status(60), 2, "exit status")
        equal(len(lab.caller.all("connection")), 0 if options else 1, "tries by TCP")
        lab.agents.clear()
        lab.wire.datagrams.clear()
