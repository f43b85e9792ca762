/* SPDX-License-Identifier: MIT */
/*
 * What is due when, worked out from the state alone: RFC 4028 §7.2, §9, §10. The deadline that a
 * session tells and what it does when it has come are both made of this.
 */
#include "session/session_private.h"

uint32_t sst_session_run_s(const struct sst_session *s)
{
    uint32_t least = (s->flags & F_HEALED) ? s->policy->absolute_min : 1u;
    return sst_max(s->interval, least);
}

static inline uint64_t expiration_of(const struct sst_session *s, uint32_t run_s)
{
    return sst_sum_ms(s->start_ms, (uint64_t)run_s * 1000u);
}

uint64_t sst_session_expiration(const struct sst_session *s)
{
    return expiration_of(s, sst_session_run_s(s));
}

uint64_t sst_session_giving_up(const struct sst_session *s)
{
    return sst_session_expiration(s) - sst_guard_ms(sst_session_run_s(s));
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
    return sst_session_giving_up(s) - sst_margin_ms(sst_session_run_s(s));
}

/* RFC 4028 §7.4, EC-55: UPDATE where Allow lists it; by policy also where nothing speaks against. */
static inline bool update_usable(const struct sst_session *s)
{
    if (s->ladder & LADDER_UPDATE) {
        return false;
    }
    if (s->policy->method == SST_REFRESH_UPDATE) {
        return !(s->flags & F_UPDATE_REFUSED);
    }
    return s->flags & F_UPDATE_ALLOWED;
}

/* RFC 3261 §14.1: no INVITE while one is in progress either way, nor before the ACK. A host that
 * does not report ACKs is not held up for longer than an ACK can take. */
static bool invite_free(const struct sst_session *s, uint64_t at)
{
    if (s->flags & (F_OWN_INVITE | F_OWN_UPDATE | F_PEER_INVITE | F_PEER_UPDATE)) {
        return false;
    }
    return !(s->flags & F_AWAIT_ACK) || at >= sst_sum_ms(s->start_ms, SST_TRANSACTION_MS);
}

/* As nearly always: an UPDATE may be sent, whatever else there is. */
static inline bool is_update_next(const struct sst_session *s)
{
    return s->policy->method != SST_REFRESH_INVITE &&
           !(s->flags & (F_OWN_UPDATE | F_PEER_UPDATE)) && update_usable(s);
}

enum sst_way sst_session_way(const struct sst_session *s, uint64_t at)
{
    if (is_update_next(s)) {
        return SST_WAY_UPDATE; /* EC-38, EC-39: also beside an open INVITE, having no offer */
    }
    bool update = update_usable(s);
    bool offer = !(s->ladder & LADDER_INVITE_OFFER);
    bool plain = (s->ladder & LADDER_OFFER) && !(s->ladder & LADDER_INVITE_PLAIN);
    bool update_free = !(s->flags & (F_OWN_UPDATE | F_PEER_UPDATE));
    bool free_invite = invite_free(s, at);

    if (offer && free_invite) {
        return SST_WAY_INVITE_OFFER;
    }
    if (update && update_free) {
        return SST_WAY_UPDATE;
    }
    if (plain && free_invite) {
        return SST_WAY_INVITE_PLAIN;
    }
    return update || offer || plain ? SST_WAY_BLOCKED : SST_WAY_NONE;
}

/* EC-36: a refresh that is being answered shows life, so the BYE waits until the expiration. */
static inline bool is_held(const struct sst_session *s)
{
    return (s->flags & F_REMOTE) && (s->flags & (F_PEER_INVITE | F_PEER_UPDATE | F_HELD));
}

/* A refresh that may have to go another way than by UPDATE, or to wait. */
static void due_otherwise(const struct sst_session *s, struct sst_due *due)
{
    uint64_t at = s->refresh_ms;
    enum sst_way way = sst_session_way(s, at);
    if (way == SST_WAY_NONE) {
        return;
    }
    if (way != SST_WAY_BLOCKED) {
        due->refresh = at;
        return;
    }
    uint64_t last = sst_session_last_attempt(s);
    if (!(s->flags & F_BLOCKED_TOLD)) {
        due->blocked = at > last ? at : last; /* EC-39 */
    }
    uint64_t acked = sst_sum_ms(s->start_ms, SST_TRANSACTION_MS);
    if ((s->flags & F_AWAIT_ACK) && acked < sst_session_last_send(s) &&
        sst_session_way(s, acked) != SST_WAY_BLOCKED) {
        due->refresh = acked;
    }
}

/* EC-103: midway between the moment for the refresh and the moment for the BYE. */
static inline uint64_t overdue_of(const struct sst_session *s, uint32_t run_s, uint64_t end)
{
    uint64_t half = sst_sum_ms(s->start_ms, (uint64_t)run_s * 500u);
    return end > half ? half + (end - half) / 2u : half;
}

/* Worked out in few steps, since a queue asks for every session that moves. */
static inline struct sst_due due_of(const struct sst_session *s)
{
    struct sst_due due = {SST_NEVER, SST_NEVER, SST_NEVER, SST_NEVER};
    const uint32_t flags = s->flags;

    /* EC-48: nothing runs before the 2xx to the initial INVITE. */
    if ((flags & (F_ESTABLISHED | F_ENDED)) != F_ESTABLISHED || !(flags & F_SIDE)) {
        return due;
    }
    uint32_t run_s = sst_session_run_s(s);
    uint64_t expiration = expiration_of(s, run_s);
    uint64_t end = expiration - s->guard_ms; /* §10 */

    due.end = is_held(s) ? expiration : end;
    if (s->refresh_ms < last_send_of(expiration, run_s)) {
        if (is_update_next(s)) {
            due.refresh = s->refresh_ms;
        } else {
            due_otherwise(s, &due);
        }
    }
    if ((flags & F_REMOTE) && !(flags & (F_OVERDUE_TOLD | F_PEER_INVITE | F_PEER_UPDATE))) {
        due.overdue = overdue_of(s, run_s, end);
    }
    return due;
}

static inline uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static inline uint64_t deadline_of(const struct sst_session *s, const struct sst_due *due)
{
    if (s->events != 0 && s->policy->on_event == NULL) {
        return 0; /* waits to be pulled */
    }
    uint64_t first = earlier(earlier(due->end, due->overdue), earlier(due->refresh, due->blocked));
    /* EC-44: for a session it is never earlier than its interval's start. So what is due then is
     * due now, also by a clock that was set back and has yet to show that moment. */
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
    struct sst_due due;
    return sst_session_due(s, &due);
}
