"""What a scripted peer's 2xx to a refresh may change."""

from flows import accept, call_with_role
from sstlab import equal


# Shows: EC-18 EC-116
def timer_left_out_by_the_peer(lab):
    """After a 2xx without Session-Expires the refreshes go on, for our own benefit (EC-18)."""
    lab.speed = 30
    peer = call_with_role(lab, percent=50)
    for _ in range(3):
        update = peer.expect("UPDATE")
        equal(update.session_expires, (90, "uac"), "Session-Expires of the refresh")
        peer.answer(update, 200)
    peer.hang_up()
    lab.finish(caller=0)
    equal(lab.caller.all("ended"), [], "ended")


# Shows: 7.2-6 EC-18 EC-116
def timer_turned_off_by_the_peer(lab):
    """With dropped=off a 2xx without Session-Expires turns the timer off (EC-18)."""
    lab.speed = 60
    peer = call_with_role(lab, "--policy", "dropped=off", "--hangup-after", 200, percent=50)
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
