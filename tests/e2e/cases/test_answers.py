"""What the 2xx to a refresh by a scripted peer may change."""

from flows import accept, call_with_role
from sstlab import equal


# Shows: 7.2-6 EC-18
def timer_turned_off_by_the_peer(lab):
    """A 2xx without Session-Expires from a peer that supports timer turns it off (EC-18)."""
    lab.speed = 60
    peer = call_with_role(lab, "--hangup-after", 200, percent=50)
    peer.answer(peer.expect("UPDATE"), 200)
    bye = peer.expect("BYE", timeout=120)
    peer.answer(bye, 200)
    lab.finish(caller=0)
    equal([(e["interval"], e["refresher"]) for e in lab.caller.all("negotiated")],
          [(90, "local"), (0, "none")], "negotiations")
    equal(len(lab.wire.find("UPDATE")), 1, "UPDATEs")
    equal(lab.caller.all("ended"), [], "ended")


# Shows: EC-102
def unreadable_answer_to_a_refresh(lab):
    """A 2xx with an unreadable Session-Expires extends the session as it was (EC-102)."""
    lab.speed = 30
    peer = call_with_role(lab, percent=50)
    for _ in range(2):
        refresh = peer.expect("UPDATE")
        equal(refresh.session_expires, (90, "uac"), "Session-Expires of the refresh")
        peer.answer(refresh, 200, "Session-Expires: abc", "Require: timer")
    last = peer.expect("UPDATE")
    accept(peer, last)
    starts = [lab.wire.find(200, to="INVITE")[0]] + lab.wire.find(200, to="UPDATE")
    for start, update in zip(starts, lab.wire.find("UPDATE")):
        lab.near(lab.span(start, update), 45, "refresh after the 2xx")
    peer.hang_up()
    lab.finish(caller=0)
    equal(len(lab.caller.all("violation", name="se_malformed")), 2, "violations")
    equal(len(lab.caller.all("negotiated")), 1, "negotiations")
