/* SPDX-License-Identifier: MIT */
/* One question to a name server, and how its answer changes the name. */
#ifndef SST_UA_QUESTION_H
#define SST_UA_QUESTION_H

#include "resolver.h"

/* Asks through c-ares. The outcome is stored in the name, possibly before this returns. */
void question_ask(struct resolver_name *name);

#endif
