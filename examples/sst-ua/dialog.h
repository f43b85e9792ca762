/* SPDX-License-Identifier: MIT */
/* What libosip2 leaves to users of its dialogs: requests within them, with their route sets and
 * CSeq numbers, and target refresh. */
#ifndef SST_UA_DIALOG_H
#define SST_UA_DIALOG_H

#include "call.h"
#include "hop.h"

/* Begins the dialog with a response that was received, or is about to be sent. */
bool dialog_begin_as_caller(struct call *call, osip_message_t *response);
bool dialog_begin_as_callee(struct call *call, osip_message_t *request, osip_message_t *response);

/* A session refresh, or its 2xx, may give a new remote target (RFC 3261 §12.2). */
void dialog_refresh_target(struct call *call, osip_message_t *sip);

/* A request within the dialog, complete except for what its method needs, and where it goes. */
osip_message_t *dialog_request(struct call *call, const char *method, uint32_t cseq,
                               struct hop *hop);

/* Where the dialog's requests go, which decides our Contact in responses. */
struct hop dialog_hop(struct call *call);

#endif
