/* SPDX-License-Identifier: MIT */
/* What is planned: never after the last attempt, and never at or after the last moment for sending.
 * */
#ifndef SPEC_PLAN_H
#define SPEC_PLAN_H

#include "spec_session.h"

#include "../../../src/session/plan.h"

#define NOT_PLANNED(s) ((s)->refresh_ms == SST_NEVER)

/*@ assigns s->refresh_ms;
    ensures NOT_PLANNED(s); */
void sst_plan_nothing(struct sst_session *s);

/*@ requires RUNNABLE(s);
    assigns s->refresh_ms;
    ensures never_after_last_attempt: NOT_PLANNED(s) || s->refresh_ms <= LAST_ATTEMPT(s);
    ensures as_wanted: at <= LAST_ATTEMPT(s) ==> s->refresh_ms == at;
    ensures overrun_ends_there: at > LAST_ATTEMPT(s) > now ==> s->refresh_ms == LAST_ATTEMPT(s);
    ensures over: at > LAST_ATTEMPT(s) && now >= LAST_ATTEMPT(s) ==> NOT_PLANNED(s);
    ensures not_before_now: at >= now ==> s->refresh_ms >= now; */
void sst_plan_at(struct sst_session *s, uint64_t at, uint64_t now);

/*@ requires RUNNABLE(s);
    assigns s->refresh_ms;
    ensures in_time: now < LAST_SEND(s) ==> s->refresh_ms == now;
    ensures too_late: now >= LAST_SEND(s) ==> NOT_PLANNED(s); */
void sst_plan_now(struct sst_session *s, uint64_t now);

/*@ requires RUNNABLE(s);
    assigns s->refresh_ms;
    ensures in_time: now < LAST_ATTEMPT(s) ==> s->refresh_ms <= LAST_ATTEMPT(s);
    ensures late: now >= LAST_ATTEMPT(s) ==> s->refresh_ms == at;
    ensures after_now: at > now ==> s->refresh_ms > now; */
void sst_plan_late(struct sst_session *s, uint64_t at, uint64_t now);

/* EC-111, EC-112 */
/*@ requires READABLE(s) && RUNNABLE(s) && SOUND_TIMER(s);
    assigns s->refresh_ms, s->ladder, s->named_s;
    ensures never_at_last_send: NOT_PLANNED(s) || s->refresh_ms < LAST_SEND(s);
    ensures as_wanted: at <= LAST_ATTEMPT(s) ==> s->refresh_ms == at;
    ensures overrun_ends_there: at > LAST_ATTEMPT(s) > now ==> s->refresh_ms == LAST_ATTEMPT(s);
    ensures nothing_too_late: now >= LAST_SEND(s) && at > LAST_ATTEMPT(s) ==> NOT_PLANNED(s);
    ensures not_before_now: at >= now ==> s->refresh_ms >= now; */
void sst_plan_again(struct sst_session *s, uint64_t at, bool is_named, uint64_t now);

/* EC-115 */
/*@ requires RUNNABLE(s);
    assigns \nothing;
    ensures no_longer: \result <= wait_ms;
    ensures seen: !FLAG(s, F_UNSEEN) ==> \result == wait_ms;
    ensures half_of_the_room: FLAG(s, F_UNSEEN) ==>
        2 * \result <= half_ms(RUN_S(s)) - margin_ms(RUN_S(s)) - guard_ms(RUN_S(s)); */
uint64_t sst_wait_unseen(const struct sst_session *s, uint64_t wait_ms);

/*@ assigns \nothing;
    ensures 2000 <= \result <= 120000; */
uint32_t sst_backoff_ms(const struct sst_session *s);

/*@ requires at < 8;
    assigns s->attempts; */
void sst_count_attempt(struct sst_session *s, unsigned at);

/*@ assigns s->attempts; */
void sst_backoff_next(struct sst_session *s);

/*@ assigns s->ladder; */
void sst_strike_method(struct sst_session *s, const struct sst_tx *tx, bool for_good);

/*@ assigns s->ladder; */
void sst_strike_offer(struct sst_session *s);

/*@ assigns s->ladder; */
void sst_prefer_other(struct sst_session *s, const struct sst_tx *tx);

/* EC-114 */
/*@ requires READABLE(s) && RUNNABLE(s) && SOUND_TIMER(s);
    assigns s->flags, s->events, s->refresh_ms, s->ladder, s->named_s;
    ensures never_at_last_send: s->refresh_ms == \old(s->refresh_ms) || NOT_PLANNED(s) ||
        s->refresh_ms < LAST_SEND(s);
    ensures over: now >= LAST_ATTEMPT(s) ==> s->refresh_ms == \old(s->refresh_ms); */
void sst_refresh_refused(struct sst_session *s, uint64_t least_ms, uint64_t now);

/*@ assigns s->ladder; */
void sst_untry(struct sst_session *s, const struct sst_tx *tx);

/*@ requires RUNNABLE(s) && now < SST_NEVER / 2;
    assigns s->attempts, s->flags, s->events, s->refresh_ms;
    ensures in_time: now < LAST_ATTEMPT(s) ==> s->refresh_ms <= LAST_ATTEMPT(s);
    ensures not_at_once: s->refresh_ms > now; */
void sst_refresh_not_sent(struct sst_session *s, uint64_t retry_ms, uint64_t now);

/*@ assigns s->flags;
    ensures not_yet: now < from ==> s->flags == \old(s->flags); */
void sst_hold_bye(struct sst_session *s, uint64_t from, uint64_t now);

#endif
