/* SPDX-License-Identifier: MIT */
#include "line.h"

#include <string.h>

#include <jansson.h>

#include "out.h"
#include "text.h"

static json_t *object;

void line_begin(void)
{
    object = json_object();
}

void line_seconds(const char *key, double value)
{
    json_object_set_new(object, key, json_real((double)(long long)(value * 1e3 + 0.5) / 1e3));
}

void line_number(const char *key, unsigned long value)
{
    json_object_set_new(object, key, json_integer((json_int_t)value));
}

void line_bool(const char *key, bool value)
{
    json_object_set_new(object, key, json_boolean(value));
}

/* The peer's bytes may not be UTF-8, so each byte is treated as Latin-1. */
static char *utf8_of(const char *value)
{
    char *text = memory(2 * strlen(value) + 1);
    char *end = text;

    for (const unsigned char *p = (const unsigned char *)value; *p != '\0'; p++) {
        if (*p < 0x80) {
            *end++ = (char)*p;
        } else {
            *end++ = (char)(0xc0 | *p >> 6);
            *end++ = (char)(0x80 | (*p & 0x3f));
        }
    }
    return text;
}

void line_string(const char *key, const char *value)
{
    char *text = utf8_of(value);

    json_object_set_new(object, key, json_string_nocheck(text));
    free(text);
}

void line_end(void)
{
    FILE *line = out_begin();

    json_dumpf(object, line, JSON_ENSURE_ASCII | JSON_REAL_PRECISION(15));
    putc('\n', line);
    json_decref(object);
    object = NULL;
    out_end();
}
