/* SPDX-License-Identifier: MIT */
/*
 * The part of libcheck's interface that the unit suites use, for platforms without libcheck. Only
 * the C library is needed. A failing assertion ends its case; all cases run in one process.
 * platform.shim tests that it fails where libcheck fails.
 */
#ifndef SST_PLATFORM_CHECK_H
#define SST_PLATFORM_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* libcheck's names, which the suites use. */
typedef struct check_suite Suite;
typedef struct check_tcase TCase;
typedef struct check_runner SRunner;

struct check_case {
    const char *name;
    void (*run)(int i);
};

enum print_output { CK_NORMAL, CK_ENV };

Suite *suite_create(const char *name);
TCase *tcase_create(const char *name);
void suite_add_tcase(Suite *suite, TCase *tcase);
void tcase_add_checked_fixture(TCase *tcase, void (*setup)(void), void (*teardown)(void));
/* Time is not limited here; whatever runs the program limits it. */
void tcase_set_timeout(TCase *tcase, double seconds);
void check_add(TCase *tcase, const struct check_case *test, int start, int end, bool loop);

SRunner *srunner_create(Suite *suite);
void srunner_run_all(SRunner *runner, enum print_output mode);
int srunner_ntests_failed(SRunner *runner);
void srunner_free(SRunner *runner);

_Noreturn void check_fail(const char *file, int line, const char *format, ...);
_Noreturn void check_fail_int(const char *file, int line, const char *text, intmax_t x, intmax_t y);
_Noreturn void check_fail_uint(const char *file, int line, const char *text, uintmax_t x,
                               uintmax_t y);
_Noreturn void check_fail_text(const char *file, int line, const char *text, const char *x,
                               const char *y);

#define START_TEST(test)                                                                           \
    static void test##_run(int _i);                                                                \
    static const struct check_case test##_case = {#test, test##_run};                              \
    static const struct check_case *const test = &test##_case;                                     \
    static void test##_run(int _i __attribute__((unused)))
#define END_TEST

#define tcase_add_test(tcase, test) check_add((tcase), (test), 0, 1, false)
#define tcase_add_loop_test(tcase, test, start, end)                                               \
    check_add((tcase), (test), (int)(start), (int)(end), true)

#define ck_abort_msg(...) check_fail(__FILE__, __LINE__, __VA_ARGS__)
#define ck_assert_msg(condition, ...)                                                              \
    ((condition) ? (void)0 : check_fail(__FILE__, __LINE__, __VA_ARGS__))
#define ck_assert(condition) ck_assert_msg(condition, "%s", #condition)

#define CHECK_NUMBERS(type, fail, x, operator, y)                                                  \
    do {                                                                                           \
        type check_x = (x);                                                                        \
        type check_y = (y);                                                                        \
        if (!(check_x operator check_y)) {                                                         \
            fail(__FILE__, __LINE__, #x " " #operator" " #y, check_x, check_y);                    \
        }                                                                                          \
    } while (0)
#define CHECK_INT(x, operator, y) CHECK_NUMBERS(intmax_t, check_fail_int, x, operator, y)
#define CHECK_UINT(x, operator, y) CHECK_NUMBERS(uintmax_t, check_fail_uint, x, operator, y)

#define ck_assert_int_eq(x, y) CHECK_INT(x, ==, y)
#define ck_assert_int_ne(x, y) CHECK_INT(x, !=, y)
#define ck_assert_int_lt(x, y) CHECK_INT(x, <, y)
#define ck_assert_int_le(x, y) CHECK_INT(x, <=, y)
#define ck_assert_int_gt(x, y) CHECK_INT(x, >, y)
#define ck_assert_int_ge(x, y) CHECK_INT(x, >=, y)
#define ck_assert_uint_eq(x, y) CHECK_UINT(x, ==, y)
#define ck_assert_uint_ne(x, y) CHECK_UINT(x, !=, y)
#define ck_assert_uint_lt(x, y) CHECK_UINT(x, <, y)
#define ck_assert_uint_le(x, y) CHECK_UINT(x, <=, y)
#define ck_assert_uint_gt(x, y) CHECK_UINT(x, >, y)
#define ck_assert_uint_ge(x, y) CHECK_UINT(x, >=, y)

#define CHECK_POINTERS(x, operator, y) ck_assert_msg((x) operator(y), "%s", #x " " #operator" " #y)
#define ck_assert_ptr_eq(x, y) CHECK_POINTERS(x, ==, y)
#define ck_assert_ptr_ne(x, y) CHECK_POINTERS(x, !=, y)
#define ck_assert_ptr_null(x) CHECK_POINTERS(x, ==, NULL)
#define ck_assert_ptr_nonnull(x) CHECK_POINTERS(x, !=, NULL)

/* A missing text (NULL) is neither equal to a text nor different from one, except for the pstr
 * forms. */
#define CHECK_TEXTS(x, y, condition)                                                               \
    do {                                                                                           \
        const char *check_x = (x);                                                                 \
        const char *check_y = (y);                                                                 \
        bool check_both = check_x != NULL && check_y != NULL;                                      \
        if (!(condition)) {                                                                        \
            check_fail_text(__FILE__, __LINE__, #x ", " #y, check_x, check_y);                     \
        }                                                                                          \
    } while (0)
#define ck_assert_str_eq(x, y) CHECK_TEXTS(x, y, check_both &&strcmp(check_x, check_y) == 0)
#define ck_assert_str_ne(x, y) CHECK_TEXTS(x, y, check_both &&strcmp(check_x, check_y) != 0)
#define ck_assert_pstr_eq(x, y)                                                                    \
    CHECK_TEXTS(x, y, check_both ? strcmp(check_x, check_y) == 0 : check_x == check_y)

#define ck_assert_mem_eq(x, y, length)                                                             \
    ck_assert_msg(memcmp((x), (y), (length)) == 0, "%s", #x " as " #y)

#endif
