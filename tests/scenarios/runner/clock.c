/* SPDX-License-Identifier: MIT */
/* Time: it only moves on to what is due, and every report of libsst needs a line. */
#include "world.h"

#include <inttypes.h>
#include <string.h>

/* How much may be due at one moment. More than this would keep a host's loop busy. */
#define MAX_AT_ONCE 200u

bool nothing_untold(struct world *world)
{
    char came[128];
    for (unsigned i = 0; i < world->host_count; i++) {
        const struct host *host = &world->host[i];
        if (host->told_count > 0) {
            char at[32];
            print_seconds(at, sizeof at, host->told[0].at_ms);
            (void)snprintf(came, sizeof came, "%s %s : %s", at, host->name, host->told[0].text);
            return fail(world, "nothing before this line", came);
        }
    }
    return true;
}

/* When a host is due, on the scenario's clock. */
static uint64_t host_due(const struct host *host)
{
    if (host->asleep) {
        return host->wake_ms;
    }
    if (host->party->kind == PROXY) {
        return host->kept.expires_ms;
    }
    if (host->session == NULL) {
        return SST_NEVER;
    }
    return host_time(host, sst_session_deadline(host->session));
}

static bool tick(struct host *host)
{
    uint64_t now = host_now(host);
    if (host->party->kind == PROXY) {
        expire_proxy(host);
        return true;
    }
    if (host->world->way == WAY_QUEUED) {
        (void)sst_queue_run(&host->queue, now, 8);
    } else {
        (void)sst_session_advance(host->session, now); /* host_after() pulls its events */
    }
    return host_after(host);
}

static bool wake(struct host *host)
{
    struct world *world = host->world;
    host->asleep = false;
    if (host->image_length > 0 && !restart_restore(host)) {
        return false;
    }
    /* The socket is read first; see sst_session_advance() for the reason. */
    for (unsigned i = 0; i < MAX_FLIGHTS; i++) {
        struct flight *flight = &world->flight[i];
        if (flight->used && flight->at_ms <= world->now_ms && strcmp(flight->to, host->name) == 0) {
            flight->used = false;
            if (!deliver(world, flight->from, flight->to, &flight->message)) {
                return false;
            }
        }
    }
    return host->session == NULL || tick(host);
}

/* What is due next, and when. */
struct next {
    uint64_t at_ms;
    struct flight *flight;
    struct host *host;
};

static struct next find_next(struct world *world)
{
    struct next next = {SST_NEVER, NULL, NULL};
    for (unsigned i = 0; i < world->host_count; i++) {
        struct host *host = &world->host[i];
        uint64_t at = host_due(host);
        if (at < next.at_ms) {
            next.at_ms = at;
            next.host = host;
        }
    }
    for (unsigned i = 0; i < MAX_FLIGHTS; i++) {
        struct flight *flight = &world->flight[i];
        const struct host *to = flight->used ? host_find(world, flight->to) : NULL;
        if (flight->used && flight->at_ms <= next.at_ms && !(to != NULL && to->asleep)) {
            next.at_ms = flight->at_ms;
            next.flight = flight;
            next.host = NULL;
        }
    }
    return next;
}

/* Calls at odd moments must change nothing. */
static bool poll_before(struct world *world, uint64_t until_ms)
{
    uint64_t now = world->now_ms;
    if (world->way != WAY_PULLED || until_ms <= now + 1u) {
        return true;
    }
    world->dice = world->dice * UINT32_C(1664525) + UINT32_C(1013904223);
    world->now_ms = now + 1u + world->dice % (until_ms - now - 1u);
    for (unsigned i = 0; i < world->host_count; i++) {
        struct host *host = &world->host[i];
        if (!host_idle(host) && host->party->kind == LIBRARY && !tick(host)) {
            return false;
        }
    }
    return nothing_untold(world);
}

/* Moves the clock; every report so far must have had its line. */
static bool move_to(struct world *world, uint64_t at_ms)
{
    if (at_ms <= world->now_ms) {
        return true;
    }
    if (!nothing_untold(world) || !poll_before(world, at_ms)) {
        return false;
    }
    world->now_ms = at_ms;
    return true;
}

bool run_to(struct world *world, uint64_t until_ms)
{
    unsigned at_once = 0;
    for (;;) {
        struct next next = find_next(world);
        if (next.at_ms > until_ms) {
            return move_to(world, until_ms);
        }
        at_once = next.at_ms > world->now_ms ? 0 : at_once + 1u;
        if (at_once > MAX_AT_ONCE) {
            return fail(world, "time goes on", "something is due again and again");
        }
        if (!move_to(world, next.at_ms)) {
            return false;
        }
        bool good = true;
        if (next.flight != NULL) {
            next.flight->used = false;
            good = deliver(world, next.flight->from, next.flight->to, &next.flight->message);
        } else if (next.host->asleep) {
            good = wake(next.host);
        } else {
            good = tick(next.host);
        }
        if (!good || world->failed) {
            return false;
        }
    }
}
