/* SPDX-License-Identifier: MIT */
/* Terminated texts, also where there is no <string.h>. Private to the library. */
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

#endif
