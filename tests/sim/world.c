/* SPDX-License-Identifier: MIT */
/* Sets up a call and runs it. */
#include "sim.h"

#include <string.h>

void make_agent(struct world *w, struct agent *a)
{
    unsigned kind = pick(w, w->fair ? 7 : 8);
    bool other = a->index == 1 && w->side[0].kind != KIND_LIBRARY;
    a->kind = other || kind < 6 ? KIND_LIBRARY : kind == 6 ? KIND_PLAIN : KIND_ROGUE;
    a->style = (enum style)pick(w, 3);
    a->phase = PHASE_IDLE;
    a->update_known = pick(w, 4) != 1;
    a->says_allow = pick(w, 4) != 1;
    a->tells_cseq = pick(w, 3) != 1;
    a->tells_ack = pick(w, 4) != 1;
    a->tells_copies = pick(w, 2) == 1;
    a->slow = pick(w, 5) == 1;
    a->lazy = pick(w, 3) == 1;
    a->pull_at = SST_NEVER;
    a->waits_since = SST_NEVER;
    a->policy = &a->policies[0];
    a->clock = pick(w, 3) == 1 ? 0 : UINT64_C(1000000000);
    a->cseq = pick(w, 3) == 1 ? draw(w) / 4u : 0;
    a->expires = SST_NEVER;
    a->wake_at = SST_NEVER;
    habits_of_agent(w, a);
    if (a->kind != KIND_LIBRARY) {
        return;
    }
    w->counts->scene[SCENE_PULL + (unsigned)a->style]++;
    w->counts->scene[SCENE_LAZY] += a->lazy && a->style == STYLE_PULL;
    first_policy(w, a);
    if (sst_session_init(&a->session, a->policy, a->index == 0 ? SST_CALLER : SST_CALLEE) !=
        SST_OK) {
        fail(w, "simulation: a session is not begun", "%c", 'A' + a->index);
    }
}

static void start(struct world *w)
{
    w->fair = pick(w, 2) == 0;
    choose_habits(w);
    w->network = pick(w, w->fair ? 2 : 3);
    if (has(w, HABIT_STATUS) || has(w, HABIT_408) || has(w, HABIT_UNSENT)) {
        w->network = 0; /* the ladder is judged to the second */
    } else if (has(w, HABIT_DIES)) {
        w->network = 0; /* a death loses enough: few retransmissions of a peer's INVITE are left */
    } else if (has(w, HABIT_LOSS)) {
        w->network = 3;
    }
    unsigned proxies = pick(w, 6);
    w->proxies = proxies > PROXIES_MAX ? proxies - 4u : proxies;
    w->fickle = pick(w, 4) == 1 && (w->habits & ~(1u << HABIT_POLICY)) == 0;
    w->counts->scene[SCENE_FAIR] += w->fair;
    w->now = 1000;
    for (unsigned i = 0; i < w->proxies; i++) {
        make_proxy(w, &w->proxy[i]);
    }
    for (unsigned i = 0; i < SIDES; i++) {
        w->side[i].world = w;
        w->side[i].index = (uint8_t)i;
        make_agent(w, &w->side[i]);
    }
    if (pick(w, 4) == 1) {
        schedule(w, w->now + pick(w, 20000), TIMED_ACT, pick(w, 2), 0, 0, ACT_EARLY_UPDATE);
    }
    if (has(w, HABIT_RASH)) {
        schedule(w, w->now + pick(w, 20000), TIMED_ACT, 0, 0, 0, ACT_EARLY_INVITE);
    }
    if (w->failure == NULL) {
        start_client(w, &w->side[0], SST_METHOD_INVITE, false, pick(w, 4) != 1);
    }
}

/* A moment that matters, or any moment. */
static uint64_t moment(struct world *w, uint64_t run, unsigned spans)
{
    uint64_t guard = run / 3u < 32000u ? run / 3u : 32000u;
    uint64_t bases[] = {0, run / 2u, run - guard, run, run - 1000u};
    unsigned kind = pick(w, 6);
    if (kind == 5) {
        return (uint64_t)draw(w) * run * spans >> 32;
    }
    return bases[kind] + pick(w, spans) * (run / 2u) + pick(w, 3) * 500u + pick(w, 40);
}

/* The shorter of the intervals that the two sides run; each may run one for its own benefit. */
static uint64_t shortest_run(const struct world *w, uint64_t run)
{
    for (unsigned i = 0; i < SIDES; i++) {
        uint64_t other = (uint64_t)w->side[i].interval * 1000u;
        run = other >= 90000u && other < run ? other : run;
    }
    return run;
}

void plan_call(struct world *w)
{
    static const enum fault fair_faults[] = {FAULT_FAILOVER};
    static const enum fault faults[] = {FAULT_CRASH,      FAULT_RESTART,  FAULT_OLD_IMAGE,
                                        FAULT_FAILOVER,   FAULT_SLEEP,    FAULT_CLOCK_AHEAD,
                                        FAULT_CLOCK_BACK, FAULT_PARTITION};
    const struct agent *a = &w->side[w->side[0].kind == KIND_LIBRARY ? 0 : 1];
    uint64_t run = (uint64_t)(a->interval < 90u ? 1800u : a->interval) * 1000u;
    unsigned spans = 1u + pick(w, 5);
    w->planned = true;
    w->end_at = w->now + run * spans + (uint64_t)pick(w, 100000);
    for (unsigned i = 0; i < SIDES; i++) {
        uint64_t most = (uint64_t)w->side[i].policy->max_refresh * 40000u;
        if (most != 0 && w->end_at > w->now + most) {
            w->end_at = w->now + most;
        }
    }
    schedule(w, w->end_at, TIMED_ACT, pick(w, 2), 0, 0, ACT_HANG_UP);
    uint64_t shortest = shortest_run(w, run);
    plan_habits(w, shortest, shortest / 3u < 32000u ? shortest / 3u : 32000u);
    if ((w->habits & ~(1u << HABIT_POLICY | 1u << HABIT_TRUE)) != 0) {
        return;
    }
    for (unsigned n = pick(w, 5); n > 0; n--) {
        uint64_t at = w->now + moment(w, run, spans);
        unsigned act = pick(w, ACT_COUNT);
        if (act == ACT_HANG_UP || act == ACT_EARLY_UPDATE) {
            act = ACT_SPURIOUS_POLL;
        }
        schedule(w, at, TIMED_ACT, pick(w, 2), 0, 0, act);
        if (act == ACT_HOLD_INVITE || act == ACT_PLAIN_INVITE) {
            schedule(w, at + pick(w, 3000), TIMED_ACT, pick(w, 2), 0, 0, ACT_CANCEL);
        }
    }
    for (unsigned n = pick(w, 3); n > 0; n--) {
        enum fault fault = w->fair ? fair_faults[0] : faults[pick(w, 8)];
        schedule(w, w->now + moment(w, run, spans), TIMED_FAULT, pick(w, 2), 0, 0, fault);
    }
}

static void happen(struct world *w, const struct timed *t)
{
    struct agent *a = &w->side[t->side];
    switch ((enum timed_type)t->type) {
    case TIMED_PACKET:
        carry(w, t->slot);
        break;
    case TIMED_CLIENT_COPY:
        client_copy(w, a, t->slot, t->token);
        break;
    case TIMED_CLIENT_OUT:
        client_out(w, a, t->slot, t->token);
        break;
    case TIMED_SERVER_COPY:
        server_copy(w, a, t->slot, t->token);
        break;
    case TIMED_SERVER_ANSWER:
        server_answer(w, a, t->slot, t->token, a->servers[t->slot].planned);
        break;
    case TIMED_WAKE:
        wake(w, a, t->token);
        break;
    case TIMED_ACT:
        do_act(w, a, (enum act)t->detail);
        break;
    case TIMED_FAULT:
        do_fault(w, a, (enum fault)t->detail);
        break;
    case TIMED_BACK:
        come_back(w, a, t->detail);
        break;
    case TIMED_RETRY:
        client_retry(w, a, t->slot, t->token);
        break;
    case TIMED_PULL:
        late_pull(w, a, t->token);
        break;
    case TIMED_HELD:
        release_held(w, t->slot);
        break;
    case TIMED_FOREIGN:
        foreign_due(w, a, t->token);
        break;
    case TIMED_ACK:
        late_ack(w, a, t->slot, t->token);
        break;
    }
}

void run_world(struct world *w)
{
    struct timed timed;
    unsigned steps = 0;
    start(w);
    while (w->failure == NULL && next_timed(w, &timed)) {
        w->now = timed.at;
        happen(w, &timed);
        if (!w->planned && w->side[0].phase == PHASE_UP && w->side[1].phase == PHASE_UP) {
            plan_call(w);
        }
        judge_world(w);
        if (steps % 500u == 499u) {
            do_act(w, &w->side[pick(w, 2)], ACT_HANG_UP); /* long enough */
        }
        if (++steps > 20000) {
            fail(w, "simulation: a call without end", "%u steps", steps);
        }
    }
    if (w->failure == NULL) {
        judge_end(w);
    }
    w->counts->calls++;
    w->counts->events += steps;
    w->counts->virtual_ms += w->now;
}
