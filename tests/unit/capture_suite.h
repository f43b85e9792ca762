/* SPDX-License-Identifier: MIT */
/*
 * How each captured call is judged. For a file that has `calls`, and `sole_calls`: calls in which
 * one message decides, so that without it nobody could tell.
 */
#ifndef CAPTURE_SUITE_H
#define CAPTURE_SUITE_H

#include "captures.h"

START_TEST(calls_end_for_the_reasons_given)
{
    judge_call(&calls[_i]);
}
END_TEST

START_TEST(so_do_those_that_one_message_decides)
{
    judge_call(&sole_calls[_i]);
}
END_TEST

START_TEST(one_direction_is_incomplete)
{
    judge_directions(&calls[_i]);
}
END_TEST

START_TEST(a_lost_message_accuses_nobody_else)
{
    judge_losses(&calls[_i]);
}
END_TEST

START_TEST(a_cut_capture_accuses_nobody_else)
{
    judge_cuts(&calls[_i]);
}
END_TEST

static Suite *capture_suite(const char *name)
{
    Suite *suite = suite_create(name);
    TCase *tests = tcase_create(name);
    tcase_add_loop_test(tests, calls_end_for_the_reasons_given, 0, COUNT_OF(calls));
    tcase_add_loop_test(tests, so_do_those_that_one_message_decides, 0, COUNT_OF(sole_calls));
    tcase_add_loop_test(tests, one_direction_is_incomplete, 0, COUNT_OF(calls));
    tcase_add_loop_test(tests, a_lost_message_accuses_nobody_else, 0, COUNT_OF(calls));
    tcase_add_loop_test(tests, a_cut_capture_accuses_nobody_else, 0, COUNT_OF(calls));
    suite_add_tcase(suite, tests);
    return suite;
}

#endif
