/* SPDX-License-Identifier: MIT */
/* The one place that starts and ends intervals: RFC 4028 §7.2, §9. */
#include "session/commit.h"

/* The shortest interval that is run as agreed. Shorter ones have less than a whole second before
 * the expiration in which nothing is sent (sst_margin_ms()), and one lost message ends the call. */
#define ROOM_S 8u

/* The shortest interval that is run. EC-08: by policy, one below the absolute minimum is run as the
 * absolute minimum. EC-125: none is shorter than twice the refresh floor. */
static uint32_t least_run_s(const struct sst_policy *policy)
{
    uint32_t floor = 2u * sst_min(policy->refresh_floor, UINT32_MAX / 2u);
    return sst_max(policy->accept_small_interval ? policy->absolute_min : ROOM_S, floor);
}

static void store(struct sst_session *s, const struct sst_timer *timer)
{
    enum sst_runs runs = RUNS_NONE;
    if (timer->side == SST_SIDE_REMOTE) {
        runs = RUNS_REMOTE;
    } else if (timer->side == SST_SIDE_LOCAL) {
        runs = timer->own_benefit ? RUNS_OWN : RUNS_LOCAL;
    }
    sst_set_runs(s, runs);
    s->interval = runs == RUNS_NONE ? 0 : timer->interval;
    s->raised_s = 0;
    uint32_t least = least_run_s(s->policy);
    if (runs != RUNS_NONE && s->interval < least) {
        s->raised_s = (uint16_t)sst_min(least - s->interval, UINT16_MAX);
    }
}

/* A percentage of the interval in ms; the product cannot overflow. */
static uint64_t percent_ms(uint32_t interval_s, uint32_t percent)
{
    return (uint64_t)interval_s * percent * 10u;
}

/* §7.2: half the interval, or earlier by policy; never later (EC-41). §11.1: but never sooner than
 * the refresh floor, whatever the peer asks for. */
static uint64_t refresh_delay(const struct sst_session *s)
{
    const struct sst_policy *policy = s->policy;
    uint64_t delay = percent_ms(s->interval, policy->refresh_percent);
    if (policy->max_refresh != 0 && delay > (uint64_t)policy->max_refresh * 1000u) {
        delay = (uint64_t)policy->max_refresh * 1000u;
    }
    if (policy->jitter_percent != 0 && policy->random != NULL) {
        /* EC-42, in steps of 1/1024 of the range */
        uint64_t range = percent_ms(s->interval, policy->jitter_percent);
        uint64_t early = range / 1024u * sst_session_random(s, 1024u);
        delay = delay > early ? delay - early : 0;
    }
    return delay < sst_floor_ms(s) ? sst_floor_ms(s) : delay;
}

/* How long before the expiration this side hangs up. Stored, so that a new policy changes it only
 * with the next interval. EC-126: never longer than §10 says. */
static uint32_t guard_of(const struct sst_session *s)
{
    const struct sst_policy *policy = s->policy;
    uint32_t run = sst_session_run_s(s);
    uint32_t guard = sst_guard_ms(run);
    switch (sst_runs(s)) {
    case RUNS_NONE:
    case RUNS_OWN: /* nobody else watches */
        return 0;
    case RUNS_LOCAL: /* EC-34: when the peer would, or at the expiration */
        return policy->expire_at == SST_EXPIRE_AT_GUARD ? guard : 0;
    case RUNS_REMOTE:
        break;
    }
    switch (policy->guard) {
    case SST_GUARD_NONE:
        return 0;
    case SST_GUARD_PERCENT: {
        uint64_t percent = percent_ms(run, policy->guard_percent);
        return percent < guard ? (uint32_t)percent : guard;
    }
    case SST_GUARD_RFC:
        break;
    }
    return guard;
}

static void count_commit(struct sst_session *s)
{
    uint32_t next = (s->generation + 1u) & 63u;
    s->generation = (uint8_t)sst_with_bits(s->generation, COMMITS_AT, 63u, next);
}

static void count_answer(struct sst_session *s)
{
    s->generation = (uint8_t)(s->generation + (1u << ANSWERS_AT));
}

/* Forgets what was reported, or waits to be reported, for the old interval. */
static void leave_interval(struct sst_session *s)
{
    s->flags &= ~F_INTERVAL;
    s->events &= (uint8_t)~(sst_event_bit(SST_EVENT_REFRESH) | sst_event_bit(SST_EVENT_OVERDUE) |
                            sst_event_bit(SST_EVENT_BLOCKED) | sst_event_bit(SST_EVENT_REFUSED));
}

/* EC-121: waits for an ACK at most 32 s from its 2xx, whatever has started since. */
static void carry_ack(struct sst_session *s, uint64_t now)
{
    uint64_t until = sst_ack_until(s);
    s->ack_s = until > now ? (uint8_t)((uint32_t)(until - now) / 1000u) : 0;
    if (s->ack_s == 0) {
        s->flags &= ~F_AWAIT_ANSWER;
    }
}

static void start_interval(struct sst_session *s, uint64_t now)
{
    leave_interval(s);
    carry_ack(s, now);
    s->ladder = s->policy->method == SST_REFRESH_INVITE ? LADDER_INVITE_FIRST : 0;
    s->attempts = 0;
    s->named_s = 0;
    s->reason = SST_END_NONE;
    s->start_ms = now;
    s->guard_ms = (uint16_t)guard_of(s);
    sst_plan_nothing(s);
    if (sst_may_refresh(s)) {
        s->refresh_ms = sst_sum_ms(now, refresh_delay(s));
    }
}

/* EC-132: the peer counts from when it sent the 2xx, which may be soon after our request was sent.
 * That time is stored coarsely, so the floor counts from the latest time it can have been. */
static void count_from_sending(struct sst_session *s, uint64_t sent, uint64_t sent_late,
                               uint64_t now)
{
    uint64_t at = sst_sum_ms(sent, s->refresh_ms - now);
    uint64_t first = sst_sum_ms(sent_late, sst_floor_ms(s));
    at = at < first ? first : at;
    at = at < now ? now : at;
    if (at < s->refresh_ms) {
        s->refresh_ms = at;
    }
}

/* What is planned, and what is known of the ways to refresh. */
struct plan {
    uint64_t at; /* SST_NEVER for nothing */
    uint8_t ladder;
    uint8_t attempts;
};

static struct plan plan_of(const struct sst_session *s, uint64_t now)
{
    struct plan plan = {SST_NEVER, s->ladder, s->attempts};
    if (sst_may_refresh(s)) {
        /* A refresh that waits to be pulled is due now, whenever the next one is planned. */
        bool waits = s->events & sst_event_bit(SST_EVENT_REFRESH);
        plan.at = waits ? now : s->refresh_ms;
    }
    return plan;
}

/* The planned refresh must not move later. */
static void keep_moment(struct sst_session *s, const struct plan *plan, uint64_t now)
{
    if (plan->at < s->refresh_ms) {
        s->refresh_ms = plan->at < now ? now : plan->at;
    }
}

/* EC-115: the local refresh must not move later; ladder and attempts continue. */
static void keep_plan(struct sst_session *s, const struct plan *plan, uint64_t now)
{
    s->flags |= F_UNSEEN;
    if (plan->at == SST_NEVER) {
        return;
    }
    s->ladder = plan->ladder;
    s->attempts = plan->attempts;
    keep_moment(s, plan, now);
}

static void announce(struct sst_session *s, const struct sst_timer *before,
                     const struct sst_timer *after)
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

/* The timer in force; none in an early dialog. */
static void in_force(const struct sst_session *s, struct sst_timer *timer)
{
    *timer = (struct sst_timer){0};
    if (sst_phase(s) == PHASE_CONFIRMED) {
        timer->interval = s->interval;
        timer->side = sst_session_side(s);
        timer->own_benefit = sst_runs(s) == RUNS_OWN;
    }
}

uint64_t sst_session_restate(struct sst_session *s, uint64_t now_ms)
{
    uint64_t now = sst_time_in(now_ms);
    if (now < s->start_ms) {
        if (s->refresh_ms != SST_NEVER) {
            s->refresh_ms -= s->start_ms - now;
        }
        s->start_ms = now;
    }
    return now;
}

void sst_session_commit(struct sst_session *s, const struct sst_commit *commit, uint64_t now)
{
    bool confirmed = sst_phase(s) == PHASE_CONFIRMED;
    /* EC-124: a request that asks for no timer does not show that the peer fills the role. */
    bool overruled = commit->overruled || (commit->keeps_plan && (s->flags & F_OVERRULED));
    bool overlaps = confirmed && commit->generation != s->generation;
    const struct plan plan = plan_of(s, now);
    uint64_t sent_late = sst_sum_ms(commit->sent, sst_session_run_s(s) * UINT64_C(4) + 1u);
    struct sst_timer before;
    struct sst_timer after = commit->timer;

    in_force(s, &before);
    if (overlaps) {
        sst_merge_overlap(&before, &commit->timer, &after); /* EC-21 */
    }
    count_commit(s);
    if (commit->answers) {
        count_answer(s);
    }
    store(s, &after);
    if (!overlaps && commit->told > sst_session_run_s(s)) {
        /* EC-134: the peer uses the interval it asked for, or this one. */
        s->raised_s = (uint16_t)sst_min(commit->told - s->interval, UINT16_MAX);
    }
    if (!confirmed && !commit->establishes) {
        return; /* EC-20: an early agreement starts no timer; the 2xx to the INVITE decides */
    }
    sst_set_phase(s, PHASE_CONFIRMED);
    s->call_min_se = 0; /* §7.4: cleared when the dialog is established */
    start_interval(s, now);
    if (sst_may_refresh(s)) {
        if (commit->sent != SST_NEVER) {
            count_from_sending(s, commit->sent, sent_late, now);
        }
        if (commit->keeps_plan) {
            keep_plan(s, &plan, now);
        } else if (s->flags & F_PROBE) {
            keep_moment(s, &plan, now); /* EC-123: no other 2xx delays the probe */
        }
    }
    if (sst_is_watching(s)) {
        s->flags &= ~F_PROBE; /* EC-123: the watchdog replaces the probe */
        s->flags |= overruled ? F_OVERRULED : 0;
    }
    announce(s, &before, &after);
}

void sst_session_renew(struct sst_session *s, uint64_t now)
{
    count_commit(s);
    start_interval(s, now);
}

void sst_session_take_over(struct sst_session *s, uint64_t now)
{
    if (sst_is_running(s)) {
        sst_session_renew(s, now);
        s->flags |= F_EXTRA;
        s->refresh_ms = now;
    }
}

void sst_session_turn_off(struct sst_session *s, enum sst_end_reason reason)
{
    leave_interval(s);
    sst_set_runs(s, RUNS_NONE);
    s->interval = 0;
    s->raised_s = 0;
    sst_plan_nothing(s);
    s->flags &= ~F_PROBE;
    s->reason = (uint8_t)reason;
    count_commit(s);
    SST_COUNT(s, turned_off);
    sst_session_note(s, SST_EVENT_NEGOTIATED);
}

void sst_session_finish(struct sst_session *s, enum sst_end_reason reason)
{
    sst_set_phase(s, PHASE_ENDED);
    s->flags &= ~(F_TRANSACTIONS | F_ASKED);
    s->ack_s = 0;
    s->reason = (uint8_t)reason;
    sst_plan_nothing(s);
    if (reason == SST_END_NONE) {
        s->events = 0;
        s->violations = 0;
        return;
    }
    s->events &= (uint8_t)~(sst_event_bit(SST_EVENT_REFRESH) | sst_event_bit(SST_EVENT_OVERDUE) |
                            sst_event_bit(SST_EVENT_BLOCKED));
    SST_COUNT(s, ended[reason]);
    sst_session_note(s, SST_EVENT_ENDED);
}

void sst_session_forget_transactions(struct sst_session *s, uint64_t now)
{
    bool refreshing =
        (s->flags & F_ASKED) || ((s->flags & F_LOCAL_REQUEST) && s->refresh_ms == SST_NEVER);
    s->flags &= ~(F_TRANSACTIONS | F_ASKED);
    s->ack_s = 0;
    if (sst_phase(s) == PHASE_EARLY) {
        sst_set_phase(s, PHASE_IDLE);
    }
    if (refreshing && sst_may_refresh(s)) {
        sst_session_drop(s, SST_EVENT_REFRESH); /* raised again, as if it had never been */
        s->ladder &= (uint8_t)~LADDER_TRIED;
        s->refresh_ms = now;
    }
}

void sst_session_acknowledged(struct sst_session *s, bool starts, uint64_t now)
{
    uint64_t until = sst_ack_until(s);
    bool awaited = s->ack_s != 0;
    s->ack_s = 0;
    s->flags &= ~F_AWAIT_ANSWER;
    if (awaited && starts && sst_is_watching(s)) {
        s->start_ms = now < until ? now : until;
        if (s->refresh_ms < s->start_ms) {
            s->refresh_ms = s->start_ms; /* a rescue that was due stays due */
        }
    }
}

void sst_session_await_ack(struct sst_session *s, bool with_answer)
{
    s->ack_s = SST_TRANSACTION_MS / 1000u;
    if (with_answer) {
        s->flags |= F_AWAIT_ANSWER;
    } else {
        s->flags &= ~F_AWAIT_ANSWER;
    }
}

uint8_t sst_session_fraction(const struct sst_session *s, uint64_t now)
{
    uint64_t run = (uint64_t)sst_session_run_s(s) * 1000u;
    uint64_t passed = now - s->start_ms;
    if (passed >= run) {
        return UINT8_MAX;
    }
    /* At most 19 rounds. Then 32 bits are enough: small machines need no long division. */
    /*@ loop invariant passed < run;
        loop assigns run, passed;
        loop variant run; */
    while (run > (UINT32_MAX >> 8)) {
        run -= run >> 1; /* half of it, rounded up: passed stays below it */
        passed >>= 1;
    }
    /*@ assert passed * 256 / run <= UINT8_MAX; */
    return (uint8_t)((uint32_t)passed * 256u / (uint32_t)run);
}

uint64_t sst_session_moment(const struct sst_session *s, uint8_t fraction)
{
    uint64_t run = (uint64_t)sst_session_run_s(s) * 1000u;
    return sst_sum_ms(s->start_ms, run * fraction / 256u);
}
