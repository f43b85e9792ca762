/* SPDX-License-Identifier: MIT */
#include "takeover_state.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store.h"
#include "stored_call.h"
#include "text.h"

/* How many calls a takeover refreshes per second. */
#define TAKEN_A_SECOND 1000

/* A process that was stopped finds that its lease has ended. It waits this long for the store to
 * say who has the lease. */
#define DOUBT_MS 500

/* A call as the store had it. */
struct found {
    struct found *next;
    uint64_t age_ms;
    size_t length;
    char record[];
};

static uint64_t now_of(const struct takeover *t)
{
    return clock_real_ms(&t->ua->clock);
}

void takeover_fall_silent(struct takeover *t)
{
    t->lease.lost = true;
    t->ua->mute = true;
    t->ua->status = TAKEOVER_LOST;
}

/* ---- What the store reports ---- */

static void on_reached(void *user)
{
    struct takeover *t = user;

    log_store(&t->ua->log, LOG_STORE_REACHED, 0);
    lease_reach(&t->lease, true, now_of(t));
    takeover_write_anew(t);
}

static void on_lost(void *user)
{
    struct takeover *t = user;

    log_store(&t->ua->log, LOG_STORE_AWAY, 0);
    lease_reach(&t->lease, false, now_of(t));
}

static void on_full(void *user, bool full)
{
    struct takeover *t = user;

    if (full == t->full) {
        return;
    }
    t->full = full;
    log_store(&t->ua->log, full ? LOG_STORE_FULL : LOG_STORE_ROOM, 0);
    if (!full) {
        takeover_write_anew(t);
    }
}

static void on_refused(void *user)
{
    struct takeover *t = user;

    if (!t->lease.lost) {
        log_store(&t->ua->log, LOG_STORE_LOST, 0);
        takeover_fall_silent(t);
    }
}

static void on_claimed(void *user, enum store_claim claim, uint64_t epoch, const char *owner)
{
    struct takeover *t = user;

    if (!lease_answered(&t->lease, claim, epoch, owner, now_of(t))) {
        on_refused(t);
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

static void turn(struct takeover *t, short revents)
{
    t->store_due_ms = t->store->kind->work(t->store, revents, now_of(t));
    lease_claim(&t->lease, t->store, now_of(t));
    if (t->lease.reachable) {
        t->store_due_ms = t->store->kind->work(t->store, 0, now_of(t));
    }
}

/* Waits for the store alone, at most this long. */
static void wait_for_store(struct takeover *t, uint64_t most_ms)
{
    struct pollfd source = t->store->kind->watch(t->store);
    uint64_t now_ms = now_of(t);
    uint64_t until_ms = now_ms + most_ms;

    until_ms = t->store_due_ms < until_ms ? t->store_due_ms : until_ms;
    if (lease_due_ms(&t->lease) < until_ms) {
        until_ms = lease_due_ms(&t->lease);
    }
    poll(&source, 1, until_ms > now_ms ? (int)(until_ms - now_ms) : 0);
    turn(t, source.revents);
}

static bool is_doubtful(const struct takeover *t)
{
    return t->lease.reachable && !t->lease.lost && lease_is_doubtful(&t->lease, now_of(t));
}

/* The process was stopped, or stalled, for longer than its lease: before anything else, ask the
 * store. */
static void resolve_doubt(struct takeover *t)
{
    uint64_t until_ms = now_of(t) + DOUBT_MS;

    if (!t->lease.claiming) {
        t->lease.claimed_ms = 0; /* at once */
    }
    t->lease.asked = true;
    while (is_doubtful(t) && now_of(t) < until_ms) {
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
    if (is_doubtful(t) && !t->lease.asked) {
        resolve_doubt(t);
    }
    takeover_address_work(t, now_of(t));
    if (t->lease.lost) {
        return false;
    }
    takeover_end_held(t);
    return true;
}

uint64_t takeover_due_ms(const struct ua *ua)
{
    const struct takeover *t = ua->takeover;

    if (t == NULL) {
        return CLOCK_NEVER;
    }
    return clock_earlier(takeover_address_due_ms(t),
                         clock_earlier(t->store_due_ms, lease_due_ms(&t->lease)));
}

/* ---- Beginning and end ---- */

/* Waits until the calls, if there are any, belong to this node. */
static bool become_owner(struct takeover *t)
{
    const struct options *options = &t->ua->options;
    uint64_t give_up_ms = options->standby ? CLOCK_NEVER : now_of(t) + 5000;

    if (options->standby) {
        log_store(&t->ua->log, LOG_STORE_STANDBY, 0);
    }
    while (t->lease.epoch == 0 && !t->lease.lost && now_of(t) < give_up_ms) {
        wait_for_store(t, 1000);
    }
    if (t->lease.epoch == 0) {
        return false;
    }
    log_store(&t->ua->log, LOG_STORE_OWNER, (unsigned long)t->lease.epoch);
    return true;
}

static void drop_found(struct takeover *t)
{
    while (t->found != NULL) {
        struct found *found = t->found;

        t->found = found->next;
        free(found);
    }
    t->found_count = 0;
}

/* Reads all records, starting over if the store becomes unreachable meanwhile. */
static bool load(struct takeover *t)
{
    while (!t->loaded && !t->lease.lost) {
        if (!t->lease.reachable) {
            wait_for_store(t, 1000);
            continue;
        }
        drop_found(t);
        t->store->kind->load(t->store);
        while (t->lease.reachable && !t->loaded && !t->lease.lost) {
            wait_for_store(t, 1000);
        }
    }
    return !t->lease.lost;
}

bool takeover_begin(struct ua *ua)
{
    const struct options *options = &ua->options;
    struct takeover *t;
    char *group;

    if (options->store == NULL) {
        return true;
    }
    t = memory(sizeof *t);
    ua->takeover = t;
    t->ua = ua;
    signal(SIGPIPE, SIG_IGN); /* a lost connection must not end the program */
    lease_begin(&t->lease, options->node, options->standby, options->lease);
    group = text_print("%s:%d", options->bind.host, options->bind.port);
    const struct store_events events = {t,       on_reached, on_lost,  on_claimed,
                                        on_full, on_refused, on_loaded};
    t->store = store_open(options->store, group, options->node, &events);
    free(group);
    if (t->store == NULL) {
        return false;
    }
    if (!become_owner(t) || !load(t)) {
        fprintf(stderr, PROGRAM ": --store: %s\n",
                t->lease.lost ? "another node has the calls" : "cannot be reached");
        return false;
    }
    return true;
}

void takeover_restore(struct ua *ua)
{
    struct takeover *t = ua->takeover;
    uint64_t spread_ms;
    size_t good = 0;

    if (t == NULL) {
        return;
    }
    takeover_address_begin(t);
    if (t->found == NULL) {
        return;
    }
    spread_ms = t->found_count * UINT64_C(1000) / TAKEN_A_SECOND;
    while (t->found != NULL) {
        struct found *found = t->found;
        uint64_t age_ms = found->age_ms + now_of(t) - t->found_ms;
        struct call *call = stored_call_read(ua, found->record, found->length, age_ms, spread_ms);

        if (call != NULL && call->kept.stored) {
            t->found_count--; /* the store may return one twice */
        } else if (call != NULL) {
            good++;
            call->kept.stored = true; /* so that it is deleted when it ends */
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
        ua->options.calls = ua->begun; /* these, and no new ones */
    }
}

void takeover_end(struct ua *ua)
{
    struct takeover *t = ua->takeover;

    if (t == NULL) {
        return;
    }
    takeover_free_calls(t);
    store_close(t->store);
    drop_found(t);
    free(t);
    ua->takeover = NULL;
}
