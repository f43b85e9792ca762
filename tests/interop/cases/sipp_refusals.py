"""SIPp rejects sst-ua's refresh in every way there is: what comes next, and whether the call
survives.

RFC 4028 §10 and the rules of each status say what to expect: 408, 481 and silence end the session;
every other rejection comes from a live peer and leaves the session until its expiration.
"""

import collections

import flow
import sippscript
from registry import case
from sstlab import check, equal

CHALLENGE = 'WWW-Authenticate: Digest realm="sipp", nonce="abcdef", algorithm=MD5'

# What follows the rejected refresh: the method of the next one, and when it comes (SIP seconds).
Next = collections.namedtuple("Next", "method least most lines", defaults=[()])
# If the rejected method is excluded for this dialog, the other one comes at once.
RECOVERIES = {
    "401": {"lines": (CHALLENGE,), "next": {"UPDATE": Next("UPDATE", 0, 0.5),
                                            "INVITE": Next("INVITE", 0, 0.5)}},
    "403": {"next": {"UPDATE": Next("INVITE", 0, 0.5), "INVITE": Next("UPDATE", 0, 0.5)}},
    "405": {"next": {"UPDATE": Next("INVITE", 0, 0.5), "INVITE": Next("UPDATE", 0, 0.5)}},
    "488": {"next": {"UPDATE": Next("INVITE", 0, 0.5), "INVITE": Next("UPDATE", 0, 0.5)}},
    # RFC 3261 §14.1: 2.1 to 4 s for the owner of the Call-ID, up to 2 s for the other side.
    "491": {"next": {"UPDATE": Next("UPDATE", 0, 4), "INVITE": Next("INVITE", 0, 4)}},
    # Not now, and perhaps not by this method (EC-111): the other one, after the wait.
    "500": {"lines": ("Retry-After: 5",), "next": {"UPDATE": Next("INVITE", 5, 5),
                                                   "INVITE": Next("UPDATE", 5, 5)}},
    "501": {"next": {"UPDATE": Next("INVITE", 0, 0.5), "INVITE": Next("UPDATE", 0, 0.5)}},
    "503": {"next": {"UPDATE": Next("INVITE", 2, 2), "INVITE": Next("UPDATE", 2, 2)}},
}
ENDS = {"408": "refresh_408", "481": "refresh_481"}


def start(stage, script, caller, method, *options):
    """Sets up the call of a script; sst-ua is the caller or the callee, and refreshes."""
    common = ["--method", method.lower(), *options]
    if caller:
        stage.sipp(script)
        return stage.start("ua", "--session-expires", 90, "--refresher", "uac", *common, "call",
                           stage.uri("sipp"))
    program = stage.start("ua", "--prefer-refresher", "uas", *common, "answer")
    stage.sipp(script, calls="ua")
    return program


def script_for(caller):
    """A script whose calls are set up with sst-ua as the refresher."""
    script = sippscript.Script(caller=not caller)
    script.establish(*(sippscript.timer("90;refresher=uac") if caller
                       else ["Session-Expires: 90"]))
    return script


def recovers(stage, caller, method, status):
    """One rejection, then success: the call goes on past its old expiration."""
    after = RECOVERIES[status]["next"][method]
    answer = sippscript.timer("90;refresher=uac")
    script = script_for(caller)
    script.refuse(method, int(status), *RECOVERIES[status].get("lines", ()))
    following = method
    if method == "UPDATE" and status in ("405", "501"):
        # Allow says so too from now on; RFC 4028 §7.4 follows it.
        script.forget_update()
        following = "INVITE"
    script.take_refresh(after.method, *answer)
    script.take_refresh(following, *answer)
    script.hang_up()
    program = start(stage, script, caller, method, "--auth", "alice:secret")
    stage.finish(ua=0)
    refused, retried, third = flow.requests(stage, "ua")
    equal([d.message.method for d in (refused, retried, third)],
          [method, after.method, following], "methods of the refreshes")
    least, most = after.least, after.most
    if status == "491":
        least, most = (2.1, 4) if caller else (0, 2)
    gap = stage.span(flow.answer(stage, refused), retried)
    check(least - 0.5 <= gap <= most + 8, "retry after %.2f s, expected %g to %g", gap, least, most)
    if status == "401":
        check("alice" in (retried.message.get("authorization") or ""), "no credentials")
    stage.near(stage.span(flow.answer(stage, retried), third), 45, "the refresh after that")
    flow.survived(program)
    flow.negotiated(program, (90, "local"))


def ends(stage, caller, method, status):
    """A rejection that shows that the dialog is gone: BYE at once, with the reason, status 4."""
    script = script_for(caller)
    script.refuse(method, int(status))
    script.await_bye()
    program = start(stage, script, caller, method)
    stage.finish(ua=4)
    flow.end_reason(program, ENDS[status])
    bye = stage.wire.find("BYE")[0]
    check("cause=%s" % status in (bye.message.get("reason") or ""), "Reason of the BYE")
    stage.near(stage.span(flow.requests(stage, "ua")[0], bye), 0, "BYE after the refusal", 0)


def unanswered(stage, caller, method):
    """No response to the refresh: BYE once the transaction has timed out, after 32 s, status 4."""
    script = script_for(caller)
    script.expect(method)
    script.ignore_until_bye(method)
    program = start(stage, script, caller, method)
    stage.finish(ua=4)
    flow.end_reason(program, "refresh_timeout")
    stage.near(stage.span(flow.requests(stage, "ua")[0], stage.wire.find("BYE")[0]), 32,
               "BYE after the refresh")


for _caller, _role in ((True, "caller"), (False, "callee")):
    for _method in ("UPDATE", "INVITE"):
        _name = "sipp_%s_%s_" % (_role, _method.lower())
        for _status in RECOVERIES:
            if _status == "401" and not _caller:
                continue    # a caller gets no credentials from sst-ua
            case(_name + _status, "SIPp", _role, "%s answered with %s, then with 200"
                 % (_method, _status), caller=_caller, method=_method, status=_status)(recovers)
        for _status in ENDS:
            case(_name + _status, "SIPp", _role, "%s answered with %s: BYE" % (_method, _status),
                 caller=_caller, method=_method, status=_status)(ends)
        case(_name + "unanswered", "SIPp", _role,
             "%s not answered at all: BYE after 32 s" % _method,
             caller=_caller, method=_method)(unanswered)
