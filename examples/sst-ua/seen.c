/* SPDX-License-Identifier: MIT */
#include "seen.h"

#include <stdlib.h>

#include "text.h"

/* Retransmissions of one message end 64*T1 = 32 s after its first (RFC 3261 §17). */
#define TURN_MS 64000

/* A larger set is replaced early: in a flood, memory matters more than retransmissions. */
#define COUNT_MAX 65536

uint64_t seen_hash(uint64_t hash, const char *bytes, size_t length)
{
    /* FNV-1a */
    for (size_t i = 0; i < length; i++) {
        hash = (hash ^ (unsigned char)bytes[i]) * UINT64_C(0x100000001b3);
    }
    return hash;
}

/* The slot of a hash: the one that holds it, or the free one where it belongs. */
static size_t place(const struct seen_set *set, uint64_t hash)
{
    size_t at = (size_t)hash & (set->room - 1);

    while (set->hashes[at] != 0 && set->hashes[at] != hash) {
        at = (at + 1) & (set->room - 1);
    }
    return at;
}

static bool contains(const struct seen_set *set, uint64_t hash)
{
    return set->room != 0 && set->hashes[place(set, hash)] == hash;
}

/* A power of two, at most half full, so that searches are short. */
static void make_room(struct seen_set *set)
{
    struct seen_set larger = {.room = set->room == 0 ? 8 : set->room * 2, .count = set->count};

    if (set->count * 2 < set->room) {
        return;
    }
    larger.hashes = memory(larger.room * sizeof *larger.hashes);
    for (size_t i = 0; i < set->room; i++) {
        if (set->hashes[i] != 0) {
            larger.hashes[place(&larger, set->hashes[i])] = set->hashes[i];
        }
    }
    free(set->hashes);
    *set = larger;
}

bool seen_add(struct seen *seen, uint64_t hash, uint64_t now_ms)
{
    if (hash == 0) {
        hash = 1;
    }
    if (now_ms >= seen->turn_ms || seen->now.count >= COUNT_MAX) {
        free(seen->before.hashes);
        seen->before = seen->now;
        seen->now = (struct seen_set){0};
        seen->turn_ms = now_ms + TURN_MS;
    }
    if (contains(&seen->now, hash)) {
        return true;
    }
    make_room(&seen->now);
    seen->now.hashes[place(&seen->now, hash)] = hash;
    seen->now.count++;
    return contains(&seen->before, hash);
}

void seen_free(struct seen *seen)
{
    free(seen->now.hashes);
    free(seen->before.hashes);
}
