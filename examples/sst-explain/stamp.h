/* SPDX-License-Identifier: MIT */
/* What a line of a log says of the message below it. */
#ifndef SST_EXPLAIN_STAMP_H
#define SST_EXPLAIN_STAMP_H

#include "packet.h"

enum stamp_direction { STAMP_UNKNOWN, STAMP_RECEIVED, STAMP_SENT };

struct stamp {
    bool timed;
    bool dated; /* at_us is since 1970, else since midnight */
    uint64_t at_us;
    enum stamp_direction direction;
    struct end peer; /* the one address of a line that has one */
    struct end from; /* where a line, or lines, name both */
    struct end to;
};

/* Adds what one line says to what lines before it have said. */
void stamp_read(struct stamp *stamp, const char *line);

#endif
