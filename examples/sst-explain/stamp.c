/* SPDX-License-Identifier: MIT */
#include "stamp.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

/* A number of count digits at this place. */
static bool read_digits(const char *text, size_t count, unsigned *value)
{
    *value = 0;
    for (size_t i = 0; i < count; i++) {
        if (!isdigit((unsigned char)text[i])) {
            return false;
        }
        *value = *value * 10u + (unsigned)(text[i] - '0');
    }
    return true;
}

/* "12:34:56.789012" at this place; the length of the text, or 0. */
static size_t read_clock(const char *text, uint64_t *us)
{
    unsigned hours;
    unsigned minutes;
    unsigned seconds;
    uint64_t fraction = 0;
    uint64_t unit = 100000;
    size_t length = 8;

    if (!read_digits(text, 2, &hours) || text[2] != ':' || !read_digits(text + 3, 2, &minutes) ||
        text[5] != ':' || !read_digits(text + 6, 2, &seconds) || hours > 23 || minutes > 59 ||
        seconds > 60) {
        return 0;
    }
    if ((text[length] == '.' || text[length] == ',') && isdigit((unsigned char)text[length + 1])) {
        for (length++; isdigit((unsigned char)text[length]); length++) {
            fraction += unit * (uint64_t)(text[length] - '0');
            unit /= 10;
        }
    }
    *us = (hours * UINT64_C(3600) + minutes * UINT64_C(60) + seconds) * 1000000u + fraction;
    return length;
}

static bool is_dash(char c)
{
    return c == '-' || c == '/';
}

/* "2026-01-31" or "2026/01/31" before the clock, in microseconds; 0 if there is none. */
static uint64_t read_date(const char *line, const char *clock)
{
    struct tm parts = {0};
    const char *text = clock - (clock - line < 11 ? 0 : 11);
    unsigned year;
    unsigned month;
    unsigned day;
    time_t midnight;

    if (text == clock || !read_digits(text, 4, &year) || !is_dash(text[4]) ||
        !read_digits(text + 5, 2, &month) || !is_dash(text[7]) || !read_digits(text + 8, 2, &day) ||
        year < 1971 || month < 1 || month > 12 || day < 1 || day > 31) {
        return 0;
    }
    parts.tm_year = (int)year - 1900;
    parts.tm_mon = (int)month - 1;
    parts.tm_mday = (int)day;
    midnight = timegm(&parts);
    return midnight > 0 ? (uint64_t)midnight * 1000000u : 0;
}

static void read_time(struct stamp *stamp, const char *line)
{
    double epoch = strncmp(line, "time: ", 6) == 0 ? strtod(line + 6, NULL) : 0;

    if (epoch > 1e6 && epoch < 1e11) {
        stamp->timed = stamp->dated = true;
        stamp->at_us = (uint64_t)(epoch * 1e6);
        return;
    }
    for (const char *at = line; strlen(at) >= 8; at++) {
        uint64_t us;
        uint64_t date;

        /* Not within a longer number or an IPv6 address. */
        if ((at > line && (isalnum((unsigned char)at[-1]) != 0 && at[-1] != 'T')) ||
            (at > line && at[-1] == ':') || read_clock(at, &us) == 0) {
            continue;
        }
        date = read_date(line, at);
        if (stamp->dated && date == 0) {
            return;
        }
        stamp->timed = true;
        stamp->dated = date != 0;
        stamp->at_us = date + us;
        return;
    }
}

static bool is_host(const char *text)
{
    unsigned char bytes[16];

    return inet_pton(AF_INET, text, bytes) == 1 || inet_pton(AF_INET6, text, bytes) == 1;
}

/* An address with a port: 192.0.2.1:5060 or [2001:db8::1]:5060. @return the text after it, or NULL
 */
static const char *read_end(const char *text, struct end *end)
{
    bool brackets = *text == '[';
    const char *host = text + brackets;
    size_t length = strspn(host, brackets ? "0123456789abcdefABCDEF:." : "0123456789.");
    const char *rest = host + length;
    unsigned long port;
    char *after;

    if (brackets) {
        if (*rest != ']') {
            return NULL;
        }
        rest++;
    }
    if (length < 2 || length >= sizeof end->host || *rest != ':' ||
        !isdigit((unsigned char)rest[1])) {
        return NULL;
    }
    port = strtoul(rest + 1, &after, 10);
    memcpy(end->host, host, length);
    end->host[length] = '\0';
    if (!is_host(end->host) || port > 65535) {
        end->host[0] = '\0';
        return NULL;
    }
    end->port = (unsigned)port;
    return after;
}

static void read_ends(struct stamp *stamp, const char *line)
{
    struct end ends[2] = {{"", 0}, {"", 0}};
    unsigned count = 0;

    for (const char *at = line; *at != '\0' && count < 2;) {
        bool inside = at > line && (isalnum((unsigned char)at[-1]) || at[-1] == '.');
        const char *after = inside ? NULL : read_end(at, &ends[count]);

        count += after != NULL;
        at = after != NULL ? after : at + 1;
    }
    if (count == 2) {
        stamp->from = ends[0];
        stamp->to = ends[1];
    } else if (count == 1) {
        stamp->peer = ends[0];
    }
}

/* A port after its name, as in "srcport: ". */
static bool read_port(const char *line, const char *name, unsigned *port)
{
    size_t length = strlen(name);
    unsigned long value;

    if (strncmp(line, name, length) != 0 || !isdigit((unsigned char)line[length])) {
        return false;
    }
    value = strtoul(line + length, NULL, 10);
    *port = (unsigned)value;
    return value <= UINT16_MAX;
}

/* The lines of Kamailio's sipdump: "srcip: 192.0.2.1", "srcport: 5060" and so on. */
static bool read_named(struct stamp *stamp, const char *line)
{
    char host[HOST_ROOM];
    unsigned port;

    if (sscanf(line, "srcip: %47s", host) == 1 && is_host(host)) {
        memcpy(stamp->from.host, host, sizeof host);
    } else if (sscanf(line, "dstip: %47s", host) == 1 && is_host(host)) {
        memcpy(stamp->to.host, host, sizeof host);
    } else if (read_port(line, "srcport: ", &port)) {
        stamp->from.port = port;
    } else if (read_port(line, "dstport: ", &port)) {
        stamp->to.port = port;
    } else {
        return false;
    }
    return true;
}

static bool has_word(const char *line, const char *word)
{
    size_t length = strlen(word);

    for (const char *at = line; *at != '\0'; at++) {
        if (strncasecmp(at, word, length) == 0 && (at == line || !isalpha((unsigned char)at[-1])) &&
            !isalpha((unsigned char)at[length])) {
            return true;
        }
    }
    return false;
}

static void read_direction(struct stamp *stamp, const char *line)
{
    static const char *const received[] = {"received", "recv", "rx", "read", "receive", "rcv"};
    static const char *const sent[] = {"transmitting", "retransmitting", "send", "sent", "tx",
                                       "snd",          "sending"};

    for (unsigned i = 0; i < sizeof received / sizeof received[0]; i++) {
        if (has_word(line, received[i])) {
            stamp->direction = STAMP_RECEIVED;
        }
    }
    for (unsigned i = 0; i < sizeof sent / sizeof sent[0]; i++) {
        if (has_word(line, sent[i])) {
            stamp->direction = STAMP_SENT;
        }
    }
}

void stamp_read(struct stamp *stamp, const char *line)
{
    read_time(stamp, line);
    if (!read_named(stamp, line)) {
        read_ends(stamp, line);
        read_direction(stamp, line);
    }
}
