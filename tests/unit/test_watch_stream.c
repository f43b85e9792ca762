/* SPDX-License-Identifier: MIT */
/* Calls over TCP, TLS and WebSocket, where nothing is retransmitted (RFC 3261 section 17.1.2.2). If
 * an UPDATE has no response in a UDP capture, the response may be missing (see test_watch_ends.c);
 * here there was none. Times by hand, as in test_watch_verdict.c. */
#include "captures.h"

#define UPDATE_902 "902 > UPDATE 2 | k: timer | x: 1800;refresher=uac | stream"
#define UPDATE_940 "940 > UPDATE 3 | k: timer | x: 1800;refresher=uac | stream"

static const struct call calls[] = {
    {"an UPDATE without answer, the other side hangs up",
     {CALLER_REFRESHES, UPDATE_902, "1770 < BYE 1"},
     2000,
     SST_WATCH_REFRESH_UNANSWERED,
     SST_WHO_CALLEE},
    {"a re-INVITE",
     {CALLER_REFRESHES, "902 > INVITE 2 | k: timer | x: 1800;refresher=uac | offer | stream",
      "1770 < BYE 1"},
     2000,
     SST_WATCH_REFRESH_UNANSWERED,
     SST_WHO_CALLEE},
    {"from the callee",
     {CALLEE_REFRESHES, "902 < UPDATE 1 | k: timer | x: 1800;refresher=uac | stream",
      "1770 > BYE 2"},
     2000,
     SST_WATCH_REFRESH_UNANSWERED,
     SST_WHO_CALLER},
    {"its sender waits for the end of the session",
     {CALLER_REFRESHES, UPDATE_902, "1770 > BYE 3"},
     2000,
     SST_WATCH_REFRESH_UNANSWERED,
     SST_WHO_CALLEE},
    {"nobody hangs up, and its sender had to (RFC 4028 section 10)",
     {CALLER_REFRESHES, UPDATE_902},
     4000,
     SST_WATCH_KEPT_TOO_LONG,
     SST_WHO_CALLER},
    {"the other side's UPDATE without answer changes nothing",
     {CALLER_REFRESHES, "100 < UPDATE 1 | k: timer | x: 1800;refresher=uas | offer | stream",
      "1770 < BYE 1"},
     2000,
     SST_WATCH_NOT_REFRESHED,
     SST_WHO_CALLER},
    {"an UPDATE without answer long before the refresh without answer",
     {CALLER_REFRESHES, "200 > UPDATE 2 | k: timer | x: 1800;refresher=uac | offer | stream",
      "930 > UPDATE 3 | k: timer | x: 1800;refresher=uac | stream", "1770 < BYE 1"},
     2000,
     SST_WATCH_REFRESH_UNANSWERED,
     SST_WHO_CALLEE},
    {"the first one in vain, the second one refused: its sender had to hang up after the first",
     {CALLER_REFRESHES, UPDATE_902, UPDATE_940, "940.1 < 500 UPDATE 3"},
     4000,
     SST_WATCH_KEPT_TOO_LONG,
     SST_WHO_CALLER},
    {"together with an INVITE whose ACK is missing",
     {"0 > INVITE 1 | k: timer | x: 1800",
      "2 < 200 INVITE 1 | k: timer | x: 1800;refresher=uac | Require: timer", UPDATE_902,
      "1770 < BYE 1"},
     2000,
     SST_WATCH_REFRESH_UNANSWERED,
     SST_WHO_CALLEE},
    {"a re-INVITE may ring: its sender hangs up a minute later",
     {CALLER_REFRESHES, "902 > INVITE 2 | k: timer | x: 1800;refresher=uac | offer | stream",
      "962 > BYE 3"},
     2000,
     SST_WATCH_ENDED_NORMALLY,
     SST_WHO_NONE},
    {"answered",
     {CALLER_REFRESHES, UPDATE_902, "902.1 < 200 UPDATE 2 | x: 1800;refresher=uac | Require: timer",
      "1770 < BYE 1"},
     2000,
     SST_WATCH_ENDED_NORMALLY,
     SST_WHO_NONE},
};

START_TEST(what_has_no_answer_was_not_answered)
{
    judge_call(&calls[_i]);
}
END_TEST

START_TEST(one_direction_is_incomplete)
{
    judge_directions(&calls[_i]);
}
END_TEST

START_TEST(a_gap_accuses_nobody_else)
{
    judge_gaps(&calls[_i]);
}
END_TEST

START_TEST(a_cut_capture_accuses_nobody_else)
{
    judge_cuts(&calls[_i]);
}
END_TEST

/* A slot that held a request over a stream can then hold one over UDP. */
START_TEST(each_request_has_a_transport_of_its_own)
{
    static const char *const lines[] = {
        CALLER_REFRESHES,
        UPDATE_902,
        "902.1 < 200 UPDATE 2 | x: 1800;refresher=uac | Require: timer",
        "1802 > UPDATE 3 | k: timer | x: 1800;refresher=uac",
        "2670 < BYE 1",
        NULL};
    struct watched call;
    hear_all(&call, lines);
    struct sst_watch_result result = judged(&call, 3000);
    assert_verdict(result, INCOMPLETE, NONE);
}
END_TEST

static Suite *watch_stream_suite(void)
{
    Suite *suite = suite_create("watch_stream");
    TCase *tests = tcase_create("watch_stream");
    tcase_add_loop_test(tests, what_has_no_answer_was_not_answered, 0, COUNT_OF(calls));
    tcase_add_loop_test(tests, one_direction_is_incomplete, 0, COUNT_OF(calls));
    tcase_add_loop_test(tests, a_gap_accuses_nobody_else, 0, COUNT_OF(calls));
    tcase_add_loop_test(tests, a_cut_capture_accuses_nobody_else, 0, COUNT_OF(calls));
    tcase_add_test(tests, each_request_has_a_transport_of_its_own);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return run_suite(watch_stream_suite());
}
