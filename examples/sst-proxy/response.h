/* SPDX-License-Identifier: MIT */
/* Handling responses: RFC 3261 §16.7, RFC 4028 §8.2. */
#ifndef SST_PROXY_RESPONSE_H
#define SST_PROXY_RESPONSE_H

#include "proxy.h"

/* A response arrived; takes it over. */
void response_receive(struct proxy *proxy, osip_message_t *response);

/* Sends the best final response upstream once every branch has one. */
void response_choose(struct context *context);

#endif
