/* SPDX-License-Identifier: MIT */
/*
 * The peer's UPDATE and re-INVITE. libre 1.1 answers the first with 501 and the second without room
 * for header fields, so a listener of our own is asked before those of its sipsess.
 */
#ifndef SST_RE_UA_ANSWER_H
#define SST_RE_UA_ANSWER_H

#include "ua.h"

/* For sip_listen(): UPDATE, re-INVITE, and the ACK for its 2xx; arg is the struct ua. */
bool answer_request(const struct sip_msg *msg, void *arg);

/* A final response that is no 2xx, with libsst's header fields. */
void answer_refuse(struct ua *ua, const struct sip_msg *msg, unsigned status,
                   const struct sst_headers *headers);

/* Stops sending the 2xx again. */
void answer_drop(struct ua *ua);

#endif
