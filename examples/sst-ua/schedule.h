/* SPDX-License-Identifier: MIT */
/* The calls' own timers, in real time: a heap of all calls, the one that is due first on top. */
#ifndef SST_UA_SCHEDULE_H
#define SST_UA_SCHEDULE_H

#include "call.h"

/* Puts a new call in, with nothing due, and takes one out. */
void schedule_add(struct call *call);
void schedule_remove(struct call *call);

/* Sets a timer to a time, CLOCK_NEVER for none, or so long from now. */
void schedule_at(struct call *call, enum call_timer timer, uint64_t due_ms);
void schedule_in(struct call *call, enum call_timer timer, uint64_t wait_ms);

/* When the next call has something due; CLOCK_NEVER. */
uint64_t schedule_due_ms(const struct ua *ua);

/* Takes out a call's timer that is due; NULL where there is none. */
struct call *schedule_take_due(struct ua *ua, uint64_t now_ms, enum call_timer *timer);

#endif
