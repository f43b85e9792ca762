/* SPDX-License-Identifier: MIT */
/* Refreshes that are tried again: back-off, Retry-After, glare. RFC 4028 §10, RFC 3261 §14.1. */
#include "talk.h"

#define TIMER "Supported: timer"
#define UPDATES "Allow: UPDATE | "
#define LOCAL_90 "Session-Expires: 90;refresher=uac | Require: timer"
#define LOCAL_1800 "Session-Expires: 1800;refresher=uac | Require: timer"

/* Rejects each refresh until the end: when each was requested. */
static const char *refuse_all(struct talk *t, unsigned status, const char *headers)
{
    static char times[512];
    size_t used = 0;

    times[0] = '\0';
    for (unsigned i = 0; i < 100 && !info_of(t).ended; i++) {
        unsigned before = t->refreshes;
        char when[32];
        uint64_t due = sst_session_deadline(t->session);
        until(t, (double)(due - t->begin_ms) / 1000.0);
        if (t->refreshes == before) {
            continue;
        }
        snprintf(when, sizeof when, "%g", (double)(t->now_ms - t->begin_ms) / 1000.0);
        used +=
            (size_t)snprintf(times + used, sizeof times - used, "%s%s", used > 0 ? " " : "", when);
        enum sst_method method = t->refresh.method;
        refreshes(t);
        gets(t, method, status, headers);
    }
    return times;
}

/* Shows: EC-53 I10 10-4 FB-56 */
START_TEST(a_503_is_tried_again_ever_more_seldom_until_the_peer_gives_up)
{
    struct talk *t = connected("", UPDATES LOCAL_90);

    expect(refuse_all(t, 503, ""), "45 47 51 59"); /* 2, 4, 8 s: "2-3 more" */
    /* EC-111: the other method each time */
    expect(told(t), "45 refresh UPDATE; 47 refresh INVITE offer; 51 refresh UPDATE; "
                    "59 refresh INVITE offer; 90 ended refresh_refused");
    ck_assert_uint_eq(t->counters.refreshes_failed[SST_OUTCOME_TRANSIENT], 4);
    end_talk(t);
    t = connected("", UPDATES LOCAL_1800);
    expect(refuse_all(t, 503, ""),
           "900 902 906 914 930 962 1026 1146 1266 1386 1506 1626 1746 1767");
    end_talk(t);
}
END_TEST

/* Shows: FB-56 EC-53 */
START_TEST(the_back_off_begins_anew_with_each_2xx)
{
    struct talk *t = connected("", UPDATES LOCAL_1800);

    for (unsigned cycle = 0; cycle < 3; cycle++) {
        from_here(t);
        /* EC-132: sent at 906 s, which are 128/256 of 1800 s: 900 s; then at 900 s */
        double at = cycle == 1 ? 894 : 900;
        until(t, at);
        refreshes(t);
        gets(t, UPDATE, 503, "");
        ck_assert_uint_eq(sst_session_deadline(t->session), t->now_ms + 2000);
        until(t, at + 2);
        refreshes(t);
        gets(t, INVITE, 503, "");
        ck_assert_uint_eq(sst_session_deadline(t->session), t->now_ms + 4000);
        until(t, at + 6);
        refreshes(t);
        expect(gets(t, UPDATE, 200, LOCAL_1800), "refreshed");
        expect(next(t), "1800");
    }
    end_talk(t);
}
END_TEST

/* Shows: EC-53 I10 */
START_TEST(retry_after_is_obeyed_within_the_budget)
{
    struct talk *t = connected("", UPDATES LOCAL_1800);

    until(t, 900);
    refreshes(t);
    expect(gets(t, UPDATE, 503, "Retry-After: 7"), "wait 907");
    until(t, 907);
    refreshes(t);
    expect(gets(t, INVITE, 500, "Retry-After: 3600 (later);duration=60"), "wait 1767");
    until(t, 1767);
    refreshes(t);
    expect(gets(t, UPDATE, 500, "Retry-After: 0"), "wait 1767");
    looks(t);
    refreshes(t);
    expect(gets(t, INVITE, 500, "Retry-After: 1"), "wait 1768"); /* EC-112: at the named moment */
    until(t, 1768);
    refreshes(t);
    expect(gets(t, UPDATE, 500, ""), "failed");
    until(t, 1800);
    expect(told(t), "900 refresh UPDATE; 907 refresh INVITE offer; 1767 refresh UPDATE; "
                    "1767 refresh INVITE offer; 1768 refresh UPDATE; 1800 ended refresh_refused");
    end_talk(t);
    t = connected("", UPDATES LOCAL_1800);
    until(t, 900);
    refreshes(t);
    expect(gets(t, UPDATE, 503, "Retry-After: 4294967295"), "wait 1767");
    end_talk(t);
    t = connected("", UPDATES LOCAL_1800);
    until(t, 900);
    refreshes(t);
    expect(gets(t, UPDATE, 503, "Retry-After: soon"), "wait 902");
    expect(told(t), "900 refresh UPDATE; 900 violation retry_after_malformed");
    end_talk(t);
}
END_TEST

/* Shows: EC-53 10-4 I10 */
START_TEST(retry_after_zero_is_no_endless_loop)
{
    struct talk *t = connected("", UPDATES LOCAL_1800);

    /* five times as named, then the back-off that has grown meanwhile */
    expect(refuse_all(t, 500, "Retry-After: 0"),
           "900 900 900 900 900 900 964 1084 1204 1324 1444 1564 1684 1767");
    end_talk(t);
    t = connected("", UPDATES LOCAL_90);
    expect(refuse_all(t, 500, "Retry-After: 0"), "45 45 45 45 45 45 59");
    end_talk(t);
}
END_TEST

/* ---- Glare ---- */

/* Shows: EC-52 FB-64 */
START_TEST(a_491_waits_by_who_owns_the_call_id)
{
    struct talk *t = connected("", UPDATES LOCAL_90); /* the caller: 2.1 to 4.0 s, the middle */

    until(t, 45);
    refreshes(t);
    expect(gets(t, UPDATE, 491, ""), "wait 48.05");
    until(t, 48.05);
    refreshes(t);
    expect(gets(t, UPDATE, 200, LOCAL_90), "refreshed");
    ck_assert_uint_eq(t->counters.glare, 1);
    ck_assert_uint_eq(t->counters.refreshes_failed[SST_OUTCOME_GLARE], 1);
    end_talk(t);

    t = called("prefer_refresher=uas", UPDATES TIMER " | Session-Expires: 90");
    until(t, 45); /* the callee: 0 to 2.0 s */
    refreshes(t);
    expect(gets(t, UPDATE, 491, ""), "wait 46");
    end_talk(t);
}
END_TEST

/* Shows: EC-52 */
START_TEST(the_waits_after_a_491_are_random_in_steps_of_10_ms)
{
    for (int is_caller = 0; is_caller < 2; is_caller++) {
        uint64_t least = is_caller ? 2100 : 0;
        uint64_t most = is_caller ? 4000 : 2000;
        uint64_t seen_least = UINT64_MAX;
        uint64_t seen_most = 0;
        unsigned different = 0;
        uint64_t last = UINT64_MAX;
        for (uint64_t seed = 1; seed <= 3000; seed++) {
            struct sst_verdict verdict;
            struct sst_msg response;
            struct talk *t = is_caller
                                 ? connected("", UPDATES LOCAL_90)
                                 : called("prefer_refresher=uas", TIMER " | Session-Expires: 90");
            talk_use_random(t, seed);
            until(t, 45);
            enum sst_method method = t->refresh.method;
            refreshes(t);
            sst_msg_response(&response, 491, method, SST_CSEQ_UNKNOWN);
            sst_session_response(t->session, &t->own[method == UPDATE], &response, t->now_ms,
                                 &verdict);
            ck_assert_int_eq(verdict.action, SST_ACTION_WAIT);
            uint64_t wait = verdict.when_ms - t->now_ms;
            ck_assert_uint_ge(wait, least);
            ck_assert_uint_le(wait, most);
            ck_assert_uint_eq(wait % 10, 0);
            different += wait != last;
            last = wait;
            seen_least = wait < seen_least ? wait : seen_least;
            seen_most = wait > seen_most ? wait : seen_most;
            end_talk(t);
        }
        ck_assert_uint_eq(seen_least, least); /* both limits are reached */
        ck_assert_uint_eq(seen_most, most);
        ck_assert_uint_gt(different, 2900);
    }
}
END_TEST

/* Shows: EC-52 10-4 */
START_TEST(after_five_491_the_back_off_takes_over)
{
    struct talk *t = connected("", UPDATES LOCAL_1800);

    /* five draws of 3.05 s, then 2, 4, 8, ... s */
    expect(refuse_all(t, 491, ""),
           "900 903.05 906.1 909.15 912.2 915.25 917.25 921.25 929.25 945.25 977.25 1041.25 "
           "1161.25 1281.25 1401.25 1521.25 1641.25 1761.25 1767");
    ck_assert_uint_eq(t->counters.glare, 19);
    end_talk(t);
}
END_TEST

/* At 60 s the peer does not hang up: its own INVITE was pending. */
/* Shows: EC-52 EC-39 */
START_TEST(a_491_to_the_last_attempt_is_waited_for)
{
    static const struct {
        double answered;
        const char *verdict;
    } rows[] = {{59.01, "wait 62.06"}, {85.9, "wait 88.95"}, {85.95, "failed"}};

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct talk *t = connected("", UPDATES LOCAL_90);
        until(t, 45);
        refreshes(t);
        expect(gets(t, UPDATE, 503, "Retry-After: 60"), "wait 59");
        until(t, 59);
        refreshes(t);
        until(t, rows[i].answered);
        expect(gets(t, INVITE, 491, ""), rows[i].verdict);
        end_talk(t);
    }

    struct talk *t = connected("", UPDATES LOCAL_90); /* five times, as usual */
    until(t, 45);
    refreshes(t);
    gets(t, UPDATE, 503, "Retry-After: 60");
    expect(refuse_all(t, 491, ""), "59 62.05 65.1 68.15 71.2 74.25");
    end_talk(t);
}
END_TEST

/* Shows: EC-52 */
START_TEST(the_short_waits_of_glare_begin_anew_with_each_2xx)
{
    struct talk *t = connected("", UPDATES LOCAL_1800);

    for (unsigned cycle = 0; cycle < 3; cycle++) {
        from_here(t);
        double at = (double)(info_of(t).refresh_ms - t->begin_ms) / 1000.0;
        for (unsigned i = 0; i < 4; i++) {
            until(t, at + 3.05 * i);
            enum sst_method method = i == 2 ? INVITE : UPDATE; /* EC-111: after one redraw */
            ck_assert_int_eq(t->refresh.method, method);
            refreshes(t);
            expect(gets(t, method, 491, "")[0] == 'w' ? "wait" : "", "wait");
            ck_assert_uint_eq(sst_session_deadline(t->session), t->now_ms + 3050);
        }
        until(t, at + 12.2);
        refreshes(t);
        expect(gets(t, INVITE, 200, LOCAL_1800), "refreshed");
    }
    end_talk(t);
}
END_TEST

/* Shows: FB-64 EC-52 */
START_TEST(a_491_retry_is_dropped_where_the_peer_has_refreshed_meanwhile)
{
    struct talk *t = connected("", UPDATES LOCAL_90);

    until(t, 45);
    refreshes(t);
    gets(t, UPDATE, 491, "");
    until(t, 46);
    serves(t, INVITE, TIMER " | Session-Expires: 90;refresher=uas"); /* uas: this side */
    hears_ack(t);
    until(t, 91);
    expect(told(t), "45 refresh UPDATE; 46 refreshed 90 local; 91 refresh UPDATE");
    end_talk(t);

    t = connected("", UPDATES LOCAL_90); /* the peer's refresh came first, then the 491 */
    until(t, 45);
    refreshes(t);
    serves(t, UPDATE, TIMER " | Session-Expires: 90;refresher=uas");
    expect(gets(t, UPDATE, 491, ""), "failed");
    expect(next(t), "90");
    end_talk(t);
}
END_TEST

/* Shows: EC-52 */
START_TEST(glare_for_a_request_of_the_hosts_is_advice)
{
    struct talk *t = connected("", UPDATES LOCAL_90);

    asks(t, INVITE);
    expect(gets(t, INVITE, 491, ""), "wait 3.05");
    expect(next(t), "45"); /* the timer is as it was */
    end_talk(t);
    t = caller("");
    asks(t, INVITE);
    expect(gets(t, INVITE, 491, ""), "wait 3.05");
    end_talk(t);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("session_wait");
    TCase *tcase = tcase_create("all");

    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, a_503_is_tried_again_ever_more_seldom_until_the_peer_gives_up);
    tcase_add_test(tcase, the_back_off_begins_anew_with_each_2xx);
    tcase_add_test(tcase, retry_after_is_obeyed_within_the_budget);
    tcase_add_test(tcase, retry_after_zero_is_no_endless_loop);
    tcase_add_test(tcase, a_491_waits_by_who_owns_the_call_id);
    tcase_add_test(tcase, the_waits_after_a_491_are_random_in_steps_of_10_ms);
    tcase_add_test(tcase, after_five_491_the_back_off_takes_over);
    tcase_add_test(tcase, a_491_to_the_last_attempt_is_waited_for);
    tcase_add_test(tcase, the_short_waits_of_glare_begin_anew_with_each_2xx);
    tcase_add_test(tcase, a_491_retry_is_dropped_where_the_peer_has_refreshed_meanwhile);
    tcase_add_test(tcase, glare_for_a_request_of_the_hosts_is_advice);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
