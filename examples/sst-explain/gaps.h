/* SPDX-License-Identifier: MIT */
/*
 * TCP segments that the capture lacks although the other side acknowledged them. tshark finds them
 * and our script reports them, because no export of messages does. tshark holds back what follows
 * on the same stream, so silence there means nothing.
 */
#ifndef SST_EXPLAIN_GAPS_H
#define SST_EXPLAIN_GAPS_H

#include "packet.h"

/* In Lua, for tshark. It writes lines to standard error. */
extern const char gaps_script[];

/* Whether a line says that the script is running. */
bool gaps_are_told(const char *line);

/* Whether a line reports a gap. Its frame is the one that shows the gap, its ends are those of the
 * stream, starting with the sender of what is missing. */
bool gaps_read(const char *line, struct packet *gap);

/* Streams with a gap that no message has followed yet. */
struct gaps {
    struct gap_stream *table;
};

/* @return whether it is the first one in its stream */
bool gaps_add(struct gaps *gaps, const struct packet *gap);

/* Whether a message comes on a connection whose other direction has a gap. A message in the same
 * direction shows that the segment was there after all, out of order. */
bool gaps_take(struct gaps *gaps, const struct packet *packet);

void gaps_clear(struct gaps *gaps);

#endif
