/* SPDX-License-Identifier: MIT */
/* Requests that are being answered when time runs out: what holds the BYE, and what does not. */
#include "talk.h"

#define TIMER "Supported: timer"
#define LOCAL_90 "Session-Expires: 90;refresher=uac | Require: timer"
#define PEER_90 TIMER " | Session-Expires: 90;refresher=uac"

/* Shows: EC-36 10-5 */
START_TEST(a_refresh_that_is_being_answered_holds_the_bye)
{
    struct talk *t = called("", PEER_90);

    until(t, 59.9);
    expect(hears(t, INVITE, PEER_90), "0");
    until(t, 61);
    answers(t, INVITE, 200);
    hears_ack(t);
    until(t, 121);
    expect(told(t), "52.5 overdue; 61 refreshed 90 remote; 113.5 overdue; 121 ended not_refreshed");
    end_talk(t);

    t = called("", PEER_90); /* no answer at all: the expiration is the end */
    until(t, 59.9);
    hears(t, UPDATE, PEER_90);
    until(t, 100);
    expect(told(t), "52.5 overdue; 90 ended not_refreshed");
    end_talk(t);

    t = called("", PEER_90); /* refused after the guard: it lives, so it may come again */
    until(t, 59.9);
    hears(t, INVITE, PEER_90);
    until(t, 61);
    answers(t, INVITE, 488);
    until(t, 80);
    serves(t, INVITE, PEER_90);
    hears_ack(t);
    until(t, 200);
    expect(told(t), "52.5 overdue; 80 refreshed 90 remote; 132.5 overdue; 140 ended not_refreshed");
    end_talk(t);

    t = called("", PEER_90);
    until(t, 59.9);
    hears(t, INVITE, PEER_90);
    until(t, 61);
    answers(t, INVITE, 488);
    until(t, 100);
    expect(told(t), "52.5 overdue; 90 ended not_refreshed");
    end_talk(t);

    t = called("", PEER_90); /* the same at the very moment of the BYE */
    until(t, 59.9);
    hears(t, INVITE, PEER_90);
    until(t, 60);
    answers(t, INVITE, 488);
    until(t, 100);
    expect(told(t), "52.5 overdue; 90 ended not_refreshed");
    end_talk(t);

    t = called("", PEER_90); /* refused in time: nothing is held */
    until(t, 59);
    hears(t, INVITE, PEER_90);
    answers(t, INVITE, 488);
    until(t, 100);
    expect(told(t), "52.5 overdue; 60 ended not_refreshed");
    end_talk(t);
}
END_TEST

/* Shows: EC-34 EC-36 */
START_TEST(on_the_side_that_refreshes_nothing_holds_the_bye)
{
    struct talk *t = connected("expire_at=guard", LOCAL_90);

    until(t, 40);
    hears(t, INVITE, PEER_90); /* and the user does not answer */
    until(t, 100);
    expect(told(t), "59 blocked; 60 ended refresh_not_sent"); /* where the peer gives up as well */
    end_talk(t);
}
END_TEST

/* Shows: EC-36 EC-103 */
START_TEST(what_the_peer_sent_is_not_overdue)
{
    static const enum sst_method methods[] = {INVITE, UPDATE};

    for (size_t i = 0; i < COUNT_OF(methods); i++) {
        struct talk *t = called("", PEER_90);
        until(t, 52.4);
        hears(t, methods[i], PEER_90);
        until(t, 59);
        expect(told(t), "");
        answers(t, methods[i], 503);
        looks(t);
        expect(told(t), "59 overdue");
        end_talk(t);
    }
}
END_TEST

/* Shows: EC-36 */
START_TEST(a_refusal_that_was_advised_holds_the_bye_as_well)
{
    struct talk *t = called("", PEER_90);

    leaps(t, 52.5);
    t->now_ms += 7500; /* the request waits in the socket, and is read first */
    expect(hears(t, INVITE, TIMER " | Session-Expires: 60"), "422 " TIMER " | Min-SE: 90");
    looks(t);
    until(t, 61);
    serves(t, INVITE, PEER_90);
    hears_ack(t);
    expect(told(t), "52.5 overdue; 61 refreshed 90 remote");
    end_talk(t);

    t = called("", PEER_90); /* in time it holds nothing */
    until(t, 59.999);
    expect(hears(t, INVITE, TIMER " | Session-Expires: 60"), "422 " TIMER " | Min-SE: 90");
    until(t, 100);
    expect(told(t), "52.5 overdue; 60 ended not_refreshed");
    end_talk(t);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("session_held");
    TCase *tcase = tcase_create("all");

    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, a_refresh_that_is_being_answered_holds_the_bye);
    tcase_add_test(tcase, on_the_side_that_refreshes_nothing_holds_the_bye);
    tcase_add_test(tcase, what_the_peer_sent_is_not_overdue);
    tcase_add_test(tcase, a_refusal_that_was_advised_holds_the_bye_as_well);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
