/* SPDX-License-Identifier: MIT */
/* Local requests and their responses: RFC 4028 §7.1, §7.2, §7.4. */
#include "talk.h"

#define TIMER "Supported: timer"
#define REQUIRED " | Require: timer"
#define UPDATES "Allow: UPDATE | "
#define LOCAL_90 "Session-Expires: 90;refresher=uac | Require: timer"
#define REMOTE_90 "Session-Expires: 90;refresher=uas"

/* Shows: 7.1-1 EC-10 EC-109 4-1 */
START_TEST(every_request_is_stamped)
{
    struct talk *t = caller("mode=require");

    expect(asks(t, INVITE), TIMER " | Session-Expires: 1800" REQUIRED);
    expect(asks(t, OTHER), TIMER); /* PRACK */
    expect(asks(t, SST_METHOD_CANCEL), TIMER);
    expect(asks(t, SST_METHOD_ACK), "");
    gets(t, INVITE, 200, LOCAL_90);
    expect(asks(t, SST_METHOD_ACK), "");
    expect(asks(t, OTHER), TIMER);
    expect(asks(t, INVITE), TIMER " | Session-Expires: 90;refresher=uac" REQUIRED);
    expect(asks(t, UPDATE), TIMER " | Session-Expires: 90;refresher=uac" REQUIRED);
    expect(asks(t, SST_METHOD_BYE), TIMER);
    sst_session_end(t->session, t->now_ms);
    expect(asks(t, SST_METHOD_BYE), TIMER); /* the BYE of a session that ended */
    end_talk(t);
}
END_TEST

/* Shows: 7.2-3 FB-11 */
START_TEST(a_timer_nobody_asked_for_is_honoured)
{
    struct talk *t = caller("");

    expect(asks(t, INVITE), TIMER);
    expect(gets(t, INVITE, 200, LOCAL_90), "refreshed");
    cycles(t, 3, LOCAL_90, 0);
    expect(told(t), "0 negotiated 90 local; 45 refresh INVITE offer; 45 refreshed 90 local; "
                    "90 refresh INVITE offer; 90 refreshed 90 local; 135 refresh INVITE offer; "
                    "135 refreshed 90 local");
    end_talk(t);
}
END_TEST

/* Shows: 7.2-11 EC-10 FB-63 FB-03 */
START_TEST(a_hold_refreshes_as_well_as_a_refresh)
{
    struct talk *t = connected("", "Session-Expires: 1800;refresher=uac" REQUIRED);

    for (unsigned hold = 1; hold <= 4; hold++) {
        until(t, 300 * hold);
        expect(asks(t, INVITE), TIMER " | Session-Expires: 1800;refresher=uac");
        expect(gets(t, INVITE, 200, "Session-Expires: 1800;refresher=uac" REQUIRED), "refreshed");
    }
    expect(next(t), "2095.312"); /* EC-132: 300 s are 42/256 of 1800 s, 295.312 s */
    ck_assert_uint_eq(t->count[SST_EVENT_REFRESHED], 4);
    ck_assert_uint_eq(t->count[SST_EVENT_NEGOTIATED], 1);
    ck_assert_uint_eq(t->counters.refreshes_answered, 4);
    end_talk(t);
}
END_TEST

/* Shows: 7.2-6 7.2-7 9-7 EC-18 EC-63 */
START_TEST(a_2xx_changes_the_timer_or_turns_it_off)
{
    struct talk *t = connected("dropped=off", TIMER " | " LOCAL_90);

    asks(t, UPDATE);
    gets(t, UPDATE, 200, "Session-Expires: 600;refresher=uas");
    expect(told(t), "0 violation se_above_asked; 0 violation refresher_overruled; "
                    "0 negotiated 600 remote; 0 refreshed 600 remote");
    expect(next(t), "434"); /* overdue */
    asks(t, UPDATE);
    gets(t, UPDATE, 200, "");
    expect(told(t), "0 negotiated off");
    expect(next(t), "never");
    ck_assert_uint_eq(t->counters.turned_off, 1);
    asks(t, INVITE);
    gets(t, INVITE, 200, REMOTE_90); /* and on again */
    expect(told(t), "0 negotiated 90 remote");
    ck_assert_uint_eq(t->counters.negotiated, 2);
    end_talk(t);
}
END_TEST

/* Shows: FB-44 */
START_TEST(five_negotiations_leave_one_deadline)
{
    static const char *const intervals[] = {"90", "300", "120", "1800", "100"};
    struct talk *t = connected("", LOCAL_90);
    char headers[96];

    for (size_t i = 0; i < COUNT_OF(intervals); i++) {
        until(t, (double)i);
        asks(t, UPDATE);
        snprintf(headers, sizeof headers, "Session-Expires: %s;refresher=uas", intervals[i]);
        gets(t, UPDATE, 200, headers);
    }
    told(t);
    until(t, 4000); /* 100 s from 4 s, minus 32 s */
    expect(told(t), "63 overdue; 72 ended not_refreshed");
    end_talk(t);
}
END_TEST

/* Shows: EC-31 FB-35 */
START_TEST(a_copy_of_a_2xx_moves_nothing)
{
    struct talk *t = connected("", REMOTE_90);

    until(t, 31);
    expect(gets(t, INVITE, 200, REMOTE_90), "ignore");
    expect(gets(t, INVITE, 200, "Session-Expires: 1800;refresher=uac"), "ignore");
    expect(told(t), "");
    until(t, 100);
    expect(told(t), "52.5 overdue; 60 ended not_refreshed");
    end_talk(t);
}
END_TEST

/* Shows: EC-31 EC-32 */
START_TEST(a_response_of_another_transaction_is_ignored)
{
    struct talk *t = connected("", UPDATES REMOTE_90);
    struct sst_msg response;
    struct sst_verdict verdict;

    asks(t, UPDATE);
    sst_msg_response(&response, 200, UPDATE, t->own_cseq - 1u); /* a stale one */
    msg_headers(&response, LOCAL_90);
    ck_assert_int_eq(sst_session_response(t->session, &t->own[1], &response, t->now_ms, &verdict),
                     SST_OK);
    ck_assert_int_eq(verdict.action, SST_ACTION_IGNORE);
    sst_msg_response(&response, 200, INVITE, t->own_cseq); /* from another method */
    ck_assert_int_eq(sst_session_response(t->session, &t->own[1], &response, t->now_ms, &verdict),
                     SST_OK);
    ck_assert_int_eq(verdict.action, SST_ACTION_IGNORE);
    sst_msg_response(&response, 200, UPDATE,
                     SST_CSEQ_UNKNOWN); /* a host that does not know the number is believed */
    msg_headers(&response, LOCAL_90);
    t->may_move = true;
    ck_assert_int_eq(sst_session_response(t->session, &t->own[1], &response, t->now_ms, &verdict),
                     SST_OK);
    ck_assert(verdict.refreshed);
    /* a transaction of the peer's has no responses; here none was opened at all */
    hears(t, UPDATE, TIMER);
    sst_msg_response(&response, 200, UPDATE, SST_CSEQ_UNKNOWN);
    ck_assert_int_eq(sst_session_response(t->session, &t->peer[1], &response, t->now_ms, &verdict),
                     SST_OK);
    ck_assert_int_eq(verdict.action, SST_ACTION_IGNORE);
    struct sst_tx none = {0};
    ck_assert_int_eq(sst_session_response(t->session, &none, &response, t->now_ms, &verdict),
                     SST_OK);
    ck_assert_int_eq(verdict.action, SST_ACTION_IGNORE);
    end_talk(t);
}
END_TEST

/* Shows: 10-1 4-1 7.4-11 */
START_TEST(success_is_from_200_to_299)
{
    static const unsigned statuses[] = {101, 199, 200, 299, 300};

    for (size_t i = 0; i < COUNT_OF(statuses); i++) {
        bool success = statuses[i] == 200 || statuses[i] == 299;
        struct talk *t = connected("", LOCAL_90);
        until(t, 10);
        asks(t, UPDATE);
        expect(gets(t, UPDATE, statuses[i], "Session-Expires: 600;refresher=uas | " UPDATES TIMER),
               success             ? "refreshed"
               : statuses[i] < 200 ? "none"
                                   : "failed");
        ck_assert_uint_eq(info_of(t).interval, success ? 600 : 90);
        ck_assert_uint_eq(t->counters.violations[SST_VIOLATION_SE_MISPLACED], success ? 0 : 1);
        /* a failure may come from a proxy and does not speak for the peer */
        ck_assert_int_eq(info_of(t).peer_supports, statuses[i] != 300);
        ck_assert_int_eq(sst_update(t->session) == UPDATE_ALLOWED, statuses[i] != 300);
        end_talk(t);
    }
}
END_TEST

/* Shows: EC-06 EC-07 4-1 5-3 */
START_TEST(what_stands_in_the_wrong_response_has_no_effect)
{
    struct talk *t = connected("", REMOTE_90);

    until(t, 30);
    asks(t, OTHER);
    expect(gets(t, OTHER, 200, "Session-Expires: 1800;refresher=uac | Min-SE: 3600"), "none");
    expect(told(t), "30 violation se_misplaced; 30 violation min_se_misplaced");
    asks(t, INVITE);
    expect(gets(t, INVITE, 183, "Session-Expires: 1800;refresher=uac"), "none");
    expect(gets(t, INVITE, 488, "Session-Expires: 1800;refresher=uac | Min-SE: 3600"), "failed");
    expect(told(t), "30 violation se_misplaced; 30 violation se_misplaced; "
                    "30 violation min_se_misplaced");
    ck_assert_uint_eq(info_of(t).expires_ms, t->begin_ms + 90000);
    ck_assert_uint_eq(info_of(t).min_se, 0);
    end_talk(t);
}
END_TEST

/* Shows: EC-03 EC-16 EC-102 4-8 FB-07 FB-76 */
START_TEST(what_is_wrong_in_a_2xx_is_told_and_the_call_goes_on)
{
    struct talk *t = connected("", UPDATES LOCAL_90);

    until(t, 45);
    refreshes(t);
    expect(gets(t, UPDATE, 200, "Session-Expires: abc"), "refreshed");
    expect(told(t), "45 refresh UPDATE; 45 violation se_malformed; 45 refreshed 90 local");
    until(t, 90);
    refreshes(t);
    gets(t, UPDATE, 200, "Session-Expires: 90");
    expect(told(t), "90 refresh UPDATE; 90 violation refresher_missing; 90 refreshed 90 local");
    until(t, 135);
    refreshes(t);
    gets(t, UPDATE, 200, "Session-Expires: 90;refresher=uas | x: 80;refresher=uac");
    expect(told(t), "135 refresh UPDATE; 135 violation se_repeated; "
                    "135 violation refresher_overruled; 135 negotiated 90 remote; "
                    "135 refreshed 90 remote");
    asks(t, UPDATE); /* from the text and from the rules: all are reported, and counted */
    gets(t, UPDATE, 200, "Session-Expires: x | Session-Expires: 90;refresher=uac | Min-SE: 60");
    expect(told(t), "135 violation se_malformed; 135 violation se_repeated; "
                    "135 violation min_se_misplaced; 135 violation require_missing; "
                    "135 violation refresher_overruled; "
                    "135 negotiated 90 local; 135 refreshed 90 local");
    const uint64_t *counted = t->counters.violations;
    ck_assert_uint_eq(counted[SST_VIOLATION_SE_MALFORMED], 2);
    ck_assert_uint_eq(counted[SST_VIOLATION_SE_REPEATED], 2);
    ck_assert_uint_eq(counted[SST_VIOLATION_MIN_SE_MISPLACED], 1);
    ck_assert_uint_eq(counted[SST_VIOLATION_REQUIRE_MISSING], 1);
    end_talk(t);
}
END_TEST

/* Shows: FB-12 */
START_TEST(where_the_extension_is_off_nothing_is_said_and_nothing_seen)
{
    struct talk *t = caller("mode=off");

    expect(asks(t, INVITE), "");
    gets(t, INVITE, 180, "Session-Expires: 90 | Min-SE: 1");
    expect(gets(t, INVITE, 200, LOCAL_90 " | Min-SE: 1"), "refreshed");
    expect(told(t), "0 violation timer_unasked");
    expect(asks(t, UPDATE), "");
    gets(t, UPDATE, 200, "Session-Expires: abc");
    expect(hears(t, OTHER, "Session-Expires: abc | x: 90"), "0");
    expect(serves(t, UPDATE, TIMER " | Session-Expires: 1 | Session-Expires: abc | Min-SE: 1"), "");
    expect(hears(t, OTHER, "Require: timer"), "420 Unsupported: timer");
    expect(hears(t, SST_METHOD_BYE, "Require: timer"), "0"); /* whatever we answer, it is over */
    until(t, 5000);
    expect(told(t), "");
    end_talk(t);
}
END_TEST

/* Shows: EC-104 EC-62 */
START_TEST(a_cancelled_request_is_decided_by_its_final_response)
{
    struct talk *t = caller("mode=request");

    asks(t, INVITE);
    asks(t, SST_METHOD_CANCEL);
    expect(gets(t, INVITE, 487, ""), "failed");
    asks(t, INVITE);
    asks(t, SST_METHOD_CANCEL);
    expect(gets(t, INVITE, 200, REMOTE_90), "refreshed"); /* it lost to the 2xx */
    expect(told(t), "0 negotiated 90 remote");
    end_talk(t);

    t = connected("", REMOTE_90);
    until(t, 10);
    asks(t, INVITE);
    expect(gets(t, INVITE, 487, ""), "failed");
    until(t, 100);
    expect(told(t), "52.5 overdue; 60 ended not_refreshed");
    end_talk(t);

    t = connected("", LOCAL_90); /* a refresh, cancelled after half */
    until(t, 45);
    refreshes(t);
    expect(gets(t, INVITE, 487, ""), "wait 47");
    end_talk(t);
}
END_TEST

/* Shows: EC-20 FB-47 7.4-2 */
START_TEST(an_early_update_of_this_side)
{
    struct talk *t = caller("mode=request session_expires=1800");

    asks(t, INVITE);
    gets(t, INVITE, 183, UPDATES TIMER);
    expect(asks(t, UPDATE), TIMER); /* one negotiation at a time */
    gets(t, UPDATE, 200, "Session-Expires: 120;refresher=uas");
    until(t, 500); /* agreed on, but nothing runs yet */
    expect(told(t), "");
    gets(t, INVITE, 200, "Session-Expires: 1800;refresher=uac" REQUIRED);
    expect(told(t), "500 negotiated 1800 local"); /* replaced completely */
    expect(next(t), "1400");
    end_talk(t);

    t = caller("mode=request");
    asks(t, INVITE);
    gets(t, INVITE, 183, UPDATES TIMER);
    asks(t, UPDATE);
    gets(t, UPDATE, 200, "Session-Expires: 120;refresher=uas");
    gets(t, INVITE, 200, ""); /* no Session-Expires there: EC-18, because this side asked */
    expect(told(t), "0 negotiated 1800 local own");
    expect(next(t), "900");
    end_talk(t);

    t = caller("mode=request own_benefit=no");
    asks(t, INVITE);
    gets(t, INVITE, 183, UPDATES TIMER);
    asks(t, UPDATE);
    gets(t, UPDATE, 200, "Session-Expires: 120;refresher=uas");
    gets(t, INVITE, 200, "");
    expect(told(t), "");
    expect(next(t), "never");
    end_talk(t);
}
END_TEST

/* Shows: EC-20 */
START_TEST(an_early_update_of_the_peers)
{
    struct talk *t = callee("prefer_refresher=uas");

    hears(t, INVITE, TIMER " | Session-Expires: 1800");
    expect(serves(t, UPDATE, TIMER " | Session-Expires: 120;refresher=uac"),
           TIMER " | Session-Expires: 120;refresher=uac" REQUIRED);
    until(t, 500);
    expect(told(t), "");
    /* the INVITE left the choice free: the same UA as in the early response */
    expect(answers(t, INVITE, 200), TIMER " | Session-Expires: 1800;refresher=uac" REQUIRED);
    expect(told(t), "500 negotiated 1800 remote");
    end_talk(t);
}
END_TEST

/* Shows: EC-21 */
START_TEST(results_that_overlap_are_merged)
{
    struct talk *t = connected("", UPDATES "Session-Expires: 1800;refresher=uas");

    asks(t, UPDATE);
    serves(t, UPDATE, TIMER " | Session-Expires: 1800;refresher=uas"); /* names this side */
    expect(told(t), "0 negotiated 1800 local; 0 refreshed 1800 local");
    gets(t, UPDATE, 200, "Session-Expires: 900;refresher=uas"); /* names the peer */
    expect(told(t), "0 negotiated 900 local; 0 refreshed 900 local");
    /* one after the other: only the last one counts */
    asks(t, UPDATE);
    gets(t, UPDATE, 200, "Session-Expires: 1800;refresher=uas");
    expect(told(t), "0 violation se_above_asked; 0 violation refresher_overruled; "
                    "0 negotiated 1800 remote; 0 refreshed 1800 remote");
    end_talk(t);

    t = connected("", UPDATES "Session-Expires: 1800;refresher=uas");
    asks(t, INVITE); /* the user takes long */
    until(t, 100);
    serves(t, UPDATE, TIMER " | Session-Expires: 1800;refresher=uac");
    until(t, 200);
    gets(t, INVITE, 200, ""); /* does the peer refresh or not? this side does */
    expect(told(t), "100 refreshed 1800 remote; 200 negotiated 1800 local; "
                    "200 refreshed 1800 local");
    end_talk(t);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("session_uac");
    TCase *tcase = tcase_create("all");

    tcase_add_test(tcase, every_request_is_stamped);
    tcase_add_test(tcase, a_timer_nobody_asked_for_is_honoured);
    tcase_add_test(tcase, a_hold_refreshes_as_well_as_a_refresh);
    tcase_add_test(tcase, a_2xx_changes_the_timer_or_turns_it_off);
    tcase_add_test(tcase, five_negotiations_leave_one_deadline);
    tcase_add_test(tcase, a_copy_of_a_2xx_moves_nothing);
    tcase_add_test(tcase, a_response_of_another_transaction_is_ignored);
    tcase_add_test(tcase, success_is_from_200_to_299);
    tcase_add_test(tcase, what_stands_in_the_wrong_response_has_no_effect);
    tcase_add_test(tcase, what_is_wrong_in_a_2xx_is_told_and_the_call_goes_on);
    tcase_add_test(tcase, where_the_extension_is_off_nothing_is_said_and_nothing_seen);
    tcase_add_test(tcase, a_cancelled_request_is_decided_by_its_final_response);
    tcase_add_test(tcase, an_early_update_of_this_side);
    tcase_add_test(tcase, an_early_update_of_the_peers);
    tcase_add_test(tcase, results_that_overlap_are_merged);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
