/* SPDX-License-Identifier: MIT */
/* The one refresh that shows whether the peer is alive, after a 2xx that may have come from a
 * proxy: EC-123. */
#include "talk.h"

#define TIMER "Supported: timer"
#define LOCAL_1800 "Allow: UPDATE | Session-Expires: 1800;refresher=uac | Require: timer"
#define PING TIMER " | Session-Expires: 1800;refresher=uas"

/* Shows: EC-123 */
START_TEST(only_the_refresh_that_was_asked_for_then_ends_the_call)
{
    struct talk *t = connected("", LOCAL_1800);

    until(t, 100);
    asks(t, INVITE); /* a hold */
    until(t, 101);
    asks(t, UPDATE);
    until(t, 110);
    serves(t, UPDATE, PING);
    told(t);
    until(t, 132);
    expect(loses(t, INVITE, SST_OUTCOME_TIMEOUT), "failed");
    until(t, 132.5);
    serves(t, UPDATE, PING);
    until(t, 133); /* the UPDATE blocked it */
    expect(loses(t, UPDATE, SST_OUTCOME_TIMEOUT), "failed");
    looks(t);
    expect(told(t), "132.5 refreshed 1800 local; 133 refresh UPDATE");
    refreshes(t);
    until(t, 150);
    serves(t, UPDATE, PING);
    told(t);
    until(t, 165); /* whatever overtakes it */
    expect(loses(t, UPDATE, SST_OUTCOME_TIMEOUT), "ended");
    expect(told(t), "165 ended refresh_timeout");
    end_talk(t);
}
END_TEST

/* An offer to a user who does not answer it, while the peer refreshes. */
/* Shows: EC-123 */
START_TEST(each_request_that_was_overtaken_has_one_refresh_follow)
{
    struct talk *t = connected("", LOCAL_1800);

    for (unsigned i = 0; i < 2; i++) {
        from_here(t);
        until(t, 100);
        asks(t, INVITE);
        expect(gets(t, INVITE, 180, ""), "none");
        until(t, 155);
        serves(t, UPDATE, PING);
        until(t, 160);
        expect(gets(t, INVITE, 408, ""), "failed");
        expect(next(t), "165"); /* refresh_floor after the interval's start */
        until(t, 162);
        serves(t, UPDATE, PING);
        expect(next(t), "165"); /* and no later because of another ping */
        told(t);
        until(t, 165);
        expect(told(t), "165 refresh UPDATE");
        refreshes(t);
        expect(gets(t, UPDATE, 200, LOCAL_1800), "refreshed");
    }
    end_talk(t);
}
END_TEST

/* Whichever of our requests it answers, the peer is alive. */
/* Shows: EC-123 EC-125 */
START_TEST(a_peer_that_answers_needs_no_asking)
{
    struct talk *t = connected("", LOCAL_1800);

    until(t, 100);
    asks(t, INVITE);
    until(t, 110);
    serves(t, UPDATE, PING);
    until(t, 131);
    asks(t, UPDATE);
    until(t, 132);
    expect(loses(t, INVITE, SST_OUTCOME_TIMEOUT), "failed");
    until(t, 133); /* it blocked the refresh */
    expect(gets(t, UPDATE, 200, LOCAL_1800), "refreshed");
    told(t);
    until(t, 1000);
    expect(told(t), "");
    end_talk(t);
}
END_TEST

/* A request at 48 s is lost at 80 s, with one ping before that and several after it. The refresh
 * comes when the floor has passed since the last ping before 80 s, and is lost 32 s later. */
/* Shows: EC-123 EC-125 */
START_TEST(pings_do_not_put_it_off)
{
    static const struct {
        const char *policy;
        unsigned first;
        unsigned period;
        const char *story;
    } rows[] = {
        {"refresh_floor=10", 50, 20, "80 refresh; 112 ended"},
        {"refresh_floor=25", 50, 20, "95 refresh; 127 ended"},
        {"refresh_floor=45", 50, 20, "115 refresh; 147 ended"},
        {"refresh_floor=10", 55, 9, "83 refresh; 115 ended"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct talk *t = connected(rows[i].policy, LOCAL_1800);
        unsigned asked = 0;
        char story[64] = "";
        until(t, 48);
        asks(t, UPDATE);
        for (unsigned second = 49; second < 200 && !info_of(t).ended; second++) {
            until(t, second);
            if (second == 80) {
                expect(loses(t, UPDATE, SST_OUTCOME_TIMEOUT), "failed");
                looks(t);
            }
            if (asked == 0 && t->refreshes != 0) {
                asked = second;
                refreshes(t);
            }
            if (asked != 0 && second == asked + 32) {
                expect(loses(t, UPDATE, SST_OUTCOME_TIMEOUT), "ended");
                snprintf(story, sizeof story, "%u refresh; %u ended", asked, second);
            } else if (second >= rows[i].first && (second - rows[i].first) % rows[i].period == 0) {
                serves(t, UPDATE, PING);
            }
        }
        expect(story, rows[i].story);
        end_talk(t);
    }
}
END_TEST

/* Two requests are lost that a ping has overtaken, the second of them a refresh. That refresh was
 * in flight before one was requested because of the first, and shows no more than the first. */
/* Shows: EC-123 */
START_TEST(a_refresh_from_before_does_not_end_the_call)
{
    struct talk *t = connected("", "Allow: UPDATE | Session-Expires: 90;refresher=uac | "
                                   "Require: timer");

    until(t, 44);
    asks(t, INVITE); /* a hold */
    until(t, 45);
    refreshes(t); /* by UPDATE */
    until(t, 46);
    serves(t, UPDATE, TIMER " | Session-Expires: 90;refresher=uas");
    until(t, 76);
    expect(loses(t, INVITE, SST_OUTCOME_TIMEOUT), "failed");
    until(t, 77);
    expect(loses(t, UPDATE, SST_OUTCOME_TIMEOUT), "wait 76"); /* as planned */
    told(t);
    looks(t);
    expect(told(t), "77 refresh UPDATE");
    refreshes(t);
    until(t, 78);
    expect(gets(t, UPDATE, 200, LOCAL_1800), "refreshed"); /* it is alive */
    end_talk(t);
}
END_TEST

/* A request is lost that a ping has overtaken, so a refresh by UPDATE must show whether the peer is
 * alive: it has been sent. */
static struct talk *probing(void)
{
    struct talk *t = connected("", LOCAL_1800);

    until(t, 48);
    asks(t, UPDATE);
    until(t, 50);
    serves(t, UPDATE, PING);
    until(t, 80);
    expect(loses(t, UPDATE, SST_OUTCOME_TIMEOUT), "failed");
    looks(t);
    refreshes(t);
    return t;
}

/* The probing refresh is pending when another request of this side is answered: the peer was alive
 * then. A third request is lost that a ping has overtaken, so the next refresh must show it, not
 * the old one. */
/* Shows: EC-123 */
START_TEST(one_that_another_answer_came_after_does_not_end_the_call)
{
    struct talk *t = probing();

    until(t, 81);
    asks(t, INVITE);
    until(t, 82);
    expect(gets(t, INVITE, 200, LOCAL_1800), "refreshed"); /* it is */
    until(t, 83);
    asks(t, INVITE);
    until(t, 84);
    serves(t, UPDATE, PING);
    until(t, 85);
    expect(gets(t, INVITE, 408, ""), "failed"); /* by a proxy */
    told(t);
    until(t, 112);
    expect(loses(t, UPDATE, SST_OUTCOME_TIMEOUT), "wait 94"); /* refresh_floor after the ping */
    looks(t);
    expect(told(t), "112 refresh UPDATE");
    refreshes(t);
    until(t, 120);
    serves(t, UPDATE, PING); /* whatever overtakes it */
    told(t);
    until(t, 144);
    expect(loses(t, UPDATE, SST_OUTCOME_TIMEOUT), "ended");
    end_talk(t);
}
END_TEST

/* It is answered, so it is no probe any more; the attempts with credentials are still counted. */
/* Shows: EC-60 EC-123 */
START_TEST(its_tries_are_counted_as_any_others)
{
    struct talk *t = probing();

    for (unsigned i = 0; i < 2; i++) {
        expect(gets(t, UPDATE, 401, ""), "auth");
        again(t);
    }
    expect(gets(t, UPDATE, 401, ""), "wait 80"); /* by the other method */
    end_talk(t);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("session_probe");
    TCase *tcase = tcase_create("all");

    tcase_add_test(tcase, only_the_refresh_that_was_asked_for_then_ends_the_call);
    tcase_add_test(tcase, each_request_that_was_overtaken_has_one_refresh_follow);
    tcase_add_test(tcase, a_peer_that_answers_needs_no_asking);
    tcase_add_test(tcase, pings_do_not_put_it_off);
    tcase_add_test(tcase, a_refresh_from_before_does_not_end_the_call);
    tcase_add_test(tcase, one_that_another_answer_came_after_does_not_end_the_call);
    tcase_add_test(tcase, its_tries_are_counted_as_any_others);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
