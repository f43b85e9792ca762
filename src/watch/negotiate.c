/* SPDX-License-Identifier: MIT */
/* What final responses change about the timer. */
#include "watch/state.h"

#include <sst/rules.h>

/* What the request carried; all 0 if it was not seen. */
static void ask_of(const struct sst_watch *w, unsigned i, struct sst_ask *ask)
{
    *ask = (struct sst_ask){0};
    if (i == T_NONE) {
        return;
    }
    unsigned flags = w->tx_flags[i];
    ask->session_expires = (flags & T_HAS_SE) ? w->tx[i].session_expires : 0;
    ask->min_se = w->tx[i].min_se;
    ask->refresher = (enum sst_refresher)(flags >> T_REFRESHER_AT & 3u);
}

/* The dialog as the sender of the request sees it. */
static void dialog_of(const struct sst_watch *w, unsigned requester, struct sst_dialog *dialog)
{
    *dialog = (struct sst_dialog){.interval = w->interval};
    dialog->established = w->flags & W_ESTABLISHED;
    if (sst_watch_runs(w)) {
        dialog->side = sst_watch_refresher(w) == requester ? SST_SIDE_LOCAL : SST_SIDE_REMOTE;
    }
}

/* What is wrong with a 2xx, given its request. */
static uint64_t judge_2xx(const struct sst_watch *w, const struct sst_msg *msg, unsigned i,
                          unsigned by)
{
    uint64_t found = 0;
    if (i == T_NONE) {
        return found;
    }
    unsigned flags = w->tx_flags[i];
    bool has_interval = msg->has & SST_MSG_SESSION_EXPIRES;
    bool unreadable = msg->violations & SST_VIOLATION_BIT(SST_VIOLATION_SE_MALFORMED);
    if (has_interval && msg->refresher == SST_REFRESHER_UAC && !(flags & T_SUPPORTED)) {
        found |= SST_FINDING_BIT(SST_FINDING_UAC_NAMED);
    }
    if (!has_interval && !unreadable && (flags & T_HAS_SE) && (flags & T_SUPPORTED) &&
        sst_watch_is(w, W_SUPPORTS_CALLER, by)) {
        found |= SST_FINDING_BIT(SST_FINDING_SE_DROPPED);
    }
    return found;
}

/* Whether the request was sent before the 2xx in force, so that its sender could not know of it. */
static bool is_crossed(const struct sst_watch *w, unsigned i, uint64_t now)
{
    return i != T_NONE && sst_watch_runs(w) &&
           sst_watch_age(w, i, now) > sst_watch_since(w->start_ms, now);
}

/* Why it may be unclear who refreshes now. */
static enum sst_watch_fault find_fault(const struct sst_watch *w, const struct sst_msg *msg,
                                       unsigned i, uint64_t found, unsigned refresher, uint64_t now)
{
    const uint64_t unreadable =
        SST_FINDING_BIT(SST_VIOLATION_SE_MALFORMED) | SST_FINDING_BIT(SST_VIOLATION_SE_REPEATED);
    if (found & unreadable) {
        return FAULT_UNREADABLE;
    }
    bool offered = i != T_NONE && (w->tx_flags[i] >> T_REFRESHER_AT & 3u) == SST_REFRESHER_UAC;
    if ((found & SST_FINDING_BIT(SST_VIOLATION_REFRESHER_MISSING)) && !offered) {
        return FAULT_MISSING;
    }
    if (found & SST_FINDING_BIT(SST_FINDING_UAC_NAMED)) {
        return FAULT_NAMED;
    }
    bool gives_away = msg->refresher == SST_REFRESHER_UAC;
    if (gives_away && (found & SST_FINDING_BIT(SST_VIOLATION_REFRESHER_OVERRULED))) {
        return FAULT_OVERRULED;
    }
    if ((found & SST_FINDING_BIT(SST_VIOLATION_REQUIRE_MISSING)) && !offered) {
        return FAULT_REQUIRE;
    }
    if (i != T_NONE && (w->tx_flags[i] & T_INVERTED)) { /* and the 2xx does not contradict */
        return FAULT_INVERTED;
    }
    if (is_crossed(w, i, now) && sst_watch_refresher(w) != refresher) {
        return FAULT_CROSSED;
    }
    return FAULT_NONE;
}

/* A timer is turned on, or extended. */
static void start(struct sst_watch *w, const struct sst_timer *timer, unsigned refresher,
                  uint64_t now)
{
    w->flags &= ~(W_RUNS | W_OFF | W_LATE | W_RETRIED | W_UNSURE | W_AGAIN | W_SILENCE |
                  W_GAP_CALLER | W_GAP_CALLER << CALLEE);
    w->flags |= (refresher == CALLER ? 1u : 2u) << W_RUNS_AT;
    w->interval = timer->interval;
    w->start_ms = now;
    w->end_ms = 0;
    w->status = 0;
    w->marks &= (uint16_t)~(M_REFUSED | M_TRIED_INVITE | M_TRIED_UPDATE);
}

/* A 2xx without Session-Expires: there is no timer, or no longer one. */
static void stop(struct sst_watch *w, unsigned i, unsigned by, uint64_t now)
{
    uint32_t passed = sst_watch_since(w->start_ms, now);
    if (sst_watch_runs(w)) {
        bool asked = i == T_NONE || (w->tx_flags[i] & T_HAS_SE);
        unsigned culprit = asked ? by : sst_watch_other(by);
        w->flags = (w->flags & ~(W_RUNS | W_OFF_BY_CALLEE)) | W_OFF;
        w->flags |= culprit == CALLEE ? W_OFF_BY_CALLEE : 0u;
        w->before_ms = passed;
    } else if (w->flags & W_OFF) {
        w->before_ms = passed < UINT32_MAX - w->before_ms ? w->before_ms + passed : UINT32_MAX;
    }
    w->flags &= ~(W_UNSURE | W_LATE);
    w->start_ms = now;
    w->end_ms = 0;
    w->status = 0;
    w->marks &= (uint16_t)~(M_REFUSED | M_TRIED_INVITE | M_TRIED_UPDATE);
}

static void mark_fault(struct sst_watch *w, enum sst_watch_fault fault, unsigned by)
{
    unsigned culprit = fault == FAULT_INVERTED ? sst_watch_other(by) : by;
    w->marks &= (uint16_t)~((7u << M_FAULT_AT) | M_FAULT_BY_CALLEE);
    w->marks |= (uint16_t)((unsigned)fault << M_FAULT_AT);
    w->marks |= (uint16_t)(culprit == CALLEE ? M_FAULT_BY_CALLEE : 0u);
}

void sst_watch_learn_min_se(struct sst_watch *w, unsigned end, uint32_t min_se)
{
    if (sst_watch_is(w, W_MIN_CALLER, sst_watch_other(end)) && w->min_se != min_se) {
        w->flags |= W_MIN_MIXED;
    }
    w->min_se = sst_max(w->min_se, min_se);
    w->flags |= W_MIN_CALLER << end;
}

/* RFC 4028 §7.4: forget the Min-SE learned for the Call-ID, but keep the one in the INVITE. */
static void establish(struct sst_watch *w, unsigned i)
{
    w->flags &= ~(W_MIN_CALLER | W_MIN_CALLER << CALLEE | W_MIN_MIXED);
    w->min_se = 0;
    if (i != T_NONE && w->tx[i].min_se != 0) {
        sst_watch_learn_min_se(w, CALLEE, w->tx[i].min_se);
    }
}

/* The refresher is known now, but not which side is wrong if they disagree: the request was not
 * seen, or it named the other side and the capture does not show who refreshed before. */
static bool is_blind(const struct sst_watch *w, unsigned i)
{
    bool unsure = (w->flags & W_ESTABLISHED) && (!(w->flags & W_KNOWN) || (w->flags & W_UNSURE));
    return i == T_NONE ||
           (unsure && (w->tx_flags[i] >> T_REFRESHER_AT & 3u) == (unsigned)SST_REFRESHER_UAS);
}

uint64_t sst_watch_negotiate(struct sst_watch *w, const struct sst_msg *msg, unsigned i,
                             unsigned by, uint64_t now)
{
    unsigned requester = sst_watch_other(by);
    struct sst_policy policy;
    struct sst_ask ask;
    struct sst_dialog dialog;
    struct sst_timer timer;
    uint32_t violations = 0;
    sst_watch_policy(w, &policy);
    ask_of(w, i, &ask);
    if (ask.session_expires != 0) {
        /* A 2xx must not be below Min-SE, or 90 without one, so raising a smaller interval to that
         * is no error (§9; EC-12, EC-134). */
        ask.session_expires = sst_max(ask.session_expires, sst_max(ask.min_se, w->absolute_min));
    }
    dialog_of(w, requester, &dialog);
    sst_uac_2xx(&policy, &dialog, &ask, msg, &timer, &violations);
    bool first = !(w->flags & W_ESTABLISHED);
    if (first && msg->method == SST_METHOD_UPDATE) {
        return violations; /* EC-20: the 2xx to the INVITE decides */
    }
    bool again = sst_watch_runs(w);
    bool blind = is_blind(w, i);
    if (first) {
        establish(w, i);
    }
    w->flags |= W_ESTABLISHED | W_KNOWN;
    uint64_t found = violations | judge_2xx(w, msg, i, by);
    if (timer.side == SST_SIDE_NONE) {
        stop(w, i, by, now);
        return found;
    }
    unsigned refresher = timer.side == SST_SIDE_LOCAL ? requester : by;
    enum sst_watch_fault fault =
        find_fault(w, msg, i, found | sst_watch_judge_response(w, msg), refresher, now);
    start(w, &timer, refresher, now);
    w->flags |= (again ? W_AGAIN : 0u) | (blind ? W_GAP_CALLER << refresher : 0u);
    mark_fault(w, fault, by);
    return found;
}

/* @return findings about the sender of the 422 */
static uint64_t refuse_interval(struct sst_watch *w, const struct sst_msg *msg, unsigned i)
{
    struct sst_policy policy;
    struct sst_ask ask;
    struct sst_dialog dialog;
    uint32_t violations = 0;
    uint32_t min_se;
    unsigned requester = sst_watch_tx_by(w, i);
    sst_watch_policy(w, &policy);
    ask_of(w, i, &ask);
    dialog_of(w, requester, &dialog);
    enum sst_422 way = sst_uac_422(&policy, &dialog, &ask, msg, 0, &min_se, &violations);
    uint64_t found = violations;
    if (!(w->tx_flags[i] & T_SUPPORTED)) {
        found |= SST_FINDING_BIT(SST_FINDING_422_UNSUPPORTED);
    }
    if (way == SST_422_FAIL || !(w->tx_flags[i] & T_SUPPORTED)) {
        w->marks |= M_REVERSED;
    }
    if (min_se != 0) {
        sst_watch_learn_min_se(w, requester, min_se);
    }
    return found;
}

/* A rejected refresh of the refresher outweighs the rejection of any other request. Of two
 * overlapping INVITEs, the 500 to one outweighs the outcome of the other. */
static bool is_outweighed(const struct sst_watch *w, unsigned i, uint64_t now)
{
    uint64_t refused = sst_add_ms(w->start_ms, w->end_ms);
    if (w->status == 500 && (w->marks & M_REVERSED) &&
        sst_watch_since(refused, now) <= sst_watch_slack(w->interval)) {
        return true;
    }
    return (w->marks & M_REFUSED_REFRESH) && !(w->tx_flags[i] & T_REFRESH);
}

/* Whether the fault is not with the side that rejected (for a 420, not with the sender). */
static bool is_reversed(const struct sst_watch *w, const struct sst_msg *msg, unsigned i,
                        uint64_t now)
{
    unsigned flags = w->tx_flags[i];
    unsigned by = sst_watch_other(sst_watch_tx_by(w, i));
    unsigned refused_by = (w->marks & M_REFUSED_BY_CALLEE) ? CALLEE : CALLER;
    uint64_t refused = sst_add_ms(w->start_ms, w->end_ms);
    switch (msg->status) {
    case 420:
        return (msg->has & SST_MSG_SUPPORTED_TIMER) || sst_watch_is(w, W_SUPPORTS_CALLER, by) ||
               !(flags & T_REQUIRE);
    case 491: /* both sent one and both rejected: nobody's fault */
        return w->status == 491 && refused_by != by &&
               sst_watch_since(refused, now) <= sst_watch_slack(w->interval);
    case 487: /* its sender cancelled it */
        return flags & T_CANCELLED;
    case 500:
        return flags & T_OVERLAP;
    default:
        return false;
    }
}

uint64_t sst_watch_refuse(struct sst_watch *w, const struct sst_msg *msg, unsigned i, uint64_t now)
{
    unsigned flags = w->tx_flags[i];
    unsigned by = sst_watch_other(sst_watch_tx_by(w, i));
    uint64_t found = 0;
    bool update = flags & T_UPDATE;
    bool reversed = is_reversed(w, msg, i, now);
    if (is_outweighed(w, i, now)) {
        w->marks |= (uint16_t)(reversed && msg->status == 491 ? M_REVERSED : 0u);
        return found;
    }
    w->marks &= (uint16_t)~M_REFUSED;
    w->marks |= (uint16_t)(reversed ? M_REVERSED : 0u);
    w->marks |= update ? M_TRIED_UPDATE | M_REFUSED_UPDATE : M_TRIED_INVITE;
    w->marks |= (uint16_t)(by == CALLEE ? M_REFUSED_BY_CALLEE : 0u);
    w->marks |= (uint16_t)((flags & T_REFRESH) ? M_REFUSED_REFRESH : 0u);
    w->status = msg->status;
    w->end_ms = sst_watch_since(w->start_ms, now);
    if (flags & T_LATE) {
        w->flags |= W_LATE;
    }
    if (msg->status == 422) {
        found |= refuse_interval(w, msg, i);
    }
    if ((w->flags & W_ESTABLISHED) &&
        sst_classify_status((enum sst_method)msg->method, msg->status) == SST_OUTCOME_DIALOG) {
        found |= SST_FINDING_BIT(SST_VIOLATION_DIALOG_LOST);
    }
    return found;
}
