/* SPDX-License-Identifier: MIT */
/* One UDP socket, and which of our addresses others see.
 *
 * Datagrams are read from the socket early and wait in two queues: one for existing calls, which
 * is served first, and a short one for strangers. So a flood displaces only its own messages. */
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
    uint32_t stream; /* the connection it came on; 0: none, it is a datagram */
    size_t length;
    char bytes[]; /* plus a 0, so that it can be read as text */
};

struct net_line {
    struct net_datagram *first; /* in order of arrival */
    struct net_datagram *last;
    size_t count;
};

/* How many unreachable destinations may wait to be reported. */
#define NET_UNREACHABLE 16

struct net {
    int socket;
    int family;
    bool shared; /* set before net_open(): another node may have the address at present */
    bool any;    /* bound to the wildcard address: our address depends on the peer */
    char host[NET_HOST_SIZE]; /* numeric, without brackets */
    int port;
    struct resolver resolver;
    struct net_line known; /* datagrams of calls, and all others */
    struct net_line strangers;
    unsigned long dropped; /* from unknown senders, for lack of room */
    struct net_address unreachable[NET_UNREACHABLE];
    size_t unreachable_count;
    const struct net_address *failing; /* sending there currently fails */

    /* The owner's callbacks: whether a datagram, followed by a 0, belongs to a call; a
     * destination without a listener. */
    bool (*is_known)(void *user, const char *bytes);
    void (*on_unreachable)(void *user, const struct net_address *to);
    void *user;
};

/* Opens and binds the socket; servers as for resolver_open(). On error says what is wrong on
 * standard error and returns false. */
bool net_open(struct net *net, const char *host, int port, const char *servers);

void net_close(struct net *net);

/* Finds an address of the socket's family. */
enum resolved net_resolve(struct net *net, const char *host, int port, uint64_t now_ms,
                          struct net_address *address);

/* Sends a datagram; false if the system refuses. Also reads what has arrived: when thousands of
 * calls refresh at once, responses to the first arrive before the last is sent, and would
 * overflow the socket. */
bool net_send(struct net *net, const struct net_address *to, const char *bytes, size_t length);

/* Reads at most this many datagrams from the socket. */
void net_take_in(struct net *net, int limit);

/* Queues a message that came another way; returns whether it belongs to a call. */
bool net_deliver(struct net *net, const struct net_address *from, uint32_t stream,
                 const char *bytes, size_t length);

/* The next datagram of a call, or of strangers, to be freed; NULL if there is none. */
struct net_datagram *net_receive(struct net *net);
struct net_datagram *net_receive_stranger(struct net *net);

/* Sockets to watch, ours first; returns how many of 1 + RESOLVER_SOCKETS. */
size_t net_watch(const struct net *net, struct pollfd *sockets);

/* Reports news about names and addresses to the owner. */
void net_work(struct net *net, uint64_t now_ms);

/* Our address as a peer sees it: the bound one, or the interface's. */
void net_local_host(const struct net *net, const struct net_address *to, char host[NET_HOST_SIZE]);

#endif
