/* SPDX-License-Identifier: MIT */
#include "fields.h"

/* sst/message.h: each setter works like the header field. */
START_TEST(sets_what_header_fields_say)
{
    struct sst_msg set = request();
    struct sst_msg read = request();

    sst_msg_set_session_expires(&set, 1800, SST_REFRESHER_UAS);
    add(&read, "Session-Expires", "1800;refresher=uas");
    ck_assert(is_same(&set, &read));
    sst_msg_set_min_se(&set, 120);
    add(&read, "Min-SE", "120");
    ck_assert(is_same(&set, &read));
    sst_msg_set_retry_after(&set, 5);
    add(&read, "Retry-After", "5");
    ck_assert(is_same(&set, &read));
    sst_msg_set_flags(&set, SST_MSG_SUPPORTED_TIMER | SST_MSG_REQUIRE_TIMER);
    add(&read, "Supported", "timer");
    add(&read, "Require", "timer");
    ck_assert(is_same(&set, &read));
    sst_msg_set_flags(&set, SST_MSG_PROXY_REQUIRE_TIMER | SST_MSG_UNSUPPORTED_TIMER);
    add(&read, "Proxy-Require", "timer");
    add(&read, "Unsupported", "timer");
    ck_assert(is_same(&set, &read));
    sst_msg_set_flags(&set, SST_MSG_ALLOW);
    add(&read, "Allow", "INVITE");
    ck_assert(is_same(&set, &read));
    sst_msg_set_flags(&set, SST_MSG_ALLOW_UPDATE);
    add(&read, "Allow", "UPDATE");
    ck_assert(is_same(&set, &read));
}
END_TEST

START_TEST(sets_repeatedly)
{
    struct sst_msg msg = request();

    sst_msg_set_session_expires(&msg, 1800, SST_REFRESHER_NONE);
    sst_msg_set_session_expires(&msg, 90, SST_REFRESHER_UAC);
    sst_msg_set_session_expires(&msg, 600, SST_REFRESHER_UAS);
    ck_assert_uint_eq(msg.session_expires, 90);
    ck_assert_uint_eq(msg.session_expires_max, 1800);
    ck_assert_uint_eq(msg.refresher, SST_REFRESHER_UAC);
    ck_assert_uint_eq(msg.violations, VIOLATION(SE_REPEATED));
    sst_msg_set_min_se(&msg, 120);
    sst_msg_set_min_se(&msg, 300);
    sst_msg_set_min_se(&msg, 200);
    ck_assert_uint_eq(msg.min_se, 300);
    ck_assert_uint_eq(msg.violations, VIOLATION(SE_REPEATED) | VIOLATION(MIN_SE_REPEATED));
    sst_msg_set_retry_after(&msg, 9);
    sst_msg_set_retry_after(&msg, 4);
    ck_assert_uint_eq(msg.retry_after, 9);
}
END_TEST

START_TEST(reports_a_refresher_out_of_range)
{
    struct sst_msg msg = request();

    sst_msg_set_session_expires(&msg, 90, (enum sst_refresher)3);
    ck_assert_uint_eq(msg.session_expires, 90);
    ck_assert_uint_eq(msg.refresher, SST_REFRESHER_NONE);
    ck_assert_uint_eq(msg.violations, VIOLATION(REFRESHER_UNKNOWN));
}
END_TEST

/* UPDATE cannot be allowed without an Allow; what needs a value cannot be present without one. */
START_TEST(sets_flags_that_make_sense)
{
    struct sst_msg msg = request();

    sst_msg_set_flags(&msg, 0);
    ck_assert_uint_eq(msg.has, SST_MSG_CSEQ);
    sst_msg_set_flags(&msg, SST_MSG_OFFER);
    ck_assert_uint_eq(msg.has, SST_MSG_CSEQ | SST_MSG_OFFER);
    sst_msg_set_flags(&msg, SST_MSG_ALLOW_UPDATE);
    ck_assert_uint_eq(msg.has, SST_MSG_CSEQ | SST_MSG_OFFER | SST_MSG_ALLOW_UPDATE | SST_MSG_ALLOW);
    msg = request();
    sst_msg_set_flags(&msg, SST_MSG_SESSION_EXPIRES | SST_MSG_MIN_SE | SST_MSG_RETRY_AFTER);
    ck_assert_uint_eq(msg.has, SST_MSG_CSEQ);
    sst_msg_set_flags(&msg, ~0u);
    ck_assert_uint_eq(msg.has, SST_MSG_CSEQ | SST_MSG_SUPPORTED_TIMER | SST_MSG_REQUIRE_TIMER |
                                   SST_MSG_PROXY_REQUIRE_TIMER | SST_MSG_UNSUPPORTED_TIMER |
                                   SST_MSG_ALLOW | SST_MSG_ALLOW_UPDATE | SST_MSG_OFFER |
                                   SST_MSG_IN_DIALOG);
}
END_TEST

START_TEST(sets_nothing_into_nothing)
{
    sst_msg_set_session_expires(NULL, 90, SST_REFRESHER_UAC);
    sst_msg_set_min_se(NULL, 90);
    sst_msg_set_retry_after(NULL, 5);
    sst_msg_set_flags(NULL, SST_MSG_OFFER);
}
END_TEST

START_TEST(finds_header_fields_by_name)
{
    static const struct sst_headers headers = {
        .count = 3,
        .item =
            {
                {"Supported", "timer", SST_HEADER_TAG},
                {"Session-Expires", "1800;refresher=uac", SST_HEADER_SET},
                {"Session-Expires", "90", SST_HEADER_SET},
                {"Min-SE", "after the last one", SST_HEADER_SET},
            },
    };

    ck_assert_str_eq(sst_headers_get(&headers, "Supported"), "timer");
    ck_assert_ptr_eq(sst_headers_get(&headers, "Session-Expires"), headers.item[1].value);
    ck_assert_ptr_null(sst_headers_get(&headers, "Min-SE"));
    ck_assert_ptr_null(sst_headers_get(&headers, "Support"));
    ck_assert_ptr_null(sst_headers_get(&headers, "Supported-By"));
    ck_assert_ptr_null(sst_headers_get(&headers, ""));
    ck_assert_ptr_null(sst_headers_get(&headers, NULL));
    ck_assert_ptr_null(sst_headers_get(NULL, "Supported"));
}
END_TEST

/* RFC 3261 §7.3.1: the names of header fields are not case-sensitive. */
START_TEST(finds_header_fields_in_any_letter_case)
{
    static const struct sst_headers headers = {
        .count = 5,
        .item =
            {
                {"Session-Expires", "1800;refresher=uac", SST_HEADER_SET},
                {"Min-SE", "120", SST_HEADER_SET},
                {"Supported", "timer", SST_HEADER_TAG},
                {"Require", "timer", SST_HEADER_TAG},
                {"a b", "no name at all", SST_HEADER_SET},
            },
    };

    ck_assert_ptr_eq(sst_headers_get(&headers, "session-expires"), headers.item[0].value);
    ck_assert_ptr_eq(sst_headers_get(&headers, "SESSION-EXPIRES"), headers.item[0].value);
    ck_assert_ptr_eq(sst_headers_get(&headers, "min-se"), headers.item[1].value);
    ck_assert_ptr_eq(sst_headers_get(&headers, "mIN-Se"), headers.item[1].value);
    ck_assert_ptr_eq(sst_headers_get(&headers, "sUPPORTED"), headers.item[2].value);
    ck_assert_ptr_eq(sst_headers_get(&headers, "reQuiRe"), headers.item[3].value);
    /* One bit apart, like the two cases of a letter, but a different name. */
    ck_assert_ptr_null(sst_headers_get(&headers, "Min\rSE"));
    ck_assert_ptr_null(sst_headers_get(&headers, "Supporte\x04"));
    ck_assert_ptr_null(sst_headers_get(&headers, "Min-SE "));
    ck_assert_ptr_null(sst_headers_get(&headers, "Min-SE:"));
    ck_assert_ptr_null(sst_headers_get(&headers, "a b"));
    ck_assert_ptr_null(sst_headers_get(&headers, "a"));
    ck_assert_ptr_null(sst_headers_get(&headers, "a\tb"));
    /* Compact forms are for what peers send. */
    ck_assert_ptr_null(sst_headers_get(&headers, "x"));
    ck_assert_ptr_null(sst_headers_get(&headers, "k"));
}
END_TEST

START_TEST(finds_nothing_in_damaged_header_fields)
{
    struct sst_headers headers;

    memset(&headers, 0, sizeof headers);
    ck_assert_ptr_null(sst_headers_get(&headers, "Supported"));
    headers.count = SST_HEADERS_MAX;
    ck_assert_ptr_null(sst_headers_get(&headers, "Supported"));
    headers.item[SST_HEADERS_MAX - 1].name = "Min-SE";
    ck_assert_ptr_eq(sst_headers_get(&headers, "Min-SE"), headers.item[SST_HEADERS_MAX - 1].value);
    headers.count = SIZE_MAX;
    ck_assert_ptr_null(sst_headers_get(&headers, "Supported"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("message_set");
    TCase *tests = tcase_create("set");

    tcase_add_test(tests, sets_what_header_fields_say);
    tcase_add_test(tests, sets_repeatedly);
    tcase_add_test(tests, reports_a_refresher_out_of_range);
    tcase_add_test(tests, sets_flags_that_make_sense);
    tcase_add_test(tests, sets_nothing_into_nothing);
    tcase_add_test(tests, finds_header_fields_by_name);
    tcase_add_test(tests, finds_header_fields_in_any_letter_case);
    tcase_add_test(tests, finds_nothing_in_damaged_header_fields);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
