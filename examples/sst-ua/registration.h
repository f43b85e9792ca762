/* SPDX-License-Identifier: MIT */
/* Being registered as --from (RFC 3261 §10.2): refreshed in time, tried again, taken back at the
 * end. */
#ifndef SST_UA_REGISTRATION_H
#define SST_UA_REGISTRATION_H

#include "call.h"

/* Begins where --register is given; false where the REGISTER cannot be made. */
bool registration_open(struct ua *ua);
void registration_close(struct ua *ua);

/* Whether calls may be placed: it has come about, or nobody asked for it. */
bool registration_is_good(const struct ua *ua);

/* The calls are over: takes it back. Whether there is nothing to wait for any more. */
bool registration_end(struct ua *ua);

/* From client.h: a response, and the end of a transaction without one. */
void registration_response(struct ua *ua, osip_message_t *response);
void registration_failed(struct ua *ua);

/* A connection is closed: by that of the registration nothing can come any more. */
void registration_closed(struct ua *ua, const struct stream *stream);

/* Does what is due; and when that is, in real time. */
void registration_work(struct ua *ua);
uint64_t registration_due_ms(const struct ua *ua);

#endif
