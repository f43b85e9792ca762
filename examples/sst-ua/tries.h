/* SPDX-License-Identifier: MIT */
/*
 * The targets of client transactions: each is tried in turn, until one answers with something else
 * than 503 (RFC 3263 §4.3). The next try is a transaction of its own.
 */
#ifndef SST_UA_TRIES_H
#define SST_UA_TRIES_H

#include "ua.h"
#include "wire.h"

/* A transaction begins with a path, which it takes over; and ends. */
void tries_begin(osip_transaction_t *transaction, struct path path);
void tries_free(osip_transaction_t *transaction);

/* A copy of the path, for what has to go to the same target. */
struct path tries_path(osip_transaction_t *transaction);

/* The connection that its request went out by; 0: none. */
uint32_t tries_stream(osip_transaction_t *transaction);

/* Sends a request of the transaction, its ACK included. */
enum wire_sent tries_send(struct ua *ua, osip_transaction_t *transaction, osip_message_t *request);

/* There was a response, or NULL for none at all: whether the next target is tried because of it. */
bool tries_next(struct ua *ua, osip_transaction_t *transaction, osip_message_t *response);

/* There is news of names, our own address has come, nobody listens at an address, or a connection
 * is open or closed: requests for there go on, or are over. */
void tries_resolved(struct ua *ua);
void tries_came(struct ua *ua);
void tries_opened(struct ua *ua, const struct stream *stream);
void tries_unreachable(struct ua *ua, const struct net_address *address);
void tries_closed(struct ua *ua, const struct stream *stream);

#endif
