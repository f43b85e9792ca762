/* SPDX-License-Identifier: MIT */
/* One UDP socket, bound to an address that others can reach. */
#ifndef SST_PROXY_UDP_H
#define SST_PROXY_UDP_H

#include <stdbool.h>
#include <stddef.h>

/* Room for a numeric address, with a zone, terminator included. */
#define UDP_HOST_SIZE 64

struct udp {
    int socket;
    int family;
    char host[UDP_HOST_SIZE]; /* numeric, without brackets */
    int port;
};

/* Opens and binds the socket. Says on standard error what is wrong and returns false. */
bool udp_open(struct udp *udp, const char *host, int port);

void udp_close(struct udp *udp);

/* Sends a datagram; false where the host has no address or the system refuses. */
bool udp_send(const struct udp *udp, const char *host, int port, const char *bytes, size_t length);

/* Takes a datagram that has arrived; its length, or -1 where there is none. */
long udp_receive(const struct udp *udp, char *bytes, size_t size, char host[UDP_HOST_SIZE],
                 int *port);

#endif
