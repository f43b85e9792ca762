/* SPDX-License-Identifier: MIT */
/* Our requests: building and sending them, and again if they are retried. */
#ifndef SST_UA_REQUESTS_H
#define SST_UA_REQUESTS_H

#include "call.h"

/* Builds a request afresh and sends it with the next CSeq in a new transaction. If that fails,
 * returns false, and the caller ends the request. */
bool request_send(struct request *request);

/* Acknowledges a 2xx to an INVITE and keeps the ACK for retransmissions of the 2xx. invite is
 * the request as sent, for its credentials, and may be NULL; draft is the answer the ACK
 * carries, or NULL. */
void request_ack(struct call *call, osip_message_t *response, osip_message_t *invite,
                 struct sdp_draft *answer);

/* Sends the last ACK again. */
void request_ack_again(struct call *call);

/* Cancels an INVITE that had a provisional response; false if that cannot be sent. */
bool request_cancel(struct request *invite);

#endif
