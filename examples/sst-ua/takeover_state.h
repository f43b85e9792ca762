/* SPDX-License-Identifier: MIT */
/* What takeover*.c share. */
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
    struct call *held;    /* whose end is deferred */
    struct ended *ended;  /* ended while the store was unreachable */
    struct found *found;  /* not restored yet */
    size_t found_count;
    uint64_t found_ms;          /* when they were read */
    bool full;                  /* the store is out of memory */
    bool loaded;                /* all records were read */
    struct net_address address; /* the address the nodes share */
    bool here;                  /* this machine has it */
    bool lacked;                /* so something could not be sent */
    uint64_t looked_ms;
};

/* ---- takeover.c ---- */

/* Another node owns the calls: send nothing more. */
void takeover_fall_silent(struct takeover *t);

/* ---- takeover_address.c ---- */

/* Call it once the network is open. */
void takeover_address_begin(struct takeover *t);

uint64_t takeover_address_due_ms(const struct takeover *t);

/* Notices when the address arrives or goes. */
void takeover_address_work(struct takeover *t, uint64_t now_ms);

/* ---- takeover_calls.c ---- */

/* The store is back, and may have lost everything. */
void takeover_write_anew(struct takeover *t);

/* Ends the calls whose end was deferred, if they are ours. */
void takeover_end_held(struct takeover *t);

void takeover_free_calls(struct takeover *t);

#endif
