/* SPDX-License-Identifier: MIT */
#include "agenda.h"

#include <stdlib.h>

#include "clock.h"
#include "text.h"

static void put(struct agenda *agenda, size_t index, struct due *due)
{
    agenda->heap[index] = due;
    due->index = index;
}

static void move_up(struct agenda *agenda, size_t index)
{
    struct due *due = agenda->heap[index];

    while (index > 0 && agenda->heap[(index - 1) / 2]->at_ms > due->at_ms) {
        put(agenda, index, agenda->heap[(index - 1) / 2]);
        index = (index - 1) / 2;
    }
    put(agenda, index, due);
}

static void move_down(struct agenda *agenda, size_t index)
{
    struct due *due = agenda->heap[index];
    size_t child;

    while ((child = 2 * index + 1) < agenda->count) {
        if (child + 1 < agenda->count &&
            agenda->heap[child + 1]->at_ms < agenda->heap[child]->at_ms) {
            child++;
        }
        if (agenda->heap[child]->at_ms >= due->at_ms) {
            break;
        }
        put(agenda, index, agenda->heap[child]);
        index = child;
    }
    put(agenda, index, due);
}

void agenda_add(struct agenda *agenda, struct due *due, void *owner)
{
    if (agenda->count == agenda->room) {
        agenda->room = agenda->room == 0 ? 16 : agenda->room * 2;
        agenda->heap = memory_resize(agenda->heap, agenda->room * sizeof(struct due *));
    }
    due->owner = owner;
    due->at_ms = CLOCK_NEVER;
    put(agenda, agenda->count++, due);
}

void agenda_remove(struct agenda *agenda, struct due *due)
{
    struct due *last = agenda->heap[--agenda->count];

    if (last == due) {
        return;
    }
    put(agenda, due->index, last);
    move_up(agenda, last->index);
    move_down(agenda, last->index);
}

void agenda_move(struct agenda *agenda, struct due *due, uint64_t at_ms)
{
    due->at_ms = at_ms;
    move_up(agenda, due->index);
    move_down(agenda, due->index);
}

uint64_t agenda_next_ms(const struct agenda *agenda)
{
    return agenda->count == 0 ? CLOCK_NEVER : agenda->heap[0]->at_ms;
}

void *agenda_first(const struct agenda *agenda)
{
    return agenda->count == 0 ? NULL : agenda->heap[0]->owner;
}

void agenda_free(struct agenda *agenda)
{
    free(agenda->heap);
    *agenda = (struct agenda){0};
}
