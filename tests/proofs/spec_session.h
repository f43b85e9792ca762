/* SPDX-License-Identifier: MIT */
/*
 * What is known of a session whenever session/due.c is asked, and what it answers.
 *
 * SOUND_TIMER() is the part of sst_session_check() that times depend on. start_interval() establishes
 * it, which is proved with session/commit.c; sst_session_restore() checks it.
 */
#ifndef SPEC_SESSION_H
#define SPEC_SESSION_H

#include "../../src/session/session_private.h"
#include "spec_rules.h"
#include "spec_timing.h"

/* These are macros, so that the provers meet each field and each mask as the code has it. */
#define FLAG(s, mask) (((s)->flags & (mask)) != 0)

#define READABLE(s) (\valid_read((s)->policy) && CHECKED((s)->policy))

#define TIMER_RUNS(s)                                                                              \
    (((s)->flags & (F_ESTABLISHED | F_ENDED)) == F_ESTABLISHED && ((s)->flags & F_SIDE) != 0)

#define RUN_S(s) (\max((s)->interval, FLAG(s, F_HEALED) ? (s)->policy->absolute_min : 1))

#define EXPIRATION(s) (sum_ms((s)->start_ms, 1000 * RUN_S(s)))

#define LAST_SEND(s) (EXPIRATION(s) - margin_ms(RUN_S(s)))

#define LAST_ATTEMPT(s) (EXPIRATION(s) - guard_ms(RUN_S(s)) - margin_ms(RUN_S(s)))

/* 32 s after the 2xx, when an ACK comes no more. */
#define ACKED(s) (sum_ms((s)->start_ms, SST_TRANSACTION_MS))

#define SOUND_TIMER(s) ((s)->start_ms >= SST_TIME_BIAS / 2 && (s)->guard_ms <= 1000 * RUN_S(s))

/* The clock shows less than 146 million years: from there on sums would not be exact. */
#define CLOCK_GOES_ON(s) ((s)->start_ms < SST_NEVER / 2)

/*@ assigns \nothing; */
static inline enum sst_method sst_tx_method(const struct sst_tx *tx);

/*@ requires READABLE(s);
    assigns \nothing;
    ensures exact: \result == RUN_S(s);
    ensures positive: \result >= 1; */
uint32_t sst_session_run_s(const struct sst_session *s);

/*@ requires READABLE(s);
    assigns \nothing;
    ensures exact: \result == EXPIRATION(s);
    ensures a_time: \result < SST_NEVER;
    ensures later: CLOCK_GOES_ON(s) ==> \result == s->start_ms + 1000 * RUN_S(s); */
uint64_t sst_session_expiration(const struct sst_session *s);

/*@ requires READABLE(s);
    assigns \nothing;
    ensures exact: \result == EXPIRATION(s) - guard_ms(RUN_S(s)); */
uint64_t sst_session_giving_up(const struct sst_session *s);

/*@ requires READABLE(s);
    assigns \nothing;
    ensures exact: \result == LAST_SEND(s);
    ensures before: \result < EXPIRATION(s); */
uint64_t sst_session_last_send(const struct sst_session *s);

/*@ requires READABLE(s);
    assigns \nothing;
    ensures exact: \result == LAST_ATTEMPT(s);
    ensures before: \result < LAST_SEND(s); */
uint64_t sst_session_last_attempt(const struct sst_session *s);

/* RFC 3261 §14.1, RFC 3311 §5.2 */
/*@ requires READABLE(s);
    assigns \nothing;
    ensures a_way: SST_WAY_UPDATE <= \result <= SST_WAY_NONE;
    ensures no_second_update:
        \result == SST_WAY_UPDATE ==> !FLAG(s, F_OWN_UPDATE | F_PEER_UPDATE);
    ensures no_second_invite:
        \result == SST_WAY_INVITE_OFFER || \result == SST_WAY_INVITE_PLAIN ==>
        !FLAG(s, F_OWN_INVITE | F_OWN_UPDATE | F_PEER_INVITE | F_PEER_UPDATE);
    ensures not_before_ack:
        (\result == SST_WAY_INVITE_OFFER || \result == SST_WAY_INVITE_PLAIN) &&
        FLAG(s, F_AWAIT_ACK) ==> at >= ACKED(s); */
enum sst_way sst_session_way(const struct sst_session *s, uint64_t at);

/*@ requires READABLE(s) && SOUND_TIMER(s);
    assigns *due;
    ensures nothing_without_timer: !TIMER_RUNS(s) ==>
        due->end == SST_NEVER && due->refresh == SST_NEVER && due->blocked == SST_NEVER &&
        due->overdue == SST_NEVER;
    ensures always_an_end: TIMER_RUNS(s) ==> due->end < SST_NEVER;
    ensures end_is_guarded: TIMER_RUNS(s) ==>
        due->end == EXPIRATION(s) || due->end == EXPIRATION(s) - s->guard_ms;
    ensures end_within_interval:
        TIMER_RUNS(s) && CLOCK_GOES_ON(s) ==> s->start_ms <= due->end <= EXPIRATION(s);
    ensures refresh_before_expiration:
        due->refresh == SST_NEVER || due->refresh < LAST_SEND(s);
    ensures refresh_as_planned: due->refresh == SST_NEVER || due->refresh == s->refresh_ms ||
        due->refresh == ACKED(s);
    ensures blocked_before_expiration:
        due->blocked == SST_NEVER || due->blocked < LAST_SEND(s);
    ensures overdue_before_expiration: CLOCK_GOES_ON(s) ==>
        due->overdue == SST_NEVER || s->start_ms < due->overdue < EXPIRATION(s);
    ensures overdue_of_peer: due->overdue != SST_NEVER ==> FLAG(s, F_REMOTE);
    ensures deadline_never_late: \result <= time_out(due->end) &&
        \result <= time_out(due->refresh) && \result <= time_out(due->blocked) &&
        \result <= time_out(due->overdue);
    ensures deadline_is_never_lost: TIMER_RUNS(s) ==> \result < SST_NEVER; */
uint64_t sst_session_due(const struct sst_session *s, struct sst_due *due);

/*@ requires \valid_read(s) && READABLE(s) && SOUND_TIMER(s);
    assigns \nothing;
    ensures key_before_end: \result == 0 ||
        s->start_ms < \result <= EXPIRATION(s) - s->guard_ms;
    ensures key_before_refresh: \result <= s->refresh_ms; */
static inline uint64_t sst_session_key(const struct sst_session *s);

#endif
