/* SPDX-License-Identifier: MIT */
#include <sst/codec.h>

#include "exact.h"

/* Requirement 4-8; for Min-SE and Retry-After as well */
static const char *const no_numbers[] = {
    "",          " ",
    "\t",        "\r\n ",
    "-1",        "+5",
    "90.5",      "0x5a",
    "1e3",       "90s",
    "1800 junk", "1800 90",
    "1 800",     "1800,90",
    "1800,",     ",1800",
    ";",         ";refresher=uac",
    "=90",       "\"1800\"",
    "\"1800",    "abc",
    "uac",       "1800\"",
    "1800=90",   "1800:",
    "1800\r\n",  "1800\n ",
    "1800\r",    "1800 \r;",
    "<1800>",    "1800 refresher=uac",
    "\xd9\xa1",  "1800\xa0",
    "\r\n1800",  "\n1800",
    "(a) 1800",
};

/* Shows: 4-8 */
START_TEST(refuses_what_is_no_number)
{
    for (size_t i = 0; i < COUNT_OF(no_numbers); i++) {
        struct exact input = exact_copy(no_numbers[i], strlen(no_numbers[i]));
        struct sst_session_expires read = {7, SST_REFRESHER_UAS, 7};
        uint32_t min_se = 7;
        uint32_t retry_after = 7;
        int results[] = {
            sst_parse_session_expires(input.text, input.length, &read),
            sst_parse_min_se(input.text, input.length, &min_se),
            sst_parse_retry_after(input.text, input.length, &retry_after),
        };
        for (size_t k = 0; k < COUNT_OF(results); k++)
            ck_assert_msg(results[k] == SST_ERR_SYNTAX, "'%s' %zu: %d", no_numbers[i], k,
                          results[k]);
        ck_assert(read.seconds == 7 && read.refresher == SST_REFRESHER_UAS && read.violations == 7);
        ck_assert_uint_eq(min_se, 7);
        ck_assert_uint_eq(retry_after, 7);
        exact_free(&input);
    }
}
END_TEST

struct number_case {
    const char *text;
    uint32_t seconds;
};

static void check_numbers(const struct number_case *cases, size_t count,
                          int (*parse)(const char *value, size_t length, uint32_t *seconds))
{
    for (size_t i = 0; i < count; i++) {
        struct exact input = exact_copy(cases[i].text, strlen(cases[i].text));
        uint32_t seconds = 7;
        int result = parse(input.text, input.length, &seconds);
        ck_assert_msg(result == SST_OK, "%s: %d", cases[i].text, result);
        ck_assert_msg(seconds == cases[i].seconds, "%s: %u", cases[i].text, (unsigned)seconds);
        exact_free(&input);
    }
}

/* What Min-SE and Retry-After have in common */
static const struct number_case numbers[] = {
    {"90", 90},
    {"0", 0},
    {"30", 30},
    {" 120\r\n\t", 120},
    {"0000000000120", 120},
    {"4294967295", 4294967295},
    {"4294967296", 4294967295},
    {"99999999999999999999999999", 4294967295},
    {"90;p=v", 90},
    {"90 ; p = \"a,b;c\" ; q", 90},
    {"90;", 90},
    {"90;;", 90},
    {"90;foo=\"bar", 90},
};

/* RFC 4028 §5 */
/* Shows: 5-4 EC-01 */
START_TEST(reads_min_se)
{
    check_numbers(numbers, COUNT_OF(numbers), sst_parse_min_se);
}
END_TEST

/* RFC 3261 §20.33, with its two examples */
/* Shows: EC-53 */
START_TEST(reads_retry_after)
{
    static const struct number_case cases[] = {
        {"18000;duration=3600", 18000},  {"120 (I'm in a meeting)", 120},
        {"120(a(b)c);duration=60", 120}, {"120 (a\\)b) ; duration=60", 120},
        {"120 (a; b, \"c)\r\n ", 120},   {"0 ()", 0},
    };

    check_numbers(numbers, COUNT_OF(numbers), sst_parse_retry_after);
    check_numbers(cases, COUNT_OF(cases), sst_parse_retry_after);
}
END_TEST

START_TEST(refuses_broken_comments)
{
    static const char *const cases[] = {
        "120 (a",   "120 (a(b)",  "120 (a\\)",
        "120 (a))", "120 (a)(b)", "120 (a) junk",
        "120 )",    "120 a(b)",   "Fri, 31 Dec 1999 23:59:59 GMT",
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct exact input = exact_copy(cases[i], strlen(cases[i]));
        uint32_t seconds = 7;
        ck_assert_msg(sst_parse_retry_after(input.text, input.length, &seconds) == SST_ERR_SYNTAX,
                      "%s", cases[i]);
        ck_assert_uint_eq(seconds, 7);
        exact_free(&input);
    }
    /* Min-SE and Session-Expires have no comments. */
    uint32_t seconds;
    struct sst_session_expires read;
    ck_assert_int_eq(sst_parse_min_se("90 (a)", 6, &seconds), SST_ERR_SYNTAX);
    ck_assert_int_eq(sst_parse_session_expires("90 (a)", 6, &read), SST_ERR_SYNTAX);
}
END_TEST

/* Shows: 12-1 */
START_TEST(reads_option_tags)
{
    static const struct {
        const char *text;
        bool timer;
        bool other;
    } cases[] = {
        {"", false, false},
        {" ", false, false},
        {",", false, false},
        {" ,, , ", false, false},
        {"timer", true, false},
        {"Timer", true, false},
        {"TIMER", true, false},
        {"100rel", false, true},
        {"100rel , timer,replaces", true, true},
        {"timer,100rel", true, true},
        {"100rel,\r\n\ttimer", true, true},
        {",,timer,,", true, false},
        {"timer,timer", true, false},
        {"timers", false, true},
        {"xtimer", false, true},
        {"x-timer", false, true},
        {"timer-x", false, true},
        {"tim", false, true},
        {"timer;x", false, false},
        {"timer x", false, false},
        {"timer=1", false, false},
        {"\"timer\"", false, false},
        {"<timer>", false, false},
        {"timer\r\n", false, false},
        {"@, timer", true, false},
        {"timer;x, timer", true, false},
        {"timer, @", true, false},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct exact input = exact_copy(cases[i].text, strlen(cases[i].text));
        struct sst_option_tags tags = {false, false};
        ck_assert_int_eq(sst_parse_option_tags(input.text, input.length, &tags), SST_OK);
        ck_assert_msg(tags.timer == cases[i].timer, "timer in '%s'", cases[i].text);
        ck_assert_msg(tags.other == cases[i].other, "other in '%s'", cases[i].text);
        exact_free(&input);
    }
}
END_TEST

/* Methods are case-sensitive: RFC 3261 §7.1. */
/* Shows: 7.4-11 */
START_TEST(reads_allow)
{
    static const struct {
        const char *text;
        bool invite;
        bool update;
    } cases[] = {
        {"", false, false},
        {"INVITE", true, false},
        {"UPDATE", false, true},
        {"INVITE, ACK, CANCEL, OPTIONS, BYE", true, false},
        {"INVITE,ACK,BYE,CANCEL,UPDATE", true, true},
        {" UPDATE\r\n , ,INVITE ", true, true},
        {"invite, Update", false, false},
        {"INVITES, XUPDATE", false, false},
        {"UPDATE;x, \"INVITE\"", false, false},
        {"UPDATE INVITE", false, false},
        {"INVITX, UPDATX", false, false}, /* each letter counts */
        {"XNVITE, XPDATE", false, false},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct exact input = exact_copy(cases[i].text, strlen(cases[i].text));
        struct sst_allow allow = {false, false};
        ck_assert_int_eq(sst_parse_allow(input.text, input.length, &allow), SST_OK);
        ck_assert_msg(allow.invite == cases[i].invite, "INVITE in '%s'", cases[i].text);
        ck_assert_msg(allow.update == cases[i].update, "UPDATE in '%s'", cases[i].text);
        exact_free(&input);
    }
}
END_TEST

/* RFC 3261 §7.3.1: a list spread over several header fields is one list. */
START_TEST(adds_up_lists)
{
    struct sst_option_tags tags = {false, false};
    struct sst_allow allow = {false, false};

    ck_assert_int_eq(sst_parse_option_tags("timer", 5, &tags), SST_OK);
    ck_assert_int_eq(sst_parse_option_tags("", 0, &tags), SST_OK);
    ck_assert(tags.timer && !tags.other);
    ck_assert_int_eq(sst_parse_option_tags("100rel", 6, &tags), SST_OK);
    ck_assert(tags.timer && tags.other);

    ck_assert_int_eq(sst_parse_allow("UPDATE", 6, &allow), SST_OK);
    ck_assert(!allow.invite && allow.update);
    ck_assert_int_eq(sst_parse_allow("INVITE", 6, &allow), SST_OK);
    ck_assert_int_eq(sst_parse_allow("BYE", 3, &allow), SST_OK);
    ck_assert(allow.invite && allow.update);
}
END_TEST

/* Hosts store an empty value as NULL; NULL with a length is an error. */
START_TEST(refuses_wrong_arguments)
{
    struct sst_session_expires read;
    struct sst_option_tags tags = {false, false};
    struct sst_allow allow = {false, false};
    uint32_t seconds;

    ck_assert_int_eq(sst_parse_session_expires(NULL, 1, &read), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_parse_session_expires("90", 2, NULL), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_parse_session_expires(NULL, 0, &read), SST_ERR_SYNTAX);
    ck_assert_int_eq(sst_parse_min_se(NULL, 1, &seconds), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_parse_min_se("90", 2, NULL), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_parse_min_se(NULL, 0, &seconds), SST_ERR_SYNTAX);
    ck_assert_int_eq(sst_parse_retry_after(NULL, 1, &seconds), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_parse_retry_after("90", 2, NULL), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_parse_retry_after(NULL, 0, &seconds), SST_ERR_SYNTAX);
    ck_assert_int_eq(sst_parse_option_tags(NULL, 1, &tags), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_parse_option_tags("timer", 5, NULL), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_parse_option_tags(NULL, 0, &tags), SST_OK);
    ck_assert(!tags.timer && !tags.other);
    ck_assert_int_eq(sst_parse_allow(NULL, 1, &allow), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_parse_allow("INVITE", 6, NULL), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_parse_allow(NULL, 0, &allow), SST_OK);
    ck_assert(!allow.invite && !allow.update);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("codec_values");
    TCase *tests = tcase_create("values");

    tcase_add_test(tests, refuses_what_is_no_number);
    tcase_add_test(tests, reads_min_se);
    tcase_add_test(tests, reads_retry_after);
    tcase_add_test(tests, refuses_broken_comments);
    tcase_add_test(tests, reads_option_tags);
    tcase_add_test(tests, reads_allow);
    tcase_add_test(tests, adds_up_lists);
    tcase_add_test(tests, refuses_wrong_arguments);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
