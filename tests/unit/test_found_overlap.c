/* SPDX-License-Identifier: MIT */
/* Found by the simulation: calls that ended because two negotiations overlapped. */
#include "talk.h"

#define UPDATES "Allow: INVITE, UPDATE | "
#define TIMER "Supported: timer"

/*
 * The callee sends an UPDATE in the early dialog without Session-Expires (EC-20), and a proxy
 * inserts one. The UPDATE reaches the caller after the 2xx to the INVITE: for the caller it is the
 * newest negotiation, for the callee it overlaps the older one. The caller refreshes at half of
 * 7200 s; waiting for half of the smaller interval would end the call.
 */
/* Shows: EC-21 I5 */
START_TEST(the_side_that_watches_waits_for_the_longer_of_two_intervals)
{
    struct talk *t = talk_new("", false);

    hears(t, INVITE, UPDATES TIMER " | Session-Expires: 3600");
    asks(t, UPDATE);
    answers(t, INVITE, 200);
    hears_ack(t);
    expect(told(t), "0 negotiated 3600 remote");
    gets(t, UPDATE, 200, UPDATES TIMER " | Session-Expires: 7200;refresher=uas");
    expect(told(t), "0 negotiated 7200 remote; 0 refreshed 7200 remote");
    until(t, 3600);
    expect(serves(t, UPDATE, TIMER " | Session-Expires: 7200;refresher=uac"),
           TIMER " | Session-Expires: 7200;refresher=uac | Require: timer");
    end_talk(t);
}
END_TEST

/*
 * The 2xx to an UPDATE in an early dialog asked for a timer that nobody else had mentioned, crossed
 * the 2xx to the INVITE, which had none, and left a timer on one side only.
 */
/* Shows: EC-20 */
START_TEST(who_answers_an_early_update_asks_for_nothing_of_its_own)
{
    for (int side = 0; side < 2; side++) {
        struct talk *t = talk_new("mode=request own_benefit=yes", side == 0);

        if (side == 0) {
            asks(t, INVITE);
        } else {
            hears(t, INVITE, TIMER);
        }
        expect(serves(t, UPDATE, UPDATES TIMER), TIMER);
        expect(serves(t, UPDATE, UPDATES), TIMER);
        expect(serves(t, UPDATE, TIMER " | Session-Expires: 600;refresher=uac"),
               TIMER " | Session-Expires: 600;refresher=uac | Require: timer");
        if (side == 1) { /* the INVITE is where it asks */
            expect(answers(t, INVITE, 200),
                   TIMER " | Session-Expires: 1800;refresher=uac | Require: timer");
        } else {
            gets(t, INVITE, 200, TIMER);
        }
        /* EC-18: the caller asked, and goes on for its own benefit */
        expect(told(t), side == 1 ? "0 negotiated 1800 remote" : "0 negotiated 1800 local own");
        end_talk(t);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("found_overlap");
    TCase *tcase = tcase_create("all");

    tcase_add_test(tcase, the_side_that_watches_waits_for_the_longer_of_two_intervals);
    tcase_add_test(tcase, who_answers_an_early_update_asks_for_nothing_of_its_own);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
