/* SPDX-License-Identifier: MIT */
/*
 * The four functions that a compiler demands of every environment, for targets that have no C
 * library here.
 */
#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t length);
void *memmove(void *to, const void *from, size_t length);
void *memset(void *at, int value, size_t length);
int memcmp(const void *a, const void *b, size_t length);

void *memcpy(void *restrict to, const void *restrict from, size_t length)
{
    return memmove(to, from, length);
}

void *memmove(void *to, const void *from, size_t length)
{
    unsigned char *out = to;
    const unsigned char *in = from;

    for (size_t i = 0; i < length; i++) {
        size_t at = out < in ? i : length - 1 - i;
        out[at] = in[at];
    }
    return to;
}

void *memset(void *at, int value, size_t length)
{
    unsigned char *out = at;

    for (size_t i = 0; i < length; i++) {
        out[i] = (unsigned char)value;
    }
    return at;
}

int memcmp(const void *a, const void *b, size_t length)
{
    const unsigned char *left = a;
    const unsigned char *right = b;

    for (size_t i = 0; i < length; i++) {
        if (left[i] != right[i]) {
            return left[i] < right[i] ? -1 : 1;
        }
    }
    return 0;
}
