/* SPDX-License-Identifier: MIT */
/* What is due, the next first: a heap. Which clock the times are of is for its user to say. */
#ifndef SST_UA_AGENDA_H
#define SST_UA_AGENDA_H

#include <stddef.h>
#include <stdint.h>

/* A part of its owner, who moves it by agenda_move() only. */
struct due {
    uint64_t at_ms; /* CLOCK_NEVER at first */
    size_t index;
    void *owner;
};

struct agenda {
    struct due **heap;
    size_t count;
    size_t room;
};

void agenda_add(struct agenda *agenda, struct due *due, void *owner);
void agenda_remove(struct agenda *agenda, struct due *due);
void agenda_move(struct agenda *agenda, struct due *due, uint64_t at_ms);

/* The time of the first, CLOCK_NEVER for none. */
uint64_t agenda_next_ms(const struct agenda *agenda);

/* The owner of the first, whenever that is due; NULL for none. */
void *agenda_first(const struct agenda *agenda);

/* Frees the heap, which nobody may be in any more. */
void agenda_free(struct agenda *agenda);

#endif
