/* SPDX-License-Identifier: MIT */
/* Reading and correcting messages: Via, Max-Forwards, what identifies a transaction. */
#ifndef SST_PROXY_SIP_H
#define SST_PROXY_SIP_H

#include "proxy.h"

enum sip_sent {
    SIP_SENT,
    SIP_WAITS, /* the host's name is being looked up: treated as lost until branches_resolved() */
    SIP_FAILED
};

/* Sends a message and logs it. */
enum sip_sent sip_send(struct proxy *proxy, osip_message_t *sip, const char *host, int port);

/* Sends a response where its topmost Via says (§18.2.2, RFC 3581 §4). */
void sip_send_response(struct proxy *proxy, osip_message_t *response);

/* Writes the source of a request into its topmost Via (§18.2.1, RFC 3581 §4). */
void sip_mend_via(osip_message_t *request, const char *host, int port);

/* What a request and its retransmissions have in common (§17.2.3); with another method, to find
 * the transaction of an ACK or CANCEL. To be freed. */
char *sip_key(osip_message_t *request, const char *method);

/* Whether a URI or a Via refers to this proxy. */
bool sip_is_own_uri(const struct proxy *proxy, const osip_uri_t *uri);
bool sip_is_own_via(const struct proxy *proxy, const osip_via_t *via);

/* Adds our Via; its branch ends with a hash that tells a loop from a spiral (§16.6 item 8). */
void sip_add_via(const struct proxy *proxy, osip_message_t *request, const char *token,
                 uint64_t loop);

/* A hash of everything that decides where a request goes, for sip_add_via() and
 * sip_has_looped(). */
uint64_t sip_loop_hash(osip_message_t *request);

/* Whether this proxy has already forwarded this request (§16.3 item 4). */
bool sip_has_looped(const struct proxy *proxy, osip_message_t *request);

void sip_remove_top_via(osip_message_t *response);

/* The value of Max-Forwards, 70 if it is missing, -1 if it is invalid. */
int sip_max_forwards(osip_message_t *request);

void sip_count_hop(osip_message_t *request);

#endif
