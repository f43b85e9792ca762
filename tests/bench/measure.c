/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L

#include "measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

uint64_t bench_cpu_ns(void)
{
    struct timespec now;

    if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) != 0) {
        bench_fail("no clock of CPU time");
    }
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

size_t bench_resident(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    unsigned long total = 0;
    unsigned long resident = 0;

    if (file == NULL || fscanf(file, "%lu %lu", &total, &resident) != 2) {
        bench_fail("no /proc/self/statm");
    }
    (void)fclose(file);
    return (size_t)resident * (size_t)sysconf(_SC_PAGESIZE);
}

/* xorshift64*, G. Marsaglia 2003, S. Vigna 2016 */
uint64_t bench_random(uint64_t limit)
{
    static uint64_t state = UINT64_C(88172645463325252);

    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return ((state * UINT64_C(2685821657736338717)) >> 16) % limit;
}

void *bench_memory(size_t count, size_t size)
{
    void *memory = calloc(count == 0 ? 1 : count, size);

    if (memory == NULL) {
        bench_fail("no memory");
    }
    return memory;
}

static int compare(const void *a, const void *b)
{
    const uint64_t *first = a;
    const uint64_t *second = b;

    return (*first > *second) - (*first < *second);
}

void bench_print(const char *name, uint64_t *samples, size_t count, double operations)
{
    qsort(samples, count, sizeof *samples, compare);
    printf("%s %.3f %.3f\n", name, (double)samples[count / 2] / operations,
           (double)samples[0] / operations);
}

void bench_fail(const char *why)
{
    fprintf(stderr, "%s\n", why);
    exit(1);
}
