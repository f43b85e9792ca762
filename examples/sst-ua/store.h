/* SPDX-License-Identifier: MIT */
/*
 * Where calls are kept so that they outlive their machine. sst-ua needs five functions of a store,
 * those of struct store_kind; store_redis.c has them for Redis. None of them waits.
 *
 * A group of nodes shares an address and the calls on it. One of them owns both: it has the lease,
 * and a number, the epoch, that grows with each owner. The store itself compares epochs, in one
 * step with each write, so that a node that lost its calls unawares changes nothing.
 */
#ifndef SST_UA_STORE_H
#define SST_UA_STORE_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store;

/* What became of a claim. */
enum store_claim {
    STORE_OURS,    /* the lease is this node's, for the time asked for */
    STORE_OTHERS,  /* it is another node's, or the epoch is higher than ours */
    STORE_NOBODYS, /* nobody has it, and the store has no memory to write who does */
};

/* What a store reports, always from within work(). */
struct store_events {
    void *user;
    /* The store can be reached from now on, or no longer. What was written and not reported as
     * written by then may be lost. */
    void (*reached)(void *user);
    void (*lost)(void *user);
    /* epoch: the highest that the store has seen; owner: who holds the lease, or NULL. */
    void (*claimed)(void *user, enum store_claim claim, uint64_t epoch, const char *owner);
    /* The store has no memory left for what is written, or has again. What was written since the
     * last answer to a claim may be lost. */
    void (*full)(void *user, bool full);
    /* A write was refused: the epoch is higher than ours. */
    void (*refused)(void *user);
    /* One call of load(); age_ms by the store's own clock. After the last one record is NULL. */
    void (*loaded)(void *user, const char *record, size_t length, uint64_t age_ms);
};

/* The five functions. */
struct store_kind {
    /*
     * Takes the lease for so long, or renews it. epoch: ours, where we are the owner; 0 asks for
     * the lease and the next epoch, where nobody has it and the store has seen no higher epoch than
     * seen.
     */
    void (*claim)(struct store *store, uint64_t epoch, uint64_t seen, uint32_t lease_ms);
    /* Writes a call, or with record NULL takes it out, unless the epoch is higher by now. */
    void (*put)(struct store *store, uint64_t epoch, const char *key, const char *record);
    void (*load)(struct store *store);
    /* Socket and events to wait for: fd is -1 where there is none. */
    struct pollfd (*watch)(const struct store *store);
    /* Does what is possible now, and reports; returns when to be called at the latest. */
    uint64_t (*work)(struct store *store, short revents, uint64_t now_ms);
};

struct store {
    const struct store_kind *kind;
    struct store_events events;
};

/* A store by its address, for Redis as redis_url.h has it. Says on standard error what is wrong
 * with it, and returns NULL. */
struct store *store_open(const char *url, const char *group, const char *node,
                         const struct store_events *events);

void store_close(struct store *store);

#endif
