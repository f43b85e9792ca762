/* SPDX-License-Identifier: MIT */
/* Digest authentication as a client (RFC 3261 §22, RFC 2617): MD5, with qop=auth and without. */
#ifndef SST_UA_AUTH_H
#define SST_UA_AUTH_H

#include <stdbool.h>

#include <sst/osip.h>

/* What was last asked for, by the peer (401) or by a proxy (407). */
struct auth_challenge {
    char *realm; /* NULL: nothing was asked for */
    char *nonce;
    char *opaque;
    bool with_qop;
    bool session; /* MD5-sess */
    bool has_algorithm;
    unsigned long count; /* of the requests that used the nonce */
};

struct auth {
    struct auth_challenge peer;
    struct auth_challenge proxy;
};

void auth_free(struct auth *auth);

/*
 * Learns from a 401 or 407; false where it has no challenge that can be answered, or rejects what
 * was just sent. fresh tells that the request that it answers was sent anew because of an earlier
 * one of the same kind, so that only a stale nonce is a reason to try once more.
 */
bool auth_learn(struct auth *auth, osip_message_t *response, bool fresh);

/* Puts credentials for all that was asked for so far into a request. */
void auth_add(struct auth *auth, osip_message_t *request, const char *user, const char *password);

#endif
