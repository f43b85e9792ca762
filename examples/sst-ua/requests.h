/* SPDX-License-Identifier: MIT */
/* Own requests: building and sending them, over and over where they are tried again. */
#ifndef SST_UA_REQUESTS_H
#define SST_UA_REQUESTS_H

#include "call.h"

/*
 * Builds a request, anew each time, and sends it with the next CSeq in a new transaction. False
 * where that is not possible; the caller ends the request then.
 */
bool request_send(struct request *request);

/*
 * Acknowledges a 2xx to an INVITE and keeps the ACK for copies of it; invite is what was sent, for
 * its credentials, and may be NULL; an answer may be needed in it, else draft is NULL.
 */
void request_ack(struct call *call, osip_message_t *response, osip_message_t *invite,
                 struct sdp_draft *answer);

/* Sends the last ACK once more. */
void request_ack_again(struct call *call);

/* Cancels an INVITE that had a provisional response; false where it cannot be sent. */
bool request_cancel(struct request *invite);

#endif
