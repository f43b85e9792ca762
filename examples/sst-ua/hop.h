/* SPDX-License-Identifier: MIT */
/* The first hop of our messages, and how we name ourselves on the way there. */
#ifndef SST_UA_HOP_H
#define SST_UA_HOP_H

#include "ua.h"

/* Where a URI leads: its maddr or host, its port and its transport. */
struct hop hop_of(osip_uri_t *uri);

/* Where a response to a request goes. */
struct hop hop_back(osip_message_t *request);

/* Where initial requests go: --outbound, or what the URI says; no host if there is neither. */
struct hop hop_first(const struct ua *ua, osip_uri_t *uri);

/* The Route to --outbound, if that is a URI. */
void hop_add_route(const struct ua *ua, osip_message_t *request);

/* Whether both lead to the same place. */
bool hop_same(const struct hop *a, const struct hop *b);

/* Finds the targets of a path; see path_locate(). */
enum resolved hop_locate(struct ua *ua, struct path *path);

/* Adds a Via for the way to a hop, with a new branch. */
void hop_add_via(struct ua *ua, const struct hop *hop, osip_message_t *request);

/* Our host and port for Contact: --contact if given. */
void hop_contact(struct ua *ua, const struct hop *hop, char host[NET_HOST_SIZE], int *port);

/* The URI of our Contact in a message that goes to a hop, to be freed; and the same as a
 * Contact. */
char *hop_contact_uri(struct ua *ua, const struct hop *hop);
void hop_add_contact(struct ua *ua, const struct hop *hop, osip_message_t *sip);

/* Our address of record: --from, or the user at our contact address. To be freed. */
char *hop_own_uri(struct ua *ua, const struct hop *hop);

#endif
