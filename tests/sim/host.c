/* SPDX-License-Identifier: MIT */
/* What a host does with the library: reads its clock, polls when asked to, obeys events. */
#include "sim.h"

uint64_t clock_of(const struct world *w, const struct agent *a)
{
    return w->now + a->clock;
}

bool is_up(const struct world *w, const struct agent *a)
{
    (void)w;
    return a->phase == PHASE_UP && a->away_until <= w->now;
}

bool has_ended(const struct agent *a)
{
    struct sst_session_info info;
    sst_session_inspect(&a->session, &info);
    return info.ended;
}

void afflict(struct world *w, enum cause cause)
{
    w->causes |= 1u << cause;
    w->cause_at[cause] = w->now + 1u;
}

uint32_t on_random(void *user)
{
    struct agent *a = user;
    return draw(a->world);
}

/* The host is done with the call: it sends nothing but responses. */
void stop(struct world *w, struct agent *a)
{
    if (a->phase == PHASE_OVER || a->phase == PHASE_DEAD) {
        return;
    }
    a->phase = PHASE_OVER;
    a->last_end = w->now;
    a->invite.open = false;
    a->update.open = false;
    for (unsigned i = 0; i < SERVERS; i++) {
        a->servers[i].open = false;
    }
    a->silent = true;
    if (a->kind == KIND_LIBRARY) {
        struct sst_session_info info;
        sst_session_inspect(&a->session, &info);
        a->timed = info.side != SST_SIDE_NONE;
        a->own_benefit = info.own_benefit;
        sst_session_end(&a->session, clock_of(w, a));
    }
}

/* Reports that a request that was asked for, or prepared with tx, is not sent. */
void say_not_sent(struct world *w, struct agent *a, struct sst_tx *tx, uint64_t retry)
{
    int result = sst_session_not_sent(&a->session, tx, retry, clock_of(w, a));
    bool right = result == SST_OK || (result == SST_ERR_ENDED && has_ended(a)) ||
                 (result == SST_ERR_NOT_DUE && tx == NULL);
    if (!right) {
        fail(w, "the host cannot say that it sent nothing", "%s", sst_result_name(result));
    }
}

/* The host cannot send what is due, and reports that, or not. */
static void leave_unsent(struct world *w, struct agent *a)
{
    w->counts->fault[FAULT_UNSENT]++;
    afflict(w, CAUSE_UNSENT);
    log_line(w, "%c: cannot send", 'A' + a->index);
    switch (pick(w, 3)) {
    case 0:
        say_not_sent(w, a, NULL, SST_NEVER);
        break;
    case 1:
        say_not_sent(w, a, NULL, clock_of(w, a) + pick(w, 30000));
        break;
    default: /* and reports nothing */
        break;
    }
}

static void refresh(struct world *w, struct agent *a, const struct sst_event *event)
{
    if (a->phase != PHASE_UP) {
        fail(w, "FB-47: REFRESH outside of a call", "phase %d", (int)a->phase);
        return;
    }
    if (!w->fair && chance(w, 25)) {
        leave_unsent(w, a);
        return;
    }
    if (habit_unsent(w, a, event)) {
        return;
    }
    a->sent_since = true;
    if (!start_client(w, a, event->method, true, event->with_offer)) {
        fail(w, "REFRESH for a request that cannot be begun", "%s", sst_method_name(event->method));
    }
}

void handle(struct world *w, struct agent *a, const struct sst_event *event)
{
    w->counts->told[event->type]++;
    if (w->verbose) {
        log_line(w, "%c: %s %u %s%s%s", 'A' + a->index, sst_event_name(event->type),
                 event->interval, sst_side_name(event->side),
                 event->type == SST_EVENT_ENDED ? " " : "",
                 event->type == SST_EVENT_ENDED ? sst_end_reason_name(event->reason) : "");
    }
    judge_event(w, a, event);
    if (event->type == SST_EVENT_REFRESH) {
        refresh(w, a, event);
    } else if (event->type == SST_EVENT_ENDED) {
        a->ended = true;
        w->counts->ended[event->reason]++;
        hang_up(w, a);
    }
    if (w->fickle && chance(w, 40)) {
        w->counts->act[ACT_POLICY] += change_policy(w, a);
    }
}

int on_event(void *user, struct sst_session *session, const struct sst_event *event)
{
    struct agent *a = user;
    struct world *w = a->world;
    (void)session;
    if (a->style == STYLE_REENTRANT) {
        handle(w, a, event);
        return has(w, HABIT_TRUE) ? true : SST_CALLBACK_DONE;
    }
    if (a->inbox_count == sizeof a->inbox / sizeof a->inbox[0]) {
        fail(w, "too many events at once", "%u", a->inbox_count);
        return SST_CALLBACK_DONE;
    }
    a->inbox[a->inbox_count++] = *event;
    return has(w, HABIT_TRUE) ? true : SST_CALLBACK_DONE;
}

/* Events are handled after the call that raised them. */
static void empty_inbox(struct world *w, struct agent *a)
{
    for (unsigned i = 0; i < a->inbox_count && w->failure == NULL; i++) {
        struct sst_event event = a->inbox[i];
        if (event.type == SST_EVENT_REFRESH && a->ended) {
            continue;
        }
        handle(w, a, &event);
    }
    a->inbox_count = 0;
}

static void arm(struct world *w, struct agent *a)
{
    uint64_t deadline = sst_session_deadline(&a->session);
    if (deadline != 0) {
        a->waits_since = SST_NEVER;
    }
    if (deadline == SST_NEVER) {
        return;
    }
    if (deadline == 0 && a->lazy && a->style == STYLE_PULL) {
        plan_pull(w, a); /* wakes that were planned before handle what is due meanwhile */
        return;
    }
    /* The host's clock may have wrapped around: differences count. */
    uint64_t now = clock_of(w, a);
    uint64_t at = deadline <= now ? w->now : w->now + (deadline - now);
    if (a->wake_at <= at) {
        return; /* one timer for each host: it polls again when it fires */
    }
    a->wake_at = at;
    a->wake_token++;
    uint64_t late = a->slow ? pick(w, 400) : 0;
    late += a->lazy && a->style == STYLE_PULL ? look_late(w, a) : 0;
    schedule(w, at + late, TIMED_WAKE, a->index, 0, a->wake_token, 0);
}

void settle(struct world *w, struct agent *a)
{
    if (a->inside || a->kind != KIND_LIBRARY || a->phase == PHASE_DEAD || w->failure != NULL) {
        return;
    }
    if (a->inbox_count != 0) {
        a->inside = true;
        empty_inbox(w, a);
        a->inside = false;
    }
    if (a->style == STYLE_PULL && !a->lazy) {
        pull(w, a);
    }
    if (a->inbox_count == 0) {
        arm(w, a);
    }
    judge(w, a, MAY_NOTHING);
    write_image(w, a);
}

/* From here on events are reported by callback; pending ones at once. */
void tell_what_waits(struct world *w, struct agent *a)
{
    a->pull_token++;
    a->pull_at = SST_NEVER;
    a->waits_since = SST_NEVER;
    a->inside = true;
    sst_session_advance(&a->session, clock_of(w, a));
    a->inside = false;
    judge(w, a, MAY_TIME);
}

static void look(struct world *w, struct agent *a)
{
    a->inside = true;
    sst_session_advance(&a->session, clock_of(w, a));
    a->inside = false;
    judge(w, a, MAY_TIME);
    settle(w, a);
}

/* Handles everything that is due, one event per poll. */
void poll_now(struct world *w, struct agent *a)
{
    if (a->kind != KIND_LIBRARY || a->phase == PHASE_DEAD) {
        return;
    }
    a->wake_at = SST_NEVER;
    for (unsigned rounds = 0; a->style != STYLE_PULL; rounds++) {
        uint64_t now = clock_of(w, a);
        if (sst_session_deadline(&a->session) > now || w->failure != NULL) {
            break;
        }
        if (rounds == 16) {
            fail(w, "I9: what is due stays due", "%u polls", rounds);
            break;
        }
        look(w, a);
        a->wake_at = SST_NEVER;
    }
    if (a->style == STYLE_PULL && a->lazy) {
        look(w, a);
    }
    settle(w, a);
    if (a->kind == KIND_LIBRARY && w->failure == NULL) {
        struct sst_session_info info;
        sst_session_inspect(&a->session, &info);
        if (info.expires_ms != SST_NEVER && !info.ended && !info.own_benefit &&
            clock_of(w, a) >= info.expires_ms) {
            fail(w, "I4: alive after the expiration", "at %llu",
                 (unsigned long long)info.expires_ms);
        }
    }
}

void wake(struct world *w, struct agent *a, uint32_t token)
{
    if (token != a->wake_token || a->phase == PHASE_DEAD) {
        return;
    }
    if (a->away_until > w->now) {
        a->wake_token++;
        a->wake_at = a->away_until + 1u;
        /* after the messages waiting in the socket */
        schedule(w, a->away_until + 1u, TIMED_WAKE, a->index, 0, a->wake_token, 0);
        return;
    }
    poll_now(w, a);
}
