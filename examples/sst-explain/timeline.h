/* SPDX-License-Identifier: MIT */
/* The messages and deadlines of one call in order, for the ladders. */
#ifndef SST_EXPLAIN_TIMELINE_H
#define SST_EXPLAIN_TIMELINE_H

#include "account.h"

enum moment_kind {
    MOMENT_MESSAGE,
    MOMENT_REFRESH_BY, /* half the interval has passed: a refresh was due */
    MOMENT_HANGUP_AT   /* the other side hangs up without a refresh */
};

struct moment {
    double at;
    enum moment_kind kind;
    size_t index; /* of the row, or of the negotiated interval */
};

/* The caller frees it. If a refresh cut an interval short, only the deadlines that had passed are
 * included. */
struct moment *timeline_of(const struct account *account, size_t *count);

/* What a deadline means, in words; the caller frees it. */
char *timeline_words(const struct account *account, const struct moment *moment);

#endif
