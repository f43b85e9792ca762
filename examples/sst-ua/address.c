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

bool address_is_any(const struct net_address *address)
{
    struct net_address copy = *address;

    if (copy.storage.ss_family == AF_INET6) {
        return IN6_IS_ADDR_UNSPECIFIED(&ip6(&copy)->sin6_addr);
    }
    return ip4(&copy)->sin_addr.s_addr == htonl(INADDR_ANY);
}

bool address_same(const struct net_address *a, const struct net_address *b)
{
    struct net_address one = *a;
    struct net_address two = *b;

    if (one.length == 0 || one.storage.ss_family != two.storage.ss_family) {
        return false;
    }
    if (one.storage.ss_family == AF_INET6) {
        return ip6(&one)->sin6_port == ip6(&two)->sin6_port &&
               memcmp(&ip6(&one)->sin6_addr, &ip6(&two)->sin6_addr, sizeof(struct in6_addr)) == 0;
    }
    return ip4(&one)->sin_port == ip4(&two)->sin_port &&
           ip4(&one)->sin_addr.s_addr == ip4(&two)->sin_addr.s_addr;
}
