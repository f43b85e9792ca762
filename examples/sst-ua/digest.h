/* SPDX-License-Identifier: MIT */
/* The hashes of digest authentication (RFC 8760), by OpenSSL. */
#ifndef SST_UA_DIGEST_H
#define SST_UA_DIGEST_H

#include <stdbool.h>
#include <stddef.h>

/* The longest of them in hexadecimal digits, terminator included. */
#define DIGEST_HEX_SIZE 65

struct digest_algorithm {
    const char *name; /* as it stands in a challenge */
    const char *hash; /* as OpenSSL calls it */
    bool session;     /* the first hash has the nonces in it (-sess) */
};

/* The algorithm with a name; MD5 of NULL, NULL where it is not known here. */
const struct digest_algorithm *digest_find(const char *name);

/* The digest of a text in lower case; false where OpenSSL has no such hash, as in FIPS mode. */
bool digest_hex(const struct digest_algorithm *algorithm, const char *text,
                char hex[DIGEST_HEX_SIZE]);

#endif
