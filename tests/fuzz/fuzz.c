/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void fuzz_broken(const char *file, int line, const char *what)
{
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
    abort();
}

struct block block_new(size_t length)
{
    /* A block of no bytes may be allocated as one byte: so the text comes after a byte of its own.
     * */
    struct block block = {malloc(length + 1), NULL, length};

    if (block.base == NULL) {
        abort();
    }
    block.at = block.base + 1;
    block.base[0] = 'x';
    return block;
}

struct block block_of(const void *data, size_t length)
{
    struct block block = block_new(length);

    if (length > 0) {
        memcpy(block.at, data, length);
    }
    return block;
}

void block_free(struct block *block)
{
    free(block->base);
    block->base = NULL;
    block->at = NULL;
}

struct block block_swapped(const struct block *text)
{
    struct block swapped = block_of(text->at, text->length);

    for (size_t i = 0; i < swapped.length; i++) {
        char c = swapped.at[i];
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
            swapped.at[i] = (char)(c ^ 0x20);
        }
    }
    return swapped;
}

uint8_t take8(struct input *input)
{
    if (input->left == 0) {
        return 0;
    }
    input->left--;
    return *input->at++;
}

uint32_t take32(struct input *input)
{
    uint32_t number = 0;

    for (int i = 0; i < 4; i++) {
        number = number << 8 | take8(input);
    }
    return number;
}

uint64_t take64(struct input *input)
{
    uint64_t high = take32(input);

    return high << 32 | take32(input);
}

static size_t end_of_line(const struct input *input, size_t from)
{
    const uint8_t *end = memchr(input->at + from, '\n', input->left - from);

    return end != NULL ? (size_t)(end - input->at) : input->left;
}

bool take_line(struct input *input, bool folded, struct line *line)
{
    if (input->left == 0) {
        return false;
    }
    size_t end = end_of_line(input, 0);
    while (folded && end + 1 < input->left &&
           (input->at[end + 1] == ' ' || input->at[end + 1] == '\t')) {
        end = end_of_line(input, end + 1);
    }
    line->at = (const char *)input->at;
    line->length = end;
    size_t used = end < input->left ? end + 1 : end;
    input->at += used;
    input->left -= used;
    return true;
}

uint32_t interval_of(uint8_t byte)
{
    static const uint32_t intervals[] = {
        0,   1,   2,   10,  30,  60,   89,   90,   91,   95,    96,         100,
        120, 180, 300, 600, 900, 1800, 3600, 4000, 7200, 86400, 0x7FFFFFFF, UINT32_MAX,
    };

    return intervals[byte % (sizeof intervals / sizeof intervals[0])];
}
