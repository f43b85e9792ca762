/* SPDX-License-Identifier: MIT */
/* Calls that survive the loss of their machine: --store. What this node must keep in the store,
 * whether it still owns the calls, and how it takes over those of a lost node. See
 * docs/failover.md.
 *
 * No call waits for the store. While the store cannot be reached, calls go on, but we end none
 * of them, since another node may have them by now. What happened is written when the store is
 * back. */
#ifndef SST_UA_TAKEOVER_H
#define SST_UA_TAKEOVER_H

#include <poll.h>

#include "call.h"

/* The exit status of a node that finds that another node has its calls. */
#define TAKEOVER_LOST 5

/* Becomes the owner: at once, or, as the standby, when another node's lease has ended; this
 * blocks. Does nothing without --store. False if that is impossible. */
bool takeover_begin(struct ua *ua);

/* Restores the calls from the store; call it once the network is open. */
void takeover_restore(struct ua *ua);

void takeover_end(struct ua *ua);

/* ---- What a call does ---- */

/* Something about the call may have changed: it is written in this turn of the loop. */
void takeover_touch(struct call *call);

/* One of its requests, with its last CSeq number, is about to be sent: writes now what must be
 * in the store before that. */
void takeover_before_request(struct call *call);

/* The call is over: it is deleted from the store. */
void takeover_forget(struct call *call);

/* The call's memory is about to be freed. */
void takeover_drop(struct call *call);

/* Whether the call's end must wait, because another node may own it by now; farewell() is called
 * again later. */
bool takeover_holds(struct call *call, enum call_status status, const char *reason);

/* A datagram could not be sent. Returns whether that is because the nodes' address is not on
 * this machine; it then counts as lost in transit. */
bool takeover_lacks_address(struct ua *ua);

/* ---- The loop ---- */

struct pollfd takeover_watch(const struct ua *ua);

/* Does what is due. False if another node owns the calls: send nothing more. */
bool takeover_work(struct ua *ua, short revents);

/* Writes changed calls. */
void takeover_write(struct ua *ua);

uint64_t takeover_due_ms(const struct ua *ua);

#endif
