/* SPDX-License-Identifier: MIT */
#include "clock.h"

void clock_start(struct clock *clock, double speed)
{
    clock->speed = speed;
    clock->id = CLOCK_MONOTONIC;
#ifdef CLOCK_BOOTTIME
    /* CLOCK_BOOTTIME goes on while the machine sleeps, as the peer's clock does; CLOCK_MONOTONIC
     * does not. */
    if (clock_gettime(CLOCK_BOOTTIME, &clock->start) == 0) {
        clock->id = CLOCK_BOOTTIME;
        return;
    }
#endif
    clock_gettime(clock->id, &clock->start);
}

static double elapsed_ms(const struct clock *clock)
{
    struct timespec now;

    clock_gettime(clock->id, &now);
    return (double)(now.tv_sec - clock->start.tv_sec) * 1e3 +
           (double)(now.tv_nsec - clock->start.tv_nsec) / 1e6;
}

/* Doubles above 2^53 ms are useless as times, and would not convert. */
static uint64_t whole_ms(double ms)
{
    if (!(ms > 0)) {
        return 0;
    }
    return ms < 9e15 ? (uint64_t)ms : CLOCK_NEVER - 1;
}

/* Rounded up: a deadline checked too early would have to be checked again. */
static uint64_t whole_ms_up(double ms)
{
    uint64_t down = whole_ms(ms);

    return (double)down < ms ? down + 1 : down;
}

uint64_t clock_real_ms(const struct clock *clock)
{
    return whole_ms(elapsed_ms(clock));
}

uint64_t clock_library_ms(const struct clock *clock)
{
    return whole_ms(elapsed_ms(clock) * clock->speed);
}

double clock_real_s(const struct clock *clock)
{
    return elapsed_ms(clock) / 1e3;
}

uint64_t clock_real_of(const struct clock *clock, uint64_t library_ms)
{
    if (library_ms == CLOCK_NEVER) {
        return CLOCK_NEVER;
    }
    return whole_ms_up((double)library_ms / clock->speed);
}

uint64_t clock_real_span(const struct clock *clock, double library_s)
{
    return whole_ms_up(library_s * 1e3 / clock->speed);
}
