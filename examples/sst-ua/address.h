/* SPDX-License-Identifier: MIT */
/* Socket addresses, and their numbers as text. */
#ifndef SST_UA_ADDRESS_H
#define SST_UA_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

/* Room for a numeric address, with a zone, terminator included. */
#define NET_HOST_SIZE 64

struct net_address {
    struct sockaddr_storage storage;
    socklen_t length; /* 0: none */
};

/* Reads a numeric address without a lookup; the port is 0. */
bool address_read(struct net_address *address, int family, const char *host);

bool address_print(const struct net_address *address, char host[NET_HOST_SIZE], int *port);

void address_set_port(struct net_address *address, int port);

/* Whether it is the wildcard address. */
bool address_is_any(const struct net_address *address);

/* Whether two addresses are equal, ports included. */
bool address_same(const struct net_address *a, const struct net_address *b);

#endif
