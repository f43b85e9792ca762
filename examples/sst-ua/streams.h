/* SPDX-License-Identifier: MIT */
/*
 * All connections: those that this side opens and uses again (RFC 3261 §18.1.1, RFC 5923), and
 * those of others. What strangers can take of it is bounded, in number, in memory and in time; who
 * has no call goes first.
 */
#ifndef SST_UA_STREAMS_H
#define SST_UA_STREAMS_H

#include <poll.h>

#include "stream.h"

#define STREAMS_ACCEPTED_MAX 256
#define STREAMS_CONNECTED_MAX 128

/* Sockets to watch: those, and the one that listens. */
#define STREAMS_SOCKETS (STREAMS_ACCEPTED_MAX + STREAMS_CONNECTED_MAX + 1)

struct streams {
    struct stream *first;
    uint32_t last_id;
    int listener; /* -1: nobody can connect */
    enum transport listening;
    struct net_address local; /* to connect from; of no length where that is the system's choice */
    struct tls_settings tls_settings;
    struct tls tls;         /* made by the owner, or when it is needed first */
    uint64_t keep_alive_ms; /* 0: no pings */
    bool crowded;           /* too much of strangers waits already: theirs is not read */

    /* The owner's. A message came: whether it is of a call. The other end sent something else.
     * A connection is open, or over. */
    bool (*on_message)(void *user, const struct stream *stream, const char *bytes, size_t length);
    void (*on_broken)(void *user, struct stream *stream, const struct framing_piece *piece);
    void (*on_opened)(void *user, const struct stream *stream);
    void (*on_closed)(void *user, const struct stream *stream);
    void *user;
};

/*
 * Listens at an address for TCP, or for TLS where there is a certificate; and is ready to connect
 * from there. Where it cannot listen it says so on standard error, unless quiet, and returns false.
 */
bool streams_open(struct streams *streams, enum transport listening,
                  const struct net_address *address, bool quiet);
void streams_close(struct streams *streams);

/*
 * The connection to an address, a new one where there is none; NULL where that is impossible. name
 * is whom a TLS peer has to be; a number fits any peer that has shown to be there.
 */
struct stream *streams_to(struct streams *streams, enum transport transport,
                          const struct net_address *to, const char *name, uint64_t now_ms);

struct stream *streams_find(struct streams *streams, uint32_t id);

/* Sockets to watch; returns how many of the STREAMS_SOCKETS. */
size_t streams_watch(const struct streams *streams, struct pollfd *sockets);

/* How long streams_work() need not be called, at most limit_ms. */
int streams_wait_ms(const struct streams *streams, uint64_t now_ms, int limit_ms);

/* Reads, writes, accepts, pings, and closes what has to be closed. */
void streams_work(struct streams *streams, uint64_t now_ms);

#endif
