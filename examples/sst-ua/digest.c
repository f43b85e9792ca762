/* SPDX-License-Identifier: MIT */
#include "digest.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <openssl/evp.h>

const struct digest_algorithm *digest_find(const char *name)
{
    static const struct digest_algorithm known[] = {
        {"MD5", "MD5", false},
        {"MD5-sess", "MD5", true},
        {"SHA-256", "SHA256", false},
        {"SHA-256-sess", "SHA256", true},
        {"SHA-512-256", "SHA512-256", false},
        {"SHA-512-256-sess", "SHA512-256", true},
    };

    if (name == NULL) {
        return &known[0];
    }
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcasecmp(name, known[i].name) == 0) {
            return &known[i];
        }
    }
    return NULL;
}

bool digest_hex(const struct digest_algorithm *algorithm, const char *text,
                char hex[DIGEST_HEX_SIZE])
{
    unsigned char bytes[EVP_MAX_MD_SIZE];
    size_t length = 0;

    hex[0] = '\0';
    if (EVP_Q_digest(NULL, algorithm->hash, NULL, text, strlen(text), bytes, &length) != 1 ||
        2 * length >= DIGEST_HEX_SIZE) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
    }
    return true;
}
