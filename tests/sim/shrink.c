/* SPDX-License-Identifier: MIT */
/* Runs a world from a seed or a list of choices, and shortens a list that fails. */
#include "sim.h"

#include <string.h>

/* Longest list that is shortened element by element. */
static uint32_t trial[CHOICES_MAX];

static void clear(struct world *w, struct counts *counts)
{
    bool verbose = w->verbose;
    unsigned allowed = w->allowed;
    /* events and packets are written before they are read, except each packet's used flag */
    memset(w, 0, offsetof(struct world, events));
    for (unsigned i = 0; i < PACKETS_MAX; i++) {
        w->packets[i].used = false;
    }
    w->verbose = verbose;
    w->allowed = allowed;
    w->counts = counts;
}

void run_seed(struct world *w, uint64_t seed, struct counts *counts, uint32_t *list)
{
    clear(w, counts);
    w->choices.state = seed;
    w->choices.list = list;
    run_world(w);
}

void run_list(struct world *w, uint32_t *list, size_t count, struct counts *counts)
{
    clear(w, counts);
    w->choices.list = list;
    w->choices.count = count;
    w->choices.follow = true;
    run_world(w);
}

static bool still_fails(struct world *w, size_t count, const char *failure)
{
    static struct counts unused;
    run_list(w, trial, count, &unused);
    return w->failure != NULL && strcmp(w->failure, failure) == 0;
}

/* Removes blocks of choices, then zeroes blocks. @return the new count */
static size_t cut(struct world *w, uint32_t *list, size_t count, size_t block, const char *failure)
{
    for (size_t at = count; at > 0; at--) {
        size_t from = at - 1u;
        if (from + block > count) {
            continue;
        }
        memcpy(trial, list, from * sizeof *list);
        memcpy(trial + from, list + from + block, (count - from - block) * sizeof *list);
        if (still_fails(w, count - block, failure)) {
            count -= block;
            memcpy(list, trial, count * sizeof *list);
            at = at > block ? at - block + 1u : 1u;
        }
    }
    return count;
}

static void lower(struct world *w, uint32_t *list, size_t count, const char *failure)
{
    for (size_t i = 0; i < count; i++) {
        for (uint32_t value = 0; value < list[i]; value = list[i] - (list[i] - value) / 2u) {
            memcpy(trial, list, count * sizeof *list);
            trial[i] = value;
            if (still_fails(w, count, failure)) {
                list[i] = value;
                break;
            }
            if (list[i] - value == 1u) {
                break;
            }
        }
    }
}

static size_t weight(const uint32_t *list, size_t count)
{
    size_t sum = count;
    for (size_t i = 0; i < count; i++) {
        sum += list[i] != 0 ? 1u + (list[i] > 1u) : 0;
    }
    return sum;
}

size_t shrink(struct world *w, uint32_t *list, size_t count, const char *failure)
{
    size_t before = SIZE_MAX;
    bool verbose = w->verbose;
    w->verbose = false;
    while (count > 0 && weight(list, count) < before) {
        before = weight(list, count);
        for (size_t block = count / 2u; block > 0; block /= 2u) {
            count = cut(w, list, count, block, failure);
        }
        lower(w, list, count, failure);
        while (count > 0 && list[count - 1u] == 0) {
            count--; /* past its end the list reads as 0 */
        }
    }
    w->verbose = verbose;
    return count;
}
