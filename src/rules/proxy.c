/* SPDX-License-Identifier: MIT */
/* What a proxy changes and remembers: RFC 4028 §8. */
#include "about/mem.h"
#include "rules/rules_private.h"

#include <sst/proxy.h>
#include <sst/rules.h>

static bool is_refresh_method(unsigned method)
{
    return method == SST_METHOD_INVITE || method == SST_METHOD_UPDATE;
}

static uint32_t bit_if(bool wrong, enum sst_violation violation)
{
    return wrong ? SST_VIOLATION_BIT(violation) : 0;
}

static bool is_malformed(const struct sst_msg *msg)
{
    return (msg->violations & SST_VIOLATION_BIT(SST_VIOLATION_SE_MALFORMED)) != 0;
}

static void count(const struct sst_proxy_policy *policy, const struct sst_proxy_edit *edit)
{
    struct sst_counters *counters = policy->counters;
    if (counters == NULL) {
        return;
    }
    for (unsigned i = 0; i < SST_VIOLATION_COUNT; i++) {
        counters->violations[i] += (edit->violations >> i) & 1u;
    }
    counters->rejected_422 += edit->status == 422;
}

/* EC-106: Require alone does not show support, because another proxy may have added it, unless the
 * policy says that it does. */
static bool supports_timer(const struct sst_proxy_policy *policy, const struct sst_msg *request)
{
    unsigned tags = SST_MSG_SUPPORTED_TIMER;
    if (policy->accept_require_as_support) {
        tags |= SST_MSG_REQUIRE_TIMER;
    }
    return (request->has & tags) != 0;
}

static uint32_t judge_request(const struct sst_proxy_policy *policy, const struct sst_msg *request)
{
    bool has_interval = (request->has & SST_MSG_SESSION_EXPIRES) != 0;
    bool has_min = (request->has & SST_MSG_MIN_SE) != 0;
    bool required = (request->has & SST_MSG_REQUIRE_TIMER) != 0;
    if (!is_refresh_method(request->method)) { /* §4, §5: Table 1 */
        return request->violations | bit_if(has_interval, SST_VIOLATION_SE_MISPLACED) |
               bit_if(has_min, SST_VIOLATION_MIN_SE_MISPLACED);
    }
    bool names_refresher = has_interval && request->refresher != SST_REFRESHER_NONE;
    uint32_t least = sst_max(request->min_se, policy->absolute_min);
    return request->violations |
           bit_if(required && !(request->has & SST_MSG_SUPPORTED_TIMER),
                  SST_VIOLATION_REQUIRE_UNSUPPORTED) |
           bit_if(names_refresher && !supports_timer(policy, request),
                  SST_VIOLATION_REFRESHER_UNSUPPORTED) |
           bit_if(has_min && request->min_se < policy->absolute_min,
                  SST_VIOLATION_MIN_SE_BELOW_ABSOLUTE) |
           bit_if(has_min && has_interval && request->session_expires < least,
                  SST_VIOLATION_SE_BELOW_MIN_SE);
}

static void reject(uint32_t min_se, struct sst_proxy_edit *edit)
{
    struct sst_header *header = &edit->headers.item[0];
    edit->status = 422;
    edit->headers.count = 1;
    header->name = "Min-SE";
    header->kind = SST_HEADER_SET;
    sst_print_seconds(header->value, sizeof header->value, min_se);
}

/*
 * The interval to forward: raised no further than Min-SE, and never lowered below it. 0 if the
 * proxy leaves the request without one, or rejects it with 422.
 */
static uint32_t choose_interval(const struct sst_proxy_policy *policy, bool supports,
                                const struct sst_msg *request, struct sst_proxy_edit *edit)
{
    bool has_min = (request->has & SST_MSG_MIN_SE) != 0;
    uint32_t least = has_min ? sst_max(request->min_se, policy->absolute_min) /* EC-05 */
                             : policy->absolute_min;
    uint32_t minimum = sst_max(policy->min_se, policy->absolute_min);
    uint32_t interval = request->session_expires;
    if (!(request->has & SST_MSG_SESSION_EXPIRES)) {
        interval = policy->session_expires;
        if (interval == 0 || is_malformed(request)) {
            /* A malformed one is for the UAS to judge. Never add a second one. */
            return 0;
        }
    } else if (interval < minimum && supports) {
        /* EC-134: several stacks do not follow a 422 within a dialog, and lose the call. */
        if (policy->reject_small && !(request->has & SST_MSG_IN_DIALOG)) {
            reject(minimum, edit);
            return 0;
        }
    } else if (interval < minimum) {
        /* A UAC that does not know 422 would lose the call: raise Session-Expires and Min-SE
         * instead. */
        least = sst_max(least, minimum);
        edit->set_min_se = !has_min || request->min_se != least;
        edit->min_se = edit->set_min_se ? least : 0;
    }
    interval = sst_max(interval, least);
    if (policy->max_session_expires != 0) {
        interval = sst_min(interval, sst_max(policy->max_session_expires, least));
    }
    return interval;
}

/* EC-137: if Session-Expires is repeated and one of them was checked against the maximum, forward
 * only that one. */
static bool unites(const struct sst_proxy_policy *policy, const struct sst_msg *request)
{
    return policy->max_session_expires != 0 &&
           (request->violations & SST_VIOLATION_BIT(SST_VIOLATION_SE_REPEATED));
}

int sst_proxy_request(const struct sst_proxy_policy *policy, struct sst_proxy_tx *tx,
                      const struct sst_msg *request, struct sst_proxy_edit *edit)
{
    if (policy == NULL || tx == NULL || request == NULL || edit == NULL || request->status != 0) {
        return SST_ERR_ARGUMENT;
    }
    memset(tx, 0, sizeof *tx);
    memset(edit, 0, sizeof *edit);
    edit->violations = judge_request(policy, request);
    /* §8: a proxy that keeps no state until the response cannot follow any of these rules. */
    if (policy->stateful && is_refresh_method(request->method)) {
        bool supports = supports_timer(policy, request);
        uint32_t interval = choose_interval(policy, supports, request, edit);
        if (edit->status == 0) {
            tx->active = true;
            tx->uac_supports = supports;
            /* §8.2: remember it even if it was merely "examined and accepted". */
            tx->session_expires = interval;
        }
        if (interval != 0) {
            edit->set_session_expires = !(request->has & SST_MSG_SESSION_EXPIRES) ||
                                        interval != request->session_expires ||
                                        unites(policy, request);
            edit->session_expires = edit->set_session_expires ? interval : 0;
            edit->record_route = policy->record_routes;
            edit->add_require = policy->insert_require && !supports;
        }
    }
    count(policy, edit);
    return SST_OK;
}

/* Reports only what is certainly wrong: other proxies may have changed what this one forwarded. */
static uint32_t judge_response(const struct sst_proxy_policy *policy,
                               const struct sst_msg *response)
{
    bool has_interval = (response->has & SST_MSG_SESSION_EXPIRES) != 0;
    bool has_min = (response->has & SST_MSG_MIN_SE) != 0;
    bool required = (response->has & SST_MSG_REQUIRE_TIMER) != 0;
    bool refreshes = is_refresh_method(response->method);
    bool is_success = response->status / 100 == 2;
    uint32_t violations =
        response->violations |
        bit_if(has_min && (!refreshes || response->status != 422), SST_VIOLATION_MIN_SE_MISPLACED);
    if (!refreshes || !is_success) {
        return violations | bit_if(has_interval, SST_VIOLATION_SE_MISPLACED);
    }
    if (!has_interval) {
        return violations |
               bit_if(required && !is_malformed(response), SST_VIOLATION_REQUIRE_ALONE);
    }
    return violations |
           bit_if(response->session_expires < policy->absolute_min,
                  SST_VIOLATION_SE_BELOW_ABSOLUTE) |
           bit_if(response->refresher == SST_REFRESHER_NONE, SST_VIOLATION_REFRESHER_MISSING) |
           bit_if(response->refresher == SST_REFRESHER_UAC && !required,
                  SST_VIOLATION_REQUIRE_MISSING);
}

static void insert(const struct sst_proxy_tx *tx, struct sst_proxy_edit *edit)
{
    edit->set_session_expires = true;
    edit->session_expires = tx->session_expires;
    edit->insert_refresher_uac = true;
    edit->add_require = true;
}

/* The first 2xx to a session refresh request; §8.2. @return the interval, 0 for no timer */
static uint32_t see_success(const struct sst_proxy_policy *policy, struct sst_proxy_tx *tx,
                            const struct sst_msg *response, const struct sst_proxy_dialog *dialog,
                            struct sst_proxy_edit *edit)
{
    tx->answered = SST_PROXY_PASSED;
    if (response->has & SST_MSG_SESSION_EXPIRES) {
        /* If repeated, take the larger one. Never go below the absolute minimum, because a UA
         * raises a smaller interval to it (EC-08). Keeping state for too long does no harm. */
        return sst_max(response->session_expires_max, policy->absolute_min);
    }
    if (is_malformed(response)) {
        /* EC-102, EC-139: the UAS knows the extension, so insert nothing. The 2xx still extends the
         * session, by the interval in force or else by the one requested. */
        return dialog->interval != 0 ? dialog->interval : tx->session_expires;
    }
    if (policy->insert_response && tx->active && tx->uac_supports && tx->session_expires != 0) {
        tx->answered = SST_PROXY_INSERTED;
        insert(tx, edit);
        return tx->session_expires;
    }
    return 0; /* EC-87: even if a timer was running */
}

/* EC-136: a retransmission gets the same edit as the first 2xx, but keeps a Session-Expires of its
 * own. */
static void see_copy(const struct sst_proxy_tx *tx, const struct sst_msg *response,
                     struct sst_proxy_edit *edit)
{
    bool present = (response->has & SST_MSG_SESSION_EXPIRES) || is_malformed(response);
    if (tx->answered == SST_PROXY_INSERTED && !present) {
        insert(tx, edit);
    }
}

int sst_proxy_response(const struct sst_proxy_policy *policy, struct sst_proxy_tx *tx,
                       const struct sst_msg *response, uint64_t now_ms, struct sst_proxy_edit *edit,
                       struct sst_proxy_dialog *dialog)
{
    if (policy == NULL || tx == NULL || response == NULL || edit == NULL || dialog == NULL ||
        response->status < 100 || response->status > 699) {
        return SST_ERR_ARGUMENT;
    }
    memset(edit, 0, sizeof *edit);
    bool is_success = is_refresh_method(response->method) && response->status / 100 == 2;
    if (is_success && tx->answered != SST_PROXY_UNANSWERED) {
        see_copy(tx, response, edit);
        return SST_OK;
    }
    edit->violations = judge_response(policy, response);
    if (is_success) {
        uint32_t interval = see_success(policy, tx, response, dialog, edit);
        dialog->interval = interval;
        dialog->expires_ms =
            interval != 0 ? sst_add_ms(now_ms, (uint64_t)interval * 1000u) : SST_NEVER;
    }
    count(policy, edit);
    return SST_OK;
}

bool sst_proxy_expired(const struct sst_proxy_dialog *dialog, uint64_t now_ms)
{
    return dialog->interval != 0 && now_ms >= dialog->expires_ms; /* §8.3: "equals or passes" */
}
