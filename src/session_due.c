/* SPDX-License-Identifier: MIT */
/*
 * What is due when, worked out from the state alone: RFC 4028 §7.2, §9, §10. The deadline that a
 * session tells and what it does when it has come are both made of this.
 */
#include "session_private.h"

uint32_t sst_session_run_s(const struct sst_session *s)
{
    uint32_t least = (s->flags & F_HEALED) ? s->policy->absolute_min : 1u;
    return sst_max(s->interval, least);
}

uint64_t sst_session_expiration(const struct sst_session *s)
{
    return sst_add_ms(s->start_ms, (uint64_t)sst_session_run_s(s) * 1000u);
}

uint64_t sst_session_giving_up(const struct sst_session *s)
{
    return sst_session_expiration(s) - sst_guard_ms(sst_session_run_s(s));
}

uint64_t sst_session_last_send(const struct sst_session *s)
{
    return sst_session_expiration(s) - sst_margin_ms(sst_session_run_s(s));
}

uint64_t sst_session_last_attempt(const struct sst_session *s)
{
    return sst_session_giving_up(s) - sst_margin_ms(sst_session_run_s(s));
}

/* RFC 4028 §7.4, EC-55: UPDATE where Allow lists it; by policy also where nothing speaks against. */
static bool update_usable(const struct sst_session *s)
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
    return !(s->flags & F_AWAIT_ACK) || at >= sst_add_ms(s->start_ms, SST_TRANSACTION_MS);
}

enum sst_way sst_session_way(const struct sst_session *s, uint64_t at)
{
    bool update = update_usable(s);
    bool offer = !(s->ladder & LADDER_INVITE_OFFER);
    bool plain = (s->ladder & LADDER_OFFER) && !(s->ladder & LADDER_INVITE_PLAIN);
    bool update_free = !(s->flags & (F_OWN_UPDATE | F_PEER_UPDATE));
    bool free_invite = invite_free(s, at);
    bool invite_first = s->policy->method == SST_REFRESH_INVITE;

    if (invite_first && offer && free_invite) {
        return SST_WAY_INVITE_OFFER;
    }
    if (update && update_free) {
        return SST_WAY_UPDATE; /* EC-38, EC-39: also beside an open INVITE, having no offer */
    }
    if (offer && free_invite) {
        return SST_WAY_INVITE_OFFER;
    }
    if (plain && free_invite) {
        return SST_WAY_INVITE_PLAIN;
    }
    return update || offer || plain ? SST_WAY_BLOCKED : SST_WAY_NONE;
}

/* When this side hangs up if nothing more happens. */
static uint64_t end_of(const struct sst_session *s)
{
    uint64_t expiration = sst_session_expiration(s);
    if ((s->flags & F_REMOTE) && (s->flags & (F_PEER_INVITE | F_PEER_UPDATE | F_HELD))) {
        return expiration; /* EC-36: a refresh that is being answered shows life */
    }
    return expiration - s->guard_ms; /* §10 */
}

/* EC-103: midway between the moment for the refresh and the moment for the BYE. */
static uint64_t overdue_of(const struct sst_session *s)
{
    uint64_t half = sst_add_ms(s->start_ms, sst_half_ms(sst_session_run_s(s)));
    uint64_t end = sst_session_expiration(s) - s->guard_ms;
    return end > half ? half + (end - half) / 2u : half;
}

static void due_refresh(const struct sst_session *s, struct sst_due *due)
{
    uint64_t at = s->refresh_ms;
    if (at >= sst_session_last_send(s)) {
        return;
    }
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
    uint64_t acked = sst_add_ms(s->start_ms, SST_TRANSACTION_MS);
    if ((s->flags & F_AWAIT_ACK) && at < acked && sst_session_way(s, acked) != SST_WAY_BLOCKED) {
        due->refresh = acked;
    }
}

void sst_session_due(const struct sst_session *s, struct sst_due *due)
{
    due->end = SST_NEVER;
    due->refresh = SST_NEVER;
    due->blocked = SST_NEVER;
    due->overdue = SST_NEVER;
    /* EC-48: nothing runs before the 2xx to the initial INVITE. */
    if (!(s->flags & F_ESTABLISHED) || (s->flags & F_ENDED) || !(s->flags & F_SIDE)) {
        return;
    }
    due->end = end_of(s);
    if (s->refresh_ms != SST_NEVER) {
        due_refresh(s, due);
    }
    if ((s->flags & F_REMOTE) && !(s->flags & (F_OVERDUE_TOLD | F_PEER_INVITE | F_PEER_UPDATE))) {
        due->overdue = overdue_of(s);
    }
}
