/* SPDX-License-Identifier: MIT */
/* The time of the session: libsst's deadline in libre's loop, and libsst's events. */
#ifndef SST_RE_UA_TIMER_H
#define SST_RE_UA_TIMER_H

#include "ua.h"

/* Puts the callbacks into the policy, and a timer of its own into the loop. */
bool timer_open(struct ua *ua);
void timer_close(struct ua *ua);

/* The library's time. */
uint64_t timer_now(const struct ua *ua);

/* The session's deadline may have moved: to be called after each call on it. */
void timer_arm(struct ua *ua);

#endif
