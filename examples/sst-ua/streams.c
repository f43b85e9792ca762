/* SPDX-License-Identifier: MIT */
#include "streams.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "patience.h"
#include "text.h"

/* How many connections are accepted, and messages of one are read, in one turn. */
#define ACCEPTED_A_TURN 64
#define MESSAGES_A_TURN 16

static bool listen_at(struct streams *streams, const struct net_address *address)
{
    int yes = 1;
    int made = socket(address->storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (made < 0) {
        return false;
    }
    /* Connections closed by an earlier run must not block the port. */
    setsockopt(made, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(made, (const struct sockaddr *)&address->storage, address->length) != 0 ||
        listen(made, 64) != 0) {
        close(made);
        return false;
    }
    streams->listener = made;
    return true;
}

bool streams_open(struct streams *streams, enum transport listening,
                  const struct net_address *address, bool quiet)
{
    streams->listener = -1;
    streams->listening = listening;
    if (!address_is_any(address)) {
        streams->local = *address;
        address_set_port(&streams->local, 0);
    }
    if (listening == TRANSPORT_NONE || listen_at(streams, address)) {
        return true;
    }
    if (!quiet) {
        perror(PROGRAM ": cannot listen for connections");
    }
    return false;
}

static void drop(struct streams *streams, struct stream *stream)
{
    struct stream **place = &streams->first;

    while (*place != stream) {
        place = &(*place)->next;
    }
    *place = stream->next;
    stream_free(stream);
}

void streams_close(struct streams *streams)
{
    while (streams->first != NULL) {
        drop(streams, streams->first);
    }
    if (streams->listener >= 0) {
        close(streams->listener);
    }
    streams->listener = -1;
    tls_close(&streams->tls);
}

static void add(struct streams *streams, struct stream *stream, uint64_t now_ms)
{
    stream->id = ++streams->last_id;
    stream->used_ms = now_ms;
    stream->next = streams->first;
    streams->first = stream;
}

/* If there are too many of a kind, closes the one whose last message of a call is oldest, or
 * that never had one. */
static void make_room(struct streams *streams, bool outgoing, size_t limit)
{
    struct stream *least = NULL;
    size_t count = 0;

    for (struct stream *at = streams->first; at != NULL; at = at->next) {
        if (at->outgoing != outgoing || at->state == STREAM_CLOSED) {
            continue;
        }
        count++;
        if (least == NULL || at->call_ms < least->call_ms ||
            (at->call_ms == least->call_ms && at->used_ms < least->used_ms)) {
            least = at;
        }
    }
    if (count >= limit) {
        stream_fail(least, "too many connections");
    }
}

/* Whether a connection leads to the destination of a message. */
static bool fits(const struct stream *stream, enum transport transport,
                 const struct net_address *to, const char *name)
{
    struct net_address number;

    if (stream->state == STREAM_CLOSED || stream->transport != transport ||
        !address_same(&stream->other, to)) {
        return false;
    }
    if (transport == TRANSPORT_TCP) {
        return true;
    }
    /* A peer that connected to us has not shown who it is. Record-Routes have numeric addresses:
     * they mean the peer verified at that address. */
    return stream->outgoing && (address_read(&number, to->storage.ss_family, name) ||
                                strcasecmp(stream->name, name) == 0);
}

struct stream *streams_to(struct streams *streams, enum transport transport,
                          const struct net_address *to, const char *name, uint64_t now_ms)
{
    struct stream *stream = streams->first;

    while (stream != NULL && !fits(stream, transport, to, name)) {
        stream = stream->next;
    }
    if (stream == NULL && (transport == TRANSPORT_TCP || streams->tls.client != NULL ||
                           tls_open(&streams->tls, &streams->tls_settings))) {
        make_room(streams, true, STREAMS_CONNECTED_MAX);
        stream = stream_connect(transport, to, &streams->local, &streams->tls, name);
        if (stream != NULL) {
            add(streams, stream, now_ms);
        }
    }
    return stream;
}

struct stream *streams_find(struct streams *streams, uint32_t id)
{
    struct stream *stream = streams->first;

    while (stream != NULL && (id == 0 || stream->id != id || stream->state == STREAM_CLOSED)) {
        stream = stream->next;
    }
    return stream;
}

static bool may_read(const struct streams *streams, const struct stream *stream)
{
    return !streams->crowded || stream->call_ms > 0 || stream->outgoing;
}

size_t streams_watch(const struct streams *streams, struct pollfd *sockets)
{
    size_t count = 0;

    if (streams->listener >= 0) {
        sockets[count++] = (struct pollfd){.fd = streams->listener, .events = POLLIN};
    }
    for (struct stream *at = streams->first; at != NULL; at = at->next) {
        if (at->state != STREAM_CLOSED) {
            sockets[count++] = (struct pollfd){.fd = at->socket,
                                               .events = stream_events(at, may_read(streams, at))};
        }
    }
    return count;
}

int streams_wait_ms(const struct streams *streams, uint64_t now_ms, int limit_ms)
{
    uint64_t due_ms = now_ms + (uint64_t)limit_ms;

    for (struct stream *at = streams->first; at != NULL; at = at->next) {
        uint64_t its_ms = patience_due_ms(at);

        if (at->state == STREAM_CLOSED || (at->unread && may_read(streams, at))) {
            return 0;
        }
        due_ms = its_ms < due_ms ? its_ms : due_ms;
    }
    return due_ms > now_ms ? (int)(due_ms - now_ms) : 0;
}

static void accept_some(struct streams *streams, uint64_t now_ms)
{
    for (int i = 0; i < ACCEPTED_A_TURN && streams->listener >= 0; i++) {
        struct net_address from = {.length = sizeof from.storage};
        int made = accept(streams->listener, (struct sockaddr *)&from.storage, &from.length);
        struct stream *stream;

        if (made < 0) {
            return;
        }
        make_room(streams, false, STREAMS_ACCEPTED_MAX);
        stream = stream_accept(streams->listening, made, &from, &streams->tls);
        if (stream != NULL) {
            add(streams, stream, now_ms);
        }
    }
}

/* Hands out complete messages; false if the stream has failed. */
static bool give_out(struct streams *streams, struct stream *stream, uint64_t now_ms)
{
    struct framing_piece piece;

    switch (framing_next(&stream->in, &piece)) {
    case FRAMING_MESSAGE:
        stream->message_ms = now_ms;
        stream->begun_ms = 0;
        if (streams->on_message(streams->user, stream, piece.bytes, piece.length)) {
            stream->call_ms = now_ms;
        }
        return true;
    case FRAMING_PING:
        return stream_send(stream, "\r\n", 2);
    case FRAMING_PONG:
        stream->pongs = true;
        return true;
    case FRAMING_BROKEN:
        streams->on_broken(streams->user, stream, &piece);
        stream->state = STREAM_CLOSED;
        return false;
    case FRAMING_MORE:
        break;
    }
    return false;
}

static void read_some(struct streams *streams, struct stream *stream, uint64_t now_ms)
{
    bool more = true;

    for (int i = 0; i < MESSAGES_A_TURN && more && stream->state == STREAM_OPEN; i++) {
        size_t had = stream->in.length;

        more = stream_read(stream);
        if (stream->in.length != had) {
            stream->used_ms = now_ms;
            stream->pong_ms = 0;
        }
        while (give_out(streams, stream, now_ms)) {
        }
        stream->begun_ms = !framing_is_amid(&stream->in) ? 0
                           : stream->begun_ms != 0       ? stream->begun_ms
                                                         : now_ms;
    }
}

static void work(struct streams *streams, struct stream *stream, uint64_t now_ms)
{
    bool opened = stream->opened;

    if (stream->state != STREAM_CLOSED) {
        stream_work(stream);
    }
    if (stream->opened && !opened) {
        streams->on_opened(streams->user, stream);
    }
    if (stream->state == STREAM_OPEN && may_read(streams, stream)) {
        read_some(streams, stream, now_ms);
    }
    if (stream->state != STREAM_CLOSED) {
        patience_work(stream, now_ms, streams->keep_alive_ms);
    }
}

static struct stream *closed(struct streams *streams)
{
    struct stream *stream = streams->first;

    while (stream != NULL && stream->state != STREAM_CLOSED) {
        stream = stream->next;
    }
    return stream;
}

void streams_work(struct streams *streams, uint64_t now_ms)
{
    struct stream *stream;

    accept_some(streams, now_ms);
    for (struct stream *at = streams->first; at != NULL; at = at->next) {
        work(streams, at, now_ms);
    }
    /* The owner may connect again, so start over after each one. */
    while ((stream = closed(streams)) != NULL) {
        streams->on_closed(streams->user, stream);
        drop(streams, stream);
    }
}
