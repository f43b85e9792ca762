/* SPDX-License-Identifier: MIT */
/*
 * TCP segments that the capture does not have, though the other side acknowledged them. tshark
 * finds them and a script of ours tells them, as no export of messages does. What follows on the
 * same stream is held back by tshark from then on, so silence means nothing there.
 */
#ifndef SST_EXPLAIN_GAPS_H
#define SST_EXPLAIN_GAPS_H

#include "packet.h"

/* In Lua, for tshark. It writes lines to standard error. */
extern const char gaps_script[];

/* Whether a line says that the script is at work. */
bool gaps_are_told(const char *line);

/* Whether a line tells a gap: its frame is the one that shows it, its ends are those of the stream,
 * from who sent what is missing. */
bool gaps_read(const char *line, struct packet *gap);

/* Streams with a gap that nothing has followed yet. */
struct gaps {
    struct gap_stream *table;
};

/* @return whether it is the first one of its stream */
bool gaps_add(struct gaps *gaps, const struct packet *gap);

/* Whether a message comes on a connection whose other direction has a gap. What comes in the same
 * direction shows that the segment was there after all, in another order. */
bool gaps_take(struct gaps *gaps, const struct packet *packet);

void gaps_clear(struct gaps *gaps);

#endif
