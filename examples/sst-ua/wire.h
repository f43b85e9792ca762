/* SPDX-License-Identifier: MIT */
/* From messages to datagrams and back. */
#ifndef SST_UA_WIRE_H
#define SST_UA_WIRE_H

#include "ua.h"

enum wire_sent {
    WIRE_SENT,
    WIRE_WAITS, /* a name is being looked up, or a connection opened: treated as lost until then */
    WIRE_FAILED
};

/* Sends a request to the target in use of its path, and logs it. Also returns success if the
 * program has fallen silent. Over a stream each request is sent once. */
enum wire_sent wire_send(struct ua *ua, osip_message_t *request, struct path *path);

/* Sends a response where its Via leads: on the connection that the request came on (0: none), or
 * on a new one (RFC 3261 §18.2.2). */
enum wire_sent wire_answer(struct ua *ua, osip_message_t *response, uint32_t stream);

/* Reads and logs a datagram, and notes its sender in a request's Via. NULL if it is not a SIP
 * message, or was rejected. */
osip_event_t *wire_read(struct ua *ua, const struct net_datagram *datagram);

/* Rejects a datagram's request without keeping any state. */
void wire_refuse(struct ua *ua, const struct net_datagram *datagram, int status, const char *more);

/* The same for data from a stream whose end is unknown. */
void wire_refuse_piece(struct ua *ua, struct stream *stream, const struct framing_piece *piece);

#endif
