/* SPDX-License-Identifier: MIT */
/* What a queue sorts sessions by. */
#ifndef SST_KEY_H
#define SST_KEY_H

#include "session/due.h"

/* In these states something other than the running timer can be due. */
#define F_UNUSUAL (F_LOCAL_REQUEST | F_PEER_REQUEST | F_OVERDUE_TOLD | F_HELD)

/*
 * A time that is never later than the deadline and nearly always equal to it, computed in few
 * steps, the same ones for both sides. While a timer runs and nothing else is pending, the side
 * that waits for the peer is due at OVERDUE, midway between half of the interval and the BYE; the
 * side that refreshes is due at the refresh (if it can be sent then); both are due at the BYE. 0 in
 * all other states.
 */
static inline uint64_t sst_session_key(const struct sst_session *s)
{
    uint64_t half = sst_half_of_ms(sst_session_run_s(s));
    bool usual = (s->flags & ((3u << PHASE_AT) | F_UNUSUAL)) == PHASE_CONFIRMED << PHASE_AT;
    if (!usual || sst_runs(s) == RUNS_NONE || s->events != 0 || s->start_ms >= SST_TIME_BIAS * 2u) {
        return 0;
    }
    uint64_t rest = half - s->guard_ms; /* the guard is at most a third of the interval */
    uint64_t first = s->start_ms + half + (sst_runs(s) == RUNS_REMOTE ? rest / 2u : rest);
    if (s->refresh_ms < first) {
        first = s->refresh_ms;
    }
    return first <= s->start_ms ? 0 : first;
}

#endif
