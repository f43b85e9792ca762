/* SPDX-License-Identifier: MIT */
/* What a UAS rejects, and what its 2xx says: RFC 4028 §9. */
#include "rules/rules_private.h"

#include <sst/rules.h>

/* EC-106: Require alone does not show support, because a proxy may have added it, unless the policy
 * says that it does. */
static bool supports(const struct sst_policy *policy, const struct sst_msg *request)
{
    if (request->has & SST_MSG_SUPPORTED_TIMER) {
        return true;
    }
    return (request->has & SST_MSG_REQUIRE_TIMER) && policy->accept_require_as_support;
}

void sst_uas_facts(const struct sst_policy *policy, const struct sst_msg *request,
                   struct sst_facts *facts, uint32_t *violations)
{
    *facts = (struct sst_facts){0};
    facts->supports = supports(policy, request);
    facts->has_session_expires = request->has & SST_MSG_SESSION_EXPIRES;
    facts->session_expires = request->session_expires;
    if (facts->has_session_expires) {
        facts->refresher = (enum sst_refresher)request->refresher;
    }
    if ((request->has & SST_MSG_REQUIRE_TIMER) && !(request->has & SST_MSG_SUPPORTED_TIMER)) {
        *violations |= SST_VIOLATION_BIT(SST_VIOLATION_REQUIRE_UNSUPPORTED);
    }
    if (facts->refresher != SST_REFRESHER_NONE && !facts->supports) {
        *violations |= SST_VIOLATION_BIT(SST_VIOLATION_REFRESHER_UNSUPPORTED);
    }
    bool by_require = facts->supports && !(request->has & SST_MSG_SUPPORTED_TIMER);
    if (by_require && facts->has_session_expires && facts->refresher == SST_REFRESHER_NONE) {
        /* EC-106: even if Require counts as support, a proxy may have added it for a sender that
         * would never refresh. A proxy names no refresher, so a named one is from the sender. */
        facts->refresher = SST_REFRESHER_UAS;
    }
    if (request->has & SST_MSG_MIN_SE) {
        if (request->min_se < policy->absolute_min) {
            *violations |= SST_VIOLATION_BIT(SST_VIOLATION_MIN_SE_BELOW_ABSOLUTE);
        }
        facts->min_se = sst_max(request->min_se, policy->absolute_min); /* EC-05 */
        if (facts->has_session_expires && facts->session_expires < facts->min_se) {
            *violations |= SST_VIOLATION_BIT(SST_VIOLATION_SE_BELOW_MIN_SE);
        }
    }
}

/* The dialog has no timer, and the policy does not accept one mid-call. */
static bool declines_midcall(const struct sst_policy *policy, const struct sst_dialog *dialog)
{
    return dialog->established && dialog->side == SST_SIDE_NONE && !policy->accept_midcall;
}

/* EC-134: do not reject the interval in force: several stacks do not follow a 422 within a
 * dialog. */
static uint32_t least_to_accept(const struct sst_policy *policy, const struct sst_dialog *dialog)
{
    uint32_t least = sst_local_min(policy);
    bool running = dialog->established && dialog->side != SST_SIDE_NONE;
    return running ? sst_min(least, dialog->interval) : least;
}

unsigned sst_uas_refuse(const struct sst_policy *policy, const struct sst_dialog *dialog,
                        const struct sst_msg *request, uint32_t *min_se)
{
    const uint32_t malformed = SST_VIOLATION_BIT(SST_VIOLATION_SE_MALFORMED) |
                               SST_VIOLATION_BIT(SST_VIOLATION_MIN_SE_MALFORMED);
    const uint32_t repeated = SST_VIOLATION_BIT(SST_VIOLATION_SE_REPEATED) |
                              SST_VIOLATION_BIT(SST_VIOLATION_MIN_SE_REPEATED);
    *min_se = 0;
    if (policy->mode == SST_MODE_OFF) {
        /* RFC 3261 §8.2.2.3 */
        return (request->has & SST_MSG_REQUIRE_TIMER) ? 420 : 0;
    }
    if ((!policy->accept_malformed && (request->violations & malformed)) ||
        (!policy->accept_repeated && (request->violations & repeated))) {
        return 400;
    }
    if (!(request->has & SST_MSG_SESSION_EXPIRES) || !supports(policy, request)) {
        return 0; /* §9; EC-12: no 422 to a sender that does not understand it */
    }
    if (declines_midcall(policy, dialog)) {
        return 0; /* no interval would be accepted */
    }
    uint32_t own = (request->has & SST_MSG_MIN_SE) ? request->min_se : 0; /* EC-105 */
    if (request->session_expires >= sst_max(least_to_accept(policy, dialog), own)) {
        return 0;
    }
    *min_se = sst_max(sst_local_min(policy), own);
    return 422;
}

/* Table 2: the refresher named in the request, else the present one, else our choice (EC-14). */
static enum sst_refresher choose_refresher(const struct sst_policy *policy,
                                           const struct sst_dialog *dialog,
                                           const struct sst_facts *facts)
{
    if (!facts->supports) {
        return SST_REFRESHER_UAS; /* rows 1 to 3; EC-13 */
    }
    if (facts->refresher != SST_REFRESHER_NONE) {
        return facts->refresher;
    }
    if (dialog->side == SST_SIDE_NONE) {
        /* EC-135: a caller that did not ask for a timer may ignore it. */
        return facts->has_session_expires ? policy->prefer_refresher : SST_REFRESHER_UAS;
    }
    return dialog->side == SST_SIDE_LOCAL ? SST_REFRESHER_UAS : SST_REFRESHER_UAC;
}

/* Whether we ask for a timer although the request does not; EC-19. */
static bool asks(const struct sst_policy *policy, const struct sst_facts *facts)
{
    if (policy->mode != SST_MODE_REQUEST && policy->mode != SST_MODE_REQUIRE) {
        return false;
    }
    return facts->supports || policy->own_benefit == SST_OWN_BENEFIT_YES;
}

/* The interval of the 2xx, 0 for none. */
static uint32_t choose_interval(const struct sst_policy *policy, const struct sst_dialog *dialog,
                                const struct sst_facts *facts)
{
    uint32_t least = sst_max(facts->min_se, policy->absolute_min);
    bool running = dialog->established && dialog->side != SST_SIDE_NONE;
    uint32_t interval;
    if (declines_midcall(policy, dialog)) {
        return 0;
    }
    bool small = facts->has_session_expires && facts->supports && facts->session_expires < least;
    if (small && !running) {
        /* The policy became stricter after sst_uas_refuse(). The interval must not be increased
         * (§9) nor be below the minimum (§4), so the call goes on without a timer. */
        return 0;
    }
    if (facts->has_session_expires) {
        /* §9: never increased, except for a sender that does not know 422 (EC-12, erratum 1687). */
        interval = facts->supports ? facts->session_expires
                                   : sst_max(facts->session_expires, sst_local_min(policy));
    } else if (running) {
        interval = dialog->interval; /* EC-23, EC-24: omitting it ends no timer */
    } else if (asks(policy, facts)) {
        interval = policy->session_expires;
    } else {
        return 0;
    }
    if (policy->max_session_expires != 0) {
        interval = sst_min(interval, policy->max_session_expires); /* EC-101 */
    }
    return sst_max(interval, least);
}

void sst_uas_answer(const struct sst_policy *policy, const struct sst_dialog *dialog,
                    const struct sst_facts *facts, struct sst_answer *answer)
{
    *answer = (struct sst_answer){0};
    if (policy->mode == SST_MODE_OFF) {
        return;
    }
    answer->supported = true;
    uint32_t interval = choose_interval(policy, dialog, facts);
    if (interval == 0) {
        return;
    }
    answer->session_expires = interval;
    answer->refresher = choose_refresher(policy, dialog, facts);
    /* §9: MUST with refresher=uac, SHOULD with uas, and never to a UAC that does not support it. */
    answer->require = facts->supports;
}

void sst_uas_timer(const struct sst_policy *policy, const struct sst_dialog *dialog,
                   const struct sst_facts *facts, const struct sst_answer *answer,
                   struct sst_timer *timer)
{
    *timer = (struct sst_timer){0};
    if (answer->refresher == SST_REFRESHER_NONE) {
        return;
    }
    timer->interval = answer->session_expires;
    if (facts->has_session_expires && facts->supports &&
        facts->session_expires < policy->absolute_min) {
        timer->interval = facts->session_expires; /* EC-134: the peer may use what it asked for */
    }
    timer->side = answer->refresher == SST_REFRESHER_UAS ? SST_SIDE_LOCAL : SST_SIDE_REMOTE;
    /* Nobody else asked for the timer, and the peer cannot run it; EC-18, EC-19. */
    timer->own_benefit = !facts->supports && !facts->has_session_expires &&
                         (dialog->own_benefit || dialog->side == SST_SIDE_NONE);
}
