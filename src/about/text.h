/* SPDX-License-Identifier: MIT */
/* NUL-terminated texts, even without <string.h>, and texts that grow in a caller's buffer. Private
 * to the library; codec/print.c has its own, whose contracts are proved. */
#ifndef SST_TEXT_H
#define SST_TEXT_H

#include <stddef.h>

static inline size_t sst_text_length(const char *text)
{
    size_t length = 0;
    while (text[length] != '\0') {
        length++;
    }
    return length;
}

/* length also counts what no longer fits; the user has to terminate the text. */
struct sst_growing {
    char *buffer;
    size_t size;
    size_t length;
};

static inline void sst_put_char(struct sst_growing *text, char c)
{
    if (text->length < text->size) {
        text->buffer[text->length] = c;
    }
    text->length++;
}

static inline void sst_put(struct sst_growing *text, const char *string)
{
    for (; *string != '\0'; string++) {
        sst_put_char(text, *string);
    }
}

#endif
