/* SPDX-License-Identifier: MIT */
/* Strings on the heap. If there is no memory the program ends: an example has nothing to save. */
#ifndef SST_UA_TEXT_H
#define SST_UA_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* The program's name in messages: sst-proxy shares some of these files. */
#ifndef PROGRAM
#define PROGRAM "sst-ua"
#endif

/* Zero-initialised memory. */
void *memory(size_t size);

void *memory_resize(void *old, size_t size);

/* A copy of a string, or of its first length bytes; NULL for NULL. */
char *text_copy(const char *text);
char *text_copy_part(const char *text, size_t length);

/* Whether both exist and are equal: NULL equals nothing. */
bool text_same(const char *a, const char *b);

/* What printf() would print. */
#ifdef __GNUC__
__attribute__((format(printf, 1, 2)))
#endif
char *
text_print(const char *format, ...);

#endif
