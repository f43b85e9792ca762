/* SPDX-License-Identifier: MIT */
/*
 * Redis 7 by hiredis, in the program's own loop. Keys, for a group at 192.0.2.1:5060:
 *
 *   sst:{192.0.2.1:5060}:lease   the owner's name, for as long as its lease
 *   sst:{192.0.2.1:5060}:epoch   a number
 *   sst:{192.0.2.1:5060}:calls   a hash: for each call the time of writing in ms, a space, and the
 *                                record. The time is the store's, so that clocks need not agree
 */
#include "store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hiredis/async.h>
#include <hiredis/hiredis.h>

#include "clock.h"
#include "endpoint.h"
#include "text.h"

/* Between tries to connect, and how long an answer may take before the connection is given up. */
#define AGAIN_MS 200
#define PATIENCE_MS 1000

/* So many calls are asked for at a time. */
#define SCAN_COUNT "1000"

enum script { SCRIPT_CLAIM, SCRIPT_PUT, SCRIPT_COUNT };

static const char *const scripts[SCRIPT_COUNT] = {
    /* ARGV: node, our epoch or 0, the highest that was seen, ms. Returns whether, epoch, owner. */
    "local owner = redis.call('GET', KEYS[1])\n"
    "local epoch = tonumber(redis.call('GET', KEYS[2]) or '0')\n"
    "local ours, seen = tonumber(ARGV[2]), tonumber(ARGV[3])\n"
    "if ours == 0 then\n"
    "  if owner or epoch < seen then return {0, epoch, owner or ''} end\n"
    "  ours = epoch + 1\n"
    "elseif epoch > ours then\n"
    "  return {0, epoch, owner or ''}\n"
    "end\n"
    "redis.call('SET', KEYS[2], ours)\n"
    "redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[4])\n"
    "return {1, ours, ARGV[1]}\n",
    /* ARGV: our epoch, key, record or nothing. Returns whether. */
    "if tonumber(redis.call('GET', KEYS[2]) or '0') > tonumber(ARGV[1]) then return 0 end\n"
    "if ARGV[3] == '' then redis.call('HDEL', KEYS[3], ARGV[2]) return 1 end\n"
    "local time = redis.call('TIME')\n"
    "local ms = time[1] .. string.format('%03d', math.floor(time[2] / 1000))\n"
    "redis.call('HSET', KEYS[3], ARGV[2], ms .. ' ' .. ARGV[3])\n"
    "return 1\n"};

struct redis {
    struct store store;
    char *host; /* or the path of a socket */
    int port;   /* 0: a socket of the file system */
    char *database;
    char *node;
    char *keys[3];
    char *sha[SCRIPT_COUNT]; /* of the scripts, once they are loaded */
    redisAsyncContext *context;
    bool ready;   /* connected, and the scripts are there */
    bool reading; /* what hiredis wants to wait for */
    bool writing;
    bool failed;    /* the connection is to be given up */
    size_t pending; /* commands without a reply */
    uint64_t now_ms;
    uint64_t sent_ms; /* when the oldest of them was sent, or the last reply came */
    uint64_t again_ms;
    uint64_t loading_ms; /* the store's time when load() began */
};

static struct redis *redis_of(const struct store *store)
{
    return (struct redis *)(void *)(uintptr_t)store; /* its first member */
}

/* ---- hiredis's hooks ---- */

static void add_read(void *user)
{
    ((struct redis *)user)->reading = true;
}

static void del_read(void *user)
{
    ((struct redis *)user)->reading = false;
}

static void add_write(void *user)
{
    ((struct redis *)user)->writing = true;
}

static void del_write(void *user)
{
    ((struct redis *)user)->writing = false;
}

static void clean_up(void *user)
{
    del_read(user);
    del_write(user);
}

/* ---- Connecting ---- */

/* The context is freed by hiredis once its callback has returned. */
static void gone(struct redis *redis)
{
    bool was = redis->ready;

    redis->context = NULL;
    redis->ready = false;
    redis->failed = false;
    redis->pending = 0;
    redis->again_ms = redis->now_ms + AGAIN_MS;
    if (was) {
        redis->store.events.lost(redis->store.events.user);
    }
}

static void on_disconnect(const redisAsyncContext *context, int status)
{
    struct redis *redis = context->data;

    (void)status;
    if (redis->context == context) {
        gone(redis);
    }
}

/* Gives the connection up; commands without a reply are told so by NULL. */
static void give_up(struct redis *redis)
{
    redisAsyncContext *context = redis->context;

    gone(redis);
    if (context != NULL) {
        redisAsyncFree(context);
    }
}

static void on_connect(const redisAsyncContext *context, int status)
{
    struct redis *redis = context->data;

    if (status != REDIS_OK && redis->context == context) {
        gone(redis); /* hiredis frees it */
    }
}

/* Counts a reply; false where it is none, or an error, which ends the connection. */
static bool is_reply(struct redis *redis, const redisAsyncContext *context, const redisReply *reply)
{
    if (redis->context != context || reply == NULL) {
        return false;
    }
    redis->pending--;
    redis->sent_ms = redis->now_ms;
    if (reply->type == REDIS_REPLY_ERROR) {
        fprintf(stderr, PROGRAM ": store: %s\n", reply->str);
        redis->failed = true;
        return false;
    }
    return true;
}

static void send_command(struct redis *redis, redisCallbackFn *reply, int count, const char **words)
{
    size_t lengths[12];

    for (int i = 0; i < count; i++) {
        lengths[i] = strlen(words[i]);
    }
    if (redisAsyncCommandArgv(redis->context, reply, redis, count, words, lengths) != REDIS_OK) {
        redis->failed = true;
        return;
    }
    if (redis->pending++ == 0) {
        redis->sent_ms = redis->now_ms;
    }
}

static void on_selected(redisAsyncContext *context, void *reply, void *user)
{
    (void)is_reply(user, context, reply);
}

static void on_script(redisAsyncContext *context, void *reply, void *user)
{
    struct redis *redis = user;
    const redisReply *sha = reply;
    int script = redis->sha[SCRIPT_CLAIM] == NULL ? SCRIPT_CLAIM : SCRIPT_PUT;

    if (!is_reply(redis, context, reply)) {
        return;
    }
    redis->sha[script] = text_copy_part(sha->str, (size_t)sha->len);
    if (script == SCRIPT_PUT) {
        redis->ready = true;
        redis->store.events.reached(redis->store.events.user);
    }
}

static void prepare(struct redis *redis)
{
    const char *select[] = {"SELECT", redis->database};

    if (redis->database != NULL) {
        send_command(redis, on_selected, 2, select);
    }
    for (int i = 0; i < SCRIPT_COUNT; i++) {
        const char *load[] = {"SCRIPT", "LOAD", scripts[i]};

        free(redis->sha[i]);
        redis->sha[i] = NULL;
        send_command(redis, on_script, 3, load);
    }
}

static void start_connecting(struct redis *redis)
{
    redisAsyncContext *context = redis->port == 0 ? redisAsyncConnectUnix(redis->host)
                                                  : redisAsyncConnect(redis->host, redis->port);

    redis->again_ms = redis->now_ms + AGAIN_MS;
    if (context == NULL) {
        return;
    }
    if (context->err != 0) {
        redisAsyncFree(context);
        return;
    }
    redis->context = context;
    context->data = redis;
    context->ev.data = redis;
    context->ev.addRead = add_read;
    context->ev.delRead = del_read;
    context->ev.addWrite = add_write;
    context->ev.delWrite = del_write;
    context->ev.cleanup = clean_up;
    redisAsyncSetConnectCallback(context, on_connect);
    redisAsyncSetDisconnectCallback(context, on_disconnect);
    prepare(redis);
}

/* ---- The five functions ---- */

static void on_claimed(redisAsyncContext *context, void *answer, void *user)
{
    struct redis *redis = user;
    const redisReply *reply = answer;
    const char *owner;

    if (!is_reply(redis, context, reply) || reply->elements != 3) {
        return;
    }
    owner = reply->element[2]->str;
    redis->store.events.claimed(
        redis->store.events.user, reply->element[0]->integer == 1 ? STORE_OURS : STORE_OTHERS,
        (uint64_t)reply->element[1]->integer, owner != NULL && *owner != '\0' ? owner : NULL);
}

static void on_put(redisAsyncContext *context, void *answer, void *user)
{
    struct redis *redis = user;
    const redisReply *reply = answer;

    if (is_reply(redis, context, reply) && reply->integer == 0) {
        redis->store.events.refused(redis->store.events.user);
    }
}

static void run_script(struct redis *redis, enum script script, redisCallbackFn *reply, int count,
                       const char *const *arguments)
{
    const char *words[12] = {"EVALSHA",      redis->sha[script], "3",
                             redis->keys[0], redis->keys[1],     redis->keys[2]};

    for (int i = 0; i < count; i++) {
        words[6 + i] = arguments[i];
    }
    send_command(redis, reply, 6 + count, words);
    /* At once: what follows on the wire is sent after this has left. */
    redisAsyncHandleWrite(redis->context);
}

static void redis_claim(struct store *store, uint64_t epoch, uint64_t seen, uint32_t lease_ms)
{
    struct redis *redis = redis_of(store);
    char numbers[3][24];
    const char *arguments[] = {redis->node, numbers[0], numbers[1], numbers[2]};

    if (!redis->ready) {
        return;
    }
    snprintf(numbers[0], sizeof numbers[0], "%llu", (unsigned long long)epoch);
    snprintf(numbers[1], sizeof numbers[1], "%llu", (unsigned long long)seen);
    snprintf(numbers[2], sizeof numbers[2], "%lu", (unsigned long)lease_ms);
    run_script(redis, SCRIPT_CLAIM, on_claimed, 4, arguments);
}

static void redis_put(struct store *store, uint64_t epoch, const char *key, const char *record)
{
    struct redis *redis = redis_of(store);
    char number[24];
    const char *arguments[] = {number, key, record != NULL ? record : ""};

    if (!redis->ready) {
        return;
    }
    snprintf(number, sizeof number, "%llu", (unsigned long long)epoch);
    run_script(redis, SCRIPT_PUT, on_put, 3, arguments);
}

static void on_scanned(redisAsyncContext *context, void *reply, void *user);

static void scan(struct redis *redis, const char *cursor)
{
    const char *words[] = {"HSCAN", redis->keys[2], cursor, "COUNT", SCAN_COUNT};

    send_command(redis, on_scanned, 5, words);
}

static void on_record(struct redis *redis, const redisReply *value)
{
    char *record;
    uint64_t written_ms = strtoull(value->str, &record, 10);

    if (*record == ' ') {
        record++;
        redis->store.events.loaded(
            redis->store.events.user, record, (size_t)(value->str + value->len - record),
            redis->loading_ms > written_ms ? redis->loading_ms - written_ms : 0);
    }
}

static void on_scanned(redisAsyncContext *context, void *answer, void *user)
{
    struct redis *redis = user;
    const redisReply *reply = answer;

    if (!is_reply(redis, context, reply) || reply->elements != 2) {
        return;
    }
    for (size_t i = 1; i < reply->element[1]->elements; i += 2) {
        on_record(redis, reply->element[1]->element[i]);
    }
    if (strcmp(reply->element[0]->str, "0") != 0) {
        scan(redis, reply->element[0]->str);
    } else {
        redis->store.events.loaded(redis->store.events.user, NULL, 0, 0);
    }
}

static void on_time(redisAsyncContext *context, void *answer, void *user)
{
    struct redis *redis = user;
    const redisReply *reply = answer;

    if (!is_reply(redis, context, reply) || reply->elements != 2) {
        return;
    }
    redis->loading_ms = strtoull(reply->element[0]->str, NULL, 10) * 1000 +
                        strtoull(reply->element[1]->str, NULL, 10) / 1000;
    scan(redis, "0");
}

static void redis_load(struct store *store)
{
    struct redis *redis = redis_of(store);
    const char *time[] = {"TIME"};

    if (redis->ready) {
        send_command(redis, on_time, 1, time);
    }
}

static struct pollfd redis_watch(const struct store *store)
{
    const struct redis *redis = redis_of(store);
    struct pollfd source = {.fd = -1};

    if (redis->context != NULL) {
        source.fd = redis->context->c.fd;
        source.events = (short)((redis->reading ? POLLIN : 0) | (redis->writing ? POLLOUT : 0));
    }
    return source;
}

static uint64_t redis_work(struct store *store, short revents, uint64_t now_ms)
{
    struct redis *redis = redis_of(store);

    redis->now_ms = now_ms;
    if (redis->context == NULL && now_ms >= redis->again_ms) {
        start_connecting(redis);
    }
    if (redis->context != NULL && (revents & (POLLIN | POLLERR | POLLHUP)) != 0) {
        redisAsyncHandleRead(redis->context);
    }
    if (redis->context != NULL && (revents & (POLLOUT | POLLERR | POLLHUP)) != 0) {
        redisAsyncHandleWrite(redis->context);
    }
    if (redis->context != NULL && redis->failed) {
        give_up(redis);
    }
    if (redis->context != NULL && redis->pending > 0 && now_ms >= redis->sent_ms + PATIENCE_MS) {
        give_up(redis);
    }
    if (redis->context == NULL) {
        return redis->again_ms;
    }
    return redis->pending > 0 ? redis->sent_ms + PATIENCE_MS : CLOCK_NEVER;
}

/* ---- Opening ---- */

static const struct store_kind kind = {redis_claim, redis_put, redis_load, redis_watch, redis_work};

/* redis://HOST:PORT[/DB] */
static bool read_tcp(struct redis *redis, const char *address)
{
    size_t length = strcspn(address, "/");
    char *text = text_copy_part(address, length);
    struct endpoint endpoint = {0};
    bool good = endpoint_parse(&endpoint, text);

    free(text);
    if (good && address[length] == '/') {
        redis->database = text_copy(address + length + 1);
        good = *redis->database != '\0' &&
               strspn(redis->database, "0123456789") == strlen(redis->database);
    }
    redis->host = endpoint.host;
    redis->port = endpoint.port >= 0 ? endpoint.port : 6379;
    return good && redis->port != 0;
}

static bool read_url(struct redis *redis, const char *url)
{
    if (strncmp(url, "unix:", 5) == 0 && url[5] != '\0') {
        redis->host = text_copy(url + 5);
        return true;
    }
    return strncmp(url, "redis://", 8) == 0 && read_tcp(redis, url + 8);
}

struct store *store_open(const char *url, const char *group, const char *node,
                         const struct store_events *events)
{
    static const char *const names[] = {"lease", "epoch", "calls"};
    struct redis *redis = memory(sizeof *redis);

    redis->store = (struct store){&kind, *events};
    redis->node = text_copy(node);
    for (size_t i = 0; i < 3; i++) {
        redis->keys[i] = text_print("sst:{%s}:%s", group, names[i]);
    }
    if (!read_url(redis, url)) {
        fprintf(stderr, PROGRAM ": --store %s: neither redis://HOST:PORT[/DB] nor unix:PATH\n",
                url);
        store_close(&redis->store);
        return NULL;
    }
    return &redis->store;
}

void store_close(struct store *store)
{
    struct redis *redis = redis_of(store);
    redisAsyncContext *context;

    if (store == NULL) {
        return;
    }
    context = redis->context;
    redis->context = NULL;
    if (context != NULL) {
        redisAsyncFree(context);
    }
    for (size_t i = 0; i < 3; i++) {
        free(redis->keys[i]);
    }
    for (size_t i = 0; i < SCRIPT_COUNT; i++) {
        free(redis->sha[i]);
    }
    free(redis->host);
    free(redis->database);
    free(redis->node);
    free(redis);
}
