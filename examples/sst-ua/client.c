/* SPDX-License-Identifier: MIT */
#include "client.h"

#include <stdlib.h>
#include <string.h>

#include "dialog.h"
#include "farewell.h"
#include "message.h"
#include "registration.h"
#include "requests.h"
#include "schedule.h"
#include "text.h"
#include "timer.h"

/* While another INVITE or its ACK is pending, we look again after this time. */
#define BUSY_MS 50

/* EC-60: wrong credentials stay wrong. */
#define CREDENTIALS_MAX 2

/* Our address as the peer will see it in the session description. */
static bool begin_sdp(struct call *call)
{
    struct ua *ua = call->ua;
    char host[NET_HOST_SIZE];
    osip_uri_t *uri;
    struct hop hop;
    int port;
    bool good;

    osip_uri_init(&uri);
    good = osip_uri_parse(uri, ua->options.target) == 0 && uri->host != NULL;
    if (good) {
        hop = hop_first(ua, uri);
        hop_contact(ua, &hop, host, &port);
        hop_free(&hop);
        sdp_init(&call->sdp, host);
    }
    osip_uri_free(uri);
    return good;
}

bool client_call(struct ua *ua)
{
    char token[2][RANDOM_TOKEN_SIZE];
    struct request *request;
    struct call *call;
    char *call_id;

    random_token(token[0]);
    random_token(token[1]);
    call_id = text_print("%s%s", token[0], token[1]);
    call = call_new(ua, call_id, true);
    free(call_id);
    call->counted = true;
    ua->begun++;
    if (!begin_sdp(call)) {
        return false;
    }
    request = call_request(call, REQUEST_INITIAL, SST_METHOD_INVITE);
    sdp_repeat(&call->sdp, &request->offer);
    return request_send(request);
}

void client_refresh(struct call *call, enum sst_method method, bool with_offer)
{
    struct request *request = call_request(call, REQUEST_REFRESH, method);

    if (with_offer) {
        sdp_repeat(&call->sdp, &request->offer);
    }
    if (call->state != CALL_UP || !request_send(request)) {
        timer_give_up(request);
        call_request_done(request);
    }
}

/* Schedules the next of --hold-at once the last one has finished. */
static void next_hold(struct call *call)
{
    const struct ua *ua = call->ua;

    call->holds++;
    if (call->state == CALL_UP && call->holds < ua->options.hold_count) {
        schedule_at(call, TIMER_HOLD,
                    call->answered_ms +
                        clock_real_span(&ua->clock, ua->options.holds[call->holds]));
    }
}

void client_hold(struct call *call)
{
    struct request *request;

    /* RFC 3261 §14.1: no INVITE while another one is pending, in either direction. */
    if (call_open_invite(call) != NULL || call->incoming.response != NULL) {
        schedule_in(call, TIMER_HOLD, BUSY_MS);
        return;
    }
    request = call_request(call, REQUEST_HOLD, SST_METHOD_INVITE);
    sdp_hold(&call->sdp, &request->offer);
    if (!request_send(request)) {
        timer_give_up(request);
        call_request_done(request);
        next_hold(call);
    }
}

/* A request has failed. */
static void fail(struct request *request)
{
    struct call *call = request->call;

    if (request->kind == REQUEST_INITIAL) {
        call_over(call, call->cancelling ? CALL_GOOD : CALL_NOT_ESTABLISHED);
        call_linger(call, COPIES_MS);
        call_leave(call);
    } else if (request->kind == REQUEST_HOLD) {
        next_hold(call);
    }
    call_request_done(request);
}

static void send_again(struct request *request)
{
    if (request->call->cancelling || request->call->state == CALL_LEAVING ||
        !request_send(request)) {
        timer_give_up(request);
        fail(request);
    }
}

/* Whether a request of a call goes to the destination that the user named for calls. */
static bool goes_to_named(const struct request *request)
{
    struct ua *ua = request->call->ua;
    struct hop hop;
    struct hop wanted = {0};
    osip_uri_t *uri;
    bool same;

    if (request->kind == REQUEST_INITIAL) {
        return true;
    }
    if (request->call->dialog == NULL) {
        return false;
    }
    osip_uri_init(&uri);
    if (ua->options.target == NULL || osip_uri_parse(uri, ua->options.target) == 0) {
        wanted = hop_first(ua, ua->options.target != NULL ? uri : NULL);
    }
    osip_uri_free(uri);
    hop = dialog_hop(request->call);
    same = hop_same(&hop, &wanted);
    hop_free(&hop);
    hop_free(&wanted);
    return same;
}

/* Whether to answer a challenge. A peer that calls us is a stranger: its challenges get no
 * answer, except for --auth-realm from --outbound. */
static bool may_authenticate(const struct request *request)
{
    const struct options *options = &request->call->ua->options;

    return options->auth.user != NULL &&
           (request->call->caller || (options->auth.realm != NULL && goes_to_named(request)));
}

static bool authenticate(struct request *request, osip_message_t *response)
{
    struct call *call = request->call;
    struct credentials *credentials = &call->ua->options.auth;
    unsigned *asked;

    if (response == NULL || !may_authenticate(request)) {
        return false;
    }
    asked = response->status_code == 407 ? &request->asked_by_proxy : &request->asked_by_peer;
    if (*asked >= CREDENTIALS_MAX ||
        !auth_learn(&call->auth, credentials, response, *asked > 0, goes_to_named(request))) {
        log_note(&call->ua->log, call->call_id, "the challenge is not answered");
        return false;
    }
    ++*asked;
    return true;
}

/* RFC 3261 §12.2.1.2: the peer no longer knows the call. If a session timer runs, libsst has
 * reported that already, and the call is ending. */
static bool is_lost(const struct request *request, const osip_message_t *response)
{
    return request->kind == REQUEST_HOLD && request->call->state == CALL_UP && response != NULL &&
           (response->status_code == 481 || response->status_code == 408);
}

/* Does what libsst says about a request that was rejected, or never answered. */
static void follow(struct request *request, osip_message_t *response,
                   const struct sst_verdict *verdict)
{
    struct call *call = request->call;

    switch (verdict->action) {
    case SST_ACTION_RETRY:
        send_again(request);
        return;
    case SST_ACTION_AUTH:
        if (authenticate(request, response)) {
            send_again(request);
            return;
        }
        timer_give_up(request);
        break;
    case SST_ACTION_WAIT:
        if (request->kind == REQUEST_HOLD && call->state == CALL_UP) {
            schedule_at(call, TIMER_HOLD, clock_real_of(&call->ua->clock, verdict->when_ms));
            call_request_done(request);
            return;
        }
        break;
    case SST_ACTION_NONE:
    case SST_ACTION_FAILED:
    case SST_ACTION_IGNORE:
        break;
    }
    if (is_lost(request, response)) {
        farewell(call, CALL_GOOD, NULL);
    }
    fail(request);
}

static void provisional(struct request *request, osip_message_t *response)
{
    struct call *call = request->call;
    const char *tag = message_tag(response->to);
    struct sst_verdict verdict;
    bool first = !request->provisional;

    request->provisional = true;
    if (call->cancelling && first) {
        request_cancel(request);
    }
    if (request->kind == REQUEST_INITIAL && tag != NULL) {
        if (call->early_tag == NULL) {
            call->early_tag = text_copy(tag);
        }
        /* What another fork can do says nothing about the fork that responded first. */
        if (strcmp(call->early_tag, tag) != 0) {
            return;
        }
    }
    timer_response(request, SST_OSIP_RESPONSE, response, &verdict);
}

static void established(struct request *request, osip_message_t *response)
{
    struct call *call = request->call;
    struct sst_verdict verdict;

    if (!dialog_begin_as_caller(call, response)) {
        timer_give_up(request);
        fail(request);
        return;
    }
    if (call->early_tag != NULL && strcmp(call->early_tag, call->remote_tag) != 0) {
        timer_fork(request);
    }
    call->state = CALL_UP;
    timer_response(request, SST_OSIP_RESPONSE, response, &verdict);
    sdp_commit(&call->sdp, &request->offer);
    request_ack(call, response, request->transaction->orig_request, NULL);
    call_request_done(request);
    call_answered(call);
    /* RFC 3261 §9.1: the CANCEL came too late: the call is up and must be ended. */
    if (call->cancelling) {
        farewell(call, CALL_GOOD, NULL);
    }
}

/* A 2xx to a re-INVITE or UPDATE. */
static void accepted(struct request *request, osip_message_t *response)
{
    struct call *call = request->call;
    struct sdp_draft answer = {0};
    struct sst_verdict verdict;
    const char *sdp;
    bool other;

    timer_response(request, SST_OSIP_RESPONSE, response, &verdict);
    sdp = message_sdp(response, &other);
    dialog_refresh_target(call, response);
    if (request->method == SST_METHOD_INVITE) {
        /* RFC 3261 §13.2.1: an INVITE without an offer gets one in its 2xx; the answer goes into
         * the ACK. */
        if (request->offer.content == NULL && sdp != NULL) {
            sdp_answer(&call->sdp, sdp, &answer);
        }
        request_ack(call, response, request->transaction->orig_request, &answer);
        sdp_commit(&call->sdp, &answer);
    }
    sdp_commit(&call->sdp, &request->offer);
    if (request->kind == REQUEST_HOLD) {
        next_hold(call);
    }
    call_request_done(request);
}

static void bye_answered(struct request *request, osip_message_t *response)
{
    struct call *call = request->call;
    int status = response->status_code;

    if ((status == 401 || status == 407) && authenticate(request, response) &&
        request_send(request)) {
        return;
    }
    call_linger(call, CROSSED_MS);
    call_request_done(request);
}

void client_response(struct ua *ua, osip_transaction_t *transaction, osip_message_t *response)
{
    struct request *request = osip_transaction_get_your_instance(transaction);
    struct sst_verdict verdict;

    if (request == NULL) {
        return;
    }
    if (request->kind == REQUEST_REGISTER) {
        registration_response(ua, response);
        return;
    }
    if (request->kind == REQUEST_BYE || request->kind == REQUEST_CANCEL) {
        if (MSG_IS_STATUS_1XX(response)) {
            return;
        }
        if (request->kind == REQUEST_BYE) {
            bye_answered(request, response);
        } else {
            call_request_done(request);
        }
    } else if (MSG_IS_STATUS_1XX(response)) {
        provisional(request, response);
    } else if (MSG_IS_STATUS_2XX(response)) {
        if (request->kind == REQUEST_INITIAL) {
            established(request, response);
        } else {
            accepted(request, response);
        }
    } else {
        timer_response(request, SST_OSIP_RESPONSE, response, &verdict);
        follow(request, response, &verdict);
    }
}

void client_failed(struct ua *ua, osip_transaction_t *transaction, enum sst_osip_event what)
{
    struct request *request = osip_transaction_get_your_instance(transaction);
    struct sst_verdict verdict;

    if (request == NULL) {
        return;
    }
    if (request->kind == REQUEST_REGISTER) {
        registration_failed(ua);
        return;
    }
    log_note(&ua->log, request->call->call_id, "%s %lu: %s", sst_method_name(request->method),
             (unsigned long)request->cseq,
             what == SST_OSIP_TIMEOUT ? "no answer" : "could not be sent");
    if (request->kind == REQUEST_BYE || request->kind == REQUEST_CANCEL) {
        call_request_done(request);
        return;
    }
    timer_response(request, what, NULL, &verdict);
    follow(request, NULL, &verdict);
}
