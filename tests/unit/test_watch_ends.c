/* SPDX-License-Identifier: MIT */
/* Calls that look alike and did not end for the same reason. Times by hand, as in
 * test_watch_verdict.c: with 1800 s the other side hangs up 1768 s after the 2xx. */
#include "captures.h"

#define UPDATE_902 "902 > UPDATE 2 | k: timer | x: 1800;refresher=uac"
#define AGAIN_TWICE                                                                                \
    "902.5 > UPDATE 2 | k: timer | x: 1800;refresher=uac",                                         \
        "903.5 > UPDATE 2 | k: timer | x: 1800;refresher=uac"
/* The timer is agreed on, and turned off again at 902 s. */
#define TURNED_OFF CALLER_REFRESHES, UPDATE_902, "902.1 < 200 UPDATE 2 | k: timer"
#define NO_TIMER "0 > INVITE 1 | k: timer | x: 1800", "2 < 200 INVITE 1", "2.1 > ACK 1"

static const struct call calls[] = {
    /* ---- nobody refreshed ---- */
    {"the refresher hangs up when the other side would, whose own UPDATE it did not answer",
     {CALLEE_REFRESHES, "1000 > UPDATE 2 | k: timer | x: 1800;refresher=uas",
      "1000.5 > UPDATE 2 | k: timer | x: 1800;refresher=uas",
      "1001.5 > UPDATE 2 | k: timer | x: 1800;refresher=uas", "1770 < BYE 1"},
     2000,
     SST_WATCH_NOT_REFRESHED,
     SST_WHO_CALLEE},
    {"hung up between the limit and the expiration",
     {CALLEE_REFRESHES, "1785 > BYE 2"},
     2000,
     SST_WATCH_NOT_REFRESHED,
     SST_WHO_CALLEE},
    {"the same, and a request is missing, which may have been the refresh",
     {CALLEE_REFRESHES, "10 > INFO 5", "1785 > BYE 6"},
     2000,
     SST_WATCH_INCOMPLETE,
     SST_WHO_NONE},
    {"a request is missing, but the BYE says what it is for",
     {CALLEE_REFRESHES, "10 > INFO 5", "1785 > BYE 6 | timer"},
     2000,
     SST_WATCH_NOT_REFRESHED,
     SST_WHO_CALLEE},
    {"two intervals in the 2xx of the refresher: the larger one is over (EC-03)",
     {"0 > INVITE 1 | k: timer | x: 1800",
      "2 < 200 INVITE 1 | k: timer | x: 1800;refresher=uas | x: 90", "2.1 > ACK 1", "1770 > BYE 2"},
     2000,
     SST_WATCH_NOT_REFRESHED,
     SST_WHO_CALLEE},
    {"60 s count as 90 for who protects itself: the refresher hangs up then",
     {"0 > INVITE 1 | k: timer | x: 90", "2 < 200 INVITE 1 | k: timer | x: 60;refresher=uas",
      "2.1 > ACK 1", "62 < BYE 1"},
     200,
     SST_WATCH_NOT_REFRESHED,
     SST_WHO_CALLEE},
    {"a 2xx without refresher, to a caller that had offered to refresh",
     {"0 > INVITE 1 | k: timer | x: 1800;refresher=uac", "2 < 200 INVITE 1 | x: 1800",
      "2.1 > ACK 1", "1770 < BYE 1"},
     2000,
     SST_WATCH_NOT_REFRESHED,
     SST_WHO_CALLER},
    {"two negotiations cross and agree",
     {CALLER_REFRESHES, UPDATE_902, "902 < UPDATE 1 | k: timer | x: 1800;refresher=uas",
      "902.1 < 200 UPDATE 2 | x: 1800;refresher=uac | Require: timer",
      "902.1 > 200 UPDATE 1 | x: 1800;refresher=uas | Require: timer", "2670.1 < BYE 2"},
     3000,
     SST_WATCH_NOT_REFRESHED,
     SST_WHO_CALLER},
    {"a refused UPDATE with an offer, long before its time, is not the refresh",
     {CALLER_REFRESHES, "100 > UPDATE 2 | k: timer | x: 1800;refresher=uac | offer",
      "100.1 < 488 UPDATE 2", "1770 < BYE 1"},
     2000,
     SST_WATCH_NOT_REFRESHED,
     SST_WHO_CALLER},

    /* ---- by a user ---- */
    {"right after the other side's request",
     {CALLEE_REFRESHES, "100 < INVITE 1 | k: timer | x: 1800;refresher=uac | offer", "101 > BYE 2"},
     200,
     SST_WATCH_ENDED_OTHERWISE,
     SST_WHO_CALLER},
    {"while the other side's request rings",
     {CALLEE_REFRESHES, "100 < INVITE 1 | k: timer | x: 1800;refresher=uac | offer", "110 > BYE 2"},
     200,
     SST_WATCH_ENDED_NORMALLY,
     SST_WHO_NONE},
    {"8 s after a refresh that is not answered yet",
     {CALLER_REFRESHES, UPDATE_902, AGAIN_TWICE, "910 > BYE 3"},
     2000,
     SST_WATCH_ENDED_NORMALLY,
     SST_WHO_NONE},
    {"the same, and it says that it is for the timer",
     {CALLER_REFRESHES, UPDATE_902, "910 > BYE 3 | timer"},
     2000,
     SST_WATCH_HUNG_UP_EARLY,
     SST_WHO_CALLER},
    {"32 s after an UPDATE that asked for no timer, where there is none",
     {NO_TIMER, "902 > UPDATE 2 | k: timer", "934 > BYE 3"},
     2000,
     SST_WATCH_NO_TIMER,
     SST_WHO_NONE},
    {"a refused UPDATE that asked for no timer, where there is none",
     {NO_TIMER, "902 > UPDATE 2 | k: timer", "902.1 < 503 UPDATE 2", "902.2 > BYE 3"},
     2000,
     SST_WATCH_ENDED_OTHERWISE,
     SST_WHO_CALLER},

    {"a hold that is refused, where there is no timer",
     {NO_TIMER, "100 > INVITE 2 | k: timer | x: 1800 | offer", "100.1 < 503 INVITE 2",
      "100.2 > ACK 2", "100.3 > BYE 3"},
     2000,
     SST_WATCH_ENDED_OTHERWISE,
     SST_WHO_CALLER},
    {"1768 s after the INVITE that took 3 s, by chance",
     {"0 > INVITE 1 | k: timer | x: 1800", "3 < 200 INVITE 1 | k: timer | x: 1800;refresher=uas",
      "3.1 > ACK 1", "1768 > BYE 2"},
     2000,
     SST_WATCH_ENDED_NORMALLY,
     SST_WHO_NONE},
    {"after one that took 4 s, not by chance",
     {"0 > INVITE 1 | k: timer | x: 1800", "4 < 200 INVITE 1 | k: timer | x: 1800;refresher=uas",
      "4.1 > ACK 1", "1768 > BYE 2"},
     2000,
     SST_WATCH_HUNG_UP_EARLY,
     SST_WHO_CALLER},
    {"1768 s after the 2xx before the last, by the side that refreshes",
     {CALLEE_REFRESHES, "902 < UPDATE 1 | k: timer | x: 1800;refresher=uac",
      "902.1 > 200 UPDATE 1 | x: 1800;refresher=uac | Require: timer", "1770 < BYE 2"},
     2000,
     SST_WATCH_ENDED_NORMALLY,
     SST_WHO_NONE},

    /* ---- nobody hung up: §10 ---- */
    {"408 to the refresh, after which its sender hangs up",
     {CALLER_REFRESHES, UPDATE_902, "934 < 408 UPDATE 2"},
     4000,
     SST_WATCH_KEPT_TOO_LONG,
     SST_WHO_CALLER},
    {"481, likewise",
     {CALLER_REFRESHES, UPDATE_902, "902.1 < 481 UPDATE 2"},
     4000,
     SST_WATCH_KEPT_TOO_LONG,
     SST_WHO_CALLER},
    {"any other refusal leaves it to the side that waits",
     {CALLER_REFRESHES, UPDATE_902, "902.1 < 503 UPDATE 2"},
     4000,
     SST_WATCH_KEPT_TOO_LONG,
     SST_WHO_CALLEE},
    {"a refresh in vain, and the other side hangs up long after the expiration",
     {CALLER_REFRESHES, UPDATE_902, AGAIN_TWICE, "2500 < BYE 1"},
     4000,
     SST_WATCH_KEPT_TOO_LONG,
     SST_WHO_CALLER},

    /* ---- not answered ---- */
    {"18 s after the refresh, but the BYE says that it is for the timer",
     {CALLER_REFRESHES, UPDATE_902, "920 > BYE 3 | timer"},
     2000,
     SST_WATCH_REFRESH_UNANSWERED,
     SST_WHO_CALLEE},
    {"retransmitted more often than is counted",
     {CALLER_REFRESHES, UPDATE_902, AGAIN_TWICE,
      "905.5 > UPDATE 2 | k: timer | x: 1800;refresher=uac",
      "909.5 > UPDATE 2 | k: timer | x: 1800;refresher=uac", "1770 < BYE 1"},
     2000,
     SST_WATCH_REFRESH_UNANSWERED,
     SST_WHO_CALLEE},
    {"after the timer was turned off",
     {TURNED_OFF, "1802 > UPDATE 3 | k: timer", "1834 > BYE 4"},
     3000,
     SST_WATCH_REFRESH_UNANSWERED,
     SST_WHO_CALLEE},
    {"where only its sender has a timer",
     {NO_TIMER, "902 > UPDATE 2 | k: timer | x: 1800", "934 > BYE 3"},
     2000,
     SST_WATCH_REFRESH_UNANSWERED,
     SST_WHO_CALLEE},
    {"a re-INVITE, and another one: an answer would have had its ACK",
     {CALLER_REFRESHES, "902 > INVITE 2 | k: timer | x: 1800;refresher=uac | offer",
      "940 > INVITE 3 | k: timer | x: 1800;refresher=uac | offer", "972 > BYE 4"},
     2000,
     SST_WATCH_REFRESH_UNANSWERED,
     SST_WHO_CALLEE},
    {"an UPDATE, and another one too soon for the next interval",
     {CALLER_REFRESHES, UPDATE_902, "940 > UPDATE 3 | k: timer | x: 1800;refresher=uac",
      "972 > BYE 4"},
     2000,
     SST_WATCH_REFRESH_UNANSWERED,
     SST_WHO_CALLEE},
    {"an UPDATE that was retransmitted, and the next one at its time",
     {CALLER_REFRESHES, UPDATE_902, AGAIN_TWICE,
      "1702 > UPDATE 3 | k: timer | x: 1800;refresher=uac", "1734 > BYE 4"},
     2000,
     SST_WATCH_REFRESH_UNANSWERED,
     SST_WHO_CALLEE},
    {"an UPDATE before the other side's refresh, and one after it",
     {CALLER_REFRESHES, UPDATE_902, "903 < UPDATE 1 | k: timer | x: 1800;refresher=uas",
      "903.1 > 200 UPDATE 1 | x: 1800;refresher=uas | Require: timer",
      "1803 > UPDATE 3 | k: timer | x: 1800;refresher=uac", "1835 > BYE 4"},
     3000,
     SST_WATCH_REFRESH_UNANSWERED,
     SST_WHO_CALLEE},
    {"the callee's ACK for 32 s",
     {CALLEE_REFRESHES, "902 < INVITE 1 | k: timer | x: 1800;refresher=uac | offer",
      "902.1 > 200 INVITE 1 | x: 1800;refresher=uac | Require: timer", "934.1 > BYE 2"},
     2000,
     SST_WATCH_ACK_MISSING,
     SST_WHO_NONE},
    {"an INVITE that rings longer than any proxy lets it",
     {"0 > INVITE 1 | k: timer | x: 1800", "1 < 180 INVITE 1"},
     300,
     SST_WATCH_INCOMPLETE,
     SST_WHO_NONE},

    /* ---- refused ---- */
    {"500 to the only request",
     {CALLER_REFRESHES, UPDATE_902, "902.1 < 500 UPDATE 2", "1770 < BYE 1"},
     2000,
     SST_WATCH_REFRESH_REFUSED,
     SST_WHO_CALLEE},
    {"491 to the second try, where the first was not answered",
     {CALLER_REFRESHES, UPDATE_902, "940 > UPDATE 3 | k: timer | x: 1800;refresher=uac",
      "940.1 < 491 UPDATE 3", "1770 < BYE 1"},
     2000,
     SST_WATCH_REFRESH_REFUSED,
     SST_WHO_CALLEE},
    {"a re-INVITE at its time, where only its sender has a timer",
     {NO_TIMER, "902 > INVITE 2 | k: timer | x: 1800 | offer", "902.1 < 503 INVITE 2",
      "902.2 > ACK 2", "902.3 > BYE 3"},
     2000,
     SST_WATCH_REFRESH_REFUSED,
     SST_WHO_CALLEE},
    {"late once, and then the timer was turned off",
     {NINETY, "80 < UPDATE 1 | k: timer | x: 90;refresher=uac", "80.1 > 503 UPDATE 1",
      "85 < UPDATE 2 | k: timer", "85.1 > 200 UPDATE 2", "900 < UPDATE 3 | k: timer | x: 90",
      "900.1 > 503 UPDATE 3", "900.2 < BYE 4"},
     2000,
     SST_WATCH_REFRESH_REFUSED,
     SST_WHO_CALLER},
    {"both methods",
     {CALLER_REFRESHES, UPDATE_902, "902.1 < 503 UPDATE 2",
      "910 > INVITE 3 | k: timer | x: 1800;refresher=uac | offer", "910.1 < 503 INVITE 3",
      "910.2 > ACK 3", "1770 < BYE 1"},
     2000,
     SST_WATCH_REFRESH_REFUSED,
     SST_WHO_CALLEE},
    {"where only its sender has a timer",
     {NO_TIMER, "902 > UPDATE 2 | k: timer | x: 1800", "902.1 < 503 UPDATE 2", "902.2 > BYE 3"},
     2000,
     SST_WATCH_REFRESH_REFUSED,
     SST_WHO_CALLEE},
    {"500 to the second of two INVITE at once, and 488 to the first 5 s later",
     {CALLER_REFRESHES, "902 > INVITE 2 | k: timer | x: 1800;refresher=uac | offer",
      "902.1 > INVITE 3 | k: timer | x: 1800;refresher=uac | offer", "902.2 < 500 INVITE 3",
      "902.2 > ACK 3", "907 < 488 INVITE 2", "907.1 > ACK 2", "907.2 > BYE 4"},
     2000,
     SST_WATCH_REFRESH_REFUSED,
     SST_WHO_CALLEE},
    {"both send 491, and the one that refreshes hangs up last",
     {CALLER_REFRESHES, "902 > INVITE 2 | k: timer | x: 1800;refresher=uac | offer",
      "902 < INVITE 1 | k: timer | x: 1800;refresher=uas | offer", "902.1 < 491 INVITE 2",
      "902.1 > 491 INVITE 1", "902.2 > ACK 2", "902.2 < ACK 1", "902.3 < BYE 2"},
     2000,
     SST_WATCH_REFRESH_REFUSED,
     SST_WHO_NONE},
    {"491 of both sides, which did not cross",
     {CALLER_REFRESHES, "902 > INVITE 2 | k: timer | x: 1800;refresher=uac | offer",
      "902 < INVITE 1 | k: timer | x: 1800;refresher=uas | offer", "902.1 < 491 INVITE 2",
      "902.2 > ACK 2", "906 > 491 INVITE 1", "906.1 < ACK 1", "1770 < BYE 2"},
     2000,
     SST_WATCH_REFRESH_REFUSED,
     SST_WHO_CALLER},
    {"a 420 to the other side's hold does not excuse the refusal of the refresh",
     {CALLER_REFRESHES, UPDATE_902, "902.1 < 503 UPDATE 2",
      "1000 < INVITE 1 | k: timer | x: 1800;refresher=uas | offer | to",
      "1000.1 > 420 INVITE 1 | Unsupported: timer", "1000.2 < ACK 1", "1770 < BYE 2"},
     2000,
     SST_WATCH_REFRESH_REFUSED,
     SST_WHO_CALLEE},
    {"a 422 where there is no timer, which is not followed",
     {NO_TIMER, "902 > UPDATE 2 | k: timer | x: 90", "902.1 < 422 UPDATE 2 | Min-SE: 120",
      "1500 > BYE 3"},
     2000,
     SST_WATCH_INTERVAL_REFUSED,
     SST_WHO_CALLER},
    {"a 422 after the timer was turned off, and a BYE much later",
     {TURNED_OFF, "1800 > UPDATE 3 | k: timer | x: 90", "1800.1 < 422 UPDATE 3 | Min-SE: 120",
      "2200 > BYE 4"},
     3000,
     SST_WATCH_INTERVAL_REFUSED,
     SST_WHO_CALLER},

    {"a useless 422 is useless, whatever else is missing",
     {CALLER_REFRESHES, "10 > INFO 5", "902 > UPDATE 6 | k: timer | x: 1800;refresher=uac",
      "902.1 < 422 UPDATE 6 | Min-SE: 90", "902.2 > BYE 7"},
     2000,
     SST_WATCH_INTERVAL_REFUSED,
     SST_WHO_CALLEE},
    {"420 of a callee that lists the extension in it",
     {"0 > INVITE 1 | k: timer | Require: timer | x: 1800",
      "0.1 < 420 INVITE 1 | k: timer | Unsupported: timer", "0.2 > ACK 1"},
     60,
     SST_WATCH_EXTENSION_REFUSED,
     SST_WHO_CALLEE},
    {"420 of one that listed it before",
     {CALLER_REFRESHES, "902 > INVITE 2 | k: timer | Require: timer | x: 1800;refresher=uac | to",
      "902.1 < 420 INVITE 2 | Unsupported: timer", "902.2 > ACK 2", "902.3 > BYE 3"},
     2000,
     SST_WATCH_EXTENSION_REFUSED,
     SST_WHO_CALLEE},
    {"the callee's INVITE, of which no beginning is known",
     {"0 < INVITE 1 | k: timer | x: 90", "0.1 > 422 INVITE 1 | Min-SE: 120", "0.2 < ACK 1"},
     60,
     SST_WATCH_INTERVAL_REFUSED,
     SST_WHO_CALLEE},

    /* ---- turned off ---- */
    {"by the caller's hold",
     {CALLER_REFRESHES, "300 > INVITE 2 | k: timer | offer", "300.1 < 200 INVITE 2 | k: timer",
      "300.2 > ACK 2", "1770 < BYE 1"},
     2000,
     SST_WATCH_TIMER_LOST,
     SST_WHO_CALLER},

    /* ---- 49.7 days are 2^32 ms, and nothing wraps ---- */
    {"a BYE 49 days and 300 s after the 2xx",
     {CALLEE_REFRESHES, "4295269.3 > BYE 2"},
     5000000,
     SST_WATCH_KEPT_TOO_LONG,
     SST_WHO_CALLER},
    {"turned off twice, 49 days apart: 2^32 ms after the 2xx of the timer",
     {CALLEE_REFRESHES, "301.9 < INVITE 1 | k: timer | offer", "302 > 200 INVITE 1 | k: timer",
      "302.1 < ACK 1", "4295168.9 < INVITE 2 | k: timer | offer",
      "4295169 > 200 INVITE 2 | k: timer", "4295169.1 < ACK 2", "4296737.3 > BYE 2"},
     5000000,
     SST_WATCH_ENDED_NORMALLY,
     SST_WHO_NONE},
};

/* Without one of its messages each looks like another call. */
static const struct call sole_calls[] = {
    {"a refresh and a BYE within exactly 2 s: neither knew",
     {NINETY, "61 < UPDATE 1 | k: timer | x: 90;refresher=uac", "63 > BYE 2"},
     200,
     SST_WATCH_ENDED_OTHERWISE,
     SST_WHO_CALLER},
    {"a millisecond more",
     {NINETY, "61 < UPDATE 1 | k: timer | x: 90;refresher=uac", "63.001 > BYE 2"},
     200,
     SST_WATCH_REFRESH_UNANSWERED,
     SST_WHO_CALLER},
    {"a refresh in vain, and another that was refused",
     {CALLER_REFRESHES, UPDATE_902, AGAIN_TWICE,
      "1000 > UPDATE 3 | k: timer | x: 1800;refresher=uac", "1000.1 < 503 UPDATE 3"},
     4000,
     SST_WATCH_KEPT_TOO_LONG,
     SST_WHO_CALLER},
    {"an UPDATE, and the next one at its time: there was an answer",
     {CALLER_REFRESHES, UPDATE_902, "1622 > UPDATE 3 | k: timer | x: 1800;refresher=uac",
      "1654 > BYE 4"},
     3000,
     SST_WATCH_INCOMPLETE,
     SST_WHO_NONE},
    {"the same 40 s later, where no timer runs that it could be too soon for",
     {TURNED_OFF, "1000 > UPDATE 3 | k: timer | x: 1800", "1040 > UPDATE 4 | k: timer | x: 1800",
      "1072 > BYE 5"},
     3000,
     SST_WATCH_INCOMPLETE,
     SST_WHO_NONE},
};

START_TEST(calls_that_look_alike_end_for_different_reasons)
{
    judge_call(&calls[_i]);
}
END_TEST

START_TEST(so_do_those_that_one_message_decides)
{
    judge_call(&sole_calls[_i]);
}
END_TEST

START_TEST(one_direction_is_incomplete)
{
    judge_directions(&calls[_i]);
}
END_TEST

START_TEST(a_lost_message_accuses_nobody_else)
{
    judge_losses(&calls[_i]);
}
END_TEST

START_TEST(a_cut_capture_accuses_nobody_else)
{
    judge_cuts(&calls[_i]);
}
END_TEST

static Suite *watch_ends_suite(void)
{
    Suite *suite = suite_create("watch_ends");
    TCase *tests = tcase_create("watch_ends");
    tcase_add_loop_test(tests, calls_that_look_alike_end_for_different_reasons, 0, COUNT_OF(calls));
    tcase_add_loop_test(tests, so_do_those_that_one_message_decides, 0, COUNT_OF(sole_calls));
    tcase_add_loop_test(tests, one_direction_is_incomplete, 0, COUNT_OF(calls));
    tcase_add_loop_test(tests, a_lost_message_accuses_nobody_else, 0, COUNT_OF(calls));
    tcase_add_loop_test(tests, a_cut_capture_accuses_nobody_else, 0, COUNT_OF(calls));
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return run_suite(watch_ends_suite());
}
