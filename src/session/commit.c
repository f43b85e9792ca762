/* SPDX-License-Identifier: MIT */
/* The one place that changes a session's timer. */
#include "session/session_private.h"

enum sst_side sst_session_side(const struct sst_session *s)
{
    if (s->flags & F_LOCAL) {
        return SST_SIDE_LOCAL;
    }
    return (s->flags & F_REMOTE) ? SST_SIDE_REMOTE : SST_SIDE_NONE;
}

void sst_session_dialog(const struct sst_session *s, struct sst_dialog *dialog)
{
    dialog->interval = s->interval;
    dialog->min_se = s->min_se;
    dialog->side = sst_session_side(s);
    dialog->established = s->flags & F_ESTABLISHED;
    dialog->own_benefit = s->flags & F_OWN_BENEFIT;
    dialog->peer_supports = s->flags & F_PEER_SUPPORTS;
}

unsigned sst_session_ask_flags(const struct sst_session *s)
{
    unsigned flags = 0;
    if (!(s->flags & F_ESTABLISHED)) {
        flags |= SST_ASK_INITIAL_PENDING;
    }
    if (s->flags & F_WITHOUT_SE) {
        flags |= SST_ASK_WITHOUT_SE;
    }
    if (s->flags & F_NO_REQUIRE) {
        flags |= SST_ASK_WITHOUT_REQUIRE;
    }
    return flags;
}

static void store(struct sst_session *s, const struct sst_outcome_timer *timer)
{
    s->flags &= ~(F_SIDE | F_OWN_BENEFIT | F_HEALED);
    s->interval = timer->side == SST_SIDE_NONE ? 0 : timer->interval;
    if (timer->side == SST_SIDE_NONE) {
        return;
    }
    s->flags |= timer->side == SST_SIDE_LOCAL ? F_LOCAL : F_REMOTE;
    if (timer->own_benefit) {
        s->flags |= F_OWN_BENEFIT;
    }
    if (s->interval < s->policy->absolute_min && s->policy->accept_small_interval) {
        s->flags |= F_HEALED; /* EC-08 */
    }
}

/* A share of the interval in ms, without a product that could overflow. */
static uint64_t percent_ms(uint32_t interval_s, uint32_t percent)
{
    return (uint64_t)interval_s * percent * 10u;
}

/* §7.2: half of the interval, or earlier where the owner wants it; never later (EC-41). */
static uint64_t refresh_delay(const struct sst_session *s)
{
    const struct sst_policy *policy = s->policy;
    uint64_t delay = percent_ms(s->interval, policy->refresh_percent);
    if (policy->max_refresh != 0 && delay > (uint64_t)policy->max_refresh * 1000u) {
        delay = (uint64_t)policy->max_refresh * 1000u;
    }
    if (policy->jitter_percent != 0 && policy->random != NULL) {
        /* EC-42, in steps of an 1024th of the range */
        uint64_t range = percent_ms(s->interval, policy->jitter_percent);
        uint64_t early = (range >> 10) * sst_session_random(s, 1024u);
        delay = delay > early ? delay - early : 0;
    }
    /* §11.1: nobody drives this side faster than its owner allows. The floor is at most half of
     * the absolute minimum, so never later than half of an interval that is run. */
    uint64_t floor = (uint64_t)policy->refresh_floor * 1000u;
    uint64_t half = sst_half_ms(sst_session_run_s(s));
    if (floor > half) {
        floor = half;
    }
    return delay < floor ? floor : delay;
}

/* How long before the expiration this side hangs up. Kept, so that another policy changes it with
 * the next interval only. */
static uint32_t guard_of(const struct sst_session *s)
{
    uint32_t run = sst_session_run_s(s);
    if (s->flags & F_LOCAL) {
        bool early = s->policy->expire_at == SST_EXPIRE_AT_GUARD && !(s->flags & F_OWN_BENEFIT);
        return early ? sst_guard_ms(run) : 0; /* EC-34: when the peer does, or at the expiration */
    }
    if (s->policy->guard == SST_GUARD_NONE) {
        return 0;
    }
    if (s->policy->guard == SST_GUARD_PERCENT) {
        uint64_t guard = percent_ms(run, s->policy->guard_percent);
        return guard > UINT32_MAX ? UINT32_MAX : (uint32_t)guard;
    }
    return sst_guard_ms(run);
}

/* What was told or to be told of the interval that is over. */
static void leave_interval(struct sst_session *s)
{
    s->flags &= ~F_INTERVAL;
    sst_session_drop(s, SST_EVENT_REFRESH);
    sst_session_drop(s, SST_EVENT_OVERDUE);
    sst_session_drop(s, SST_EVENT_BLOCKED);
    sst_session_drop(s, SST_EVENT_REFUSED);
}

static void start_interval(struct sst_session *s, uint64_t now)
{
    leave_interval(s);
    s->ladder = 0;
    s->rounds = 0;
    s->attempts = 0;
    s->reason = SST_END_NONE;
    s->start_ms = now;
    s->guard_ms = 0;
    s->refresh_ms = SST_NEVER;
    if (s->flags & F_SIDE) {
        s->guard_ms = guard_of(s);
    }
    if (s->flags & F_LOCAL) {
        s->refresh_ms = sst_add_ms(now, refresh_delay(s));
    }
}

static void announce(struct sst_session *s, const struct sst_outcome_timer *before,
                     const struct sst_outcome_timer *after)
{
    bool was = before->side != SST_SIDE_NONE;
    bool is = after->side != SST_SIDE_NONE;
    if (before->side != after->side || before->interval != after->interval ||
        before->own_benefit != after->own_benefit) {
        sst_session_note(s, SST_EVENT_NEGOTIATED);
    }
    if (was && is) {
        sst_session_note(s, SST_EVENT_REFRESHED);
    } else if (is) {
        SST_COUNT(s, negotiated);
    } else if (was) {
        SST_COUNT(s, turned_off);
    }
}

void sst_session_commit(struct sst_session *s, const struct sst_outcome_timer *timer,
                        uint8_t generation, bool establishes, uint64_t now)
{
    struct sst_outcome_timer before = {0, SST_SIDE_NONE, false};
    struct sst_outcome_timer after = *timer;
    bool established = s->flags & F_ESTABLISHED;
    if (established) {
        before.interval = s->interval;
        before.side = sst_session_side(s);
        before.own_benefit = s->flags & F_OWN_BENEFIT;
        if (generation != s->generation) {
            sst_merge_overlap(&before, timer, &after); /* EC-21 */
        }
    }
    s->generation++;
    s->flags &= ~F_WITHOUT_SE;
    store(s, &after);
    if (!established && !establishes) {
        return; /* EC-20: agreed on early; runs if the 2xx to the INVITE says so too */
    }
    s->flags |= F_ESTABLISHED;
    s->call_min_se = 0; /* §7.4: cleared when the dialog is established */
    start_interval(s, now);
    announce(s, &before, &after);
}

void sst_session_turn_off(struct sst_session *s, enum sst_end_reason reason)
{
    leave_interval(s);
    s->flags &= ~(F_SIDE | F_OWN_BENEFIT | F_HEALED);
    s->interval = 0;
    s->refresh_ms = SST_NEVER;
    s->reason = (uint8_t)reason;
    s->generation++;
    SST_COUNT(s, turned_off);
    sst_session_note(s, SST_EVENT_NEGOTIATED);
}

void sst_session_forget_transactions(struct sst_session *s, uint64_t now)
{
    bool refreshing = s->flags & (F_REFRESH_OPEN | F_ASKED);
    s->flags &= ~(F_TRANSACTIONS | F_ASKED | F_WITHOUT_SE);
    if (refreshing && (s->flags & (F_LOCAL | F_RESCUED)) && !(s->flags & F_ENDED)) {
        sst_session_drop(s, SST_EVENT_REFRESH); /* asked for anew, as if it never was */
        s->refresh_ms = now;
    }
}
