/* SPDX-License-Identifier: MIT */
/* The deadlines of both sides, as an observer computes them. */
#include "spec_watch.h"

/*@ requires \valid_read(w) && \valid(limits) && \separated(w, limits);
    assigns *limits;
    ensures hangup: limits->hangup == hangup_ms(start, w->interval);
    ensures late: limits->late == hangup_ms(start, \max(w->interval, w->absolute_min));
    ensures expires: limits->expires == expiry_ms(start, \max(w->interval, w->absolute_min));
    ensures late_before_end: limits->late <= limits->expires;
    ensures slack: 0 < limits->slack <= 2000; */
void sst_watch_limits(const struct sst_watch *w, uint64_t start, struct sst_watch_limits *limits);

/*@ requires \valid_read(limits);
    assigns \nothing;
    ensures \result <==> near(at, limits->hangup, limits->slack) ||
                         near(at, limits->late, limits->slack) ||
                         near(at, limits->expires, limits->slack); */
bool sst_watch_is_time(const struct sst_watch_limits *limits, uint64_t at);

/*@ assigns \nothing;
    ensures exact: \result == 1000 * interval_s; */
static uint64_t interval_ms(uint32_t interval_s);

/*@ assigns \nothing;
    ensures \result <==> near(at, limit, slack); */
static bool is_near(uint64_t at, uint64_t limit, uint32_t slack);

/*@ requires w == \null || \valid_read(w);
    requires \valid(timer) && \separated(w, timer);
    assigns *timer;
    ensures none: w == \null || (w->flags & W_RUNS) == 0 ==>
        timer->start_ms == SST_NEVER && timer->refresh_by_ms == SST_NEVER &&
        timer->hangup_at_ms == SST_NEVER && timer->expires_ms == SST_NEVER &&
        timer->interval == 0 && timer->refresher == SST_WHO_NONE;
    ensures start: w != \null && (w->flags & W_RUNS) != 0 ==> timer->start_ms == w->start_ms;
    ensures half: w != \null && (w->flags & W_RUNS) != 0 ==>
        timer->refresh_by_ms == sum_ms(w->start_ms, half_ms(w->interval));
    ensures hangup: w != \null && (w->flags & W_RUNS) != 0 ==>
        timer->hangup_at_ms == hangup_ms(w->start_ms, w->interval);
    ensures expires: w != \null && (w->flags & W_RUNS) != 0 ==>
        timer->expires_ms == expiry_ms(w->start_ms, w->interval); */
void sst_watch_inspect(const struct sst_watch *w, struct sst_watch_timer *timer);

#include "../../../src/watch/limits.c"
