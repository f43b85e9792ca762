/* SPDX-License-Identifier: MIT */
/* Lines on standard output that never block: a stalled reader loses lines, which are counted; a
 * reader that is gone gets none. */
#ifndef SST_UA_OUT_H
#define SST_UA_OUT_H

#include <stdbool.h>
#include <stdio.h>

/* The stream for the next line, its end included; out_end() sends it. */
FILE *out_begin(void);
void out_end(void);

/* How to report lost lines; without it they are not reported. */
void out_on_loss(void (*print)(FILE *line, unsigned long lost));

/* Whether lines are waiting for standard output; out_work() writes as many as it takes. */
bool out_waits(void);
void out_work(void);

/* Waits for an active reader, but not for one that does not read. */
void out_close(void);

#endif
