/* SPDX-License-Identifier: MIT */
/* The options that make up libsst's policy. They are applied once all are read, since
 * --unsafe-min changes the range of others and --session-expires the default mode. */
#ifndef SST_UA_POLICY_OPTIONS_H
#define SST_UA_POLICY_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include <sst/sst.h>

struct policy_options {
    const char *unsafe_min;
    const char *mode;
    const char *session_expires;
    const char *min_se;
    const char *max_session_expires;
    const char *prefer_refresher;
    const char *refresher;
    const char *method;
    const char **settings; /* NAME=VALUE of --policy, in their order */
    size_t setting_count;
};

/* Keeps an option with its value, borrowed. False if it is not a policy option. */
bool policy_options_take(struct policy_options *options, const char *option, const char *value);

/* Builds a checked policy. On error says what is wrong on standard error and returns false. */
bool policy_options_apply(const struct policy_options *options, struct sst_policy *policy);

#endif
