/* SPDX-License-Identifier: MIT */
#include "callee.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "dialog.h"
#include "farewell.h"
#include "message.h"
#include "reply.h"
#include "schedule.h"
#include "text.h"
#include "timer.h"
#include "transactions.h"
#include "wire.h"

/* Keeps an INVITE that is answered later, or whose 2xx waits for its ACK. */
static void keep_invite(struct call *call, const struct question *question, struct sst_tx tx)
{
    struct incoming *incoming = &call->incoming;

    /* If the last one still lacks its ACK, its response is known to have arrived: the peer sends
     * the next INVITE only after it got the response (RFC 5407 §3.1.4). */
    call_incoming_done(call);
    incoming->transaction = question->transaction;
    incoming->request = question->request;
    incoming->stream = (uint32_t)question->transaction->out_socket;
    incoming->cseq = message_cseq(question->request);
    incoming->tx = tx;
    osip_via_free(call->invite_via);
    call->invite_via = NULL;
    osip_via_clone(osip_list_get(&question->request->vias, 0), &call->invite_via);
    call->invite_number = incoming->cseq;
    osip_transaction_set_your_instance(question->transaction, call);
}

/* It has had its final response. */
static void forget_transaction(struct call *call)
{
    osip_transaction_set_your_instance(call->incoming.transaction, NULL);
    call->incoming.transaction = NULL;
}

static struct question kept_question(struct call *call)
{
    return (struct question){call->ua, call, call->incoming.transaction, call->incoming.request,
                             &call->incoming.tx};
}

/* Sends the 200 to the kept INVITE, and repeats it until the ACK. */
static bool accept_invite(struct call *call)
{
    struct incoming *incoming = &call->incoming;
    struct question question = kept_question(call);
    osip_message_t *response = reply_new(&question, 200);
    char *sdp = sdp_text(&call->sdp, &incoming->answer);

    message_add_sdp(response, sdp);
    free(sdp);
    if (!dialog_begin_as_callee(call, incoming->request, response)) {
        osip_message_free(response);
        return false;
    }
    call->state = CALL_UP;
    timer_answer(call, &incoming->tx, response);
    osip_message_clone(response, &incoming->response);
    sdp_commit(&call->sdp, &incoming->answer);
    dialog_refresh_target(call, incoming->request);
    transactions_respond(call->ua, incoming->transaction, response);
    forget_transaction(call);
    incoming->interval_ms = SIP_T1_MS;
    schedule_in(call, TIMER_2XX, SIP_T1_MS);
    schedule_in(call, TIMER_ACK, SIP_64T1_MS);
    return true;
}

void callee_answer(struct call *call)
{
    if (call->state != CALL_RINGING || call->incoming.transaction == NULL) {
        return;
    }
    if (accept_invite(call)) {
        call_answered(call);
    } else {
        call_over(call, CALL_NOT_ESTABLISHED);
        callee_refuse(call, 400);
    }
}

void callee_answer_again(struct call *call)
{
    struct incoming *incoming = &call->incoming;

    if (incoming->response == NULL) {
        return;
    }
    wire_answer(call->ua, incoming->response, incoming->stream);
    /* RFC 3261 §13.3.1.4 */
    incoming->interval_ms *= 2;
    if (incoming->interval_ms > SIP_T2_MS) {
        incoming->interval_ms = SIP_T2_MS;
    }
    schedule_in(call, TIMER_2XX, incoming->interval_ms);
}

void callee_refuse(struct call *call, int status)
{
    struct question question = kept_question(call);

    if (question.transaction != NULL) {
        reply(&question, status);
        forget_transaction(call);
    }
    call_linger(call, COPIES_MS);
    call_leave(call);
}

/* Finds the answer to an INVITE's offer, or makes an offer if it has none. 0, or the status to
 * reject it with. */
static int answer_sdp(struct call *call, osip_message_t *request, struct sdp_draft *answer)
{
    bool other;
    const char *offer = message_sdp(request, &other);

    if (other) {
        return 415;
    }
    if (offer == NULL) {
        sdp_repeat(&call->sdp, answer);
    } else if (!sdp_answer(&call->sdp, offer, answer)) {
        return 488;
    }
    return 0;
}

/* Why we, not libsst, reject an initial INVITE; 0 if we do not. */
static int check_invite(const struct question *question, struct sdp_draft *answer)
{
    osip_contact_t *contact = osip_list_get(&question->request->contacts, 0);

    /* Elements of RFC 2543 may omit it; their branch, or the lack of one, shows what they are. */
    if ((contact == NULL || contact->url == NULL) &&
        (contact != NULL || message_has_cookie(question->request))) {
        return 400;
    }
    return answer_sdp(question->call, question->request, answer);
}

static void ring(struct call *call)
{
    struct question question = kept_question(call);
    osip_message_t *response = reply_new(&question, 180);

    /* If that is impossible, the 200 will fail and show it. */
    (void)dialog_begin_as_callee(call, question.request, response);
    reply_send(&question, response);
    schedule_in(call, TIMER_RING, clock_real_span(&call->ua->clock, call->ua->options.ring));
}

void callee_take(struct ua *ua, osip_transaction_t *transaction, osip_message_t *request,
                 const char *call_id)
{
    struct call *call = call_new(ua, call_id, false);
    struct sst_tx tx = {0};
    struct question question = {ua, call, transaction, request, &tx};
    struct sdp_draft answer = {0};
    struct sst_advice advice;
    char host[NET_HOST_SIZE];
    struct hop hop = hop_back(request);
    int port;
    int status = 0;

    hop_contact(ua, &hop, host, &port);
    hop_free(&hop);
    sdp_init(&call->sdp, host);
    call->remote_tag = text_copy(message_from_tag(request));
    call->remote_cseq = message_cseq(request);
    timer_receive(call, &tx, request, &advice);
    if (reply_bad_extension(&question, &advice)) {
        status = 420;
    } else if (advice.status != 0) {
        status = (int)advice.status;
        reply_advice(&question, &advice);
    } else {
        status = check_invite(&question, &answer);
        if (status != 0) {
            reply(&question, status);
        }
    }
    if (status != 0) {
        sdp_draft_free(&answer);
        call_free(call);
        return;
    }
    call->counted = true;
    call->half_open = true;
    ua->half_open++;
    ua->begun++;
    keep_invite(call, &question, tx);
    call->incoming.answer = answer;
    if (ua->options.ring > 0) {
        ring(call);
    } else {
        callee_answer(call);
    }
}

void callee_reinvite(const struct question *question)
{
    struct call *call = question->call;
    struct sst_tx tx = {0};
    struct question own = *question;
    struct sdp_draft answer = {0};
    struct sst_advice advice;
    int status;

    own.tx = &tx;
    timer_receive(call, &tx, question->request, &advice);
    if (reply_bad_extension(&own, &advice)) {
        return;
    }
    if (advice.status != 0) {
        reply_advice(&own, &advice);
        return;
    }
    if (call->dialog == NULL) {
        /* libsst has rejected it by now if our INVITE is pending (EC-128). Never create a dialog
         * here that our INVITE is about to create. */
        reply(&own, 481);
        return;
    }
    status = answer_sdp(call, question->request, &answer);
    if (status != 0) {
        reply(&own, status);
        return;
    }
    keep_invite(call, &own, tx);
    call->incoming.answer = answer;
    (void)accept_invite(call); /* its dialog is there */
}

/* RFC 3261 §17.2.3: the branch identifies the transaction; the rest rules out a match by
 * accident or malice. */
static bool is_invite_of(const struct call *call, osip_message_t *sip)
{
    osip_via_t *theirs = osip_list_get(&sip->vias, 0);
    const char *to_tag = message_tag(sip->to);

    return call->invite_via != NULL &&
           text_same(message_via_branch(call->invite_via), message_via_branch(theirs)) &&
           message_same_sender(call->invite_via, theirs) &&
           text_same(call->remote_tag, message_from_tag(sip)) &&
           (to_tag == NULL || text_same(call->local_tag, to_tag)) &&
           call->invite_number == message_cseq(sip);
}

struct call *callee_find(struct ua *ua, osip_message_t *sip, const char *call_id)
{
    struct call *call = NULL;

    do {
        call = call_next(ua, call_id, call);
    } while (call != NULL && !is_invite_of(call, sip));
    return call;
}

bool callee_copy(struct ua *ua, osip_message_t *invite)
{
    char *call_id = message_call_id(invite);
    struct call *call = callee_find(ua, invite, call_id);

    free(call_id);
    return call != NULL;
}

void callee_ack(struct ua *ua, osip_message_t *ack)
{
    char *call_id = message_call_id(ack);
    struct call *call = call_find(ua, call_id, message_tag(ack->to), message_from_tag(ack));

    free(call_id);
    if (call == NULL || call->incoming.response == NULL ||
        call->incoming.cseq != message_cseq(ack)) {
        return;
    }
    timer_ack(call);
    call_closed(call);
    call_incoming_done(call);
}
