#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Calls with several hops and dialogs: another target is tried, several phones ring, a Call-ID is
used again, two proxies or a B2BUA are in between, a request comes back to a host it has passed.

The verdicts follow from the stories: the refresher is the one that the 2xx names, and without a
refresh the other side hangs up min(32, interval / 3) seconds before the end (RFC 4028 sections 7.2,
9 and 10). An element is to blame for what entered it on one side and did not leave it on the other.

usage: topologies.py SST-EXPLAIN
"""

import json
import pathlib
import subprocess
import sys
import tempfile

import pcapfile

START = 1767225600
TIMER = "Session-Expires: 1800"
BY_UAC, BY_UAS = TIMER + ";refresher=uac", TIMER + ";refresher=uas"
SDP = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n" \
      "m=audio 9 RTP/AVP 0\r\n"


def address(name):
    """A to Z, with a port if one host has several: A:2222."""
    letter, _, port = name.partition(":")
    return f"192.0.2.{ord(letter) - ord('A') + 1}", int(port or 5060)


class Says(str):
    """A part of the sentence that must appear."""


class Story:
    """Messages of one Call-ID. caller, callee: the tags; the initial INVITE has no tag of the
    callee.
    """

    def __init__(self):
        self.packets = []

    def add(self, at, way, what, cseq, caller="a", callee="b", timer=None, by_callee=False,
            more=(), over="UDP"):
        status, _, method = what.rpartition(" ")
        source, target = (address(name) for name in way.split(">"))
        ends = [f"<sip:a@example.com>;tag={caller}",
                "<sip:b@example.com>" + (f";tag={callee}" if callee else "")]
        start = f"SIP/2.0 {status} X" if status else f"{method} sip:b@example.com SIP/2.0"
        body = SDP if method == "INVITE" and (not status or status == "200") else ""
        head = [start, f"Via: SIP/2.0/{over} 192.0.2.99;branch=z9hG4bK{len(self.packets)}",
                "From: " + ends[by_callee], "To: " + ends[not by_callee],
                "Call-ID: story@example.com", f"CSeq: {cseq} {method}",
                "Contact: <sip:c@example.com>", "Supported: timer",
                "Allow: INVITE, ACK, BYE, CANCEL, UPDATE", *more]
        if timer:
            head += [timer] + ["Require: timer"] * bool(status)
        if body:
            head.append("Content-Type: application/sdp")
        head.append(f"Content-Length: {len(body)}")
        data = ("\r\n".join(head) + "\r\n\r\n" + body).encode()
        self.packets.append((START + at, pcapfile.ipv4(
            source[0], target[0], 17,
            pcapfile.udp(source[0], target[0], data, (source[1], target[1])))))

    def there(self, at, path, what, cseq, **more):
        """A request along all the hops of a path."""
        for index, (source, target) in enumerate(zip(path, path[1:])):
            self.add(at + index / 100, f"{source}>{target}", what, cseq, **more)

    def back(self, at, path, what, cseq, **more):
        self.there(at, path[::-1], what, cseq, **more)

    def asked(self, at, path, what, cseq, answer=None, status=200, **more):
        """A request there and its response back. answer: the timer of the response."""
        self.there(at, path, what, cseq, **more)
        self.back(at + 0.1, path, f"{status} {what}", cseq, **{**more, "timer": answer})

    def set_up(self, at, path, cseq, answer, caller="a", callee="b", acked=True):
        self.there(at, path, "INVITE", cseq, caller=caller, callee="", timer=TIMER)
        self.back(at + 1, path, "200 INVITE", cseq, caller=caller, callee=callee, timer=answer)
        if acked:
            self.there(at + 1.1, path, "ACK", cseq, caller=caller, callee=callee)

    def refused(self, at, path, cseq, status, caller="a"):
        self.there(at, path, "INVITE", cseq, caller=caller, callee="", timer=TIMER)
        self.back(at + 0.1, path, f"{status} INVITE", cseq, caller=caller, callee="x")
        self.there(at + 0.2, path, "ACK", cseq, caller=caller, callee="x")

    def copies(self, at, way, what, cseq, **more):
        """Retransmitted as in RFC 3261 section 17.1.2.2."""
        for later in (0.5, 1.5, 3.5, 7.5):
            self.add(at + later, way, what, cseq, **more)


def another_target(first, cseq=2):
    """A tries P, then Q, which does not refresh: 10 + 1 + 1800 - 32 s."""
    story = Story()
    if first:
        story.refused(0, "AP", 1, first)
    else:
        story.there(0, "AP", "INVITE", 1, callee="", timer=TIMER)
        story.copies(0, "A>P", "INVITE", 1, callee="", timer=TIMER)
    story.set_up(10, "AQ", cseq, BY_UAS)
    story.asked(1779.5, "AQ", "BYE", cseq + 1)
    return story


def target_forgets():
    story = Story()
    story.refused(0, "AP", 1, 503)
    story.set_up(1, "AQ", 2, BY_UAC)
    story.asked(902, "AQ", "UPDATE", 3, timer=BY_UAC, status=481)
    story.asked(902.4, "AQ", "BYE", 4, status=481)
    return story


def used_again():
    """The Call-ID of a rejected call is used again; the new call has its own tags."""
    story = Story()
    story.refused(0, "AB", 1, 486, caller="old")
    story.set_up(10, "AB", 1, BY_UAS)
    story.asked(1779.5, "AB", "BYE", 2)
    return story


def one_after_another(lost):
    """B is busy, P tries C, which does not refresh or does not answer a refresh."""
    story = Story()
    story.there(0, "AP", "INVITE", 1, callee="", timer=TIMER)
    story.refused(0.1, "PB", 1, 486)
    story.there(0.5, "PC", "INVITE", 1, callee="", timer=TIMER)
    answer = BY_UAC if lost else BY_UAS
    story.back(2, "APC", "200 INVITE", 1, timer=answer)
    story.there(2.1, "APC", "ACK", 1)
    if not lost:
        story.asked(1770.5, "APC", "BYE", 2)
        return story
    story.there(902, "APC", "UPDATE", 2, timer=BY_UAC)
    story.copies(902, "P>C", "UPDATE", 2, timer=BY_UAC)
    story.add(934.1, "P>A", "408 UPDATE", 2)
    story.asked(934.2, "APC", "BYE", 3)
    return story


def at_once(refreshed):
    """B and C ring, C answers, B is cancelled after that."""
    story = Story()
    story.there(0, "AP", "INVITE", 1, callee="", timer=TIMER)
    story.there(0.1, "PB", "INVITE", 1, callee="", timer=TIMER)
    story.there(0.1, "PC", "INVITE", 1, callee="", timer=TIMER)
    story.back(5, "APC", "200 INVITE", 1, timer=BY_UAC if refreshed else BY_UAS)
    story.there(5.1, "APC", "ACK", 1)
    story.asked(5.2, "PB", "CANCEL", 1, callee="")
    story.back(5.4, "PB", "487 INVITE", 1, callee="x")
    story.there(5.5, "PB", "ACK", 1, callee="x")
    if refreshed:
        story.asked(905, "APC", "UPDATE", 2, timer=BY_UAC, answer=BY_UAC)
        story.asked(1700, "APC", "BYE", 3)
    else:
        story.asked(1773.5, "APC", "BYE", 2)
    return story


def both_answer(kept, refreshed=False):
    """Two phones answer through a proxy outside the capture; one of them gets a BYE at once."""
    story = Story()
    story.set_up(0, "AP", 1, BY_UAC if refreshed else BY_UAS, callee="first")
    story.back(1.2, "AP", "200 INVITE", 1, callee="other", timer=BY_UAC if refreshed else BY_UAS)
    story.there(1.3, "AP", "ACK", 1, callee="other")
    story.asked(1.4, "AP", "BYE", 2, callee="other" if kept == "first" else "first")
    if refreshed:
        story.asked(901, "AP", "UPDATE", 2, callee=kept, timer=BY_UAC, answer=BY_UAC)
        story.asked(1300, "AP", "BYE", 3, callee=kept)
    else:
        story.asked(1770, "AP", "BYE", 2, callee=kept)
    return story


def both_phones_answer():
    """B and C answer, and P's hops show both. B's dialog is ended, C does not refresh."""
    story = Story()
    story.there(0, "AP", "INVITE", 1, callee="", timer=TIMER)
    story.there(0.1, "PB", "INVITE", 1, callee="", timer=TIMER)
    story.there(0.1, "PC", "INVITE", 1, callee="", timer=TIMER)
    for at, path, tag in ((1, "APB", "b"), (1.2, "APC", "c")):
        story.back(at, path, "200 INVITE", 1, callee=tag, timer=BY_UAS)
        story.there(at + 0.05, path, "ACK", 1, callee=tag)
    story.asked(1.5, "APB", "BYE", 2, callee="b")
    story.asked(1770, "APC", "BYE", 2, callee="c")
    return story


def not_acknowledged():
    """The second never gets its ACK and gives up; the first call goes on and ends as usual."""
    story = Story()
    story.set_up(0, "AP", 1, BY_UAS, callee="first")
    for later in (0, 0.5, 1.5, 3.5, 7.5, 11.5):
        story.back(1.2 + later, "AP", "200 INVITE", 1, callee="other", timer=BY_UAS)
    story.asked(33.3, "PA", "BYE", 1, callee="other", by_callee=True, status=481)
    story.asked(900, "PA", "UPDATE", 1, callee="first", by_callee=True, timer=BY_UAC,
                answer=BY_UAC)
    story.asked(1200, "PA", "BYE", 2, callee="first", by_callee=True)
    return story


def two_proxies(tells):
    """The second proxy does not forward the refresh; the first gives up, or leaves that to the
    caller.
    """
    story = Story()
    story.set_up(0, "APQB", 1, BY_UAC)
    story.there(901, "APQ", "UPDATE", 2, timer=BY_UAC)
    story.copies(901.01, "P>Q", "UPDATE", 2, timer=BY_UAC)
    if tells:
        story.add(933.1, "P>A", "408 UPDATE", 2)
    else:
        story.copies(901, "A>P", "UPDATE", 2, timer=BY_UAC)
    story.asked(933.2, "APQB", "BYE", 3)
    return story


def two_proxies_answering():
    """The second proxy answers the refresh itself: the callee gets none, and hangs up 1768 s after
    its 2xx."""
    story = Story()
    story.set_up(0, "APQB", 1, BY_UAC)
    story.asked(901, "APQ", "UPDATE", 2, timer=BY_UAC, answer=BY_UAC)
    story.asked(1769, "BQPA", "BYE", 1, by_callee=True)
    return story


def turned_by_a_proxy():
    """P turns the caller's role into the callee's: both wait for each other's refresh."""
    story = Story()
    story.there(0, "APB", "INVITE", 1, callee="", timer=TIMER)
    story.add(1, "B>P", "200 INVITE", 1, timer=BY_UAC)
    story.add(1.01, "P>A", "200 INVITE", 1, timer=BY_UAS)
    story.there(1.1, "APB", "ACK", 1)
    story.asked(1769, "BPA", "BYE", 1, by_callee=True)
    return story


def b2bua(refreshing):
    """Both legs have one Call-ID. Only one leg is refreshed, by its refresher; it ends because the
    other one does, 1 + 1800 - 32 s after the beginning."""
    story = Story()
    story.there(0, "AP", "INVITE", 1, callee="", timer=TIMER)
    story.there(0.1, "PB", "INVITE", 1, caller="p", callee="", timer=TIMER)
    story.back(1, "PB", "200 INVITE", 1, caller="p", timer=BY_UAC)
    story.back(1.1, "AP", "200 INVITE", 1, timer=BY_UAC)
    story.there(1.2, "AP", "ACK", 1)
    story.there(1.3, "PB", "ACK", 1, caller="p")
    story.asked(901, refreshing, "UPDATE", 2, caller="ap"[refreshing == "PB"], timer=BY_UAC,
                answer=BY_UAC)
    if refreshing == "AP":
        story.asked(1769.1, "BP", "BYE", 1, caller="p", by_callee=True)
        story.asked(1769.3, "PA", "BYE", 1, by_callee=True)
    else:
        story.asked(1769.2, "PA", "BYE", 1, by_callee=True)
        story.asked(1769.4, "PB", "BYE", 3, caller="p")
    return story


def comes_back(path, refreshed):
    """The INVITE passes P twice, by way of Q; later requests take another path."""
    story = Story()
    story.set_up(0, "APQPB", 1, BY_UAC, acked=False)
    story.there(1.2, path, "ACK", 1)
    if refreshed:
        story.asked(901, path, "UPDATE", 2, timer=BY_UAC, answer=BY_UAC)
        story.asked(1700, path, "BYE", 3)
    else:
        story.asked(1769.5, path[::-1], "BYE", 1, by_callee=True)
    return story


def behind_one_nat():
    """Caller and callee have one address; the callee does not answer the refresh."""
    story, path = Story(), ("A:1111", "P", "A:2222")
    story.set_up(0, path, 1, BY_UAC)
    story.there(901, path, "UPDATE", 2, timer=BY_UAC)
    story.copies(901.01, "P>A:2222", "UPDATE", 2, timer=BY_UAC)
    story.add(933.1, "P>A:1111", "408 UPDATE", 2)
    story.asked(933.2, path, "BYE", 3)
    return story


def compare(program, stories):
    """Stories by name, each with the verdict, who and where, what led to it if that matters, and
    what the sentence says. Every side that is named gets advice. @return the exit status"""
    problems = []
    with tempfile.TemporaryDirectory() as folder:
        capture = pathlib.Path(folder) / "call.pcap"
        for name, story, (verdict, who, place), *causes in stories:
            pcapfile.write(capture, sorted(story.packets, key=lambda packet: packet[0]))
            done = subprocess.run([program, "--no-tshark", "--json", capture], capture_output=True,
                                  text=True, timeout=60, check=False)
            calls = [json.loads(line) for line in done.stdout.splitlines()]
            got = [(call["verdict"], call["who"], call["address"].partition(":")[0])
                   for call in calls]
            want = [(verdict, who, address(place)[0] if place else "")]
            if got != want:
                problems.append(f"{name}: {got}, not {want} {done.stderr}")
                continue
            found = {f"{finding['name']} {finding['who']}" for finding in calls[0]["findings"]
                     if not finding["harmless"]}
            says = [cause for cause in causes if isinstance(cause, Says)]
            if set(causes) - set(says) not in (set(), found):
                problems.append(f"{name}: for {found}, not {set(causes)}")
            if any(part not in calls[0]["sentence"] for part in says):
                problems.append(f"{name}: {calls[0]['sentence']}, not {says}")
            if who != "none" and not calls[0]["set"]:
                problems.append(f"{name}: nothing to do")
    print("\n".join(problems) or f"{len(stories)} calls judged as their stories say")
    return 1 if problems else 0


NORMAL = ("ended_normally", "none", None)
# Name, story, and what it deserves: the verdict, who, and at which address.
STORIES = [
    ("503, another proxy", another_target(503), ("not_refreshed", "callee", "Q")),
    ("503, the same CSeq", another_target(503, 1), ("not_refreshed", "callee", "Q")),
    ("302", another_target(302), ("not_refreshed", "callee", "Q")),
    ("no answer, another proxy", another_target(None), ("not_refreshed", "callee", "Q")),
    ("503, the other one forgets", target_forgets(), ("refresh_dialog_lost", "callee", "Q")),
    ("Call-ID used again", used_again(), ("not_refreshed", "callee", "B")),
    ("one phone after another", one_after_another(False), ("not_refreshed", "callee", "C")),
    ("the second loses a refresh", one_after_another(True), ("refresh_unanswered", "callee", "C")),
    ("phones at once", at_once(False), ("not_refreshed", "callee", "C")),
    ("phones at once, refreshed", at_once(True), NORMAL),
    ("both answer, the first stays", both_answer("first"), ("not_refreshed", "callee", "P")),
    ("both answer, the other stays", both_answer("other"), ("not_refreshed", "callee", "P")),
    ("both answer, refreshed", both_answer("first", True), NORMAL),
    ("both phones answer", both_phones_answer(), ("not_refreshed", "callee", "C")),
    ("the second without ACK", not_acknowledged(), NORMAL),
    ("two proxies, 408", two_proxies(True), ("refresh_unanswered", "proxy", "Q")),
    ("two proxies", two_proxies(False), ("refresh_unanswered", "proxy", "Q")),
    ("two proxies, one answers itself", two_proxies_answering(), ("not_refreshed", "proxy", "Q"),
     Says("did not pass on the refresh")),
    ("a proxy gives the turn to the other side", turned_by_a_proxy(),
     ("not_refreshed", "proxy", "P"), "proxy_2xx_changed proxy", Says("changed who refreshes")),
    ("B2BUA, second leg", b2bua("AP"), ("not_refreshed", "caller", "P")),
    ("B2BUA, first leg", b2bua("PB"), ("not_refreshed", "caller", "A")),
    ("comes back", comes_back("APQPB", True), NORMAL),
    ("comes back, not refreshed", comes_back("APQPB", False), ("not_refreshed", "caller", "A")),
    ("comes back once", comes_back("APB", True), NORMAL),
    ("comes back once, not refreshed", comes_back("APB", False), ("not_refreshed", "caller", "A")),
    ("behind one NAT", behind_one_nat(), ("refresh_unanswered", "callee", "A")),
]


if __name__ == "__main__":
    sys.exit(compare(sys.argv[1], STORIES))
