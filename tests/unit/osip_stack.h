/* SPDX-License-Identifier: MIT */
/* A libosip2 with a fake transport, for the suites of the adapter: real transactions, no socket. */
#ifndef OSIP_STACK_H
#define OSIP_STACK_H

#include "osip_messages.h"

/* What libosip2 called back. */
struct callback {
    int type;
    bool transport;
    bool has_message;
    enum sst_osip_event event;
};

#define CALLBACKS_MAX 64

struct stack {
    osip_t *osip;
    int send_result; /* what the transport returns */
    int sent;        /* how often it was asked to send */
    int count;
    struct callback callbacks[CALLBACKS_MAX];
    osip_list_t killed;
    /* If set, called for each callback. */
    void (*on_event)(enum sst_osip_event event, osip_transaction_t *tr, osip_message_t *sip);
};

static struct stack stack;

static inline int stack_send(osip_transaction_t *tr, osip_message_t *sip, char *address, int port,
                             int socket)
{
    (void)tr;
    (void)sip;
    (void)address;
    (void)port;
    (void)socket;
    stack.sent++;
    return stack.send_result;
}

static inline void stack_note(struct callback callback, osip_transaction_t *tr, osip_message_t *sip)
{
    ck_assert_int_lt(stack.count, CALLBACKS_MAX);
    stack.callbacks[stack.count++] = callback;
    if (stack.on_event != NULL) {
        stack.on_event(callback.event, tr, sip);
    }
}

static inline void stack_message(int type, osip_transaction_t *tr, osip_message_t *sip)
{
    struct callback callback = {type, false, sip != NULL, sst_osip_message_event(type)};

    stack_note(callback, tr, sip);
}

static inline void stack_transport(int type, osip_transaction_t *tr, int error)
{
    struct callback callback = {type, true, false, sst_osip_transport_event(type)};

    (void)error;
    stack_note(callback, tr, NULL);
}

/* To be freed later: libosip2 still uses it after this callback. */
static inline void stack_kill(int type, osip_transaction_t *tr)
{
    (void)type;
    osip_remove_transaction(stack.osip, tr);
    osip_list_add(&stack.killed, tr, -1);
}

static inline void stack_open(void)
{
    memset(&stack, 0, sizeof(stack));
    osip_list_init(&stack.killed);
    ck_assert_int_eq(osip_init(&stack.osip), OSIP_SUCCESS);
    osip_set_cb_send_message(stack.osip, stack_send);
    for (int type = 0; type < OSIP_MESSAGE_CALLBACK_COUNT; type++) {
        osip_set_message_callback(stack.osip, type, stack_message);
    }
    for (int type = 0; type < OSIP_TRANSPORT_ERROR_CALLBACK_COUNT; type++) {
        osip_set_transport_error_callback(stack.osip, type, stack_transport);
    }
    for (int type = 0; type < OSIP_KILL_CALLBACK_COUNT; type++) {
        osip_set_kill_transaction_callback(stack.osip, type, stack_kill);
    }
}

static inline void stack_free_all(osip_list_t *transactions, bool listed)
{
    while (!osip_list_eol(transactions, 0)) {
        osip_transaction_t *tr = osip_list_get(transactions, 0);
        if (listed) {
            osip_remove_transaction(stack.osip, tr);
        } else {
            osip_list_remove(transactions, 0);
        }
        osip_transaction_free(tr);
    }
}

static inline void stack_close(void)
{
    stack_free_all(&stack.osip->osip_ict_transactions, true);
    stack_free_all(&stack.osip->osip_ist_transactions, true);
    stack_free_all(&stack.osip->osip_nict_transactions, true);
    stack_free_all(&stack.osip->osip_nist_transactions, true);
    stack_free_all(&stack.killed, false);
    osip_release(stack.osip);
}

/* Runs all timers and transactions that are due. */
static inline void stack_run(void)
{
    osip_timers_ict_execute(stack.osip);
    osip_timers_nict_execute(stack.osip);
    osip_ict_execute(stack.osip);
    osip_ist_execute(stack.osip);
    osip_nict_execute(stack.osip);
    osip_nist_execute(stack.osip);
}

/* A message arrives (it is freed here). Returns the transaction that it begins, or NULL. */
static inline osip_transaction_t *stack_receive(osip_message_t *sip)
{
    size_t length;
    char *text;
    osip_transaction_t *tr = NULL;

    ck_assert_int_eq(osip_message_to_str(sip, &text, &length), OSIP_SUCCESS);
    osip_event_t *event = osip_parse(text, length);
    ck_assert_ptr_nonnull(event);
    if (osip_find_transaction_and_add_event(stack.osip, event) != OSIP_SUCCESS) {
        tr = osip_create_transaction(stack.osip, event);
        ck_assert_ptr_nonnull(tr);
        ck_assert_int_eq(osip_transaction_add_event(tr, event), OSIP_SUCCESS);
    }
    osip_free(text);
    osip_message_free(sip);
    stack_run();
    return tr;
}

/* Hands a local request, which libosip2 then owns, to a new transaction. */
static inline osip_transaction_t *stack_request(osip_message_t *sip, void *owner)
{
    osip_transaction_t *tr;
    osip_fsm_type_t type = MSG_IS_INVITE(sip) ? ICT : NICT;

    ck_assert_int_eq(osip_transaction_init(&tr, type, stack.osip, sip), OSIP_SUCCESS);
    osip_transaction_set_reserved1(tr, owner);
    osip_event_t *event = osip_new_outgoing_sipmessage(sip);
    event->transactionid = tr->transactionid;
    ck_assert_int_eq(osip_transaction_add_event(tr, event), OSIP_SUCCESS);
    stack_run();
    return tr;
}

/* Hands a local response, which libosip2 then owns, to its transaction. */
static inline void stack_respond(osip_transaction_t *tr, osip_message_t *sip)
{
    osip_event_t *event = osip_new_outgoing_sipmessage(sip);

    event->transactionid = tr->transactionid;
    ck_assert_int_eq(osip_transaction_add_event(tr, event), OSIP_SUCCESS);
    stack_run();
}

/* Times out a local request: sets its Timer B or F into the past, on the clock that libosip2 reads.
 * */
static inline void stack_time_out(osip_transaction_t *tr)
{
    static const struct timeval past = {.tv_sec = 0, .tv_usec = 1};

    if (tr->ict_context != NULL) {
        tr->ict_context->timer_b_start = past;
    } else {
        tr->nict_context->timer_f_start = past;
    }
    stack_run();
}

#endif
