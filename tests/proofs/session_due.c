/* SPDX-License-Identifier: MIT */
/* What is due when: no deadline wraps, and no refresh is due at or after the expiration. */
#include "spec_session.h"

/*@ requires READABLE(s) && run_s == RUN_S(s);
    assigns \nothing;
    ensures \result == EXPIRATION(s); */
static inline uint64_t expiration_of(const struct sst_session *s, uint32_t run_s);

/*@ requires expiration >= margin_ms(run_s);
    assigns \nothing;
    ensures \result == expiration - margin_ms(run_s); */
static inline uint64_t last_send_of(uint64_t expiration, uint32_t run_s);

/*@ requires READABLE(s); assigns \nothing; */
static inline bool update_usable(const struct sst_session *s);

/*@ requires READABLE(s);
    assigns \nothing;
    ensures \result <==>
        !FLAG(s, F_OWN_INVITE | F_OWN_UPDATE | F_PEER_INVITE | F_PEER_UPDATE) &&
        (!FLAG(s, F_AWAIT_ACK) || at >= ACKED(s)); */
static bool invite_free(const struct sst_session *s, uint64_t at);

/*@ requires READABLE(s);
    assigns \nothing;
    ensures \result ==> !FLAG(s, F_OWN_UPDATE | F_PEER_UPDATE); */
static inline bool is_update_next(const struct sst_session *s);

/*@ assigns \nothing;
    ensures \result ==> FLAG(s, F_REMOTE); */
static inline bool is_held(const struct sst_session *s);

/*@ requires READABLE(s) && SOUND_TIMER(s) && s->refresh_ms < LAST_SEND(s);
    assigns due->refresh, due->blocked;
    ensures due->refresh == \old(due->refresh) || due->refresh < LAST_SEND(s);
    ensures due->refresh == \old(due->refresh) || due->refresh == s->refresh_ms ||
        due->refresh == ACKED(s);
    ensures due->blocked == \old(due->blocked) || due->blocked < LAST_SEND(s); */
static void due_otherwise(const struct sst_session *s, struct sst_due *due);

/*@ requires READABLE(s) && SOUND_TIMER(s) && run_s == RUN_S(s);
    requires end == EXPIRATION(s) - s->guard_ms;
    assigns \nothing;
    ensures CLOCK_GOES_ON(s) ==> s->start_ms < \result < EXPIRATION(s);
    ensures \result < SST_NEVER; */
static inline uint64_t overdue_of(const struct sst_session *s, uint32_t run_s, uint64_t end);

/*@ requires READABLE(s) && SOUND_TIMER(s);
    assigns \nothing;
    ensures none: !TIMER_RUNS(s) ==>
        \result.end == SST_NEVER && \result.refresh == SST_NEVER &&
        \result.blocked == SST_NEVER && \result.overdue == SST_NEVER;
    ensures an_end: TIMER_RUNS(s) ==> \result.end < SST_NEVER;
    ensures guarded: TIMER_RUNS(s) ==>
        \result.end == EXPIRATION(s) || \result.end == EXPIRATION(s) - s->guard_ms;
    ensures refresh: \result.refresh == SST_NEVER || \result.refresh < LAST_SEND(s);
    ensures planned: \result.refresh == SST_NEVER || \result.refresh == s->refresh_ms ||
        \result.refresh == ACKED(s);
    ensures blocked: \result.blocked == SST_NEVER || \result.blocked < LAST_SEND(s);
    ensures overdue: CLOCK_GOES_ON(s) ==> \result.overdue == SST_NEVER ||
        s->start_ms < \result.overdue < EXPIRATION(s);
    ensures of_peer: \result.overdue != SST_NEVER ==> FLAG(s, F_REMOTE); */
static inline struct sst_due due_of(const struct sst_session *s);

/*@ assigns \nothing;
    ensures \result == \min(a, b); */
static inline uint64_t earlier(uint64_t a, uint64_t b);

/*@ requires READABLE(s);
    assigns \nothing;
    ensures \result <= time_out(due->end) && \result <= time_out(due->refresh) &&
        \result <= time_out(due->blocked) && \result <= time_out(due->overdue); */
static inline uint64_t deadline_of(const struct sst_session *s, const struct sst_due *due);

/*@ requires s == \null || \valid_read(s);
    requires s != \null ==> s->policy == \null || (READABLE(s) && SOUND_TIMER(s));
    assigns \nothing;
    ensures s == \null ==> \result == SST_NEVER;
    ensures s != \null && s->policy != \null && TIMER_RUNS(s) ==> \result < SST_NEVER; */
uint64_t sst_session_deadline(const struct sst_session *s);

#include "../../src/session/due.c"
