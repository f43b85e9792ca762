/* SPDX-License-Identifier: MIT */
/*
 * The end of all calls at a signal. They are hung up one after the other, no faster than the peer
 * answers: all at once would overrun it, and what it loses would have to be sent again and again.
 */
#ifndef SST_UA_STOP_H
#define SST_UA_STOP_H

#include "call.h"

void stop_begin(struct ua *ua);

/* The time has come at which this call is to be hung up, by a signal or by itself. */
void stop_hang_up(struct call *call);

#endif
