/* SPDX-License-Identifier: MIT */
#include "redis_link.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "text.h"

/* The time between tries to connect, the time after Redis refused, and how long a reply may take
 * before the connection is given up. */
#define AGAIN_MS 200
#define REFUSED_MS 1000
#define PATIENCE_MS 1000

/* ---- hiredis's hooks ---- */

static void add_read(void *user)
{
    ((struct redis_link *)user)->reading = true;
}

static void del_read(void *user)
{
    ((struct redis_link *)user)->reading = false;
}

static void add_write(void *user)
{
    ((struct redis_link *)user)->writing = true;
}

static void del_write(void *user)
{
    ((struct redis_link *)user)->writing = false;
}

static void clean_up(void *user)
{
    del_read(user);
    del_write(user);
}

/* ---- The end of a connection ---- */

/* hiredis frees the context once its callback has returned. */
static void forget(struct redis_link *link)
{
    link->context = NULL;
    link->again_ms = link->now_ms + (link->failed ? REFUSED_MS : AGAIN_MS);
    link->failed = false;
    link->pending = 0;
    link->gone(link->user);
}

static void on_disconnect(const redisAsyncContext *context, int status)
{
    struct redis_link *link = context->data;

    (void)status;
    if (link->context == context) {
        forget(link);
    }
}

/* Gives the connection up; commands without a reply get NULL. */
static void give_up(struct redis_link *link)
{
    redisAsyncContext *context = link->context;

    forget(link);
    redisAsyncFree(context);
}

static void on_connect(const redisAsyncContext *context, int status)
{
    struct redis_link *link = context->data;

    if (status != REDIS_OK && link->context == context) {
        forget(link); /* hiredis frees it */
    }
}

/* ---- Commands and replies ---- */

static void on_error(struct redis_link *link, const char *error)
{
    if (strncmp(error, "OOM ", 4) == 0) {
        link->full(link->user);
        return;
    }
    /* One error causes others, and each try to connect may meet it again: report it once. */
    if (!link->failed && !text_same(link->error, error)) {
        fprintf(stderr, PROGRAM ": store: %s\n", error);
        free(link->error);
        link->error = text_copy(error);
    }
    link->failed = true;
}

bool redis_link_reply(struct redis_link *link, const redisAsyncContext *context,
                      const redisReply *reply)
{
    if (link->context != context || reply == NULL) {
        return false;
    }
    link->pending--;
    link->sent_ms = link->now_ms;
    if (reply->type == REDIS_REPLY_ERROR) {
        on_error(link, reply->str);
        return false;
    }
    return true;
}

void redis_link_send(struct redis_link *link, redisCallbackFn *reply, int count, const char **words)
{
    size_t lengths[REDIS_LINK_WORDS];

    for (int i = 0; i < count; i++) {
        lengths[i] = strlen(words[i]);
    }
    if (redisAsyncCommandArgv(link->context, reply, link->user, count, words, lengths) !=
        REDIS_OK) {
        link->failed = true;
        return;
    }
    if (link->pending++ == 0) {
        link->sent_ms = link->now_ms;
    }
}

void redis_link_flush(struct redis_link *link)
{
    redisAsyncHandleWrite(link->context);
}

/* ---- Connecting ---- */

static void on_prepared(redisAsyncContext *context, void *reply, void *user)
{
    (void)user; /* this is the link's own business */
    (void)redis_link_reply(context->data, context, reply);
}

/* Redis 6 and later have users, earlier versions only a password. */
static void prepare(struct redis_link *link)
{
    const struct redis_url *url = &link->url;
    const char *auth[] = {"AUTH", url->user, url->password};
    const char *auth_default[] = {"AUTH", url->password};
    const char *select[] = {"SELECT", url->database};

    if (url->user != NULL) {
        redis_link_send(link, on_prepared, 3, auth);
    } else if (url->password != NULL) {
        redis_link_send(link, on_prepared, 2, auth_default);
    }
    if (url->database != NULL) {
        redis_link_send(link, on_prepared, 2, select);
    }
    link->begun(link->user);
}

static void start_connecting(struct redis_link *link)
{
    const struct redis_url *url = &link->url;
    redisAsyncContext *context =
        url->port == 0 ? redisAsyncConnectUnix(url->host) : redisAsyncConnect(url->host, url->port);

    link->again_ms = link->now_ms + AGAIN_MS;
    if (context == NULL) {
        return;
    }
    if (context->err != 0) {
        redisAsyncFree(context);
        return;
    }
    link->context = context;
    context->data = link;
    context->ev.data = link;
    context->ev.addRead = add_read;
    context->ev.delRead = del_read;
    context->ev.addWrite = add_write;
    context->ev.delWrite = del_write;
    context->ev.cleanup = clean_up;
    redisAsyncSetConnectCallback(context, on_connect);
    redisAsyncSetDisconnectCallback(context, on_disconnect);
    prepare(link);
}

/* ---- The loop ---- */

struct pollfd redis_link_watch(const struct redis_link *link)
{
    struct pollfd source = {.fd = -1};

    if (link->context != NULL) {
        source.fd = link->context->c.fd;
        source.events = (short)((link->reading ? POLLIN : 0) | (link->writing ? POLLOUT : 0));
    }
    return source;
}

uint64_t redis_link_work(struct redis_link *link, short revents, uint64_t now_ms)
{
    link->now_ms = now_ms;
    if (link->context == NULL && now_ms >= link->again_ms) {
        start_connecting(link);
    }
    if (link->context != NULL && (revents & (POLLIN | POLLERR | POLLHUP)) != 0) {
        redisAsyncHandleRead(link->context);
    }
    if (link->context != NULL && (revents & (POLLOUT | POLLERR | POLLHUP)) != 0) {
        redisAsyncHandleWrite(link->context);
    }
    if (link->context != NULL &&
        (link->failed || (link->pending > 0 && now_ms >= link->sent_ms + PATIENCE_MS))) {
        give_up(link);
    }
    if (link->context == NULL) {
        return link->again_ms;
    }
    return link->pending > 0 ? link->sent_ms + PATIENCE_MS : CLOCK_NEVER;
}

void redis_link_close(struct redis_link *link)
{
    redisAsyncContext *context = link->context;

    link->context = NULL;
    if (context != NULL) {
        redisAsyncFree(context);
    }
    free(link->error);
    redis_url_free(&link->url);
}
