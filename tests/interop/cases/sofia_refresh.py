"""Sofia-SIP's nua: who refreshes, by which method, and that it keeps doing so."""

import flow
from registry import case

SOFIA = "Sofia-SIP"


def callee_refreshes(stage, method, refresher):
    """sst-ua calls; the wanted side refreshes three times."""
    options = ["--session-expires", 90, "--method", method.lower()]
    if refresher == "local":
        options += ["--refresher", "uac"]
        stage.sofia("-s", 90)
    else:
        options += ["--refresher", "uas", "--policy", "allow_uas=yes"]
        stage.sofia("-s", 90, *(["-u"] if method == "UPDATE" else []))
    caller = stage.start("caller", *options, "call", stage.uri("sofia"))
    finish_refreshes(stage, caller, method, refresher)


def caller_refreshes(stage, method, refresher):
    """Sofia-SIP calls; the wanted side refreshes three times."""
    by_update = ["-u"] if method == "UPDATE" else []
    prefer = "uas" if refresher == "local" else "uac"
    callee = stage.start("callee", "--prefer-refresher", prefer, "--method", method.lower(),
                         "answer")
    stage.sofia("-s", 90, *by_update, *(["-l"] if refresher == "remote" else []),
                calls=stage.uri("callee"))
    finish_refreshes(stage, callee, method, refresher)


def finish_refreshes(stage, program, method, refresher):
    flow.wait_refreshed(stage, 3)
    stage.hang_up(program)
    stage.finish(**{program.name: 0})
    if refresher == "local":
        flow.check_own_refreshes(stage, program, method, 90)
    else:
        flow.check_peer_refreshes(stage, "sofia", method, 90)
    flow.negotiated(program, (90, refresher))
    flow.survived(program)


for _method in ("UPDATE", "INVITE"):
    for _refresher, _who in (("local", "sst-ua"), ("remote", "the peer")):
        _text = "three refreshes by %s from %s" % (_method, _who)
        _name = "%s_%s" % (_refresher, _method.lower())
        case("sofia_callee_" + _name, SOFIA, "caller", _text, method=_method,
             refresher=_refresher)(callee_refreshes)
        case("sofia_caller_" + _name, SOFIA, "callee", _text, method=_method,
             refresher=_refresher)(caller_refreshes)
