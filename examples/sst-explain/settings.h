/* SPDX-License-Identifier: MIT */
#ifndef SST_EXPLAIN_SETTINGS_H
#define SST_EXPLAIN_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

struct settings {
    char **files;          /* ended by NULL */
    const char *interface; /* to capture on; NULL for files */
    const char *call;      /* this Call-ID alone */
    const char *html;      /* file to write */
    const char *keylog;    /* keys of TLS */
    bool json;
    bool anonymize;
    bool no_tshark;
    bool color;
    double speed;
    uint32_t absolute_min;
};

/* @return false for wrong usage, which has been said; --help and --version end the program */
bool settings_read(struct settings *settings, int argc, char **argv);

#endif
