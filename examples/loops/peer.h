/* SPDX-License-Identifier: MIT */
/* The other end of the call: a process that sends just three kinds of messages. */
#ifndef SST_LOOPS_PEER_H
#define SST_LOOPS_PEER_H

#include <stdbool.h>

/* Room for any message. */
#define PEER_TEXT 512

/* @return the call's end of the socket, which does not block; -1 on failure */
int peer_start(bool refreshes, unsigned speed);

#endif
