/* SPDX-License-Identifier: MIT */
/* What is to come, in a binary heap. Entries due at the same moment come in the order of planning.
 * */
#include "sim.h"

static bool is_before(const struct timed *a, const struct timed *b)
{
    return a->at != b->at ? a->at < b->at : a->order < b->order;
}

void schedule(struct world *w, uint64_t at, enum timed_type type, unsigned side, unsigned slot,
              uint32_t token, unsigned detail)
{
    if (w->count == EVENTS_MAX) {
        fail(w, "simulation: the timeline is full", "%u events", w->count);
        return;
    }
    struct timed timed = {0};
    timed.at = at < w->now ? w->now : at;
    timed.order = w->order++;
    timed.token = token;
    timed.type = (uint8_t)type;
    timed.side = (uint8_t)side;
    timed.slot = (uint8_t)slot;
    timed.detail = (uint8_t)detail;
    unsigned at_index = w->count++;
    while (at_index > 0 && is_before(&timed, &w->events[(at_index - 1u) / 2u])) {
        w->events[at_index] = w->events[(at_index - 1u) / 2u];
        at_index = (at_index - 1u) / 2u;
    }
    w->events[at_index] = timed;
}

bool next_timed(struct world *w, struct timed *timed)
{
    if (w->count == 0) {
        return false;
    }
    *timed = w->events[0];
    struct timed last = w->events[--w->count];
    unsigned index = 0;
    unsigned child = 1;
    while (child < w->count) {
        if (child + 1u < w->count && is_before(&w->events[child + 1u], &w->events[child])) {
            child++;
        }
        if (!is_before(&w->events[child], &last)) {
            break;
        }
        w->events[index] = w->events[child];
        index = child;
        child = 2u * index + 1u;
    }
    w->events[index] = last;
    return true;
}
