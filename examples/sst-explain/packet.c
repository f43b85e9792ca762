/* SPDX-License-Identifier: MIT */
#include "packet.h"

#include <string.h>

#define LINE_MAX_LENGTH 4096u

static bool ends_with_version(const char *line, size_t length)
{
    static const char version[] = " SIP/2.0";
    const size_t size = sizeof version - 1;

    return length > size && memcmp(line + length - size, version, size) == 0;
}

bool packet_is_sip(const char *bytes, size_t length)
{
    const char *end;
    size_t line;

    if (length >= 8 && memcmp(bytes, "SIP/2.0 ", 8) == 0) {
        return true;
    }
    if (length < 16 || bytes[0] < 'A' || bytes[0] > 'Z') {
        return false;
    }
    end = memchr(bytes, '\n', length < LINE_MAX_LENGTH ? length : LINE_MAX_LENGTH);
    if (end == NULL) {
        return false;
    }
    line = (size_t)(end - bytes);
    if (line > 0 && bytes[line - 1] == '\r') {
        line--;
    }
    return ends_with_version(bytes, line);
}
