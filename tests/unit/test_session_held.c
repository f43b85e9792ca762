/* SPDX-License-Identifier: MIT */
/* Requests that are being answered when time runs out: what holds the BYE, and what does not. */
#include "talk.h"

#define TIMER "Supported: timer"
#define LOCAL_90 "Session-Expires: 90;refresher=uac | Require: timer"
#define REMOTE_90 "Session-Expires: 90;refresher=uas"
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

    t = called("", PEER_90); /* no answer at all: it ends at the expiration */
    until(t, 59.9);
    hears(t, UPDATE, PEER_90);
    until(t, 100);
    expect(told(t), "52.5 overdue; 90 ended not_refreshed");
    end_talk(t);

    t = called("", PEER_90); /* rejected after the guard: the peer is alive, so it may try again */
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

    t = called("", PEER_90); /* at any time since half: it may try again */
    until(t, 45);
    hears(t, INVITE, PEER_90);
    answers(t, INVITE, 488);
    until(t, 100);
    expect(told(t), "52.5 overdue; 90 ended not_refreshed");
    end_talk(t);

    t = called("", PEER_90); /* before that it was no refresh: nothing is held */
    until(t, 44.999);
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

    until(t, 60); /* when the peer gives up as well */
    expect(told(t), "45 refresh INVITE offer; 47 refresh INVITE offer; 51 refresh INVITE offer; "
                    "59 refresh INVITE offer; 60 ended refresh_not_sent");
    end_talk(t);

    t = connected("expire_at=guard", LOCAL_90);
    until(t, 40);
    hears(t, INVITE, PEER_90); /* and the user does not answer */
    until(t, 100);
    expect(told(t), "59 blocked; 60 ended refresh_not_sent"); /* its owner's choice; EC-34 */
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

    t = called("", PEER_90); /* after half it does, before that it does not */
    until(t, 45);
    expect(hears(t, INVITE, TIMER " | Session-Expires: 60"), "422 " TIMER " | Min-SE: 90");
    until(t, 100);
    expect(told(t), "52.5 overdue; 90 ended not_refreshed");
    end_talk(t);
    t = called("", PEER_90);
    until(t, 44.999);
    expect(hears(t, INVITE, TIMER " | Session-Expires: 60"), "422 " TIMER " | Min-SE: 90");
    until(t, 100);
    expect(told(t), "52.5 overdue; 60 ended not_refreshed");
    end_talk(t);
}
END_TEST

/* The watcher has a local request in flight when its BYE is due. */
/* Shows: EC-120 */
START_TEST(an_own_request_that_is_pending_holds_the_bye)
{
    static const enum sst_method methods[] = {INVITE, UPDATE};
    static const char *const overdue = "52.5 overdue";

    for (size_t i = 0; i < COUNT_OF(methods); i++) {
        struct talk *t = called("", PEER_90);
        until(t, 58);
        asks(t, methods[i]);
        until(t, 61);
        expect(told(t), overdue);
        expect(gets(t, methods[i], 200, REMOTE_90), "refreshed");
        expect(told(t), "61 refreshed 90 remote");
        expect(next(t), "113.5");
        end_talk(t);

        t = called("", PEER_90); /* rejected: that is a sign of life, too */
        until(t, 58);
        asks(t, methods[i]);
        until(t, 61);
        expect(gets(t, methods[i], 488, ""), "failed");
        until(t, 100);
        expect(told(t), "52.5 overdue; 90 ended not_refreshed");
        end_talk(t);

        t = called("", PEER_90); /* rejected before the BYE was due: nothing was held */
        until(t, 58);
        asks(t, methods[i]);
        until(t, 59.999);
        expect(gets(t, methods[i], 488, ""), "failed");
        until(t, 100);
        expect(told(t), "52.5 overdue; 60 ended not_refreshed");
        end_talk(t);

        t = called("", "Allow: UPDATE | " PEER_90); /* 481: the end, at once */
        until(t, 58);
        asks(t, methods[i]);
        until(t, 61);
        expect(gets(t, methods[i], 481, ""), "ended");
        expect(told(t), "52.5 overdue; 61 ended refresh_481");
        end_talk(t);

        t = called("", PEER_90); /* silence: the expiration */
        until(t, 59.9);
        asks(t, methods[i]);
        until(t, 100);
        expect(told(t), "52.5 overdue; 90 ended not_refreshed");
        end_talk(t);
    }
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
    tcase_add_test(tcase, an_own_request_that_is_pending_holds_the_bye);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
