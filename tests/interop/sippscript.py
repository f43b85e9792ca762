"""SIPp scenarios, written as steps: what SIPp waits for, and what it sends.

SIPp reads XML and cannot take a status from a variable, so each script is generated when needed.
From, To and the remote target are kept in variables, so that requests within the dialog are the
same for a caller and for a callee.
"""

from xml.sax.saxutils import quoteattr

CONTACT = "Contact: <sip:sipp@[local_ip]:[local_port]>"
ALLOW = "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE"
ALLOW_NO_UPDATE = "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS"
TAG = ";tag=[pid]-sipp-[call_number]"
VIA = "Via: SIP/2.0/UDP [local_ip]:[local_port];branch=z9hG4bK-[pid]-[call_number]-%d"
SDP = ["v=0", "o=- 7 1 IN IP4 [local_ip]", "s=-", "c=IN IP4 [local_ip]", "t=0 0",
       "m=audio 41000 RTP/AVP 0", "a=rtpmap:0 PCMU/8000"]


def timer(value, require=True):
    """The header lines of a 2xx that starts a session timer."""
    return ["Session-Expires: " + value] + (["Require: timer"] if require else [])


class Script:
    """One scenario; SIPp is the caller or the callee of each of its calls."""

    def __init__(self, caller, allow=ALLOW, supported="Supported: timer"):
        self.caller = caller
        self.parts = []
        self.standard = [line for line in (CONTACT, allow, supported) if line]
        self.local = "<sip:sipp@[local_ip]:[local_port]>" + TAG if caller else "[$local]" + TAG
        self.remote = "[$remote]"
        self.uri = "sip:ua@[remote_ip]:[remote_port]"   # the callee
        self.cseq = 0
        self.branch = 0
        self.kept = False
        self.in_dialog = False
        self.supported = [supported] if supported else []

    def _send(self, lines, sdp, arguments=""):
        text = "\n".join(lines)
        if sdp:
            text += "\nContent-Type: application/sdp\nContent-Length: [len]\n\n" + "\n".join(SDP)
        else:
            text += "\nContent-Length: 0\n"
        self.parts.append("<send%s><![CDATA[\n\n%s\n\n]]></send>" % (arguments, text))

    # Waiting

    def _recv(self, what, actions=(), optional=False, arguments=""):
        inside = "".join(actions)
        if inside:
            inside = "<action>%s</action>" % inside
        self.parts.append("<recv %s%s%s>%s</recv>" % (
            what, ' optional="true"' if optional else "", arguments, inside))

    @staticmethod
    def _grab(header, variables, pattern=".*"):
        return '<ereg regexp=%s search_in="hdr" header="%s:" assign_to="%s"/>' % (
            quoteattr(pattern), header, variables)

    def expect_call(self):
        """Waits for the INVITE of a new call, and keeps its dialog."""
        self.in_dialog = True
        self._recv('request="INVITE"', [self._grab("From", "remote"), self._grab("To", "local"),
                                        self._grab("Contact", "whole,target", "<(.*)>")])

    def expect(self, method):
        """Waits for a request."""
        self._recv('request="%s"' % method)

    def expect_ack(self):
        self._recv('request="ACK"')

    def keep_request(self):
        """Keeps what an answer needs from the last request, while other messages are sent."""
        names = ("via", "from", "to", "cseq")
        headers = ("Via:", "From:", "To:", "CSeq:")
        last = self.parts.pop()
        grabs = "".join('<ereg regexp=".*" search_in="hdr" header="%s" assign_to="kept_%s"/>' % pair
                        for pair in zip(headers, names))
        self.parts.append(last.replace("></recv>", "><action>%s</action></recv>" % grabs))
        self.kept = True

    def answer_kept(self, status, *lines):
        """Answers the kept request."""
        more = self.standard + list(lines) if status // 100 == 2 else []
        self._send(["SIP/2.0 %d Whatever" % status, "Via: [$kept_via]", "From: [$kept_from]",
                    "To: [$kept_to]", "Call-ID: [call_id]", "CSeq: [$kept_cseq]"] + more, False)

    def expect_answer(self, status, dialog=False):
        """Waits for a response; keeps the 2xx that creates the dialog."""
        self._recv('response="100"', optional=True)
        self._recv('response="180"', optional=True)
        grabs = [self._grab("To", "remote"),
                 self._grab("Contact", "whole,target", "<(.*)>")] if dialog else []
        self.in_dialog = self.in_dialog or dialog
        self._recv('response="%d"' % status, grabs)

    def pause(self, seconds):
        self.parts.append('<pause milliseconds="%d"/>' % int(seconds * 1000))

    # Sending

    def answer(self, status, *lines, first=False, sdp=None, phrase="Whatever"):
        """Answers the last request; the first one of a call gets our tag."""
        message = ["SIP/2.0 %d %s" % (status, phrase), "[last_Via:]", "[last_From:]",
                   "[last_To:]" + (TAG if first else ""), "[last_Call-ID:]", "[last_CSeq:]"]
        if status // 100 == 2:
            message += ["[last_Record-Route:]"] if first else []
            message += self.standard
        self._send(message + list(lines), sdp)

    def request(self, method, *lines, sdp=False):
        """Sends a request within the dialog."""
        self.cseq += 1
        self.branch += 1
        more = self.standard if method in ("INVITE", "UPDATE") else self.supported
        self._send(["%s [$target] SIP/2.0" % method, VIA % self.branch, "Max-Forwards: 70",
                    "From: " + self.local, "To: " + self.remote, "Call-ID: [call_id]",
                    "CSeq: %d %s" % (self.cseq, method)] + more + list(lines), sdp)

    def invite(self, *lines):
        """Sends an initial INVITE with an offer."""
        self.cseq += 1
        self.branch += 1
        self._send(["INVITE %s SIP/2.0" % self.uri, VIA % self.branch,
                    "Max-Forwards: 70", "From: " + self.local,
                    "To: <%s>" % self.uri, "Call-ID: [call_id]",
                    "CSeq: %d INVITE" % self.cseq] + self.standard + list(lines), True,
                   ' retrans="500"')

    def ack(self, success=True):
        """Acknowledges the last response, a 2xx or a rejection."""
        if success:
            self.branch += 1
        target = "[$target]" if self.in_dialog else self.uri
        self._send(["ACK %s SIP/2.0" % target, VIA % self.branch, "Max-Forwards: 70",
                    "From: " + self.local, "[last_To:]", "Call-ID: [call_id]",
                    "CSeq: %d ACK" % self.cseq], False)

    def forget_update(self):
        """From now on Allow does not list UPDATE."""
        self.standard = [ALLOW_NO_UPDATE if line == ALLOW else line for line in self.standard]

    # How most scripts begin and end

    def establish(self, *lines):
        """Sets the call up; the lines go into our 2xx, or our INVITE."""
        if self.caller:
            self.invite(*lines)
            self.expect_answer(200, dialog=True)
            self.ack()
        else:
            self.expect_call()
            self.answer(200, *lines, first=True, sdp=True)
            self.expect_ack()

    def take_refresh(self, method, *lines):
        """Waits for a refresh and answers it with 200."""
        self.expect(method)
        self.accept(method, *lines)

    def accept(self, method, *lines):
        self.answer(200, *lines, sdp=method == "INVITE")
        if method == "INVITE":
            self.expect_ack()

    def refuse(self, method, status, *lines):
        """Waits for a request and rejects it."""
        self.expect(method)
        self.answer(status, *lines)
        if method == "INVITE":
            self.expect_ack()

    def refresh(self, method, *lines, status=200):
        """Sends a refresh and waits for its response."""
        self.request(method, *lines, sdp=method == "INVITE")
        self.expect_answer(status)
        if method == "INVITE":
            self.ack()

    def hang_up(self):
        self.request("BYE")
        self.expect_answer(200)

    def ignore_until_bye(self, method):
        """Ignores copies of a request until the BYE comes, and answers that."""
        self.parts.append("<label id=\"1\"/>")
        self._recv('request="%s"' % method, optional=True, arguments=' next="1"')
        self.await_bye()

    def await_bye(self):
        self.expect("BYE")
        self.answer(200)

    def xml(self):
        names = "target,whole,remote" + ("" if self.caller else ",local")
        names += ",kept_via,kept_from,kept_to,kept_cseq" if self.kept else ""
        return ('<?xml version="1.0" encoding="UTF-8"?>\n<scenario name="interop">\n'
                + "\n".join(self.parts)
                + '\n<Reference variables="%s"/>\n</scenario>\n' % names)
