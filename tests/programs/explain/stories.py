#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Calls as an operator sees them: dropped after 32 s, 15 minutes or half an hour, rejected by a
carrier, cut off by a firewall, ended by a proxy's own limit, seen in part.

The verdicts were written down before the program judged them. A verdict may be followed by the
findings that led to it, if they are worth checking: all others must be marked as harmless.

usage: stories.py SST-EXPLAIN
"""

import sys

from topologies import BY_UAC, BY_UAS, TIMER, Says, Story, compare

EXPIRED = 'Reason: SIP;cause=408;text="Session timer expired"'


def plain(path="AB", answer=None, timer=TIMER):
    """Set up at 1 s."""
    story = Story()
    story.there(0, path, "INVITE", 1, callee="", timer=timer)
    story.back(1, path, "200 INVITE", 1, timer=answer)
    story.there(1.1, path, "ACK", 1)
    return story


def zombie():
    story = plain(answer=BY_UAS)
    story.asked(4000, "AB", "BYE", 2)
    return story


def unacknowledged(story, at, cseq):
    """Retransmissions of the 2xx, as in RFC 3261 section 13.3.1.4."""
    for later in (0, 0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5):
        story.add(at + later, "B>A", "200 INVITE", cseq, timer=BY_UAC)


def no_ack():
    story = Story()
    story.there(0, "AB", "INVITE", 1, callee="", timer=TIMER)
    unacknowledged(story, 1, 1)
    story.asked(33, "BA", "BYE", 1, by_callee=True)
    return story


def no_ack_to_refresh():
    story = plain(answer=BY_UAC)
    story.there(901, "AB", "INVITE", 2, timer=BY_UAC)
    unacknowledged(story, 901.1, 2)
    story.asked(933.1, "BA", "BYE", 1, by_callee=True)
    return story


def proxy_limit(answer, refreshed=False):
    """The proxy hangs up on both, as dialog modules do when a call has lasted too long."""
    story = plain("APB", answer, TIMER if answer else None)
    if refreshed:
        story.asked(901, "APB", "UPDATE", 2, timer=BY_UAC, answer=BY_UAC)
    story.asked(1201, "PA", "BYE", 1, by_callee=True)
    story.asked(1201, "PB", "BYE", 3)
    return story


def quarter_of_an_hour():
    story = plain(timer=None)
    story.asked(901, "BA", "BYE", 1, by_callee=True)
    return story


def short():
    """96 s minus 32 s."""
    story = plain(answer="Session-Expires: 96;refresher=uas", timer="Session-Expires: 96")
    story.asked(65, "AB", "BYE", 2)
    return story


def refused(method, status):
    """Halfway through the interval, and given up at once."""
    story = plain(answer=BY_UAC)
    story.asked(901, "AB", method, 2, timer=BY_UAC, status=status)
    if method == "INVITE":
        story.there(901.15, "AB", "ACK", 2)
    story.asked(901.3, "AB", "BYE", 3)
    return story


def tried_again():
    story = plain(answer=BY_UAC)
    story.asked(901, "AB", "UPDATE", 2, timer=BY_UAC, status=503, more=["Retry-After: 5"])
    story.asked(911, "AB", "UPDATE", 3, timer=BY_UAC, answer=BY_UAC)
    story.asked(1500, "AB", "BYE", 4)
    return story


def binding_closed():
    story = plain(answer=BY_UAC)
    story.there(901, "AB", "UPDATE", 2, timer=BY_UAC)
    story.copies(901, "A>B", "UPDATE", 2, timer=BY_UAC)
    story.asked(933, "AB", "BYE", 3)
    return story


def connection_lost(method, by_callee):
    """Over TCP, without retransmissions: the refresh is not answered, the other side hangs up."""
    answer, path = (BY_UAS, "BA") if by_callee else (BY_UAC, "AB")
    story = plain(answer=answer)
    story.there(901, path, method, 1 + (not by_callee), timer=BY_UAC, by_callee=by_callee,
                over="TCP")
    story.asked(1769, path[::-1], "BYE", 1 + by_callee, by_callee=not by_callee, over="TCP")
    return story


def one_nat(at_once):
    """Two phones behind one address; the one with port 3333 answers, and does not refresh."""
    story = Story()
    story.there(0, "AP", "INVITE", 1, callee="", timer=TIMER)
    story.there(0.1, ("P", "C:2222"), "INVITE", 1, callee="", timer=TIMER)
    if at_once:
        story.there(0.1, ("P", "C:3333"), "INVITE", 1, callee="", timer=TIMER)
    else:
        story.back(0.3, ("P", "C:2222"), "486 INVITE", 1, callee="x")
        story.there(0.4, ("P", "C:2222"), "ACK", 1, callee="x")
        story.there(0.5, ("P", "C:3333"), "INVITE", 1, callee="", timer=TIMER)
    path = ("A", "P", "C:3333")
    story.back(2, path, "200 INVITE", 1, timer=BY_UAS)
    story.there(2.1, path, "ACK", 1)
    if at_once:
        story.asked(2.2, ("P", "C:2222"), "CANCEL", 1, callee="")
        story.back(2.4, ("P", "C:2222"), "487 INVITE", 1, callee="x")
        story.there(2.5, ("P", "C:2222"), "ACK", 1, callee="x")
    story.asked(1770, path, "BYE", 2)
    return story


def transferred():
    story = plain(answer=BY_UAC)
    story.asked(100, "AB", "REFER", 2, status=202)
    story.asked(101, "BA", "NOTIFY", 1, by_callee=True)
    story.asked(105, "AB", "BYE", 3)
    return story


def early_media(answer, more=()):
    """An UPDATE before the answer agrees on a timer; the 2xx to the INVITE decides."""
    story = Story()
    story.there(0, "AB", "INVITE", 1, callee="", timer=TIMER)
    story.back(0.5, "AB", "183 INVITE", 1)
    story.asked(0.8, "AB", "UPDATE", 2, timer=BY_UAC, answer=BY_UAC)
    story.back(5, "AB", "200 INVITE", 1, timer=answer)
    story.there(5.1, "AB", "ACK", 1)
    story.asked(1773, "BA", "BYE", 1, by_callee=True, more=more)
    return story


def collided():
    story = plain(answer=BY_UAC)
    story.there(901, "AB", "INVITE", 2, timer=BY_UAC)
    story.there(901.01, "BA", "INVITE", 1, by_callee=True, timer=BY_UAS)
    story.back(901.1, "AB", "491 INVITE", 2)
    story.back(901.1, "BA", "491 INVITE", 1, by_callee=True)
    story.there(901.2, "AB", "ACK", 2)
    story.there(901.2, "BA", "ACK", 1, by_callee=True)
    story.asked(903.5, "AB", "UPDATE", 3, timer=BY_UAC, answer=BY_UAC)
    story.asked(1500, "AB", "BYE", 4)
    return story


def begun_late(more=()):
    story = Story()
    story.asked(0, "AB", "BYE", 7, more=more)
    return story


def one_side():
    story = Story()
    story.there(0, "AB", "INVITE", 1, callee="", timer=TIMER)
    story.there(1.1, "AB", "ACK", 1)
    story.there(901, "AB", "UPDATE", 2, timer=BY_UAC)
    story.copies(901, "A>B", "UPDATE", 2, timer=BY_UAC)
    story.there(933, "AB", "BYE", 3, more=[EXPIRED])
    return story


NORMAL = ("ended_normally", "none", None)
INCOMPLETE = ("incomplete", "none", None)
UNKNOWN = ("no_timer", "none", None)
STORIES = [
    ("nobody hangs up", zombie(), ("kept_too_long", "caller", "A"),
     "refresh_missing callee", "bye_missing caller"),
    ("no ACK", no_ack(), ("ack_missing", "none", None), "ack_missing caller"),
    ("no ACK to the refresh", no_ack_to_refresh(), ("ack_missing", "none", None),
     "ack_missing caller"),
    ("a proxy's limit", proxy_limit(None), ("ended_otherwise", "proxy", "P"),
     Says("hung up on both sides"), "proxy_bye proxy"),
    ("a proxy's limit beside a timer", proxy_limit(BY_UAC, True), ("ended_otherwise", "proxy", "P")),
    ("a callee's limit", quarter_of_an_hour(), UNKNOWN),
    ("64 s", short(), ("not_refreshed", "callee", "B"), "refresh_missing callee"),
    ("503 to UPDATE", refused("UPDATE", 503), ("refresh_refused", "callee", "B")),
    ("405 to UPDATE", refused("UPDATE", 405), ("refresh_refused", "callee", "B")),
    ("488 to re-INVITE", refused("INVITE", 488), ("refresh_refused", "callee", "B")),
    ("481 to UPDATE", refused("UPDATE", 481), ("refresh_dialog_lost", "callee", "B")),
    ("503, tried again", tried_again(), NORMAL),
    ("a NAT binding closes", binding_closed(), ("refresh_unanswered", "callee", "B")),
    ("UPDATE over TCP", connection_lost("UPDATE", False), ("refresh_unanswered", "callee", "B"),
     "refresh_unanswered callee"),
    ("re-INVITE over TCP", connection_lost("INVITE", False),
     ("refresh_unanswered", "callee", "B")),
    ("UPDATE of the callee over TCP", connection_lost("UPDATE", True),
     ("refresh_unanswered", "caller", "A")),
    ("phones behind one NAT", one_nat(False), ("not_refreshed", "callee", "C")),
    ("phones behind one NAT at once", one_nat(True), ("not_refreshed", "callee", "C")),
    ("transferred", transferred(), NORMAL),
    ("early media", early_media(BY_UAC), ("not_refreshed", "caller", "A")),
    ("early media, no timer in the answer", early_media(None), UNKNOWN,
     Says("UPDATE before the answer")),
    ("early media, hung up for no timer", early_media(None, [EXPIRED]),
     ("hung_up_early", "callee", "B"), Says("UPDATE before the answer")),
    ("both at once", collided(), NORMAL),
    ("begun late", begun_late(), INCOMPLETE),
    ("begun late, for the timer", begun_late([EXPIRED]), INCOMPLETE),
    ("one side", one_side(), INCOMPLETE),
]


if __name__ == "__main__":
    sys.exit(compare(sys.argv[1], STORIES))
