/* SPDX-License-Identifier: MIT */
#include "schedule.h"

#include "text.h"

static void put(struct ua *ua, size_t index, struct call *call)
{
    ua->heap[index] = call;
    call->heap_index = index;
}

static void move_up(struct ua *ua, size_t index)
{
    struct call *call = ua->heap[index];

    while (index > 0 && ua->heap[(index - 1) / 2]->next_due_ms > call->next_due_ms) {
        put(ua, index, ua->heap[(index - 1) / 2]);
        index = (index - 1) / 2;
    }
    put(ua, index, call);
}

static void move_down(struct ua *ua, size_t index)
{
    struct call *call = ua->heap[index];
    size_t child;

    while ((child = 2 * index + 1) < ua->heap_count) {
        if (child + 1 < ua->heap_count &&
            ua->heap[child + 1]->next_due_ms < ua->heap[child]->next_due_ms) {
            child++;
        }
        if (ua->heap[child]->next_due_ms >= call->next_due_ms) {
            break;
        }
        put(ua, index, ua->heap[child]);
        index = child;
    }
    put(ua, index, call);
}

void schedule_add(struct call *call)
{
    struct ua *ua = call->ua;

    if (ua->heap_count == ua->heap_room) {
        ua->heap_room = ua->heap_room == 0 ? 16 : ua->heap_room * 2;
        ua->heap = memory_resize(ua->heap, ua->heap_room * sizeof *ua->heap);
    }
    for (size_t i = 0; i < TIMER_COUNT; i++) {
        call->due_ms[i] = CLOCK_NEVER;
    }
    call->next_due_ms = CLOCK_NEVER;
    put(ua, ua->heap_count++, call);
}

void schedule_remove(struct call *call)
{
    struct ua *ua = call->ua;
    struct call *last = ua->heap[--ua->heap_count];

    if (last == call) {
        return;
    }
    put(ua, call->heap_index, last);
    move_up(ua, last->heap_index);
    move_down(ua, last->heap_index);
}

void schedule_at(struct call *call, enum call_timer timer, uint64_t due_ms)
{
    uint64_t next = CLOCK_NEVER;

    call->due_ms[timer] = due_ms;
    for (size_t i = 0; i < TIMER_COUNT; i++) {
        if (call->due_ms[i] < next) {
            next = call->due_ms[i];
        }
    }
    call->next_due_ms = next;
    move_up(call->ua, call->heap_index);
    move_down(call->ua, call->heap_index);
}

void schedule_in(struct call *call, enum call_timer timer, uint64_t wait_ms)
{
    schedule_at(call, timer, clock_real_ms(&call->ua->clock) + wait_ms);
}

uint64_t schedule_due_ms(const struct ua *ua)
{
    return ua->heap_count == 0 ? CLOCK_NEVER : ua->heap[0]->next_due_ms;
}

struct call *schedule_take_due(struct ua *ua, uint64_t now_ms, enum call_timer *timer)
{
    struct call *call = ua->heap_count == 0 ? NULL : ua->heap[0];

    if (call == NULL || call->next_due_ms > now_ms) {
        return NULL;
    }
    for (unsigned i = 0; i < TIMER_COUNT; i++) {
        if (call->due_ms[i] == call->next_due_ms) {
            *timer = (enum call_timer)i;
            break;
        }
    }
    schedule_at(call, *timer, CLOCK_NEVER);
    return call;
}
