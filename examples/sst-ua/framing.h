/* SPDX-License-Identifier: MIT */
/* Splits a stream of bytes into messages (RFC 3261 §18.3): Content-Length says where each ends,
 * and empty lines between them are keep-alives (RFC 5626 §3.5.1). Never keeps more than one
 * message. */
#ifndef SST_UA_FRAMING_H
#define SST_UA_FRAMING_H

#include <stdbool.h>
#include <stddef.h>

/* The largest header, and the largest message. */
#define FRAMING_HEAD_MAX 32768
#define FRAMING_MAX 65535

enum framing_result {
    FRAMING_MORE,    /* nothing complete yet */
    FRAMING_MESSAGE, /* a message */
    FRAMING_PING,    /* two empty lines: send one back */
    FRAMING_PONG,    /* one empty line */
    FRAMING_BROKEN   /* the start of the next message is unknown: the stream is useless */
};

struct framing {
    bool asks; /* this side pings, so an empty line is a pong */
    char *bytes;
    size_t room;
    size_t length;
    size_t start;   /* of what was not handed out yet */
    size_t scanned; /* from start, known to hold no end of the header */
    size_t whole;   /* the length of the message; 0: not known yet */
};

/* What was found. For FRAMING_BROKEN: the header if there is one, and how to reject it. */
struct framing_piece {
    const char *bytes;
    size_t length;
    int status;
};

/* Room for incoming bytes, at least one. framing_added() says how many were stored. */
size_t framing_room(struct framing *framing, char **at);
void framing_added(struct framing *framing, size_t length);

/* What comes next; the piece is valid until the next call of any of these functions. */
enum framing_result framing_next(struct framing *framing, struct framing_piece *piece);

/* Whether a message has begun and is not complete. */
bool framing_is_amid(const struct framing *framing);

void framing_free(struct framing *framing);

#endif
