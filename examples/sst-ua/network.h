/* SPDX-License-Identifier: MIT */
/* What the user agent hears of: datagrams, connections and names, and whom that is for. */
#ifndef SST_UA_NETWORK_H
#define SST_UA_NETWORK_H

#include <poll.h>

#include "ua.h"

/* Sockets to watch: that of datagrams, those of the resolver, and connections. */
#define NETWORK_SOCKETS (1 + RESOLVER_SOCKETS + STREAMS_SOCKETS)

/* Opens the port, for datagrams and connections. Says on standard error what is wrong and returns
 * false. */
bool network_open(struct ua *ua);
void network_close(struct ua *ua);

/* Waits for the address of the callee. If there is none, that is a mistake of the user, not of the
 * network: says so on standard error and returns false. */
bool network_check_destination(struct ua *ua);

/* Sockets to watch; returns how many of the NETWORK_SOCKETS. */
size_t network_watch(struct ua *ua, struct pollfd *sockets);

/* How long network_read() need not be called, at most limit_ms. */
int network_wait_ms(const struct ua *ua, uint64_t now_ms, int limit_ms);

/* Reads what has come, for a bounded time, and deals with it. Before any timer: a refresh that
 * waits here must not be overtaken by the BYE. */
void network_read(struct ua *ua);

#endif
