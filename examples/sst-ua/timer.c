/* SPDX-License-Identifier: MIT */
#include "timer.h"

#include <stddef.h>
#include <stdlib.h>

#include "client.h"
#include "farewell.h"
#include "random.h"
#include "text.h"

/* So many sessions are looked at in one turn of the loop: then the socket has its turn again. */
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

/* The call's deadline may have moved. */
static void moved(struct call *call)
{
    struct sst_queue *queue = &call->ua->sessions;
    struct sst_queue_slot *slots;
    struct sst_queue_slot *old;
    size_t room;

    if (sst_queue_update(queue, call->session) != SST_ERR_SPACE) {
        return;
    }
    room = queue->capacity * 2;
    slots = memory(room * sizeof *slots);
    old = queue->slots;
    sst_queue_resize(queue, slots, room);
    free(old);
    sst_queue_update(queue, call->session);
}

/* Why the peer is told goodbye (RFC 3326), and what that means for the exit status. */
static const char *why(enum sst_end_reason reason, enum call_status *status)
{
    *status = CALL_REFRESH_FAILED;
    switch (reason) {
    case SST_END_NOT_REFRESHED:
        *status = CALL_PEER_SILENT;
        return "Session refresh never came";
    case SST_END_REFRESH_TIMEOUT:
        return "Session refresh timed out";
    case SST_END_REFRESH_408:
        return "Session refresh answered with 408";
    case SST_END_REFRESH_481:
        return "Session refresh answered with 481";
    case SST_END_REFRESH_UNANSWERED:
        return "Session expired while its refresh was unanswered";
    case SST_END_REFRESH_REFUSED:
        return "Session expired, refreshes were refused";
    case SST_END_REFRESH_NOT_SENT:
        return "Session expired, refreshes could not be sent";
    case SST_END_NONE:
        break;
    }
    return "Session expired";
}

static int act_on(struct call *call, const struct sst_event *event)
{
    enum call_status status;
    const char *text;

    if (event->type == SST_EVENT_REFRESH) {
        return client_refresh(call, event->method, event->with_offer) ? SST_CALLBACK_DONE
                                                                      : SST_CALLBACK_NOT_SENT;
    }
    if (event->type == SST_EVENT_ENDED) {
        text = why(event->reason, &status);
        farewell(call, status, text);
    }
    return SST_CALLBACK_DONE;
}

/* In the JSON log, an interval and a refresher that stay are no change of the timer, although the
 * library tells that it runs for the own benefit from now on. */
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
    struct ua *ua = user;
    struct call *call = call_of(session);

    if (ua->holding_back && ua->told_count < TOLD_MAX) {
        ua->told[ua->told_count].call = call;
        ua->told[ua->told_count++].event = *event;
        return SST_CALLBACK_DONE;
    }
    tell(call, event);
    return act_on(call, event);
}

void timer_open(struct ua *ua)
{
    struct sst_policy *policy = &ua->options.policy;

    policy->on_event = on_event;
    policy->random = random_number;
    policy->user = ua;
    sst_queue_init(&ua->sessions, memory(16 * sizeof(struct sst_queue_slot)), 16);
}

void timer_close(struct ua *ua)
{
    free(ua->sessions.slots);
}

void timer_begin(struct call *call)
{
    for (int i = 0; i < 2; i++) {
        call->sessions[i].call = call;
        sst_session_init(&call->sessions[i].session, &call->ua->options.policy, call->caller ? SST_CALLER : SST_CALLEE);
    }
    call->session = &call->sessions[0].session;
}

void timer_end(struct call *call)
{
    sst_session_end(call->session, now(call->ua));
    timer_forget(call);
}

void timer_ack_timeout(struct call *call)
{
    sst_session_ack_timeout(call->session, &call->incoming.tx, now(call->ua));
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
        /* A BYE and its retries are built when the session has ended, so not with it. */
        sst_other_headers(&call->ua->options.policy, request->method, &headers);
        return sst_osip_apply(sip, &headers) == SST_OK;
    }
    result = sst_osip_request(call->session, &request->tx, sip, flags, now(call->ua));
    moved(call);
    return result == SST_OK;
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
    struct sst_verdict verdict;

    sst_session_failed(call->session, &request->tx, SST_FAILED_NOT_SENT, now(call->ua), &verdict);
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
    call->ua->holding_back = true;
    sst_osip_answer(call->session, tx, response, now(call->ua));
    call->ua->holding_back = false;
    moved(call);
}

void timer_answered(struct ua *ua)
{
    for (size_t i = 0; i < ua->told_count; i++) {
        tell(ua->told[i].call, &ua->told[i].event);
        act_on(ua->told[i].call, &ua->told[i].event);
    }
    ua->told_count = 0;
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
