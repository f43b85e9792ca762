/* SPDX-License-Identifier: MIT */
/* The targets of client transactions: each is tried in turn, until one responds with something
 * other than 503 (RFC 3263 §4.3). Each try is a transaction of its own. */
#ifndef SST_UA_TRIES_H
#define SST_UA_TRIES_H

#include "ua.h"
#include "wire.h"

/* A transaction begins with a path, which it takes over; and ends. */
void tries_begin(osip_transaction_t *transaction, struct path path);
void tries_free(osip_transaction_t *transaction);

/* A copy of the path, for messages that must go to the same target. */
struct path tries_path(osip_transaction_t *transaction);

/* The connection that its request was sent on; 0: none. */
uint32_t tries_stream(osip_transaction_t *transaction);

/* Sends a request of the transaction, its ACK included. */
enum wire_sent tries_send(struct ua *ua, osip_transaction_t *transaction, osip_message_t *request);

/* A response came, or none (NULL): whether that makes us try the next target. */
bool tries_next(struct ua *ua, osip_transaction_t *transaction, osip_message_t *response);

/* A name was resolved, our own address arrived, a destination has no listener, or a connection
 * was opened or closed: requests that depend on it are sent, or fail. */
void tries_resolved(struct ua *ua);
void tries_came(struct ua *ua);
void tries_opened(struct ua *ua, const struct stream *stream);
void tries_unreachable(struct ua *ua, const struct net_address *address);
void tries_closed(struct ua *ua, const struct stream *stream);

#endif
