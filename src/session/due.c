/* SPDX-License-Identifier: MIT */
/* What is due when. A session's deadline, and what it does at the deadline, both come from here. */
#include "session/due.h"

static inline uint64_t expiration_of(const struct sst_session *s, uint32_t run_s)
{
    return sst_sum_ms(s->start_ms, (uint64_t)run_s * 1000u);
}

uint64_t sst_session_expiration(const struct sst_session *s)
{
    return expiration_of(s, sst_session_run_s(s));
}

uint64_t sst_session_hang_up(const struct sst_session *s)
{
    return sst_session_expiration(s) - s->guard_ms;
}

uint64_t sst_session_half(const struct sst_session *s)
{
    return sst_sum_ms(s->start_ms, sst_half_of_ms(sst_session_run_s(s)));
}

static inline uint64_t last_send_of(uint64_t expiration, uint32_t run_s)
{
    return expiration - sst_margin_ms(run_s);
}

uint64_t sst_session_last_send(const struct sst_session *s)
{
    return last_send_of(sst_session_expiration(s), sst_session_run_s(s));
}

uint64_t sst_session_last_attempt(const struct sst_session *s)
{
    uint32_t run_s = sst_session_run_s(s);
    return last_send_of(expiration_of(s, run_s), run_s) - sst_guard_ms(run_s);
}

bool sst_session_update_usable(const struct sst_session *s)
{
    if (sst_update_way(s) != UPDATE_FREE) {
        return false;
    }
    switch (sst_update(s)) {
    case UPDATE_UNKNOWN:
    case UPDATE_UNLISTED:
        return s->policy->method == SST_REFRESH_UPDATE;
    case UPDATE_ALLOWED:
        return true;
    case UPDATE_REFUSED:
        break;
    }
    return false;
}

/* RFC 3311 §5.2: only another UPDATE blocks an UPDATE without an offer. It may be sent while an
 * INVITE is pending; EC-38, EC-39. */
static inline bool is_update_free(const struct sst_session *s)
{
    return !(s->flags & F_ANY_UPDATE);
}

/* No INVITE while an INVITE (RFC 3261 §14.1) or an UPDATE is pending in either direction, nor
 * before the ACK. */
static bool is_invite_free(const struct sst_session *s, uint64_t at)
{
    return !(s->flags & (F_LOCAL_REQUEST | F_PEER_REQUEST)) && at >= sst_ack_until(s);
}

enum sst_way sst_session_way(const struct sst_session *s, uint64_t at)
{
    bool update = sst_session_update_usable(s);
    bool offer = sst_invite_way(s) == INVITE_OFFER;
    bool invite = offer || sst_invite_way(s) == INVITE_PLAIN;
    bool may_update = update && is_update_free(s);

    if (may_update && !(s->ladder & LADDER_INVITE_FIRST)) {
        return WAY_UPDATE;
    }
    if (invite && is_invite_free(s, at)) {
        return offer ? WAY_INVITE_OFFER : WAY_INVITE_PLAIN;
    }
    if (may_update) {
        return WAY_UPDATE;
    }
    return update || invite ? WAY_BLOCKED : WAY_NONE;
}

/* The refresh is blocked, or no way is left for it. */
static void due_otherwise(const struct sst_session *s, enum sst_way way, struct sst_due *due)
{
    uint64_t at = s->refresh_ms;
    if (way == WAY_NONE) {
        if (!(s->flags & F_REFUSED_TOLD)) {
            due->refused = at;
        }
        return;
    }
    uint64_t last = sst_session_last_attempt(s);
    if (!(s->flags & F_BLOCKED_TOLD)) {
        due->blocked = at > last ? at : last; /* EC-39 */
    }
    uint64_t acked = sst_ack_until(s);
    if (acked > at && acked < sst_session_last_send(s) &&
        sst_session_way(s, acked) != WAY_BLOCKED) {
        due->refresh = acked;
    }
}

/* EC-103: midway between half the interval and the BYE. */
static inline uint64_t overdue_of(const struct sst_session *s, uint64_t end)
{
    uint64_t half = sst_session_half(s);
    return end > half ? half + (end - half) / 2u : half;
}

/* Kept cheap, since a queue calls this for every session that moves. */
static inline struct sst_due due_of(const struct sst_session *s)
{
    struct sst_due due = {SST_NEVER, SST_NEVER, SST_NEVER, SST_NEVER, SST_NEVER};
    if (!sst_is_running(s)) { /* EC-48: nothing runs before the 2xx to the initial INVITE */
        return due;
    }
    uint32_t run_s = sst_session_run_s(s);
    uint64_t expiration = expiration_of(s, run_s);
    uint64_t end = expiration - s->guard_ms; /* §10 */

    /* EC-36, EC-120: a pending request may still extend the session, or show that the peer is
     * alive. Only the watcher waits for it: when the refresher ends is set by expire_at. */
    bool held =
        sst_runs(s) == RUNS_REMOTE && (s->flags & (F_LOCAL_REQUEST | F_PEER_REQUEST | F_HELD)) != 0;
    due.end = held ? expiration : end;
    if (s->refresh_ms < last_send_of(expiration, run_s)) {
        enum sst_way way = sst_session_way(s, s->refresh_ms);
        if (way < WAY_BLOCKED) {
            due.refresh = s->refresh_ms;
        } else {
            due_otherwise(s, way, &due);
        }
    }
    if (sst_runs(s) == RUNS_REMOTE && !(s->flags & (F_OVERDUE_TOLD | F_PEER_REQUEST))) {
        due.overdue = overdue_of(s, end);
    }
    return due;
}

static inline uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static inline uint64_t deadline_of(const struct sst_session *s, const struct sst_due *due)
{
    if (s->events != 0) {
        return 0; /* events wait to be reported */
    }
    uint64_t refresh = earlier(due->refresh, earlier(due->blocked, due->refused));
    uint64_t first = earlier(earlier(due->end, due->overdue), refresh);
    /* EC-44: session time is never before the interval's start. So what is due at the start is due
     * now, even if the clock was set back and has not reached it yet. */
    return first <= s->start_ms ? 0 : sst_time_out(first);
}

uint64_t sst_session_due(const struct sst_session *s, struct sst_due *due)
{
    struct sst_due now = due_of(s);
    *due = now;
    return deadline_of(s, &now);
}

uint64_t sst_session_deadline(const struct sst_session *s)
{
    if (s == NULL || s->policy == NULL) {
        return SST_NEVER;
    }
    if (s->events != 0) {
        return 0; /* whatever else is due */
    }
    struct sst_due due;
    return sst_session_due(s, &due);
}
