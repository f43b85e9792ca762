/* SPDX-License-Identifier: MIT */
/* What a benchmark of header field values needs from a library: text.c and the files text_*.c. */
#ifndef BENCH_TEXT_H
#define BENCH_TEXT_H

#include <stddef.h>
#include <stdint.h>

#define SE_SHORT "1800;refresher=uac"
#define SE_LONG                                                                                    \
    "1800;foo=bar;token;x-vendor=abcdefgh;note=\"semi;colon and \\\"quotes\\\"\";a=1"              \
    ";refresher=uas;x-last=0123456789abcdef0123456789ab"
#define MIN_SE "90"
#define SUPPORTED "100rel, timer, replaces"

enum text_case {
    TEXT_SE_SHORT,
    TEXT_SE_LONG,
    TEXT_MIN_SE,
    TEXT_SUPPORTED,
    TEXT_THREE, /* the short one, Min-SE and Supported of one message */
    TEXT_PRINT, /* a whole header field, Session-Expires: 1800;refresher=uac */
    TEXT_CASES
};

/* The values read. */
struct text_value {
    uint32_t seconds;
    uint32_t min_se;
    char refresher[4];
    int timer; /* whether it is listed */
    char printed[48];
};

typedef void text_function(struct text_value *value);

/* NULL for what a library does not have. */
extern text_function *const text_sst[TEXT_CASES];
extern text_function *const text_sofia[TEXT_CASES];
extern text_function *const text_osip[TEXT_CASES];

#endif
