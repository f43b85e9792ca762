/* SPDX-License-Identifier: MIT */
#include "registration.h"

#include <stdlib.h>
#include <string.h>

#include "expires.h"
#include "hop.h"
#include "message.h"
#include "text.h"
#include "timer.h"
#include "transactions.h"
#include "tries.h"

/* RFC 5626 §4.5: the first wait in seconds, which doubles, and the longest. */
#define RETRY_MIN 30
#define RETRY_MAX 1800

/* A refresh is this early, which leaves time to try again. */
#define MARGIN 60

/* How often the registrar may name a larger minimum, and how long the end may take. */
#define BRIEF_MAX 2
#define END_MS 4000

enum state {
    TRYING, /* never registered so far */
    GOOD,
    BAD, /* was registered, and will be again */
    ENDING,
    OVER
};

struct registration {
    struct request request; /* what its transactions refer to */
    enum state state;
    osip_uri_t *registrar;
    char *call_id;
    char tag[RANDOM_TOKEN_SIZE];
    uint32_t cseq;
    unsigned expires; /* the value asked for */
    unsigned brief;   /* 423 responses so far */
    unsigned failures;
    struct auth auth;
    uint32_t stream; /* the connection it was made on; 0: none */
    uint64_t due_ms; /* when to send the next REGISTER, or to stop waiting */
};

/* The registrar is the domain of the address of record (RFC 3261 §10.2). */
static osip_uri_t *registrar_of(const char *from)
{
    osip_uri_t *uri;

    osip_uri_init(&uri);
    if (osip_uri_parse(uri, from) != 0 || uri->host == NULL) {
        osip_uri_free(uri);
        return NULL;
    }
    osip_free(uri->username);
    uri->username = NULL;
    return uri;
}

static osip_message_t *new_register(struct ua *ua, const struct hop *hop)
{
    struct registration *registration = ua->registration;
    const struct options *options = &ua->options;
    osip_message_t *sip = message_request("REGISTER", registration->registrar,
                                          registration->call_id, ++registration->cseq);
    char *from = text_print("<%s>;tag=%s", options->from, registration->tag);
    char *to = text_print("<%s>", options->from);
    char *expires = text_print("%u", registration->state == ENDING ? 0 : registration->expires);

    hop_add_via(ua, hop, sip);
    hop_add_route(ua, sip);
    osip_message_set_from(sip, from);
    osip_message_set_to(sip, to);
    hop_add_contact(ua, hop, sip);
    message_add(sip, "Expires", expires);
    message_add_allow(sip, !options->no_update);
    if (options->auth.user != NULL) {
        auth_add(&registration->auth, sip, &options->auth);
    }
    timer_plain_request(ua, sip);
    free(expires);
    free(to);
    free(from);
    return sip;
}

static bool send_register(struct ua *ua)
{
    struct registration *registration = ua->registration;
    struct hop hop = hop_first(ua, registration->registrar);
    osip_message_t *sip = new_register(ua, &hop);

    registration->due_ms = registration->state == ENDING ? registration->due_ms : CLOCK_NEVER;
    if (registration->request.transaction != NULL) {
        osip_transaction_set_your_instance(registration->request.transaction, NULL);
    }
    registration->request.transaction =
        transactions_request(ua, sip, path_of(hop), &registration->request);
    return registration->request.transaction != NULL;
}

bool registration_open(struct ua *ua)
{
    struct registration *registration;
    char token[RANDOM_TOKEN_SIZE];

    if (!ua->options.registers) {
        return true;
    }
    registration = memory(sizeof *registration);
    ua->registration = registration;
    registration->request.kind = REQUEST_REGISTER;
    registration->registrar = registrar_of(ua->options.from);
    random_token(token);
    registration->call_id = text_copy(token);
    random_token(registration->tag);
    registration->expires = ua->options.expires;
    return registration->registrar != NULL && send_register(ua);
}

void registration_close(struct ua *ua)
{
    struct registration *registration = ua->registration;

    if (registration == NULL) {
        return;
    }
    if (registration->request.transaction != NULL) {
        osip_transaction_set_your_instance(registration->request.transaction, NULL);
    }
    auth_free(&registration->auth);
    osip_uri_free(registration->registrar);
    free(registration->call_id);
    free(registration);
    ua->registration = NULL;
}

bool registration_is_good(const struct ua *ua)
{
    return ua->registration == NULL || ua->registration->state == GOOD;
}

static uint64_t in_seconds(const struct ua *ua, uint64_t seconds)
{
    return clock_real_ms(&ua->clock) + seconds * 1000;
}

/* RFC 5626 §4.5: longer after each failure, and randomised. */
static void try_later(struct ua *ua, unsigned at_least)
{
    struct registration *registration = ua->registration;
    uint64_t wait = RETRY_MIN;

    for (unsigned i = 0; i < registration->failures && wait < RETRY_MAX; i++) {
        wait *= 2;
    }
    wait = wait > RETRY_MAX ? RETRY_MAX : wait;
    wait = wait / 2 + random_number(NULL) % (wait / 2 + 1);
    registration->failures++;
    registration->stream = 0;
    registration->due_ms = in_seconds(ua, wait > at_least ? wait : at_least);
}

/* The registration failed. status is 0 if there was no response; final: another try would not
 * help. */
static void fail(struct ua *ua, int status, bool final, unsigned at_least)
{
    struct registration *registration = ua->registration;

    if (registration->state == ENDING) {
        registration->state = OVER;
        return;
    }
    log_registration(&ua->log, "registration_failed", "status", (unsigned)status);
    /* A caller waits for the registration, so it ends here; a callee keeps trying. */
    if (registration->state == TRYING && (final || !ua->options.answering)) {
        registration->state = OVER;
        ua->status = CALL_NOT_ESTABLISHED;
        ua->stopping = true;
        return;
    }
    if (registration->state == GOOD) {
        registration->state = BAD;
    }
    try_later(ua, at_least);
}

static void accepted(struct ua *ua, osip_message_t *response)
{
    struct registration *registration = ua->registration;
    unsigned expires;

    if (registration->state == ENDING) {
        registration->state = OVER;
        log_registration(&ua->log, "unregistered", NULL, 0);
        return;
    }
    expires = expires_granted(registration->request.transaction->orig_request, response);
    registration->state = GOOD;
    registration->failures = 0;
    registration->brief = 0;
    registration->request.asked_by_peer = 0;
    registration->request.asked_by_proxy = 0;
    registration->stream = tries_stream(registration->request.transaction);
    registration->due_ms = in_seconds(ua, expires > 2 * MARGIN ? expires - MARGIN : expires / 2);
    log_registration(&ua->log, "registered", "expires", expires);
}

/* Whether we can answer the challenge; if so, the answer is sent. */
static bool authenticate(struct ua *ua, osip_message_t *response)
{
    struct registration *registration = ua->registration;
    unsigned *asked = response->status_code == 407 ? &registration->request.asked_by_proxy
                                                   : &registration->request.asked_by_peer;

    /* EC-60: wrong credentials stay wrong. */
    if (ua->options.auth.user == NULL || *asked >= 2 ||
        !auth_learn(&registration->auth, &ua->options.auth, response, *asked > 0, true)) {
        return false;
    }
    ++*asked;
    return send_register(ua);
}

/* RFC 3261 §10.2.8 */
static bool ask_for_longer(struct ua *ua, osip_message_t *response)
{
    struct registration *registration = ua->registration;
    unsigned least = expires_seconds(response, "min-expires");

    if (least <= registration->expires || registration->brief >= BRIEF_MAX) {
        return false;
    }
    registration->brief++;
    registration->expires = least;
    return send_register(ua);
}

void registration_response(struct ua *ua, osip_message_t *response)
{
    int status = response->status_code;

    if (MSG_IS_STATUS_1XX(response)) {
        return;
    }
    if (MSG_IS_STATUS_2XX(response)) {
        accepted(ua, response);
    } else if (!((status == 401 || status == 407) && authenticate(ua, response)) &&
               !(status == 423 && ask_for_longer(ua, response))) {
        fail(ua, status, status / 100 != 5 && status != 408 && status != 480,
             expires_seconds(response, "retry-after"));
    }
}

void registration_failed(struct ua *ua)
{
    fail(ua, 0, false, 0);
}

void registration_closed(struct ua *ua, const struct stream *stream)
{
    struct registration *registration = ua->registration;

    if (registration != NULL && registration->state == GOOD && stream->id == registration->stream) {
        registration->state = BAD;
        registration->stream = 0;
        registration->due_ms = clock_real_ms(&ua->clock);
    }
}

bool registration_end(struct ua *ua)
{
    struct registration *registration = ua->registration;

    if (registration == NULL || registration->state == OVER) {
        return true;
    }
    if (registration->state == ENDING) {
        return clock_real_ms(&ua->clock) >= registration->due_ms;
    }
    if (registration->state != GOOD) {
        return true;
    }
    registration->state = ENDING;
    registration->request.asked_by_peer = 0;
    registration->request.asked_by_proxy = 0;
    registration->due_ms = clock_real_ms(&ua->clock) + END_MS;
    return !send_register(ua);
}

void registration_work(struct ua *ua)
{
    struct registration *registration = ua->registration;

    if (registration == NULL || registration->state == ENDING || registration->state == OVER ||
        clock_real_ms(&ua->clock) < registration->due_ms) {
        return;
    }
    registration->request.asked_by_peer = 0;
    registration->request.asked_by_proxy = 0;
    if (!send_register(ua)) {
        try_later(ua, 0);
    }
}

uint64_t registration_due_ms(const struct ua *ua)
{
    return ua->registration != NULL && ua->registration->state != OVER ? ua->registration->due_ms
                                                                       : CLOCK_NEVER;
}
