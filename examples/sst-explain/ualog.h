/* SPDX-License-Identifier: MIT */
/* sst-ua's log of JSON objects: each message that it sent or received as a message again. */
#ifndef SST_EXPLAIN_UALOG_H
#define SST_EXPLAIN_UALOG_H

#include <stdio.h>

#include "packet.h"

/* @return false where no message was found; that has been said */
bool ualog_read(FILE *file, const struct sink *sink);

#endif
