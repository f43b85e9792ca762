/* SPDX-License-Identifier: MIT */
/* Finds transactions by branch. libosip2 searches linearly, which takes most of the time when
 * thousands linger. */
#ifndef SST_UA_LOOKUP_H
#define SST_UA_LOOKUP_H

#include "ua.h"

/* Adds a new transaction; removes one that has ended. */
void lookup_add(struct stack *stack, osip_transaction_t *transaction);
void lookup_remove(struct stack *stack, osip_transaction_t *transaction);

/* The transaction that a message from the peer belongs to (RFC 3261 §17.1.3, §17.2.3), or NULL. */
osip_transaction_t *lookup_find(struct stack *stack, osip_event_t *event);

#endif
