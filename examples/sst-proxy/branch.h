/* SPDX-License-Identifier: MIT */
/* Client transactions: RFC 3261 §17.1 with RFC 6026, and the timer C of §16. */
#ifndef SST_PROXY_BRANCH_H
#define SST_PROXY_BRANCH_H

#include "proxy.h"
#include "route.h"

/* Adds a branch that will send this request, which it takes over and adds a Via to. */
struct branch *branch_add(struct context *context, osip_message_t *request, const struct hop *hop,
                          const struct sst_proxy_tx *tx);

/* Sends its request for the first time. */
void branch_start(struct branch *branch);

/* The branch that a response belongs to, NULL for none. */
struct branch *branch_find(struct proxy *proxy, osip_message_t *response);

/* Moves the state machine; whether the response is news to the response context. */
bool branch_receive(struct branch *branch, osip_message_t *response);

/* Does what is due; whether the branch has got a final response by it. */
bool branch_work(struct branch *branch, uint64_t now_ms);

uint64_t branch_due_ms(const struct branch *branch);

/* Cancels a branch without final response, as soon as that is allowed (§9.1). */
void branch_cancel(struct branch *branch);

/* There is news of a host's name, or nobody listens at an address: requests for there go on, or
 * have failed (§16.9). */
void branches_resolved(struct proxy *proxy, const char *host);
void branches_unreachable(struct proxy *proxy, const struct net_address *address);

bool branch_is_pending(const struct branch *branch);

void branch_free(struct branch *branch);

/* Times that repeat doubles: due now or later, then after twice the span. */
void repeat_start(struct repeat *repeat, uint64_t now_ms);
void repeat_stop(struct repeat *repeat);
void repeat_next(struct repeat *repeat, uint64_t now_ms, uint64_t longest_ms);

/*
 * What libsst remembers for a 2xx with this To tag; *copy: there was one before. NULL where the
 * branch has had too many.
 */
struct sst_proxy_tx *branch_success(struct branch *branch, const char *tag, bool *copy);

#endif
