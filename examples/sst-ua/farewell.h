/* SPDX-License-Identifier: MIT */
/* Ending calls, and what comes late: copies of a 2xx, and those of other forks. */
#ifndef SST_UA_FAREWELL_H
#define SST_UA_FAREWELL_H

#include "call.h"

/* How long the peer may repeat what it thinks unheard: 0.5, 1.5 and 3.5 s after it. */
#define COPIES_MS 4500

/* How long what crossed our BYE on its way may take. */
#define CROSSED_MS 500

/*
 * Ends a call, whatever its state: by CANCEL, a refusal or BYE. The reason is the library's, NULL
 * where it is ours.
 */
void farewell(struct call *call, enum call_status status, const char *reason);

/* TIMER_HANGUP, TIMER_CANCEL and TIMER_ACK have come. */
void farewell_hang_up(struct call *call);
void farewell_cancelled(struct call *call);
void farewell_no_ack(struct call *call);

/* From transactions.h: a response that belongs to no transaction. */
void farewell_stray(struct ua *ua, osip_message_t *response);

#endif
