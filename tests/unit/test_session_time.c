/* SPDX-License-Identifier: MIT */
/* Time passes: refresh, overdue, hang up; clocks that leap. RFC 4028 §7.2, §9, §10. */
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

/* Shows: 7.2-9 7.2-10 7.2-12 EC-41 EC-25 FB-39 FB-45 */
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

/* Shows: FB-45 FB-61 EC-30 EC-132 */
START_TEST(forty_cycles_each_2xx_three_seconds_late)
{
    struct talk *t = connected("", "Allow: UPDATE | " LOCAL_90);

    for (unsigned i = 1; i <= 40; i++) {
        struct sst_session_info info = info_of(t);
        uint64_t start = info.start_ms;
        uint64_t sent = info.refresh_ms;
        cycles(t, 1, LOCAL_90, 3);
        info = info_of(t);
        /* the next one is due 45 s after this one was sent, in units of 1/256 of the interval,
         * rounded down; the expiration counts from the 2xx */
        uint64_t known = start + (sent - start) * 256u / 90000u * 90000u / 256u;
        ck_assert_uint_eq(t->now_ms, sent + 3000);
        ck_assert_uint_eq(info.refresh_ms, known + 45000);
        ck_assert_uint_gt(info.refresh_ms, sent + 45000 - 352); /* 90 s / 256 */
        ck_assert_uint_eq(info.expires_ms, t->now_ms + 90000);
        ck_assert_uint_eq(sst_session_deadline(t->session), info.refresh_ms);
        if (i == 1) {
            ck_assert_uint_eq(info.refresh_ms, t->begin_ms + 90000); /* not 93 */
        }
    }
    ck_assert_uint_eq(t->refreshes, 40);
    ck_assert_uint_eq(t->counters.refreshes_answered, 40);
    ck_assert_uint_eq(t->counters.refreshes_sent, 40);
    ck_assert_uint_eq(t->counters.refreshes_due, 40);
    end_talk(t);
}
END_TEST

/* Fault E8: the peer counts from its own 2xx. */
/* Shows: EC-132 EC-30 */
START_TEST(a_2xx_that_is_late_is_counted_from_the_sending)
{
    struct talk *t = connected("", "Allow: UPDATE | " LOCAL_90);

    until(t, 45);
    refreshes(t);
    until(t, 63); /* 18 s late: the peer's BYE is at 45 + 60 s */
    expect(gets(t, UPDATE, 200, LOCAL_90), "refreshed");
    expect(next(t), "90");
    ck_assert_uint_eq(info_of(t).expires_ms, t->begin_ms + 153000);
    end_talk(t);

    t = connected("refresh_floor=1", "Allow: UPDATE | " LOCAL_90);
    until(t, 45);
    refreshes(t);
    until(t, 89); /* a moment that has nearly passed */
    gets(t, UPDATE, 200, "Session-Expires: 90;refresher=uac | Require: timer");
    expect(next(t), "90");
    end_talk(t);

    t = connected("refresh_percent=5 refresh_floor=1", "Allow: UPDATE | " LOCAL_90);
    until(t, 4.5);
    refreshes(t);
    until(t, 20); /* a moment that has passed: at once */
    gets(t, UPDATE, 200, LOCAL_90);
    ck_assert_uint_eq(sst_session_deadline(t->session), 0);
    until(t, 20);
    ck_assert_uint_eq(t->refreshes, 2);
    end_talk(t);

    /* To the initial INVITE: the user may have taken that long. The arrival counts; the other side
     * counts from the ACK (EC-30), which is as late: BYE at 18 + 60 s. */
    t = caller("mode=request session_expires=90");
    asks(t, INVITE);
    until(t, 18);
    expect(gets(t, INVITE, 200, "Allow: UPDATE | " LOCAL_90), "refreshed");
    expect(next(t), "63");
    end_talk(t);

    t = connected("", "Allow: UPDATE | " LOCAL_90); /* another 2xx in between: from the arrival */
    until(t, 45);
    refreshes(t);
    until(t, 50);
    serves(t, INVITE, TIMER " | Session-Expires: 90;refresher=uas");
    until(t, 55);
    gets(t, UPDATE, 200, LOCAL_90);
    expect(next(t), "100");
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

/* Shows: FB-37 EC-126 */
START_TEST(the_guard_is_the_owners_choice)
{
    struct talk *t = connected("guard=percent guard_percent=10", REMOTE_90);

    until(t, 100);
    expect(told(t), "63 overdue; 81 ended not_refreshed");
    end_talk(t);
    t = connected("guard=percent guard_percent=33", REMOTE_90);
    until(t, 100);
    expect(told(t), "52.65 overdue; 60.3 ended not_refreshed");
    end_talk(t);
    /* EC-126: never earlier than in RFC 4028 §10 */
    t = connected("guard=percent guard_percent=33", "Session-Expires: 1800;refresher=uas");
    until(t, 2000);
    expect(told(t), "1334 overdue; 1768 ended not_refreshed");
    end_talk(t);
    t = connected("guard=percent guard_percent=33", "Session-Expires: 4294967295;refresher=uas");
    /* OVERDUE is halfway between half (2147483647.5) and 4294967295 - 32. */
    expect(next(t), "3221225455.25");
    end_talk(t);
}
END_TEST

/* Shows: EC-34 10-1 */
START_TEST(the_refresher_that_never_gets_to_it_ends_at_the_expiration)
{
    struct talk *t = connected("", "Allow: UPDATE | " LOCAL_90);

    until(t, 100); /* the host does nothing: it is asked again, then the session ends */
    expect(told(t), "45 refresh UPDATE; 47 refresh UPDATE; 51 refresh UPDATE; "
                    "59 refresh UPDATE; 75 refresh UPDATE; 90 ended refresh_not_sent");
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
    expect(loses(t, UPDATE, SST_OUTCOME_TIMEOUT), "ignore");
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
        ck_assert_uint_eq(t->counters.refreshes_due, t->refreshes);
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
    t->now_ms = TALK_BEGIN_MS - 500000u; /* the refresh is in flight while the clock is wrong */
    refreshes(t);
    expect(gets(t, UPDATE, 200, LOCAL_90), "refreshed");
    ck_assert_uint_eq(info_of(t).start_ms, t->now_ms); /* until the next 2xx */
    end_talk(t);
}
END_TEST

/* When the clock is set in an interval of 90 s, and what brings the next 2xx. */
enum set_in { BEFORE_OWN, AT_REFRESH, IN_REFRESH, BEFORE_PEERS, IN_PEERS };

static void refreshes_by_another_clock(struct talk *t, enum set_in phase, double at, double set)
{
    until(t, at);
    if (phase == IN_REFRESH) {
        refreshes(t);
    } else if (phase == IN_PEERS) {
        hears(t, UPDATE, "Supported: timer | " LOCAL_90);
    }
    t->now_ms = t->begin_ms + (uint64_t)(int64_t)((at + set) * 1000.0);
    switch (phase) {
    case BEFORE_OWN:
        asks(t, UPDATE);
        break;
    case AT_REFRESH:
        refreshes(t);
        break;
    case BEFORE_PEERS:
        hears(t, UPDATE, "Supported: timer | " LOCAL_90);
        break;
    case IN_REFRESH:
    case IN_PEERS:
        break;
    }
    if (phase >= BEFORE_PEERS) {
        answers(t, UPDATE, 200);
    } else {
        expect(gets(t, UPDATE, 200, LOCAL_90), "refreshed");
    }
    from_here(t);
}

/* A refresh in flight while the clock was set ahead seems to have had a late response, so the next
 * one comes earlier: EC-132. */
/* Shows: EC-44 EC-132 */
START_TEST(a_2xx_restates_all_times_by_the_clock_that_shows_it)
{
    static const struct {
        enum set_in phase;
        double at;
        double set;
        const char *next;
    } rows[] = {
        {BEFORE_OWN, 22.5, -2000, "45"},     {BEFORE_OWN, 22.5, -22.5, "45"},
        {BEFORE_OWN, 22.5, 22.5, "45"},      {AT_REFRESH, 45, -2000, "45"},
        {AT_REFRESH, 45, -45.001, "45"},     {AT_REFRESH, 45, -22.5, "45"},
        {AT_REFRESH, 45, 22.5, "45"},        {IN_REFRESH, 45, -2000, "45"},
        {IN_REFRESH, 45, -22.5, "45"},       {IN_REFRESH, 45, 22.5, "22.5"},
        {BEFORE_PEERS, 22.5, -2000, "52.5"}, {BEFORE_PEERS, 22.5, 22.5, "52.5"},
        {IN_PEERS, 45, -2000, "52.5"},       {IN_PEERS, 45, -45.001, "52.5"},
        {IN_PEERS, 45, 10, "52.5"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        bool watches = rows[i].phase >= BEFORE_PEERS;
        struct talk *t = connected("", watches ? REMOTE_90 : "Allow: UPDATE | " LOCAL_90);
        for (unsigned cycle = 0; cycle < 3; cycle++) {
            double at =
                cycle > 0 && rows[i].phase == IN_REFRESH && rows[i].set > 0 ? 22.5 : rows[i].at;
            refreshes_by_another_clock(t, rows[i].phase, at, rows[i].set);
            ck_assert_uint_eq(info_of(t).start_ms, t->now_ms);
            ck_assert_uint_eq(info_of(t).expires_ms, t->now_ms + 90000u);
            expect(next(t), rows[i].next);
        }
        end_talk(t);
    }
}
END_TEST

/* What is not limited to this interval goes on by the new clock, counted from the start. */
/* Shows: EC-44 EC-115 EC-121 */
START_TEST(what_outlives_a_2xx_goes_by_the_new_clock_too)
{
    struct talk *t = connected("", "Allow: UPDATE | " LOCAL_90);

    serves(t, INVITE, "Supported: timer"); /* its ACK is awaited until 32 */
    until(t, 10);
    serves(t, UPDATE, ""); /* a proxy's ping: the refresh is still at 45 */
    until(t, 20);
    t->now_ms -= 2000000u; /* so it was 10, as far as anyone can know */
    serves(t, UPDATE, "");
    from_here(t);
    expect(next(t), "35");
    until(t, 22);
    ck_assert_uint_eq(sst_ack_until(t->session), sst_time_in(t->now_ms));
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
    /* on a clock that is as far ahead as a clock can be */
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
        unsigned most;    /* EC-132: when one was sent is known to 90/256 s */
    } rows[] = {
        {"0", "10", 360, 360},    {"1", "10", 360, 360},  {"19", "10", 360, 360},
        {"21", "10.5", 342, 354}, {"60", "30", 120, 121}, {"89", "44.5", 80, 81},
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
        ck_assert_uint_ge(t->refreshes, rows[i].an_hour);
        ck_assert_uint_le(t->refreshes, rows[i].most);
        ck_assert_uint_eq(t->own[1].interval, 90); /* asked for each time */
        ck_assert_uint_eq(t->count[SST_EVENT_VIOLATION], t->refreshes + 1);
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
    t = connected("accept_small_interval=no", "Session-Expires: 0;refresher=uas");
    until(t, 20); /* EC-125: run as 20 s, twice the floor */
    expect(told(t), "11.667 overdue; 13.334 ended not_refreshed");
    end_talk(t);
    /* With a floor of 1 s as 8 s: losing a refresh for 2 s ends nothing. */
    t = connected("accept_small_interval=no refresh_floor=1",
                  "Session-Expires: 0;refresher=uac | Require: timer");
    expect(next(t), "1");
    ck_assert_uint_eq(info_of(t).expires_ms, t->begin_ms + 8000);
    until(t, 3);
    refreshes(t);
    ck_assert_uint_eq(t->refresh.not_after_ms, t->begin_ms + 7000);
    end_talk(t);
    t = connected("accept_small_interval=no", "Session-Expires: 4;refresher=uac");
    until(t, 30);
    expect(told(t), "10 refresh INVITE offer; 12 refresh INVITE offer; "
                    "12.334 refresh INVITE offer; 20 ended refresh_not_sent");
    end_talk(t);
}
END_TEST

/* Fault D1: the floor holds whatever a 2xx and the policy say, and the call lives. */
/* Shows: EC-125 11-1 */
START_TEST(no_2xx_drives_this_side_faster_than_the_floor)
{
    static const char *const policies[] = {
        "accept_small_interval=no",
        "accept_small_interval=yes",
        "refresh_percent=5",
        "max_refresh=10",
        "accept_small_interval=no max_refresh=10 refresh_percent=5",
        "jitter_percent=10 max_refresh=11",
    };
    static const char *const intervals[] = {"0", "1", "19", "21", "90"};
    char headers[96];

    for (size_t p = 0; p < COUNT_OF(policies); p++) {
        for (size_t i = 0; i < COUNT_OF(intervals); i++) {
            snprintf(headers, sizeof headers,
                     "Allow: UPDATE | Session-Expires: %s;refresher=uac | Require: timer",
                     intervals[i]);
            struct talk *t = caller(policies[p]);
            talk_use_random(t, 7);
            asks(t, INVITE);
            gets(t, INVITE, 200, headers);
            from_here(t);
            uint64_t last = t->now_ms;
            while (t->now_ms < t->begin_ms + 3600000) {
                cycles(t, 1, headers, 1);
                uint64_t sent = t->now_ms - 1000;
                ck_assert_uint_ge(sent - last, 10000);
                last = sent;
            }
            ck_assert(!info_of(t).ended);
            end_talk(t);
        }
    }
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
    tcase_add_test(tcase, a_2xx_that_is_late_is_counted_from_the_sending);
    tcase_add_test(tcase, a_refresh_in_time_is_as_good_at_any_time);
    tcase_add_test(tcase, the_guard_is_the_owners_choice);
    tcase_add_test(tcase, the_refresher_that_never_gets_to_it_ends_at_the_expiration);
    tcase_add_test(tcase, a_refresh_under_way_does_not_hold_up_the_expiration);
    tcase_add_test(tcase, one_look_after_a_leap_is_one_event);
    tcase_add_test(tcase, a_clock_that_steps_back_is_clamped);
    tcase_add_test(tcase, a_2xx_restates_all_times_by_the_clock_that_shows_it);
    tcase_add_test(tcase, what_outlives_a_2xx_goes_by_the_new_clock_too);
    tcase_add_test(tcase, a_host_that_never_looks_is_told_nothing);
    tcase_add_test(tcase, the_largest_interval_neither_wraps_nor_ends);
    tcase_add_test(tcase, an_interval_below_90_is_healed_and_drives_nobody_faster_than_the_floor);
    tcase_add_test(tcase, an_interval_below_90_is_watched_as_90);
    tcase_add_test(tcase, no_2xx_drives_this_side_faster_than_the_floor);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
