/* SPDX-License-Identifier: MIT */
/*
 * One UDP socket, and which of our addresses others see.
 *
 * What has arrived is taken out of the socket fast and waits in two lines: that of the calls there
 * are, which goes first, and that of strangers, which is short. So a flood costs its own messages.
 */
#ifndef SST_UA_NET_H
#define SST_UA_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "address.h"
#include "resolver.h"

struct net_datagram {
    struct net_datagram *next;
    struct net_address from;
    char host[NET_HOST_SIZE];
    int port;
    uint32_t stream; /* the connection that it came by; 0: none, so it is a datagram */
    size_t length;
    char bytes[]; /* and a 0, so that it can be read as text */
};

struct net_line {
    struct net_datagram *first; /* in the order of their arrival */
    struct net_datagram *last;
    size_t count;
};

/* Destinations that turned out to be unreachable and were not told yet. */
#define NET_UNREACHABLE 16

struct net {
    int socket;
    int family;
    bool shared; /* set before net_open(): the address may be another node's yet, or still */
    bool any;    /* bound to the wildcard address: ours depends on whom we talk to */
    char host[NET_HOST_SIZE]; /* numeric, without brackets */
    int port;
    struct resolver resolver;
    struct net_line known; /* datagrams of calls, and others */
    struct net_line strangers;
    unsigned long dropped; /* from unknown senders, because there was no room */
    struct net_address unreachable[NET_UNREACHABLE];
    size_t unreachable_count;
    const struct net_address *failing; /* sending there fails just now */

    /* The owner's: whether a datagram, 0 behind it, belongs to a call; where nobody listens. */
    bool (*is_known)(void *user, const char *bytes);
    void (*on_unreachable)(void *user, const struct net_address *to);
    void *user;
};

/* Opens and binds the socket; servers as for resolver_open(). Says on standard error what is wrong
 * and returns false. */
bool net_open(struct net *net, const char *host, int port, const char *servers);

void net_close(struct net *net);

/* Finds an address of the socket's family. */
enum resolved net_resolve(struct net *net, const char *host, int port, uint64_t now_ms,
                          struct net_address *address);

/*
 * Sends a datagram; false where the system refuses to. Takes in what has arrived meanwhile: when
 * thousands of calls refresh at once, the answers to the first come before the last is sent, and
 * the socket would not hold them.
 */
bool net_send(struct net *net, const struct net_address *to, const char *bytes, size_t length);

/* Takes at most so many datagrams out of the socket. */
void net_take_in(struct net *net, int limit);

/* Puts a message that came by another way in line; returns whether it is of a call. */
bool net_deliver(struct net *net, const struct net_address *from, uint32_t stream,
                 const char *bytes, size_t length);

/* The next datagram of a call, or of strangers, to be freed; NULL where there is none. */
struct net_datagram *net_receive(struct net *net);
struct net_datagram *net_receive_stranger(struct net *net);

/* Sockets to watch, the first of them ours; returns how many of 1 + RESOLVER_SOCKETS. */
size_t net_watch(const struct net *net, struct pollfd *sockets);

/* Tells the owner what was found out about names and addresses. */
void net_work(struct net *net, uint64_t now_ms);

/* Our address as seen on the way to another one: the bound one, or the interface's. */
void net_local_host(const struct net *net, const struct net_address *to, char host[NET_HOST_SIZE]);

#endif
