/* SPDX-License-Identifier: MIT */
/* Registers as --from (RFC 3261 §10.2): refreshes in time, tries again, and unregisters at the
 * end. */
#ifndef SST_UA_REGISTRATION_H
#define SST_UA_REGISTRATION_H

#include "call.h"

/* Begins if --register is given; false if the REGISTER cannot be built. */
bool registration_open(struct ua *ua);
void registration_close(struct ua *ua);

/* Whether calls may be placed: registered, or no registration was asked for. */
bool registration_is_good(const struct ua *ua);

/* The calls are over: unregisters. Returns whether there is nothing left to wait for. */
bool registration_end(struct ua *ua);

/* From client.h: a response, and the end of a transaction without one. */
void registration_response(struct ua *ua, osip_message_t *response);
void registration_failed(struct ua *ua);

/* A connection was closed: if the registration was made on it, nothing can arrive any more. */
void registration_closed(struct ua *ua, const struct stream *stream);

/* Does what is due; and when that is, in real time. */
void registration_work(struct ua *ua);
uint64_t registration_due_ms(const struct ua *ua);

#endif
