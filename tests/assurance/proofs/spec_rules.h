/* SPDX-License-Identifier: MIT */
/* What the rules share, and what is known about a policy. */
#ifndef SPEC_RULES_H
#define SPEC_RULES_H

#include <sst/policy.h>

/*@ assigns *policy; */
void sst_policy_init_sized(struct sst_policy *policy, size_t size);

/*@ assigns *policy; */
static inline void sst_policy_init(struct sst_policy *policy);

#include "../../../src/rules/rules_private.h"

/*
 * What the proofs use of what sst_policy_check() guarantees. Sessions accept no policy that has not
 * passed it, and the rules must not be called with one (sst/rules.h).
 */
#define CHECKED(p)                                                                                 \
    ((p)->absolute_min >= 1 && (p)->min_se >= (p)->absolute_min &&                                 \
     (p)->session_expires >= (p)->min_se &&                                                        \
     ((p)->max_session_expires == 0 || (p)->max_session_expires >= (p)->session_expires) &&        \
     5 <= (p)->refresh_percent <= 50 && 1 <= (p)->guard_percent <= 33 &&                           \
     (p)->jitter_percent < (p)->refresh_percent &&                                                 \
     1 <= (p)->refresh_floor && 2 * (p)->refresh_floor <= (p)->absolute_min + 1 &&                 \
     ((p)->max_refresh == 0 || (p)->max_refresh >= (p)->refresh_floor) &&                          \
     SST_REFRESHER_UAC <= (p)->prefer_refresher <= SST_REFRESHER_UAS)

/*@ assigns \nothing;
    ensures \result == \max(a, b); */
static inline uint32_t sst_max(uint32_t a, uint32_t b);

/*@ assigns \nothing;
    ensures \result == \min(a, b); */
static inline uint32_t sst_min(uint32_t a, uint32_t b);

/*@ assigns \nothing;
    ensures \result == \max(policy->min_se, policy->absolute_min); */
static inline uint32_t sst_local_min(const struct sst_policy *policy);

#endif
