/* SPDX-License-Identifier: MIT */
/* src/osip/session.c: sessions driven by libosip2's messages and transactions. */
#include "osip_host.h"
#include "osip_stack.h"

/* Pulls pending events, except NEGOTIATED and REFRESHED. */
static enum sst_event_type next_event_type(void)
{
    struct sst_event event;

    do {
        if (!sst_session_next_event(&host.session, host.now_ms, &event)) {
            return SST_EVENT_NONE;
        }
    } while (event.type == SST_EVENT_NEGOTIATED || event.type == SST_EVENT_REFRESHED);
    return event.type;
}

/* What a host's callback for all types does. */
static void host_event(enum sst_osip_event event, osip_transaction_t *tr, osip_message_t *sip)
{
    struct sst_tx *tx = osip_transaction_get_reserved1(tr);

    if (event != SST_OSIP_NOTHING && event != SST_OSIP_REQUEST) {
        ck_assert_int_eq(
            sst_osip_dispatch(&host.session, tx, event, sip, host.now_ms, &host.verdict), SST_OK);
    }
}

/* Through real transactions: 422 and retry, 200, refresh by UPDATE, and the timeout of the next
 * one. */
START_TEST(makes_a_call)
{
    struct sst_event event = {.type = SST_EVENT_NONE};

    stack_open();
    stack.on_event = host_event;
    host_init(SST_MODE_REQUEST, true);

    osip_message_t *sip = invite("");
    host_request(sip, 0);
    ck_assert_int_eq(count_lines(sip, "Session-Expires: 1800"), 1);
    ck_assert_int_eq(count_lines(sip, "Supported: timer"), 1);
    stack_request(sip, &host.tx);
    stack_receive(response("422 Session Interval Too Small", "1 INVITE", "Min-SE: 3600\r\n"));
    ck_assert_int_eq(host.verdict.action, SST_ACTION_RETRY);

    /* The host builds the next INVITE from the earlier one. */
    sip = message(INVITE_LINE, "2 INVITE", "x: 1800\r\nSupported: 100rel, timer\r\n", "");
    host_request(sip, 0);
    ck_assert_int_eq(count_lines(sip, "Session-Expires: 3600"), 1);
    ck_assert_int_eq(count_lines(sip, "X:"), 0);
    ck_assert_int_eq(count_lines(sip, "Min-SE: 3600"), 1);
    ck_assert_int_eq(count_lines(sip, "Supported: timer"), 1);
    ck_assert_int_eq(count_lines(sip, "Supported: 100rel"), 1);
    stack_request(sip, &host.tx);
    stack_receive(response("200 OK", "2 INVITE",
                           "x: 3600;refresher=uac\r\nRequire: timer\r\nAllow: UPDATE\r\n"));
    ck_assert_int_eq(host.verdict.action, SST_ACTION_NONE);
    ck_assert_uint_eq(info().interval, 3600);

    /* Half of the interval later. */
    host.now_ms += 1800000;
    ck_assert_uint_eq(sst_session_deadline(&host.session), 0); /* NEGOTIATED is pending */
    while (sst_session_next_event(&host.session, host.now_ms, &event) &&
           event.type != SST_EVENT_REFRESH) {
    }
    ck_assert_int_eq(event.type, SST_EVENT_REFRESH);
    ck_assert_int_eq(event.method, SST_METHOD_UPDATE);
    sip = message(UPDATE_LINE, "3 UPDATE", "", "");
    host_request(sip, SST_REQUEST_REFRESH);
    ck_assert_int_eq(count_lines(sip, "Session-Expires: 3600;refresher=uac"), 1);
    osip_transaction_t *tr = stack_request(sip, &host.tx);
    stack_time_out(tr);
    ck_assert_int_eq(host.verdict.action, SST_ACTION_FAILED); /* the end is reported once */
    ck_assert_int_eq(next_event_type(), SST_EVENT_ENDED);
    ck_assert_int_eq(next_event_type(), SST_EVENT_NONE);
    ck_assert_int_eq(info().reason, SST_END_REFRESH_TIMEOUT);
    stack_close();
}
END_TEST

START_TEST(takes_a_call)
{
    struct sst_advice advice;

    stack_open();
    host_init(SST_MODE_ACCEPT, false);
    osip_transaction_t *tr =
        stack_receive(invite("x: 1800;refresher=uac\r\nk: timer\r\nMin-SE: 90\r\n"));
    ck_assert_int_eq(stack.callbacks[0].event, SST_OSIP_REQUEST);
    ck_assert_int_eq(
        sst_osip_receive(&host.session, &host.tx, tr->orig_request, host.now_ms, &advice), SST_OK);
    ck_assert_uint_eq(advice.status, 0);

    osip_message_t *sip = response("180 Ringing", "1 INVITE", "");
    ck_assert_int_eq(sst_osip_answer(&host.session, &host.tx, sip, host.now_ms), SST_OK);
    ck_assert_int_eq(count_lines(sip, "Session-Expires:"), 0);
    stack_respond(tr, sip);
    ck_assert_uint_eq(info().interval, 0);

    sip = response("200 OK", "1 INVITE", "Session-Expires: 1\r\n");
    ck_assert_int_eq(sst_osip_answer(&host.session, &host.tx, sip, host.now_ms), SST_OK);
    ck_assert_int_eq(count_lines(sip, "Session-Expires: 1800;refresher=uac"), 1);
    ck_assert_int_eq(count_lines(sip, "Session-Expires:"), 1);
    ck_assert_int_eq(count_lines(sip, "Require: timer"), 1);
    stack_respond(tr, sip);
    ck_assert_uint_eq(info().interval, 1800);
    ck_assert_int_eq(info().side, SST_SIDE_REMOTE);
    stack_close();
}
END_TEST

START_TEST(refuses_a_small_interval)
{
    struct sst_advice advice;
    osip_message_t *sip = invite("Session-Expires: 60\r\nSupported: timer\r\n");

    host_init(SST_MODE_ACCEPT, false);
    ck_assert_int_eq(sst_osip_receive(&host.session, &host.tx, sip, host.now_ms, &advice), SST_OK);
    ck_assert_uint_eq(advice.status, 422);
    osip_message_free(sip);

    sip = response("422 Session Interval Too Small", "1 INVITE", "");
    ck_assert_int_eq(sst_osip_apply(sip, &advice.headers), SST_OK);
    ck_assert_int_eq(count_lines(sip, "Min-SE: 90"), 1);
    osip_message_free(sip);
}
END_TEST

START_TEST(waits_after_a_transport_error)
{
    host_call();
    stack_open();
    stack.on_event = host_event;
    stack.send_result = -1;
    host.now_ms += 900000;
    ck_assert_int_eq(next_event_type(), SST_EVENT_REFRESH);
    osip_message_t *sip = message(UPDATE_LINE, "2 UPDATE", "", "");
    host_request(sip, SST_REQUEST_REFRESH);
    stack_request(sip, &host.tx);
    /* Like a 503: the session asks again later. */
    ck_assert_int_eq(host.verdict.action, SST_ACTION_WAIT);
    ck_assert_uint_gt(host.verdict.when_ms, host.now_ms);
    stack_close();
}
END_TEST

/* Whether the peer's UPDATE with an offer meets one of ours (RFC 3311 §5.2). */
static unsigned status_of_crossing(const char *type, const char *body)
{
    struct sst_tx peers = {0};
    struct sst_advice advice;

    host_call();
    osip_message_t *sip = message(UPDATE_LINE, "2 UPDATE", type, body);
    host_request(sip, 0);
    osip_message_free(sip);
    sip = message(UPDATE_LINE, "77 UPDATE", SDP_TYPE, SDP);
    ck_assert_int_eq(sst_osip_receive(&host.session, &peers, sip, host.now_ms, &advice), SST_OK);
    osip_message_free(sip);
    return advice.status;
}

START_TEST(sees_the_offer_of_an_own_request)
{
    ck_assert_uint_eq(status_of_crossing(SDP_TYPE, SDP), 491);
    ck_assert_uint_eq(status_of_crossing("", ""), 0);

    /* What the message holds counts, not what the caller says. */
    host_call();
    osip_message_t *sip = message(UPDATE_LINE, "2 UPDATE", "", "");
    host_request(sip, SST_REQUEST_OFFER);
    osip_message_free(sip);
    struct sst_tx peers = {0};
    struct sst_advice advice;
    sip = message(UPDATE_LINE, "77 UPDATE", SDP_TYPE, SDP);
    ck_assert_int_eq(sst_osip_receive(&host.session, &peers, sip, host.now_ms, &advice), SST_OK);
    ck_assert_uint_eq(advice.status, 0);
    osip_message_free(sip);
}
END_TEST

START_TEST(takes_the_cseq_from_the_request)
{
    host_call();
    osip_message_t *sip = message(UPDATE_LINE, "5 UPDATE", "", "");
    host_request(sip, 0);
    osip_message_free(sip);
    ck_assert_int_eq(dispatch_response(response("200 OK", "4 UPDATE", "")), SST_OK);
    ck_assert_int_eq(host.verdict.action, SST_ACTION_IGNORE);
    ck_assert_int_eq(dispatch_response(response("481 Gone", "5 UPDATE", "")), SST_OK);
    ck_assert_int_eq(host.verdict.action, SST_ACTION_FAILED);
    ck_assert_int_eq(next_event_type(), SST_EVENT_ENDED);

    host_call(); /* without a number in it, any response would match */
    sip = message(UPDATE_LINE, "x UPDATE", "", "");
    host_request(sip, 0);
    osip_message_free(sip);
    ck_assert_int_eq(dispatch_response(response("481 Gone", "4 UPDATE", "")), SST_OK);
    ck_assert_int_eq(host.verdict.action, SST_ACTION_FAILED);
}
END_TEST

/* RFC 4028 §7.1: every request but ACK says that the extension is supported. */
START_TEST(fills_other_requests)
{
    osip_message_t *bye = message("BYE sip:bob@192.0.2.2 SIP/2.0\r\n", "9 BYE", "x: 90\r\n", "");
    osip_message_t *ack =
        message("ACK sip:bob@192.0.2.2 SIP/2.0\r\n", "1 ACK", "x: 90\r\nSupported: timer\r\n", "");

    host_call();
    ck_assert_int_eq(sst_osip_request(&host.session, NULL, bye, 0, host.now_ms), SST_OK);
    ck_assert_int_eq(count_lines(bye, "Supported: timer"), 1);
    ck_assert_int_eq(count_lines(bye, "X:"), 0);
    ck_assert_int_eq(sst_osip_request(&host.session, NULL, ack, 0, host.now_ms), SST_OK);
    ck_assert_int_eq(count_lines(ack, "Supported:"), 0);
    ck_assert_int_eq(count_lines(ack, "X:"), 0);
    osip_message_free(bye);
    osip_message_free(ack);
}
END_TEST

/* A host that passes the transaction of its open INVITE with everything that it sends meanwhile. */
START_TEST(leaves_the_invite_alone_that_something_is_sent_beside)
{
    osip_message_t *info_request = message("INFO sip:bob@192.0.2.2 SIP/2.0\r\n", "2 INFO", "", "");
    osip_message_t *info_answer = response("200 OK", "7 INFO", "");

    host_init(SST_MODE_REQUEST, true);
    osip_message_t *sip = invite("");
    host_request(sip, 0);
    host_request(info_request, 0);
    ck_assert_int_eq(dispatch_response(response("200 OK", "2 INFO", "")), SST_OK);
    ck_assert_int_eq(host.verdict.action, SST_ACTION_NONE);
    ck_assert_int_eq(dispatch_response(
                         response("200 OK", "1 INVITE", "Session-Expires: 1800;refresher=uac\r\n")),
                     SST_OK);
    ck_assert(host.verdict.refreshed);
    ck_assert_uint_eq(info().interval, 1800);
    osip_message_free(sip);
    osip_message_free(info_request);

    struct sst_advice advice;
    host_init(SST_MODE_ACCEPT, false);
    sip = invite("Session-Expires: 1800\r\nSupported: timer\r\n");
    ck_assert_int_eq(sst_osip_receive(&host.session, &host.tx, sip, host.now_ms, &advice), SST_OK);
    ck_assert_int_eq(sst_osip_answer(&host.session, &host.tx, info_answer, host.now_ms), SST_OK);
    ck_assert_int_eq(count_lines(info_answer, "Session-Expires:"), 0);
    ck_assert(!info().established);
    osip_message_free(sip);
    osip_message_free(info_answer);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("osip_session");
    TCase *tests = tcase_create("calls");

    tcase_add_test(tests, makes_a_call);
    tcase_add_test(tests, takes_a_call);
    tcase_add_test(tests, refuses_a_small_interval);
    tcase_add_test(tests, waits_after_a_transport_error);
    tcase_add_test(tests, sees_the_offer_of_an_own_request);
    tcase_add_test(tests, takes_the_cseq_from_the_request);
    tcase_add_test(tests, fills_other_requests);
    tcase_add_test(tests, leaves_the_invite_alone_that_something_is_sent_beside);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
