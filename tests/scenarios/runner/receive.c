/* SPDX-License-Identifier: MIT */
/* A message arrives at a libsst host, which passes it to libsst. */
#include "world.h"

#include <string.h>

static bool receive_refresh_method(struct host *host, const struct message *message,
                                   const struct sst_msg *msg)
{
    struct sst_advice advice;
    struct slot *slot = slot_find(host, false, message->method, message->cseq, false);
    if (slot != NULL && slot->done) {
        return true; /* a copy: the transaction sends its final response again */
    }
    bool copy = slot != NULL;
    if (!copy) {
        slot = slot_new(host);
    }
    if (slot == NULL) {
        return fail(host->world, "a transaction that ends", "too many are open");
    }
    if (sst_session_receive(host->session, &slot->tx, msg, host_now(host), &advice) != SST_OK) {
        return fail(host->world, "a request that libsst takes", "an error");
    }
    if (advice.copy != copy) {
        return fail(host->world, copy ? "a copy of the request" : "a new request",
                    copy ? "libsst takes it for a new one" : "libsst takes it for a copy");
    }
    if (!copy) {
        slot->request = *message;
        slot->refusal = advice.status;
        slot->refusal_headers = advice.headers;
    }
    return host_after(host);
}

static bool receive_other(struct host *host, const struct message *message,
                          const struct sst_msg *msg)
{
    struct sst_advice advice;
    enum sst_method method = method_of(message->method);
    if (method == SST_METHOD_ACK) {
        struct slot *invite = slot_find(host, false, "INVITE", message->cseq, false);
        if (invite != NULL) {
            (void)sst_session_ack(host->session, &invite->tx, host_now(host));
        }
        return host_after(host);
    }
    if (sst_session_receive(host->session, NULL, msg, host_now(host), &advice) != SST_OK) {
        return fail(host->world, "a request that libsst takes", "an error");
    }
    struct slot *slot = slot_new(host);
    if (slot == NULL) {
        return fail(host->world, "a transaction that ends", "too many are open");
    }
    slot->request = *message;
    slot->refusal = advice.status;
    slot->refusal_headers = advice.headers;
    if (!host_after(host)) {
        return false;
    }
    if (method == SST_METHOD_BYE && host->session != NULL) {
        (void)sst_session_end(host->session, host_now(host));
    }
    return host_after(host);
}

static bool receive_request(struct host *host, const struct message *message)
{
    struct sst_msg msg;
    message_view(message, &msg);
    if (is_refresh_method(message->method)) {
        return receive_refresh_method(host, message, &msg);
    }
    return receive_other(host, message, &msg);
}

static bool check_verdict(struct host *host, const struct message *message,
                          const struct sst_verdict *verdict)
{
    bool success = message->status >= 200 && message->status < 300;
    if (verdict->refreshed != (success && verdict->action == SST_ACTION_NONE)) {
        return fail(host->world, "refreshed where a 2xx is taken, and nowhere else",
                    verdict->refreshed ? "refreshed" : "not refreshed");
    }
    return true;
}

static bool receive_response(struct host *host, const struct message *message)
{
    struct sst_msg msg;
    struct sst_verdict verdict;
    bool refresh = is_refresh_method(message->method);
    struct slot *slot = slot_find(host, true, message->method, message->cseq, false);
    if (slot == NULL) {
        slot = slot_find(host, true, message->method, 0, false);
    }
    if (refresh && slot == NULL) {
        return fail(host->world, "a request that this answers", "none was sent");
    }
    uint64_t now = host_now(host);
    message_view(message, &msg);
    if (sst_session_response(host->session, refresh ? &slot->tx : NULL, &msg, now, &verdict) !=
        SST_OK) {
        return fail(host->world, "a response that libsst takes", "an error");
    }
    if (refresh && verdict.action != SST_ACTION_IGNORE && message->status >= 200) {
        slot->done = true;
        slot->again = verdict.action == SST_ACTION_RETRY || verdict.action == SST_ACTION_AUTH;
    }
    if (!host_after(host)) {
        return false;
    }
    if (refresh) {
        tell_verdict(host, &verdict, now);
    }
    return !refresh || check_verdict(host, message, &verdict);
}

/* A response with another To tag: the INVITE has forked. */
static bool begin_fork(struct host *child, const struct message *message)
{
    struct host *parent = host_find(child->world, child->party->name);
    struct slot *invite = parent == NULL ? NULL : slot_find(parent, true, "INVITE", 0, false);
    if (message->status == 0 || invite == NULL || parent->session == NULL ||
        !host_begin(child, true)) {
        return fail(child->world, "a response to the INVITE that forked", "there is none");
    }
    struct slot *slot = slot_new(child);
    slot->own = true;
    slot->request = invite->request;
    child->own_cseq = parent->own_cseq;
    if (sst_session_fork(child->session, &slot->tx, parent->session, &invite->tx) != SST_OK) {
        return fail(child->world, "a fork of the INVITE", "libsst sees none");
    }
    return host_after(child);
}

bool receive_library(struct host *host, const struct message *message)
{
    bool is_fork = strcmp(host->name, host->party->name) != 0;
    if (host->session == NULL && is_fork && !host->gone && !begin_fork(host, message)) {
        return false;
    }
    if (!host_begin(host, false)) {
        return false;
    }
    if (host->session == NULL) {
        return fail(host->world, "a host that can receive", "its session is gone");
    }
    return message->status == 0 ? receive_request(host, message) : receive_response(host, message);
}
