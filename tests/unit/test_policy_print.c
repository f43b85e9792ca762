/* SPDX-License-Identifier: MIT */
/* A policy's fields as text, its errors as sentences, and missing arguments. */
#include "policy_cases.h"

/* Printing all fields and reading them back gives the same policy. */
START_TEST(printed_policy_reads_back)
{
    struct sst_policy copy;
    sst_policy_init(&copy);
    for (size_t i = 0; i < COUNT_OF(cases) - 1; i++) {
        const char *const *fits = cases[i].fits;
        expect_set(cases[i].name, strcmp(get(cases[i].name), fits[1]) == 0 ? fits[0] : fits[1],
                   strcmp(get(cases[i].name), fits[1]) == 0 ? fits[0] : fits[1]);
    }
    struct sst_policy original = policy;
    policy = copy;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char text[32];
        ck_assert_uint_gt(
            sst_policy_get_n(&original, cases[i].name, strlen(cases[i].name), text, sizeof text),
            0);
        expect_set(cases[i].name, text, text);
        const struct sst_field *field = &policy_fields[i];
        ck_assert_uint_eq(field_value(&policy, field), field_value(&original, field));
        ck_assert(i == COUNT_OF(cases) - 1 ||
                  field_value(&copy, field) != field_value(&original, field));
    }
}
END_TEST

START_TEST(values_fit_or_leave_nothing)
{
    static const struct {
        const char *name, *text;
    } values[] = {{"mode", "accept"}, {"session_expires", "1800"}, {"rescue", "no"}};
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        size_t length = strlen(values[i].text);
        for (size_t size = 0; size <= length + 2; size++) {
            char *buffer = malloc(size > 0 ? size : 1);
            memset(buffer, 'x', size > 0 ? size : 1);
            ck_assert_uint_eq(
                sst_policy_get_n(&policy, values[i].name, strlen(values[i].name), buffer, size),
                length);
            if (size == 0) {
                ck_assert_int_eq(buffer[0], 'x');
            } else {
                ck_assert_str_eq(buffer, size > length ? values[i].text : "");
            }
            free(buffer);
        }
    }
    policy.mode = (enum sst_mode)17; /* no word for it */
    ck_assert_str_eq(get("mode"), "17");
}
END_TEST

static const char *sentence(void)
{
    static char buffer[160];
    size_t length = sst_policy_error_print(&error, buffer, sizeof buffer);
    ck_assert_uint_eq(length, strlen(buffer));
    return buffer;
}

START_TEST(errors_print_as_sentences)
{
    set("min_se", "60");
    ck_assert_str_eq(sentence(), "min_se: 60 is not in 90..4294967295");
    policy.min_se = 60;
    ck_assert_int_eq(sst_policy_check(&policy, &error), SST_ERR_RANGE);
    ck_assert_str_eq(sentence(), "min_se: 60 is not in 90..4294967295");
    set("mode", "on");
    ck_assert_str_eq(sentence(), "mode: on is not in accept|request|require|off");
    set("mode", "");
    ck_assert_str_eq(sentence(), "mode: an empty text is not in accept|request|require|off");
    set("mod", "on");
    ck_assert_str_eq(sentence(), "mod: no such field");
    set("", "on");
    ck_assert_str_eq(sentence(), "an empty text: no such field");
    set("min_se", "1\n\x1b[2J\x7f");
    ck_assert_str_eq(sentence(), "min_se: 1??[2J? is not in 90..4294967295");
    policy.min_se = 2000;
    ck_assert_int_eq(sst_policy_check(&policy, &error), SST_ERR_CONFLICT);
    ck_assert_str_eq(sentence(),
                     "session_expires: 1800 conflicts with min_se; allowed is min_se..4294967295");
    policy.size = 4;
    ck_assert_int_eq(sst_policy_check(&policy, &error), SST_ERR_VERSION);
    ck_assert_str_eq(sentence(), "size: 4 is not the size that this library knows; it has to be as "
                                 "sst_policy_init() sets it");
    ck_assert_int_eq(sst_policy_check(NULL, &error), SST_ERR_ARGUMENT);
    ck_assert_str_eq(sentence(), "argument");
    memset(&error, 0, sizeof error);
    ck_assert_str_eq(sentence(), "ok");
    /* Filled in by a host, in part. */
    error = (struct sst_policy_error){.code = SST_ERR_CONFLICT, .field = "x"};
    ck_assert_str_eq(sentence(), "x: 0 conflicts with another field; allowed is its range");
    memset(error.text, 'y', sizeof error.text);
    error.code = SST_ERR_RANGE;
    ck_assert_str_eq(sentence(), "x: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy is not in its range");
}
END_TEST

START_TEST(sentences_are_cut_to_fit)
{
    static const char text[] = "min_se: 60 is not in 90..4294967295";
    set("min_se", "60");
    for (size_t size = 0; size <= sizeof text + 2; size++) {
        char *buffer = malloc(size > 0 ? size : 1);
        memset(buffer, 'x', size > 0 ? size : 1);
        ck_assert_uint_eq(sst_policy_error_print(&error, buffer, size), sizeof text - 1);
        if (size > 0) {
            size_t length = size < sizeof text ? size - 1 : sizeof text - 1;
            ck_assert_uint_eq(strlen(buffer), length);
            ck_assert(memcmp(buffer, text, length) == 0);
        } else {
            ck_assert_int_eq(buffer[0], 'x');
        }
        free(buffer);
    }
    ck_assert_uint_eq(sst_policy_error_print(&error, NULL, 0), sizeof text - 1);
    ck_assert_uint_eq(sst_policy_error_print(&error, NULL, 10), sizeof text - 1);
}
END_TEST

START_TEST(null_is_refused)
{
    ck_assert_int_eq(sst_policy_set_n(NULL, "mode", 4, "off", 3, &error), SST_ERR_ARGUMENT);
    ck_assert_int_eq(error.code, SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_policy_set_n(&policy, NULL, 4, "off", 3, &error), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_policy_set_n(&policy, "mode", 4, NULL, 3, NULL), SST_ERR_ARGUMENT);
    /* An empty value may come without an address. */
    ck_assert_int_eq(sst_policy_set_n(&policy, "mode", 4, NULL, 0, &error), SST_ERR_SYNTAX);
    ck_assert_int_eq(sst_policy_set_n(&policy, NULL, 0, "off", 3, &error), SST_ERR_UNKNOWN_NAME);
    char buffer[4] = "abc";
    ck_assert_uint_eq(sst_policy_get_n(NULL, "mode", 4, buffer, 4), 0);
    ck_assert_str_eq(buffer, "");
    ck_assert_uint_eq(sst_policy_get_n(&policy, NULL, 4, buffer, 4), 0);
    ck_assert_uint_eq(sst_policy_get_n(&policy, "mode", 4, NULL, 0), 6);
    ck_assert_uint_eq(sst_policy_get_n(&policy, "mode", 4, NULL, 64), 6);
    ck_assert_uint_eq(sst_policy_get_n(&policy, "none", 4, NULL, 64), 0);
    ck_assert_uint_eq(sst_policy_error_print(NULL, buffer, 4), 0);
    ck_assert_str_eq(buffer, "");
}
END_TEST

static Suite *policy_print_suite(void)
{
    Suite *suite = suite_create("policy_print");
    TCase *tests = tcase_create("policy_print");
    tcase_add_checked_fixture(tests, set_up, NULL);
    tcase_add_test(tests, printed_policy_reads_back);
    tcase_add_test(tests, values_fit_or_leave_nothing);
    tcase_add_test(tests, errors_print_as_sentences);
    tcase_add_test(tests, sentences_are_cut_to_fit);
    tcase_add_test(tests, null_is_refused);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return run_suite(policy_print_suite());
}
