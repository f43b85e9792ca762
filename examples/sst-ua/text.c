/* SPDX-License-Identifier: MIT */
#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *checked(void *block)
{
    if (block == NULL) {
        fputs(PROGRAM ": out of memory\n", stderr);
        exit(1);
    }
    return block;
}

void *memory(size_t size)
{
    return checked(calloc(1, size));
}

void *memory_resize(void *old, size_t size)
{
    return checked(realloc(old, size));
}

char *text_copy_part(const char *text, size_t length)
{
    char *copy = memory(length + 1);

    /* NULL is no valid argument of memcpy(), not even with a length of 0. */
    if (length > 0) {
        memcpy(copy, text, length);
    }
    return copy;
}

char *text_copy(const char *text)
{
    return text == NULL ? NULL : text_copy_part(text, strlen(text));
}

bool text_same(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

char *text_print(const char *format, ...)
{
    va_list arguments;
    int length;
    char *text;

    va_start(arguments, format);
    length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0) {
        length = 0;
    }
    text = memory((size_t)length + 1);
    va_start(arguments, format);
    vsnprintf(text, (size_t)length + 1, format, arguments);
    va_end(arguments);
    return text;
}
