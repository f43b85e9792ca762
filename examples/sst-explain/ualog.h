/* SPDX-License-Identifier: MIT */
/* sst-ua's log of JSON objects: turns each message that it sent or received back into a message. */
#ifndef SST_EXPLAIN_UALOG_H
#define SST_EXPLAIN_UALOG_H

#include <stdio.h>

#include "packet.h"

/* @return false if no message was found; that was reported */
bool ualog_read(FILE *file, const struct sink *sink);

#endif
