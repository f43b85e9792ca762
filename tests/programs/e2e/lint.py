"""Rules that every datagram of sst-ua must keep, whatever the case is about.

Each rule is from RFC 3261 or RFC 4028, with its section. The floor is 90 s, or the value of
--unsafe-min.
"""

import re

import sipwire

SESSION_METHODS = ("INVITE", "UPDATE")


class Rules:
    """The rules for one program: its name, its floor, whether it supports the extension."""

    def __init__(self, name, floor=90, timer=True):
        self.name = name
        self.floor = floor
        self.timer = timer
        self.servers = False    # a request may go unchanged to another server (RFC 3263 §4.3)

    def problems(self, sent, delivered):
        """What is wrong with what this program sent, given what had been delivered to it."""
        found = []
        for datagram in sent:
            if datagram.problem:
                found.append("sent what is no SIP message: %s" % datagram.problem)
                continue
            message = datagram.message
            problems = self.form(message)
            problems += self.placement(message)
            if message.is_request:
                problems += self.request(message)
            else:
                requests = [other.message for other in delivered
                            if other.message and other.message.is_request
                            and other.time <= datagram.time + 0.001
                            and other.message.branch == message.branch
                            and other.message.cseq == message.cseq]
                problems += self.response(message, requests[0] if requests else None)
            found += ["%s: %s" % (message.summary(), problem) for problem in problems]
        fresh = [datagram.message for datagram in sent if datagram.message and not datagram.copy]
        return found + sequence_problems(fresh, self.servers) + session_problems(fresh)

    @staticmethod
    def form(message):
        """RFC 3261 §8.1.1 and §20.14."""
        found = []
        if message.get("content-length") != str(len(message.body)):
            found.append("Content-Length is %s, the body has %d bytes"
                         % (message.get("content-length"), len(message.body)))
        for name in ("call-id", "cseq", "from", "to", "max-forwards", "content-length",
                     "content-type", "session-expires", "min-se", "retry-after"):
            if len(message.all(name)) > 1:
                found.append("%s stands there twice" % name)
        if not message.from_tag:
            found.append("no tag in From")
        if not message.is_request and message.status > 100 and not message.to_tag:
            found.append("no tag in To")
        for name in ("supported", "require", "proxy-require", "unsupported", "allow"):
            tokens = message.tokens(name)
            if len(tokens) != len(set(tokens)):
                found.append("%s names something twice" % name)
        if message.cseq.method in SESSION_METHODS and not message.contact \
                and (message.is_request or message.status // 100 == 2):
            found.append("no Contact")    # RFC 3261 §8.1.1.8, §12.1.1; RFC 3311 §5.1, §5.2
        if message.body and message.sdp is None:
            found.append("a body without a type")
        return found

    def placement(self, message):
        """RFC 4028 §4, §5: where Session-Expires and Min-SE are allowed, and their syntax."""
        found = []
        request = message.is_request and message.method in SESSION_METHODS
        success = not message.is_request and message.status // 100 == 2 \
            and message.cseq.method in SESSION_METHODS
        expires, minimum = message.get("session-expires"), message.get("min-se")
        if expires is not None:
            if not request and not success:
                found.append("Session-Expires does not belong here")
            if not re.fullmatch(r"\d{1,10}(;refresher=(uac|uas))?", expires.replace(" ", "")):
                found.append("malformed Session-Expires %r" % expires)
            elif message.session_expires.interval < max(self.floor, message.min_se or 0):
                found.append("Session-Expires is below the minimum")
        if minimum is not None:
            if not request and message.status != 422:
                found.append("Min-SE does not belong here")
            if not re.fullmatch(r"\d{1,10}", minimum):
                found.append("malformed Min-SE %r" % minimum)
            elif message.min_se < self.floor:
                found.append("Min-SE is below %d" % self.floor)
        if not self.timer and (expires is not None or minimum is not None
                               or any(message.has_timer(name) for name in
                                      ("supported", "require", "proxy-require"))):
            found.append("mode off, and yet it speaks of the timer")
        return found

    def request(self, message):
        """RFC 3261 §8.1.1, RFC 4028 §7.1."""
        found = []
        for name in ("max-forwards", "to", "from"):
            if message.get(name) is None:
                found.append("no %s" % name)
        if not (message.branch or "").startswith("z9hG4bK"):
            found.append("branch %r" % message.branch)
        if self.timer and message.method != "ACK" and not message.has_timer("supported"):
            found.append("no Supported: timer")
        if message.has_timer("require") and message.method not in SESSION_METHODS:
            found.append("Require: timer in %s" % message.method)    # EC-109
        return found

    def response(self, message, request):
        """RFC 3261 §8.2.6.2, RFC 4028 §6 and §9."""
        if request is None:
            return ["answers no request that was delivered"]
        found = []
        if message.call_id != request.call_id:
            found.append("Call-ID differs from the request's")
        if (sipwire.uri_of(message.get("from")), message.from_tag) != \
                (sipwire.uri_of(request.get("from")), request.from_tag):
            found.append("From differs from the request's")
        if [via.split(";")[0] for via in message.list("via")] != \
                [via.split(";")[0] for via in request.list("via")]:
            found.append("Via differs from the request's")
        if request.to_tag and message.to_tag != request.to_tag:
            found.append("To tag differs from the request's")
        if message.status == 422 and message.min_se is None:
            found.append("422 without Min-SE")
        if message.status // 100 == 2:
            found += self.success(message, request)
        return found

    def success(self, message, request):
        """RFC 4028 §9, including Table 2; decisions EC-12, EC-13, EC-15, EC-106."""
        expires, asked = message.session_expires, request.session_expires
        if message.cseq.method not in SESSION_METHODS or not self.timer:
            return []
        found = []
        supports = request.has_timer("supported")
        if not supports and request.has_timer("require"):
            # EC-106: read in either way, but in the same way throughout the 2xx.
            supports = message.has_timer("require")
        if expires is None:
            if asked is not None:
                found.append("Session-Expires was asked for and is not answered")
            if message.has_timer("require"):
                found.append("Require: timer without Session-Expires")
            return found
        if expires.refresher not in ("uac", "uas"):
            found.append("no refresher in a 2xx")
        if not supports and expires.refresher != "uas":
            found.append("refresher has to be uas where the UAC does not support timer")
        if supports and asked and asked.refresher and expires.refresher != asked.refresher:
            found.append("overrides the refresher that the UAC chose")
        if message.has_timer("require") != supports:
            found.append("Require: timer is %s" % ("missing" if supports else "not allowed"))
        # EC-134: below the floor of 90 s it gets the floor, if it must not be rejected.
        if supports and asked and expires.interval > max(asked.interval, self.floor):
            found.append("increases the interval")
        if expires.interval < (request.min_se or 0):
            found.append("goes below the request's Min-SE")
        return found


def sequence_problems(sent, again=False):
    """CSeq rises by one within each dialog (RFC 3261 §12.2.1.1); ACK has that of its INVITE.

    again: it may be the same once more, in a transaction of its own.
    """
    found, last, invites = [], {}, {}
    for message in sent:
        if not message.is_request:
            continue
        number, method = message.cseq
        dialog = (message.call_id, message.from_tag, message.to_tag)
        if method in ("ACK", "CANCEL"):
            if (message.call_id, number) not in invites:
                found.append("%s with the CSeq %d of no INVITE" % (method, number))
            continue
        before = last.get(dialog, last.get(dialog[:2] + (None,)))
        if before is not None and number != before + 1 and not (again and number == before):
            found.append("CSeq %d %s comes after %d" % (number, method, before))
        last[dialog] = number
        if method == "INVITE":
            invites[(message.call_id, number)] = message
    return found


def session_problems(sent):
    """A changed description has the next version, an unchanged one may have it (RFC 3264 §8)."""
    found, last = [], {}
    for message in sent:
        if message.sdp is None:
            continue
        origin = message.origin.split(" ")
        rest = [line for line in message.sdp if line != message.origin]
        before = last.get(message.call_id)
        if before is not None:
            following = list(before[0])
            following[2] = str(int(following[2]) + 1)
            if origin != following and (origin, rest) != before:
                found.append("%s: origin %r after %r" % (message.summary(), " ".join(origin),
                                                         " ".join(before[0])))
        last[message.call_id] = (origin, rest)
    return found
