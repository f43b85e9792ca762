/* SPDX-License-Identifier: MIT */
/* What was seen within the last minute or two, as hashes: tells a retransmission from a new
 * message. Two sets alternate, so that nothing is kept for ever. */
#ifndef SST_UA_SEEN_H
#define SST_UA_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct seen_set {
    uint64_t *hashes; /* 0: free */
    size_t room;
    size_t count;
};

struct seen {
    struct seen_set now;
    struct seen_set before;
    uint64_t turn_ms;
};

/* The initial hash, for the first call of seen_hash(). */
#define SEEN_HASH_START UINT64_C(0xcbf29ce484222325)

/* Extends a hash by length bytes. */
uint64_t seen_hash(uint64_t hash, const char *bytes, size_t length);

/* Adds a hash; returns whether it was there already. */
bool seen_add(struct seen *seen, uint64_t hash, uint64_t now_ms);

void seen_free(struct seen *seen);

#endif
