/* SPDX-License-Identifier: MIT */
/* Pings in the peer's name, and refreshes that another 2xx has overtaken: EC-115, EC-123, faults B3
 * and E4. */
#include "talk.h"

#define TIMER "Supported: timer"
#define UPDATES "Allow: UPDATE | "
#define LOCAL_90 "Session-Expires: 90;refresher=uac | Require: timer"
#define REMOTE_90 "Session-Expires: 90;refresher=uas"
#define LOCAL_1800 "Session-Expires: 1800;refresher=uac | Require: timer"

/* Shows: EC-115 */
START_TEST(pings_do_not_put_the_own_refresh_off)
{
    static const char *const pings[] = {"", TIMER, UPDATES TIMER};

    for (size_t i = 0; i < COUNT_OF(pings); i++) {
        for (int method = 0; method < 2; method++) {
            struct talk *t = connected("", UPDATES LOCAL_1800);
            for (unsigned ping = 1; ping <= 2; ping++) {
                until(t, 300 * ping);
                serves(t, method == 0 ? UPDATE : INVITE, pings[i]);
                ck_assert_uint_eq(info_of(t).refresh_ms, t->begin_ms + 900000);
                /* the expiration moves with the 2xx; §9 */
                ck_assert_uint_eq(info_of(t).expires_ms, t->now_ms + 1800000);
            }
            until(t, 900);
            ck_assert_uint_eq(t->refreshes, 1);
            refreshes(t);
            gets(t, UPDATE, 200, UPDATES LOCAL_1800);
            /* 300 s of the interval that began at 600: 42/256 of 1800 s, and half an interval */
            expect(next(t), "1795.312");
            end_talk(t);
        }
    }
    struct talk *t = connected("", UPDATES LOCAL_1800); /* what is already late stays due */
    until(t, 900);
    hears(t, UPDATE, "");
    until(t, 910);
    answers(t, UPDATE, 200);
    looks(t);
    expect(told(t), "900 refresh UPDATE; 910 refreshed 1800 local; 910 refresh UPDATE");
    end_talk(t);
}
END_TEST

/* Our refresh is in flight when the ping comes, which the real peer has not seen: its rejection
 * leads to the same as without the ping. */
/* Shows: EC-115 EC-111 EC-55 */
START_TEST(a_ping_does_not_stand_in_for_a_refresh_that_is_refused)
{
    static const struct {
        unsigned status;
        const char *verdict;
        const char *next;
    } rows[] = {
        {503, "wait 49", "49 refresh INVITE offer"},
        {405, "wait 47", "47 refresh INVITE offer"},
        {403, "wait 47", "47 refresh INVITE offer"},
        {491, "wait 50.05", "50.05 refresh UPDATE"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct talk *t = connected("", UPDATES LOCAL_90);
        until(t, 45);
        refreshes(t);
        until(t, 46);
        serves(t, INVITE, "");
        hears_ack(t);
        told(t);
        until(t, 47);
        expect(gets(t, UPDATE, rows[i].status, ""), rows[i].verdict);
        until(t, 51);
        ck_assert_msg(strncmp(told(t), rows[i].next, strlen(rows[i].next)) == 0, "%s", t->log);
        end_talk(t);
    }
}
END_TEST

/* Nor does it make us forget the other method if the new interval asks for an earlier attempt. */
/* Shows: EC-115 EC-111 */
START_TEST(a_ping_leaves_the_ladder_where_it_was)
{
    struct talk *t = connected("max_refresh=75", UPDATES LOCAL_1800);

    until(t, 75);
    refreshes(t);
    expect(gets(t, UPDATE, 503, "Retry-After: 880"), "wait 955");
    until(t, 80);
    serves(t, INVITE, "");
    hears_ack(t);
    told(t);
    until(t, 155); /* 75 s after 80 */
    expect(told(t), "155 refresh INVITE offer");
    end_talk(t);
}
END_TEST

/* Shows: EC-115 9-7 */
START_TEST(a_refresh_of_the_peers_does)
{
    struct talk *t = connected("", UPDATES LOCAL_1800);

    until(t, 300);
    serves(t, UPDATE, TIMER " | Session-Expires: 1800;refresher=uas");
    expect(next(t), "1200");
    end_talk(t);

    t = connected("", UPDATES LOCAL_1800); /* and a plan that is nearer than the old one */
    until(t, 300);
    serves(t, UPDATE, TIMER " | Session-Expires: 300;refresher=uas");
    expect(next(t), "450");
    end_talk(t);
}
END_TEST

/* A proxy pings every 20 s in the name of a dead peer. */
/* Shows: EC-123 EC-50 */
START_TEST(a_dead_peer_is_noticed_behind_a_proxy_that_pings)
{
    static const unsigned statuses[] = {0, 408};

    for (size_t i = 0; i < COUNT_OF(statuses); i++) {
        struct talk *t = connected("", UPDATES LOCAL_90);
        until(t, 45);
        refreshes(t);
        until(t, 60);
        serves(t, INVITE, "");
        told(t);
        until(t, 77);
        /* the 2xx may have come from a proxy: one more refresh, at once */
        expect(statuses[i] == 0 ? loses(t, UPDATE, SST_OUTCOME_TIMEOUT)
                                : gets(t, UPDATE, statuses[i], ""),
               "wait 77");
        looks(t);
        expect(refreshes(t), "UPDATE " TIMER " | Session-Expires: 90;refresher=uac");
        until(t, 80);
        serves(t, INVITE, "");
        until(t, 100);
        serves(t, INVITE, "");
        told(t);
        until(t, 109); /* which ends it, whatever overtook that one */
        expect(statuses[i] == 0 ? loses(t, UPDATE, SST_OUTCOME_TIMEOUT)
                                : gets(t, UPDATE, statuses[i], ""),
               "ended");
        expect(told(t), statuses[i] == 0 ? "109 ended refresh_timeout" : "109 ended refresh_408");
        end_talk(t);
    }
}
END_TEST

/* Shows: EC-123 EC-125 */
START_TEST(a_living_peer_answers_the_one_refresh_more)
{
    struct talk *t = connected("", UPDATES LOCAL_90);

    for (unsigned i = 0; i < 3; i++) { /* counted separately each time */
        from_here(t);
        until(t, (double)(info_of(t).refresh_ms - t->begin_ms) / 1000.0);
        refreshes(t);
        until(t, 60);
        serves(t, INVITE, "");
        hears_ack(t);
        until(t, 77);
        expect(loses(t, UPDATE, SST_OUTCOME_TIMEOUT), "wait 77");
        looks(t);
        refreshes(t);
        if (i == 1) { /* a rejection is a response, too */
            expect(gets(t, UPDATE, 503, ""), "wait 79");
            until(t, 79);
            refreshes(t);
            expect(gets(t, INVITE, 200, LOCAL_90), "refreshed");
        } else {
            expect(gets(t, UPDATE, 200, LOCAL_90), "refreshed");
        }
    }
    ck_assert(!info_of(t).ended);
    end_talk(t);

    t = connected("", UPDATES LOCAL_90); /* a rejection counts even if no 2xx follows it */
    until(t, 45);
    refreshes(t);
    until(t, 60);
    serves(t, INVITE, "");
    hears_ack(t);
    until(t, 77);
    expect(loses(t, UPDATE, SST_OUTCOME_TIMEOUT), "wait 77");
    looks(t);
    refreshes(t);
    expect(gets(t, UPDATE, 503, ""), "wait 79");
    until(t, 79);
    refreshes(t);
    until(t, 100);
    serves(t, UPDATE, "");
    until(t, 111);
    expect(loses(t, INVITE, SST_OUTCOME_TIMEOUT), "wait 111");
    end_talk(t);

    /* No sooner than the floor after a 2xx to the peer itself: this counts as the next refresh.
     * After a ping it is still an attempt of the refresh that failed. */
    static const struct {
        const char *overtakes;
        const char *verdict;
    } rows[] = {{TIMER " | Session-Expires: 90;refresher=uas", "wait 85"}, {"", "wait 77"}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        t = connected("", UPDATES LOCAL_90);
        until(t, 45);
        refreshes(t);
        until(t, 75);
        serves(t, INVITE, rows[i].overtakes);
        until(t, 77);
        expect(loses(t, UPDATE, SST_OUTCOME_TIMEOUT), rows[i].verdict);
        end_talk(t);
    }
}
END_TEST

/* The peer hangs up at 60 s because it has seen no ping: half of 120 s is too long to wait. */
/* Shows: EC-115 EC-112 EC-114 EC-118 */
START_TEST(behind_pings_a_second_chance_comes_soon)
{
    struct talk *t = connected("timeout_retries=1", UPDATES LOCAL_90);

    until(t, 40);
    serves(t, INVITE, "");
    hears_ack(t);
    until(t, 45);
    refreshes(t);
    expect(gets(t, UPDATE, 408, ""), "wait 47");
    until(t, 47);
    refreshes(t);
    expect(gets(t, UPDATE, 200, LOCAL_90), "refreshed");
    end_talk(t);

    /* Any other wait takes at most 7 s, half of the 14 from 45 to 59 s. */
    static const struct {
        unsigned status;
        const char *headers;
        const char *next;
    } rows[] = {{503, "Retry-After: 20", "52"}, {503, "Retry-After: 5", "50"}, {503, "", "47"}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        t = connected("", UPDATES LOCAL_90);
        until(t, 40);
        serves(t, INVITE, "");
        hears_ack(t);
        until(t, 45);
        refreshes(t);
        gets(t, UPDATE, rows[i].status, rows[i].headers);
        expect(next(t), rows[i].next);
        end_talk(t);
    }
    t = connected("", UPDATES LOCAL_90); /* the second round of the ladder, too; EC-114 */
    until(t, 40);
    serves(t, INVITE, "");
    hears_ack(t);
    until(t, 45);
    refreshes(t);
    gets(t, UPDATE, 404, "");
    looks(t);
    refreshes(t);
    gets(t, INVITE, 404, "");
    expect(next(t), "52");
    end_talk(t);

    t = connected("timeout_retries=1", UPDATES LOCAL_90); /* with a second left it is shorter */
    until(t, 10);
    serves(t, INVITE, "");
    hears_ack(t);
    until(t, 45);
    refreshes(t);
    until(t, 68); /* one second before the last attempt at 69 */
    expect(gets(t, UPDATE, 408, ""), "wait 68.5");
    end_talk(t);
}
END_TEST

/* Shows: EC-123 EC-21 */
START_TEST(a_peer_that_takes_the_role_meanwhile_is_watched)
{
    struct talk *t = connected("", UPDATES LOCAL_90);

    until(t, 45);
    refreshes(t);
    until(t, 60);
    serves(t, INVITE, "");
    until(t, 77);
    loses(t, UPDATE, SST_OUTCOME_TIMEOUT);
    looks(t);
    refreshes(t); /* the one further refresh */
    until(t, 80);
    serves(t, INVITE, TIMER " | Session-Expires: 90;refresher=uac");
    hears_ack(t);
    told(t);
    until(t, 109);
    /* The request named this side, and its 2xx may be what was lost; EC-21. */
    expect(loses(t, UPDATE, SST_OUTCOME_TIMEOUT), "wait 109");
    looks(t);
    expect(refreshes(t), "UPDATE " TIMER " | Session-Expires: 90;refresher=uas");
    if (_i == 0) {
        expect(gets(t, UPDATE, 503, ""), "wait 111");
        until(t, 200);
        /* 52.5 s and 60 s after 80; EC-119: by the other method first */
        expect(told(t), "109 refresh UPDATE; 111 refresh INVITE offer; 115 refresh INVITE offer; "
                        "123 refresh INVITE offer; 132.5 overdue; 139 refresh INVITE offer; "
                        "140 ended not_refreshed");
    } else {
        expect(gets(t, UPDATE, 200, "Session-Expires: 90;refresher=uas"), "refreshed");
        until(t, 200);
        expect(told(t), "109 refresh UPDATE; 109 refreshed 90 remote; 161.5 overdue; "
                        "169 ended not_refreshed");
    }
    end_talk(t);
}
END_TEST

/* Shows: EC-123 EC-50 */
START_TEST(a_481_ends_the_session_whatever_overtook_it)
{
    struct talk *t = connected("", UPDATES LOCAL_90);

    until(t, 45);
    refreshes(t);
    until(t, 60);
    serves(t, INVITE, "");
    expect(gets(t, UPDATE, 481, ""), "ended");
    end_talk(t);
}
END_TEST

/* Shows: EC-123 */
START_TEST(a_watcher_keeps_its_watchdog)
{
    struct talk *t = called("", UPDATES TIMER " | Session-Expires: 90;refresher=uac");

    until(t, 30);
    asks(t, INVITE); /* a hold */
    until(t, 45);
    serves(t, UPDATE, TIMER " | Session-Expires: 90;refresher=uac");
    told(t);
    until(t, 62);
    expect(loses(t, INVITE, SST_OUTCOME_TIMEOUT), "failed");
    until(t, 200);
    expect(told(t), "97.5 overdue; 105 ended not_refreshed"); /* 45 s and 60 s */
    end_talk(t);
}
END_TEST

/* ---- The role is taken: EC-124, fault E7 ---- */

/* Shows: EC-124 EC-103 */
START_TEST(who_takes_the_role_has_to_fill_it)
{
    struct talk *t = connected("rescue=no", UPDATES LOCAL_90);

    until(t, 45);
    expect(refreshes(t), "UPDATE " TIMER " | Session-Expires: 90;refresher=uac");
    gets(t, UPDATE, 200, REMOTE_90);
    expect(told(t), "45 refresh UPDATE; 45 violation refresher_overruled; "
                    "45 negotiated 90 remote; 45 refreshed 90 remote");
    until(t, 97.5); /* it does not: this side refreshes once, whatever the policy says */
    expect(told(t), "97.5 overdue; 97.5 refresh UPDATE");
    expect(refreshes(t), "UPDATE " TIMER " | Session-Expires: 90;refresher=uas");
    expect(gets(t, UPDATE, 200, REMOTE_90), "refreshed");
    told(t);
    until(t, 300); /* that was reported as the peer's fault, and agreed: no second one */
    expect(told(t), "150 overdue; 157.5 ended not_refreshed");
    end_talk(t);

    t = connected("", UPDATES LOCAL_90); /* it does refresh */
    until(t, 45);
    refreshes(t);
    gets(t, UPDATE, 200, REMOTE_90);
    until(t, 90);
    serves(t, UPDATE, TIMER " | Session-Expires: 90;refresher=uac");
    told(t);
    until(t, 145);
    expect(told(t), "142.5 overdue");
    end_talk(t);

    t = connected("", UPDATES LOCAL_90); /* a hold that asks for nothing leaves it due */
    until(t, 45);
    refreshes(t);
    gets(t, UPDATE, 200, REMOTE_90);
    until(t, 60);
    serves(t, INVITE, TIMER);
    hears_ack(t);
    told(t);
    until(t, 112.5);
    expect(told(t), "112.5 overdue; 112.5 refresh UPDATE");
    end_talk(t);

    t = connected("", UPDATES REMOTE_90); /* and the reverse: accepted, and reported */
    asks(t, UPDATE);
    gets(t, UPDATE, 200, LOCAL_90);
    expect(told(t), "0 violation refresher_overruled; 0 negotiated 90 local; "
                    "0 refreshed 90 local");
    expect(next(t), "45");
    end_talk(t);
}
END_TEST

/* ---- One predicate: EC-119, fault A1 ---- */

/* Shows: EC-119 EC-103 */
START_TEST(a_rescue_is_a_refresh_like_any)
{
    struct talk *t = connected("rescue=yes", UPDATES REMOTE_90);

    until(t, 52.5);
    refreshes(t);
    expect(gets(t, UPDATE, 405, ""), "wait 52.5"); /* the other method, at once */
    looks(t);
    expect(refreshes(t), "INVITE offer " TIMER " | Session-Expires: 90;refresher=uas");
    expect(gets(t, INVITE, 200, REMOTE_90), "refreshed");
    end_talk(t);

    for (unsigned i = 0; i < 3; i++) { /* however the host reports that it was not sent */
        t = connected("rescue=yes", UPDATES REMOTE_90);
        until(t, 52.5);
        if (i == 0) {
            ck_assert_int_eq(sst_session_not_sent(t->session, NULL, SST_NEVER, t->now_ms), SST_OK);
        } else {
            refreshes(t);
            if (i == 1) {
                expect(drops(t, UPDATE), "ok");
            } else {
                expect(loses(t, UPDATE, SST_OUTCOME_TRANSPORT), "wait 54.5");
            }
        }
        expect(next(t), "54.5");
        until(t, 54.5);
        ck_assert_uint_eq(t->refreshes, 2);
        end_talk(t);
    }
    t = connected("rescue=yes", UPDATES REMOTE_90);
    until(t, 52.5);
    refreshes(t);
    expect(gets(t, UPDATE, 401, ""), "auth");
    again(t);
    expect(gets(t, UPDATE, 422, "Min-SE: 120"), "retry");
    expect(again(t), TIMER " | Session-Expires: 120;refresher=uas | Min-SE: 120");
    expect(gets(t, UPDATE, 491, ""), "wait 55.55");
    until(t, 60); /* and within its budget: only a pending request holds the BYE */
    ck_assert(info_of(t).ended);
    end_talk(t);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("session_overtaken");
    TCase *tcase = tcase_create("all");

    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, pings_do_not_put_the_own_refresh_off);
    tcase_add_test(tcase, a_ping_does_not_stand_in_for_a_refresh_that_is_refused);
    tcase_add_test(tcase, a_ping_leaves_the_ladder_where_it_was);
    tcase_add_test(tcase, a_refresh_of_the_peers_does);
    tcase_add_test(tcase, a_dead_peer_is_noticed_behind_a_proxy_that_pings);
    tcase_add_test(tcase, a_living_peer_answers_the_one_refresh_more);
    tcase_add_test(tcase, behind_pings_a_second_chance_comes_soon);
    tcase_add_loop_test(tcase, a_peer_that_takes_the_role_meanwhile_is_watched, 0, 2);
    tcase_add_test(tcase, a_481_ends_the_session_whatever_overtook_it);
    tcase_add_test(tcase, a_watcher_keeps_its_watchdog);
    tcase_add_test(tcase, who_takes_the_role_has_to_fill_it);
    tcase_add_test(tcase, a_rescue_is_a_refresh_like_any);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
