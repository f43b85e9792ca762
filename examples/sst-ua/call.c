/* SPDX-License-Identifier: MIT */
#include "call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dialog.h"
#include "schedule.h"
#include "takeover.h"
#include "text.h"
#include "timer.h"
#include "transactions.h"

/* Longer than any retransmission within the dialog can take (64*T1, RFC 3261 §17). */
#define FREE_AFTER_MS 40000

static uint64_t hash_of(const char *call_id)
{
    return seen_hash(SEEN_HASH_START, call_id, strlen(call_id));
}

struct call *call_new(struct ua *ua, const char *call_id, bool caller)
{
    struct call *call = memory(sizeof *call);

    call->ua = ua;
    call->caller = caller;
    call->state = caller ? CALL_INVITING : CALL_RINGING;
    call->call_id = text_copy(call_id);
    random_token(call->local_tag);
    schedule_add(call);
    timer_begin(call);
    table_add(&ua->calls, &call->node, hash_of(call_id), call);
    return call;
}

void call_closed(struct call *call)
{
    if (call->half_open) {
        call->half_open = false;
        call->ua->half_open--;
    }
}

static void free_requests(struct call *call)
{
    while (call->requests != NULL) {
        call_request_done(call->requests);
    }
}

void call_free(struct call *call)
{
    takeover_drop(call);
    table_remove(&call->ua->calls, &call->node);
    call->state = CALL_LEAVING;
    call_closed(call);
    timer_forget(call);
    schedule_remove(call);
    free_requests(call);
    if (call->incoming.transaction != NULL) {
        osip_transaction_set_your_instance(call->incoming.transaction, NULL);
    }
    call_incoming_done(call);
    osip_message_free(call->ack);
    path_free(&call->ack_path);
    osip_dialog_free(call->dialog);
    sdp_free(&call->sdp);
    auth_free(&call->auth);
    osip_via_free(call->invite_via);
    free(call->early_tag);
    free(call->remote_tag);
    free(call->call_id);
    free(call);
}

struct call *call_next(struct ua *ua, const char *call_id, const struct call *after)
{
    struct node *node =
        after != NULL ? table_next(&after->node) : table_find(&ua->calls, hash_of(call_id));

    while (node != NULL && strcmp(((struct call *)node->owner)->call_id, call_id) != 0) {
        node = table_next(node);
    }
    return node != NULL ? node->owner : NULL;
}

static bool fits(const struct call *call, const char *local_tag, const char *remote_tag)
{
    return text_same(call->local_tag, local_tag) &&
           (call->remote_tag == NULL || text_same(call->remote_tag, remote_tag));
}

struct call *call_find(struct ua *ua, const char *call_id, const char *local_tag,
                       const char *remote_tag)
{
    struct call *call = NULL;

    while ((call = call_next(ua, call_id, call)) != NULL) {
        if (fits(call, local_tag, remote_tag)) {
            return call;
        }
    }
    return NULL;
}

void call_over(struct call *call, enum call_status status)
{
    struct ua *ua = call->ua;

    if (call->over || !call->counted) {
        return;
    }
    call->over = true;
    ua->over++;
    ua->over_ms = clock_real_ms(&ua->clock);
    if (!ua->mute && (int)status > ua->status) {
        ua->status = (int)status;
    }
}

void call_leave(struct call *call)
{
    call->state = CALL_LEAVING;
    takeover_forget(call);
    timer_end(call);
    for (struct request *request = call->requests; request != NULL; request = request->next) {
        /* The BYE must arrive; the requests it overtakes need not. */
        if (request->transaction != NULL && request->kind != REQUEST_BYE &&
            request->kind != REQUEST_CANCEL && !call->cancelling) {
            transactions_hush(request->transaction);
        }
    }
    for (int timer = 0; timer < TIMER_COUNT; timer++) {
        schedule_at(call, (enum call_timer)timer, CLOCK_NEVER);
    }
    schedule_in(call, TIMER_FREE, FREE_AFTER_MS);
}

void call_linger(struct call *call, uint64_t wait_ms)
{
    struct ua *ua = call->ua;
    uint64_t until_ms = clock_real_ms(&ua->clock) + wait_ms;

    if (until_ms > ua->linger_ms) {
        ua->linger_ms = until_ms;
    }
}

/* The time this many seconds of libsst's clock after the answer; never if negative. */
static uint64_t after_answer(const struct call *call, double seconds)
{
    if (seconds < 0) {
        return CLOCK_NEVER;
    }
    return call->answered_ms + clock_real_span(&call->ua->clock, seconds);
}

void call_answered(struct call *call)
{
    struct ua *ua = call->ua;
    const struct options *options = &ua->options;
    uint64_t mute_ms;

    call->answered_ms = clock_real_ms(&ua->clock);
    if (options->hold_count > 0) {
        schedule_at(call, TIMER_HOLD, after_answer(call, options->holds[0]));
    }
    schedule_at(call, TIMER_HANGUP, after_answer(call, options->hangup_after));
    mute_ms = after_answer(call, options->mute_after);
    if (mute_ms < ua->mute_ms) {
        ua->mute_ms = mute_ms;
    }
}

/* The time left until this many seconds of libsst's clock after the answer. */
static uint64_t left_of(const struct call *call, double seconds, uint64_t up_ms)
{
    uint64_t span_ms;

    if (seconds < 0) {
        return CLOCK_NEVER;
    }
    span_ms = clock_real_span(&call->ua->clock, seconds);
    return clock_real_ms(&call->ua->clock) + (span_ms > up_ms ? span_ms - up_ms : 0);
}

void call_resumed(struct call *call, uint64_t up_ms)
{
    const struct options *options = &call->ua->options;

    /* This may lie before our clock began; unsigned differences are still right. */
    call->answered_ms = clock_real_ms(&call->ua->clock) - up_ms;
    if (call->holds < options->hold_count) {
        schedule_at(call, TIMER_HOLD, left_of(call, options->holds[call->holds], up_ms));
    }
    schedule_at(call, TIMER_HANGUP, left_of(call, options->hangup_after, up_ms));
}

struct request *call_request(struct call *call, enum request_kind kind, enum sst_method method)
{
    struct request *request = memory(sizeof *request);

    request->call = call;
    request->kind = kind;
    request->method = method;
    request->next = call->requests;
    call->requests = request;
    if (kind == REQUEST_BYE) {
        call->ua->goodbyes++;
    }
    return request;
}

void call_request_done(struct request *request)
{
    struct request **place = &request->call->requests;

    while (*place != request) {
        place = &(*place)->next;
    }
    *place = request->next;
    if (request->kind == REQUEST_BYE) {
        request->call->ua->goodbyes--;
    }
    if (request->transaction != NULL) {
        osip_transaction_set_your_instance(request->transaction, NULL);
    }
    sdp_draft_free(&request->offer);
    free(request->reason);
    free(request);
}

struct request *call_open_invite(const struct call *call)
{
    struct request *request = call->requests;

    while (request != NULL && request->method != SST_METHOD_INVITE) {
        request = request->next;
    }
    return request;
}

void call_incoming_done(struct call *call)
{
    struct incoming *incoming = &call->incoming;

    osip_message_free(incoming->response);
    sdp_draft_free(&incoming->answer);
    *incoming = (struct incoming){0};
    if (call->state != CALL_LEAVING) {
        schedule_at(call, TIMER_2XX, CLOCK_NEVER);
        schedule_at(call, TIMER_ACK, CLOCK_NEVER);
    }
}
