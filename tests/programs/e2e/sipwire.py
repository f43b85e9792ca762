"""SIP messages as the end-to-end tests see them.

A separate reader and writer, so that the parser under test is not its own judge. It is strict: what
it cannot read is a ValueError, and a test that did not send garbage itself then fails.
"""

import collections
import hashlib
import re

COMPACT = {
    "c": "content-type", "e": "content-encoding", "f": "from", "i": "call-id", "k": "supported",
    "l": "content-length", "m": "contact", "o": "event", "s": "subject", "t": "to",
    "u": "allow-events", "v": "via", "x": "session-expires",
}
LISTS = {"supported", "require", "proxy-require", "unsupported", "allow", "accept", "via", "route",
         "record-route", "contact"}

SessionExpires = collections.namedtuple("SessionExpires", "interval refresher")
CSeq = collections.namedtuple("CSeq", "number method")


def long_name(name):
    """The full header field name in lower case, from any letter case and from compact forms."""
    name = name.strip().lower()
    return COMPACT.get(name, name)


def split_outside(text, separator):
    """Splits at a separator that is not inside quotes or angle brackets."""
    parts, start, quoted, depth, escaped = [], 0, False, 0, False
    for index, char in enumerate(text):
        if escaped:
            escaped = False
        elif quoted:
            escaped = char == "\\"
            quoted = char != '"'
        elif char == '"':
            quoted = True
        elif char == "<":
            depth += 1
        elif char == ">":
            depth -= 1
        elif char == separator and depth == 0:
            parts.append(text[start:index])
            start = index + 1
    parts.append(text[start:])
    return [part.strip() for part in parts]


def parameters(value):
    """The parameters after a header field value, names in lower case; a flag has the value ''."""
    found = {}
    for part in split_outside(value, ";")[1:]:
        name, _, text = part.partition("=")
        found.setdefault(name.strip().lower(), text.strip().strip('"'))
    return found


def uri_of(value):
    """The URI of a name-addr or addr-spec header field value."""
    match = re.search(r"<([^>]*)>", value)
    return match.group(1) if match else split_outside(value, ";")[0]


def host_port(uri):
    """Host without brackets, and port, of a SIP URI."""
    match = re.match(r"sips?:(?:[^@]*@)?(\[[^\]]*\]|[^:;?>]*)(?::(\d+))?", uri)
    if not match:
        raise ValueError("no SIP URI: %r" % uri)
    return match.group(1).strip("[]"), int(match.group(2) or 5060)


class Message:
    """One SIP message: start line, header fields in order, body."""

    def __init__(self, start, fields, body=b""):
        self.start = start
        self.fields = list(fields)
        self.body = body
        words = start.split(" ", 2)
        self.is_request = words[0] != "SIP/2.0"
        if len(words) != 3 or (self.is_request and words[2] != "SIP/2.0"):
            raise ValueError("bad start line: %r" % start)
        self.method = words[0] if self.is_request else None
        self.uri = words[1] if self.is_request else None
        self.status = None if self.is_request else int(words[1])

    @classmethod
    def parse(cls, data):
        head, blank, body = data.partition(b"\r\n\r\n")
        if not blank:
            raise ValueError("no blank line after the header")
        lines = re.sub(r"\r\n[ \t]+", " ", head.decode("utf-8")).split("\r\n")
        fields = []
        for line in lines[1:]:
            name, colon, value = line.partition(":")
            if not colon or not re.fullmatch(r"[A-Za-z0-9.!%*_+`'~-]+\s*", name):
                raise ValueError("bad header line: %r" % line)
            fields.append((name.strip(), value.strip()))
        message = cls(lines[0], fields, body)
        for needed in ("call-id", "cseq", "from", "to", "via"):
            if message.get(needed) is None:
                raise ValueError("no %s" % needed)
        if message.cseq.method != (message.method or message.cseq.method):
            raise ValueError("CSeq has another method than the request line")
        return message

    def encode(self):
        fields = [field for field in self.fields if long_name(field[0]) != "content-length"]
        fields.append(("Content-Length", str(len(self.body))))
        head = self.start + "\r\n" + "".join("%s: %s\r\n" % field for field in fields)
        return head.encode("utf-8") + b"\r\n" + self.body

    # Reading

    def all(self, name):
        """Every value of this header field, one for each line."""
        return [value for field, value in self.fields if long_name(field) == name.lower()]

    def get(self, name):
        """The first value, or None."""
        values = self.all(name)
        return values[0] if values else None

    def list(self, name):
        """All members of a comma-separated header field, from all of its lines."""
        assert name.lower() in LISTS, name
        return [part for line in self.all(name) for part in split_outside(line, ",") if part]

    def tokens(self, name):
        return [part.lower() for part in self.list(name)]

    def has_timer(self, name):
        """Whether Supported, Require or the like lists the option tag timer."""
        return "timer" in self.tokens(name)

    @property
    def cseq(self):
        number, method = self.get("cseq").split()
        return CSeq(int(number), method)

    @property
    def call_id(self):
        return self.get("call-id")

    @property
    def from_tag(self):
        return parameters(self.get("from")).get("tag")

    @property
    def to_tag(self):
        return parameters(self.get("to")).get("tag")

    @property
    def branch(self):
        return parameters(self.list("via")[0]).get("branch")

    @property
    def contact(self):
        value = self.get("contact")
        return uri_of(value) if value else None

    @property
    def session_expires(self):
        """Interval and refresher, or None; a value without a number is no value (RFC 4028 §4)."""
        value = self.get("session-expires")
        seconds = split_outside(value or "", ";")[0]
        if not re.fullmatch(r"[0-9]+", seconds):
            return None
        refresher = parameters(value).get("refresher")
        return SessionExpires(int(seconds), refresher and refresher.lower())

    @property
    def min_se(self):
        seconds = split_outside(self.get("min-se") or "", ";")[0]
        return int(seconds) if re.fullmatch(r"[0-9]+", seconds) else None

    @property
    def allows_update(self):
        return "update" in self.tokens("allow")

    @property
    def sdp(self):
        """The lines of an SDP body, or None if there is none."""
        if not self.body:
            return None
        if (self.get("content-type") or "").split(";")[0].strip().lower() != "application/sdp":
            raise ValueError("body of type %r" % self.get("content-type"))
        return self.body.decode("utf-8").split("\r\n")

    @property
    def origin(self):
        """The o= line of the SDP body, or None."""
        return next((line for line in self.sdp or [] if line.startswith("o=")), None)

    @property
    def direction(self):
        """The direction attribute of the stream; sendrecv if there is no attribute."""
        names = ("a=sendrecv", "a=sendonly", "a=recvonly", "a=inactive")
        return next((line[2:] for line in self.sdp or [] if line in names), "sendrecv")

    # Writing

    def copy(self):
        return Message(self.start, self.fields, self.body)

    def without(self, name):
        other = self.copy()
        other.fields = [field for field in self.fields if long_name(field[0]) != name.lower()]
        return other

    def with_field(self, name, value):
        """Replaces all header fields of this name by one."""
        other = self.without(name)
        other.fields.append((name, value))
        return other

    def with_first(self, name, value):
        """Adds a header field line above the others."""
        other = self.copy()
        other.fields.insert(0, (name, value))
        return other

    def summary(self):
        """One line for a ladder."""
        text = self.method or self.start[len("SIP/2.0 "):]
        text += "  CSeq %d %s" % self.cseq
        for name, label in (("session-expires", "SE"), ("min-se", "Min-SE"), ("require", "Require"),
                            ("supported", "Supported"), ("retry-after", "Retry-After"),
                            ("reason", "Reason")):
            for value in self.all(name):
                text += "  %s[%s]" % (label, value)
        return text + ("  body=%d" % len(self.body) if self.body else "")


def md5(text):
    return hashlib.md5(text.encode()).hexdigest()


def digest_problem(message, name, user, password, realm, nonce, algorithm="md5"):
    """What is wrong with the digest credentials of a request (RFC 2617 §3.2.2), or None.

    algorithm is Python's name of the hash (RFC 8760: sha256).
    """
    def md5(text):
        return hashlib.new(algorithm, text.encode()).hexdigest()
    value = message.get(name)
    if value is None or not value.lower().startswith("digest "):
        return "no digest credentials in %s" % name
    given = {}
    for part in split_outside(value[len("digest "):], ","):
        key, _, text = part.partition("=")
        given[key.strip().lower()] = text.strip().strip('"')
    wanted = {"username": user, "realm": realm, "nonce": nonce, "uri": message.uri}
    for key, text in wanted.items():
        if given.get(key) != text:
            return "%s is %r, not %r" % (key, given.get(key), text)
    first = md5("%s:%s:%s" % (user, realm, password))
    second = md5("%s:%s" % (message.method, message.uri))
    if "qop" in given:
        middle = ":".join((nonce, given["nc"], given["cnonce"], given["qop"]))
    else:
        middle = nonce
    if given.get("response") != md5("%s:%s:%s" % (first, middle, second)):
        return "the response does not fit the password"
    return None
