/* SPDX-License-Identifier: MIT */
/* Converts libre's messages for libsst, and libsst's header fields for libre. */
#ifndef SST_RE_UA_WIRE_H
#define SST_RE_UA_WIRE_H

#include "ua.h"

/* Room for the header fields of one message. */
#define WIRE_TEXT 512

/* Header fields that go into every INVITE, UPDATE and 2xx to them. */
#define WIRE_ALLOW "Allow: INVITE, ACK, CANCEL, BYE, UPDATE\r\n"

void wire_view(const struct sip_msg *msg, struct sst_msg *view);

/* As text, one field a line. */
void wire_print(const struct sst_headers *headers, char text[WIRE_TEXT]);

/* The session description, which never changes; NULL if there is no memory. */
struct mbuf *wire_sdp(const struct ua *ua);

/* Whether an offer asks for hold, which this example does not support. */
bool wire_is_hold(const struct sip_msg *msg);

/* The reason phrase for a status that libsst advises, or that this example sends. */
const char *wire_phrase(unsigned status);

#endif
