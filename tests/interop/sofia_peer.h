/* SPDX-License-Identifier: MIT */
#ifndef SST_TESTS_SOFIA_PEER_H
#define SST_TESTS_SOFIA_PEER_H

#include <stdbool.h>

/* The command line options. */
struct sofia_options {
    const char *bind;     /* SIP URI to listen on */
    const char *target;   /* SIP URI to call; NULL to answer */
    const char *proxy;    /* SIP URI that initial requests are sent to; NULL: none */
    unsigned expires;     /* Session-Expires, 0: none of its own */
    unsigned min_se;      /* Min-SE */
    bool knows_timer;     /* lists timer in Supported */
    bool local_refresher; /* asks to be the refresher */
    bool by_update;       /* refreshes by UPDATE */
    bool allows_update;   /* lists UPDATE in Allow */
    double hold_at;       /* s after the answer, 0: never */
    double hangup_after;  /* s after the answer, 0: never */
    unsigned calls;       /* how many calls to place or to answer */
};

/* Reads the command line into options; on error prints it to standard error and returns false. */
bool sofia_options_read(struct sofia_options *options, int argc, char **argv);

#endif
