/* SPDX-License-Identifier: MIT */
/* The session timer of a call: where sst-ua meets libsst. Everything that a call does or that
 * happens to it goes through here, and libsst's events arrive here. */
#ifndef SST_UA_TIMER_H
#define SST_UA_TIMER_H

#include "call.h"

/* Creates the queue of sessions, and sets the policy's callbacks. */
void timer_open(struct ua *ua);
void timer_close(struct ua *ua);

void timer_begin(struct call *call);

/* Restores the session of another host; false if its image is invalid. */
bool timer_restore(struct call *call, const struct sst_restore *how);

/* Nothing is sent from here on. */
void timer_end(struct call *call);

/* Takes the call's sessions out of the queue, before they are freed. */
void timer_forget(struct call *call);

/* Adds the header fields to our request; false if the session has ended. */
bool timer_request(struct request *request, osip_message_t *sip);

/* The same for a request outside of any call. */
void timer_plain_request(struct ua *ua, osip_message_t *sip);

/* Passes on a response to our request, or its end without one (message NULL then), and returns
 * the verdict. */
void timer_response(struct request *request, enum sst_osip_event what, osip_message_t *response,
                    struct sst_verdict *verdict);

/* No credentials, or no destination: the request is not sent. */
void timer_give_up(struct request *request);

/* The first 2xx came from another fork than the first to respond: it gets a session of its own. */
void timer_fork(struct request *request);

/* What to do about a request from the peer; tx for INVITE and UPDATE, else NULL. */
void timer_receive(struct call *call, struct sst_tx *tx, osip_message_t *request,
                   struct sst_advice *advice);

/* Adds the header fields to a response. */
void timer_answer(struct call *call, struct sst_tx *tx, osip_message_t *response);

/* A response outside of any dialog: adds what every response carries. */
void timer_plain_answer(struct ua *ua, osip_message_t *response);

/* The ACK for our 2xx has arrived. */
void timer_ack(struct call *call);

/* Does what is due, and says when to call again, in real time. */
void timer_work(struct ua *ua);
uint64_t timer_due_ms(const struct ua *ua);

#endif
