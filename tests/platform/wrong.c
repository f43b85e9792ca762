/* SPDX-License-Identifier: MIT */
/*
 * Each assertion twice: once where it holds, and once where it must fail. Built with libcheck and
 * with check.h, to show that both fail in the same places.
 */
#include <check.h>
#include <stdlib.h>

/* One case in which the assertion holds, and one in which it does not. */
#define TRY(name, right, wrong)                                                                    \
    START_TEST(right_##name)                                                                       \
    {                                                                                              \
        right;                                                                                     \
    }                                                                                              \
    END_TEST                                                                                       \
    START_TEST(wrong_##name)                                                                       \
    {                                                                                              \
        wrong;                                                                                     \
    }                                                                                              \
    END_TEST

static const char text[] = "text";
static const char same[] = "text";
static const char other[] = "texts";
static const char *const none = NULL;

TRY(abort_msg, (void)0, ck_abort_msg("%s", text))
TRY(assert, ck_assert(text[0] == 't'), ck_assert(text[0] == 'T'))
TRY(assert_msg, ck_assert_msg(text[0] == 't', "%s", text), ck_assert_msg(!text[0], "%d", 1))
TRY(int_eq, ck_assert_int_eq(-1, -1), ck_assert_int_eq(-1, 1))
TRY(int_ne, ck_assert_int_ne(-1, 1), ck_assert_int_ne(-1, -1))
TRY(int_lt, ck_assert_int_lt(-1, 0), ck_assert_int_lt(0, 0))
TRY(int_le, ck_assert_int_le(0, 0), ck_assert_int_le(0, -1))
TRY(int_gt, ck_assert_int_gt(0, -1), ck_assert_int_gt(0, 0))
TRY(int_ge, ck_assert_int_ge(0, 0), ck_assert_int_ge(-1, 0))
TRY(int_high, ck_assert_int_eq(INT64_MIN, INT64_MIN), ck_assert_int_eq(INT64_C(1) << 32, 0))
TRY(uint_eq, ck_assert_uint_eq(1, 1), ck_assert_uint_eq(1, 2))
TRY(uint_ne, ck_assert_uint_ne(1, 2), ck_assert_uint_ne(2, 2))
TRY(uint_lt, ck_assert_uint_lt(1, 2), ck_assert_uint_lt(2, 2))
TRY(uint_le, ck_assert_uint_le(2, 2), ck_assert_uint_le(2, 1))
TRY(uint_gt, ck_assert_uint_gt(2, 1), ck_assert_uint_gt(2, 2))
TRY(uint_ge, ck_assert_uint_ge(2, 2), ck_assert_uint_ge(1, 2))
TRY(uint_high, ck_assert_uint_gt(UINT64_MAX, 1), ck_assert_uint_eq(UINT64_C(1) << 32, 0))
TRY(ptr_eq, ck_assert_ptr_eq(text, text), ck_assert_ptr_eq(text, same))
TRY(ptr_ne, ck_assert_ptr_ne(text, same), ck_assert_ptr_ne(text, text))
TRY(ptr_null, ck_assert_ptr_null(none), ck_assert_ptr_null(text))
TRY(ptr_nonnull, ck_assert_ptr_nonnull(text), ck_assert_ptr_nonnull(none))
TRY(str_eq, ck_assert_str_eq(text, same), ck_assert_str_eq(text, other))
TRY(str_eq_none, (void)0, ck_assert_str_eq(none, none))
TRY(str_ne, ck_assert_str_ne(text, other), ck_assert_str_ne(text, same))
TRY(str_ne_none, (void)0, ck_assert_str_ne(text, none))
TRY(pstr_eq, ck_assert_pstr_eq(text, same), ck_assert_pstr_eq(text, other))
TRY(pstr_eq_none, ck_assert_pstr_eq(none, none), ck_assert_pstr_eq(text, none))
TRY(mem_eq, ck_assert_mem_eq(text, other, 4), ck_assert_mem_eq(text, other, 5))

#define ADD(name)                                                                                  \
    tcase_add_test(tcase, right_##name);                                                           \
    tcase_add_test(tcase, wrong_##name)

static TCase *assertions(void)
{
    TCase *tcase = tcase_create("assertions");

    ADD(abort_msg);
    ADD(assert);
    ADD(assert_msg);
    ADD(int_eq);
    ADD(int_ne);
    ADD(int_lt);
    ADD(int_le);
    ADD(int_gt);
    ADD(int_ge);
    ADD(int_high);
    ADD(uint_eq);
    ADD(uint_ne);
    ADD(uint_lt);
    ADD(uint_le);
    ADD(uint_gt);
    ADD(uint_ge);
    ADD(uint_high);
    ADD(ptr_eq);
    ADD(ptr_ne);
    ADD(ptr_null);
    ADD(ptr_nonnull);
    ADD(str_eq);
    ADD(str_eq_none);
    ADD(str_ne);
    ADD(str_ne_none);
    ADD(pstr_eq);
    ADD(pstr_eq_none);
    ADD(mem_eq);
    return tcase;
}

/* Rounds 3 to 5 of a loop; one of them fails. */
START_TEST(right_but_in_round_4)
{
    ck_assert_int_ge(_i, 3);
    ck_assert_int_le(_i, 5);
    ck_assert_int_ne(_i, 4);
}
END_TEST

START_TEST(right_without_rounds)
{
    ck_abort_msg("a loop from 0 to 0 runs nothing");
}
END_TEST

static int set_ups;
static int tear_downs;

static void set_up(void)
{
    set_ups++;
}

static void tear_down(void)
{
    tear_downs++;
}

/* A forked child does not see another case's counts, so both are compared within one case. */
START_TEST(right_after_set_up)
{
    ck_assert_int_eq(set_ups, tear_downs + 1);
}
END_TEST

static void wrong_fixture(void)
{
    ck_abort_msg("the fixture fails");
}

START_TEST(wrong_set_up)
{
}
END_TEST

START_TEST(wrong_tear_down)
{
}
END_TEST

static TCase *with_fixture(const char *name, void (*before)(void), void (*after)(void))
{
    TCase *tcase = tcase_create(name);

    tcase_add_checked_fixture(tcase, before, after);
    return tcase;
}

int main(void)
{
    Suite *suite = suite_create("wrong");
    TCase *rounds = tcase_create("rounds");
    TCase *fixture = with_fixture("fixture", set_up, tear_down);
    TCase *bad_before = with_fixture("set_up", wrong_fixture, NULL);
    TCase *bad_after = with_fixture("tear_down", NULL, wrong_fixture);

    tcase_add_loop_test(rounds, right_but_in_round_4, 3, 6);
    tcase_add_loop_test(rounds, right_without_rounds, 0, 0);
    tcase_add_test(fixture, right_after_set_up);
    tcase_add_test(fixture, right_after_set_up);
    tcase_add_test(bad_before, wrong_set_up);
    tcase_add_test(bad_after, wrong_tear_down);
    suite_add_tcase(suite, assertions());
    suite_add_tcase(suite, rounds);
    suite_add_tcase(suite, fixture);
    suite_add_tcase(suite, bad_before);
    suite_add_tcase(suite, bad_after);

    SRunner *runner = srunner_create(suite);

    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
