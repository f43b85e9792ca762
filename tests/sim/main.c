/* SPDX-License-Identifier: MIT */
/* sst-sim: see usage(). */
#include "sim.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The worlds are large; one is used for all calls. */
static struct world world;
static struct counts counts;
static uint32_t choices[CHOICES_MAX];

struct options {
    uint64_t calls;
    uint64_t seed;
    uint64_t replay;
    double seconds;
    bool replays;
    bool shrinks;
    bool strict;
    bool quiet;
};

static int usage(void)
{
    fputs("usage: sst-sim [--calls N] [--seed S] [--seconds T] [--strict] [--quiet]\n"
          "       sst-sim --replay SEED [--shrink]\n"
          "Simulates calls between two hosts with libsst, in virtual time.\n"
          "  --calls N      how many calls (10000)\n"
          "  --seed S       of the run (1); each call has a seed of its own, made from it\n"
          "  --seconds T    stop after so much time of the processor\n"
          "  --strict       fail where a fault, event or reason never occurred\n"
          "  --quiet        print no counters\n"
          "  --replay SEED  one call, by the seed that a failure printed, with its ladder\n"
          "  --shrink       make the failing call as short as it gets, and print its ladder\n"
          "Exit status: 0; 1 where an invariant was broken; 2 for wrong usage.\n",
          stderr);
    return 2;
}

static bool parse(int argc, char **argv, struct options *o)
{
    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;
        if (strcmp(argv[i], "--shrink") == 0) {
            o->shrinks = true;
        } else if (strcmp(argv[i], "--strict") == 0) {
            o->strict = true;
        } else if (strcmp(argv[i], "--quiet") == 0) {
            o->quiet = true;
        } else if (value == NULL) {
            return false;
        } else if (strcmp(argv[i], "--calls") == 0) {
            o->calls = strtoull(argv[++i], NULL, 0);
        } else if (strcmp(argv[i], "--seed") == 0) {
            o->seed = strtoull(argv[++i], NULL, 0);
        } else if (strcmp(argv[i], "--seconds") == 0) {
            o->seconds = strtod(argv[++i], NULL);
        } else if (strcmp(argv[i], "--replay") == 0) {
            o->replay = strtoull(argv[++i], NULL, 0);
            o->replays = true;
        } else {
            return false;
        }
    }
    return true;
}

static int replay(const struct options *o)
{
    world.verbose = !o->shrinks;
    run_seed(&world, o->replay, &counts, choices);
    if (world.failure == NULL || !o->shrinks) {
        printf("%s\n", world.failure == NULL ? "nothing is wrong" : world.failure);
        return world.failure == NULL ? 0 : 1;
    }
    const char *failure = world.failure;
    size_t before = world.choices.count;
    size_t count = shrink(&world, choices, before, failure);
    world.verbose = true;
    run_list(&world, choices, count, &counts);
    size_t deviating = 0;
    for (size_t i = 0; i < count; i++) {
        deviating += choices[i] != 0;
    }
    printf("%s\n%zu choices, %zu of them not the harmless one; there were %zu\n", failure, count,
           deviating, before);
    return 1;
}

static int report_failure(uint64_t seed)
{
    printf("call %llu: %s (%s)\n", (unsigned long long)counts.calls, world.failure, world.detail);
    printf("again: sst-sim --replay 0x%016llx --shrink\n", (unsigned long long)seed);
    return 1;
}

static double cpu_seconds(void)
{
    return (double)clock() / (double)CLOCKS_PER_SEC;
}

static int simulate(const struct options *o)
{
    uint64_t state = o->seed;
    double began = cpu_seconds();
    for (uint64_t i = 0; i < o->calls; i++) {
        uint64_t seed = next_random(&state);
        run_seed(&world, seed, &counts, NULL);
        if (world.failure != NULL) {
            return report_failure(seed);
        }
        if (o->seconds > 0 && (i & 1023u) == 0 && cpu_seconds() - began > o->seconds) {
            break;
        }
    }
    double took = cpu_seconds() - began;
    if (!o->quiet) {
        print_counts(&counts, stdout);
    }
    printf("%llu calls, %llu steps, %llu messages, %.0f days of talk in %.1f s: %.0f calls/s\n",
           (unsigned long long)counts.calls, (unsigned long long)counts.events,
           (unsigned long long)counts.messages, (double)counts.virtual_ms / 86400000.0, took,
           took > 0 ? (double)counts.calls / took : 0.0);
    return o->strict && print_missing(&counts, stdout) != 0 ? 1 : 0;
}

int main(int argc, char **argv)
{
    struct options options = {.calls = 10000, .seed = 1};
    if (!parse(argc, argv, &options)) {
        return usage();
    }
    return options.replays ? replay(&options) : simulate(&options);
}
