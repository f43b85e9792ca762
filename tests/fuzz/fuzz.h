/* SPDX-License-Identifier: MIT */
/* What the fuzz targets share: exact-size copies, reading of input bytes, properties. */
#ifndef FUZZ_H
#define FUZZ_H

#include <sst/sst.h>

#include <stddef.h>
#include <stdint.h>

/* What each target defines; libFuzzer calls it, and so does replay.c. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the program and says which property does not hold, and where. */
_Noreturn void fuzz_broken(const char *file, int line, const char *what);

#define HOLDS(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fuzz_broken(__FILE__, __LINE__, #condition);                                           \
        }                                                                                          \
    } while (0)

/* Text in a heap block that ends where the text does: the sanitizer detects a read beyond it, even
 * if the text is empty. */
struct block {
    char *base;
    char *at;
    size_t length;
};

struct block block_new(size_t length);
struct block block_of(const void *data, size_t length);
void block_free(struct block *block);

/* Another block with the letter case of all letters swapped. */
struct block block_swapped(const struct block *text);

/* Input that is read as numbers; followed by zeros. */
struct input {
    const uint8_t *at;
    size_t left;
};

uint8_t take8(struct input *input);
uint32_t take32(struct input *input);
uint64_t take64(struct input *input);

/* The next line, without its end; false if there is none. If folded is set, a line that begins with
 * white space continues the previous one. */
struct line {
    const char *at;
    size_t length;
};

bool take_line(struct input *input, bool folded, struct line *line);

/* The interval that a byte stands for: around the limits in RFC 4028 and in the arithmetic. */
uint32_t interval_of(uint8_t byte);

#endif
