/* SPDX-License-Identifier: MIT */
#include "calls.h"

/*
 * Six bytes. Everything that they can say is allowed, except combinations that the check rejects:
 * then the defaults apply, with the requested mode.
 */
void read_policy(struct input *input, struct sst_policy *policy)
{
    static const uint32_t most[] = {0, 0, 1800, 600};
    uint8_t mode = take8(input);
    uint8_t timing = take8(input);
    uint8_t flags = take8(input);
    uint8_t ways = take8(input);
    uint8_t lenience = take8(input);
    uint32_t interval = interval_of(take8(input));

    sst_policy_init(policy);
    policy->mode = (enum sst_mode)(mode & 3);
    policy->session_expires = interval < 90 ? 90 : interval;
    policy->min_se = mode & 4 ? 120 : 90;
    policy->max_session_expires = most[mode >> 3 & 3];
    policy->prefer_refresher = mode & 32 ? SST_REFRESHER_UAS : SST_REFRESHER_UAC;
    policy->request_refresher = mode & 64 ? SST_REFRESHER_UAC : SST_REFRESHER_NONE;
    policy->proxy_require = mode & 128;
    policy->guard = (enum sst_guard)((timing & 3) % 3);
    policy->refresh_percent = timing & 4 ? 30 : 50;
    policy->jitter_percent = timing & 8 ? 10 : 0;
    policy->max_refresh = timing & 16 ? 60 : 0;
    policy->expire_at = timing & 32 ? SST_EXPIRE_AT_GUARD : SST_EXPIRE_AT_EXPIRATION;
    policy->timeout_retries = timing >> 6;
    policy->own_benefit = (enum sst_own_benefit)((flags & 3) % 3);
    policy->rescue = flags & 4;
    policy->accept_midcall = !(flags & 8);
    policy->below_min = flags & 16 ? SST_BELOW_MIN_REPORT : SST_BELOW_MIN_KEEP;
    policy->refused = flags & 32 ? SST_REFUSED_KEEP : SST_REFUSED_EXPIRE;
    policy->strict_overlap = flags & 64;
    policy->method = (enum sst_refresh_method)((ways & 3) % 3);
    policy->accept_malformed = !(lenience & 1);
    policy->accept_repeated = !(lenience & 2);
    policy->accept_require_as_support = !(lenience & 4);
    policy->accept_refresher_missing = !(lenience & 8);
    if (sst_policy_check(policy, NULL) != SST_OK) {
        sst_policy_init(policy);
        policy->mode = (enum sst_mode)(mode & 3);
    }
}
