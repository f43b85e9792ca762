/* SPDX-License-Identifier: MIT */
/* The command line: the options of sst-ua that re-ua supports. */
#ifndef SST_RE_UA_OPTIONS_H
#define SST_RE_UA_OPTIONS_H

#include <stdbool.h>

#include <sst/sst.h>

#include "endpoint.h"

struct options {
    const char *target; /* NULL: answer */
    struct endpoint bind;
    struct endpoint outbound;
    struct endpoint contact;
    struct sst_policy policy;
    double hangup_after; /* seconds of libsst's clock, negative: never */
    double speed;
    bool json;
};

/* Reads the command line. On error says what is wrong on standard error and returns false. */
bool options_read(struct options *options, int argc, char **argv);

void options_free(struct options *options);

#endif
