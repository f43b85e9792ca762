/* SPDX-License-Identifier: MIT */
/* The command line. */
#ifndef SST_UA_OPTIONS_H
#define SST_UA_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include <sst/sst.h>

#include "auth.h"
#include "endpoint.h"
#include "tls.h"
#include "transport.h"

struct options {
    bool answering; /* answer, not call */
    const char *target;
    struct endpoint bind;
    struct endpoint outbound;
    const char *outbound_uri; /* the same as a URI, for a Route; NULL: none */
    enum transport transport; /* if no URI names one; TRANSPORT_NONE: see path.h */
    struct tls_settings tls;
    unsigned keep_alive; /* seconds between pings, 0 for none */
    bool registers;
    unsigned expires; /* of the registration, in seconds */
    struct endpoint contact;
    const char *dns; /* HOST[:PORT] of the name server, NULL: the system's */
    bool contact_sips;
    const char *user;
    const char *from;
    struct credentials auth;
    struct sst_policy policy;
    bool no_update;
    double ring;   /* this and all times below: seconds of libsst's clock, negative: never */
    double *holds; /* ascending */
    size_t hold_count;
    double hangup_after;
    double mute_after;
    unsigned long calls;
    double speed;
    char *store; /* NULL: calls are lost with this machine */
    const char *node;
    bool standby;
    double lease;        /* real seconds */
    const char *metrics; /* file for the counters, NULL: none */
    bool json;
    bool color; /* of the text log */
};

/* Reads the command line. Says on standard error what is wrong and returns false. */
bool options_read(struct options *options, int argc, char **argv);

void options_free(struct options *options);

#endif
