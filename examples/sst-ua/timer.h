/* SPDX-License-Identifier: MIT */
/*
 * The session timer of a call: where sst-ua meets libsst. Everything that a call does or that
 * happens to it goes through here, and the library's events come from here.
 */
#ifndef SST_UA_TIMER_H
#define SST_UA_TIMER_H

#include "call.h"

/* Makes the queue of sessions, and puts the callbacks into the policy. */
void timer_open(struct ua *ua);
void timer_close(struct ua *ua);

void timer_begin(struct call *call);

/* The session of another host goes on here; false where its image is none. */
bool timer_restore(struct call *call, const struct sst_restore *how);

/* Silence from here on. */
void timer_end(struct call *call);

/* Takes the call's sessions out of the queue: their memory goes. */
void timer_forget(struct call *call);

/* Puts the header fields into our request; false where the session has ended. */
bool timer_request(struct request *request, osip_message_t *sip);

/* The same for a request that belongs to no call. */
void timer_plain_request(struct ua *ua, osip_message_t *sip);

/* The verdict on a response to our request, or on its end without one (message NULL then). */
void timer_response(struct request *request, enum sst_osip_event what, osip_message_t *response,
                    struct sst_verdict *verdict);

/* No credentials, or nobody to send to: the request is not sent. */
void timer_give_up(struct request *request);

/* The first 2xx came from another fork than the one heard of before: a session of its own. */
void timer_fork(struct request *request);

/* What to do about a request from the peer; tx for INVITE and UPDATE, else NULL. */
void timer_receive(struct call *call, struct sst_tx *tx, osip_message_t *request,
                   struct sst_advice *advice);

/* Puts the header fields into a response. */
void timer_answer(struct call *call, struct sst_tx *tx, osip_message_t *response);

/* A response outside of any dialog: what goes into all. */
void timer_plain_answer(struct ua *ua, osip_message_t *response);

/* The ACK for the 2xx to the peer's INVITE is here. */
void timer_ack(struct call *call);

/* Does what is due, and says when to call again, in real time. */
void timer_work(struct ua *ua);
uint64_t timer_due_ms(const struct ua *ua);

#endif
