#!/usr/bin/env python3
"""Puts bugs of the field into copies of the library; the simulation has to find each of them.

    bugs.py --cc COMPILER --root TREE [--calls N] [NAME...]

Exit status: 0 each was found, 1 one was not, or the library without them fails.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time

# name, what it is like, file of src/, text that stands in it once, text instead
BUGS = [
    ("roles-of-the-call", "FB-01: uac and uas taken for caller and callee", "rules/uac.c",
     "dialog->side == SST_SIDE_LOCAL ? SST_REFRESHER_UAC : SST_REFRESHER_UAS",
     "dialog->side == SST_SIDE_LOCAL ? SST_REFRESHER_UAS : SST_REFRESHER_UAC"),
    ("role-of-the-answer", "FB-01: who answers refresher=uas waits for the other", "session/uas.c",
     "answer.refresher == SST_REFRESHER_UAS ? SST_SIDE_LOCAL : SST_SIDE_REMOTE",
     "answer.refresher == SST_REFRESHER_UAS ? SST_SIDE_REMOTE : SST_SIDE_LOCAL"),
    ("no-answer", "FB-04: an interval without refresher gets no answer", "rules/uas.c",
     "return policy->prefer_refresher;", "return SST_REFRESHER_NONE;"),
    ("support-ignored", "FB-06: a caller without the extension is to refresh", "rules/uas.c",
     "    if (!facts->supports) {\n        return SST_REFRESHER_UAS;",
     "    if (!facts->supports) {\n        return SST_REFRESHER_UAC;"),
    ("min-se-forgotten", "FB-16: Min-SE of a request is not learned", "session/uas.c",
     "    s->min_se = sst_max(s->min_se, facts.min_se);", ""),
    ("422-extends", "FB-16, EC-28: a 422 moves the expiration", "session/refused.c",
     "    SST_COUNT(s, received_422);\n",
     "    SST_COUNT(s, received_422);\n    s->start_ms = now;\n"),
    ("error-extends", "FB-42: any response counts as a refresh", "session/refused.c",
     "    uint64_t wait = sst_session_backoff_ms(s);\n",
     "    uint64_t wait = sst_session_backoff_ms(s);\n    s->start_ms = now;\n"),
    ("commit-on-request", "FB-35: the request starts the interval", "session/uas.c",
     "        open_peer(s, tx, request, &facts);\n",
     "        open_peer(s, tx, request, &facts);\n        s->start_ms = now;\n"),
    ("guard-missing", "FB-36: who waits, waits for the whole interval", "session/commit.c",
     "    return sst_guard_ms(run);\n}", "    return 0;\n}"),
    ("guard-wrong", "FB-36: a third of the interval, however long", "rules/timing.c",
     "interval_s >= 96u", "interval_s >= 96000u"),
    ("late-period", "FB-39: no refresh before 90 s", "session/commit.c",
     "return delay < floor ? floor : delay;", "return delay < 90000u ? 90000u : delay;"),
    ("refresh-at-the-end", "FB-40: a refresh in the moment of the expiration", "session/due.c",
     "    return expiration - sst_margin_ms(run_s);\n", "    return expiration + 0u * run_s;\n"),
    ("no-expiration", "FB-42: the refresher never gives up", "session/due.c",
     "    due.end = is_held(s)", "    due.end = (s->flags & F_LOCAL) ? SST_NEVER : is_held(s)"),
    ("first-refresh-only", "FB-45: only the first refresh happens", "session/commit.c",
     "    if (s->flags & F_LOCAL) {\n        s->refresh_ms = sst_add_ms",
     "    if ((s->flags & F_LOCAL) && s->generation <= 1) {\n        s->refresh_ms = sst_add_ms"),
    ("copy-rearms", "FB-45, EC-31: a copy of a 2xx starts the interval again", "session/uac.c",
     "!(tx->flags & TX_OPEN) || (tx->flags & TX_PEER)) {\n        return false;\n    }\n"
     "    if (!(s->flags & open_bit(sst_tx_method(tx)))) {",
     "(tx->flags & TX_PEER)) {\n        return false;\n    }\n    if (tx == NULL) {"),
    ("restored-anew", "FB-49: who takes over starts the interval again", "session/image.c",
     "session->start_ms == 0 ? NONE : now - session->start_ms",
     "session->start_ms == 0 ? NONE : 0"),
    ("hold-without-timer", "FB-03, EC-10: a re-INVITE leaves the timer out", "rules/uac.c",
     "    if (dialog->established && dialog->side != SST_SIDE_NONE) {\n        /* §7.4",
     "    if (dialog->established && dialog->side != SST_SIDE_NONE &&\n"
     "        method == SST_METHOD_UPDATE) {\n        /* §7.4"),
    ("burst", "FB-48: what is due stays due", "session/time.c",
     "    sst_session_plan(s, sst_add_ms(now, sst_session_backoff_ms(s)), now);\n}\n"
     "\nstatic void tell",
     "}\n\nstatic void tell"),
    ("alive-after-bye", "FB-51: the end of a call does not stop its timer", "session/session.c",
     "s->flags = (s->flags & ~F_TRANSACTIONS) | F_ENDED;\n        s->reason = SST_END_NONE;",
     "s->flags = (s->flags & ~F_TRANSACTIONS);\n        s->reason = SST_END_NONE;"),
    ("none-while-due", "who pulls late hears of nothing, and its refresh is blocked",
     "session/event.c", "if (!told && waited && sst_session_step(s, now_ms)) {",
     "if (!told && waited && s->policy == NULL) {"),
    ("pulled-too-late", "FB-40: a refresh that is pulled in the last second", "session/event.c",
     "bool late = now >= sst_session_last_send(s);", "bool late = false;"),
    ("raised-by-policy", "a 2xx raises the interval since another policy was set", "rules/uas.c",
     "if (facts->has_session_expires && facts->supports && facts->session_expires < least) {",
     "if (policy == NULL) {"),
    ("off-in-between", "who switches it off beside its request forgets what that offered",
     "session/uac.c", "sst_tx_is_switched_off(s, tx) ? &agreed", "s->policy == NULL ? &agreed"),
    ("422-after-off", "who switches it off beside its refresh gives up at the 422",
     "session/refused.c", "if (what == SST_422_FAIL && !off) {", "if (what == SST_422_FAIL) {"),
    ("guard-of-now", "another policy moves the end of the interval", "session/due.c",
     "    uint64_t end = expiration - s->guard_ms; /* §10 */\n",
     "    uint64_t end = expiration - s->guard_ms; /* §10 */\n"
     "    if (s->policy->guard == SST_GUARD_NONE) {\n        end = expiration;\n    }\n"),
    ("proxy-below-min-se", "FB-90: a proxy slams the interval down", "rules/proxy.c",
     "sst_min(interval, sst_max(policy->max_session_expires, least))",
     "sst_min(interval, policy->absolute_min)"),
    ("proxy-forgets-uac", "FB-89: a proxy promises a refresh that nobody was told of",
     "rules/proxy.c", "        edit->insert_refresher_uac = true;\n", ""),
]

FLAGS = ["-std=c11", "-O2"]


def run(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return done.returncode, done.stdout.decode(errors="replace")


def must(*command):
    code, text = run(*command)
    if code != 0:
        sys.exit("%s\n%s" % (" ".join(command), text))


class Workshop:
    """The objects of library and simulation, in a folder that goes away."""

    def __init__(self, compiler, root, folder):
        self.compiler, self.root, self.folder = compiler, root, folder
        with open(os.path.join(root, "src", "cmake", "sources.cmake"), encoding="utf-8") as file:
            lists = re.search(r"SST_CORE_SOURCES(.*?)\)", file.read(), re.S)
        self.core = lists.group(1).split()
        self.objects = {}
        for name in self.core:
            self.objects[name] = self.compile(os.path.join(root, "src", name),
                                              name.replace("/", "-") + ".o")
        here = os.path.join(root, "tests", "sim")
        for name in sorted(os.listdir(here)):
            if name.endswith(".c"):
                self.objects["sim/" + name] = self.compile(os.path.join(here, name),
                                                           "sim-" + name + ".o")

    def compile(self, source, name):
        target = os.path.join(self.folder, name)
        must(self.compiler, *FLAGS, "-I" + os.path.join(self.root, "include"),
             "-I" + os.path.join(self.root, "src"), "-c", source, "-o", target)
        return target

    def program(self, objects, name):
        target = os.path.join(self.folder, name)
        must(self.compiler, *objects.values(), "-o", target)
        return target

    def broken(self, bug):
        name, _, file_name, old, new = bug
        with open(os.path.join(self.root, "src", file_name), encoding="utf-8") as file:
            text = file.read()
        if text.count(old) != 1:
            sys.exit("%s: its text stands %d times in src/%s" % (name, text.count(old), file_name))
        path = os.path.join(self.folder, name + ".c")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace(old, new))
        objects = dict(self.objects)
        objects[file_name] = self.compile(path, name + ".o")
        return self.program(objects, "sim-" + name)


def simulate(program, calls):
    began = time.monotonic()
    code, text = run(program, "--calls", str(calls), "--quiet", "--habits", "none")
    return code, text.splitlines()[0] if text else "", time.monotonic() - began


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cc", default="cc")
    parser.add_argument("--root", required=True)
    parser.add_argument("--calls", type=int, default=200000)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    missed = []
    with tempfile.TemporaryDirectory() as folder:
        shop = Workshop(options.cc, options.root, folder)
        code, text, _ = simulate(shop.program(shop.objects, "sim-whole"), 20000)
        if code != 0:
            sys.exit("the library as it is: " + text)
        for bug in BUGS:
            if options.names and bug[0] not in options.names:
                continue
            code, text, took = simulate(shop.broken(bug), options.calls)
            found = code == 1 and text.startswith("call ")
            print("%-20s %s\n    %s (%.1f s)"
                  % (bug[0], bug[1], text if found else "NOT FOUND", took), flush=True)
            if not found:
                missed.append(bug[0])
    print("%d bugs, not found: %s" % (len(BUGS), ", ".join(missed) if missed else "none"))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
