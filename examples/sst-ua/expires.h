/* SPDX-License-Identifier: MIT */
/* Numbers of seconds in registrations. */
#ifndef SST_UA_EXPIRES_H
#define SST_UA_EXPIRES_H

#include <sst/osip.h>

/* The value of a header field; 0 if it is missing or not a number. */
unsigned expires_seconds(osip_message_t *sip, const char *name);

/* How long a registration is valid (RFC 3261 §10.2.4): what the response says at the request's
 * Contact, or for all Contacts, or what was asked for. */
unsigned expires_granted(osip_message_t *request, osip_message_t *response);

#endif
