/* SPDX-License-Identifier: MIT */
/*
 * Pseudonyms for addresses, users and numbers, for a page that goes to somebody else. The same text
 * gets the same name within a run, and the name does not reveal the text.
 */
#ifndef SST_EXPLAIN_MASK_H
#define SST_EXPLAIN_MASK_H

#include "packet.h"

/* Without it, texts stay as they are. */
void mask_start(void);
bool mask_is_on(void);

/* The caller frees these texts. */
char *mask_end(const struct end *end);
char *mask_user(const char *user_at_host);
char *mask_call_id(const char *call_id);
char *mask_reason(const char *reason); /* NULL for NULL */

#endif
