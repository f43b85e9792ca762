"""JsSIP, the user agent of browsers, in node: over WebSocket to Kamailio, over UDP from there.

Kamailio has no timers here, so what comes from it is what JsSIP sent. JsSIP accepts intervals from
60 s on, does not know 422, and hangs up a tenth of the interval after the expiration.
"""

import flow
from registry import case
from sstlab import check, equal

JSSIP = "JsSIP"
ASK = ("--session-expires", 90)
# The name of the UDP side.
PEER = "kamailio"


def call(stage, *options, jssip=()):
    """sst-ua calls JsSIP; returns both."""
    peer = stage.jssip(*jssip)
    program = stage.start("caller", "--outbound", "127.0.0.1:%d" % stage.port("kamailio"), *options,
                          "call", stage.uri("kamailio"))
    return program, peer


def answer(stage, *options, jssip=()):
    """JsSIP calls sst-ua; returns both."""
    program = stage.start("callee", *options, "answer")
    return program, stage.jssip(*jssip, calls=stage.uri("callee"))


def end(stage, program, peer, refreshed=3):
    """Waits for refreshes, hangs up, and checks that both sides saw it that way."""
    flow.wait_refreshed(stage, refreshed)
    alive(peer)
    stage.hang_up(program)
    check(peer.wait("ended", originator="remote", cause="Terminated"), "JsSIP saw no BYE")
    stage.finish(**{program.name: 0})
    flow.survived(program)


def alive(peer):
    check(peer.wait("confirmed"), "JsSIP has no call")
    equal(peer.all("ended"), [], "ends that JsSIP tells of")


@case("jssip_callee_local_update", JSSIP, "caller", "three refreshes by UPDATE from sst-ua",
      method="UPDATE")
@case("jssip_callee_local_invite", JSSIP, "caller", "three refreshes by INVITE from sst-ua",
      method="INVITE")
def callee_local(stage, method):
    program, peer = call(stage, *ASK, "--refresher", "uac", "--method", method.lower())
    end(stage, program, peer)
    flow.check_own_refreshes(stage, program, method, 90)
    flow.negotiated(program, (90, "local"))


@case("jssip_callee_remote_update", JSSIP, "caller",
      "an INVITE that names no refresher: JsSIP chooses uas, and refreshes three times by UPDATE",
      method="UPDATE")
@case("jssip_callee_remote_invite", JSSIP, "caller",
      "an INVITE that names no refresher: JsSIP chooses uas, and refreshes three times by INVITE",
      method="INVITE")
def callee_remote(stage, method):
    program, peer = call(stage, *ASK, jssip=("--method", method))
    end(stage, program, peer)
    flow.check_peer_refreshes(stage, PEER, method, 90)
    flow.negotiated(program, (90, "remote"))


@case("jssip_caller_local_update", JSSIP, "callee", "three refreshes by UPDATE from sst-ua",
      method="UPDATE")
@case("jssip_caller_local_invite", JSSIP, "callee", "three refreshes by INVITE from sst-ua",
      method="INVITE")
def caller_local(stage, method):
    program, peer = answer(stage, "--prefer-refresher", "uas", "--method", method.lower())
    end(stage, program, peer)
    flow.check_own_refreshes(stage, program, method, 90)
    flow.negotiated(program, (90, "local"))


@case("jssip_caller_remote_update", JSSIP, "callee", "three refreshes by UPDATE from JsSIP",
      method="UPDATE")
@case("jssip_caller_remote_invite", JSSIP, "callee", "three refreshes by INVITE from JsSIP",
      method="INVITE")
def caller_remote(stage, method):
    program, peer = answer(stage, jssip=("--method", method, "--force-refresher"))
    end(stage, program, peer)
    flow.check_peer_refreshes(stage, PEER, method, 90)
    flow.negotiated(program, (90, "remote"))


@case("jssip_callee_without_timer", JSSIP, "caller",
      "session timers are off there: three refreshes for its own benefit")
def callee_without(stage):
    program, peer = call(stage, *ASK, jssip=("--no-timer",))
    end(stage, program, peer)
    flow.negotiated(program, (90, "local"))


@case("jssip_callee_hold", JSSIP, "caller", "hold by re-INVITE in between, from both sides",
      who="caller")
@case("jssip_caller_hold", JSSIP, "callee", "hold by re-INVITE in between, from both sides",
      who="callee")
def hold(stage, who):
    options = ("--hold-at", 15)
    if who == "caller":
        program, peer = call(stage, *ASK, "--refresher", "uac", *options, jssip=("--hold", 30))
    else:
        program, peer = answer(stage, "--prefer-refresher", "uas", *options, jssip=("--hold", 30))
    stage.wait_event(program, "refresh", 2)
    end(stage, program, peer, 4)
    for name in (who, PEER):
        held = [d for d in flow.requests(stage, name, "INVITE")
                if d.message.direction in ("sendonly", "inactive")]
        check(held, "%s did not hold", name)


@case("jssip_callee_lost_2xx", JSSIP, "caller",
      "the first 2xx to the INVITE is lost, and JsSIP's copy has no Session-Expires: refreshes go on",
      number=1)
@case("jssip_callee_lost_2xx_of_refresh", JSSIP, "caller",
      "the same with the 2xx to a refresh: JsSIP counts on, and so do the refreshes", number=3)
def lost_2xx(stage, number):
    program, peer = call(stage, *ASK, "--refresher", "uac", "--method", "invite",
                         jssip=("--lose", number))
    end(stage, program, peer, number + 2)
    check(peer.all("lost"), "no 2xx was lost")
    without = [d for d in stage.wire.find(200, by=PEER, to="INVITE", copies=True)
               if d.message.session_expires is None]
    check(without, "the copy has Session-Expires")
    spans = [later.time - earlier.time for earlier, later in
             zip(flow.requests(stage, program.name), flow.requests(stage, program.name)[1:])]
    for span in spans:
        stage.near(span * stage.rate, 45, "between two refreshes", early=0.2)


@case("jssip_callee_small", JSSIP, "caller",
      "JsSIP answers 60 s unasked and asks for 60 in its refreshes: 200 with 90, no 422")
def callee_small(stage):
    program, peer = call(stage, jssip=("--expires", 60))
    end(stage, program, peer)
    accepted = stage.wire.find(200, by=PEER, to="INVITE")[0].message
    equal(accepted.session_expires, (60, "uas"), "Session-Expires of JsSIP's 2xx")
    first = flow.requests(stage, PEER)[0]
    equal(first.message.session_expires.interval, 60, "Session-Expires of JsSIP's refresh")
    equal(flow.answer(stage, first).message.session_expires.interval, 90, "and of its 200")
    equal(stage.wire.find(422), [], "422")


@case("jssip_callee_below_min_se", JSSIP, "caller",
      "sst-ua requires at least 120 s, JsSIP answers 90 unasked and asks for that: 200, no 422")
def callee_below(stage):
    program, peer = call(stage, "--min-se", 120)
    end(stage, program, peer)
    first = flow.requests(stage, PEER)[0]
    equal(flow.answer(stage, first).message.session_expires.interval, 90, "interval in force")
    equal(stage.wire.find(422), [], "422")


@case("jssip_caller_small", JSSIP, "callee",
      "JsSIP asks for 60 s: 422, which it should follow (RFC 4028 §7.3) but does not")
def caller_small(stage):
    program, peer = answer(stage, jssip=("--expires", 60))
    check(peer.wait("failed", originator="remote"), "JsSIP goes on")
    program.signal()
    stage.finish(hurry=False, callee=0)
    equal(stage.wire.find(422, by="callee")[0].message.min_se, 90, "Min-SE of the 422")
    equal(program.all("negotiated"), [], "negotiations")


@case("jssip_callee_silent", JSSIP, "caller",
      "the refreshing JsSIP falls silent: BYE a third of the interval before the expiration")
def callee_silent(stage):
    program, peer = call(stage, *ASK)
    flow.wait_refreshed(stage, 1)
    peer.freeze()
    ended = stage.wait_event(program, "ended")
    equal(ended["reason"], "not_refreshed", "reason")
    stage.near(ended["t"] - program.all("refreshed")[-1]["t"], 60, "end after the last refresh")
    stage.finish(hurry=False, caller=3)


@case("jssip_callee_ends_silent_ua", JSSIP, "caller",
      "sst-ua, which was to refresh, falls silent: JsSIP ends the call by itself")
def ends_silent_ua(stage):
    program, peer = call(stage, *ASK, "--refresher", "uac", "--mute-after", 60)
    check(peer.wait("ended", originator="local"), "JsSIP goes on for ever")
    stage.finish(hurry=False, **{program.name: 0})
