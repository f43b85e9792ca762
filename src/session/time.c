/* SPDX-License-Identifier: MIT */
/* Time passes: does what session_due.c says is due. */
#include "session/session_private.h"

uint64_t sst_session_now(const struct sst_session *s, uint64_t now_ms)
{
    uint64_t now = sst_time_in(now_ms);
    /* EC-44: a clock that steps back stands still at the start of the interval. */
    return now < s->start_ms ? s->start_ms : now;
}

uint32_t sst_session_backoff_ms(const struct sst_session *s)
{
    uint32_t step = s->attempts & LOW_HALF;
    return step >= 6u ? 120000u : UINT32_C(2000) << step;
}

void sst_session_backoff_next(struct sst_session *s)
{
    if ((s->attempts & LOW_HALF) < LOW_HALF) {
        s->attempts++;
    }
}

void sst_session_plan(struct sst_session *s, uint64_t at, uint64_t now)
{
    uint64_t last = sst_session_last_attempt(s);
    if (at > last) {
        /* A wait that would overrun ends there; after that nothing more is planned. */
        at = now < last ? last : SST_NEVER;
    }
    s->refresh_ms = at;
}

void sst_session_finish(struct sst_session *s, enum sst_end_reason reason, uint64_t now)
{
    s->flags = (s->flags & ~F_TRANSACTIONS) | F_ENDED;
    s->reason = (uint8_t)reason;
    s->refresh_ms = now; /* no refresh any more: keeps when it ended */
    sst_session_drop(s, SST_EVENT_REFRESH);
    sst_session_drop(s, SST_EVENT_OVERDUE);
    sst_session_drop(s, SST_EVENT_BLOCKED);
    SST_COUNT(s, ended[reason]);
    sst_session_note(s, SST_EVENT_ENDED);
}

/* Why nothing extended the session, for the side that had to refresh. */
static enum sst_end_reason unrefreshed(const struct sst_session *s)
{
    if (s->flags & (F_OWN_INVITE | F_OWN_UPDATE)) {
        return SST_END_UNANSWERED; /* EC-37 */
    }
    return (s->flags & F_REFRESH_FAILED) ? SST_END_REFUSED : SST_END_NOT_SENT;
}

static void expire(struct sst_session *s, uint64_t now)
{
    if (s->flags & F_REMOTE) {
        sst_session_finish(s, SST_END_NOT_REFRESHED, now);
        return;
    }
    enum sst_end_reason reason = unrefreshed(s);
    bool keep = reason == SST_END_REFUSED && s->policy->refused == SST_REFUSED_KEEP; /* EC-110 */
    if (s->flags & F_OWN_BENEFIT) {
        /* EC-18: nobody else watches. Only silence ends it, any response showed life. */
        keep = reason != SST_END_UNANSWERED || (s->flags & (F_PROVISIONAL | F_REFRESH_FAILED));
    }
    if (keep) {
        sst_session_turn_off(s, reason);
    } else {
        sst_session_finish(s, reason, now);
    }
}

static void ask_for_refresh(struct sst_session *s, uint64_t now)
{
    if (s->flags & F_ASKED) {
        sst_session_backoff_next(s);
    }
    s->flags |= F_ASKED;
    SST_COUNT(s, refreshes_due);
    sst_session_note(s, SST_EVENT_REFRESH);
    /* Where the host begins nothing, it is asked again. */
    sst_session_plan(s, sst_add_ms(now, sst_session_backoff_ms(s)), now);
}

static void tell_overdue(struct sst_session *s, uint64_t now)
{
    s->flags |= F_OVERDUE_TOLD;
    SST_COUNT(s, overdue);
    sst_session_note(s, SST_EVENT_OVERDUE);
    if (s->policy->rescue) {
        s->flags |= F_RESCUED;
        s->refresh_ms = now; /* EC-103 */
    }
}

bool sst_session_do(struct sst_session *s, const struct sst_due *due, uint64_t now_ms)
{
    uint64_t now = sst_session_now(s, now_ms);
    bool refresh = now >= due->refresh;
    if (refresh && now >= sst_session_last_send(s)) {
        s->refresh_ms = SST_NEVER; /* I2: too late for it; OVERDUE may be due, and the expiration */
        refresh = false;
    }
    /* One poll, one event: ending wins over refreshing (EC-37, EC-45). */
    if (now >= due->end) {
        expire(s, now);
    } else if (refresh) {
        ask_for_refresh(s, now);
    } else if (now >= due->blocked) {
        s->flags |= F_BLOCKED_TOLD;
        SST_COUNT(s, blocked);
        sst_session_note(s, SST_EVENT_BLOCKED);
    } else if (now >= due->overdue) {
        tell_overdue(s, now);
    }
    return s->events != 0;
}

bool sst_session_step(struct sst_session *s, uint64_t now_ms)
{
    struct sst_due due;
    (void)sst_session_due(s, &due);
    return sst_session_do(s, &due, now_ms);
}

int sst_session_advance(struct sst_session *s, uint64_t now_ms)
{
    if (s == NULL || s->policy == NULL) {
        return SST_ERR_ARGUMENT;
    }
    if (sst_session_step(s, now_ms)) {
        sst_session_deliver(s, now_ms);
    }
    return SST_OK;
}

int sst_session_defer(struct sst_session *s, uint64_t retry_ms, uint64_t now_ms)
{
    if (s == NULL || s->policy == NULL) {
        return SST_ERR_ARGUMENT;
    }
    if (!(s->flags & F_ASKED) || (s->flags & F_ENDED)) {
        return SST_ERR_STATE;
    }
    uint64_t now = sst_session_now(s, now_ms);
    uint64_t at = sst_add_ms(now, sst_session_backoff_ms(s));
    if (retry_ms != SST_NEVER) {
        at = sst_session_now(s, retry_ms);
        at = at <= now ? now + 1u : at; /* "at once" must not keep the host's loop busy */
    }
    sst_session_backoff_next(s);
    s->flags &= ~F_ASKED;
    sst_session_drop(s, SST_EVENT_REFRESH);
    if (now < sst_session_last_attempt(s)) {
        sst_session_plan(s, at, now);
    } else {
        s->refresh_ms = at; /* what is blocked is sent as soon as possible; EC-39 */
    }
    return SST_OK;
}
