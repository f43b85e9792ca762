/* SPDX-License-Identifier: MIT */
/* Hosts that pull their events: at once, or late, with other calls in between. */
#include "sim.h"

static bool pull_one(struct world *w, struct agent *a)
{
    struct sst_event event;
    a->inside = true;
    bool any = sst_session_next_event(&a->session, clock_of(w, a), &event);
    a->inside = false;
    judge(w, a, MAY_TIME);
    if (!any) {
        if (sst_session_deadline(&a->session) <= clock_of(w, a)) {
            fail(w, "I9: something is due, and nothing is pulled", "%c", 'A' + a->index);
        }
        return false;
    }
    a->inside = true; /* what the host does now is settled here */
    handle(w, a, &event);
    a->inside = false;
    return true;
}

void pull(struct world *w, struct agent *a)
{
    unsigned rounds = 0;
    while (w->failure == NULL && pull_one(w, a)) {
        if (++rounds > 40) {
            fail(w, "events come without end", "%u", rounds);
        }
    }
}

/* Taking up to two seconds to pull everything is no fault; taking longer may end a call. */
#define PROMPT_MS 2000u

static uint32_t lateness(struct world *w, struct agent *a)
{
    a->looks_late = true;
    w->counts->fault[FAULT_LATE_PULL]++;
    afflict(w, CAUSE_PULL);
    return pick(w, 60000);
}

/* How late the host polls, compared with its plan. */
uint32_t look_late(struct world *w, struct agent *a)
{
    return !w->fair && chance(w, 30) ? lateness(w, a) : 0;
}

/* An event waits to be pulled. */
void plan_pull(struct world *w, struct agent *a)
{
    if (a->pull_at != SST_NEVER) {
        w->counts->scene[SCENE_BETWEEN]++; /* a call between an event and its pull */
        return;
    }
    if (a->waits_since == SST_NEVER) {
        a->waits_since = w->now;
    }
    uint64_t waited = w->now - a->waits_since;
    uint32_t wait = pick(w, waited < PROMPT_MS ? PROMPT_MS - (uint32_t)waited : 1u);
    wait += !w->fair && chance(w, 80) ? lateness(w, a) : 0;
    a->pull_at = w->now + wait;
    if (a->looks_late && chance(w, 400)) { /* something interferes with what waits */
        unsigned act = pick(w, 2) == 0 ? ACT_HOLD_INVITE : ACT_HOLD_UPDATE;
        schedule(w, a->pull_at - pick(w, 100), TIMED_ACT, pick(w, 2), 0, 0, act);
    }
    a->looks_late = false;
    a->pull_token++;
    schedule(w, a->pull_at, TIMED_PULL, a->index, 0, a->pull_token, 0);
}

/* Pulls all at once, or one event, or polls once more instead. */
void late_pull(struct world *w, struct agent *a, uint32_t token)
{
    if (token != a->pull_token || a->phase == PHASE_DEAD) {
        return;
    }
    if (a->away_until > w->now) {
        schedule(w, a->away_until + 1u, TIMED_PULL, a->index, 0, token, 0);
        return;
    }
    a->pull_at = SST_NEVER;
    if (a->style != STYLE_PULL) {
        return;
    }
    unsigned how = pick(w, 4);
    if (how == 3 && a->put_off < 3) {
        a->put_off++;
        poll_now(w, a);
        return;
    }
    a->put_off = 0;
    if (how == 2) {
        (void)pull_one(w, a);
    } else {
        pull(w, a);
    }
    if (a->style != STYLE_PULL && w->failure == NULL) {
        tell_what_waits(w, a); /* an event made the host set another policy */
    }
    settle(w, a);
}
