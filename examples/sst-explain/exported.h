/* SPDX-License-Identifier: MIT */
/*
 * What tshark exports: link type 252, WIRESHARK_UPPER_PDU. Before each message stand options: a
 * tag, a length and a value each, for addresses, ports and the frame that it was in.
 */
#ifndef SST_EXPLAIN_EXPORTED_H
#define SST_EXPLAIN_EXPORTED_H

#include "packet.h"

#define LINK_TYPE_EXPORTED 252

/* Fills in all but the time. @return false where it is no message, or is cut off */
bool exported_read(const unsigned char *record, size_t length, struct packet *packet);

#endif
