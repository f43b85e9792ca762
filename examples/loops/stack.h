/* SPDX-License-Identifier: MIT */
/*
 * What stands in for a SIP stack in these examples: one call over a socket whose other end is a
 * process that answers. Messages are cut down to what RFC 4028 looks at, and nothing times
 * transactions out.
 */
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

/* The host's clock: 90 s of it pass in one, or fewer. A real host's is
 * clock_gettime(CLOCK_BOOTTIME). */
uint64_t clock_ms(void);

/* How long from now to a deadline, in real milliseconds, rounded up; not for SST_NEVER. */
uint64_t wait_ms(uint64_t deadline_ms);

/*
 * Starts a session, and a peer, which is called. The peer accepts the call and three refreshes, or
 * sends three, each a third of the interval after the last; then it is silent.
 */
bool call_begin(struct call *call, const struct sst_policy *policy, bool peer_refreshes);

/* Builds a request and sends it; false where the library does not want it. */
bool call_send(struct call *call, enum sst_method method, unsigned flags);

/* Sends the refresh that the event asks for, and tells the library where that fails. */
void call_refresh(struct call *call, const struct sst_event *event);

/* BYE, on the path of any other request of the dialog. */
void call_bye(struct call *call);

/* Takes one message from the socket and does what it asks for; false where none is there. */
bool call_receive(struct call *call);

/* Prints a line with the library's time. */
void call_say(const char *what, const char *name);

/* After BYE: closes the socket, and waits for the peer's process to end. */
void call_free(struct call *call);

#endif
