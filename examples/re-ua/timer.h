/* SPDX-License-Identifier: MIT */
/* The session's time: libsst's deadline in libre's loop, and libsst's events. */
#ifndef SST_RE_UA_TIMER_H
#define SST_RE_UA_TIMER_H

#include "ua.h"

/* Sets the policy's callbacks, and adds a timer of its own to the loop. */
bool timer_open(struct ua *ua);
void timer_close(struct ua *ua);

/* The time on libsst's clock. */
uint64_t timer_now(const struct ua *ua);

/* The session's deadline may have moved: call this after each call to libsst. */
void timer_arm(struct ua *ua);

#endif
