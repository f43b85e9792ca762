/* SPDX-License-Identifier: MIT */
/* Everything that arrives: datagrams, connections and names, each passed to its owner. */
#ifndef SST_UA_NETWORK_H
#define SST_UA_NETWORK_H

#include <poll.h>

#include "ua.h"

/* Sockets to watch: the UDP socket, the resolver's, and connections. */
#define NETWORK_SOCKETS (1 + RESOLVER_SOCKETS + STREAMS_SOCKETS)

/* Opens the port, for datagrams and connections. On error says what is wrong on standard error
 * and returns false. */
bool network_open(struct ua *ua);
void network_close(struct ua *ua);

/* Waits for the callee's address. If there is none, that is the user's mistake, not the
 * network's: says so on standard error and returns false. */
bool network_check_destination(struct ua *ua);

/* Sockets to watch; returns how many of the NETWORK_SOCKETS. */
size_t network_watch(struct ua *ua, struct pollfd *sockets);

/* How long network_read() need not be called, at most limit_ms. */
int network_wait_ms(const struct ua *ua, uint64_t now_ms, int limit_ms);

/* Reads and handles what has arrived, for a bounded time. Before any timer: the BYE must not
 * overtake a refresh that waits here. */
void network_read(struct ua *ua);

#endif
