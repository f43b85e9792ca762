/* SPDX-License-Identifier: MIT */
/* One UDP socket, names to addresses, and which of our addresses others see. */
#ifndef SST_UA_NET_H
#define SST_UA_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* Room for a numeric address, with a zone, terminator included. */
#define NET_HOST_SIZE 64

struct net_address {
    struct sockaddr_storage storage;
    socklen_t length;
};

/* A name that was looked up lately, in vain where the address has no length. */
struct net_name {
    char *host;
    struct net_address address; /* without port */
    uint64_t until_ms;
};

#define NET_NAMES 32

/* A datagram that was taken out of the socket before anyone wanted it. */
struct net_datagram {
    struct net_datagram *next;
    char host[NET_HOST_SIZE];
    int port;
    size_t length;
    char bytes[];
};

struct net {
    int socket;
    int family;
    bool any;                 /* bound to the wildcard address: ours depends on whom we talk to */
    char host[NET_HOST_SIZE]; /* numeric, without brackets */
    int port;
    struct net_name names[NET_NAMES];
    size_t next_name;
    struct net_datagram *first; /* in the order of their arrival */
    struct net_datagram *last;
};

/* Opens and binds the socket. Says on standard error what is wrong and returns false. */
bool net_open(struct net *net, const char *host, int port);

void net_close(struct net *net);

/*
 * Finds an address of the socket's family. Names are asked for again after a minute of real time,
 * and those that were not found as well: the question to the name server may take a while.
 */
bool net_resolve(struct net *net, const char *host, int port, uint64_t now_ms,
                 struct net_address *address);

/*
 * Sends a datagram; false where the system refuses to. Takes in what has arrived meanwhile: when
 * thousands of calls refresh at once, the answers to the first come before the last is sent, and
 * the socket would not hold them.
 */
bool net_send(struct net *net, const struct net_address *to, const char *bytes, size_t length);

/* Takes the next datagram that has arrived, to be freed; NULL where there is none. */
struct net_datagram *net_receive(struct net *net);

/* Our address as seen on the way to another one: the bound one, or the interface's. */
void net_local_host(const struct net *net, const struct net_address *to, char host[NET_HOST_SIZE]);

#endif
