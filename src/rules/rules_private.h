/* SPDX-License-Identifier: MIT */
/* Helpers that the rules share. */
#ifndef SST_RULES_PRIVATE_H
#define SST_RULES_PRIVATE_H

#include <sst/rules.h>

static inline uint32_t sst_max(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

static inline uint32_t sst_min(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* The smallest interval that we accept from others; RFC 4028 §4, §6. */
static inline uint32_t sst_local_min(const struct sst_policy *policy)
{
    return sst_max(policy->min_se, policy->absolute_min);
}

#endif
