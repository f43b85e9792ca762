/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log_text.h"
#include "network_options.h"
#include "policy_options.h"
#include "text.h"

static const char usage[] =
    "usage: sst-ua [options] answer\n"
    "       sst-ua [options] call SIP-URI\n"
    "\n"
    "  --bind HOST:PORT             local address, default 127.0.0.1:5060; port 0: a free one\n"
    "  --transport udp|tcp|tls      default: from the URI and DNS, else udp\n"
    "  --outbound HOST:PORT|SIP-URI proxy that initial requests are sent to\n"
    "  --register  --expires SEC    register as --from, default for 600 s\n"
    "  --tls-ca FILE                certificate authorities instead of the system's\n"
    "  --tls-certificate FILE       local certificate and key; needed to accept TLS\n"
    "  --tls-insecure               do not check TLS certificates\n"
    "  --keep-alive SEC             time between pings, default 120; 0: no pings\n"
    "  --dns ADDRESS[:PORT]         name server to use instead of the system's\n"
    "  --user NAME  --from SIP-URI  identity\n"
    "  --contact [sips:]HOST[:PORT] the Contact, if not the local address\n"
    "  --auth USER:PASSWORD         answer digest challenges; also from the environment's "
    "SST_UA_AUTH\n"
    "  --auth-file FILE             the same from the first line of a file\n"
    "  --auth-realm REALM           answer challenges of this realm only\n"
    "  --mode accept|request|require|off   default accept; request with --session-expires\n"
    "  --session-expires SEC  --min-se SEC  --max-session-expires SEC\n"
    "  --prefer-refresher uac|uas   who refreshes, if we answer and may choose\n"
    "  --refresher none|uac|uas     in the initial INVITE, default none\n"
    "  --method auto|update|invite  how to refresh, default auto\n"
    "  --no-update                  do not allow UPDATE\n"
    "  --policy NAME=VALUE          any field of the policy; repeatable\n"
    "  --unsafe-min SEC             replaces 90 s in every rule; for tests\n"
    "  --ring SEC                   ring this long before answering\n"
    "  --hold-at SEC                hold this long after the answer; repeatable\n"
    "  --hangup-after SEC           hang up this long after the answer\n"
    "  --mute-after SEC             fall silent this long after the answer\n"
    "  --calls N                    default 1; answer: 0 for ever\n"
    "  --speed X                    session timers run X times faster\n"
    "  --store URL  --node NAME     keep calls in redis://HOST:PORT[/DB] or unix:PATH, as this "
    "node\n"
    "  --standby                    take the calls over when their node's lease ends\n"
    "  --lease SEC                  length of the lease, default 3\n"
    "  --metrics FILE               counters as OpenMetrics text, at SIGUSR1 and at the end\n"
    "  --log text|json              default text\n"
    "  --color auto|always|never    auto: on a terminal, unless NO_COLOR is set\n"
    "  --help  --version\n";

static bool complain(const char *option, const char *value, const char *wanted)
{
    fprintf(stderr, "sst-ua: %s %s: not %s\n", option, value, wanted);
    return false;
}

static bool read_endpoint(struct endpoint *endpoint, const char *option, const char *value)
{
    return endpoint_parse(endpoint, value) || complain(option, value, "HOST:PORT");
}

static bool read_seconds(double *seconds, const char *option, const char *value)
{
    char *rest;
    double number = strtod(value, &rest);

    /* Everything finite that makes sense lies far below; NaN fails both comparisons. */
    if (rest == value || *rest != '\0' || !(number >= 0 && number <= 1e10)) {
        return complain(option, value, "a number of seconds");
    }
    *seconds = number;
    return true;
}

static bool read_hold(struct options *options, const char *option, const char *value)
{
    double seconds;
    size_t place = options->hold_count;

    if (!read_seconds(&seconds, option, value)) {
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
        return complain(option, value, "a number of calls");
    }
    return true;
}

static bool read_speed(struct options *options, const char *option, const char *value)
{
    if (!read_seconds(&options->speed, option, value) || options->speed < 0.001 ||
        options->speed > 1e6) {
        return complain(option, value, "a factor of 0.001 to 1000000");
    }
    return true;
}

static bool read_auth(struct options *options, const char *option, const char *value)
{
    const char *colon = strchr(value, ':');

    if (colon == NULL || colon == value) {
        return complain(option, "...", "USER:PASSWORD");
    }
    free(options->auth.user);
    free(options->auth.password);
    options->auth.user = text_copy_part(value, (size_t)(colon - value));
    options->auth.password = text_copy(colon + 1);
    return true;
}

/* The first line of a file, which unlike the command line others need not be able to read. */
static bool read_auth_file(struct options *options, const char *option, const char *name)
{
    char line[1024];
    FILE *file = fopen(name, "r");
    bool good = file != NULL && fgets(line, sizeof line, file) != NULL;

    if (file != NULL) {
        fclose(file);
    }
    if (!good) {
        return complain(option, name, "a file that can be read");
    }
    line[strcspn(line, "\r\n")] = '\0';
    return read_auth(options, option, line);
}

/* What everybody sees in the list of processes is not the password any more. */
static void hide(char *value)
{
    char *colon = strchr(value, ':');

    if (colon != NULL) {
        memset(colon + 1, 'x', strlen(colon + 1));
    }
}

/* The same of redis://USER:PASSWORD@HOST */
static void hide_in_url(char *url)
{
    char *start = strstr(url, "://");
    char *end = strrchr(url, '@');

    if (start != NULL && end > start + 3) {
        memset(start + 3, 'x', (size_t)(end - start) - 3);
    }
}

static bool read_uri(const char **uri, const char *option, const char *value)
{
    if (!network_options_is_uri(value)) {
        return complain(option, value, "a SIP URI (sip:user@host)");
    }
    *uri = value;
    return true;
}

static bool read_contact(struct options *options, const char *option, const char *value)
{
    static const char sips[] = "sips:";
    size_t scheme = sizeof sips - 1;

    /* A proxy that ends TLS may stand between us and the world (RFC 4028 §11.2). */
    options->contact_sips = strncmp(value, sips, scheme) == 0;
    return read_endpoint(&options->contact, option, options->contact_sips ? value + scheme : value);
}

static bool read_user(struct options *options, const char *option, const char *value)
{
    if (*value == '\0' || strpbrk(value, " <>\"@:;?\t\r\n") != NULL) {
        return complain(option, value, "the user part of a SIP URI");
    }
    options->user = value;
    return true;
}

static bool read_log(struct options *options, const char *option, const char *value)
{
    options->json = strcmp(value, "json") == 0;
    return options->json || strcmp(value, "text") == 0 || complain(option, value, "text or json");
}

static bool read_lease(struct options *options, const char *option, const char *value)
{
    return (read_seconds(&options->lease, option, value) && options->lease >= 0.2 &&
            options->lease <= 3600) ||
           complain(option, value, "0.2 to 3600 seconds");
}

/* --store and what belongs to it. */
static bool check_store(const struct options *options)
{
    if (options->store != NULL && options->node == NULL) {
        fputs("sst-ua: --store needs --node\n", stderr);
        return false;
    }
    if (options->store != NULL && options->bind.port == 0) {
        fputs("sst-ua: --store: all nodes share one --bind, so its port cannot be 0\n", stderr);
        return false;
    }
    if (options->store != NULL &&
        (options->transport == TRANSPORT_TCP || options->transport == TRANSPORT_TLS ||
         options->tls.certificate != NULL)) {
        fputs("sst-ua: --store: only with UDP, since a connection ends with its node\n", stderr);
        return false;
    }
    if (options->store == NULL && (options->node != NULL || options->standby)) {
        fputs("sst-ua: --node and --standby need --store\n", stderr);
        return false;
    }
    return true;
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
    if (strcmp(option, "--auth") == 0) {
        return read_auth(options, option, value);
    }
    if (strcmp(option, "--auth-file") == 0) {
        return read_auth_file(options, option, value);
    }
    if (strcmp(option, "--auth-realm") == 0) {
        options->auth.realm = value;
        return true;
    }
    if (strcmp(option, "--ring") == 0) {
        return read_seconds(&options->ring, option, value);
    }
    if (strcmp(option, "--hold-at") == 0) {
        return read_hold(options, option, value);
    }
    if (strcmp(option, "--hangup-after") == 0) {
        return read_seconds(&options->hangup_after, option, value);
    }
    if (strcmp(option, "--mute-after") == 0) {
        return read_seconds(&options->mute_after, option, value);
    }
    if (strcmp(option, "--calls") == 0) {
        return read_calls(options, option, value);
    }
    if (strcmp(option, "--speed") == 0) {
        return read_speed(options, option, value);
    }
    if (strcmp(option, "--store") == 0) {
        free(options->store);
        options->store = text_copy(value);
        return true;
    }
    if (strcmp(option, "--node") == 0) {
        options->node = value;
        return true;
    }
    if (strcmp(option, "--lease") == 0) {
        return read_lease(options, option, value);
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
               complain(option, value, "auto, always or never");
    }
    taken = network_options_take(options, option, value);
    if (taken == TAKEN_NOT) {
        fprintf(stderr, "sst-ua: %s: no such option\n\n%s", option, usage);
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
    fputs(usage, stderr);
    return false;
}

/* What is not an option: the word that says what to do, and whom to call. */
static bool read_rest(struct options *options, int argc, char **argv)
{
    if (argc == 1 && strcmp(argv[0], "answer") == 0) {
        options->answering = true;
    } else if (argc == 2 && strcmp(argv[0], "call") == 0) {
        if (options->calls == 0) {
            return complain("--calls", "0", "a number of calls to place");
        }
        return read_uri(&options->target, "call", argv[1]);
    } else {
        return refuse_rest(argc, argv);
    }
    return true;
}

/* Reads up to the first word that is no option; returns its place, or -1. */
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
        if (network_options_flag(options, argv[i]) == TAKEN) {
            i++;
            continue;
        }
        if (strcmp(argv[i], "--standby") == 0) {
            options->standby = true;
            i++;
            continue;
        }
        if (strcmp(argv[i], "--help") == 0) {
            fputs(usage, stdout);
            exit(0);
        }
        if (strcmp(argv[i], "--version") == 0) {
            printf("sst-ua %s\n", sst_version());
            exit(0);
        }
        if (i + 1 == argc) {
            fprintf(stderr, "sst-ua: %s: no such option, or no value\n\n%s", argv[i], usage);
            return -1;
        }
        if (!policy_options_take(policy, argv[i], argv[i + 1]) &&
            !read_option(options, argv[i], argv[i + 1])) {
            return -1;
        }
        if (strcmp(argv[i], "--auth") == 0) {
            hide(argv[i + 1]);
        } else if (strcmp(argv[i], "--store") == 0) {
            hide_in_url(argv[i + 1]);
        }
        i += 2;
    }
    return i;
}

bool options_read(struct options *options, int argc, char **argv)
{
    struct policy_options policy = {0};
    const char *auth = getenv("SST_UA_AUTH");
    int rest;
    bool good;

    set_defaults(options);
    endpoint_parse(&options->bind, "127.0.0.1");
    if (auth != NULL && !read_auth(options, "SST_UA_AUTH", auth)) {
        return false;
    }
    rest = read_options(options, &policy, argc, argv);
    good = rest > 0 && read_rest(options, argc - rest, argv + rest) &&
           policy_options_apply(&policy, &options->policy) && network_options_check(options);
    free(policy.settings);
    return good && check_store(options);
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
