# SPDX-License-Identifier: MIT
"""The messages of a capture as PBXs and proxies print them, seen by the host at the callee's end.
"""

import datetime
import json

import streams


def moment(at):
    return datetime.datetime.fromtimestamp(at, datetime.timezone.utc)


def ways(packets):
    """(time, whether it was received, the other end, source, target, text) of each message."""
    sent = streams.messages(packets)
    here = sent[0][2]
    for at, source, target, data in sent:
        yield (moment(at), source != here, source if source != here else target, source, target,
               data.decode())


def asterisk(packets):
    for when, received, peer, _, _, text in ways(packets):
        word = "Received" if received else "Transmitting"
        kind = "response" if text.startswith("SIP/2.0") else "request"
        yield (f"[{when:%Y-%m-%d %H:%M:%S.%f}] VERBOSE[4711] res_pjsip_logger.c: <--- {word} SIP "
               f"{kind} ({len(text)} bytes) {'from' if received else 'to'} UDP:{peer}:5060 --->\n"
               f"{text}\n")
        yield f"[{when:%Y-%m-%d %H:%M:%S.%f}] VERBOSE[4711] pbx.c: Executing [1@in:1] Answer()\n"


def freeswitch(packets):
    line = "   " + "-" * 72 + "\n"
    for when, received, peer, _, _, text in ways(packets):
        word = "recv" if received else "send"
        body = "".join(f"   {part}\n" for part in text.split("\r\n"))
        yield (f"{word} {len(text)} bytes {'from' if received else 'to'} udp/[{peer}]:5060 at "
               f"{when:%H:%M:%S.%f}:\n{line}{body}{line}")


def kamailio(packets):
    for when, received, _, source, target, text in ways(packets):
        yield ("====================\n"
               f"tag: {'rcv' if received else 'snd'}\npid: 7\nprocess: 2\n"
               f"time: {when.timestamp():.6f}\ndate: {when:%a %b %d %H:%M:%S %Y}\n"
               f"proto: udp ipv4\nsrcip: {source}\nsrcport: 5060\ndstip: {target}\n"
               f"dstport: 5060\n~~~~~~~~~~~~~~~~~~~~\n{text}||||||||||||||||||||\n")


def opensips(packets):
    for when, _, _, source, target, text in ways(packets):
        yield (f"{when:%Y-%m-%dT%H:%M:%S.%f}Z opensips[7]: trace {source}:5060 -> {target}:5060\n"
               f"{text}\n")


def pjsip(packets):
    for when, received, peer, _, _, text in ways(packets):
        word = "RX" if received else "TX"
        yield (f"{when:%H:%M:%S}.{when.microsecond // 1000:03d}           pjsua_core.c  .{word} "
               f"{len(text)} bytes {'Response' if text.startswith('SIP/2.0') else 'Request'} msg "
               f"{'from' if received else 'to'} UDP {peer}:5060:\n{text}\n--end msg--\n")


def sst_ua(packets):
    """The lines of sst-ua's JSON log that contain messages."""
    start = packets[0][0]
    for when, received, _, _, _, text in ways(packets):
        lines = text.split("\r\n\r\n")[0].split("\r\n")
        fields = dict(line.split(": ", 1) for line in lines[1:])
        number, method = fields["CSeq"].split()
        line = {"t": round(when.timestamp() - start, 3), "real": 0.0, "call": fields["Call-ID"],
                "event": "received" if received else "sent"}
        if lines[0].startswith("SIP/2.0"):
            line["status"] = int(lines[0].split()[1])
        else:
            line["method"] = lines[0].split()[0]
        line.update(cseq=int(number), cseq_method=method, copy=False)
        if "Session-Expires" in fields:
            interval, *more = fields["Session-Expires"].split(";refresher=")
            line["session_expires"] = int(interval)
            if more:
                line["refresher"] = more[0]
        if "Supported" in fields:
            line["supported_timer"] = "timer" in fields["Supported"]
        if "Require" in fields:
            line["require_timer"] = "timer" in fields["Require"]
        if "Reason" in fields:
            line["reason"] = fields["Reason"]
        yield json.dumps(line) + "\n"


ALL = {"asterisk": asterisk, "freeswitch": freeswitch, "kamailio": kamailio, "opensips": opensips,
       "pjsip": pjsip, "sst-ua": sst_ua}
