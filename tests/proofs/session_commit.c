/* SPDX-License-Identifier: MIT */
/* How an interval begins: with a refresh in its first half, and a guard that is shorter than it. */
#include "spec_session.h"

/* Session_event.c, taken for granted: bits of s->events, and a number up to a limit. */
/*@ assigns s->events; */
void sst_session_note(struct sst_session *s, enum sst_event_type type);

/*@ assigns s->events; */
void sst_session_drop(struct sst_session *s, enum sst_event_type type);

/*@ assigns \nothing;
    ensures \result <= limit; */
uint32_t sst_session_random(const struct sst_session *s, uint32_t limit);

/*@ assigns \nothing; */
uint64_t sst_session_deadline(const struct sst_session *s);

/*@ assigns *merged; */
void sst_merge_overlap(const struct sst_timer *a, const struct sst_timer *b,
                       struct sst_timer *merged);

/*@ assigns \nothing;
    ensures FLAG(s, F_LOCAL) ==> \result == SST_SIDE_LOCAL;
    ensures !FLAG(s, F_LOCAL) && FLAG(s, F_REMOTE) ==> \result == SST_SIDE_REMOTE;
    ensures !FLAG(s, F_LOCAL) && !FLAG(s, F_REMOTE) ==> \result == SST_SIDE_NONE; */
enum sst_side sst_session_side(const struct sst_session *s);

/*@ requires percent <= 50;
    assigns \nothing;
    ensures exact: \result == interval_s * percent * 10;
    ensures at_most_half: \result <= half_ms(interval_s); */
static uint64_t percent_ms(uint32_t interval_s, uint32_t percent);

/* Used by start_interval(), and not proved to the last goal: see docs/verification.md. */
/*@ requires READABLE(s);
    assigns \nothing;
    ensures never_later_than_half: \result <= half_ms(RUN_S(s));
    ensures never_below_floor:
        \result >= \min(1000 * s->policy->refresh_floor, half_ms(RUN_S(s))); */
static uint64_t refresh_delay(const struct sst_session *s);

/*@ requires READABLE(s);
    assigns \nothing;
    ensures refresher: FLAG(s, F_LOCAL) ==> \result == 0 || \result == guard_ms(RUN_S(s));
    ensures rfc: !FLAG(s, F_LOCAL) && s->policy->guard == SST_GUARD_RFC ==>
        \result == guard_ms(RUN_S(s));
    ensures at_most_half: \result <= half_ms(RUN_S(s)); */
static uint32_t guard_of(const struct sst_session *s);

/*@ assigns s->flags, s->events; */
static void leave_interval(struct sst_session *s);

/*@ requires READABLE(s) && now >= SST_TIME_BIAS / 2;
    assigns s->flags, s->events, s->ladder, s->rounds, s->attempts, s->reason, s->start_ms,
        s->guard_ms, s->refresh_ms;
    ensures sound: SOUND_TIMER(s);
    ensures starts_now: s->start_ms == now;
    ensures no_refresh_of_watcher: !FLAG(s, F_LOCAL) ==> s->refresh_ms == SST_NEVER;
    ensures refresh_in_first_half: FLAG(s, F_LOCAL) && CLOCK_GOES_ON(s) ==>
        now <= s->refresh_ms <= now + half_ms(RUN_S(s)) && s->refresh_ms < LAST_SEND(s); */
static void start_interval(struct sst_session *s, uint64_t now);

#include "../../src/session/commit.c"
