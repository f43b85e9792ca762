/* SPDX-License-Identifier: MIT */
#include "settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log_text.h"
#include "text.h"

static const char usage[] =
    "usage: sst-proxy [options]\n"
    "  --bind HOST:PORT        local address, default 127.0.0.1:5060; port 0 takes a free one\n"
    "  --dns ADDRESS[:PORT]    name server to use instead of the system's\n"
    "  --to HOST:PORT          where requests without a route go; repeatable: fork to all\n"
    "  --session-expires SEC   asks for a session timer if a request has none\n"
    "  --min-se SEC            the shortest interval, default 90\n"
    "  --reject-small yes|no   422 to callers with support that ask for less; default yes\n"
    "  --record-route yes|no   stays on the path of the dialog; default yes\n"
    "  --unsafe-min SEC        for tests: SEC replaces 90 s in every rule\n"
    "  --speed X               session timers run X times faster\n"
    "  --metrics FILE          counters as OpenMetrics text, at SIGUSR1 and at the end\n"
    "  --log text|json         default text\n"
    "  --color auto|always|never   auto: on a terminal, unless NO_COLOR is set\n"
    "  --help  --version\n";

static bool complain(const char *option, const char *value, const char *what)
{
    fprintf(stderr, "sst-proxy: %s %s: %s\n", option, value, what);
    return false;
}

static bool take_endpoint(struct endpoint *endpoint, const char *option, const char *value)
{
    return endpoint_parse(endpoint, value) || complain(option, value, "not HOST:PORT");
}

static bool take_target(struct settings *settings, const char *option, const char *value)
{
    struct endpoint *target = &settings->targets[settings->target_count];

    if (settings->target_count == TARGETS_MAX) {
        return complain(option, value, "too many targets");
    }
    if (!take_endpoint(target, option, value)) {
        return false;
    }
    settings->target_count++;
    if (target->port < 0) {
        target->port = 5060;
    }
    return true;
}

/* Intervals are whole seconds on the wire: decimals are rounded up. */
static bool take_seconds(uint32_t *place, const char *option, const char *value)
{
    char *rest;
    double seconds = strtod(value, &rest);

    if (rest == value || *rest != '\0' || !(seconds > 0 && seconds <= (double)UINT32_MAX)) {
        return complain(option, value, "not a number of seconds from 1 to 4294967295");
    }
    *place = (uint32_t)seconds;
    *place += (double)*place < seconds;
    return true;
}

static bool take_word(bool *place, const char *option, const char *value, const char *yes,
                      const char *no)
{
    if (strcmp(value, yes) != 0 && strcmp(value, no) != 0) {
        fprintf(stderr, "sst-proxy: %s %s: not %s or %s\n", option, value, yes, no);
        return false;
    }
    *place = strcmp(value, yes) == 0;
    return true;
}

static bool take_speed(double *place, const char *option, const char *value)
{
    char *rest;

    *place = strtod(value, &rest);
    if (rest == value || *rest != '\0' || !(*place > 0 && *place <= 1e6)) {
        return complain(option, value, "not a number above 0, up to 1000000");
    }
    return true;
}

static bool take(struct settings *settings, const char *option, const char *value)
{
    struct sst_proxy_policy *policy = &settings->policy;

    if (strcmp(option, "--bind") == 0) {
        return take_endpoint(&settings->bind, option, value);
    }
    if (strcmp(option, "--dns") == 0) {
        settings->dns = value;
        return true;
    }
    if (strcmp(option, "--to") == 0) {
        return take_target(settings, option, value);
    }
    if (strcmp(option, "--session-expires") == 0) {
        return take_seconds(&policy->session_expires, option, value);
    }
    if (strcmp(option, "--min-se") == 0) {
        return take_seconds(&policy->min_se, option, value);
    }
    if (strcmp(option, "--unsafe-min") == 0) {
        return take_seconds(&policy->absolute_min, option, value);
    }
    if (strcmp(option, "--reject-small") == 0) {
        return take_word(&policy->reject_small, option, value, "yes", "no");
    }
    if (strcmp(option, "--record-route") == 0) {
        return take_word(&policy->record_routes, option, value, "yes", "no");
    }
    if (strcmp(option, "--metrics") == 0) {
        settings->metrics = value;
        return true;
    }
    if (strcmp(option, "--log") == 0) {
        return take_word(&settings->json, option, value, "json", "text");
    }
    if (strcmp(option, "--color") == 0) {
        return log_text_read_color(value, &settings->color) ||
               complain(option, value, "not auto, always or never");
    }
    if (strcmp(option, "--speed") == 0) {
        return take_speed(&settings->speed, option, value);
    }
    return complain(option, value, "no such option; --help lists them");
}

static bool check_policy(struct settings *settings)
{
    struct sst_policy_error error;
    char sentence[200];

    if (settings->policy.min_se == 0) {
        settings->policy.min_se = settings->policy.absolute_min;
    }
    if (sst_proxy_policy_check(&settings->policy, &error) == SST_OK) {
        return true;
    }
    sst_policy_error_print(&error, sentence, sizeof sentence);
    fprintf(stderr, "sst-proxy: %s\n", sentence);
    return false;
}

bool settings_read(struct settings *settings, int argc, char **argv)
{
    memset(settings, 0, sizeof *settings);
    sst_proxy_policy_init(&settings->policy);
    settings->policy.min_se = 0; /* not given: the absolute minimum, which may still change */
    settings->speed = 1;
    settings->color = log_text_wants_color();
    settings->bind.port = -1;
    for (int i = 1; i < argc; i += 2) {
        if (strcmp(argv[i], "--help") == 0) {
            fputs(usage, stdout);
            exit(0);
        }
        if (strcmp(argv[i], "--version") == 0) {
            printf("sst-proxy %s\n", sst_version());
            exit(0);
        }
        if (i + 1 == argc) {
            fprintf(stderr, "sst-proxy: %s: no such option, or no value\n\n%s", argv[i], usage);
            return false;
        }
        if (!take(settings, argv[i], argv[i + 1])) {
            return false;
        }
    }
    if (settings->bind.host == NULL) {
        settings->bind.host = text_copy("127.0.0.1");
    }
    if (settings->bind.port < 0) {
        settings->bind.port = 5060;
    }
    return check_policy(settings);
}

void settings_free(struct settings *settings)
{
    free(settings->bind.host);
    for (size_t i = 0; i < settings->target_count; i++) {
        free(settings->targets[i].host);
    }
}
