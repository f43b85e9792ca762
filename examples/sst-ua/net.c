/* SPDX-License-Identifier: MIT */
#include "net.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "endpoint.h"
#include "text.h"

/* How long a looked-up name is good for; DNS says it better, getaddrinfo() does not tell. */
#define NAME_LIFE_MS 60000

#define DATAGRAM_SIZE 65536

/* So many datagrams are taken in for one that is sent: more than one send brings on. */
#define TAKEN_A_SEND 16

static bool numeric(const struct sockaddr_storage *storage, socklen_t length,
                    char host[NET_HOST_SIZE], int *port)
{
    char service[8];

    if (getnameinfo((const struct sockaddr *)storage, length, host, NET_HOST_SIZE, service,
                    sizeof service, NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
        return false;
    }
    *port = endpoint_port(service);
    return true;
}

static bool is_any(const struct sockaddr_storage *storage)
{
    if (storage->ss_family == AF_INET6) {
        return IN6_IS_ADDR_UNSPECIFIED(&((const struct sockaddr_in6 *)storage)->sin6_addr);
    }
    return ((const struct sockaddr_in *)storage)->sin_addr.s_addr == htonl(INADDR_ANY);
}

static int look_up(const char *host, int family, int flags, struct net_address *address)
{
    struct addrinfo hints = {.ai_family = family, .ai_socktype = SOCK_DGRAM, .ai_flags = flags};
    struct addrinfo *found;
    int error;

    memset(address, 0, sizeof *address);
    error = getaddrinfo(host, NULL, &hints, &found);

    if (error != 0) {
        return error;
    }
    memcpy(&address->storage, found->ai_addr, found->ai_addrlen);
    address->length = found->ai_addrlen;
    freeaddrinfo(found);
    return 0;
}

static void set_port(struct net_address *address, int port)
{
    if (address->storage.ss_family == AF_INET6) {
        ((struct sockaddr_in6 *)&address->storage)->sin6_port = htons((uint16_t)port);
    } else {
        ((struct sockaddr_in *)&address->storage)->sin_port = htons((uint16_t)port);
    }
}

static bool bind_socket(struct net *net, struct net_address *address)
{
    /* Answers to many calls arrive together; what does not fit costs a retransmission. */
    int buffer = 4 << 20;
    int yes = 1;

    net->socket = socket(net->family, SOCK_DGRAM, 0);
    if (net->socket < 0) {
        return false;
    }
    setsockopt(net->socket, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    if (net->family == AF_INET6) {
        setsockopt(net->socket, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes);
    }
    if (bind(net->socket, (const struct sockaddr *)&address->storage, address->length) != 0) {
        return false;
    }
    address->length = sizeof address->storage;
    return getsockname(net->socket, (struct sockaddr *)&address->storage, &address->length) == 0 &&
           numeric(&address->storage, address->length, net->host, &net->port);
}

bool net_open(struct net *net, const char *host, int port)
{
    struct net_address address;
    int error;

    memset(net, 0, sizeof *net);
    net->socket = -1;
    error = look_up(host, AF_UNSPEC, AI_PASSIVE, &address);
    if (error != 0) {
        fprintf(stderr, "sst-ua: %s: %s\n", host, gai_strerror(error));
        return false;
    }
    set_port(&address, port);
    net->family = address.storage.ss_family;
    net->any = is_any(&address.storage);
    if (!bind_socket(net, &address)) {
        fprintf(stderr, "sst-ua: %s port %d: ", host, port);
        perror(NULL);
        return false;
    }
    return true;
}

void net_close(struct net *net)
{
    struct net_datagram *datagram;

    while ((datagram = net->first) != NULL) {
        net->first = datagram->next;
        free(datagram);
    }
    if (net->socket >= 0) {
        close(net->socket);
    }
    net->socket = -1;
    for (size_t i = 0; i < NET_NAMES; i++) {
        free(net->names[i].host);
    }
}

static struct net_name *known_name(struct net *net, const char *host, uint64_t now_ms)
{
    for (size_t i = 0; i < NET_NAMES; i++) {
        if (net->names[i].host != NULL && net->names[i].until_ms > now_ms &&
            strcmp(net->names[i].host, host) == 0) {
            return &net->names[i];
        }
    }
    return NULL;
}

static void remember_name(struct net *net, const char *host, uint64_t now_ms,
                          const struct net_address *address)
{
    struct net_name *name = &net->names[net->next_name];

    net->next_name = (net->next_name + 1) % NET_NAMES;
    free(name->host);
    name->host = text_copy(host);
    name->address = *address;
    name->until_ms = now_ms + NAME_LIFE_MS;
}

bool net_resolve(struct net *net, const char *host, int port, uint64_t now_ms,
                 struct net_address *address)
{
    struct net_name *name = known_name(net, host, now_ms);

    /* URIs and Vias can hold any number, which must not lead to another port. */
    if (port < 1 || port > 65535) {
        return false;
    }
    if (name != NULL) {
        *address = name->address;
    } else {
        if (look_up(host, net->family, 0, address) != 0) {
            address->length = 0;
        }
        remember_name(net, host, now_ms, address);
    }
    if (address->length == 0) {
        return false;
    }
    set_port(address, port);
    return true;
}

/* Takes one datagram out of the socket; false where there is none. */
static bool take_in(struct net *net)
{
    static char bytes[DATAGRAM_SIZE];
    struct sockaddr_storage from;
    socklen_t from_length = sizeof from;
    struct net_datagram *datagram;
    ssize_t length = recvfrom(net->socket, bytes, sizeof bytes, MSG_DONTWAIT,
                              (struct sockaddr *)&from, &from_length);

    if (length < 0) {
        return false;
    }
    /* The 0 behind it is for whoever reads it as text. */
    datagram = memory(sizeof *datagram + (size_t)length + 1);
    datagram->length = (size_t)length;
    memcpy(datagram->bytes, bytes, (size_t)length);
    if (!numeric(&from, from_length, datagram->host, &datagram->port)) {
        free(datagram);
        return true;
    }
    if (net->last != NULL) {
        net->last->next = datagram;
    } else {
        net->first = datagram;
    }
    net->last = datagram;
    return true;
}

bool net_send(struct net *net, const struct net_address *to, const char *bytes, size_t length)
{
    bool sent = sendto(net->socket, bytes, length, 0, (const struct sockaddr *)&to->storage,
                       to->length) == (ssize_t)length;

    for (int i = 0; i < TAKEN_A_SEND && take_in(net); i++) {
    }
    return sent;
}

struct net_datagram *net_receive(struct net *net)
{
    struct net_datagram *datagram;

    if (net->first == NULL) {
        take_in(net);
    }
    datagram = net->first;
    if (datagram != NULL) {
        net->first = datagram->next;
        net->last = net->first != NULL ? net->last : NULL;
    }
    return datagram;
}

void net_local_host(const struct net *net, const struct net_address *to, char host[NET_HOST_SIZE])
{
    struct net_address local = {.length = sizeof local.storage};
    int port;
    int probe;

    memcpy(host, net->host, NET_HOST_SIZE);
    if (!net->any || to == NULL) {
        return;
    }
    /* Connecting a UDP socket sends nothing, but makes the system choose the interface. */
    probe = socket(net->family, SOCK_DGRAM, 0);
    if (probe < 0) {
        return;
    }
    if (connect(probe, (const struct sockaddr *)&to->storage, to->length) != 0 ||
        getsockname(probe, (struct sockaddr *)&local.storage, &local.length) != 0 ||
        !numeric(&local.storage, local.length, host, &port)) {
        memcpy(host, net->host, NET_HOST_SIZE);
    }
    close(probe);
}
