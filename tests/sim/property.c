/* SPDX-License-Identifier: MIT */
/*
 * The property, for every policy that sst_policy_check() lets through and for every habit of hosts,
 * peers and proxies:
 *
 *   No healthy side is ended while any way of refreshing would have been answered. No dead call
 *   outlives its bound. No offer is rejected with nothing pending. No two refreshes are closer than
 *   the floor, except attempts of one refresh. Callback and pull report the same events.
 *
 * test_session_random.c judges the last one by running each life twice; the others are judged here.
 * A side is healthy if it runs and would have got an answer to an UPDATE or re-INVITE that the host
 * may send. So an ending needs a cause (oracle.c), and something that closes only some of the ways,
 * or all of them for a short while, is no cause.
 */
#include "sim.h"

#include <string.h>

/* EC-120: a local request is pending, and its 2xx would refresh. */
static bool overtakes_own(const struct world *w, const struct agent *a,
                          const struct sst_event *event)
{
    bool pending = (a->invite.open && !a->invite.initial) || a->update.open;
    bool before = clock_of(w, a) + 50u < event->expires_ms; /* it was planned by then */
    return pending && before && event->reason == SST_END_NOT_REFRESHED;
}

/* EC-132: the watcher hangs up before the other side has even sent its next refresh. EC-30: so does
 * a callee that counts from a lost 2xx although it was told of the ACK. */
static bool before_sending(const struct world *w, const struct agent *a)
{
    const struct agent *other = &w->side[1 - a->index];
    bool first = a->index == 1 && a->tells_ack && a->commits == 1 && other->commits == 1;
    bool free = !other->invite.open && !other->update.open; /* if not, that is in its way */
    return other->kind == KIND_LIBRARY && is_up(w, other) && (other->last_was_refresh || first) &&
           free && !other->sent_since && other->committed_at != 0;
}

void property_ended(struct world *w, struct agent *a, const struct sst_event *event)
{
    const unsigned jumps =
        1u << CAUSE_CLOCK | 1u << CAUSE_SLEEP | 1u << CAUSE_PULL | 1u << CAUSE_RESTART;
    if (w->habits == 0 || (w->causes & jumps) != 0) {
        return;
    }
    if (event->reason == SST_END_REFRESH_UNANSWERED && event->side == SST_SIDE_LOCAL &&
        clock_of(w, a) < event->expires_ms) {
        afflict(w, CAUSE_POLICY); /* expire_at=guard: over whatever is pending, a second later */
    }
    if (overtakes_own(w, a, event)) {
        fail(w, "EC-120: the BYE overtakes a request of this side", "%s",
             a->update.open ? "UPDATE" : "INVITE");
    }
    bool answers = (w->causes & 1u << CAUSE_LATE) == 0; /* else its refresh may be blocked */
    if (has(w, HABIT_LOSS) && answers && event->reason == SST_END_NOT_REFRESHED) {
        if (before_sending(w, a)) {
            fail(w, "EC-30, EC-132: the BYE comes before the refresh is due", "%u s",
                 event->interval);
        }
    }
}

/* Which rejections there were, for the reader. */
static const char *name_of_rule(const struct rule *rule)
{
    if (rule->lasts != 0) {
        return rule->has_retry ? "ended: both methods refused for a while, with Retry-After"
                               : "ended: both methods refused for a while, and free again";
    }
    if (rule->offers) {
        return rule->has_retry ? "ended: offers refused, with Retry-After, and no other way tried"
                               : "ended: offers refused, and no other way tried";
    }
    if (rule->opening != 0) {
        return rule->methods == 2 ? "ended: UPDATE refused, first in another way, INVITE free"
                                  : "ended: INVITE refused, first in another way, UPDATE free";
    }
    if (rule->methods == 2) {
        return rule->has_retry ? "ended: UPDATE refused, with Retry-After, INVITE free"
                               : "ended: UPDATE refused, INVITE free";
    }
    return rule->has_retry ? "ended: INVITE refused, with Retry-After, UPDATE free"
                           : "ended: INVITE refused, UPDATE free";
}

const char *property_name_of_end(const struct world *w)
{
    if (has(w, HABIT_STATUS) && w->rules[0].first != 0) {
        return name_of_rule(&w->rules[0]);
    }
    if (has(w, HABIT_408)) {
        return w->overtaken ? "ended: a 408 to a refresh that a later 2xx has overtaken"
                            : "ended: a 408 although the policy tries again";
    }
    return "a healthy call over a network that delivers is ended";
}

static bool is_own_offer_open(const struct client *c)
{
    return c->open && c->offer && !c->answered;
}

/* What of RFC 3261 §14.2 and RFC 3311 §5.2 is pending, as the host sees it. */
static bool is_pending(const struct world *w, const struct agent *a, const struct server *incoming,
                       const struct packet *packet)
{
    bool invite = packet->method == SST_METHOD_INVITE;
    if (invite && a->invite.open) {
        return true;
    }
    if (packet->offer && (is_own_offer_open(&a->invite) || is_own_offer_open(&a->update))) {
        return true;
    }
    for (unsigned i = 0; i < SERVERS; i++) {
        const struct server *s = &a->servers[i];
        if (s == incoming || !s->used) {
            continue;
        }
        if (s->open &&
            (s->method == packet->method || (packet->offer && s->offer && !s->answered))) {
            return true;
        }
    }
    /* EC-121: at most 32 s from that 2xx, if nobody reports its ACK to the library */
    if (packet->offer && a->gave && w->now <= a->gave_at + TIMER_B) {
        return true;
    }
    bool own = a->invite.open || a->update.open;
    return a->policy->strict_overlap && own && get_header(packet, "Session-Expires") != NULL;
}

void property_refused(struct world *w, struct agent *a, const struct server *s,
                      const struct packet *packet, unsigned status)
{
    if (w->habits == 0 || a->restored || a->phase != PHASE_UP || (status != 491 && status != 500)) {
        return;
    }
    bool low = packet->cseq + 1u < a->session.next_cseq; /* EC-107 */
    if (!low && !is_pending(w, a, s, packet)) {
        fail(w, "an offer or a request is refused with nothing pending", "%u to %s", status,
             sst_method_name((enum sst_method)packet->method));
    }
}

/* EC-125: from the first attempt of one refresh to that of the next. */
void property_rate(struct world *w, struct agent *a)
{
    uint64_t now = clock_of(w, a);
    if (a->attempting || (w->causes & (1u << CAUSE_CLOCK | 1u << CAUSE_RESTART)) != 0) {
        return;
    }
    a->attempting = true;
    if (a->has_begun && now - a->begun_at < (uint64_t)a->floor * 1000u) {
        fail(w, "EC-125: two refreshes are closer than the floor", "%llu ms, floor %u s",
             (unsigned long long)(now - a->begun_at), a->floor);
    }
    a->has_begun = true;
    a->begun_at = now;
    a->floor = a->policy->refresh_floor;
}

/* @param keeps  the peer may know nothing of it: a refresh that was refused goes on; EC-115 */
void property_commit(struct agent *a, const struct sst_policy *policy, bool refresh, bool keeps)
{
    bool pending = (a->invite.open && a->invite.refresh) || (a->update.open && a->update.refresh);
    a->attempting = keeps && (a->attempting || pending);
    a->early = refresh ? 0 : a->early;
    a->unsent = keeps ? a->unsent : 0;
    a->sent_since = false;
    a->lives = false;
    a->last_was_refresh = refresh;
    if (policy->refresh_floor < a->floor) {
        a->floor = policy->refresh_floor;
    }
}

/* EC-18: a side that asked for a timer, if need be for its own benefit, notices a dead peer. A side
 * that meets a minimum above its own maximum ends up asking for none; EC-101. */
bool property_owes_notice(const struct world *w, const struct agent *a)
{
    bool quirk = has(w, HABIT_LISTS) || has(w, HABIT_FORGETS) || has(w, HABIT_TRYING);
    bool unasked = (w->causes & 1u << CAUSE_POLICY) != 0;
    return quirk && a->kind == KIND_LIBRARY && a->index == 0 && a->owes_notice && !unasked;
}
