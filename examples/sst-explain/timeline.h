/* SPDX-License-Identifier: MIT */
/* Messages and deadlines of one call in their order, for the ladders. */
#ifndef SST_EXPLAIN_TIMELINE_H
#define SST_EXPLAIN_TIMELINE_H

#include "account.h"

enum moment_kind {
    MOMENT_MESSAGE,
    MOMENT_REFRESH_BY, /* the refresher had to send, half of the interval being over */
    MOMENT_HANGUP_AT   /* the other side hangs up without a refresh */
};

struct moment {
    double at;
    enum moment_kind kind;
    size_t index; /* of the row, or of what was negotiated */
};

/* To be freed. Of the intervals that a refresh cut short, only the deadlines that passed are in it.
 */
struct moment *timeline_of(const struct account *account, size_t *count);

/* What a deadline means, in words; to be freed. */
char *timeline_words(const struct account *account, const struct moment *moment);

#endif
