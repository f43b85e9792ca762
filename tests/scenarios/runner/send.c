/* SPDX-License-Identifier: MIT */
/* A libsst host sends: libsst's header fields must match the line. */
#include "world.h"

#include <string.h>

static unsigned fields_of(const struct sst_headers *headers, struct field *fields)
{
    for (size_t i = 0; i < headers->count; i++) {
        (void)copy_text(fields[i].name, sizeof fields[i].name, headers->item[i].name);
        (void)copy_text(fields[i].value, sizeof fields[i].value, headers->item[i].value);
    }
    return (unsigned)headers->count;
}

/* Anything the line lists besides libsst's header fields is the host's own. */
static bool compare(struct host *host, const struct sst_headers *headers,
                    const struct message *message)
{
    struct field listed[MAX_FIELDS];
    struct field came[SST_HEADERS_MAX];
    unsigned listed_count = 0;
    unsigned came_count = fields_of(headers, came);
    for (unsigned i = 0; i < message->field_count; i++) {
        if (is_timer_field(message->field[i].name)) {
            listed[listed_count] = message->field[i];
            listed_count++;
        }
    }
    if (same_fields(listed, listed_count, came, came_count)) {
        return true;
    }
    char expected_text[512];
    char came_text[512];
    print_fields(listed, listed_count, expected_text, sizeof expected_text);
    print_fields(came, came_count, came_text, sizeof came_text);
    return fail(host->world, expected_text, came_text);
}

/* A refresh must be one that libsst asked for, in the way it asked for it. */
static bool check_asked(struct host *host, const struct message *message, const struct slot *slot)
{
    if (slot != NULL && slot->again && slot->refresh) {
        return true;
    }
    if (!host->asked) {
        return fail(host->world, "a refresh that libsst asked for", "it has not asked");
    }
    if (host->event.method != method_of(message->method) ||
        host->event.with_offer != message->offer) {
        return fail(host->world, "the refresh that libsst asked for",
                    "another method, or not as to the offer");
    }
    return true;
}

static bool send_refresh_method(struct host *host, struct message *message, bool refresh,
                                struct sst_headers *headers)
{
    struct slot *slot = slot_find(host, true, message->method, 0, false);
    unsigned flags = message->offer ? SST_REQUEST_OFFER : 0;
    if (slot != NULL && !slot->again) {
        slot = NULL;
    }
    if (refresh && !check_asked(host, message, slot)) {
        return false;
    }
    if (slot == NULL) {
        slot = slot_new(host);
    }
    if (slot == NULL) {
        return fail(host->world, "a transaction that ends", "too many are open");
    }
    flags |= refresh ? SST_REQUEST_REFRESH : 0;
    int result = sst_session_request(host->session, &slot->tx, method_of(message->method), flags,
                                     host_now(host), headers);
    if (result != SST_OK) {
        slot->done = true;
        return fail(host->world, "a request that can be sent", sst_result_name(result));
    }
    if (refresh) {
        host->asked = false;
    }
    slot->own = true;
    slot->done = false;
    slot->again = false;
    slot->refresh = refresh;
    sst_tx_set_cseq(&slot->tx, message->cseq);
    slot->request = *message;
    return true;
}

static bool send_request(struct host *host, struct message *message, bool refresh)
{
    struct sst_headers headers;
    enum sst_method method = method_of(message->method);
    const struct slot *invite = slot_find(host, true, "INVITE", 0, false);
    if (method == SST_METHOD_ACK || method == SST_METHOD_CANCEL) {
        if (message->cseq == 0 && invite != NULL) {
            message->cseq = invite->request.cseq;
        }
    } else {
        host->own_cseq = message->cseq != 0 ? message->cseq : host->own_cseq + 1u;
        message->cseq = host->own_cseq;
    }
    if (is_refresh_method(message->method)) {
        if (!send_refresh_method(host, message, refresh, &headers)) {
            return false;
        }
    } else if (sst_session_request(host->session, NULL, method, 0, host_now(host), &headers) !=
               SST_OK) {
        return fail(host->world, "a request that can be sent", "libsst refuses to build it");
    }
    if (method == SST_METHOD_BYE) {
        (void)sst_session_end(host->session, host_now(host));
    }
    return compare(host, &headers, message) && host_after(host);
}

/* Statuses that libsst advises: a host uses them by itself only if the line says so. */
static bool is_advised(unsigned status)
{
    static const unsigned advised[] = {400, 420, 422, 481, 491, 500};
    for (unsigned i = 0; i < sizeof advised / sizeof advised[0]; i++) {
        if (status == advised[i]) {
            return true;
        }
    }
    return false;
}

static bool send_response(struct host *host, struct message *message, bool own_accord)
{
    struct sst_headers headers;
    char text[64];
    struct slot *slot = slot_find(host, false, message->method, message->cseq, true);
    if (slot == NULL) {
        return fail(host->world, "an answer to a request", "none is unanswered");
    }
    message->cseq = slot->request.cseq;
    if (slot->refusal != 0) {
        (void)snprintf(text, sizeof text, "libsst refuses it with %u", slot->refusal);
        headers = slot->refusal_headers;
        if (slot->refusal != message->status) {
            return fail(host->world, "this answer", text);
        }
    } else if (is_advised(message->status) && !own_accord) {
        return fail(host->world, "libsst refuses this request", "it accepts it");
    } else {
        bool refresh = is_refresh_method(message->method);
        int result = sst_session_answer(host->session, refresh ? &slot->tx : NULL, message->status,
                                        host_now(host), &headers);
        if (result != SST_OK && result != SST_ERR_STATE && result != SST_ERR_ENDED) {
            return fail(host->world, "an answer that can be sent", sst_result_name(result));
        }
    }
    slot->done = message->status >= 200;
    return compare(host, &headers, message) && host_after(host);
}

bool send_library(struct host *host, struct message *message)
{
    const struct words *words = &host->world->line->words;
    if (!host_begin(host, true)) {
        return false;
    }
    if (host->session == NULL || host->asleep) {
        return fail(host->world, "a host that can send", "it sleeps, or its session is gone");
    }
    if (message->status == 0) {
        return send_request(host, message, words_find(words, "refresh") >= 0);
    }
    return send_response(host, message, words_find(words, "host") >= 0);
}
