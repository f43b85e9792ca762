"""Linphone (belle-sip). Its audio needs real time, so the intervals are short instead: 10 s."""

import flow
from registry import case
from sstlab import check, equal

LINPHONE = "Linphone"
SHORT = ("--unsafe-min", 10)
ASK = (*SHORT, "--session-expires", 10)
TIMER = ("session_expires_enabled=1", "session_expires_value=10", "session_expires_min_value=10")


def end(stage, program, refreshed):
    flow.wait_refreshed(stage, refreshed)
    stage.hang_up(program)
    stage.finish(**{program.name: 0})
    flow.survived(program)


@case("linphone_callee_local_update", LINPHONE, "caller", "three refreshes by UPDATE from sst-ua",
      rate=1, method="UPDATE")
@case("linphone_callee_local_invite", LINPHONE, "caller", "three refreshes by INVITE from sst-ua",
      rate=1, method="INVITE")
def callee_local(stage, method):
    stage.linphone(*TIMER)
    program = stage.start("caller", *ASK, "--refresher", "uac", "--method", method.lower(), "call",
                          stage.uri("linphone"))
    end(stage, program, 3)
    flow.check_own_refreshes(stage, program, method, 10)
    flow.negotiated(program, (10, "local"))


@case("linphone_callee_chooses", LINPHONE, "caller",
      "an INVITE that names no refresher: Linphone chooses uas, and refreshes three times", rate=1)
def callee_chooses(stage):
    stage.linphone(*TIMER)
    program = stage.start("caller", *ASK, "call", stage.uri("linphone"))
    end(stage, program, 3)
    flow.negotiated(program, (10, "remote"))


@case("linphone_callee_without_timer", LINPHONE, "caller",
      "session timers are off there: three refreshes for its own benefit", rate=1)
def callee_without(stage):
    stage.linphone("session_expires_enabled=0")
    program = stage.start("caller", *ASK, "call", stage.uri("linphone"))
    end(stage, program, 3)
    flow.negotiated(program, (10, "local"))


@case("linphone_caller_refreshes", LINPHONE, "callee", "Linphone calls: its refreshes are answered",
      rate=1)
def caller(stage):
    program = stage.start("callee", *SHORT, "answer")
    stage.linphone(*TIMER, calls=stage.uri("callee"))
    end(stage, program, 3)
    equal(len(program.all("negotiated")), 1, "negotiations")


@case("linphone_caller_422", LINPHONE, "callee",
      "sst-ua requires at least 14 s: 422, and it asks again",
      rate=1)
def caller_422(stage):
    program = stage.start("callee", *SHORT, "--min-se", 14, "answer")
    stage.linphone(*TIMER, calls=stage.uri("callee"))
    end(stage, program, 1)
    equal(stage.wire.find(422)[0].message.min_se, 14, "Min-SE of the 422")
    equal(program.all("negotiated")[0]["interval"], 14, "interval")


@case("linphone_callee_silent", LINPHONE, "caller",
      "the refreshing Linphone falls silent: BYE a third of the interval before the end", rate=1)
def callee_silent(stage):
    peer = stage.linphone(*TIMER)
    program = stage.start("caller", *ASK, "call", stage.uri("linphone"))
    flow.wait_refreshed(stage, 1)
    peer.freeze()
    ended = stage.wait_event(program, "ended")
    equal(ended["reason"], "not_refreshed", "reason")
    stage.near(ended["t"] - program.all("refreshed")[-1]["t"], 10 - 10 / 3, "end", 0.1, 0.7)
    stage.finish(hurry=False, caller=3)
    check(stage.wire.find("BYE", by="caller"), "no BYE")
