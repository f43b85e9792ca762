/* SPDX-License-Identifier: MIT */
/* Where a Redis is: redis://[[USER]:PASSWORD@]HOST[:PORT][/DB], or unix:PATH. */
#ifndef SST_UA_REDIS_URL_H
#define SST_UA_REDIS_URL_H

#include <stdbool.h>

struct redis_url {
    char *host;     /* or the path of a socket */
    int port;       /* 0: a socket of the file system */
    char *user;     /* NULL: Redis's default one */
    char *password; /* NULL: none is asked for */
    char *database; /* a number; NULL: 0 */
};

/*
 * Takes it apart. auth: [USER]:PASSWORD as it is, from elsewhere than the URL, or NULL. Where
 * something is wrong it says so on standard error, without the password. redis_url_free() either
 * way.
 */
bool redis_url_read(struct redis_url *url, const char *text, const char *auth);

void redis_url_free(struct redis_url *url);

#endif
