/* SPDX-License-Identifier: MIT */
/* The deadlines of both sides: RFC 4028 §7.2, §10. */
#include "watch/state.h"

#include <sst/rules.h>

static uint64_t interval_ms(uint32_t interval_s)
{
    return (uint64_t)interval_s * 1000u;
}

void sst_watch_limits(const struct sst_watch *w, uint64_t start, struct sst_watch_limits *limits)
{
    uint32_t raised = sst_max(w->interval, w->absolute_min);
    limits->hangup = sst_add_ms(start, interval_ms(w->interval) - sst_guard_ms(w->interval));
    limits->late = sst_add_ms(start, interval_ms(raised) - sst_guard_ms(raised));
    limits->expires = sst_add_ms(start, interval_ms(raised));
    limits->slack = sst_watch_slack(w->interval);
}

static bool is_near(uint64_t at, uint64_t limit, uint32_t slack)
{
    return sst_add_ms(at, slack) >= limit && at <= sst_add_ms(limit, slack);
}

bool sst_watch_is_time(const struct sst_watch_limits *limits, uint64_t at)
{
    return is_near(at, limits->hangup, limits->slack) || is_near(at, limits->late, limits->slack) ||
           is_near(at, limits->expires, limits->slack);
}

void sst_watch_inspect(const struct sst_watch *w, struct sst_watch_timer *timer)
{
    *timer = (struct sst_watch_timer){
        .start_ms = SST_NEVER,
        .refresh_by_ms = SST_NEVER,
        .hangup_at_ms = SST_NEVER,
        .expires_ms = SST_NEVER,
    };
    if (w == NULL || !sst_watch_runs(w)) {
        return;
    }
    timer->start_ms = w->start_ms;
    timer->interval = w->interval;
    timer->refresher = sst_watch_who_is(sst_watch_refresher(w));
    timer->refresh_by_ms = sst_add_ms(w->start_ms, sst_half_ms(w->interval));
    timer->hangup_at_ms =
        sst_add_ms(w->start_ms, interval_ms(w->interval) - sst_guard_ms(w->interval));
    timer->expires_ms = sst_add_ms(w->start_ms, interval_ms(w->interval));
}
