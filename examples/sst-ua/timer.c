/* SPDX-License-Identifier: MIT */
#include "timer.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "client.h"
#include "farewell.h"
#include "random.h"
#include "takeover.h"
#include "text.h"

/* How many sessions are handled in one turn of the loop, before the socket has its turn again. */
#define SESSIONS_A_TURN 256

static uint64_t now(const struct ua *ua)
{
    return clock_library_ms(&ua->clock);
}

static struct call *call_of(struct sst_session *session)
{
    size_t offset = offsetof(struct call_session, session);

    return ((struct call_session *)(void *)((char *)session - offset))->call;
}

/* For what cannot fail here: the policy was checked, and there is room. */
static void must(int result)
{
    if (result != SST_OK) {
        fprintf(stderr, PROGRAM ": libsst: %s\n", sst_result_name(result));
        abort();
    }
}

/* The call's deadline may have moved. */
static void moved(struct call *call)
{
    struct sst_queue *queue = &call->ua->sessions;

    takeover_touch(call);
    int result = sst_queue_update(queue, call->session);

    if (result == SST_ERR_SPACE) {
        size_t room = queue->capacity * 2;
        struct sst_queue_slot *old = queue->slots;

        must(sst_queue_resize(queue, memory(room * sizeof *old), room));
        free(old);
        result = sst_queue_update(queue, call->session);
    }
    must(result);
}

/* In the JSON log, an event that keeps interval and refresher is not a change of the timer,
 * although libsst reports that it now runs for our own benefit. */
static void tell(struct call *call, const struct sst_event *event)
{
    struct ua *ua = call->ua;

    if (event->type == SST_EVENT_NEGOTIATED) {
        bool same = event->interval == call->told_interval && event->side == call->told_side;

        call->told_interval = event->interval;
        call->told_side = event->side;
        if (same && ua->log.json) {
            return;
        }
    }
    log_event(&ua->log, call->call_id, event);
}

static int on_event(void *user, struct sst_session *session, const struct sst_event *event)
{
    struct call *call = call_of(session);

    (void)user;
    takeover_touch(call);
    tell(call, event);
    if (event->type == SST_EVENT_REFRESH) {
        client_refresh(call, event->method, event->with_offer);
    } else if (event->type == SST_EVENT_ENDED) {
        farewell(call,
                 event->reason == SST_END_NOT_REFRESHED ? CALL_PEER_SILENT : CALL_REFRESH_FAILED,
                 sst_bye_reason(event->reason));
    }
    return SST_CALLBACK_DONE;
}

void timer_open(struct ua *ua)
{
    struct sst_policy *policy = &ua->options.policy;

    policy->on_event = on_event;
    policy->random = random_number;
    policy->user = ua;
    policy->counters = &ua->counters;
    must(sst_queue_init(&ua->sessions, memory(16 * sizeof(struct sst_queue_slot)), 16));
}

void timer_close(struct ua *ua)
{
    free(ua->sessions.slots);
}

void timer_begin(struct call *call)
{
    for (int i = 0; i < 2; i++) {
        call->sessions[i].call = call;
        must(sst_session_init(&call->sessions[i].session, &call->ua->options.policy,
                              call->caller ? SST_CALLER : SST_CALLEE));
    }
    call->session = &call->sessions[0].session;
}

bool timer_restore(struct call *call, const struct sst_restore *how)
{
    struct ua *ua = call->ua;

    if (sst_session_restore(call->session, &ua->options.policy, how, now(ua)) != SST_OK) {
        return false;
    }
    moved(call);
    return true;
}

void timer_end(struct call *call)
{
    sst_session_end(call->session, now(call->ua));
    timer_forget(call);
}

void timer_forget(struct call *call)
{
    for (int i = 0; i < 2; i++) {
        sst_queue_remove(&call->ua->sessions, &call->sessions[i].session);
    }
}

static struct sst_tx *tx_of(struct request *request)
{
    return request->method == SST_METHOD_INVITE || request->method == SST_METHOD_UPDATE
               ? &request->tx
               : NULL;
}

bool timer_request(struct request *request, osip_message_t *sip)
{
    struct call *call = request->call;
    unsigned flags = request->kind == REQUEST_REFRESH ? SST_REQUEST_REFRESH : 0;
    struct sst_headers headers;
    int result;

    if (tx_of(request) == NULL) {
        /* A BYE and its retries are built after the session has ended, so not with it. */
        sst_other_headers(&call->ua->options.policy, request->method, &headers);
        return sst_osip_apply(sip, &headers) == SST_OK;
    }
    result = sst_osip_request(call->session, &request->tx, sip, flags, now(call->ua));
    moved(call);
    return result == SST_OK;
}

void timer_plain_request(struct ua *ua, osip_message_t *sip)
{
    struct sst_headers headers;

    sst_other_headers(&ua->options.policy, SST_METHOD_OTHER, &headers);
    sst_osip_apply(sip, &headers);
}

void timer_response(struct request *request, enum sst_osip_event what, osip_message_t *response,
                    struct sst_verdict *verdict)
{
    struct call *call = request->call;

    sst_osip_dispatch(call->session, tx_of(request), what, response, now(call->ua), verdict);
    moved(call);
}

void timer_give_up(struct request *request)
{
    struct call *call = request->call;

    /* If it was not even prepared, what cannot be sent is the refresh that libsst asked for. */
    if (sst_session_not_sent(call->session, &request->tx, SST_NEVER, now(call->ua)) ==
            SST_ERR_STATE &&
        request->kind == REQUEST_REFRESH) {
        sst_session_not_sent(call->session, NULL, SST_NEVER, now(call->ua));
    }
    moved(call);
}

void timer_fork(struct request *request)
{
    struct call *call = request->call;
    struct sst_session *parent = call->session;
    struct sst_session *child = &call->sessions[1].session;
    struct sst_tx tx = {0};

    if (parent == child || sst_session_fork(child, &tx, parent, &request->tx) != SST_OK) {
        return;
    }
    sst_session_end(parent, now(call->ua));
    sst_queue_remove(&call->ua->sessions, parent);
    request->tx = tx;
    call->session = child;
}

void timer_receive(struct call *call, struct sst_tx *tx, osip_message_t *request,
                   struct sst_advice *advice)
{
    if (sst_osip_receive(call->session, tx, request, now(call->ua), advice) != SST_OK) {
        *advice = (struct sst_advice){.status = 400};
    }
    moved(call);
}

void timer_answer(struct call *call, struct sst_tx *tx, osip_message_t *response)
{
    sst_osip_answer(call->session, tx, response, now(call->ua));
    moved(call); /* its consequences are reported in the next turn of the loop */
}

void timer_plain_answer(struct ua *ua, osip_message_t *response)
{
    struct sst_headers headers;

    sst_refusal_headers(&ua->options.policy, (unsigned)response->status_code, 0, &headers);
    sst_osip_apply(response, &headers);
}

void timer_ack(struct call *call)
{
    sst_session_ack(call->session, &call->incoming.tx, now(call->ua));
    moved(call);
}

void timer_work(struct ua *ua)
{
    sst_queue_run(&ua->sessions, now(ua), SESSIONS_A_TURN);
}

uint64_t timer_due_ms(const struct ua *ua)
{
    return clock_real_of(&ua->clock, sst_queue_deadline(&ua->sessions));
}
