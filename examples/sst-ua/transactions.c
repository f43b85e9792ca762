/* SPDX-License-Identifier: MIT */
#include "transactions.h"

#include <stdlib.h>
#include <string.h>

#include "call.h"
#include "callee.h"
#include "client.h"
#include "farewell.h"
#include "lookup.h"
#include "message.h"
#include "resting.h"
#include "server.h"
#include "text.h"
#include "wire.h"

/* Looking for libosip2's next timer costs a walk over all transactions; so often is enough. */
#define LOOK_MS 10

/* So many requests that belong to no call are remembered at a time, each for up to 32 s; then they
 * are refused without being remembered, until so long later. */
#define STRANGERS_MAX 2000
#define RETRY_LATER "Retry-After: 10\r\n"

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

/* Ends a transaction. It may still be looked at, so it is only taken out of the lists here. */
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

    (void)socket;
    /* libosip2's own ACK has none, which RFC 3261 §8.1.1 asks of every request. */
    if (MSG_IS_ACK(sip) && osip_message_get_max_forwards(sip, 0, &header) < 0) {
        osip_message_set_max_forwards(sip, "70");
    }
    return wire_send(ua_of(transaction), sip, host, port) != WIRE_FAILED ? 0 : -1;
}

bool transactions_open(struct ua *ua)
{
    osip_t *osip;

    /* Else it writes to standard output what it finds wrong with messages. */
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

/* Whoever knows a transaction forgets it now. */
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

/* Hands out what the callbacks told; that may lead to more, which is added at the end. */
static void deal_with_events(struct ua *ua)
{
    struct stack *stack = &ua->stack;

    for (size_t i = 0; i < stack->event_count; i++) {
        struct stack_event event = stack->events[i];

        if (event.what == SST_OSIP_REQUEST) {
            server_request(ua, event.transaction, event.message);
        } else if (event.what == SST_OSIP_RESPONSE) {
            client_response(ua, event.transaction, event.message);
            /* Timer K only absorbs copies, which nobody looks at anyway. */
            if (event.transaction->state == NICT_COMPLETED) {
                end(ua, event.transaction);
            }
        } else {
            client_failed(ua, event.transaction, event.what);
        }
    }
    stack->event_count = 0;
}

/* Gives an event to the state machine, which frees it. */
static void execute(struct ua *ua, osip_transaction_t *transaction, osip_event_t *event)
{
    ua->stack.busy = true;
    osip_transaction_execute(transaction, event);
}

/* Whether a request belongs to a call that there is, by its Call-ID. */
static bool is_of_call(struct ua *ua, osip_message_t *sip)
{
    char *call_id = message_call_id(sip);
    bool known = call_next(ua, call_id, NULL) != NULL;

    free(call_id);
    return known;
}

/* A request begins a transaction, which a stranger's may do only so often at a time. */
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
    lookup_add(stack, transaction);
    execute(ua, transaction, event);
}

/* What belongs to no transaction: ACKs and copies of 2xx, and what begins one. */
static void receive_outside(struct ua *ua, osip_event_t *event,
                            const struct net_datagram *datagram)
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
        execute(ua, transaction, event);
    } else {
        receive_outside(ua, event, datagram);
    }
    deal_with_events(ua);
}

osip_transaction_t *transactions_request(struct ua *ua, osip_message_t *request, const char *host,
                                         int port, void *instance)
{
    osip_event_t *event = osip_new_outgoing_sipmessage(request);
    osip_transaction_t *transaction =
        event != NULL ? osip_create_transaction(ua->stack.osip, event) : NULL;

    if (transaction == NULL) {
        if (event != NULL) {
            osip_event_free(event);
        } else {
            osip_message_free(request);
        }
        return NULL;
    }
    /* Not what libosip2 thinks: a proxy, or the route set, may say otherwise. */
    if (transaction->ict_context != NULL) {
        osip_ict_set_destination(transaction->ict_context, osip_strdup(host), port);
    } else {
        osip_nict_set_destination(transaction->nict_context, osip_strdup(host), port);
    }
    osip_transaction_set_your_instance(transaction, instance);
    lookup_add(&ua->stack, transaction);
    execute(ua, transaction, event);
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
    execute(ua, transaction, event);
    if (transaction->state == NIST_COMPLETED) {
        resting_add(ua, transaction);
    }
}

/* Whether a client transaction still sends its request to a host. */
static bool sends_to(struct ua *ua, osip_transaction_t *transaction, const char *host,
                     const struct net_address *address)
{
    bool invite = transaction->ict_context != NULL;
    const char *destination =
        invite ? transaction->ict_context->destination : transaction->nict_context->destination;
    int port = invite ? transaction->ict_context->port : transaction->nict_context->port;
    struct net_address its;

    /* What is hushed, or answered, is not sent again. */
    if (invite ? transaction->state != ICT_CALLING || transaction->ict_context->timer_a_start.tv_sec < 0
               : transaction->state > NICT_PROCEEDING ||
                     transaction->nict_context->timer_e_start.tv_sec < 0) {
        return false;
    }
    if (destination == NULL) {
        return false;
    }
    if (host != NULL) {
        return osip_strcasecmp(destination, host) == 0;
    }
    return net_resolve(&ua->net, destination, port, clock_real_ms(&ua->clock), &its) == RESOLVED &&
           address_same(&its, address);
}

/* As if the time for another copy had come: it is sent, or found out to be undeliverable. */
static void send_now(struct ua *ua, osip_transaction_t *transaction)
{
    osip_event_t *event = osip_malloc(sizeof *event);

    if (event == NULL) {
        return;
    }
    memset(event, 0, sizeof *event);
    event->type = transaction->ict_context != NULL ? TIMEOUT_A : TIMEOUT_E;
    event->transactionid = transaction->transactionid;
    execute(ua, transaction, event);
}

static void send_all_now(struct ua *ua, osip_list_t *list, const char *host,
                         const struct net_address *address)
{
    size_t count = 0;
    osip_transaction_t **found =
        memory(((size_t)osip_list_size(list) + 1) * sizeof(osip_transaction_t *));
    osip_list_iterator_t it;

    /* Sending may end a transaction, which takes it out of the list. */
    for (osip_transaction_t *at = osip_list_get_first(list, &it); osip_list_iterator_has_elem(it);
         at = osip_list_get_next(&it)) {
        if (sends_to(ua, at, host, address)) {
            found[count++] = at;
        }
    }
    for (size_t i = 0; i < count; i++) {
        send_now(ua, found[i]);
    }
    free(found);
    deal_with_events(ua);
}

void transactions_resolved(struct ua *ua, const char *host)
{
    send_all_now(ua, &ua->stack.osip->osip_ict_transactions, host, NULL);
    send_all_now(ua, &ua->stack.osip->osip_nict_transactions, host, NULL);
}

void transactions_unreachable(struct ua *ua, const struct net_address *address)
{
    send_all_now(ua, &ua->stack.osip->osip_ict_transactions, NULL, address);
    send_all_now(ua, &ua->stack.osip->osip_nict_transactions, NULL, address);
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

    deal_with_events(ua);
    if (stack->busy && stack->due_ms > now_ms + LOOK_MS) {
        stack->due_ms = now_ms + LOOK_MS;
    }
    stack->busy = false;
    if (now_ms >= stack->due_ms) {
        run_timers(stack->osip);
        deal_with_events(ua);
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
