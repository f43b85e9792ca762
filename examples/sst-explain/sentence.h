/* SPDX-License-Identifier: MIT */
/* What a judgement says to somebody who knows no SIP: whom to call, and what to ask for. */
#ifndef SST_EXPLAIN_SENTENCE_H
#define SST_EXPLAIN_SENTENCE_H

#include "account.h"

/* One sentence, to be freed. */
char *sentence_of(const struct account *account);

/* Settings and steps, ended by NULL. */
const char *const *sentence_steps(const struct account *account);

/* A party with its address, where that is known; to be freed. */
char *sentence_party(const struct account *account, enum sst_watch_who who);

#endif
