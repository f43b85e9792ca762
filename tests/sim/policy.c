/* SPDX-License-Identifier: MIT */
/* What the owners of hosts want, and how they change it in the middle of a call. */
#include "sim.h"

#include <string.h>

static uint32_t one_of(struct world *w, const uint32_t *values, unsigned n)
{
    return values[pick(w, n)];
}

static void choose_intervals(struct world *w, struct sst_policy *p)
{
    static const uint32_t intervals[] = {90, 1800, 91, 96, 100, 120, 180, 600, 3600, 86400};
    static const uint32_t minimums[] = {90, 90, 100, 120, 180, 600, 1800};
    p->session_expires = one_of(w, intervals, 10);
    uint32_t least = one_of(w, minimums, 7);
    p->min_se = least > p->session_expires ? p->session_expires : least;
    if (pick(w, 8) == 1) {
        p->max_session_expires = p->session_expires * (1u + pick(w, 3));
    }
}

static void choose_refreshing(struct world *w, struct sst_policy *p)
{
    static const uint32_t percents[] = {50, 50, 40, 25, 12};
    static const uint32_t jitters[] = {0, 0, 5, 10};
    static const uint32_t floors[] = {10, 1, 45};
    p->prefer_refresher = pick(w, 2) == 0 ? SST_REFRESHER_UAC : SST_REFRESHER_UAS;
    p->request_refresher = (enum sst_refresher)pick(w, 3);
    p->allow_uas = pick(w, 4) == 1;
    p->method = (enum sst_refresh_method)pick(w, 3);
    p->refresh_percent = one_of(w, percents, 5);
    p->refresh_floor = one_of(w, floors, 3);
    p->max_refresh = pick(w, 4) == 1 ? 45u + p->session_expires / 3u : 0;
    p->jitter_percent = one_of(w, jitters, 4);
}

static void choose_ending(struct world *w, struct sst_policy *p)
{
    unsigned guard = pick(w, 8);
    p->guard = guard == 1 ? SST_GUARD_PERCENT : guard == 2 ? SST_GUARD_NONE : SST_GUARD_RFC;
    p->guard_percent = 10u + (w->fair ? 0 : pick(w, 20));
    p->expire_at = pick(w, 6) == 1 ? SST_EXPIRE_AT_GUARD : SST_EXPIRE_AT_EXPIRATION;
    p->own_benefit = (enum sst_own_benefit)pick(w, 3);
    p->timeout_retries = pick(w, 4);
    p->rescue = pick(w, 6) == 1;
    p->refused = pick(w, 3) == 1 ? SST_REFUSED_KEEP : SST_REFUSED_EXPIRE;
    p->dropped = pick(w, 3) == 1 ? SST_DROPPED_OFF : SST_DROPPED_KEEP;
    p->strict_overlap = pick(w, 6) == 1;
    p->accept_midcall = pick(w, 6) != 1;
    p->below_min = pick(w, 2) == 1 ? SST_BELOW_MIN_REPORT : SST_BELOW_MIN_KEEP;
    p->accept_refresher_missing = pick(w, 8) != 1;
    p->accept_malformed = pick(w, 8) != 1;
    p->accept_require_as_support = pick(w, 8) != 1;
}

static void choose_policy(struct world *w, struct agent *a, struct sst_policy *p)
{
    static const enum sst_mode modes[] = {SST_MODE_REQUEST, SST_MODE_REQUEST, SST_MODE_ACCEPT,
                                          SST_MODE_ACCEPT,  SST_MODE_REQUIRE, SST_MODE_OFF};
    sst_policy_init(p);
    p->mode = modes[pick(w, 6)];
    choose_intervals(w, p);
    if (pick(w, 2) == 1) {
        choose_refreshing(w, p);
    }
    if (pick(w, 2) == 1) {
        choose_ending(w, p);
    }
    habits_of_policy(w, a, p);
    p->user = a;
    p->random = on_random;
    p->counters = &w->counts->library;
    if (a->style != STYLE_PULL) {
        p->on_event = on_event;
    }
    if (sst_policy_check(p, NULL) != SST_OK) {
        fail(w, "simulation: a policy is wrong", "%u", p->session_expires);
    }
}

/* The policy that is not in use becomes the agent's policy. */
static void take_policy(struct world *w, struct agent *a)
{
    a->policy = &a->policies[a->policy == &a->policies[0] ? 1 : 0];
    choose_policy(w, a, a->policy);
    w->declines = w->declines || a->policy->mode == SST_MODE_OFF;
    a->had_most = a->had_most || a->policy->max_session_expires != 0;
}

void first_policy(struct world *w, struct agent *a)
{
    take_policy(w, a);
}

static bool is_busy(const struct agent *a)
{
    bool busy = a->invite.open || a->update.open;
    for (unsigned i = 0; i < SERVERS; i++) {
        busy = busy || a->servers[i].open;
    }
    return busy;
}

/* A side that begins to ask in mid-call meets owners that accept no timer any more. */
static void note_declining(struct world *w)
{
    for (unsigned i = 0; i < SIDES; i++) {
        const struct agent *a = &w->side[i];
        w->declines = w->declines || (a->kind == KIND_LIBRARY && !a->policy->accept_midcall);
    }
}

/* It moves nothing that is in force. */
static void judge_change(struct world *w, const struct sst_session_info *before,
                         const struct sst_session_info *after)
{
    if (before->interval != after->interval || before->side != after->side ||
        before->refresh_ms != after->refresh_ms || before->end_ms != after->end_ms) {
        fail(w, "a new policy moves what is in force", "%llu to %llu",
             (unsigned long long)before->end_ms, (unsigned long long)after->end_ms);
    }
}

/* Sets another policy, and perhaps another way of event delivery, at any moment. The old policy is
 * then made useless: nobody may read it any more. */
bool change_policy(struct world *w, struct agent *a)
{
    if (a->kind != KIND_LIBRARY || a->phase == PHASE_DEAD || a->phase == PHASE_OVER ||
        a->away_until > w->now) {
        return false;
    }
    struct sst_session_info before;
    struct sst_session_info after;
    struct sst_policy *old = a->policy;
    bool pulled = a->style == STYLE_PULL;
    sst_session_inspect(&a->session, &before);
    if (pick(w, 3) == 1) {
        a->style = (enum style)pick(w, 3);
    }
    note_declining(w);
    take_policy(w, a);
    note_declining(w);
    if (sst_session_set_policy(&a->session, a->policy) != SST_OK) {
        fail(w, "a valid policy is not taken", "%c", 'A' + a->index);
    }
    memset(old, 0xA5, sizeof *old);
    log_line(w, "%c: another policy, mode %u, method %u", 'A' + a->index, (unsigned)a->policy->mode,
             (unsigned)a->policy->method);
    sst_session_inspect(&a->session, &after);
    judge_change(w, &before, &after);
    judge(w, a, MAY_NOTHING);
    w->counts->scene[SCENE_POLICY_BESIDE] += is_busy(a);
    w->counts->scene[SCENE_POLICY_IN_EVENT] += a->inside;
    if (pulled && a->style != STYLE_PULL && !a->inside) {
        tell_what_waits(w, a);
    }
    settle(w, a);
    return true;
}
