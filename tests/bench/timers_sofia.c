/* SPDX-License-Identifier: MIT */
/* su_timer of Sofia-SIP: a binary heap of pointers. */
#include "measure.h"
#include "timers.h"

#include <sofia-sip/su_wait.h>

/* Exported, but in no public header. */
su_timer_queue_t *su_task_timers(su_task_r const task);

static su_root_t *root;
static su_timer_t **timers;
static su_time_t now;

static void on_timer(su_root_magic_t *magic, su_timer_t *timer, su_timer_arg_t *arg)
{
    (void)magic;
    (void)timer;
    timers_fired((size_t)(uintptr_t)arg);
}

static su_time_t after(uint64_t after_ms)
{
    uint64_t us = now.tv_usec + after_ms * 1000u;
    su_time_t when;

    when.tv_sec = now.tv_sec + (unsigned long)(us / 1000000u);
    when.tv_usec = (unsigned long)(us % 1000000u);
    return when;
}

void timers_create(size_t n)
{
    if (su_init() != 0 || (root = su_root_create(NULL)) == NULL) {
        bench_fail("no su_root");
    }
    now = su_now();
    timers = bench_memory(n, sizeof *timers);
    for (size_t i = 0; i < n; i++) {
        timers[i] = su_timer_create(su_root_task(root), 0);
        if (timers[i] == NULL) {
            bench_fail("no su_timer");
        }
    }
}

void timers_add(size_t i, uint64_t after_ms)
{
    (void)su_timer_set_at(timers[i], on_timer, (su_timer_arg_t *)(uintptr_t)i, after(after_ms));
}

void timers_move(size_t i, uint64_t after_ms)
{
    timers_add(i, after_ms);
}

void timers_later(size_t i, uint64_t after_ms)
{
    timers_add(i, after_ms);
}

void timers_cancel(size_t i)
{
    (void)su_timer_reset(timers[i]);
}

void timers_hurry(size_t i)
{
    timers_add(i, 0);
}

void timers_run(void)
{
    su_duration_t next = 0;

    (void)su_timer_expire(su_task_timers(su_root_task(root)), &next, now);
}

bool timers_run_until(uint64_t now_ms)
{
    static uint64_t before_ms;

    now = after(now_ms - before_ms);
    before_ms = now_ms;
    timers_run();
    return true;
}
