/* SPDX-License-Identifier: MIT */
/* libosip2's transactions, and the datagrams that go through them or past them.
 *
 * A callback of libosip2 may neither respond nor free the transaction that calls it. So events
 * wait in a list until the state machine has returned, and then go to client.h and server.h.
 * Client transactions carry their struct request, INVITE server transactions their struct call. */
#ifndef SST_UA_TRANSACTIONS_H
#define SST_UA_TRANSACTIONS_H

#include "ua.h"

bool transactions_open(struct ua *ua);
void transactions_close(struct ua *ua);

/* A datagram arrived. */
void transactions_receive(struct ua *ua, const struct net_datagram *datagram);

/* Sends a request in a transaction of its own, and takes ownership of it and its path. The
 * outcome goes to client.h, at the earliest when the caller has returned: that of the last
 * target tried (RFC 3263 §4.3). NULL if the transaction could not be made. */
osip_transaction_t *transactions_request(struct ua *ua, osip_message_t *request, struct path path,
                                         void *instance);

/* Sends a response in the transaction of its request, and takes ownership of it. */
void transactions_respond(struct ua *ua, osip_transaction_t *transaction, osip_message_t *response);

/* Passes an event to the state machine, which frees it, and then handles the result. */
void transactions_execute(struct ua *ua, osip_transaction_t *transaction, osip_event_t *event);
void transactions_settle(struct ua *ua);

/* A server transaction ends; those of strangers are counted. */
void transactions_forget_stranger(osip_transaction_t *transaction);

/* Stops retransmitting a request whose response no longer matters. */
void transactions_hush(osip_transaction_t *transaction);

/* Does what is due, and frees ended transactions. */
void transactions_work(struct ua *ua);

/* Real time at which to call transactions_work() again. */
uint64_t transactions_due_ms(const struct ua *ua);

#endif
