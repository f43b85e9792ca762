/* SPDX-License-Identifier: MIT */
/* Transactions that have had their final response. libosip2 keeps them in the lists that it
 * walks for every new transaction and every timer; here they cost nothing while they wait for
 * retransmissions. */
#ifndef SST_UA_RESTING_H
#define SST_UA_RESTING_H

#include "ua.h"

/* An answered non-INVITE server transaction: it goes on answering retransmissions until Timer J,
 * but out of libosip2's sight. */
void resting_add(struct ua *ua, osip_transaction_t *transaction);

/* Frees those whose time has passed, or all. */
void resting_work(struct ua *ua);
void resting_free(struct ua *ua);

#endif
