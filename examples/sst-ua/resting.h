/* SPDX-License-Identifier: MIT */
/*
 * Transactions that have had their final response. libosip2 keeps them in the lists that it walks
 * for every new transaction and every timer; here they cost nothing while they wait for copies.
 */
#ifndef SST_UA_RESTING_H
#define SST_UA_RESTING_H

#include "ua.h"

/*
 * A non-INVITE server transaction was answered: it goes on answering copies until Timer J, but out
 * of libosip2's sight.
 */
void resting_add(struct ua *ua, osip_transaction_t *transaction);

/* Frees those whose time is over, or all. */
void resting_work(struct ua *ua);
void resting_free(struct ua *ua);

#endif
