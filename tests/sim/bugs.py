#!/usr/bin/env python3
"""Plants known bugs in copies of the library; the simulation must find each of them.

    bugs.py --cc COMPILER --root TREE [--calls N] [NAME...]
    bugs.py --check --root TREE     only check that each still applies

Exit status: 0 all found; 1 one was missed, or the unmodified library fails.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time

# name, description, file below src/, text that occurs in it once, replacement, and the habits that
# reveal the bug: "none" if plain calls reveal it
BUGS = [
    ("roles-of-the-call", "FB-01: uac and uas taken for caller and callee", "rules/uac.c",
     "dialog->side == SST_SIDE_LOCAL ? SST_REFRESHER_UAC : SST_REFRESHER_UAS",
     "dialog->side == SST_SIDE_LOCAL ? SST_REFRESHER_UAS : SST_REFRESHER_UAC", "none"),
    ("role-of-the-answer", "FB-01: the sender of refresher=uas waits for the peer", "rules/uas.c",
     "answer->refresher == SST_REFRESHER_UAS ? SST_SIDE_LOCAL : SST_SIDE_REMOTE",
     "answer->refresher == SST_REFRESHER_UAS ? SST_SIDE_REMOTE : SST_SIDE_LOCAL", "none"),
    ("no-answer", "FB-04: an interval without refresher gets no answer", "rules/uas.c",
     "return facts->has_session_expires ? policy->prefer_refresher : SST_REFRESHER_UAS;",
     "return SST_REFRESHER_NONE;", "none"),
    ("support-ignored", "FB-06: a caller without the extension is to refresh", "rules/uas.c",
     "    if (!facts->supports) {\n        return SST_REFRESHER_UAS;",
     "    if (!facts->supports) {\n        return SST_REFRESHER_UAC;", "none"),
    ("min-se-forgotten", "FB-16: Min-SE of a request is not learned", "session/uas.c",
     "s->min_se = sst_max(s->min_se, facts.min_se);", "", "none"),
    ("422-extends", "FB-16, EC-28: a 422 moves the expiration", "session/refused.c",
     "    *learned = sst_max(*learned, min_se);\n",
     "    *learned = sst_max(*learned, min_se);\n    s->start_ms = now;\n", "none"),
    ("error-extends", "FB-42: any response counts as a refresh", "session/refused.c",
     "    uint64_t wait = sst_backoff_ms(s);\n",
     "    uint64_t wait = sst_backoff_ms(s);\n    s->start_ms = now;\n", "none"),
    ("commit-on-request", "FB-35: the request starts the interval", "session/uas.c",
     "        open_peer(s, tx, request);\n",
     "        open_peer(s, tx, request);\n        s->start_ms = now;\n", "none"),
    ("guard-missing", "FB-36: the watcher waits for the whole interval", "session/commit.c",
     "    return guard;\n}", "    return 0;\n}", "none"),
    ("guard-wrong", "FB-36: a third of the interval, however long", "rules/timing.c",
     "interval_s >= 96u", "interval_s >= 96000u", "none"),
    ("late-period", "FB-39: no refresh before 90 s", "session/commit.c",
     "return delay < sst_floor_ms(s) ? sst_floor_ms(s) : delay;",
     "return delay < 90000u ? 90000u : delay;", "none"),
    ("refresh-at-the-end", "FB-40: a refresh at the moment of expiration", "session/due.c",
     "    return expiration - sst_margin_ms(run_s);\n", "    return expiration + 0u * run_s;\n",
     "none"),
    ("no-expiration", "FB-42: the refresher never gives up", "session/due.c",
     "due.end = held ? expiration : end;",
     "due.end = sst_runs(s) == RUNS_LOCAL ? SST_NEVER : held ? expiration : end;", "none"),
    ("first-refresh-only", "FB-45: only the first refresh happens", "session/commit.c",
     "    if (sst_may_refresh(s)) {\n        s->refresh_ms = sst_sum_ms",
     "    if (sst_may_refresh(s) && s->generation <= 1) {\n        s->refresh_ms = sst_sum_ms",
     "none"),
    ("copy-rearms", "FB-45, EC-31: a retransmitted 2xx restarts the interval", "session/uac.c",
     "if (sst_tx_state(tx) != TX_LOCAL_OPEN || !sst_session_is_open(s, tx)) {\n"
     "        return false;",
     "if (!sst_tx_is_local(tx)) {\n        return false;", "none"),
    ("restored-anew", "FB-49: a takeover restarts the interval", "session/image.c",
     "session->start_ms == 0 ? NONE : now - session->start_ms",
     "session->start_ms == 0 ? NONE : 0", "none"),
    ("hold-without-timer", "FB-03, EC-10: a re-INVITE leaves the timer out", "rules/uac.c",
     "    if (is_running(dialog)) {\n        /* §7.4: the larger",
     "    if (is_running(dialog) && method == SST_METHOD_UPDATE) {\n        /* §7.4: the larger",
     "none"),
    ("burst", "FB-48: what is due stays due", "session/plan.c",
     "    /* If the host begins nothing, it is asked again, as after sst_session_not_sent(). */\n"
     "    sst_plan_late(s, sst_sum_ms(now, sst_backoff_ms(s)), now);\n", "", "none"),
    ("alive-after-bye", "FB-51: the end of a call does not stop its timer", "session/session.c",
     "        sst_session_finish(s, SST_END_NONE);\n", "        (void)now_ms;\n", "none"),
    ("none-while-due", "a host that pulls late gets no event, and its refresh is blocked",
     "session/event.c", "if (!told && waited && sst_session_step(s, now_ms)) {",
     "if (!told && waited && s->policy == NULL) {", "none"),
    ("pulled-too-late", "FB-40: a refresh pulled in the last second", "session/event.c",
     "if (now >= last || way >= WAY_BLOCKED) {", "if (way >= WAY_BLOCKED) {", "none"),
    ("raised-by-policy", "a 2xx raises the interval because another policy was set", "rules/uas.c",
     "if (small && !running) {", "if (policy == NULL) {", "none"),
    ("off-in-between", "turning it off during a request forgets what that request offered",
     "session/uac.c", "sst_is_turned_off(s, tx) ? &agreed", "s->policy == NULL ? &agreed", "none"),
    ("guard-of-now", "another policy moves the end of the interval", "session/due.c",
     "    uint64_t end = expiration - s->guard_ms; /* §10 */\n",
     "    uint64_t end = expiration - s->guard_ms; /* §10 */\n"
     "    if (s->policy->guard == SST_GUARD_NONE) {\n        end = expiration;\n    }\n", "none"),
    ("proxy-below-min-se", "FB-90: a proxy lowers the interval too far", "rules/proxy.c",
     "sst_min(interval, sst_max(policy->max_session_expires, least))",
     "sst_min(interval, policy->absolute_min)", "none"),
    ("proxy-forgets-uac", "FB-89: a proxy promises a refresh that nobody was asked for",
     "rules/proxy.c", "    edit->insert_refresher_uac = true;\n", "", "none"),

    # What version 0.1 got wrong, by habit
    ("own-benefit-never", "EC-18: a peer that lists timer prevents a timer for our benefit",
     "rules/uac.c", "    read_none(policy, dialog, ask, timer);\n",
     "    if (!(response->has & SST_MSG_SUPPORTED_TIMER)) {\n"
     "        read_none(policy, dialog, ask, timer);\n    }\n", "lists"),
    ("require-is-support", "EC-106: Require: timer counts as support", "rules/uas.c",
     "return (request->has & SST_MSG_REQUIRE_TIMER) && policy->accept_require_as_support;",
     "return (request->has & SST_MSG_REQUIRE_TIMER) && policy != NULL;", "require"),
    ("same-way-again", "EC-111: a temporarily rejected method is never replaced by the other",
     "session/refused.c", "return (struct meaning){STRIKE_OTHER, THEN_LATER};",
     "return (struct meaning){STRIKE_NOTHING, THEN_LATER};", "status"),
    ("no-second-round", "EC-114: one permanent rejection ends all attempts", "session/plan.c",
     "if (now >= last || !second_round(s)) {", "if (now >= last || s->policy != NULL) {", "status"),
    ("pings-put-off", "EC-115: pings postpone our refresh", "session/uas.c",
     "commit.keeps_plan = !facts.has_session_expires || !facts.supports;",
     "commit.keeps_plan = false;", "ping"),
    ("low-bye-refused", "EC-117: a BYE with a low CSeq is refused", "session/uas.c",
     "return bye ? 0 : 500; /* EC-107 */", "return 500; /* EC-107 */", "cseq"),
    ("408-ends", "EC-118: a 408 ends the call whatever timeout_retries says", "session/lost.c",
     "return reason != SST_END_REFRESH_481 &&", "return reason == SST_END_REFRESH_TIMEOUT &&",
     "408"),
    ("bye-overtakes", "EC-120: the BYE overtakes a request of this side", "session/due.c",
     "(s->flags & (F_LOCAL_REQUEST | F_PEER_REQUEST | F_HELD)) != 0",
     "(s->flags & (F_PEER_REQUEST | F_HELD)) != 0", "lazy"),
    ("ack-for-ever", "EC-121: each 2xx extends the wait for an earlier ACK",
     "session/commit.c", "    carry_ack(s, now);\n", "", "ack"),
    ("answered-is-open", "EC-122: an offer answered in a 1xx counts as pending",
     "session/uac.c", "    sst_set_open(s, at, OPEN_ANSWERED);\n", "    (void)at;\n", "in-1xx"),
    ("trying-is-life", "EC-127: a 100 keeps a dead call up", "session/uac.c",
     "response->status > 100)", "response->status >= 100)", "trying"),
    ("overtaken-ends", "EC-123: a 408 to a request overtaken by a later 2xx ends the call",
     "session/lost.c", "if (!sst_is_overtaken(s, tx) || reason", "if (s != NULL || reason",
     "ping,408"),
    ("role-given-up", "EC-124: no rescue if the peer took the role", "session/commit.c",
     "s->flags |= overruled ? F_OVERRULED : 0;", "(void)overruled;", "taker"),
    ("no-floor", "EC-125: a 2xx that took no time sets the pace", "session/commit.c",
     "return delay < sst_floor_ms(s) ? sst_floor_ms(s) : delay;", "return delay;", "zero"),
    ("early-invite", "EC-128: an INVITE while our initial INVITE is unanswered",
     "session/uas.c", "if (!update && sst_open(s, LOCAL_INVITE_AT) != OPEN_NONE) {",
     "if (!update && sst_phase(s) == PHASE_CONFIRMED && "
     "sst_open(s, LOCAL_INVITE_AT) != OPEN_NONE) {", "rash"),
    ("invite-beside", "EC-130: a local INVITE while the peer's is unanswered", "session/uac.c",
     "(invite && sst_open(s, PEER_INVITE_AT) != OPEN_NONE)", "(invite && s->policy == NULL)",
     "rash"),
    ("rescue-one-way", "EC-119: a rescue that is refused does not take the other method",
     "session/refused.c", "    if (sst_session_way(s, now) == WAY_NONE) {\n",
     "    if (sst_session_way(s, now) == WAY_NONE || sst_is_watching(s)) {\n", "lazy,status"),
    ("unsent-rescue", "EC-119: a rescue that is not sent is not asked for again",
     "session/uac.c", "if (tx == NULL || undo(s, tx)) {",
     "if (sst_is_watching(s) ? false : tx == NULL || undo(s, tx)) {", "lazy,unsent"),
    ("impatient", "EC-112: the last try comes before a Retry-After that names a later moment",
     "session/plan.c", "        s->refresh_ms = last_resort(s, now);\n", "", "status"),
    ("same-offer", "EC-113: the same offer goes out again after 513", "rules/failure.c",
     "    case 513: /* EC-113 */\n", "", "status"),
    ("guard-at-will", "EC-126: the BYE of the watcher overtakes a refresh in time",
     "session/commit.c", "return percent < guard ? (uint32_t)percent : guard;",
     "return (uint32_t)percent * 2u;", "policy"),
    ("cseq-0", "EC-133: 0 passes the check of the order", "session/uas.c",
     "if (request->cseq + 1u < s->next_cseq) {",
     "if (request->cseq != 0 && request->cseq + 1u < s->next_cseq) {", "cseq"),
    ("dropped-once", "EC-116: one 2xx without Session-Expires stops the refreshes",
     "rules/uac.c", "policy->dropped == SST_DROPPED_KEEP;", "policy == NULL;", "forgets"),
    ("true-undoes", "any answer of the callback but 0 undoes the refresh", "session/event.c",
     "        if (answer == SST_CALLBACK_GONE",
     "        if (answer > 0 && event.type == SST_EVENT_REFRESH) {\n"
     "            s->flags &= ~F_TRANSACTIONS;\n        }\n"
     "        if (answer == SST_CALLBACK_GONE", "true"),
    ("undone-twice", "\"not sent\" gives up more than the event asked for", "session/uac.c",
     "    if (tx == NULL || undo(s, tx)) {\n",
     "    if (tx == NULL) {\n        s->flags &= ~F_TRANSACTIONS;\n    }\n"
     "    if (tx == NULL || undo(s, tx)) {\n", "nested"),
    ("from-arrival", "EC-132: the next refresh counts from the late 2xx", "session/uac.c",
     "        commit.sent = sst_session_moment(s, tx->sent); /* EC-132 */\n", "", "loss"),
    ("from-first-2xx", "EC-30: the callee counts from a lost 2xx to the initial INVITE",
     "session/commit.c", "        s->start_ms = now < until ? now : until;\n",
     "        (void)until;\n", "loss"),
    ("above-in-force", "EC-134: 422 to the interval in force", "rules/uas.c",
     "return running ? sst_min(least, dialog->interval) : least;",
     "return running ? least : least;", "small"),
    ("mute-refreshes", "EC-135: a caller that asked for nothing is made the refresher",
     "rules/uas.c",
     "return facts->has_session_expires ? policy->prefer_refresher : SST_REFRESHER_UAS;",
     "return policy->prefer_refresher;", "mute"),
]

FLAGS = ["-std=c11", "-O2"]


def run(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return done.returncode, done.stdout.decode(errors="replace")


def must(*command):
    code, text = run(*command)
    if code != 0:
        sys.exit("%s\n%s" % (" ".join(command), text))


def broken_text(root, bug):
    name, _, file_name, old, new, _ = bug
    with open(os.path.join(root, "src", file_name), encoding="utf-8") as file:
        text = file.read()
    if text.count(old) != 1:
        sys.exit("%s: its text occurs %d times in src/%s" % (name, text.count(old), file_name))
    return text.replace(old, new)


class Workshop:
    """The objects of library and simulation, in a temporary folder."""

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
        name, _, file_name, _, _, _ = bug
        path = os.path.join(self.folder, name + ".c")
        with open(path, "w", encoding="utf-8") as file:
            file.write(broken_text(self.root, bug))
        objects = dict(self.objects)
        objects[file_name] = self.compile(path, name + ".o")
        return self.program(objects, "sim-" + name)


def simulate(program, calls, habits):
    began = time.monotonic()
    code, text = run(program, "--calls", str(calls), "--quiet", "--habits", habits)
    return code, text.splitlines()[0] if text else "", time.monotonic() - began


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cc", default="cc")
    parser.add_argument("--root", required=True)
    parser.add_argument("--calls", type=int, default=400000)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    if options.check:
        for bug in BUGS:
            broken_text(options.root, bug)
        return 0
    missed = []
    with tempfile.TemporaryDirectory() as folder:
        shop = Workshop(options.cc, options.root, folder)
        whole = shop.program(shop.objects, "sim-whole")
        for habits in sorted({bug[5] for bug in BUGS}):
            code, text, _ = simulate(whole, 20000, habits)
            if code != 0:
                sys.exit("the unmodified library: " + text)
        for bug in BUGS:
            if options.names and bug[0] not in options.names:
                continue
            code, text, took = simulate(shop.broken(bug), options.calls, bug[5])
            found = code == 1 and text.startswith("call ")
            print("%-20s %s\n    %s (%.1f s)"
                  % (bug[0], bug[1], text if found else "NOT FOUND", took), flush=True)
            if not found:
                missed.append(bug[0])
    print("%d bugs, missed: %s" % (len(BUGS), ", ".join(missed) if missed else "none"))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
