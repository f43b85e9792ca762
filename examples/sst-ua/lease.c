/* SPDX-License-Identifier: MIT */
#include "lease.h"

#include <string.h>

#include "clock.h"

/* After this many leases, a standby forgets that there was an owner, if the store has lost it
 * too. */
#define LEASES_TO_FORGET 10

/* When a store is back, the owner claims the lease before the standbys: it may have calls that
 * are not stored yet. It gets one lease's time for that, but at least this. */
#define OWNER_FIRST_MS 2000

void lease_begin(struct lease *lease, const char *node, bool standby, double seconds)
{
    *lease = (struct lease){.node = node,
                            .standby = standby,
                            .length_ms = (uint32_t)(seconds * 1000),
                            .forget_ms = CLOCK_NEVER};
}

void lease_reach(struct lease *lease, bool reachable, uint64_t now_ms)
{
    bool after_owner = lease->standby && lease->epoch == 0 && lease->seen > 0;

    lease->reachable = reachable;
    lease->claiming = false;
    if (reachable) {
        lease->claimed_ms = 0;
        lease->begin_ms = !after_owner                        ? 0
                          : lease->length_ms > OWNER_FIRST_MS ? now_ms + lease->length_ms
                                                              : now_ms + OWNER_FIRST_MS;
    }
}

uint64_t lease_due_ms(const struct lease *lease)
{
    if (!lease->reachable || lease->claiming || lease->lost) {
        return CLOCK_NEVER;
    }
    /* A standby asks four times as often as an owner renews, to notice the end of a lease early. */
    return lease->claimed_ms == 0
               ? lease->begin_ms
               : lease->claimed_ms + lease->length_ms / (lease->epoch != 0 ? 3 : 12);
}

void lease_claim(struct lease *lease, struct store *store, uint64_t now_ms)
{
    /* A standby asks for the next epoch only once it has seen an owner. */
    uint64_t least = lease->standby && lease->seen == 0 ? 1 : lease->seen;

    if (lease->epoch == 0 && lease->standby && now_ms >= lease->forget_ms) {
        lease->forgot = true;
    }
    if (now_ms < lease_due_ms(lease)) {
        return;
    }
    lease->claiming = true;
    lease->claimed_ms = now_ms;
    store->kind->claim(store, lease->epoch, lease->forgot ? 0 : least, lease->length_ms);
}

bool lease_answered(struct lease *lease, enum store_claim claim, uint64_t epoch, const char *owner,
                    uint64_t now_ms)
{
    lease->claiming = false;
    if (claim == STORE_NOBODYS) {
        return true; /* asked again, and still as uncertain */
    }
    if (claim == STORE_OURS) {
        lease->epoch = epoch;
        lease->until_ms = lease->claimed_ms + lease->length_ms;
        lease->asked = false;
        return true;
    }
    if (lease->epoch != 0 ||
        (!lease->standby && owner != NULL && strcmp(owner, lease->node) != 0)) {
        return false;
    }
    if (epoch >= lease->seen) {
        lease->seen = epoch;
        lease->forget_ms = now_ms + (uint64_t)lease->length_ms * LEASES_TO_FORGET;
    }
    return true;
}

bool lease_is_doubtful(const struct lease *lease, uint64_t now_ms)
{
    return now_ms >= lease->until_ms;
}
