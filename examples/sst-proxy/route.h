/* SPDX-License-Identifier: MIT */
/* Where a request goes: RFC 3261 §16.3 to §16.6. */
#ifndef SST_PROXY_ROUTE_H
#define SST_PROXY_ROUTE_H

#include "proxy.h"

/* A header field of our own response; name NULL: none. */
struct field {
    const char *name;
    char *value; /* to be freed */
};

struct hop {
    char *host;
    int port;
    bool is_target; /* one of --to */
};

struct hops {
    struct hop hop[TARGETS_MAX];
    size_t count;
};

/* Whether the request may be forwarded: 0, or the status to reject it with (§16.3). */
int route_check(struct proxy *proxy, osip_message_t *request, struct field *field);

/* Removes ourselves from the request's route (§16.4). */
void route_enter(const struct proxy *proxy, osip_message_t *request);

/* Finds the next hops: 0, or the status to reject the request with (§16.5). */
int route_find(const struct proxy *proxy, osip_message_t *request, struct hops *hops);

/* Prepares the request for this hop, except for the Via (§16.6). */
void route_leave(const struct proxy *proxy, osip_message_t *request, const struct hop *hop);

/* Adds ourselves to the path of the dialog (§16.6 item 4). */
void route_record(const struct proxy *proxy, osip_message_t *request);

void hops_free(struct hops *hops);

#endif
