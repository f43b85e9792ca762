/* SPDX-License-Identifier: MIT */
/* What a log line says about the message after it. */
#ifndef SST_EXPLAIN_STAMP_H
#define SST_EXPLAIN_STAMP_H

#include "packet.h"

enum stamp_direction { STAMP_UNKNOWN, STAMP_RECEIVED, STAMP_SENT };

struct stamp {
    bool timed;
    bool dated; /* at_us is since 1970, not since midnight */
    uint64_t at_us;
    enum stamp_direction direction;
    struct end peer; /* the address of a line that has only one */
    struct end from; /* if one or more lines name both */
    struct end to;
};

/* Adds what one line says to what the lines before it said. */
void stamp_read(struct stamp *stamp, const char *line);

#endif
