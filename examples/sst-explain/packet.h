/* SPDX-License-Identifier: MIT */
/* One SIP message from a capture, and the callbacks that take it. */
#ifndef SST_EXPLAIN_PACKET_H
#define SST_EXPLAIN_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HOST_ROOM 48

struct end {
    char host[HOST_ROOM]; /* an address as text */
    unsigned port;        /* 0: not known */
};

struct packet {
    uint64_t at_us;      /* since 1970, or the beginning of a log without dates */
    unsigned long frame; /* its number in the capture, or its line in a log */
    struct end from;
    struct end to;
    bool stream; /* over TCP, */
    bool unsure; /* on which gaps are not reported */
    const char *bytes;
    size_t length;
};

/* What could not be read; the program reports it. */
struct left_out {
    unsigned long fragments; /* IP fragments */
    unsigned long streams;   /* TCP and SCTP segments */
    unsigned long messages;  /* that the parser does not accept as SIP */
};

struct sink {
    void *user;
    void (*take)(void *user, const struct packet *packet);
    /* The capture has reached this time, with or without a message. */
    void (*tick)(void *user, uint64_t at_us);
    /* Something sent from one end to the other is missing here; it has no bytes. */
    void (*lost)(void *user, const struct packet *gap);
    struct left_out *left_out;
};

/* Whether bytes begin like a SIP message. */
bool packet_is_sip(const char *bytes, size_t length);

#endif
