/* SPDX-License-Identifier: MIT */
/* What takeover.c and takeover_calls.c share. */
#ifndef SST_UA_TAKEOVER_STATE_H
#define SST_UA_TAKEOVER_STATE_H

#include "lease.h"
#include "takeover.h"

struct takeover {
    struct ua *ua;
    struct store *store;
    struct lease lease;
    uint64_t store_due_ms;
    struct call *touched; /* to be written */
    struct call *held;    /* whose end waits */
    struct ended *ended;  /* over while the store was away */
    struct found *found;  /* not restored yet */
    size_t found_count;
    uint64_t found_ms; /* when they were read */
    bool loaded;       /* all records are there */
};

/* ---- takeover_calls.c ---- */

/* The store is back, and may have forgotten everything. */
void takeover_write_anew(struct takeover *t);

/* The calls that waited for it end, where they are ours. */
void takeover_end_held(struct takeover *t);

void takeover_free_calls(struct takeover *t);

#endif
