/* SPDX-License-Identifier: MIT */
/* Time passes: refresh, overdue, hang up, deferring; clocks that leap. RFC 4028 §7.2, §9, §10. */
#include "talk.h"

#define TIMER "Supported: timer"
#define LOCAL_90 "Session-Expires: 90;refresher=uac | Require: timer"
#define REMOTE_90 "Session-Expires: 90;refresher=uas"

/* Shows: EC-35 EC-43 EC-103 10-5 FB-36 FB-75 */
START_TEST(the_side_that_waits_hangs_up_at_the_guard)
{
    static const struct {
        const char *interval;
        const char *story;
    } rows[] = {
        {"90", "52.5 overdue; 60 ended not_refreshed"},
        {"91", "53.083 overdue; 60.667 ended not_refreshed"},
        {"95", "55.417 overdue; 63.334 ended not_refreshed"},
        {"96", "56 overdue; 64 ended not_refreshed"},
        {"97", "56.75 overdue; 65 ended not_refreshed"},
        {"1800", "1334 overdue; 1768 ended not_refreshed"},
    };
    char headers[96];

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        for (int direction = 0; direction < 2; direction++) {
            struct talk *t;
            snprintf(headers, sizeof headers, "Session-Expires: %s;refresher=%s", rows[i].interval,
                     direction == 0 ? "uas" : "uac | " TIMER);
            t = direction == 0 ? connected("", headers) : called("", headers);
            until(t, 4000);
            expect(told(t), rows[i].story);
            ck_assert_uint_eq(sst_session_deadline(t->session), SST_NEVER);
            end_talk(t);
        }
    }
}
END_TEST

/* Shows: 7.2-9 7.2-10 7.2-12 9-8 9-11 EC-41 EC-25 FB-39 FB-45 */
START_TEST(the_refresher_refreshes_at_half_of_each_interval)
{
    struct talk *t = connected("", "Allow: UPDATE | " LOCAL_90);

    cycles(t, 3, LOCAL_90, 0);
    expect(told(t), "45 refresh UPDATE; 45 refreshed 90 local; 90 refresh UPDATE; "
                    "90 refreshed 90 local; 135 refresh UPDATE; 135 refreshed 90 local");
    end_talk(t);

    t = connected("", "Session-Expires: 91;refresher=uac | Require: timer");
    cycles(t, 3, "Session-Expires: 91;refresher=uac | Require: timer", 0);
    expect(told(t), "45.5 refresh INVITE offer; 45.5 refreshed 91 local; "
                    "91 refresh INVITE offer; 91 refreshed 91 local; "
                    "136.5 refresh INVITE offer; 136.5 refreshed 91 local");
    end_talk(t);
}
END_TEST

/* Shows: FB-45 FB-61 EC-30 */
START_TEST(forty_cycles_each_2xx_three_seconds_late)
{
    struct talk *t = connected("", "Allow: UPDATE | " LOCAL_90);

    for (unsigned i = 1; i <= 40; i++) {
        struct sst_session_info info;
        cycles(t, 1, LOCAL_90, 3);
        info = info_of(t);
        /* the next one is due 45 s after this 2xx */
        ck_assert_uint_eq(t->now_ms - t->begin_ms, i * 48000);
        ck_assert_uint_eq(info.refresh_ms, t->now_ms + 45000);
        ck_assert_uint_eq(info.expires_ms, t->now_ms + 90000);
        ck_assert_uint_eq(sst_session_deadline(t->session), t->now_ms + 45000);
    }
    ck_assert_uint_eq(t->refreshes, 40);
    ck_assert_uint_eq(t->counters.refreshes_answered, 40);
    ck_assert_uint_eq(t->counters.refreshes_sent, 40);
    ck_assert_uint_eq(t->counters.refreshes_due, 40);
    end_talk(t);
}
END_TEST

/* Shows: FB-37 9-7 EC-35 */
START_TEST(a_refresh_in_time_is_as_good_at_any_time)
{
    struct talk *t = called("guard=none", TIMER " | Session-Expires: 90;refresher=uac");

    refreshed_by_peer(t, 3, 89.999, TIMER " | Session-Expires: 90;refresher=uac");
    ck_assert_uint_eq(t->count[SST_EVENT_ENDED], 0);
    ck_assert_uint_eq(t->count[SST_EVENT_OVERDUE], 3);
    from_here(t);
    until(t, 200);
    expect(told(t), "67.5 overdue; 90 ended not_refreshed");
    end_talk(t);
}
END_TEST

/* Shows: FB-37 */
START_TEST(the_guard_is_the_owners_choice)
{
    struct talk *t = connected("guard=percent guard_percent=10", REMOTE_90);

    until(t, 100);
    expect(told(t), "63 overdue; 81 ended not_refreshed");
    end_talk(t);
    t = connected("guard=percent guard_percent=50", REMOTE_90);
    until(t, 100);
    expect(told(t), "45 ended not_refreshed");
    end_talk(t);
    t = connected("guard=percent guard_percent=50",
                  "Session-Expires: 4294967295;refresher=uas");
    /* The guard is kept in 32 bits of milliseconds, 49 days: OVERDUE is midway between half
     * (2147483647.5) and 4294967295 - 4294967.295. */
    expect(next(t), "3219077987.602");
    end_talk(t);
}
END_TEST

/* Shows: EC-34 10-1 */
START_TEST(the_refresher_that_never_gets_to_it_ends_at_the_expiration)
{
    struct talk *t = connected("", "Allow: UPDATE | " LOCAL_90);

    until(t, 100); /* the host does nothing about it: asked again, then the end */
    expect(told(t), "45 refresh UPDATE; 47 refresh UPDATE; 51 refresh UPDATE; "
                    "59 refresh UPDATE; 90 ended refresh_not_sent");
    end_talk(t);
    t = connected("expire_at=guard", "Allow: UPDATE | " LOCAL_90);
    until(t, 100);
    expect(told(t), "45 refresh UPDATE; 47 refresh UPDATE; 51 refresh UPDATE; "
                    "59 refresh UPDATE; 60 ended refresh_not_sent");
    end_talk(t);
}
END_TEST

/* Shows: EC-37 FB-40 FB-57 */
START_TEST(a_refresh_under_way_does_not_hold_up_the_expiration)
{
    struct talk *t = connected("", "Allow: UPDATE | " LOCAL_90);

    until(t, 45);
    refreshes(t);
    until(t, 95);
    expect(told(t), "45 refresh UPDATE; 90 ended refresh_unanswered");
    expect(gets(t, UPDATE, 200, LOCAL_90), "ignore");
    expect(loses(t, UPDATE, SST_FAILED_TIMEOUT), "ignore");
    until(t, 500);
    expect(told(t), "");
    end_talk(t);
}
END_TEST

/* Shows: EC-45 EC-37 FB-48 */
START_TEST(one_look_after_a_leap_is_one_event)
{
    static const struct {
        const char *headers;
        double leap;
        const char *story;
    } rows[] = {
        {LOCAL_90, 44.999, ""},
        {LOCAL_90, 45, "45 refresh UPDATE"},
        {LOCAL_90, 59, "59 refresh UPDATE"},
        {LOCAL_90, 88.999, "88.999 refresh UPDATE"},
        {LOCAL_90, 89, ""}, /* I2 */
        {LOCAL_90, 89.999, ""},
        {LOCAL_90, 90, "90 ended refresh_not_sent"},
        {LOCAL_90, 3600, "3600 ended refresh_not_sent"},
        {REMOTE_90, 52.499, ""},
        {REMOTE_90, 52.5, "52.5 overdue"},
        {REMOTE_90, 59.999, "59.999 overdue"},
        {REMOTE_90, 60, "60 ended not_refreshed"},
        {REMOTE_90, 3600, "3600 ended not_refreshed"},
    };
    char headers[128];

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        snprintf(headers, sizeof headers, "Allow: UPDATE | %s", rows[i].headers);
        struct talk *t = connected("", headers);
        leaps(t, rows[i].leap);
        expect(told(t), rows[i].story);
        looks(t); /* idempotent */
        looks(t);
        expect(told(t), "");
        end_talk(t);
    }
}
END_TEST

/* Shows: EC-44 FB-48 */
START_TEST(a_clock_that_steps_back_is_clamped)
{
    struct talk *t = connected("", "Allow: UPDATE | " LOCAL_90);

    for (int back = 1; back <= 7000; back += 7) {
        t->now_ms = TALK_BEGIN_MS - (uint64_t)back * 1000u;
        looks(t);
    }
    t->now_ms = 0;
    looks(t);
    expect(told(t), "");
    expect(next(t), "45");
    until(t, 45);
    expect(told(t), "45 refresh UPDATE");
    t->now_ms = TALK_BEGIN_MS - 500000u; /* the refresh is on its way while the clock is wrong */
    refreshes(t);
    expect(gets(t, UPDATE, 200, LOCAL_90), "refreshed");
    ck_assert_uint_eq(info_of(t).start_ms, TALK_BEGIN_MS); /* not before the last start */
    end_talk(t);
}
END_TEST

/* Shows: EC-46 */
START_TEST(a_host_that_never_looks_is_told_nothing)
{
    struct talk *t = connected("", "Allow: UPDATE | " LOCAL_90);

    t->now_ms += 1000000;
    expect(asks(t, UPDATE), TIMER " | Session-Expires: 90;refresher=uac");
    expect(told(t), "");
    expect(gets(t, UPDATE, 200, LOCAL_90), "refreshed"); /* a 2xx counts whenever it comes */
    expect(told(t), "1000 refreshed 90 local");
    end_talk(t);
}
END_TEST

/* Shows: EC-01 FB-33 */
START_TEST(the_largest_interval_neither_wraps_nor_ends)
{
    struct talk *t = connected("", "Session-Expires: 99999999999;refresher=uac | Require: timer");

    expect(next(t), "2147483647.5");
    until(t, 2147483646);
    expect(told(t), "");
    until(t, 2147483647.5);
    expect(told(t), "2147483647.5 refresh INVITE offer");
    end_talk(t);
    t = connected("", "Session-Expires: 4294967295;refresher=uas");
    until(t, 4294967295.0 - 32.001);
    ck_assert_uint_eq(t->count[SST_EVENT_ENDED], 0);
    until(t, 4294967295.0 - 32.0);
    ck_assert_uint_eq(t->count[SST_EVENT_ENDED], 1);
    end_talk(t);
    /* on a clock that is as far as a clock can be */
    t = caller("");
    t->now_ms = t->begin_ms = UINT64_C(1) << 63;
    asks(t, INVITE);
    gets(t, INVITE, 200, "Session-Expires: 4294967295;refresher=uas");
    from_here(t);
    until(t, 4294967295.0 - 32.0);
    ck_assert_uint_eq(t->count[SST_EVENT_ENDED], 1);
    end_talk(t);
}
END_TEST

/* Shows: EC-08 11-1 */
START_TEST(an_interval_below_90_is_healed_and_drives_nobody_faster_than_the_floor)
{
    static const struct {
        const char *interval;
        const char *due;
        unsigned an_hour; /* refreshes in 3600 s */
    } rows[] = {
        {"0", "10", 360},   {"1", "10", 360},  {"19", "10", 360},
        {"21", "10.5", 342}, {"60", "30", 120}, {"89", "44.5", 80},
    };
    char headers[96];
    char story[128];

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        snprintf(headers, sizeof headers,
                 "Allow: UPDATE | Session-Expires: %s;refresher=uac | Require: timer",
                 rows[i].interval);
        struct talk *t = caller("");
        asks(t, INVITE);
        gets(t, INVITE, 200, headers);
        snprintf(story, sizeof story, "0 violation se_below_absolute; 0 negotiated %s local",
                 rows[i].interval);
        expect(told(t), story);
        expect(next(t), rows[i].due);
        ck_assert_uint_eq(info_of(t).expires_ms, t->begin_ms + 90000);
        while (t->now_ms + info_of(t).refresh_ms - info_of(t).start_ms <= t->begin_ms + 3600000) {
            cycles(t, 1, headers, 0);
        }
        ck_assert_uint_eq(t->refreshes, rows[i].an_hour);
        ck_assert_uint_eq(t->own[1].interval, 90); /* asked for each time */
        ck_assert_uint_eq(t->count[SST_EVENT_VIOLATION], rows[i].an_hour + 1);
        end_talk(t);
    }
}
END_TEST

/* Shows: EC-08 */
START_TEST(an_interval_below_90_is_watched_as_90)
{
    struct talk *t = connected("", "Session-Expires: 1;refresher=uas");

    until(t, 100);
    expect(told(t), "52.5 overdue; 60 ended not_refreshed");
    end_talk(t);
    t = connected("accept_small_interval=no", "Session-Expires: 30;refresher=uas");
    until(t, 100);
    expect(told(t), "17.5 overdue; 20 ended not_refreshed");
    end_talk(t);
    t = connected("accept_small_interval=no", "Session-Expires: 4;refresher=uac");
    until(t, 10); /* half is below the floor, and later than half would be too late */
    expect(told(t), "2 refresh INVITE offer; 2.167 refresh INVITE offer; "
                    "4 ended refresh_not_sent");
    end_talk(t);
}
END_TEST

/* ---- Deferring ---- */

/* Shows: FB-55 EC-51 I10 */
START_TEST(a_deferred_refresh_is_asked_for_again_within_the_budget)
{
    struct talk *t = connected("", "Allow: UPDATE | " LOCAL_90);

    ck_assert_int_eq(sst_session_defer(t->session, SST_NEVER, t->now_ms), SST_ERR_STATE);
    until(t, 45);
    ck_assert_int_eq(sst_session_defer(t->session, SST_NEVER, t->now_ms), SST_OK);
    ck_assert_int_eq(sst_session_defer(t->session, SST_NEVER, t->now_ms), SST_ERR_STATE);
    expect(next(t), "47"); /* the library's own wait */
    until(t, 47);
    ck_assert_int_eq(sst_session_defer(t->session, t->now_ms + 1500, t->now_ms), SST_OK);
    expect(next(t), "48.5"); /* the host's */
    until(t, 48.5);
    ck_assert_int_eq(sst_session_defer(t->session, t->begin_ms, t->now_ms), SST_OK);
    expect(next(t), "48.501"); /* at once, but no busy loop */
    until(t, 48.501);
    ck_assert_int_eq(sst_session_defer(t->session, t->now_ms + 60000, t->now_ms), SST_OK);
    expect(next(t), "59"); /* never past the last moment: one second before the peer's BYE */
    until(t, 59);
    ck_assert_int_eq(sst_session_defer(t->session, t->now_ms + 20000, t->now_ms), SST_OK);
    expect(next(t), "79"); /* from here on what is blocked goes as soon as it can; EC-39 */
    until(t, 79);
    ck_assert_int_eq(sst_session_defer(t->session, t->now_ms + 10000, t->now_ms), SST_OK);
    until(t, 200);
    expect(told(t), "45 refresh UPDATE; 47 refresh UPDATE; 48.5 refresh UPDATE; "
                    "48.501 refresh UPDATE; 59 refresh UPDATE; 79 refresh UPDATE; "
                    "90 ended refresh_not_sent");
    ck_assert_int_eq(sst_session_defer(t->session, SST_NEVER, t->now_ms), SST_ERR_STATE);
    end_talk(t);
}
END_TEST

/* Shows: I10 FB-55 10-4 */
START_TEST(a_host_that_does_nothing_is_asked_a_bounded_number_of_times)
{
    struct talk *t = connected("", "Session-Expires: 1800;refresher=uac | Require: timer");

    until(t, 2000); /* 2, 4, 8, 16, 32, 64, 120 ... s, the last at 1767 */
    expect(told(t), "900 refresh INVITE offer; 902 refresh INVITE offer; "
                    "906 refresh INVITE offer; 914 refresh INVITE offer; "
                    "930 refresh INVITE offer; 962 refresh INVITE offer; "
                    "1026 refresh INVITE offer; 1146 refresh INVITE offer; "
                    "1266 refresh INVITE offer; 1386 refresh INVITE offer; "
                    "1506 refresh INVITE offer; 1626 refresh INVITE offer; "
                    "1746 refresh INVITE offer; 1767 refresh INVITE offer; "
                    "1800 ended refresh_not_sent");
    ck_assert_uint_eq(t->counters.refreshes_due, 14);
    ck_assert_uint_eq(t->counters.refreshes_sent, 0);
    end_talk(t);
}
END_TEST

/* Shows: EC-103 */
START_TEST(the_watcher_rescues_once_where_its_owner_wants_it)
{
    struct talk *t = connected("rescue=yes", "Allow: UPDATE | " REMOTE_90);

    until(t, 52.5);
    looks(t);
    expect(told(t), "52.5 overdue; 52.5 refresh UPDATE");
    expect(refreshes(t), "UPDATE " TIMER " | Session-Expires: 90;refresher=uas");
    expect(gets(t, UPDATE, 503, "Retry-After: 1"), "failed"); /* one is one */
    until(t, 100);
    expect(told(t), "60 ended not_refreshed");
    end_talk(t);

    t = connected("rescue=yes", "Allow: UPDATE | " REMOTE_90);
    for (unsigned i = 0; i < 3; i++) {
        until(t, (i + 1) * 52.5);
        looks(t);
        refreshes(t);
        expect(gets(t, UPDATE, 200, REMOTE_90), "refreshed");
    }
    ck_assert_uint_eq(t->count[SST_EVENT_OVERDUE], 3);
    expect(next(t), "210");
    end_talk(t);
}
END_TEST

/* Shows: EC-103 */
START_TEST(a_watcher_that_may_not_rescue_does_not)
{
    struct talk *t = connected("", "Allow: UPDATE | " REMOTE_90);

    until(t, 59.999);
    expect(told(t), "52.5 overdue");
    ck_assert_uint_eq(info_of(t).refresh_ms, SST_NEVER);
    end_talk(t);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("session_time");
    TCase *tcase = tcase_create("all");

    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, the_side_that_waits_hangs_up_at_the_guard);
    tcase_add_test(tcase, the_refresher_refreshes_at_half_of_each_interval);
    tcase_add_test(tcase, forty_cycles_each_2xx_three_seconds_late);
    tcase_add_test(tcase, a_refresh_in_time_is_as_good_at_any_time);
    tcase_add_test(tcase, the_guard_is_the_owners_choice);
    tcase_add_test(tcase, the_refresher_that_never_gets_to_it_ends_at_the_expiration);
    tcase_add_test(tcase, a_refresh_under_way_does_not_hold_up_the_expiration);
    tcase_add_test(tcase, one_look_after_a_leap_is_one_event);
    tcase_add_test(tcase, a_clock_that_steps_back_is_clamped);
    tcase_add_test(tcase, a_host_that_never_looks_is_told_nothing);
    tcase_add_test(tcase, the_largest_interval_neither_wraps_nor_ends);
    tcase_add_test(tcase, an_interval_below_90_is_healed_and_drives_nobody_faster_than_the_floor);
    tcase_add_test(tcase, an_interval_below_90_is_watched_as_90);
    tcase_add_test(tcase, a_deferred_refresh_is_asked_for_again_within_the_budget);
    tcase_add_test(tcase, a_host_that_does_nothing_is_asked_a_bounded_number_of_times);
    tcase_add_test(tcase, the_watcher_rescues_once_where_its_owner_wants_it);
    tcase_add_test(tcase, a_watcher_that_may_not_rescue_does_not);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
