/* SPDX-License-Identifier: MIT */
/*
 * Whose the calls are, as far as the store has told this node: the lease, the epoch, and when to
 * ask again. Times are real ones in ms.
 */
#ifndef SST_UA_LEASE_H
#define SST_UA_LEASE_H

#include <stdbool.h>
#include <stdint.h>

#include "store.h"

struct lease {
    const char *node;
    bool standby;
    uint32_t length_ms;
    uint64_t epoch;      /* ours; 0: not the owner */
    uint64_t seen;       /* the highest that the store has shown */
    uint64_t forget_ms;  /* when a standby forgets it */
    uint64_t claimed_ms; /* when the store was asked last; 0: it is asked at begin_ms */
    uint64_t begin_ms;
    uint64_t until_ms; /* the lease is ours until then */
    bool reachable;    /* the store */
    bool claiming;     /* a claim has no answer yet */
    bool asked;        /* in doubt, and in vain */
    bool forgot;       /* that there was an owner */
    bool lost;         /* the calls are another node's */
};

/* The node's name has to stay. */
void lease_begin(struct lease *lease, const char *node, bool standby, double seconds);

/* The store can be reached from now on, or no longer. */
void lease_reach(struct lease *lease, bool reachable, uint64_t now_ms);

/* When lease_claim() has something to do. */
uint64_t lease_due_ms(const struct lease *lease);

/* Asks for the lease, or renews it, where that is due. */
void lease_claim(struct lease *lease, struct store *store, uint64_t now_ms);

/* What came of that. False where the calls turn out to be another node's. */
bool lease_answered(struct lease *lease, enum store_claim claim, uint64_t epoch, const char *owner,
                    uint64_t now_ms);

/* Whether another node may have the lease by now. */
bool lease_is_doubtful(const struct lease *lease, uint64_t now_ms);

#endif
