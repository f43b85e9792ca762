/* SPDX-License-Identifier: MIT */
/* Why a dialog ended: the explanations in their order, the most certain first. */
#include "watch/judge.h"

#include <sst/rules.h>

/* The longest that an INVITE can ring: Timer C of proxies (RFC 3261 §16.6), and 64*T1 to end it. */
#define RINGING_MS 212000u

static void judge_bye(struct sst_watch_case *c)
{
    const struct sst_watch *w = c->w;
    if (sst_watch_explain_ack(c) || sst_watch_explain_unanswered(c) ||
        sst_watch_explain_refused(c)) {
        return;
    }
    if (sst_watch_runs(w)) {
        sst_watch_conclude_running(c);
    } else if (!sst_watch_is_for_timer(c)) {
        sst_watch_conclude_by_user(c);
    } else if ((w->flags & W_OFF) && (w->flags & W_LOST_REQUEST)) {
        sst_watch_give_up(c, SST_MISSING_REQUEST); /* the capture does not show who left it out */
    } else if (w->flags & W_OFF) {
        c->result->causes |=
            SST_FINDING_BIT(SST_FINDING_SE_LEFT_OUT) | SST_FINDING_BIT(SST_FINDING_SE_DROPPED);
        sst_watch_conclude(c, SST_WATCH_TIMER_LOST, sst_watch_who_is(sst_watch_off_by(w)));
    } else {
        sst_watch_conclude_early(c); /* for a timer that does not exist */
    }
}

static void judge_open(struct sst_watch_case *c)
{
    const struct sst_watch *w = c->w;
    uint64_t kept = sst_add_ms(c->limits.expires, sst_guard_ms(w->interval));
    if (!sst_watch_runs(w) || c->at < kept) {
        sst_watch_conclude(c, SST_WATCH_RUNNING, SST_WHO_NONE);
    } else {
        sst_watch_conclude_kept(c);
    }
}

/* No dialog was established. */
static void judge_setup(struct sst_watch_case *c)
{
    const struct sst_watch *w = c->w;
    bool ended = w->flags & W_ENDED;
    unsigned i = sst_watch_tx_open(w, CALLER);
    uint64_t refused = sst_add_ms(w->start_ms, w->end_ms);
    bool recent = !ended && w->status != 0 && sst_watch_since(refused, c->at) < SST_TRANSACTION_MS;
    if (i != T_NONE && !ended) {
        if (sst_watch_age(w, i, c->at) < RINGING_MS) {
            sst_watch_conclude(c, SST_WATCH_RUNNING, SST_WHO_NONE);
        } else {
            sst_watch_give_up(c, SST_MISSING_END);
        }
    } else if (recent && !(w->marks & M_REVERSED)) {
        sst_watch_conclude(c, SST_WATCH_RUNNING, SST_WHO_NONE); /* a retry may come */
    } else if (sst_watch_is_lossy(w)) {
        sst_watch_give_up(c, SST_MISSING_REQUEST);
    } else if (i != T_NONE || !sst_watch_explain_setup(c)) {
        sst_watch_conclude(c, SST_WATCH_NO_TIMER, SST_WHO_NONE);
    }
}

static unsigned find_missing(const struct sst_watch *w)
{
    unsigned missing = 0;
    missing |= (w->flags & W_BEGAN) ? 0u : SST_MISSING_BEGINNING;
    missing |= (w->flags & W_LOST_REQUEST) ? SST_MISSING_REQUEST : 0u;
    missing |= (w->flags & W_LOST_RESPONSE) ? SST_MISSING_RESPONSE : 0u;
    missing |= sst_watch_is(w, W_SAW_CALLER, CALLER) ? 0u : SST_MISSING_CALLER;
    missing |= sst_watch_is(w, W_SAW_CALLER, CALLEE) ? 0u : SST_MISSING_CALLEE;
    return missing;
}

/* Adds the findings that go with a verdict, if its explanation has not named them. */
static void add_findings(struct sst_watch_case *c)
{
    struct sst_watch_result *r = c->result;
    switch (r->verdict) {
    case SST_WATCH_REFRESHED_LATE:
        sst_watch_accuse(c, r->who, SST_FINDING_REFRESH_LATE);
        break;
    case SST_WATCH_REFRESH_UNANSWERED:
        sst_watch_accuse(c, r->who, SST_FINDING_REFRESH_UNANSWERED);
        break;
    case SST_WATCH_INTERVAL_REFUSED:
        if (c->w->marks & M_REVERSED) {
            r->causes |= SST_FINDING_BIT(SST_FINDING_422_UNSUPPORTED) |
                         SST_FINDING_BIT(SST_VIOLATION_422_USELESS) |
                         SST_FINDING_BIT(SST_VIOLATION_422_WITHOUT_MIN_SE);
        } else {
            sst_watch_accuse(c, r->who, SST_FINDING_422_IGNORED);
        }
        break;
    default:
        break;
    }
}

/* The capture does not show whether there is a timer, or which. */
static bool is_unknown(const struct sst_watch *w)
{
    uint32_t needed = (w->flags & W_ESTABLISHED) ? W_KNOWN : W_BEGAN;
    return !(w->flags & needed) || (w->flags & W_UNSURE);
}

static void judge(struct sst_watch_case *c)
{
    const struct sst_watch *w = c->w;
    const unsigned one_way = SST_MISSING_CALLER | SST_MISSING_CALLEE;
    if (c->result->missing & one_way) {
        sst_watch_give_up(c, 0);
    } else if (is_unknown(w)) {
        if (!(w->flags & W_ENDED) || !sst_watch_explain_alone(c)) {
            sst_watch_give_up(c, 0);
        }
    } else if (!(w->flags & W_ESTABLISHED)) {
        judge_setup(c);
    } else if (w->marks & M_STORM) {
        unsigned by = (w->marks & M_STORM_BY_CALLEE) ? CALLEE : CALLER;
        c->result->causes |= SST_FINDING_BIT(SST_FINDING_STORM);
        sst_watch_conclude(c, SST_WATCH_STORM, sst_watch_who_is(by));
    } else if (w->flags & W_ENDED) {
        judge_bye(c);
    } else {
        judge_open(c);
    }
    add_findings(c);
}

void sst_watch_judge(const struct sst_watch *w, uint64_t now_ms, struct sst_watch_result *result)
{
    struct sst_watch_case c = {.w = w, .result = result};
    bool ended = w->flags & W_ENDED;
    *result = (struct sst_watch_result){
        .limit_ms = SST_NEVER,
        .decided_ms = SST_NEVER,
        .missing = find_missing(w),
    };
    c.at = ended ? sst_add_ms(w->start_ms, w->end_ms) : sst_max_ms(now_ms, w->start_ms);
    c.by = (w->flags & W_END_BY_CALLEE) ? CALLEE : CALLER;
    sst_watch_limits(w, w->start_ms, &c.limits);
    if (sst_watch_runs(w)) {
        result->refresher = sst_watch_who_is(sst_watch_refresher(w));
    }
    if (ended) {
        result->ended_by = sst_watch_who_is(c.by);
        result->decided_ms = c.at;
    }
    judge(&c);
}
