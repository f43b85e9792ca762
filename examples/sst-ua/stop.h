/* SPDX-License-Identifier: MIT */
/* Ends all calls after a signal. They are hung up one after the other, no faster than the peer
 * responds: all BYEs at once would overrun it, and lost ones would be retransmitted again and
 * again. */
#ifndef SST_UA_STOP_H
#define SST_UA_STOP_H

#include "call.h"

void stop_begin(struct ua *ua);

/* A call is due to be hung up, because of a signal or by itself. */
void stop_hang_up(struct call *call);

#endif
