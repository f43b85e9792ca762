"""Kamailio with dialog and sst as the record-routing proxy between sst-ua and Sofia-SIP or SIPp."""

import flow
import sippscript
from registry import case
from sstlab import check, equal

KAMAILIO = "Kamailio"


def through(stage, *options, **settings):
    """Starts the proxy and sst-ua as a caller through it; returns the program."""
    stage.kamailio(**settings)
    return stage.start("caller", "--outbound", "127.0.0.1:%d" % stage.port("kamailio"), *options,
                       "call", stage.uri("sofia"))


def end(stage, program, refreshed=3):
    flow.wait_refreshed(stage, refreshed)
    stage.hang_up(program)
    stage.finish(**{program.name: 0})
    flow.survived(program)


def routed(stage, program):
    """Every later request of sst-ua went through the proxy."""
    for datagram in stage.wire.find(by=program.name):
        if datagram.message.is_request:
            equal(datagram.receiver, "kamailio", "receiver of a request")


@case("kamailio_caller_update", KAMAILIO, "caller", "three refreshes by UPDATE through the proxy",
      method="update")
@case("kamailio_caller_invite", KAMAILIO, "caller",
      "three refreshes by re-INVITE through the proxy",
      method="invite")
def caller_refreshes(stage, method):
    stage.sofia("-s", 90)
    program = through(stage, "--session-expires", 90, "--refresher", "uac", "--method", method)
    end(stage, program)
    routed(stage, program)
    flow.check_own_refreshes(stage, program, method.upper(), 90)


@case("kamailio_callee_update", KAMAILIO, "callee", "three refreshes by UPDATE through the proxy",
      method="update")
@case("kamailio_callee_invite", KAMAILIO, "callee",
      "three refreshes by re-INVITE through the proxy",
      method="invite")
def callee_refreshes(stage, method):
    program = sofia_calls(stage, "--prefer-refresher", "uas", "--method", method)
    end(stage, program)
    routed(stage, program)
    flow.check_own_refreshes(stage, program, method.upper(), 90)


def sofia_calls(stage, *options, sofia=("-s", 90), **settings):
    """Sofia-SIP calls sst-ua through the proxy."""
    stage.kamailio(**settings)
    program = stage.start("callee", *options, "answer")
    route = "sip:callee@127.0.0.1:%d" % stage.port("callee")
    stage.sofia("-p", "sip:127.0.0.1:%d;lr" % stage.port("kamailio"), *sofia, calls=route)
    return program


@case("kamailio_caller_422", KAMAILIO, "caller",
      "the proxy requires at least 120 s: 422, and the retry passes")
def caller_422(stage):
    stage.sofia("-s", 120)
    program = through(stage, "--session-expires", 90, minse=120)
    end(stage, program, 1)
    equal(stage.wire.find(422, by="kamailio")[0].message.min_se, 120, "Min-SE of the 422")
    flow.negotiated(program, (120, "local"))


@case("kamailio_caller_two_422", KAMAILIO, "caller",
      "422 from the proxy, then a larger one from the callee: both are followed")
def caller_two_422(stage):
    stage.sofia("-s", 200, "-m", 200)
    program = through(stage, "--session-expires", 90, minse=120)
    end(stage, program, 1)
    asked = [d.message.session_expires.interval for d in stage.wire.find("INVITE", by="caller")]
    equal(asked[:3], [90, 120, 200], "Session-Expires of the INVITEs")
    flow.negotiated(program, (200, "local"))


@case("kamailio_callee_two_422", KAMAILIO, "callee",
      "422 from the proxy, then a larger one from sst-ua: nua follows both")
def callee_two_422(stage):
    program = sofia_calls(stage, "--min-se", 200, minse=120)
    end(stage, program, 1)
    equal(stage.wire.find(422, by="callee")[0].message.min_se, 200, "Min-SE of the 422")
    flow.negotiated(program, (200, "remote"))


@case("kamailio_caller_checkmin", KAMAILIO, "caller",
      "422 that asks for less than was offered (sstCheckMin): sst-ua gives up")
def caller_checkmin(stage):
    stage.sofia("-s", 1800)
    program = through(stage, "--session-expires", 1800, "--min-se", 1000, checkmin=1, minse=300)
    stage.finish(hurry=False, caller=2)
    tried = stage.wire.find("INVITE", by="caller")
    check(len(tried) <= 3, "%d INVITEs", len(tried))
    equal(len(program.all("negotiated")), 0, "negotiations")


@case("kamailio_caller_inserts", KAMAILIO, "caller",
      "the callee has no support, the proxy asks for the timer: refreshes go on")
def caller_inserts(stage):
    stage.sofia("-T")
    program = through(stage, "--session-expires", 90, minse=90)
    end(stage, program)
    flow.negotiated(program, (90, "local"))


@case("kamailio_caller_unasked", KAMAILIO, "caller",
      "sst-ua asks for nothing, the callee has no support: a timer by the proxy's 2xx; the next has "
      "none, and sst-ua goes on for its own benefit")
def caller_unasked(stage):
    stage.sofia("-T")
    program = through(stage, minse=90)
    end(stage, program)
    flow.negotiated(program, (90, "local"))
    flow.check_own_refreshes(stage, program, "UPDATE", 90)


@case("kamailio_caller_unasked_off", KAMAILIO, "caller",
      "the same with dropped=off: the timer is turned off again, the call goes on")
def caller_unasked_off(stage):
    stage.sofia("-T")
    program = through(stage, "--policy", "dropped=off", "--hangup-after", 180, minse=90)
    stage.finish(caller=0)
    # RFC 4028 §7.2: no Session-Expires, no expiration.
    flow.negotiated(program, (90, "local"), (0, "none"))
    flow.survived(program)


@case("kamailio_caller_larger", KAMAILIO, "caller",
      "the proxy puts a larger interval into the 2xx than was asked for")
def caller_larger(stage):
    stage.sofia("-T")
    program = through(stage, "--session-expires", 90, minse=300, reject=0)
    end(stage, program, 2)
    check(program.all("negotiated")[0]["interval"] in (90, 300), "interval")


@case("kamailio_callee_plain_caller", KAMAILIO, "callee",
      "the caller has no support, the proxy inserts Session-Expires: sst-ua answers uas without "
      "Require, refreshes, and goes on for its own benefit after a 2xx that has none")
def callee_plain_caller(stage):
    program = sofia_calls(stage, sofia=("-T",), minse=90)
    end(stage, program)
    answer = stage.wire.find(200, by="callee", to="INVITE")[0].message
    equal(answer.session_expires, (90, "uas"), "Session-Expires of the 200")
    equal(answer.has_timer("require"), False, "Require: timer of the 200")
    flow.negotiated(program, (90, "local"))


@case("kamailio_callee_raised", KAMAILIO, "callee",
      "the proxy raises Min-SE above Session-Expires for a caller without support")
def callee_raised(stage):
    stage.kamailio(minse=300)
    program = stage.start("callee", "answer")
    script = sippscript.Script(caller=True, supported=None)
    script.uri = "sip:callee@127.0.0.1:%d" % stage.port("callee")
    script.invite("Session-Expires: 100")
    script.expect_answer(200, dialog=True)
    script.ack()
    script.expect("BYE")
    script.answer(200)
    stage.sipp(script, calls="kamailio")
    stage.wait_event(program, "negotiated")
    stage.hang_up(program)
    stage.finish(callee=0)
    answer = stage.wire.find(200, by="callee", to="INVITE")[0].message
    equal(answer.session_expires, (300, "uas"), "Session-Expires of the 200")


@case("kamailio_caller_20_calls", KAMAILIO, "caller",
      "20 calls at once through the proxy for three refreshes", who="caller")
@case("kamailio_callee_20_calls", KAMAILIO, "callee",
      "20 calls at once through the proxy for three refreshes", who="callee")
def many(stage, who):
    end_all = ("--calls", 20, "--hangup-after", 150)
    if who == "caller":
        stage.sofia("-s", 90, "-n", 20)
        program = through(stage, "--session-expires", 90, "--refresher", "uac", *end_all)
    else:
        program = sofia_calls(stage, "--prefer-refresher", "uas", *end_all,
                              sofia=("-s", 90, "-n", 20))
    stage.finish(**{who: 0})
    flow.survived(program)
    routed(stage, program)
    calls = {e["call"] for e in program.all("negotiated")}
    equal(len(calls), 20, "calls")
    for call in calls:
        equal(len(program.all("refreshed", call=call)), 3, "refreshes of a call")
