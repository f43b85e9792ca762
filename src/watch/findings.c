/* SPDX-License-Identifier: MIT */
/* What is wrong with a message, by the rules of both ends and of proxies. */
#include "watch/state.h"

#include <sst/proxy.h>
#include <sst/rules.h>

void sst_watch_policy(const struct sst_watch *w, struct sst_policy *policy)
{
    /* Plain RFC 4028: a timer that an end runs for its own benefit cannot be seen from here. A 2xx
     * without refresher is read as libsst reads it, and reported. */
    *policy = (struct sst_policy){
        .mode = SST_MODE_ACCEPT,
        .min_se = w->absolute_min,
        .own_benefit = SST_OWN_BENEFIT_NO,
        .dropped = SST_DROPPED_OFF,
        .below_min = SST_BELOW_MIN_REPORT,
        .accept_refresher_missing = true,
        .absolute_min = w->absolute_min,
    };
}

/* A proxy that forwards messages unchanged judges them by the same rules. */
static void proxy_policy(const struct sst_watch *w, struct sst_proxy_policy *policy)
{
    *policy = (struct sst_proxy_policy){
        .min_se = w->absolute_min,
        .absolute_min = w->absolute_min,
    };
}

static uint64_t bit_if(bool wrong, unsigned finding)
{
    return wrong ? SST_FINDING_BIT(finding) : 0;
}

/* While a timer runs: RFC 4028 §7.4. */
static uint64_t judge_later(const struct sst_watch *w, const struct sst_msg *msg, unsigned by)
{
    bool has_interval = msg->has & SST_MSG_SESSION_EXPIRES;
    bool unreadable = msg->violations & SST_VIOLATION_BIT(SST_VIOLATION_SE_MALFORMED);
    bool supports = msg->has & SST_MSG_SUPPORTED_TIMER;
    bool inverted = sst_watch_is_refresher(w, by) && has_interval && supports &&
                    msg->refresher == SST_REFRESHER_UAS;
    return bit_if(!has_interval && !unreadable, SST_FINDING_SE_LEFT_OUT) |
           bit_if(has_interval && supports && msg->refresher == SST_REFRESHER_NONE,
                  SST_FINDING_REFRESHER_LEFT_OUT) |
           bit_if(inverted, SST_FINDING_ROLE_INVERTED);
}

/* Whether this is the refresher's refresh, and later than the other side waits. */
static bool is_late(const struct sst_watch *w, unsigned by, uint64_t now)
{
    struct sst_watch_limits limits;
    if (!sst_watch_is_refresher(w, by)) {
        return false;
    }
    sst_watch_limits(w, w->start_ms, &limits);
    return now > sst_add_ms(limits.late, limits.slack / 2u);
}

static uint64_t judge_in_dialog(const struct sst_watch *w, const struct sst_msg *msg, unsigned by,
                                uint64_t now)
{
    bool update = msg->method == SST_METHOD_UPDATE;
    unsigned other = sst_watch_other(by);
    unsigned open = sst_watch_tx_open(w, by);
    bool overlaps = !update && open != T_NONE && !(w->tx_flags[open] & T_UPDATE);
    bool forgot =
        sst_watch_is(w, W_MIN_CALLER, by) && !(w->flags & W_MIN_MIXED) && msg->min_se < w->min_se;
    bool unlisted = update && sst_watch_is(w, W_ALLOW_CALLER, other) &&
                    !sst_watch_is(w, W_UPDATE_CALLER, other);
    uint64_t found =
        bit_if(forgot, SST_FINDING_MIN_SE_FORGOTTEN) |
        bit_if(unlisted, SST_FINDING_UPDATE_UNLISTED) |
        bit_if(overlaps, SST_FINDING_INVITE_OVERLAP) |
        bit_if(is_late(w, by, now), SST_FINDING_REFRESH_LATE) |
        bit_if(sst_watch_is(w, W_SUPPORTS_CALLER, by) && !(msg->has & SST_MSG_SUPPORTED_TIMER),
               SST_VIOLATION_SUPPORTED_MISSING);
    return sst_watch_runs(w) ? found | judge_later(w, msg, by) : found;
}

/* Asks again for an interval that a 422 rejected. */
static bool ignores_422(const struct sst_watch *w, const struct sst_msg *msg, unsigned by)
{
    unsigned refused_by = (w->marks & M_REFUSED_BY_CALLEE) ? CALLEE : CALLER;
    return w->status == 422 && !(w->marks & M_REVERSED) && refused_by != by &&
           (msg->has & SST_MSG_SESSION_EXPIRES) && msg->session_expires < w->min_se;
}

uint64_t sst_watch_judge_request(const struct sst_watch *w, const struct sst_msg *msg, unsigned by,
                                 uint64_t now)
{
    struct sst_proxy_policy relays;
    struct sst_proxy_tx tx;
    struct sst_proxy_edit edit;
    proxy_policy(w, &relays);
    (void)sst_proxy_request(&relays, &tx, msg, &edit);
    uint64_t found = edit.violations;
    if (msg->method != SST_METHOD_INVITE && msg->method != SST_METHOD_UPDATE) {
        return found;
    }
    struct sst_policy policy;
    struct sst_facts facts;
    uint32_t violations = 0;
    sst_watch_policy(w, &policy);
    sst_uas_facts(&policy, msg, &facts, &violations);
    found |=
        violations | bit_if(facts.has_session_expires && facts.session_expires < w->absolute_min,
                            SST_VIOLATION_SE_BELOW_ABSOLUTE);
    found |= bit_if(ignores_422(w, msg, by), SST_FINDING_422_IGNORED);
    return (w->flags & W_ESTABLISHED) ? found | judge_in_dialog(w, msg, by, now) : found;
}

uint64_t sst_watch_judge_response(const struct sst_watch *w, const struct sst_msg *msg)
{
    struct sst_proxy_policy relays;
    struct sst_proxy_tx tx = {0};
    struct sst_proxy_edit edit;
    struct sst_proxy_dialog dialog = {0};
    proxy_policy(w, &relays);
    (void)sst_proxy_response(&relays, &tx, msg, 0, &edit, &dialog);
    return edit.violations;
}
