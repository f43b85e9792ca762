/* SPDX-License-Identifier: MIT */
/* Requests to callgrind, which do nothing without it. */
#include "measure.h"

#include <valgrind/callgrind.h>

bool bench_counts(void)
{
    return RUNNING_ON_VALGRIND != 0;
}

void bench_count_begin(void)
{
    CALLGRIND_START_INSTRUMENTATION;
    CALLGRIND_ZERO_STATS;
}

void bench_count_end(const char *name)
{
    CALLGRIND_DUMP_STATS_AT(name);
    CALLGRIND_STOP_INSTRUMENTATION;
}

void bench_count_pause(void)
{
    CALLGRIND_TOGGLE_COLLECT;
}

void bench_count_resume(void)
{
    CALLGRIND_TOGGLE_COLLECT;
}
