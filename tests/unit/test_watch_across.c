/* SPDX-License-Identifier: MIT */
/* One call on both sides of a proxy: what was sent to the proxy and did not come out is not the
 * sender's fault. */
#include "watched.h"

#define LINES_MAX 10

#define UP                                                                                         \
    "0 > INVITE 1 | k: timer | x: 1800 | Allow: INVITE, UPDATE",                                   \
        "2 < 200 INVITE 1 | k: timer | x: 1800;refresher=uac | Require: timer", "2.1 > ACK 1"
#define REFRESH "902 > UPDATE 2 | k: timer | x: 1800;refresher=uac"
#define AGAIN "902.5 > UPDATE 2 | k: timer | x: 1800;refresher=uac"
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
     {UP, REFRESH, AGAIN, "1770 < BYE 1"},
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
    {"and says that it was because of the timer",
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
    /* The result may be stored in one of the two. */
    sst_watch_across(&first, &second, calls[_i].proxy, &second);
    ck_assert_int_eq(second.verdict, result.verdict);
    ck_assert_int_eq(second.who, result.who);
}
END_TEST

#define IS(verdict, who, refresher, ended_by)                                                      \
    {SST_WATCH_##verdict, SST_WHO_##who, SST_WHO_##refresher, SST_WHO_##ended_by}

/* The verdict on a hop. */
struct side {
    enum sst_watch_verdict verdict;
    enum sst_watch_who who;
    enum sst_watch_who refresher;
    enum sst_watch_who ended_by;
};

static const struct {
    const char *title;
    struct side near_caller;
    struct side near_callee;
    uint64_t proxy;
    struct side both;
    uint64_t causes; /* in addition to what the deciding hop has found */
} pairs[] = {
    {"each hop blames the side next to it, and the callee has to refresh",
     IS(REFRESH_UNANSWERED, CALLER, CALLEE, CALLER), IS(NOT_REFRESHED, CALLEE, CALLEE, CALLER), 0,
     IS(NOT_REFRESHED, CALLEE, CALLEE, CALLER), 0},
    {"the callee's refresh does not come out of the proxy, and the caller hangs up",
     IS(NOT_REFRESHED, CALLEE, CALLEE, CALLER), IS(REFRESH_UNANSWERED, CALLER, CALLEE, CALLER), 0,
     IS(REFRESH_UNANSWERED, PROXY, CALLEE, CALLER), 0},
    {"nor does it, and the callee gives up", IS(ENDED_NORMALLY, NONE, CALLEE, CALLEE),
     IS(REFRESH_UNANSWERED, CALLER, CALLEE, CALLEE), 0,
     IS(REFRESH_UNANSWERED, PROXY, CALLEE, CALLEE), 0},
    {"the caller does not answer it, as both hops show",
     IS(REFRESH_UNANSWERED, CALLER, CALLEE, CALLEE), IS(REFRESH_REFUSED, CALLER, CALLEE, CALLEE), 0,
     IS(REFRESH_UNANSWERED, CALLER, CALLEE, CALLEE), 0},
    {"only the callee's hop shows that it hung up because of the timer",
     IS(ENDED_NORMALLY, NONE, CALLER, CALLEE), IS(HUNG_UP_EARLY, CALLEE, CALLER, CALLEE), 0,
     IS(HUNG_UP_EARLY, CALLEE, CALLER, CALLEE), 0},
    {"neither blames anybody, and the BYE is on the callee's hop only",
     IS(RUNNING, NONE, CALLER, NONE), IS(ENDED_NORMALLY, NONE, CALLER, CALLEE), 0,
     IS(ENDED_NORMALLY, NONE, CALLER, CALLEE), 0},
    {"or on the caller's", IS(ENDED_NORMALLY, NONE, CALLER, CALLER),
     IS(RUNNING, NONE, CALLER, NONE), 0, IS(ENDED_NORMALLY, NONE, CALLER, CALLER), 0},
    {"the result of two hops has a third one added", IS(REFRESH_UNANSWERED, PROXY, CALLER, CALLER),
     IS(ENDED_NORMALLY, NONE, CALLER, CALLER), 0, IS(REFRESH_UNANSWERED, PROXY, CALLER, CALLER), 0},

    /* the proxy inserts the interval into the request, but not into the 2xx */
    {"its BYE goes through: it has not forgotten the call", IS(NO_TIMER, NONE, NONE, CALLER),
     IS(NO_TIMER, NONE, NONE, CALLER), FOUND(PROXY_2XX_NOT_INSERTED),
     IS(NO_TIMER, NONE, NONE, CALLER), 0},
    {"a BYE is on one hop, but there is a timer", IS(ENDED_NORMALLY, NONE, CALLER, CALLER),
     IS(RUNNING, NONE, CALLER, NONE), FOUND(PROXY_2XX_NOT_INSERTED),
     IS(ENDED_NORMALLY, NONE, CALLER, CALLER), 0},
    {"a BYE is on one hop, and nothing is wrong with the proxy", IS(NO_TIMER, NONE, NONE, CALLER),
     IS(NO_TIMER, NONE, NONE, NONE), 0, IS(NO_TIMER, NONE, NONE, CALLER), 0},

    /* the proxy hangs up to both sides */
    {"where there is no timer", IS(NO_TIMER, NONE, NONE, CALLEE), IS(NO_TIMER, NONE, NONE, CALLER),
     0, IS(ENDED_OTHERWISE, PROXY, NONE, PROXY), FOUND(PROXY_BYE)},
    {"with another reason", IS(ENDED_OTHERWISE, CALLEE, CALLER, CALLEE),
     IS(ENDED_OTHERWISE, CALLER, CALLER, CALLER), 0, IS(ENDED_OTHERWISE, PROXY, CALLER, PROXY),
     FOUND(PROXY_BYE)},
    {"since the caller does not refresh", IS(NOT_REFRESHED, CALLER, CALLER, CALLEE),
     IS(NOT_REFRESHED, CALLER, CALLER, CALLER), 0, IS(NOT_REFRESHED, CALLER, CALLER, PROXY),
     FOUND(PROXY_BYE)},
    {"one hop has no BYE: it passed the callee's on", IS(ENDED_NORMALLY, NONE, CALLER, CALLEE),
     IS(RUNNING, NONE, CALLER, NONE), 0, IS(ENDED_NORMALLY, NONE, CALLER, CALLEE), 0},

    /* one hop is not complete */
    {"the other one blames nobody", IS(INCOMPLETE, NONE, NONE, NONE),
     IS(ENDED_NORMALLY, NONE, CALLER, CALLER), 0, IS(ENDED_NORMALLY, NONE, CALLER, CALLER), 0},
    {"the callee's hop blames the callee", IS(INCOMPLETE, NONE, NONE, NONE),
     IS(NOT_REFRESHED, CALLEE, CALLEE, CALLER), 0, IS(NOT_REFRESHED, CALLEE, CALLEE, CALLER), 0},
    {"the caller's hop blames the callee, over the proxy",
     IS(NOT_REFRESHED, CALLEE, CALLEE, CALLER), IS(INCOMPLETE, NONE, NONE, NONE), 0,
     IS(INCOMPLETE, NONE, CALLEE, CALLER), 0},
    {"nor is the other one", IS(INCOMPLETE, NONE, NONE, NONE), IS(INCOMPLETE, NONE, NONE, NONE), 0,
     IS(INCOMPLETE, NONE, NONE, NONE), 0},

    /* whose turn it was */
    {"the proxy removed Session-Expires", IS(TIMER_LOST, CALLEE, NONE, CALLER),
     IS(TIMER_LOST, CALLEE, NONE, CALLER), FOUND(PROXY_SE_REMOVED),
     IS(TIMER_LOST, PROXY, NONE, CALLER), FOUND(PROXY_SE_REMOVED)},
    {"each side thinks that it is the other's turn", IS(NOT_REFRESHED, CALLEE, CALLEE, CALLER),
     IS(NOT_REFRESHED, CALLEE, CALLER, CALLER), FOUND(PROXY_2XX_CHANGED) | FOUND(PROXY_MIN_SE),
     IS(NOT_REFRESHED, PROXY, CALLER, CALLER), FOUND(PROXY_2XX_CHANGED)},
    {"both know whose turn it is, whatever the proxy did",
     IS(NOT_REFRESHED, CALLER, CALLER, CALLEE), IS(NOT_REFRESHED, CALLER, CALLER, CALLEE),
     FOUND(PROXY_TAGS), IS(NOT_REFRESHED, CALLER, CALLER, CALLEE), 0},
    {"the proxy did nothing to it", IS(NOBODY_REFRESHES, CALLEE, CALLER, CALLEE),
     IS(NOBODY_REFRESHES, CALLEE, CALLER, CALLEE), FOUND(PROXY_MIN_SE),
     IS(NOBODY_REFRESHES, CALLEE, CALLER, CALLEE), 0},
};

static struct sst_watch_result result_of(const struct side *side, bool near_caller)
{
    return (struct sst_watch_result){
        .verdict = side->verdict,
        .who = side->who,
        .refresher = side->refresher,
        .ended_by = side->ended_by,
        .by_caller = near_caller ? 1u : 2u,
        .by_callee = near_caller ? 4u : 8u,
        .missing = near_caller ? SST_MISSING_REQUEST : SST_MISSING_END,
    };
}

START_TEST(results_of_two_hops_make_one)
{
    struct sst_watch_result first = result_of(&pairs[_i].near_caller, true);
    struct sst_watch_result second = result_of(&pairs[_i].near_callee, false);
    struct sst_watch_result result;
    sst_watch_across(&first, &second, pairs[_i].proxy, &result);
    ck_assert_msg(result.verdict == pairs[_i].both.verdict && result.who == pairs[_i].both.who,
                  "%s: %s by %s", pairs[_i].title, sst_watch_verdict_name(result.verdict),
                  sst_watch_who_name(result.who));
    ck_assert_msg(result.refresher == pairs[_i].both.refresher, "%s", pairs[_i].title);
    ck_assert_msg(result.ended_by == pairs[_i].both.ended_by, "%s", pairs[_i].title);
    ck_assert_msg(result.causes == pairs[_i].causes, "%s", pairs[_i].title);
    /* Each end is judged by the hop next to it. */
    ck_assert_uint_eq(result.by_caller, 1);
    ck_assert_uint_eq(result.by_callee, 8);
}
END_TEST

/* A message that neither hop has is missing. */
START_TEST(what_is_missing_on_two_hops_is_missing)
{
    const struct side over = IS(NOT_REFRESHED, CALLEE, CALLEE, CALLER);
    const struct side cut = IS(INCOMPLETE, NONE, NONE, NONE);
    struct sst_watch_result first = result_of(&over, true);
    struct sst_watch_result second = result_of(&cut, false);
    struct sst_watch_result result;
    first.causes = FOUND(REFRESH_MISSING);
    sst_watch_across(&first, &second, 0, &result);
    ck_assert_uint_eq(result.missing, SST_MISSING_REQUEST | SST_MISSING_END);
    ck_assert_uint_eq(result.causes, 0);
}
END_TEST

static Suite *watch_across_suite(void)
{
    Suite *suite = suite_create("watch_across");
    TCase *tests = tcase_create("watch_across");
    tcase_add_loop_test(tests, two_hops_tell_more_than_one, 0, COUNT_OF(calls));
    tcase_add_loop_test(tests, results_of_two_hops_make_one, 0, COUNT_OF(pairs));
    tcase_add_test(tests, what_is_missing_on_two_hops_is_missing);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return run_suite(watch_across_suite());
}
