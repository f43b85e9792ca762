/* SPDX-License-Identifier: MIT */
/* For people at a terminal: a line for each call, and the ladder of one. */
#ifndef SST_EXPLAIN_LIST_H
#define SST_EXPLAIN_LIST_H

#include <stdio.h>

#include "account.h"

struct list {
    FILE *out;
    bool color;
    unsigned width; /* of the terminal; 0: lines are as long as they are */
};

void list_print(const struct list *list, const struct account *account);

/* Messages between their ends, the two deadlines among them, findings and what to set. */
void list_ladder(const struct list *list, const struct account *account);

/* Text, broken at spaces, each line after so many spaces. */
void list_wrapped(const struct list *list, const char *text, unsigned indent);

/* The beginning and end of a colour, empty without colours. */
const char *list_color(const struct list *list, enum sst_watch_verdict verdict);
const char *list_plain(const struct list *list);

#endif
