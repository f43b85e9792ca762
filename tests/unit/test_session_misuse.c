/* SPDX-License-Identifier: MIT */
/* Misuse that must not go unnoticed (kind G), and what is busy, over, or not due instead. */
#include "talk.h"

#define TIMER "Supported: timer"
#define UPDATES "Allow: UPDATE | "
#define LOCAL_90 "Session-Expires: 90;refresher=uac | Require: timer"
#define PEER_90 TIMER " | Session-Expires: 90;refresher=uac"

START_TEST(a_party_has_to_be_named)
{
    struct sst_policy policy;
    struct sst_session session;

    sst_policy_init(&policy);
    ck_assert_int_eq(sst_session_init(&session, &policy, (enum sst_party)0), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_session_init(&session, &policy, (enum sst_party)3), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_session_init(&session, &policy, SST_CALLEE), SST_OK);
    ck_assert_int_eq(sst_session_init(&session, &policy, SST_CALLER), SST_OK);
}
END_TEST

START_TEST(a_response_belongs_to_a_transaction)
{
    struct talk *t = connected("", LOCAL_90);
    static const enum sst_method methods[] = {INVITE, UPDATE};

    for (size_t i = 0; i < COUNT_OF(methods); i++) {
        struct sst_msg response;
        struct sst_verdict verdict = {.action = SST_ACTION_RETRY, .refreshed = true};
        sst_msg_response(&response, 200, methods[i], SST_CSEQ_UNKNOWN);
        ck_assert_int_eq(sst_session_response(t->session, NULL, &response, t->now_ms, &verdict),
                         SST_ERR_ARGUMENT);
        ck_assert_int_eq(verdict.action, SST_ACTION_IGNORE); /* even on an error */
        ck_assert_uint_eq(verdict.when_ms, SST_NEVER);
        ck_assert(!verdict.refreshed);
    }
    expect(next(t), "45");
    end_talk(t);
}
END_TEST

START_TEST(unknown_bits_are_errors)
{
    struct talk *t = connected("", LOCAL_90);
    struct sst_headers headers;

    for (unsigned bit = 2; bit < 32; bit++) {
        headers.count = 1;
        ck_assert_int_eq(try_ask(t, INVITE, 1u << bit, &headers), SST_ERR_ARGUMENT);
        ck_assert_uint_eq(headers.count, 0);
    }
    ck_assert_int_eq(try_ask(t, OTHER, 4, &headers), SST_ERR_ARGUMENT);
    expect(next(t), "45"); /* and nothing has changed */
    asks(t, INVITE);
    end_talk(t);
}
END_TEST

START_TEST(an_answer_needs_a_request)
{
    struct talk *t = called("", PEER_90);
    struct sst_headers headers;
    struct sst_tx never = {0};
    char text[64];

    ck_assert_int_eq(sst_session_answer(t->session, &never, 200, t->now_ms, &headers),
                     SST_ERR_STATE);
    expect(headers_text(&headers, text, sizeof text), TIMER); /* what goes into every response */
    hears(t, UPDATE, PEER_90);
    answers(t, UPDATE, 200);
    ck_assert_int_eq(sst_session_answer(t->session, &t->peer[1], 200, t->now_ms, &headers),
                     SST_ERR_STATE); /* the second time */
    ck_assert_int_eq(sst_session_answer(t->session, NULL, 200, t->now_ms, &headers), SST_OK);
    hears(t, UPDATE, TIMER " | Session-Expires: 60"); /* 422: no 2xx fits, any rejection does */
    ck_assert_int_eq(sst_session_answer(t->session, t->heard[1], 299, t->now_ms, &headers),
                     SST_ERR_STATE);
    ck_assert_int_eq(sst_session_answer(t->session, t->heard[1], 300, t->now_ms, &headers), SST_OK);
    ck_assert_int_eq(sst_session_answer(t->session, t->heard[1], 422, t->now_ms, &headers), SST_OK);
    end_talk(t);
}
END_TEST

/* One tx for two transactions that are pending at once. */
START_TEST(a_tx_is_for_one_transaction_at_a_time)
{
    struct talk *t = called("", UPDATES PEER_90);
    struct sst_headers headers;
    struct sst_advice advice;
    struct sst_msg request;

    asks(t, UPDATE);
    ck_assert_int_eq(sst_session_request(t->session, &t->own[1], INVITE, 0, t->now_ms, &headers),
                     SST_ERR_STATE);
    sst_msg_request(&request, UPDATE, 70);
    ck_assert_int_eq(sst_session_receive(t->session, &t->own[1], &request, t->now_ms, &advice),
                     SST_ERR_STATE);
    t->peer_cseq = 70;
    expect(hears(t, UPDATE, PEER_90), "0");
    ck_assert_int_eq(sst_session_request(t->session, &t->peer[1], INVITE, 0, t->now_ms, &headers),
                     SST_ERR_STATE);
    answers(t, UPDATE, 200);
    expect(gets(t, UPDATE, 200, "Session-Expires: 90;refresher=uas"), "refreshed");
    end_talk(t);
}
END_TEST

/* A host mixed up two dialogs: the end of one's INVITE does not undo the other. */
START_TEST(a_tx_of_another_dialog_leaves_this_one_established)
{
    struct talk *t = connected("", LOCAL_90);
    struct talk *other = caller("");
    struct sst_verdict verdict;
    struct sst_msg response;

    asks(other, INVITE);
    asks(t, INVITE);
    sst_msg_response(&response, 486, INVITE, SST_CSEQ_UNKNOWN);
    ck_assert_int_eq(
        sst_session_response(t->session, &other->own[0], &response, t->now_ms, &verdict), SST_OK);
    ck_assert_int_eq(verdict.action, SST_ACTION_FAILED);
    ck_assert(info_of(t).established);
    until(t, 45);
    expect(told(t), "45 refresh INVITE offer");
    end_talk(other);
    end_talk(t);
}
END_TEST

/* Common, and no bug in the host: another request of the same kind is pending. */
/* Shows: EC-130 EC-40 */
START_TEST(what_is_busy_is_said_to_be)
{
    struct talk *t = called("", UPDATES PEER_90);
    struct sst_headers headers;
    struct sst_tx other = {0};

    hears(t, INVITE, PEER_90); /* RFC 3261 §14.1: no INVITE while one is in progress either way */
    ck_assert_int_eq(try_ask(t, INVITE, SST_REQUEST_OFFER, &headers), SST_ERR_BUSY);
    ck_assert_uint_eq(headers.count, 0);
    ck_assert_int_eq(try_ask(t, UPDATE, 0, &headers), SST_OK); /* RFC 3311 */
    ck_assert_int_eq(sst_session_request(t->session, &other, UPDATE, 0, t->now_ms, &headers),
                     SST_ERR_BUSY);
    gets(t, UPDATE, 200, "Session-Expires: 90;refresher=uas");
    answers(t, INVITE, 487); /* which the transaction layer may have sent by itself */
    asks(t, INVITE);
    ck_assert_int_eq(sst_session_request(t->session, &other, INVITE, 0, t->now_ms, &headers),
                     SST_ERR_BUSY);
    ck_assert_int_eq(sst_session_request(t->session, &other, UPDATE, 0, t->now_ms, &headers),
                     SST_OK); /* UPDATE may be sent while an INVITE is pending */
    end_talk(t);

    t = callee(""); /* also in an early dialog */
    hears(t, INVITE, PEER_90);
    ck_assert_int_eq(try_ask(t, INVITE, 0, &headers), SST_ERR_BUSY);
    ck_assert_int_eq(try_ask(t, UPDATE, 0, &headers), SST_OK);
    end_talk(t);
}
END_TEST

/* Without a dialog there is no UPDATE, from either side. */
START_TEST(an_update_needs_a_dialog)
{
    struct talk *t = caller("");
    struct sst_headers headers;

    ck_assert_int_eq(try_ask(t, UPDATE, 0, &headers), SST_ERR_STATE);
    expect(hears(t, UPDATE, ""), "481 " TIMER);
    expect(hears(t, UPDATE, "offer | " PEER_90), "481 " TIMER);
    asks(t, INVITE);
    expect(hears(t, UPDATE, ""), "0");
    answers(t, UPDATE, 200);
    expect(asks(t, UPDATE), TIMER);
    end_talk(t);
}
END_TEST

/* Shows: 10-1 10-5 */
START_TEST(a_bye_says_why)
{
    ck_assert_ptr_null(sst_bye_reason(SST_END_NONE));
    ck_assert_ptr_null(sst_bye_reason((enum sst_end_reason)SST_END_COUNT));
    ck_assert_ptr_null(sst_bye_reason((enum sst_end_reason) - 1));
    for (int reason = SST_END_NOT_REFRESHED; reason < SST_END_COUNT; reason++) {
        const char *value = sst_bye_reason((enum sst_end_reason)reason);
        unsigned cause = 0;
        char text[64];
        int end = 0;
        /* RFC 3326 §2: protocol, cause=status, a quoted text */
        ck_assert_ptr_nonnull(value);
        int count = sscanf(value, "SIP;cause=%u;text=\"%63[^\"\\]\"%n", &cause, text, &end);
        ck_assert_msg(count == 2 && value[end] == '\0' && end > 0, "%s", value);
        ck_assert_msg(cause >= 300 && cause <= 699, "%s", value);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("session_misuse");
    TCase *tcase = tcase_create("all");

    tcase_add_test(tcase, a_party_has_to_be_named);
    tcase_add_test(tcase, a_response_belongs_to_a_transaction);
    tcase_add_test(tcase, unknown_bits_are_errors);
    tcase_add_test(tcase, an_answer_needs_a_request);
    tcase_add_test(tcase, a_tx_is_for_one_transaction_at_a_time);
    tcase_add_test(tcase, a_tx_of_another_dialog_leaves_this_one_established);
    tcase_add_test(tcase, what_is_busy_is_said_to_be);
    tcase_add_test(tcase, an_update_needs_a_dialog);
    tcase_add_test(tcase, a_bye_says_why);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
