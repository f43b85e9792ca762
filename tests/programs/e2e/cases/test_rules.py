"""Rules of RFC 4028 that only a whole user agent can keep: SIPS URIs, and what a 422 says."""

import subprocess

from scripted import timer
from sstlab import check, equal

SIPS = "sips:192.0.2.7:5061"


def _sips_contact(message):
    equal(message.contact.split(";")[0].split("@")[1], "192.0.2.7:5061", "Contact")
    check(message.contact.startswith("sips:"), "Contact is not a SIPS URI: %s", message.contact)


# Shows: 11-2 11-3
def caller_with_a_sips_contact(lab):
    """With a proxy that ends TLS: the Contact of the INVITE and of each refresh is a SIPS URI."""
    lab.speed = 45
    peer = lab.peer()
    invite = lab.call_peer(peer, "--session-expires", 90, "--contact", SIPS, "--hangup-after", 150)
    _sips_contact(invite)
    peer.answer(invite, 200, *timer("90;refresher=uac"))
    peer.expect("ACK")
    for _ in range(3):
        refresh = peer.expect("UPDATE")
        check(refresh.session_expires, "the refresh asks for no timer")
        _sips_contact(refresh)
        peer.answer(refresh, 200, *timer("90;refresher=uac"))
    peer.answer(peer.expect("BYE"), 200)
    lab.finish(caller=0)


# Shows: 11-2 11-3
def callee_with_a_sips_contact(lab):
    """The Contact of a 2xx with Session-Expires is a SIPS URI if the callee has one."""
    peer = lab.peer_calls(lab.peer(), "--contact", SIPS)
    peer.invite("Session-Expires: 1800")
    success = peer.expect(200)
    equal(success.session_expires, (1800, "uac"), "Session-Expires of the 200")
    _sips_contact(success)
    peer.ack(success)
    peer.request("UPDATE", "Session-Expires: 1800;refresher=uac")
    _sips_contact(peer.expect(200))
    peer.hang_up()
    lab.finish(callee=0)


# Shows: 11-2
def sips_is_not_called_without_tls(lab):
    """A SIPS URI is called over TLS or not at all: nothing is sent unprotected instead."""
    peer = lab.peer()
    done = subprocess.run([lab.program, "--bind", "127.0.0.1:0", "call", "sips:a@" + peer.hostport],
                          stdin=subprocess.DEVNULL, timeout=120, capture_output=True, text=True,
                          check=False)
    equal(done.returncode, 2, "exit status: not established")
    check(not peer.pending(0.2), "something was sent")


# Shows: 6-1 12-2
def refusal_says_why(lab):
    """The reason phrase of a 422 is that of RFC 4028 §12.2, in INVITE and UPDATE alike."""
    peer = lab.peer_calls(lab.peer())
    peer.invite("Session-Expires: 60")
    refusal = peer.expect(422)
    equal(refusal.start, "SIP/2.0 422 Session Interval Too Small", "status line")
    peer.ack(refusal)
    peer.establish("Session-Expires: 300;refresher=uac")
    peer.request("UPDATE", "Session-Expires: 60;refresher=uac")
    refusal = peer.expect(422)
    equal(refusal.start, "SIP/2.0 422 Session Interval Too Small", "status line")
    equal(refusal.get("min-se"), "90", "Min-SE")
    peer.hang_up()
    lab.finish(callee=0)
