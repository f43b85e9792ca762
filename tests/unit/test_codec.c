/* SPDX-License-Identifier: MIT */
#include <sst/codec.h>

#include "exact.h"

#define NONE SST_REFRESHER_NONE
#define UAC SST_REFRESHER_UAC
#define UAS SST_REFRESHER_UAS
#define UNKNOWN SST_VIOLATION_BIT(SST_VIOLATION_REFRESHER_UNKNOWN)
#define REPEATED SST_VIOLATION_BIT(SST_VIOLATION_REFRESHER_REPEATED)

struct session_expires_case {
    const char *text;
    uint32_t seconds;
    enum sst_refresher refresher;
    uint32_t violations;
};

static void check_session_expires(const struct session_expires_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct exact input = exact_copy(cases[i].text, strlen(cases[i].text));
        struct sst_session_expires read;
        memset(&read, 0xa5, sizeof read);
        int result = sst_parse_session_expires(input.text, input.length, &read);
        ck_assert_msg(result == SST_OK, "%s: %d", cases[i].text, result);
        ck_assert_msg(read.seconds == cases[i].seconds, "%s: %u", cases[i].text,
                      (unsigned)read.seconds);
        ck_assert_msg(read.refresher == cases[i].refresher, "%s: %d", cases[i].text,
                      (int)read.refresher);
        ck_assert_msg(read.violations == cases[i].violations, "%s: %#x", cases[i].text,
                      (unsigned)read.violations);
        exact_free(&input);
    }
}

/* RFC 4028 §4; white space and letter case: EC-04 */
/* Shows: 4-2 4-6 4-7 EC-01 EC-04 */
START_TEST(reads_session_expires)
{
    static const struct session_expires_case cases[] = {
        {"1800", 1800, NONE, 0},
        {"0", 0, NONE, 0},
        {"1800;refresher=uac", 1800, UAC, 0},
        {"90;refresher=uas", 90, UAS, 0},
        {"1800 ; Refresher = UAS", 1800, UAS, 0},
        {"4000;REFRESHER=Uac", 4000, UAC, 0},
        {" \t1800\t;\trefresher\t=\tuac\t", 1800, UAC, 0},
        {"\r\n 1800\r\n ;\r\n\trefresher\r\n =\r\n  uas \r\n ", 1800, UAS, 0},
        {"4294967295;refresher=uac", 4294967295, UAC, 0},
        {"4294967296;refresher=uac", 4294967295, UAC, 0},
        {"9999999999999999999999999999999999999999", 4294967295, NONE, 0},
        {"0000000000000000000000001800;refresher=uas", 1800, UAS, 0},
    };

    check_session_expires(cases, COUNT_OF(cases));
}
END_TEST

/* Requirement 4-6: with or without a value; a token, a quoted string, or an address in brackets */
/* Shows: 4-6 EC-02 */
START_TEST(skips_unknown_parameters)
{
    static const struct session_expires_case cases[] = {
        {"90;foo", 90, NONE, 0},
        {"90;foo=bar", 90, NONE, 0},
        {"90;refresher=uac;foo=bar;x", 90, UAC, 0},
        {"90;x;foo=\"a;refresher=uas,b=\\\";c\";refresher=uac", 90, UAC, 0},
        {"90;foo=\"\";refresher=uac", 90, UAC, 0},
        {"90;foo = \"a\r\n b\" ;refresher=uac", 90, UAC, 0},
        {"90;foo=[2001:db8::1];refresher=uas", 90, UAS, 0},
        {"90;foo=192.0.2.1;refresher=uas", 90, UAS, 0},
        {"90;xrefresher=uac", 90, NONE, 0},
        {"90;refreshers=uac", 90, NONE, 0},
        {"90;refreshe=uac", 90, NONE, 0},
        {"90;refresher-x=uac", 90, NONE, 0},
    };

    check_session_expires(cases, COUNT_OF(cases));
}
END_TEST

/* EC-02, EC-04, requirement 4-7 */
/* Shows: 4-7 EC-02 EC-04 */
START_TEST(reports_refreshers_that_say_nothing)
{
    static const struct session_expires_case cases[] = {
        {"90;refresher=foo", 90, NONE, UNKNOWN},     {"90;refresher=none", 90, NONE, UNKNOWN},
        {"90;refresher=", 90, NONE, UNKNOWN},        {"90;refresher= ", 90, NONE, UNKNOWN},
        {"90;refresher", 90, NONE, UNKNOWN},         {"90;refresher ", 90, NONE, UNKNOWN},
        {"90;refresher;foo", 90, NONE, UNKNOWN},     {"90;refresher=;foo=uac", 90, NONE, UNKNOWN},
        {"90;refresher=\"uac\"", 90, NONE, UNKNOWN}, {"90;refresher=\"uac", 90, NONE, UNKNOWN},
        {"90;refresher=\"", 90, NONE, UNKNOWN},      {"90;refresher=uac\"\"", 90, NONE, UNKNOWN},
        {"90;refresher=uacs", 90, NONE, UNKNOWN},    {"90;refresher=ua", 90, NONE, UNKNOWN},
        {"90;refresher=uab", 90, NONE, UNKNOWN},     {"90;refresher=uac uas", 90, NONE, UNKNOWN},
        {"90;refresher=uac=uas", 90, NONE, UNKNOWN}, {"90;refresher==uac", 90, NONE, UNKNOWN},
        {"90;refresher:uac", 90, NONE, UNKNOWN},     {"90;refresher uac", 90, NONE, UNKNOWN},
        {"90;refresher=uac\r\n", 90, NONE, UNKNOWN},
    };

    check_session_expires(cases, COUNT_OF(cases));
}
END_TEST

/* EC-03: the first usable one */
/* Shows: 4-7 EC-03 */
START_TEST(takes_the_first_usable_of_repeated_refreshers)
{
    static const struct session_expires_case cases[] = {
        {"90;refresher=uac;refresher=uas", 90, UAC, REPEATED},
        {"90;refresher=uas;refresher=uac", 90, UAS, REPEATED},
        {"90;refresher=uas;Refresher=uas", 90, UAS, REPEATED},
        {"90;refresher=uac;foo;refresher=uas;refresher=uas", 90, UAC, REPEATED},
        {"90;refresher=foo;refresher=uas", 90, UAS, REPEATED | UNKNOWN},
        {"90;refresher;refresher=uac", 90, UAC, REPEATED | UNKNOWN},
        {"90;refresher=uac;refresher=foo", 90, UAC, REPEATED | UNKNOWN},
        {"90;refresher;refresher", 90, NONE, REPEATED | UNKNOWN},
    };

    check_session_expires(cases, COUNT_OF(cases));
}
END_TEST

/* A broken parameter is skipped; the number and the parameters around it still count. */
/* Shows: 4-6 */
START_TEST(survives_broken_parameters)
{
    static const struct session_expires_case cases[] = {
        {"90;", 90, NONE, 0},
        {"90 ; ", 90, NONE, 0},
        {"90;;", 90, NONE, 0},
        {"90;;refresher=uac", 90, UAC, 0},
        {"90; ;\t;refresher=uac;", 90, UAC, 0},
        {"90;foo=;refresher=uac", 90, UAC, 0},
        {"90;=bar;refresher=uac", 90, UAC, 0},
        {"90;=;refresher=uac", 90, UAC, 0},
        {"90;a b;refresher=uac", 90, UAC, 0},
        {"90;@refresher=uas;refresher=uac", 90, UAC, 0},
        {"90;\"refresher=uas;\";refresher=uac", 90, UAC, 0},
        {"90;refresher=uac;foo=\"bar", 90, UAC, 0},
        {"90;refresher=uac;foo=\"bar\\", 90, UAC, 0},
        {"90;foo=\"bar;refresher=uac", 90, NONE, 0},
        {"90;foo=\"bar\\\";refresher=uac", 90, NONE, 0},
        {"90;foo=a\"b;c\"d;refresher=uac", 90, UAC, 0},
        {"90;foo\r\nrefresher=uas;refresher=uac", 90, UAC, 0},
    };

    check_session_expires(cases, COUNT_OF(cases));
}
END_TEST

/* What follows a comma is not part of this value: these are not list header fields. */
START_TEST(ends_at_a_comma)
{
    static const struct session_expires_case cases[] = {
        {"1800;refresher=uac, 90;refresher=uas", 1800, NONE, UNKNOWN},
        {"1800;refresher=uac;foo, 90;refresher=uas", 1800, UAC, 0},
        {"1800;foo, 90;refresher=uas", 1800, NONE, 0},
        {"1800;, 90;refresher=uas", 1800, NONE, 0},
        {"1800;foo=\"a,b\";refresher=uas", 1800, UAS, 0},
    };

    check_session_expires(cases, COUNT_OF(cases));
}
END_TEST

/* NUL is a character like any other: texts have a length. */
START_TEST(does_not_stop_at_a_nul)
{
    struct sst_session_expires read;

    ck_assert_int_eq(sst_parse_session_expires("1800\0", 5, &read), SST_ERR_SYNTAX);
    ck_assert_int_eq(sst_parse_session_expires("\0"
                                               "1800",
                                               5, &read),
                     SST_ERR_SYNTAX);
    ck_assert_int_eq(sst_parse_session_expires("90;a\0;refresher=uac", 19, &read), SST_OK);
    ck_assert_int_eq(read.refresher, UAC);
    ck_assert_int_eq(sst_parse_session_expires("90;refresher=uac\0", 17, &read), SST_OK);
    ck_assert_uint_eq(read.violations, UNKNOWN);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("codec");
    TCase *tests = tcase_create("codec");

    tcase_add_test(tests, reads_session_expires);
    tcase_add_test(tests, skips_unknown_parameters);
    tcase_add_test(tests, reports_refreshers_that_say_nothing);
    tcase_add_test(tests, takes_the_first_usable_of_repeated_refreshers);
    tcase_add_test(tests, survives_broken_parameters);
    tcase_add_test(tests, ends_at_a_comma);
    tcase_add_test(tests, does_not_stop_at_a_nul);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
