/* SPDX-License-Identifier: MIT */
/* One way to refresh is rejected and the other would be accepted: no healthy call ends. EC-111 to
 * EC-114, faults C1 to C5. */
#include "talk.h"

#define TIMER "Supported: timer"
#define UPDATES "Allow: UPDATE | "
#define LOCAL_90 "Session-Expires: 90;refresher=uac | Require: timer"
#define LOCAL_1800 "Session-Expires: 1800;refresher=uac | Require: timer"

static const struct {
    const char *policy;
    enum sst_method first;
    enum sst_method other;
} orders[] = {{"", UPDATE, INVITE}, {"method=invite", INVITE, UPDATE}};

/* A refresh is requested at this moment, with this method. */
static void asked(struct talk *t, double at, enum sst_method method)
{
    until(t, at);
    ck_assert_int_eq(t->refresh.type, SST_EVENT_REFRESH);
    ck_assert_int_eq(t->refresh.method, method);
    refreshes(t);
}

/* The complaint that this project began with: a provider that always answers 503 to one method. */
/* Shows: EC-111 */
START_TEST(one_method_is_always_refused_for_a_while)
{
    static const unsigned statuses[] = {480, 486, 487, 500, 503, 555, 599, 600};

    for (size_t o = 0; o < COUNT_OF(orders); o++) {
        for (size_t i = 0; i < COUNT_OF(statuses); i++) {
            struct talk *t = connected(orders[o].policy, UPDATES LOCAL_90);
            for (unsigned interval = 0; interval < 4; interval++) {
                from_here(t);
                /* EC-132: 47 s are 133/256 of 90 s, which are 46.757 s */
                double at = interval == 0 ? 45 : 44.757;
                asked(t, at, orders[o].first);
                gets(t, orders[o].first, statuses[i], "");
                asked(t, at + 2, orders[o].other);
                expect(gets(t, orders[o].other, 200, LOCAL_90), "refreshed");
            }
            ck_assert(!info_of(t).ended);
            end_talk(t);
        }
    }
}
END_TEST

/* Shows: EC-111 */
START_TEST(a_refusal_that_takes_its_time_leaves_time_for_the_other_way)
{
    for (size_t o = 0; o < COUNT_OF(orders); o++) {
        struct talk *t = connected(orders[o].policy, UPDATES LOCAL_90);
        asked(t, 45, orders[o].first);
        until(t, 51);
        expect(gets(t, orders[o].first, 503, ""), "wait 53");
        asked(t, 53, orders[o].other);
        until(t, 59);
        expect(gets(t, orders[o].other, 200, LOCAL_90), "refreshed");
        end_talk(t);

        /* after the last planned moment: the untried method at once, up to 1 s before the end */
        t = connected(orders[o].policy, UPDATES LOCAL_90);
        asked(t, 45, orders[o].first);
        until(t, 88.998);
        expect(gets(t, orders[o].first, 503, ""), "wait 88.998");
        asked(t, 88.998, orders[o].other);
        expect(gets(t, orders[o].other, 200, LOCAL_90), "refreshed");
        end_talk(t);
        t = connected(orders[o].policy, UPDATES LOCAL_90);
        asked(t, 45, orders[o].first);
        until(t, 89);
        expect(gets(t, orders[o].first, 503, ""), "failed");
        end_talk(t);

        t = connected(orders[o].policy, UPDATES LOCAL_1800);
        asked(t, 900, orders[o].first);
        gets(t, orders[o].first, 500, "");
        asked(t, 902, orders[o].other);
        expect(gets(t, orders[o].other, 200, LOCAL_1800), "refreshed");
        end_talk(t);
    }
}
END_TEST

/* Also after a 491 that leaves no time to wait. */
/* Shows: EC-111 EC-52 */
START_TEST(a_late_glare_goes_the_way_untried_at_once)
{
    for (size_t o = 0; o < COUNT_OF(orders); o++) {
        struct talk *t = connected(orders[o].policy, UPDATES LOCAL_90);
        asked(t, 45, orders[o].first);
        until(t, 70);
        expect(gets(t, orders[o].first, 491, ""), "wait 70");
        asked(t, 70, orders[o].other);
        expect(gets(t, orders[o].other, 200, LOCAL_90), "refreshed");
        end_talk(t);
    }
}
END_TEST

/* 491: once more after a redraw, for the caller 2100 + 10 * 95 ms without a random source, then the
 * other method; five such waits over both. */
/* Shows: EC-111 EC-52 */
START_TEST(glare_that_does_not_end_goes_the_other_way)
{
    for (size_t o = 0; o < COUNT_OF(orders); o++) {
        struct talk *t = connected(orders[o].policy, UPDATES LOCAL_90);
        asked(t, 45, orders[o].first);
        expect(gets(t, orders[o].first, 491, ""), "wait 48.05");
        asked(t, 48.05, orders[o].first);
        expect(gets(t, orders[o].first, 491, ""), "wait 51.1");
        asked(t, 51.1, orders[o].other);
        expect(gets(t, orders[o].other, 200, LOCAL_90), "refreshed");
        end_talk(t);

        static const double times[] = {900, 903.05, 906.1, 909.15, 912.2};
        t = connected(orders[o].policy, UPDATES LOCAL_1800);
        for (size_t i = 0; i < COUNT_OF(times); i++) {
            enum sst_method method = i < 2 || i == 3 ? orders[o].first : orders[o].other;
            asked(t, times[i], method);
            gets(t, method, 491, "");
        }
        asked(t, 915.25, orders[o].first); /* the sixth: the back-off of EC-53 */
        expect(gets(t, orders[o].first, 491, ""), "wait 917.25");
        asked(t, 917.25, orders[o].other);
        end_talk(t);
    }
}
END_TEST

/* Fault C2: an offer that was rejected in one interval says nothing about the next one. */
/* Shows: EC-111 EC-56 */
START_TEST(each_interval_begins_at_the_first_step)
{
    struct talk *t = connected("method=invite", UPDATES LOCAL_90);

    asked(t, 45, INVITE);
    expect(gets(t, INVITE, 488, ""), "wait 45");
    looks(t);
    asked(t, 45, UPDATE);
    expect(gets(t, UPDATE, 200, LOCAL_90), "refreshed");
    told(t);
    asked(t, 90, INVITE);
    gets(t, INVITE, 491, "");
    asked(t, 93.05, INVITE);
    gets(t, INVITE, 491, "");
    asked(t, 96.1, UPDATE);
    expect(gets(t, UPDATE, 200, LOCAL_90), "refreshed");
    expect(told(t), "90 refresh INVITE offer; 93.05 refresh INVITE offer; 96.1 refresh UPDATE; "
                    "96.1 refreshed 90 local");
    end_talk(t);
}
END_TEST

/* The other method is the next choice, not the only one. */
/* Shows: EC-111 EC-39 */
START_TEST(nothing_is_blocked_while_the_first_way_is_free)
{
    struct talk *t = connected("", UPDATES LOCAL_90);

    asked(t, 45, UPDATE);
    gets(t, UPDATE, 503, "");
    until(t, 46);
    hears(t, INVITE, TIMER); /* a re-INVITE must wait for its answer, an UPDATE need not */
    asked(t, 47, UPDATE);
    expect(gets(t, UPDATE, 200, LOCAL_90), "refreshed");
    end_talk(t);
}
END_TEST

/* Shows: EC-111 */
START_TEST(without_an_offer_only_after_an_offer_was_refused)
{
    struct talk *t = connected("", LOCAL_90); /* re-INVITE alone */

    for (unsigned i = 0; i < 4; i++) {
        until(t, 45 + (double[]){0, 2, 6, 14}[i]);
        ck_assert(t->refresh.with_offer);
        refreshes(t);
        gets(t, INVITE, 503, "");
    }
    until(t, 90);
    expect(told(t), "45 refresh INVITE offer; 47 refresh INVITE offer; 51 refresh INVITE offer; "
                    "59 refresh INVITE offer; 90 ended refresh_refused");
    end_talk(t);
}
END_TEST

/* Nor does it count as tried if it was only prepared. */
/* Shows: EC-111 EC-56 */
START_TEST(an_invite_without_an_offer_is_a_way_as_well)
{
    struct talk *t = connected("method=invite", LOCAL_90);

    asked(t, 45, INVITE);
    expect(gets(t, INVITE, 488, ""), "wait 45");
    looks(t);
    ck_assert(!t->refresh.with_offer);
    asked(t, 45, INVITE);
    expect(drops(t, INVITE), "ok");
    hears(t, OTHER, "Allow: INVITE, UPDATE");
    asked(t, 47, UPDATE);
    until(t, 88);
    expect(gets(t, UPDATE, 503, ""), "wait 88");
    looks(t);
    expect(told(t), "45 refresh INVITE offer; 45 refresh INVITE plain; 47 refresh UPDATE; "
                    "88 refresh INVITE plain");
    asked(t, 88, INVITE);
    expect(gets(t, INVITE, 200, LOCAL_90), "refreshed");
    end_talk(t);
}
END_TEST

/* Fault C3. */
/* Shows: EC-112 */
START_TEST(a_retry_after_past_the_plan)
{
    struct talk *t = connected("", UPDATES LOCAL_90);

    asked(t, 45, UPDATE);
    expect(gets(t, UPDATE, 503, "Retry-After: 20"), "wait 59"); /* too early on purpose, once */
    asked(t, 59, INVITE);
    expect(gets(t, INVITE, 503, ""), "wait 65"); /* and then the named moment */
    asked(t, 65, UPDATE);
    expect(gets(t, UPDATE, 503, ""), "failed"); /* only once */
    until(t, 100);
    expect(told(t), "45 refresh UPDATE; 59 refresh INVITE offer; 65 refresh UPDATE; "
                    "90 ended refresh_refused");
    end_talk(t);

    t = connected("", UPDATES LOCAL_90); /* in time it is obeyed, for both methods */
    asked(t, 45, UPDATE);
    expect(gets(t, UPDATE, 503, "Retry-After: 10"), "wait 55");
    asked(t, 55, INVITE);
    expect(gets(t, INVITE, 200, LOCAL_90), "refreshed");
    end_talk(t);

    t = connected("", UPDATES LOCAL_90); /* nothing is ever sent in the last second */
    asked(t, 45, UPDATE);
    expect(gets(t, UPDATE, 503, "Retry-After: 44"), "wait 59");
    asked(t, 59, INVITE);
    expect(gets(t, INVITE, 503, ""), "failed");
    end_talk(t);

    t = connected("", UPDATES LOCAL_90); /* 88.5 s, kept in whole seconds: 89, minus 1 ms */
    asked(t, 45, UPDATE);
    until(t, 45.5);
    expect(gets(t, UPDATE, 503, "Retry-After: 43"), "wait 59");
    asked(t, 59, INVITE);
    expect(gets(t, INVITE, 503, ""), "wait 88.999");
    asked(t, 88.999, UPDATE);
    expect(gets(t, UPDATE, 200, LOCAL_90), "refreshed");
    end_talk(t);

    t = connected("", UPDATES LOCAL_90); /* the named moment has passed meanwhile */
    asked(t, 45, UPDATE);
    expect(gets(t, UPDATE, 503, "Retry-After: 20"), "wait 59");
    asked(t, 59, INVITE);
    until(t, 70);
    expect(gets(t, INVITE, 503, ""), "wait 70");
    asked(t, 70, UPDATE);
    expect(gets(t, UPDATE, 200, LOCAL_90), "refreshed");
    end_talk(t);

    t = connected("", UPDATES LOCAL_1800);
    asked(t, 900, UPDATE);
    expect(gets(t, UPDATE, 503, "Retry-After: 880"), "wait 1767");
    asked(t, 1767, INVITE);
    expect(gets(t, INVITE, 503, ""), "wait 1780");
    asked(t, 1780, UPDATE);
    expect(gets(t, UPDATE, 200, LOCAL_1800), "refreshed");
    end_talk(t);
}
END_TEST

/* Fault C4: not the same body fourteen times. */
/* Shows: EC-113 EC-57 */
START_TEST(a_body_that_is_refused_is_left_out)
{
    static const unsigned statuses[] = {406, 413, 513, 580};

    for (size_t i = 0; i < COUNT_OF(statuses); i++) {
        struct talk *t = connected("method=invite", UPDATES LOCAL_90);
        asked(t, 45, INVITE);
        expect(gets(t, INVITE, statuses[i], ""), "wait 45");
        looks(t);
        expect(refreshes(t), "UPDATE " TIMER " | Session-Expires: 90;refresher=uac");
        end_talk(t);
        t = connected("method=invite", LOCAL_90);
        asked(t, 45, INVITE);
        expect(gets(t, INVITE, statuses[i], ""), "wait 45");
        looks(t);
        expect(refreshes(t), "INVITE plain " TIMER " | Session-Expires: 90;refresher=uac");
        end_talk(t);
    }
}
END_TEST

/* Rejects both methods; the verdict on the second. */
static const char *both(struct talk *t, double at, unsigned status, const char *headers)
{
    asked(t, at, UPDATE);
    gets(t, UPDATE, status, headers);
    looks(t);
    asked(t, at, INVITE);
    return gets(t, INVITE, status, headers);
}

/* Fault C5: a back end that is away for five seconds. */
/* Shows: EC-114 */
START_TEST(who_refuses_for_good_is_asked_once_more)
{
    static const unsigned statuses[] = {403, 404, 430, 477, 478};

    for (size_t i = 0; i < COUNT_OF(statuses); i++) {
        struct talk *t = connected("", UPDATES LOCAL_1800);
        expect(both(t, 900, statuses[i], ""), "failed");
        ck_assert_uint_eq(t->count[SST_EVENT_REFUSED], 1);
        asked(t, 1333.5, UPDATE); /* halfway to 1767 */
        expect(gets(t, UPDATE, 200, LOCAL_1800), "refreshed");
        end_talk(t);

        t = connected("", UPDATES LOCAL_1800); /* once in each interval */
        both(t, 900, statuses[i], "");
        expect(both(t, 1333.5, statuses[i], ""), "failed");
        until(t, 2000);
        ck_assert_uint_eq(t->count[SST_EVENT_REFUSED], 1);
        ck_assert_uint_eq(t->count[SST_EVENT_REFRESH], 4);
        ck_assert_int_eq(info_of(t).reason, SST_END_REFRESH_REFUSED);
        end_talk(t);
    }
}
END_TEST

/* Shows: EC-114 */
START_TEST(the_second_round_comes_in_time)
{
    struct talk *t = connected("", UPDATES LOCAL_1800); /* moved by the named moment */
    both(t, 900, 404, "Retry-After: 600");
    expect(next(t), "1500");
    end_talk(t);

    t = connected("", UPDATES LOCAL_1800); /* but not closer than halfway */
    both(t, 900, 404, "Retry-After: 3");
    expect(next(t), "1333.5");
    end_talk(t);

    t = connected("", UPDATES LOCAL_90); /* at least 2 s later */
    asked(t, 45, UPDATE);
    until(t, 56);
    gets(t, UPDATE, 403, "");
    looks(t);
    asked(t, 56, INVITE);
    expect(gets(t, INVITE, 403, ""), "failed");
    expect(next(t), "58");
    end_talk(t);

    t = connected("", UPDATES LOCAL_90); /* nor after the last moment */
    asked(t, 45, UPDATE);
    until(t, 58);
    gets(t, UPDATE, 403, "");
    looks(t);
    asked(t, 58, INVITE);
    expect(gets(t, INVITE, 403, ""), "failed");
    expect(next(t), "59");
    asked(t, 59, UPDATE);
    expect(gets(t, UPDATE, 503, ""), "failed"); /* no moment was named for a last one */
    end_talk(t);
}
END_TEST

/* Shows: EC-114 EC-55 EC-27 */
START_TEST(what_will_not_be_known_later_has_no_second_round)
{
    static const unsigned statuses[] = {405, 501};

    for (size_t i = 0; i < COUNT_OF(statuses); i++) {
        struct talk *t = connected("", UPDATES LOCAL_1800);
        expect(both(t, 900, statuses[i], ""), "failed");
        ck_assert_uint_eq(info_of(t).refresh_ms, SST_NEVER);
        until(t, 2000);
        ck_assert_uint_eq(t->count[SST_EVENT_REFRESH], 2);
        end_talk(t);
    }
    struct talk *t = connected("", UPDATES LOCAL_1800);
    expect(both(t, 900, 422, "Min-SE: 90"), "failed"); /* none of them helps */
    ck_assert_uint_eq(info_of(t).refresh_ms, SST_NEVER);
    end_talk(t);
}
END_TEST

/* Fault A2: each time the newest Allow decides the method, and the plan is kept. */
/* Shows: EC-55 */
START_TEST(what_allow_says_opens_and_closes_ways)
{
    struct talk *t = connected("", UPDATES LOCAL_90);

    asked(t, 45, UPDATE); /* re-enabled after a 501 */
    gets(t, UPDATE, 501, "");
    looks(t);
    asked(t, 45, INVITE);
    gets(t, INVITE, 503, "");
    hears(t, OTHER, "Allow: INVITE, UPDATE");
    asked(t, 47, UPDATE);
    expect(gets(t, UPDATE, 200, LOCAL_90), "refreshed");
    end_talk(t);

    t = connected("", UPDATES LOCAL_1800); /* the last method is taken away: that is reported */
    asked(t, 900, UPDATE);
    gets(t, UPDATE, 503, "");
    asked(t, 902, INVITE);
    expect(gets(t, INVITE, 405, ""), "wait 902");
    hears(t, OTHER, "Allow: INVITE");
    until(t, 903);
    expect(told(t), "900 refresh UPDATE; 902 refresh INVITE offer; 902 refused");
    hears(t, OTHER,
          "Allow: INVITE, UPDATE"); /* and comes back: the refresh was planned all along */
    looks(t);
    expect(told(t), "903 refresh UPDATE");
    end_talk(t);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("session_ladder");
    TCase *tcase = tcase_create("all");

    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, one_method_is_always_refused_for_a_while);
    tcase_add_test(tcase, a_refusal_that_takes_its_time_leaves_time_for_the_other_way);
    tcase_add_test(tcase, a_late_glare_goes_the_way_untried_at_once);
    tcase_add_test(tcase, glare_that_does_not_end_goes_the_other_way);
    tcase_add_test(tcase, each_interval_begins_at_the_first_step);
    tcase_add_test(tcase, nothing_is_blocked_while_the_first_way_is_free);
    tcase_add_test(tcase, without_an_offer_only_after_an_offer_was_refused);
    tcase_add_test(tcase, an_invite_without_an_offer_is_a_way_as_well);
    tcase_add_test(tcase, a_retry_after_past_the_plan);
    tcase_add_test(tcase, a_body_that_is_refused_is_left_out);
    tcase_add_test(tcase, who_refuses_for_good_is_asked_once_more);
    tcase_add_test(tcase, the_second_round_comes_in_time);
    tcase_add_test(tcase, what_will_not_be_known_later_has_no_second_round);
    tcase_add_test(tcase, what_allow_says_opens_and_closes_ways);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
