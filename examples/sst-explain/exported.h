/* SPDX-License-Identifier: MIT */
/*
 * What tshark exports: link type 252, WIRESHARK_UPPER_PDU. Options come before each message, each
 * with a tag, a length and a value: addresses, ports and the frame number.
 */
#ifndef SST_EXPLAIN_EXPORTED_H
#define SST_EXPLAIN_EXPORTED_H

#include "packet.h"

#define LINK_TYPE_EXPORTED 252

/* Fills in everything but the time. @return false if it is not a message, or is cut off */
bool exported_read(const unsigned char *record, size_t length, struct packet *packet);

#endif
