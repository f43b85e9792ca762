/* SPDX-License-Identifier: MIT */
#include "log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "line.h"
#include "out.h"
#include "seen.h"
#include "text.h"
#include "wire.h"

/* The line being written, for people. */
static FILE *line;

/* Entries expire after a minute or two, so that a flood cannot fill it. */
static struct seen seen;

/* Whether a datagram is a retransmission of one logged before. */
static bool is_copy(const struct ua *ua, bool sent, const uint8_t *bytes, size_t length)
{
    uint64_t hash = seen_hash(SEEN_HASH_START + sent, (const char *)bytes, length);

    return seen_add(&seen, hash, clock_real_ms(&ua->clock));
}

static void begin(const struct ua *ua, const char *event)
{
    double real_s = clock_real_s(&ua->clock);

    line_begin();
    line_seconds("t", real_s * ua->clock.speed);
    line_seconds("real", real_s);
    line_string("event", event);
}

static void add_text(const char *key, const struct pl *value)
{
    char *copy = text_copy_part(value->p, value->l);

    line_string(key, copy);
    free(copy);
}

void log_listening(const struct ua *ua)
{
    char address[64];

    sa_ntop(&ua->local, address, sizeof address);
    if (!ua->options.json) {
        line = out_begin();
        fprintf(line, "listening on %s port %u\n", address, sa_port(&ua->local));
        out_end();
        return;
    }
    begin(ua, "listening");
    line_string("address", address);
    line_number("port", sa_port(&ua->local));
    line_end();
}

static void timer_as_json(const struct sip_msg *msg)
{
    struct sst_msg view;

    wire_view(msg, &view);
    if (view.has & SST_MSG_SESSION_EXPIRES) {
        line_number("session_expires", view.session_expires);
        if (view.refresher != SST_REFRESHER_NONE) {
            line_string("refresher", sst_refresher_name((enum sst_refresher)view.refresher));
        }
    }
    if (view.has & SST_MSG_MIN_SE) {
        line_number("min_se", view.min_se);
    }
    if (sip_msg_hdr(msg, SIP_HDR_SUPPORTED) != NULL) {
        line_bool("supported_timer", (view.has & SST_MSG_SUPPORTED_TIMER) != 0);
    }
    if (sip_msg_hdr(msg, SIP_HDR_REQUIRE) != NULL) {
        line_bool("require_timer", (view.has & SST_MSG_REQUIRE_TIMER) != 0);
    }
}

static void message_as_json(const struct ua *ua, bool sent, const struct sip_msg *msg, bool copy)
{
    const struct sip_hdr *reason = sip_msg_hdr(msg, SIP_HDR_REASON);

    begin(ua, sent ? "sent" : "received");
    add_text("call", &msg->callid);
    if (msg->req) {
        add_text("method", &msg->met);
    } else {
        line_number("status", msg->scode);
    }
    line_number("cseq", msg->cseq.num);
    add_text("cseq_method", &msg->cseq.met);
    line_bool("copy", copy);
    timer_as_json(msg);
    if (reason != NULL && msg->req && pl_strcmp(&msg->met, "BYE") == 0) {
        add_text("reason", &reason->val);
    }
    line_end();
}

/* The start of a line for people. */
static void start_line(const struct ua *ua, const char *mark)
{
    line = out_begin();
    fprintf(line, "%10.3f  %s  ", clock_real_s(&ua->clock) * ua->clock.speed, mark);
}

static void message_as_text(const struct ua *ua, bool sent, const struct sip_msg *msg, bool copy)
{
    const struct sip_hdr *expires = sip_msg_hdr(msg, SIP_HDR_SESSION_EXPIRES);
    const struct sip_hdr *minimum = sip_msg_hdr(msg, SIP_HDR_MIN_SE);

    start_line(ua, sent ? "-->" : "<--");
    if (!msg->req) {
        fprintf(line, "%u (", msg->scode);
    }
    fprintf(line, "%.*s %lu%s%s", (int)msg->cseq.met.l, msg->cseq.met.p,
            (unsigned long)msg->cseq.num, msg->req ? "" : ")", copy ? "  copy" : "");
    if (expires != NULL) {
        fprintf(line, "  Session-Expires: %.*s", (int)expires->val.l, expires->val.p);
    }
    if (minimum != NULL) {
        fprintf(line, "  Min-SE: %.*s", (int)minimum->val.l, minimum->val.p);
    }
    putc('\n', line);
    out_end();
}

void log_datagram(bool sent, enum sip_transp transport, const struct sa *source,
                  const struct sa *destination, const uint8_t *bytes, size_t length, void *arg)
{
    struct mbuf *copy = mbuf_alloc(length);
    const struct ua *ua = arg;
    struct sip_msg *msg;

    (void)transport;
    (void)source;
    (void)destination;
    if (copy != NULL && mbuf_write_mem(copy, bytes, length) == 0) {
        copy->pos = 0;
        if (sip_msg_decode(&msg, copy) == 0) {
            bool again = is_copy(ua, sent, bytes, length);

            if (ua->options.json) {
                message_as_json(ua, sent, msg, again);
            } else {
                message_as_text(ua, sent, msg, again);
            }
            mem_deref(msg);
        }
    }
    mem_deref(copy);
}

static void event_as_json(const struct ua *ua, const struct sst_event *event)
{
    begin(ua, sst_event_name(event->type));
    line_string("call", ua->call.call_id != NULL ? ua->call.call_id : "");
    if (event->type == SST_EVENT_NEGOTIATED || event->type == SST_EVENT_REFRESHED) {
        line_number("interval", event->interval);
        line_string("refresher", sst_side_name(event->side));
    } else if (event->type == SST_EVENT_REFRESH) {
        line_string("method", sst_method_name(event->method));
    } else if (event->type == SST_EVENT_VIOLATION) {
        line_string("name", sst_violation_name(event->violation));
    } else if (event->type == SST_EVENT_ENDED) {
        line_string("reason", sst_end_reason_name(event->reason));
    }
    line_end();
}

void log_event(const struct ua *ua, const struct sst_event *event)
{
    if (!ua->options.json) {
        start_line(ua, " * ");
        fprintf(line, "%s: %lu s, refresher %s\n", sst_event_name(event->type),
                (unsigned long)event->interval, sst_side_name(event->side));
        out_end();
    } else if (event->type != SST_EVENT_REFUSED) {
        event_as_json(ua, event);
    }
}

void log_free(void)
{
    seen_free(&seen);
    out_close();
}
