/* SPDX-License-Identifier: MIT */
/* What is due when: which method a refresh can use, what blocks it, when waiting ends. */
#include "talk.h"

#define TIMER "Supported: timer"
#define UPDATES "Allow: INVITE, UPDATE | "
#define LOCAL_90 "Session-Expires: 90;refresher=uac | Require: timer"
#define LOCAL_1800 "Session-Expires: 1800;refresher=uac | Require: timer"
#define REMOTE_90 "Session-Expires: 90;refresher=uas"
#define PEER_90 TIMER " | Session-Expires: 90;refresher=uac"

/* Shows: 7.4-11 7.4-12 7.4-13 7.4-14 EC-55 FB-68 FB-69 */
START_TEST(the_method_is_what_policy_and_allow_say)
{
    static const struct {
        const char *policy;
        const char *allow;
        const char *story;
    } rows[] = {
        {"method=auto", UPDATES, "45 refresh UPDATE"},
        {"method=auto", "Allow: INVITE, ACK, BYE | ", "45 refresh INVITE offer"},
        {"method=auto", "", "45 refresh INVITE offer"},
        {"method=update", "", "45 refresh UPDATE"},
        {"method=update", "Allow: INVITE | ", "45 refresh UPDATE"},
        {"method=invite", UPDATES, "45 refresh INVITE offer"},
        {"method=auto", "Allow: INVITE | Allow: UPDATE | ", "45 refresh UPDATE"},
        {"method=auto", "Allow: update | ", "45 refresh INVITE offer"}, /* RFC 3261 §7.1 */
    };
    char headers[128];

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        snprintf(headers, sizeof headers, "%s%s", rows[i].allow, LOCAL_90);
        struct talk *t = connected(rows[i].policy, headers);
        until(t, 45);
        expect(told(t), rows[i].story);
        end_talk(t);
    }
}
END_TEST

/* Shows: 7.4-11 EC-55 */
START_TEST(the_newest_allow_counts_wherever_it_comes_from)
{
    struct talk *t = connected("", LOCAL_90);

    expect(asks(t, OTHER), TIMER); /* OPTIONS in the dialog */
    expect(gets(t, OTHER, 200, "Allow: INVITE, UPDATE"), "none");
    until(t, 45);
    expect(told(t), "45 refresh UPDATE");
    hears(t, OTHER, "Allow: INVITE"); /* it changes before the request is sent */
    until(t, 47);
    expect(told(t), "47 refresh INVITE offer");
    /* a failure may come from a proxy, a 100 comes from the next hop: neither speaks for the peer
     * */
    refreshes(t);
    gets(t, INVITE, 100, "Allow: UPDATE | " TIMER);
    gets(t, INVITE, 503, "Allow: UPDATE | " TIMER);
    until(t, 51);
    expect(told(t), "51 refresh INVITE offer");
    ck_assert(!info_of(t).peer_supports);
    refreshes(t);
    gets(t, INVITE, 180, "Allow: UPDATE");
    gets(t, INVITE, 503, "");
    until(t, 59);
    expect(told(t), "59 refresh UPDATE");
    end_talk(t);
}
END_TEST

/* Shows: EC-39 FB-63 */
START_TEST(an_update_goes_past_an_open_invite)
{
    struct talk *t = connected("", UPDATES LOCAL_90);

    until(t, 44.99);
    expect(asks(t, INVITE), TIMER " | Session-Expires: 90;refresher=uac"); /* hold */
    until(t, 45);
    expect(told(t), "45 refresh UPDATE");
    end_talk(t);
    t = connected("method=invite", UPDATES LOCAL_90); /* also if INVITE is the first choice */
    until(t, 44.99);
    hears(t, INVITE, TIMER);
    until(t, 45);
    expect(told(t), "45 refresh UPDATE");
    end_talk(t);
}
END_TEST

/* Shows: EC-39 FB-63 */
START_TEST(without_update_it_waits_for_the_open_invite)
{
    struct talk *t = connected("", LOCAL_90);

    until(t, 44.99);
    asks(t, INVITE);
    until(t, 45.3);
    expect(told(t), "");
    /* the hold was the refresh, sent at 44.99 s: 127/256 of 90 s is 44.648 s; EC-132 */
    expect(gets(t, INVITE, 200, LOCAL_90), "refreshed");
    until(t, 90.3);
    expect(told(t), "45.3 refreshed 90 local; 89.648 refresh INVITE offer");
    end_talk(t);

    t = connected("", LOCAL_90);
    until(t, 44.99);
    asks(t, INVITE);
    until(t, 46);
    expect(gets(t, INVITE, 488, ""), "failed");
    expect(next(t), "45"); /* due at once */
    looks(t);
    expect(told(t), "46 refresh INVITE offer");
    end_talk(t);
}
END_TEST

/* Shows: EC-39 */
START_TEST(what_stays_blocked_is_told_a_second_before_the_peer_gives_up)
{
    struct talk *t = connected("", LOCAL_90);

    until(t, 40);
    expect(hears(t, INVITE, PEER_90), "0"); /* the user is asked, and does not answer */
    until(t, 70);
    expect(told(t), "59 blocked");
    answers(t, INVITE, 486);
    expect(next(t), "45"); /* free: at once, even after the peer's guard */
    looks(t);
    expect(told(t), "70 refresh INVITE offer");
    end_talk(t);

    t = connected("", LOCAL_90); /* until a second before the expiration */
    until(t, 40);
    hears(t, INVITE, PEER_90);
    until(t, 88.999);
    answers(t, INVITE, 486);
    looks(t);
    expect(told(t), "59 blocked; 88.999 refresh INVITE offer");
    end_talk(t);

    t = connected("", LOCAL_90);
    until(t, 40);
    hears(t, INVITE, PEER_90);
    until(t, 89);
    answers(t, INVITE, 486);
    until(t, 100);
    expect(told(t), "59 blocked; 90 ended refresh_not_sent");
    ck_assert_uint_eq(t->counters.blocked, 1);
    end_talk(t);

    t = connected("", LOCAL_90); /* postponed by the host until later than that: then */
    until(t, 60);
    ck_assert_int_eq(sst_session_not_sent(t->session, NULL, t->now_ms + 20000, t->now_ms), SST_OK);
    until(t, 65);
    hears(t, INVITE, PEER_90);
    until(t, 85);
    expect(told(t), "45 refresh INVITE offer; 47 refresh INVITE offer; 51 refresh INVITE offer; "
                    "59 refresh INVITE offer; 80 blocked");
    end_talk(t);
}
END_TEST

/* Shows: EC-39 EC-47 */
START_TEST(no_invite_before_the_ack_of_the_own_2xx)
{
    struct talk *t = callee("prefer_refresher=uas");

    serves(t, INVITE, TIMER " | Session-Expires: 90");
    until(t, 45);
    expect(told(t), "0 negotiated 90 local; 45 refresh INVITE offer"); /* 32 s are enough */
    end_talk(t);

    /* with an interval whose half is shorter than an ACK can take */
    t = callee("prefer_refresher=uas absolute_min=40 min_se=40");
    serves(t, INVITE, TIMER " | Session-Expires: 48");
    until(t, 33);
    expect(told(t), "0 negotiated 48 local; 31 blocked; 32 refresh INVITE offer");
    end_talk(t);

    t = callee("prefer_refresher=uas absolute_min=40 min_se=40");
    serves(t, INVITE, TIMER " | Session-Expires: 48");
    until(t, 25);
    hears_ack(t);
    looks(t);
    expect(told(t), "0 negotiated 48 local; 25 refresh INVITE offer");
    end_talk(t);

    t = callee("prefer_refresher=uas absolute_min=20 min_se=20 session_expires=30");
    serves(t, INVITE, TIMER " | Session-Expires: 30");
    until(t, 40); /* the ACK could come after the end: BLOCKED is reported, then it ends */
    expect(told(t), "0 negotiated 30 local; 19 blocked; 30 ended refresh_not_sent");
    end_talk(t);

    t = callee("prefer_refresher=uas absolute_min=20 min_se=20 session_expires=33");
    serves(t, INVITE, TIMER " | Session-Expires: 33");
    until(t, 22); /* the ACK could come in the last second, in which nothing is sent */
    expect(told(t), "0 negotiated 33 local; 21 blocked");
    expect(next(t), "33");
    end_talk(t);

    t = callee("prefer_refresher=uas absolute_min=40 min_se=40");
    serves(t, INVITE, UPDATES TIMER " | Session-Expires: 48");
    until(t, 24); /* UPDATE may go before the ACK */
    expect(told(t), "0 negotiated 48 local; 24 refresh UPDATE");
    end_talk(t);
}
END_TEST

/* Shows: EC-40 */
START_TEST(one_update_at_a_time)
{
    struct talk *t = connected("", UPDATES LOCAL_1800);

    until(t, 899);
    asks(t, UPDATE); /* the host's own UPDATE, perhaps with an offer */
    until(t, 901);
    expect(told(t), "");
    expect(gets(t, UPDATE, 500, "Retry-After: 3"), "failed");
    looks(t);
    expect(told(t), "901 refresh UPDATE");
    refreshes(t);
    until(t, 930);
    expect(told(t), ""); /* one refresh in flight */
    struct sst_headers headers;
    struct sst_tx other = {0};
    ck_assert_int_eq(sst_session_request(t->session, &other, UPDATE, 0, t->now_ms, &headers),
                     SST_ERR_BUSY);
    ck_assert_uint_eq(headers.count, 0);
    ck_assert_int_eq(try_ask(t, UPDATE, 0, &headers), SST_ERR_STATE); /* the tx is in use */
    ck_assert_uint_eq(headers.count, 0);
    end_talk(t);

    t = connected("", UPDATES LOCAL_1800);
    until(t, 899);
    hears(t, UPDATE, TIMER); /* the peer's must be answered first */
    until(t, 901);
    expect(told(t), "");
    answers(t, UPDATE, 500);
    looks(t);
    expect(told(t), "901 refresh UPDATE");
    end_talk(t);
}
END_TEST

/* Shows: EC-38 */
START_TEST(an_invite_that_only_rings_is_passed_by_an_update)
{
    struct talk *t = connected("method=invite", UPDATES LOCAL_1800);

    until(t, 900);
    expect(refreshes(t), "INVITE offer " TIMER " | Session-Expires: 1800;refresher=uac");
    until(t, 901);
    expect(gets(t, INVITE, 180, ""), "none");
    until(t, 933);
    expect(told(t), "900 refresh INVITE offer; 933 refresh UPDATE"); /* 64*T1 later */
    expect(refreshes(t), "UPDATE " TIMER " | Session-Expires: 1800;refresher=uac");
    expect(gets(t, UPDATE, 200, LOCAL_1800), "refreshed");
    /* it rings on: the next refresh passes it as well. EC-132: the last one was sent at 933 s,
     * 132/256 of 1800 s is 928.125 s */
    until(t, 1829);
    expect(told(t), "933 refreshed 1800 local; 1828.125 refresh UPDATE");
    refreshes(t);
    expect(gets(t, UPDATE, 200, LOCAL_1800), "refreshed");
    until(t, 2000);
    expect(gets(t, INVITE, 487, ""), "failed");
    expect(told(t), "1829 refreshed 1800 local");
    expect(next(t), "2725.968"); /* 933 s, 127/256 of 1800 s, and 900 s */
    end_talk(t);

    t = connected("", UPDATES REMOTE_90); /* but not a hold, on the watching side */
    asks(t, INVITE);
    gets(t, INVITE, 180, "");
    until(t, 52);
    expect(told(t), "");
    end_talk(t);
}
END_TEST

/* Shows: EC-38 */
START_TEST(an_invite_that_only_rings_ends_at_the_expiration_without_update)
{
    struct talk *t = connected("", LOCAL_1800);

    until(t, 900);
    refreshes(t);
    gets(t, INVITE, 100, "");
    until(t, 1000);
    gets(t, INVITE, 180, "");
    until(t, 2000);
    expect(told(t), "900 refresh INVITE offer; 1800 ended refresh_unanswered");
    end_talk(t);

    t = connected("", LOCAL_1800); /* only later does the peer say that it supports UPDATE */
    until(t, 900);
    refreshes(t);
    gets(t, INVITE, 100, "");
    until(t, 1000);
    gets(t, INVITE, 180, "Allow: UPDATE");
    until(t, 1032);
    expect(told(t), "900 refresh INVITE offer; 1032 refresh UPDATE");
    end_talk(t);

    t = connected("method=update", UPDATES LOCAL_1800); /* the host sends an UPDATE in between */
    until(t, 900);
    refreshes(t);
    expect(gets(t, UPDATE, 405, ""), "wait 900");
    looks(t);
    refreshes(t);
    gets(t, INVITE, 100, "");
    until(t, 2000);
    expect(told(t), "900 refresh UPDATE; 900 refresh INVITE offer; "
                    "1800 ended refresh_unanswered");
    end_talk(t);
}
END_TEST

/* Shows: EC-48 FB-47 */
START_TEST(nothing_is_due_before_the_2xx_to_the_initial_invite)
{
    struct talk *t = caller("mode=request");

    asks(t, INVITE);
    gets(t, INVITE, 183, "Session-Expires: 90;refresher=uac | Require: timer | " TIMER);
    until(t, 10000);
    expect(told(t), "0 violation se_misplaced");
    expect(next(t), "never");
    end_talk(t);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("session_due");
    TCase *tcase = tcase_create("all");

    tcase_add_test(tcase, the_method_is_what_policy_and_allow_say);
    tcase_add_test(tcase, the_newest_allow_counts_wherever_it_comes_from);
    tcase_add_test(tcase, an_update_goes_past_an_open_invite);
    tcase_add_test(tcase, without_update_it_waits_for_the_open_invite);
    tcase_add_test(tcase, what_stays_blocked_is_told_a_second_before_the_peer_gives_up);
    tcase_add_test(tcase, no_invite_before_the_ack_of_the_own_2xx);
    tcase_add_test(tcase, one_update_at_a_time);
    tcase_add_test(tcase, an_invite_that_only_rings_is_passed_by_an_update);
    tcase_add_test(tcase, an_invite_that_only_rings_ends_at_the_expiration_without_update);
    tcase_add_test(tcase, nothing_is_due_before_the_2xx_to_the_initial_invite);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
