/* SPDX-License-Identifier: MIT */
/*
 * Inputs that are exactly as long as they claim to be. After a string literal comes a NUL, and
 * reading it goes unnoticed; after these blocks comes memory that AddressSanitizer guards.
 */
#ifndef EXACT_H
#define EXACT_H

#include "suite.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

struct exact {
    char *block;
    const char *text;
    size_t length;
};

/* The text ends where its block ends, even if it is empty. */
static inline struct exact exact_copy(const char *text, size_t length)
{
    size_t before = length == 0 ? 8 : 0;
    char *block = malloc(before + length);

    ck_assert_ptr_nonnull(block);
    if (length > 0)
        memcpy(block, text, length);
    return (struct exact){block, block + before, length};
}

/* Repeats the pattern. */
static inline struct exact exact_repeat(const char *start, const char *pattern, size_t length)
{
    size_t start_length = strlen(start);
    size_t pattern_length = strlen(pattern);
    char *block = malloc(length);

    ck_assert_ptr_nonnull(block);
    for (size_t i = 0; i < length; i++)
        block[i] = i < start_length ? start[i] : pattern[(i - start_length) % pattern_length];
    return (struct exact){block, block, length};
}

static inline void exact_free(struct exact *exact)
{
    free(exact->block);
}

/* Reads each prefix of a text, from empty to all of it. */
static inline void exact_prefixes(const char *text, size_t length,
                                  void (*read)(const char *text, size_t length))
{
    for (size_t n = 0; n <= length; n++) {
        struct exact prefix = exact_copy(text, n);
        read(prefix.text, prefix.length);
        exact_free(&prefix);
    }
}

/* A call whose result does not matter here, whatever its declaration requires. */
#define whatever(call)                                                                             \
    do {                                                                                           \
        if (call) {                                                                                \
        }                                                                                          \
    } while (0)

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

#endif
