/* SPDX-License-Identifier: MIT */
/* Intervals in force that are below our minimum (EC-134), and awaited ACKs (EC-121): what lasts,
 * and for how long. Faults B1, E12. */
#include "talk.h"

#define TIMER "Supported: timer"
#define UPDATES "Allow: UPDATE | "
#define REQUIRED " | Require: timer"
#define LOCAL_90 "Session-Expires: 90;refresher=uac" REQUIRED
#define PEER_90 TIMER " | Session-Expires: 90;refresher=uac"

/* Shows: EC-134 EC-09 */
START_TEST(what_was_accepted_once_is_accepted_again)
{
    struct talk *t = connected("min_se=120", TIMER " | Session-Expires: 100;refresher=uas");

    expect(serves(t, UPDATE, TIMER " | Session-Expires: 100;refresher=uac"),
           TIMER " | Session-Expires: 100;refresher=uac" REQUIRED);
    expect(hears(t, UPDATE, TIMER " | Session-Expires: 99;refresher=uac"),
           "422 " TIMER " | Min-SE: 120");
    /* EC-105 first: a request that contradicts itself */
    expect(hears(t, UPDATE, TIMER " | Session-Expires: 100;refresher=uac | Min-SE: 110"),
           "422 " TIMER " | Min-SE: 120");
    expect(serves(t, UPDATE, TIMER " | Session-Expires: 600;refresher=uac"),
           TIMER " | Session-Expires: 600;refresher=uac" REQUIRED);
    expect(hears(t, UPDATE, TIMER " | Session-Expires: 100;refresher=uac"),
           "422 " TIMER " | Min-SE: 120"); /* it is no longer in force */
    end_talk(t);

    t = called("min_se=120", TIMER); /* nor if no timer runs */
    expect(hears(t, UPDATE, TIMER " | Session-Expires: 100"), "422 " TIMER " | Min-SE: 120");
    end_talk(t);
}
END_TEST

/* Shows: EC-134 EC-08 EC-12 */
START_TEST(below_90_the_answer_is_90)
{
    struct talk *t = connected("", TIMER " | Session-Expires: 60;refresher=uas");

    told(t);
    until(t, 30);
    expect(serves(t, UPDATE, TIMER " | Session-Expires: 60;refresher=uac"),
           TIMER " | Session-Expires: 90;refresher=uac" REQUIRED);
    expect(told(t), "30 violation se_below_absolute; 30 refreshed 60 remote");
    ck_assert_uint_eq(info_of(t).expires_ms, t->begin_ms + 120000); /* run as 90 */
    expect(hears(t, UPDATE, TIMER " | Session-Expires: 59;refresher=uac"),
           "422 " TIMER " | Min-SE: 90");
    end_talk(t);

    t = connected("", TIMER " | Session-Expires: 60;refresher=uas");
    expect(serves(t, UPDATE, TIMER " | Session-Expires: 60;refresher=uas"),
           TIMER " | Session-Expires: 90;refresher=uas" REQUIRED);
    expect(next(t), "30"); /* the peer may use what it asked for: half of that */
    end_talk(t);

    t = connected("", TIMER " | Session-Expires: 15;refresher=uas");
    expect(serves(t, UPDATE, TIMER " | Session-Expires: 15;refresher=uas"),
           TIMER " | Session-Expires: 90;refresher=uas" REQUIRED);
    expect(next(t), "10"); /* but not faster than the floor */
    end_talk(t);
}
END_TEST

/* ---- Awaited ACKs ---- */

/* No ACK is ever reported. */
/* Shows: EC-121 */
START_TEST(an_ack_is_awaited_for_its_own_2xx_alone)
{
    struct talk *t = callee("");

    serves(t, INVITE, "plain | " UPDATES TIMER " | Session-Expires: 1800;refresher=uas");
    from_here(t);
    until(t, 899);
    asks(t, UPDATE);
    expect(gets(t, UPDATE, 200, "Session-Expires: 1800;refresher=uac" REQUIRED), "refreshed");
    until(t, 900);
    expect(hears(t, INVITE, PEER_90), "0"); /* a hold, with an offer */
    answers(t, INVITE, 200);
    expect(hears(t, UPDATE, "offer"), "0"); /* whose offer is answered */
    end_talk(t);

    t = callee(""); /* a later 2xx neither extends nor shortens the wait */
    serves(t, INVITE, "plain | " PEER_90);
    from_here(t);
    until(t, 20);
    serves(t, UPDATE, PEER_90);
    until(t, 31.999);
    expect(hears(t, UPDATE, "offer | " PEER_90), "491 " TIMER);
    until(t, 32);
    expect(hears(t, UPDATE, "offer | " PEER_90), "0");
    end_talk(t);

    t = callee(""); /* the ACK ends the wait */
    serves(t, INVITE, "plain | " PEER_90);
    from_here(t);
    until(t, 20);
    serves(t, UPDATE, PEER_90);
    hears_ack(t);
    expect(hears(t, UPDATE, "offer | " PEER_90), "0");
    ck_assert_uint_eq(info_of(t).start_ms, t->begin_ms + 20000); /* it starts no other interval */
    end_talk(t);

    t = callee(""); /* with the next INVITE, none of our offers is pending */
    serves(t, INVITE, "plain | " PEER_90);
    from_here(t);
    until(t, 10);
    serves(t, INVITE, "plain | " PEER_90);
    until(t, 41.999);
    expect(hears(t, UPDATE, "offer | " PEER_90), "491 " TIMER);
    until(t, 42);
    expect(hears(t, UPDATE, "offer | " PEER_90), "0");
    end_talk(t);
}
END_TEST

/* Shows: EC-121 EC-39 */
START_TEST(a_re_invite_waits_for_it_no_longer_either)
{
    struct talk *t = callee("prefer_refresher=uas absolute_min=40 min_se=40 refresh_floor=1");

    serves(t, INVITE, TIMER " | Session-Expires: 60");
    from_here(t);
    until(t, 20);
    serves(t, UPDATE, TIMER " | Session-Expires: 60;refresher=uas");
    told(t);
    until(t, 50); /* half of it, at most 10 s after the wait for the ACK ended */
    expect(told(t), "50 refresh INVITE offer");
    end_talk(t);

    t = callee("prefer_refresher=uas absolute_min=10 min_se=10 refresh_floor=1");
    serves(t, INVITE, TIMER " | Session-Expires: 60");
    from_here(t);
    until(t, 20);
    serves(t, UPDATE, TIMER " | Session-Expires: 20;refresher=uas");
    told(t);
    until(t, 32); /* due at 30, and the wait that began at 0 ends at 32 */
    expect(told(t), "32 refresh INVITE offer");
    end_talk(t);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("session_small");
    TCase *tcase = tcase_create("all");

    tcase_add_test(tcase, what_was_accepted_once_is_accepted_again);
    tcase_add_test(tcase, below_90_the_answer_is_90);
    tcase_add_test(tcase, an_ack_is_awaited_for_its_own_2xx_alone);
    tcase_add_test(tcase, a_re_invite_waits_for_it_no_longer_either);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
