/* SPDX-License-Identifier: MIT */
/* All fields of a policy with their values, for the suites that convert them from and to text. */
#ifndef POLICY_CASES_H
#define POLICY_CASES_H

#include "exact.h"
#include "policy_table.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct sst_policy policy;
static struct sst_policy_error error;

static inline void set_up(void)
{
    sst_policy_init(&policy);
    memset(&error, 0xAA, sizeof error);
}

static inline int set_bytes(const char *name, size_t name_length, const char *value,
                            size_t value_length)
{
    struct exact name_copy = exact_copy(name, name_length);
    struct exact value_copy = exact_copy(value, value_length);
    int result = sst_policy_set_n(&policy, name_copy.text, name_length, value_copy.text,
                                  value_length, &error);
    exact_free(&name_copy);
    exact_free(&value_copy);
    return result;
}

static inline int set(const char *name, const char *value)
{
    return set_bytes(name, strlen(name), value, strlen(value));
}

static inline const char *get(const char *name)
{
    static char buffer[64];
    struct exact copy = exact_copy(name, strlen(name));
    size_t length = sst_policy_get_n(&policy, copy.text, copy.length, buffer, sizeof buffer);
    exact_free(&copy);
    ck_assert_uint_eq(length, strlen(buffer));
    return buffer;
}

static inline void expect_set(const char *name, const char *value, const char *printed)
{
    ck_assert_msg(set(name, value) == SST_OK, "%s=%s", name, value);
    ck_assert_str_eq(get(name), printed);
}

/* Every field with all its words, or its limits and the values just outside; written by hand. */
static const struct field_case {
    const char *name;
    const char *range;
    const char *fits[4];
    const char *too_far[3];
} cases[] = {
    {"mode", "accept|request|require|off", {"accept", "request", "require", "off"}, {0}},
    {"session_expires", "90..4294967295", {"90", "4294967295"}, {"89", "0", "4294967296"}},
    {"min_se", "90..4294967295", {"90", "4294967295"}, {"89", "0", "4294967296"}},
    {"max_session_expires",
     "0, 90..4294967295",
     {"0", "90", "4294967295"},
     {"1", "89", "4294967296"}},
    {"prefer_refresher", "uac|uas", {"uac", "uas"}, {0}},
    {"request_refresher", "none|uac|uas", {"none", "uac", "uas"}, {0}},
    {"allow_uas", "no|yes", {"no", "yes"}, {0}},
    {"proxy_require", "no|yes", {"no", "yes"}, {0}},
    {"method", "auto|update|invite", {"auto", "update", "invite"}, {0}},
    {"refresh_percent", "5..50", {"5", "50"}, {"4", "51"}},
    {"max_refresh", "0..4294967295", {"0", "1", "4294967295"}, {"4294967296"}},
    {"jitter_percent", "0..10", {"0", "10"}, {"11"}},
    {"guard", "rfc|percent|none", {"rfc", "percent", "none"}, {0}},
    {"guard_percent", "1..33", {"1", "33"}, {"0", "34"}},
    {"expire_at", "expiration|guard", {"expiration", "guard"}, {0}},
    {"own_benefit", "auto|yes|no", {"auto", "yes", "no"}, {0}},
    {"timeout_retries", "0..3", {"0", "3"}, {"4"}},
    {"rescue", "no|yes", {"no", "yes"}, {0}},
    {"refresh_floor", "1..45", {"1", "45"}, {"0", "46"}},
    {"accept_midcall", "no|yes", {"no", "yes"}, {0}},
    {"below_min", "keep|report", {"keep", "report"}, {0}},
    {"refused", "expire|keep", {"expire", "keep"}, {0}},
    {"dropped", "keep|off", {"keep", "off"}, {0}},
    {"strict_overlap", "no|yes", {"no", "yes"}, {0}},
    {"accept_refresher_missing", "no|yes", {"no", "yes"}, {0}},
    {"accept_require_as_support", "no|yes", {"no", "yes"}, {0}},
    {"accept_malformed", "no|yes", {"no", "yes"}, {0}},
    {"accept_repeated", "no|yes", {"no", "yes"}, {0}},
    {"accept_small_interval", "no|yes", {"no", "yes"}, {0}},
    {"absolute_min", "1..4294967295", {"4294967295", "1"}, {"0", "4294967296"}},
};

static inline bool is_number(const struct field_case *one)
{
    return one->fits[0][0] >= '0' && one->fits[0][0] <= '9';
}

#endif
