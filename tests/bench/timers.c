/* SPDX-License-Identifier: MIT */
/*
 * The cost of a library's timers, with N of them set 15 to 30 minutes ahead:
 *   sst-bench-NAME N       prints "OPERATION MEDIAN MIN" in ns, bytes, and what ran
 * Under callgrind each operation is run once and counted, with a dump for each.
 * The last line says what ran; it must be the same for all libraries.
 */
#include "measure.h"
#include "timers.h"

#include <stdio.h>
#include <stdlib.h>

#define SAMPLE_MOST 20000u
#define ROUNDS_MOST 400u
#define SOONEST_MS 900000u
#define RANGE_MS 900000u
#define POLL_MS 10u
#define STEADY_MS 2000000u

static size_t count;      /* timers */
static uint32_t *numbers; /* of all timers; the first ones are the sample */
static size_t sample;     /* how many are used in a round */
static uint64_t *when_ms; /* for the sample */
static uint64_t samples[ROUNDS_MOST];
static size_t fired_count;
static uint64_t fired_sum;
static bool steady; /* a timer that fires is set again */

static uint64_t any_time(void)
{
    return SOONEST_MS + bench_random(RANGE_MS);
}

void timers_fired(size_t i)
{
    fired_count++;
    fired_sum += i;
    if (steady) {
        timers_add(i, any_time());
    }
}

/* Another sample, in which every timer is equally likely, and times for it. */
static void choose(void)
{
    static uint64_t latest = SOONEST_MS + 2 * RANGE_MS; /* a refresh: half an interval later */

    for (size_t i = 0; i < sample; i++) {
        size_t other = i + (size_t)bench_random(count - i);
        uint32_t number = numbers[i];

        numbers[i] = numbers[other];
        numbers[other] = number;
        when_ms[i] = any_time();
    }
    latest += RANGE_MS / 100;
    when_ms[sample] = latest;
}

static void move_any(void)
{
    for (size_t i = 0; i < sample; i++) {
        timers_move(numbers[i], when_ms[i]);
    }
}

static void move_later(void)
{
    for (size_t i = 0; i < sample; i++) {
        timers_later(numbers[i], when_ms[sample] + i);
    }
}

static void cancel(void)
{
    for (size_t i = 0; i < sample; i++) {
        timers_cancel(numbers[i]);
    }
}

static void add(void)
{
    for (size_t i = 0; i < sample; i++) {
        timers_add(numbers[i], when_ms[i]);
    }
}

static void nothing(void)
{
}

static void hurry(void)
{
    for (size_t i = 0; i < sample; i++) {
        timers_hurry(numbers[i]);
    }
}

/* Measures one operation, with a preparation before it and a clean-up after it. */
static void measure(const char *name, void (*before)(void), void (*operation)(void),
                    void (*after)(void))
{
    size_t rounds = 11;

    if (bench_counts()) {
        choose();
        before();
        bench_count_begin();
        operation();
        bench_count_end(name);
        after();
        return;
    }
    if (sample < SAMPLE_MOST) {
        rounds = ROUNDS_MOST;
    }
    for (size_t i = 0; i < rounds; i++) {
        choose();
        before();
        uint64_t began = bench_cpu_ns();
        operation();
        samples[i] = bench_cpu_ns() - began;
        after();
    }
    bench_print(name, samples, rounds, (double)sample);
}

/* Every timer that fires is set again, and the clock advances in steps: the cost of an event, and
 * the longest of all steps. */
static void run_steadily(void)
{
    uint64_t began = bench_cpu_ns();
    uint64_t before = began;
    uint64_t worst = 0;
    size_t ran = fired_count;

    steady = true;
    for (uint64_t now = 0; now < STEADY_MS; now += POLL_MS) {
        if (!timers_run_until(now)) {
            return;
        }
        uint64_t after = bench_cpu_ns();
        if (after - before > worst) {
            worst = after - before;
        }
        before = after;
    }
    double each = (double)(before - began) / (double)(fired_count - ran);
    printf("steady %.3f %.3f\n", each, each);
    printf("worst %.3f %.3f\n", (double)worst, (double)worst);
}

int main(int argc, char **argv)
{
    if (argc != 2 || (count = strtoul(argv[1], NULL, 10)) < 2 || count > UINT32_MAX) {
        bench_fail("usage: sst-bench-NAME N, 2 or more");
    }
    sample = count / 2 < SAMPLE_MOST ? count / 2 : SAMPLE_MOST;
    numbers = bench_memory(count, sizeof *numbers);
    when_ms = bench_memory(sample + 1, sizeof *when_ms);
    for (size_t i = 0; i < count; i++) {
        numbers[i] = (uint32_t)i;
    }
    size_t before = bench_resident();
    timers_create(count);
    for (size_t i = 0; i < count; i++) {
        timers_add(i, any_time());
    }
    printf("bytes %.1f %.1f\n", (double)(bench_resident() - before) / (double)count, 0.0);
    measure("any", nothing, move_any, nothing);
    measure("cancel", nothing, cancel, add);
    measure("add", cancel, add, nothing);
    measure("expire", hurry, timers_run, add);
    measure("later", nothing, move_later, nothing);
    printf("ran %zu %llu\n", fired_count, (unsigned long long)fired_sum);
    if (!bench_counts()) {
        run_steadily();
    }
    return 0;
}
