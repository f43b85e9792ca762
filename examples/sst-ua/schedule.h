/* SPDX-License-Identifier: MIT */
/* The calls' timers other than libsst's, in real time: a heap of all calls, earliest first. */
#ifndef SST_UA_SCHEDULE_H
#define SST_UA_SCHEDULE_H

#include "call.h"

/* Adds a new call with nothing due; removes a call. */
void schedule_add(struct call *call);
void schedule_remove(struct call *call);

/* Sets a timer to a time (CLOCK_NEVER stops it), or to a time from now. */
void schedule_at(struct call *call, enum call_timer timer, uint64_t due_ms);
void schedule_in(struct call *call, enum call_timer timer, uint64_t wait_ms);

/* When the next call has something due; CLOCK_NEVER if none has. */
uint64_t schedule_due_ms(const struct ua *ua);

/* Takes out a call's timer that is due; NULL if there is none. */
struct call *schedule_take_due(struct ua *ua, uint64_t now_ms, enum call_timer *timer);

#endif
