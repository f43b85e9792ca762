/* SPDX-License-Identifier: MIT */
/* Ends caused by requests that were not answered, or were rejected. */
#include "watch/judge.h"

#include <sst/rules.h>

/* How far 64*T1 can be off on the wire. */
#define T1_SLACK_MS 2000u

static bool is_timeout(uint32_t age)
{
    return age >= SST_TRANSACTION_MS - T1_SLACK_MS && age <= SST_TRANSACTION_MS + T1_SLACK_MS;
}

/* Without an ACK the UAS retransmits the 2xx, over any transport, and hangs up after 64*T1. */
bool sst_watch_explain_ack(struct sst_watch_case *c)
{
    const struct sst_watch *w = c->w;
    for (unsigned i = 0; i < SST_WATCH_TX_MAX; i++) {
        uint32_t age = sst_watch_age(w, i, c->at);
        bool awaited = (w->tx_flags[i] & T_ANSWERED) && sst_watch_tx_by(w, i) != c->by;
        if (awaited && is_timeout(age)) {
            unsigned owes = sst_watch_tx_by(w, i);
            uint64_t missing = SST_FINDING_BIT(SST_FINDING_ACK_MISSING);
            c->result->by_caller |= owes == CALLER ? missing : 0;
            c->result->by_callee |= owes == CALLEE ? missing : 0;
            c->result->causes |= missing;
            c->result->method = SST_METHOD_INVITE;
            sst_watch_conclude(c, SST_WATCH_ACK_MISSING, SST_WHO_NONE);
            return true;
        }
    }
    return false;
}

static enum sst_method method_of(const struct sst_watch *w, unsigned i)
{
    return (w->tx_flags[i] & T_UPDATE) ? SST_METHOD_UPDATE : SST_METHOD_INVITE;
}

/* Whether the sender of the request gave up and hung up. An INVITE can ring; an unanswered UPDATE
 * is retransmitted, unless it goes over a stream. */
static bool gave_up(const struct sst_watch_case *c, unsigned i)
{
    const struct sst_watch *w = c->w;
    uint32_t age = sst_watch_age(w, i, c->at);
    bool for_timer = sst_watch_runs(w) || (w->flags & W_OFF) || (w->tx_flags[i] & T_HAS_SE);
    bool update = w->tx_flags[i] & T_UPDATE;
    bool silent = sst_watch_copies(w, i) >= 2u || (update && sst_watch_in_vain(w, i, 2u));
    bool not_refreshed = sst_watch_runs(w) && !sst_watch_is_refresher(w, c->by) &&
                         sst_watch_is_time(&c->limits, c->at);
    bool repeated = silent && !not_refreshed && age >= SST_TRANSACTION_MS - T1_SLACK_MS;
    bool in_interval = age <= sst_watch_since(w->start_ms, c->at);
    bool waits = !update || sst_watch_in_vain(w, i, 1u) || (w->flags & W_SILENCE);
    bool expired = waits && in_interval && sst_watch_is_refresher(w, c->by) &&
                   sst_watch_is_time(&c->limits, c->at);
    bool says = (w->flags & W_REASON_TIMER) && age >= SST_TRANSACTION_MS / 2u;
    return for_timer && (is_timeout(age) || repeated || expired || says);
}

/* Whether the side that had to answer hung up, at the time when an unrefreshed session ends. */
static bool never_answered(const struct sst_watch_case *c, unsigned i)
{
    const struct sst_watch *w = c->w;
    return sst_watch_is_refresher(w, sst_watch_tx_by(w, i)) && sst_watch_is_for_timer(c);
}

/* Whether it is certain that no response came: the request was retransmitted or went over a stream,
 * or is younger than 64*T1, after which its sender would have hung up. */
static bool is_certain(const struct sst_watch_case *c, unsigned i)
{
    return sst_watch_in_vain(c->w, i, 1u) || sst_watch_age(c->w, i, c->at) < SST_TRANSACTION_MS;
}

/* The sender of request i waited for the response, and hung up. */
static void conclude_given_up(struct sst_watch_case *c, unsigned i)
{
    const struct sst_watch *w = c->w;
    c->result->method = method_of(w, i);
    c->result->limit_ms = sst_add_ms(c->at - sst_watch_age(w, i, c->at), SST_TRANSACTION_MS);
    sst_watch_conclude(c, SST_WATCH_REFRESH_UNANSWERED, sst_watch_who_is(sst_watch_other(c->by)));
}

bool sst_watch_explain_unanswered(struct sst_watch_case *c)
{
    const struct sst_watch *w = c->w;
    unsigned i = sst_watch_tx_open(w, c->by);
    if (i != T_NONE && gave_up(c, i)) {
        conclude_given_up(c, i);
        return true;
    }
    i = sst_watch_tx_open(w, sst_watch_other(c->by));
    if (i == T_NONE || !never_answered(c, i)) {
        return false;
    }
    c->result->method = method_of(w, i);
    if (w->tx_flags[i] & T_LATE) {
        sst_watch_conclude(c, SST_WATCH_REFRESHED_LATE, sst_watch_who_is(sst_watch_tx_by(w, i)));
    } else if (!is_certain(c, i)) {
        sst_watch_give_up(c, SST_MISSING_RESPONSE);
    } else if (sst_watch_age(w, i, c->at) <= c->limits.slack) {
        /* The request and the BYE may have crossed: neither side was wrong. */
        sst_watch_conclude(c, SST_WATCH_ENDED_OTHERWISE, sst_watch_who_is(c->by));
    } else {
        sst_watch_conclude(c, SST_WATCH_REFRESH_UNANSWERED, sst_watch_who_is(c->by));
    }
    return true;
}

/* Whether the peer is known to allow a method of refreshing that was not tried. */
static bool is_untried(const struct sst_watch *w, unsigned refused_by)
{
    if (!(w->marks & M_TRIED_INVITE)) {
        return true;
    }
    return !(w->marks & M_TRIED_UPDATE) && sst_watch_is(w, W_UPDATE_CALLER, refused_by);
}

/* Whether the sender of the rejected request must try again, or (500) may have sent two at once. */
static bool calls_for_retry(const struct sst_watch *w, enum sst_method method)
{
    enum sst_outcome outcome = sst_classify_status(method, w->status);
    return outcome == SST_OUTCOME_AUTH || outcome == SST_OUTCOME_GLARE || w->status == 500 ||
           (outcome == SST_OUTCOME_INTERVAL && !(w->marks & M_REVERSED));
}

static void conclude_refusal(struct sst_watch_case *c, enum sst_method method, unsigned refused_by)
{
    const struct sst_watch *w = c->w;
    enum sst_watch_who refuser = sst_watch_who_is(refused_by);
    enum sst_watch_who asker = sst_watch_who_is(sst_watch_other(refused_by));
    enum sst_watch_who culprit = (w->marks & M_REVERSED) ? refuser : asker;
    c->result->status = w->status;
    c->result->method = method;
    if (sst_watch_is_lossy(w) && calls_for_retry(w, method)) {
        sst_watch_give_up(c, SST_MISSING_REQUEST);
        return;
    }
    switch (sst_classify_status(method, w->status)) {
    case SST_OUTCOME_GONE:
        sst_watch_conclude(c, SST_WATCH_REFRESH_DIALOG_LOST, refuser);
        return;
    case SST_OUTCOME_INTERVAL:
        sst_watch_conclude(c, SST_WATCH_INTERVAL_REFUSED, culprit);
        return;
    case SST_OUTCOME_EXTENSION:
        sst_watch_conclude(c, SST_WATCH_EXTENSION_REFUSED, culprit);
        return;
    case SST_OUTCOME_AUTH: /* a challenge is not an error */
        sst_watch_conclude(c, SST_WATCH_REFRESH_REFUSED, asker);
        return;
    case SST_OUTCOME_GLARE: /* to be tried again; RFC 3261 §14.1 */
        culprit = (w->flags & W_RETRIED) ? refuser : asker;
        culprit = (w->marks & M_REVERSED) ? SST_WHO_NONE : culprit;
        sst_watch_conclude(c, SST_WATCH_REFRESH_REFUSED, culprit);
        return;
    default:
        break;
    }
    if (w->status == 421) {
        sst_watch_conclude(c, SST_WATCH_EXTENSION_REFUSED, refuser);
        return;
    }
    c->result->untried = is_untried(w, refused_by);
    sst_watch_conclude(c, SST_WATCH_REFRESH_REFUSED, (w->marks & M_REVERSED) ? asker : refuser);
}

static enum sst_method refused_method(const struct sst_watch *w)
{
    return (w->marks & M_REFUSED_UPDATE) ? SST_METHOD_UPDATE : SST_METHOD_INVITE;
}

bool sst_watch_explain_refused(struct sst_watch_case *c)
{
    const struct sst_watch *w = c->w;
    unsigned refused_by = (w->marks & M_REFUSED_BY_CALLEE) ? CALLEE : CALLER;
    enum sst_method method = refused_method(w);
    bool gone = sst_classify_status(method, w->status) == SST_OUTCOME_GONE;
    bool refresh = gone || (w->marks & M_REFUSED_REFRESH);
    bool crossed = w->status == 491 && (w->marks & M_REVERSED);
    bool followed = (w->flags & W_AT_ONCE) && (c->by != refused_by || crossed);
    /* The timer never started: the sender gave up after the 422. */
    bool given_up = w->status == 422 && !sst_watch_runs(w);
    if (given_up || (refresh && (followed || sst_watch_is_for_timer(c)))) {
        if (w->flags & W_LATE) {
            sst_watch_conclude(c, SST_WATCH_REFRESHED_LATE,
                               sst_watch_who_is(sst_watch_other(refused_by)));
            return true;
        }
        conclude_refusal(c, method, refused_by);
        return true;
    }
    if (w->flags & W_AT_ONCE) {
        c->result->status = w->status;
        c->result->method = method;
        sst_watch_conclude(c, SST_WATCH_ENDED_OTHERWISE, sst_watch_who_is(c->by));
        return true;
    }
    return false;
}

bool sst_watch_explain_alone(struct sst_watch_case *c)
{
    const struct sst_watch *w = c->w;
    unsigned i = sst_watch_tx_open(w, c->by);
    if (i != T_NONE && (w->tx_flags[i] & T_HAS_SE) && sst_watch_copies(w, i) >= 2u &&
        is_timeout(sst_watch_age(w, i, c->at))) {
        conclude_given_up(c, i);
        return true;
    }
    return false;
}

bool sst_watch_explain_setup(struct sst_watch_case *c)
{
    const struct sst_watch *w = c->w;
    if (w->status != 422 && w->status != 420 && w->status != 421) {
        return false;
    }
    if (!(w->flags & W_ENDED)) {
        c->result->decided_ms = sst_add_ms(w->start_ms, w->end_ms);
    }
    conclude_refusal(c, SST_METHOD_INVITE, (w->marks & M_REFUSED_BY_CALLEE) ? CALLEE : CALLER);
    return true;
}
