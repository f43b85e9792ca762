/* SPDX-License-Identifier: MIT */
/* From a frame to the UDP datagram in it, for captures that tshark does not read for us. */
#ifndef SST_EXPLAIN_LINK_H
#define SST_EXPLAIN_LINK_H

#include "packet.h"

enum link_found {
    LINK_NOTHING,  /* nothing of interest */
    LINK_MESSAGE,  /* packet->bytes is what a datagram carries */
    LINK_FRAGMENT, /* a piece of a datagram */
    LINK_STREAM    /* a piece of a TCP or SCTP stream */
};

/* Whether frames of this link type, a number of libpcap's, can be read. */
bool link_is_known(int link_type);

/* Fills in from, to, bytes and length. The bytes are those of the frame. */
enum link_found link_read(int link_type, const unsigned char *frame, size_t length,
                          struct packet *packet);

#endif
