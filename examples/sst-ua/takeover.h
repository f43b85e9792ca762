/* SPDX-License-Identifier: MIT */
/*
 * Calls that outlive their machine: --store. What this node must keep in the store, whether the
 * calls are still its own, and how it takes over those of a node that is gone. docs/failover.md
 *
 * No call waits for the store. While it cannot be reached the calls go on, but none is ended by
 * this side, since another node may have them by now; what happened is written when it is back.
 */
#ifndef SST_UA_TAKEOVER_H
#define SST_UA_TAKEOVER_H

#include <poll.h>

#include "call.h"

/* The exit status of a node that finds its calls with another one. */
#define TAKEOVER_LOST 5

/*
 * Becomes the owner: at once, or as the standby when the lease of another node has ended; this
 * waits. Nothing without --store. False where that is impossible.
 */
bool takeover_begin(struct ua *ua);

/* Takes the calls over that the store had: when the network is open. */
void takeover_restore(struct ua *ua);

void takeover_end(struct ua *ua);

/* ---- What a call does ---- */

/* Something about it may have changed: it is written in this turn of the loop. */
void takeover_touch(struct call *call);

/* One of its requests, with its last CSeq number, is about to be sent: what has to be in the store
 * before is written now. */
void takeover_before_request(struct call *call);

/* It is over: it leaves the store. */
void takeover_forget(struct call *call);

/* Its memory goes. */
void takeover_drop(struct call *call);

/* Whether its end has to wait, as it may be another node's by now; farewell() comes again then. */
bool takeover_holds(struct call *call, enum call_status status, const char *reason);

/* A datagram could not be sent. Whether that is because the nodes' address is not on this machine:
 * then it counts as lost on its way. */
bool takeover_lacks_address(struct ua *ua);

/* ---- The loop ---- */

struct pollfd takeover_watch(const struct ua *ua);

/* Does what is due. False where the calls are another node's: not a word any more. */
bool takeover_work(struct ua *ua, short revents);

/* Writes what was touched. */
void takeover_write(struct ua *ua);

uint64_t takeover_due_ms(const struct ua *ua);

#endif
