/* SPDX-License-Identifier: MIT */
/* src/osip/session.c: what cannot be done, and what has no effect. */
#include "osip_host.h"

static osip_message_t *untouched;

static void check_untouched(osip_message_t *sip)
{
    char *text = print_message(sip);
    char *expected = print_message(untouched);

    ck_assert_str_eq(text, expected);
    osip_free(text);
    osip_free(expected);
}

START_TEST(leaves_a_request_that_may_not_be_sent)
{
    static const char extra[] = "x: 90\r\nSupported: timer\r\n";
    osip_message_t *sip = message(UPDATE_LINE, "2 UPDATE", extra, "");

    untouched = message(UPDATE_LINE, "2 UPDATE", extra, "");
    host_call();
    ck_assert_int_eq(sst_osip_request(&host.session, NULL, sip, 0, host.now_ms), SST_ERR_ARGUMENT);
    check_untouched(sip);
    sst_session_end(&host.session, host.now_ms);
    ck_assert_int_eq(sst_osip_request(&host.session, &host.tx, sip, 0, host.now_ms), SST_ERR_ENDED);
    check_untouched(sip);
    osip_message_free(untouched);
    osip_message_free(sip);
}
END_TEST

/* Without memory nothing happens to the session either: the same call works once there is memory.
 * */
START_TEST(changes_nothing_without_memory)
{
    osip_message_t *sip = message(UPDATE_LINE, "2 UPDATE", "x: 90\r\n", "");
    struct sst_advice advice;

    untouched = message(UPDATE_LINE, "2 UPDATE", "x: 90\r\n", "");
    host_call();
    fail_allocation(7);
    ck_assert_int_eq(sst_osip_request(&host.session, &host.tx, sip, 0, host.now_ms), SST_ERR_SPACE);
    fail_allocation(-1);
    check_untouched(sip);
    host_request(sip, 0);
    osip_message_free(untouched);
    osip_message_free(sip);

    host_init(SST_MODE_ACCEPT, false);
    sip = invite("Session-Expires: 600;refresher=uac\r\nSupported: timer\r\n");
    ck_assert_int_eq(sst_osip_receive(&host.session, &host.tx, sip, host.now_ms, &advice), SST_OK);
    osip_message_free(sip);
    sip = response("200 OK", "1 INVITE", "");
    untouched = response("200 OK", "1 INVITE", "");
    fail_allocation(19);
    ck_assert_int_eq(sst_osip_answer(&host.session, &host.tx, sip, host.now_ms), SST_ERR_SPACE);
    fail_allocation(-1);
    check_untouched(sip);
    ck_assert_uint_eq(info().interval, 0);
    ck_assert_int_eq(sst_osip_answer(&host.session, &host.tx, sip, host.now_ms), SST_OK);
    ck_assert_uint_eq(info().interval, 600);
    osip_message_free(untouched);
    osip_message_free(sip);
}
END_TEST

START_TEST(answers_without_an_open_transaction)
{
    osip_message_t *sip = response("200 OK", "9 UPDATE", "Session-Expires: 90\r\n");

    host_call();
    ck_assert_int_eq(sst_osip_answer(&host.session, &host.tx, sip, host.now_ms), SST_ERR_STATE);
    ck_assert_int_eq(count_lines(sip, "Supported: timer"), 1);
    ck_assert_int_eq(count_lines(sip, "Session-Expires:"), 0);
    osip_message_free(sip);

    sip = response("200 OK", "9 UPDATE", "Session-Expires: 90\r\n"); /* nor after the end */
    ck_assert_int_eq(sst_session_end(&host.session, host.now_ms), SST_OK);
    ck_assert_int_eq(sst_osip_answer(&host.session, &host.tx, sip, host.now_ms), SST_ERR_ENDED);
    ck_assert_int_eq(count_lines(sip, "Supported: timer"), 1);
    ck_assert_int_eq(count_lines(sip, "Session-Expires:"), 0);
    osip_message_free(sip);
}
END_TEST

static int dispatch(struct sst_tx *tx, enum sst_osip_event event, const osip_message_t *sip)
{
    memset(&host.verdict, 0xa5, sizeof(host.verdict));
    return sst_osip_dispatch(&host.session, tx, event, sip, host.now_ms, &host.verdict);
}

START_TEST(dispatches_what_means_nothing)
{
    static const enum sst_osip_event events[] = {SST_OSIP_NOTHING, SST_OSIP_ACK, SST_OSIP_TIMEOUT,
                                                 SST_OSIP_TRANSPORT};

    host_call();
    for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
        ck_assert_int_eq(dispatch(NULL, events[i], NULL), SST_OK);
        ck_assert_int_eq(host.verdict.action, SST_ACTION_NONE);
        ck_assert_uint_eq(host.verdict.when_ms, SST_NEVER);
        ck_assert(!host.verdict.refreshed);
    }
    ck_assert(!info().ended);
}
END_TEST

/* The peer's OPTIONS response shows what it supports; a CANCEL is answered by the next hop. */
START_TEST(learns_from_the_peer_alone)
{
    host_init(SST_MODE_ACCEPT, true);
    osip_message_t *sip = response("200 OK", "1 CANCEL", "Supported: timer\r\n");
    ck_assert_int_eq(dispatch(NULL, SST_OSIP_RESPONSE, sip), SST_OK);
    ck_assert_int_eq(host.verdict.action, SST_ACTION_NONE);
    ck_assert(!info().peer_supports);
    osip_message_free(sip);

    sip = response("200 OK", "1 OPTIONS", "Supported: timer\r\n");
    ck_assert_int_eq(dispatch(NULL, SST_OSIP_RESPONSE, sip), SST_OK);
    ck_assert(info().peer_supports);
    osip_message_free(sip);
}
END_TEST

START_TEST(refuses_wrong_arguments)
{
    osip_message_t *request = invite("");
    osip_message_t *ok = response("200 OK", "1 INVITE", "");
    struct sst_advice advice;

    host_init(SST_MODE_ACCEPT, true);
    ck_assert_int_eq(dispatch(&host.tx, SST_OSIP_REQUEST, request), SST_ERR_ARGUMENT);
    ck_assert_int_eq(dispatch(&host.tx, SST_OSIP_RESPONSE, request), SST_ERR_ARGUMENT);
    ck_assert_int_eq(dispatch(&host.tx, SST_OSIP_RESPONSE, NULL), SST_ERR_ARGUMENT);
    ck_assert_int_eq(dispatch(&host.tx, (enum sst_osip_event)99, ok), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_osip_dispatch(NULL, NULL, SST_OSIP_NOTHING, NULL, 0, &host.verdict),
                     SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_osip_dispatch(&host.session, NULL, SST_OSIP_NOTHING, NULL, 0, NULL),
                     SST_ERR_ARGUMENT);

    ck_assert_int_eq(sst_osip_receive(&host.session, &host.tx, ok, 0, &advice), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_osip_receive(&host.session, &host.tx, NULL, 0, &advice), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_osip_request(&host.session, &host.tx, ok, 0, 0), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_osip_request(&host.session, &host.tx, NULL, 0, 0), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_osip_request(NULL, &host.tx, request, 0, 0), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_osip_answer(&host.session, &host.tx, request, 0), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_osip_answer(&host.session, &host.tx, NULL, 0), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_osip_answer(NULL, &host.tx, ok, 0), SST_ERR_ARGUMENT);
    untouched = response("200 OK", "1 INVITE", "");
    check_untouched(ok);
    osip_message_free(untouched);
    osip_message_free(request);
    osip_message_free(ok);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("osip_failure");
    TCase *tests = tcase_create("failures");

    tcase_add_test(tests, leaves_a_request_that_may_not_be_sent);
    tcase_add_test(tests, changes_nothing_without_memory);
    tcase_add_test(tests, answers_without_an_open_transaction);
    tcase_add_test(tests, dispatches_what_means_nothing);
    tcase_add_test(tests, learns_from_the_peer_alone);
    tcase_add_test(tests, refuses_wrong_arguments);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
