/* SPDX-License-Identifier: MIT */
/* Handling requests: RFC 3261 §16.2 to §16.6, §16.10. */
#ifndef SST_PROXY_REQUEST_H
#define SST_PROXY_REQUEST_H

#include "proxy.h"

/* A request arrived from this address; takes it over. */
void request_receive(struct proxy *proxy, osip_message_t *request, const char *host, int port);

/* Whether its transaction already exists. */
bool request_is_copy(struct proxy *proxy, osip_message_t *request);

#endif
