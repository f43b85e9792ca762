/* SPDX-License-Identifier: MIT */
/* The peer's UPDATE and re-INVITE. libre 1.1 answers an UPDATE with 501, and its response to a
 * re-INVITE takes no header fields. So our own listener comes before those of its sipsess. */
#ifndef SST_RE_UA_ANSWER_H
#define SST_RE_UA_ANSWER_H

#include "ua.h"

/* For sip_listen(): UPDATE, re-INVITE, and the ACK for its 2xx; arg is the struct ua. */
bool answer_request(const struct sip_msg *msg, void *arg);

/* Sends a final response other than 2xx, with libsst's header fields. */
void answer_refuse(struct ua *ua, const struct sip_msg *msg, unsigned status,
                   const struct sst_headers *headers);

/* Stops retransmitting the 2xx. */
void answer_drop(struct ua *ua);

#endif
