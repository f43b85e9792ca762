/* SPDX-License-Identifier: MIT */
/* What a UAC asks for, and what 2xx and 422 mean to it: RFC 4028 §7. */
#include "rules/rules_private.h"

#include <sst/rules.h>

static bool is_running(const struct sst_dialog *dialog)
{
    return dialog->established && dialog->side != SST_SIDE_NONE;
}

static bool asks(const struct sst_policy *policy)
{
    return policy->mode == SST_MODE_REQUEST || policy->mode == SST_MODE_REQUIRE;
}

/* §7.4: the Min-SE learned so far, or our policy's if that is larger. EC-100: the default is not
 * sent. */
static uint32_t min_se_to_send(const struct sst_policy *policy, const struct sst_dialog *dialog)
{
    uint32_t own = policy->min_se > policy->absolute_min ? policy->min_se : 0;
    return sst_max(dialog->min_se, own);
}

/* §7.1: uac or none; §7.4: uas only to a peer that is known to support the extension (EC-11). */
static enum sst_refresher initial_refresher(const struct sst_policy *policy,
                                            const struct sst_dialog *dialog)
{
    if (policy->request_refresher == SST_REFRESHER_UAS && !policy->allow_uas &&
        !dialog->peer_supports) {
        return SST_REFRESHER_NONE;
    }
    return policy->request_refresher;
}

static void ask_interval(const struct sst_policy *policy, const struct sst_dialog *dialog,
                         enum sst_method method, struct sst_ask *ask)
{
    uint32_t least = sst_max(ask->min_se, policy->absolute_min);
    if (is_running(dialog)) {
        /* §7.4: the larger of Min-SE and the interval in force; the refresher does not change. */
        ask->session_expires = sst_max(dialog->interval, least);
        ask->refresher = dialog->side == SST_SIDE_LOCAL ? SST_REFRESHER_UAC : SST_REFRESHER_UAS;
        return;
    }
    if (!asks(policy) || method != SST_METHOD_INVITE) {
        return;
    }
    if (dialog->established && !policy->accept_midcall) {
        return;
    }
    /* §7.1: never below the Min-SE of the same request. */
    ask->session_expires = sst_max(policy->session_expires, least);
    if (!dialog->established) {
        ask->refresher = initial_refresher(policy, dialog);
    }
}

void sst_uac_ask(const struct sst_policy *policy, const struct sst_dialog *dialog,
                 enum sst_method method, unsigned flags, struct sst_ask *ask)
{
    *ask = (struct sst_ask){0};
    if (policy->mode == SST_MODE_OFF || method == SST_METHOD_ACK) {
        return;
    }
    ask->supported = true; /* §7.1: in each request but ACK */
    if (method != SST_METHOD_INVITE && method != SST_METHOD_UPDATE) {
        return;
    }
    if (policy->mode == SST_MODE_REQUIRE && !(flags & SST_ASK_WITHOUT_REQUIRE)) {
        ask->require = true;
        ask->proxy_require = policy->proxy_require;
    }
    ask->min_se = min_se_to_send(policy, dialog);
    if (flags & SST_ASK_WITHOUT_SE) {
        return; /* EC-101 */
    }
    if (method == SST_METHOD_UPDATE && (flags & SST_ASK_INITIAL_PENDING)) {
        return; /* EC-20: one negotiation at a time */
    }
    ask_interval(policy, dialog, method, ask);
}

enum sst_422 sst_uac_422(const struct sst_policy *policy, const struct sst_dialog *dialog,
                         const struct sst_ask *ask, const struct sst_msg *response, unsigned rounds,
                         uint32_t *min_se, uint32_t *violations)
{
    *min_se = 0;
    if (!(response->has & SST_MSG_MIN_SE)) {
        *violations |= SST_VIOLATION_BIT(SST_VIOLATION_422_WITHOUT_MIN_SE);
        return SST_422_FAIL;
    }
    if (response->min_se < policy->absolute_min) {
        *violations |= SST_VIOLATION_BIT(SST_VIOLATION_MIN_SE_BELOW_ABSOLUTE);
    }
    *min_se = sst_max(response->min_se, policy->absolute_min);
    /* EC-27: a retry helps only if it differs from the rejected request. */
    bool raises_min = *min_se > sst_max(ask->min_se, policy->absolute_min);
    bool raises_interval = ask->session_expires != 0 && *min_se > ask->session_expires;
    if (!raises_min && !raises_interval) {
        *violations |= SST_VIOLATION_BIT(SST_VIOLATION_422_USELESS);
        return SST_422_FAIL;
    }
    if (policy->mode == SST_MODE_OFF || rounds >= SST_422_ROUNDS_MAX) {
        return SST_422_FAIL;
    }
    bool too_long = policy->max_session_expires != 0 && *min_se > policy->max_session_expires;
    if (too_long && !is_running(dialog)) { /* EC-129: a running timer overrides the limit */
        /* EC-101: the policy rules out such a long interval, so try once more without asking for
         * one. If the first request had no Session-Expires, a proxy added it, and will respect the
         * Min-SE of the second. */
        bool again = ask->session_expires != 0 || rounds == 0;
        return again ? SST_422_RETRY_WITHOUT_SE : SST_422_FAIL;
    }
    return SST_422_RETRY;
}

/* The interval of a 2xx, and which side refreshes according to its refresher parameter; EC-03,
 * EC-16. */
static bool read_agreed(const struct sst_policy *policy, const struct sst_ask *ask,
                        const struct sst_msg *response, struct sst_timer *timer,
                        uint32_t *violations)
{
    if (response->refresher == SST_REFRESHER_UAC) {
        timer->side = SST_SIDE_LOCAL;
        if (!(response->has & SST_MSG_REQUIRE_TIMER)) {
            /* §9 requires it, but §7.2 processes the interval without it. */
            *violations |= SST_VIOLATION_BIT(SST_VIOLATION_REQUIRE_MISSING);
        }
    } else if (response->refresher == SST_REFRESHER_UAS) {
        timer->side = SST_SIDE_REMOTE;
    } else {
        *violations |= SST_VIOLATION_BIT(SST_VIOLATION_REFRESHER_MISSING);
        if (!policy->accept_refresher_missing) {
            return false;
        }
        /* One refresh too many does no harm, one too few ends the call. */
        timer->side = SST_SIDE_LOCAL;
    }
    if (ask->refresher != SST_REFRESHER_NONE && response->refresher != SST_REFRESHER_NONE &&
        (unsigned)ask->refresher != response->refresher) {
        *violations |= SST_VIOLATION_BIT(SST_VIOLATION_REFRESHER_OVERRULED); /* EC-124 */
    }
    /* EC-03: if repeated, take the value that keeps the call alive: the smallest if we refresh, the
     * largest if we wait. */
    timer->interval =
        timer->side == SST_SIDE_LOCAL ? response->session_expires : response->session_expires_max;
    return true;
}

static void judge_interval(const struct sst_policy *policy, uint32_t interval,
                           const struct sst_ask *ask, uint32_t *violations)
{
    if (interval < policy->absolute_min) {
        *violations |= SST_VIOLATION_BIT(SST_VIOLATION_SE_BELOW_ABSOLUTE);
    } else if (policy->below_min == SST_BELOW_MIN_REPORT &&
               interval < sst_max(ask->min_se, policy->min_se)) {
        *violations |= SST_VIOLATION_BIT(SST_VIOLATION_SE_BELOW_MIN);
    }
    if (ask->session_expires != 0 && interval > ask->session_expires) {
        *violations |= SST_VIOLATION_BIT(SST_VIOLATION_SE_ABOVE_ASKED);
    }
}

/* EC-18: a 2xx without Session-Expires. Supported: timer alone does not reject the timer. */
static void read_none(const struct sst_policy *policy, const struct sst_dialog *dialog,
                      const struct sst_ask *ask, struct sst_timer *timer)
{
    bool goes_on = dialog->own_benefit || policy->dropped == SST_DROPPED_KEEP;
    bool starts = ask->session_expires != 0 && /* else nobody asked */
                  (policy->own_benefit == SST_OWN_BENEFIT_YES ||
                   (policy->own_benefit == SST_OWN_BENEFIT_AUTO && asks(policy)));
    if (!(is_running(dialog) ? goes_on : starts)) {
        return;
    }
    timer->interval = ask->session_expires != 0 ? ask->session_expires : dialog->interval;
    timer->side = SST_SIDE_LOCAL;
    timer->own_benefit = true;
}

void sst_uac_2xx(const struct sst_policy *policy, const struct sst_dialog *dialog,
                 const struct sst_ask *ask, const struct sst_msg *response, struct sst_timer *timer,
                 uint32_t *violations)
{
    *timer = (struct sst_timer){0};
    bool present = response->has & SST_MSG_SESSION_EXPIRES;
    if (policy->mode == SST_MODE_OFF) {
        if (present) {
            *violations |= SST_VIOLATION_BIT(SST_VIOLATION_TIMER_UNASKED);
        }
        return;
    }
    /* §7.2: honoured whether or not we asked for it, with or without Require. */
    if (present && read_agreed(policy, ask, response, timer, violations)) {
        judge_interval(policy, timer->interval, ask, violations);
        return;
    }
    bool unreadable =
        present || (response->violations & SST_VIOLATION_BIT(SST_VIOLATION_SE_MALFORMED));
    if (unreadable && is_running(dialog)) {
        /* EC-102: an unusable Session-Expires changes nothing, but the 2xx still refreshes. */
        timer->interval = dialog->interval;
        timer->side = dialog->side;
        timer->own_benefit = dialog->own_benefit;
        return;
    }
    if (!unreadable && (response->has & SST_MSG_REQUIRE_TIMER)) {
        *violations |= SST_VIOLATION_BIT(SST_VIOLATION_REQUIRE_ALONE);
    }
    read_none(policy, dialog, ask, timer);
}

void sst_merge_overlap(const struct sst_timer *a, const struct sst_timer *b,
                       struct sst_timer *merged)
{
    if (a->side == SST_SIDE_NONE || b->side == SST_SIDE_NONE) {
        *merged = a->side == SST_SIDE_NONE ? *b : *a;
        if (merged->side == SST_SIDE_REMOTE) {
            /* The peer may have turned its timer off. Waiting for its refresh could end a live
             * call; refreshing it ourselves does no harm. */
            merged->side = SST_SIDE_LOCAL;
        }
        return;
    }
    bool local = a->side == SST_SIDE_LOCAL || b->side == SST_SIDE_LOCAL;
    /* The peer may use either timer. Refreshing at half of the smaller one, or waiting for the
     * larger one, ends no live call. */
    merged->interval =
        local ? sst_min(a->interval, b->interval) : sst_max(a->interval, b->interval);
    merged->side = local ? SST_SIDE_LOCAL : SST_SIDE_REMOTE;
    merged->own_benefit = a->own_benefit && b->own_benefit;
}
