/* SPDX-License-Identifier: MIT */
#include "resting.h"

#include <stdlib.h>

#include "lookup.h"
#include "text.h"
#include "transactions.h"

struct resting {
    struct resting *next;
    osip_transaction_t *transaction;
    uint64_t due_ms;
};

void resting_add(struct ua *ua, osip_transaction_t *transaction)
{
    struct stack *stack = &ua->stack;
    struct resting *resting = memory(sizeof *resting);

    osip_remove_transaction(stack->osip, transaction);
    resting->transaction = transaction;
    /* RFC 3261 §17.2.2: 64*T1 for all of them, so the list is sorted by time. */
    resting->due_ms = clock_real_ms(&ua->clock) + SIP_64T1_MS;
    if (stack->last_resting != NULL) {
        stack->last_resting->next = resting;
    } else {
        stack->first_resting = resting;
    }
    stack->last_resting = resting;
}

static void free_first(struct stack *stack)
{
    struct resting *first = stack->first_resting;

    stack->first_resting = first->next;
    if (first->next == NULL) {
        stack->last_resting = NULL;
    }
    lookup_remove(stack, first->transaction);
    transactions_forget_stranger(first->transaction);
    osip_transaction_free2(first->transaction);
    free(first);
}

void resting_work(struct ua *ua)
{
    struct stack *stack = &ua->stack;
    uint64_t now_ms = clock_real_ms(&ua->clock);

    while (stack->first_resting != NULL && stack->first_resting->due_ms <= now_ms) {
        free_first(stack);
    }
}

void resting_free(struct ua *ua)
{
    while (ua->stack.first_resting != NULL) {
        free_first(&ua->stack);
    }
}
