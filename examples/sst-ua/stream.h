/* SPDX-License-Identifier: MIT */
/* One connection, TCP or TLS: what goes through it, never waiting, and what waits to go. */
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
    uint32_t id; /* never used twice; never 0 */
    enum transport transport;
    bool outgoing; /* this side connected */
    enum stream_state state;
    int socket;
    void *tls;                /* NULL: TCP */
    char *name;               /* whom the peer's certificate is for; NULL: nobody's, or TCP */
    struct net_address other; /* the peer */
    char host[NET_HOST_SIZE];
    int port;
    short wants;         /* what poll() is to wait for, besides what there is to read */
    bool unread;         /* there is more, which poll() may not see */
    bool opened;         /* it was open, whatever became of it */
    const char *problem; /* why it is closed; NULL: in good order */

    struct framing in;
    char *out; /* what the socket did not take yet */
    size_t out_length;
    size_t out_room;

    /* Real times; 0 for never. */
    uint64_t used_ms;    /* when something came last, or it was opened */
    uint64_t begun_ms;   /* when the message began that is not complete */
    uint64_t message_ms; /* when a message came last, */
    uint64_t call_ms;    /* and one of a call */
    uint64_t ping_ms;    /* when to ping */
    uint64_t pong_ms;    /* until when the answer has to come */
    bool pongs;          /* the peer answers pings */
};

/* Begins to connect, from a local address where that has a length. NULL where that is impossible at
 * once. name as for tls_connect(). */
struct stream *stream_connect(enum transport transport, const struct net_address *to,
                              const struct net_address *from, const struct tls *tls,
                              const char *name);

/* Takes over a socket that was accepted; NULL where it is closed again. */
struct stream *stream_accept(enum transport transport, int socket, const struct net_address *from,
                             const struct tls *tls);

/* Closes it at once. */
void stream_free(struct stream *stream);

/* Sends, or keeps to be sent; false where the peer has left too much unread. */
bool stream_send(struct stream *stream, const char *bytes, size_t length);

/* Goes on connecting, shaking hands and sending; the state says what came of it. */
void stream_work(struct stream *stream);

/* It is of no use any more, for a reason that stays. */
void stream_fail(struct stream *stream, const char *problem);

/* Takes out what there is room for; false where there is nothing more to read for now. */
bool stream_read(struct stream *stream);

/* What poll() is to wait for. */
short stream_events(const struct stream *stream, bool reading);

#endif
