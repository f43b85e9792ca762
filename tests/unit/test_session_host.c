/* SPDX-License-Identifier: MIT */
/* Hosts that report little or mix things up: no CSeq numbers, no ACKs, wrong transactions. */
#include "talk.h"

#define TIMER "Supported: timer"
#define UPDATES "Allow: UPDATE | "
#define LOCAL_90 "Session-Expires: 90;refresher=uac | Require: timer"
#define REMOTE_90 "Session-Expires: 90;refresher=uas"
#define PEER_90 TIMER " | Session-Expires: 90;refresher=uac"

static struct sst_msg message(unsigned status, enum sst_method method, const char *headers)
{
    struct sst_msg msg;

    if (status == 0) {
        sst_msg_request(&msg, method, SST_CSEQ_UNKNOWN);
    } else {
        sst_msg_response(&msg, status, method, SST_CSEQ_UNKNOWN);
    }
    msg_headers(&msg, headers);
    return msg;
}

static void set_number(struct sst_msg *msg, uint32_t cseq)
{
    msg->cseq = cseq;
    msg->has |= SST_MSG_CSEQ;
}

/* Shows: EC-31 EC-78 EC-30 */
START_TEST(a_host_without_cseq_numbers_and_acks)
{
    struct talk *t = callee("prefer_refresher=uas");
    struct sst_headers headers;
    struct sst_verdict verdict;
    struct sst_advice advice;
    struct sst_msg msg = message(0, INVITE, UPDATES TIMER " | Session-Expires: 90 | offer");

    ck_assert_int_eq(sst_session_receive(t->session, &t->peer[0], &msg, t->now_ms, &advice),
                     SST_OK);
    ck_assert_int_eq(sst_session_receive(t->session, &t->peer[0], &msg, t->now_ms, &advice),
                     SST_OK);
    ck_assert(advice.copy); /* while it is open, the transaction identifies it */
    t->may_move = true;
    ck_assert_int_eq(sst_session_answer(t->session, &t->peer[0], 200, t->now_ms, &headers), SST_OK);
    talk_check(t);
    for (unsigned i = 1; i <= 3; i++) {
        until(t, 45.0 * i);
        ck_assert_int_eq(sst_session_request(t->session, &t->own[1], UPDATE, SST_REQUEST_REFRESH,
                                             t->now_ms, &headers),
                         SST_OK);
        msg = message(200, UPDATE, LOCAL_90);
        t->may_move = true;
        ck_assert_int_eq(sst_session_response(t->session, &t->own[1], &msg, t->now_ms, &verdict),
                         SST_OK);
        ck_assert(verdict.refreshed);
        talk_check(t);
        ck_assert_int_eq(sst_session_response(t->session, &t->own[1], &msg, t->now_ms, &verdict),
                         SST_OK);
        ck_assert_int_eq(verdict.action, SST_ACTION_IGNORE); /* a copy */
        /* a request from the peer in the same transaction structure as the last one */
        msg = message(0, UPDATE, TIMER);
        ck_assert_int_eq(sst_session_receive(t->session, &t->peer[1], &msg, t->now_ms, &advice),
                         SST_OK);
        ck_assert(!advice.copy && advice.status == 0);
        t->may_move = true;
        ck_assert_int_eq(sst_session_answer(t->session, &t->peer[1], 200, t->now_ms, &headers),
                         SST_OK);
        talk_check(t);
    }
    looks(t);
    expect(told(t), "0 negotiated 90 local; 45 refresh UPDATE; 45 refreshed 90 local; "
                    "45 refreshed 90 local; 90 refresh UPDATE; 90 refreshed 90 local; "
                    "90 refreshed 90 local; 135 refresh UPDATE; 135 refreshed 90 local; "
                    "135 refreshed 90 local");
    end_talk(t);
}
END_TEST

START_TEST(a_transaction_of_the_wrong_side_is_refused)
{
    struct talk *t = called("", PEER_90);
    struct sst_headers headers;

    asks(t, UPDATE);
    ck_assert_int_eq(sst_session_answer(t->session, &t->own[1], 200, t->now_ms, &headers),
                     SST_ERR_STATE);
    hears(t, INVITE, PEER_90);
    ck_assert_int_eq(sst_session_request(t->session, &t->peer[0], INVITE, 0, t->now_ms, &headers),
                     SST_ERR_STATE);
    ck_assert_uint_eq(headers.count, 0);
    ck_assert_int_eq(sst_session_ack(t->session, &t->own[1], t->now_ms), SST_ERR_STATE);
    answers(t, INVITE, 200);
    expect(gets(t, UPDATE, 200, REMOTE_90), "refreshed"); /* all is as it was */
    hears_ack(t);
    ck_assert_uint_eq(t->session->flags & F_TRANSACTIONS, 0);
    end_talk(t);
}
END_TEST

/* Shows: EC-31 */
START_TEST(a_copy_of_a_2xx_is_not_for_the_next_request_under_way)
{
    struct talk *t = connected("", REMOTE_90);
    struct sst_tx first = t->own[0];
    struct sst_verdict verdict;
    struct sst_msg msg = message(200, INVITE, LOCAL_90);

    until(t, 10);
    asks(t, INVITE);
    set_number(&msg, first.cseq - 1u);
    ck_assert_int_eq(sst_session_response(t->session, &first, &msg, t->now_ms, &verdict), SST_OK);
    ck_assert_int_eq(verdict.action, SST_ACTION_IGNORE);
    ck_assert_int_eq(
        sst_session_failed(t->session, &first, SST_OUTCOME_TIMEOUT, t->now_ms, &verdict), SST_OK);
    ck_assert_int_eq(verdict.action, SST_ACTION_IGNORE);
    expect(gets(t, INVITE, 200, REMOTE_90), "refreshed");
    expect(told(t), "10 refreshed 90 remote");
    end_talk(t);
}
END_TEST

/* One refresh too many does no harm, one too few ends the call. This also holds if the host is done
 * with the extension but the peer is not. */
/* Shows: EC-16 */
START_TEST(an_interval_for_nobody_stands_where_a_timer_was_offered)
{
    struct talk *t = caller("mode=request");
    struct talk *other = caller("mode=off");

    other->policy.on_event = t->policy.on_event;
    other->policy.user = t;
    asks(t, INVITE);
    ck_assert_int_eq(sst_session_set_policy(t->session, &other->policy), SST_OK);
    gets(t, INVITE, 200, "Session-Expires: 90");
    expect(told(t), "0 negotiated 90 local");
    end_talk(t);
    end_talk(other);
}
END_TEST

START_TEST(before_the_dialog_nothing_is_a_refresh)
{
    struct talk *t = caller("mode=request");
    struct sst_headers headers;

    ck_assert_int_eq(try_ask(t, INVITE, SST_REQUEST_REFRESH | SST_REQUEST_OFFER, &headers),
                     SST_ERR_NOT_DUE);
    ck_assert_uint_eq(headers.count, 0);
    ck_assert_int_eq(try_ask(t, UPDATE, 0, &headers), SST_ERR_STATE); /* nor is there an UPDATE */
    asks(t, INVITE);
    expect(gets(t, INVITE, 503, ""), "failed");
    ck_assert_uint_eq(t->counters.refreshes_sent, 0);
    ck_assert_uint_eq(t->counters.refreshes_failed[SST_OUTCOME_TRANSIENT], 0);
    end_talk(t);
}
END_TEST

START_TEST(a_transaction_of_a_method_that_has_none_stays_as_it_is)
{
    static const struct sst_tx blank;
    struct talk *t = called("", PEER_90);
    struct sst_tx tx = {0};
    struct sst_advice advice;
    struct sst_msg msg = message(0, OTHER, "");

    set_number(&msg, 10);
    ck_assert_int_eq(sst_session_receive(t->session, &tx, &msg, t->now_ms, &advice), SST_OK);
    ck_assert_uint_eq(advice.status, 0);
    set_number(&msg, 9); /* out of order */
    ck_assert_int_eq(sst_session_receive(t->session, &tx, &msg, t->now_ms, &advice), SST_OK);
    ck_assert_uint_eq(advice.status, 500);
    sst_session_end(t->session, t->now_ms);
    ck_assert_int_eq(sst_session_receive(t->session, &tx, &msg, t->now_ms, &advice), SST_OK);
    ck_assert_uint_eq(advice.status, 481);
    ck_assert_mem_eq(&tx, &blank, sizeof tx);
    end_talk(t);
}
END_TEST

/* Shows: EC-31 */
START_TEST(a_number_that_was_named_once_is_not_for_the_next_request)
{
    struct talk *t = connected("", REMOTE_90);
    struct sst_headers headers;
    struct sst_verdict verdict;
    struct sst_msg msg = message(200, INVITE, REMOTE_90);

    ck_assert_uint_ne(t->own[0].cseq, 0);
    ck_assert_int_eq(sst_session_request(t->session, &t->own[0], INVITE, 0, t->now_ms, &headers),
                     SST_OK);
    set_number(&msg, 4711); /* the host named no number this time */
    ck_assert_int_eq(sst_session_response(t->session, &t->own[0], &msg, t->now_ms, &verdict),
                     SST_OK);
    ck_assert(verdict.refreshed);
    end_talk(t);
}
END_TEST

/* Shows: EC-78 */
START_TEST(the_same_number_of_another_method_is_no_copy)
{
    struct talk *t = called("", PEER_90);
    struct sst_advice advice;
    struct sst_msg msg = message(0, UPDATE, PEER_90);

    set_number(&msg, 70);
    ck_assert_int_eq(sst_session_receive(t->session, &t->peer[1], &msg, t->now_ms, &advice),
                     SST_OK);
    answers(t, UPDATE, 200);
    msg.method = INVITE;
    ck_assert_int_eq(sst_session_receive(t->session, &t->peer[1], &msg, t->now_ms, &advice),
                     SST_OK);
    ck_assert(!advice.copy);
    msg = message(0, UPDATE, PEER_90); /* and one without a known number is not out of order */
    ck_assert_int_eq(sst_session_receive(t->session, &t->second[1], &msg, t->now_ms, &advice),
                     SST_OK);
    ck_assert_uint_eq(advice.status, 0);
    end_talk(t);
}
END_TEST

/* Shows: EC-78 */
START_TEST(a_copy_of_what_was_refused_is_refused_again)
{
    static const enum sst_method methods[] = {INVITE, UPDATE};

    for (size_t i = 0; i < COUNT_OF(methods); i++) {
        struct talk *t = called("", "");
        struct sst_tx *tx = &t->peer[i];
        struct sst_advice advice;
        struct sst_msg msg = message(0, methods[i], TIMER " | Session-Expires: 30");
        set_number(&msg, 70);
        ck_assert_int_eq(sst_session_receive(t->session, tx, &msg, t->now_ms, &advice), SST_OK);
        ck_assert_uint_eq(advice.status, 422);
        ck_assert_int_eq(sst_session_receive(t->session, tx, &msg, t->now_ms, &advice), SST_OK);
        ck_assert(advice.copy);
        ck_assert_uint_eq(t->counters.rejected_422, 1);
        end_talk(t);
    }
}
END_TEST

START_TEST(nothing_is_deferred_after_the_end)
{
    struct talk *t = connected("", LOCAL_90);

    until(t, 45);
    sst_session_end(t->session, t->now_ms);
    ck_assert_int_eq(sst_session_not_sent(t->session, NULL, SST_NEVER, t->now_ms), SST_ERR_ENDED);
    ck_assert_uint_eq(sst_session_deadline(t->session), SST_NEVER);
    end_talk(t);
}
END_TEST

/* Shows: 10-2 EC-50 */
START_TEST(an_update_that_is_lost_when_nothing_else_is_left_ends_the_session)
{
    struct talk *t = connected("", LOCAL_90);

    until(t, 45);
    refreshes(t);
    expect(gets(t, INVITE, 403, ""), "failed");
    until(t, 52); /* EC-114: the second round */
    refreshes(t);
    expect(gets(t, INVITE, 403, ""), "failed");
    asks(t, UPDATE); /* the host's own, without evidence that the peer supports it */
    until(t, 84);
    expect(loses(t, UPDATE, SST_OUTCOME_TIMEOUT), "ended");
    expect(told(t), "45 refresh INVITE offer; 45 refused; 52 refresh INVITE offer; "
                    "84 ended refresh_timeout");
    end_talk(t);

    t = connected("", LOCAL_90); /* while that is still to come, something is left */
    until(t, 45);
    refreshes(t);
    expect(gets(t, INVITE, 403, ""), "failed");
    asks(t, UPDATE);
    until(t, 77);
    expect(loses(t, UPDATE, SST_OUTCOME_TIMEOUT), "failed");
    looks(t);
    expect(told(t), "45 refresh INVITE offer; 45 refused; 59 blocked; 77 refresh INVITE offer");
    end_talk(t);

    t = connected("method=update", LOCAL_90); /* the one re-INVITE was already used */
    until(t, 45);
    refreshes(t);
    expect(gets(t, UPDATE, 481, ""), "wait 45");
    looks(t);
    refreshes(t);
    expect(gets(t, INVITE, 503, ""), "wait 47");
    asks(t, UPDATE);
    expect(gets(t, UPDATE, 481, ""), "ended");
    end_talk(t);
}
END_TEST

/* Shows: EC-53 */
START_TEST(a_long_retry_after_counts_when_patience_is_over_too)
{
    struct talk *t = connected("", UPDATES "Session-Expires: 7200;refresher=uac | Require: timer");

    until(t, 3600);
    for (unsigned i = 0; i < 5; i++) {
        refreshes(t);
        gets(t, i % 2 == 0 ? UPDATE : INVITE, 503, "Retry-After: 0"); /* EC-111 */
        looks(t);
    }
    refreshes(t); /* the back-off is at 64 s now */
    expect(gets(t, INVITE, 503, "Retry-After: 300"), "wait 3900");
    until(t, 3900);
    refreshes(t);
    expect(gets(t, UPDATE, 503, "Retry-After: 10"), "wait 4020");
    end_talk(t);
}
END_TEST

/* Shows: FB-62 */
START_TEST(two_dialogs_of_one_policy_share_nothing_else)
{
    struct talk *a = connected("", LOCAL_90);
    struct talk *b = connected("", REMOTE_90);
    struct sst_session lone;

    ck_assert_int_eq(sst_session_init(&lone, &a->policy, SST_CALLER), SST_OK);
    ck_assert_int_eq(sst_session_init(&lone, &b->policy, SST_CALLEE), SST_OK); /* and once more */
    ck_assert_ptr_null(sst_session_check(&lone));
    until(a, 45);
    until(b, 100);
    expect(told(a), "45 refresh INVITE offer");
    ck_assert(!info_of(a).ended && info_of(b).ended);
    ck_assert_uint_eq(sst_session_deadline(&lone), SST_NEVER);
    end_talk(a);
    end_talk(b);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("session_host");
    TCase *tcase = tcase_create("all");

    tcase_add_test(tcase, a_host_without_cseq_numbers_and_acks);
    tcase_add_test(tcase, a_transaction_of_the_wrong_side_is_refused);
    tcase_add_test(tcase, a_copy_of_a_2xx_is_not_for_the_next_request_under_way);
    tcase_add_test(tcase, an_interval_for_nobody_stands_where_a_timer_was_offered);
    tcase_add_test(tcase, before_the_dialog_nothing_is_a_refresh);
    tcase_add_test(tcase, a_transaction_of_a_method_that_has_none_stays_as_it_is);
    tcase_add_test(tcase, a_number_that_was_named_once_is_not_for_the_next_request);
    tcase_add_test(tcase, the_same_number_of_another_method_is_no_copy);
    tcase_add_test(tcase, a_copy_of_what_was_refused_is_refused_again);
    tcase_add_test(tcase, nothing_is_deferred_after_the_end);
    tcase_add_test(tcase, an_update_that_is_lost_when_nothing_else_is_left_ends_the_session);
    tcase_add_test(tcase, a_long_retry_after_counts_when_patience_is_over_too);
    tcase_add_test(tcase, two_dialogs_of_one_policy_share_nothing_else);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
