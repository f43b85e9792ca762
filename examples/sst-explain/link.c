/* SPDX-License-Identifier: MIT */
#include "link.h"

#include <arpa/inet.h>
#include <pcap/pcap.h>
#include <string.h>

#define IPV4 0x0800u
#define IPV6 0x86ddu
#define TAGS_MAX 4
#define EXTENSIONS_MAX 8

struct bytes {
    const unsigned char *at;
    size_t length;
};

static unsigned big16(const unsigned char *at)
{
    return (unsigned)at[0] << 8 | at[1];
}

static bool skip(struct bytes *bytes, size_t length)
{
    if (bytes->length < length) {
        return false;
    }
    bytes->at += length;
    bytes->length -= length;
    return true;
}

bool link_is_known(int link_type)
{
    switch (link_type) {
    case DLT_EN10MB:
    case DLT_RAW:
    case DLT_IPV4:
    case DLT_IPV6:
    case DLT_NULL:
    case DLT_LOOP:
    case DLT_LINUX_SLL:
    case DLT_LINUX_SLL2:
        return true;
    default:
        return false;
    }
}

/* Skips VLAN tags after an Ethernet type: each is followed by another type. */
static bool skip_tags(struct bytes *bytes, unsigned type)
{
    for (int i = 0; i < TAGS_MAX && (type == 0x8100u || type == 0x88a8u || type == 0x9100u); i++) {
        if (bytes->length < 4) {
            return false;
        }
        type = big16(bytes->at + 2);
        (void)skip(bytes, 4);
    }
    return type == IPV4 || type == IPV6;
}

static bool skip_link(int link_type, struct bytes *bytes)
{
    struct bytes whole = *bytes;

    switch (link_type) {
    case DLT_EN10MB:
        return skip(bytes, 14) && skip_tags(bytes, big16(whole.at + 12));
    case DLT_LINUX_SLL:
        return skip(bytes, 16) && skip_tags(bytes, big16(whole.at + 14));
    case DLT_LINUX_SLL2:
        return skip(bytes, 20) && skip_tags(bytes, big16(whole.at));
    case DLT_NULL:
    case DLT_LOOP:
        return skip(bytes, 4);
    default:
        return true;
    }
}

static enum link_found read_datagram(unsigned protocol, struct bytes bytes, struct packet *packet)
{
    if (protocol == IPPROTO_TCP || protocol == IPPROTO_SCTP) {
        return LINK_STREAM;
    }
    if (protocol != IPPROTO_UDP || bytes.length < 8) {
        return LINK_NOTHING;
    }
    packet->from.port = big16(bytes.at);
    packet->to.port = big16(bytes.at + 2);
    (void)skip(&bytes, 8);
    packet->bytes = (const char *)bytes.at;
    packet->length = bytes.length;
    return LINK_MESSAGE;
}

static void print_ends(int family, const unsigned char *from, const unsigned char *to,
                       struct packet *packet)
{
    if (inet_ntop(family, from, packet->from.host, sizeof packet->from.host) == NULL) {
        packet->from.host[0] = '\0';
    }
    if (inet_ntop(family, to, packet->to.host, sizeof packet->to.host) == NULL) {
        packet->to.host[0] = '\0';
    }
}

static enum link_found read_ipv4(struct bytes bytes, struct packet *packet)
{
    const unsigned char *ip = bytes.at;
    size_t header = (size_t)(ip[0] & 15u) * 4u;
    size_t total = bytes.length >= 20 ? big16(ip + 2) : 0;

    if (header < 20 || bytes.length < header || total < header) {
        return LINK_NOTHING;
    }
    /* The packet can be padded. */
    bytes.length = total < bytes.length ? total : bytes.length;
    if ((big16(ip + 6) & 0x3fffu) != 0) {
        return LINK_FRAGMENT;
    }
    print_ends(AF_INET, ip + 12, ip + 16, packet);
    (void)skip(&bytes, header);
    return read_datagram(ip[9], bytes, packet);
}

static enum link_found read_ipv6(struct bytes bytes, struct packet *packet)
{
    const unsigned char *ip = bytes.at;
    unsigned next = bytes.length >= 40 ? ip[6] : IPPROTO_NONE;

    if (bytes.length < 40) {
        return LINK_NOTHING;
    }
    print_ends(AF_INET6, ip + 8, ip + 24, packet);
    if (bytes.length > 40 + (size_t)big16(ip + 4)) {
        bytes.length = 40 + (size_t)big16(ip + 4);
    }
    (void)skip(&bytes, 40);
    for (int i = 0; i < EXTENSIONS_MAX; i++) {
        if (next == IPPROTO_FRAGMENT) {
            return LINK_FRAGMENT;
        }
        if (next != IPPROTO_HOPOPTS && next != IPPROTO_ROUTING && next != IPPROTO_DSTOPTS) {
            break;
        }
        if (bytes.length < 8) {
            return LINK_NOTHING;
        }
        next = bytes.at[0];
        if (!skip(&bytes, ((size_t)bytes.at[1] + 1u) * 8u)) {
            return LINK_NOTHING;
        }
    }
    return read_datagram(next, bytes, packet);
}

enum link_found link_read(int link_type, const unsigned char *frame, size_t length,
                          struct packet *packet)
{
    struct bytes bytes = {frame, length};

    if (!skip_link(link_type, &bytes) || bytes.length < 1) {
        return LINK_NOTHING;
    }
    switch (bytes.at[0] >> 4) {
    case 4:
        return read_ipv4(bytes, packet);
    case 6:
        return read_ipv6(bytes, packet);
    default:
        return LINK_NOTHING;
    }
}
