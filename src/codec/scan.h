/* SPDX-License-Identifier: MIT */
/*
 * Reading text of a given length: a cursor, and the pieces of grammar that RFC 3261 §25.1 builds
 * header field values from. Every function moves the cursor forward only, never past its end, so
 * that a loop until the end is linear in the length. Private to the library.
 */
#ifndef SST_SCAN_H
#define SST_SCAN_H

#include "about/mem.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The text left to read, or a piece cut out of a text. */
struct sst_scan {
    const char *at;
    const char *end;
};

/* The text can be NULL if its length is 0: hosts store an empty value like that. */
static inline struct sst_scan sst_scan_of(const char *text, size_t length)
{
    if (text == NULL) {
        text = "";
    }
    return (struct sst_scan){text, text + length};
}

static inline bool sst_scan_done(const struct sst_scan *scan)
{
    return scan->at == scan->end;
}

static inline size_t sst_scan_length(const struct sst_scan *scan)
{
    return (size_t)(scan->end - scan->at);
}

/* Is this the next character? */
static inline bool sst_scan_sees(const struct sst_scan *scan, char character)
{
    return scan->at != scan->end && *scan->at == character;
}

/* Skips the character if it is the next one. */
static inline bool sst_scan_take(struct sst_scan *scan, char character)
{
    bool taken = sst_scan_sees(scan, character);
    if (taken) {
        scan->at++;
    }
    return taken;
}

/* Is a line folded here: CR LF and white space? Anything else after CR LF ends the header field. */
static inline bool sst_scan_sees_fold(const struct sst_scan *scan)
{
    return sst_scan_length(scan) >= 3 && scan->at[0] == '\r' && scan->at[1] == '\n' &&
           (scan->at[2] == ' ' || scan->at[2] == '\t');
}

/*
 * Skips linear white space, if there is any. Several folds in a row count as one. Usually there is
 * none, which the comparison with ' ' shows at once.
 */
static inline void sst_scan_lws(struct sst_scan *scan)
{
    /*@ loop invariant within(\at(scan->at, Pre), scan->at, scan->end);
        loop invariant lws_end(\at(scan->at, Pre), scan->end) == lws_end(scan->at, scan->end);
        loop assigns scan->at;
        loop variant scan->end - scan->at; */
    while (!sst_scan_done(scan) && (unsigned char)*scan->at <= ' ') {
        if (*scan->at == ' ' || *scan->at == '\t') {
            scan->at++;
        } else if (sst_scan_sees_fold(scan)) {
            scan->at += 3;
        } else {
            return;
        }
    }
}

/*
 * RFC 3261 §25.1, token: each character allowed in a token, in lower case; 0 for all others.
 */
extern const unsigned char sst_scan_token_table[256];

static inline unsigned sst_scan_lower(char character)
{
    return sst_scan_token_table[(unsigned char)character];
}

/* Cuts a token off. If there is none, the token is empty and the result is false. */
static inline bool sst_scan_token(struct sst_scan *scan, struct sst_scan *token)
{
    const char *at = scan->at;

    *token = (struct sst_scan){at, at};
    if (at == scan->end || sst_scan_lower(*at) == 0) {
        return false;
    }
    /*@ loop invariant within(scan->at, at, scan->end) && at != scan->end;
        loop assigns at;
        loop variant scan->end - at; */
    do {
        at++;
    } while (at != scan->end && sst_scan_lower(*at) != 0);
    token->end = at;
    scan->at = at;
    return true;
}

/*
 * Reads delta-seconds, 1*DIGIT. Numbers above 2^32-1 saturate. Without a digit the result is false
 * and *seconds is not written.
 */
bool sst_scan_delta_seconds(struct sst_scan *scan, uint32_t *seconds);

/* Skips a comment, which can be nested, like sst_scan_quoted_string(). */
bool sst_scan_comment(struct sst_scan *scan);

/*
 * Skips a quoted string; the cursor is at its opening quotation mark. If the closing one is
 * missing, everything is skipped and the result is false.
 */
static inline bool sst_scan_quoted_string(struct sst_scan *scan)
{
    const char *at = scan->at + 1;

    /*@ loop invariant within(scan->at + 1, at, scan->end);
        loop assigns at;
        loop variant scan->end - at; */
    for (; at != scan->end && *at != '"'; at++) {
        if (*at == '\\' && at + 1 != scan->end) {
            at++;
        }
    }
    bool closed = at != scan->end;
    scan->at = closed ? at + 1 : at;
    return closed;
}

/* Goes to the next ';' or ',' outside quoted strings, or to the end. */
static inline void sst_scan_to_separator(struct sst_scan *scan)
{
    const char *at = scan->at;

    /*@ loop invariant within(\at(scan->at, Pre), at, scan->end);
        loop assigns at, scan->at;
        loop variant scan->end - at; */
    while (at != scan->end && *at != ';' && *at != ',') {
        if (*at == '"') {
            scan->at = at;
            (void)sst_scan_quoted_string(scan);
            at = scan->at;
        } else {
            at++;
        }
    }
    scan->at = at;
}

/*
 * Cuts the next element off a list separated by commas. Skips empty elements and those that are not
 * tokens. False if there are no more.
 */
static inline bool sst_scan_list_token(struct sst_scan *scan, struct sst_scan *token)
{
    /*@ loop invariant within(\at(scan->at, Pre), scan->at, scan->end);
        loop assigns scan->at, *token;
        loop variant scan->end - scan->at; */
    while (!sst_scan_done(scan)) {
        bool found = sst_scan_token(scan, token);
        if (!found && sst_scan_take(scan, ' ')) { /* as after most commas */
            found = sst_scan_token(scan, token);
        }
        if (!found && !sst_scan_sees(scan, ',')) {
            sst_scan_lws(scan);
            found = sst_scan_token(scan, token);
        }
        if (!sst_scan_take(scan, ',')) {
            sst_scan_lws(scan);
            /* The grammar of these lists has no quoted strings: a comma always separates. */
            /*@ loop invariant within(\at(scan->at, LoopEntry), scan->at, scan->end);
                loop invariant found ==> \at(found, LoopEntry) && token->at != token->end;
                loop assigns scan->at, found;
                loop variant scan->end - scan->at; */
            for (; !sst_scan_done(scan) && *scan->at != ','; scan->at++) {
                found = false;
            }
        }
        if (found) {
            return true;
        }
    }
    return false;
}

/* Compares a piece of text with a token, ignoring letter case. Nearly always the case matches too,
 * so the exact comparison comes first. */
static inline bool sst_scan_equals(const struct sst_scan *piece, const char *token, size_t length)
{
    if (sst_scan_length(piece) != length) {
        return false;
    }
    if (memcmp(piece->at, token, length) == 0) {
        return true;
    }
    /*@ loop invariant i <= length;
        loop assigns i;
        loop variant length - i; */
    for (size_t i = 0; i < length; i++) {
        if (sst_scan_lower(piece->at[i]) != sst_scan_lower(token[i])) {
            return false;
        }
    }
    return true;
}

/* The same with a literal, so that the length cannot be wrong. */
#define SST_SCAN_IS(piece, literal) sst_scan_equals((piece), "" literal, sizeof(literal) - 1)

#endif
