/* SPDX-License-Identifier: MIT */
/* Output for a terminal: one line for each call, and the ladder of a single one. */
#ifndef SST_EXPLAIN_LIST_H
#define SST_EXPLAIN_LIST_H

#include <stdio.h>

#include "account.h"

struct list {
    FILE *out;
    bool color;
    unsigned width; /* of the terminal; 0: do not wrap lines */
};

void list_print(const struct list *list, const struct account *account);

/* Messages between their ends, the two deadlines, findings and what to set. */
void list_ladder(const struct list *list, const struct account *account);

/* Text wrapped at spaces, each line indented by this many spaces. */
void list_wrapped(const struct list *list, const char *text, unsigned indent);

/* The start and end of a colour, empty without colours. */
const char *list_color(const struct list *list, enum sst_watch_verdict verdict);
const char *list_plain(const struct list *list);

#endif
