/* SPDX-License-Identifier: MIT */
#include <limits.h>

#include <sst/counters.h>
#include <sst/session.h>
#include <sst/types.h>

#include "exact.h"

/* The names are what logs and counters are searched for, so each is written out here. */
struct named {
    int number;
    const char *name;
};

/* A name for each number from 0 on, and none for the numbers around them */
#define CHECK_NAMES(function, type, expected)                                                      \
    do {                                                                                           \
        for (size_t i_ = 0; i_ < COUNT_OF(expected); i_++) {                                       \
            ck_assert_int_eq((expected)[i_].number, (int)i_);                                      \
            ck_assert_str_eq(function((type)(expected)[i_].number), (expected)[i_].name);          \
        }                                                                                          \
        ck_assert_str_eq(function((type)COUNT_OF(expected)), "unknown");                           \
        ck_assert_str_eq(function((type)INT_MAX), "unknown");                                      \
        ck_assert_str_eq(function((type)-1), "unknown");                                           \
        /* Where enumerations are as short as they can be, this is 0. */                           \
        ck_assert_str_eq(function((type)INT_MIN),                                                  \
                         sizeof(type) == 1 ? (expected)[0].name : "unknown");                      \
    } while (0)

START_TEST(names_results)
{
    static const struct named expected[] = {
        {SST_OK, "ok"},
        {SST_ERR_ARGUMENT, "argument"},
        {SST_ERR_STATE, "state"},
        {SST_ERR_SYNTAX, "syntax"},
        {SST_ERR_RANGE, "range"},
        {SST_ERR_SPACE, "space"},
        {SST_ERR_UNKNOWN_NAME, "unknown_name"},
        {SST_ERR_CONFLICT, "conflict"},
        {SST_ERR_VERSION, "version"},
        {SST_ERR_DAMAGED, "damaged"},
        {SST_ERR_UNSUPPORTED, "unsupported"},
    };

    for (size_t i = 0; i < COUNT_OF(expected); i++) {
        ck_assert_int_eq(expected[i].number, -(int)i);
        ck_assert_str_eq(sst_result_name(expected[i].number), expected[i].name);
    }
    ck_assert_str_eq(sst_result_name(-(int)COUNT_OF(expected)), "unknown");
    ck_assert_str_eq(sst_result_name(1), "unknown");
    ck_assert_str_eq(sst_result_name(INT_MAX), "unknown");
    ck_assert_str_eq(sst_result_name(INT_MIN), "unknown");
}
END_TEST

START_TEST(names_violations)
{
    static const struct named expected[] = {
        {SST_VIOLATION_SE_MALFORMED, "se_malformed"},
        {SST_VIOLATION_SE_REPEATED, "se_repeated"},
        {SST_VIOLATION_SE_MISPLACED, "se_misplaced"},
        {SST_VIOLATION_SE_BELOW_ABSOLUTE, "se_below_absolute"},
        {SST_VIOLATION_SE_BELOW_MIN, "se_below_min"},
        {SST_VIOLATION_SE_ABOVE_ASKED, "se_above_asked"},
        {SST_VIOLATION_SE_BELOW_MIN_SE, "se_below_min_se"},
        {SST_VIOLATION_MIN_SE_MALFORMED, "min_se_malformed"},
        {SST_VIOLATION_MIN_SE_REPEATED, "min_se_repeated"},
        {SST_VIOLATION_MIN_SE_BELOW_ABSOLUTE, "min_se_below_absolute"},
        {SST_VIOLATION_MIN_SE_MISPLACED, "min_se_misplaced"},
        {SST_VIOLATION_REFRESHER_UNKNOWN, "refresher_unknown"},
        {SST_VIOLATION_REFRESHER_REPEATED, "refresher_repeated"},
        {SST_VIOLATION_REFRESHER_MISSING, "refresher_missing"},
        {SST_VIOLATION_REFRESHER_UNSUPPORTED, "refresher_unsupported"},
        {SST_VIOLATION_REQUIRE_MISSING, "require_missing"},
        {SST_VIOLATION_REQUIRE_ALONE, "require_alone"},
        {SST_VIOLATION_REQUIRE_UNSUPPORTED, "require_unsupported"},
        {SST_VIOLATION_SUPPORTED_MISSING, "supported_missing"},
        {SST_VIOLATION_TIMER_UNASKED, "timer_unasked"},
        {SST_VIOLATION_422_WITHOUT_MIN_SE, "422_without_min_se"},
        {SST_VIOLATION_422_USELESS, "422_useless"},
        {SST_VIOLATION_RETRY_AFTER_MALFORMED, "retry_after_malformed"},
        {SST_VIOLATION_CSEQ_LOW, "cseq_low"},
        {SST_VIOLATION_DIALOG_LOST, "dialog_lost"},
    };

    ck_assert_uint_eq(COUNT_OF(expected), SST_VIOLATION_COUNT);
    CHECK_NAMES(sst_violation_name, enum sst_violation, expected);
}
END_TEST

START_TEST(names_sides_and_refreshers)
{
    static const struct named sides[] = {
        {SST_SIDE_NONE, "none"},
        {SST_SIDE_LOCAL, "local"},
        {SST_SIDE_REMOTE, "remote"},
    };
    static const struct named refreshers[] = {
        {SST_REFRESHER_NONE, "none"},
        {SST_REFRESHER_UAC, "uac"},
        {SST_REFRESHER_UAS, "uas"},
    };

    CHECK_NAMES(sst_side_name, enum sst_side, sides);
    CHECK_NAMES(sst_refresher_name, enum sst_refresher, refreshers);
}
END_TEST

START_TEST(names_kinds_of_failures)
{
    static const struct named expected[] = {
        {SST_OUTCOME_TIMEOUT, "timeout"},     {SST_OUTCOME_GONE, "gone"},
        {SST_OUTCOME_TRANSIENT, "transient"}, {SST_OUTCOME_METHOD, "method"},
        {SST_OUTCOME_GLARE, "glare"},         {SST_OUTCOME_INTERVAL, "interval"},
        {SST_OUTCOME_AUTH, "auth"},           {SST_OUTCOME_EXTENSION, "extension"},
        {SST_OUTCOME_TRANSPORT, "transport"}, {SST_OUTCOME_DIALOG, "dialog"},
    };

    ck_assert_uint_eq(COUNT_OF(expected), SST_OUTCOME_COUNT);
    CHECK_NAMES(sst_outcome_name, enum sst_outcome, expected);
}
END_TEST

START_TEST(names_reasons_to_end)
{
    static const struct named expected[] = {
        {SST_END_NONE, "none"},
        {SST_END_NOT_REFRESHED, "not_refreshed"},
        {SST_END_REFRESH_TIMEOUT, "refresh_timeout"},
        {SST_END_REFRESH_408, "refresh_408"},
        {SST_END_REFRESH_481, "refresh_481"},
        {SST_END_REFRESH_UNANSWERED, "refresh_unanswered"},
        {SST_END_REFRESH_REFUSED, "refresh_refused"},
        {SST_END_REFRESH_NOT_SENT, "refresh_not_sent"},
    };

    ck_assert_uint_eq(COUNT_OF(expected), SST_END_COUNT);
    CHECK_NAMES(sst_end_reason_name, enum sst_end_reason, expected);
}
END_TEST

START_TEST(names_events)
{
    static const struct named expected[] = {
        {SST_EVENT_NONE, "none"},
        {SST_EVENT_VIOLATION, "violation"},
        {SST_EVENT_NEGOTIATED, "negotiated"},
        {SST_EVENT_REFRESHED, "refreshed"},
        {SST_EVENT_OVERDUE, "overdue"},
        {SST_EVENT_BLOCKED, "blocked"},
        {SST_EVENT_REFUSED, "refused"},
        {SST_EVENT_REFRESH, "refresh"},
        {SST_EVENT_ENDED, "ended"},
    };

    CHECK_NAMES(sst_event_name, enum sst_event_type, expected);
}
END_TEST

START_TEST(names_actions)
{
    static const struct named expected[] = {
        {SST_ACTION_NONE, "none"},     {SST_ACTION_RETRY, "retry"},   {SST_ACTION_AUTH, "auth"},
        {SST_ACTION_WAIT, "wait"},     {SST_ACTION_FAILED, "failed"}, {SST_ACTION_END, "end"},
        {SST_ACTION_IGNORE, "ignore"},
    };

    CHECK_NAMES(sst_action_name, enum sst_action, expected);
}
END_TEST

static const struct named methods[] = {
    {SST_METHOD_OTHER, "other"}, {SST_METHOD_INVITE, "INVITE"}, {SST_METHOD_UPDATE, "UPDATE"},
    {SST_METHOD_ACK, "ACK"},     {SST_METHOD_CANCEL, "CANCEL"}, {SST_METHOD_BYE, "BYE"},
};

START_TEST(names_methods)
{
    for (size_t i = 0; i < COUNT_OF(methods); i++)
        ck_assert_str_eq(sst_method_name((enum sst_method)methods[i].number), methods[i].name);
    ck_assert_str_eq(sst_method_name((enum sst_method)COUNT_OF(methods)), "other");
    ck_assert_str_eq(sst_method_name((enum sst_method)INT_MAX), "other");
    ck_assert_str_eq(sst_method_name((enum sst_method) - 1), "other");
}
END_TEST

static enum sst_method method_of(const char *text, size_t length)
{
    struct exact input = exact_copy(text, length);
    enum sst_method method = sst_method_from_name(input.text, input.length);

    exact_free(&input);
    return method;
}

START_TEST(knows_methods_by_name)
{
    for (size_t i = 0; i < COUNT_OF(methods); i++)
        ck_assert_int_eq((int)method_of(methods[i].name, strlen(methods[i].name)),
                         methods[i].number);
}
END_TEST

/* RFC 3261 §7.1: methods are case-sensitive. */
START_TEST(takes_nothing_else_for_a_method)
{
    static const char *const cases[] = {
        "",        "OTHER", "invite",  "Update", "UPDATe", "bYE",    "AC",
        "ACKS",    "BYF",   "ADK",     "INVITA", "UPDAT",  "CANCER", "INVITE ",
        " UPDATE", "PRACK", "OPTIONS", "INFO",   "BYE\r",  "CANCE",
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++)
        ck_assert_msg(method_of(cases[i], strlen(cases[i])) == SST_METHOD_OTHER, "%s", cases[i]);
    ck_assert_int_eq(method_of("INVITE", 5), SST_METHOD_OTHER);
    ck_assert_int_eq(method_of("ACK\0\0\0", 6), SST_METHOD_OTHER);
    ck_assert_int_eq(sst_method_from_name(NULL, 0), SST_METHOD_OTHER);
    ck_assert_int_eq(sst_method_from_name(NULL, 3), SST_METHOD_OTHER);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("names");
    TCase *tests = tcase_create("names");

    tcase_add_test(tests, names_results);
    tcase_add_test(tests, names_violations);
    tcase_add_test(tests, names_sides_and_refreshers);
    tcase_add_test(tests, names_kinds_of_failures);
    tcase_add_test(tests, names_reasons_to_end);
    tcase_add_test(tests, names_events);
    tcase_add_test(tests, names_actions);
    tcase_add_test(tests, names_methods);
    tcase_add_test(tests, knows_methods_by_name);
    tcase_add_test(tests, takes_nothing_else_for_a_method);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
