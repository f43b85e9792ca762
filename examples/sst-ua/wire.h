/* SPDX-License-Identifier: MIT */
/* Messages to datagrams and back. */
#ifndef SST_UA_WIRE_H
#define SST_UA_WIRE_H

#include "ua.h"

enum wire_sent {
    WIRE_SENT,
    WIRE_WAITS, /* a name is being looked up, or a connection opened: as if lost, until then */
    WIRE_FAILED
};

/*
 * Sends a request to the target in use of its path, and logs it; as if sent as well where the
 * program has fallen silent. By a stream each request goes once.
 */
enum wire_sent wire_send(struct ua *ua, osip_message_t *request, struct path *path);

/* Sends a response where its Via leads to: by the connection that the request came by (0: none), or
 * a new one (RFC 3261 §18.2.2). */
enum wire_sent wire_answer(struct ua *ua, osip_message_t *response, uint32_t stream);

/*
 * Reads and logs a datagram; its sender is in the Via of a request then. NULL where it makes no SIP
 * message, or one that was refused.
 */
osip_event_t *wire_read(struct ua *ua, const struct net_datagram *datagram);

/* Refuses a datagram's request without keeping anything of it. */
void wire_refuse(struct ua *ua, const struct net_datagram *datagram, int status, const char *more);

/* The same for what came by a stream, of which it is not known where it ends. */
void wire_refuse_piece(struct ua *ua, struct stream *stream, const struct framing_piece *piece);

#endif
