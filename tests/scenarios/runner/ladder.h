/* SPDX-License-Identifier: MIT */
/* What happened, as a ladder: a column for each party, time goes downwards. */
#ifndef LADDER_H
#define LADDER_H

#include "story.h"

struct ladder {
    const struct story *story;
    unsigned column_of[MAX_PARTIES]; /* place in the story to place in the ladder */
    unsigned columns;
    char *text;
    size_t length;
    size_t room;
    size_t place; /* where the next message is drawn */
};

bool ladder_init(struct ladder *ladder, const struct story *story);
void ladder_free(struct ladder *ladder);
/* The next message is drawn here, above what is reported while it is created. */
void ladder_keep_place(struct ladder *ladder);
/* An arrow between two parties, with a label on it. */
void ladder_message(struct ladder *ladder, uint64_t at_ms, const char *from, const char *to,
                    const char *label, const char *note, bool lost);
/* A mark in the column of one party. */
void ladder_mark(struct ladder *ladder, uint64_t at_ms, const char *who, char mark,
                 const char *note);
/* Prints it; a long one loses its middle. */
void ladder_print(const struct ladder *ladder);

#endif
