/* SPDX-License-Identifier: MIT */
#include "story.h"

#include <inttypes.h>
#include <string.h>

bool copy_text(char *to, size_t size, const char *from)
{
    int length = snprintf(to, size, "%s", from);
    return length >= 0 && (size_t)length < size;
}

bool words_split(struct words *words, const char *text)
{
    words->count = 0;
    for (;;) {
        text += strspn(text, " \t\r\n");
        size_t length = strcspn(text, " \t\r\n");
        if (length == 0) {
            return true;
        }
        if (words->count == MAX_WORDS || length >= WORD_ROOM) {
            return false;
        }
        memcpy(words->text[words->count], text, length);
        words->text[words->count][length] = '\0';
        words->count++;
        text += length;
    }
}

int words_find(const struct words *words, const char *word)
{
    for (unsigned i = 0; i < words->count; i++) {
        if (strcmp(words->text[i], word) == 0) {
            return (int)i;
        }
    }
    return -1;
}

/* Digits only; moves *text past them. */
static bool read_digits(const char **text, uint64_t *number)
{
    const char *start = *text;
    *number = 0;
    while (**text >= '0' && **text <= '9') {
        if (*text - start >= 12) {
            return false;
        }
        *number = *number * 10u + (uint64_t)(**text - '0');
        (*text)++;
    }
    return *text != start;
}

bool read_seconds(const char *text, uint64_t *ms)
{
    uint64_t seconds;
    if (!read_digits(&text, &seconds)) {
        return false;
    }
    *ms = seconds * 1000u;
    if (*text == '\0') {
        return true;
    }
    if (*text != '.') {
        return false;
    }
    uint64_t unit = 100;
    for (text++; *text >= '0' && *text <= '9' && unit > 0; text++, unit /= 10u) {
        *ms += (uint64_t)(*text - '0') * unit;
    }
    return *text == '\0' && text[-1] != '.';
}

bool read_number(const char *text, uint32_t *number)
{
    uint64_t value;
    if (!read_digits(&text, &value) || *text != '\0' || value > UINT32_MAX) {
        return false;
    }
    *number = (uint32_t)value;
    return true;
}

void print_seconds(char *buffer, size_t size, uint64_t ms)
{
    int length = snprintf(buffer, size, "%" PRIu64, ms / 1000u);
    if (ms % 1000u != 0 && length > 0 && (size_t)length + 5u <= size) {
        length += snprintf(buffer + length, size - (size_t)length, ".%03u", (unsigned)(ms % 1000u));
        while (buffer[length - 1] == '0') {
            length--;
            buffer[length] = '\0';
        }
    }
}
