/* SPDX-License-Identifier: MIT */
/* A message as text, before any parser has seen it: where its header fields and its body are,
 * whether it is safe to parse, and how to reject what cannot be parsed at all. */
#ifndef SST_UA_RAW_H
#define SST_UA_RAW_H

#include <stdbool.h>
#include <stddef.h>

/* A piece of text without a terminator. */
struct raw_text {
    const char *at;
    size_t length;
};

struct raw_field {
    struct raw_text name;  /* as written */
    struct raw_text value; /* with its folded lines, without surrounding spaces */
    struct raw_text whole; /* its lines, with their line ends */
};

struct raw_message {
    const char *bytes;
    struct raw_text start;
    struct raw_text head; /* start line and fields, without the empty line after them */
    struct raw_text body; /* everything that follows */
};

/* Splits a message; false if it has no start line. */
bool raw_split(struct raw_message *raw, const char *bytes, size_t length);

/* The field after this one; the first if it is all zero. False after the last. */
bool raw_next(const struct raw_message *raw, struct raw_field *field);

/* Whether a field has this name, or its compact form (0: none), ignoring case. */
bool raw_is(const struct raw_field *field, const char *name, char compact);

/* The first field with this name; false if there is none. */
bool raw_find(const struct raw_message *raw, const char *name, char compact,
              struct raw_field *field);

/* Whether the value of a From or To has a tag. */
bool raw_has_tag(const struct raw_field *field);

/* Whether the start line is that of a response. */
bool raw_is_response(const struct raw_message *raw);

/* Looks for anything that makes the meaning of a message uncertain (RFC 3261 §7, §20; RFC 4475):
 * 0, or the status to reject it with. Also ends raw->body where Content-Length says. */
int raw_check(struct raw_message *raw);

/* The text of a stateless response (RFC 3261 §8.2.7), to be freed; NULL if there must be no
 * response. host and port are where the request came from; *to_port becomes the port to respond
 * to. more is a whole header line, or empty. secret makes To tags hard to guess. */
char *raw_refusal(const struct raw_message *raw, const char *host, int port, int status,
                  const char *phrase, const char *more, unsigned secret, int *to_port);

#endif
