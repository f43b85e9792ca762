/* SPDX-License-Identifier: MIT */
/*
 * A stream of bytes to messages (RFC 3261 §18.3): Content-Length says where each ends, and empty
 * lines between them are keep-alives (RFC 5626 §3.5.1). No more than one message is ever kept.
 */
#ifndef SST_UA_FRAMING_H
#define SST_UA_FRAMING_H

#include <stdbool.h>
#include <stddef.h>

/* The largest header, and the largest message. */
#define FRAMING_HEAD_MAX 32768
#define FRAMING_MAX 65535

enum framing_result {
    FRAMING_MORE,    /* nothing is complete */
    FRAMING_MESSAGE, /* a message */
    FRAMING_PING,    /* two empty lines: one is to be sent back */
    FRAMING_PONG,    /* one empty line */
    FRAMING_BROKEN   /* nobody knows where the next message begins: the stream is of no use */
};

struct framing {
    bool asks; /* this side pings, so an empty line is an answer */
    char *bytes;
    size_t room;
    size_t length;
    size_t start;   /* of what was not given out yet */
    size_t scanned; /* from there on, without an end of the header */
    size_t whole;   /* the length of the message; 0: not known yet */
};

/* What was found. For FRAMING_BROKEN the header where there is one, and how to refuse it. */
struct framing_piece {
    const char *bytes;
    size_t length;
    int status;
};

/* Room for bytes that come; at least one. framing_added() says how many did. */
size_t framing_room(struct framing *framing, char **at);
void framing_added(struct framing *framing, size_t length);

/* What comes next; the piece is good until the next call of any of these. */
enum framing_result framing_next(struct framing *framing, struct framing_piece *piece);

/* Whether a message has begun and is not complete. */
bool framing_is_amid(const struct framing *framing);

void framing_free(struct framing *framing);

#endif
