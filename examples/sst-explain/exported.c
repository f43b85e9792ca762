/* SPDX-License-Identifier: MIT */
#include "exported.h"

#include <arpa/inet.h>

enum tag {
    TAG_END = 0,
    TAG_IPV4_FROM = 20,
    TAG_IPV4_TO = 21,
    TAG_IPV6_FROM = 22,
    TAG_IPV6_TO = 23,
    TAG_TRANSPORT = 24,
    TAG_PORT_FROM = 25,
    TAG_PORT_TO = 26,
    TAG_FRAME = 30
};

#define TRANSPORT_TCP 2u

static unsigned long big32(const unsigned char *at)
{
    return (unsigned long)at[0] << 24 | (unsigned long)at[1] << 16 | (unsigned long)at[2] << 8 |
           at[3];
}

static void print_host(struct end *end, int family, const unsigned char *value, size_t length)
{
    if (length < (family == AF_INET ? 4u : 16u) ||
        inet_ntop(family, value, end->host, sizeof end->host) == NULL) {
        end->host[0] = '\0';
    }
}

static void read_option(unsigned tag, const unsigned char *value, size_t length,
                        struct packet *packet)
{
    switch (tag) {
    case TAG_IPV4_FROM:
        print_host(&packet->from, AF_INET, value, length);
        break;
    case TAG_IPV4_TO:
        print_host(&packet->to, AF_INET, value, length);
        break;
    case TAG_IPV6_FROM:
        print_host(&packet->from, AF_INET6, value, length);
        break;
    case TAG_IPV6_TO:
        print_host(&packet->to, AF_INET6, value, length);
        break;
    case TAG_TRANSPORT:
        packet->stream = length >= 4 && big32(value) == TRANSPORT_TCP;
        break;
    case TAG_PORT_FROM:
        packet->from.port = length >= 4 ? (unsigned)(big32(value) & 0xffffu) : 0;
        break;
    case TAG_PORT_TO:
        packet->to.port = length >= 4 ? (unsigned)(big32(value) & 0xffffu) : 0;
        break;
    case TAG_FRAME:
        packet->frame = length >= 4 ? big32(value) : packet->frame;
        break;
    default:
        break;
    }
}

bool exported_read(const unsigned char *record, size_t length, struct packet *packet)
{
    size_t at = 0;

    while (at + 4 <= length) {
        unsigned tag = (unsigned)record[at] << 8 | record[at + 1];
        size_t size = (size_t)record[at + 2] << 8 | record[at + 3];

        at += 4;
        if (tag == TAG_END) {
            packet->bytes = (const char *)record + at;
            packet->length = length - at;
            return true;
        }
        if (size > length - at) {
            return false;
        }
        read_option(tag, record + at, size, packet);
        at += size;
    }
    return false;
}
