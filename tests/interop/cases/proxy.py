"""sst-proxy between two Sofia-SIP peers, and in a row with Kamailio."""

import flow
from registry import case
from sstlab import Skip, check, equal

PROXY = "sst-proxy"


def start_proxy(stage, target, *options):
    program = stage.tools.get("proxy")
    if not program:
        raise Skip("sst-proxy was not built")
    started = stage.actor("proxy", [program, "--bind", "127.0.0.1:%d" % stage.port("proxy"),
                                    "--to", "127.0.0.1:%d" % stage.port(target), "--log", "json",
                                    *[str(option) for option in options]])
    check(started.wait("listening"), "sst-proxy does not listen")
    stage.kinds["proxy"] = PROXY
    return started


def call_through(stage, chain, *options):
    """nua calls nua through the chain; Kamailio uses the Request-URI, sst-proxy uses --to."""
    target = chain[-1] if chain[-1] != chain[0] == "kamailio" else "bob"
    return stage.sofia("-p", "sip:127.0.0.1:%d;lr" % stage.port(chain[0]), *options, name="alice",
                       calls=stage.uri(target))


def between(stage, caller, callee, *options, chain=("proxy",)):
    """nua calls nua through the chain, until the caller hangs up."""
    stage.sofia(*callee, name="bob")
    start_proxy(stage, "bob" if chain[-1] == "proxy" else chain[-1], *options)
    alice = call_through(stage, chain, *caller)
    equal(alice.exit_status(30), 0, "exit status of the caller")
    stage.finish()
    equal([a["state"] for a in alice.all("state")][-1], "terminated", "the call")


@case("proxy_passes_timer", PROXY, "proxy", "both support the extension: three refreshes pass",
      options=())
@case("proxy_asks", PROXY, "proxy",
      "only the proxy asks: the callee answers it, three refreshes pass",
      options=("--session-expires", 90), plain=True)
def passes(stage, options, plain=False):
    asked = ("-s", 0) if plain else ("-s", 90)
    between(stage, (*asked, "-u", "-x", 160), ("-s", 90 if plain else 0, "-u"), *options)
    updates = [d for d in stage.wire.find("UPDATE") if d.receiver == "proxy"]
    check(len(updates) >= 3, "%d refreshes", len(updates))
    check(not [d for d in stage.wire.find() if {d.sender, d.receiver} == {"alice", "bob"}],
          "something passed the proxy by")


@case("proxy_inserts", PROXY, "proxy",
      "the callee has no support: the 2xx gets Session-Expires;refresher=uac and Require")
def inserts(stage):
    between(stage, ("-s", 90, "-x", 120), ("-T",), "--session-expires", 90)
    answer = stage.wire.find(200, by="proxy", to="INVITE")[0].message
    equal(answer.session_expires, (90, "uac"), "Session-Expires of the 200")
    equal(answer.has_timer("require"), True, "Require: timer of the 200")


@case("proxy_422", PROXY, "proxy", "the proxy requires at least 120 s: 422, and nua asks again")
def too_small(stage):
    between(stage, ("-s", 90, "-x", 100), ("-s", 0), "--min-se", 120)
    equal(stage.wire.find(422, by="proxy")[0].message.min_se, 120, "Min-SE of the 422")
    equal(stage.wire.find(200, by="bob", to="INVITE")[0].message.session_expires.interval, 120,
          "interval")


@case("proxy_neither", PROXY, "proxy",
      "neither side has support: the proxy leaves the 2xx alone, and the call goes on")
def neither(stage):
    between(stage, ("-T", "-x", 120), ("-T",), "--session-expires", 90)
    answer = stage.wire.find(200, by="proxy", to="INVITE")[0].message
    equal(answer.session_expires, None, "Session-Expires of the 200")


@case("proxy_before_kamailio", PROXY, "proxy",
      "in a row with Kamailio, minimums of 120 and 200: two 422, then refreshes pass",
      own=120, other=200, chain=("proxy", "kamailio"))
@case("proxy_after_kamailio", PROXY, "proxy",
      "in a row with Kamailio, minimums of 200 and 120: two 422, then refreshes pass",
      own=200, other=120, chain=("kamailio", "proxy"))
def row(stage, own, other, chain):
    stage.kamailio(minse=other)
    between(stage, ("-s", 90, "-u", "-x", 330), ("-s", 0), "--min-se", own, chain=chain)
    equal([d.message.min_se for d in stage.wire.find(422) if d.receiver == "alice"], [120, 200],
          "Min-SE of the 422s")
    updates = [d for d in stage.wire.find("UPDATE") if d.receiver == "bob"]
    check(len(updates) >= 3, "%d refreshes", len(updates))
    for request in updates:
        equal(flow.answer(stage, request).message.status, 200, "answer to a refresh")
