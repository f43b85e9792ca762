/* SPDX-License-Identifier: MIT */
/* Digest authentication as a client (RFC 3261 §22, RFC 8760), with qop=auth and without. */
#ifndef SST_UA_AUTH_H
#define SST_UA_AUTH_H

#include <stdbool.h>

#include <sst/osip.h>

struct digest_algorithm;

/* What the user gave us, and for whom. */
struct credentials {
    char *user; /* NULL: none */
    char *password;
    const char *realm; /* the only one that gets them; NULL: see auth_learn() */
    char *first_realm; /* of the first challenge that was answered */
};

/* What was last asked for, by the peer (401) or by a proxy (407). */
struct auth_challenge {
    char *realm; /* NULL: nothing was asked for */
    char *nonce;
    char *opaque;
    bool with_qop;
    bool has_algorithm;
    const struct digest_algorithm *algorithm;
    unsigned long count; /* of the requests that used the nonce */
};

struct auth {
    struct auth_challenge peer;
    struct auth_challenge proxy;
};

void auth_free(struct auth *auth);

void credentials_free(struct credentials *credentials);

/* Whether credentials are for a realm. Without one of their own: for that of the first challenge,
 * which is new where the request went to whom the user named. */
bool credentials_fit(const struct credentials *credentials, const char *realm, bool named);

/*
 * Learns from a 401 or 407; false where it has no challenge that can be answered, or rejects what
 * was just sent, or is of a realm that the credentials are not for. fresh tells that the request
 * that it answers was sent anew because of an earlier one of the same kind, so that only a stale
 * nonce is a reason to try once more; named that the request went to whom the user named.
 */
bool auth_learn(struct auth *auth, struct credentials *credentials, osip_message_t *response,
                bool fresh, bool named);

/* Puts credentials for all that was asked for so far into a request. */
void auth_add(struct auth *auth, osip_message_t *request, const struct credentials *credentials);

#endif
