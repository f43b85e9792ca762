/* SPDX-License-Identifier: MIT */
/*
 * Lines on standard output, for which nothing ever waits: a reader that stalls loses lines, which
 * are counted, and one that is gone gets none.
 */
#ifndef SST_UA_OUT_H
#define SST_UA_OUT_H

#include <stdbool.h>
#include <stdio.h>

/* Where the next line is written to, its end included; out_end() hands it out. */
FILE *out_begin(void);
void out_end(void);

/* How to say that lines were lost; without, nothing says so. */
void out_on_loss(void (*print)(FILE *line, unsigned long lost));

/* Whether lines wait until standard output takes them, and handing it what it takes. */
bool out_waits(void);
void out_work(void);

/* Waits for a reader that is there, but not for one that reads nothing. */
void out_close(void);

#endif
