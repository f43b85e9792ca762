/* SPDX-License-Identifier: MIT */
#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "line.h"
#include "log_text.h"
#include "message.h"
#include "out.h"
#include "text.h"

/* What makes two received messages retransmissions of one (RFC 3261 §17.1.3, §17.2.3). */
static uint64_t identity(osip_message_t *sip)
{
    const char *to_tag = message_tag(sip->to);
    const char *branch = message_branch(sip);
    char *text = text_print("%s %s %d %s %s %s", branch != NULL ? branch : "",
                            MSG_IS_REQUEST(sip) ? sip->sip_method : "", sip->status_code,
                            sip->cseq->number, sip->cseq->method, to_tag != NULL ? to_tag : "");
    char *call_id = message_call_id(sip);
    uint64_t hash = seen_hash(SEEN_HASH_START, text, strlen(text));

    hash = seen_hash(hash, call_id, strlen(call_id));
    free(call_id);
    free(text);
    return hash;
}

static void begin(const struct log *log, const char *call_id, const char *event)
{
    double real_s = clock_real_s(log->clock);

    line_begin();
    line_seconds("t", real_s * log->clock->speed);
    line_seconds("real", real_s);
    if (call_id != NULL) {
        line_string("call", call_id);
    }
    line_string("event", event);
}

static void message_as_json(const struct log *log, enum log_direction direction,
                            osip_message_t *sip, const char *call_id, bool copy)
{
    const char *reason = log_reason_of(sip);
    struct sst_msg msg;

    begin(log, call_id, direction == LOG_SENT ? "sent" : "received");
    if (MSG_IS_REQUEST(sip)) {
        line_string("method", sip->sip_method);
    } else {
        line_number("status", (unsigned long)sip->status_code);
    }
    line_number("cseq", message_cseq(sip));
    line_string("cseq_method", sip->cseq->method);
    line_bool("copy", copy);
    if (sst_osip_read(&msg, sip) == SST_OK) {
        if (msg.has & SST_MSG_SESSION_EXPIRES) {
            line_number("session_expires", msg.session_expires);
            if (msg.refresher != SST_REFRESHER_NONE) {
                line_string("refresher", sst_refresher_name((enum sst_refresher)msg.refresher));
            }
        }
        if (msg.has & SST_MSG_MIN_SE) {
            line_number("min_se", msg.min_se);
        }
        if (log_value_of(sip, "supported", "k") != NULL) {
            line_bool("supported_timer", (msg.has & SST_MSG_SUPPORTED_TIMER) != 0);
        }
        if (log_value_of(sip, "require", NULL) != NULL) {
            line_bool("require_timer", (msg.has & SST_MSG_REQUIRE_TIMER) != 0);
        }
    }
    if (reason != NULL) {
        line_string("reason", reason);
    }
    line_end();
}

void log_message(struct log *log, enum log_direction direction, osip_message_t *sip,
                 const char *bytes, size_t length)
{
    uint64_t now_ms = clock_real_ms(log->clock);
    char *call_id = message_call_id(sip);
    bool copy;

    if (direction == LOG_SENT) {
        copy = seen_add(&log->sent, seen_hash(SEEN_HASH_START, bytes, length), now_ms);
    } else {
        copy = seen_add(&log->received, identity(sip), now_ms);
    }
    if (log->json) {
        message_as_json(log, direction, sip, call_id, copy);
    } else {
        log_text_message(log, direction, sip, call_id, copy);
    }
    free(call_id);
}

void log_listening(const struct log *log, const char *host, int port)
{
    if (log->json) {
        begin(log, NULL, "listening");
        line_string("address", host);
        line_number("port", (unsigned long)port);
        line_end();
    } else {
        log_note(log, NULL, "listening on %s port %d", host, port);
    }
}

void log_store(const struct log *log, enum log_store what, unsigned long number)
{
    static const struct {
        const char *state;
        const char *text;
    } words[] = {
        {"reached", "the store can be reached"},
        {"away", "the store cannot be reached: the calls go on"},
        {"full", "the store has no memory left: the calls go on"},
        {"room", "the store has memory again"},
        {"standby", "waiting for the owner's lease to end"},
        {"owner", "owner of the calls, in epoch"},
        {"taken", "calls taken over:"},
        {"unread", "records that are none:"},
        {"lost", "another node has the calls: silent from here on"},
        {"address_awaited", "the address is not on this machine yet: nothing can be sent"},
        {"address_came", "the address is on this machine now"},
        {"address_gone", "the address has gone from this machine: silent from here on"},
    };

    if (log->json) {
        begin(log, NULL, "store");
        line_string("state", words[what].state);
        line_number("number", number);
        line_end();
    } else if (what == LOG_STORE_OWNER || what == LOG_STORE_TAKEN || what == LOG_STORE_UNREAD) {
        log_note(log, NULL, "%s %lu", words[what].text, number);
    } else {
        log_note(log, NULL, "%s", words[what].text);
    }
}

static void event_as_json(const struct log *log, const char *call_id, const struct sst_event *event)
{
    begin(log, call_id, sst_event_name(event->type));
    switch (event->type) {
    case SST_EVENT_NEGOTIATED:
    case SST_EVENT_REFRESHED:
        line_number("interval", event->interval);
        line_string("refresher", sst_side_name(event->side));
        break;
    case SST_EVENT_REFRESH:
        line_string("method", sst_method_name(event->method));
        break;
    case SST_EVENT_VIOLATION:
        line_string("name", sst_violation_name(event->violation));
        break;
    case SST_EVENT_ENDED:
        line_string("reason", sst_end_reason_name(event->reason));
        break;
    case SST_EVENT_NONE:
    case SST_EVENT_OVERDUE:
    case SST_EVENT_BLOCKED:
    case SST_EVENT_REFUSED:
        break;
    }
    line_end();
}

void log_event(const struct log *log, const char *call_id, const struct sst_event *event)
{
    if (!log->json) {
        log_text_event(log, call_id, event);
    } else if (event->type != SST_EVENT_REFUSED && event->type != SST_EVENT_NONE) {
        event_as_json(log, call_id, event);
    }
}

void log_note(const struct log *log, const char *call_id, const char *format, ...)
{
    va_list arguments;

    if (log->json) {
        return;
    }
    va_start(arguments, format);
    log_text_note(log, call_id, format, arguments);
    va_end(arguments);
}

void log_refused(const struct log *log, int status, const char *host, int port)
{
    if (log->json) {
        begin(log, NULL, "refused");
        line_number("status", (unsigned long)status);
        line_end();
    } else {
        log_note(log, NULL, "refused with %d, from %s port %d", status, host, port);
    }
}

void log_connection(const struct log *log, const char *host, int port, const char *transport,
                    const char *problem)
{
    if (log->json) {
        begin(log, NULL, "connection");
        line_string("address", host);
        line_number("port", (unsigned long)port);
        line_string("transport", transport);
        line_string("problem", problem);
        line_end();
    } else {
        log_note(log, NULL, "%s port %d, %s: %s", host, port, transport, problem);
    }
}

void log_registration(const struct log *log, const char *event, const char *key, unsigned value)
{
    if (log->json) {
        begin(log, NULL, event);
        if (key != NULL) {
            line_number(key, value);
        }
        line_end();
    } else if (key != NULL) {
        log_note(log, NULL, "%s, %s %u", event, key, value);
    } else {
        log_note(log, NULL, "%s", event);
    }
}

/* The log whose lines were lost: there is one standard output, so there is one log. */
static const struct log *opened;

static void print_loss(FILE *line, unsigned long lost)
{
    double real_s = clock_real_s(opened->clock);

    if (opened->json) {
        fprintf(line, "{\"t\": %.3f, \"real\": %.3f, \"event\": \"lost\", \"lines\": %lu}\n",
                real_s * opened->clock->speed, real_s, lost);
    } else {
        fprintf(line, "%10.3f             *   %lu lines are missing here: nobody read them\n",
                real_s * opened->clock->speed, lost);
    }
}

void log_open(struct log *log)
{
    opened = log;
    out_on_loss(print_loss);
}

void log_free(struct log *log)
{
    out_close();
    seen_free(&log->sent);
    seen_free(&log->received);
}
