/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include <sst/version.h>

#include "exact.h"

START_TEST(library_and_header_are_of_one_version)
{
    ck_assert_int_eq(sst_version_number(), SST_VERSION_NUMBER);
    ck_assert_str_eq(sst_version(), SST_VERSION_STRING);
}
END_TEST

START_TEST(text_and_number_say_the_same)
{
    char text[32];

    (void)snprintf(text, sizeof text, "%d.%d.%d", SST_VERSION_MAJOR, SST_VERSION_MINOR,
                   SST_VERSION_PATCH);
    ck_assert_str_eq(sst_version(), text);
    ck_assert_int_eq(sst_version_number(),
                     SST_VERSION_MAJOR * 10000 + SST_VERSION_MINOR * 100 + SST_VERSION_PATCH);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("version");
    TCase *tests = tcase_create("version");

    tcase_add_test(tests, library_and_header_are_of_one_version);
    tcase_add_test(tests, text_and_number_say_the_same);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
