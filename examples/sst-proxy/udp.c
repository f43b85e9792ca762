/* SPDX-License-Identifier: MIT */
#include "udp.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "endpoint.h"

static int look_up(const char *host, int port, int family, int flags, struct addrinfo **found)
{
    struct addrinfo hints = {.ai_family = family, .ai_socktype = SOCK_DGRAM, .ai_flags = flags};
    char service[12];

    snprintf(service, sizeof service, "%d", port);
    return getaddrinfo(host, service, &hints, found);
}

static bool is_any(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET6) {
        return IN6_IS_ADDR_UNSPECIFIED(
            &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr);
    }
    return ((const struct sockaddr_in *)(const void *)address)->sin_addr.s_addr ==
           htonl(INADDR_ANY);
}

static bool numeric(const struct sockaddr_storage *address, socklen_t length,
                    char host[UDP_HOST_SIZE], int *port)
{
    char service[8];

    if (getnameinfo((const struct sockaddr *)address, length, host, UDP_HOST_SIZE, service,
                    sizeof service, NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
        return false;
    }
    *port = endpoint_port(service);
    return true;
}

static bool bind_to(struct udp *udp, const struct addrinfo *wanted)
{
    struct sockaddr_storage bound;
    socklen_t length = sizeof bound;
    /* Many calls begin together, and their answers come at once; what does not fit is lost. */
    int buffer = 4 << 20;

    udp->family = wanted->ai_family;
    udp->socket = socket(udp->family, SOCK_DGRAM, 0);
    if (udp->socket < 0) {
        return false;
    }
    setsockopt(udp->socket, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    return bind(udp->socket, wanted->ai_addr, wanted->ai_addrlen) == 0 &&
           getsockname(udp->socket, (struct sockaddr *)&bound, &length) == 0 &&
           numeric(&bound, length, udp->host, &udp->port);
}

bool udp_open(struct udp *udp, const char *host, int port)
{
    struct addrinfo *found;
    int error = look_up(host, port, AF_UNSPEC, AI_PASSIVE, &found);
    bool done = false;

    if (error != 0) {
        fprintf(stderr, "sst-proxy: %s: %s\n", host, gai_strerror(error));
        return false;
    }
    if (is_any(found->ai_addr)) {
        /* Via and Record-Route have to say where this proxy is. */
        fprintf(stderr, "sst-proxy: --bind %s: not an address that others can reach\n", host);
    } else {
        done = bind_to(udp, found);
        if (!done) {
            fprintf(stderr, "sst-proxy: %s port %d: ", host, port);
            perror(NULL);
        }
    }
    freeaddrinfo(found);
    return done;
}

void udp_close(struct udp *udp)
{
    if (udp->socket >= 0) {
        close(udp->socket);
    }
    udp->socket = -1;
}

bool udp_send(const struct udp *udp, const char *host, int port, const char *bytes, size_t length)
{
    struct addrinfo *found;
    bool sent;

    /* Numbers first, so that only names may make the proxy wait for a name server. */
    if (look_up(host, port, udp->family, AI_NUMERICHOST, &found) != 0 &&
        look_up(host, port, udp->family, 0, &found) != 0) {
        return false;
    }
    sent =
        sendto(udp->socket, bytes, length, 0, found->ai_addr, found->ai_addrlen) == (ssize_t)length;
    freeaddrinfo(found);
    return sent;
}

long udp_receive(const struct udp *udp, char *bytes, size_t size, char host[UDP_HOST_SIZE],
                 int *port)
{
    struct sockaddr_storage from;
    socklen_t from_length = sizeof from;
    ssize_t length =
        recvfrom(udp->socket, bytes, size, MSG_DONTWAIT, (struct sockaddr *)&from, &from_length);

    return length >= 0 && numeric(&from, from_length, host, port) ? (long)length : -1;
}
