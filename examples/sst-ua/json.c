/* SPDX-License-Identifier: MIT */
#include "json.h"

#include <stdio.h>

static bool first;

static void print_string(const char *text)
{
    putchar('"');
    for (const unsigned char *p = (const unsigned char *)text; *p != '\0'; p++) {
        /* Bytes of the peer's may be no UTF-8, so each is written as if it were Latin-1. */
        if (*p < 0x20 || *p >= 0x7f) {
            printf("\\u%04x", *p);
        } else if (*p == '"' || *p == '\\') {
            printf("\\%c", *p);
        } else {
            putchar(*p);
        }
    }
    putchar('"');
}

static void print_key(const char *key)
{
    if (!first) {
        fputs(", ", stdout);
    }
    first = false;
    print_string(key);
    fputs(": ", stdout);
}

void json_begin(void)
{
    putchar('{');
    first = true;
}

void json_seconds(const char *key, double value)
{
    print_key(key);
    printf("%.3f", value);
}

void json_number(const char *key, unsigned long value)
{
    print_key(key);
    printf("%lu", value);
}

void json_bool(const char *key, bool value)
{
    print_key(key);
    fputs(value ? "true" : "false", stdout);
}

void json_string(const char *key, const char *value)
{
    print_key(key);
    print_string(value);
}

void json_end(void)
{
    fputs("}\n", stdout);
    fflush(stdout);
}
