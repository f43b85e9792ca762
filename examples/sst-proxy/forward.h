/* SPDX-License-Identifier: MIT */
/* Sending requests on: to all next hops, with a transaction or without. */
#ifndef SST_PROXY_FORWARD_H
#define SST_PROXY_FORWARD_H

#include "proxy.h"

/* Forwards a context's request (RFC 3261 §16.6), or answers it. */
void forward_request(struct context *context);

/* Forwards an ACK of a 2xx or a CANCEL of nothing known (§16.10, §16.11); takes it over. */
void forward_statelessly(struct proxy *proxy, osip_message_t *request);

#endif
