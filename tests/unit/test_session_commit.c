/* SPDX-License-Identifier: MIT */
/* What an interval looks like when it begins, for each policy and each kind of peer. */
#include "talk.h"

#define TIMER "Supported: timer"
#define REQUIRED " | Require: timer"
#define LOCAL_90 "Session-Expires: 90;refresher=uac | Require: timer"
#define REMOTE_90 "Session-Expires: 90;refresher=uas"

/* Shows: 7.2-12 EC-41 FB-33 */
START_TEST(the_refresh_point_is_the_owners_but_never_after_half)
{
    static const struct {
        const char *policy;
        const char *interval;
        const char *due;
    } rows[] = {
        {"", "1800", "900"},
        {"refresh_percent=5", "1800", "90"},
        {"refresh_percent=49", "91", "44.59"},
        {"max_refresh=600", "1800", "600"},
        {"max_refresh=900", "1800", "900"},
        {"max_refresh=1000", "1800", "900"},
        {"max_refresh=900", "1799", "899.5"},
        {"max_refresh=900", "1801", "900"},
        {"max_refresh=86400", "4294967295", "86400"},
        {"refresh_percent=5", "90", "10"}, /* the floor: 10 s by default */
        {"refresh_percent=5 refresh_floor=1", "90", "4.5"},
        {"max_refresh=45 refresh_floor=45", "1800", "45"},
        {"refresh_floor=45", "90", "45"},
    };
    char headers[96];

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        snprintf(headers, sizeof headers, "Session-Expires: %s;refresher=uac" REQUIRED,
                 rows[i].interval);
        struct talk *t = connected(rows[i].policy, headers);
        expect(next(t), rows[i].due);
        end_talk(t);
    }
}
END_TEST

static uint64_t refresh_after(const char *policy, uint64_t seed)
{
    struct talk *t = caller(policy);

    if (seed != 0) {
        talk_use_random(t, seed);
    }
    asks(t, INVITE);
    gets(t, INVITE, 200, "Session-Expires: 1800;refresher=uac" REQUIRED);
    uint64_t after = info_of(t).refresh_ms - t->now_ms;
    end_talk(t);
    return after;
}

/* Shows: EC-42 FB-50 */
START_TEST(jitter_makes_it_earlier_by_its_share_at_most)
{
    const uint64_t half = 900000;
    uint64_t least = UINT64_MAX;
    uint64_t most = 0;
    unsigned low = 0;

    for (uint64_t seed = 1; seed <= 2000; seed++) {
        uint64_t after = refresh_after("jitter_percent=10", seed);
        ck_assert_uint_ge(after, half - 180000);
        ck_assert_uint_le(after, half);
        ck_assert_uint_eq(after, refresh_after("jitter_percent=10", seed)); /* the same again */
        least = after < least ? after : least;
        most = after > most ? after : most;
        low += after < half - 90000;
    }
    ck_assert_uint_lt(least, half - 178000); /* all of the range is used, evenly */
    ck_assert_uint_gt(most, half - 2000);
    ck_assert_uint_ge(low, 900);
    ck_assert_uint_le(low, 1100);
    ck_assert_uint_eq(refresh_after("jitter_percent=10", 0), half); /* no source, no jitter */
    ck_assert_uint_eq(refresh_after("", 5), half);
    ck_assert_uint_ge(refresh_after("jitter_percent=1", 5), half - 18000); /* the minimum */
    ck_assert_uint_lt(refresh_after("jitter_percent=1", 5), half);
    for (uint64_t seed = 1; seed <= 100; seed++) { /* not below the floor */
        ck_assert_uint_ge(
            refresh_after("jitter_percent=4 refresh_percent=5 refresh_floor=45", seed), 45000);
    }
}
END_TEST

static uint32_t highest(void *user)
{
    (void)user;
    return UINT32_MAX;
}

/* Shows: EC-42 */
START_TEST(jitter_goes_as_far_as_its_share_or_the_floor)
{
    static const struct {
        const char *policy;
        const char *interval;
        const char *due;
    } rows[] = {
        {"jitter_percent=10", "1024", "409.6"},               /* 512 - 102.4 */
        {"jitter_percent=10 max_refresh=60", "1800", "10"},   /* 60 - 180: the floor */
        {"jitter_percent=10 max_refresh=200", "1024", "97.6"} /* 200 - 102.4 */
    };
    char headers[96];

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct talk *t = caller(rows[i].policy);
        t->policy.random = highest;
        snprintf(headers, sizeof headers, "Session-Expires: %s;refresher=uac" REQUIRED,
                 rows[i].interval);
        asks(t, INVITE);
        gets(t, INVITE, 200, headers);
        expect(next(t), rows[i].due);
        end_talk(t);
    }
}
END_TEST

/* Who asks, who answers, and the result: each mode against each kind of peer, as UAC. */
/* Shows: 7.1-1 7.2-3 7.2-5 7.2-6 FB-102 EC-18 */
START_TEST(each_mode_against_each_kind_of_peer_as_uac)
{
    static const struct {
        const char *policy;
        const char *asks;
        const char *supporting; /* a peer that answers by §9 if asked, else not at all */
        const char *asking;     /* a peer that asks for a timer by itself */
        const char *silent;     /* a peer without the extension */
    } rows[] = {
        {"mode=accept", TIMER, "", "0 negotiated 600 local", ""},
        {"mode=request", TIMER " | Session-Expires: 1800", "0 negotiated 1800 remote",
         "0 negotiated 600 local", "0 negotiated 1800 local own"},
        {"mode=require", TIMER " | Session-Expires: 1800" REQUIRED, "0 negotiated 1800 remote",
         "0 negotiated 600 local", "0 negotiated 1800 local own"},
        {"mode=request own_benefit=no", TIMER " | Session-Expires: 1800",
         "0 negotiated 1800 remote", "0 negotiated 600 local", ""},
        {"mode=off", "", "", "0 violation timer_unasked", ""},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct talk *t = caller(rows[i].policy);
        bool asked = strstr(asks(t, INVITE), "Session-Expires") != NULL;
        gets(t, INVITE, 200,
             asked ? "Session-Expires: 1800;refresher=uas" REQUIRED " | " TIMER : TIMER);
        expect(told(t), rows[i].supporting);
        end_talk(t);

        t = caller(rows[i].policy);
        expect(asks(t, INVITE), rows[i].asks);
        gets(t, INVITE, 200, "Session-Expires: 600;refresher=uac" REQUIRED " | " TIMER);
        expect(told(t), rows[i].asking);
        end_talk(t);

        t = caller(rows[i].policy);
        asks(t, INVITE);
        gets(t, INVITE, 200, "");
        expect(told(t), rows[i].silent);
        end_talk(t);
    }
}
END_TEST

/* Shows: 9-3 9-4 9-10 FB-12 FB-102 EC-19 EC-135 */
START_TEST(each_mode_against_each_kind_of_peer_as_uas)
{
    static const struct {
        const char *policy;
        const char *asking;     /* Supported, Session-Expires */
        const char *supporting; /* Supported; EC-135: it may ignore what it did not ask for */
        const char *proxied;    /* Session-Expires from a proxy */
        const char *silent;     /* nothing */
        const char *requiring;  /* Require, Supported: the advice */
    } rows[] = {
        {"mode=accept", "0 negotiated 600 remote", "", "0 negotiated 600 local", "", "0"},
        {"mode=request", "0 negotiated 600 remote", "0 negotiated 1800 local",
         "0 negotiated 600 local", "", "0"},
        {"mode=require", "0 negotiated 600 remote", "0 negotiated 1800 local",
         "0 negotiated 600 local", "", "0"},
        {"mode=request own_benefit=yes", "0 negotiated 600 remote", "0 negotiated 1800 local",
         "0 negotiated 600 local", "0 negotiated 1800 local own", "0"},
        {"mode=off", "", "", "", "", "420 Unsupported: timer"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct {
            const char *request;
            const char *story;
        } peers[] = {
            {TIMER " | Session-Expires: 600", rows[i].asking},
            {TIMER, rows[i].supporting},
            {"Session-Expires: 600", rows[i].proxied},
            {"", rows[i].silent},
        };
        for (size_t p = 0; p < COUNT_OF(peers); p++) {
            struct talk *t = callee(rows[i].policy);
            serves(t, INVITE, peers[p].request);
            expect(told(t), peers[p].story);
            end_talk(t);
        }
        struct talk *t = callee(rows[i].policy);
        expect(hears(t, INVITE, "Require: timer | " TIMER), rows[i].requiring);
        end_talk(t);
    }
}
END_TEST

/* Shows: FB-13 4-5 */
START_TEST(a_dialog_without_timer_takes_one_later_unless_told_not_to)
{
    struct talk *t = called("", TIMER);

    until(t, 1000);
    serves(t, INVITE, TIMER " | Session-Expires: 600");
    expect(told(t), "1000 negotiated 600 remote");
    end_talk(t);
    t = called("accept_midcall=no", TIMER);
    until(t, 1000);
    expect(serves(t, INVITE, TIMER " | Session-Expires: 600"), TIMER);
    expect(told(t), "");
    end_talk(t);
}
END_TEST

/* ---- Another policy in mid-call ---- */

/* Shows: EC-34 */
START_TEST(another_policy_takes_effect_at_the_next_negotiation)
{
    struct talk *t = connected("", "Allow: UPDATE | " LOCAL_90);
    struct talk *other = caller("guard=none refresh_percent=10 refresh_floor=1 expire_at=guard "
                                "mode=require accept_small_interval=no");

    other->policy.on_event = t->policy.on_event;
    other->policy.user = t;
    other->policy.counters = NULL;
    ck_assert_int_eq(sst_session_set_policy(t->session, &other->policy), SST_OK);
    expect(next(t), "45"); /* the deadlines in force stay */
    ck_assert_uint_eq(info_of(t).end_ms, t->begin_ms + 90000);
    until(t, 45);
    expect(refreshes(t), "UPDATE " TIMER " | Session-Expires: 90;refresher=uac" REQUIRED);
    gets(t, UPDATE, 200, LOCAL_90);
    expect(next(t), "54");
    ck_assert_uint_eq(info_of(t).end_ms, t->begin_ms + 45000 + 60000);
    ck_assert_int_eq(sst_session_set_policy(t->session, &t->policy), SST_OK);
    ck_assert_uint_eq(info_of(t).end_ms, t->begin_ms + 45000 + 60000);
    end_talk(t);

    t = connected("guard=none", REMOTE_90);
    other->policy.user = t;
    other->policy.guard = SST_GUARD_RFC;
    ck_assert_int_eq(sst_session_set_policy(t->session, &other->policy), SST_OK);
    ck_assert_uint_eq(info_of(t).end_ms, t->begin_ms + 90000);
    other->policy.min_se = 120;
    other->policy.absolute_min = 120; /* 90 s was not below the minimum when it was agreed on */
    ck_assert_int_eq(sst_session_set_policy(t->session, &other->policy), SST_OK);
    ck_assert_uint_eq(info_of(t).expires_ms, t->begin_ms + 90000);
    end_talk(t);
    end_talk(other);
}
END_TEST

START_TEST(a_policy_that_switches_the_extension_off_lets_the_timer_go)
{
    struct talk *t = connected("", LOCAL_90);
    struct talk *other = caller("mode=off");

    other->policy.on_event = t->policy.on_event;
    other->policy.user = t;
    ck_assert_int_eq(sst_session_set_policy(t->session, &other->policy), SST_OK);
    until(t, 45); /* what was agreed on is kept until the next negotiation ... */
    expect(refreshes(t), "INVITE offer ");
    gets(t, INVITE, 200, LOCAL_90); /* ... which does not take place any more */
    expect(told(t), "45 refresh INVITE offer; 45 violation timer_unasked; 45 negotiated off");
    expect(next(t), "never");
    end_talk(t);

    t = connected("", LOCAL_90); /* until it is answered the peer counts on it: §10, EC-50 */
    other->policy.user = t;
    ck_assert_int_eq(sst_session_set_policy(t->session, &other->policy), SST_OK);
    until(t, 45);
    expect(refreshes(t), "INVITE offer ");
    until(t, 77);
    expect(loses(t, INVITE, SST_OUTCOME_TIMEOUT), "ended");
    expect(told(t), "45 refresh INVITE offer; 77 ended refresh_timeout");
    end_talk(t);

    t = called("", TIMER " | Session-Expires: 90;refresher=uac");
    other->policy.user = t;
    ck_assert_int_eq(sst_session_set_policy(t->session, &other->policy), SST_OK);
    expect(serves(t, UPDATE, TIMER " | Session-Expires: 90;refresher=uac"), "");
    expect(told(t), "0 negotiated off");
    end_talk(t);
    end_talk(other);
}
END_TEST

/* The peer waits for the refreshes, or sends them: the request had offered both. */
START_TEST(what_was_offered_stands_though_it_was_switched_off_since)
{
    static const char *const answer[] = {LOCAL_90, REMOTE_90, TIMER, ""};
    static const char *const heard[] = {"0 negotiated 90 local", "0 negotiated 90 remote", "", ""};
    struct talk *t = caller("mode=request");
    struct talk *other = caller("mode=off");

    other->policy.on_event = t->policy.on_event;
    other->policy.user = t;
    asks(t, INVITE);
    ck_assert_int_eq(sst_session_set_policy(t->session, &other->policy), SST_OK);
    gets(t, INVITE, 200, answer[_i]);
    expect(told(t), heard[_i]); /* and none for our own benefit */
    ck_assert_int_eq(info_of(t).peer_supports, _i == 1 || _i == 2);
    until(t, 45);
    if (_i == 0) {
        expect(refreshes(t), "INVITE offer ");
        gets(t, INVITE, 200, "");
        expect(told(t), "45 refresh INVITE offer; 45 negotiated off");
    }
    end_talk(t);

    t = caller("mode=off"); /* the reverse: what was not offered is accepted all the same */
    asks(t, INVITE);
    ck_assert_int_eq(sst_policy_set_n(&other->policy, "mode", 4, "accept", 6, NULL), SST_OK);
    other->policy.user = t;
    ck_assert_int_eq(sst_session_set_policy(t->session, &other->policy), SST_OK);
    gets(t, INVITE, 200, answer[_i]);
    expect(told(t), heard[_i]);
    end_talk(t);
    end_talk(other);
}
END_TEST

START_TEST(a_wrong_policy_is_not_taken)
{
    struct talk *t = connected("", LOCAL_90);
    struct sst_policy wrong = t->policy;

    wrong.min_se = 60;
    ck_assert_int_eq(sst_session_set_policy(t->session, &wrong), SST_ERR_RANGE);
    wrong.min_se = 3600;
    ck_assert_int_eq(sst_session_set_policy(t->session, &wrong), SST_ERR_CONFLICT);
    ck_assert_int_eq(sst_session_set_policy(t->session, NULL), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_session_set_policy(NULL, &t->policy), SST_ERR_ARGUMENT);
    ck_assert_ptr_eq(t->session->policy, &t->policy);
    end_talk(t);
}
END_TEST

/* Shows: EC-39 */
START_TEST(counters_count_what_happens)
{
    struct talk *t = called("min_se=120 session_expires=1800", TIMER);

    hears(t, INVITE, TIMER " | Session-Expires: 90");
    asks(t, INVITE);
    hears(t, INVITE, TIMER);
    gets(t, INVITE, 491, "");
    gets(t, INVITE, 491, ""); /* a copy */
    serves(t, UPDATE, TIMER " | Session-Expires: 120;refresher=uac");
    serves(t, UPDATE, TIMER " | Session-Expires: 120;refresher=uac");
    until(t, 200);
    const struct sst_counters *n = &t->counters;
    ck_assert_uint_eq(n->rejected_422, 1);
    ck_assert_uint_eq(n->rejected_491, 1);
    ck_assert_uint_eq(n->glare, 1);
    ck_assert_uint_eq(n->negotiated, 1);
    ck_assert_uint_eq(n->refreshes_received, 2);
    ck_assert_uint_eq(n->overdue, 1);
    ck_assert_uint_eq(n->ended[SST_END_NOT_REFRESHED], 1);
    ck_assert_uint_eq(n->refreshes_due + n->refreshes_sent + n->refreshes_answered, 0);
    end_talk(t);

    t = called("", TIMER " | Session-Expires: 90"); /* the first 2xx is no refresh */
    ck_assert_uint_eq(t->counters.negotiated, 1);
    ck_assert_uint_eq(t->counters.refreshes_received, 0);
    end_talk(t);

    t = connected("", LOCAL_90); /* counters are optional */
    t->policy.counters = NULL;
    until(t, 200);
    end_talk(t);
}
END_TEST

/* The largest possible number. */
static uint32_t most(void *unused)
{
    (void)unused;
    return UINT32_MAX;
}

#define LONG_LOCAL "Session-Expires: 36000;refresher=uac | Require: timer"

/* A tenth of ten hours is 3600 s; a random source divides it into 1024 steps of at most 3515 ms. */
/* Shows: EC-42 */
START_TEST(jitter_stays_within_its_range)
{
    struct talk *t = connected("jitter_percent=10", LONG_LOCAL);

    until(t, 18000);
    refreshes(t);
    t->policy.random = most;
    gets(t, INVITE, 200, LONG_LOCAL);
    expect(next(t), "32400.64"); /* 18000 + 18000 - 3599.36 */
    end_talk(t);
}
END_TEST

/* The time of sending is known to 1/256 of the interval, of a long one as well. */
/* Shows: EC-132 */
START_TEST(the_next_refresh_of_a_long_interval_counts_from_the_sending)
{
    struct talk *t = connected("", LONG_LOCAL);

    until(t, 18000);
    refreshes(t);
    until(t, 18002);
    gets(t, INVITE, 200, LONG_LOCAL);
    expect(next(t), "36000");
    end_talk(t);
}
END_TEST

/* 1/256 of 90 s is 352 ms, for which 4 ms a second are allowed, and one more. */
/* Shows: EC-132 EC-125 */
START_TEST(the_floor_counts_from_the_latest_moment_of_sending)
{
    struct talk *t = connected("refresh_floor=45", LOCAL_90);

    until(t, 45);
    refreshes(t);
    until(t, 47);
    gets(t, INVITE, 200, LOCAL_90);
    expect(next(t), "90.361");
    end_talk(t);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("session_commit");
    TCase *tcase = tcase_create("all");

    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, the_refresh_point_is_the_owners_but_never_after_half);
    tcase_add_test(tcase, jitter_makes_it_earlier_by_its_share_at_most);
    tcase_add_test(tcase, jitter_goes_as_far_as_its_share_or_the_floor);
    tcase_add_test(tcase, each_mode_against_each_kind_of_peer_as_uac);
    tcase_add_test(tcase, each_mode_against_each_kind_of_peer_as_uas);
    tcase_add_test(tcase, a_dialog_without_timer_takes_one_later_unless_told_not_to);
    tcase_add_test(tcase, another_policy_takes_effect_at_the_next_negotiation);
    tcase_add_test(tcase, a_policy_that_switches_the_extension_off_lets_the_timer_go);
    tcase_add_loop_test(tcase, what_was_offered_stands_though_it_was_switched_off_since, 0, 4);
    tcase_add_test(tcase, a_wrong_policy_is_not_taken);
    tcase_add_test(tcase, counters_count_what_happens);
    tcase_add_test(tcase, jitter_stays_within_its_range);
    tcase_add_test(tcase, the_next_refresh_of_a_long_interval_counts_from_the_sending);
    tcase_add_test(tcase, the_floor_counts_from_the_latest_moment_of_sending);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
