/* SPDX-License-Identifier: MIT */
/* Requests rejected for a longer interval: 422. RFC 4028 §7.3, §7.4, EC-26 to EC-28. */
#include "talk.h"

#define TIMER "Supported: timer"
#define UPDATES "Allow: UPDATE | "
#define LOCAL_1800 "Session-Expires: 1800;refresher=uac | Require: timer"
#define LOCAL_90 "Session-Expires: 90;refresher=uac | Require: timer"

/* Shows: 7.3-1 7.4-3 7.4-4 7.4-5 EC-26 FB-19 FB-20 */
START_TEST(the_flow_of_section_13)
{
    struct talk *t = caller("mode=request session_expires=90");

    expect(asks(t, INVITE), TIMER " | Session-Expires: 90");
    expect(gets(t, INVITE, 422, "Min-SE: 3600"), "retry");
    expect(asks(t, INVITE), TIMER " | Session-Expires: 3600 | Min-SE: 3600");
    expect(gets(t, INVITE, 422, "Min-SE: 4000"), "retry");
    expect(asks(t, INVITE), TIMER " | Session-Expires: 4000 | Min-SE: 4000");
    expect(gets(t, INVITE, 200,
                "Session-Expires: 4000;refresher=uac | Require: timer | " UPDATES TIMER),
           "refreshed");
    until(t, 2000);
    expect(told(t), "0 negotiated 4000 local; 2000 refresh UPDATE");
    /* the Min-SE of the Call-ID is forgotten: only what this dialog's path asks for counts */
    expect(refreshes(t), "UPDATE " TIMER " | Session-Expires: 4000;refresher=uac");
    ck_assert_uint_eq(t->counters.received_422, 2);
    end_talk(t);
}
END_TEST

/* Shows: 7.4-5 */
START_TEST(nothing_of_a_422_to_the_invite_is_carried_on)
{
    uint8_t images[2][SST_IMAGE_SIZE];

    for (size_t i = 0; i < 2; i++) {
        struct talk *t = caller("mode=request session_expires=300");
        asks(t, INVITE);
        if (i == 1) {
            expect(gets(t, INVITE, 422, "Min-SE: 600"), "retry");
            asks(t, INVITE);
        }
        gets(t, INVITE, 200, LOCAL_1800);
        ck_assert_uint_eq(t->session->call_min_se, 0);
        ck_assert_int_eq(sst_session_save(t->session, t->now_ms, images[i], SST_IMAGE_SIZE, NULL),
                         SST_OK);
        end_talk(t);
    }
    ck_assert_mem_eq(images[0], images[1], SST_IMAGE_SIZE);
}
END_TEST

/* Shows: EC-27 FB-15 10-4 7.3-1 */
START_TEST(a_422_loop_ends)
{
    struct talk *t = caller("mode=request session_expires=600");

    asks(t, INVITE);
    expect(gets(t, INVITE, 422, "Min-SE: 700"), "retry");
    expect(asks(t, INVITE), TIMER " | Session-Expires: 700 | Min-SE: 700");
    expect(gets(t, INVITE, 422, "Min-SE: 700"), "failed");
    expect(told(t), "0 violation 422_useless");
    end_talk(t);

    t = caller("mode=request session_expires=600"); /* rising six times */
    for (unsigned i = 0; i < 6; i++) {
        char min_se[32];
        asks(t, INVITE);
        snprintf(min_se, sizeof min_se, "Min-SE: %u", 700 + i * 10);
        expect(gets(t, INVITE, 422, min_se), i < 5 ? "retry" : "failed");
    }
    end_talk(t);

    t = caller("mode=request");
    asks(t, INVITE);
    expect(gets(t, INVITE, 422, ""), "failed");
    expect(told(t), "0 violation 422_without_min_se");
    end_talk(t);
}
END_TEST

/* Shows: EC-28 10-1 7.4-2 */
START_TEST(a_422_to_a_refresh_leaves_the_expiration_where_it_was)
{
    struct talk *t = connected("", UPDATES LOCAL_90);

    until(t, 45);
    refreshes(t);
    until(t, 46);
    expect(gets(t, UPDATE, 422, "Min-SE: 3600"), "retry");
    ck_assert_uint_eq(info_of(t).expires_ms, t->begin_ms + 90000);
    ck_assert_uint_eq(t->counters.refreshes_failed[SST_OUTCOME_INTERVAL], 1);
    expect(again(t), TIMER " | Session-Expires: 3600;refresher=uac | Min-SE: 3600");
    until(t, 50);
    expect(gets(t, UPDATE, 200, "Session-Expires: 3600;refresher=uac | Require: timer"),
           "refreshed");
    expect(next(t), "1845.703"); /* EC-132: sent at 46 s, that is from 130/256 of 90 s on */
    expect(told(t), "45 refresh UPDATE; 50 negotiated 3600 local; 50 refreshed 3600 local");
    until(t, 1846);
    expect(refreshes(t), "UPDATE " TIMER " | Session-Expires: 3600;refresher=uac | Min-SE: 3600");
    end_talk(t);

    t = connected("", UPDATES LOCAL_90); /* the host does not retry: it is asked again */
    until(t, 45);
    refreshes(t);
    gets(t, UPDATE, 422, "Min-SE: 3600");
    until(t, 47);
    expect(told(t), "45 refresh UPDATE; 47 refresh UPDATE");
    expect(refreshes(t), "UPDATE " TIMER " | Session-Expires: 3600;refresher=uac | Min-SE: 3600");
    expect(gets(t, UPDATE, 422, "Min-SE: 3600"), "wait 47"); /* no use: the other method */
    looks(t);
    refreshes(t);
    expect(gets(t, INVITE, 422, "Min-SE: 3600"), "failed");
    until(t, 100);
    expect(told(t), "47 violation 422_useless; 47 refresh INVITE offer; 47 violation 422_useless; "
                    "47 refused; 90 ended refresh_refused");
    end_talk(t);
}
END_TEST

/* Shows: EC-26 EC-28 FB-16 FB-21 */
START_TEST(a_422_to_a_hold_is_answered_by_the_same_hold)
{
    struct talk *t = called("", "Min-SE: 3600 | " TIMER);

    expect(told(t), "");
    expect(asks(t, INVITE), TIMER " | Min-SE: 3600"); /* mode accept asks for no timer */
    expect(gets(t, INVITE, 422, "Min-SE: 7200"), "retry");
    expect(asks(t, INVITE), TIMER " | Min-SE: 7200");
    expect(gets(t, INVITE, 200, ""), "refreshed");
    end_talk(t);

    t = called("mode=request", "Min-SE: 3600");
    expect(asks(t, INVITE), TIMER " | Session-Expires: 3600 | Min-SE: 3600");
    end_talk(t);

    t = connected("", LOCAL_1800); /* the timer runs on; the refresh is not what was rejected */
    until(t, 890);
    asks(t, INVITE);
    expect(gets(t, INVITE, 422, "Min-SE: 3600"), "retry");
    expect(asks(t, INVITE), TIMER " | Session-Expires: 3600;refresher=uac | Min-SE: 3600");
    until(t, 910);
    expect(told(t), "");
    expect(gets(t, INVITE, 200, "Session-Expires: 3600;refresher=uac | Require: timer"),
           "refreshed");
    expect(told(t), "910 negotiated 3600 local; 910 refreshed 3600 local");
    expect(next(t), "2685.937"); /* EC-132: sent at 890 s, 126/256 of 1800 s, and 1800 s */
    end_talk(t);
}
END_TEST

/* Shows: 7.4-2 7.4-4 EC-26 EC-05 */
START_TEST(min_se_of_the_peers_requests_counts_for_the_dialog)
{
    struct talk *t = called("", TIMER " | Session-Expires: 1800;refresher=uas | Min-SE: 30");

    expect(asks(t, UPDATE), TIMER " | Session-Expires: 1800;refresher=uac | Min-SE: 90");
    gets(t, UPDATE, 500, "");
    hears(t, UPDATE, TIMER " | Session-Expires: 1800;refresher=uac | Min-SE: 1200");
    answers(t, UPDATE, 500); /* rejected, but received */
    expect(asks(t, UPDATE), TIMER " | Session-Expires: 1800;refresher=uac | Min-SE: 1200");
    gets(t, UPDATE, 500, "Min-SE: 1500"); /* EC-06: in no response but a 422 */
    serves(t, UPDATE, TIMER " | Session-Expires: 1800;refresher=uas | Min-SE: 600");
    expect(asks(t, UPDATE), TIMER " | Session-Expires: 1800;refresher=uac | Min-SE: 1200");
    gets(t, UPDATE, 200, "Session-Expires: 1800;refresher=uac | Require: timer | Min-SE: 1500");
    expect(asks(t, UPDATE), TIMER " | Session-Expires: 1800;refresher=uac | Min-SE: 1200");
    ck_assert_uint_eq(info_of(t).min_se, 1200);
    end_talk(t);
}
END_TEST

/* Shows: EC-101 EC-27 */
START_TEST(above_the_owners_bound_once_more_without_session_expires)
{
    struct talk *t = caller("mode=request max_session_expires=1800");

    expect(asks(t, INVITE), TIMER " | Session-Expires: 1800");
    expect(gets(t, INVITE, 422, "Min-SE: 3600"), "retry");
    expect(asks(t, INVITE), TIMER " | Min-SE: 3600");
    expect(gets(t, INVITE, 422, "Min-SE: 7200"), "failed");
    end_talk(t);

    t = caller("mode=request session_expires=1800 max_session_expires=3600");
    asks(t, INVITE);
    gets(t, INVITE, 422, "Min-SE: 2000"); /* a 422 that is followed leaves nothing behind */
    asks(t, INVITE);
    expect(gets(t, INVITE, 422, "Min-SE: 7200"), "retry");
    expect(asks(t, INVITE), TIMER " | Min-SE: 7200");
    expect(gets(t, INVITE, 486, ""), "failed"); /* over: a new call asks as usual */
    expect(asks(t, INVITE), TIMER " | Session-Expires: 7200 | Min-SE: 7200");
    end_talk(t);

    t = caller("mode=request max_session_expires=1800");
    asks(t, INVITE);
    gets(t, INVITE, 422, "Min-SE: 3600");
    asks(t, INVITE);
    expect(gets(t, INVITE, 200, TIMER " | " UPDATES), "refreshed"); /* no timer, then */
    expect(told(t), "");
    /* it was only that request: the next one asks again */
    expect(asks(t, INVITE), TIMER " | Session-Expires: 1800");
    end_talk(t);

    t = connected("mode=request max_session_expires=1800", UPDATES LOCAL_1800);
    until(t, 900);
    refreshes(t);
    expect(gets(t, UPDATE, 422, "Min-SE: 3600"), "retry");
    /* EC-129: while a timer runs the peer's minimum overrides the owner's maximum */
    expect(again(t), TIMER " | Session-Expires: 3600;refresher=uac | Min-SE: 3600");
    expect(gets(t, UPDATE, 200, "Session-Expires: 3600;refresher=uac | Require: timer"),
           "refreshed");
    expect(told(t), "900 refresh UPDATE; 900 negotiated 3600 local; 900 refreshed 3600 local");
    until(t, 2700);
    expect(refreshes(t), "UPDATE " TIMER " | Session-Expires: 3600;refresher=uac | Min-SE: 3600");
    end_talk(t);
}
END_TEST

/* Shows: EC-101 */
START_TEST(a_call_after_one_without_answer_asks_again)
{
    struct talk *t = caller("mode=request max_session_expires=1800");

    asks(t, INVITE);
    expect(gets(t, INVITE, 422, "Min-SE: 3600"), "retry");
    expect(asks(t, INVITE), TIMER " | Min-SE: 3600"); /* EC-101: only this once */
    expect(loses(t, INVITE, SST_OUTCOME_TIMEOUT), "failed");
    expect(asks(t, INVITE), TIMER " | Session-Expires: 3600 | Min-SE: 3600");
    end_talk(t);
}
END_TEST

/* A hold was rejected with a 422 above the owner's maximum, and the host abandons it. What the 422
 * left behind binds only that request: the refresh asks for what the peer accepts. */
/* Shows: EC-129 EC-101 */
START_TEST(what_a_422_to_a_hold_left_behind_is_not_the_refreshs)
{
    struct talk *t = connected("max_session_expires=1800", UPDATES LOCAL_1800);

    until(t, 890);
    asks(t, INVITE);
    expect(gets(t, INVITE, 422, "Min-SE: 3600"), "retry");
    if (_i == 1) { /* the host reports that it does not send it again, or just does not send it */
        expect(drops(t, INVITE), "ok");
    }
    until(t, 900);
    expect(refreshes(t), "UPDATE " TIMER " | Session-Expires: 3600;refresher=uac | Min-SE: 3600");
    until(t, 932);
    expect(loses(t, UPDATE, SST_OUTCOME_TIMEOUT), "ended"); /* a dead peer is a dead peer */
    expect(told(t), "900 refresh UPDATE; 932 ended refresh_timeout");
    end_talk(t);
}
END_TEST

/* What was counted for a request belongs to its transaction, not to the session. */
/* Shows: EC-129 EC-27 */
START_TEST(requests_beside_each_other_count_their_own_rounds)
{
    struct talk *t = connected("mode=request", UPDATES LOCAL_1800);
    unsigned min_se = 2000;
    char text[32];

    asks(t, INVITE);
    for (unsigned i = 0; i < 5; i++) {
        snprintf(text, sizeof text, "Min-SE: %u", min_se += 10);
        asks(t, UPDATE);
        expect(gets(t, UPDATE, 422, text), "retry");
    }
    snprintf(text, sizeof text, "Min-SE: %u", min_se += 10);
    expect(gets(t, INVITE, 422, text), "retry"); /* its first */
    asks(t, UPDATE);
    snprintf(text, sizeof text, "Min-SE: %u", min_se += 10);
    expect(gets(t, UPDATE, 422, text), "failed"); /* its sixth */
    end_talk(t);
}
END_TEST

/* Shows: EC-27 */
START_TEST(the_rounds_of_one_request_do_not_count_for_the_next)
{
    struct talk *t = connected("mode=request", UPDATES LOCAL_1800);
    unsigned min_se = 2000;
    char text[32];

    for (unsigned request = 0; request < 3; request++) {
        for (unsigned i = 0; i < 6; i++) {
            asks(t, INVITE);
            snprintf(text, sizeof text, "Min-SE: %u", min_se += 10);
            expect(gets(t, INVITE, 422, text), i < 5 ? "retry" : "failed");
        }
    }
    end_talk(t);
}
END_TEST

/* Shows: FB-17 */
START_TEST(a_422_while_the_extension_is_off)
{
    struct talk *t = caller("mode=off");

    expect(asks(t, INVITE), "");
    expect(gets(t, INVITE, 422, "Min-SE: 1800"), "failed");
    sst_session_end(t->session, t->now_ms);
    until(t, 5000);
    expect(told(t), "");
    end_talk(t);
}
END_TEST

/* Found by simulation: the refresh was abandoned, and the peer, which waited for it, hung up. No
 * simulated peer sends a 422 in mid-call any more. */
/* Shows: EC-28 */
START_TEST(a_422_to_what_was_asked_before_the_extension_was_switched_off)
{
    struct talk *t = connected("mode=request", "Session-Expires: 600;refresher=uac");
    struct talk *other = caller("mode=off");

    other->policy.on_event = t->policy.on_event;
    other->policy.user = t;
    until(t, 300);
    refreshes(t);
    ck_assert_int_eq(sst_session_set_policy(t->session, &other->policy), SST_OK);
    expect(gets(t, INVITE, 422, "Min-SE: 600"), "retry");
    expect(again(t), "");                                   /* nothing in it can be too small */
    expect(gets(t, INVITE, 422, "Min-SE: 1800"), "failed"); /* a second time it is nonsense */
    expect(told(t), "300 refresh INVITE offer; 300 refused");
    until(t, 600);
    expect(told(t), "600 ended refresh_refused");
    end_talk(t);

    t = caller("mode=request max_session_expires=1800"); /* whatever had been learned */
    for (unsigned i = 0; i < 6; i++) {
        char min_se[20];
        asks(t, INVITE);
        snprintf(min_se, sizeof min_se, "Min-SE: %u", 1750 + 10 * i);
        if (i == 5) {
            other->policy.user = t;
            ck_assert_int_eq(sst_session_set_policy(t->session, &other->policy), SST_OK);
        }
        expect(gets(t, INVITE, 422, min_se), "retry");
    }
    ck_assert_ptr_null(sst_session_check(t->session));
    expect(asks(t, INVITE), "");
    gets(t, INVITE, 200, "");
    end_talk(t);
    end_talk(other);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("session_422");
    TCase *tcase = tcase_create("all");

    tcase_add_test(tcase, the_flow_of_section_13);
    tcase_add_test(tcase, nothing_of_a_422_to_the_invite_is_carried_on);
    tcase_add_test(tcase, a_422_loop_ends);
    tcase_add_test(tcase, a_422_to_a_refresh_leaves_the_expiration_where_it_was);
    tcase_add_test(tcase, a_422_to_a_hold_is_answered_by_the_same_hold);
    tcase_add_test(tcase, min_se_of_the_peers_requests_counts_for_the_dialog);
    tcase_add_test(tcase, above_the_owners_bound_once_more_without_session_expires);
    tcase_add_test(tcase, a_call_after_one_without_answer_asks_again);
    tcase_add_loop_test(tcase, what_a_422_to_a_hold_left_behind_is_not_the_refreshs, 0, 2);
    tcase_add_test(tcase, requests_beside_each_other_count_their_own_rounds);
    tcase_add_test(tcase, the_rounds_of_one_request_do_not_count_for_the_next);
    tcase_add_test(tcase, a_422_while_the_extension_is_off);
    tcase_add_test(tcase, a_422_to_what_was_asked_before_the_extension_was_switched_off);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
