"""sst-proxy with enough calls at once for its tables to grow and its timers to queue up."""

from proxylab import Chain, flow
from sstlab import check, equal

CALLS = 100


def _calls(program, event, **match):
    """How often each Call-ID has this event in the log."""
    counts = {}
    for entry in program.all(event, **match):
        counts[entry["call"]] = counts.get(entry["call"], 0) + 1
    return counts


def proxy_keeps_many_calls_apart(lab):
    """A hundred calls, each refreshed twice: all messages pass, each state ends with a BYE."""
    lab.speed = 100
    chain = Chain(lab)
    callee = chain.answer("--calls", CALLS)
    proxy = chain.proxy(to=[callee])
    caller = chain.call(proxy, "--session-expires", 1800, "--calls", CALLS,
                        "--hangup-after", 2250)
    caller.exit_status(300)
    chain.finish(caller=0, callee=0)
    equal(len(_calls(proxy, "expiration")), CALLS, "calls with a session timer")
    equal(set(_calls(proxy, "expiration").values()), {3}, "expirations of each")
    equal(proxy.all("state_expired"), [], "states that no BYE ended")
    for method, each in (("INVITE", 1), ("ACK", 1), ("UPDATE", 2), ("BYE", 1)):
        for event in ("received", "sent"):
            equal(len(flow(proxy, event, method=method)), each * CALLS, "%s %s" % (method, event))
    for event in ("received", "sent"):
        equal(len(flow(proxy, event, status=200)), 4 * CALLS, "200s " + event)


def proxy_frees_many_states_in_time(lab):
    """Calls of three intervals, the longest first, all fall silent: each state is freed at its
    time.
    """
    lab.speed = 300
    chain = Chain(lab)
    callee = chain.answer("--calls", 3 * CALLS)
    proxy = chain.proxy(to=[callee])
    callers = [chain.call(proxy, "--session-expires", interval, "--calls", CALLS,
                          name="caller%d" % interval) for interval in (5400, 3600, 1800)]
    check(lab.wire.wait(lambda: len(_calls(proxy, "expiration")) == 3 * CALLS, 120),
          "%d of %d calls", len(_calls(proxy, "expiration")), 3 * CALLS)
    for program in [callee] + callers:
        program.kill()
    lab.wait_event(proxy, "state_expired", 3 * CALLS)
    chain.finish(callee=-9, caller5400=-9, caller3600=-9, caller1800=-9)
    started = {entry["call"]: entry for entry in proxy.all("expiration")}
    equal(set(_calls(proxy, "state_expired").values()), {1}, "how often each state was freed")
    for freed in proxy.all("state_expired"):
        begin = started[freed["call"]]
        lab.near(freed["t"] - begin["t"], begin["interval"], "life of the state")
