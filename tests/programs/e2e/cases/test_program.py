"""sst-ua as a program: its options, exit statuses, logs, signals, and many calls at once."""

import json
import os
import re
import signal
import subprocess
import tempfile

from flows import check_refresh, established, refreshes, wait_refreshes
from sstlab import Failure, SANITIZER, check, equal


def wrong_usage(lab):
    """Wrong usage: status 1, a line on standard error, nothing on standard output, no call."""
    wrong = [[], ["answer", "call"], ["call"], ["call", "sip:a@127.0.0.1", "sip:b@127.0.0.1"],
             ["listen"], ["--unknown", "answer"], ["--bind"], ["--bind", "nowhere:x", "answer"],
             ["--bind", "127.0.0.1:70000", "answer"], ["call", "http://127.0.0.1/"],
             ["--outbound", "", "call", "sip:a@127.0.0.1"],
             ["--mode", "perhaps", "answer"], ["--session-expires", "soon", "answer"],
             ["--session-expires", "89", "answer"], ["--session-expires", "-90", "answer"],
             ["--min-se", "30", "answer"], ["--prefer-refresher", "both", "answer"],
             ["--refresher", "me", "call", "sip:a@127.0.0.1"], ["--method", "ping", "answer"],
             ["--policy", "nonsense=1", "answer"], ["--policy", "mode", "answer"],
             ["--policy", "refresh_percent=80", "answer"], ["--auth", "nocolon", "answer"],
             ["--unsafe-min", "0", "answer"], ["--ring", "x", "answer"],
             ["--calls", "-1", "answer"], ["--speed", "0", "answer"], ["--speed", "-2", "answer"],
             ["--speed", "nan", "answer"], ["--log", "xml", "answer"],
             ["--color", "sometimes", "answer"], ["--bind", "[::1", "answer"],
             ["--bind", "[::1]5060", "answer"], ["--bind", "192.0.2.1:0", "answer"],
             ["--user", "", "call", "sip:a@127.0.0.1"], ["--user", "a@b", "answer"],
             ["--hold-at", "soon", "call", "sip:a@127.0.0.1"],
             ["--calls", "0", "call", "sip:a@127.0.0.1"],
             ["--session-expires", "90.5s", "answer"], ["--min-se", "4294967296.5", "answer"],
             ["--policy", "session_expires=100", "--min-se", "200", "answer"]]
    for arguments in wrong:
        done = subprocess.run([lab.program, *arguments], stdin=subprocess.DEVNULL, timeout=120,
                              capture_output=True, text=True, check=False)
        equal(done.returncode, 1, "exit status of %s" % arguments)
        equal(done.stdout, "", "standard output of %s" % arguments)
        check(done.stderr.strip(), "%s says nothing", arguments)
        bad = [word for word in SANITIZER if word in done.stderr]
        check(not bad, "%s: %s", arguments, done.stderr)
    for words, text in ((["answer", "--speed", "2"], "--speed: unexpected argument; options go before"),
                        (["call"], "needs a SIP URI"), (["listen"], "listen: neither"),
                        (["call", "sip:a@127.0.0.1", "b"], "b: unexpected argument"), ([], "is missing")):
        done = subprocess.run([lab.program, *words], stdin=subprocess.DEVNULL, timeout=120,
                              capture_output=True, text=True, check=False)
        check(text in done.stderr.split("\n", 1)[0], "%s: %s", words, done.stderr)


def wrong_policy_is_named(lab):
    """A rejected policy value: the message names the field, the value and the allowed range."""
    for option, words in ((["--policy", "min_se=60"], ("min_se", "60", "90")),
                          (["--policy", "prefer_refresher=x"], ("prefer_refresher", "x", "uas")),
                          (["--policy", "no_such=1"], ("no_such",))):
        done = subprocess.run([lab.program, *option, "answer"], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=120, check=False)
        equal(done.returncode, 1, "exit status of %s" % option)
        missing = [word for word in words if word not in done.stderr]
        check(not missing, "%s: %r lacks %s", option, done.stderr, missing)


def intervals_of_options(lab):
    """Decimals are rounded up; a default gives way to a minimum or maximum."""
    for name, interval, min_se, options in (
            ("next", 91, None, ["--session-expires", "90.2"]),
            ("whole", 90, None, ["--session-expires", "90.0"]),
            ("raised", 2000, 2000, ["--mode", "request", "--min-se", "2000"]),
            ("lowered", 601, None, ["--mode", "request", "--max-session-expires", "600.5"])):
        peer = lab.peer("peer of " + name)
        peer.other_name = name
        lab.call("sip:ua@" + peer.hostport, *options, name=name)
        invite = peer.expect("INVITE")
        equal((invite.session_expires, invite.min_se), ((interval, None), min_se),
              "Session-Expires and Min-SE with %s" % options)
        peer.answer(invite, 486)
        peer.expect("ACK")
    lab.finish(next=2, whole=2, raised=2, lowered=2)


def port_in_use(lab):
    """An unavailable local address is a local error: status 1."""
    lab.answer()
    done = subprocess.run([lab.program, "--bind", "127.0.0.1:%d" % lab.callee.address[1], "answer"],
                          capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120,
                          check=False)
    equal(done.returncode, 1, "exit status")
    check(done.stderr.strip(), "nothing on standard error")
    lab.hang_up(lab.callee)
    lab.finish(callee=0)


def free_port_is_told(lab):
    """--bind with port 0 takes a free port and logs it in the first line."""
    lab.answer()
    address, port = lab.callee.address
    equal(address, "127.0.0.1", "address")
    check(1024 <= port <= 65535, "port %d", port)
    equal(lab.callee.events[0]["event"], "listening", "first event")
    lab.hang_up(lab.callee)
    lab.finish(callee=0)


def ipv6_loopback(lab):
    """A call over IPv6: Contact, Via and log, and refreshes."""
    lab.need_ipv6()
    lab.speed = 450
    lab.pair(["--session-expires", 1800], [])
    for request in wait_refreshes(lab, "caller", "UPDATE", 2):
        check_refresh(lab, request, 1800)
        check("[::1]" in request.message.get("via"), "Via: %s", request.message.get("via"))
        check("[::1]" in request.message.get("contact"), "Contact")
    equal(lab.caller.address[0], "::1", "address without brackets")
    lab.hang_up()
    lab.finish(caller=0, callee=0)


def identity_options(lab):
    """--user, --from and --contact appear in the messages as given."""
    peer = lab.peer()
    invite = lab.call_peer(peer, "--user", "alice", "--from", "sip:alice@example.org",
                           "--contact", "192.0.2.7:5099")
    check("<sip:alice@example.org>" in invite.get("from"), "From: %s", invite.get("from"))
    equal(invite.contact.split(";")[0], "sip:alice@192.0.2.7:5099", "Contact")
    equal(invite.uri, peer.contact, "request URI")
    check(peer.contact in invite.get("to"), "To: %s", invite.get("to"))
    peer.answer(invite, 486)
    peer.expect("ACK")
    lab.finish(caller=2)


def outbound_leaves_the_uri_alone(lab):
    """--outbound says where the INVITE goes; Request-URI and To stay as on the command line."""
    proxy = lab.peer("proxy")
    proxy.other_name = "caller"
    lab.call("sip:bob@example.invalid", "--outbound", proxy.hostport)
    invite = proxy.expect("INVITE")
    equal(invite.uri, "sip:bob@example.invalid", "request URI")
    check("sip:bob@example.invalid" in invite.get("to"), "To: %s", invite.get("to"))
    proxy.answer(invite, 404)
    proxy.expect("ACK")
    lab.finish(caller=2)


def host_names_are_resolved(lab):
    """A name in the URI is resolved."""
    peer = lab.peer()
    peer.other_name = "caller"
    lab.call("sip:bob@localhost:%d" % peer.port)
    invite = peer.expect("INVITE")
    equal(invite.uri, "sip:bob@localhost:%d" % peer.port, "request URI")
    peer.answer(invite, 486)
    peer.expect("ACK")
    lab.finish(caller=2)


def name_that_does_not_exist(lab):
    """A name that cannot be resolved: the call is not established, or it is a local error."""
    lab.call("sip:bob@no-such-host.invalid")
    status = lab.caller.exit_status(20)
    check(status in (1, 2), "exit status %s", status)
    equal(lab.caller.all("sent"), [], "sent")
    lab.judge()


def port_that_does_not_exist(lab):
    """An impossible port is a local error, and never another port."""
    for port in (0, 70000):
        done = subprocess.run([lab.program, "--bind", "127.0.0.1:0", "--log", "json", "call",
                               "sip:bob@127.0.0.1:%d" % port], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=120, check=False)
        equal(done.returncode, 1, "exit status for port %d" % port)
        check(str(port) in done.stderr, "%r does not name the port", done.stderr)
        check('"sent"' not in done.stdout, "sent: %s", done.stdout)


def ring_then_answer(lab):
    """--ring: 180 at once, 200 that long after the INVITE."""
    lab.speed = 10
    lab.pair(["--session-expires", 90], ["--ring", 10])
    established(lab)
    lab.hang_up()
    lab.finish(caller=0, callee=0)
    invite, ringing = lab.wire.find("INVITE")[0], lab.wire.find(180)[0]
    lab.near(lab.span(invite, ringing), 0, "180 after the INVITE")
    lab.near(lab.span(invite, lab.wire.find(200, to="INVITE")[0]), 10, "200 after the INVITE")


def hang_up_after(lab):
    """--hangup-after counts from the answer, on either side; both end with 0."""
    lab.speed = 20
    lab.pair(["--session-expires", 90], ["--hangup-after", 30])
    lab.finish(caller=0, callee=0)
    bye = lab.wire.find("BYE")[0]
    equal(bye.sender, "callee", "sender of the BYE")
    lab.near(lab.span(lab.wire.find(200, to="INVITE")[0], bye), 30, "BYE after the answer")
    equal(bye.message.get("reason"), None, "Reason")


def _signalled(lab, side, number):
    lab.pair(["--session-expires", 90], [])
    established(lab)
    getattr(lab, side).signal(number)
    lab.finish(caller=0, callee=0)
    equal([d.sender for d in lab.wire.find("BYE")], [side], "BYE")
    equal(lab.caller.all("ended") + lab.callee.all("ended"), [], "ended")


def sigint_at_the_caller(lab):
    """SIGINT hangs up: BYE, status 0."""
    _signalled(lab, "caller", signal.SIGINT)


def sigterm_at_the_callee(lab):
    """SIGTERM hangs up: BYE, status 0."""
    _signalled(lab, "callee", signal.SIGTERM)


def answer_for_ever(lab):
    """answer --calls 0 takes one call after the other; a signal ends it, with 0."""
    lab.answer("--calls", 0)
    for _ in range(3):
        peer = lab.peer()
        peer.other_name = "callee"
        peer.aim(lab.callee.address)
        peer.establish("Session-Expires: 90")
        peer.hang_up()
    check(lab.callee.process.poll() is None, "it ended by itself")
    lab.hang_up(lab.callee)
    lab.finish(callee=0)


def counts_for_a_monitor(lab):
    """The counters are written as OpenMetrics text at SIGUSR1, and once more at the end."""
    lab.speed = 30
    with tempfile.TemporaryDirectory() as folder:
        path = {side: os.path.join(folder, side) for side in ("caller", "callee")}
        caller, callee = lab.pair(["--session-expires", 90, "--metrics", path["caller"]],
                                  ["--metrics", path["callee"]])
        lab.wait_event(caller, "refreshed", 3)
        for program in (caller, callee):
            program.process.send_signal(signal.SIGUSR1)
            check(lab.wire.wait(lambda: os.path.exists(path[program.name]), 120),
                  "%s writes no counters", program.name)
        check(_counter(path["callee"], "refreshes_received") >= 3, "refreshes of a call that lives")
        lab.hang_up(caller)
        lab.finish(caller=0, callee=0)
        count = len(caller.all("refresh"))
        equal([_counter(path["caller"], name) for name in
               ("negotiated", "refreshes_due", "refreshes_sent", "refreshes_received")],
              [1, count, count, 0], "counters of the caller")
        equal([_counter(path["callee"], name) for name in
               ("negotiated", "refreshes_due", "refreshes_sent", "refreshes_received")],
              [1, 0, 0, len(callee.all("refreshed"))], "counters of the callee")


def _counter(path, name):
    """The file is complete, since it was renamed to this name."""
    with open(path, encoding="ascii") as file:
        text = file.read()
    check(text.endswith("\n# EOF\n"), "the end of %s: %r", path, text[-20:])
    return int(re.search(r"^sst_%s_total (\d+)$" % name, text, re.M)[1])


def metrics_that_cannot_be_written(lab):
    """A file that cannot be written: the call goes on, and the reason is on standard error."""
    caller, _ = lab.pair(["--metrics", "/nowhere/at/all"])
    established(lab)
    lab.hang_up(caller)
    lab.finish(caller=0, callee=0)
    check(any("/nowhere/at/all" in line for line in caller.errors), "%r", caller.errors)


def _calls(lab):
    return sorted({d.message.call_id for d in lab.wire.datagrams if d.message})


def ten_calls_at_once(lab):
    """--calls 10 on both sides: ten dialogs, each refreshed twice at its own time, status 0."""
    lab.speed = 200
    lab.pair(["--session-expires", 1800, "--calls", 10, "--hangup-after", 2250],
             ["--calls", 10, "--prefer-refresher", "uas"])
    lab.finish(caller=0, callee=0)
    equal(len(_calls(lab)), 10, "Call-IDs")
    for call in _calls(lab):
        mine = [r for r in refreshes(lab, "callee", "UPDATE") if r.message.call_id == call]
        equal(len(mine), 2, "refreshes of %s" % call)
        for request in mine:
            check_refresh(lab, request, 1800)
        for program, side in ((lab.caller, "remote"), (lab.callee, "local")):
            equal([(e["interval"], e["refresher"]) for e in program.all("negotiated", call=call)],
                  [(1800, side)], "negotiations of %s" % program.name)


def one_of_ten_calls_refused(lab):
    """The exit status is the highest of the calls: one of ten is rejected on the way."""
    between = lab.new_relay()
    refused = set()

    @between.rule
    def gone(datagram):
        message = datagram.message
        if message.method == "INVITE" and (not refused or message.call_id in refused):
            refused.add(message.call_id)
            datagram.fate.append("sent to nowhere")
            return [(0, message.without("contact").with_field("Require", "nonsense").encode())]
        return None
    lab.pair(["--calls", 10, "--hangup-after", 40], ["--calls", 9])
    lab.finish(caller=2, callee=0)
    equal(len(_calls(lab)), 10, "Call-IDs")
    equal(len({d.message.call_id for d in lab.wire.find("BYE")}), 9, "calls that were established")


def ten_silent_callers(lab):
    """Ten calls whose caller falls silent: ten BYEs in time, status 3."""
    lab.speed = 30
    lab.new_relay().answer(408, "BYE")
    lab.pair(["--session-expires", 90, "--calls", 10, "--mute-after", 10], ["--calls", 10])
    lab.finish(caller=0, callee=3)
    equal(len(lab.wire.find("BYE")), 10, "BYEs")
    for bye in lab.wire.find("BYE"):
        ack = [d for d in lab.wire.find("ACK", call_id=bye.message.call_id)][0]
        lab.near(lab.span(ack, bye), 60, "BYE after the ACK")


def ack_that_never_comes(lab):
    """An ACK that never comes: BYE after 64 times T1, status 2 (RFC 3261 §13.3.1.4)."""
    lab.need_faketime(20)
    lab.new_relay().drop("ACK")
    lab.pair(["--session-expires", 1800], [])
    lab.finish(caller=0, callee=2)
    bye = lab.wire.find("BYE")[0]
    equal(bye.sender, "callee", "sender of the BYE")
    answers = lab.wire.find(200, to="INVITE", copies=True)
    check(len(answers) >= 10, "the 200 was sent %d times", len(answers))
    lab.near(lab.span(answers[0], bye), 32, "BYE after the 200")


def invite_that_nobody_answers(lab):
    """An INVITE without any response: status 2 after 64 times T1 (RFC 3261 §17.1.1.2)."""
    lab.need_faketime(20)
    lab.peer("nobody")
    lab.call(lab.peers[0].contact, "--session-expires", 90)
    lab.wait_event(lab.caller, "sent", method="INVITE")
    lab.lenient = True      # nothing reads, so nothing is recorded
    equal(lab.caller.exit_status(120), 2, "exit status")
    # Timer A doubles: six retransmissions, or fewer on a machine that cannot follow its fast clock.
    copies = [e["copy"] for e in lab.caller.all("sent", method="INVITE")]
    check(copies[0] is False and all(copies[1:]) and 5 <= len(copies) <= 7, "copies: %s", copies)
    first, last = lab.caller.all("sent")[0], lab.caller.events[-1]
    check(last["t"] - first["t"] <= 32, "the last INVITE came after 64 times T1")


def text_log(lab):
    """The text log shows each message and decision on a line of its own, and no JSON."""
    lab.speed = 450
    between = lab.new_relay()
    callee = lab.start("callee", "--bind", "127.0.0.1:0", "--speed", 900, "--log", "text",
                       "--contact", "127.0.0.1:%d" % between.port("caller"), "answer", raw=True)
    lab.wire.wait(lambda: any(re.search(r"127\.0\.0\.1\D+\d+", line) for line in callee.lines), 120)
    match = next((re.search(r"127\.0\.0\.1\D+(\d+)", line) for line in callee.lines
                  if "127.0.0.1" in line), None)
    check(match, "the text log does not show the port: %s", callee.lines)
    between.start(("127.0.0.1", int(match.group(1))))
    caller = lab.start("caller", "--bind", "127.0.0.1:0", "--speed", 900, "--session-expires",
                       1800, "--outbound", "127.0.0.1:%d" % between.port("caller"), "--contact",
                       "127.0.0.1:%d" % between.port("callee"), "--hangup-after", 1200,
                       "call", "sip:callee@127.0.0.1", raw=True)
    check(lab.wire.wait(lambda: lab.wire.find(200, to="BYE"), 120), "the call did not end")
    for program in (caller, callee):
        lab.wire.wait(lambda p=program: sum("BYE" in line for line in p.lines) >= 2, 120)
        program.signal()
        equal(program.exit_status(20), 0, "exit status of %s" % program.name)
        text = "\n".join(program.lines)
        for word in ("INVITE", "200", "ACK", "UPDATE", "BYE", "1800"):
            check(word in text, "%s does not show %s:\n%s", program.name, word, text)
        datagrams = len([d for d in lab.wire.datagrams if d.sender == program.name])
        datagrams += len(lab.wire.delivered[program.name])
        check(len(program.lines) > datagrams - 2, "%s has %d lines for %d datagrams",
              program.name, len(program.lines), datagrams)
        for line in program.lines:
            try:
                json.loads(line)
            except ValueError:
                continue
            raise Failure("JSON in the text log: %s" % line)


def json_log_without_timer_words(lab):
    """Keys derived from header fields appear only if the message has the header field."""
    lab.pair([], ["--mode", "off"])
    established(lab)
    lab.hang_up()
    lab.finish(caller=0, callee=0)
    for entry in lab.callee.all("sent"):
        extra = {"session_expires", "refresher", "min_se", "require_timer", "reason"} & set(entry)
        equal(extra, set(), "keys of %s" % entry)
    invite, = lab.callee.all("received", method="INVITE")
    equal(invite.get("supported_timer"), True, "supported_timer of the INVITE")


def decimals_in_options(lab):
    """SEC and X may have decimals."""
    lab.speed = 7.5
    lab.pair(["--session-expires", 90, "--hangup-after", 7.25], ["--ring", 0.5])
    lab.finish(caller=0, callee=0)
    lab.near(lab.span(lab.wire.find(200, to="INVITE")[0], lab.wire.find("BYE")[0]), 7.25,
             "BYE after the answer")


def help_is_given(lab):
    """--help prints the options in the table and ends with 0."""
    done = subprocess.run([lab.program, "--help"], capture_output=True, text=True, check=False,
                          stdin=subprocess.DEVNULL, timeout=120)
    equal(done.returncode, 0, "exit status")
    for option in ("bind", "outbound", "user", "from", "contact", "auth", "mode",
                   "session-expires", "min-se", "max-session-expires", "prefer-refresher",
                   "refresher", "method", "no-update", "policy", "unsafe-min", "ring", "hold-at",
                   "hangup-after", "mute-after", "calls", "speed", "log"):
        check("--" + option in done.stdout, "--%s is not in the help", option)
