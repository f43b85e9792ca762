/* SPDX-License-Identifier: MIT */
/* How long a connection may take for each step, and the keep-alives of RFC 5626 §4.4.1. */
#ifndef SST_UA_PATIENCE_H
#define SST_UA_PATIENCE_H

#include "stream.h"

/* When patience_work() has something to do; UINT64_MAX for never. */
uint64_t patience_due_ms(const struct stream *stream);

/* Pings, and closes a connection that took too long. keep_alive_ms is the longest time between
 * two pings, 0: no pings. */
void patience_work(struct stream *stream, uint64_t now_ms, uint64_t keep_alive_ms);

#endif
