/* SPDX-License-Identifier: MIT */
#include "framing.h"

#include <stdlib.h>
#include <string.h>

#include "raw.h"
#include "text.h"

/* How much to read from a socket at once, as long as there is room. */
#define FRAMING_STEP 4096

size_t framing_room(struct framing *framing, char **at)
{
    size_t wanted;

    if (framing->start > 0) {
        framing->length -= framing->start;
        memmove(framing->bytes, framing->bytes + framing->start, framing->length);
        framing->start = 0;
    }
    wanted = framing->length + FRAMING_STEP;
    if (framing->whole > 0 && framing->whole > wanted) {
        wanted = framing->whole;
    }
    if (framing->room < wanted) {
        framing->room = wanted < 2 * framing->room ? 2 * framing->room : wanted;
        framing->bytes = memory_resize(framing->bytes, framing->room);
    }
    *at = framing->bytes + framing->length;
    return framing->room - framing->length;
}

void framing_added(struct framing *framing, size_t length)
{
    framing->length += length;
}

void framing_free(struct framing *framing)
{
    free(framing->bytes);
    *framing = (struct framing){.asks = framing->asks};
}

bool framing_is_amid(const struct framing *framing)
{
    return framing->length > framing->start && framing->bytes[framing->start] != '\r' &&
           framing->bytes[framing->start] != '\n';
}

static void pass_over(struct framing *framing, size_t length)
{
    framing->start += length;
    framing->scanned = 0;
    framing->whole = 0;
}

/* The length of the header, its empty line included; 0 if it is incomplete. */
static size_t head_length(struct framing *framing, const char *bytes, size_t length)
{
    for (size_t i = framing->scanned; i + 1 < length; i++) {
        if (bytes[i] != '\n') {
            continue;
        }
        if (bytes[i + 1] == '\n') {
            return i + 2;
        }
        if (i + 2 < length && bytes[i + 1] == '\r' && bytes[i + 2] == '\n') {
            return i + 3;
        }
    }
    /* The next scan starts where an end may have begun. */
    framing->scanned = length > 2 ? length - 2 : 0;
    return 0;
}

/* The number in a Content-Length; -1 if it is not a number, or far too large. */
static long body_length(const struct raw_text *value)
{
    long number = 0;

    for (size_t i = 0; i < value->length; i++) {
        if (value->at[i] < '0' || value->at[i] > '9') {
            return -1;
        }
        number = number > FRAMING_MAX ? number : number * 10 + (value->at[i] - '0');
    }
    return value->length > 0 ? number : -1;
}

/* Finds where a message with a complete header ends: 0, or the status to reject it with. */
static int measure(struct framing *framing, const char *bytes, size_t head)
{
    struct raw_field field = {{0}, {0}, {0}};
    struct raw_message raw;
    long body = -1;

    if (!raw_split(&raw, bytes, head)) {
        return 400;
    }
    while (raw_next(&raw, &field)) {
        if (raw_is(&field, "Content-Length", 'l')) {
            /* If there are two, we cannot know which one the next element believes. */
            if (body >= 0) {
                return 400;
            }
            body = body_length(&field.value);
            if (body < 0) {
                return 400;
            }
        }
    }
    /* RFC 3261 §20.14: mandatory over streams. */
    if (body < 0) {
        return 400;
    }
    if (head + (size_t)body > FRAMING_MAX) {
        return 413;
    }
    framing->whole = head + (size_t)body;
    return 0;
}

/* What was found where a message may begin. */
enum blank { BLANK_NONE, BLANK_PING, BLANK_PONG, BLANK_OPEN, BLANK_PASSED };

/* Empty lines before a message: keep-alives, or lines to skip (RFC 3261 §7.5). */
static enum blank blank_lines(struct framing *framing)
{
    const char *bytes = framing->bytes + framing->start;
    size_t length = framing->length - framing->start;

    if (length >= 4 && memcmp(bytes, "\r\n\r\n", 4) == 0) {
        pass_over(framing, 4);
        return BLANK_PING;
    }
    if (framing->asks && length >= 2 && memcmp(bytes, "\r\n", 2) == 0) {
        pass_over(framing, 2);
        return BLANK_PONG;
    }
    if (length < 4 && memcmp(bytes, "\r\n\r\n", length) == 0) {
        return BLANK_OPEN;
    }
    if (*bytes == '\r' || *bytes == '\n') {
        pass_over(framing, 1);
        return BLANK_PASSED;
    }
    return BLANK_NONE;
}

static enum framing_result broken(struct framing_piece *piece, const char *bytes, size_t length,
                                  int status)
{
    *piece = (struct framing_piece){bytes, length, status};
    return FRAMING_BROKEN;
}

static enum framing_result message(struct framing *framing, struct framing_piece *piece)
{
    const char *bytes = framing->bytes + framing->start;
    size_t length = framing->length - framing->start;
    size_t head;
    int status;

    if (framing->whole == 0) {
        head = head_length(framing, bytes, length);
        if (head > FRAMING_HEAD_MAX || (head == 0 && length > FRAMING_HEAD_MAX)) {
            return broken(piece, bytes, 0, 0);
        }
        if (head == 0) {
            return FRAMING_MORE;
        }
        status = measure(framing, bytes, head);
        if (status != 0) {
            return broken(piece, bytes, head, status);
        }
    }
    if (length < framing->whole) {
        return FRAMING_MORE;
    }
    *piece = (struct framing_piece){bytes, framing->whole, 0};
    pass_over(framing, framing->whole);
    return FRAMING_MESSAGE;
}

enum framing_result framing_next(struct framing *framing, struct framing_piece *piece)
{
    *piece = (struct framing_piece){NULL, 0, 0};
    while (framing->start < framing->length) {
        switch (blank_lines(framing)) {
        case BLANK_NONE:
            return message(framing, piece);
        case BLANK_PING:
            return FRAMING_PING;
        case BLANK_PONG:
            return FRAMING_PONG;
        case BLANK_OPEN:
            return FRAMING_MORE;
        case BLANK_PASSED:
            break;
        }
    }
    /* Between messages a stream holds no memory: many may be open. */
    framing_free(framing);
    return FRAMING_MORE;
}
