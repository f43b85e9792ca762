/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auth_options.h"
#include "log_text.h"
#include "network_options.h"
#include "option_value.h"
#include "policy_options.h"
#include "store_options.h"
#include "text.h"
#include "usage.h"

static bool read_endpoint(struct endpoint *endpoint, const char *option, const char *value)
{
    return endpoint_parse(endpoint, value) || option_complain(option, value, "HOST:PORT");
}

static bool read_hold(struct options *options, const char *option, const char *value)
{
    double seconds;
    size_t place = options->hold_count;

    if (!option_seconds(&seconds, option, value)) {
        return false;
    }
    options->holds =
        memory_resize(options->holds, (options->hold_count + 1) * sizeof *options->holds);
    while (place > 0 && options->holds[place - 1] > seconds) {
        options->holds[place] = options->holds[place - 1];
        place--;
    }
    options->holds[place] = seconds;
    options->hold_count++;
    return true;
}

static bool read_calls(struct options *options, const char *option, const char *value)
{
    char *rest;

    errno = 0;
    options->calls = strtoul(value, &rest, 10);
    if (*value < '0' || *value > '9' || *rest != '\0' || errno != 0 || options->calls > 1000000) {
        return option_complain(option, value, "a number of calls");
    }
    return true;
}

static bool read_speed(struct options *options, const char *option, const char *value)
{
    if (!option_seconds(&options->speed, option, value) || options->speed < 0.001 ||
        options->speed > 1e6) {
        return option_complain(option, value, "a factor of 0.001 to 1000000");
    }
    return true;
}

static bool read_uri(const char **uri, const char *option, const char *value)
{
    if (!network_options_is_uri(value)) {
        return option_complain(option, value, "a SIP URI (sip:user@host)");
    }
    *uri = value;
    return true;
}

static bool read_contact(struct options *options, const char *option, const char *value)
{
    static const char sips[] = "sips:";
    size_t scheme = sizeof sips - 1;

    /* A proxy that terminates TLS may sit between us and the peer (RFC 4028 §11.2). */
    options->contact_sips = strncmp(value, sips, scheme) == 0;
    return read_endpoint(&options->contact, option, options->contact_sips ? value + scheme : value);
}

static bool read_user(struct options *options, const char *option, const char *value)
{
    if (*value == '\0' || strpbrk(value, " <>\"@:;?\t\r\n") != NULL) {
        return option_complain(option, value, "the user part of a SIP URI");
    }
    options->user = value;
    return true;
}

static bool read_log(struct options *options, const char *option, const char *value)
{
    options->json = strcmp(value, "json") == 0;
    return options->json || strcmp(value, "text") == 0 ||
           option_complain(option, value, "text or json");
}

static bool read_option(struct options *options, const char *option, const char *value)
{
    enum taken taken;

    if (strcmp(option, "--bind") == 0) {
        return read_endpoint(&options->bind, option, value);
    }
    if (strcmp(option, "--dns") == 0) {
        options->dns = value;
        return true;
    }
    if (strcmp(option, "--contact") == 0) {
        return read_contact(options, option, value);
    }
    if (strcmp(option, "--user") == 0) {
        return read_user(options, option, value);
    }
    if (strcmp(option, "--from") == 0) {
        return read_uri(&options->from, option, value);
    }
    if (strcmp(option, "--ring") == 0) {
        return option_seconds(&options->ring, option, value);
    }
    if (strcmp(option, "--hold-at") == 0) {
        return read_hold(options, option, value);
    }
    if (strcmp(option, "--hangup-after") == 0) {
        return option_seconds(&options->hangup_after, option, value);
    }
    if (strcmp(option, "--mute-after") == 0) {
        return option_seconds(&options->mute_after, option, value);
    }
    if (strcmp(option, "--calls") == 0) {
        return read_calls(options, option, value);
    }
    if (strcmp(option, "--speed") == 0) {
        return read_speed(options, option, value);
    }
    if (strcmp(option, "--metrics") == 0) {
        options->metrics = value;
        return true;
    }
    if (strcmp(option, "--log") == 0) {
        return read_log(options, option, value);
    }
    if (strcmp(option, "--color") == 0) {
        return log_text_read_color(value, &options->color) ||
               option_complain(option, value, "auto, always or never");
    }
    taken = network_options_take(options, option, value);
    if (taken == TAKEN_NOT) {
        taken = auth_options_take(options, option, value);
    }
    if (taken == TAKEN_NOT) {
        taken = store_options_take(options, option, value);
    }
    if (taken == TAKEN_NOT) {
        fprintf(stderr, "sst-ua: %s: no such option\n\n%s", option, usage_text);
    }
    return taken == TAKEN;
}

static void set_defaults(struct options *options)
{
    *options = (struct options){
        .user = "sst-ua",
        .ring = 0,
        .hangup_after = -1,
        .mute_after = -1,
        .calls = 1,
        .speed = 1,
        .lease = 3,
        .keep_alive = 120,
        .expires = 600,
        .color = log_text_wants_color(),
    };
}

/* Says what is wrong with the words after the options. */
static bool refuse_rest(int argc, char **argv)
{
    bool call = argc > 0 && strcmp(argv[0], "call") == 0;

    if (argc == 0) {
        fputs("sst-ua: \"answer\" or \"call SIP-URI\" is missing\n\n", stderr);
    } else if (!call && strcmp(argv[0], "answer") != 0) {
        fprintf(stderr, "sst-ua: %s: neither \"answer\" nor \"call\"\n\n", argv[0]);
    } else if (call && argc == 1) {
        fputs("sst-ua: call needs a SIP URI\n\n", stderr);
    } else {
        fprintf(stderr, "sst-ua: %s: unexpected argument; options go before \"%s\"\n\n",
                argv[call ? 2 : 1], argv[0]);
    }
    fputs(usage_text, stderr);
    return false;
}

/* The words after the options: what to do, and whom to call. */
static bool read_rest(struct options *options, int argc, char **argv)
{
    if (argc == 1 && strcmp(argv[0], "answer") == 0) {
        options->answering = true;
    } else if (argc == 2 && strcmp(argv[0], "call") == 0) {
        if (options->calls == 0) {
            return option_complain("--calls", "0", "a number of calls to place");
        }
        return read_uri(&options->target, "call", argv[1]);
    } else {
        return refuse_rest(argc, argv);
    }
    return true;
}

/* Reads up to the first word that is not an option; returns its index, or -1. */
static int read_options(struct options *options, struct policy_options *policy, int argc,
                        char **argv)
{
    int i = 1;

    while (i < argc && argv[i][0] == '-') {
        if (strcmp(argv[i], "--no-update") == 0) {
            options->no_update = true;
            i++;
            continue;
        }
        if (network_options_flag(options, argv[i]) || store_options_flag(options, argv[i])) {
            i++;
            continue;
        }
        if (strcmp(argv[i], "--help") == 0) {
            fputs(usage_text, stdout);
            exit(0);
        }
        if (strcmp(argv[i], "--version") == 0) {
            printf("sst-ua %s\n", sst_version());
            exit(0);
        }
        if (i + 1 == argc) {
            fprintf(stderr, "sst-ua: %s: no such option, or no value\n\n%s", argv[i], usage_text);
            return -1;
        }
        if (!policy_options_take(policy, argv[i], argv[i + 1]) &&
            !read_option(options, argv[i], argv[i + 1])) {
            return -1;
        }
        auth_options_hide(argv[i], argv[i + 1]);
        store_options_hide(argv[i], argv[i + 1]);
        i += 2;
    }
    return i;
}

bool options_read(struct options *options, int argc, char **argv)
{
    struct policy_options policy = {0};
    int rest;
    bool good;

    set_defaults(options);
    endpoint_parse(&options->bind, "127.0.0.1");
    if (!auth_options_environment(options)) {
        return false;
    }
    rest = read_options(options, &policy, argc, argv);
    good = rest > 0 && read_rest(options, argc - rest, argv + rest) &&
           policy_options_apply(&policy, &options->policy) && network_options_check(options);
    free(policy.settings);
    return good && store_options_check(options);
}

void options_free(struct options *options)
{
    free(options->bind.host);
    free(options->outbound.host);
    free(options->contact.host);
    credentials_free(&options->auth);
    free(options->holds);
    free(options->store);
}
