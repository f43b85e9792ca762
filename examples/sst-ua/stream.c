/* SPDX-License-Identifier: MIT */
#include "stream.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "text.h"

/* How much may wait for a peer that does not read. */
#define OUT_MAX ((size_t)256 * 1024)

static bool prepare(int socket)
{
    int yes = 1;
    int flags = fcntl(socket, F_GETFL);

    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    /* Detects, in the end, a peer that disappeared without closing. */
    setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof yes);
    return flags >= 0 && fcntl(socket, F_SETFL, flags | O_NONBLOCK) == 0 &&
           fcntl(socket, F_SETFD, FD_CLOEXEC) == 0;
}

static struct stream *new_stream(enum transport transport, int socket,
                                 const struct net_address *other)
{
    struct stream *stream = memory(sizeof *stream);

    stream->transport = transport;
    stream->socket = socket;
    stream->other = *other;
    if (!prepare(socket) || !address_print(other, stream->host, &stream->port)) {
        stream_free(stream);
        return NULL;
    }
    return stream;
}

struct stream *stream_connect(enum transport transport, const struct net_address *to,
                              const struct net_address *from, const struct tls *tls,
                              const char *name)
{
    int made = socket(to->storage.ss_family, SOCK_STREAM, 0);
    struct stream *stream = made >= 0 ? new_stream(transport, made, to) : NULL;

    if (stream == NULL) {
        return NULL;
    }
    stream->outgoing = true;
    stream->in.asks = true;
    if (transport == TRANSPORT_TLS) {
        stream->name = text_copy(name);
        stream->tls = tls_connect(tls, made, name);
    }
    if ((transport == TRANSPORT_TLS && stream->tls == NULL) ||
        (from->length > 0 &&
         bind(made, (const struct sockaddr *)&from->storage, from->length) != 0) ||
        (connect(made, (const struct sockaddr *)&to->storage, to->length) != 0 &&
         errno != EINPROGRESS)) {
        stream_free(stream);
        return NULL;
    }
    stream->state = STREAM_CONNECTING;
    stream->wants = POLLOUT;
    return stream;
}

struct stream *stream_accept(enum transport transport, int socket, const struct net_address *from,
                             const struct tls *tls)
{
    struct stream *stream = new_stream(transport, socket, from);

    if (stream == NULL) {
        return NULL;
    }
    stream->state = STREAM_OPEN;
    if (transport == TRANSPORT_TLS) {
        stream->tls = tls_accept(tls, socket);
        stream->state = STREAM_SHAKING;
        stream->wants = POLLIN;
        if (stream->tls == NULL) {
            stream_free(stream);
            return NULL;
        }
    }
    return stream;
}

void stream_fail(struct stream *stream, const char *problem)
{
    stream->state = STREAM_CLOSED;
    stream->problem = problem;
}

void stream_free(struct stream *stream)
{
    tls_free(stream->tls);
    close(stream->socket);
    framing_free(&stream->in);
    free(stream->name);
    free(stream->out);
    free(stream);
}

static enum tls_result write_some(struct stream *stream, size_t *written)
{
    ssize_t length;

    if (stream->tls != NULL) {
        return tls_write(stream->tls, stream->out, stream->out_length, written);
    }
    length = send(stream->socket, stream->out, stream->out_length, MSG_NOSIGNAL);
    if (length >= 0) {
        *written = (size_t)length;
        return TLS_DONE;
    }
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? TLS_WANTS_WRITE : TLS_FAILED;
}

static enum tls_result read_some(struct stream *stream, char *at, size_t room, size_t *length)
{
    ssize_t result;

    if (stream->tls != NULL) {
        return tls_read(stream->tls, at, room, length);
    }
    result = recv(stream->socket, at, room, 0);
    if (result >= 0) {
        *length = (size_t)result;
        return result > 0 ? TLS_DONE : TLS_CLOSED;
    }
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? TLS_WANTS_READ : TLS_FAILED;
}

static short wanted(enum tls_result result)
{
    return result == TLS_WANTS_WRITE ? POLLOUT : POLLIN;
}

static void write_out(struct stream *stream)
{
    enum tls_result result = TLS_DONE;
    size_t written;

    while (stream->out_length > 0 && result == TLS_DONE) {
        result = write_some(stream, &written);
        if (result == TLS_DONE) {
            stream->out_length -= written;
            memmove(stream->out, stream->out + written, stream->out_length);
        }
    }
    stream->wants = 0;
    if (result == TLS_FAILED || result == TLS_CLOSED) {
        stream->state = STREAM_CLOSED;
    } else if (stream->out_length > 0) {
        stream->wants = wanted(result);
    }
}

bool stream_send(struct stream *stream, const char *bytes, size_t length)
{
    if (stream->state == STREAM_CLOSED) {
        return false;
    }
    if (stream->out_length + length > OUT_MAX) {
        stream_fail(stream, "too much waits unread");
        return false;
    }
    if (stream->out_room < stream->out_length + length) {
        stream->out_room = stream->out_length + length;
        stream->out = memory_resize(stream->out, stream->out_room);
    }
    memcpy(stream->out + stream->out_length, bytes, length);
    stream->out_length += length;
    if (stream->state == STREAM_OPEN) {
        write_out(stream);
    }
    return stream->state != STREAM_CLOSED;
}

static void go_on_connecting(struct stream *stream)
{
    int error = 0;
    socklen_t size = sizeof error;
    struct pollfd socket = {.fd = stream->socket, .events = POLLOUT};

    if (poll(&socket, 1, 0) != 1) {
        return;
    }
    if (getsockopt(stream->socket, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0) {
        stream_fail(stream, strerror(error));
        return;
    }
    stream->state = stream->tls != NULL ? STREAM_SHAKING : STREAM_OPEN;
}

static void go_on_shaking(struct stream *stream)
{
    enum tls_result result = tls_shake(stream->tls);

    if (result == TLS_DONE) {
        stream->state = STREAM_OPEN;
    } else if (result == TLS_FAILED || result == TLS_CLOSED) {
        stream_fail(stream, tls_problem(stream->tls));
    } else {
        stream->wants = wanted(result);
    }
}

void stream_work(struct stream *stream)
{
    if (stream->state == STREAM_CONNECTING) {
        go_on_connecting(stream);
    }
    if (stream->state == STREAM_SHAKING) {
        go_on_shaking(stream);
    }
    if (stream->state == STREAM_OPEN) {
        stream->opened = true;
        write_out(stream);
    }
}

bool stream_read(struct stream *stream)
{
    enum tls_result result;
    size_t length = 0;
    char *at;
    size_t room = framing_room(&stream->in, &at);

    result = read_some(stream, at, room, &length);
    framing_added(&stream->in, length);
    if (result == TLS_CLOSED || result == TLS_FAILED) {
        stream->state = STREAM_CLOSED;
    }
    stream->unread = result == TLS_DONE;
    return result == TLS_DONE;
}

short stream_events(const struct stream *stream, bool reading)
{
    bool open = stream->state == STREAM_OPEN;

    return (short)((unsigned)stream->wants | (open && reading ? (unsigned)POLLIN : 0u));
}
