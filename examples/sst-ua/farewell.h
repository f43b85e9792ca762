/* SPDX-License-Identifier: MIT */
/* Ending calls, and late arrivals: retransmissions of a 2xx, and 2xx from other forks. */
#ifndef SST_UA_FAREWELL_H
#define SST_UA_FAREWELL_H

#include "call.h"

/* How long the peer may retransmit what it thinks was lost: 0.5, 1.5 and 3.5 s later. */
#define COPIES_MS 4500

/* How long a message that crossed our BYE may take to arrive. */
#define CROSSED_MS 500

/* Ends a call in any state: by CANCEL, a rejection or BYE. The reason is libsst's, or NULL if
 * the decision was ours. */
void farewell(struct call *call, enum call_status status, const char *reason);

/* TIMER_HANGUP, TIMER_CANCEL and TIMER_ACK have fired. */
void farewell_hang_up(struct call *call);
void farewell_cancelled(struct call *call);
void farewell_no_ack(struct call *call);

/* From transactions.h: a response that belongs to no transaction. */
void farewell_stray(struct ua *ua, osip_message_t *response);

#endif
