/* SPDX-License-Identifier: MIT */
/*
 * Runs the cases of suites, and prints a line for each:
 *     ok SUITE:GROUP:CASE
 *     FAILED SUITE:GROUP:CASE SOURCE:LINE: what was expected
 */
#include "check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define GROUPS_MAX 8
#define CASES_MAX 100

struct check_entry {
    const struct check_case *test;
    int start;
    int end;
    bool loop;
};

struct check_tcase {
    const char *name;
    void (*setup)(void);
    void (*teardown)(void);
    size_t count;
    struct check_entry entries[CASES_MAX];
};

struct check_suite {
    const char *name;
    size_t count;
    TCase *tcases[GROUPS_MAX];
};

struct check_runner {
    Suite *suite;
    int failed;
};

static struct {
    jmp_buf end; /* for leaving the running case */
    bool running;
    char text[400];
} now;

static void *need(void *block)
{
    if (block == NULL) {
        fputs("no memory\n", stderr);
        exit(EXIT_FAILURE);
    }
    return block;
}

static void demand(bool condition, const char *what)
{
    if (!condition) {
        fprintf(stderr, "%s\n", what);
        exit(EXIT_FAILURE);
    }
}

Suite *suite_create(const char *name)
{
    Suite *suite = need(calloc(1, sizeof *suite));

    suite->name = name;
    return suite;
}

TCase *tcase_create(const char *name)
{
    TCase *tcase = need(calloc(1, sizeof *tcase));

    tcase->name = name;
    return tcase;
}

void suite_add_tcase(Suite *suite, TCase *tcase)
{
    demand(suite->count < GROUPS_MAX, "more groups than there is room for");
    suite->tcases[suite->count++] = tcase;
}

void tcase_add_checked_fixture(TCase *tcase, void (*setup)(void), void (*teardown)(void))
{
    demand(tcase->setup == NULL && tcase->teardown == NULL, "a second fixture");
    tcase->setup = setup;
    tcase->teardown = teardown;
}

void tcase_set_timeout(TCase *tcase, double seconds)
{
    (void)tcase;
    (void)seconds;
}

void check_add(TCase *tcase, const struct check_case *test, int start, int end, bool loop)
{
    demand(tcase->count < CASES_MAX, "more cases than there is room for");
    tcase->entries[tcase->count++] = (struct check_entry){test, start, end, loop};
}

SRunner *srunner_create(Suite *suite)
{
    SRunner *runner = need(calloc(1, sizeof *runner));

    runner->suite = suite;
    return runner;
}

/* Whether it ran to its end; a separate function, so that longjmp endangers no variable. */
static bool guarded(const TCase *tcase, const struct check_entry *entry, int i)
{
    if (setjmp(now.end) != 0) {
        return false;
    }
    if (tcase->setup != NULL) {
        tcase->setup();
    }
    entry->test->run(i);
    if (tcase->teardown != NULL) {
        tcase->teardown();
    }
    return true;
}

static void run_case(SRunner *runner, const TCase *tcase, const struct check_entry *entry, int i)
{
    const struct check_case *test = entry->test;

    now.running = true;
    bool passed = guarded(tcase, entry, i);
    now.running = false;
    /* Flushed, so that if a case crashes, the last one printed is the one before it. */
    if (passed) {
        printf("ok %s:%s:%s\n", runner->suite->name, tcase->name, test->name);
        fflush(stdout);
        return;
    }
    runner->failed++;
    printf("FAILED %s:%s:%s %s", runner->suite->name, tcase->name, test->name, now.text);
    if (entry->loop) {
        printf(" (round %d)", i);
    }
    printf("\n");
    fflush(stdout);
}

void srunner_run_all(SRunner *runner, enum print_output mode)
{
    (void)mode;
    for (size_t i = 0; i < runner->suite->count; i++) {
        const TCase *tcase = runner->suite->tcases[i];
        for (size_t k = 0; k < tcase->count; k++) {
            const struct check_entry *entry = &tcase->entries[k];
            for (int round = entry->start; round < entry->end; round++) {
                run_case(runner, tcase, entry, round);
            }
        }
    }
}

int srunner_ntests_failed(SRunner *runner)
{
    return runner->failed;
}

void srunner_free(SRunner *runner)
{
    for (size_t i = 0; i < runner->suite->count; i++) {
        free(runner->suite->tcases[i]);
    }
    free(runner->suite);
    free(runner);
}

static _Noreturn void leave(void)
{
    /* The output is one line, whatever it quotes. */
    for (char *at = now.text; *at != '\0'; at++) {
        if (*at == '\n' || *at == '\r') {
            *at = ' ';
        }
    }
    if (!now.running) {
        fprintf(stderr, "outside of a case: %s\n", now.text);
        exit(EXIT_FAILURE);
    }
    longjmp(now.end, 1);
}

void check_fail(const char *file, int line, const char *format, ...)
{
    int used = snprintf(now.text, sizeof now.text, "%s:%d: ", file, line);
    va_list arguments;

    if (used < 0 || (size_t)used >= sizeof now.text) {
        used = 0;
    }
    va_start(arguments, format);
    vsnprintf(now.text + used, sizeof now.text - (size_t)used, format, arguments);
    va_end(arguments);
    leave();
}

void check_fail_int(const char *file, int line, const char *text, intmax_t x, intmax_t y)
{
    check_fail(file, line, "%s: %lld, %lld", text, (long long)x, (long long)y);
}

void check_fail_uint(const char *file, int line, const char *text, uintmax_t x, uintmax_t y)
{
    check_fail(file, line, "%s: %llu, %llu", text, (unsigned long long)x, (unsigned long long)y);
}

void check_fail_text(const char *file, int line, const char *text, const char *x, const char *y)
{
    check_fail(file, line, "%s: \"%s\", \"%s\"", text, x != NULL ? x : "(none)",
               y != NULL ? y : "(none)");
}
