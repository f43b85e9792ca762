/* SPDX-License-Identifier: MIT */
/* One connection, TCP or TLS: reading and writing without blocking, and the output that waits. */
#ifndef SST_UA_STREAM_H
#define SST_UA_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "address.h"
#include "framing.h"
#include "tls.h"
#include "transport.h"

enum stream_state { STREAM_CONNECTING, STREAM_SHAKING, STREAM_OPEN, STREAM_CLOSED };

struct stream {
    struct stream *next;
    uint32_t id; /* never reused; never 0 */
    enum transport transport;
    bool outgoing; /* we connected */
    enum stream_state state;
    int socket;
    void *tls;                /* NULL: TCP */
    char *name;               /* the name in the peer's certificate; NULL: none, or TCP */
    struct net_address other; /* the peer */
    char host[NET_HOST_SIZE];
    int port;
    short wants;         /* what poll() waits for, besides input */
    bool unread;         /* there is more to read, which poll() may not see */
    bool opened;         /* it was open at some time */
    const char *problem; /* why it is closed; NULL: closed normally */

    struct framing in;
    char *out; /* what the socket did not take yet */
    size_t out_length;
    size_t out_room;

    /* Real times; 0: never. */
    uint64_t used_ms;    /* when something was last received, or it was opened */
    uint64_t begun_ms;   /* when the incomplete message began */
    uint64_t message_ms; /* when a message was last received, */
    uint64_t call_ms;    /* and one of a call */
    uint64_t ping_ms;    /* when to ping */
    uint64_t pong_ms;    /* when the pong is due */
    bool pongs;          /* the peer answers pings */
};

/* Begins to connect, from a local address if that has a length. NULL if that fails at once. name
 * is as for tls_connect(). */
struct stream *stream_connect(enum transport transport, const struct net_address *to,
                              const struct net_address *from, const struct tls *tls,
                              const char *name);

/* Takes over an accepted socket; NULL if it was closed again. */
struct stream *stream_accept(enum transport transport, int socket, const struct net_address *from,
                             const struct tls *tls);

/* Closes it at once. */
void stream_free(struct stream *stream);

/* Sends, or queues for sending; false if the peer has left too much unread. */
bool stream_send(struct stream *stream, const char *bytes, size_t length);

/* Goes on connecting, handshaking and sending; the state shows the result. */
void stream_work(struct stream *stream);

/* Marks the connection as failed; the reason must stay valid. */
void stream_fail(struct stream *stream, const char *problem);

/* Reads as much as fits; false if there is nothing more to read for now. */
bool stream_read(struct stream *stream);

/* What poll() should wait for. */
short stream_events(const struct stream *stream, bool reading);

#endif
