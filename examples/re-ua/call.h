/* SPDX-License-Identifier: MIT */
/* The call: its initial INVITE and its end, with libre's sipsess. */
#ifndef SST_RE_UA_CALL_H
#define SST_RE_UA_CALL_H

#include "ua.h"

/* Calls options.target; false if nothing can be sent. */
bool call_place(struct ua *ua);

/* An initial INVITE, from sipsess_listen(); arg is the struct ua. */
void call_receive(const struct sip_msg *msg, void *arg);

/* Sends BYE, with a Reason if there is one. Does nothing after the call. */
void call_hang_up(struct ua *ua, enum status status, const char *reason);

void call_free(struct ua *ua);

#endif
