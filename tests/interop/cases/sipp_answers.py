"""SIPp answers, or asks, as no honest stack would: calls survive anyway."""

import flow
import sippscript
from registry import case
from sstlab import check, equal

SIPP = "SIPp"
ASK = ("--session-expires", 90)
UAC = sippscript.timer("90;refresher=uac")


def call(stage, script, *options):
    """sst-ua calls SIPp."""
    stage.sipp(script)
    return stage.start("ua", *options, "call", stage.uri("sipp"))


def answer(stage, script, *options):
    """SIPp calls sst-ua."""
    program = stage.start("ua", *options, "answer")
    stage.sipp(script, calls="ua")
    return program


def own_spans(program):
    """From each 2xx to sst-ua's next refresh, by its log."""
    spans, start = [], None
    for entry in program.events:
        if entry.get("cseq_method") in flow.SESSION_METHODS and not entry["copy"] \
                and entry.get("status", 0) // 100 == 2:
            start = entry["t"]
        if entry.get("event") == "refresh":
            spans.append(entry["t"] - start)
    return spans


# 2xx to the initial INVITE: name, what it says, options of sst-ua, what our log must say, when the
# refresh comes, violations
ODD_2XX = [
    ("unasked", UAC, (), (90, "local"), 45, set(), "Session-Expires although none was asked for"),
    ("without_require", ["Session-Expires: 90;refresher=uac"], ASK, (90, "local"), 45,
     {"require_missing"}, "refresher=uac without Require: timer"),
    ("unasked_without_require", ["Session-Expires: 90;refresher=uac"], (), (90, "local"), 45,
     {"require_missing"}, "Session-Expires unasked and without Require: timer"),
    ("min_se", UAC + ["Min-SE: 1000"], ASK, (90, "local"), 45, {"min_se_misplaced"},
     "Min-SE in the 2xx, larger than the interval"),
    ("larger", sippscript.timer("300;refresher=uac"), ASK, (300, "local"), 150,
     {"se_above_asked"}, "a larger interval than was asked for"),
    ("no_refresher", sippscript.timer("90"), ASK, (90, "local"), 45, {"refresher_missing"},
     "no refresher"),
    ("small_60", sippscript.timer("60;refresher=uac"), ASK, (60, "local"), 30,
     {"se_below_absolute"}, "60 s, below the 90 s of RFC 4028"),
    ("small_1", sippscript.timer("1;refresher=uac"), ASK, (1, "local"), 10,
     {"se_below_absolute"}, "1 s: no storm, a refresh each 10 s"),
]


def odd_2xx(stage, lines, options, wanted, when, violations):
    script = sippscript.Script(caller=False)
    script.establish(*lines)
    for _ in range(3):
        script.take_refresh("UPDATE", *lines)
    script.hang_up()
    program = call(stage, script, *options)
    stage.finish(ua=0)
    flow.negotiated(program, wanted)
    for span in own_spans(program)[:3]:
        stage.near(span, when, "refresh after the 2xx")
    for request in flow.requests(stage, "ua")[:3]:
        check(request.message.session_expires.interval >= 90, "Session-Expires of the refresh")
    told = {e["name"] for e in program.all("violation")} - {"se_below_min"}
    equal(told, violations, "violations")


for _name, _lines, _options, _wanted, _when, _violations, _text in ODD_2XX:
    case("sipp_caller_2xx_" + _name, SIPP, "caller", "2xx with " + _text, lines=_lines,
         rate=40 if _when > 100 else 20, options=_options, wanted=_wanted,
         when=_when, violations=_violations)(odd_2xx)


@case("sipp_caller_uas_refreshes", SIPP, "caller",
      "refresher=uas without Require: the peer refreshes")
def uas_refreshes(stage):
    script = sippscript.Script(caller=False)
    script.establish("Session-Expires: 90;refresher=uas")
    for _ in range(3):
        script.pause(45)
        script.refresh("UPDATE", "Session-Expires: 90;refresher=uac")
    script.hang_up()
    program = call(stage, script, *ASK)
    stage.finish(ua=0)
    flow.negotiated(program, (90, "remote"))
    flow.check_peer_refreshes(stage, "sipp", "UPDATE", 90)


@case("sipp_caller_interval_changes", SIPP, "caller", "the 2xx of a refresh changes the interval")
def interval_changes(stage):
    script = sippscript.Script(caller=False)
    script.establish(*UAC)
    script.take_refresh("UPDATE", *sippscript.timer("200;refresher=uac"))
    script.take_refresh("UPDATE", *sippscript.timer("200;refresher=uac"))
    script.hang_up()
    program = call(stage, script, *ASK)
    stage.finish(ua=0)
    flow.negotiated(program, (90, "local"), (200, "local"))
    stage.near(own_spans(program)[1], 100, "refresh in the new interval")


@case("sipp_caller_interval_dropped", SIPP, "caller",
      "the 2xx to refreshes have no Session-Expires: sst-ua goes on for its own benefit")
def interval_dropped(stage):
    script = sippscript.Script(caller=False)
    script.establish(*UAC)
    for _ in range(3):
        script.take_refresh("UPDATE")
    script.hang_up()
    program = call(stage, script, *ASK)
    stage.finish(ua=0)
    flow.negotiated(program, (90, "local"))
    flow.check_own_refreshes(stage, program, "UPDATE", 90)
    flow.survived(program)


@case("sipp_caller_interval_dropped_off", SIPP, "caller",
      "the same with dropped=off: the timer is turned off, the call goes on")
def interval_dropped_off(stage):
    script = sippscript.Script(caller=False)
    script.establish(*UAC)
    script.take_refresh("UPDATE")
    script.pause(120)
    script.hang_up()
    program = call(stage, script, *ASK, "--policy", "dropped=off")
    stage.finish(ua=0)
    flow.negotiated(program, (90, "local"), (0, "none"))
    flow.survived(program)


@case("sipp_caller_role_given", SIPP, "caller",
      "the 2xx of a refresh takes the role: the peer refreshes")
def role_given(stage):
    script = sippscript.Script(caller=False)
    script.establish(*UAC)
    script.take_refresh("UPDATE", *sippscript.timer("90;refresher=uas"))
    script.pause(45)
    script.refresh("INVITE", "Session-Expires: 90;refresher=uac")
    script.hang_up()
    program = call(stage, script, *ASK)
    stage.finish(ua=0)
    flow.negotiated(program, (90, "local"), (90, "remote"))


@case("sipp_callee_interval_changes", SIPP, "callee",
      "the peer's refresh asks for another interval",
      second="Session-Expires: 200;refresher=uac", wanted=(200, "remote"))
@case("sipp_callee_interval_omitted", SIPP, "callee",
      "the peer's refresh has no Session-Expires: sst-ua goes on asking for it", second=None,
      wanted=None)
@case("sipp_callee_role_given", SIPP, "callee", "the peer's refresh gives the role to sst-ua",
      second="Session-Expires: 90;refresher=uas", wanted=(90, "local"))
def peer_changes(stage, second, wanted):
    script = sippscript.Script(caller=True)
    script.establish("Session-Expires: 90;refresher=uac")
    script.pause(30)
    script.refresh("UPDATE", *([second] if second else []))
    if wanted and wanted[1] == "local":
        script.take_refresh("UPDATE", *UAC)
    script.pause(20)
    script.hang_up()
    program = answer(stage, script)
    stage.finish(ua=0)
    flow.negotiated(program, (90, "remote"), *([wanted] if wanted else []))
    flow.survived(program)
    response = flow.answer(stage, flow.requests(stage, "sipp")[0]).message
    equal(response.session_expires.interval, wanted[0] if wanted else 90, "answered interval")


@case("sipp_caller_silent", SIPP, "caller", "the peer promised to refresh and never does",
      who="caller")
@case("sipp_callee_silent", SIPP, "callee", "the peer promised to refresh and never does",
      who="callee")
def never_refreshes(stage, who):
    script = sippscript.Script(caller=who == "callee")
    script.establish(*(["Session-Expires: 90;refresher=uac"] if who == "callee"
                       else sippscript.timer("90;refresher=uas")))
    script.await_bye()
    program = call(stage, script, *ASK) if who == "caller" else answer(stage, script)
    stage.finish(ua=3)
    flow.end_reason(program, "not_refreshed")
    equal(len(program.all("overdue")), 1, "overdue")
    bye = stage.wire.find("BYE", by="ua")[0]
    last = stage.wire.find(200, to="INVITE")[-1]
    stage.near(stage.span(last, bye), 60, "BYE after the 2xx")
    check("cause=408" in (bye.message.get("reason") or ""), "Reason of the BYE")


@case("sipp_caller_422_twice", SIPP, "caller",
      "422 with 120, then with 200: both followed, Min-SE kept")
def twice_422(stage):
    script = sippscript.Script(caller=False)
    script.expect_call()
    for minimum in (120, 200):
        script.answer(422, "Min-SE: %d" % minimum, first=True)
        script.expect_ack()
        script.expect_call()
    script.answer(200, *sippscript.timer("200;refresher=uac"), first=True, sdp=True)
    script.expect_ack()
    script.take_refresh("UPDATE", *sippscript.timer("200;refresher=uac"))
    script.hang_up()
    program = call(stage, script, *ASK)
    stage.finish(ua=0)
    asked = [(d.message.session_expires.interval, d.message.min_se, d.message.cseq.number)
             for d in stage.wire.find("INVITE", by="ua")]
    first = asked[0][2]
    equal(asked, [(90, None, first), (120, 120, first + 1), (200, 200, first + 2)], "INVITEs")
    flow.negotiated(program, (200, "local"))


@case("sipp_caller_422_useless", SIPP, "caller",
      "422 that asks for no more than was offered: no loop",
      lines=("Min-SE: 90",))
@case("sipp_caller_422_without_min_se", SIPP, "caller", "422 without Min-SE: no loop", lines=())
def useless_422(stage, lines):
    script = sippscript.Script(caller=False)
    script.expect_call()
    script.answer(422, *lines, first=True)
    script.expect_ack()
    program = call(stage, script, "--session-expires", 1800)
    stage.finish(ua=2)
    equal(len(stage.wire.find("INVITE", by="ua")), 1, "INVITEs")
    check(program.all("violation"), "no violation told")


@case("sipp_caller_422_mid_call", SIPP, "caller", "422 to a refresh: asked again at once with more")
def mid_call_422(stage):
    script = sippscript.Script(caller=False)
    script.establish(*UAC)
    script.refuse("UPDATE", 422, "Min-SE: 200")
    script.take_refresh("UPDATE", *sippscript.timer("200;refresher=uac"))
    script.take_refresh("UPDATE", *sippscript.timer("200;refresher=uac"))
    script.hang_up()
    program = call(stage, script, *ASK)
    stage.finish(ua=0)
    asked = [(d.message.session_expires.interval, d.message.min_se)
             for d in flow.requests(stage, "ua")]
    equal(asked, [(90, None), (200, 200), (200, 200)], "refreshes")
    flow.negotiated(program, (90, "local"), (200, "local"))


@case("sipp_callee_422", SIPP, "callee", "sst-ua rejects two small intervals, one after the other")
def refuses_small(stage):
    script = sippscript.Script(caller=True)
    for interval in (20, 100):
        script.invite("Session-Expires: %d" % interval)
        script.expect_answer(422)
        script.ack(success=False)
    script.establish("Session-Expires: 120;refresher=uac")
    script.refresh("INVITE", "Session-Expires: 120;refresher=uac")
    script.hang_up()
    program = answer(stage, script, "--min-se", 120)
    stage.finish(ua=0)
    equal([d.message.min_se for d in stage.wire.find(422, by="ua")], [120, 120], "Min-SE")
    flow.negotiated(program, (120, "remote"))


@case("sipp_callee_compact", SIPP, "callee", "x and k on the wire", who="callee")
@case("sipp_caller_compact", SIPP, "caller", "x and k on the wire", who="caller")
def compact(stage, who):
    script = sippscript.Script(caller=who == "callee", supported="k: 100rel, timer")
    if who == "callee":
        script.establish("x: 90;refresher=uac")
        script.pause(45)
        script.refresh("UPDATE", "x: 90 ; Refresher = UAC")
        script.hang_up()
        program = answer(stage, script)
    else:
        script.establish("x: 90;refresher=uac", "Require: timer")
        script.take_refresh("UPDATE", "x: 90;refresher=uac", "Require: timer")
        script.hang_up()
        program = call(stage, script, *ASK)
    stage.finish(ua=0)
    flow.negotiated(program, (90, "remote" if who == "callee" else "local"))
    equal(len(program.all("refreshed")), 1, "refreshes")
    sipp = [p for p in stage.packets if stage.name_of(p.source) == "sipp" and p.session_expires]
    check(sipp and b"\r\nx: 90" in sipp[0].payload, "tshark reads no x")


@case("sipp_callee_role_taken", SIPP, "callee",
      "the 2xx of sst-ua's refresh takes the role: the peer refreshes",
      lines=sippscript.timer("90;refresher=uas"), wanted=(90, "remote"))
@case("sipp_callee_own_interval_changes", SIPP, "callee",
      "the 2xx of sst-ua's refresh changes the interval",
      lines=sippscript.timer("200;refresher=uac"), wanted=(200, "local"))
@case("sipp_callee_own_interval_dropped", SIPP, "callee",
      "the 2xx to sst-ua's refreshes have no Session-Expires: it goes on for its own benefit",
      lines=(), wanted=(90, "local"))
def own_refresh_changes(stage, lines, wanted):
    script = sippscript.Script(caller=True)
    script.establish("Session-Expires: 90;refresher=uas")
    script.take_refresh("UPDATE", *lines)
    if wanted[1] == "local":
        script.take_refresh("UPDATE", *lines)
    elif wanted[1] == "remote":
        script.pause(45)
        script.refresh("UPDATE", "Session-Expires: 90;refresher=uac")
    script.hang_up()
    program = answer(stage, script)
    stage.finish(ua=0)
    flow.negotiated(program, (90, "local"), *([wanted] if wanted != (90, "local") else []))
    flow.survived(program)
    spans = own_spans(program)
    equal(len(spans), 2 if wanted[1] == "local" else 1, "own refreshes")
    stage.near(spans[0], 45, "first refresh")
    if wanted[1] == "local":
        stage.near(spans[1], wanted[0] / 2, "refresh in the new interval")


@case("sipp_callee_20_calls", SIPP, "callee", "20 calls at once for three refreshes",
      rate=10, who="callee")
@case("sipp_caller_20_calls", SIPP, "caller", "20 calls at once for three refreshes",
      rate=10, who="caller")
def many(stage, who):
    script = sippscript.Script(caller=who == "callee")
    script.establish(*(["Session-Expires: 90;refresher=uas"] if who == "callee" else UAC))
    for _ in range(3):
        script.take_refresh("UPDATE", *UAC)
    script.pause(5)     # for retransmissions that a busy machine may cause
    script.hang_up()
    if who == "callee":
        program = stage.start("ua", "--calls", 20, "answer")
        stage.sipp(script, calls="ua", count=20)
    else:
        stage.sipp(script, count=20)
        program = stage.start("ua", *ASK, "--calls", 20, "call", stage.uri("sipp"))
    stage.finish(ua=0)
    flow.survived(program)
    equal(len(program.all("refreshed")), 60, "refreshes")
