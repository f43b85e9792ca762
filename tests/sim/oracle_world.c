/* SPDX-License-Identifier: MIT */
/* What must hold between the two sides, and at the end of a world. */
#include "sim.h"

#include <string.h>

static bool is_quiet(const struct world *w)
{
    if (w->flying != 0) {
        return false;
    }
    for (unsigned i = 0; i < SIDES; i++) {
        const struct agent *a = &w->side[i];
        if (!is_up(w, a) || a->invite.open || a->update.open) {
            return false;
        }
        for (unsigned k = 0; k < SERVERS; k++) {
            if (a->servers[k].open || a->servers[k].await_ack) {
                return false;
            }
        }
    }
    return true;
}

static void judge_pair(struct world *w, const struct sst_session_info *a,
                       const struct sst_session_info *b)
{
    /* EC-123: a watcher may owe a refresh, which settles it. */
    bool planned = a->refresh_ms != SST_NEVER || b->refresh_ms != SST_NEVER;
    if (a->side == SST_SIDE_REMOTE && b->side != SST_SIDE_LOCAL && !planned) {
        fail(w, "I6: one side waits for a refresh that the other does not plan", "%s, %s",
             sst_side_name(a->side), sst_side_name(b->side));
    }
    if (a->own_benefit || b->own_benefit || w->declines) {
        return; /* each side for itself; a proxy may answer for a side that declines (§8.2) */
    }
    if ((a->side == SST_SIDE_NONE) != (b->side == SST_SIDE_NONE) ||
        (!w->overlapped && a->side != SST_SIDE_NONE && a->side == b->side)) {
        fail(w, "§9: both sides agree on who refreshes", "%s, %s", sst_side_name(a->side),
             sst_side_name(b->side));
    }
    if (!w->overlapped && a->interval != b->interval) {
        fail(w, "§9: both sides agree on the interval", "%u, %u", a->interval, b->interval);
    }
}

/* While nothing is pending and nothing has gone wrong, both sides agree. */
void judge_world(struct world *w)
{
    if (w->causes != 0 || w->failure != NULL || !is_quiet(w)) {
        return;
    }
    struct sst_session_info info[SIDES];
    for (unsigned i = 0; i < SIDES; i++) {
        if (w->side[i].kind != KIND_LIBRARY || w->side[i].restored) {
            return;
        }
        sst_session_inspect(&w->side[i].session, &info[i]);
        if (info[i].ended) {
            return;
        }
    }
    w->counts->scene[SCENE_QUIET]++;
    judge_pair(w, &info[0], &info[1]);
    judge_pair(w, &info[1], &info[0]);
}

static void judge_survivor(struct world *w, const struct agent *a)
{
    bool owes = property_owes_notice(w, a);
    if (w->dead_at == 0 || a->phase != PHASE_OVER || !(a->timed || owes) || a->restored) {
        return;
    }
    uint32_t interval = owes && a->interval == 0 ? a->policy->session_expires : a->interval;
    uint64_t run = (uint64_t)(interval < 90u ? 90u : interval) * 1000u;
    /* EC-18: a response other than 2xx is a sign of life, until the next refresh. 100 is not;
     * EC-127. */
    run *= a->own_benefit && a->lives ? 2u : 1u;
    /* what was still pending, and EC-30 */
    uint64_t late = 21000u * (w->proxies + 1u) + 3u * TIMER_B;
    bool jumped = (w->causes & (1u << CAUSE_CLOCK | 1u << CAUSE_SLEEP | 1u << CAUSE_PULL)) != 0;
    /* EC-18: rejecting a refresh that is for our own benefit counts as a sign of life, even if a
     * proxy did it. */
    bool refused = a->own_benefit && (w->causes & 1u << CAUSE_POLICY) != 0;
    /* A peer's request that our host never answers blocks the refreshes. */
    refused = refused || (a->own_benefit && (w->causes & 1u << CAUSE_LATE) != 0);
    if (!jumped && !refused && a->last_end > w->dead_at + run + late) {
        fail(w, "a dead side is noticed within the interval", "%llu ms later",
             (unsigned long long)(a->last_end - w->dead_at));
    }
}

/* Nothing is left to happen. */
void judge_end(struct world *w)
{
    for (unsigned i = 0; i < SIDES; i++) {
        const struct agent *a = &w->side[i];
        if (a->kind != KIND_LIBRARY || a->phase == PHASE_DEAD || w->failure != NULL) {
            continue;
        }
        struct sst_session_info info;
        sst_session_inspect(&a->session, &info);
        if (info.established && !info.ended && info.side != SST_SIDE_NONE) {
            fail(w, "the timer is lost: a session waits for nothing", "%c", 'A' + a->index);
        }
        judge_survivor(w, a);
        judge_taker(w, a);
    }
    if (w->failure == NULL && (w->causes & ~(1u << CAUSE_GONE)) != 0) {
        bool by_user = !w->side[0].ended && !w->side[1].ended;
        w->counts->scene[SCENE_SURVIVED_FAULT] += by_user;
    }
}
