/* SPDX-License-Identifier: MIT */
#include "farewell.h"

#include <stdlib.h>
#include <string.h>

#include "callee.h"
#include "dialog.h"
#include "message.h"
#include "requests.h"
#include "schedule.h"
#include "takeover.h"
#include "text.h"
#include "timer.h"

/* While the ACK for the peer's INVITE is missing, we look again after this time. */
#define BUSY_MS 50

static void say_bye(struct call *call, enum call_status status, const char *reason)
{
    struct request *request;

    call_over(call, status);
    call_leave(call);
    request = call_request(call, REQUEST_BYE, SST_METHOD_BYE);
    if (reason != NULL) {
        request->reason = text_copy(reason);
    }
    if (!request_send(request)) {
        call_request_done(request);
    }
}

static void cancel(struct call *call)
{
    struct request *invite = call_open_invite(call);

    if (call->cancelling) {
        return;
    }
    call->cancelling = true;
    if (invite == NULL) {
        call_over(call, CALL_GOOD);
        call_leave(call);
        return;
    }
    /* RFC 3261 §9.1: not before a provisional response, and not waiting for ever after it. */
    if (invite->provisional) {
        request_cancel(invite);
    }
    schedule_in(call, TIMER_CANCEL, SIP_64T1_MS);
}

void farewell(struct call *call, enum call_status status, const char *reason)
{
    if (call->ua->mute) {
        call_over(call, CALL_GOOD);
        call_leave(call);
        return;
    }
    if (takeover_holds(call, status, reason)) {
        return;
    }
    switch (call->state) {
    case CALL_INVITING:
        cancel(call);
        break;
    case CALL_RINGING:
        call_over(call, status);
        callee_refuse(call, 480);
        break;
    case CALL_UP:
        say_bye(call, status, reason);
        break;
    case CALL_LEAVING:
        break;
    }
}

void farewell_hang_up(struct call *call)
{
    /* RFC 3261 §15: the callee sends no BYE before the ACK, or the end of the wait for it. */
    if (call->incoming.response != NULL && !call->ua->mute) {
        schedule_in(call, TIMER_HANGUP, BUSY_MS);
    } else {
        farewell(call, CALL_GOOD, NULL);
    }
}

void farewell_cancelled(struct call *call)
{
    struct request *invite = call_open_invite(call);

    if (invite != NULL) {
        call_request_done(invite);
    }
    call_over(call, CALL_GOOD);
    call_leave(call);
}

void farewell_no_ack(struct call *call)
{
    log_note(&call->ua->log, call->call_id, "the ACK never came");
    timer_end(call);
    farewell(call, CALL_NOT_ESTABLISHED, NULL);
}

/* The call whose INVITE a 2xx with another To tag also answers. */
static struct call *forking_call(struct ua *ua, const char *call_id, const char *local_tag,
                                 uint32_t cseq)
{
    struct call *call = NULL;

    while ((call = call_next(ua, call_id, call)) != NULL) {
        if (call->caller && text_same(call->local_tag, local_tag) && call->invite_cseq == cseq) {
            return call;
        }
    }
    return NULL;
}

/* RFC 3261 §13.2.2.4: each 2xx creates a dialog of its own, so this one gets an ACK and a BYE. */
static void end_fork(struct call *call, osip_message_t *response)
{
    struct call *fork = call_new(call->ua, call->call_id, true);

    memcpy(fork->local_tag, call->local_tag, sizeof fork->local_tag);
    fork->local_cseq = call->invite_cseq;
    fork->state = CALL_UP;
    if (!dialog_begin_as_caller(fork, response)) {
        call_free(fork);
        return;
    }
    log_note(&call->ua->log, call->call_id, "a second answer, from another fork: it is ended");
    request_ack(fork, response, NULL, NULL);
    farewell(fork, CALL_GOOD, NULL);
}

static bool is_own_dialog(const struct call *call, const char *local_tag, const char *remote_tag)
{
    return call->dialog != NULL && text_same(call->local_tag, local_tag) &&
           text_same(call->remote_tag, remote_tag);
}

static struct call *own_dialog(struct ua *ua, const char *call_id, const char *local_tag,
                               const char *remote_tag)
{
    struct call *call = NULL;

    while ((call = call_next(ua, call_id, call)) != NULL) {
        if (is_own_dialog(call, local_tag, remote_tag)) {
            return call;
        }
    }
    return NULL;
}

void farewell_stray(struct ua *ua, osip_message_t *response)
{
    const char *local_tag = message_tag(response->from);
    const char *remote_tag = message_tag(response->to);
    char *call_id;
    struct call *call;

    if (!MSG_IS_STATUS_2XX(response) || strcmp(response->cseq->method, "INVITE") != 0 ||
        local_tag == NULL) {
        return;
    }
    if (remote_tag == NULL) {
        remote_tag = "";
    }
    call_id = message_call_id(response);
    call = own_dialog(ua, call_id, local_tag, remote_tag);
    if (call != NULL && call->ack != NULL && message_cseq(call->ack) == message_cseq(response)) {
        request_ack_again(call);
    } else if (call != NULL) {
        /* For a re-INVITE that was given up, or a retransmission that the next request overtook. */
        request_ack(call, response, NULL, NULL);
    } else {
        call = forking_call(ua, call_id, local_tag, message_cseq(response));
        if (call != NULL) {
            end_fork(call, response);
        }
    }
    free(call_id);
}
