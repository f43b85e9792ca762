/* SPDX-License-Identifier: MIT */
/* What is due, earliest first: a heap. The user decides which clock the times belong to. */
#ifndef SST_UA_AGENDA_H
#define SST_UA_AGENDA_H

#include <stddef.h>
#include <stdint.h>

/* Embedded in its owner, which changes it only through agenda_move(). */
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

/* The time of the first entry, CLOCK_NEVER if there is none. */
uint64_t agenda_next_ms(const struct agenda *agenda);

/* The owner of the first entry, even if it is not due yet; NULL if there is none. */
void *agenda_first(const struct agenda *agenda);

/* Frees the heap. No entry may be in it any more. */
void agenda_free(struct agenda *agenda);

#endif
