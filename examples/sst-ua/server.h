/* SPDX-License-Identifier: MIT */
/* The peer's requests, dispatched by dialog and method. */
#ifndef SST_UA_SERVER_H
#define SST_UA_SERVER_H

#include "ua.h"

/* From transactions.h: a new request. */
void server_request(struct ua *ua, osip_transaction_t *transaction, osip_message_t *request);

#endif
