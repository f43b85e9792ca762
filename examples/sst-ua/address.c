/* SPDX-License-Identifier: MIT */
#include "address.h"

#include <netdb.h>
#include <netinet/in.h>
#include <string.h>

#include "endpoint.h"

static struct sockaddr_in *ip4(struct net_address *address)
{
    return (struct sockaddr_in *)&address->storage;
}

static struct sockaddr_in6 *ip6(struct net_address *address)
{
    return (struct sockaddr_in6 *)&address->storage;
}

bool address_read(struct net_address *address, int family, const char *host)
{
    struct addrinfo hints = {
        .ai_family = family, .ai_socktype = SOCK_DGRAM, .ai_flags = AI_NUMERICHOST};
    struct addrinfo *found;

    memset(address, 0, sizeof *address);
    if (getaddrinfo(host, NULL, &hints, &found) != 0) {
        return false;
    }
    memcpy(&address->storage, found->ai_addr, found->ai_addrlen);
    address->length = found->ai_addrlen;
    freeaddrinfo(found);
    return true;
}

bool address_print(const struct net_address *address, char host[NET_HOST_SIZE], int *port)
{
    char service[8];

    if (getnameinfo((const struct sockaddr *)&address->storage, address->length, host,
                    NET_HOST_SIZE, service, sizeof service, NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
        return false;
    }
    *port = endpoint_port(service);
    return true;
}

void address_set_port(struct net_address *address, int port)
{
    if (address->storage.ss_family == AF_INET6) {
        ip6(address)->sin6_port = htons((uint16_t)port);
    } else {
        ip4(address)->sin_port = htons((uint16_t)port);
    }
}

/* Copies, because storage of one family may not be accessed as an object of another. */
static struct sockaddr_in read4(const struct net_address *address)
{
    struct sockaddr_in copy;

    memcpy(&copy, &address->storage, sizeof copy);
    return copy;
}

static struct sockaddr_in6 read6(const struct net_address *address)
{
    struct sockaddr_in6 copy;

    memcpy(&copy, &address->storage, sizeof copy);
    return copy;
}

bool address_is_any(const struct net_address *address)
{
    struct sockaddr_in6 six = read6(address);

    if (address->storage.ss_family == AF_INET6) {
        return IN6_IS_ADDR_UNSPECIFIED(&six.sin6_addr);
    }
    return read4(address).sin_addr.s_addr == htonl(INADDR_ANY);
}

bool address_same(const struct net_address *a, const struct net_address *b)
{
    struct sockaddr_in6 six[2] = {read6(a), read6(b)};
    struct sockaddr_in four[2] = {read4(a), read4(b)};

    if (a->length == 0 || a->storage.ss_family != b->storage.ss_family) {
        return false;
    }
    if (a->storage.ss_family == AF_INET6) {
        return six[0].sin6_port == six[1].sin6_port &&
               memcmp(&six[0].sin6_addr, &six[1].sin6_addr, sizeof(struct in6_addr)) == 0;
    }
    return four[0].sin_port == four[1].sin_port &&
           four[0].sin_addr.s_addr == four[1].sin_addr.s_addr;
}
