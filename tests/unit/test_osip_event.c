/* SPDX-License-Identifier: MIT */
/* src/osip/event.c: what libosip2's callbacks mean, by number and from real transactions. */
#include "osip_stack.h"

/* Types by meaning; every type that is not here means nothing. */
static const int requests[] = {
    OSIP_IST_INVITE_RECEIVED,     OSIP_NIST_REGISTER_RECEIVED,
    OSIP_NIST_BYE_RECEIVED,       OSIP_NIST_OPTIONS_RECEIVED,
    OSIP_NIST_INFO_RECEIVED,      OSIP_NIST_NOTIFY_RECEIVED,
    OSIP_NIST_SUBSCRIBE_RECEIVED, OSIP_NIST_UNKNOWN_REQUEST_RECEIVED,
};
static const int responses[] = {
    OSIP_ICT_STATUS_1XX_RECEIVED,  OSIP_ICT_STATUS_2XX_RECEIVED,  OSIP_ICT_STATUS_3XX_RECEIVED,
    OSIP_ICT_STATUS_4XX_RECEIVED,  OSIP_ICT_STATUS_5XX_RECEIVED,  OSIP_ICT_STATUS_6XX_RECEIVED,
    OSIP_NICT_STATUS_1XX_RECEIVED, OSIP_NICT_STATUS_2XX_RECEIVED, OSIP_NICT_STATUS_3XX_RECEIVED,
    OSIP_NICT_STATUS_4XX_RECEIVED, OSIP_NICT_STATUS_5XX_RECEIVED, OSIP_NICT_STATUS_6XX_RECEIVED,
};
static const int timeouts[] = {OSIP_ICT_STATUS_TIMEOUT, OSIP_NICT_STATUS_TIMEOUT};
static const int acks[] = {OSIP_IST_ACK_RECEIVED};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool contains(const int *types, size_t count, int type)
{
    for (size_t i = 0; i < count; i++) {
        if (types[i] == type) {
            return true;
        }
    }
    return false;
}

START_TEST(maps_every_message_callback)
{
    for (int type = -1; type <= OSIP_MESSAGE_CALLBACK_COUNT + 1; type++) {
        enum sst_osip_event expected = SST_OSIP_NOTHING;
        if (contains(requests, COUNT(requests), type)) {
            expected = SST_OSIP_REQUEST;
        } else if (contains(responses, COUNT(responses), type)) {
            expected = SST_OSIP_RESPONSE;
        } else if (contains(timeouts, COUNT(timeouts), type)) {
            expected = SST_OSIP_TIMEOUT;
        } else if (contains(acks, COUNT(acks), type)) {
            expected = SST_OSIP_ACK;
        }
        ck_assert_msg(sst_osip_message_event(type) == expected, "type %d", type);
    }
    ck_assert_int_eq(sst_osip_message_event(INT32_MAX), SST_OSIP_NOTHING);
    ck_assert_int_eq(sst_osip_message_event(INT32_MIN), SST_OSIP_NOTHING);
}
END_TEST

START_TEST(maps_every_transport_callback)
{
    ck_assert_int_eq(sst_osip_transport_event(OSIP_ICT_TRANSPORT_ERROR), SST_OSIP_TRANSPORT);
    ck_assert_int_eq(sst_osip_transport_event(OSIP_NICT_TRANSPORT_ERROR), SST_OSIP_TRANSPORT);
    ck_assert_int_eq(sst_osip_transport_event(OSIP_IST_TRANSPORT_ERROR), SST_OSIP_NOTHING);
    ck_assert_int_eq(sst_osip_transport_event(OSIP_NIST_TRANSPORT_ERROR), SST_OSIP_NOTHING);
    ck_assert_int_eq(sst_osip_transport_event(OSIP_TRANSPORT_ERROR_CALLBACK_COUNT),
                     SST_OSIP_NOTHING);
    ck_assert_int_eq(sst_osip_transport_event(-1), SST_OSIP_NOTHING);
}
END_TEST

/* The callbacks since the last check: exactly these types, and these meanings. */
static void check_callbacks(int line, const struct callback *expected, int count)
{
    ck_assert_msg(stack.count == count, "line %d: %d callbacks", line, stack.count);
    for (int i = 0; i < count; i++) {
        const struct callback *callback = &stack.callbacks[i];
        ck_assert_msg(callback->type == expected[i].type &&
                          callback->transport == expected[i].transport &&
                          callback->has_message == expected[i].has_message &&
                          callback->event == expected[i].event,
                      "line %d: callback %d is of type %d, event %d", line, i, callback->type,
                      (int)callback->event);
    }
    stack.count = 0;
}

#define CHECK_CALLBACKS(...)                                                                       \
    do {                                                                                           \
        static const struct callback expected[] = {__VA_ARGS__};                                   \
        check_callbacks(__LINE__, expected, (int)COUNT(expected));                                 \
    } while (0)

START_TEST(sees_an_invite_of_the_peers)
{
    stack_open();
    osip_transaction_t *tr = stack_receive(invite(""));
    CHECK_CALLBACKS({OSIP_IST_INVITE_RECEIVED, false, true, SST_OSIP_REQUEST});

    stack_receive(invite(""));
    CHECK_CALLBACKS({OSIP_IST_INVITE_RECEIVED_AGAIN, false, true, SST_OSIP_NOTHING});

    stack_respond(tr, response("180 Ringing", "1 INVITE", ""));
    CHECK_CALLBACKS({OSIP_IST_STATUS_1XX_SENT, false, true, SST_OSIP_NOTHING});

    stack_respond(tr, response("422 Session Interval Too Small", "1 INVITE", "Min-SE: 90\r\n"));
    CHECK_CALLBACKS({OSIP_IST_STATUS_4XX_SENT, false, true, SST_OSIP_NOTHING});

    stack_receive(invite(""));
    CHECK_CALLBACKS({OSIP_IST_INVITE_RECEIVED_AGAIN, false, true, SST_OSIP_NOTHING},
                    {OSIP_IST_STATUS_3456XX_SENT_AGAIN, false, true, SST_OSIP_NOTHING});

    stack_receive(message("ACK sip:bob@example.com SIP/2.0\r\n", "1 ACK", "", ""));
    CHECK_CALLBACKS({OSIP_IST_ACK_RECEIVED, false, true, SST_OSIP_ACK});
    stack_close();
}
END_TEST

/* libosip2 has no name for UPDATE. */
START_TEST(sees_an_update_of_the_peers)
{
    stack_open();
    osip_transaction_t *tr = stack_receive(message(UPDATE_LINE, "2 UPDATE", "", ""));
    CHECK_CALLBACKS({OSIP_NIST_UNKNOWN_REQUEST_RECEIVED, false, true, SST_OSIP_REQUEST});

    stack_respond(tr, response("200 OK", "2 UPDATE", ""));
    CHECK_CALLBACKS({OSIP_NIST_STATUS_2XX_SENT, false, true, SST_OSIP_NOTHING});

    stack_receive(message(UPDATE_LINE, "2 UPDATE", "", ""));
    CHECK_CALLBACKS({OSIP_NIST_REQUEST_RECEIVED_AGAIN, false, true, SST_OSIP_NOTHING},
                    {OSIP_NIST_STATUS_2XX_SENT_AGAIN, false, true, SST_OSIP_NOTHING});
    stack_close();
}
END_TEST

START_TEST(sees_bye_and_cancel_of_the_peers)
{
    stack_open();
    stack_receive(message("BYE sip:bob@192.0.2.2 SIP/2.0\r\n", "3 BYE", "", ""));
    CHECK_CALLBACKS({OSIP_NIST_BYE_RECEIVED, false, true, SST_OSIP_REQUEST});

    stack_receive(message("CANCEL sip:bob@192.0.2.2 SIP/2.0\r\n", "4 CANCEL", "", ""));
    CHECK_CALLBACKS({OSIP_NIST_CANCEL_RECEIVED, false, true, SST_OSIP_NOTHING});
    stack_close();
}
END_TEST

START_TEST(sees_responses_to_an_own_invite)
{
    stack_open();
    stack_request(invite(""), NULL);
    CHECK_CALLBACKS({OSIP_ICT_INVITE_SENT, false, true, SST_OSIP_NOTHING});

    stack_receive(response("180 Ringing", "1 INVITE", ""));
    CHECK_CALLBACKS({OSIP_ICT_STATUS_1XX_RECEIVED, false, true, SST_OSIP_RESPONSE});

    stack_receive(response("422 Session Interval Too Small", "1 INVITE", "Min-SE: 90\r\n"));
    CHECK_CALLBACKS({OSIP_ICT_STATUS_4XX_RECEIVED, false, true, SST_OSIP_RESPONSE},
                    {OSIP_ICT_ACK_SENT, false, true, SST_OSIP_NOTHING});

    stack_receive(response("422 Session Interval Too Small", "1 INVITE", "Min-SE: 90\r\n"));
    CHECK_CALLBACKS({OSIP_ICT_STATUS_3456XX_RECEIVED_AGAIN, false, true, SST_OSIP_NOTHING},
                    {OSIP_ICT_ACK_SENT_AGAIN, false, true, SST_OSIP_NOTHING});

    stack_request(message(INVITE_LINE, "2 INVITE", "", ""), NULL);
    stack_receive(response("200 OK", "2 INVITE", ""));
    CHECK_CALLBACKS({OSIP_ICT_INVITE_SENT, false, true, SST_OSIP_NOTHING},
                    {OSIP_ICT_STATUS_2XX_RECEIVED, false, true, SST_OSIP_RESPONSE});
    stack_close();
}
END_TEST

START_TEST(sees_responses_to_an_own_update)
{
    stack_open();
    stack_request(message(UPDATE_LINE, "2 UPDATE", "", ""), NULL);
    CHECK_CALLBACKS({OSIP_NICT_UNKNOWN_REQUEST_SENT, false, true, SST_OSIP_NOTHING});

    stack_receive(response("200 OK", "2 UPDATE", ""));
    CHECK_CALLBACKS({OSIP_NICT_STATUS_2XX_RECEIVED, false, true, SST_OSIP_RESPONSE});

    stack_receive(response("200 OK", "2 UPDATE", "")); /* libosip2 absorbs it */
    ck_assert_int_eq(stack.count, 0);
    stack_close();
}
END_TEST

/* These come without a message. */
START_TEST(sees_timeouts)
{
    stack_open();
    osip_transaction_t *tr = stack_request(invite(""), NULL);
    stack.count = 0;
    stack_time_out(tr);
    CHECK_CALLBACKS({OSIP_ICT_STATUS_TIMEOUT, false, false, SST_OSIP_TIMEOUT});

    tr = stack_request(message(UPDATE_LINE, "2 UPDATE", "", ""), NULL);
    stack.count = 0;
    stack_time_out(tr);
    CHECK_CALLBACKS({OSIP_NICT_STATUS_TIMEOUT, false, false, SST_OSIP_TIMEOUT});
    stack_close();
}
END_TEST

START_TEST(sees_transport_errors)
{
    stack_open();
    stack.send_result = -1;
    stack_request(invite(""), NULL);
    CHECK_CALLBACKS({OSIP_ICT_TRANSPORT_ERROR, true, false, SST_OSIP_TRANSPORT});

    stack_request(message(UPDATE_LINE, "2 UPDATE", "", ""), NULL);
    CHECK_CALLBACKS({OSIP_NICT_TRANSPORT_ERROR, true, false, SST_OSIP_TRANSPORT});

    osip_transaction_t *tr = stack_receive(message(UPDATE_LINE, "3 UPDATE", "", ""));
    stack_respond(tr, response("200 OK", "3 UPDATE", ""));
    CHECK_CALLBACKS({OSIP_NIST_UNKNOWN_REQUEST_RECEIVED, false, true, SST_OSIP_REQUEST},
                    {OSIP_NIST_TRANSPORT_ERROR, true, false, SST_OSIP_NOTHING});
    stack_close();
}
END_TEST

/* As sst/osip.h warns: after the final response, an ACK that cannot be sent again. */
START_TEST(sees_a_transport_error_after_the_final_response)
{
    stack_open();
    stack_request(invite(""), NULL);
    stack_receive(response("486 Busy Here", "1 INVITE", ""));
    stack.count = 0;
    stack.send_result = -1;
    stack_receive(response("486 Busy Here", "1 INVITE", ""));
    CHECK_CALLBACKS({OSIP_ICT_STATUS_3456XX_RECEIVED_AGAIN, false, true, SST_OSIP_NOTHING},
                    {OSIP_ICT_TRANSPORT_ERROR, true, false, SST_OSIP_TRANSPORT});
    stack_close();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("osip_event");
    TCase *numbers = tcase_create("numbers");
    TCase *transactions = tcase_create("transactions");

    tcase_add_test(numbers, maps_every_message_callback);
    tcase_add_test(numbers, maps_every_transport_callback);
    tcase_add_test(transactions, sees_an_invite_of_the_peers);
    tcase_add_test(transactions, sees_an_update_of_the_peers);
    tcase_add_test(transactions, sees_bye_and_cancel_of_the_peers);
    tcase_add_test(transactions, sees_responses_to_an_own_invite);
    tcase_add_test(transactions, sees_responses_to_an_own_update);
    tcase_add_test(transactions, sees_timeouts);
    tcase_add_test(transactions, sees_transport_errors);
    tcase_add_test(transactions, sees_a_transport_error_after_the_final_response);
    suite_add_tcase(suite, numbers);
    suite_add_tcase(suite, transactions);
    return run_suite(suite);
}
