/* SPDX-License-Identifier: MIT */
/* The calls of a capture that are in progress, and those that ended a moment ago. */
#ifndef SST_EXPLAIN_CALLS_H
#define SST_EXPLAIN_CALLS_H

#include "call.h"
#include "gaps.h"

struct calls {
    struct call *table; /* by Call-ID */
    struct call *over;  /* in the order in which they ended */
    struct call_clock clock;
    bool started; /* the clock is */
    uint64_t now_ms;
    uint32_t absolute_min;
    bool keeps_rows;
    const char *only; /* only this Call-ID; NULL for all */
    struct gaps gaps;
    struct left_out left_out;
    unsigned long messages;
    /* Called for each call that has ended. @return whether the function keeps the account */
    void *user;
    bool (*done)(void *user, struct account *account);
};

/* A reader's callbacks; user is the struct calls. */
void calls_take(void *user, const struct packet *packet);
void calls_tick(void *user, uint64_t at_us);
void calls_lose(void *user, const struct packet *gap);

/* At the end of the capture: hands out all remaining calls. */
void calls_finish(struct calls *calls);

#endif
