/* SPDX-License-Identifier: MIT */
/* The arithmetic of intervals and of time. Expected values by hand, and by other formulas. */
#include "exact.h"
#include "rules/timing.h"

#include <sst/rules.h>

/* Shows: EC-01 EC-41 */
START_TEST(half_is_exact_to_the_millisecond)
{
    static const struct {
        uint32_t interval;
        uint64_t half;
    } rows[] = {
        {0, 0},
        {1, 500},
        {2, 1000},
        {89, 44500},
        {90, 45000},
        {91, 45500}, /* EC-41 */
        {1800, 900000},
        {4294967294u, UINT64_C(2147483647000)},
        {4294967295u, UINT64_C(2147483647500)}, /* EC-01 */
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        ck_assert_uint_eq(sst_half_ms(rows[i].interval), rows[i].half);
    }
}
END_TEST

/* Shows: EC-35 10-5 */
START_TEST(guard_is_the_smaller_of_32_seconds_and_a_third)
{
    static const struct {
        uint32_t interval;
        uint32_t guard;
    } rows[] = {
        {0, 0},
        {1, 333},
        {2, 666},
        {3, 1000},
        {90, 30000},
        {91, 30333},
        {95, 31666},
        {96, 32000},
        {97, 32000},
        {180, 32000},
        {1800, 32000},
        {4294967u, 32000},
        {4294968u, 32000},
        {4294967295u, 32000},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        ck_assert_uint_eq(sst_guard_ms(rows[i].interval), rows[i].guard);
    }
    for (uint64_t interval = 1; interval <= 100000; interval++) {
        uint64_t third = interval * 1000 / 3;
        ck_assert_uint_eq(sst_guard_ms((uint32_t)interval), third < 32000 ? third : 32000);
    }
}
END_TEST

/* Shows: EC-01 */
START_TEST(a_sum_saturates_one_below_never)
{
    const uint64_t last = SST_NEVER - 1;

    ck_assert_uint_eq(sst_add_ms(0, 0), 0);
    ck_assert_uint_eq(sst_add_ms(1, 2), 3);
    ck_assert_uint_eq(sst_add_ms(last, 0), last);
    ck_assert_uint_eq(sst_add_ms(0, last), last);
    ck_assert_uint_eq(sst_add_ms(last - 1, 1), last);
    ck_assert_uint_eq(sst_add_ms(last - 1, 2), last);
    ck_assert_uint_eq(sst_add_ms(1, last - 1), last);
    ck_assert_uint_eq(sst_add_ms(last - 5, 4), last - 1);
    ck_assert_uint_eq(sst_add_ms(last, last), last);
    ck_assert_uint_eq(sst_add_ms(SST_NEVER, 0), last);
    ck_assert_uint_eq(sst_add_ms(0, SST_NEVER), last);
    ck_assert_uint_eq(sst_add_ms(SST_NEVER, SST_NEVER), last);
}
END_TEST

START_TEST(time_goes_in_and_comes_out_the_same)
{
    static const uint64_t times[] = {0, 1, 1000, UINT64_C(1) << 32, UINT64_C(1) << 52};

    for (size_t i = 0; i < COUNT_OF(times); i++) {
        ck_assert_uint_eq(sst_time_out(sst_time_in(times[i])), times[i]);
    }
    ck_assert_uint_eq(sst_time_out(SST_NEVER), SST_NEVER);
    /* A clock's last moment stays a moment, and anything before the clock's zero is its zero. */
    ck_assert_uint_lt(sst_time_in(SST_NEVER - 1), SST_NEVER);
    ck_assert_uint_lt(sst_time_in(SST_NEVER), SST_NEVER);
    ck_assert_uint_eq(sst_time_out(sst_time_in(0) - 1), 0);
    ck_assert_uint_eq(sst_time_out(sst_time_in(0) - 5000), 0);
    ck_assert_uint_eq(sst_time_out(0), 0);
}
END_TEST

START_TEST(the_margin_is_a_second_or_an_eighth)
{
    ck_assert_uint_eq(sst_margin_ms(4294967295u), 1000);
    ck_assert_uint_eq(sst_margin_ms(90), 1000);
    ck_assert_uint_eq(sst_margin_ms(8), 1000);
    ck_assert_uint_eq(sst_margin_ms(7), 875);
    ck_assert_uint_eq(sst_margin_ms(1), 125);
    ck_assert_uint_eq(sst_margin_ms(0), 0);
}
END_TEST

/* The table of the numbers that everything builds on: half < last attempt < guard < expiration. */
START_TEST(the_moments_of_an_interval_are_in_order)
{
    for (uint32_t interval = 1; interval <= 100000; interval++) {
        uint64_t end = (uint64_t)interval * 1000;
        uint64_t guard = end - sst_guard_ms(interval);
        ck_assert_uint_le(sst_half_ms(interval), guard - sst_margin_ms(interval));
        ck_assert_uint_lt(guard, end);
        ck_assert_uint_lt(end - sst_margin_ms(interval), end);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("timing");
    TCase *tcase = tcase_create("all");

    tcase_add_test(tcase, half_is_exact_to_the_millisecond);
    tcase_add_test(tcase, guard_is_the_smaller_of_32_seconds_and_a_third);
    tcase_add_test(tcase, a_sum_saturates_one_below_never);
    tcase_add_test(tcase, time_goes_in_and_comes_out_the_same);
    tcase_add_test(tcase, the_margin_is_a_second_or_an_eighth);
    tcase_add_test(tcase, the_moments_of_an_interval_are_in_order);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
