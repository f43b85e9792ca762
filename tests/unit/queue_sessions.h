/* SPDX-License-Identifier: MIT */
/*
 * Sessions with a deadline that the test chooses. The queue's tests set it directly: how a session
 * computes its deadline has its own tests.
 */
#ifndef QUEUE_SESSIONS_H
#define QUEUE_SESSIONS_H

#include "queue_states.h"

#include <sst/sst.h>

/* The session asks for a refresh at that time, and again 2 s, 4 s, ... later. */
static inline void arm_refresh(struct sst_session *session, uint64_t when_ms)
{
    session->flags = CONFIRMED | LOCAL | UPDATE_FINE;
    session->interval = UINT32_MAX;
    session->guard_ms = 0;
    session->start_ms = sst_time_in(0);
    session->refresh_ms = sst_time_in(when_ms);
    session->attempts = 0;
}

/* The session waits for the peer's refresh and ends at that time. */
static inline void arm_end(struct sst_session *session, uint64_t when_ms)
{
    session->flags = CONFIRMED | REMOTE | F_OVERDUE_TOLD;
    session->interval = 90;
    session->guard_ms = 30000;
    session->start_ms = sst_time_in(when_ms) - 60000u;
    session->refresh_ms = SST_NEVER;
}

/* The session has no deadline. */
static inline void disarm(struct sst_session *session)
{
    session->flags = CONFIRMED;
    session->interval = 0;
    session->refresh_ms = SST_NEVER;
}

#endif
