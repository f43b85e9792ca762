/* SPDX-License-Identifier: MIT */
#include "capture.h"

#include <pcap/pcap.h>
#include <string.h>

#include "exported.h"
#include "link.h"

bool capture_is_one(const char *path)
{
    static const unsigned char magics[][4] = {{0xa1, 0xb2, 0xc3, 0xd4}, {0xd4, 0xc3, 0xb2, 0xa1},
                                              {0xa1, 0xb2, 0x3c, 0x4d}, {0x4d, 0x3c, 0xb2, 0xa1},
                                              {0x0a, 0x0d, 0x0d, 0x0a}, {0xa1, 0xb2, 0xcd, 0x34},
                                              {0x34, 0xcd, 0xb2, 0xa1}, {0x1f, 0x8b, 0x08, 0x00}};
    unsigned char start[4] = {0};
    FILE *file = fopen(path, "rb");
    bool found = false;

    if (file == NULL) {
        return false;
    }
    if (fread(start, 1, sizeof start, file) == sizeof start) {
        for (size_t i = 0; i < sizeof magics / sizeof magics[0]; i++) {
            found = found || memcmp(start, magics[i], sizeof start) == 0;
        }
        /* gzip, which tshark can unpack. */
        found = found || memcmp(start, magics[7], 3) == 0;
    }
    fclose(file);
    return found;
}

/* @return whether packet now holds a message */
static bool read_record(int link_type, const unsigned char *bytes, size_t length,
                        struct packet *packet, struct left_out *left_out)
{
    if (link_type == LINK_TYPE_EXPORTED) {
        return exported_read(bytes, length, packet);
    }
    switch (link_read(link_type, bytes, length, packet)) {
    case LINK_MESSAGE:
        return true;
    case LINK_FRAGMENT:
        left_out->fragments++;
        return false;
    case LINK_STREAM:
        left_out->streams++;
        return false;
    case LINK_NOTHING:
        break;
    }
    return false;
}

static bool read_all(pcap_t *pcap, const char *path, const struct sink *sink)
{
    int link_type = pcap_datalink(pcap);
    struct pcap_pkthdr *header;
    const unsigned char *bytes;
    unsigned long frame = 0;
    int status;

    if (link_type != LINK_TYPE_EXPORTED && !link_is_known(link_type)) {
        fprintf(stderr, "sst-explain: %s: link type %d needs tshark\n", path, link_type);
        return false;
    }
    while ((status = pcap_next_ex(pcap, &header, &bytes)) == 1) {
        frame++;
        struct packet packet = {.at_us = (uint64_t)header->ts.tv_sec * 1000000u +
                                         (uint64_t)header->ts.tv_usec,
                                .frame = frame};

        sink->tick(sink->user, packet.at_us);
        if (read_record(link_type, bytes, header->caplen, &packet, sink->left_out) &&
            packet_is_sip(packet.bytes, packet.length)) {
            sink->take(sink->user, &packet);
        }
    }
    if (status != PCAP_ERROR_BREAK) {
        /* What came before the damage is still good. */
        fprintf(stderr, "sst-explain: %s: %s, after frame %lu\n", path, pcap_geterr(pcap), frame);
        return frame > 0;
    }
    return true;
}

bool capture_read(FILE *file, const char *path, const struct sink *sink)
{
    char problem[PCAP_ERRBUF_SIZE];
    pcap_t *pcap = pcap_fopen_offline(file, problem);
    bool good;

    if (pcap == NULL) {
        fprintf(stderr, "sst-explain: %s: %s\n", path, problem);
        fclose(file);
        return false;
    }
    good = read_all(pcap, path, sink);
    pcap_close(pcap);
    return good;
}
