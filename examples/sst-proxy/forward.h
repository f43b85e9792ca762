/* SPDX-License-Identifier: MIT */
/* Forwarding requests: to all next hops, with or without a transaction. */
#ifndef SST_PROXY_FORWARD_H
#define SST_PROXY_FORWARD_H

#include "proxy.h"

/* Forwards a context's request (RFC 3261 §16.6), or answers it. */
void forward_request(struct context *context);

/* Forwards an ACK for a 2xx, or a CANCEL for an unknown request (§16.10, §16.11); takes it over. */
void forward_statelessly(struct proxy *proxy, osip_message_t *request);

#endif
