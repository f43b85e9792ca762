/* SPDX-License-Identifier: MIT */
/* The peer's INVITEs: accepting calls, re-INVITEs, and what happens from the 2xx to its ACK. */
#ifndef SST_UA_CALLEE_H
#define SST_UA_CALLEE_H

#include "reply.h"

/* An INVITE for us: it rings, is answered, or is rejected and then never becomes a call. */
void callee_take(struct ua *ua, osip_transaction_t *transaction, osip_message_t *request,
                 const char *call_id);

/* An INVITE within a dialog. */
void callee_reinvite(const struct question *question);

/* Answers the call with 200. TIMER_RING has fired. */
void callee_answer(struct call *call);

/* TIMER_2XX has fired. */
void callee_answer_again(struct call *call);

/* Rejects the INVITE of a ringing call; the caller sets the exit status. */
void callee_refuse(struct call *call, int status);

/* The call whose last INVITE a CANCEL or a retransmission belongs to, NULL if there is none. */
struct call *callee_find(struct ua *ua, osip_message_t *sip, const char *call_id);

/* Whether an INVITE that belongs to no transaction is a retransmission of one that had its 2xx.
 * It is absorbed (RFC 6026 §7.1): that 2xx is repeated until its ACK anyway. */
bool callee_copy(struct ua *ua, osip_message_t *invite);

/* An ACK that belongs to no transaction: for a 2xx. */
void callee_ack(struct ua *ua, osip_message_t *ack);

#endif
