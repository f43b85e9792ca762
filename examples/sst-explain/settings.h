/* SPDX-License-Identifier: MIT */
#ifndef SST_EXPLAIN_SETTINGS_H
#define SST_EXPLAIN_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

struct settings {
    char **files;          /* terminated by NULL */
    const char *interface; /* to capture on; NULL for files */
    const char *call;      /* only this Call-ID */
    const char *html;      /* file to write */
    const char *keylog;    /* TLS keys */
    bool json;
    bool anonymize;
    bool no_tshark;
    bool color;
    double speed;
    uint32_t absolute_min;
};

/* @return false for wrong usage, which was reported; --help and --version end the program */
bool settings_read(struct settings *settings, int argc, char **argv);

#endif
