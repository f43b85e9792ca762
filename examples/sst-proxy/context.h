/* SPDX-License-Identifier: MIT */
/* Server transactions (RFC 3261 §17.2, RFC 6026 §7.1), and what happened to their requests. */
#ifndef SST_PROXY_CONTEXT_H
#define SST_PROXY_CONTEXT_H

#include "proxy.h"
#include "route.h"

/* Begins a server transaction; takes the request over. */
struct context *context_new(struct proxy *proxy, osip_message_t *request);

/* The context with this key, NULL if there is none. It is checked in this turn, as after
 * context_touch(). */
struct context *context_find(struct proxy *proxy, const char *key);

/* Whether there is one with this Call-ID: its retransmitted request, or its CANCEL, does not
 * come from a stranger. */
bool context_has_call(const struct proxy *proxy, const char *call_id);

/* Something may have changed: contexts_work() checks it in this turn, and when it is due next. */
void context_touch(struct context *context);

/* Sends a response upstream; takes it over. */
void context_send(struct context *context, osip_message_t *response);

/* The same with a response of our own. */
void context_answer(struct context *context, int status, const struct field *field);

/* A retransmission of the request arrived. */
void context_repeat(struct context *context);

/* The ACK for a failure arrived. */
void context_acknowledged(struct context *context);

/* Cancels all branches without a final response. */
void context_cancel(struct context *context);

/* Does what is due and frees those that are over. */
void contexts_work(struct proxy *proxy);

uint64_t contexts_due_ms(const struct proxy *proxy);

void contexts_free(struct proxy *proxy);

#endif
