/* SPDX-License-Identifier: MIT */
/* What the benchmarks measure with: CPU time, instructions, resident memory, and random numbers. */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* CPU time of this thread in ns, without the time of other processes. */
uint64_t bench_cpu_ns(void);

/* Whether callgrind counts instructions. Each section between the two calls is a dump of its own,
 * with the name as its trigger. */
bool bench_counts(void);
void bench_count_begin(void);
void bench_count_end(const char *name);

/* Between the two calls: pauses counting, and resumes it. */
void bench_count_pause(void);
void bench_count_resume(void);

/* The process's resident memory, in bytes. */
size_t bench_resident(void);

/* A number below limit. The sequence is the same in each process. */
uint64_t bench_random(uint64_t limit);

/* Memory, or the program ends. */
void *bench_memory(size_t count, size_t size);

/* Sorts the samples, and prints "NAME MEDIAN MIN", divided by the number of operations per sample.
 * */
void bench_print(const char *name, uint64_t *samples, size_t count, double operations);

/* A call that must succeed, and does in the code that is measured. */
#define bench_must(result) ((result) == 0 ? (void)0 : bench_fail("libsst refuses: " #result))

/* Ends the program: the sides do not agree, or nothing can be measured. */
_Noreturn void bench_fail(const char *why);

#endif
