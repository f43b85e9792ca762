/* SPDX-License-Identifier: MIT */
/*
 * Choices. Each is drawn from the seed, or taken from a recorded list; when the list runs out the
 * choice is 0, the harmless one. So a list can be cut and its numbers lowered, which is how
 * failures are shortened.
 */
#include "sim.h"

/* splitmix64: one 64-bit state, any seed is good. */
uint64_t next_random(uint64_t *state)
{
    *state += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t z = *state;
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static uint32_t followed(struct choices *c)
{
    uint32_t value = c->next < c->count ? c->list[c->next] : 0;
    c->next++;
    return value;
}

static uint32_t recorded(struct choices *c, uint32_t value)
{
    if (c->list != NULL && c->next < CHOICES_MAX) {
        c->list[c->next] = value;
        c->count = c->next + 1u;
    }
    c->next++;
    return value;
}

unsigned pick(struct world *w, unsigned n)
{
    struct choices *c = &w->choices;
    if (c->follow) {
        return followed(c) % n;
    }
    return recorded(c, (uint32_t)(((next_random(&c->state) >> 32) * n) >> 32));
}

bool chance(struct world *w, unsigned per_mille)
{
    struct choices *c = &w->choices;
    if (per_mille == 0) {
        return false;
    }
    if (c->follow) {
        return followed(c) != 0;
    }
    return recorded(c, (next_random(&c->state) >> 32) * 1000u >> 32 < per_mille ? 1u : 0u) != 0;
}

uint32_t draw(struct world *w)
{
    struct choices *c = &w->choices;
    if (c->follow) {
        return followed(c);
    }
    return recorded(c, (uint32_t)(next_random(&c->state) >> 32));
}
