/* SPDX-License-Identifier: MIT */
/* Found by the simulation: calls that two negotiations at once ended. */
#include "talk.h"

#define UPDATES "Allow: INVITE, UPDATE | "
#define TIMER "Supported: timer"

/*
 * An UPDATE of the callee's in the early dialog, without Session-Expires as EC-20 has it, into which
 * a proxy puts one, reaches the caller after the 2xx to the INVITE: there it is the newest
 * negotiation, here it overlaps the older one. The caller refreshes at half of 7200 s; to wait
 * for half of the smaller interval ends the call.
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

int main(void)
{
    Suite *suite = suite_create("found_overlap");
    TCase *tcase = tcase_create("all");

    tcase_add_test(tcase, the_side_that_watches_waits_for_the_longer_of_two_intervals);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
