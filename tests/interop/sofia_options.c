/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include "sofia_peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char usage[] =
    "usage: sofia-peer -b SIP-URI [options]\n"
    "\n"
    "A peer on Sofia-SIP's nua. It answers calls, or places them if -t is given.\n"
    "\n"
    "  -b SIP-URI   address to listen on\n"
    "  -t SIP-URI   whom to call\n"
    "  -p SIP-URI   proxy to send requests through\n"
    "  -s SEC       Session-Expires; 0 (the default) asks for none\n"
    "  -m SEC       Min-SE, default 90\n"
    "  -l           asks to be the refresher\n"
    "  -u           refreshes by UPDATE instead of INVITE\n"
    "  -U           does not allow UPDATE\n"
    "  -T           does not know the extension\n"
    "  -H SEC       holds that long after the answer\n"
    "  -x SEC       hangs up that long after the answer\n"
    "  -n N         calls to place, or to answer until it ends; default 1\n";

static bool read_number(double *number, const char *text)
{
    char *rest;

    *number = strtod(text, &rest);
    return rest != text && *rest == '\0' && *number >= 0 && *number <= 1e9;
}

static bool read_option(struct sofia_options *options, int option, const char *value)
{
    double number = 0;

    switch (option) {
    case 'b':
        options->bind = value;
        return true;
    case 't':
        options->target = value;
        return true;
    case 'p':
        options->proxy = value;
        return true;
    case 'l':
        options->local_refresher = true;
        return true;
    case 'u':
        options->by_update = true;
        return true;
    case 'U':
        options->allows_update = false;
        return true;
    case 'T':
        options->knows_timer = false;
        return true;
    default:
        break;
    }
    if (value == NULL || !read_number(&number, value)) {
        return false;
    }
    if (option == 's') {
        options->expires = (unsigned)number;
    } else if (option == 'm') {
        options->min_se = (unsigned)number;
    } else if (option == 'H') {
        options->hold_at = number;
    } else if (option == 'x') {
        options->hangup_after = number;
    } else if (option == 'n') {
        options->calls = (unsigned)number;
    }
    return true;
}

bool sofia_options_read(struct sofia_options *options, int argc, char **argv)
{
    int option;

    *options = (struct sofia_options){
        .min_se = 90, .knows_timer = true, .allows_update = true, .calls = 1};
    while ((option = getopt(argc, argv, "b:t:p:s:m:luUTH:x:n:")) != -1) {
        if (option == '?' || !read_option(options, option, optarg)) {
            fputs(usage, stderr);
            return false;
        }
    }
    if (options->bind == NULL || optind != argc) {
        fputs(usage, stderr);
        return false;
    }
    return true;
}
