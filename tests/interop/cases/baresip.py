"""baresip, which knows neither session timers nor UPDATE."""

import flow
from registry import case
from sstlab import check, equal

BARESIP = "baresip"


@case("baresip_callee", BARESIP, "caller",
      "neither timers nor UPDATE: three refreshes by re-INVITE for its own benefit")
def callee(stage):
    stage.baresip()
    program = stage.start("caller", "--session-expires", 90, "call", stage.uri("baresip"))
    flow.wait_refreshed(stage, 3)
    stage.hang_up(program)
    stage.finish(caller=0)
    equal({d.message.method for d in flow.requests(stage, "caller")}, {"INVITE"}, "methods")
    flow.negotiated(program, (90, "local"))
    flow.survived(program)


@case("baresip_callee_update", BARESIP, "caller",
      "UPDATE anyway (--method update): 501, then by re-INVITE")
def callee_update(stage):
    stage.baresip()
    program = stage.start("caller", "--session-expires", 90, "--method", "update", "call",
                          stage.uri("baresip"))
    flow.wait_refreshed(stage, 2)
    stage.hang_up(program)
    stage.finish(caller=0)
    check(stage.wire.find(501, by="baresip"), "no 501")
    equal([d.message.method for d in flow.requests(stage, "caller")][:3],
          ["UPDATE", "INVITE", "INVITE"], "methods")
    flow.survived(program)


@case("baresip_callee_require", BARESIP, "caller", "mode require: 420, no call")
def callee_require(stage):
    stage.baresip()
    stage.start("caller", "--mode", "require", "call", stage.uri("baresip"))
    stage.finish(hurry=False, caller=2)
    check(stage.wire.find(420, by="baresip"), "no 420")


@case("baresip_callee_accept", BARESIP, "caller", "neither side asks: no timer, no end")
def callee_accept(stage):
    stage.baresip()
    program = stage.start("caller", "--hangup-after", 120, "call", stage.uri("baresip"))
    stage.finish(caller=0)
    flow.negotiated(program)


@case("baresip_callee_hold", BARESIP, "caller", "hold in between")
def callee_hold(stage):
    stage.baresip()
    program = stage.start("caller", "--session-expires", 90, "--hold-at", 20, "call",
                          stage.uri("baresip"))
    flow.wait_refreshed(stage, 2)
    stage.hang_up(program)
    stage.finish(caller=0)
    flow.survived(program)


@case("baresip_callee_gone", BARESIP, "caller", "baresip falls silent: BYE after 32 s")
def callee_gone(stage):
    peer = stage.baresip()
    program = stage.start("caller", "--session-expires", 90, "call", stage.uri("baresip"))
    flow.wait_refreshed(stage, 1)
    peer.freeze()
    stage.finish(hurry=False, caller=4)
    flow.end_reason(program, "refresh_timeout")
