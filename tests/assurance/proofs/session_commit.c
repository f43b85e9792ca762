/* SPDX-License-Identifier: MIT */
/* How an interval begins: with a refresh in its first half, and a guard that is no longer than
 * §10's. */
#include "spec_plan.h"

/*@ assigns *merged; */
void sst_merge_overlap(const struct sst_timer *a, const struct sst_timer *b,
                       struct sst_timer *merged);

#include "../../../src/session/commit.h"

/* EC-125: the largest value that raised_s, 16 bits, can give. */
#define TWICE_FLOOR(s) (2 * (s)->policy->refresh_floor)
#define LEAST_RUN_S(s) (\min(TWICE_FLOOR(s), (s)->interval + UINT16_MAX))

/*@ requires CHECKED(policy);
    assigns \nothing;
    ensures twice_floor: \result >= \min(2 * policy->refresh_floor, UINT32_MAX - 1);
    ensures small: policy->accept_small_interval ==> \result >= policy->absolute_min;
    ensures letter: !policy->accept_small_interval ==> \result >= 8;
    ensures no_more: \result <= \max(2 * policy->refresh_floor, \max(policy->absolute_min, 8)); */
static uint32_t least_run_s(const struct sst_policy *policy);

/*@ requires READABLE(s);
    assigns s->flags, s->interval, s->raised_s;
    ensures runnable: RUNNABLE(s);
    ensures as_agreed: SST_SIDE_LOCAL <= timer->side <= SST_SIDE_REMOTE ==>
        s->interval == timer->interval;
    ensures none: timer->side == SST_SIDE_NONE ==> RUN_S(s) == 0;
    ensures longer_than_nothing: SST_SIDE_LOCAL <= timer->side <= SST_SIDE_REMOTE ==>
        RUN_S(s) >= 1;
    ensures at_least_twice_floor: SST_SIDE_LOCAL <= timer->side <= SST_SIDE_REMOTE &&
        TWICE_FLOOR(s) <= UINT16_MAX ==> RUN_S(s) >= TWICE_FLOOR(s);
    ensures not_needed:
        timer->interval >= \max(TWICE_FLOOR(s), \max(s->policy->absolute_min, 8)) ==>
        s->raised_s == 0; */
static void store(struct sst_session *s, const struct sst_timer *timer);

/*@ requires percent <= 50;
    assigns \nothing;
    ensures exact: \result == interval_s * percent * 10;
    ensures at_most_half: \result <= half_ms(interval_s); */
static uint64_t percent_ms(uint32_t interval_s, uint32_t percent);

/*@ requires READABLE(s);
    assigns \nothing;
    ensures \result == 1000 * s->policy->refresh_floor; */
static inline uint64_t sst_floor_ms(const struct sst_session *s);

/*@ requires READABLE(s) && RUNNABLE(s);
    assigns \nothing;
    ensures never_later_than_half: RUN_S(s) >= TWICE_FLOOR(s) ==> \result <= half_ms(RUN_S(s));
    ensures never_below_floor: \result >= 1000 * s->policy->refresh_floor; */
static uint64_t refresh_delay(const struct sst_session *s);

/*@ requires READABLE(s) && RUNNABLE(s);
    assigns \nothing;
    ensures never_longer_than_rfc: \result <= guard_ms(RUN_S(s));
    ensures refresher: RUNS(s) == RUNS_LOCAL ==> \result == 0 || \result == guard_ms(RUN_S(s));
    ensures own: RUNS(s) == RUNS_OWN ==> \result == 0;
    ensures rfc: RUNS(s) == RUNS_REMOTE && s->policy->guard == SST_GUARD_RFC ==>
        \result == guard_ms(RUN_S(s)); */
static uint32_t guard_of(const struct sst_session *s);

/*@ assigns s->flags, s->events; */
static void leave_interval(struct sst_session *s);

/*@ assigns s->generation; */
static void count_commit(struct sst_session *s);

/*@ assigns s->generation; */
static void count_answer(struct sst_session *s);

/* EC-44 */
/*@ requires s->start_ms <= s->refresh_ms;
    assigns s->start_ms, s->refresh_ms;
    ensures exact: \result == sum_ms(now_ms, SST_TIME_BIAS);
    ensures not_in_future: s->start_ms == \min(\old(s->start_ms), \result);
    ensures as_far: \old(s->refresh_ms) != SST_NEVER ==>
        s->refresh_ms - s->start_ms == \old(s->refresh_ms - s->start_ms);
    ensures nothing: \old(s->refresh_ms) == SST_NEVER ==> s->refresh_ms == SST_NEVER; */
uint64_t sst_session_restate(struct sst_session *s, uint64_t now_ms);

/* EC-121 */
/*@ requires now >= s->start_ms;
    assigns s->ack_s, s->flags;
    ensures never_longer: s->ack_s <= \old(s->ack_s);
    ensures over: now >= \old(ACKED(s)) ==> s->ack_s == 0;
    ensures carried: now < \old(ACKED(s)) ==>
        \old(ACKED(s)) - 1000 < now + 1000 * s->ack_s <= \old(ACKED(s)); */
static void carry_ack(struct sst_session *s, uint64_t now);

/* What start_interval() needs, and what writing the timer leaves. */
#define CAN_START(s, now)                                                                          \
    (READABLE(s) && RUNNABLE(s) && (RUNNING(s) ==> RUN_S(s) >= 1) && (now) >= (s)->start_ms &&     \
     (now) >= SST_TIME_BIAS / 2)

/*@ requires CAN_START(s, now);
    assigns s->flags, s->events, s->ack_s, s->ladder, s->attempts, s->named_s, s->reason,
        s->start_ms, s->guard_ms, s->refresh_ms;
    ensures sound: RUN_S(s) >= 1 ==> SOUND_TIMER(s);
    ensures starts_now: s->start_ms == now;
    ensures ack_never_later: s->ack_s <= \old(s->ack_s);
    ensures no_refresh_of_watcher: !MAY_REFRESH(s) ==> s->refresh_ms == SST_NEVER;
    ensures never_below_floor: MAY_REFRESH(s) ==>
        s->refresh_ms >= sum_ms(now, 1000 * s->policy->refresh_floor);
    ensures refresh_in_first_half:
        MAY_REFRESH(s) && CLOCK_GOES_ON(s) && RUN_S(s) >= TWICE_FLOOR(s) ==>
        now <= s->refresh_ms <= now + half_ms(RUN_S(s)) && s->refresh_ms < LAST_SEND(s); */
static void start_interval(struct sst_session *s, uint64_t now);

/* EC-132 */
/*@ requires READABLE(s) && now <= s->refresh_ms;
    assigns s->refresh_ms;
    ensures never_later: now <= s->refresh_ms <= \old(s->refresh_ms);
    ensures never_below_floor: s->refresh_ms == \old(s->refresh_ms) ||
        s->refresh_ms >= sum_ms(sent_late, 1000 * s->policy->refresh_floor); */
static void count_from_sending(struct sst_session *s, uint64_t sent, uint64_t sent_late,
                               uint64_t now);

struct plan;

/*@ requires s->refresh_ms >= now;
    assigns s->refresh_ms;
    ensures never_later: s->refresh_ms <= \old(s->refresh_ms);
    ensures not_before_now: s->refresh_ms >= now; */
static void keep_moment(struct sst_session *s, const struct plan *plan, uint64_t now);

/* EC-115 */
/*@ requires s->refresh_ms >= now;
    assigns s->flags, s->refresh_ms, s->ladder, s->attempts;
    ensures never_later: s->refresh_ms <= \old(s->refresh_ms);
    ensures not_before_now: s->refresh_ms >= now; */
static void keep_plan(struct sst_session *s, const struct plan *plan, uint64_t now);

/*@ requires CAN_START(s, now);
    assigns s->generation, s->flags, s->events, s->ack_s, s->ladder, s->attempts, s->named_s,
        s->reason, s->start_ms, s->guard_ms, s->refresh_ms;
    ensures sound: RUN_S(s) >= 1 ==> SOUND_TIMER(s);
    ensures starts_now: s->start_ms == now; */
void sst_session_renew(struct sst_session *s, uint64_t now);

/* EC-131 */
/*@ requires CAN_START(s, now);
    assigns s->generation, s->flags, s->events, s->ack_s, s->ladder, s->attempts, s->named_s,
        s->reason, s->start_ms, s->guard_ms, s->refresh_ms;
    ensures at_once: \old(RUNNING(s)) ==>
        SOUND_TIMER(s) && s->start_ms == now && s->refresh_ms == now;
    ensures nothing_to_take: !\old(RUNNING(s)) ==>
        s->start_ms == \old(s->start_ms) && s->refresh_ms == \old(s->refresh_ms); */
void sst_session_take_over(struct sst_session *s, uint64_t now);

/* EC-30 */
/*@ requires READABLE(s) && SOUND(s) && s->start_ms <= now < SST_NEVER;
    assigns s->ack_s, s->flags, s->start_ms, s->refresh_ms;
    ensures no_more: s->ack_s == 0;
    ensures never_earlier: \old(s->start_ms) <= s->start_ms <= now;
    ensures never_after_wait: s->start_ms <= \old(ACKED(s));
    ensures refresh_in_interval: \old(s->refresh_ms >= s->start_ms) ==>
        s->refresh_ms >= s->start_ms; */
void sst_session_acknowledged(struct sst_session *s, bool starts, uint64_t now);

/*@ assigns s->ack_s, s->flags;
    ensures 1000 * s->ack_s == SST_TRANSACTION_MS; */
void sst_session_await_ack(struct sst_session *s, bool with_answer);

/*@ requires RUNNABLE(s) && now >= s->start_ms;
    assigns \nothing;
    ensures over: now - s->start_ms >= 1000 * RUN_S(s) ==> \result == UINT8_MAX; */
uint8_t sst_session_fraction(const struct sst_session *s, uint64_t now);

/*@ requires RUNNABLE(s);
    assigns \nothing;
    ensures exact: \result == sum_ms(s->start_ms, 1000 * RUN_S(s) * fraction / 256);
    ensures within: CLOCK_GOES_ON(s) ==> s->start_ms <= \result <= EXPIRATION(s); */
uint64_t sst_session_moment(const struct sst_session *s, uint8_t fraction);

#include "../../../src/session/commit.c"
