/* SPDX-License-Identifier: MIT */
/* The requests that follow an INVITE hop by hop: the ACK for a failure, and CANCEL. */
#ifndef SST_PROXY_ACK_H
#define SST_PROXY_ACK_H

#include "proxy.h"

/* RFC 3261 §17.1.1.3. Sent, not kept: a retransmitted response triggers another ACK. */
void ack_failure(struct branch *branch, osip_message_t *response);

/* §9.1: the CANCEL of a branch's request. */
osip_message_t *ack_make_cancel(const struct branch *branch);

#endif
