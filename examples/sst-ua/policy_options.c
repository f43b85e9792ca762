/* SPDX-License-Identifier: MIT */
#include "policy_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

bool policy_options_take(struct policy_options *options, const char *option, const char *value)
{
    const struct {
        const char *name;
        const char **place;
    } places[] = {
        {"--mode", &options->mode},
        {"--session-expires", &options->session_expires},
        {"--min-se", &options->min_se},
        {"--max-session-expires", &options->max_session_expires},
        {"--prefer-refresher", &options->prefer_refresher},
        {"--refresher", &options->refresher},
        {"--method", &options->method},
        {"--unsafe-min", &options->unsafe_min},
    };

    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        if (strcmp(option, places[i].name) == 0) {
            *places[i].place = value;
            return true;
        }
    }
    if (strcmp(option, "--policy") != 0) {
        return false;
    }
    options->settings =
        memory_resize(options->settings, (options->setting_count + 1) * sizeof *options->settings);
    options->settings[options->setting_count++] = value;
    return true;
}

static bool complain(const char *option, const struct sst_policy_error *error)
{
    char sentence[200];

    sst_policy_error_print(error, sentence, sizeof sentence);
    fprintf(stderr, PROGRAM ": %s%s%s\n", option, *option != '\0' ? ": " : "", sentence);
    return false;
}

static bool set(struct sst_policy *policy, const char *option, const char *name, const char *value)
{
    struct sst_policy_error error;

    if (value == NULL ||
        sst_policy_set_n(policy, name, strlen(name), value, strlen(value), &error) == SST_OK) {
        return true;
    }
    return complain(option, &error);
}

/* Seconds may have decimals everywhere on the command line, but intervals are whole seconds on
 * the wire: they are rounded up. Anything that is not a number is left for libsst to reject. */
static bool set_seconds(struct sst_policy *policy, const char *option, const char *name,
                        const char *value)
{
    char whole[32];
    char *rest;
    double seconds;

    if (value == NULL || strchr(value, '.') == NULL) {
        return set(policy, option, name, value);
    }
    seconds = strtod(value, &rest);
    if (*rest != '\0' || !(seconds >= 0 && seconds <= (double)UINT32_MAX)) {
        return set(policy, option, name, value);
    }
    if (seconds > (double)(uint32_t)seconds) {
        seconds += 1;
    }
    snprintf(whole, sizeof whole, "%lu", (unsigned long)seconds);
    return set(policy, option, name, whole);
}

/* SEC replaces 90 s in every rule, including the default of min_se. Half of it replaces the 10 s
 * below which no peer can make us refresh. */
static bool set_unsafe_min(struct sst_policy *policy, const char *value)
{
    if (value == NULL) {
        return true;
    }
    if (!set_seconds(policy, "--unsafe-min", "absolute_min", value)) {
        return false;
    }
    policy->min_se = policy->absolute_min;
    policy->refresh_floor = policy->absolute_min / 2 + policy->absolute_min % 2;
    return true;
}

static bool set_pair(struct sst_policy *policy, const char *pair)
{
    const char *equals = strchr(pair, '=');
    struct sst_policy_error error;

    if (equals == NULL) {
        fprintf(stderr, PROGRAM ": --policy %s: not NAME=VALUE\n", pair);
        return false;
    }
    if (sst_policy_set_n(policy, pair, (size_t)(equals - pair), equals + 1, strlen(equals + 1),
                         &error) == SST_OK) {
        return true;
    }
    return complain("--policy", &error);
}

static bool names_session_expires(const char *pair)
{
    struct sst_policy scratch;

    /* libsst knows the other spellings of the name. */
    sst_policy_init(&scratch);
    scratch.absolute_min = 1;
    scratch.session_expires = 0;
    const char *equals = strchr(pair, '=');
    return equals != NULL &&
           sst_policy_set_n(&scratch, pair, (size_t)(equals - pair), equals + 1, strlen(equals + 1),
                            NULL) == SST_OK &&
           scratch.session_expires != 0;
}

/* A user who sets only a minimum or maximum does not want to hear that it conflicts with the
 * default interval of 1800 s: the default gives way. An interval that was asked for does not. */
static void fit_default_interval(const struct policy_options *options, struct sst_policy *policy)
{
    bool asked = options->session_expires != NULL;

    for (size_t i = 0; i < options->setting_count; i++) {
        asked = asked || names_session_expires(options->settings[i]);
    }
    if (asked) {
        return;
    }
    if (policy->max_session_expires != 0 && policy->session_expires > policy->max_session_expires) {
        policy->session_expires = policy->max_session_expires;
    }
    if (policy->session_expires < policy->min_se) {
        policy->session_expires = policy->min_se;
    }
}

bool policy_options_apply(const struct policy_options *options, struct sst_policy *policy)
{
    struct sst_policy_error error;
    const char *mode = options->mode;

    if (mode == NULL && options->session_expires != NULL) {
        mode = "request";
    }
    sst_policy_init(policy);
    if (!set_unsafe_min(policy, options->unsafe_min) || !set(policy, "--mode", "mode", mode) ||
        !set_seconds(policy, "--session-expires", "session_expires", options->session_expires) ||
        !set_seconds(policy, "--min-se", "min_se", options->min_se) ||
        !set_seconds(policy, "--max-session-expires", "max_session_expires",
                     options->max_session_expires) ||
        !set(policy, "--prefer-refresher", "prefer_refresher", options->prefer_refresher) ||
        !set(policy, "--refresher", "request_refresher", options->refresher) ||
        !set(policy, "--method", "method", options->method)) {
        return false;
    }
    for (size_t i = 0; i < options->setting_count; i++) {
        if (!set_pair(policy, options->settings[i])) {
            return false;
        }
    }
    fit_default_interval(options, policy);
    if (sst_policy_check(policy, &error) != SST_OK) {
        return complain("", &error);
    }
    return true;
}
