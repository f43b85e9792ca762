/* SPDX-License-Identifier: MIT */
/*
 * All unit suites in one program, against a library that is a mutant. Runs the suites that are
 * named as arguments, in this order, until one fails; each as NAME:CPU-MILLISECONDS, its limit.
 *
 * Reports its progress in lines that begin with '@': `@ NAME` when a suite begins, `@ NAME MS` when
 * it has passed or failed.
 *
 * With -fsanitize-coverage=trace-pc in the library it also reports, for each suite, the places in
 * the library that it reaches, as offsets into the library, one per line of file TRACE.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#define SUITE(name) int main_##name(void);
#include "suites.h"
#undef SUITE

#define SUITE(name) {#name, main_##name},
static const struct {
    const char *name;
    int (*run)(void);
} suites[] = {
#include "suites.h"
};

void __sanitizer_cov_trace_pc(void);

#define PLACES (1u << 20)
static unsigned char seen[PLACES];
static uintptr_t base;

void __sanitizer_cov_trace_pc(void)
{
    uintptr_t offset = (uintptr_t)__builtin_return_address(0) - base;
    if (offset < PLACES) {
        seen[offset] = 1;
    }
}

static void write_trace(FILE *trace, const char *name)
{
    fprintf(trace, "suite %s\n", name);
    for (size_t i = 0; i < PLACES; i++) {
        if (seen[i]) {
            fprintf(trace, "%zx\n", i);
        }
    }
    memset(seen, 0, sizeof seen);
}

/* SIGPROF ends a mutant that never returns. */
static void bound(long ms)
{
    struct itimerval timer = {{0, 0}, {ms / 1000, ms % 1000 * 1000}};
    setitimer(ITIMER_PROF, &timer, NULL);
}

static int run(const char *argument, FILE *trace)
{
    size_t length = strcspn(argument, ":");
    long ms = argument[length] == ':' ? strtol(argument + length + 1, NULL, 10) : 60000;
    for (size_t i = 0; i < sizeof suites / sizeof suites[0]; i++) {
        if (strlen(suites[i].name) != length || strncmp(suites[i].name, argument, length) != 0) {
            continue;
        }
        printf("\n@ %s\n", suites[i].name);
        fflush(stdout);
        bound(ms);
        clock_t began = clock();
        int result = suites[i].run();
        if (trace != NULL) {
            write_trace(trace, suites[i].name);
        }
        printf("\n@ %s %ld\n", suites[i].name, (long)((clock() - began) * 1000 / CLOCKS_PER_SEC));
        return result;
    }
    printf("%s is no suite\n", argument);
    return 2;
}

int main(int argc, char **argv)
{
    const char *path = getenv("TRACE");
    FILE *trace = path != NULL ? fopen(path, "w") : NULL;
    Dl_info library;
    void *start = dlsym(RTLD_DEFAULT, "sst_version_number");
    if (start != NULL && dladdr(start, &library) != 0) {
        base = (uintptr_t)library.dli_fbase;
    }
    memset(seen, 0, sizeof seen);
    int result = 0;
    for (int i = 1; i < argc && result == 0; i++) {
        result = run(argv[i], trace);
    }
    return result;
}
