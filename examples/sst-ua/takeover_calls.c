/* SPDX-License-Identifier: MIT */
/* Keeping calls in the store: they are written and deleted, and their end waits while their
 * owner is uncertain. */
#include <stdlib.h>

#include "farewell.h"
#include "store.h"
#include "stored_call.h"
#include "takeover_state.h"
#include "text.h"

/* How many CSeq numbers are reserved at a time. The next block is reserved once half are used,
 * so that a node that takes over starts above them even if the store was unreachable for a
 * while. */
#define CSEQ_BLOCK 100

/* The key of an ended call that the store still has. */
struct ended {
    struct ended *next;
    char *key;
};

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

    t->store->kind->put(t->store, t->lease.epoch, key, record);
    free(key);
}

static void set_cseq_aside(struct call *call)
{
    if (call->local_cseq + CSEQ_BLOCK / 2 >= call->kept.cseq_end) {
        call->kept.cseq_end = call->local_cseq + CSEQ_BLOCK;
    }
}

/* Whether what the store has, or is about to have, differs from the call. The time of writing
 * and the ages in the image do not count. */
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

    if (!t->lease.reachable || t->full || t->lease.lost || call->state != CALL_UP ||
        call->dialog == NULL) {
        return; /* all are written when the store is back, or has memory */
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

void takeover_before_request(struct call *call)
{
    if (call->ua->takeover != NULL) {
        write_call(call->ua->takeover, call);
    }
}

void takeover_forget(struct call *call)
{
    struct takeover *t = call->ua->takeover;

    if (t == NULL || !call->kept.stored || t->lease.lost) {
        return;
    }
    call->kept.stored = false;
    if (t->lease.reachable) {
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
            t->store->kind->put(t->store, t->lease.epoch, ended->key, NULL);
        }
        t->ended = ended->next;
        free(ended->key);
        free(ended);
    }
}

void takeover_write_anew(struct takeover *t)
{
    struct agenda *agenda = &t->ua->agenda;

    for (size_t i = 0; i < agenda->count; i++) {
        struct call *call = agenda->heap[i]->owner;

        call->kept.hash = 0; /* of no record */
        takeover_touch(call);
    }
    take_out_ended(t, true);
}

void takeover_free_calls(struct takeover *t)
{
    take_out_ended(t, false);
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
    return lease_is_doubtful(&t->lease, clock_real_ms(&t->ua->clock));
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
void takeover_end_held(struct takeover *t)
{
    while (t->held != NULL && !is_doubtful(t)) {
        struct call *call = t->held;

        t->held = call->kept.next_held;
        call->kept.held = false;
        farewell(call, call->kept.status, call->kept.reason);
    }
}
