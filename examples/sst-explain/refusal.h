/* SPDX-License-Identifier: MIT */
/* The sentences of requests that were refused. who: the party of the verdict; them: the other one.
 */
#ifndef SST_EXPLAIN_REFUSAL_H
#define SST_EXPLAIN_REFUSAL_H

#include "account.h"

/* Each is to be freed. */
char *refusal_of_interval(const struct account *account, const char *who);
char *refusal_of_refresh(const struct account *account, const char *who, const char *them);

#endif
