/* SPDX-License-Identifier: MIT */
/*
 * What is known about a session whenever session/due.c is called, and what it answers.
 *
 * SOUND_TIMER() is the part of sst_session_check() on which times depend. start_interval()
 * establishes it, which is proved with session/commit.c; sst_session_restore() checks it.
 */
#ifndef SPEC_SESSION_H
#define SPEC_SESSION_H

#include "../../../src/session/state.h"
#include "spec_rules.h"
#include "spec_timing.h"

/* These are macros, so that the provers meet each field and each mask as the code has it. */
#define FLAG(s, mask) (((s)->flags & (mask)) != 0)

#define PART(from, at, mask) (((from) >> (at)) & (mask))
#define PHASE(s) PART((s)->flags, PHASE_AT, 3)
#define RUNS(s) PART((s)->flags, RUNS_AT, 3)

#define RUNNING(s) (PHASE(s) == PHASE_CONFIRMED && RUNS(s) != RUNS_NONE)
#define MAY_REFRESH(s) (RUNNING(s) && (RUNS(s) != RUNS_REMOTE || FLAG(s, F_EXTRA)))

#define READABLE(s) (\valid_read((s)->policy) && CHECKED((s)->policy))

#define RUN_S(s) ((s)->interval + (s)->raised_s)

#define EXPIRATION(s) (sum_ms((s)->start_ms, 1000 * RUN_S(s)))

#define HALF(s) (sum_ms((s)->start_ms, half_ms(RUN_S(s))))

#define LAST_SEND(s) (EXPIRATION(s) - margin_ms(RUN_S(s)))

#define LAST_ATTEMPT(s) (EXPIRATION(s) - margin_ms(RUN_S(s)) - guard_ms(RUN_S(s)))

/* When an awaited ACK can no longer come. */
#define ACKED(s) (sum_ms((s)->start_ms, 1000 * (s)->ack_s))

/* In each state: the length of the interval is a number of seconds. */
#define RUNNABLE(s) (RUN_S(s) <= UINT32_MAX)

/* While a timer runs. */
#define SOUND_TIMER(s)                                                                             \
    ((s)->start_ms >= SST_TIME_BIAS / 2 && 1 <= RUN_S(s) && (s)->guard_ms <= guard_ms(RUN_S(s)))

#define SOUND(s) (RUNNABLE(s) && (RUNNING(s) ==> SOUND_TIMER(s)))

/* The clock shows less than 146 million years: beyond that, sums would not be exact. */
#define CLOCK_GOES_ON(s) ((s)->start_ms < SST_NEVER / 2)

/* ---- Parts of the state ---- */

/*@ requires at < 32;
    assigns \nothing;
    ensures exact: \result == PART(from, at, mask);
    ensures two_bits: mask == 3 ==> \result <= 3;
    ensures three_bits: mask == 7 ==> \result <= 7; */
static inline uint32_t sst_bits(uint32_t from, unsigned at, uint32_t mask);

/*@ requires at < 32;
    assigns \nothing; */
static inline uint32_t sst_with_bits(uint32_t from, unsigned at, uint32_t mask, uint32_t value);

/*@ assigns \nothing;
    ensures \result == PHASE(s);
    ensures PHASE_IDLE <= \result <= PHASE_ENDED; */
static inline enum sst_phase sst_phase(const struct sst_session *s);

/*@ assigns s->flags; */
static inline void sst_set_phase(struct sst_session *s, enum sst_phase phase);

/*@ assigns \nothing;
    ensures \result == RUNS(s);
    ensures RUNS_NONE <= \result <= RUNS_OWN; */
static inline enum sst_runs sst_runs(const struct sst_session *s);

/*@ assigns s->flags; */
static inline void sst_set_runs(struct sst_session *s, enum sst_runs runs);

/*@ assigns \nothing;
    ensures \result == PART(s->flags, UPDATE_AT, 3);
    ensures UPDATE_UNKNOWN <= \result <= UPDATE_REFUSED; */
static inline enum sst_update sst_update(const struct sst_session *s);

/*@ assigns s->flags; */
static inline void sst_set_update(struct sst_session *s, enum sst_update update);

/*@ requires at < 32;
    assigns \nothing; */
static inline enum sst_open sst_open(const struct sst_session *s, unsigned at);

/*@ requires at < 32;
    assigns s->flags; */
static inline void sst_set_open(struct sst_session *s, unsigned at, enum sst_open open);

#define INVITE_WAY(s) PART((s)->ladder, LADDER_INVITE_AT, 3)
#define UPDATE_WAY(s) PART((s)->ladder, LADDER_UPDATE_AT, 3)

/*@ assigns \nothing;
    ensures \result == INVITE_WAY(s);
    ensures INVITE_OFFER <= \result <= INVITE_GONE; */
static inline enum sst_invite_way sst_invite_way(const struct sst_session *s);

/*@ assigns \nothing;
    ensures \result == UPDATE_WAY(s); */
static inline enum sst_update_way sst_update_way(const struct sst_session *s);

/*@ requires at < 32;
    assigns s->ladder; */
static inline void sst_set_ladder(struct sst_session *s, unsigned at, uint32_t way);

/*@ requires at < 32;
    assigns \nothing;
    ensures at == BACKOFF_AT ==> \result == PART(s->attempts, BACKOFF_AT, 7);
    ensures \result <= 7; */
static inline unsigned sst_attempts(const struct sst_session *s, unsigned at);

/*@ assigns \nothing;
    ensures TX_FREE <= \result <= TX_PEER_REFUSED; */
static inline enum sst_tx_state sst_tx_state(const struct sst_tx *tx);

/*@ requires at < 32;
    assigns tx->flags; */
static inline void sst_tx_set(struct sst_tx *tx, unsigned at, uint32_t mask, uint32_t value);

/*@ assigns tx->flags; */
static inline void sst_tx_set_state(struct sst_tx *tx, enum sst_tx_state state);

/*@ assigns \nothing;
    ensures TX_PLAIN <= \result <= TX_PROBE; */
static inline enum sst_tx_kind sst_tx_kind(const struct sst_tx *tx);

/*@ assigns \nothing; */
static inline bool sst_tx_is_initial(const struct sst_tx *tx);

/*@ assigns \nothing; */
static inline bool sst_tx_is_refresh(const struct sst_tx *tx);

/*@ assigns \nothing; */
static inline bool sst_tx_is_local(const struct sst_tx *tx);

/*@ assigns \nothing; */
static inline enum sst_method sst_tx_method(const struct sst_tx *tx);

/*@ assigns \nothing;
    ensures \result < 32; */
static inline unsigned sst_open_at(bool local, enum sst_method method);

/*@ assigns \nothing;
    ensures \result <==> RUNNING(s); */
static inline bool sst_is_running(const struct sst_session *s);

/*@ assigns \nothing;
    ensures \result <==> RUNNING(s) && RUNS(s) == RUNS_REMOTE; */
static inline bool sst_is_watching(const struct sst_session *s);

/*@ assigns \nothing;
    ensures \result <==> MAY_REFRESH(s); */
static inline bool sst_may_refresh(const struct sst_session *s);

/*@ assigns \nothing;
    ensures exact: \result == ACKED(s); */
static inline uint64_t sst_ack_until(const struct sst_session *s);

/*@ requires READABLE(s); assigns \nothing; */
static inline bool sst_is_turned_off(const struct sst_session *s, const struct sst_tx *tx);

/*@ requires 1 <= type <= SST_EVENT_ENDED;
    assigns \nothing; */
static inline uint8_t sst_event_bit(enum sst_event_type type);

/*@ assigns \nothing;
    ensures exact: \result == \max(sum_ms(now_ms, SST_TIME_BIAS), s->start_ms); */
uint64_t sst_session_now(const struct sst_session *s, uint64_t now_ms);

/*@ assigns \nothing;
    ensures RUNS(s) == RUNS_LOCAL || RUNS(s) == RUNS_OWN ==> \result == SST_SIDE_LOCAL;
    ensures RUNS(s) == RUNS_REMOTE ==> \result == SST_SIDE_REMOTE;
    ensures RUNS(s) == RUNS_NONE ==> \result == SST_SIDE_NONE;
    ensures \result == SST_SIDE_NONE || \result == SST_SIDE_LOCAL || \result == SST_SIDE_REMOTE; */
enum sst_side sst_session_side(const struct sst_session *s);

/*@ requires READABLE(s);
    assigns *dialog;
    ensures dialog->interval == s->interval && dialog->min_se == s->min_se;
    ensures dialog->established <==> PHASE(s) == PHASE_CONFIRMED;
    ensures dialog->side == SST_SIDE_LOCAL || dialog->side == SST_SIDE_REMOTE ||
        dialog->side == SST_SIDE_NONE;
    ensures RUNS(s) == RUNS_NONE ==> dialog->side == SST_SIDE_NONE;
    ensures dialog->own_benefit ==> dialog->side == SST_SIDE_LOCAL; */
void sst_session_dialog(const struct sst_session *s, struct sst_dialog *dialog);

/* ---- Assumed: bits of s->events, and a number up to a limit ---- */

/*@ assigns s->events; */
void sst_session_note(struct sst_session *s, enum sst_event_type type);

/*@ assigns s->events; */
void sst_session_drop(struct sst_session *s, enum sst_event_type type);

/*@ assigns \nothing;
    ensures \result <= limit; */
uint32_t sst_session_random(const struct sst_session *s, uint32_t limit);

/* ---- What is due; session/due.h. Proved with session_due. ---- */

#include "../../../src/session/due.h"

/*@ requires RUNNABLE(s);
    assigns \nothing;
    ensures exact: \result == RUN_S(s); */
static inline uint32_t sst_session_run_s(const struct sst_session *s);

/*@ requires RUNNABLE(s);
    assigns \nothing;
    ensures exact: \result == EXPIRATION(s);
    ensures a_time: \result < SST_NEVER;
    ensures later: CLOCK_GOES_ON(s) ==> \result == s->start_ms + 1000 * RUN_S(s); */
uint64_t sst_session_expiration(const struct sst_session *s);

/*@ requires RUNNABLE(s) && SOUND_TIMER(s);
    assigns \nothing;
    ensures exact: \result == EXPIRATION(s) - s->guard_ms;
    ensures never_too_early: \result >= EXPIRATION(s) - guard_ms(RUN_S(s)); */
uint64_t sst_session_hang_up(const struct sst_session *s);

/*@ requires RUNNABLE(s);
    assigns \nothing;
    ensures exact: \result == HALF(s); */
uint64_t sst_session_half(const struct sst_session *s);

/*@ requires RUNNABLE(s);
    assigns \nothing;
    ensures exact: \result == LAST_SEND(s);
    ensures before: RUN_S(s) >= 1 ==> \result < EXPIRATION(s); */
uint64_t sst_session_last_send(const struct sst_session *s);

/*@ requires RUNNABLE(s);
    assigns \nothing;
    ensures exact: \result == LAST_ATTEMPT(s);
    ensures before: RUN_S(s) >= 1 ==> \result < LAST_SEND(s); */
uint64_t sst_session_last_attempt(const struct sst_session *s);

/* §7.4, EC-55: what was refused is not used, and what Allow lists is. */
/*@ requires READABLE(s);
    assigns \nothing;
    ensures refused: \result ==> UPDATE_WAY(s) == UPDATE_FREE &&
        PART(s->flags, UPDATE_AT, 3) != UPDATE_REFUSED;
    ensures listed: UPDATE_WAY(s) == UPDATE_FREE &&
        PART(s->flags, UPDATE_AT, 3) == UPDATE_ALLOWED ==> \result; */
bool sst_session_update_usable(const struct sst_session *s);

/* RFC 3261 §14.1, RFC 3311 §5.2 */
/*@ requires READABLE(s);
    assigns \nothing;
    ensures a_way: WAY_UPDATE <= \result <= WAY_NONE;
    ensures no_second_update: \result == WAY_UPDATE ==> !FLAG(s, F_ANY_UPDATE);
    ensures no_second_invite: \result == WAY_INVITE_OFFER || \result == WAY_INVITE_PLAIN ==>
        !FLAG(s, F_LOCAL_REQUEST | F_PEER_REQUEST);
    ensures not_before_ack: \result == WAY_INVITE_OFFER || \result == WAY_INVITE_PLAIN ==>
        at >= ACKED(s);
    ensures none_refused: (\result == WAY_UPDATE ==> UPDATE_WAY(s) == UPDATE_FREE) &&
        (\result == WAY_INVITE_OFFER ==> INVITE_WAY(s) == INVITE_OFFER) &&
        (\result == WAY_INVITE_PLAIN ==> INVITE_WAY(s) == INVITE_PLAIN);
    ensures none_left: \result == WAY_NONE ==>
        INVITE_WAY(s) != INVITE_OFFER && INVITE_WAY(s) != INVITE_PLAIN; */
enum sst_way sst_session_way(const struct sst_session *s, uint64_t at);

/*@ requires READABLE(s) && SOUND(s);
    assigns *due;
    ensures nothing_without_timer: !RUNNING(s) ==>
        due->end == SST_NEVER && due->refresh == SST_NEVER && due->blocked == SST_NEVER &&
        due->refused == SST_NEVER && due->overdue == SST_NEVER;
    ensures always_an_end: RUNNING(s) ==> due->end < SST_NEVER;
    ensures end_is_guarded: RUNNING(s) ==>
        due->end == EXPIRATION(s) || due->end == EXPIRATION(s) - s->guard_ms;
    ensures never_hangs_up_too_early: RUNNING(s) ==>
        due->end >= EXPIRATION(s) - guard_ms(RUN_S(s));
    ensures end_within_interval:
        RUNNING(s) && CLOCK_GOES_ON(s) ==> s->start_ms <= due->end <= EXPIRATION(s);
    ensures refresh_before_expiration:
        due->refresh == SST_NEVER || due->refresh < LAST_SEND(s);
    ensures refresh_as_planned: due->refresh == SST_NEVER || due->refresh == s->refresh_ms ||
        due->refresh == ACKED(s);
    ensures never_before_planned: due->refresh >= s->refresh_ms;
    ensures blocked_before_expiration:
        due->blocked == SST_NEVER || due->blocked < LAST_SEND(s);
    ensures refused_before_expiration:
        due->refused == SST_NEVER || due->refused < LAST_SEND(s);
    ensures not_both_ways:
        due->refused == SST_NEVER || (due->refresh == SST_NEVER && due->blocked == SST_NEVER);
    ensures overdue_before_expiration: CLOCK_GOES_ON(s) ==>
        due->overdue == SST_NEVER || s->start_ms < due->overdue < EXPIRATION(s);
    ensures overdue_of_peer: due->overdue != SST_NEVER ==> RUNS(s) == RUNS_REMOTE;
    ensures deadline_never_late: \result <= time_out(due->end) &&
        \result <= time_out(due->refresh) && \result <= time_out(due->blocked) &&
        \result <= time_out(due->refused) && \result <= time_out(due->overdue);
    ensures deadline_is_never_lost: RUNNING(s) ==> \result < SST_NEVER; */
uint64_t sst_session_due(const struct sst_session *s, struct sst_due *due);

#endif
