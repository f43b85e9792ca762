/* SPDX-License-Identifier: MIT */
/* Compares one message on both sides of an element: RFC 4028 §8, by the rules of libsst's proxy. */
#include "watch/state.h"

#include <sst/proxy.h>

/* sst_relay.flags */
#define RELAY_SEEN (UINT32_C(1) << 0)
#define RELAY_UPDATE (UINT32_C(1) << 1)
#define RELAY_SUPPORTED (UINT32_C(1) << 2) /* the UAC listed timer */
#define RELAY_ASKED (UINT32_C(1) << 3)     /* the proxy inserted the interval, or changed it */

static bool refreshes(const struct sst_msg *msg)
{
    return msg->method == SST_METHOD_INVITE || msg->method == SST_METHOD_UPDATE;
}

static bool has(const struct sst_msg *msg, unsigned flag)
{
    return (msg->has & flag) != 0;
}

bool sst_relay_is_b2bua(const struct sst_msg *in, const struct sst_msg *out)
{
    return in->method != out->method || in->status != out->status || in->cseq != out->cseq;
}

static uint64_t bit_if(bool wrong, unsigned finding)
{
    return wrong ? SST_FINDING_BIT(finding) : 0;
}

/* The policy of a proxy that could have turned the request into this, if the rules allow it. */
static void guess_policy(const struct sst_msg *in, const struct sst_msg *out, uint32_t absolute_min,
                         struct sst_proxy_policy *policy)
{
    bool had = has(in, SST_MSG_SESSION_EXPIRES);
    bool has_now = has(out, SST_MSG_SESSION_EXPIRES);
    *policy = (struct sst_proxy_policy){
        .min_se = absolute_min,
        .record_routes = true,
        .stateful = true,
        .absolute_min = absolute_min,
        .max_session_expires = out->session_expires, /* matters only if smaller than before */
    };
    if (!had && has_now) {
        policy->session_expires = out->session_expires;
    }
    if (out->min_se > in->min_se) {
        policy->min_se = out->min_se;
    } else if (had && has_now && out->session_expires > in->session_expires) {
        policy->min_se = out->session_expires;
    }
}

static uint64_t compare_tags(const struct sst_msg *in, const struct sst_msg *out)
{
    bool changed = has(in, SST_MSG_SUPPORTED_TIMER) != has(out, SST_MSG_SUPPORTED_TIMER);
    bool required = has(in, SST_MSG_REQUIRE_TIMER);
    bool requires_now = has(out, SST_MSG_REQUIRE_TIMER);
    return bit_if(changed || (required && !requires_now), SST_FINDING_PROXY_TAGS) |
           bit_if(!required && requires_now, SST_FINDING_PROXY_REQUIRE);
}

static uint64_t compare_interval(const struct sst_msg *in, const struct sst_msg *out,
                                 const struct sst_proxy_edit *edit)
{
    uint32_t may = edit->set_session_expires ? edit->session_expires : in->session_expires;
    uint32_t may_min = edit->set_min_se ? edit->min_se : in->min_se;
    bool had = has(in, SST_MSG_SESSION_EXPIRES);
    uint64_t found = bit_if(out->min_se != may_min, SST_FINDING_PROXY_MIN_SE);
    if (!has(out, SST_MSG_SESSION_EXPIRES)) {
        return found | bit_if(had, SST_FINDING_PROXY_SE_REMOVED);
    }
    return found | bit_if(out->session_expires > may, SST_FINDING_PROXY_SE_RAISED) |
           bit_if(out->session_expires < may, SST_FINDING_PROXY_SE_LOWERED) |
           bit_if(out->refresher != in->refresher, SST_FINDING_PROXY_REFRESHER);
}

uint64_t sst_relay_request(struct sst_relay *relay, const struct sst_msg *in,
                           const struct sst_msg *out, uint32_t absolute_min)
{
    struct sst_proxy_policy policy;
    struct sst_proxy_tx tx;
    struct sst_proxy_edit edit;
    const uint32_t unreadable = SST_VIOLATION_BIT(SST_VIOLATION_SE_MALFORMED) |
                                SST_VIOLATION_BIT(SST_VIOLATION_SE_REPEATED);
    *relay = (struct sst_relay){0};
    if (in->status != 0 || !refreshes(in) || sst_relay_is_b2bua(in, out)) {
        return 0;
    }
    uint64_t found = compare_tags(in, out);
    bool asked = has(out, SST_MSG_SESSION_EXPIRES) &&
                 (!has(in, SST_MSG_SESSION_EXPIRES) || in->session_expires != out->session_expires);
    relay->cseq = in->cseq;
    relay->session_expires = has(out, SST_MSG_SESSION_EXPIRES) ? out->session_expires : 0;
    relay->flags = RELAY_SEEN | (in->method == SST_METHOD_UPDATE ? RELAY_UPDATE : 0u) |
                   (has(in, SST_MSG_SUPPORTED_TIMER) ? RELAY_SUPPORTED : 0u) |
                   (asked ? RELAY_ASKED : 0u);
    if ((in->violations | out->violations) & unreadable) {
        return found;
    }
    guess_policy(in, out, absolute_min, &policy);
    (void)sst_proxy_request(&policy, &tx, in, &edit);
    return found | compare_interval(in, out, &edit);
}

static bool belongs(const struct sst_relay *relay, const struct sst_msg *in,
                    const struct sst_msg *out)
{
    bool update = (relay->flags & RELAY_UPDATE) != 0;
    bool success = in->status >= 200 && in->status <= 299;
    return (relay->flags & RELAY_SEEN) && refreshes(in) && success &&
           (in->method == SST_METHOD_UPDATE) == update && in->cseq == relay->cseq &&
           !sst_relay_is_b2bua(in, out);
}

uint64_t sst_relay_response(const struct sst_relay *relay, const struct sst_msg *in,
                            const struct sst_msg *out)
{
    const struct sst_proxy_policy policy = {.insert_response = true, .stateful = true};
    struct sst_proxy_tx tx = {
        .session_expires = relay->session_expires,
        .uac_supports = relay->flags & RELAY_SUPPORTED,
        .active = true,
    };
    struct sst_proxy_edit edit;
    struct sst_proxy_dialog dialog = {0};
    if (!belongs(relay, in, out) ||
        ((in->violations | out->violations) & SST_VIOLATION_BIT(SST_VIOLATION_SE_MALFORMED))) {
        return 0;
    }
    (void)sst_proxy_response(&policy, &tx, in, 0, &edit, &dialog);
    bool has_now = has(out, SST_MSG_SESSION_EXPIRES);
    if (has(in, SST_MSG_SESSION_EXPIRES)) {
        bool same = in->session_expires == out->session_expires && in->refresher == out->refresher;
        return bit_if(!has_now, SST_FINDING_PROXY_SE_REMOVED) |
               bit_if(has_now && !same, SST_FINDING_PROXY_2XX_CHANGED);
    }
    if (!has_now) {
        /* A proxy remembers an interval that it asked for itself. The capture does not show whether
         * it accepted another's. */
        return bit_if(edit.set_session_expires && (relay->flags & RELAY_ASKED),
                      SST_FINDING_PROXY_2XX_NOT_INSERTED);
    }
    bool right = edit.set_session_expires && out->session_expires == edit.session_expires &&
                 out->refresher == SST_REFRESHER_UAC && has(out, SST_MSG_REQUIRE_TIMER);
    return bit_if(!right, SST_FINDING_PROXY_2XX_INSERTED);
}
