/* SPDX-License-Identifier: MIT */
/* libevent: a binary heap of pointers. */
#include "measure.h"
#include "timers.h"

#include <event2/event.h>
#include <event2/event_struct.h>

static struct event_base *base;
static struct event *timers;

static void on_timer(evutil_socket_t socket, short events, void *timer)
{
    (void)socket;
    (void)events;
    timers_fired((size_t)((struct event *)timer - timers));
}

void timers_create(size_t n)
{
    base = event_base_new();
    timers = bench_memory(n, sizeof *timers);
    for (size_t i = 0; i < n; i++) {
        if (base == NULL || evtimer_assign(&timers[i], base, on_timer, &timers[i]) != 0) {
            bench_fail("no event");
        }
    }
}

void timers_add(size_t i, uint64_t after_ms)
{
    struct timeval when = {(time_t)(after_ms / 1000u), (suseconds_t)(after_ms % 1000u * 1000u)};

    (void)evtimer_add(&timers[i], &when);
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
    (void)evtimer_del(&timers[i]);
}

void timers_hurry(size_t i)
{
    timers_add(i, 0);
}

void timers_run(void)
{
    (void)event_base_loop(base, EVLOOP_NONBLOCK);
}

bool timers_run_until(uint64_t now_ms)
{
    (void)now_ms;
    return false;
}
