/* SPDX-License-Identifier: MIT */
#include "calls.h"

#include <string.h>

#include <utlist.h>

#include "text.h"

/* How long a call is kept after its end: late refreshes and copies still belong to it. */
#define LINGER_MS 128000u

static void hand_out(struct calls *calls, struct call *call)
{
    HASH_DEL(calls->table, call);
    if (call->over) {
        DL_DELETE(calls->over, call);
    }
    call_judge(call, &calls->clock, calls->now_ms);
    if (calls->done(calls->user, call->account)) {
        call->account = NULL;
    }
    call_free(call);
}

void calls_tick(void *user, uint64_t at_us)
{
    struct calls *calls = user;
    uint64_t now_ms;

    if (!calls->started) {
        calls->clock.start_us = at_us;
        calls->started = true;
    }
    now_ms = call_clock_ms(&calls->clock, at_us);
    /* Packets can be a little out of order. */
    calls->now_ms = now_ms > calls->now_ms ? now_ms : calls->now_ms;
    while (calls->over != NULL && calls->now_ms > calls->over->over_ms + LINGER_MS) {
        hand_out(calls, calls->over);
    }
}

/* Whether a call can begin with this message, as far as can be seen. */
static bool can_begin(const struct view *view)
{
    switch (view->msg.method) {
    case SST_METHOD_INVITE:
    case SST_METHOD_UPDATE:
    case SST_METHOD_BYE:
    case SST_METHOD_ACK:
        return true;
    default:
        return false;
    }
}

static void take_view(struct calls *calls, const struct view *view, const struct packet *packet)
{
    struct call *call = NULL;
    bool was_over;

    if (calls->only != NULL && strcmp(calls->only, view->call_id) != 0) {
        return;
    }
    HASH_FIND_STR(calls->table, view->call_id, call);
    if (call == NULL) {
        if (!can_begin(view)) {
            return;
        }
        call = call_new(view, packet, &calls->clock, calls->keeps_rows);
        HASH_ADD_KEYPTR(hh, calls->table, call->key, strlen(call->key), call);
    }
    was_over = call->over;
    call_take(call, view, packet, &calls->clock, calls->absolute_min);
    if (gaps_take(&calls->gaps, packet)) {
        call_lose(call, packet);
    }
    if (was_over) {
        DL_DELETE(calls->over, call);
    }
    if (call->over) {
        DL_APPEND(calls->over, call);
    }
}

void calls_take(void *user, const struct packet *packet)
{
    struct calls *calls = user;
    struct view view;

    calls_tick(calls, packet->at_us);
    calls->messages++;
    if (!view_read(&view, packet->bytes, packet->length)) {
        calls->left_out.messages++;
        return;
    }
    view.flags &= packet->unsure ? ~(unsigned)SST_OVER_STREAM : ~0u;
    take_view(calls, &view, packet);
    view_free(&view);
}

void calls_lose(void *user, const struct packet *gap)
{
    struct calls *calls = user;

    if (!gaps_add(&calls->gaps, gap)) {
        return;
    }
    for (struct call *call = calls->table; call != NULL; call = call->hh.next) {
        call_lose(call, gap);
    }
}

void calls_finish(struct calls *calls)
{
    struct call *call;
    struct call *next;

    gaps_clear(&calls->gaps);

    HASH_ITER(hh, calls->table, call, next)
    {
        hand_out(calls, call);
    }
}
