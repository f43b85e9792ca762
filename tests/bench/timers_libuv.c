/* SPDX-License-Identifier: MIT */
/* libuv: a binary tree of nodes within the timers. */
#define _POSIX_C_SOURCE 200809L

#include "measure.h"
#include "timers.h"

#include <uv.h>

static uv_loop_t loop;
static uv_timer_t *timers;

static void on_timer(uv_timer_t *timer)
{
    timers_fired((size_t)(timer - timers));
}

void timers_create(size_t n)
{
    if (uv_loop_init(&loop) != 0) {
        bench_fail("no loop");
    }
    timers = bench_memory(n, sizeof *timers);
    for (size_t i = 0; i < n; i++) {
        (void)uv_timer_init(&loop, &timers[i]);
    }
}

void timers_add(size_t i, uint64_t after_ms)
{
    (void)uv_timer_start(&timers[i], on_timer, after_ms, 0);
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
    (void)uv_timer_stop(&timers[i]);
}

void timers_hurry(size_t i)
{
    timers_add(i, 0);
}

void timers_run(void)
{
    (void)uv_run(&loop, UV_RUN_NOWAIT);
}

bool timers_run_until(uint64_t now_ms)
{
    (void)now_ms;
    return false;
}
