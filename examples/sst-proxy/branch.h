/* SPDX-License-Identifier: MIT */
/* Client transactions: RFC 3261 §17.1 with RFC 6026, and Timer C of §16. */
#ifndef SST_PROXY_BRANCH_H
#define SST_PROXY_BRANCH_H

#include "proxy.h"
#include "route.h"

/* Adds a branch for this request, which it takes over and adds a Via to. */
struct branch *branch_add(struct context *context, osip_message_t *request, const struct hop *hop,
                          const struct sst_proxy_tx *tx);

/* Sends the branch's request for the first time. */
void branch_start(struct branch *branch);

/* The branch that a response belongs to, NULL if there is none. */
struct branch *branch_find(struct proxy *proxy, osip_message_t *response);

/* Runs the state machine; returns whether the response is new to the response context. */
bool branch_receive(struct branch *branch, osip_message_t *response);

/* Does what is due; returns whether that gave the branch a final response. */
bool branch_work(struct branch *branch, uint64_t now_ms);

uint64_t branch_due_ms(const struct branch *branch);

/* Cancels a branch without a final response, as soon as that is allowed (§9.1). */
void branch_cancel(struct branch *branch);

/* A host name was resolved, or an address has no listener: requests to it are sent, or fail
 * (§16.9). */
void branches_resolved(struct proxy *proxy, const char *host);
void branches_unreachable(struct proxy *proxy, const struct net_address *address);

bool branch_is_pending(const struct branch *branch);

void branch_free(struct branch *branch);

/* Intervals that double: due now or later, then again after twice the interval. */
void repeat_start(struct repeat *repeat, uint64_t now_ms);
void repeat_stop(struct repeat *repeat);
void repeat_next(struct repeat *repeat, uint64_t now_ms, uint64_t longest_ms);

/* What libsst remembers for a 2xx with this To tag; *copy: there was one before. NULL if the
 * branch has had too many. */
struct sst_proxy_tx *branch_success(struct branch *branch, const char *tag, bool *copy);

#endif
