/* SPDX-License-Identifier: MIT */
/* The hashes of digest authentication (RFC 8760), computed by OpenSSL. */
#ifndef SST_UA_DIGEST_H
#define SST_UA_DIGEST_H

#include <stdbool.h>
#include <stddef.h>

/* The longest hash in hexadecimal digits, terminator included. */
#define DIGEST_HEX_SIZE 65

struct digest_algorithm {
    const char *name; /* as written in a challenge */
    const char *hash; /* as OpenSSL calls it */
    bool session;     /* the first hash includes the nonces (-sess) */
};

/* The algorithm with this name; MD5 for NULL, NULL if we do not support it. */
const struct digest_algorithm *digest_find(const char *name);

/* The digest of a text in lower case; false if OpenSSL has no such hash, as in FIPS mode. */
bool digest_hex(const struct digest_algorithm *algorithm, const char *text,
                char hex[DIGEST_HEX_SIZE]);

#endif
