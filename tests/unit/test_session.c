/* SPDX-License-Identifier: MIT */
/* A session's beginning, its forks, its end, and what can be seen of it; wrong calls. */
#include "talk.h"

#define TIMER "Supported: timer"
#define REQUIRED " | Require: timer"
#define LOCAL_90 "Session-Expires: 90;refresher=uac | Require: timer"
#define REMOTE_90 "Session-Expires: 90;refresher=uas"
#define PEER_90 TIMER " | Session-Expires: 90;refresher=uac"

START_TEST(sizes_are_what_the_documentation_says)
{
    printf("sizeof(struct sst_session) = %zu\n", sizeof(struct sst_session));
    printf("sizeof(struct sst_tx) = %zu\n", sizeof(struct sst_tx));
    ck_assert_uint_le(sizeof(struct sst_session), 64);
    ck_assert_uint_eq(sizeof(struct sst_tx), 16);
}
END_TEST

START_TEST(a_session_begins_with_a_policy_that_is_right)
{
    struct sst_policy policy;
    struct sst_session session;

    memset(&session, 0xAA, sizeof session);
    sst_policy_init(&policy);
    ck_assert_int_eq(sst_session_init(NULL, &policy, SST_CALLER), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_session_init(&session, NULL, SST_CALLER), SST_ERR_ARGUMENT);
    policy.session_expires = 89;
    ck_assert_int_eq(sst_session_init(&session, &policy, SST_CALLER), SST_ERR_RANGE);
    policy.size = 4;
    ck_assert_int_eq(sst_session_init(&session, &policy, SST_CALLER), SST_ERR_VERSION);
    sst_policy_init(&policy);
    ck_assert_int_eq(sst_session_init(&session, &policy, SST_CALLER), SST_OK);
    ck_assert_uint_eq(sst_session_deadline(&session), SST_NEVER);
    ck_assert_ptr_null(sst_session_check(&session));

    struct sst_session_info info;
    sst_session_inspect(&session, &info);
    ck_assert_uint_eq(info.interval, 0);
    ck_assert_uint_eq(info.min_se, 0);
    ck_assert_int_eq(info.side, SST_SIDE_NONE);
    ck_assert(!info.established && !info.ended && !info.own_benefit && !info.peer_supports);
    ck_assert_uint_eq(info.start_ms, SST_NEVER);
    ck_assert_uint_eq(info.refresh_ms, SST_NEVER);
    ck_assert_uint_eq(info.expires_ms, SST_NEVER);
    ck_assert_uint_eq(info.end_ms, SST_NEVER);
}
END_TEST

START_TEST(what_is_shown_is_what_is_in_force)
{
    struct talk *t = connected("", TIMER " | " REMOTE_90);
    struct sst_session_info info = info_of(t);

    ck_assert_uint_eq(info.interval, 90);
    ck_assert_int_eq(info.side, SST_SIDE_REMOTE);
    ck_assert(info.established && info.peer_supports && !info.ended);
    ck_assert_uint_eq(info.start_ms, t->begin_ms);
    ck_assert_uint_eq(info.refresh_ms, SST_NEVER);
    ck_assert_uint_eq(info.end_ms, t->begin_ms + 60000);
    ck_assert_uint_eq(info.expires_ms, t->begin_ms + 90000);
    until(t, 60);
    info = info_of(t);
    ck_assert(info.ended);
    ck_assert_int_eq(info.reason, SST_END_NOT_REFRESHED);
    ck_assert_int_eq(info.side, SST_SIDE_REMOTE); /* who had to refresh */
    ck_assert_uint_eq(info.expires_ms, SST_NEVER);
    ck_assert_uint_eq(info.end_ms, SST_NEVER);
    end_talk(t);
}
END_TEST

/* Shows: FB-103 */
START_TEST(the_last_event_says_who_when_and_why)
{
    struct talk *t = callee("");
    struct sst_event event = {0};

    t->pull = true;
    t->policy.on_event = NULL;
    serves(t, INVITE, PEER_90);
    hears_ack(t);
    t->hold_pull = true;
    t->now_ms += 75000; /* the host polls late */
    sst_session_advance(t->session, t->now_ms);
    ck_assert(sst_session_next_event(t->session, t->now_ms, &event));
    ck_assert_int_eq(event.type, SST_EVENT_ENDED);
    ck_assert_int_eq(event.reason, SST_END_NOT_REFRESHED);
    ck_assert_int_eq(event.side, SST_SIDE_REMOTE);
    ck_assert_uint_eq(event.interval, 90);
    ck_assert_uint_eq(event.since_ms, 75000);
    ck_assert(!sst_session_next_event(t->session, t->now_ms, &event));
    ck_assert_int_eq(event.type, SST_EVENT_NONE);
    end_talk(t);
}
END_TEST

/* ---- The end ---- */

/* Shows: FB-51 FB-52 FB-59 EC-76 */
START_TEST(after_the_hosts_end_there_is_silence)
{
    struct talk *t = connected("", "Allow: UPDATE | " LOCAL_90);
    struct sst_headers headers;

    until(t, 44.999);
    ck_assert_int_eq(sst_session_end(t->session, t->now_ms), SST_OK);
    until(t, 500);
    expect(told(t), "");
    expect(hears(t, UPDATE, PEER_90), "481 " TIMER);
    expect(hears(t, INVITE, PEER_90), "481 " TIMER);
    expect(hears(t, OTHER, ""), "481 " TIMER);
    expect(hears(t, SST_METHOD_BYE, ""), "0"); /* BYEs that cross: 200 */
    expect(hears(t, SST_METHOD_ACK, ""), "0"); /* an ACK has no answer */
    expect(hears(t, SST_METHOD_CANCEL, ""), "0");
    ck_assert_int_eq(try_ask(t, UPDATE, 0, &headers), SST_ERR_ENDED);
    ck_assert_uint_eq(headers.count, 0);
    ck_assert_int_eq(try_ask(t, INVITE, SST_REQUEST_REFRESH, &headers), SST_ERR_ENDED);
    ck_assert_int_eq(try_ask(t, SST_METHOD_BYE, 0, &headers), SST_OK);
    ck_assert_int_eq(sst_session_end(t->session, t->now_ms), SST_OK);
    ck_assert_int_eq(sst_session_not_sent(t->session, NULL, SST_NEVER, t->now_ms), SST_ERR_ENDED);
    ck_assert_int_eq(info_of(t).reason, SST_END_NONE);
    expect(told(t), "");
    end_talk(t);
}
END_TEST

/* Shows: EC-76 EC-37 */
START_TEST(what_was_under_way_at_the_end_is_ignored)
{
    struct talk *t = called("", PEER_90);
    struct sst_headers headers;
    char text[64];

    asks(t, INVITE);
    asks(t, UPDATE);
    hears(t, UPDATE, PEER_90);
    sst_session_end(t->session, t->now_ms);
    expect(gets(t, INVITE, 200, LOCAL_90), "ignore");
    expect(gets(t, UPDATE, 481, ""), "ignore");
    expect(gets(t, OTHER, 200, PEER_90), "ignore");
    expect(loses(t, UPDATE, SST_OUTCOME_TIMEOUT), "ignore");
    ck_assert_int_eq(sst_session_answer(t->session, &t->peer[1], 200, t->now_ms, &headers),
                     SST_ERR_ENDED);
    expect(headers_text(&headers, text, sizeof text), TIMER);
    ck_assert_int_eq(sst_session_ack(t->session, &t->peer[0], t->now_ms), SST_ERR_ENDED);
    ck_assert_int_eq(sst_session_not_sent(t->session, &t->own[0], SST_NEVER, t->now_ms),
                     SST_ERR_ENDED);
    ck_assert_int_eq(sst_session_offer_answered(t->session, &t->own[0]), SST_ERR_ENDED);
    until(t, 1000);
    expect(told(t), "");
    end_talk(t);
}
END_TEST

START_TEST(an_end_before_the_dialog_is_one_too)
{
    struct talk *t = caller("mode=request");

    asks(t, INVITE);
    ck_assert_int_eq(sst_session_end(t->session, t->now_ms), SST_OK);
    expect(gets(t, INVITE, 200, LOCAL_90), "ignore");
    until(t, 1000);
    expect(told(t), "");
    end_talk(t);
}
END_TEST

/* ---- Forks ---- */

static void fork_gets(struct talk *t, const char *headers, const struct sst_session *parent,
                      const struct sst_tx *tx)
{
    struct sst_verdict verdict;
    struct sst_msg response;
    struct sst_tx child_tx;

    memset(t->session, 0xAA, sizeof *t->session);
    ck_assert_int_eq(sst_session_fork(t->session, &child_tx, parent, tx), SST_OK);
    t->session->policy = &t->policy;
    talk_check(t);
    t->own[0] = child_tx;
    sst_msg_response(&response, 200, INVITE, SST_CSEQ_UNKNOWN);
    msg_headers(&response, headers);
    t->may_move = true;
    ck_assert_int_eq(sst_session_response(t->session, &t->own[0], &response, t->now_ms, &verdict),
                     SST_OK);
    ck_assert(verdict.refreshed);
    talk_check(t);
}

/* Shows: EC-29 7.2-8 7.2-1 */
START_TEST(each_fork_has_a_timer_of_its_own)
{
    struct talk *a = caller("mode=request session_expires=1800");
    struct talk *b = caller("mode=request session_expires=1800");
    struct talk *c = caller("mode=request session_expires=1800");

    asks(a, INVITE);
    gets(a, INVITE, 180, TIMER);
    fork_gets(b, TIMER, a->session, &a->own[0]); /* before the first 2xx */
    gets(a, INVITE, 200, "Session-Expires: 1800;refresher=uac" REQUIRED);
    fork_gets(c, "Session-Expires: 600;refresher=uas | " TIMER, a->session, &a->own[0]);
    expect(told(a), "0 negotiated 1800 local");
    expect(told(b), "0 negotiated 1800 local own"); /* EC-18 */
    expect(told(c), "0 negotiated 600 remote");
    sst_session_end(a->session, a->now_ms);
    until(c, 1000);
    expect(told(c), "434 overdue; 568 ended not_refreshed");
    end_talk(a);
    end_talk(b);
    end_talk(c);
}
END_TEST

/* Shows: EC-29 EC-18 EC-52 */
START_TEST(a_fork_takes_over_what_belongs_to_the_invite)
{
    struct talk *a = caller("mode=request session_expires=90 min_se=90");
    struct talk *b = caller("mode=request session_expires=90");

    asks(a, INVITE);
    gets(a, INVITE, 422, "Min-SE: 300");
    asks(a, INVITE);
    fork_gets(b, "", a->session, &a->own[0]); /* what was asked for: a timer for our own benefit */
    expect(told(b), "0 negotiated 300 local own");
    until(b, 150);
    expect(refreshes(b), "INVITE offer " TIMER " | Session-Expires: 300;refresher=uac");
    expect(gets(b, INVITE, 491, ""), "wait 153.05"); /* it owns the Call-ID as well */
    end_talk(a);
    end_talk(b);
}
END_TEST

START_TEST(only_an_initial_invite_forks)
{
    struct talk *t = caller("");
    struct sst_session child;
    struct sst_tx child_tx;
    struct sst_tx zero = {0};

    ck_assert_int_eq(sst_session_fork(&child, &child_tx, t->session, &zero), SST_ERR_STATE);
    asks(t, INVITE);
    ck_assert_int_eq(sst_session_fork(&child, &child_tx, t->session, &t->own[0]), SST_OK);
    ck_assert_int_eq(sst_session_fork(t->session, &child_tx, t->session, &t->own[0]),
                     SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_session_fork(&child, &t->own[0], t->session, &t->own[0]),
                     SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_session_fork(NULL, &child_tx, t->session, &t->own[0]), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_session_fork(&child, NULL, t->session, &t->own[0]), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_session_fork(&child, &child_tx, NULL, &t->own[0]), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_session_fork(&child, &child_tx, &(struct sst_session){0}, &t->own[0]),
                     SST_ERR_ARGUMENT); /* one that was never initialised */
    ck_assert_int_eq(sst_session_fork(&child, &child_tx, t->session, NULL), SST_ERR_ARGUMENT);
    gets(t, INVITE, 200, "");
    asks(t, INVITE);
    ck_assert_int_eq(sst_session_fork(&child, &child_tx, t->session, &t->own[0]), SST_ERR_STATE);
    asks(t, UPDATE);
    ck_assert_int_eq(sst_session_fork(&child, &child_tx, t->session, &t->own[1]), SST_ERR_STATE);
    end_talk(t);
    t = callee("");
    hears(t, INVITE, PEER_90);
    ck_assert_int_eq(sst_session_fork(&child, &child_tx, t->session, &t->peer[0]), SST_ERR_STATE);
    end_talk(t);
}
END_TEST

/* ---- Wrong calls ---- */

START_TEST(null_arguments_are_errors)
{
    struct talk *t = called("", PEER_90);
    struct sst_session *s = t->session;
    struct sst_session blank = {0};
    struct sst_headers headers;
    struct sst_verdict verdict;
    struct sst_advice advice;
    struct sst_event event;
    struct sst_msg request;
    struct sst_msg response;
    struct sst_tx tx = {0};
    struct sst_session *const wrong[] = {NULL, &blank};

    sst_msg_request(&request, UPDATE, 0);
    sst_msg_response(&response, 200, UPDATE, 0);
    for (size_t i = 0; i < COUNT_OF(wrong); i++) { /* no session, and one never initialised */
        struct sst_session *w = wrong[i];
        ck_assert_int_eq(sst_session_request(w, &tx, UPDATE, 0, 0, &headers), SST_ERR_ARGUMENT);
        ck_assert_int_eq(sst_session_response(w, &tx, &response, 0, &verdict), SST_ERR_ARGUMENT);
        ck_assert_int_eq(sst_session_failed(w, &tx, SST_OUTCOME_TIMEOUT, 0, &verdict),
                         SST_ERR_ARGUMENT);
        ck_assert_int_eq(sst_session_receive(w, &tx, &request, 0, &advice), SST_ERR_ARGUMENT);
        ck_assert_int_eq(sst_session_answer(w, &tx, 200, 0, &headers), SST_ERR_ARGUMENT);
        ck_assert_int_eq(sst_session_ack(w, &tx, 0), SST_ERR_ARGUMENT);
        ck_assert_int_eq(sst_session_offer_answered(w, &tx), SST_ERR_ARGUMENT);
        ck_assert_int_eq(sst_session_advance(w, 0), SST_ERR_ARGUMENT);
        ck_assert_int_eq(sst_session_not_sent(w, NULL, 0, 0), SST_ERR_ARGUMENT);
        ck_assert_int_eq(sst_session_end(w, 0), SST_ERR_ARGUMENT);
        ck_assert(!sst_session_next_event(w, 0, &event));
        ck_assert_uint_eq(sst_session_deadline(w), SST_NEVER);
        ck_assert_ptr_nonnull(sst_session_check(w));
        sst_session_inspect(w, &(struct sst_session_info){0});
    }
    ck_assert_int_eq(sst_session_request(s, NULL, UPDATE, 0, 0, &headers), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_session_request(s, &tx, UPDATE, 0, 0, NULL), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_session_request(s, &tx, (enum sst_method)6, 0, 0, &headers),
                     SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_session_response(s, &tx, NULL, 0, &verdict), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_session_response(s, &tx, &response, 0, NULL), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_session_response(s, &tx, &request, 0, &verdict), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_session_response(s, NULL, &request, 0, &verdict), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_session_failed(s, NULL, SST_OUTCOME_TIMEOUT, 0, &verdict),
                     SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_session_failed(s, &tx, SST_OUTCOME_TIMEOUT, 0, NULL), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_session_failed(s, &tx, (enum sst_outcome)3, 0, &verdict),
                     SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_session_receive(s, NULL, &request, 0, &advice), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_session_receive(s, &tx, NULL, 0, &advice), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_session_receive(s, &tx, &request, 0, NULL), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_session_receive(s, &tx, &response, 0, &advice), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_session_answer(s, &tx, 200, 0, NULL), SST_ERR_ARGUMENT);
    headers.count = SST_HEADERS_MAX; /* on an error they are empty */
    ck_assert_int_eq(sst_session_answer(s, &tx, 99, 0, &headers), SST_ERR_ARGUMENT);
    ck_assert_uint_eq(headers.count, 0);
    ck_assert_int_eq(sst_session_answer(s, &tx, 700, 0, &headers), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_session_answer(s, &tx, 200, 0, &headers), SST_ERR_STATE);
    ck_assert_int_eq(sst_session_ack(s, NULL, 0), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_session_offer_answered(s, NULL), SST_ERR_ARGUMENT);
    ck_assert(!sst_session_next_event(s, t->now_ms, NULL));
    sst_session_inspect(s, NULL);
    sst_tx_set_cseq(NULL, 1);
    until(t, 50); /* and none of that has changed anything */
    expect(told(t), "");
    end_talk(t);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("session");
    TCase *tcase = tcase_create("all");

    tcase_add_test(tcase, sizes_are_what_the_documentation_says);
    tcase_add_test(tcase, a_session_begins_with_a_policy_that_is_right);
    tcase_add_test(tcase, what_is_shown_is_what_is_in_force);
    tcase_add_test(tcase, the_last_event_says_who_when_and_why);
    tcase_add_test(tcase, after_the_hosts_end_there_is_silence);
    tcase_add_test(tcase, what_was_under_way_at_the_end_is_ignored);
    tcase_add_test(tcase, an_end_before_the_dialog_is_one_too);
    tcase_add_test(tcase, each_fork_has_a_timer_of_its_own);
    tcase_add_test(tcase, a_fork_takes_over_what_belongs_to_the_invite);
    tcase_add_test(tcase, only_an_initial_invite_forks);
    tcase_add_test(tcase, null_arguments_are_errors);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
