/* SPDX-License-Identifier: MIT */
#include "lookup.h"

#include <string.h>

#include "message.h"
#include "seen.h"
#include "text.h"

/* Only branches of RFC 3261 are unique; the others are left to libosip2. */
static bool is_unique(const char *branch)
{
    return branch != NULL && strncmp(branch, "z9hG4bK", 7) == 0;
}

static size_t bucket(const char *branch)
{
    return seen_hash(SEEN_HASH_START, branch, strlen(branch)) % LOOKUP_BUCKETS;
}

/* The chain uses a pointer that libosip2 leaves to its user. */
static osip_transaction_t *next(osip_transaction_t *transaction)
{
    return osip_transaction_get_reserved2(transaction);
}

void lookup_add(struct stack *stack, osip_transaction_t *transaction)
{
    const char *branch = message_via_branch(transaction->topvia);
    osip_transaction_t **first;

    if (is_unique(branch)) {
        first = &stack->buckets[bucket(branch)];
        osip_transaction_set_reserved2(transaction, *first);
        *first = transaction;
    }
}

void lookup_remove(struct stack *stack, osip_transaction_t *transaction)
{
    const char *branch = message_via_branch(transaction->topvia);
    osip_transaction_t *at;

    if (!is_unique(branch)) {
        return;
    }
    at = stack->buckets[bucket(branch)];
    if (at == transaction) {
        stack->buckets[bucket(branch)] = next(transaction);
        return;
    }
    while (at != NULL && next(at) != transaction) {
        at = next(at);
    }
    if (at != NULL) {
        osip_transaction_set_reserved2(at, next(transaction));
    }
}

static osip_fsm_type_t type_of(osip_message_t *sip)
{
    bool invite = strcmp(sip->cseq->method, "INVITE") == 0;

    if (MSG_IS_RESPONSE(sip)) {
        return invite ? ICT : NICT;
    }
    return invite || MSG_IS_ACK(sip) ? IST : NIST;
}

/* More than RFC 3261 §17.2.3 requires: a retransmission, and an ACK, repeats these unchanged. */
static bool same_request(osip_transaction_t *transaction, osip_message_t *sip)
{
    const char *theirs = message_tag(sip->from);
    const char *ours = message_tag(transaction->from);

    return text_same(transaction->callid->number, sip->call_id->number) &&
           text_same(transaction->cseq->number, sip->cseq->number) &&
           (ours == NULL ? theirs == NULL : text_same(ours, theirs));
}

/* Whether a message with the same branch belongs to a transaction. */
static bool belongs(osip_transaction_t *transaction, osip_message_t *sip)
{
    const osip_via_t *via = osip_list_get(&sip->vias, 0);

    if (transaction->ctx_type != type_of(sip)) {
        return false;
    }
    /* Requests of two senders may have the same branch, by accident or by malice. */
    if (MSG_IS_REQUEST(sip) &&
        (!message_same_sender(via, transaction->topvia) || !same_request(transaction, sip))) {
        return false;
    }
    return MSG_IS_ACK(sip) || strcmp(sip->cseq->method, transaction->cseq->method) == 0;
}

static osip_list_t *list_of(osip_t *osip, osip_fsm_type_t type)
{
    switch (type) {
    case ICT:
        return &osip->osip_ict_transactions;
    case IST:
        return &osip->osip_ist_transactions;
    case NICT:
        return &osip->osip_nict_transactions;
    case NIST:
        break;
    }
    return &osip->osip_nist_transactions;
}

osip_transaction_t *lookup_find(struct stack *stack, osip_event_t *event)
{
    const char *branch = message_via_branch(osip_list_get(&event->sip->vias, 0));
    osip_transaction_t *at;

    if (!is_unique(branch)) {
        return osip_transaction_find(list_of(stack->osip, type_of(event->sip)), event);
    }
    at = stack->buckets[bucket(branch)];
    while (at != NULL &&
           !(text_same(message_via_branch(at->topvia), branch) && belongs(at, event->sip))) {
        at = next(at);
    }
    return at;
}
