"""The laboratory itself: its parser, its rules and its relay detect what they should."""

import lint
import logschema
import scripted
import sipwire
import wire
from sstlab import check, equal, take_next

REQUEST = """\
INVITE sip:b@127.0.0.1:5070 SIP/2.0
v: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bKa;rport
Max-Forwards: 70
From: "A, <b>" <sip:a@127.0.0.1>;tag=1
t: <sip:b@127.0.0.1:5070>
Call-ID: c1
CSeq: 7 INVITE
m: <sip:a@127.0.0.1:5060>
Supported: 100rel,
\ttimer
k: replaces
x: 1800;refresher=uac
Min-SE: 90
Content-Type: application/sdp
l: %d

"""
BODY = "v=0\r\no=- 5 1 IN IP4 127.0.0.1\r\ns=-\r\na=sendonly\r\n"


def _message(*changes):
    """The bytes of REQUEST with texts replaced: old, new, old, new."""
    text = (REQUEST % len(BODY)).replace("\n", "\r\n")
    for old, new in zip(changes[::2], changes[1::2]):
        check(old in text, "nothing to replace: %s", old)
        text = text.replace(old, new)
    return (text + BODY).encode()


def _problems(datas, delivered=(), **rules):
    """What the rules say about these datagrams of a program."""
    record = wire.Wire()
    for data in delivered:
        record.deliver("ua", data)
    sent = [record.record("ua", "-", data) for data in datas]
    return lint.Rules("ua", **rules).problems(sent, record.delivered.get("ua", []))


def lab_reads_sip(lab):
    """Compact forms, folding, lists over several lines, quoted commas, and a body."""
    del lab
    message = sipwire.Message.parse(_message())
    equal(message.tokens("supported"), ["100rel", "timer", "replaces"], "Supported")
    equal(message.session_expires, (1800, "uac"), "Session-Expires")
    equal((message.from_tag, message.to_tag, message.branch), ("1", None, "z9hG4bKa"), "tags")
    equal(message.contact, "sip:a@127.0.0.1:5060", "Contact")
    equal((message.origin, message.direction), ("o=- 5 1 IN IP4 127.0.0.1", "sendonly"), "SDP")
    again = sipwire.Message.parse(message.encode())
    equal([field for field in again.fields if field[0] != "Content-Length"],
          [field for field in message.fields if field[0] != "l"], "fields after writing")
    for bad in (b"", b"INVITE sip:x SIP/2.0\r\n\r\n", _message()[:100],
                _message("CSeq: 7 INVITE", "CSeq: 7 UPDATE")):
        try:
            sipwire.Message.parse(bad)
        except ValueError:
            continue
        check(False, "read as SIP: %r", bad)


def lab_notices_bad_requests(lab):
    """Each rule for requests is broken once and must be reported."""
    del lab
    equal(_problems([_message()]), [], "problems of a valid request")
    wrong = [("Session-Expires is below the minimum", "x: 1800", "x: 89"),
             ("Session-Expires is below the minimum", "Min-SE: 90", "Min-SE: 2000"),
             ("Min-SE is below 90", "Min-SE: 90", "Min-SE: 30"),
             ("malformed Session-Expires", "refresher=uac", "refresher=me"),
             ("session-expires stands there twice", "k: replaces", "Session-Expires: 1800"),
             ("supported names something twice", "k: replaces", "k: timer"),
             ("no Supported: timer", "timer", "tomato"),
             ("no Contact", "m: <", "s: <"),
             ("branch", "z9hG4bK", "1"),
             ("no max-forwards", "Max-Forwards: 70\r\n", ""),
             ("Content-Length", "l: ", "l: 1"),
             ("no tag in From", ";tag=1", "")]
    for text, old, new in wrong:
        found = "; ".join(_problems([_message(old, new)]))
        check(text in found, "%s not noticed: %r", text, found)
    check("mode off" in _problems([_message()], timer=False)[0], "mode off not noticed")
    equal(_problems([_message("x: 1800", "x: 20", "Min-SE: 90", "Min-SE: 10")], floor=10), [],
          "problems with an unsafe minimum")


def _answer(request, status, *lines):
    """What a scripted peer would answer, as bytes."""
    peer = scripted.Peer(wire.Wire(), "ua")
    try:
        request.source = ("127.0.0.1", peer.port)
        return peer.answer(request, status, *lines).encode()
    finally:
        peer.close()


def lab_notices_bad_responses(lab):
    """Each rule for responses is broken once and must be reported (RFC 4028 §6, §9)."""
    del lab
    asked = _message()
    request = sipwire.Message.parse(asked)
    plain = sipwire.Message.parse(_message("\ttimer", "\ttomato"))
    good = _answer(request, 200, *scripted.timer("1800;refresher=uac"))
    equal(_problems([good], [asked]), [], "problems of a valid response")
    check("answers no request" in _problems([good])[0], "an answer to nothing is not noticed")
    cases = [("not answered", request, 200, []),
             ("Require: timer is missing", request, 200,
              scripted.timer("1800;refresher=uac", False)),
             ("overrides the refresher", request, 200, scripted.timer("1800;refresher=uas")),
             ("increases the interval", request, 200, scripted.timer("1900;refresher=uac")),
             ("no refresher", request, 200, scripted.timer("1800")),
             ("Min-SE does not belong here", request, 200,
              scripted.timer("1800;refresher=uac") + ["Min-SE: 90"]),
             ("422 without Min-SE", request, 422, []),
             ("Session-Expires does not belong here", request, 422,
              ["Min-SE: 90", "Session-Expires: 90"]),
             ("refresher has to be uas", plain, 200, scripted.timer("1800;refresher=uac", False)),
             ("Require: timer is not allowed", plain, 200, scripted.timer("1800;refresher=uas"))]
    for text, message, status, lines in cases:
        found = "; ".join(_problems([_answer(message, status, *lines)], [message.encode()]))
        check(text in found, "%s not noticed: %r", text, found)


def lab_notices_bad_sequences(lab):
    """A CSeq that does not rise by one, and origin lines that do not fit the description."""
    del lab
    first = sipwire.Message.parse(_message())

    def next_one(cseq, body):
        message = first.with_field("CSeq", "%d INVITE" % cseq)
        message.body = body.encode()
        return message.encode()
    data = first.encode()
    equal(_problems([data, next_one(8, BODY)]), [], "problems of a valid sequence")
    for cseq in (7, 6, 9):
        check("comes after" in "".join(_problems([data, next_one(cseq, BODY + "a=x\r\n")])),
              "CSeq %d after 7 not noticed", cseq)
    for body in (BODY.replace("sendonly", "sendrecv"), BODY.replace("- 5 1", "- 5 0"),
                 BODY.replace("- 5 1", "- 6 2"),
                 BODY.replace("- 5 1", "- 5 3").replace("sendonly", "sendrecv")):
        check("origin" in "".join(_problems([data, next_one(8, body)])), "%r not noticed", body)
    changed = BODY.replace("- 5 1", "- 5 2").replace("sendonly", "sendrecv")
    equal(_problems([data, next_one(8, changed)]), [], "problems of a valid change")


def lab_notices_bad_logs(lab):
    """Missing, unknown and mistyped keys, wrong order, and a clock that does not match."""
    del lab
    listening = {"t": 0.0, "real": 0.0, "event": "listening", "address": "127.0.0.1", "port": 1}
    sent = {"t": 2.0, "real": 0.1, "call": "c", "event": "sent", "method": "BYE", "cseq": 1,
            "cseq_method": "BYE", "copy": False, "supported_timer": True, "reason": "SIP"}
    equal(logschema.log_problems([listening, sent], 20), [], "problems of a valid log")
    wrong = [dict(sent, surprise=1), dict(sent, cseq="1"), dict(sent, copy=0), dict(sent, t=1.0),
             dict(sent, status=200), dict(sent, event="other"), dict(sent, call=None),
             {key: value for key, value in sent.items() if key != "cseq_method"},
             dict(sent, method="INVITE"), dict(sent, min_se=True),
             {"t": 2.0, "real": 0.1, "call": "c", "event": "negotiated", "interval": 0,
              "refresher": "local"},
             {"t": 2.0, "real": 0.1, "call": "c", "event": "ended"}]
    for entry in wrong:
        check(logschema.log_problems([listening, entry], 20), "not noticed: %r", entry)
    check(logschema.log_problems([sent, listening], 20), "wrong order not noticed")
    check(logschema.log_problems([], 20), "an empty log not noticed")


def lab_allows_for_copies_that_wait(lab):
    """Only a retransmitted INVITE that arrived before its call may be logged after the ACK."""
    del lab
    invite, copy = ({"method": "INVITE", "cseq": 1, "copy": number > 0} for number in range(2))
    ack, bye = ({"method": method, "cseq": 1, "copy": False} for method in ("ACK", "BYE"))
    for lines, good in (([invite, copy, ack, bye], True), ([invite, ack, bye, copy], True),
                        ([copy, invite, ack, bye], False), ([invite, copy, bye, ack], False),
                        ([ack, invite, copy, bye], False)):
        waiting = [invite, copy, ack, bye]
        equal(all([take_next(waiting, line) == line for line in lines]), good, "%s" % lines)
        equal(waiting, [], "datagrams without a line")


def lab_relays_and_records(lab):
    """The relay forwards both ways, records, drops, edits, duplicates, delays, and makes messages
    cross.
    """
    between = lab.new_relay()
    caller, callee = lab.peer("caller"), lab.peer("callee")
    between.names = {"caller": "left", "callee": "right"}
    between.start(("127.0.0.1", callee.port))
    caller.aim(("127.0.0.1", between.port("caller")))
    between.drop("PUBLISH", times=1)
    between.edit(lambda m: m.with_field("Session-Expires", "99"), "UPDATE", by="left")
    between.duplicate("INFO")
    between.delay(0.2, "OPTIONS")
    for method in ("PUBLISH", "OPTIONS", "UPDATE", "INFO", "PUBLISH"):
        caller.request(method)
    for method in ("UPDATE", "INFO", "PUBLISH", "OPTIONS"):
        request = callee.expect(method)
        equal(request.session_expires, (99, None) if method == "UPDATE" else None, method)
    callee.answer(request, 200)
    equal(caller.expect(200).cseq.method, "OPTIONS", "answer through the relay")
    check(lab.wire.find(200, by="right")[0].time - lab.wire.find("OPTIONS", by="left")[0].time
          >= 0.2, "no delay")
    equal([d.message.method for d in lab.wire.find(by="left") if d.fate],
          ["PUBLISH", "OPTIONS", "UPDATE", "INFO"], "what the relay touched")
    between.cross(lambda message: message.method == "REFER")
    callee.aim(("127.0.0.1", between.port("callee")))
    caller.request("REFER")
    callee.silence(0.1)
    callee.request("REFER")
    equal((caller.expect("REFER").method, callee.expect("REFER").method), ("REFER",) * 2, "cross")
