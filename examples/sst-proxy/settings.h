/* SPDX-License-Identifier: MIT */
/* The command line. */
#ifndef SST_PROXY_SETTINGS_H
#define SST_PROXY_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include <sst/sst.h>

#include "endpoint.h"

#define TARGETS_MAX 16

struct settings {
    struct endpoint bind;
    const char *dns; /* ADDRESS[:PORT] of the name server, NULL: the system's */
    struct endpoint targets[TARGETS_MAX];
    size_t target_count;
    struct sst_proxy_policy policy;
    double speed;
    const char *metrics; /* file for the counters, NULL: none */
    bool json;
    bool color; /* of the text log */
};

/* Reads the command line. On error says what is wrong on standard error and returns false. */
bool settings_read(struct settings *settings, int argc, char **argv);

void settings_free(struct settings *settings);

#endif
