/* SPDX-License-Identifier: MIT */
/* Messages to datagrams and back. */
#ifndef SST_UA_WIRE_H
#define SST_UA_WIRE_H

#include "ua.h"

enum wire_sent {
    WIRE_SENT,
    WIRE_WAITS, /* the host's name is being looked up: as if lost, until wire_resolved() */
    WIRE_FAILED
};

/* Sends a message, and logs it; as if sent as well where the program has fallen silent. */
enum wire_sent wire_send(struct ua *ua, osip_message_t *sip, const char *host, int port);

/* Sends a response once more where its Via leads to. */
void wire_send_again(struct ua *ua, osip_message_t *response);

/*
 * Reads and logs a datagram; its sender is in the Via of a request then. NULL where it makes no SIP
 * message, or one that was refused.
 */
osip_event_t *wire_read(struct ua *ua, const struct net_datagram *datagram);

/* Refuses a datagram's request without keeping anything of it. */
void wire_refuse(struct ua *ua, const struct net_datagram *datagram, int status, const char *more);

#endif
