"""Losses, duplicates, reordering, crossing requests, and middleboxes that rewrite messages."""

from flows import (answer_to, check_refresh, established, last_success, quiet_end, refreshes,
                   wait_refreshes)
from sstlab import check, equal

COMPACT = {"Session-Expires": "x", "Supported": "k", "Via": "v", "From": "f", "To": "t",
           "Call-ID": "i", "Contact": "m", "Content-Type": "c"}


def _agreed(lab, interval, side):
    """Exactly one negotiation in each log, with the same result."""
    for program, refresher in ((lab.caller, side), (lab.callee, {"local": "remote",
                                                                "remote": "local"}[side])):
        equal([(e["interval"], e["refresher"]) for e in program.all("negotiated")],
              [(interval, refresher)], "negotiations of %s" % program.name)
        quiet_end(program)


# Shows: EC-78
def lost_answer_to_an_update(lab):
    """A lost 200: UPDATE and 200 are retransmitted, and all together count as one refresh."""
    lab.speed = 450
    lab.new_relay().drop(200, to="UPDATE", times=1)
    lab.pair(["--session-expires", 1800], [])
    first, second = wait_refreshes(lab, "caller", "UPDATE", 2)
    lab.hang_up()
    lab.finish(caller=0, callee=0)
    copies = [d.copy for d in lab.wire.find("UPDATE", copies=True)
              if d.message.cseq == first.message.cseq]
    equal(copies, [False, True], "copies of the UPDATE")
    answers = lab.wire.find(200, to="UPDATE", copies=True)
    equal([d.copy for d in answers], [False, True, False], "copies of the 200")
    # The half counts from the UPDATE, not from the 200 that finally reached the caller (EC-132).
    lab.near(lab.span(first, second), 900, "refresh after the first one was sent")
    for program in (lab.caller, lab.callee):
        equal(len(program.all("refreshed")), len(lab.wire.find(200, to="UPDATE")), "refreshed")
    _agreed(lab, 1800, "local")


def lost_update(lab):
    """A lost UPDATE is retransmitted, with the same bytes."""
    lab.speed = 450
    lab.new_relay().drop("UPDATE", times=1)
    lab.pair(["--session-expires", 1800], [])
    wait_refreshes(lab, "caller", "UPDATE", 1)
    lab.hang_up()
    lab.finish(caller=0, callee=0)
    copies = lab.wire.find("UPDATE", copies=True)
    equal([d.copy for d in copies], [False, True], "UPDATEs")
    _agreed(lab, 1800, "local")


def lost_ack(lab):
    """A lost ACK: the 200 is retransmitted, and each time it gets an ACK again."""
    lab.new_relay().drop("ACK", times=2)
    lab.pair(["--session-expires", 90], [])
    lab.wire.wait(lambda: len(lab.wire.find("ACK", copies=True)) >= 3, 120)
    lab.hang_up()
    lab.finish(caller=0, callee=0)
    equal([d.copy for d in lab.wire.find("ACK", copies=True)], [False, True, True], "ACKs")
    equal([d.copy for d in lab.wire.find(200, to="INVITE", copies=True)], [False, True, True],
          "200s")
    for event, message in (("sent", "ACK"), ("received", 200)):
        entries = [e for e in lab.caller.all(event)
                   if message in (e.get("method"), e.get("status")) and e["cseq_method"] != "BYE"]
        equal([e["copy"] for e in entries], [False, True, True], "copies in the log")
    _agreed(lab, 90, "local")


def _late_ack(lab, lost, watchdog):
    """The first 200s get lost, and the caller falls silent; returns what the BYE must follow."""
    lab.fix_speed(30)
    between = lab.new_relay()
    between.drop(200, to="INVITE", times=lost)
    between.answer(408, "BYE")
    lab.pair(["--session-expires", 90, "--mute-after", 5], [])
    ack = established(lab)
    lab.finish(caller=0, callee=3)
    copies = [d.copy for d in lab.wire.find(200, to="INVITE", copies=True)]
    equal((copies[0], set(copies[1:])), (False, {True}), "copies of the 200")
    answer = lab.wire.find(200, to="INVITE")[0]
    lab.near(lab.span(answer, lab.wire.find("BYE")[0]), watchdog(lab.span(answer, ack)),
             "BYE after the first 200")


# Shows: EC-30
def lost_answer_to_the_invite(lab):
    """A lost 200 to the INVITE: the watching callee counts from the ACK (EC-30)."""
    _late_ack(lab, 1, lambda late: late + 60)


def answer_lost_again_and_again(lab):
    """It does so up to 32 s after the 200 (EC-30): here the ACK comes later."""
    def watchdog(late):
        check(late > 40, "the ACK came early")
        return 32 + 60
    _late_ack(lab, 2, watchdog)


def everything_twice(lab):
    """Each datagram twice: the second is logged as a copy and changes nothing."""
    lab.speed = 450
    lab.new_relay().duplicate()
    lab.pair(["--session-expires", 1800, "--hold-at", 300], ["--ring", 50])
    wait_refreshes(lab, "caller", "UPDATE", 2)
    lab.hang_up()
    lab.finish(caller=0, callee=0)
    for program in (lab.caller, lab.callee):
        seen = [e["copy"] for e in program.all("received")]
        check(seen.count(True) >= seen.count(False) - 1, "copies in the log: %s", seen)
        # The hold refreshes too.
        equal(len(program.all("refreshed")), len(lab.wire.find(200, to="UPDATE")) + 1, "refreshed")
    _agreed(lab, 1800, "local")


def answer_before_the_ringing(lab):
    """A 180 that arrives after the 200 changes nothing."""
    lab.speed = 40
    lab.new_relay().delay(0.4, 180)
    lab.pair(["--session-expires", 90], ["--ring", 2])
    lab.wait_event(lab.caller, "received", status=180)
    for request in wait_refreshes(lab, "caller", "UPDATE", 1):
        check_refresh(lab, request, 90)
    lab.hang_up()
    lab.finish(caller=0, callee=0)
    _agreed(lab, 90, "local")


def late_answers_to_refreshes(lab):
    """A delay of a third of a second each way is tolerated: half counts from sending (EC-132)."""
    lab.speed = 450
    between = lab.new_relay()
    between.delay(0.3, "UPDATE")
    between.delay(0.3, 200, to="UPDATE")
    lab.pair(["--session-expires", 1800], [])
    first, second = wait_refreshes(lab, "caller", "UPDATE", 2)
    lab.hang_up()
    lab.finish(caller=0, callee=0)
    lab.near(lab.span(first, second), 900, "refresh after the first one was sent")
    _agreed(lab, 1800, "local")


def compact_forms_on_the_wire(lab):
    """A middlebox that shortens x, k and all other names changes no negotiation."""
    lab.speed = 450

    def shorten(message):
        other = message.copy()
        other.fields = [(COMPACT.get(name, name), value) for name, value in message.fields]
        return other
    lab.new_relay().edit(shorten)
    lab.pair(["--session-expires", 90], ["--min-se", 1800])
    wait_refreshes(lab, "caller", "UPDATE", 2)
    lab.hang_up()
    lab.finish(caller=0, callee=0)
    short = [d for d in lab.wire.delivered["callee"] if b"\r\nx: " in d.data and
             b"\r\nk: " in d.data]
    check(len(short) >= 4, "only %d messages with x and k reached the callee", len(short))
    _agreed(lab, 1800, "local")


def folded_and_odd_spelling(lab):
    """Odd letter case, white space and folding of the values change no negotiation (EC-04)."""
    lab.speed = 450

    def spell(message):
        value = message.get("session-expires")
        if value is None:
            return None
        odd = value.replace(";", " ;\r\n\t").replace("=", " = ").replace("ua", "UA")
        return message.without("session-expires").with_field("SESSION-EXPIRES ", odd)
    lab.new_relay().edit(spell)
    lab.pair(["--session-expires", 1800, "--refresher", "uac"], ["--prefer-refresher", "uas"])
    wait_refreshes(lab, "caller", "UPDATE", 2)
    lab.hang_up()
    lab.finish(caller=0, callee=0)
    _agreed(lab, 1800, "local")


def _both_refresh(lab, method):
    """Both sides are led to believe that they refresh, and their first refreshes cross."""
    between = lab.new_relay()
    initial = []

    def claim(message):
        initial.append(message.branch)
        if message.branch != initial[0]:
            return None
        return message.with_field("Session-Expires", "90;refresher=uac")
    between.edit(claim, 200, to="INVITE")
    between.cross(lambda message: message.method == method and message.to_tag)
    lab.speed = 30
    lab.pair(["--session-expires", 90, "--method", method.lower()],
             ["--prefer-refresher", "uas", "--method", method.lower()])
    lab.wait_event(lab.caller, "refresh", method=method)
    lab.wait_event(lab.callee, "refresh", method=method)


# Shows: EC-52 EC-71
def crossing_reinvites(lab):
    """Both refresh at once by re-INVITE: 491 both ways (RFC 3261 §14.1), and a recovery."""
    _both_refresh(lab, "INVITE")
    lab.wait_wire(491, count=2)
    # One of them wins the second round, and names itself.
    check(lab.wire.wait(lambda: any(answer_to(lab, r) for side in ("caller", "callee")
                                    for r in refreshes(lab, side)), 120), "no refresh came through")
    check(lab.wire.wait(lambda: sum(bool(answer_to(lab, r)) for side in ("caller", "callee")
                                    for r in refreshes(lab, side)) >= 3, 120), "no three refreshes")
    lab.hang_up()
    lab.finish(caller=0, callee=0)
    equal(sorted(d.sender for d in lab.wire.find(491)), ["callee", "caller"], "491s")
    quiet_end(lab.caller)
    quiet_end(lab.callee)


# Shows: EC-73
def crossing_updates(lab):
    """Both refresh at once by UPDATE without an offer: both get 200 (RFC 5407 §3.3.2)."""
    _both_refresh(lab, "UPDATE")
    check(lab.wire.wait(lambda: sum(bool(answer_to(lab, r)) for side in ("caller", "callee")
                                    for r in refreshes(lab, side)) >= 4, 120), "no four refreshes")
    lab.hang_up()
    lab.finish(caller=0, callee=0)
    equal(lab.wire.find(491), [], "491s")
    quiet_end(lab.caller)
    quiet_end(lab.callee)


def hold_that_crosses_a_refresh(lab):
    """The watcher's hold crosses a refreshing re-INVITE: 491, and the timer goes on."""
    lab.speed = 30
    lab.new_relay().cross(lambda message: message.method == "INVITE" and message.to_tag)
    lab.pair(["--session-expires", 90, "--method", "invite"], ["--hold-at", 46])
    lab.wait_wire(491, count=2)
    check(lab.wire.wait(lambda: sum(bool(answer_to(lab, r)) for r in refreshes(lab, "caller")) >= 2,
                        15), "no two refreshes after the crossing")
    check(any(answer_to(lab, r) for r in refreshes(lab, "callee")), "the hold was not tried again")
    lab.hang_up()
    lab.finish(caller=0, callee=0)
    for program, side in ((lab.caller, "local"), (lab.callee, "remote")):
        equal({(e["interval"], e["refresher"]) for e in program.all("negotiated")}, {(90, side)},
              "negotiations of %s" % program.name)
        quiet_end(program)


# Shows: 7.4-15
def record_route_is_followed(lab):
    """Two Record-Routes: Route has them in each direction's order; Contact is the target."""
    lab.speed = 450
    between = lab.new_relay()
    near, far = ["<sip:%s:%d;lr>" % (lab.host, between.port(side)) for side in
                 ("caller", "callee")]

    def record_route(message):
        if message.to_tag:
            return None
        return message.with_first("Record-Route", near).with_first("Record-Route", far)
    between.edit(record_route, "INVITE", by="caller")
    seen = []

    @between.rule
    def loose_route(datagram):
        message = datagram.message
        if message.is_request and message.to_tag:
            seen.append(datagram)
            return [(0, message.without("route").encode())]
        return None
    # Without --contact, Contact is the programs' own address, and only Route leads to the relay.
    lab.pair(["--session-expires", 1800, "--hold-at", 200], ["--hold-at", 400], contacts=False)
    wait_refreshes(lab, "caller", "UPDATE", 2)
    lab.hang_up()
    lab.finish(caller=0, callee=0)
    address = {program.name: "%s:%d" % (lab.host, program.address[1])
               for program in (lab.caller, lab.callee)}
    for datagram in seen:
        message = datagram.message
        wanted = [near, far] if datagram.sender == "caller" else [far, near]
        equal([route.replace(" ", "") for route in message.list("route")], wanted,
              "Route of the %s by the %s" % (message.method, datagram.sender))
        other = "callee" if datagram.sender == "caller" else "caller"
        check(address[other] in message.uri, "request URI %s, the target is %s", message.uri,
              address[other])
    check({"ACK", "INVITE", "UPDATE", "BYE"} <= {d.message.method for d in seen},
          "not all methods passed the proxies")


def proxy_asks_for_a_timer(lab):
    """A proxy's Session-Expires in the INVITE is answered, and the caller refreshes (§8.1)."""
    lab.new_relay().edit(lambda m: m.with_field("Session-Expires", "300"), "INVITE")
    lab.pair()
    lab.wait_event(lab.caller, "negotiated", interval=300, refresher="local")
    lab.wait_event(lab.callee, "negotiated", interval=300, refresher="remote")
    lab.hang_up()
    lab.finish(caller=0, callee=0)


def proxy_answers_for_the_callee(lab):
    """A proxy's Session-Expires in the 2xx of a callee without the extension is honoured (§8.2)."""
    lab.speed = 450
    between = lab.new_relay()

    def insert(message):
        return message.with_field("Session-Expires", "1800;refresher=uac") \
            .with_field("Require", "timer")
    between.edit(insert, 200, to="INVITE")
    between.edit(insert, 200, to="UPDATE")
    lab.pair(["--session-expires", 1800], ["--mode", "off"])
    wait_refreshes(lab, "caller", "UPDATE", 3)
    lab.hang_up()
    lab.finish(caller=0, callee=0)
    equal([(e["interval"], e["refresher"]) for e in lab.caller.all("negotiated")],
          [(1800, "local")], "negotiations of the caller")


def garbage_in_between(lab):
    """Malformed datagrams in the middle of a call change nothing and crash no program."""
    lab.speed = 450
    lab.lenient = True
    between = lab.new_relay()
    garbage = [b"", b"\0", b"\r\n\r\n", b"\xff" * 1500, b"INVITE", b"SIP/2.0 200 OK\r\n\r\n",
               b"INVITE sip:x SIP/2.0\r\nVia: \r\nCSeq: x\r\n\r\n", b"A" * 60000,
               b"SIP/2.0 99999999999 X\r\nCSeq: 99999999999999999999 INVITE\r\n\r\n",
               b"UPDATE sip: SIP/2.0\r\nCall-ID: \r\nFrom: <\r\nTo: \"\r\n\r\n"]

    @between.rule
    def inject(datagram):
        message = datagram.message
        if message is None:
            return []
        pieces = [(0, data) for data in garbage]
        # The same in another dialog, cut off at many places: shorter than its Content-Length.
        other = message.with_field("Call-ID", "other").encode().replace(b"z9hG4bK", b"z9hG4bKother")
        pieces += [(0, other[:cut]) for cut in range(20, len(other) - 1, 97)]
        return pieces + [(0, datagram.data)]
    lab.pair(["--session-expires", 1800], [])
    wait_refreshes(lab, "caller", "UPDATE", 2)
    lab.hang_up()
    lab.finish(caller=0, callee=0)
    _agreed(lab, 1800, "local")
