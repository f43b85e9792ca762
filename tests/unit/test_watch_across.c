/* SPDX-License-Identifier: MIT */
/* One call on both sides of a proxy: what was sent to it and did not come out is not its sender's.
 */
#include "watched.h"

#define LINES_MAX 10

#define UP                                                                                         \
    "0 > INVITE 1 | k: timer | x: 1800 | Allow: INVITE, UPDATE",                                   \
        "2 < 200 INVITE 1 | k: timer | x: 1800;refresher=uac | Require: timer", "2.1 > ACK 1"
#define REFRESH "902 > UPDATE 2 | k: timer | x: 1800;refresher=uac"
#define REFRESHED "902.1 < 200 UPDATE 2 | x: 1800;refresher=uac | Require: timer"

static const struct {
    const char *title;
    const char *near_caller[LINES_MAX];
    const char *near_callee[LINES_MAX];
    uint64_t proxy;
    double at;
    enum sst_watch_verdict verdict;
    enum sst_watch_who who;
} calls[] = {
    {"all is well",
     {UP, REFRESH, REFRESHED, "1000 > BYE 3"},
     {UP, REFRESH, REFRESHED, "1000 > BYE 3"},
     0,
     2000,
     SST_WATCH_ENDED_NORMALLY,
     SST_WHO_NONE},
    {"the caller sends nothing",
     {UP, "1770 < BYE 1"},
     {UP, "1770 < BYE 1"},
     0,
     2000,
     SST_WATCH_NOT_REFRESHED,
     SST_WHO_CALLER},
    {"the callee does not answer",
     {UP, REFRESH, "934 > BYE 3"},
     {UP, REFRESH, "934 > BYE 3"},
     0,
     2000,
     SST_WATCH_REFRESH_UNANSWERED,
     SST_WHO_CALLEE},
    {"the refresh does not come out of the proxy",
     {UP, REFRESH, "934 > BYE 3"},
     {UP, "934 > BYE 3"},
     0,
     2000,
     SST_WATCH_REFRESH_UNANSWERED,
     SST_WHO_PROXY},
    {"nor does it, and the callee hangs up",
     {UP, REFRESH, REFRESH, "1770 < BYE 1"},
     {UP, "1770 < BYE 1"},
     0,
     2000,
     SST_WATCH_REFRESH_UNANSWERED,
     SST_WHO_PROXY},
    {"the proxy answers 481 itself",
     {UP, REFRESH, "902.1 < 481 UPDATE 2", "902.2 > BYE 3"},
     {UP, "902.2 > BYE 3"},
     0,
     2000,
     SST_WATCH_REFRESH_DIALOG_LOST,
     SST_WHO_PROXY},
    {"the callee answers 481",
     {UP, REFRESH, "902.1 < 481 UPDATE 2", "902.2 > BYE 3"},
     {UP, REFRESH, "902.1 < 481 UPDATE 2", "902.2 > BYE 3"},
     0,
     2000,
     SST_WATCH_REFRESH_DIALOG_LOST,
     SST_WHO_CALLEE},
    {"the proxy answers 422 itself",
     {"0 > INVITE 1 | k: timer | x: 600", "1 < 422 INVITE 1 | Min-SE: 90", "1.1 > ACK 1"},
     {"0 > INVITE 1 | k: timer | x: 600", "1 < 487 INVITE 1", "1.1 > ACK 1"},
     0,
     100,
     SST_WATCH_INTERVAL_REFUSED,
     SST_WHO_PROXY},
    {"the proxy hangs up to both sides",
     {UP, REFRESH, REFRESHED, "1300 < BYE 1"},
     {UP, REFRESH, REFRESHED, "1300 > BYE 3"},
     0,
     2000,
     SST_WATCH_ENDED_OTHERWISE,
     SST_WHO_PROXY},
    {"and says that it was for the timer",
     {UP, REFRESH, REFRESHED, "1300 < BYE 1 | timer"},
     {UP, REFRESH, REFRESHED, "1300 > BYE 3 | timer"},
     0,
     2000,
     SST_WATCH_HUNG_UP_EARLY,
     SST_WHO_PROXY},
    {"the proxy takes refresher out of the 2xx",
     {"0 > INVITE 1 | k: timer | x: 1800", "2 < 200 INVITE 1 | x: 1800", "2.1 > ACK 1",
      "1770 < BYE 1"},
     {"0 > INVITE 1 | k: timer | x: 1800",
      "2 < 200 INVITE 1 | x: 1800;refresher=uac | Require: timer", "2.1 > ACK 1", "1770 < BYE 1"},
     FOUND(PROXY_2XX_CHANGED),
     2000,
     SST_WATCH_NOBODY_REFRESHES,
     SST_WHO_PROXY},
    {"each hop blames the side next to it: the refresher's counts",
     {UP, "1770 < BYE 1"},
     {UP, REFRESH, "903 > UPDATE 2 | k: timer | x: 1800;refresher=uac", "1770 < BYE 1"},
     0,
     2000,
     SST_WATCH_NOT_REFRESHED,
     SST_WHO_CALLER},
    {"the proxy refreshes for a caller that does not",
     {UP, "1770 < BYE 1"},
     {UP, REFRESH, REFRESHED, "1300 < BYE 1"},
     0,
     2000,
     SST_WATCH_NOT_REFRESHED,
     SST_WHO_CALLER},
    {"one hop is not complete, and blames over the proxy",
     {UP, "1770 < BYE 1"},
     {"0 > INVITE 1 | k: timer"},
     0,
     2000,
     SST_WATCH_NOT_REFRESHED,
     SST_WHO_CALLER},
    {"the hop next to the guilty one is not complete",
     {"0 > INVITE 1 | k: timer"},
     {UP, "1770 < BYE 1"},
     0,
     2000,
     SST_WATCH_INCOMPLETE,
     SST_WHO_NONE},
    {"the proxy asked for a timer, told nobody, and forgot the call",
     {"0 > INVITE 1 | k: timer", "2 < 200 INVITE 1", "2.1 > ACK 1", "2000 > BYE 2"},
     {"0 > INVITE 1 | k: timer | x: 1800", "2 < 200 INVITE 1", "2.1 > ACK 1"},
     FOUND(PROXY_2XX_NOT_INSERTED),
     3000,
     SST_WATCH_NOBODY_REFRESHES,
     SST_WHO_PROXY},
};

START_TEST(two_hops_tell_more_than_one)
{
    struct watched near_caller;
    struct watched near_callee;
    struct sst_watch_result result;
    hear_all(&near_caller, calls[_i].near_caller);
    hear_all(&near_callee, calls[_i].near_callee);
    struct sst_watch_result first = judged(&near_caller, calls[_i].at);
    struct sst_watch_result second = judged(&near_callee, calls[_i].at);
    sst_watch_across(&first, &second, calls[_i].proxy, &result);
    ck_assert_msg(result.verdict == calls[_i].verdict && result.who == calls[_i].who,
                  "%s: %s by %s, not %s by %s", calls[_i].title,
                  sst_watch_verdict_name(result.verdict), sst_watch_who_name(result.who),
                  sst_watch_verdict_name(calls[_i].verdict), sst_watch_who_name(calls[_i].who));
    /* The result may take the place of one of the two. */
    sst_watch_across(&first, &second, calls[_i].proxy, &second);
    ck_assert_int_eq(second.verdict, result.verdict);
    ck_assert_int_eq(second.who, result.who);
}
END_TEST

static Suite *watch_across_suite(void)
{
    Suite *suite = suite_create("watch_across");
    TCase *tests = tcase_create("watch_across");
    tcase_add_loop_test(tests, two_hops_tell_more_than_one, 0, COUNT_OF(calls));
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return run_suite(watch_across_suite());
}
