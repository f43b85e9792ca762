/* SPDX-License-Identifier: MIT */
/*
 * libosip2's transactions, and the datagrams that go through them or past them.
 *
 * libosip2's callbacks may neither answer nor free the transaction that calls, so what they tell
 * waits in a list until the state machine has returned, and is handed to client.h and server.h
 * then. Client transactions carry their struct request, INVITE server transactions their struct
 * call.
 */
#ifndef SST_UA_TRANSACTIONS_H
#define SST_UA_TRANSACTIONS_H

#include "ua.h"

bool transactions_open(struct ua *ua);
void transactions_close(struct ua *ua);

/* A datagram arrived. */
void transactions_receive(struct ua *ua, const struct net_datagram *datagram);

/*
 * Sends a request in a transaction of its own, and takes it and its path over. What becomes of it
 * comes to client.h, at the earliest when the caller has returned: from the last target that there
 * is (RFC 3263 §4.3). NULL: it could not be made.
 */
osip_transaction_t *transactions_request(struct ua *ua, osip_message_t *request, struct path path,
                                         void *instance);

/* Sends a response in the transaction of its request, and takes it over. */
void transactions_respond(struct ua *ua, osip_transaction_t *transaction, osip_message_t *response);

/* Gives an event to the state machine, which frees it, and hands out what that led to. */
void transactions_execute(struct ua *ua, osip_transaction_t *transaction, osip_event_t *event);
void transactions_settle(struct ua *ua);

/* A server transaction goes; those of strangers are counted. */
void transactions_forget_stranger(osip_transaction_t *transaction);

/* Stops the copies of a request whose answer matters no more. */
void transactions_hush(osip_transaction_t *transaction);

/* Does what is due, and frees what has ended. */
void transactions_work(struct ua *ua);

/* Real time at which to call transactions_work() again. */
uint64_t transactions_due_ms(const struct ua *ua);

#endif
