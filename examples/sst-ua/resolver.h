/* SPDX-License-Identifier: MIT */
/* Names to addresses through c-ares, without blocking: an unknown name is pending, and the owner
 * is told once there is news. Answers and failures are kept. An expired answer is used while it
 * is asked for again, so that no name server holds up a call. */
#ifndef SST_UA_RESOLVER_H
#define SST_UA_RESOLVER_H

#include <poll.h>
#include <stddef.h>
#include <stdint.h>

#include "address.h"
#include "records.h"

/* How many names are kept, and how many of them may be looked up at the same time. */
#define RESOLVER_NAMES 256
#define RESOLVER_PENDING_MAX 32

/* How many addresses of one name are kept. */
#define RESOLVER_ADDRESSES 4

/* How many sockets c-ares may want watched. */
#define RESOLVER_SOCKETS 16

enum resolved { RESOLVED, RESOLVE_PENDING, RESOLVE_FAILED };

/* The kind of lookup. */
enum resolver_kind { RESOLVER_HOST, RESOLVER_SRV, RESOLVER_NAPTR };

struct resolver;

struct resolver_name {
    struct resolver *resolver;
    enum resolver_kind kind;
    char *host;                                       /* NULL: free */
    struct net_address addresses[RESOLVER_ADDRESSES]; /* of a host, without port; after the last,
                                                         one of length 0 */
    struct records *records; /* of the other kinds; NULL if there are none */
    uint64_t until_ms;
    uint64_t used_ms;
    bool pending;
    bool news; /* the owner must be told */
};

struct resolver {
    void *channel; /* c-ares's; NULL: not open */
    int family;
    uint64_t now_ms; /* when one of the functions was last called */
    struct resolver_name names[RESOLVER_NAMES];
    size_t pending;
    bool news;
    void (*done)(void *user, const char *host);
    void *user;
};

/* servers: HOST[:PORT] of a name server, NULL for those of the system. */
bool resolver_open(struct resolver *resolver, int family, const char *servers);

void resolver_close(struct resolver *resolver);

/* Finds the address of a host; a numeric one at once. */
enum resolved resolver_find(struct resolver *resolver, const char *host, uint64_t now_ms,
                            struct net_address *address);

/* The same for all of its addresses that fit; the unused ones have length 0. */
enum resolved resolver_find_all(struct resolver *resolver, const char *host, uint64_t now_ms,
                                struct net_address addresses[RESOLVER_ADDRESSES]);

/* Finds SRV or NAPTR records, which belong to the resolver and are valid until its next call. */
enum resolved resolver_records(struct resolver *resolver, enum resolver_kind kind, const char *name,
                               uint64_t now_ms, const struct records **records);

/* Waits for news; for use at the start, when blocking holds nothing up. */
void resolver_wait(struct resolver *resolver, uint64_t now_ms);

/* Sockets to watch; returns how many of the RESOLVER_SOCKETS. */
size_t resolver_watch(const struct resolver *resolver, struct pollfd *sockets);

/* How long resolver_work() need not be called, at most limit_ms. */
int resolver_wait_ms(const struct resolver *resolver, int limit_ms);

/* Reads answers, gives up on lookups that timed out, and tells the owner. */
void resolver_work(struct resolver *resolver, uint64_t now_ms);

#endif
