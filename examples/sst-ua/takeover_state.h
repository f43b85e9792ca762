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
    struct call *held;    /* whose end waits */
    struct ended *ended;  /* over while the store was away */
    struct found *found;  /* not restored yet */
    size_t found_count;
    uint64_t found_ms;          /* when they were read */
    bool full;                  /* the store has no memory */
    bool loaded;                /* all records are there */
    struct net_address address; /* that the nodes share */
    bool here;                  /* this machine has it */
    bool lacked;                /* so that something was not sent */
    uint64_t looked_ms;
};

/* ---- takeover.c ---- */

/* The calls are another node's: not a word any more. */
void takeover_fall_silent(struct takeover *t);

/* ---- takeover_address.c ---- */

/* When the network is open. */
void takeover_address_begin(struct takeover *t);

uint64_t takeover_address_due_ms(const struct takeover *t);

/* Notices that it comes or goes. */
void takeover_address_work(struct takeover *t, uint64_t now_ms);

/* ---- takeover_calls.c ---- */

/* The store is back, and may have forgotten everything. */
void takeover_write_anew(struct takeover *t);

/* The calls that waited for it end, where they are ours. */
void takeover_end_held(struct takeover *t);

void takeover_free_calls(struct takeover *t);

#endif
