# SPDX-License-Identifier: MIT
"""libsst as an implementation for play.py: its shared library, called through ctypes."""
import ctypes as c

LIBRARY = "libsst.so.0"
CLOCK_START_MS = 10 ** 9
NEVER = 2 ** 64 - 1
PARTIES = {"caller": 1, "callee": 2}
OUTCOMES = {"timeout": 13, "transport": 14}
U32, U64, INT = c.c_uint32, c.c_uint64, c.c_int


class Policy(c.Structure):
    KINDS = {"I": U32, "?": c.c_bool, "P": c.c_void_p}
    _fields_ = [("field%d" % i, kind) for i, kind in
                enumerate(map(KINDS.get, "IIIIIII??IIIIIIIII?I?III??????IPPPPP"))]


class Msg(c.Structure):
    _fields_ = [("numbers", U32 * 6), ("has", c.c_uint16), ("status", c.c_uint16),
                ("method", c.c_uint8), ("refresher", c.c_uint8)]


class Header(c.Structure):
    _fields_ = [("name", c.c_char_p), ("value", c.c_char * 32), ("kind", INT)]


class Headers(c.Structure):
    _fields_ = [("count", c.c_size_t), ("item", Header * 5)]

    def list(self):
        return [[item.name.decode(), item.value.decode()] for item in self.item[:self.count]]


class Event(c.Structure):
    _fields_ = [("type", INT), ("violation", INT), ("interval", U32), ("side", INT),
                ("own_benefit", c.c_bool), ("reason", INT), ("since_ms", U64), ("expires_ms", U64),
                ("not_after_ms", U64), ("method", INT), ("with_offer", c.c_bool),
                ("reserved", U64 * 4)]


class Verdict(c.Structure):
    _fields_ = [("action", INT), ("when_ms", U64), ("refreshed", c.c_bool)]


class Advice(c.Structure):
    _fields_ = [("status", c.c_uint), ("copy", c.c_bool), ("headers", Headers)]


class ProxyPolicy(c.Structure):
    _fields_ = [("field%d" % i, kind) for i, kind in
                enumerate(map(Policy.KINDS.get, "IIII??????IP"))]


class ProxyTx(c.Structure):
    _fields_ = [("session_expires", U32), ("uac_supports", c.c_bool), ("active", c.c_bool),
                ("answered", c.c_uint8)]


class ProxyDialog(c.Structure):
    _fields_ = [("expires_ms", U64), ("interval", U32)]


class ProxyEdit(c.Structure):
    _fields_ = [("status", c.c_uint), ("set_session_expires", c.c_bool),
                ("insert_refresher_uac", c.c_bool), ("set_min_se", c.c_bool),
                ("add_require", c.c_bool), ("record_route", c.c_bool), ("session_expires", U32),
                ("min_se", U32), ("violations", U32), ("headers", Headers)]


Session, Tx = U64 * 8, U32 * 4


def agent(role, policy):
    return Proxy(policy) if role == "proxy" else Agent(role, policy)


def load():
    lib = c.CDLL(LIBRARY)
    for name in ("event", "violation", "side", "end_reason", "method", "action"):
        getattr(lib, "sst_%s_name" % name).restype = c.c_char_p
    lib.sst_session_deadline.restype = U64
    lib.sst_session_next_event.restype = lib.sst_sizes_match.restype = c.c_bool
    sizes = [c.sizeof(kind) for kind in (Session, Tx, Msg, Headers, Event, Verdict, Advice)]
    if not lib.sst_sizes_match((c.c_size_t * len(sizes))(*sizes), c.c_size_t(len(sizes))):
        raise SystemExit("%s has other structures" % LIBRARY)
    return lib


class Library:
    """The functions that user agents and proxies need."""

    def __init__(self, kind, policy, settings):
        self.lib, self.policy = load(), policy
        getattr(self.lib, "sst_%s_init_sized" % kind)(c.byref(policy), c.c_size_t(c.sizeof(policy)))
        for name, value in settings.items():
            text = {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value
            self.call(kind + "_set", policy, name.encode(), str(text).encode(), None)

    def call(self, name, *arguments, result=(0,)):
        structures = (c.Structure, c.Array)
        came = getattr(self.lib, "sst_" + name)(
            *(c.byref(a) if isinstance(a, structures) else a for a in arguments))
        if came not in result:
            raise RuntimeError("sst_%s: %d" % (name, came))
        return came

    def name(self, kind, number):
        return getattr(self.lib, "sst_%s_name" % kind)(number).decode()

    def method(self, name):
        return INT(self.lib.sst_method_from_name(name.encode(), c.c_size_t(len(name))))

    def now(self, at):
        return U64(at + CLOCK_START_MS)

    def message(self, step):
        msg = Msg()
        what = [self.method(step["method"]), U64(step["cseq"])]
        if "status" in step:
            self.lib.sst_msg_response(c.byref(msg), c.c_uint(step["status"]), *what)
        else:
            self.lib.sst_msg_request(c.byref(msg), *what)
        for name, value in step["headers"]:
            self.lib.sst_msg_header(c.byref(msg), name.encode(), value.encode())
        flags = step.get("offer", False) << 9 | step.get("in_dialog", False) << 11
        self.lib.sst_msg_set_flags(c.byref(msg), c.c_uint(flags))
        return msg


class Agent(Library):
    def __init__(self, role, settings):
        super().__init__("policy", Policy(), settings)
        self.session, self.time = Session(), CLOCK_START_MS
        self.slots, self.again = {}, {}  # (side, method, cseq): [tx, refusal]; method: tx
        self.call("session_init", self.session, self.policy, INT(PARTIES[role]))

    def slot(self, side, method, cseq):
        slot = self.slots.setdefault((side, method, cseq), [Tx(), None])
        return slot if method in ("INVITE", "UPDATE") else [None, slot[1]]

    def request(self, at, step):
        method, cseq, headers = step["method"], step["cseq"], Headers()
        if method in self.again:
            self.slots["local", method, cseq] = [self.again.pop(method), None]
        tx = self.slot("local", method, cseq)[0]
        self.call("session_request", self.session, tx, self.method(method),
                  c.c_uint(step["offer"] | step["refresh"] << 1), self.now(at), headers)
        if tx is not None:
            self.lib.sst_tx_set_cseq(c.byref(tx), U64(cseq))
        return {"headers": headers.list()}

    def action(self, at, verdict, method=None, tx=None):
        name = self.name("action", verdict.action)
        if name in ("retry", "auth"):
            self.again[method] = tx
        wait = {"ms": verdict.when_ms - self.now(at).value} if name == "wait" else {}
        return None if name == "none" else {"event": name, **wait}

    def fail(self, at, step):
        verdict, tx = Verdict(), self.newest("local", step["method"])
        self.call("session_failed", self.session, tx, INT(OUTCOMES[step["how"]]), self.now(at), verdict)
        return self.action(at, verdict, step["method"], tx)

    def newest(self, side, method):
        return [slot[0] for key, slot in self.slots.items() if key[:2] == (side, method)][-1]

    def receive(self, at, step):
        method, cseq = step["method"], step["cseq"]
        if "status" in step:
            verdict, tx = Verdict(), self.slot("local", method, cseq)[0]
            self.call("session_response", self.session, tx, self.message(step), self.now(at), verdict)
            return None if tx is None else self.action(at, verdict, method, tx)
        if method == "ACK":
            slot = self.slots.get(("remote", "INVITE", cseq), [None])
            if slot[0] is not None:
                self.lib.sst_session_ack(c.byref(self.session), c.byref(slot[0]), self.now(at))
            return None
        advice, slot = Advice(), self.slots.setdefault(("remote", method, cseq), [Tx(), None])
        tx = self.slot("remote", method, cseq)[0]
        self.call("session_receive", self.session, tx, self.message(step), self.now(at), advice)
        if not advice.copy:
            slot[1] = advice.headers.list() if advice.status else None
        return {"reject": advice.status} if advice.status else None

    def respond(self, at, step):
        headers, (tx, refusal) = Headers(), self.slot("remote", step["method"], step["cseq"])
        if refusal is not None:
            return {"headers": refusal}
        self.call("session_answer", self.session, tx, c.c_uint(step["status"]), self.now(at), headers,
                  result=(0, -2, -10))
        return {"headers": headers.list()}

    def not_sent(self, at, step):
        tx = self.newest("local", step["method"]) if "method" in step else None
        retry = self.now(at + step["after_ms"]).value if "after_ms" in step else NEVER
        self.call("session_not_sent", self.session, tx, U64(retry), self.now(at))

    def end(self, at, _step):
        self.call("session_end", self.session, self.now(at))

    def run_to(self, at):
        """The events until then, each with its time."""
        event, last = Event(), self.now(at).value
        while True:
            due = max(self.lib.sst_session_deadline(c.byref(self.session)), self.time)
            if due > last:
                self.time = max(self.time, last)
                return
            self.time = due
            pull = self.lib.sst_session_next_event
            while pull(c.byref(self.session), U64(due), c.byref(event)):
                yield due - CLOCK_START_MS, self.told(event)

    def told(self, event):
        name = self.name("event", event.type)
        side = {"interval": event.interval, "side": self.name("side", event.side)}
        if name == "negotiated" and event.side == 0:
            return {"event": "off"}
        more = {"refresh": {"method": self.name("method", event.method), "offer": event.with_offer},
                "violation": {"name": self.name("violation", event.violation)},
                "ended": {"reason": self.name("end_reason", event.reason)},
                "negotiated": side, "refreshed": side}
        return {"event": name, **more.get(name, {})}


class Proxy(Library):
    def __init__(self, settings):
        super().__init__("proxy_policy", ProxyPolicy(), settings)
        self.slots, self.dialog = {}, ProxyDialog(NEVER, 0)  # (method, cseq): transaction
        self.told = []

    def receive(self, at, step):
        key = step["method"], step["cseq"]
        if "status" in step:
            self.slots[key]["response"] = step
            return None
        slot = self.slots[key] = {"tx": ProxyTx(), "edit": ProxyEdit(), "request": step}
        self.call("proxy_request", self.policy, slot["tx"], self.message(step), slot["edit"])
        self.tell(at, slot["edit"])
        return {"reject": slot["edit"].status} if slot["edit"].status else None

    def tell(self, at, edit):
        for violation in range(32):
            if edit.violations >> violation & 1:
                self.told.append((at, {"event": "violation", "name": self.name("violation", violation)}))

    def respond(self, _at, step):
        return {"headers": self.slots[step["method"], step["cseq"]]["edit"].headers.list()}

    def forward(self, at, step):
        slot = self.slots[step["method"], step["cseq"]]
        if "status" not in step:
            if step["method"] == "BYE":
                self.dialog = ProxyDialog(NEVER, 0)
            return {"headers": self.edited(slot["request"]["headers"], slot["edit"]),
                    "record_route": slot["edit"].record_route}
        edit = ProxyEdit()
        self.call("proxy_response", self.policy, slot["tx"], self.message(slot["response"]), U64(at),
                  edit, self.dialog)
        self.tell(at, edit)
        return {"headers": self.edited(slot["response"]["headers"], edit)}

    def edited(self, headers, edit):
        """The header fields with libsst's changes."""
        out = [list(field) for field in headers]

        def put(names, change):
            for field in out:
                if field[0].lower() in names:
                    field[1] = change(field[1])
                    return
            out.append([names[0], change(None)])

        def session_expires(before):
            text = c.create_string_buffer(300)
            number = U32(edit.session_expires)
            if before is None:
                refresher = INT(1 if edit.insert_refresher_uac else 0)
                self.lib.sst_print_session_expires(text, c.c_size_t(300), number, refresher)
            else:
                self.lib.sst_print_session_expires_like(text, c.c_size_t(300), number,
                                                        before.encode(), c.c_size_t(len(before)))
            return text.value.decode()

        if edit.set_session_expires:
            put(["session-expires", "x"], session_expires)
        if edit.set_min_se:
            put(["min-se"], lambda _: str(edit.min_se))
        if edit.add_require:
            put(["require"], lambda before: "timer" if before is None else before + ", timer")
        return out

    def run_to(self, at):
        yield from self.told
        self.told.clear()
        if self.dialog.expires_ms <= at:
            when = self.dialog.expires_ms
            self.dialog = ProxyDialog(NEVER, 0)
            yield when, {"event": "expired"}

    def end(self, at, step):
        """BYE passed."""
