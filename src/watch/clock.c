/* SPDX-License-Identifier: MIT */
/* Explains an end by its time: no refresh, early, late, or a user who hung up. */
#include "watch/judge.h"

#include <sst/rules.h>

static bool is_in_window(const struct sst_watch_case *c)
{
    const struct sst_watch_limits *l = &c->limits;
    return sst_add_ms(c->at, l->slack) >= l->hangup && c->at <= sst_add_ms(l->expires, l->slack);
}

/* A request or its 2xx has just restarted the interval, for a peer that still runs a timer. */
static bool is_going_on(const struct sst_watch_case *c)
{
    bool begins = sst_watch_since(c->w->start_ms, c->at) <= c->limits.slack;
    for (unsigned by = CALLER; by <= CALLEE; by++) {
        unsigned i = sst_watch_tx_open(c->w, by);
        begins = begins || (i != T_NONE && sst_watch_age(c->w, i, c->at) <= c->limits.slack);
    }
    return begins;
}

/* For a timer that was turned off: one side may still run it, from the start of the old interval or
 * from the 2xx that turned it off. */
static bool is_time_of_lost(const struct sst_watch_case *c)
{
    struct sst_watch_limits before;
    if (is_going_on(c)) {
        return false;
    }
    sst_watch_limits(c->w, c->w->start_ms - c->w->before_ms, &before);
    return sst_watch_is_time(&c->limits, c->at) || sst_watch_is_time(&before, c->at);
}

bool sst_watch_is_for_timer(const struct sst_watch_case *c)
{
    const struct sst_watch *w = c->w;
    if (w->flags & W_REASON_TIMER) {
        return true;
    }
    if (w->flags & W_OFF) { /* the side that turned it off runs none */
        return c->by != sst_watch_off_by(w) && is_time_of_lost(c);
    }
    if (!sst_watch_runs(w)) {
        return false;
    }
    return sst_watch_is_refresher(w, c->by) ? sst_watch_is_time(&c->limits, c->at)
                                            : is_in_window(c);
}

/* The finding for each fault of a negotiation. */
static unsigned finding_of(enum sst_watch_fault fault)
{
    static const uint8_t broken[] = {
        [FAULT_NONE] = SST_FINDING_REFRESH_MISSING,
        [FAULT_MISSING] = SST_VIOLATION_REFRESHER_MISSING,
        [FAULT_REQUIRE] = SST_VIOLATION_REQUIRE_MISSING,
        [FAULT_NAMED] = SST_FINDING_UAC_NAMED,
        [FAULT_OVERRULED] = SST_VIOLATION_REFRESHER_OVERRULED,
        [FAULT_INVERTED] = SST_FINDING_ROLE_INVERTED,
        [FAULT_UNREADABLE] = SST_VIOLATION_SE_MALFORMED,
        [FAULT_CROSSED] = SST_FINDING_REFRESH_MISSING,
    };
    return broken[fault];
}

/* An UPDATE whose response is not in the capture, and may have changed the refresher. */
static bool lacks_answer(const struct sst_watch *w)
{
    const unsigned open = T_OPEN | T_UPDATE;
    bool lacks = false;
    for (unsigned i = 0; i < SST_WATCH_TX_MAX; i++) {
        lacks = lacks || ((w->tx_flags[i] & open) == open && !sst_watch_in_vain(w, i, 2u));
    }
    return lacks;
}

/* No refresh was sent, and the session ended because of that. */
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
        sst_watch_blame(c, sst_watch_who_is(c->by), SST_FINDING_BYE_LATE);
    }
    if (w->flags & W_LATE) {
        sst_watch_accuse(c, who, SST_FINDING_REFRESH_LATE);
        sst_watch_conclude(c, SST_WATCH_REFRESHED_LATE, who);
    } else if (fault == FAULT_CROSSED) {
        sst_watch_conclude(c, SST_WATCH_NOBODY_REFRESHES, SST_WHO_NONE);
    } else if (fault == FAULT_NONE || culprit == refresher) {
        sst_watch_accuse(c, who, SST_FINDING_REFRESH_MISSING);
        sst_watch_conclude(c, SST_WATCH_NOT_REFRESHED, who);
    } else {
        c->result->causes |= SST_FINDING_BIT(finding_of(fault));
        sst_watch_conclude(c, SST_WATCH_NOBODY_REFRESHES, sst_watch_who_is(culprit));
    }
}

void sst_watch_conclude_early(struct sst_watch_case *c)
{
    const struct sst_watch *w = c->w;
    enum sst_watch_who who = sst_watch_who_is(c->by);
    if (w->flags & W_LOST_REQUEST) {
        sst_watch_give_up(c, SST_MISSING_REQUEST); /* the BYE may be for it */
        return;
    }
    if (!(w->flags & W_BEGAN) && !sst_watch_runs(w)) {
        sst_watch_give_up(c, SST_MISSING_BEGINNING); /* of the timer that the BYE is for */
        return;
    }
    c->result->limit_ms = c->limits.hangup;
    sst_watch_accuse(c, who, SST_FINDING_BYE_EARLY);
    sst_watch_conclude(c, SST_WATCH_HUNG_UP_EARLY, who);
}

void sst_watch_conclude_by_user(struct sst_watch_case *c)
{
    const struct sst_watch *w = c->w;
    bool after_refresh =
        (w->flags & W_AGAIN) && sst_watch_since(w->start_ms, c->at) <= c->limits.slack;
    unsigned i = sst_watch_tx_open(w, sst_watch_other(c->by));
    bool before_answer = i != T_NONE && sst_watch_age(w, i, c->at) <= c->limits.slack;
    bool had_timer = sst_watch_runs(w) || (w->flags & W_OFF);
    if ((w->flags & W_REASON_OTHER) || after_refresh || before_answer) {
        sst_watch_conclude(c, SST_WATCH_ENDED_OTHERWISE, sst_watch_who_is(c->by));
    } else if (!had_timer && !(w->flags & W_BEGAN)) {
        sst_watch_give_up(c, SST_MISSING_BEGINNING); /* there may have been a timer */
    } else {
        sst_watch_conclude(c, had_timer ? SST_WATCH_ENDED_NORMALLY : SST_WATCH_NO_TIMER,
                           SST_WHO_NONE);
    }
}

/* Nothing follows the last 2xx, not even its ACK: the rest may take another path, as with a proxy
 * that does not record-route. */
static bool is_bypassed(const struct sst_watch_case *c)
{
    const struct sst_watch *w = c->w;
    bool bypassed = false;
    for (unsigned i = 0; i < SST_WATCH_TX_MAX; i++) {
        bypassed = bypassed || ((w->tx_flags[i] & T_ANSWERED) &&
                                sst_watch_age(w, i, c->at) == (uint32_t)(c->at - w->start_ms));
    }
    return bypassed;
}

void sst_watch_conclude_kept(struct sst_watch_case *c)
{
    const struct sst_watch *w = c->w;
    unsigned refresher = sst_watch_refresher(w);
    unsigned i = sst_watch_tx_open(w, refresher);
    bool gave_up = w->status == 408 || w->status == 481 || (w->flags & W_SILENCE) ||
                   (i != T_NONE && sst_watch_age(w, i, c->at) >= SST_TRANSACTION_MS);
    enum sst_watch_who who = sst_watch_who_is(gave_up ? refresher : sst_watch_other(refresher));
    c->result->limit_ms = c->limits.expires;
    if (i != T_NONE && !sst_watch_in_vain(w, i, 2u)) {
        sst_watch_give_up(c, SST_MISSING_RESPONSE); /* the call went on as if it had come */
        return;
    }
    if (sst_watch_is_lossy(w) || is_bypassed(c)) {
        sst_watch_give_up(c, (w->flags & W_ENDED) ? SST_MISSING_REQUEST : SST_MISSING_END);
        return;
    }
    if (i == T_NONE && w->status == 0) {
        sst_watch_accuse(c, sst_watch_who_is(refresher), SST_FINDING_REFRESH_MISSING);
    }
    sst_watch_accuse(c, who, SST_FINDING_BYE_MISSING);
    sst_watch_conclude(c, SST_WATCH_KEPT_TOO_LONG, who);
}

void sst_watch_conclude_running(struct sst_watch_case *c)
{
    const struct sst_watch *w = c->w;
    bool says_timer = w->flags & W_REASON_TIMER;
    if (sst_add_ms(c->at, c->limits.slack) < c->limits.hangup) {
        if (says_timer) { /* else a user, who may hang up at any time */
            sst_watch_conclude_early(c);
        } else {
            sst_watch_conclude_by_user(c);
        }
    } else if (sst_watch_is_for_timer(c)) {
        conclude_silence(c);
    } else if (c->at > sst_add_ms(c->limits.expires, c->limits.slack)) {
        sst_watch_conclude_kept(c);
    } else {
        sst_watch_conclude_by_user(c);
    }
}
