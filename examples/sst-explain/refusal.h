/* SPDX-License-Identifier: MIT */
/* The sentences about rejected requests. who: the party of the verdict; them: the other one. */
#ifndef SST_EXPLAIN_REFUSAL_H
#define SST_EXPLAIN_REFUSAL_H

#include "account.h"

/* The caller frees each one. */
char *refusal_of_interval(const struct account *account, const char *who);
char *refusal_of_refresh(const struct account *account, const char *who, const char *them);

#endif
