/* SPDX-License-Identifier: MIT */
/* Explains a judgement to a reader who knows no SIP: whom to call, and what to ask for. */
#ifndef SST_EXPLAIN_SENTENCE_H
#define SST_EXPLAIN_SENTENCE_H

#include "account.h"

/* One sentence; the caller frees it. */
char *sentence_of(const struct account *account);

/* Settings and steps, terminated by NULL. */
const char *const *sentence_steps(const struct account *account);

/* A party with its address, if known; the caller frees it. */
char *sentence_party(const struct account *account, enum sst_watch_who who);

#endif
