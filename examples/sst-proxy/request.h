/* SPDX-License-Identifier: MIT */
/* What becomes of requests: RFC 3261 §16.2 to §16.6, §16.10. */
#ifndef SST_PROXY_REQUEST_H
#define SST_PROXY_REQUEST_H

#include "proxy.h"

/* A request came from there; takes it over. */
void request_receive(struct proxy *proxy, osip_message_t *request, const char *host, int port);

/* Whether its transaction is here already. */
bool request_is_copy(struct proxy *proxy, osip_message_t *request);

#endif
