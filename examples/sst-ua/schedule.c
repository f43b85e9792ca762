/* SPDX-License-Identifier: MIT */
#include "schedule.h"

void schedule_add(struct call *call)
{
    for (size_t i = 0; i < TIMER_COUNT; i++) {
        call->due_ms[i] = CLOCK_NEVER;
    }
    agenda_add(&call->ua->agenda, &call->next_due, call);
}

void schedule_remove(struct call *call)
{
    agenda_remove(&call->ua->agenda, &call->next_due);
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
    agenda_move(&call->ua->agenda, &call->next_due, next);
}

void schedule_in(struct call *call, enum call_timer timer, uint64_t wait_ms)
{
    schedule_at(call, timer, clock_real_ms(&call->ua->clock) + wait_ms);
}

uint64_t schedule_due_ms(const struct ua *ua)
{
    return agenda_next_ms(&ua->agenda);
}

struct call *schedule_take_due(struct ua *ua, uint64_t now_ms, enum call_timer *timer)
{
    struct call *call = agenda_first(&ua->agenda);

    if (call == NULL || call->next_due.at_ms > now_ms) {
        return NULL;
    }
    for (unsigned i = 0; i < TIMER_COUNT; i++) {
        if (call->due_ms[i] == call->next_due.at_ms) {
            *timer = (enum call_timer)i;
            break;
        }
    }
    schedule_at(call, *timer, CLOCK_NEVER);
    return call;
}
