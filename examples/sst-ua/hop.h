/* SPDX-License-Identifier: MIT */
/* Where messages of ours go first, and what we call ourselves on the way there. */
#ifndef SST_UA_HOP_H
#define SST_UA_HOP_H

#include "ua.h"

/* Where a URI leads to: its maddr or host, its port and its transport. */
struct hop hop_of(osip_uri_t *uri);

/* Where a response to a request goes. */
struct hop hop_back(osip_message_t *request);

/* Where initial requests go: --outbound, or what the URI says; without either no host. */
struct hop hop_first(const struct ua *ua, osip_uri_t *uri);

/* The Route to --outbound, where that is a URI. */
void hop_add_route(const struct ua *ua, osip_message_t *request);

/* Whether both lead to one place. */
bool hop_same(const struct hop *a, const struct hop *b);

/* Finds the targets of a path; see path_locate(). */
enum resolved hop_locate(struct ua *ua, struct path *path);

/* A Via on the way to somewhere, with a new branch. */
void hop_add_via(struct ua *ua, const struct hop *hop, osip_message_t *request);

/* Our host and port for Contact: --contact where it is given. */
void hop_contact(struct ua *ua, const struct hop *hop, char host[NET_HOST_SIZE], int *port);

/* The URI of our Contact in a message that goes somewhere, to be freed; and it as a Contact. */
char *hop_contact_uri(struct ua *ua, const struct hop *hop);
void hop_add_contact(struct ua *ua, const struct hop *hop, osip_message_t *sip);

/* Our address of record: --from, or the user at where we are reached. To be freed. */
char *hop_own_uri(struct ua *ua, const struct hop *hop);

#endif
