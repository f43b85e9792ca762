/* SPDX-License-Identifier: MIT */
/* Messages to datagrams and back. */
#ifndef SST_UA_WIRE_H
#define SST_UA_WIRE_H

#include "ua.h"

/* Sends a message, and logs it; true as well where the program has fallen silent. */
bool wire_send(struct ua *ua, osip_message_t *sip, const char *host, int port);

/* Sends a response once more where its Via leads to. */
void wire_send_again(struct ua *ua, osip_message_t *response);

/*
 * Reads and logs a datagram; its sender is in the Via of a request then. NULL where it makes no SIP
 * message.
 */
osip_event_t *wire_read(struct ua *ua, const struct net_datagram *datagram);

#endif
