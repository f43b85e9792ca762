"""What a line of the JSON logs may contain: every key, its type, and which are required."""

NUMBER = (int, float)
COMMON = {"t": NUMBER, "real": NUMBER, "call": str, "event": str}
MESSAGE = {
    "needed": {"cseq": int, "cseq_method": str, "copy": bool},
    "optional": {"method": str, "status": int, "session_expires": int, "refresher": str,
                 "min_se": int, "supported_timer": bool, "require_timer": bool, "reason": str},
}
TIMER = {"needed": {"interval": int, "refresher": str}, "optional": {}}
EVENTS = {
    "listening": {"needed": {"address": str, "port": int}, "optional": {}},
    "sent": MESSAGE,
    "received": MESSAGE,
    "negotiated": TIMER,
    "refreshed": TIMER,
    "refresh": {"needed": {"method": str}, "optional": {}},
    "overdue": {"needed": {}, "optional": {}},
    "blocked": {"needed": {}, "optional": {}},
    "violation": {"needed": {"name": str}, "optional": {}},
    "ended": {"needed": {"reason": str}, "optional": {}},
    "refused": {"needed": {"status": int}, "optional": {}},
    "store": {"needed": {"state": str, "number": int}, "optional": {}},
    "lost": {"needed": {"lines": int}, "optional": {}},
    "connection": {"needed": {"address": str, "port": int, "transport": str, "problem": str},
                   "optional": {}},
    "registered": {"needed": {"expires": int}, "optional": {}},
    "registration_failed": {"needed": {"status": int}, "optional": {}},
    "unregistered": {"needed": {}, "optional": {}},
    # sst-proxy's
    "expiration": {"needed": {"interval": int}, "optional": {}},
    "state_expired": {"needed": {}, "optional": {}},
}
# What happens outside of any call.
NO_CALL = ("listening", "refused", "lost", "connection", "registered", "registration_failed",
           "unregistered", "store")


def fits(value, kind):
    """bool is an int in Python, but not in JSON."""
    if kind is bool or isinstance(value, bool):
        return kind is bool and isinstance(value, bool)
    return isinstance(value, kind)


def line_problems(entry):
    """What is wrong with one log line."""
    event = entry.get("event")
    if event not in EVENTS:
        return ["unknown event %r" % event]
    needed = dict(COMMON, **EVENTS[event]["needed"])
    if event in NO_CALL:
        del needed["call"]
    optional = EVENTS[event]["optional"]
    found = ["%s lacks %s" % (event, key) for key in needed if key not in entry]
    for key, value in entry.items():
        kind = needed.get(key) or optional.get(key)
        if kind is None:
            found.append("%s has the unknown key %r" % (event, key))
        elif not fits(value, kind):
            found.append("%s has %s of the wrong type: %r" % (event, key, value))
    return found + value_problems(event, entry)


def value_problems(event, entry):
    found = []
    if event in ("sent", "received"):
        if ("method" in entry) == ("status" in entry):
            found.append("%s needs method or status, not both" % event)
        if entry.get("refresher", "uac") not in ("uac", "uas"):
            found.append("refresher on the wire is %r" % entry["refresher"])
        if "reason" in entry and entry.get("method") != "BYE":
            found.append("reason in something else than a BYE")
    if event in ("negotiated", "refreshed"):
        if entry.get("refresher") not in ("local", "remote", "none"):
            found.append("%s has refresher %r" % (event, entry.get("refresher")))
        if (entry.get("interval") == 0) != (entry.get("refresher") == "none"):
            found.append("interval 0 and refresher none go together: %r" % entry)
    if event == "refresh" and entry.get("method") not in ("INVITE", "UPDATE"):
        found.append("refresh by %r" % entry.get("method"))
    return found


def log_problems(events, speed):
    """What is wrong with a whole log: order, clocks, and each line."""
    found = []
    if not events or events[0].get("event") != "listening":
        found.append("listening is not the first event")
    if sum(entry.get("event") == "listening" for entry in events) != 1:
        found.append("listening has to come once")
    last = 0.0
    for entry in events:
        problems = line_problems(entry)
        found += ["%s in %r" % (problem, entry) for problem in problems]
        if problems:
            continue
        if entry["real"] < last:
            found.append("time runs backwards at %r" % entry)
        last = entry["real"]
        # Both are rounded to milliseconds when they are printed.
        if abs(entry["t"] - entry["real"] * speed) > 0.002 * speed + 0.002:
            found.append("t is not real times %g in %r" % (speed, entry))
    return found
