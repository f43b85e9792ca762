/* SPDX-License-Identifier: MIT */
#include "stamp.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

/* "12:34:56.789012" at this place; the length of the text, or 0. */
static size_t read_clock(const char *text, uint64_t *us)
{
    unsigned hours;
    unsigned minutes;
    unsigned seconds;
    uint64_t fraction = 0;
    uint64_t unit = 100000;
    size_t length = 8;

    for (unsigned i = 0; i < 8; i++) {
        if (i % 3 == 2 ? text[i] != ':' : !isdigit((unsigned char)text[i])) {
            return 0;
        }
    }
    if (sscanf(text, "%2u:%2u:%2u", &hours, &minutes, &seconds) != 3 || hours > 23 ||
        minutes > 59 || seconds > 60) {
        return 0;
    }
    if ((text[length] == '.' || text[length] == ',') && isdigit((unsigned char)text[length + 1])) {
        for (length++; isdigit((unsigned char)text[length]); length++) {
            fraction += unit * (uint64_t)(text[length] - '0');
            unit /= 10;
        }
    }
    *us = ((uint64_t)hours * 3600u + minutes * 60u + seconds) * 1000000u + fraction;
    return length;
}

/* "2026-01-31" or "2026/01/31" before the clock, as microseconds; 0 for none. */
static uint64_t read_date(const char *line, const char *clock)
{
    struct tm parts = {0};
    unsigned year;
    unsigned month;
    unsigned day;
    time_t midnight;

    if (clock - line < 11 ||
        sscanf(clock - 11, "%4u%*1[-/]%2u%*1[-/]%2u", &year, &month, &day) != 3 || year < 1971 ||
        month < 1 || month > 12 || day < 1 || day > 31) {
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
    double epoch;

    if (sscanf(line, "time: %lf", &epoch) == 1 && epoch > 1e6 && epoch < 1e11) {
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

    if (length < 2 || length >= sizeof end->host || (brackets && *rest++ != ']') || *rest != ':' ||
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

/* The lines of Kamailio's sipdump: "srcip: 192.0.2.1", "srcport: 5060" and so on. */
static bool read_named(struct stamp *stamp, const char *line)
{
    char host[HOST_ROOM];
    unsigned port;

    if (sscanf(line, "srcip: %47s", host) == 1 && is_host(host)) {
        memcpy(stamp->from.host, host, sizeof host);
    } else if (sscanf(line, "dstip: %47s", host) == 1 && is_host(host)) {
        memcpy(stamp->to.host, host, sizeof host);
    } else if (sscanf(line, "srcport: %5u", &port) == 1) {
        stamp->from.port = port;
    } else if (sscanf(line, "dstport: %5u", &port) == 1) {
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
