/* SPDX-License-Identifier: MIT */
/* SIP messages: building them by hand, since libosip2 has no builder, and reading them. */
#ifndef SST_UA_MESSAGE_H
#define SST_UA_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include <sst/osip.h>

struct raw_message;

/* Parses a message that raw_check() accepted. Its body is kept byte by byte as a single piece:
 * libosip2 would take it apart and put it together differently. NULL if it cannot be parsed, or
 * lacks what RFC 3261 §8.1.1 and §20 require of each message. */
osip_message_t *message_parse(const struct raw_message *raw);

/* The text of a message, to be freed by osip_free(), with its body unchanged. */
bool message_print(osip_message_t *sip, char **bytes, size_t *length);

/* The tag of a From or To, the branch of the topmost Via: NULL if there is none. */
const char *message_tag(osip_from_t *from);
const char *message_branch(osip_message_t *sip);

/* The tag of From. RFC 2543 elements may have none, which RFC 3261 §12.1.1 treats as an empty
 * one. */
const char *message_from_tag(osip_message_t *sip);

const char *message_via_branch(osip_via_t *via);

/* Whether a request's branch is that of an element of RFC 3261 (§8.1.1.7). */
bool message_has_cookie(osip_message_t *request);

/* Whether two Vias have the same sent-by (RFC 3261 §17.2.3). */
bool message_same_sender(const osip_via_t *a, const osip_via_t *b);

/* Whether the scheme of the Request-URI is sip or sips. */
bool message_has_sip_uri(osip_message_t *request);

/* Whether the sender accepts a session description; the default is yes (§20.1). */
bool message_accepts_sdp(osip_message_t *request);

/* The whole Call-ID, to be freed. */
char *message_call_id(osip_message_t *sip);

uint32_t message_cseq(osip_message_t *sip);

/* The body, if it is a session description, else NULL. *other: there is a body of another type. */
const char *message_sdp(osip_message_t *sip, bool *other);

/* A request without From, To and Via. */
osip_message_t *message_request(const char *method, const osip_uri_t *uri, const char *call_id,
                                uint32_t cseq);

/* Adds a topmost Via with a new branch that asks for a reply to the source port (RFC 3581). */
void message_add_via(osip_message_t *request, const char *transport, const char *host, int port);

/* Changes the transport, or the branch, of the topmost Via. */
void message_set_transport(osip_message_t *request, const char *transport);
void message_renew_branch(osip_message_t *request);

/* A response with everything that any response needs (RFC 3261 §8.2.6.2). The tag is added to a
 * To without one, and may be NULL for a 100. */
osip_message_t *message_response(osip_message_t *request, int status, const char *to_tag);

void message_add(osip_message_t *sip, const char *name, const char *value);
void message_add_allow(osip_message_t *sip, bool update);
void message_add_sdp(osip_message_t *sip, const char *sdp);

/* A host as written in a URI: an IPv6 address in brackets. To be freed. */
char *message_host(const char *host);

/* Where a URI says to send: its maddr or host, and its port or 5060. The host is borrowed from
 * the URI; NULL if the port is invalid. */
void message_destination(osip_uri_t *uri, const char **host, int *port);

#endif
