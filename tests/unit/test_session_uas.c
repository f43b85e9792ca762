/* SPDX-License-Identifier: MIT */
/* Requests from the peer: advice, responses, the ACK. RFC 4028 §9, RFC 3261 §14.2. */
#include "talk.h"

#define TIMER "Supported: timer"
#define REQUIRED " | Require: timer"
#define PEER_90 TIMER " | Session-Expires: 90;refresher=uac"

/* Shows: 9-4 9-7 9-12 EC-22 FB-01 */
START_TEST(the_role_is_taken_from_the_2xx_that_was_sent)
{
    struct talk *t = callee("");

    expect(hears(t, INVITE, TIMER " | Session-Expires: 1800;refresher=uac"), "0");
    expect(answers(t, INVITE, 180), TIMER);
    expect(told(t), ""); /* nothing is committed yet */
    expect(answers(t, INVITE, 200), TIMER " | Session-Expires: 1800;refresher=uac" REQUIRED);
    hears_ack(t);
    expect(told(t), "0 negotiated 1800 remote");
    /* then each side in turn sends a refresh: the refresher stays the same UA */
    until(t, 100);
    expect(asks(t, UPDATE), TIMER " | Session-Expires: 1800;refresher=uas");
    gets(t, UPDATE, 200, "Session-Expires: 1800;refresher=uas" REQUIRED);
    until(t, 200);
    expect(serves(t, UPDATE, TIMER " | Session-Expires: 1800;refresher=uac"),
           TIMER " | Session-Expires: 1800;refresher=uac" REQUIRED);
    until(t, 300);
    expect(asks(t, INVITE), TIMER " | Session-Expires: 1800;refresher=uas");
    gets(t, INVITE, 200, "Session-Expires: 1800;refresher=uas" REQUIRED);
    expect(told(t), "100 refreshed 1800 remote; 200 refreshed 1800 remote; "
                    "300 refreshed 1800 remote");
    /* the trap: the peer says uas in its own refresh, and that is binding */
    expect(serves(t, UPDATE, TIMER " | Session-Expires: 1800;refresher=uas"),
           TIMER " | Session-Expires: 1800;refresher=uas" REQUIRED);
    expect(told(t), "300 negotiated 1800 local; 300 refreshed 1800 local");
    until(t, 1200);
    expect(told(t), "1200 refresh INVITE offer");
    end_talk(t);
}
END_TEST

/* Shows: FB-35 EC-30 9-7 */
START_TEST(time_starts_with_the_2xx_not_with_the_invite)
{
    struct talk *t = callee("");

    hears(t, INVITE, PEER_90);
    until(t, 30); /* rings */
    answers(t, INVITE, 200);
    hears_ack(t);
    until(t, 100);
    expect(told(t), "30 negotiated 90 remote; 82.5 overdue; 90 ended not_refreshed");
    end_talk(t);
}
END_TEST

START_TEST(each_2xx_starts_it_and_nothing_else)
{
    static const unsigned statuses[] = {100, 199, 200, 299, 300, 699};

    for (size_t i = 0; i < COUNT_OF(statuses); i++) {
        struct talk *t = callee("");
        bool success = statuses[i] == 200 || statuses[i] == 299;
        hears(t, INVITE, PEER_90);
        answers(t, INVITE, statuses[i]);
        ck_assert(info_of(t).established == success);
        expect(told(t), success ? "0 negotiated 90 remote" : "");
        end_talk(t);
    }
}
END_TEST

/* Shows: EC-30 EC-33 */
START_TEST(the_watching_side_counts_from_the_ack)
{
    static const struct {
        double ack;
        const char *end;
    } rows[] = {{0.2, "60.2"}, {31.999, "91.999"}, {32, "92"}, {50, "92"}};
    char story[96];

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct talk *t = callee("guard=none");
        t->policy.guard = SST_GUARD_RFC;
        serves(t, INVITE, PEER_90);
        until(t, rows[i].ack);
        hears_ack(t);
        until(t, 120);
        snprintf(story, sizeof story, "%s ended not_refreshed", rows[i].end);
        ck_assert_ptr_nonnull(strstr(told(t), story));
        end_talk(t);
    }
    /* the refreshing side does not: half leaves enough room */
    struct talk *t = callee("prefer_refresher=uas");
    serves(t, INVITE, TIMER " | Session-Expires: 90");
    until(t, 20);
    hears_ack(t);
    expect(next(t), "45");
    ck_assert_uint_eq(info_of(t).expires_ms, t->begin_ms + 90000);
    end_talk(t);
    /* nor does an ACK that comes after another refresh */
    t = callee("");
    serves(t, INVITE, PEER_90);
    until(t, 5);
    serves(t, UPDATE, PEER_90);
    until(t, 10);
    hears_ack(t);
    ck_assert_uint_eq(info_of(t).start_ms, t->begin_ms + 5000);
    end_talk(t);
}
END_TEST

/* Shows: EC-30 EC-50 */
START_TEST(what_is_due_before_the_ack_stays_due)
{
    struct talk *t = callee("");

    serves(t, INVITE, PEER_90);
    asks(t, UPDATE);
    until(t, 1);
    expect(gets(t, UPDATE, 481, ""), "failed"); /* no Allow was seen: one re-INVITE first */
    until(t, 2);                                /* which waits for the ACK */
    hears_ack(t);
    looks(t);
    expect(told(t), "0 negotiated 90 remote; 2 refresh INVITE offer");
    end_talk(t);
}
END_TEST

/* Shows: EC-47 */
START_TEST(an_ack_that_never_comes_is_the_hosts_end)
{
    struct talk *t = callee("");

    serves(t, INVITE, PEER_90);
    until(t, 32); /* RFC 3261 §13.3.1.4: 64*T1 */
    ck_assert_int_eq(sst_session_end(t->session, t->now_ms), SST_OK);
    until(t, 200);
    expect(told(t), "0 negotiated 90 remote");
    ck_assert(info_of(t).ended);
    ck_assert_int_eq(info_of(t).reason, SST_END_NONE);

    /* the transaction is over: another dialog may reuse it */
    struct talk *other = callee("");
    other->peer[0] = t->peer[0];
    expect(hears(other, INVITE, PEER_90), "0");
    end_talk(other);
    end_talk(t);
}
END_TEST

/* Shows: EC-30 */
START_TEST(an_ack_belongs_to_the_2xx_of_an_invite)
{
    struct talk *t = callee("");

    ck_assert_int_eq(sst_session_ack(t->session, &t->peer[0], t->now_ms), SST_ERR_STATE);
    hears(t, INVITE, PEER_90);
    ck_assert_int_eq(sst_session_ack(t->session, &t->peer[0], t->now_ms), SST_ERR_STATE);
    answers(t, INVITE, 200);
    hears_ack(t);
    ck_assert_int_eq(sst_session_ack(t->session, &t->peer[0], t->now_ms), SST_ERR_STATE);
    serves(t, UPDATE, PEER_90);
    ck_assert_int_eq(sst_session_ack(t->session, &t->peer[1], t->now_ms), SST_ERR_STATE);
    ck_assert(!info_of(t).ended);
    end_talk(t);
}
END_TEST

/* Shows: 6-1 9-9 FB-80 */
START_TEST(a_refusal_that_was_advised_has_its_header_fields_also_when_answered)
{
    static const struct {
        const char *policy;
        const char *request;
        const char *advice;
    } rows[] = {
        {"min_se=120", TIMER " | Session-Expires: 100", "422 " TIMER " | Min-SE: 120"},
        {"", TIMER " | Session-Expires: 600 | Min-SE: 900", "422 " TIMER " | Min-SE: 900"},
        {"mode=off", "Require: timer", "420 Unsupported: timer"},
        {"accept_malformed=no", "Session-Expires: abc", "400 " TIMER},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct talk *t = callee(rows[i].policy);
        struct sst_headers headers;
        char text[128];
        expect(hears(t, INVITE, rows[i].request), rows[i].advice);
        unsigned status = (unsigned)strtoul(rows[i].advice, NULL, 10);
        ck_assert_int_eq(sst_session_answer(t->session, &t->peer[0], status, t->now_ms, &headers),
                         SST_OK);
        expect(headers_text(&headers, text, sizeof text), rows[i].advice + 4);
        expect(hears(t, INVITE, "Min-SE: 90"), "0"); /* and free for the next */
        end_talk(t);
    }
    struct talk *t = called("", "");
    struct sst_headers headers;
    char text[128];
    hears(t, INVITE, "");
    expect(hears(t, INVITE, ""), "500 " TIMER " | Retry-After: 5");
    ck_assert_int_eq(sst_session_answer(t->session, &t->second[0], 500, t->now_ms, &headers),
                     SST_OK);
    expect(headers_text(&headers, text, sizeof text), TIMER " | Retry-After: 5");
    ck_assert_int_eq(sst_session_answer(t->session, &t->second[0], 200, t->now_ms, &headers),
                     SST_ERR_STATE); /* it has already been rejected */
    t->peer_cseq = 0;                /* out of order */
    expect(hears(t, INVITE, ""), "500 " TIMER " | Retry-After: 5");
    ck_assert_int_eq(sst_session_answer(t->session, &t->second[0], 500, t->now_ms, &headers),
                     SST_OK);
    expect(headers_text(&headers, text, sizeof text), TIMER " | Retry-After: 5");
    end_talk(t);
}
END_TEST

/* Shows: 5-3 12-1 FB-26 */
START_TEST(a_refusal_of_the_hosts_own_says_nothing_of_the_timer)
{
    struct talk *t = called("", PEER_90);

    for (unsigned status = 300; status < 700; status++) {
        hears(t, INVITE, PEER_90);
        /* a 420 for another option tag, a 500 for another reason; a 422 never without Min-SE */
        expect(answers(t, INVITE, status), status == 422 ? TIMER " | Min-SE: 90" : TIMER);
        expect(answers(t, OTHER, status), status == 422 ? TIMER " | Min-SE: 90" : TIMER);
    }
    /* also if the interval that was asked for is the same number */
    hears(t, INVITE, TIMER " | Session-Expires: 420");
    expect(answers(t, INVITE, 420), TIMER);
    hears(t, INVITE, TIMER " | Session-Expires: 500");
    expect(answers(t, INVITE, 500), TIMER);
    ck_assert_uint_eq(t->count[SST_EVENT_REFRESHED], 0);
    end_talk(t);
}
END_TEST

/* Shows: EC-07 4-1 5-3 EC-06 */
START_TEST(other_methods_move_nothing)
{
    struct talk *t = called("", PEER_90);

    until(t, 30);
    expect(hears(t, OTHER, PEER_90 " | Min-SE: 3600"), "0");
    expect(answers(t, OTHER, 200), TIMER);
    expect(told(t), "30 violation se_misplaced; 30 violation min_se_misplaced");
    expect(hears(t, SST_METHOD_BYE, ""), "0");
    ck_assert_uint_eq(info_of(t).start_ms, t->begin_ms);
    ck_assert_uint_eq(info_of(t).min_se, 0);
    end_talk(t);
}
END_TEST

/* Shows: EC-03 4-8 */
START_TEST(what_is_wrong_in_a_request_is_told)
{
    struct talk *t = called("", PEER_90);

    expect(serves(t, UPDATE, TIMER " | Session-Expires: abc | Min-SE: x"),
           TIMER " | Session-Expires: 90;refresher=uac" REQUIRED);
    expect(told(t), "0 violation se_malformed; 0 violation min_se_malformed; "
                    "0 refreshed 90 remote");
    expect(hears(t, OTHER, "Session-Expires: abc"), "0");
    expect(told(t), "0 violation se_malformed");
    end_talk(t);
}
END_TEST

/* Shows: EC-24 FB-70 */
START_TEST(a_request_without_support_makes_this_side_refresh)
{
    struct talk *t = called("", PEER_90);

    until(t, 40);
    expect(serves(t, UPDATE, ""), TIMER " | Session-Expires: 90;refresher=uas");
    expect(told(t), "40 violation supported_missing; 40 negotiated 90 local; "
                    "40 refreshed 90 local");
    until(t, 85);
    expect(told(t), "85 refresh INVITE offer");
    end_talk(t);
}
END_TEST

/* Shows: 9-2 EC-101 EC-105 */
START_TEST(the_interval_of_the_2xx_is_bound_by_the_request)
{
    struct talk *t = callee("max_session_expires=1800");

    expect(serves(t, INVITE, TIMER " | Session-Expires: 3600;refresher=uac | Min-SE: 2700"),
           TIMER " | Session-Expires: 2700;refresher=uac" REQUIRED);
    expect(told(t), "0 negotiated 2700 remote");
    hears_ack(t);
    expect(serves(t, UPDATE, TIMER " | Session-Expires: 3600;refresher=uac"),
           TIMER " | Session-Expires: 1800;refresher=uac" REQUIRED);
    expect(hears(t, UPDATE, TIMER " | Session-Expires: 600 | Min-SE: 900"),
           "422 " TIMER " | Min-SE: 900");
    end_talk(t);

    t = callee(""); /* nor increased if the owner's minimum changes before the response; §9 */
    struct sst_policy other = t->policy;
    other.min_se = 120;
    expect(hears(t, INVITE, PEER_90), "0");
    ck_assert_int_eq(sst_session_set_policy(t->session, &other), SST_OK);
    expect(answers(t, INVITE, 200), TIMER " | Session-Expires: 90;refresher=uac" REQUIRED);
    end_talk(t);
}
END_TEST

/* Shows: EC-12 EC-19 FB-06 */
START_TEST(a_caller_without_support_is_refreshed)
{
    struct talk *t = callee("");

    expect(serves(t, INVITE, "Session-Expires: 30"), TIMER " | Session-Expires: 90;refresher=uas");
    hears_ack(t);
    cycles(t, 3, "Session-Expires: 90;refresher=uac" REQUIRED, 0);
    ck_assert_uint_eq(t->refreshes, 3);
    end_talk(t);

    t = callee("mode=request own_benefit=yes");
    expect(serves(t, INVITE, ""), TIMER " | Session-Expires: 1800;refresher=uas");
    expect(told(t), "0 negotiated 1800 local own");
    end_talk(t);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("session_uas");
    TCase *tcase = tcase_create("all");

    tcase_add_test(tcase, the_role_is_taken_from_the_2xx_that_was_sent);
    tcase_add_test(tcase, time_starts_with_the_2xx_not_with_the_invite);
    tcase_add_test(tcase, each_2xx_starts_it_and_nothing_else);
    tcase_add_test(tcase, the_watching_side_counts_from_the_ack);
    tcase_add_test(tcase, what_is_due_before_the_ack_stays_due);
    tcase_add_test(tcase, an_ack_that_never_comes_is_the_hosts_end);
    tcase_add_test(tcase, an_ack_belongs_to_the_2xx_of_an_invite);
    tcase_add_test(tcase, a_refusal_that_was_advised_has_its_header_fields_also_when_answered);
    tcase_add_test(tcase, a_refusal_of_the_hosts_own_says_nothing_of_the_timer);
    tcase_add_test(tcase, other_methods_move_nothing);
    tcase_add_test(tcase, what_is_wrong_in_a_request_is_told);
    tcase_add_test(tcase, a_request_without_support_makes_this_side_refresh);
    tcase_add_test(tcase, the_interval_of_the_2xx_is_bound_by_the_request);
    tcase_add_test(tcase, a_caller_without_support_is_refreshed);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
