/* SPDX-License-Identifier: MIT */
/*
 * The queue of libsst. A timer is a session: every other one refreshes, as it does after a 2xx, and
 * the rest watch for the peer's refresh. Only their deadlines matter here, so they are written as a
 * commit leaves them.
 */
#include "measure.h"
#include "session/event.h"
#include "session/refused.h"
#include "timers.h"

#include <sst/sst.h>

#include <stdlib.h>

#define INTERVAL 3600u
#define OVERDUE_MS (INTERVAL * 750u - 16000u)

static struct sst_policy policy;
static struct sst_session *sessions;
static struct sst_queue queue;
static uint64_t now_ms;

static int on_event(void *user, struct sst_session *session, const struct sst_event *event)
{
    (void)user;
    if (event->type >= SST_EVENT_REFRESH || event->type == SST_EVENT_OVERDUE) {
        timers_fired((size_t)(session - sessions));
    }
    return SST_CALLBACK_DONE;
}

void timers_create(size_t n)
{
    struct sst_queue_slot *slots = aligned_alloc(64, (n * sizeof *slots + 63u) / 64u * 64u);

    sst_policy_init(&policy);
    policy.on_event = on_event;
    sessions = aligned_alloc(64, n * sizeof *sessions);
    if (slots == NULL || sessions == NULL || sst_queue_init(&queue, slots, n) != SST_OK) {
        bench_fail("no queue");
    }
    for (size_t i = 0; i < n; i++) {
        struct sst_session *session = &sessions[i];

        if (sst_session_init(session, &policy, SST_CALLER) != SST_OK) {
            bench_fail("no session");
        }
        session->interval = INTERVAL;
        sst_set_phase(session, PHASE_CONFIRMED);
        sst_set_update(session, UPDATE_ALLOWED);
        sst_set_runs(session, i % 2 == 0 ? RUNS_LOCAL : RUNS_REMOTE);
        session->guard_ms = i % 2 == 0 ? 0 : (uint16_t)sst_guard_ms(INTERVAL);
    }
}

/* As a 2xx leaves a session: one side has planned its refresh; the other counts from the 2xx, and
 * polls at half of the interval and halfway between that and the end. */
static inline void commit(struct sst_session *session, size_t i, uint64_t after_ms)
{
    uint64_t when = now_ms + SST_TIME_BIAS + after_ms;

    if (i % 2 == 0) {
        session->refresh_ms = when;
        session->start_ms = now_ms + SST_TIME_BIAS;
    } else {
        session->start_ms = when - OVERDUE_MS;
    }
}

void timers_add(size_t i, uint64_t after_ms)
{
    sst_set_phase(&sessions[i], PHASE_CONFIRMED); /* a different interval, or call */
    sst_set_runs(&sessions[i], i % 2 == 0 ? RUNS_LOCAL : RUNS_REMOTE);
    sessions[i].flags &= ~F_INTERVAL;
    sessions[i].refresh_ms = SST_NEVER;
    timers_move(i, after_ms);
}

void timers_move(size_t i, uint64_t after_ms)
{
    commit(&sessions[i], i, after_ms);
    bench_must(sst_queue_update(&queue, &sessions[i]));
}

void timers_later(size_t i, uint64_t after_ms)
{
    timers_move(i, after_ms);
}

void timers_cancel(size_t i)
{
    sst_queue_remove(&queue, &sessions[i]);
}

/* The session must end: the peer's refresh never came. */
void timers_hurry(size_t i)
{
    struct sst_session *session = &sessions[i];

    session->start_ms = now_ms + SST_TIME_BIAS - INTERVAL * 1000u;
    session->refresh_ms = SST_NEVER;
    bench_must(sst_queue_update(&queue, session));
}

void timers_run(void)
{
    (void)sst_queue_run(&queue, now_ms, SIZE_MAX);
}

bool timers_run_until(uint64_t until_ms)
{
    now_ms = until_ms;
    timers_run();
    return true;
}
