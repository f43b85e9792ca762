/* SPDX-License-Identifier: MIT */
/* Our requests: what they are for, and what their responses lead to. */
#ifndef SST_UA_CLIENT_H
#define SST_UA_CLIENT_H

#include "call.h"

/* Places one more call; false if its INVITE cannot be sent. */
bool client_call(struct ua *ua);

/* libsst asks for a refresh. If it cannot be sent, libsst is told. */
void client_refresh(struct call *call, enum sst_method method, bool with_offer);

/* TIMER_HOLD has fired. */
void client_hold(struct call *call);

/* From transactions.h: a response, and the end of a transaction without one. */
void client_response(struct ua *ua, osip_transaction_t *transaction, osip_message_t *response);
void client_failed(struct ua *ua, osip_transaction_t *transaction, enum sst_osip_event what);

#endif
