"""Sofia-SIP's nua: how the timer is negotiated, 422, hold, silence, many calls."""

import flow
from registry import case
from sstlab import check, equal

SOFIA = "Sofia-SIP"
ASK = ("--session-expires", 90)


def hang_up(stage, program, refreshed=1):
    """Waits for refreshes, hangs up, and judges."""
    flow.wait_refreshed(stage, refreshed)
    stage.hang_up(program)
    stage.finish(**{program.name: 0})
    flow.survived(program)


@case("sofia_callee_chooses", SOFIA, "caller", "an INVITE that names no refresher: nua chooses uac")
def callee_chooses(stage):
    stage.sofia("-s", 90)
    program = stage.start("caller", *ASK, "call", stage.uri("sofia"))
    hang_up(stage, program)
    equal(stage.wire.find("INVITE")[0].message.session_expires, (90, None), "the INVITE")
    flow.negotiated(program, (90, "local"))


@case("sofia_caller_asks_nothing", SOFIA, "callee",
      "nua supports the extension and asks for nothing: sst-ua in mode request does, and refreshes")
def caller_asks_nothing(stage):
    program = stage.start("callee", *ASK, "answer")
    stage.sofia("-s", 0, calls=stage.uri("callee"))
    flow.wait_refreshed(stage, 1)
    stage.hang_up(program)
    stage.finish(callee=0)
    equal(stage.wire.find("INVITE")[0].message.session_expires, None, "the INVITE")
    flow.negotiated(program, (90, "local"))
    flow.check_own_refreshes(stage, program, "UPDATE", 90, 1)


@case("sofia_callee_asks", SOFIA, "caller",
      "sst-ua in mode accept asks for nothing: nua imposes a timer anyway")
def callee_asks(stage):
    stage.sofia("-s", 90)
    program = stage.start("caller", "call", stage.uri("sofia"))
    hang_up(stage, program)
    flow.negotiated(program, (90, "local"))


@case("sofia_neither_asks", SOFIA, "caller", "both only support the extension: no timer, no end")
def neither_asks(stage):
    stage.sofia("-s", 0)
    program = stage.start("caller", "--hangup-after", 120, "call", stage.uri("sofia"))
    stage.finish(caller=0)
    flow.negotiated(program)
    equal(program.all("refresh"), [], "refreshes")


@case("sofia_callee_without_timer", SOFIA, "caller",
      "nua does not know the extension: sst-ua refreshes for its own benefit")
def callee_without_timer(stage):
    stage.sofia("-T")
    program = stage.start("caller", *ASK, "call", stage.uri("sofia"))
    hang_up(stage, program, 3)
    flow.negotiated(program, (90, "local"))


@case("sofia_caller_without_timer", SOFIA, "callee",
      "nua does not know the extension: no timer unless the policy wants one")
def caller_without_timer(stage):
    program = stage.start("callee", "answer")
    stage.sofia("-T", "-x", 120, calls=stage.uri("callee"))
    stage.finish(callee=0)
    flow.negotiated(program)


@case("sofia_caller_without_timer_request", SOFIA, "callee",
      "nua does not know the extension, own_benefit=yes: sst-ua refreshes anyway")
def caller_without_timer_request(stage):
    program = stage.start("callee", *ASK, "--policy", "own_benefit=yes", "answer")
    stage.sofia("-T", calls=stage.uri("callee"))
    flow.wait_refreshed(stage, 2)
    stage.hang_up(program)
    stage.finish(callee=0)
    check(all(not d.message.has_timer("require") for d in stage.wire.find(by="callee")),
          "Require: timer to a peer without the extension")
    flow.survived(program)


@case("sofia_callee_422", SOFIA, "caller",
      "nua requires at least 120 s: 422, and the retry is accepted")
def callee_422(stage):
    stage.sofia("-s", 120, "-m", 120)
    program = stage.start("caller", *ASK, "call", stage.uri("sofia"))
    hang_up(stage, program)
    equal(stage.wire.find(422)[0].message.min_se, 120, "Min-SE of the 422")
    first, second = stage.wire.find("INVITE")[:2]
    equal(second.message.session_expires.interval, 120, "Session-Expires of the retry")
    equal(second.message.min_se, 120, "Min-SE of the retry")
    equal((second.message.call_id, second.message.from_tag),
          (first.message.call_id, first.message.from_tag), "call of the retry")
    flow.negotiated(program, (120, "local"))


@case("sofia_caller_422", SOFIA, "callee",
      "sst-ua requires at least 120 s: 422, and nua's retry is accepted")
def caller_422(stage):
    program = stage.start("callee", "--min-se", 120, "answer")
    stage.sofia("-s", 90, calls=stage.uri("callee"))
    hang_up(stage, program)
    equal(stage.wire.find(422)[0].message.min_se, 120, "Min-SE of the 422")
    flow.negotiated(program, (120, "remote"))


@case("sofia_callee_smaller", SOFIA, "caller", "nua answers with less than was asked for")
def callee_smaller(stage):
    stage.sofia("-s", 120)
    program = stage.start("caller", "--session-expires", 1800, "call", stage.uri("sofia"))
    hang_up(stage, program, 2)
    flow.negotiated(program, (120, "local"))


@case("sofia_callee_real_1800", SOFIA, "caller", "1800 s at their real value: refreshes at 900 s",
      rate=200)
def callee_real_1800(stage):
    stage.sofia("-s", 1800)
    program = stage.start("caller", "--session-expires", 1800, "call", stage.uri("sofia"))
    hang_up(stage, program, 3)
    flow.check_own_refreshes(stage, program, "UPDATE", 1800)


@case("sofia_caller_other_interval", SOFIA, "caller",
      "nua refreshes and asks for its own interval instead of the current one")
def caller_other_interval(stage):
    stage.sofia("-s", 300, "-u")
    program = stage.start("caller", *ASK, "--refresher", "uas", "--policy", "allow_uas=yes", "call",
                          stage.uri("sofia"))
    hang_up(stage, program, 2)


@case("sofia_callee_hold", SOFIA, "caller", "hold by re-INVITE in between, from both sides",
      who="caller")
@case("sofia_caller_hold", SOFIA, "callee", "hold by re-INVITE in between, from both sides",
      who="callee")
def hold(stage, who):
    options = ["--hold-at", 20]
    if who == "caller":
        stage.sofia("-s", 90, "-H", 30)
        program = stage.start(who, *ASK, "--refresher", "uac", *options, "call", stage.uri("sofia"))
    else:
        program = stage.start(who, "--prefer-refresher", "uas", *options, "answer")
        stage.sofia("-s", 90, "-H", 30, calls=stage.uri(who))
    stage.wait_event(program, "refresh", 2)
    stage.hang_up(program)
    stage.finish(**{who: 0})
    holds = [d for d in flow.requests(stage, who, "INVITE") if d.message.direction == "sendonly"]
    equal(holds[0].message.session_expires, (90, "uac"), "Session-Expires of the hold")
    flow.negotiated(program, (90, "local"))
    check(flow.requests(stage, "sofia", "INVITE"), "nua did not hold")
    flow.survived(program)


@case("sofia_caller_hold_at_once", SOFIA, "caller",
      "hold from both sides at the same time: whatever crosses, it goes on")
def glare(stage):
    stage.sofia("-s", 90, "-H", 20)
    program = stage.start("caller", *ASK, "--refresher", "uac", "--hold-at", 20, "call",
                          stage.uri("sofia"))
    flow.wait_refreshed(stage, 3)
    stage.hang_up(program)
    stage.finish(caller=0)
    flow.survived(program)


@case("sofia_callee_silent", SOFIA, "caller",
      "the refreshing nua falls silent: BYE a third of the interval before the expiration")
def callee_silent(stage):
    sofia = stage.sofia("-s", 90, "-u")
    program = stage.start("caller", *ASK, "--refresher", "uas", "--policy", "allow_uas=yes", "call",
                          stage.uri("sofia"))
    expires_unrefreshed(stage, program, sofia)


@case("sofia_caller_silent", SOFIA, "callee",
      "the refreshing nua falls silent: BYE a third of the interval before the expiration")
def caller_silent(stage):
    program = stage.start("callee", "answer")
    sofia = stage.sofia("-s", 90, "-l", "-u", calls=stage.uri("callee"))
    expires_unrefreshed(stage, program, sofia)


def expires_unrefreshed(stage, program, sofia):
    flow.wait_refreshed(stage, 1)
    sofia.freeze()
    ended = stage.wait_event(program, "ended")
    equal(ended["reason"], "not_refreshed", "reason")
    last = program.all("refreshed")[-1]
    stage.near(ended["t"] - last["t"], 60, "end after the last refresh")
    stage.finish(hurry=False, **{program.name: 3})
    equal(len(stage.wire.find("BYE", by=program.name)), 1, "BYE")


@case("sofia_callee_gone", SOFIA, "caller",
      "nua falls silent and sst-ua refreshes: BYE after the 32 s of the transaction")
def callee_gone(stage):
    sofia = stage.sofia("-s", 90)
    program = stage.start("caller", *ASK, "--refresher", "uac", "call", stage.uri("sofia"))
    flow.wait_refreshed(stage, 1)
    sofia.freeze()
    stage.finish(hurry=False, caller=4)
    flow.end_reason(program, "refresh_timeout")


@case("sofia_ends_silent_ua", SOFIA, "callee", "sst-ua falls silent: nua ends the call by itself")
def ends_silent_ua(stage):
    stage.start("callee", "--prefer-refresher", "uas", "--mute-after", 60, "answer")
    sofia = stage.sofia("-s", 90, calls=stage.uri("callee"))
    check(sofia.wait("state", 1, 20, state="terminated"), "nua goes on for ever")
    stage.finish(hurry=False, callee=0)
    bye = stage.wire.find("BYE", by="sofia")
    check(bye, "nua sent no BYE")


@case("sofia_callee_20_calls", SOFIA, "caller",
      "20 calls at once for three refreshes", who="caller")
@case("sofia_caller_20_calls", SOFIA, "callee",
      "20 calls at once for three refreshes", who="callee")
def many(stage, who):
    end = ["--calls", 20, "--hangup-after", 150]
    if who == "caller":
        stage.sofia("-s", 90, "-n", 20)
        program = stage.start(who, *ASK, "--refresher", "uac", *end, "call", stage.uri("sofia"))
    else:
        program = stage.start(who, "--prefer-refresher", "uas", *end, "answer")
        stage.sofia("-s", 90, "-n", 20, calls=stage.uri(who))
    stage.finish(**{who: 0})
    flow.survived(program)
    calls = {e["call"] for e in program.all("negotiated")}
    equal(len(calls), 20, "calls")
    for call in calls:
        equal(len(program.all("refreshed", call=call)), 3, "refreshes of a call")
