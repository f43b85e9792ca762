/* SPDX-License-Identifier: MIT */
/*
 * Names in place of addresses, users and numbers, for a page that goes to somebody else. The same
 * text gets the same name in one run, and nobody can tell the text from it.
 */
#ifndef SST_EXPLAIN_MASK_H
#define SST_EXPLAIN_MASK_H

#include "packet.h"

/* Without, texts stay as they are. */
void mask_start(void);
bool mask_is_on(void);

/* Texts to be freed. */
char *mask_end(const struct end *end);
char *mask_user(const char *user_at_host);
char *mask_call_id(const char *call_id);
char *mask_reason(const char *reason); /* NULL of NULL */

#endif
