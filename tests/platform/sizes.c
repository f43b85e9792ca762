/* SPDX-License-Identifier: MIT */
/* Sizes of what a host keeps for each call, on every target that this is compiled for. */
#include <sst/sst.h>

#include <stddef.h>

struct aligned {
    char before;
    uint64_t number;
};

/* i386 aligns 64-bit numbers to 4 bytes, other 32-bit systems to 8. */
#define IS_TIGHT (offsetof(struct aligned, number) == 4)
#define EXPECTED(on_64, on_32, on_tight)                                                           \
    (sizeof(void *) == 8 ? (on_64) : IS_TIGHT ? (on_tight) : (on_32))

_Static_assert(sizeof(struct sst_session) == EXPECTED(64, 64, 60), "a session is one cache line");
_Static_assert(sizeof(struct sst_tx) == 16, "a transaction");
_Static_assert(sizeof(struct sst_msg) == 32, "a message view");
_Static_assert(sizeof(struct sst_queue_slot) == EXPECTED(16, 16, 12), "a place in a queue");
