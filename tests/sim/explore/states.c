/* SPDX-License-Identifier: MIT */
/* The states seen: a table of 64-bit hashes. A false match, one in billions, skips a state. */
#include "explore.h"

#include <stdlib.h>
#include <string.h>

static uint64_t *table;
static size_t size;

bool seen_create(size_t slots)
{
    size = slots;
    table = calloc(slots, sizeof *table);
    return table != NULL;
}

void seen_clear(void)
{
    memset(table, 0, size * sizeof *table);
}

/* Times relative to now, generations relative to the session's: what the future depends on. */
void normalize(const struct state *state, struct state *out)
{
    memset(out, 0, sizeof *out);
    out->session = state->session;
    out->session.policy = NULL;
    out->policy = state->policy;
    out->answer = state->answer;
    bool waits = state->gave_at != 0 && state->now < state->gave_at + 32000u;
    out->gave_at = waits ? state->now - state->gave_at + 1u : 0;
    out->session.generation = 0;
    uint64_t origin = state->now + (UINT64_C(1) << 62);
    if (out->session.start_ms != 0) {
        out->session.start_ms -= origin;
    }
    if (out->session.refresh_ms != SST_NEVER) {
        out->session.refresh_ms -= origin;
    }
    for (unsigned i = 0; i < PLACES; i++) {
        out->tx[i] = state->tx[i];
        if (out->tx[i].flags != 0) {
            out->tx[i].generation = (uint8_t)(out->tx[i].generation - state->session.generation);
        }
    }
}

static uint64_t hash_of(const struct state *state)
{
    uint64_t hash = UINT64_C(0xCBF29CE484222325);
    const unsigned char *at = (const unsigned char *)state;
    /* path, depth and now are not part of it */
    for (size_t i = 0; i < offsetof(struct state, now); i += sizeof(uint64_t)) {
        uint64_t word;
        memcpy(&word, at + i, sizeof word);
        hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15);
        hash ^= hash >> 29;
    }
    return hash == 0 ? 1 : hash;
}

bool seen_before(const struct state *state)
{
    struct state normal;
    normalize(state, &normal);
    uint64_t hash = hash_of(&normal);
    size_t slot = (size_t)(hash % size);
    for (size_t probes = 0; probes < size; probes++) {
        if (table[slot] == hash) {
            return true;
        }
        if (table[slot] == 0) {
            table[slot] = hash;
            return false;
        }
        slot = slot + 1u == size ? 0 : slot + 1u;
    }
    return true; /* full: no new state is explored */
}
