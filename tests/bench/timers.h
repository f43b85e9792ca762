/* SPDX-License-Identifier: MIT */
/*
 * What a benchmark of timers needs from a library. Each library has a program of its own, because
 * their names clash: timers.c and one of the files timers_*.c.
 */
#ifndef BENCH_TIMERS_H
#define BENCH_TIMERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* n timers, none of them set. */
void timers_create(size_t n);

/* Sets timer i to a time after_ms from now. Before the call it is not set (add), or it is set
 * (move). */
void timers_add(size_t i, uint64_t after_ms);
void timers_move(size_t i, uint64_t after_ms);

/* Like timers_move(), if the time is known to be later than any other. */
void timers_later(size_t i, uint64_t after_ms);

/* Stops timer i, which is set. */
void timers_cancel(size_t i);

/* Makes timer i, which is set, due; then runs what is due. */
void timers_hurry(size_t i);
void timers_run(void);

/* For libraries that are given the time: sets the clock and runs what is due by then. A timer that
 * has fired is not set any more. False if the library has a clock of its own. */
bool timers_run_until(uint64_t now_ms);

/* Must be called by each timer that fires. */
void timers_fired(size_t i);

#endif
