/* SPDX-License-Identifier: MIT */
#include "store_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

static bool read_lease(struct options *options, const char *option, const char *value)
{
    return (option_seconds(&options->lease, option, value) && options->lease >= 0.2 &&
            options->lease <= 3600) ||
           option_complain(option, value, "0.2 to 3600 seconds");
}

enum taken store_options_take(struct options *options, const char *option, const char *value)
{
    if (strcmp(option, "--store") == 0) {
        free(options->store);
        options->store = text_copy(value);
    } else if (strcmp(option, "--node") == 0) {
        options->node = value;
    } else if (strcmp(option, "--lease") == 0) {
        return option_taken(read_lease(options, option, value));
    } else {
        return TAKEN_NOT;
    }
    return TAKEN;
}

bool store_options_flag(struct options *options, const char *option)
{
    bool taken = strcmp(option, "--standby") == 0;

    options->standby = options->standby || taken;
    return taken;
}

bool store_options_check(const struct options *options)
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

/* Hides what comes before the @ of redis://USER:PASSWORD@HOST */
void store_options_hide(const char *option, char *url)
{
    char *start = strstr(url, "://");
    char *end = strrchr(url, '@');

    if (strcmp(option, "--store") == 0 && start != NULL && end > start + 3) {
        memset(start + 3, 'x', (size_t)(end - start) - 3);
    }
}
