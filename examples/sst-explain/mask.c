/* SPDX-License-Identifier: MIT */
#include "mask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "random.h"
#include "text.h"

static bool on;
static char key[RANDOM_TOKEN_SIZE];

void mask_start(void)
{
    on = true;
    random_token(key);
}

bool mask_is_on(void)
{
    return on;
}

/* A number that only this run derives from a text. */
static char *name(const char *kind, const char *text, size_t length)
{
    char *whole = text_copy_part(text, length);
    char *keyed = text_print("%s %s %s", key, kind, whole);
    unsigned char digest[EVP_MAX_MD_SIZE] = {0};
    unsigned size = 0;
    char *masked;

    if (EVP_Digest(keyed, strlen(keyed), digest, &size, EVP_sha256(), NULL) != 1) {
        fputs("sst-explain: no SHA-256: nothing can be anonymized\n", stderr);
        exit(1);
    }
    masked = text_print("%s-%02x%02x%02x", kind, digest[0], digest[1], digest[2]);
    free(keyed);
    free(whole);
    return masked;
}

char *mask_end(const struct end *end)
{
    bool colon = strchr(end->host, ':') != NULL;
    char *host = on ? name("host", end->host, strlen(end->host)) : text_copy(end->host);
    char *text;

    if (end->port == 0) {
        return host;
    }
    text = text_print(colon && !on ? "[%s]:%u" : "%s:%u", host, end->port);
    free(host);
    return text;
}

char *mask_user(const char *user_at_host)
{
    return on ? name("user", user_at_host, strlen(user_at_host)) : text_copy(user_at_host);
}

char *mask_call_id(const char *call_id)
{
    return on ? name("call", call_id, strlen(call_id)) : text_copy(call_id);
}

/* The cause stays; the text could name anybody. */
char *mask_reason(const char *reason)
{
    const char *text = reason != NULL ? strstr(reason, "text=") : NULL;
    size_t length;

    if (!on || text == NULL) {
        return text_copy(reason);
    }
    length = (size_t)(text - reason);
    while (length > 0 && (reason[length - 1] == ';' || reason[length - 1] == ' ')) {
        length--;
    }
    return text_copy_part(reason, length);
}
