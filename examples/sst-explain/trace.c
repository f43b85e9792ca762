/* SPDX-License-Identifier: MIT */
#include "trace.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "stamp.h"
#include "text.h"

#define DAY_US UINT64_C(86400000000)
#define HEAD_MAX 65536u

struct trace {
    const struct sink *sink;
    unsigned long line;
    unsigned long found;
    struct stamp stamp; /* from the lines since the last message */
    uint64_t last_us;
    uint64_t days_us;    /* midnights passed by clocks without dates */
    bool inside;         /* a message is being read */
    unsigned long first; /* its first line */
    size_t indent;       /* of its lines */
    bool has_body;
    char *head;
    size_t length;
};

static uint64_t time_of(struct trace *trace)
{
    uint64_t at_us = trace->stamp.at_us;

    if (!trace->stamp.timed) {
        return trace->last_us;
    }
    if (!trace->stamp.dated) {
        at_us += trace->days_us;
        if (at_us + DAY_US / 2 < trace->last_us) {
            trace->days_us += DAY_US;
            at_us += DAY_US;
        }
    }
    trace->last_us = at_us;
    return at_us;
}

/* A log that names only the other end was written by the host at this end. */
static void set_ends(const struct stamp *stamp, struct packet *packet)
{
    static const struct end here = {"this-host", 0};
    static const struct end there = {"other-host", 0};

    if (stamp->from.host[0] != '\0' && stamp->to.host[0] != '\0') {
        packet->from = stamp->from;
        packet->to = stamp->to;
        return;
    }
    packet->from = stamp->peer.host[0] != '\0' ? stamp->peer : there;
    packet->to = here;
    if (stamp->direction == STAMP_SENT) {
        struct end end = packet->from;

        packet->from = packet->to;
        packet->to = end;
    }
}

static void put(struct trace *trace, const char *text, size_t length)
{
    if (trace->length + length + 3 > HEAD_MAX) {
        return;
    }
    trace->head = memory_resize(trace->head, trace->length + length + 3);
    memcpy(trace->head + trace->length, text, length);
    memcpy(trace->head + trace->length + length, "\r\n", 3);
    trace->length += length + 2;
}

static void finish(struct trace *trace)
{
    struct packet packet = {.frame = trace->first};

    /* Only whether there is a body matters. */
    put(trace, "", 0);
    if (trace->has_body) {
        put(trace, "v=0", 3);
    }
    packet.at_us = time_of(trace);
    packet.bytes = trace->head;
    packet.length = trace->length;
    set_ends(&trace->stamp, &packet);
    trace->sink->take(trace->sink->user, &packet);
    trace->found++;
    trace->inside = false;
    trace->has_body = false;
    trace->length = 0;
    memset(&trace->stamp, 0, sizeof trace->stamp);
}

static bool is_start(const char *line)
{
    char *terminated = text_print("%s\n", line);
    bool found = packet_is_sip(terminated, strlen(terminated));

    free(terminated);
    return found;
}

static void read_body_length(struct trace *trace, const char *line)
{
    if (strncasecmp(line, "Content-Length", 14) == 0 || strncasecmp(line, "l:", 2) == 0) {
        const char *colon = strchr(line, ':');

        trace->has_body = colon != NULL && strtoul(colon + 1, NULL, 10) > 0;
    }
}

static void take_line(struct trace *trace, const char *line)
{
    size_t space = strspn(line, " \t");

    trace->line++;
    if (!trace->inside) {
        if (!is_start(line + space)) {
            stamp_read(&trace->stamp, line + space);
            return;
        }
        trace->inside = true;
        trace->first = trace->line;
        trace->indent = space;
        put(trace, line + space, strlen(line + space));
        return;
    }
    line += space < trace->indent ? space : trace->indent;
    /* A header field, or a folded line of one. */
    if (*line != '\0' && (strchr(line, ':') != NULL || *line == ' ' || *line == '\t')) {
        read_body_length(trace, line);
        put(trace, line, strlen(line));
        return;
    }
    finish(trace);
}

bool trace_read(FILE *file, const struct sink *sink)
{
    struct trace trace = {.sink = sink};
    char *line = NULL;
    size_t room = 0;

    while (getline(&line, &room, file) > 0) {
        size_t length = strcspn(line, "\r\n");

        line[length] = '\0';
        take_line(&trace, line);
    }
    if (trace.inside) {
        finish(&trace);
    }
    free(trace.head);
    free(line);
    if (trace.found == 0) {
        fputs("sst-explain: no SIP messages found\n", stderr);
    }
    return trace.found > 0;
}
