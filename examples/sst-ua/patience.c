/* SPDX-License-Identifier: MIT */
#include "patience.h"

#include "random.h"

/* Time to connect, for the first message after that, and for the rest of a message that has
 * begun. */
#define CONNECT_MS 10000
#define FIRST_MS 10000
#define MESSAGE_MS 10000

/* A peer that connected and has been silent this long can connect again. */
#define IDLE_MS 1800000

/* RFC 5626 §4.4.1: the answer to a ping. */
#define PONG_MS 10000

/* The time by which the peer, or the network, must act. */
static uint64_t limit_ms(const struct stream *stream, const char **problem)
{
    if (stream->state != STREAM_OPEN) {
        *problem = "no connection in time";
        return stream->used_ms + CONNECT_MS;
    }
    if (stream->begun_ms > 0) {
        *problem = "a message that does not end";
        return stream->begun_ms + MESSAGE_MS;
    }
    if (stream->pong_ms > 0) {
        *problem = "no answer to a keep-alive";
        return stream->pong_ms;
    }
    if (stream->outgoing) {
        return UINT64_MAX;
    }
    *problem = "nothing came";
    return stream->used_ms + (stream->message_ms == 0 ? FIRST_MS : IDLE_MS);
}

uint64_t patience_due_ms(const struct stream *stream)
{
    const char *problem;
    uint64_t due_ms = limit_ms(stream, &problem);

    return stream->ping_ms > 0 && stream->ping_ms < due_ms ? stream->ping_ms : due_ms;
}

/* RFC 5626 §4.4.1: after 80 to 100 % of the time, so that those that began together do not ping
 * together. */
static uint64_t next_ping(uint64_t now_ms, uint64_t keep_alive_ms)
{
    return now_ms + keep_alive_ms - random_number(NULL) % (keep_alive_ms / 5 + 1);
}

void patience_work(struct stream *stream, uint64_t now_ms, uint64_t keep_alive_ms)
{
    const char *problem = NULL;

    if (now_ms >= limit_ms(stream, &problem)) {
        stream_fail(stream, problem);
        return;
    }
    if (!stream->outgoing || stream->state != STREAM_OPEN || keep_alive_ms == 0) {
        return;
    }
    if (stream->ping_ms == 0) {
        stream->ping_ms = next_ping(now_ms, keep_alive_ms);
    } else if (now_ms >= stream->ping_ms) {
        stream->ping_ms = next_ping(now_ms, keep_alive_ms);
        /* Not every server answers pings; one that has answered must go on doing so. */
        stream->pong_ms = stream->pongs ? now_ms + PONG_MS : 0;
        (void)stream_send(stream, "\r\n\r\n", 4);
    }
}
