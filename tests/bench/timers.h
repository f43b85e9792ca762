/* SPDX-License-Identifier: MIT */
/*
 * What a benchmark of timers asks of a library. Each side is a program of its own, since libraries
 * have names in common: timers.c and one of the files timers_*.c.
 */
#ifndef BENCH_TIMERS_H
#define BENCH_TIMERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* n timers, none of them set. */
void timers_create(size_t n);

/* Sets timer i to a time after_ms from now. It is not set (add), or it is (move). */
void timers_add(size_t i, uint64_t after_ms);
void timers_move(size_t i, uint64_t after_ms);

/* As timers_move(), where it is known that the time is later than any other. */
void timers_later(size_t i, uint64_t after_ms);

/* Timer i is set, and is not from here on. */
void timers_cancel(size_t i);

/* Makes timer i, which is set, due; and then runs what is due. */
void timers_hurry(size_t i);
void timers_run(void);

/* For libraries that are given the clock: how far it is, and to run what is due by then. A timer
 * that runs is not set any more. False where the library has a clock of its own. */
bool timers_run_until(uint64_t now_ms);

/* To be called by each timer that runs. */
void timers_fired(size_t i);

#endif
