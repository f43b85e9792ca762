/* SPDX-License-Identifier: MIT */
/* sst-sim: see usage(). */
#include "sim.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Worlds are large: one is used for all calls. */
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
    bool surveys;
    unsigned habits;
    const char *habit_list; /* as given */
};

static int usage(void)
{
    fputs(
        "usage: sst-sim [--calls N] [--seed S] [--seconds T] [--strict] [--quiet] [--habits LIST]\n"
        "       sst-sim --survey [--calls N] [--habits LIST]\n"
        "       sst-sim --replay SEED [--shrink] [--habits LIST]\n"
        "Simulates calls between two hosts with libsst, in virtual time.\n"
        "  --calls N      how many calls (10000)\n"
        "  --seed S       of the run (1); each call's seed is derived from it\n"
        "  --seconds T    stop after T seconds of CPU time\n"
        "  --strict       fail if a fault, event or reason never occurred\n"
        "  --quiet        do not print the counters\n"
        "  --habits LIST  habits allowed, such as status,ping; all (default), or none\n"
        "  --survey       go on after a failure; at the end each kind with its first seed\n"
        "  --replay SEED  replay one call, from a seed that a failure printed, with its ladder\n"
        "  --shrink       shorten the failing call as far as possible, and print its ladder\n"
        "Exit status: 0; 1 if an invariant was broken; 2 for wrong usage.\n",
        stderr);
    return 2;
}

/* "a,b", "all" or "none" */
static bool parse_habits(const char *list, unsigned *habits)
{
    *habits = strcmp(list, "all") == 0 ? (1u << HABIT_COUNT) - 1u : 0;
    bool known = *habits != 0 || strcmp(list, "none") == 0;
    while (!known && *list != '\0') {
        size_t length = strcspn(list, ",");
        unsigned habit = 0;
        while (habit < HABIT_COUNT && (strlen(habit_names[habit]) != length ||
                                       strncmp(habit_names[habit], list, length) != 0)) {
            habit++;
        }
        if (habit == HABIT_COUNT) {
            return false;
        }
        *habits |= 1u << habit;
        list += length;
        list += *list == ',';
        known = *list == '\0';
    }
    return known;
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
        } else if (strcmp(argv[i], "--survey") == 0) {
            o->surveys = true;
        } else if (value == NULL) {
            return false;
        } else if (strcmp(argv[i], "--calls") == 0) {
            o->calls = strtoull(argv[++i], NULL, 0);
        } else if (strcmp(argv[i], "--seed") == 0) {
            o->seed = strtoull(argv[++i], NULL, 0);
        } else if (strcmp(argv[i], "--seconds") == 0) {
            o->seconds = strtod(argv[++i], NULL);
        } else if (strcmp(argv[i], "--habits") == 0) {
            o->habit_list = argv[++i];
            if (!parse_habits(value, &o->habits)) {
                return false;
            }
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

static int report_failure(uint64_t seed, const char *habits)
{
    printf("call %llu: %s (%s)\n", (unsigned long long)counts.calls, world.failure, world.detail);
    printf("again: sst-sim --replay 0x%016llx --shrink --habits %s\n", (unsigned long long)seed,
           habits);
    return 1;
}

/* One kind of failure in a survey. */
struct kind_of_failure {
    const char *what;
    uint64_t seed;
    uint64_t count;
    unsigned habits; /* of the first one */
    char detail[sizeof world.detail];
};

#define KINDS_MAX 64

static struct kind_of_failure kinds[KINDS_MAX];
static size_t kind_count;

static unsigned habits_in(unsigned bits)
{
    unsigned count = 0;
    for (unsigned h = 0; h < HABIT_COUNT; h++) {
        count += bits >> h & 1u;
    }
    return count;
}

/* The first failure of a kind is shown, or one with fewer habits. */
static void note_failure(uint64_t seed)
{
    size_t i = 0;
    while (i < kind_count && strcmp(kinds[i].what, world.failure) != 0) {
        i++;
    }
    if (i == KINDS_MAX) {
        return;
    }
    struct kind_of_failure *k = &kinds[i];
    k->count++;
    bool fewer = habits_in(world.habits) < habits_in(k->habits);
    if (i == kind_count || fewer) {
        kind_count += i == kind_count;
        k->what = world.failure;
        k->seed = seed;
        k->habits = world.habits;
        memcpy(k->detail, world.detail, sizeof k->detail);
    }
}

static int print_survey(const char *habits)
{
    for (size_t i = 0; i < kind_count; i++) {
        const struct kind_of_failure *k = &kinds[i];
        printf("%8llu  %s (%s);", (unsigned long long)k->count, k->what, k->detail);
        for (unsigned h = 0; h < HABIT_COUNT; h++) {
            printf("%s%s", k->habits >> h & 1u ? " " : "",
                   k->habits >> h & 1u ? habit_names[h] : "");
        }
        printf("\n          --replay 0x%016llx --shrink --habits %s\n", (unsigned long long)k->seed,
               habits);
    }
    return kind_count != 0;
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
        if (world.failure != NULL && o->surveys) {
            note_failure(seed);
        } else if (world.failure != NULL) {
            return report_failure(seed, o->habit_list);
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
    if (o->surveys) {
        return print_survey(o->habit_list);
    }
    return o->strict && print_missing(&counts, stdout) != 0 ? 1 : 0;
}

int main(int argc, char **argv)
{
    struct options options = {
        .calls = 10000, .seed = 1, .habits = (1u << HABIT_COUNT) - 1u, .habit_list = "all"};
    if (!parse(argc, argv, &options)) {
        return usage();
    }
    world.allowed = options.habits;
    return options.replays ? replay(&options) : simulate(&options);
}
