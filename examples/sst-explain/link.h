/* SPDX-License-Identifier: MIT */
/* Finds the UDP datagram in a frame, for captures that tshark does not read for us. */
#ifndef SST_EXPLAIN_LINK_H
#define SST_EXPLAIN_LINK_H

#include "packet.h"

enum link_found {
    LINK_NOTHING,  /* nothing of interest */
    LINK_MESSAGE,  /* packet->bytes is the payload of a datagram */
    LINK_FRAGMENT, /* a piece of a datagram */
    LINK_STREAM    /* a piece of a TCP or SCTP stream */
};

/* Whether frames of this libpcap link type can be read. */
bool link_is_known(int link_type);

/* Fills in from, to, bytes and length. bytes points into the frame. */
enum link_found link_read(int link_type, const unsigned char *frame, size_t length,
                          struct packet *packet);

#endif
