/* SPDX-License-Identifier: MIT */
#include "tries.h"

#include <stdlib.h>
#include <string.h>

#include "call.h"
#include "message.h"
#include "text.h"
#include "transactions.h"

/* What selects the transactions to look at. */
struct reason {
    const struct net_address *address; /* a destination without a listener */
    const struct stream *stream;       /* one that was opened, or closed */
    bool came;                         /* our address arrived: earlier datagrams were lost */
};

/* The path is attached to its transaction by a pointer that libosip2 leaves to its user. */
static struct path *path_in(osip_transaction_t *transaction)
{
    return osip_transaction_get_reserved4(transaction);
}

void tries_begin(osip_transaction_t *transaction, struct path path)
{
    struct path *kept = memory(sizeof *kept);

    *kept = path;
    osip_transaction_set_reserved4(transaction, kept);
}

void tries_free(osip_transaction_t *transaction)
{
    struct path *path = path_in(transaction);

    if (path != NULL) {
        path_free(path);
        free(path);
        osip_transaction_set_reserved4(transaction, NULL);
    }
}

struct path tries_path(osip_transaction_t *transaction)
{
    return path_copy(path_in(transaction));
}

uint32_t tries_stream(osip_transaction_t *transaction)
{
    return path_in(transaction)->stream;
}

/* RFC 3261 §17.1: over a stream nothing is retransmitted, and no retransmission of a response is
 * expected. */
static void stop_copies(osip_transaction_t *transaction)
{
    transactions_hush(transaction);
    if (transaction->ict_context != NULL) {
        transaction->ict_context->timer_d_length = 0;
    } else {
        transaction->nict_context->timer_k_length = 0;
    }
}

enum wire_sent tries_send(struct ua *ua, osip_transaction_t *transaction, osip_message_t *request)
{
    struct path *path = path_in(transaction);
    enum wire_sent sent = wire_send(ua, request, path);

    if (sent == WIRE_SENT && !MSG_IS_ACK(request) &&
        transport_is_stream(path_target(path, ua->options.transport).transport)) {
        stop_copies(transaction);
    }
    return sent;
}

bool tries_next(struct ua *ua, osip_transaction_t *transaction, osip_message_t *response)
{
    struct path *path = path_in(transaction);
    struct request *request = osip_transaction_get_your_instance(transaction);
    osip_message_t *copy;

    if ((response != NULL && response->status_code != 503) || !path_has_next(path) ||
        request == NULL || transaction->orig_request == NULL ||
        osip_message_clone(transaction->orig_request, &copy) != 0) {
        return false;
    }
    path_go_on(path);
    message_renew_branch(copy);
    osip_transaction_set_your_instance(transaction, NULL);
    request->transaction = transactions_request(ua, copy, path_copy(path), request);
    if (request->transaction == NULL) {
        osip_transaction_set_your_instance(transaction, request);
        return false;
    }
    log_note(&ua->log, NULL, "%s: the next server is tried", path->hop.host);
    return true;
}

/* Whether a request waits for a response, and was not hushed. Over streams there is nothing to
 * hush. */
static bool is_open(osip_transaction_t *transaction, bool stream)
{
    if (transaction->ict_context != NULL) {
        return transaction->state == ICT_CALLING &&
               (stream || transaction->ict_context->timer_a_start.tv_sec >= 0);
    }
    return (transaction->state == NICT_TRYING || transaction->state == NICT_PROCEEDING) &&
           (stream || transaction->nict_context->timer_e_start.tv_sec >= 0);
}

/* Whether a request is affected; one that is not located yet may be located now. */
static bool is_meant(const struct ua *ua, osip_transaction_t *transaction,
                     const struct reason *reason)
{
    const struct path *path = path_in(transaction);
    struct target target = path_target(path, ua->options.transport);

    if (!is_open(transaction, transport_is_stream(target.transport))) {
        return false;
    }
    if (reason->stream != NULL) {
        return path->stream == reason->stream->id;
    }
    if (reason->address != NULL || reason->came) {
        return path->count > 0 && target.transport == TRANSPORT_UDP &&
               (reason->came || address_same(&target.address, reason->address));
    }
    return path->count == 0;
}

/* As if the time for a retransmission had come: it is sent, or found to be undeliverable. */
static void send_now(struct ua *ua, osip_transaction_t *transaction)
{
    osip_event_t *event = osip_malloc(sizeof *event);

    if (event == NULL) {
        return;
    }
    memset(event, 0, sizeof *event);
    event->type = transaction->ict_context != NULL ? TIMEOUT_A : TIMEOUT_E;
    event->transactionid = transaction->transactionid;
    transactions_execute(ua, transaction, event);
}

/* A request whose connection was closed is sent once more on a new one, unless that was new
 * already. */
static void give_up_stream(struct path *path, const struct stream *stream)
{
    path->failed = path->resent || !stream->opened;
    path->resent = true;
    path->stream = 0;
}

static void send_all_now(struct ua *ua, osip_list_t *list, const struct reason *reason)
{
    size_t count = 0;
    osip_transaction_t **found =
        memory(((size_t)osip_list_size(list) + 1) * sizeof(osip_transaction_t *));
    osip_list_iterator_t it;

    /* Sending may end a transaction, which takes it out of the list. */
    for (osip_transaction_t *at = osip_list_get_first(list, &it); osip_list_iterator_has_elem(it);
         at = osip_list_get_next(&it)) {
        if (is_meant(ua, at, reason)) {
            found[count++] = at;
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (reason->stream != NULL && reason->stream->state == STREAM_CLOSED) {
            give_up_stream(path_in(found[i]), reason->stream);
        }
        send_now(ua, found[i]);
    }
    free(found);
    transactions_settle(ua);
}

static void look_at_all(struct ua *ua, const struct reason *reason)
{
    send_all_now(ua, &ua->stack.osip->osip_ict_transactions, reason);
    send_all_now(ua, &ua->stack.osip->osip_nict_transactions, reason);
}

void tries_resolved(struct ua *ua)
{
    look_at_all(ua, &(struct reason){0});
}

void tries_came(struct ua *ua)
{
    look_at_all(ua, &(struct reason){.came = true});
}

void tries_unreachable(struct ua *ua, const struct net_address *address)
{
    look_at_all(ua, &(struct reason){.address = address});
}

void tries_opened(struct ua *ua, const struct stream *stream)
{
    look_at_all(ua, &(struct reason){.stream = stream});
}

void tries_closed(struct ua *ua, const struct stream *stream)
{
    look_at_all(ua, &(struct reason){.stream = stream});
}
