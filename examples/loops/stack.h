/* SPDX-License-Identifier: MIT */
/* Stands in for a SIP stack in these examples: one call over a socket to a process that
 * responds. Messages are reduced to what RFC 4028 needs, and transactions do not time out. */
#ifndef SST_LOOPS_STACK_H
#define SST_LOOPS_STACK_H

#include <sst/sst.h>

struct call {
    struct sst_session session; /* first, so that a session's address is its call's */
    struct sst_tx sent;         /* our pending INVITE or UPDATE */
    struct sst_tx received;     /* the peer's */
    uint32_t cseq;
    int socket; /* does not block */
};

/* The host's clock: 90 s of it pass in one second, or fewer. A real host's is
 * clock_gettime(CLOCK_BOOTTIME). */
uint64_t clock_ms(void);

/* The real milliseconds from now until a deadline, rounded up; not for SST_NEVER. */
uint64_t wait_ms(uint64_t deadline_ms);

/* Starts a session and a peer, and calls the peer. The peer accepts the call and three
 * refreshes, or sends three, each a third of the interval after the last; then it falls silent. */
bool call_begin(struct call *call, const struct sst_policy *policy, bool peer_refreshes);

/* Builds a request and sends it; false if libsst does not allow it. */
bool call_send(struct call *call, enum sst_method method, unsigned flags);

/* Sends the refresh that the event asks for, and reports to libsst if that fails. */
void call_refresh(struct call *call, const struct sst_event *event);

/* Sends BYE, the same way as any other request in the dialog. */
void call_bye(struct call *call);

/* Takes one message from the socket and handles it; false if there is none. */
bool call_receive(struct call *call);

/* Prints a line with the time on libsst's clock. */
void call_say(const char *what, const char *name);

/* After BYE: closes the socket, and waits for the peer's process to end. */
void call_free(struct call *call);

#endif
