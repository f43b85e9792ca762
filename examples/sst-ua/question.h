/* SPDX-License-Identifier: MIT */
/* One question to a name server, and what its answer makes of a name. */
#ifndef SST_UA_QUESTION_H
#define SST_UA_QUESTION_H

#include "resolver.h"

/* Asks, by c-ares; the answer, or that none came, is put into the name, at the earliest now. */
void question_ask(struct resolver_name *name);

#endif
