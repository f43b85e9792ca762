/* SPDX-License-Identifier: MIT */
#include "log_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "message.h"
#include "out.h"

/* Width of the ladder's message column: room for a 422. */
#define WHAT_WIDTH 43

/* What colours mean. They come from the terminal's own palette, so they suit dark and light. */
#define PLAIN "\033[0m"
#define FAINT "\033[2m"
#define BOLD "\033[1m"
#define SENT "\033[36m"
#define RECEIVED "\033[35m"
#define GOOD "\033[32m"
#define DOUBTFUL "\033[33m"
#define BAD "\033[31m"

bool log_text_wants_color(void)
{
    const char *no_color = getenv("NO_COLOR");
    const char *terminal = getenv("TERM");

    return (no_color == NULL || *no_color == '\0') && isatty(STDOUT_FILENO) != 0 &&
           terminal != NULL && strcmp(terminal, "dumb") != 0;
}

bool log_text_read_color(const char *word, bool *color)
{
    bool is_auto = strcmp(word, "auto") == 0;

    *color = is_auto ? log_text_wants_color() : strcmp(word, "always") == 0;
    return is_auto || *color || strcmp(word, "never") == 0;
}

const char *log_value_of(osip_message_t *sip, const char *name, const char *compact)
{
    osip_header_t *header;

    if (osip_message_header_get_byname(sip, name, 0, &header) < 0 &&
        (compact == NULL || osip_message_header_get_byname(sip, compact, 0, &header) < 0)) {
        return NULL;
    }
    return header->hvalue != NULL ? header->hvalue : "";
}

const char *log_reason_of(osip_message_t *sip)
{
    return MSG_IS_BYE(sip) ? log_value_of(sip, "reason", NULL) : NULL;
}

/* The line being written. */
static FILE *line;

static void color(const struct log *log, const char *sequence)
{
    if (log->color) {
        fputs(sequence, line);
    }
}

/* Prints at most this many bytes of a peer's text, without control characters that a terminal
 * would obey. Returns how many. */
static int print_foreign(const char *text, int limit)
{
    int i;

    for (i = 0; i < limit && text[i] != '\0'; i++) {
        unsigned char c = (unsigned char)text[i];

        putc(c < 0x20 || (c >= 0x7f && c < 0xa0) ? '?' : c, line);
    }
    return i;
}

/* The start of a ladder line: time, call, and kind of line. */
static void start_line(const struct log *log, const char *call_id, const char *mark,
                       const char *mark_color)
{
    int width;

    line = out_begin();
    color(log, FAINT);
    fprintf(line, "%10.3f  ", clock_real_s(log->clock) * log->clock->speed);
    width = print_foreign(call_id != NULL ? call_id : "", 8);
    color(log, PLAIN);
    color(log, mark_color);
    fprintf(line, "%*s  %s  ", 8 - width, "", mark);
}

static void end_line(const struct log *log)
{
    color(log, PLAIN);
    putc('\n', line);
    out_end();
}

static const char *color_of(const osip_message_t *sip, const char *of_request)
{
    if (MSG_IS_REQUEST(sip)) {
        return of_request;
    }
    if (sip->status_code < 300) {
        return GOOD;
    }
    return sip->status_code < 400 || sip->status_code == 422 ? DOUBTFUL : BAD;
}

/* "INVITE 1", or "200 OK (INVITE 1)". Returns its width. */
static int print_what(osip_message_t *sip)
{
    unsigned long cseq = message_cseq(sip);
    int width;

    if (MSG_IS_REQUEST(sip)) {
        width = print_foreign(sip->sip_method, 32);
        return width + fprintf(line, " %lu", cseq);
    }
    width = fprintf(line, "%d ", sip->status_code);
    width += print_foreign(sip->reason_phrase != NULL ? sip->reason_phrase : "", 40);
    width += fprintf(line, " (");
    width += print_foreign(sip->cseq->method, 32);
    return width + fprintf(line, " %lu)", cseq);
}

/* The rest of a line: the first item in its column, as far as there is room. */
static void print_more(const struct log *log, int *width, const char *name, const char *value)
{
    if (value == NULL) {
        return;
    }
    fprintf(line, "%*s", *width < WHAT_WIDTH ? WHAT_WIDTH - *width : 2, "");
    color(log, FAINT);
    fputs(name, line);
    color(log, PLAIN);
    print_foreign(value, 400);
    *width = WHAT_WIDTH;
}

void log_text_message(const struct log *log, enum log_direction direction, osip_message_t *sip,
                      const char *call_id, bool copy)
{
    const char *way = direction == LOG_SENT ? SENT : RECEIVED;
    int width;

    start_line(log, call_id, direction == LOG_SENT ? "-->" : "<--", way);
    color(log, copy ? FAINT : color_of(sip, way));
    width = print_what(sip);
    color(log, PLAIN);
    print_more(log, &width, "copy", copy ? "" : NULL);
    print_more(log, &width, "Session-Expires: ", log_value_of(sip, "session-expires", "x"));
    print_more(log, &width, "Min-SE: ", log_value_of(sip, "min-se", NULL));
    print_more(log, &width, "Require: ", log_value_of(sip, "require", NULL));
    print_more(log, &width, "Unsupported: ", log_value_of(sip, "unsupported", NULL));
    print_more(log, &width, "Retry-After: ", log_value_of(sip, "retry-after", NULL));
    print_more(log, &width, "Reason: ", log_reason_of(sip));
    end_line(log);
}

static const char *who_refreshes(enum sst_side side)
{
    return side == SST_SIDE_LOCAL ? "this side refreshes" : "the peer refreshes";
}

static const char *color_of_event(enum sst_event_type type)
{
    switch (type) {
    case SST_EVENT_OVERDUE:
    case SST_EVENT_BLOCKED:
    case SST_EVENT_REFUSED:
    case SST_EVENT_VIOLATION:
        return DOUBTFUL;
    case SST_EVENT_ENDED:
        return BAD;
    case SST_EVENT_NEGOTIATED:
    case SST_EVENT_REFRESHED:
    case SST_EVENT_REFRESH:
    case SST_EVENT_NONE:
        break;
    }
    return BOLD;
}

static void print_timer(const struct sst_event *event)
{
    if (event->side == SST_SIDE_NONE) {
        fputs("session timer off", line);
    } else {
        fprintf(line, "session timer: %lu s, %s%s", (unsigned long)event->interval,
                who_refreshes(event->side), event->own_benefit ? " for its own benefit" : "");
    }
}

void log_text_event(const struct log *log, const char *call_id, const struct sst_event *event)
{
    start_line(log, call_id, " * ", color_of_event(event->type));
    switch (event->type) {
    case SST_EVENT_NEGOTIATED:
        print_timer(event);
        break;
    case SST_EVENT_REFRESHED:
        fprintf(line, "session refreshed: %lu s, %s", (unsigned long)event->interval,
                who_refreshes(event->side));
        break;
    case SST_EVENT_REFRESH:
        fprintf(line, "time to refresh the session, by %s", sst_method_name(event->method));
        break;
    case SST_EVENT_OVERDUE:
        fputs("the peer's refresh is overdue", line);
        break;
    case SST_EVENT_BLOCKED:
        fputs("a refresh is due, but another transaction blocks it", line);
        break;
    case SST_EVENT_REFUSED:
        fputs("the peer rejected every way to refresh", line);
        break;
    case SST_EVENT_VIOLATION:
        fprintf(line, "the peer broke a rule: %s", sst_violation_name(event->violation));
        break;
    case SST_EVENT_ENDED:
        fprintf(line, "session ended: %s", sst_end_reason_name(event->reason));
        break;
    case SST_EVENT_NONE:
        break;
    }
    end_line(log);
}

void log_text_note(const struct log *log, const char *call_id, const char *format,
                   va_list arguments)
{
    char text[512];

    vsnprintf(text, sizeof text, format, arguments);
    start_line(log, call_id, " * ", FAINT);
    print_foreign(text, (int)sizeof text);
    end_line(log);
}
