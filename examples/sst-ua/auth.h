/* SPDX-License-Identifier: MIT */
/* Digest authentication as a client (RFC 3261 §22, RFC 8760), with qop=auth and without. */
#ifndef SST_UA_AUTH_H
#define SST_UA_AUTH_H

#include <stdbool.h>

#include <sst/osip.h>

struct digest_algorithm;

/* The user's credentials, and the realm they are for. */
struct credentials {
    char *user; /* NULL: none */
    char *password;
    const char *realm; /* the only one that gets them; NULL: see auth_learn() */
    char *first_realm; /* of the first challenge answered */
};

/* The last challenge of the peer (401) or of a proxy (407). */
struct auth_challenge {
    char *realm; /* NULL: no challenge yet */
    char *nonce;
    char *opaque;
    bool with_qop;
    bool has_algorithm;
    const struct digest_algorithm *algorithm;
    unsigned long count; /* requests that used the nonce */
};

struct auth {
    struct auth_challenge peer;
    struct auth_challenge proxy;
};

void auth_free(struct auth *auth);

void credentials_free(struct credentials *credentials);

/* Whether credentials are for a realm. If the user named no realm, they are for that of the
 * first challenge, which may only be set by a destination that the user named. */
bool credentials_fit(const struct credentials *credentials, const char *realm, bool named);

/* Learns from a 401 or 407. False if it has no challenge that we can answer, rejects what was
 * just sent, or is for another realm than the credentials. fresh: the rejected request was
 * itself sent because of an earlier challenge of the same kind, so only a stale nonce is a
 * reason to try again. named: the request went to a destination that the user named. */
bool auth_learn(struct auth *auth, struct credentials *credentials, osip_message_t *response,
                bool fresh, bool named);

/* Adds credentials for all challenges so far to a request. */
void auth_add(struct auth *auth, osip_message_t *request, const struct credentials *credentials);

#endif
