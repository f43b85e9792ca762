/* SPDX-License-Identifier: MIT */
/*
 * What libosip2's dialogs leave to their owner: requests within them, with their route sets and
 * CSeq numbers, and target refresh.
 */
#ifndef SST_UA_DIALOG_H
#define SST_UA_DIALOG_H

#include "call.h"
#include "hop.h"

/* The dialog begins with a response that came, or one that is about to be sent. */
bool dialog_begin_as_caller(struct call *call, osip_message_t *response);
bool dialog_begin_as_callee(struct call *call, osip_message_t *request, osip_message_t *response);

/* A session refresh, or its 2xx, may say that the peer is elsewhere now (RFC 3261 §12.2). */
void dialog_refresh_target(struct call *call, osip_message_t *sip);

/* A request within the dialog, with all but what its method needs, and where it goes. */
osip_message_t *dialog_request(struct call *call, const char *method, uint32_t cseq,
                               struct hop *hop);

/* Where the dialog's requests go, for our Contact in responses. */
struct hop dialog_hop(struct call *call);

#endif
