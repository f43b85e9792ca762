/* SPDX-License-Identifier: MIT */
/* All connections: those that we open and reuse (RFC 3261 §18.1.1, RFC 5923), and those that
 * peers open. What strangers can use is limited in number, in memory and in time; peers without
 * a call are dropped first. */
#ifndef SST_UA_STREAMS_H
#define SST_UA_STREAMS_H

#include <poll.h>

#include "stream.h"

#define STREAMS_ACCEPTED_MAX 256
#define STREAMS_CONNECTED_MAX 128

/* Sockets to watch: all connections, and the listener. */
#define STREAMS_SOCKETS (STREAMS_ACCEPTED_MAX + STREAMS_CONNECTED_MAX + 1)

struct streams {
    struct stream *first;
    uint32_t last_id;
    int listener; /* -1: nobody can connect */
    enum transport listening;
    struct net_address local; /* local address for connecting; length 0: the system chooses */
    struct tls_settings tls_settings;
    struct tls tls;         /* created by the owner, or when first needed */
    uint64_t keep_alive_ms; /* 0: no pings */
    bool crowded; /* too many messages of strangers are waiting: their connections are not read */

    /* The owner's callbacks. A message came: returns whether it belongs to a call. The peer sent
     * anything else. A connection is open, or closed. */
    bool (*on_message)(void *user, const struct stream *stream, const char *bytes, size_t length);
    void (*on_broken)(void *user, struct stream *stream, const struct framing_piece *piece);
    void (*on_opened)(void *user, const struct stream *stream);
    void (*on_closed)(void *user, const struct stream *stream);
    void *user;
};

/* Listens for TCP, or for TLS if there is a certificate, and prepares to connect from the same
 * address. If it cannot listen, says so on standard error, unless quiet, and returns false. */
bool streams_open(struct streams *streams, enum transport listening,
                  const struct net_address *address, bool quiet);
void streams_close(struct streams *streams);

/* The connection to an address, a new one if there is none; NULL if that fails. name is the name
 * that a TLS peer must have; a numeric address accepts any peer verified there. */
struct stream *streams_to(struct streams *streams, enum transport transport,
                          const struct net_address *to, const char *name, uint64_t now_ms);

struct stream *streams_find(struct streams *streams, uint32_t id);

/* Sockets to watch; returns how many of the STREAMS_SOCKETS. */
size_t streams_watch(const struct streams *streams, struct pollfd *sockets);

/* How long streams_work() need not be called, at most limit_ms. */
int streams_wait_ms(const struct streams *streams, uint64_t now_ms, int limit_ms);

/* Reads, writes, accepts and pings, and closes connections as needed. */
void streams_work(struct streams *streams, uint64_t now_ms);

#endif
