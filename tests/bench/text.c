/* SPDX-License-Identifier: MIT */
/*
 * The cost of reading and printing header field values, and of a byte of hostile ones:
 *   sst-bench-text          prints "LIBRARY.CASE MEDIAN MIN" in ns
 * Under callgrind each is run a hundred times and counted, with a dump for each.
 */
#include "text.h"

#include "measure.h"

#include <sst/sst.h>

#include <stdio.h>
#include <string.h>

#define TIMES 100u
#define ROUNDS 101u
#define LONG_LENGTH 65536u

static const char *const case_names[TEXT_CASES] = {"se_short",  "se_long", "min_se",
                                                   "supported", "three",   "print"};

static const struct {
    const char *name;
    text_function *const *functions;
} libraries[] = {{"sst", text_sst}, {"sofia", text_sofia}, {"osip", text_osip}};

/* What every library must return. */
static const struct text_value expected[TEXT_CASES] = {
    [TEXT_SE_SHORT] = {1800, 0, "uac", 0, ""},
    [TEXT_SE_LONG] = {1800, 0, "uas", 0, ""},
    [TEXT_MIN_SE] = {0, 90, "", 0, ""},
    [TEXT_SUPPORTED] = {0, 0, "", 1, ""},
    [TEXT_THREE] = {1800, 90, "uac", 1, ""},
    [TEXT_PRINT] = {0, 0, "", 0, "Session-Expires: 1800;refresher=uac\r\n"},
};

static uint64_t samples[ROUNDS];

static void repeat(text_function *function, struct text_value *value)
{
    for (unsigned i = 0; i < TIMES; i++) {
        function(value);
    }
}

static void check(const char *name, text_function *function, const struct text_value *wanted)
{
    struct text_value value = {0, 0, "", 0, ""};

    function(&value);
    if (value.seconds != wanted->seconds || value.min_se != wanted->min_se ||
        strcmp(value.refresher, wanted->refresher) != 0 || value.timer != wanted->timer ||
        strcmp(value.printed, wanted->printed) != 0) {
        fprintf(stderr, "%s: ", name);
        bench_fail("another value than the others");
    }
}

static void measure(const char *name, text_function *function)
{
    struct text_value value = {0, 0, "", 0, ""};

    repeat(function, &value);
    if (bench_counts()) {
        bench_count_begin();
        repeat(function, &value);
        bench_count_end(name);
        return;
    }
    for (unsigned i = 0; i < ROUNDS; i++) {
        uint64_t began = bench_cpu_ns();
        repeat(function, &value);
        samples[i] = bench_cpu_ns() - began;
    }
    bench_print(name, samples, ROUNDS, TIMES);
}

/* Does nothing: the cost of the loop and the call, to be subtracted. */
static void nothing(struct text_value *value)
{
    value->timer = 0;
}

static char long_text[LONG_LENGTH + 1];
static volatile unsigned sum;

/* One byte at a time: the least that a parser can do. */
static void loop(struct text_value *value)
{
    unsigned hash = 0;

    (void)value;
    for (const char *at = long_text; *at != '\0'; at++) {
        hash = hash * 31u + (unsigned char)*at;
    }
    sum = hash;
}

static void hostile_session_expires(struct text_value *value)
{
    struct sst_session_expires read;

    (void)value;
    (void)sst_parse_session_expires(long_text, LONG_LENGTH, &read);
}

static void hostile_supported(struct text_value *value)
{
    struct sst_option_tags tags = {false, false};

    (void)value;
    (void)sst_parse_option_tags(long_text, LONG_LENGTH, &tags);
}

/* A hostile value: its beginning, then the repeated text, up to 64 KiB. */
static void measure_hostile(const char *name, const char *begin, const char *repeated,
                            text_function *function)
{
    size_t length = strlen(begin);
    size_t step = strlen(repeated);
    struct text_value value = {0, 0, "", 0, ""};

    memcpy(long_text, begin, length);
    for (size_t i = length; i < LONG_LENGTH; i++) {
        long_text[i] = repeated[(i - length) % step];
    }
    if (bench_counts()) {
        bench_count_begin();
        function(&value);
        bench_count_end(name);
        return;
    }
    for (unsigned i = 0; i < 11; i++) {
        uint64_t began = bench_cpu_ns();
        function(&value);
        samples[i] = bench_cpu_ns() - began;
    }
    bench_print(name, samples, 11, LONG_LENGTH);
}

int main(void)
{
    char name[64];

    for (unsigned i = 0; i < TEXT_CASES; i++) {
        for (unsigned j = 0; j < sizeof libraries / sizeof libraries[0]; j++) {
            text_function *function = libraries[j].functions[i];

            if (function != NULL) {
                (void)snprintf(name, sizeof name, "%s.%s", libraries[j].name, case_names[i]);
                check(name, function, &expected[i]);
                measure(name, function);
            }
        }
    }
    measure("none.call", nothing);
    measure_hostile("byte.loop", "90", ";", loop);
    measure_hostile("byte.number", "", "9", hostile_session_expires);
    measure_hostile("byte.semicolons", "90", ";", hostile_session_expires);
    measure_hostile("byte.parameters", "90", ";a=b", hostile_session_expires);
    measure_hostile("byte.refreshers", "90", ";refresher=uac", hostile_session_expires);
    measure_hostile("byte.quotes", "90;a=", "\"\"", hostile_session_expires);
    measure_hostile("byte.escapes", "90;a=\"", "\\\"", hostile_session_expires);
    measure_hostile("byte.spaces", "90", " ", hostile_session_expires);
    measure_hostile("byte.folds", "90;", "\r\n ", hostile_session_expires);
    measure_hostile("byte.commas", "", ",", hostile_supported);
    measure_hostile("byte.tags", "", "timer,", hostile_supported);
    measure_hostile("byte.letters", "", "a,", hostile_supported);
    measure_hostile("byte.token", "", "a", hostile_supported);
    return 0;
}
