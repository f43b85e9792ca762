/* SPDX-License-Identifier: MIT */
#include "fields.h"

START_TEST(starts_a_request)
{
    static const struct sst_msg expected = {
        .method = SST_METHOD_UPDATE, .cseq = 4294967295, .has = SST_MSG_CSEQ};
    struct sst_msg msg;

    memset(&msg, 0xa5, sizeof msg);
    sst_msg_request(&msg, SST_METHOD_UPDATE, 4294967295);
    ck_assert(is_same(&msg, &expected));

    sst_msg_request(&msg, SST_METHOD_BYE, 0);
    ck_assert_uint_eq(msg.method, SST_METHOD_BYE);
    ck_assert_uint_eq(msg.has, SST_MSG_CSEQ); /* 0 is a number like any other; EC-133 */
    sst_msg_request(&msg, SST_METHOD_BYE, SST_CSEQ_UNKNOWN);
    ck_assert_uint_eq(msg.has, 0);
    sst_msg_request(&msg, SST_METHOD_BYE, UINT64_C(4294967296));
    ck_assert_uint_eq(msg.has, SST_MSG_CSEQ);
    ck_assert_uint_eq(msg.cseq, 4294967295);
    sst_msg_request(&msg, SST_METHOD_BYE, SST_CSEQ_UNKNOWN - 1);
    ck_assert_uint_eq(msg.has, SST_MSG_CSEQ);
    ck_assert_uint_eq(msg.cseq, 4294967295);
    sst_msg_request(&msg, (enum sst_method)6, 0);
    ck_assert_uint_eq(msg.method, SST_METHOD_OTHER);
    if (sizeof(enum sst_method) > 1) { /* with short enumerations there is no such number */
        sst_msg_request(&msg, (enum sst_method)257, 0);
        ck_assert_uint_eq(msg.method, SST_METHOD_OTHER);
    }
    sst_msg_request(NULL, SST_METHOD_INVITE, 1);
}
END_TEST

START_TEST(starts_a_response)
{
    static const struct sst_msg expected = {
        .status = 200, .method = SST_METHOD_INVITE, .cseq = 7, .has = SST_MSG_CSEQ};
    static const struct {
        unsigned given;
        unsigned status;
    } cases[] = {
        {100, 100}, {200, 200}, {422, 422}, {699, 699},
        {0, 0},     {99, 0},    {700, 0},   {65736, 0}, /* 65536 + 200 */
    };
    struct sst_msg msg;

    memset(&msg, 0xa5, sizeof msg);
    sst_msg_response(&msg, 200, SST_METHOD_INVITE, 7);
    ck_assert(is_same(&msg, &expected));

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        sst_msg_response(&msg, cases[i].given, SST_METHOD_INVITE, 7);
        ck_assert_uint_eq(msg.status, cases[i].status);
    }
    sst_msg_response(NULL, 200, SST_METHOD_INVITE, 1);
}
END_TEST

/* RFC 4028 §4: x; RFC 3261 §20.37: k; white space before the colon: RFC 3261 §25.1, HCOLON */
/* Shows: 4-6 5-4 EC-04 */
START_TEST(knows_names)
{
    static const struct {
        const char *name;
        const char *value;
        unsigned has;
    } cases[] = {
        {"Session-Expires", "90", SST_MSG_SESSION_EXPIRES},
        {"SESSION-EXPIRES", "90", SST_MSG_SESSION_EXPIRES},
        {"session-expires", "90", SST_MSG_SESSION_EXPIRES},
        {"x", "90", SST_MSG_SESSION_EXPIRES},
        {"X", "90", SST_MSG_SESSION_EXPIRES},
        {"X ", "90", SST_MSG_SESSION_EXPIRES},
        {"x \t ", "90", SST_MSG_SESSION_EXPIRES},
        {"Session-Expires\t", "90", SST_MSG_SESSION_EXPIRES},
        {"Min-SE", "90", SST_MSG_MIN_SE},
        {"min-se", "90", SST_MSG_MIN_SE},
        {"MIN-SE ", "90", SST_MSG_MIN_SE},
        {"Supported", "timer", SST_MSG_SUPPORTED_TIMER},
        {"supporteD", "timer", SST_MSG_SUPPORTED_TIMER},
        {"k", "timer", SST_MSG_SUPPORTED_TIMER},
        {"K", "timer", SST_MSG_SUPPORTED_TIMER},
        {"Require", "timer", SST_MSG_REQUIRE_TIMER},
        {"REQUIRE", "timer", SST_MSG_REQUIRE_TIMER},
        {"Proxy-Require", "timer", SST_MSG_PROXY_REQUIRE_TIMER},
        {"proxy-require", "timer", SST_MSG_PROXY_REQUIRE_TIMER},
        {"Unsupported", "timer", SST_MSG_UNSUPPORTED_TIMER},
        {"UNSUPPORTED", "timer", SST_MSG_UNSUPPORTED_TIMER},
        {"Allow", "BYE", SST_MSG_ALLOW},
        {"allow", "UPDATE", SST_MSG_ALLOW | SST_MSG_ALLOW_UPDATE},
        {"Retry-After", "5", SST_MSG_RETRY_AFTER},
        {"retry-AFTER", "5", SST_MSG_RETRY_AFTER},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct sst_msg msg = request_with(cases[i].name, cases[i].value);
        ck_assert_msg(msg.has == (SST_MSG_CSEQ | cases[i].has), "'%s': %#x", cases[i].name,
                      (unsigned)msg.has);
        ck_assert_uint_eq(msg.violations, 0);
    }
}
END_TEST

/* Each of them would be read, or reported, if its name were mistaken for another. */
/* Shows: 5-4 */
START_TEST(ignores_other_names)
{
    static const char *const names[] = {
        "",
        " ",
        "y",
        "xx",
        "x:",
        " x",
        "\rx",
        "x\r",
        "Session",
        "Session-Expire",
        "Session-Expiret",
        "Session-Expiress",
        "Session_Expires",
        "Session\rExpires",
        "Min-SF",
        "Min-S",
        "Min_SE",
        "MinSE",
        "Requires",
        "Requirf",
        "Proxy-Requirf",
        "Supporte",
        "Supportee",
        "Supporter",
        "Unsupportee",
        "Retry-Aftes",
        "Allox",
        "Allow-Events",
        "Expires",
        "Via",
        "Contact",
        "l",
        "a",
        "s",
        "Min-Expires",
        "Min-SE;",
        "Session-Expires:",
        "Proxy-Supported",
        "\x18",
    };

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct sst_msg empty = request();
        struct sst_msg msg = request_with(names[i], "timer");
        ck_assert_msg(is_same(&msg, &empty), "'%s', tag", names[i]);
        msg = request_with(names[i], "90");
        ck_assert_msg(is_same(&msg, &empty), "'%s', number", names[i]);
    }
}
END_TEST

START_TEST(reads_numbers_and_refresher)
{
    struct sst_msg msg = request_with("Session-Expires", " 1800 ;\r\n refresher=UAS");

    ck_assert_uint_eq(msg.session_expires, 1800);
    ck_assert_uint_eq(msg.session_expires_max, 1800);
    ck_assert_uint_eq(msg.refresher, SST_REFRESHER_UAS);
    add(&msg, "Min-SE", "120;a=b");
    ck_assert_uint_eq(msg.min_se, 120);
    add(&msg, "Retry-After", "7 (later)");
    ck_assert_uint_eq(msg.retry_after, 7);
    ck_assert_uint_eq(msg.has, SST_MSG_CSEQ | SST_MSG_SESSION_EXPIRES | SST_MSG_MIN_SE |
                                   SST_MSG_RETRY_AFTER);
    ck_assert_uint_eq(msg.violations, 0);
    ck_assert_uint_eq(msg.cseq, 1);
    ck_assert_uint_eq(msg.method, SST_METHOD_INVITE);
}
END_TEST

/* Too small, too large, in the wrong place: the rules decide about that. */
/* Shows: EC-01 */
START_TEST(keeps_values_as_received)
{
    struct sst_msg msg;

    sst_msg_response(&msg, 180, SST_METHOD_OTHER, 1);
    add(&msg, "Session-Expires", "0");
    add(&msg, "Min-SE", "30");
    add(&msg, "Retry-After", "0");
    ck_assert_uint_eq(msg.session_expires, 0);
    ck_assert_uint_eq(msg.session_expires_max, 0);
    ck_assert_uint_eq(msg.min_se, 30);
    ck_assert_uint_eq(msg.has, SST_MSG_CSEQ | SST_MSG_SESSION_EXPIRES | SST_MSG_MIN_SE |
                                   SST_MSG_RETRY_AFTER);
    ck_assert_uint_eq(msg.violations, 0);
    msg = request_with("Min-SE", "4294967296");
    ck_assert_uint_eq(msg.min_se, 4294967295);
}
END_TEST

/* Shows: 4-7 EC-02 EC-03 */
START_TEST(reports_what_is_wrong_with_refreshers)
{
    struct sst_msg msg = request_with("x", "90;refresher=foo");

    ck_assert_uint_eq(msg.violations, VIOLATION(REFRESHER_UNKNOWN));
    ck_assert_uint_eq(msg.refresher, SST_REFRESHER_NONE);
    msg = request_with("x", "90;refresher=uas;refresher=uac");
    ck_assert_uint_eq(msg.violations, VIOLATION(REFRESHER_REPEATED));
    ck_assert_uint_eq(msg.refresher, SST_REFRESHER_UAS);
    ck_assert_uint_eq(msg.has, SST_MSG_CSEQ | SST_MSG_SESSION_EXPIRES);
}
END_TEST

/* Requirement 4-8: reported and read as absent */
/* Shows: 4-8 */
START_TEST(reports_what_is_malformed)
{
    struct sst_msg msg = request_with("Session-Expires", "abc;refresher=uac");

    ck_assert_uint_eq(msg.violations, VIOLATION(SE_MALFORMED));
    ck_assert_uint_eq(msg.refresher, SST_REFRESHER_NONE);
    add(&msg, "Min-SE", "-1");
    ck_assert_uint_eq(msg.violations, VIOLATION(SE_MALFORMED) | VIOLATION(MIN_SE_MALFORMED));
    add(&msg, "Retry-After", "soon");
    ck_assert_uint_eq(msg.violations, VIOLATION(SE_MALFORMED) | VIOLATION(MIN_SE_MALFORMED) |
                                          VIOLATION(RETRY_AFTER_MALFORMED));
    ck_assert_uint_eq(msg.has, SST_MSG_CSEQ);
    ck_assert(msg.session_expires == 0 && msg.session_expires_max == 0 && msg.min_se == 0 &&
              msg.retry_after == 0);
}
END_TEST

/* The same with terminated texts. */
START_TEST(takes_terminated_texts)
{
    struct sst_msg msg = request();

    ck_assert_int_eq(sst_msg_header(&msg, "X", "600;refresher=uas"), SST_OK);
    ck_assert_int_eq(sst_msg_header(&msg, "Supported ", "100rel, timer"), SST_OK);
    ck_assert_int_eq(sst_msg_header(&msg, "Subject", "timer"), SST_OK);
    ck_assert_int_eq(sst_msg_header(&msg, "Require", ""), SST_OK);
    ck_assert_uint_eq(msg.session_expires, 600);
    ck_assert_uint_eq(msg.refresher, SST_REFRESHER_UAS);
    ck_assert_uint_eq(msg.has, SST_MSG_CSEQ | SST_MSG_SESSION_EXPIRES | SST_MSG_SUPPORTED_TIMER);
    ck_assert_uint_eq(msg.violations, 0);
    struct sst_msg before = msg;
    ck_assert_int_eq(sst_msg_header(NULL, "X", "90"), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_msg_header(&msg, NULL, "90"), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_msg_header(&msg, "X", NULL), SST_ERR_ARGUMENT);
    ck_assert(is_same(&msg, &before));
}
END_TEST

START_TEST(refuses_wrong_arguments)
{
    struct sst_msg msg = request();
    struct sst_msg before = msg;

    ck_assert_int_eq(sst_msg_header_n(NULL, "x", 1, "90", 2), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_msg_header_n(&msg, NULL, 1, "90", 2), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_msg_header_n(&msg, "x", 1, NULL, 1), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_msg_header_n(&msg, "Via", 3, NULL, 1), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_msg_header_n(&msg, NULL, 0, "90", 2), SST_OK);
    ck_assert(is_same(&msg, &before));
    /* Hosts store an empty value like this. */
    ck_assert_int_eq(sst_msg_header_n(&msg, "Allow", 5, NULL, 0), SST_OK);
    ck_assert_int_eq(sst_msg_header_n(&msg, "x", 1, NULL, 0), SST_OK);
    ck_assert_uint_eq(msg.has, SST_MSG_CSEQ | SST_MSG_ALLOW);
    ck_assert_uint_eq(msg.violations, VIOLATION(SE_MALFORMED));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("message");
    TCase *tests = tcase_create("message");

    tcase_add_test(tests, starts_a_request);
    tcase_add_test(tests, starts_a_response);
    tcase_add_test(tests, knows_names);
    tcase_add_test(tests, ignores_other_names);
    tcase_add_test(tests, reads_numbers_and_refresher);
    tcase_add_test(tests, keeps_values_as_received);
    tcase_add_test(tests, reports_what_is_wrong_with_refreshers);
    tcase_add_test(tests, reports_what_is_malformed);
    tcase_add_test(tests, takes_terminated_texts);
    tcase_add_test(tests, refuses_wrong_arguments);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
