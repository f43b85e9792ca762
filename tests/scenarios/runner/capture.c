/* SPDX-License-Identifier: MIT */
/* The capture file: the libpcap format, version 2.4, link type RAW (IPv4 without a link layer). */
#include "capture.h"

#include <stdlib.h>
#include <string.h>

#include "wire.h"
#include "world.h"

#define LINKTYPE_RAW 101u
#define EPOCH_S 1767225600u /* 2026-01-01 */
#define SIP_PORT 5060u
#define IP_LENGTH 20u
#define UDP_LENGTH 8u
#define PACKET_ROOM 8192u

struct capture {
    FILE *file;
    struct wire wire;
    bool failed;
};

static void put32(FILE *file, uint32_t number)
{
    (void)fwrite(&number, sizeof number, 1, file);
}

static void put_big16(unsigned char *at, unsigned number)
{
    at[0] = (unsigned char)(number >> 8);
    at[1] = (unsigned char)(number & 0xffu);
}

struct capture *capture_open(const char *path, const struct story *story)
{
    struct capture *capture = calloc(1, sizeof *capture);
    if (capture == NULL) {
        return NULL;
    }
    capture->wire.story = story;
    capture->file = fopen(path, "wb");
    if (capture->file == NULL) {
        free(capture);
        return NULL;
    }
    /* In this machine's byte order, which the first number shows. */
    put32(capture->file, 0xa1b2c3d4u);
    put32(capture->file, 2u | 4u << 16);
    put32(capture->file, 0);
    put32(capture->file, 0);
    put32(capture->file, PACKET_ROOM);
    put32(capture->file, LINKTYPE_RAW);
    return capture;
}

static void put_address(unsigned char *at, unsigned host)
{
    static const unsigned char net[] = {192, 0, 2};
    memcpy(at, net, sizeof net);
    at[3] = (unsigned char)host;
}

static void put_headers(unsigned char *packet, size_t length, unsigned from, unsigned to)
{
    uint32_t sum = 0;
    packet[0] = 0x45;
    put_big16(packet + 2, (unsigned)length);
    packet[8] = 64; /* time to live */
    packet[9] = 17; /* UDP */
    put_address(packet + 12, from);
    put_address(packet + 16, to);
    for (unsigned i = 0; i < IP_LENGTH; i += 2) {
        sum += (uint32_t)packet[i] << 8 | packet[i + 1];
    }
    sum = (sum & 0xffffu) + (sum >> 16);
    put_big16(packet + 10, ~sum & 0xffffu);
    put_big16(packet + IP_LENGTH, SIP_PORT);
    put_big16(packet + IP_LENGTH + 2, SIP_PORT);
    put_big16(packet + IP_LENGTH + 4, (unsigned)(length - IP_LENGTH)); /* no checksum */
}

void capture_message(struct capture *capture, uint64_t at_ms, const char *from, const char *to,
                     const struct message *message)
{
    unsigned char packet[PACKET_ROOM] = {0};
    const size_t before = IP_LENGTH + UDP_LENGTH;
    size_t length = wire_print(&capture->wire, from, to, message, (char *)packet + before,
                               sizeof packet - before);
    if (length == 0) {
        capture->failed = true;
        return;
    }
    length += before;
    put_headers(packet, length, wire_host(&capture->wire, from), wire_host(&capture->wire, to));
    put32(capture->file, EPOCH_S + (uint32_t)(at_ms / 1000u));
    put32(capture->file, (uint32_t)(at_ms % 1000u) * 1000u);
    put32(capture->file, (uint32_t)length);
    put32(capture->file, (uint32_t)length);
    (void)fwrite(packet, length, 1, capture->file);
}

bool capture_close(struct capture *capture)
{
    bool good = !capture->failed && ferror(capture->file) == 0;
    good = fclose(capture->file) == 0 && good;
    free(capture);
    return good;
}
