/* SPDX-License-Identifier: MIT */
/* Why a dialog ended: the explanations in their order, the most certain first. */
#include "watch/judge.h"

#include <sst/rules.h>

/* An INVITE that rings longer than Timer C of proxies (RFC 3261 §16.6), and 64*T1 for its end. */
#define RINGING_MS 212000u

void sst_watch_conclude(struct sst_watch_case *c, enum sst_watch_verdict verdict,
                        enum sst_watch_who who)
{
    c->result->verdict = verdict;
    c->result->who = who;
}

static void blame(struct sst_watch_case *c, enum sst_watch_who who, unsigned finding)
{
    uint64_t bit = SST_FINDING_BIT(finding);
    c->result->by_caller |= who == SST_WHO_CALLER ? bit : 0;
    c->result->by_callee |= who == SST_WHO_CALLEE ? bit : 0;
}

/* The same, and it is what the call ended for. */
static void accuse(struct sst_watch_case *c, enum sst_watch_who who, unsigned finding)
{
    blame(c, who, finding);
    c->result->causes |= SST_FINDING_BIT(finding);
}

void sst_watch_give_up(struct sst_watch_case *c, unsigned missing)
{
    c->result->missing |= missing;
    sst_watch_conclude(c, SST_WATCH_INCOMPLETE, SST_WHO_NONE);
}

static bool is_in_window(const struct sst_watch_case *c)
{
    const struct sst_watch_limits *l = &c->limits;
    return sst_add_ms(c->at, l->slack) >= l->hangup && c->at <= sst_add_ms(l->expires, l->slack);
}

/* A timer that was turned off: one side may count from before, or from then. */
static bool is_time_of_lost(const struct sst_watch_case *c)
{
    struct sst_watch_limits before;
    sst_watch_limits(c->w, c->w->start_ms - c->w->before_ms, &before);
    return sst_watch_is_time(&c->limits, c->at) || sst_watch_is_time(&before, c->at);
}

bool sst_watch_is_for_timer(const struct sst_watch_case *c)
{
    const struct sst_watch *w = c->w;
    if (w->flags & W_REASON_TIMER) {
        return true;
    }
    if (w->flags & W_OFF) {
        return is_time_of_lost(c);
    }
    if (!sst_watch_runs(w)) {
        return false;
    }
    return sst_watch_is_refresher(w, c->by) ? sst_watch_is_time(&c->limits, c->at)
                                            : is_in_window(c);
}

/* A finding for each fault of a negotiation. */
static unsigned finding_of(enum sst_watch_fault fault)
{
    static const uint8_t findings[] = {
        [FAULT_NONE] = SST_FINDING_REFRESH_MISSING,
        [FAULT_MISSING] = SST_VIOLATION_REFRESHER_MISSING,
        [FAULT_REQUIRE] = SST_VIOLATION_REQUIRE_MISSING,
        [FAULT_NAMED] = SST_FINDING_UAC_NAMED,
        [FAULT_OVERRULED] = SST_VIOLATION_REFRESHER_OVERRULED,
        [FAULT_INVERTED] = SST_FINDING_ROLE_INVERTED,
        [FAULT_UNREADABLE] = SST_VIOLATION_SE_MALFORMED,
        [FAULT_CROSSED] = SST_FINDING_REFRESH_MISSING,
    };
    return findings[fault];
}

/* An UPDATE without its response, which may have changed whose turn it is. */
static bool lacks_answer(const struct sst_watch *w)
{
    const unsigned open = T_OPEN | T_UPDATE;
    bool lacks = false;
    for (unsigned i = 0; i < SST_WATCH_TX_MAX; i++) {
        lacks = lacks || ((w->tx_flags[i] & open) == open && sst_watch_copies(w, i) < 2u);
    }
    return lacks;
}

/* Nothing was sent to refresh the session, and it ended for that. */
static void conclude_silence(struct sst_watch_case *c)
{
    const struct sst_watch *w = c->w;
    unsigned refresher = sst_watch_refresher(w);
    enum sst_watch_fault fault = (enum sst_watch_fault)(w->marks >> M_FAULT_AT & 7u);
    unsigned culprit = (w->marks & M_FAULT_BY_CALLEE) ? CALLEE : CALLER;
    enum sst_watch_who who = sst_watch_who_is(refresher);
    bool exact = (w->flags & W_REASON_TIMER) || sst_watch_is_time(&c->limits, c->at);
    c->result->limit_ms = c->limits.hangup;
    if (lacks_answer(w)) {
        sst_watch_give_up(c, SST_MISSING_RESPONSE);
        return;
    }
    if (sst_watch_is(w, W_GAP_CALLER, refresher) || (sst_watch_is_lossy(w) && !exact)) {
        sst_watch_give_up(c, SST_MISSING_REQUEST);
        return;
    }
    if (c->by != refresher && c->at >= c->limits.expires) {
        blame(c, sst_watch_who_is(c->by), SST_FINDING_BYE_LATE);
    }
    if (w->flags & W_LATE) {
        accuse(c, who, SST_FINDING_REFRESH_LATE);
        sst_watch_conclude(c, SST_WATCH_REFRESHED_LATE, who);
    } else if (fault == FAULT_CROSSED) {
        sst_watch_conclude(c, SST_WATCH_NOBODY_REFRESHES, SST_WHO_NONE);
    } else if (fault == FAULT_NONE || culprit == refresher) {
        accuse(c, who, SST_FINDING_REFRESH_MISSING);
        sst_watch_conclude(c, SST_WATCH_NOT_REFRESHED, who);
    } else {
        c->result->causes |= SST_FINDING_BIT(finding_of(fault));
        sst_watch_conclude(c, SST_WATCH_NOBODY_REFRESHES, sst_watch_who_is(culprit));
    }
}

/* Counted from what does not count: the INVITE of the first interval, or the 2xx before the last. */
static bool is_from_wrong_message(const struct sst_watch_case *c)
{
    const struct sst_watch *w = c->w;
    struct sst_watch_limits wrong;
    if (sst_watch_is_refresher(w, c->by) || w->before_ms < 2u * c->limits.slack) {
        return false;
    }
    sst_watch_limits(w, w->start_ms - w->before_ms, &wrong);
    wrong.slack /= 4u; /* a user may hang up at any time */
    return sst_watch_is_time(&wrong, c->at);
}

static void conclude_early(struct sst_watch_case *c)
{
    enum sst_watch_who who = sst_watch_who_is(c->by);
    c->result->limit_ms = c->limits.hangup;
    accuse(c, who, SST_FINDING_BYE_EARLY);
    sst_watch_conclude(c, SST_WATCH_HUNG_UP_EARLY, who);
}

/* Nothing of the timer's: by its Reason, right after a refresh, or by the will of a user. */
static void conclude_by_user(struct sst_watch_case *c)
{
    const struct sst_watch *w = c->w;
    bool after_refresh =
        (w->flags & W_AGAIN) && sst_watch_since(w->start_ms, c->at) <= c->limits.slack;
    unsigned i = sst_watch_tx_open(w, sst_watch_other(c->by));
    bool before_answer = i != T_NONE && sst_watch_age(w, i, c->at) <= c->limits.slack;
    bool had_timer = sst_watch_runs(w) || (w->flags & W_OFF);
    if ((w->flags & W_REASON_OTHER) || after_refresh || before_answer) {
        sst_watch_conclude(c, SST_WATCH_ENDED_OTHERWISE, sst_watch_who_is(c->by));
    } else {
        sst_watch_conclude(c, had_timer ? SST_WATCH_ENDED_NORMALLY : SST_WATCH_NO_TIMER,
                           SST_WHO_NONE);
    }
}

/* Nobody hung up in time. */
static void conclude_kept(struct sst_watch_case *c)
{
    const struct sst_watch *w = c->w;
    unsigned refresher = sst_watch_refresher(w);
    unsigned i = sst_watch_tx_open(w, refresher);
    bool gave_up = w->status == 408 || w->status == 481 ||
                   (i != T_NONE && sst_watch_age(w, i, c->at) >= SST_TRANSACTION_MS);
    enum sst_watch_who who =
        sst_watch_who_is(gave_up ? refresher : sst_watch_other(refresher));
    c->result->limit_ms = c->limits.expires;
    if ((w->flags & W_ENDED) && i != T_NONE && sst_watch_copies(w, i) < 2u) {
        sst_watch_give_up(c, SST_MISSING_RESPONSE); /* it went on as after an answer */
        return;
    }
    if (sst_watch_is_lossy(w)) {
        sst_watch_give_up(c, (w->flags & W_ENDED) ? SST_MISSING_REQUEST : SST_MISSING_END);
        return;
    }
    if (i == T_NONE && w->status == 0) {
        blame(c, sst_watch_who_is(refresher), SST_FINDING_REFRESH_MISSING);
    }
    accuse(c, who, SST_FINDING_BYE_MISSING);
    sst_watch_conclude(c, SST_WATCH_KEPT_TOO_LONG, who);
}

static void judge_running(struct sst_watch_case *c)
{
    const struct sst_watch *w = c->w;
    bool says_timer = w->flags & W_REASON_TIMER;
    if (sst_add_ms(c->at, c->limits.slack) < c->limits.hangup) {
        if (says_timer || is_from_wrong_message(c)) {
            conclude_early(c);
        } else {
            conclude_by_user(c);
        }
    } else if (sst_watch_is_for_timer(c)) {
        conclude_silence(c);
    } else if (c->at > sst_add_ms(c->limits.expires, c->limits.slack)) {
        conclude_kept(c);
    } else {
        conclude_by_user(c);
    }
}

static void judge_bye(struct sst_watch_case *c)
{
    const struct sst_watch *w = c->w;
    if (sst_watch_explain_ack(c) || sst_watch_explain_unanswered(c) ||
        sst_watch_explain_refused(c)) {
        return;
    }
    if (sst_watch_runs(w)) {
        judge_running(c);
    } else if (!sst_watch_is_for_timer(c)) {
        conclude_by_user(c);
    } else if ((w->flags & W_OFF) && (w->flags & W_LOST_REQUEST)) {
        sst_watch_give_up(c, SST_MISSING_REQUEST); /* who left it out, is not to be seen */
    } else if (w->flags & W_OFF) {
        unsigned culprit = (w->flags & W_OFF_BY_CALLEE) ? CALLEE : CALLER;
        c->result->causes |= SST_FINDING_BIT(SST_FINDING_SE_LEFT_OUT) |
                             SST_FINDING_BIT(SST_FINDING_SE_DROPPED);
        sst_watch_conclude(c, SST_WATCH_TIMER_LOST, sst_watch_who_is(culprit));
    } else {
        conclude_early(c); /* for a timer that there is none of */
    }
}

static void judge_open(struct sst_watch_case *c)
{
    const struct sst_watch *w = c->w;
    uint64_t kept = sst_add_ms(c->limits.expires, sst_guard_ms(w->interval));
    if (!sst_watch_runs(w) || c->at < kept) {
        sst_watch_conclude(c, SST_WATCH_RUNNING, SST_WHO_NONE);
    } else {
        conclude_kept(c);
    }
}

/* Before the dialog. */
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
    } else if (recent && !(w->marks & M_WRONGLY)) {
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

/* Findings that go with a verdict, where its explanation has not named them. */
static void add_findings(struct sst_watch_case *c)
{
    struct sst_watch_result *r = c->result;
    switch (r->verdict) {
    case SST_WATCH_REFRESHED_LATE:
        accuse(c, r->who, SST_FINDING_REFRESH_LATE);
        break;
    case SST_WATCH_REFRESH_UNANSWERED:
        accuse(c, r->who, SST_FINDING_REFRESH_UNANSWERED);
        break;
    case SST_WATCH_INTERVAL_REFUSED:
        if (c->w->marks & M_WRONGLY) {
            r->causes |= SST_FINDING_BIT(SST_FINDING_422_UNSUPPORTED) |
                         SST_FINDING_BIT(SST_VIOLATION_422_USELESS) |
                         SST_FINDING_BIT(SST_VIOLATION_422_WITHOUT_MIN_SE);
        } else {
            accuse(c, r->who, SST_FINDING_422_IGNORED);
        }
        break;
    default:
        break;
    }
}

static void judge(struct sst_watch_case *c)
{
    const struct sst_watch *w = c->w;
    const unsigned one_way = SST_MISSING_CALLER | SST_MISSING_CALLEE;
    bool established = w->flags & W_ESTABLISHED;
    if ((c->result->missing & one_way) || (established && !(w->flags & W_KNOWN)) ||
        (w->flags & W_UNSURE)) {
        sst_watch_give_up(c, 0);
    } else if (!established) {
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
