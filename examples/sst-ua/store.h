/* SPDX-License-Identifier: MIT */
/* Where calls are kept so that they survive the loss of their machine. sst-ua needs the five
 * functions of struct store_kind from a store; store_redis.c provides them for Redis. None of
 * them blocks.
 *
 * A group of nodes shares an address and the calls on it. One of them owns both: it has the
 * lease, and the epoch, a number that grows with each owner. The store itself compares epochs,
 * atomically with each write, so that a node that has lost its calls without noticing changes
 * nothing. */
#ifndef SST_UA_STORE_H
#define SST_UA_STORE_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store;

/* The result of a claim. */
enum store_claim {
    STORE_OURS,    /* this node has the lease, for the time asked for */
    STORE_OTHERS,  /* another node has it, or the epoch is higher than ours */
    STORE_NOBODYS, /* nobody has it, and the store has no memory to record a new owner */
};

/* What a store reports, always from within work(). */
struct store_events {
    void *user;
    /* The store became reachable, or unreachable. Writes not reported as done by then may be
     * lost. */
    void (*reached)(void *user);
    void (*lost)(void *user);
    /* epoch: the highest that the store has seen; owner: who holds the lease, or NULL. */
    void (*claimed)(void *user, enum store_claim claim, uint64_t epoch, const char *owner);
    /* The store ran out of memory for writes, or has memory again. What was written since the
     * last answer to a claim may be lost. */
    void (*full)(void *user, bool full);
    /* A write was rejected: the epoch is higher than ours. */
    void (*refused)(void *user);
    /* One record found by load(); age_ms is by the store's own clock. After the last one, record
     * is NULL. */
    void (*loaded)(void *user, const char *record, size_t length, uint64_t age_ms);
};

/* The five functions. */
struct store_kind {
    /* Takes the lease for this long, or renews it. epoch: ours if we are the owner. 0 asks for
     * the lease and the next epoch, if nobody has the lease and the store has seen no epoch
     * higher than seen. */
    void (*claim)(struct store *store, uint64_t epoch, uint64_t seen, uint32_t lease_ms);
    /* Writes a call, or deletes it if record is NULL, unless the epoch is now higher. */
    void (*put)(struct store *store, uint64_t epoch, const char *key, const char *record);
    void (*load)(struct store *store);
    /* The socket and events to wait for: fd is -1 if there is none. */
    struct pollfd (*watch)(const struct store *store);
    /* Does what is possible now, and reports; returns when to call it again at the latest. */
    uint64_t (*work)(struct store *store, short revents, uint64_t now_ms);
};

struct store {
    const struct store_kind *kind;
    struct store_events events;
};

/* Opens the store at an address; for Redis see redis_url.h. On error says what is wrong on
 * standard error and returns NULL. */
struct store *store_open(const char *url, const char *group, const char *node,
                         const struct store_events *events);

void store_close(struct store *store);

#endif
