/* SPDX-License-Identifier: MIT */
/* libev: a heap with four children, keys next to the pointers. */
#include "measure.h"
#include "timers.h"

#include <ev.h>

struct timer {
    ev_timer ev; /* first */
};

static struct ev_loop *loop;
static struct timer *timers;

static void on_timer(struct ev_loop *its_loop, ev_timer *ev, int events)
{
    (void)its_loop;
    (void)events;
    timers_fired((size_t)((struct timer *)ev - timers));
}

void timers_create(size_t n)
{
    loop = ev_loop_new(EVFLAG_AUTO);
    timers = bench_memory(n, sizeof *timers);
    for (size_t i = 0; i < n; i++) {
        ev_timer_init(&timers[i].ev, on_timer, 0., 0.);
    }
    if (loop == NULL) {
        bench_fail("no loop");
    }
}

void timers_add(size_t i, uint64_t after_ms)
{
    ev_timer_set(&timers[i].ev, (double)after_ms * 1e-3, 0.);
    ev_timer_start(loop, &timers[i].ev);
}

/* As its manual advises for timeouts that move: the one call that does not stop the timer first. */
void timers_move(size_t i, uint64_t after_ms)
{
    timers[i].ev.repeat = (double)after_ms * 1e-3;
    ev_timer_again(loop, &timers[i].ev);
}

void timers_later(size_t i, uint64_t after_ms)
{
    timers_move(i, after_ms);
}

void timers_cancel(size_t i)
{
    ev_timer_stop(loop, &timers[i].ev);
}

void timers_hurry(size_t i)
{
    ev_timer_stop(loop, &timers[i].ev);
    ev_timer_set(&timers[i].ev, -1., 0.);
    ev_timer_start(loop, &timers[i].ev);
}

void timers_run(void)
{
    (void)ev_run(loop, EVRUN_NOWAIT);
}

bool timers_run_until(uint64_t now_ms)
{
    (void)now_ms;
    return false;
}
