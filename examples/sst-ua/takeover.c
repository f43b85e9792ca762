/* SPDX-License-Identifier: MIT */
#include "takeover.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "farewell.h"
#include "schedule.h"
#include "store.h"
#include "stored_call.h"
#include "text.h"

/* So many CSeq numbers are set aside at a time; the next ones once half of them are used, so that a
 * taker starts above them although the store was away for a while. */
#define CSEQ_BLOCK 100

/* Refreshes of so many calls a second is what a take-over does to the peers. */
#define TAKEN_A_SECOND 1000

/* A stopped process finds its lease over. It waits so long for the store to say whose it is. */
#define DOUBT_MS 500

/* A standby forgets that there was an owner, where the store has lost it too, after so many leases.
 */
#define LEASES_TO_FORGET 10

/* A call as the store had it. */
struct found {
    struct found *next;
    uint64_t age_ms;
    size_t length;
    char record[];
};

/* The key of a call that the store still has. */
struct ended {
    struct ended *next;
    char *key;
};

struct takeover {
    struct ua *ua;
    struct store *store;
    uint32_t lease_ms;
    uint64_t epoch;      /* ours; 0: not the owner */
    uint64_t seen;       /* the highest that the store has shown */
    uint64_t forget_ms;  /* when a standby forgets it */
    uint64_t claimed_ms; /* when the claim was sent that has no answer yet, or the last one */
    uint64_t until_ms;   /* the lease is ours until then */
    uint64_t store_due_ms;
    bool claiming; /* a claim has no answer yet */
    bool asked;    /* in doubt, and in vain */
    bool forgot;   /* that there was an owner */
    bool reachable;
    bool lost;            /* the calls are another node's */
    bool loaded;          /* all records are there */
    struct call *touched; /* to be written */
    struct call *held;    /* whose end waits */
    struct ended *ended;  /* over while the store was away */
    struct found *found;  /* not restored yet */
    size_t found_count;
    uint64_t found_ms; /* when they were read */
};

static uint64_t now_of(const struct takeover *t)
{
    return clock_real_ms(&t->ua->clock);
}

/* ---- What a call does ---- */

void takeover_touch(struct call *call)
{
    struct takeover *t = call->ua->takeover;

    if (t != NULL && !call->kept.touched) {
        call->kept.touched = true;
        call->kept.next_touched = t->touched;
        t->touched = call;
    }
}

static void put(struct takeover *t, const struct call *call, const char *record)
{
    char *key = stored_call_key(call);

    t->store->kind->put(t->store, t->epoch, key, record);
    free(key);
}

static void set_cseq_aside(struct call *call)
{
    if (call->local_cseq + CSEQ_BLOCK / 2 >= call->kept.cseq_end) {
        call->kept.cseq_end = call->local_cseq + CSEQ_BLOCK;
    }
}

/* Whether what the store has, or is about to have, is not what the call is. The time of writing and
 * the image's ages are no change. */
static bool is_stale(struct call *call)
{
    const struct sdp *sdp = &call->sdp;
    const osip_contact_t *target = call->dialog->remote_contact_uri;
    const uint64_t parts[] = {sst_session_fingerprint(call->session),
                              call->kept.cseq_end,
                              sdp->version,
                              call->remote_cseq,
                              call->holds,
                              (uint64_t)(uintptr_t)target};
    uint64_t hash = seen_hash(SEEN_HASH_START, (const char *)parts, sizeof parts);
    bool stale = hash != call->kept.hash;

    call->kept.hash = hash;
    return stale;
}

static void write_call(struct takeover *t, struct call *call)
{
    char *record;

    if (!t->reachable || t->lost || call->state != CALL_UP || call->dialog == NULL) {
        return; /* all are written when the store is back */
    }
    set_cseq_aside(call);
    if (!is_stale(call)) {
        return;
    }
    record = stored_call_write(call, call->kept.cseq_end);
    if (record != NULL) {
        put(t, call, record);
        call->kept.stored = true;
    } else {
        log_note(&call->ua->log, call->call_id, "cannot be put into words for the store");
    }
    free(record);
}

void takeover_before_request(struct call *call)
{
    if (call->ua->takeover != NULL) {
        write_call(call->ua->takeover, call);
    }
}

void takeover_forget(struct call *call)
{
    struct takeover *t = call->ua->takeover;

    if (t == NULL || !call->kept.stored || t->lost) {
        return;
    }
    call->kept.stored = false;
    if (t->reachable) {
        put(t, call, NULL);
    } else {
        struct ended *ended = memory(sizeof *ended);

        *ended = (struct ended){t->ended, stored_call_key(call)};
        t->ended = ended;
    }
}

static void take_out_ended(struct takeover *t, bool tell)
{
    while (t->ended != NULL) {
        struct ended *ended = t->ended;

        if (tell) {
            t->store->kind->put(t->store, t->epoch, ended->key, NULL);
        }
        t->ended = ended->next;
        free(ended->key);
        free(ended);
    }
}

static void take_out(struct call **place, const struct call *call, bool touched)
{
    while (*place != NULL && *place != call) {
        place = touched ? &(*place)->kept.next_touched : &(*place)->kept.next_held;
    }
    if (*place != NULL) {
        *place = touched ? call->kept.next_touched : call->kept.next_held;
    }
}

void takeover_drop(struct call *call)
{
    struct takeover *t = call->ua->takeover;

    if (t == NULL) {
        return;
    }
    if (call->kept.touched) {
        take_out(&t->touched, call, true);
    }
    if (call->kept.held) {
        take_out(&t->held, call, false);
    }
}

static bool is_doubtful(const struct takeover *t)
{
    return now_of(t) >= t->until_ms;
}

bool takeover_holds(struct call *call, enum call_status status, const char *reason)
{
    struct takeover *t = call->ua->takeover;

    if (t == NULL || call->state != CALL_UP || !is_doubtful(t)) {
        return false;
    }
    if (!call->kept.held) {
        log_note(&call->ua->log, call->call_id, "to be ended, once the store says whose it is");
        call->kept.held = true;
        call->kept.status = status;
        call->kept.reason = reason;
        call->kept.next_held = t->held;
        t->held = call;
    }
    return true;
}

/* The lease may end meanwhile: then the rest waits again. */
static void end_held(struct takeover *t)
{
    while (t->held != NULL && !is_doubtful(t)) {
        struct call *call = t->held;

        t->held = call->kept.next_held;
        call->kept.held = false;
        farewell(call, call->kept.status, call->kept.reason);
    }
}

/* ---- What the store reports ---- */

static void on_reached(void *user)
{
    struct takeover *t = user;
    struct ua *ua = t->ua;

    log_store(&ua->log, LOG_STORE_REACHED, 0);
    t->reachable = true;
    t->claiming = false;
    t->claimed_ms = 0;
    for (size_t i = 0; i < ua->agenda.count; i++) {
        struct call *call = ua->agenda.heap[i]->owner;

        call->kept.hash = 0; /* it may have forgotten */
        takeover_touch(call);
    }
    take_out_ended(t, true);
}

static void on_lost(void *user)
{
    struct takeover *t = user;

    log_store(&t->ua->log, LOG_STORE_AWAY, 0);
    t->reachable = false;
    t->claiming = false;
}

static void lose(struct takeover *t)
{
    log_store(&t->ua->log, LOG_STORE_LOST, 0);
    t->lost = true;
}

static void on_claimed(void *user, enum store_claim claim, uint64_t epoch, const char *owner)
{
    struct takeover *t = user;
    uint64_t now_ms = now_of(t);

    t->claiming = false;
    if (claim == STORE_OURS) {
        t->epoch = epoch;
        t->until_ms = t->claimed_ms + t->lease_ms;
        t->asked = false;
    } else if (t->epoch != 0 || (!t->ua->options.standby && owner != NULL &&
                                 strcmp(owner, t->ua->options.node) != 0)) {
        lose(t);
    } else if (epoch >= t->seen) {
        t->seen = epoch;
        t->forget_ms = now_ms + (uint64_t)t->lease_ms * LEASES_TO_FORGET;
    }
}

static void on_refused(void *user)
{
    struct takeover *t = user;

    if (!t->lost) {
        lose(t);
    }
}

static void on_loaded(void *user, const char *record, size_t length, uint64_t age_ms)
{
    struct takeover *t = user;
    struct found *found;

    if (record == NULL) {
        t->loaded = true;
        t->found_ms = now_of(t);
        return;
    }
    found = memory(sizeof *found + length);
    found->age_ms = age_ms;
    found->length = length;
    memcpy(found->record, record, length);
    found->next = t->found;
    t->found = found;
    t->found_count++;
}

/* ---- The loop ---- */

/* A standby begins to ask for the next epoch only where it has seen that there is an owner. */
static bool may_claim(struct takeover *t)
{
    if (t->epoch == 0 && t->ua->options.standby && now_of(t) >= t->forget_ms) {
        t->forgot = true;
    }
    return t->reachable && !t->claiming && !t->lost;
}

/* A standby asks four times as often as an owner renews: how soon it notices counts. */
static uint64_t claim_due_ms(const struct takeover *t)
{
    return t->claimed_ms == 0 ? 0 : t->claimed_ms + t->lease_ms / (t->epoch != 0 ? 3 : 12);
}

static void claim(struct takeover *t)
{
    uint64_t now_ms = now_of(t);

    if (may_claim(t) && now_ms >= claim_due_ms(t)) {
        uint64_t least = t->ua->options.standby && t->seen == 0 ? 1 : t->seen;

        least = t->forgot ? 0 : least;

        t->claiming = true;
        t->claimed_ms = now_ms;
        t->store->kind->claim(t->store, t->epoch, least, t->lease_ms);
    }
}

static void turn(struct takeover *t, short revents)
{
    t->store_due_ms = t->store->kind->work(t->store, revents, now_of(t));
    claim(t);
    if (t->reachable) {
        t->store_due_ms = t->store->kind->work(t->store, 0, now_of(t));
    }
}

/* Waits for the store alone, at most so long. */
static void wait_for_store(struct takeover *t, uint64_t most_ms)
{
    struct pollfd source = t->store->kind->watch(t->store);
    uint64_t now_ms = now_of(t);
    uint64_t until_ms = now_ms + most_ms;

    until_ms = t->store_due_ms < until_ms ? t->store_due_ms : until_ms;
    if (may_claim(t) && claim_due_ms(t) < until_ms) {
        until_ms = claim_due_ms(t);
    }
    poll(&source, 1, until_ms > now_ms ? (int)(until_ms - now_ms) : 0);
    turn(t, source.revents);
}

/* The process was stopped, or stalled, for longer than its lease: first of all it asks. */
static void resolve_doubt(struct takeover *t)
{
    uint64_t until_ms = now_of(t) + DOUBT_MS;

    if (!t->claiming) {
        t->claimed_ms = 0; /* at once */
    }
    t->asked = true;
    while (t->reachable && !t->lost && is_doubtful(t) && now_of(t) < until_ms) {
        wait_for_store(t, until_ms - now_of(t));
    }
}

struct pollfd takeover_watch(const struct ua *ua)
{
    const struct takeover *t = ua->takeover;

    return t != NULL ? t->store->kind->watch(t->store) : (struct pollfd){.fd = -1};
}

bool takeover_work(struct ua *ua, short revents)
{
    struct takeover *t = ua->takeover;

    if (t == NULL) {
        return true;
    }
    turn(t, revents);
    if (t->reachable && is_doubtful(t) && !t->asked) {
        resolve_doubt(t);
    }
    if (t->lost) {
        ua->mute = true;
        ua->status = TAKEOVER_LOST;
        return false;
    }
    end_held(t);
    return true;
}

void takeover_write(struct ua *ua)
{
    struct takeover *t = ua->takeover;

    while (t != NULL && t->touched != NULL) {
        struct call *call = t->touched;

        t->touched = call->kept.next_touched;
        call->kept.touched = false;
        write_call(t, call);
    }
}

uint64_t takeover_due_ms(const struct ua *ua)
{
    const struct takeover *t = ua->takeover;
    uint64_t due_ms;

    if (t == NULL) {
        return CLOCK_NEVER;
    }
    due_ms = t->store_due_ms;
    if (t->reachable && !t->claiming && claim_due_ms(t) < due_ms) {
        due_ms = claim_due_ms(t);
    }
    return due_ms;
}

/* ---- Beginning and end ---- */

/* Waits until the calls, if there are any, are this node's. */
static bool become_owner(struct takeover *t)
{
    const struct options *options = &t->ua->options;
    uint64_t give_up_ms = options->standby ? CLOCK_NEVER : now_of(t) + 5000;

    if (options->standby) {
        log_store(&t->ua->log, LOG_STORE_STANDBY, 0);
    }
    while (t->epoch == 0 && !t->lost && now_of(t) < give_up_ms) {
        wait_for_store(t, 1000);
    }
    if (t->epoch == 0) {
        fprintf(stderr, PROGRAM ": --store: %s\n",
                t->lost ? "another node has the calls" : "cannot be reached");
        return false;
    }
    log_store(&t->ua->log, LOG_STORE_OWNER, (unsigned long)t->epoch);
    return true;
}

static bool load(struct takeover *t)
{
    t->store->kind->load(t->store);
    while (!t->loaded && t->reachable && !t->lost) {
        wait_for_store(t, 1000);
    }
    return t->loaded;
}

bool takeover_begin(struct ua *ua)
{
    const struct options *options = &ua->options;
    struct takeover *t;
    char *group;
    bool good;

    if (options->store == NULL) {
        return true;
    }
    t = memory(sizeof *t);
    ua->takeover = t;
    t->ua = ua;
    signal(SIGPIPE, SIG_IGN); /* a store that goes away is no reason to die */
    t->lease_ms = (uint32_t)(options->lease * 1000);
    t->forget_ms = CLOCK_NEVER;
    group = text_print("%s:%d", options->bind.host, options->bind.port);
    const struct store_events events = {t, on_reached, on_lost, on_claimed, on_refused, on_loaded};
    t->store = store_open(options->store, group, options->node, &events);
    free(group);
    if (t->store == NULL) {
        return false;
    }
    do {
        good = become_owner(t);
    } while (good && !load(t) && !t->lost);
    return good && !t->lost;
}

void takeover_restore(struct ua *ua)
{
    struct takeover *t = ua->takeover;
    uint64_t spread_ms;
    size_t good = 0;

    if (t == NULL || t->found == NULL) {
        return;
    }
    spread_ms = t->found_count * UINT64_C(1000) / TAKEN_A_SECOND;
    while (t->found != NULL) {
        struct found *found = t->found;
        uint64_t age_ms = found->age_ms + now_of(t) - t->found_ms;
        struct call *call = stored_call_read(ua, found->record, found->length, age_ms, spread_ms);

        if (call != NULL) {
            good++;
            call->kept.stored = true; /* so that its end takes it out */
            call->kept.cseq_end = call->local_cseq;
            takeover_touch(call);
        }
        t->found = found->next;
        free(found);
    }
    log_store(&ua->log, LOG_STORE_TAKEN, (unsigned long)good);
    if (good < t->found_count) {
        log_store(&ua->log, LOG_STORE_UNREAD, (unsigned long)(t->found_count - good));
    }
    if (!ua->options.answering) {
        ua->options.calls = ua->begun; /* those, and no new ones */
    }
}

void takeover_end(struct ua *ua)
{
    struct takeover *t = ua->takeover;

    if (t == NULL) {
        return;
    }
    take_out_ended(t, false);
    store_close(t->store);
    while (t->found != NULL) {
        struct found *found = t->found;

        t->found = found->next;
        free(found);
    }
    free(t);
    ua->takeover = NULL;
}
