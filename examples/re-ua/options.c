/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy_options.h"
#include "text.h"

static const char usage[] =
    "usage: re-ua [options] answer\n"
    "       re-ua [options] call SIP-URI\n"
    "\n"
    "  --bind HOST:PORT             local address, default 127.0.0.1:5060; port 0: a free one\n"
    "  --outbound HOST:PORT         proxy that initial requests are sent to\n"
    "  --contact HOST:PORT          the Contact, if not the local address\n"
    "  --mode accept|request|require|off   default accept; request with --session-expires\n"
    "  --session-expires SEC  --min-se SEC  --max-session-expires SEC\n"
    "  --prefer-refresher uac|uas   who refreshes, if we answer and may choose\n"
    "  --refresher none|uac|uas     in the initial INVITE, default none\n"
    "  --method auto|update|invite  how to refresh, default auto\n"
    "  --policy NAME=VALUE          any field of the policy; repeatable\n"
    "  --unsafe-min SEC             replaces 90 s in every rule; for tests\n"
    "  --hangup-after SEC           hang up this long after the answer\n"
    "  --speed X                    session timers run X times faster\n"
    "  --log text|json              default text\n"
    "  --help\n"
    "\n"
    "Hosts are numeric addresses. The options, the log and the exit status are those of sst-ua.\n";

static bool complain(const char *option, const char *value, const char *wanted)
{
    fprintf(stderr, PROGRAM ": %s %s: not %s\n", option, value, wanted);
    return false;
}

static bool read_endpoint(struct endpoint *endpoint, const char *option, const char *value)
{
    return endpoint_parse(endpoint, value) || complain(option, value, "HOST:PORT");
}

static bool read_number(double *number, const char *option, const char *value)
{
    char *rest;

    *number = strtod(value, &rest);
    return (rest != value && *rest == '\0' && *number > 0 && *number <= 1e6) ||
           complain(option, value, "a number above 0");
}

static bool read_log(bool *json, const char *option, const char *value)
{
    *json = strcmp(value, "json") == 0;
    return *json || strcmp(value, "text") == 0 || complain(option, value, "text or json");
}

static bool read_option(struct options *options, struct policy_options *policy, const char *option,
                        const char *value)
{
    if (strcmp(option, "--bind") == 0) {
        return read_endpoint(&options->bind, option, value);
    }
    if (strcmp(option, "--outbound") == 0) {
        return read_endpoint(&options->outbound, option, value);
    }
    if (strcmp(option, "--contact") == 0) {
        return read_endpoint(&options->contact, option, value);
    }
    if (strcmp(option, "--hangup-after") == 0) {
        return read_number(&options->hangup_after, option, value);
    }
    if (strcmp(option, "--speed") == 0) {
        return read_number(&options->speed, option, value);
    }
    if (strcmp(option, "--log") == 0) {
        return read_log(&options->json, option, value);
    }
    if (policy_options_take(policy, option, value)) {
        return true;
    }
    fprintf(stderr, PROGRAM ": %s: no such option\n%s", option, usage);
    return false;
}

/* What comes after the options: "answer", or "call" and a URI. */
static bool read_task(struct options *options, int argc, char **argv)
{
    if (argc == 1 && strcmp(argv[0], "answer") == 0) {
        return true;
    }
    if (argc == 2 && strcmp(argv[0], "call") == 0 && strncmp(argv[1], "sip:", 4) == 0 &&
        strpbrk(argv[1], " <>\"\t\r\n") == NULL) {
        options->target = argv[1];
        return true;
    }
    fputs(usage, stderr);
    return false;
}

bool options_read(struct options *options, int argc, char **argv)
{
    struct policy_options policy = {0};
    bool good = true;
    int next = 1;

    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        fputs(usage, stdout);
        exit(0);
    }
    options->speed = 1;
    options->hangup_after = -1;
    for (; good && next < argc && strncmp(argv[next], "--", 2) == 0; next += 2) {
        if (next + 1 == argc) {
            fputs(usage, stderr);
            good = false;
        } else {
            good = read_option(options, &policy, argv[next], argv[next + 1]);
        }
    }
    good = good && read_task(options, argc - next, argv + next) &&
           policy_options_apply(&policy, &options->policy);
    free(policy.settings);
    if (options->bind.host == NULL) {
        options->bind.host = text_copy("127.0.0.1");
    }
    return good;
}

void options_free(struct options *options)
{
    free(options->bind.host);
    free(options->outbound.host);
    free(options->contact.host);
}
