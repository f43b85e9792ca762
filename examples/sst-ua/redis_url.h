/* SPDX-License-Identifier: MIT */
/* The address of Redis: redis://[[USER]:PASSWORD@]HOST[:PORT][/DB], or unix:PATH. */
#ifndef SST_UA_REDIS_URL_H
#define SST_UA_REDIS_URL_H

#include <stdbool.h>

struct redis_url {
    char *host;     /* or the path of a socket */
    int port;       /* 0: a Unix domain socket */
    char *user;     /* NULL: Redis's default user */
    char *password; /* NULL: no password */
    char *database; /* a number; NULL: 0 */
};

/* Parses the URL. auth: [USER]:PASSWORD, unescaped, from a source other than the URL, or NULL.
 * On error says what is wrong on standard error, without the password. Call redis_url_free() in
 * either case. */
bool redis_url_read(struct redis_url *url, const char *text, const char *auth);

void redis_url_free(struct redis_url *url);

#endif
