/* SPDX-License-Identifier: MIT */
/*
 * The four memory functions that a compiler needs in every environment, even in one without a C
 * library and so without <string.h>. Private to the library.
 */
#ifndef SST_MEM_H
#define SST_MEM_H

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t length);
void *memmove(void *to, const void *from, size_t length);
void *memset(void *at, int value, size_t length);
int memcmp(const void *a, const void *b, size_t length);

#endif
