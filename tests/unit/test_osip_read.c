/* SPDX-License-Identifier: MIT */
/* src/osip/read.c: libosip2's messages as the rules see them. */
#include "osip_messages.h"

static struct sst_msg read_and_free(osip_message_t *sip)
{
    struct sst_msg msg;

    ck_assert_int_eq(sst_osip_read(&msg, sip), SST_OK);
    osip_message_free(sip);
    return msg;
}

START_TEST(reads_a_request)
{
    struct sst_msg msg = read_and_free(message(INVITE_LINE, "314 INVITE",
                                               "Session-Expires: 1800;refresher=uas\r\n"
                                               "Min-SE: 120\r\n"
                                               "Supported: 100rel, timer\r\n"
                                               "Require: timer\r\n"
                                               "Proxy-Require: timer\r\n"
                                               "Allow: INVITE, ACK, BYE, UPDATE\r\n",
                                               ""));

    ck_assert_uint_eq(msg.method, SST_METHOD_INVITE);
    ck_assert_uint_eq(msg.status, 0);
    ck_assert_uint_eq(msg.cseq, 314);
    ck_assert_uint_eq(msg.session_expires, 1800);
    ck_assert_uint_eq(msg.refresher, SST_REFRESHER_UAS);
    ck_assert_uint_eq(msg.min_se, 120);
    ck_assert_uint_eq(msg.has, SST_MSG_CSEQ | SST_MSG_SESSION_EXPIRES | SST_MSG_MIN_SE |
                                   SST_MSG_SUPPORTED_TIMER | SST_MSG_REQUIRE_TIMER |
                                   SST_MSG_PROXY_REQUIRE_TIMER | SST_MSG_ALLOW |
                                   SST_MSG_ALLOW_UPDATE);
    ck_assert_uint_eq(msg.violations, 0);
}
END_TEST

START_TEST(reads_a_response)
{
    struct sst_msg msg = read_and_free(response("422 Session Interval Too Small", "9 UPDATE",
                                                "Min-SE: 3600\r\n"
                                                "Retry-After: 5 (in a meeting)\r\n"
                                                "Unsupported: foo, timer\r\n"
                                                "Allow: INVITE\r\n"));

    ck_assert_uint_eq(msg.method, SST_METHOD_UPDATE);
    ck_assert_uint_eq(msg.status, 422);
    ck_assert_uint_eq(msg.cseq, 9);
    ck_assert_uint_eq(msg.min_se, 3600);
    ck_assert_uint_eq(msg.retry_after, 5);
    ck_assert_uint_eq(msg.has, SST_MSG_CSEQ | SST_MSG_MIN_SE | SST_MSG_RETRY_AFTER |
                                   SST_MSG_UNSUPPORTED_TIMER | SST_MSG_ALLOW);
}
END_TEST

START_TEST(reads_a_message_without_any)
{
    struct sst_msg msg = read_and_free(invite(""));

    ck_assert_uint_eq(msg.has, SST_MSG_CSEQ);
    ck_assert_uint_eq(msg.violations, 0);
}
END_TEST

/* libosip2 knows neither `x` nor `k`; RFC 4028 §4, RFC 3261 §20.37. */
START_TEST(reads_compact_forms)
{
    struct sst_msg msg = read_and_free(invite("X: 90\r\nK: foo,Timer\r\n"));

    ck_assert_uint_eq(msg.session_expires, 90);
    ck_assert_uint_eq(msg.has, SST_MSG_CSEQ | SST_MSG_SESSION_EXPIRES | SST_MSG_SUPPORTED_TIMER);
}
END_TEST

START_TEST(reads_folded_and_spaced_values)
{
    struct sst_msg msg = read_and_free(invite("SESSION-EXPIRES  :\r\n"
                                              "  600\r\n"
                                              "\t;  foo=\"a,b;refresher=uac\" ;\r\n"
                                              " Refresher = UAS\r\n"
                                              "Supported: 100rel\r\n"
                                              " ,\r\n"
                                              " timer\r\n"));

    ck_assert_uint_eq(msg.session_expires, 600);
    ck_assert_uint_eq(msg.refresher, SST_REFRESHER_UAS);
    ck_assert_uint_eq(msg.has, SST_MSG_CSEQ | SST_MSG_SESSION_EXPIRES | SST_MSG_SUPPORTED_TIMER);
    ck_assert_uint_eq(msg.violations, 0);
}
END_TEST

START_TEST(reads_lists_over_several_lines)
{
    struct sst_msg msg = read_and_free(invite("Supported: 100rel\r\n"
                                              "Supported: foo, replaces\r\n"
                                              "Allow: INVITE\r\n"
                                              "Allow: BYE, UPDATE\r\n"
                                              "k: timer\r\n"));

    ck_assert_uint_eq(msg.has, SST_MSG_CSEQ | SST_MSG_SUPPORTED_TIMER | SST_MSG_ALLOW |
                                   SST_MSG_ALLOW_UPDATE);
}
END_TEST

/* In the message's order, because the first refresher counts. */
START_TEST(reads_repeated_fields)
{
    struct sst_msg msg = read_and_free(invite("Session-Expires: 300\r\n"
                                              "x: 200;refresher=uas\r\n"
                                              "Session-Expires: 400;refresher=uac\r\n"
                                              "Min-SE: 90\r\n"
                                              "Min-SE: 150\r\n"));

    ck_assert_uint_eq(msg.session_expires, 200);
    ck_assert_uint_eq(msg.session_expires_max, 400);
    ck_assert_uint_eq(msg.refresher, SST_REFRESHER_UAS);
    ck_assert_uint_eq(msg.min_se, 150);
    ck_assert_uint_eq(msg.violations, SST_VIOLATION_BIT(SST_VIOLATION_SE_REPEATED) |
                                          SST_VIOLATION_BIT(SST_VIOLATION_MIN_SE_REPEATED));
}
END_TEST

START_TEST(reads_empty_values)
{
    struct sst_msg msg = read_and_free(invite("Supported:\r\nSession-Expires:\r\nMin-SE: \r\n"));

    ck_assert_uint_eq(msg.has, SST_MSG_CSEQ);
    ck_assert_uint_eq(msg.violations, SST_VIOLATION_BIT(SST_VIOLATION_SE_MALFORMED) |
                                          SST_VIOLATION_BIT(SST_VIOLATION_MIN_SE_MALFORMED));
}
END_TEST

START_TEST(reads_cseq_numbers)
{
    static const struct {
        const char *cseq;
        bool known;
        uint32_t number;
    } table[] = {
        {"0 INVITE", true, 0}, /* EC-133 */
        {"1 INVITE", true, 1},
        {"0007 INVITE", true, 7},
        {"2147483648 INVITE", true, UINT32_C(1) << 31},
        {"4294967295 INVITE", true, UINT32_MAX},
        {"4294967297 INVITE", true, UINT32_MAX}, /* no small number: truncated, it would be 1 */
        {"18446744073709551617 INVITE", true, UINT32_MAX},
        {"12a INVITE", false, 0},
        {"-3 INVITE", false, 0},
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct sst_msg msg = read_and_free(message(INVITE_LINE, table[i].cseq, "", ""));
        bool known = (msg.has & SST_MSG_CSEQ) != 0;
        ck_assert_msg(known == table[i].known && msg.cseq == table[i].number, "%s", table[i].cseq);
    }
}
END_TEST

static bool has_offer(const char *type, const char *body)
{
    osip_message_t *sip = message(INVITE_LINE, "1 INVITE", type, body);

    return (read_and_free(sip).has & SST_MSG_OFFER) != 0;
}

START_TEST(finds_a_session_description)
{
    static const char mixed[] = "Content-Type: multipart/mixed;boundary=\"cut\"\r\n";

    ck_assert(has_offer("Content-Type: application/sdp\r\n", SDP));
    ck_assert(has_offer("c: Application/SDP\r\n", SDP));
    ck_assert(!has_offer("Content-Type: text/plain\r\n", "hello"));
    ck_assert(!has_offer("Content-Type: application/sdpfrag\r\n", SDP));
    ck_assert(!has_offer("Content-Type: application/sdp\r\n", ""));
    ck_assert(!has_offer("", ""));

    ck_assert(has_offer(mixed,
                        "--cut\r\nContent-Type: text/plain\r\n\r\nhello\r\n"
                        "--cut\r\nContent-Type: application/sdp\r\n\r\n" SDP "\r\n--cut--\r\n"));
    ck_assert(!has_offer(mixed, "--cut\r\nContent-Type: text/plain\r\n\r\nhello\r\n"
                                "--cut\r\nContent-Type: image/png\r\n\r\nbinary\r\n--cut--\r\n"));
}
END_TEST

/* A message that was built and never parsed keeps its names and lists as given. */
START_TEST(reads_an_own_message)
{
    osip_message_t *sip;

    parser_init();
    ck_assert_int_eq(osip_message_init(&sip), OSIP_SUCCESS);
    osip_message_set_method(sip, osip_strdup("UPDATE"));
    ck_assert_int_eq(osip_message_set_cseq(sip, "20 UPDATE"), OSIP_SUCCESS);
    ck_assert_int_eq(osip_message_set_header(sip, "Session-Expires", "90;refresher=uac"), 0);
    ck_assert_int_eq(osip_message_set_supported(sip, "foo, timer"), OSIP_SUCCESS);
    ck_assert_int_eq(osip_message_set_allow(sip, "UPDATE"), OSIP_SUCCESS);
    ck_assert_int_eq(osip_message_set_header(sip, "Subject", NULL), OSIP_SUCCESS);
    ck_assert_int_eq(osip_message_set_content_type(sip, "application/sdp"), OSIP_SUCCESS);
    ck_assert_int_eq(osip_message_set_body(sip, SDP, strlen(SDP)), OSIP_SUCCESS);

    struct sst_msg msg = read_and_free(sip);
    ck_assert_uint_eq(msg.method, SST_METHOD_UPDATE);
    ck_assert_uint_eq(msg.cseq, 20);
    ck_assert_uint_eq(msg.session_expires, 90);
    ck_assert_uint_eq(msg.refresher, SST_REFRESHER_UAC);
    ck_assert_uint_eq(msg.has, SST_MSG_CSEQ | SST_MSG_SESSION_EXPIRES | SST_MSG_SUPPORTED_TIMER |
                                   SST_MSG_ALLOW | SST_MSG_ALLOW_UPDATE | SST_MSG_OFFER);
}
END_TEST

/* EC-134: a proxy rejects no small interval within a dialog. */
START_TEST(sees_whether_a_request_belongs_to_a_dialog)
{
    osip_message_t *sip = invite("");
    struct sst_msg msg;

    ck_assert_int_eq(sst_osip_read(&msg, sip), SST_OK);
    ck_assert_uint_eq(msg.has, SST_MSG_CSEQ);
    osip_to_set_tag(sip->to, osip_strdup("b"));
    ck_assert_int_eq(sst_osip_read(&msg, sip), SST_OK);
    ck_assert_uint_eq(msg.has, SST_MSG_CSEQ | SST_MSG_IN_DIALOG);
    osip_message_free(sip);

    sip = response("200 OK", "1 INVITE", ""); /* a tag there means nothing of the kind */
    if (sip->to != NULL) {
        osip_to_set_tag(sip->to, osip_strdup("b"));
    }
    ck_assert_int_eq(sst_osip_read(&msg, sip), SST_OK);
    ck_assert_uint_eq(msg.has, SST_MSG_CSEQ);
    osip_message_free(sip);
}
END_TEST

/* Half built: what is not there yet is not read, and the rest is. */
START_TEST(reads_what_there_is_of_an_own_message)
{
    osip_message_t *sip;
    struct sst_msg msg;

    ck_assert_int_eq(osip_message_init(&sip), OSIP_SUCCESS);
    osip_message_set_method(sip, osip_strdup("UPDATE"));
    ck_assert_int_eq(osip_message_set_header(sip, "Session-Expires", "90"), OSIP_SUCCESS);
    ck_assert_int_eq(osip_message_set_body(sip, SDP, strlen(SDP)), OSIP_SUCCESS);
    ck_assert_int_eq(sst_osip_read(&msg, sip), SST_OK); /* neither CSeq nor Content-Type */
    ck_assert_uint_eq(msg.cseq, 0);
    ck_assert_uint_eq(msg.has, SST_MSG_SESSION_EXPIRES);

    ck_assert_int_eq(osip_cseq_init(&sip->cseq), OSIP_SUCCESS);
    ck_assert_int_eq(osip_content_type_init(&sip->content_type), OSIP_SUCCESS);
    ck_assert_int_eq(sst_osip_read(&msg, sip), SST_OK); /* both present but empty */
    ck_assert_uint_eq(msg.cseq, 0);
    ck_assert_uint_eq(msg.has, SST_MSG_SESSION_EXPIRES);

    osip_cseq_set_number(sip->cseq, osip_strdup(""));
    ck_assert_int_eq(sst_osip_read(&msg, sip), SST_OK); /* and without a digit */
    ck_assert_uint_eq(msg.has, SST_MSG_SESSION_EXPIRES);

    sip->content_type->type = osip_strdup("application");
    ck_assert_int_eq(sst_osip_read(&msg, sip), SST_OK);
    ck_assert_uint_eq(msg.has, SST_MSG_SESSION_EXPIRES);
    sip->content_type->subtype = osip_strdup("sdp");
    ck_assert_int_eq(sst_osip_read(&msg, sip), SST_OK);
    ck_assert_uint_eq(msg.has, SST_MSG_SESSION_EXPIRES | SST_MSG_OFFER);
    osip_message_free(sip);
}
END_TEST

START_TEST(finds_no_offer_in_an_empty_body)
{
    osip_message_t *sip = invite("Content-Type: application/sdp\r\n");

    ck_assert_int_eq(osip_message_set_body(sip, "", 0), OSIP_SUCCESS);
    ck_assert_uint_eq(read_and_free(sip).has, SST_MSG_CSEQ);
}
END_TEST

START_TEST(refuses_what_is_no_message)
{
    struct sst_msg msg;
    osip_message_t *sip;

    ck_assert_int_eq(sst_osip_read(&msg, NULL), SST_ERR_ARGUMENT);

    ck_assert_int_eq(osip_message_init(&sip), OSIP_SUCCESS);
    ck_assert_int_eq(sst_osip_read(NULL, sip), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_osip_read(&msg, sip), SST_ERR_ARGUMENT); /* no method */

    osip_message_set_status_code(sip, 200);
    ck_assert_int_eq(sst_osip_read(&msg, sip), SST_ERR_ARGUMENT); /* no CSeq */
    ck_assert_int_eq(osip_message_set_cseq(sip, "1 INVITE"), OSIP_SUCCESS);
    ck_assert_int_eq(sst_osip_read(&msg, sip), SST_OK);

    static const int wrong[] = {-1, 1, 99, 700, 65636};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        osip_message_set_status_code(sip, wrong[i]);
        ck_assert_int_eq(sst_osip_read(&msg, sip), SST_ERR_ARGUMENT);
    }
    osip_message_set_status_code(sip, 699);
    ck_assert_int_eq(sst_osip_read(&msg, sip), SST_OK);
    ck_assert_uint_eq(msg.status, 699);
    osip_message_free(sip);
}
END_TEST

/* An entry that was created but not named yet. */
START_TEST(passes_over_an_entry_without_name)
{
    osip_message_t *sip = invite("Session-Expires: 90\r\n");
    osip_header_t *entry;

    ck_assert_int_eq(osip_header_init(&entry), OSIP_SUCCESS);
    ck_assert_int_gt(osip_list_add(&sip->headers, entry, 0), 0);
    ck_assert_uint_eq(read_and_free(sip).session_expires, 90);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("osip_read");
    TCase *tests = tcase_create("read");

    tcase_add_test(tests, reads_a_request);
    tcase_add_test(tests, reads_a_response);
    tcase_add_test(tests, reads_a_message_without_any);
    tcase_add_test(tests, reads_compact_forms);
    tcase_add_test(tests, reads_folded_and_spaced_values);
    tcase_add_test(tests, reads_lists_over_several_lines);
    tcase_add_test(tests, reads_repeated_fields);
    tcase_add_test(tests, reads_empty_values);
    tcase_add_test(tests, reads_cseq_numbers);
    tcase_add_test(tests, finds_a_session_description);
    tcase_add_test(tests, reads_an_own_message);
    tcase_add_test(tests, reads_what_there_is_of_an_own_message);
    tcase_add_test(tests, sees_whether_a_request_belongs_to_a_dialog);
    tcase_add_test(tests, finds_no_offer_in_an_empty_body);
    tcase_add_test(tests, refuses_what_is_no_message);
    tcase_add_test(tests, passes_over_an_entry_without_name);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
