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

#include "redis_link.h"
#include "text.h"

/* How many calls are asked for at a time. */
#define SCAN_COUNT "1000"

enum script { SCRIPT_CLAIM, SCRIPT_PUT, SCRIPT_COUNT };

static const char *const scripts[SCRIPT_COUNT] = {
    /* ARGV: node, our epoch or 0, the highest epoch seen, ms. Returns success, epoch, owner, and
     * whether Redis is out of memory. PEXPIRE needs no memory: the holder of the lease keeps it. */
    "local owner = redis.call('GET', KEYS[1])\n"
    "local epoch = tonumber(redis.call('GET', KEYS[2]) or '0')\n"
    "local ours, seen = tonumber(ARGV[2]), tonumber(ARGV[3])\n"
    "if ours == 0 then\n"
    "  if owner or epoch < seen then return {0, epoch, owner or '', 0} end\n"
    "  ours = epoch + 1\n"
    "elseif epoch > ours then\n"
    "  return {0, epoch, owner or '', 0}\n"
    "end\n"
    "local set = redis.pcall('SET', KEYS[2], ours)\n"
    "if set.err then\n"
    "  if not string.find(set.err, 'OOM', 1, true) then return set end\n"
    "  if owner ~= ARGV[1] or epoch ~= ours then return {-1, epoch, owner or '', 1} end\n"
    "  redis.call('PEXPIRE', KEYS[1], ARGV[4])\n"
    "  return {1, ours, ARGV[1], 1}\n"
    "end\n"
    "redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[4])\n"
    "return {1, ours, ARGV[1], 0}\n",
    /* ARGV: our epoch, key, record or nothing. Returns success. */
    "if tonumber(redis.call('GET', KEYS[2]) or '0') > tonumber(ARGV[1]) then return 0 end\n"
    "if ARGV[3] == '' then redis.call('HDEL', KEYS[3], ARGV[2]) return 1 end\n"
    "local time = redis.call('TIME')\n"
    "local ms = time[1] .. string.format('%03d', math.floor(time[2] / 1000))\n"
    "redis.call('HSET', KEYS[3], ARGV[2], ms .. ' ' .. ARGV[3])\n"
    "return 1\n"};

struct redis {
    struct store store;
    struct redis_link link;
    char *node;
    char *keys[3];
    char *sha[SCRIPT_COUNT]; /* of the scripts, once they are loaded */
    bool ready;              /* connected, and the scripts are loaded */
    uint64_t loading_ms;     /* the store's time when load() began */
};

static struct redis *redis_of(const struct store *store)
{
    return (struct redis *)(void *)(uintptr_t)store; /* the store is its first member */
}

/* ---- What the connection reports ---- */

static void on_script(redisAsyncContext *context, void *answer, void *user)
{
    struct redis *redis = user;
    const redisReply *sha = answer;
    int script = redis->sha[SCRIPT_CLAIM] == NULL ? SCRIPT_CLAIM : SCRIPT_PUT;

    if (!redis_link_reply(&redis->link, context, sha)) {
        return;
    }
    redis->sha[script] = text_copy_part(sha->str, (size_t)sha->len);
    if (script == SCRIPT_PUT) {
        redis->ready = true;
        redis->store.events.reached(redis->store.events.user);
    }
}

static void on_begun(void *user)
{
    struct redis *redis = user;

    for (int i = 0; i < SCRIPT_COUNT; i++) {
        const char *load[] = {"SCRIPT", "LOAD", scripts[i]};

        free(redis->sha[i]);
        redis->sha[i] = NULL;
        redis_link_send(&redis->link, on_script, 3, load);
    }
}

static void on_gone(void *user)
{
    struct redis *redis = user;

    if (redis->ready) {
        redis->ready = false;
        redis->store.events.lost(redis->store.events.user);
    }
}

static void on_full(void *user)
{
    struct redis *redis = user;

    redis->store.events.full(redis->store.events.user, true);
}

/* ---- The five functions ---- */

static void on_claimed(redisAsyncContext *context, void *answer, void *user)
{
    struct redis *redis = user;
    const redisReply *reply = answer;
    const struct store_events *events = &redis->store.events;
    const char *owner;
    long long whether;

    if (!redis_link_reply(&redis->link, context, reply) || reply->elements != 4) {
        return;
    }
    whether = reply->element[0]->integer;
    owner = reply->element[2]->str;
    events->full(events->user, reply->element[3]->integer == 1);
    events->claimed(events->user,
                    whether > 0    ? STORE_OURS
                    : whether == 0 ? STORE_OTHERS
                                   : STORE_NOBODYS,
                    (uint64_t)reply->element[1]->integer, *owner != '\0' ? owner : NULL);
}

static void on_put(redisAsyncContext *context, void *answer, void *user)
{
    struct redis *redis = user;
    const redisReply *reply = answer;

    if (redis_link_reply(&redis->link, context, reply) && reply->integer == 0) {
        redis->store.events.refused(redis->store.events.user);
    }
}

static void run_script(struct redis *redis, enum script script, redisCallbackFn *reply, int count,
                       const char *const *arguments)
{
    const char *words[REDIS_LINK_WORDS] = {"EVALSHA",      redis->sha[script], "3",
                                           redis->keys[0], redis->keys[1],     redis->keys[2]};

    for (int i = 0; i < count; i++) {
        words[6 + i] = arguments[i];
    }
    redis_link_send(&redis->link, reply, 6 + count, words);
    /* At once: what follows on the wire must be sent after this. */
    redis_link_flush(&redis->link);
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

    redis_link_send(&redis->link, on_scanned, 5, words);
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

    if (!redis_link_reply(&redis->link, context, reply) || reply->elements != 2) {
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

    if (!redis_link_reply(&redis->link, context, reply) || reply->elements != 2) {
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
        redis_link_send(&redis->link, on_time, 1, time);
    }
}

static struct pollfd redis_watch(const struct store *store)
{
    return redis_link_watch(&redis_of(store)->link);
}

static uint64_t redis_work(struct store *store, short revents, uint64_t now_ms)
{
    return redis_link_work(&redis_of(store)->link, revents, now_ms);
}

/* ---- Opening ---- */

static const struct store_kind kind = {redis_claim, redis_put, redis_load, redis_watch, redis_work};

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
    redis->link.user = redis;
    redis->link.begun = on_begun;
    redis->link.gone = on_gone;
    redis->link.full = on_full;
    if (!redis_url_read(&redis->link.url, url, getenv("SST_UA_STORE_AUTH"))) {
        store_close(&redis->store);
        return NULL;
    }
    return &redis->store;
}

void store_close(struct store *store)
{
    struct redis *redis = redis_of(store);

    if (store == NULL) {
        return;
    }
    redis_link_close(&redis->link);
    for (size_t i = 0; i < 3; i++) {
        free(redis->keys[i]);
    }
    for (size_t i = 0; i < SCRIPT_COUNT; i++) {
        free(redis->sha[i]);
    }
    free(redis->node);
    free(redis);
}
