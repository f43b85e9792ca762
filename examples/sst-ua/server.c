/* SPDX-License-Identifier: MIT */
#include "server.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "callee.h"
#include "dialog.h"
#include "farewell.h"
#include "message.h"
#include "reply.h"
#include "text.h"
#include "timer.h"

static bool is_method(osip_message_t *request, const char *method)
{
    return strcmp(request->sip_method, method) == 0;
}

/* Whether another INVITE of the same call arrived by another path (RFC 3261 §8.2.2.2). */
static bool is_merged(struct ua *ua, osip_message_t *request, const char *call_id)
{
    struct call *call = NULL;

    while ((call = call_next(ua, call_id, call)) != NULL) {
        if (!call->caller && text_same(call->remote_tag, message_from_tag(request)) &&
            call->remote_cseq >= message_cseq(request)) {
            return true;
        }
    }
    return false;
}

static bool has_room(const struct ua *ua)
{
    return ua->options.answering && !ua->stopping &&
           (ua->options.calls == 0 || ua->begun < ua->options.calls);
}

/* How many calls without an ACK may exist: INVITEs cost strangers nothing. */
#define HALF_OPEN_MAX 2000

static void reply_busy(const struct question *question)
{
    osip_message_t *response = reply_new(question, 503);

    message_add(response, "Retry-After", "10");
    reply_send(question, response);
}

static void take_invite(const struct question *question, const char *call_id)
{
    if (!message_accepts_sdp(question->request)) {
        reply(question, 406);
    } else if (is_merged(question->ua, question->request, call_id)) {
        reply(question, 482);
    } else if (!has_room(question->ua)) {
        reply(question, 486);
    } else if (question->ua->half_open >= HALF_OPEN_MAX) {
        reply_busy(question);
    } else {
        callee_take(question->ua, question->transaction, question->request, call_id);
    }
}

/* A request that belongs to none of our dialogs. */
static void outside(const struct question *question, const char *call_id)
{
    struct sst_advice nothing = {0};
    osip_message_t *request = question->request;

    if (!message_has_sip_uri(request)) {
        reply(question, 416);
    } else if (is_method(request, "UPDATE") && question->ua->options.no_update) {
        reply(question, 405);
    } else if (message_tag(request->to) != NULL || is_method(request, "BYE") ||
               is_method(request, "UPDATE")) {
        reply(question, 481);
    } else if (is_method(request, "INVITE")) {
        take_invite(question, call_id);
    } else if (!is_method(request, "OPTIONS")) {
        reply(question, 501);
    } else if (!reply_bad_extension(question, &nothing)) {
        reply(question, 200);
    }
}

static void end_by_bye(const struct question *question)
{
    struct call *call = question->call;

    reply(question, 200);
    call_linger(call, COPIES_MS);
    if (call->state == CALL_UP) {
        call_over(call, CALL_GOOD);
        call_leave(call);
    } else if (call->state == CALL_RINGING) {
        /* RFC 3261 §15.1.2: a request that is still pending gets a 487. */
        call_over(call, CALL_NOT_ESTABLISHED);
        callee_refuse(call, 487);
    }
}

/* RFC 3311 §5.2: our 1xx are not reliable, so the offer of the initial INVITE stays open until
 * its 2xx. Returns whether an UPDATE with another offer was rejected because of that. */
static bool refuse_early_offer(const struct question *question)
{
    enum call_state state = question->call->state;
    osip_message_t *response;
    char *wait;

    if (state != CALL_RINGING && state != CALL_INVITING) {
        return false;
    }
    response = reply_new(question, state == CALL_RINGING ? 500 : 491);
    if (state == CALL_RINGING) {
        wait = text_print("%u", (unsigned)(random_number(NULL) % 11));
        message_add(response, "Retry-After", wait);
        free(wait);
    }
    reply_send(question, response);
    return true;
}

static void update(const struct question *question)
{
    struct call *call = question->call;
    struct sst_tx tx = {0};
    struct question own = *question;
    struct sdp_draft answer = {0};
    struct sst_advice advice;
    const char *offer;
    osip_message_t *response;
    char *text;
    bool other;

    own.tx = &tx;
    timer_receive(call, &tx, question->request, &advice);
    if (reply_bad_extension(&own, &advice)) {
        return;
    }
    if (advice.status != 0) {
        reply_advice(&own, &advice);
        return;
    }
    offer = message_sdp(question->request, &other);
    if (offer != NULL && refuse_early_offer(&own)) {
        return;
    }
    if (other || (offer != NULL && !sdp_answer(&call->sdp, offer, &answer))) {
        reply(&own, other ? 415 : 488);
        return;
    }
    response = reply_new(&own, 200);
    if (offer != NULL) {
        text = sdp_text(&call->sdp, &answer);
        message_add_sdp(response, text);
        free(text);
        sdp_commit(&call->sdp, &answer);
    }
    dialog_refresh_target(call, question->request);
    reply_send(&own, response);
}

/* Requests other than session refreshes: libsst still learns what they show about the peer. */
static void other_in_dialog(const struct question *question)
{
    struct sst_advice advice;
    osip_message_t *request = question->request;

    timer_receive(question->call, NULL, request, &advice);
    if (reply_bad_extension(question, &advice)) {
        return;
    }
    if (advice.status != 0) {
        reply_advice(question, &advice);
    } else if (is_method(request, "BYE")) {
        end_by_bye(question);
    } else {
        reply(question, is_method(request, "OPTIONS") ? 200 : 501);
    }
}

/* While our INVITE is pending, we follow one early dialog: the first that appears. */
static bool is_other_fork(struct call *call, osip_message_t *request)
{
    const char *tag = message_from_tag(request);

    if (call->remote_tag != NULL) {
        return false;
    }
    if (call->early_tag == NULL) {
        call->early_tag = text_copy(tag);
    }
    return !text_same(call->early_tag, tag);
}

static void within(const struct question *question)
{
    struct call *call = question->call;
    osip_message_t *request = question->request;
    uint32_t cseq = message_cseq(request);

    if (call->state == CALL_LEAVING) {
        /* Crossing BYEs are both answered with 200 (RFC 5407 §3.2.1). */
        reply(question, is_method(request, "BYE") ? 200 : 481);
        call_linger(call, COPIES_MS);
        return;
    }
    if (is_other_fork(call, request)) {
        struct question foreign = {question->ua, NULL, question->transaction, request, NULL};

        reply(&foreign, 481);
        return;
    }
    if (is_method(request, "UPDATE") && call->ua->options.no_update) {
        reply(question, 405);
        return;
    }
    if (is_method(request, "INVITE")) {
        callee_reinvite(question);
    } else if (is_method(request, "UPDATE")) {
        update(question);
    } else {
        other_in_dialog(question);
    }
    if (cseq > call->remote_cseq) {
        call->remote_cseq = cseq;
    }
}

static void cancel(struct question *question, const char *call_id)
{
    /* RFC 3261 §9.2 */
    question->call = callee_find(question->ua, question->request, call_id);
    if (question->call == NULL) {
        reply(question, 481);
        return;
    }
    reply(question, 200);
    if (question->call->state == CALL_RINGING) {
        call_over(question->call, CALL_NOT_ESTABLISHED);
        callee_refuse(question->call, 487);
    }
}

void server_request(struct ua *ua, osip_transaction_t *transaction, osip_message_t *request)
{
    struct question question = {ua, NULL, transaction, request, NULL};
    char *call_id = message_call_id(request);

    if (is_method(request, "CANCEL")) {
        cancel(&question, call_id);
    } else {
        question.call = call_find(ua, call_id, message_tag(request->to), message_from_tag(request));
        if (question.call != NULL) {
            within(&question);
        } else {
            outside(&question, call_id);
        }
    }
    free(call_id);
}
