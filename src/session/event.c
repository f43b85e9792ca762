/* SPDX-License-Identifier: MIT */
/* Event delivery: by callback as the last act of a function, or pulled; both from one state. */
#include "session/event.h"

/* One violation at a time, the lowest first. */
static enum sst_violation take_violation(struct sst_session *s)
{
    unsigned v = 0;
    while (v < SST_VIOLATION_COUNT - 1u && !(s->violations & SST_VIOLATION_BIT(v))) {
        v++;
    }
    s->violations &= ~SST_VIOLATION_BIT(v);
    if (s->violations == 0) {
        sst_session_drop(s, SST_EVENT_VIOLATION);
    }
    return (enum sst_violation)v;
}

/* How to send the refresh as things are now. @return false if it cannot be sent now */
static bool fill_refresh(struct sst_session *s, uint64_t now, struct sst_event *event)
{
    enum sst_way way = sst_session_way(s, now);
    uint64_t last = sst_session_last_send(s);
    if (now >= last || way >= WAY_BLOCKED) {
        /* Only if it was pulled late: something got in its way meanwhile. */
        s->flags &= ~F_ASKED;
        sst_plan_now(s, now);
        return false;
    }
    event->method = way == WAY_UPDATE ? SST_METHOD_UPDATE : SST_METHOD_INVITE;
    event->with_offer = way == WAY_INVITE_OFFER; /* §7.4 */
    event->not_after_ms = sst_time_out(last);
    return true;
}

/* What all types tell. */
static void fill(const struct sst_session *s, uint64_t now, enum sst_event_type type,
                 struct sst_event *event)
{
    enum sst_side side = sst_session_side(s);
    bool expires = side != SST_SIDE_NONE && sst_phase(s) >= PHASE_CONFIRMED;
    *event = (struct sst_event){
        .type = type,
        .violation = (enum sst_violation)0,
        .interval = s->interval,
        .side = side,
        .own_benefit = sst_runs(s) == RUNS_OWN,
        .reason = (enum sst_end_reason)s->reason,
        .since_ms = type == SST_EVENT_ENDED ? now - s->start_ms : 0,
        .expires_ms = expires ? sst_time_out(sst_session_expiration(s)) : SST_NEVER,
        .not_after_ms = SST_NEVER,
        .method = SST_METHOD_OTHER,
        .with_offer = false,
        .reserved = {0, 0, 0, 0},
    };
}

/* Takes out the next event; types are in the order of reporting. */
static bool take(struct sst_session *s, uint64_t now, struct sst_event *event)
{
    while (s->events != 0) {
        unsigned type = SST_EVENT_VIOLATION;
        for (unsigned bits = s->events; !(bits & 1u); bits >>= 1) {
            type++;
        }
        fill(s, now, (enum sst_event_type)type, event);
        if (event->type == SST_EVENT_VIOLATION) {
            event->violation = take_violation(s);
        } else {
            sst_session_drop(s, event->type);
        }
        if (event->type != SST_EVENT_REFRESH || fill_refresh(s, now, event)) {
            return true;
        }
    }
    return false;
}

void sst_session_deliver(struct sst_session *s, uint64_t now_ms)
{
    struct sst_event event;
    /* Bounded: each round takes out one pending event. A callback can add events only by calling
     * the library, and that call delivers them itself. The policy is read again in each round,
     * since the callback may set another one. */
    while (s->events != 0 && s->policy->on_event != NULL &&
           take(s, sst_session_now(s, now_ms), &event)) {
        const struct sst_policy *policy = s->policy;
        int answer = policy->on_event(policy->user, s, &event);
        /* REFRESH and ENDED are the last of their batch: the session may be gone after them. */
        if (answer == SST_CALLBACK_GONE || event.type >= SST_EVENT_REFRESH) {
            return;
        }
    }
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

bool sst_session_next_event(struct sst_session *s, uint64_t now_ms, struct sst_event *event)
{
    if (s == NULL || s->policy == NULL || event == NULL) {
        return false;
    }
    if (!sst_events_wait(s)) {
        (void)sst_session_step(s, now_ms);
    }
    uint64_t now = sst_session_now(s, now_ms);
    bool waited = s->events & sst_event_bit(SST_EVENT_REFRESH);
    bool told = take(s, now, event);
    if (!told && waited && sst_session_step(s, now_ms)) {
        told = take(s, now, event); /* reports what got in the way of the refresh */
    }
    if (!told) {
        memset(event, 0, sizeof *event);
    }
    return told;
}
