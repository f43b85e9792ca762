/* SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE /* IP_RECVERR */
#include "net.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef __linux__
#include <linux/types.h>
#include <time.h>

#include <linux/errqueue.h>
#endif

#include "text.h"

#define DATAGRAM_SIZE 65536

/* How many datagrams are read for each one sent: more than one send can trigger. */
#define TAKEN_A_SEND 16

/* How many may wait. Those of calls: as many as the socket would hold. */
#define KNOWN_MAX 16384
#define STRANGERS_MAX 512

static bool bind_socket(struct net *net, struct net_address *address)
{
    /* Responses to many calls arrive together; each one that does not fit costs a
     * retransmission. */
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
#ifdef IP_RECVERR
    /* RFC 3261 §18.4: ICMP reports closed ports; an unconnected socket must ask for that. */
    if (net->family == AF_INET6) {
        setsockopt(net->socket, IPPROTO_IPV6, IPV6_RECVERR, &yes, sizeof yes);
    } else {
        setsockopt(net->socket, IPPROTO_IP, IP_RECVERR, &yes, sizeof yes);
    }
#endif
    if (net->shared) {
        /* The last to bind gets what arrives; and the address may only come later. */
        setsockopt(net->socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
#ifdef IP_FREEBIND
        setsockopt(net->socket, IPPROTO_IP, IP_FREEBIND, &yes, sizeof yes);
#endif
    }
    if (bind(net->socket, (const struct sockaddr *)&address->storage, address->length) != 0) {
        return false;
    }
    address->length = sizeof address->storage;
    return getsockname(net->socket, (struct sockaddr *)&address->storage, &address->length) == 0 &&
           address_print(address, net->host, &net->port);
}

/* The local address, which may be a name. Nothing else runs yet, so this may block. */
static int look_up(const char *host, struct net_address *address)
{
    struct addrinfo hints = {.ai_socktype = SOCK_DGRAM, .ai_flags = AI_PASSIVE};
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

bool net_open(struct net *net, const char *host, int port, const char *servers)
{
    struct net_address address;
    int error;

    bool shared = net->shared;

    *net = (struct net){.socket = -1, .shared = shared};
    error = look_up(host, &address);
    if (error != 0) {
        fprintf(stderr, PROGRAM ": %s: %s\n", host, gai_strerror(error));
        return false;
    }
    address_set_port(&address, port);
    net->family = address.storage.ss_family;
    net->any = address_is_any(&address);
    if (!bind_socket(net, &address)) {
        fprintf(stderr, PROGRAM ": %s port %d: ", host, port);
        perror(NULL);
        return false;
    }
    if (!resolver_open(&net->resolver, net->family, servers)) {
        fprintf(stderr, PROGRAM ": %s: not a usable name server\n",
                servers != NULL ? servers : "the system's name servers");
        return false;
    }
    return true;
}

static struct net_datagram *take(struct net_line *line)
{
    struct net_datagram *datagram = line->first;

    if (datagram != NULL) {
        line->first = datagram->next;
        line->last = line->first != NULL ? line->last : NULL;
        line->count--;
    }
    return datagram;
}

static void add(struct net_line *line, struct net_datagram *datagram)
{
    if (line->last != NULL) {
        line->last->next = datagram;
    } else {
        line->first = datagram;
    }
    line->last = datagram;
    line->count++;
}

void net_close(struct net *net)
{
    struct net_datagram *datagram;

    while ((datagram = take(&net->known)) != NULL || (datagram = take(&net->strangers)) != NULL) {
        free(datagram);
    }
    if (net->socket >= 0) {
        close(net->socket);
    }
    net->socket = -1;
    resolver_close(&net->resolver);
}

enum resolved net_resolve(struct net *net, const char *host, int port, uint64_t now_ms,
                          struct net_address *address)
{
    enum resolved result;

    /* URIs and Vias can hold any number, which must not turn into another port. */
    if (port < 1 || port > 65535) {
        return RESOLVE_FAILED;
    }
    result = resolver_find(&net->resolver, host, now_ms, address);
    if (result == RESOLVED) {
        address_set_port(address, port);
    }
    return result;
}

/* Reads one error from the socket; false if there is none. */
static bool take_error(struct net *net)
{
#ifdef IP_RECVERR
    struct net_address *to = &net->unreachable[net->unreachable_count];
    char control[512];
    struct msghdr message = {.msg_control = control, .msg_controllen = sizeof control};

    if (net->unreachable_count == NET_UNREACHABLE) {
        return false;
    }
    memset(to, 0, sizeof *to);
    message.msg_name = &to->storage;
    message.msg_namelen = sizeof to->storage;
    if (recvmsg(net->socket, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) {
        return false;
    }
    for (struct cmsghdr *item = CMSG_FIRSTHDR(&message); item != NULL;
         item = CMSG_NXTHDR(&message, item)) {
        struct sock_extended_err error;

        if (item->cmsg_len < CMSG_LEN(sizeof error)) {
            continue;
        }
        memcpy(&error, CMSG_DATA(item), sizeof error);
        if ((error.ee_origin == SO_EE_ORIGIN_ICMP || error.ee_origin == SO_EE_ORIGIN_ICMP6) &&
            (error.ee_errno == ECONNREFUSED || error.ee_errno == EHOSTUNREACH ||
             error.ee_errno == ENETUNREACH || error.ee_errno == ENOPROTOOPT)) {
            to->length = message.msg_namelen;
        }
    }
    if (to->length > 0) {
        net->unreachable_count++;
    }
    return true;
#else
    (void)net;
    return false;
#endif
}

bool net_deliver(struct net *net, const struct net_address *from, uint32_t stream,
                 const char *bytes, size_t length)
{
    struct net_datagram *datagram = memory(sizeof *datagram + length + 1);
    struct net_line *line;
    bool known;

    datagram->from = *from;
    datagram->stream = stream;
    datagram->length = length;
    memcpy(datagram->bytes, bytes, length);
    known = net->is_known != NULL && net->is_known(net->user, datagram->bytes);
    line = known ? &net->known : &net->strangers;
    if (line->count >= (known ? KNOWN_MAX : STRANGERS_MAX)) {
        net->dropped++;
        free(datagram);
        return known;
    }
    if (!address_print(from, datagram->host, &datagram->port)) {
        free(datagram);
        return known;
    }
    add(line, datagram);
    return known;
}

/* Reads one datagram from the socket; false if there is none. */
static bool take_in(struct net *net)
{
    static char bytes[DATAGRAM_SIZE];
    struct net_address from = {.length = sizeof from.storage};
    ssize_t length = recvfrom(net->socket, bytes, DATAGRAM_SIZE, MSG_DONTWAIT,
                              (struct sockaddr *)&from.storage, &from.length);

    if (length < 0) {
        /* An error from an earlier send comes before what has arrived. */
        return errno != EAGAIN && errno != EWOULDBLOCK && take_error(net);
    }
    (void)net_deliver(net, &from, 0, bytes, (size_t)length);
    return true;
}

void net_take_in(struct net *net, int limit)
{
    while (limit > 0 && take_in(net)) {
        limit--;
    }
}

bool net_send(struct net *net, const struct net_address *to, const char *bytes, size_t length)
{
    bool sent = false;

    if (net->failing != NULL && address_same(net->failing, to)) {
        return false;
    }
    /* The first try may report an error from an earlier send to another address. */
    for (int i = 0; i < 2 && !sent; i++) {
        sent = sendto(net->socket, bytes, length, 0, (const struct sockaddr *)&to->storage,
                      to->length) == (ssize_t)length;
        if (!sent && !take_error(net)) {
            break;
        }
    }
    net_take_in(net, TAKEN_A_SEND);
    return sent;
}

struct net_datagram *net_receive(struct net *net)
{
    return take(&net->known);
}

struct net_datagram *net_receive_stranger(struct net *net)
{
    return take(&net->strangers);
}

size_t net_watch(const struct net *net, struct pollfd *sockets)
{
    sockets[0] = (struct pollfd){.fd = net->socket, .events = POLLIN};
    return 1 + resolver_watch(&net->resolver, sockets + 1);
}

void net_work(struct net *net, uint64_t now_ms)
{
    resolver_work(&net->resolver, now_ms);
    while (take_error(net)) {
    }
    for (size_t i = 0; i < net->unreachable_count && net->on_unreachable != NULL; i++) {
        net->failing = &net->unreachable[i];
        net->on_unreachable(net->user, net->failing);
    }
    net->failing = NULL;
    net->unreachable_count = 0;
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
        !address_print(&local, host, &port)) {
        memcpy(host, net->host, NET_HOST_SIZE);
    }
    close(probe);
}
