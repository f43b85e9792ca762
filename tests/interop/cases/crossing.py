"""Requests that cross: glare, UPDATEs from both sides at once, BYE against a refresh."""

import flow
import sippscript
from registry import case
from sipp_answers import ASK, SIPP, UAC, answer, call
from sofia_calls import SOFIA
from sstlab import check, equal

# If SIPp leaves a request pending, retransmissions would fail the script: T1 is longer here.
SLOW = 8
FROM_UA = ["Session-Expires: 90;refresher=uas"]


def opened(who):
    """A script whose call lets sst-ua refresh every 45 s."""
    script = sippscript.Script(caller=who == "callee")
    script.establish(*(FROM_UA if who == "callee" else UAC))
    return script


def play(stage, script, who, *options):
    """Plays the script until the peer hangs up; returns sst-ua, which must not have ended the call.
    """
    program = call(stage, script, *ASK, *options) if who == "caller" \
        else answer(stage, script, *options)
    stage.finish(ua=0)
    flow.survived(program)
    return program


# RFC 3261 §14.1: the owner of the Call-ID waits 2.1 to 4 s, the other side at most 2 s.
@case("sipp_caller_glare", SIPP, "caller",
      "the peer's re-INVITE crosses the refreshing one: 491 from both, and another attempt",
      rate=SLOW, who="caller", wait=3.05)
@case("sipp_callee_glare", SIPP, "callee",
      "the peer's re-INVITE crosses the refreshing one: 491 from both, and another attempt",
      rate=SLOW, who="callee", wait=1)
def glare(stage, who, wait):
    script = opened(who)
    script.expect("INVITE")
    script.keep_request()
    script.request("INVITE", *FROM_UA, sdp=True)
    script.expect_answer(491)
    script.ack(success=False)
    script.answer_kept(491)
    script.expect_ack()
    for _ in range(2):
        script.take_refresh("INVITE", *UAC)
    script.hang_up()
    program = play(stage, script, who, "--method", "invite")
    flow.negotiated(program, (90, "local"))
    own = flow.requests(stage, "ua", "INVITE")
    equal(flow.answer(stage, own[0]).message.status, 491, "answer to the first refresh")
    theirs = flow.requests(stage, "sipp", "INVITE")
    equal([flow.answer(stage, r).message.status for r in theirs], [491], "answers of sst-ua")
    span = stage.span(flow.answer(stage, own[0]), own[1])
    stage.near(span, wait, "attempt after the 491", 0.3, 1.3)


@case("sipp_caller_updates_cross", SIPP, "caller",
      "UPDATEs without an offer cross: 200 to both, and refreshes go on", rate=SLOW, who="caller")
@case("sipp_callee_updates_cross", SIPP, "callee",
      "UPDATEs without an offer cross: 200 to both, and refreshes go on", rate=SLOW, who="callee")
def updates_cross(stage, who):
    script = opened(who)
    script.expect("UPDATE")
    script.keep_request()
    script.request("UPDATE", *FROM_UA)
    script.expect_answer(200)
    script.answer_kept(200, *UAC)
    for _ in range(2):
        script.take_refresh("UPDATE", *UAC)
    script.hang_up()
    program = play(stage, script, who)
    flow.negotiated(program, (90, "local"))
    theirs = flow.requests(stage, "sipp", "UPDATE")
    equal([flow.answer(stage, r).message.status for r in theirs], [200], "answers of sst-ua")
    equal(flow.answer(stage, theirs[0]).message.session_expires, (90, "uas"), "crossing answer")


@case("sipp_caller_bye_crosses", SIPP, "caller", "the peer's BYE crosses the refresh: a quiet end",
      rate=SLOW, who="caller")
@case("sipp_callee_bye_crosses", SIPP, "callee", "the peer's BYE crosses the refresh: a quiet end",
      rate=SLOW, who="callee")
def bye_crosses(stage, who):
    script = opened(who)
    script.expect("UPDATE")
    script.keep_request()
    script.request("BYE")
    script.expect_answer(200)
    script.answer_kept(481)
    play(stage, script, who)
    equal(len(stage.wire.find("BYE", by="ua")), 0, "BYEs of sst-ua")


def far_away(stage, who, *sofia, options=()):
    """sst-ua refreshes a call with nua; everything it sends takes 10 s to arrive there."""
    stage.long_way(who, "sofia", 10)
    if who == "caller":
        stage.sofia("-s", 90, *sofia)
        return stage.start(who, *ASK, "--refresher", "uac", *options, "call", stage.uri("relay"))
    program = stage.start(who, "--prefer-refresher", "uas", *options, "answer")
    stage.sofia("-s", 90, *sofia, calls=stage.uri("relay"))
    return program


# nua's clock starts 10 s after sst-ua's, in both roles: with the ACK, or with the 200.
@case("sofia_caller_glare", SOFIA, "caller",
      "nua holds while a hold is on its way to it: 491 from sst-ua, the call goes on",
      rate=10, who="caller")
@case("sofia_callee_glare", SOFIA, "callee",
      "nua holds while a hold is on its way to it: 491 from sst-ua, the call goes on",
      rate=10, who="callee")
def sofia_glare(stage, who):
    program = far_away(stage, who, "-H", 20, options=("--hold-at", 25))
    flow.wait_refreshed(stage, 2)
    stage.hang_up(program)
    stage.finish(**{who: 0})
    flow.survived(program)
    check(stage.wire.find(491, by=who), "sst-ua sent no 491")


@case("sofia_caller_bye_crosses", SOFIA, "caller",
      "nua's BYE crosses the refresh of sst-ua: a quiet end", rate=10, who="caller")
@case("sofia_callee_bye_crosses", SOFIA, "callee",
      "nua's BYE crosses the refresh of sst-ua: a quiet end", rate=10, who="callee")
def sofia_bye_crosses(stage, who):
    program = far_away(stage, who, "-x", 40)
    stage.finish(**{who: 0})
    flow.survived(program)
    refresh = flow.requests(stage, who)[0]
    bye = stage.wire.find("BYE", by="sofia")[0]
    arrived = stage.wire.find("UPDATE", by="relay")
    check(refresh.time < bye.time and (not arrived or bye.time < arrived[0].time),
          "nothing crossed")
    equal(len(stage.wire.find("BYE", by=who)), 0, "BYEs of sst-ua")
