/* SPDX-License-Identifier: MIT */
#include "transactions.h"

#include <stdlib.h>
#include <string.h>

#include "call.h"
#include "callee.h"
#include "client.h"
#include "farewell.h"
#include "hop.h"
#include "lookup.h"
#include "message.h"
#include "resting.h"
#include "server.h"
#include "text.h"
#include "tries.h"
#include "wire.h"

/* Finding libosip2's next timer means a walk over all transactions, so do it at this interval. */
#define LOOK_MS 10

/* How many requests outside of calls are remembered at a time, each for up to 32 s. Beyond that
 * they are rejected without being remembered, until this much later. */
#define STRANGERS_MAX 2000
#define RETRY_LATER "Retry-After: 10\r\n"

/* Larger requests use TCP, if that is available. */
#define DATAGRAM_MAX 1300

static struct ua *ua_of(osip_transaction_t *transaction)
{
    return osip_get_application_context(transaction->config);
}

static void note(osip_transaction_t *transaction, enum sst_osip_event what, osip_message_t *message)
{
    struct stack *stack = &ua_of(transaction)->stack;

    if (what == SST_OSIP_NOTHING || what == SST_OSIP_ACK) {
        return;
    }
    if (stack->event_count == stack->event_room) {
        stack->event_room = stack->event_room == 0 ? 16 : stack->event_room * 2;
        stack->events = memory_resize(stack->events, stack->event_room * sizeof *stack->events);
    }
    stack->events[stack->event_count++] = (struct stack_event){what, transaction, message};
}

static void on_message(int type, osip_transaction_t *transaction, osip_message_t *message)
{
    /* A CANCEL means nothing to a session, but a lot to its call. */
    note(transaction,
         type == OSIP_NIST_CANCEL_RECEIVED ? SST_OSIP_REQUEST : sst_osip_message_event(type),
         message);
}

static void on_transport_error(int type, osip_transaction_t *transaction, int error)
{
    (void)error;
    note(transaction, sst_osip_transport_event(type), NULL);
}

/* Ends a transaction. It may still be in use, so it is only taken out of the lists here. */
static void end(struct ua *ua, osip_transaction_t *transaction)
{
    struct stack *stack = &ua->stack;

    osip_remove_transaction(stack->osip, transaction);
    lookup_remove(stack, transaction);
    if (stack->dead_count == stack->dead_room) {
        stack->dead_room = stack->dead_room == 0 ? 16 : stack->dead_room * 2;
        stack->dead = memory_resize(stack->dead, stack->dead_room * sizeof *stack->dead);
    }
    stack->dead[stack->dead_count++] = transaction;
}

static void on_kill(int type, osip_transaction_t *transaction)
{
    (void)type;
    end(ua_of(transaction), transaction);
}

static int on_send(osip_transaction_t *transaction, osip_message_t *sip, char *host, int port,
                   int socket)
{
    osip_header_t *header;

    /* libosip2's own ACK lacks Max-Forwards, which RFC 3261 §8.1.1 requires in every request. */
    if (MSG_IS_ACK(sip) && osip_message_get_max_forwards(sip, 0, &header) < 0) {
        osip_message_set_max_forwards(sip, "70");
    }
    (void)host;
    (void)port;
    if (transaction->ctx_type == ICT || transaction->ctx_type == NICT) {
        return tries_send(ua_of(transaction), transaction, sip) != WIRE_FAILED ? 0 : -1;
    }
    return wire_answer(ua_of(transaction), sip, (uint32_t)socket) != WIRE_FAILED ? 0 : -1;
}

bool transactions_open(struct ua *ua)
{
    osip_t *osip;

    /* Otherwise it reports errors in messages on standard output. */
    osip_trace_initialize(TRACE_LEVEL0, stderr);
    if (osip_init(&osip) != 0) {
        return false;
    }
    ua->stack.osip = osip;
    osip_set_application_context(osip, ua);
    osip_set_cb_send_message(osip, on_send);
    for (int type = 0; type < OSIP_MESSAGE_CALLBACK_COUNT; type++) {
        osip_set_message_callback(osip, type, on_message);
    }
    for (int type = 0; type < OSIP_KILL_CALLBACK_COUNT; type++) {
        osip_set_kill_transaction_callback(osip, type, on_kill);
    }
    for (int type = 0; type < OSIP_TRANSPORT_ERROR_CALLBACK_COUNT; type++) {
        osip_set_transport_error_callback(osip, type, on_transport_error);
    }
    ua->stack.due_ms = CLOCK_NEVER;
    return true;
}

void transactions_forget_stranger(osip_transaction_t *transaction)
{
    struct stack *stack = osip_transaction_get_reserved3(transaction);

    if (stack != NULL) {
        stack->strangers--;
    }
}

/* Makes everything that refers to a transaction forget it. */
static void free_transaction(osip_transaction_t *transaction)
{
    void *instance = osip_transaction_get_your_instance(transaction);

    if (instance != NULL && transaction->ctx_type == IST) {
        struct incoming *incoming = &((struct call *)instance)->incoming;

        if (incoming->transaction == transaction) {
            incoming->transaction = NULL;
        }
    } else if (instance != NULL) {
        ((struct request *)instance)->transaction = NULL;
    }
    transactions_forget_stranger(transaction);
    tries_free(transaction);
    osip_transaction_free(transaction);
}

static void bury_dead(struct stack *stack)
{
    for (size_t i = 0; i < stack->dead_count; i++) {
        free_transaction(stack->dead[i]);
    }
    stack->dead_count = 0;
}

static void free_all(osip_list_t *transactions)
{
    while (osip_list_size(transactions) > 0) {
        free_transaction(osip_list_get(transactions, 0));
    }
}

void transactions_close(struct ua *ua)
{
    struct stack *stack = &ua->stack;

    if (stack->osip == NULL) {
        return;
    }
    bury_dead(stack);
    resting_free(ua);
    free_all(&stack->osip->osip_ict_transactions);
    free_all(&stack->osip->osip_ist_transactions);
    free_all(&stack->osip->osip_nict_transactions);
    free_all(&stack->osip->osip_nist_transactions);
    osip_release(stack->osip);
    free(stack->events);
    free(stack->dead);
}

/* An event of a client transaction; it goes no further if another server can be tried. */
static void deal_with_client(struct ua *ua, const struct stack_event *event)
{
    if (tries_next(ua, event->transaction, event->message)) {
        return;
    }
    if (event->what != SST_OSIP_RESPONSE) {
        client_failed(ua, event->transaction, event->what);
        return;
    }
    client_response(ua, event->transaction, event->message);
    /* Timer K only absorbs retransmissions, which nothing looks at anyway. */
    if (event->transaction->state == NICT_COMPLETED) {
        end(ua, event->transaction);
    }
}

void transactions_settle(struct ua *ua)
{
    struct stack *stack = &ua->stack;

    for (size_t i = 0; i < stack->event_count; i++) {
        struct stack_event event = stack->events[i];

        if (event.what == SST_OSIP_REQUEST) {
            server_request(ua, event.transaction, event.message);
        } else {
            deal_with_client(ua, &event);
        }
    }
    stack->event_count = 0;
}

void transactions_execute(struct ua *ua, osip_transaction_t *transaction, osip_event_t *event)
{
    ua->stack.busy = true;
    osip_transaction_execute(transaction, event);
}

/* Whether a request belongs to an existing call, by its Call-ID. */
static bool is_of_call(struct ua *ua, osip_message_t *sip)
{
    char *call_id = message_call_id(sip);
    bool known = call_next(ua, call_id, NULL) != NULL;

    free(call_id);
    return known;
}

/* Begins the transaction of a request; strangers may only have a limited number. */
static void begin_server(struct ua *ua, osip_event_t *event, const struct net_datagram *datagram)
{
    struct stack *stack = &ua->stack;
    osip_transaction_t *transaction;
    bool stranger = !is_of_call(ua, event->sip);

    if (stranger && stack->strangers >= STRANGERS_MAX) {
        wire_refuse(ua, datagram, 503, RETRY_LATER);
        osip_event_free(event);
        return;
    }
    transaction = osip_create_transaction(stack->osip, event);
    if (transaction == NULL) {
        osip_event_free(event);
        return;
    }
    if (stranger) {
        stack->strangers++;
        osip_transaction_set_reserved3(transaction, stack);
    }
    osip_transaction_set_out_socket(transaction, (int)datagram->stream);
    lookup_add(stack, transaction);
    transactions_execute(ua, transaction, event);
}

/* What belongs to no transaction: ACKs and retransmissions of 2xx, and new requests. */
static void receive_outside(struct ua *ua, osip_event_t *event, const struct net_datagram *datagram)
{
    if (MSG_IS_RESPONSE(event->sip)) {
        farewell_stray(ua, event->sip);
        osip_event_free(event);
    } else if (MSG_IS_ACK(event->sip)) {
        callee_ack(ua, event->sip);
        osip_event_free(event);
    } else if (MSG_IS_INVITE(event->sip) && callee_copy(ua, event->sip)) {
        osip_event_free(event);
    } else {
        begin_server(ua, event, datagram);
    }
}

void transactions_receive(struct ua *ua, const struct net_datagram *datagram)
{
    osip_event_t *event = wire_read(ua, datagram);
    osip_transaction_t *transaction;

    if (event == NULL) {
        return;
    }
    transaction = lookup_find(&ua->stack, event);
    if (transaction != NULL) {
        transactions_execute(ua, transaction, event);
    } else {
        receive_outside(ua, event, datagram);
    }
    transactions_settle(ua);
}

/* RFC 3261 §18.1.1: a request this large may not arrive in a datagram. */
static bool is_large(osip_message_t *request)
{
    char *bytes;
    size_t length;

    if (!message_print(request, &bytes, &length)) {
        return false;
    }
    osip_free(bytes);
    return length > DATAGRAM_MAX;
}

osip_transaction_t *transactions_request(struct ua *ua, osip_message_t *request, struct path path,
                                         void *instance)
{
    osip_transaction_t *transaction;
    osip_event_t *event;

    /* libosip2 reads from the Via which timers it needs. */
    (void)hop_locate(ua, &path);
    if (is_large(request)) {
        path_try_tcp(&path, ua->options.transport);
    }
    message_set_transport(request,
                          transport_via(path_target(&path, ua->options.transport).transport));
    event = osip_new_outgoing_sipmessage(request);
    transaction = event != NULL ? osip_create_transaction(ua->stack.osip, event) : NULL;
    if (transaction == NULL) {
        if (event != NULL) {
            osip_event_free(event);
        } else {
            osip_message_free(request);
        }
        path_free(&path);
        return NULL;
    }
    tries_begin(transaction, path);
    osip_transaction_set_your_instance(transaction, instance);
    lookup_add(&ua->stack, transaction);
    transactions_execute(ua, transaction, event);
    return transaction;
}

void transactions_respond(struct ua *ua, osip_transaction_t *transaction, osip_message_t *response)
{
    osip_event_t *event = osip_new_outgoing_sipmessage(response);

    if (event == NULL) {
        osip_message_free(response);
        return;
    }
    event->transactionid = transaction->transactionid;
    transactions_execute(ua, transaction, event);
    /* RFC 3261 §17.2.2: over a stream there are no retransmissions to wait for. */
    if (transaction->state == NIST_COMPLETED && transaction->out_socket <= 0) {
        resting_add(ua, transaction);
    }
}

void transactions_hush(osip_transaction_t *transaction)
{
    if (transaction->ict_context != NULL) {
        transaction->ict_context->timer_a_start.tv_sec = -1;
    } else if (transaction->nict_context != NULL) {
        transaction->nict_context->timer_e_length = -1;
        transaction->nict_context->timer_e_start.tv_sec = -1;
    }
}

static void run_timers(osip_t *osip)
{
    osip_timers_ict_execute(osip);
    osip_timers_ist_execute(osip);
    osip_timers_nict_execute(osip);
    osip_timers_nist_execute(osip);
    osip_ict_execute(osip);
    osip_ist_execute(osip);
    osip_nict_execute(osip);
    osip_nist_execute(osip);
}

void transactions_work(struct ua *ua)
{
    struct stack *stack = &ua->stack;
    uint64_t now_ms = clock_real_ms(&ua->clock);
    struct timeval wait;

    transactions_settle(ua);
    if (stack->busy && stack->due_ms > now_ms + LOOK_MS) {
        stack->due_ms = now_ms + LOOK_MS;
    }
    stack->busy = false;
    if (now_ms >= stack->due_ms) {
        run_timers(stack->osip);
        transactions_settle(ua);
        osip_timers_gettimeout(stack->osip, &wait);
        /* Rounded up, so that libosip2 finds its timer due. */
        stack->due_ms = now_ms + (uint64_t)wait.tv_sec * 1000 + (uint64_t)wait.tv_usec / 1000 + 1;
    }
    bury_dead(stack);
    resting_work(ua);
}

uint64_t transactions_due_ms(const struct ua *ua)
{
    return ua->stack.busy || ua->stack.event_count > 0 ? 0 : ua->stack.due_ms;
}
