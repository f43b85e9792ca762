/* SPDX-License-Identifier: MIT */
/* Counters as OpenMetrics text. The expected lines follow the format's own rules: a family's type
 * and help, samples that end in _total, labels with the library's names. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sst/counters.h>
#include <sst/session.h>
#include <sst/types.h>

#include "exact.h"

static struct sst_counters counters;
static char text[SST_COUNTERS_TEXT_SIZE];

static void print_all(void)
{
    size_t need;

    ck_assert_int_eq(sst_counters_print(&counters, text, sizeof text, &need), SST_OK);
    ck_assert_uint_eq(need, strlen(text) + 1);
}

static void has_line(const char *line)
{
    char wanted[200];

    snprintf(wanted, sizeof wanted, "\n%s\n", line);
    ck_assert_msg(strstr(text, wanted) != NULL, "no line: %s\nin:\n%s", line, text);
}

static void set_up(void)
{
    counters = (struct sst_counters){0};
}

START_TEST(each_counter_is_a_family)
{
    static const char first[] = "# TYPE sst_negotiated counter\n"
                                "# HELP sst_negotiated Session timers turned on.\n"
                                "sst_negotiated_total 0\n";

    print_all();
    ck_assert_int_eq(strncmp(text, first, sizeof first - 1), 0);
    ck_assert_int_eq(text[strlen(text) - 1], '\n');
    unsigned families = 0;
    for (const char *at = text; (at = strstr(at, "# TYPE ")) != NULL; at++) {
        families++;
    }
    ck_assert_uint_eq(families, 15); /* members of struct sst_counters, except the reserved ones */
}
END_TEST

START_TEST(each_counter_is_in_its_line)
{
    counters.turned_off = 2;
    counters.refreshes_due = 3;
    counters.refreshes_sent = 4;
    counters.refreshes_answered = 5;
    counters.refreshes_received = 6;
    counters.refreshes_failed[SST_OUTCOME_GLARE] = 7;
    counters.refreshes_failed[SST_OUTCOME_TRANSPORT] = 8;
    counters.rejected_422 = 9;
    counters.received_422 = 10;
    counters.glare = 11;
    counters.rejected_491 = 12;
    counters.overdue = 13;
    counters.blocked = 14;
    counters.ended[SST_END_NOT_REFRESHED] = 15;
    counters.ended[SST_END_REFRESH_NOT_SENT] = 16;
    counters.violations[SST_VIOLATION_SE_MALFORMED] = 17;
    counters.violations[SST_VIOLATION_CSEQ_RANGE] = 18;
    print_all();
    has_line("sst_turned_off_total 2");
    has_line("sst_refreshes_due_total 3");
    has_line("sst_refreshes_sent_total 4");
    has_line("sst_refreshes_answered_total 5");
    has_line("sst_refreshes_received_total 6");
    has_line("sst_refreshes_failed_total{outcome=\"glare\"} 7");
    has_line("sst_refreshes_failed_total{outcome=\"transport\"} 8");
    has_line("sst_rejected_422_total 9");
    has_line("sst_received_422_total 10");
    has_line("sst_glare_total 11");
    has_line("sst_rejected_491_total 12");
    has_line("sst_overdue_total 13");
    has_line("sst_blocked_total 14");
    has_line("sst_ended_total{reason=\"not_refreshed\"} 15");
    has_line("sst_ended_total{reason=\"refresh_not_sent\"} 16");
    has_line("sst_violations_total{kind=\"se_malformed\"} 17");
    has_line("sst_violations_total{kind=\"cseq_range\"} 18");
}
END_TEST

START_TEST(what_cannot_occur_has_no_line)
{
    print_all();
    ck_assert_ptr_null(strstr(text, "reason=\"none\""));
    ck_assert_ptr_null(strstr(text, "outcome=\"success\""));
    ck_assert_ptr_null(strstr(text, "outcome=\"provisional\""));
    ck_assert_ptr_null(strstr(text, "=\"unknown\""));
    has_line("sst_refreshes_failed_total{outcome=\"gone\"} 0");
    has_line("sst_ended_total{reason=\"refresh_timeout\"} 0");
}
END_TEST

START_TEST(numbers_have_all_their_digits)
{
    counters.negotiated = UINT64_MAX;
    counters.turned_off = UINT64_C(10000000000000000000);
    counters.refreshes_due = UINT64_C(4294967296);
    counters.refreshes_sent = 65536;
    counters.refreshes_answered = 1234567890;
    print_all();
    has_line("sst_negotiated_total 18446744073709551615");
    has_line("sst_turned_off_total 10000000000000000000");
    has_line("sst_refreshes_due_total 4294967296");
    has_line("sst_refreshes_sent_total 65536");
    has_line("sst_refreshes_answered_total 1234567890");
}
END_TEST

START_TEST(the_room_that_is_promised_is_enough)
{
    memset(&counters, 0xff, sizeof counters);
    print_all();
}
END_TEST

START_TEST(too_little_room_leaves_an_empty_text)
{
    size_t need;

    print_all();
    size_t whole = strlen(text) + 1;
    for (size_t size = 1; size < whole; size += size < 50 || size + 50 > whole ? 1 : 97) {
        char *buffer = malloc(size); /* of the exact size, for AddressSanitizer */

        ck_assert_ptr_nonnull(buffer);
        ck_assert_int_eq(sst_counters_print(&counters, buffer, size, &need), SST_ERR_SPACE);
        ck_assert_int_eq(buffer[0], '\0');
        ck_assert_uint_eq(need, whole);
        free(buffer);
    }
    char *buffer = malloc(whole);
    ck_assert_ptr_nonnull(buffer);
    ck_assert_int_eq(sst_counters_print(&counters, buffer, whole, NULL), SST_OK);
    ck_assert_str_eq(buffer, text);
    free(buffer);
    ck_assert_int_eq(sst_counters_print(&counters, NULL, 0, &need), SST_ERR_SPACE);
    ck_assert_uint_eq(need, whole);
}
END_TEST

START_TEST(wrong_arguments_are_errors)
{
    ck_assert_int_eq(sst_counters_print(NULL, text, sizeof text, NULL), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_counters_print(&counters, NULL, 1, NULL), SST_ERR_ARGUMENT);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("metrics");
    TCase *cases = tcase_create("all");

    tcase_add_checked_fixture(cases, set_up, NULL);
    tcase_add_test(cases, each_counter_is_a_family);
    tcase_add_test(cases, each_counter_is_in_its_line);
    tcase_add_test(cases, what_cannot_occur_has_no_line);
    tcase_add_test(cases, numbers_have_all_their_digits);
    tcase_add_test(cases, the_room_that_is_promised_is_enough);
    tcase_add_test(cases, too_little_room_leaves_an_empty_text);
    tcase_add_test(cases, wrong_arguments_are_errors);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
