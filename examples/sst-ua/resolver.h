/* SPDX-License-Identifier: MIT */
/*
 * Names to addresses by c-ares, without waiting: a name that is not known yet is pending, and the
 * owner is told once there is news. Answers and failures are kept; an answer that has run out
 * serves while it is asked for again, so that no name server holds up a call.
 */
#ifndef SST_UA_RESOLVER_H
#define SST_UA_RESOLVER_H

#include <poll.h>
#include <stddef.h>
#include <stdint.h>

#include "address.h"

/* Names that are kept, and those of them that may be asked for at the same time. */
#define RESOLVER_NAMES 256
#define RESOLVER_PENDING_MAX 32

/* Sockets that c-ares may want to have watched. */
#define RESOLVER_SOCKETS 16

enum resolved { RESOLVED, RESOLVE_PENDING, RESOLVE_FAILED };

struct resolver;

struct resolver_name {
    struct resolver *resolver;
    char *host; /* NULL: free */
    struct net_address address; /* without port; of no length where there is none */
    uint64_t until_ms;
    uint64_t used_ms;
    bool pending;
    bool news; /* the owner is to be told */
};

struct resolver {
    void *channel; /* c-ares', NULL: not open */
    int family;
    uint64_t now_ms; /* when it was last called */
    struct resolver_name names[RESOLVER_NAMES];
    size_t pending;
    bool news;
    void (*done)(void *user, const char *host);
    void *user;
};

/* servers: HOST[:PORT] of a name server, NULL for those of the system. */
bool resolver_open(struct resolver *resolver, int family, const char *servers);

void resolver_close(struct resolver *resolver);

/* Finds the address of a host, a numeric one at once. */
enum resolved resolver_find(struct resolver *resolver, const char *host, uint64_t now_ms,
                            struct net_address *address);

/* The same, but waits; for the start, when there is nothing yet that could be held up. */
enum resolved resolver_wait(struct resolver *resolver, const char *host,
                            struct net_address *address);

/* Sockets to watch; returns how many of the RESOLVER_SOCKETS. */
size_t resolver_watch(const struct resolver *resolver, struct pollfd *sockets);

/* How long resolver_work() need not be called, at most limit_ms. */
int resolver_wait_ms(const struct resolver *resolver, int limit_ms);

/* Reads answers, gives up what got none, and tells the owner. */
void resolver_work(struct resolver *resolver, uint64_t now_ms);

#endif
