/* SPDX-License-Identifier: MIT */
/* A connection to Redis through hiredis, in the program's own loop: reopened for ever if it
 * breaks, and given up if no reply comes. Nothing here blocks. */
#ifndef SST_UA_REDIS_LINK_H
#define SST_UA_REDIS_LINK_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <hiredis/async.h>
#include <hiredis/hiredis.h>

#include "redis_url.h"

/* The most words of a command. */
#define REDIS_LINK_WORDS 12

struct redis_link {
    struct redis_url url;
    void *user; /* for the callbacks of all commands and for these two */
    /* The connection begins: what is sent from this callback goes out first. */
    void (*begun)(void *user);
    void (*gone)(void *user);
    /* Redis had no memory for a write; the connection goes on. */
    void (*full)(void *user);

    redisAsyncContext *context; /* NULL: there is none */
    bool reading;               /* what hiredis waits for */
    bool writing;
    bool failed;    /* the connection is to be given up */
    char *error;    /* the last error from Redis, reported once */
    size_t pending; /* commands without a reply */
    uint64_t now_ms;
    uint64_t sent_ms; /* when the oldest of them was sent, or the last reply came */
    uint64_t again_ms;
};

/* Only if there is a context. */
void redis_link_send(struct redis_link *link, redisCallbackFn *reply, int count,
                     const char **words);

/* Sends at once what has been queued. */
void redis_link_flush(struct redis_link *link);

/* Counts a reply; false if it is missing or an error. An error is reported and ends the
 * connection, unless Redis is only out of memory. */
bool redis_link_reply(struct redis_link *link, const redisAsyncContext *context,
                      const redisReply *reply);

struct pollfd redis_link_watch(const struct redis_link *link);

/* Does what is possible now; returns when to call it again at the latest. */
uint64_t redis_link_work(struct redis_link *link, short revents, uint64_t now_ms);

void redis_link_close(struct redis_link *link);

#endif
