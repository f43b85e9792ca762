/* SPDX-License-Identifier: MIT */
/*
 * A message as text, before any parser has seen it: where its header fields and its body are,
 * whether a parser can be trusted with it, and how to refuse what can not be parsed at all.
 */
#ifndef SST_UA_RAW_H
#define SST_UA_RAW_H

#include <stdbool.h>
#include <stddef.h>

/* A piece of text that is not terminated. */
struct raw_text {
    const char *at;
    size_t length;
};

struct raw_field {
    struct raw_text name;  /* as it was written */
    struct raw_text value; /* with its folded lines, without the spaces around it */
    struct raw_text whole; /* the lines, with their ends */
};

struct raw_message {
    const char *bytes;
    struct raw_text start;
    struct raw_text head; /* start line and fields, without the empty line behind them */
    struct raw_text body; /* all of the rest */
};

/* Splits a message; false where there is no start line. */
bool raw_split(struct raw_message *raw, const char *bytes, size_t length);

/* The field behind another one; behind one that is all zero the first. False after the last. */
bool raw_next(const struct raw_message *raw, struct raw_field *field);

/* Whether a field has a name, or the compact form of it (0 for none), in any case of letters. */
bool raw_is(const struct raw_field *field, const char *name, char compact);

/* The first field with a name; false where there is none. */
bool raw_find(const struct raw_message *raw, const char *name, char compact,
              struct raw_field *field);

/* Whether the value of a From or To has a tag. */
bool raw_has_tag(const struct raw_field *field);

/* Whether the start line is that of a response. */
bool raw_is_response(const struct raw_message *raw);

/*
 * Looks for what makes the meaning of a message uncertain (RFC 3261 §7, §20; RFC 4475): 0, or the
 * status to refuse it with. Of a UDP datagram the body ends where Content-Length says, which
 * raw->body does then.
 */
int raw_check(struct raw_message *raw);

/*
 * The text of a response without any state (RFC 3261 §8.2.7), to be freed; NULL where nothing is to
 * be answered. host and port are where the request came from; *to_port becomes where the response
 * goes. more is a whole header line, or empty. secret makes To tags that nobody guesses.
 */
char *raw_refusal(const struct raw_message *raw, const char *host, int port, int status,
                  const char *phrase, const char *more, unsigned secret, int *to_port);

#endif
