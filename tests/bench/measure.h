/* SPDX-License-Identifier: MIT */
/* What the benchmarks measure with: CPU time, instructions, resident memory, and chance. */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* CPU time of this thread in ns: what other processes take meanwhile is not in it. */
uint64_t bench_cpu_ns(void);

/* Whether callgrind counts instructions. Each section between the two calls is a dump of its own,
 * with the name as its trigger. */
bool bench_counts(void);
void bench_count_begin(void);
void bench_count_end(const char *name);

/* Between the two: stops counting, and goes on. */
void bench_count_pause(void);
void bench_count_resume(void);

/* What of the process is in memory, in bytes. */
size_t bench_resident(void);

/* A number below limit. The sequence is the same in each process. */
uint64_t bench_random(uint64_t limit);

/* Memory that is there, or the end of the program. */
void *bench_memory(size_t count, size_t size);

/* Sorts the samples, and prints "NAME MEDIAN MIN", each for one of so many operations. */
void bench_print(const char *name, uint64_t *samples, size_t count, double operations);

/* What has to succeed, and does in the code that is measured. */
#define bench_must(result) ((result) == 0 ? (void)0 : bench_fail("libsst refuses: " #result))

/* The end of the program: the sides do not agree, or nothing can be measured. */
_Noreturn void bench_fail(const char *why);

#endif
