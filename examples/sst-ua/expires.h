/* SPDX-License-Identifier: MIT */
/* Numbers of seconds in registrations. */
#ifndef SST_UA_EXPIRES_H
#define SST_UA_EXPIRES_H

#include <sst/osip.h>

/* What a header field says; 0 where it is not there, or no number. */
unsigned expires_seconds(osip_message_t *sip, const char *name);

/* For how long a registration is good (RFC 3261 §10.2.4): what the response says at the Contact of
 * the request, or for all, or what was asked for. */
unsigned expires_granted(osip_message_t *request, osip_message_t *response);

#endif
