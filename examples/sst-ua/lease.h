/* SPDX-License-Identifier: MIT */
/* Who owns the calls, as far as the store has told this node: the lease, the epoch, and when to
 * ask again. Times are real times in ms. */
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
    uint64_t seen;       /* the highest epoch seen in the store */
    uint64_t forget_ms;  /* when a standby forgets it */
    uint64_t claimed_ms; /* when the store was last asked; 0: not yet, ask at begin_ms */
    uint64_t begin_ms;
    uint64_t until_ms; /* the lease is ours until then */
    bool reachable;    /* the store */
    bool claiming;     /* a claim is pending */
    bool asked;        /* asked in doubt, without result */
    bool forgot;       /* forgot that there was an owner */
    bool lost;         /* another node owns the calls */
};

/* The node's name must stay valid. */
void lease_begin(struct lease *lease, const char *node, bool standby, double seconds);

/* The store became reachable, or unreachable. */
void lease_reach(struct lease *lease, bool reachable, uint64_t now_ms);

/* When lease_claim() has something to do. */
uint64_t lease_due_ms(const struct lease *lease);

/* Asks for the lease, or renews it, if that is due. */
void lease_claim(struct lease *lease, struct store *store, uint64_t now_ms);

/* The result of a claim. False if the calls turn out to be another node's. */
bool lease_answered(struct lease *lease, enum store_claim claim, uint64_t epoch, const char *owner,
                    uint64_t now_ms);

/* Whether another node may have the lease by now. */
bool lease_is_doubtful(const struct lease *lease, uint64_t now_ms);

#endif
