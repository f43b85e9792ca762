/* SPDX-License-Identifier: MIT */
/* What is due when: no deadline wraps, and no refresh is due at or after the expiration. */
#include "spec_session.h"

/* It is confirmed, and nothing else is pending, expressed as the code does. */
#define USUAL(s)                                                                                   \
    (((s)->flags & (3 | F_LOCAL_REQUEST | F_PEER_REQUEST | F_OVERDUE_TOLD | F_HELD)) ==            \
     PHASE_CONFIRMED)

/*@ requires \valid_read(s) && READABLE(s) && RUNNABLE(s);
    requires USUAL(s) && RUNS(s) != RUNS_NONE ==> SOUND_TIMER(s);
    assigns \nothing;
    ensures key_before_end: \result == 0 ||
        s->start_ms < \result <= EXPIRATION(s) - s->guard_ms;
    ensures key_before_refresh: \result <= s->refresh_ms;
    ensures key_of_watcher: \result != 0 && RUNS(s) == RUNS_REMOTE ==>
        \result <= HALF(s) + (EXPIRATION(s) - s->guard_ms - HALF(s)) / 2; */
static inline uint64_t sst_session_key(const struct sst_session *s);

/*@ requires RUNNABLE(s) && run_s == RUN_S(s);
    assigns \nothing;
    ensures \result == EXPIRATION(s); */
static inline uint64_t expiration_of(const struct sst_session *s, uint32_t run_s);

/*@ requires expiration >= margin_ms(run_s);
    assigns \nothing;
    ensures \result == expiration - margin_ms(run_s); */
static inline uint64_t last_send_of(uint64_t expiration, uint32_t run_s);

/*@ assigns \nothing;
    ensures \result <==> !FLAG(s, F_ANY_UPDATE); */
static inline bool is_update_free(const struct sst_session *s);

/*@ assigns \nothing;
    ensures \result <==> !FLAG(s, F_LOCAL_REQUEST | F_PEER_REQUEST) && at >= ACKED(s); */
static bool is_invite_free(const struct sst_session *s, uint64_t at);

/*@ requires READABLE(s) && RUNNABLE(s) && SOUND_TIMER(s) && s->refresh_ms < LAST_SEND(s);
    requires due->refresh == SST_NEVER && due->blocked == SST_NEVER && due->refused == SST_NEVER;
    assigns due->refresh, due->blocked, due->refused;
    ensures refresh: due->refresh == SST_NEVER ||
        due->refresh == ACKED(s) && s->refresh_ms < due->refresh < LAST_SEND(s);
    ensures blocked: due->blocked == SST_NEVER || due->blocked < LAST_SEND(s);
    ensures refused: due->refused == SST_NEVER || due->refused == s->refresh_ms;
    ensures one_or_the_other: due->refused == SST_NEVER ||
        (due->refresh == SST_NEVER && due->blocked == SST_NEVER); */
static void due_otherwise(const struct sst_session *s, enum sst_way way, struct sst_due *due);

/*@ requires RUNNABLE(s) && SOUND_TIMER(s);
    requires end == EXPIRATION(s) - s->guard_ms;
    assigns \nothing;
    ensures CLOCK_GOES_ON(s) ==> s->start_ms < \result < EXPIRATION(s);
    ensures CLOCK_GOES_ON(s) ==> HALF(s) <= \result <= end;
    ensures \result < SST_NEVER; */
static inline uint64_t overdue_of(const struct sst_session *s, uint64_t end);

/*@ requires READABLE(s) && SOUND(s);
    assigns \nothing;
    ensures none: !RUNNING(s) ==>
        \result.end == SST_NEVER && \result.refresh == SST_NEVER &&
        \result.blocked == SST_NEVER && \result.refused == SST_NEVER &&
        \result.overdue == SST_NEVER;
    ensures an_end: RUNNING(s) ==> \result.end < SST_NEVER;
    ensures guarded: RUNNING(s) ==>
        \result.end == EXPIRATION(s) || \result.end == EXPIRATION(s) - s->guard_ms;
    ensures of_refresher: RUNNING(s) && RUNS(s) != RUNS_REMOTE ==>
        \result.end == EXPIRATION(s) - s->guard_ms;
    ensures held: RUNNING(s) && RUNS(s) == RUNS_REMOTE &&
        FLAG(s, F_LOCAL_REQUEST | F_PEER_REQUEST | F_HELD) ==> \result.end == EXPIRATION(s);
    ensures refresh: \result.refresh == SST_NEVER || \result.refresh < LAST_SEND(s);
    ensures planned: \result.refresh == SST_NEVER || \result.refresh == s->refresh_ms ||
        \result.refresh == ACKED(s);
    ensures not_earlier: \result.refresh >= s->refresh_ms;
    ensures blocked: \result.blocked == SST_NEVER || \result.blocked < LAST_SEND(s);
    ensures refused: \result.refused == SST_NEVER || \result.refused < LAST_SEND(s);
    ensures one_or_the_other: \result.refused == SST_NEVER ||
        (\result.refresh == SST_NEVER && \result.blocked == SST_NEVER);
    ensures overdue: CLOCK_GOES_ON(s) ==> \result.overdue == SST_NEVER ||
        s->start_ms < \result.overdue < EXPIRATION(s);
    ensures of_peer: \result.overdue != SST_NEVER ==> RUNS(s) == RUNS_REMOTE; */
static inline struct sst_due due_of(const struct sst_session *s);

/*@ assigns \nothing;
    ensures \result == \min(a, b); */
static inline uint64_t earlier(uint64_t a, uint64_t b);

/*@ assigns \nothing;
    ensures \result <= time_out(due->end) && \result <= time_out(due->refresh) &&
        \result <= time_out(due->blocked) && \result <= time_out(due->refused) &&
        \result <= time_out(due->overdue); */
static inline uint64_t deadline_of(const struct sst_session *s, const struct sst_due *due);

/*@ requires s == \null || \valid_read(s);
    requires s != \null ==> s->policy == \null || (READABLE(s) && SOUND(s));
    assigns \nothing;
    ensures s == \null ==> \result == SST_NEVER;
    ensures s != \null && s->policy != \null && RUNNING(s) ==> \result < SST_NEVER; */
uint64_t sst_session_deadline(const struct sst_session *s);

#include "../../../src/session/due.c"
#include "../../../src/queue/key.h"
