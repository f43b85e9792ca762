/* SPDX-License-Identifier: MIT */
/* Telling the host: by callback as the last act of a function, or pulled; both from one state. */
#include "session/session_private.h"

void sst_session_note(struct sst_session *s, enum sst_event_type type)
{
    s->events |= (uint16_t)(1u << (unsigned)type);
}

void sst_session_drop(struct sst_session *s, enum sst_event_type type)
{
    s->events &= (uint16_t)~(1u << (unsigned)type);
}

void sst_session_note_violations(struct sst_session *s, uint32_t violations)
{
    if (s->policy->mode == SST_MODE_OFF) {
        /* The extension's header fields are unknown ones then, which are not looked at. */
        violations &= SST_VIOLATION_BIT(SST_VIOLATION_TIMER_UNASKED) |
                      SST_VIOLATION_BIT(SST_VIOLATION_CSEQ_LOW);
    }
    if (violations == 0) {
        return;
    }
    s->violations |= violations;
    sst_session_note(s, SST_EVENT_VIOLATION);
    if (s->policy->counters == NULL) {
        return;
    }
    for (unsigned v = 0; v < SST_VIOLATION_COUNT; v++) {
        if (violations & SST_VIOLATION_BIT(v)) {
            s->policy->counters->violations[v]++;
        }
    }
}

uint32_t sst_session_random(const struct sst_session *s, uint32_t limit)
{
    if (s->policy->random == NULL) {
        return limit / 2u;
    }
    uint64_t number = s->policy->random(s->policy->user);
    return (uint32_t)((number * ((uint64_t)limit + 1u)) >> 32);
}

/* One violation at a time, the lowest first. */
static enum sst_violation take_violation(struct sst_session *s)
{
    unsigned v = 0;
    while (v < SST_VIOLATION_COUNT - 1u && !(s->violations & SST_VIOLATION_BIT(v))) {
        v++;
    }
    s->violations &= ~SST_VIOLATION_BIT(v);
    if (s->violations == 0) {
        s->events &= (uint16_t)~(1u << SST_EVENT_VIOLATION);
    }
    return (enum sst_violation)v;
}

/* What the refresh is to look like, as things are now. False where it cannot be sent any more. */
static bool fill_refresh(struct sst_session *s, uint64_t now, struct sst_event *event)
{
    enum sst_way way = sst_session_way(s, now);
    bool late = now >= sst_session_last_send(s);
    if (late || way == SST_WAY_BLOCKED || way == SST_WAY_NONE) {
        /* Only where it was pulled late: something got in its way meanwhile. */
        s->flags &= ~F_ASKED;
        s->refresh_ms = late ? SST_NEVER : now;
        return false;
    }
    struct sst_dialog dialog;
    struct sst_ask ask;
    sst_session_dialog(s, &dialog);
    event->method = way == SST_WAY_UPDATE ? SST_METHOD_UPDATE : SST_METHOD_INVITE;
    event->with_offer = way == SST_WAY_INVITE_OFFER; /* §7.4 */
    event->not_after_ms = sst_time_out(sst_session_last_send(s));
    sst_uac_ask(s->policy, &dialog, event->method, sst_session_ask_flags(s), &ask);
    sst_ask_headers(&ask, &event->headers);
    return true;
}

static void fill(const struct sst_session *s, struct sst_event *event)
{
    enum sst_side side = sst_session_side(s);
    event->side = side;
    event->interval = s->interval;
    event->own_benefit = s->flags & F_OWN_BENEFIT;
    event->reason = (enum sst_end_reason)s->reason;
    event->expires_ms = SST_NEVER;
    event->not_after_ms = SST_NEVER;
    if (side != SST_SIDE_NONE && (s->flags & F_ESTABLISHED)) {
        event->expires_ms = sst_time_out(sst_session_expiration(s));
    }
    if (event->type == SST_EVENT_ENDED) {
        event->since_ms = s->refresh_ms - s->start_ms;
    }
}

/* Takes out the next event; types are in the order of telling. */
static bool take(struct sst_session *s, uint64_t now, struct sst_event *event)
{
    for (unsigned type = SST_EVENT_VIOLATION; s->events >> type != 0; type++) {
        if (!(s->events & (1u << type))) {
            continue;
        }
        /* All but the items that hold no header field. */
        memset(event, 0, offsetof(struct sst_event, headers));
        event->headers.count = 0;
        event->type = (enum sst_event_type)type;
        if (event->type == SST_EVENT_VIOLATION) {
            event->violation = take_violation(s);
        } else {
            s->events &= (uint16_t)~(1u << type);
        }
        fill(s, event);
        if (event->type != SST_EVENT_REFRESH || fill_refresh(s, now, event)) {
            return true;
        }
    }
    return false;
}

void sst_session_deliver(struct sst_session *s, uint64_t now_ms)
{
    struct sst_event event;
    /* Bounded: each round takes out one of the events that wait, and a callback adds none without
     * a call of its own, which delivers them itself. The callback is asked for anew in each round,
     * since it may set another policy. */
    while (s->policy->on_event != NULL && take(s, sst_session_now(s, now_ms), &event)) {
        const struct sst_policy *policy = s->policy;
        uint32_t before = s->flags;
        int answer = policy->on_event(policy->user, s, &event);
        if (event.type == SST_EVENT_REFRESH && answer == SST_CALLBACK_NOT_SENT) {
            /* A re-INVITE that waits for its answer beside this one goes on; EC-38. */
            sst_session_abandon(s, s->flags & ~before & F_REFRESH_OPEN);
            (void)sst_session_defer(s, SST_NEVER, now_ms);
        }
        /* REFRESH and ENDED are the last of their batch: the session may be gone after them. */
        if (answer == SST_CALLBACK_GONE || event.type >= SST_EVENT_REFRESH) {
            return;
        }
    }
}

bool sst_session_next_event(struct sst_session *s, uint64_t now_ms, struct sst_event *event)
{
    if (s == NULL || s->policy == NULL || event == NULL) {
        return false;
    }
    const unsigned refresh = 1u << SST_EVENT_REFRESH;
    if ((s->events & ~refresh) == 0) {
        /* A refresh that waits may be overtaken by the end; everything else is told first. */
        (void)sst_session_step(s, now_ms);
    }
    uint64_t now = sst_session_now(s, now_ms);
    bool waited = s->events & refresh;
    bool told = take(s, now, event);
    if (!told && waited && sst_session_step(s, now_ms)) {
        told = take(s, now, event); /* what got in the way of the refresh is due to be told */
    }
    if (!told) {
        memset(event, 0, sizeof *event);
    }
    return told;
}
