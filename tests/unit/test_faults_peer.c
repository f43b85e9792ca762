/* SPDX-License-Identifier: MIT */
/*
 * Faults of version 0.1, kinds D (limits that a policy can disable) and E (the other side of a
 * rule): what peers do, each reduced as far as possible, with the values of the decisions named.
 */
#include "talk.h"

#define REFRESHES "Supported: timer | Session-Expires: 90;refresher=uac | Allow: INVITE, UPDATE"
#define AGREED "Session-Expires: 90;refresher=uac | Require: timer | Allow: INVITE, UPDATE"

/* One refresh each 10 s, and the call lives for an hour. */
/*  */
/* Shows: EC-125 */
START_TEST(d1_a_2xx_of_no_time_drives_nobody_below_the_floor)
{
    static const char *const answers_[] = {"Session-Expires: 0;refresher=uac | Require: timer",
                                           "Session-Expires: 1;refresher=uac | Require: timer"};

    for (size_t i = 0; i < COUNT_OF(answers_); i++) {
        struct talk *t = connected("mode=request accept_small_interval=no", answers_[i]);
        while (!info_of(t).ended && t->now_ms < t->begin_ms + 3600000u) {
            must(sst_session_deadline(t->session) != SST_NEVER);
            until(t, (double)(sst_session_deadline(t->session) - t->begin_ms) / 1000.0);
            if (t->refresh.type == SST_EVENT_REFRESH) {
                enum sst_method method = t->refresh.method;
                refreshes(t);
                (void)gets(t, method, 200, answers_[i]);
            }
            must(t->refreshes <= 361);
        }
        must(!info_of(t).ended);
        must(t->refreshes >= 359);
        end_talk(t);
    }
}
END_TEST

/* 1 to 33, and never earlier than in the RFC. */
/*  */
/* Shows: EC-126 */
START_TEST(d2_no_guard_is_longer_than_a_third_and_32_s)
{
    struct sst_policy policy;

    sst_policy_init(&policy);
    policy.guard = SST_GUARD_PERCENT;
    policy.guard_percent = 34;
    must(sst_policy_check(&policy, NULL) != SST_OK);
    struct talk *t = called("guard=percent guard_percent=33",
                            "Supported: timer | Session-Expires: 1800;refresher=uac");
    must(info_of(t).end_ms - t->begin_ms == 1768000);
    end_talk(t);
}
END_TEST

/* A hold at 58 s of 90, answered 200 at 61. */
/*  */
/* Shows: EC-120 */
START_TEST(e1_the_bye_waits_for_a_request_of_this_side)
{
    struct talk *t = called("", REFRESHES);

    until(t, 58);
    asks(t, INVITE);
    until(t, 61);
    must(!info_of(t).ended);
    expect(gets(t, INVITE, 200, "Supported: timer | Session-Expires: 90;refresher=uas"),
           "refreshed");
    end_talk(t);
}
END_TEST

/* ... and answered 488: BYE at 90. */
/*  */
/* Shows: EC-120 */
START_TEST(e1_a_refusal_of_it_leaves_the_bye_at_the_expiration)
{
    struct talk *t = called("", REFRESHES);

    until(t, 58);
    asks(t, INVITE);
    until(t, 61);
    must(!info_of(t).ended);
    (void)gets(t, INVITE, 488, "");
    until(t, 89.999);
    must(!info_of(t).ended);
    until(t, 90);
    must(info_of(t).ended);
    end_talk(t);
}
END_TEST

/*  */
/*  */
/* Shows: EC-128 */
START_TEST(e3_an_invite_in_an_early_dialog_gets_491)
{
    struct talk *t = caller("mode=request");

    asks(t, INVITE);
    (void)gets(t, INVITE, 180, "");
    ck_assert_msg(strncmp(hears(t, INVITE, ""), "491", 3) == 0, "%s", t->text);
    end_talk(t);
}
END_TEST

/* Pinged every 300 s at SE 1800: refresh at 900. */
/*  */
/* Shows: EC-115 */
START_TEST(e4_pings_do_not_move_the_refresh)
{
    struct talk *t = connected("mode=request", "Session-Expires: 1800;refresher=uac | "
                                               "Require: timer | Allow: INVITE, UPDATE");

    for (unsigned at = 300; at <= 600; at += 300) {
        until(t, at);
        serves(t, UPDATE, "");
    }
    (void)told(t);
    until(t, 899.999);
    must(t->refreshes == 0);
    until(t, 900);
    must(t->refreshes == 1);
    end_talk(t);
}
END_TEST

/* RFC 6141 figure 4: the offer of the re-INVITE was answered in a reliable 1xx, and then the peer,
 * and then this side, sends another one in an UPDATE before the final response. */
/* Shows: EC-122 */
START_TEST(e2_an_offer_that_was_answered_in_a_1xx_stands_in_no_ones_way)
{
    struct talk *t = connected("mode=request", AGREED);

    asks(t, INVITE);
    must(strncmp(hears(t, UPDATE, "offer | Supported: timer"), "491", 3) == 0);
    must(sst_session_offer_answered(t->session, &t->own[0]) == SST_OK);
    expect(hears(t, UPDATE, "offer | Supported: timer"), "0");
    answers(t, UPDATE, 200);
    end_talk(t);

    t = called("", REFRESHES);
    expect(hears(t, INVITE, "offer | Supported: timer"), "0");
    must(strncmp(hears(t, UPDATE, "offer | Supported: timer"), "500", 3) == 0);
    must(sst_session_offer_answered(t->session, &t->peer[0]) == SST_OK);
    expect(hears(t, UPDATE, "offer | Supported: timer"), "0");
    answers(t, UPDATE, 200);
    answers(t, INVITE, 200);
    must(sst_session_offer_answered(t->session, &t->peer[0]) == SST_ERR_STATE);
    hears_ack(t);
    end_talk(t);
}
END_TEST

/*  */
/*  */
/* Shows: EC-117 */
START_TEST(e5_a_bye_with_a_low_cseq_is_not_refused)
{
    struct talk *t = called("", REFRESHES);
    struct sst_advice advice;
    struct sst_msg msg;

    serves(t, UPDATE, REFRESHES);
    sst_msg_request(&msg, SST_METHOD_BYE, 1);
    must(sst_session_receive(t->session, NULL, &msg, t->now_ms, &advice) == SST_OK);
    must(advice.status == 0);
    must(t->counters.violations[SST_VIOLATION_CSEQ_LOW] == 1);
    must(t->session->next_cseq == 3);
    end_talk(t);
}
END_TEST

/*  */
/*  */
/* Shows: EC-130 */
START_TEST(e6_no_invite_of_this_side_beside_the_peers)
{
    struct talk *t = called("", REFRESHES);
    struct sst_headers headers;

    expect(hears(t, INVITE, "Supported: timer"), "0");
    must(try_ask(t, INVITE, SST_REQUEST_OFFER, &headers) != SST_OK);
    answers(t, INVITE, 200);
    hears_ack(t);
    must(try_ask(t, INVITE, SST_REQUEST_OFFER, &headers) == SST_OK);
    end_talk(t);
}
END_TEST

/* uac asked, uas answered, and then nothing: one rescue. */
/*  */
/* Shows: EC-124 */
START_TEST(e7_a_peer_that_takes_the_role_and_does_not_refresh)
{
    struct talk *t = connected("mode=request", AGREED);

    until(t, 45);
    refreshes(t);
    (void)told(t);
    expect(gets(t, UPDATE, 200, "Session-Expires: 90;refresher=uas | Require: timer"), "refreshed");
    must(strstr(told(t), "refresher_overruled") != NULL);
    from_here(t);
    t->refreshes = 0;
    until(t, 52.499);
    must(t->refreshes == 0);
    until(t, 52.5); /* EC-103: halfway between half of the interval and the BYE at 60 */
    must(t->refreshes == 1);
    end_talk(t);
}
END_TEST

/* SE 90, answer 18 s late: the next refresh 45 s after the request was sent. */
/*  */
/* Shows: EC-132 */
START_TEST(e8_the_next_refresh_is_planned_from_the_sending)
{
    struct talk *t = connected("mode=request", AGREED);

    until(t, 45);
    refreshes(t);
    until(t, 63);
    expect(gets(t, UPDATE, 200, AGREED), "refreshed");
    t->refreshes = 0;
    until(t, 90.5); /* a fraction of the interval, rounded down: at most 1/256 before 90 s */
    must(t->refreshes == 1);
    end_talk(t);
}
END_TEST

/* After INVITE with CSeq 5, UPDATE with 0: 500; from 2^31 on: 400, and 6 is accepted. */
/*  */
/* Shows: EC-133 */
START_TEST(e9_cseq_zero_and_beyond)
{
    struct talk *t = callee("");
    struct sst_tx tx = {0};

    t->peer_cseq = 4;
    serves(t, INVITE, REFRESHES);
    hears_ack(t);
    struct sst_msg msg;
    struct sst_advice advice;
    sst_msg_request(&msg, UPDATE, 0);
    must(sst_session_receive(t->session, &tx, &msg, t->now_ms, &advice) == SST_OK);
    ck_assert_uint_eq(advice.status, 500);
    sst_msg_request(&msg, UPDATE, UINT32_MAX);
    must(sst_session_receive(t->session, &tx, &msg, t->now_ms, &advice) == SST_OK);
    ck_assert_uint_eq(advice.status, 400);
    expect(hears(t, UPDATE, REFRESHES), "0"); /* 6 */
    end_talk(t);
}
END_TEST

/* A peer that lists the tag, sends no Session-Expires, and is killed: noticed. */
/*  */
/* Shows: EC-18 */
START_TEST(e10_a_listed_tag_turns_off_no_timer_for_the_own_benefit)
{
    struct talk *t = connected("mode=request session_expires=90", "Allow: INVITE, UPDATE");

    until(t, 45);
    refreshes(t);
    expect(gets(t, UPDATE, 200, "Supported: timer"), "refreshed");
    from_here(t);
    t->refreshes = 0;
    until(t, 45);
    must(t->refreshes == 1 && info_of(t).own_benefit);
    end_talk(t);
}
END_TEST

/* One 2xx without it, and the peer counts on: policy dropped, whose default is keep. */
/* Shows: EC-18 EC-116 */
START_TEST(e11_one_2xx_without_session_expires_stops_no_refreshes)
{
    struct talk *t = connected("mode=request", AGREED);

    until(t, 45);
    refreshes(t);
    expect(gets(t, UPDATE, 200, "Supported: timer"), "refreshed");
    must(t->count[SST_EVENT_NEGOTIATED] == 2);
    from_here(t);
    t->refresh.type = SST_EVENT_NONE;
    until(t, 45);
    expect(refreshes(t), "UPDATE Supported: timer | Session-Expires: 90;refresher=uac");
    end_talk(t);
}
END_TEST

/* min_se 120, 2xx with 100 accepted: the peer's refresh with 100 is accepted too; with 60 it gets
 * 90. */
/* Shows: EC-134 */
START_TEST(e12_an_interval_in_force_is_not_refused_later)
{
    struct talk *t =
        connected("mode=request min_se=120", "Session-Expires: 100;refresher=uas | Require: timer");
    expect(serves(t, UPDATE, "Supported: timer | Session-Expires: 100;refresher=uac"),
           "Supported: timer | Session-Expires: 100;refresher=uac | Require: timer");
    end_talk(t);

    t = connected("mode=request", "Session-Expires: 60;refresher=uas | Require: timer");
    expect(serves(t, UPDATE, "Supported: timer | Session-Expires: 60;refresher=uac"),
           "Supported: timer | Session-Expires: 90;refresher=uac | Require: timer");
    end_talk(t);

    /* The peer may use the 90 that it was told: so does this side, even when the RFC is taken
     * literally. */
    t = connected("mode=request accept_small_interval=no",
                  "Session-Expires: 60;refresher=uas | Require: timer");
    until(t, 30);
    serves(t, UPDATE, "Supported: timer | Session-Expires: 60;refresher=uac");
    ck_assert_uint_eq(info_of(t).interval, 60);
    ck_assert_uint_eq(info_of(t).end_ms, t->now_ms + 60000); /* 30 s before the end of 90 */
    end_talk(t);
}
END_TEST

/*  */
/*  */
/* Shows: EC-135 */
START_TEST(e13_who_did_not_ask_is_not_made_the_refresher)
{
    struct talk *t = callee("mode=request");

    const char *answer = serves(t, INVITE, "Supported: timer");
    ck_assert_msg(strstr(answer, "refresher=uas") != NULL, "%s", answer);
    end_talk(t);
}
END_TEST

/* Require alone is a proxy's word. */
/*  */
/* Shows: EC-106 */
START_TEST(e15_require_alone_is_no_support)
{
    struct talk *t = callee("");

    const char *answer = serves(t, INVITE, "Session-Expires: 200 | Require: timer");
    expect(answer, "Supported: timer | Session-Expires: 200;refresher=uas");
    end_talk(t);
    t = callee("");
    expect(hears(t, INVITE, "Session-Expires: 30 | Require: timer"), "0");
    end_talk(t);
}
END_TEST

#define CASES                                                                                      \
    CASE(d1_a_2xx_of_no_time_drives_nobody_below_the_floor)                                        \
    CASE(d2_no_guard_is_longer_than_a_third_and_32_s)                                              \
    CASE(e1_the_bye_waits_for_a_request_of_this_side)                                              \
    CASE(e1_a_refusal_of_it_leaves_the_bye_at_the_expiration)                                      \
    CASE(e3_an_invite_in_an_early_dialog_gets_491)                                                 \
    CASE(e4_pings_do_not_move_the_refresh)                                                         \
    CASE(e2_an_offer_that_was_answered_in_a_1xx_stands_in_no_ones_way)                             \
    CASE(e5_a_bye_with_a_low_cseq_is_not_refused)                                                  \
    CASE(e6_no_invite_of_this_side_beside_the_peers)                                               \
    CASE(e7_a_peer_that_takes_the_role_and_does_not_refresh)                                       \
    CASE(e8_the_next_refresh_is_planned_from_the_sending)                                          \
    CASE(e9_cseq_zero_and_beyond)                                                                  \
    CASE(e10_a_listed_tag_turns_off_no_timer_for_the_own_benefit)                                  \
    CASE(e11_one_2xx_without_session_expires_stops_no_refreshes)                                   \
    CASE(e12_an_interval_in_force_is_not_refused_later)                                            \
    CASE(e13_who_did_not_ask_is_not_made_the_refresher)                                            \
    CASE(e15_require_alone_is_no_support)

int main(void)
{
    Suite *suite = suite_create("faults_peer");
    TCase *tcase = tcase_create("all");

#define CASE(name) tcase_add_test(tcase, name);
    CASES
#undef CASE
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
