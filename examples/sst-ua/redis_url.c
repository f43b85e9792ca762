/* SPDX-License-Identifier: MIT */
#include "redis_url.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "endpoint.h"
#include "text.h"

static const char form[] = "neither redis://[[USER]:PASSWORD@]HOST[:PORT][/DB] nor unix:PATH";

static int digit(char c)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    const char *place = c != '\0' ? strchr(digits, c) : NULL;

    return place != NULL ? (int)((place - digits) % 16) : -1;
}

/* RFC 3986 §2.1: a user or a password may contain delimiters, escaped. False for a broken
 * escape. */
static bool unescape(char *text)
{
    char *to = text;

    for (const char *from = text; *from != '\0'; from++) {
        if (*from == '%') {
            int high = digit(from[1]);
            int low = high >= 0 ? digit(from[2]) : -1;

            if (low < 0 || high + low == 0) {
                return false;
            }
            *to++ = (char)(high * 16 + low);
            from += 2;
        } else {
            *to++ = *from;
        }
    }
    *to = '\0';
    return true;
}

/* [USER]:PASSWORD */
static bool read_auth(struct redis_url *url, const char *auth, size_t length)
{
    const char *colon = memchr(auth, ':', length);

    if (colon == NULL) {
        return false;
    }
    if (colon > auth) {
        url->user = text_copy_part(auth, (size_t)(colon - auth));
    }
    url->password = text_copy_part(colon + 1, length - (size_t)(colon + 1 - auth));
    return *url->password != '\0';
}

/* What follows redis:// */
static bool read_tcp(struct redis_url *url, const char *address)
{
    size_t length = strcspn(address, "/");
    const char *host = address;
    struct endpoint endpoint = {0};
    char *text;
    bool good = true;

    for (size_t i = 0; i < length; i++) {
        host = address[i] == '@' ? address + i + 1 : host; /* the last one */
    }
    if (host > address) {
        good = read_auth(url, address, (size_t)(host - 1 - address)) &&
               (url->user == NULL || unescape(url->user)) && unescape(url->password);
    }
    text = text_copy_part(host, length - (size_t)(host - address));
    good = good && endpoint_parse(&endpoint, text);
    free(text);
    if (good && address[length] == '/') {
        url->database = text_copy(address + length + 1);
        good =
            *url->database != '\0' && strspn(url->database, "0123456789") == strlen(url->database);
    }
    url->host = endpoint.host;
    url->port = endpoint.port >= 0 ? endpoint.port : 6379;
    return good && url->port != 0;
}

bool redis_url_read(struct redis_url *url, const char *text, const char *auth)
{
    *url = (struct redis_url){0};
    if (strncmp(text, "rediss://", 9) == 0) {
        fputs(PROGRAM ": --store rediss://: no TLS to a store; use a tunnel, or unix:PATH\n",
              stderr);
        return false;
    }
    if (strncmp(text, "unix:", 5) == 0 && text[5] != '\0') {
        url->host = text_copy(text + 5);
    } else if (strncmp(text, "redis://", 8) != 0 || !read_tcp(url, text + 8)) {
        /* The error may be in the password: do not print it. */
        fprintf(stderr, PROGRAM ": --store %s: %s\n", strchr(text, '@') != NULL ? "..." : text,
                form);
        return false;
    }
    if (auth != NULL && url->password == NULL && !read_auth(url, auth, strlen(auth))) {
        fputs(PROGRAM ": SST_UA_STORE_AUTH: not [USER]:PASSWORD\n", stderr);
        return false;
    }
    return true;
}

void redis_url_free(struct redis_url *url)
{
    free(url->host);
    free(url->user);
    free(url->password);
    free(url->database);
    *url = (struct redis_url){0};
}
