/* SPDX-License-Identifier: MIT */
#include "scan.h"

#include <sst/types.h>

static bool is_in(unsigned character, unsigned first, unsigned last)
{
    return character - first <= last - first;
}

/* RFC 3261 §25.1: alphanum and ten marks. */
static bool is_token_character(char character)
{
    unsigned c = (unsigned char)character;

    if (is_in(c | 0x20, 'a', 'z') || is_in(c, '0', '9'))
        return true;
    switch (c) {
    case '-':
    case '.':
    case '!':
    case '%':
    case '*':
    case '_':
    case '+':
    case '`':
    case '\'':
    case '~':
        return true;
    default:
        return false;
    }
}

static unsigned to_lower(char character)
{
    unsigned c = (unsigned char)character;

    return is_in(c, 'A', 'Z') ? c | 0x20 : c;
}

bool sst_scan_token(struct sst_scan *scan, struct sst_scan *token)
{
    const char *at = scan->at;

    while (at != scan->end && is_token_character(*at))
        at++;
    *token = (struct sst_scan){scan->at, at};
    scan->at = at;
    return !sst_scan_done(token);
}

bool sst_scan_delta_seconds(struct sst_scan *scan, uint32_t *seconds)
{
    const char *at = scan->at;
    uint32_t value = 0;

    while (at != scan->end && is_in((unsigned char)*at, '0', '9')) {
        uint32_t digit = (uint32_t)(*at - '0');
        /* Once saturated it stays so, since another digit never fits behind the largest value. */
        if (value <= (SST_SECONDS_MAX - digit) / 10)
            value = value * 10 + digit;
        else
            value = SST_SECONDS_MAX;
        at++;
    }
    if (at == scan->at)
        return false;
    scan->at = at;
    *seconds = value;
    return true;
}

bool sst_scan_quoted_string(struct sst_scan *scan)
{
    const char *at = scan->at + 1;

    for (; at != scan->end && *at != '"'; at++) {
        if (*at == '\\' && at + 1 != scan->end)
            at++;
    }
    bool closed = at != scan->end;
    scan->at = closed ? at + 1 : at;
    return closed;
}

bool sst_scan_comment(struct sst_scan *scan)
{
    const char *at = scan->at;
    size_t depth = 0;

    for (; at != scan->end; at++) {
        if (*at == '(') {
            depth++;
        } else if (*at == ')') {
            if (--depth == 0) {
                scan->at = at + 1;
                return true;
            }
        } else if (*at == '\\' && at + 1 != scan->end) {
            at++;
        }
    }
    scan->at = at;
    return false;
}

void sst_scan_to(struct sst_scan *scan, char character)
{
    while (!sst_scan_done(scan) && *scan->at != character) {
        if (*scan->at == '"')
            (void)sst_scan_quoted_string(scan);
        else
            scan->at++;
    }
}

bool sst_scan_list_token(struct sst_scan *scan, struct sst_scan *token)
{
    while (!sst_scan_done(scan)) {
        sst_scan_lws(scan);
        bool found = sst_scan_token(scan, token);
        sst_scan_lws(scan);
        /* The grammar of these lists has no quoted strings: a comma always separates. */
        while (!sst_scan_done(scan) && *scan->at != ',') {
            scan->at++;
            found = false;
        }
        (void)sst_scan_take(scan, ',');
        if (found)
            return true;
    }
    return false;
}

bool sst_scan_equals(const struct sst_scan *piece, const char *lower, size_t length)
{
    if (sst_scan_length(piece) != length)
        return false;
    for (size_t i = 0; i < length; i++) {
        if (to_lower(piece->at[i]) != (unsigned char)lower[i])
            return false;
    }
    return true;
}
