/* SPDX-License-Identifier: MIT */
/* Lost requests: timeouts, and what could not be sent. RFC 4028 §10. */
#include "talk.h"

#define TIMER "Supported: timer"
#define UPDATES "Allow: UPDATE | "
#define LOCAL_90 "Session-Expires: 90;refresher=uac | Require: timer"
#define LOCAL_1800 "Session-Expires: 1800;refresher=uac | Require: timer"
#define REMOTE_90 "Session-Expires: 90;refresher=uas"

/* Shows: 10-2 EC-50 FB-42 */
START_TEST(a_refresh_that_times_out_ends_the_session)
{
    struct talk *t = connected("", UPDATES LOCAL_90);

    until(t, 45);
    refreshes(t);
    until(t, 77);
    expect(loses(t, UPDATE, SST_OUTCOME_TIMEOUT), "ended");
    expect(told(t), "45 refresh UPDATE; 77 ended refresh_timeout");
    expect(loses(t, UPDATE, SST_OUTCOME_TIMEOUT), "ignore");
    until(t, 200);
    expect(told(t), "");
    ck_assert_uint_eq(t->counters.refreshes_failed[SST_OUTCOME_TIMEOUT], 1);
    ck_assert_uint_eq(t->counters.ended[SST_END_REFRESH_TIMEOUT], 1);
    end_talk(t);

    t = connected("", UPDATES REMOTE_90); /* on the watching side, a hold by the host */
    asks(t, INVITE);
    until(t, 32);
    expect(loses(t, INVITE, SST_OUTCOME_TIMEOUT), "ended");
    expect(told(t), "32 ended refresh_timeout");
    end_talk(t);
}
END_TEST

/* Shows: EC-50 FB-68 */
START_TEST(an_update_without_evidence_gets_one_invite_first)
{
    struct talk *t = connected("method=update", LOCAL_90);

    until(t, 45);
    refreshes(t);
    until(t, 77);
    expect(loses(t, UPDATE, SST_OUTCOME_TIMEOUT), "wait 77");
    looks(t);
    expect(refreshes(t), "INVITE offer " TIMER " | Session-Expires: 90;refresher=uac");
    expect(gets(t, INVITE, 200, LOCAL_90), "refreshed");
    expect(told(t), "45 refresh UPDATE; 77 refresh INVITE offer; 77 refreshed 90 local");
    end_talk(t);

    t = connected("method=update", LOCAL_90); /* nothing left to send */
    until(t, 57);
    refreshes(t);
    until(t, 89);
    expect(loses(t, UPDATE, SST_OUTCOME_TIMEOUT), "ended");
    end_talk(t);

    t = connected("", REMOTE_90); /* a request of the host's: its own verdict, and a refresh */
    asks(t, UPDATE);
    until(t, 32);
    expect(loses(t, UPDATE, SST_OUTCOME_TIMEOUT), "failed");
    looks(t);
    expect(told(t), "32 refresh INVITE offer");
    expect(refreshes(t), "INVITE offer " TIMER " | Session-Expires: 90;refresher=uas");
    until(t, 50);
    expect(gets(t, INVITE, 408, ""), "ended");
    ck_assert_uint_eq(t->counters.refreshes_failed[SST_OUTCOME_GONE], 1);
    end_talk(t);
}
END_TEST

/* Shows: 10-2 EC-50 */
START_TEST(a_re_invite_that_asked_for_a_timer_ends_a_dialog_without_one)
{
    static const unsigned statuses[] = {0, 408, 481};

    for (size_t i = 0; i < COUNT_OF(statuses); i++) {
        struct talk *t = connected("mode=request own_benefit=no", "");
        expect(asks(t, INVITE), TIMER " | Session-Expires: 1800");
        until(t, 32);
        expect(statuses[i] == 0 ? loses(t, INVITE, SST_OUTCOME_TIMEOUT)
                                : gets(t, INVITE, statuses[i], ""),
               "ended");
        ck_assert_uint_eq(t->count[SST_EVENT_ENDED], 1);
        end_talk(t);
    }
    for (unsigned i = 0; i < 2; i++) { /* but no UPDATE whose timer was turned off meanwhile */
        struct talk *t = connected("dropped=off", UPDATES LOCAL_90);
        asks(t, UPDATE);
        asks(t, INVITE);
        hears(t, OTHER, i == 0 ? "Allow: INVITE" : "Allow: INVITE, UPDATE");
        gets(t, INVITE, 200, TIMER);
        expect(told(t), "0 negotiated off");
        expect(loses(t, UPDATE, SST_OUTCOME_TIMEOUT), "failed");
        ck_assert(!info_of(t).ended);
        end_talk(t);
    }
}
END_TEST

/* Shows: FB-77 */
START_TEST(a_timeout_is_given_a_second_chance_where_the_owner_wants_it)
{
    struct talk *t = connected("timeout_retries=2", UPDATES LOCAL_1800);

    until(t, 900);
    refreshes(t);
    until(t, 932);
    expect(loses(t, UPDATE, SST_OUTCOME_TIMEOUT), "wait 1349.5"); /* halfway to 1767 */
    until(t, 1349.5);
    refreshes(t);
    until(t, 1381.5);
    expect(loses(t, UPDATE, SST_OUTCOME_TIMEOUT), "wait 1574.25");
    until(t, 1574.25);
    refreshes(t);
    until(t, 1606.25);
    expect(loses(t, UPDATE, SST_OUTCOME_TIMEOUT), "ended");
    expect(told(t), "900 refresh UPDATE; 1349.5 refresh UPDATE; 1574.25 refresh UPDATE; "
                    "1606.25 ended refresh_timeout");
    end_talk(t);

    static const struct {
        const char *policy;
        const char *response;
        double sent_s; /* and 32 s later: */
        const char *verdict;
    } rows[] = {
        {"timeout_retries=3", UPDATES LOCAL_90, 45, "ended"}, /* too late: the plan ends at 59 s */
        {"timeout_retries=3 refresh_percent=25", UPDATES LOCAL_90, 22.5, "wait 56.75"},
        {"timeout_retries=3", UPDATES "Session-Expires: 130;refresher=uac", 65, "ended"},
        {"timeout_retries=3", UPDATES "Session-Expires: 131;refresher=uac", 65.5, "wait 97.75"}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        t = connected(rows[i].policy, rows[i].response);
        until(t, rows[i].sent_s);
        refreshes(t);
        until(t, rows[i].sent_s + 32);
        expect(loses(t, UPDATE, SST_OUTCOME_TIMEOUT), rows[i].verdict);
        end_talk(t);
    }

    t = connected("timeout_retries=3", UPDATES LOCAL_1800); /* for refreshes only */
    asks(t, INVITE);
    expect(loses(t, INVITE, SST_OUTCOME_TIMEOUT), "ended");
    end_talk(t);

    /* EC-119: also for the watcher's one refresh; it is its second attempt */
    t = connected("timeout_retries=3 rescue=yes", UPDATES "Session-Expires: 1800;refresher=uas");
    until(t, 1334);
    refreshes(t);
    until(t, 1366);
    expect(loses(t, UPDATE, SST_OUTCOME_TIMEOUT), "wait 1566.5"); /* halfway to 1767 */
    until(t, 1566.5);
    expect(refreshes(t), "UPDATE " TIMER " | Session-Expires: 1800;refresher=uas");
    expect(gets(t, UPDATE, 200, "Session-Expires: 1800;refresher=uas"), "refreshed");
    end_talk(t);

    /* EC-118: a 408 is a proxy's timeout, and counts like a local one; 481 does not */
    t = connected("timeout_retries=2", UPDATES LOCAL_1800);
    until(t, 900);
    refreshes(t);
    expect(gets(t, UPDATE, 408, ""), "wait 1333.5");
    until(t, 1333.5);
    refreshes(t);
    until(t, 1365.5);
    expect(loses(t, UPDATE, SST_OUTCOME_TIMEOUT), "wait 1566.25"); /* they count together */
    until(t, 1566.25);
    refreshes(t);
    expect(gets(t, UPDATE, 408, ""), "ended");
    expect(told(t), "900 refresh UPDATE; 1333.5 refresh UPDATE; 1566.25 refresh UPDATE; "
                    "1566.25 ended refresh_408");
    end_talk(t);
    t = connected("timeout_retries=3", UPDATES LOCAL_1800);
    until(t, 900);
    refreshes(t);
    expect(gets(t, UPDATE, 481, ""), "ended");
    end_talk(t);

    t = connected("timeout_retries=1", UPDATES LOCAL_1800); /* counted for each interval */
    for (unsigned i = 0; i < 3; i++) {
        from_here(t);
        until(t, 900);
        refreshes(t);
        expect(loses(t, UPDATE, SST_OUTCOME_TIMEOUT), "wait 1333.5");
        until(t, 1333.5);
        refreshes(t);
        expect(gets(t, UPDATE, 200, LOCAL_1800), "refreshed");
    }
    end_talk(t);
}
END_TEST

/* Shows: EC-51 EC-111 FB-55 FB-56 */
START_TEST(what_could_not_be_sent_is_sent_later)
{
    /* The transport fails, which counts as a 503, and the other method is tried next. Or the host
     * reports it, and it is as if nothing had been prepared. */
    struct talk *t = connected("", UPDATES LOCAL_90);
    until(t, 45);
    expect(refreshes(t), "UPDATE " TIMER " | Session-Expires: 90;refresher=uac");
    expect(loses(t, UPDATE, SST_OUTCOME_TRANSPORT), "wait 47");
    until(t, 47);
    expect(refreshes(t), "INVITE offer " TIMER " | Session-Expires: 90;refresher=uac");
    expect(loses(t, INVITE, SST_OUTCOME_TRANSPORT), "wait 51");
    until(t, 51);
    expect(refreshes(t), "UPDATE " TIMER " | Session-Expires: 90;refresher=uac");
    expect(gets(t, UPDATE, 200, LOCAL_90), "refreshed");
    ck_assert_uint_eq(t->counters.refreshes_failed[SST_OUTCOME_TRANSPORT], 2);
    asks(t, INVITE);
    expect(loses(t, INVITE, SST_OUTCOME_TRANSPORT), "failed"); /* the host's own request */
    end_talk(t);

    t = connected("", UPDATES LOCAL_90);
    static const double times[] = {45, 47, 51};
    for (size_t i = 0; i < COUNT_OF(times); i++) {
        until(t, times[i]);
        expect(refreshes(t), "UPDATE " TIMER " | Session-Expires: 90;refresher=uac");
        if (i < 2) {
            expect(drops(t, UPDATE), "ok");
            expect(drops(t, UPDATE), "state"); /* nothing is left to undo */
        }
    }
    expect(gets(t, UPDATE, 200, LOCAL_90), "refreshed");
    asks(t, INVITE);
    expect(drops(t, INVITE), "ok"); /* no refresh: the session asks for nothing */
    expect(next(t), "95.976");      /* EC-132: sent at 51 s, 145/256 of 90 s are 50.976 s */
    end_talk(t);

    t = connected("", UPDATES LOCAL_90);
    for (unsigned i = 0; i < 4; i++) {
        until(t, 45 + (double[]){0, 2, 6, 14}[i]);
        refreshes(t);
        loses(t, t->refresh.method, SST_OUTCOME_TRANSPORT);
    }
    until(t, 100);
    ck_assert_int_eq(info_of(t).reason, SST_END_REFRESH_NOT_SENT);
    end_talk(t);
}
END_TEST

/* Shows: EC-50 EC-10 */
START_TEST(what_carried_no_timer_ends_nothing)
{
    struct talk *t = connected("", "");

    asks(t, INVITE);
    expect(loses(t, INVITE, SST_OUTCOME_TIMEOUT), "failed");
    asks(t, UPDATE);
    expect(gets(t, UPDATE, 481, ""), "failed");
    asks(t, INVITE); /* one sent before the timer was turned on */
    serves(t, UPDATE, TIMER " | Session-Expires: 90;refresher=uac");
    expect(gets(t, INVITE, 408, ""), "failed");
    ck_assert(!info_of(t).ended);
    expect(asks(t, OTHER), TIMER); /* other methods never do */
    expect(gets(t, OTHER, 481, ""), "none");
    expect(gets(t, OTHER, 408, ""), "none");
    ck_assert(!info_of(t).ended);
    end_talk(t);

    t = caller("mode=request"); /* nor the initial INVITE, whatever was agreed on early */
    asks(t, INVITE);
    serves(t, UPDATE, TIMER " | Session-Expires: 90;refresher=uac");
    expect(loses(t, INVITE, SST_OUTCOME_TIMEOUT), "failed");
    expect(told(t), "");
    end_talk(t);

    t = caller("mode=request");
    asks(t, INVITE);
    expect(gets(t, INVITE, 408, ""), "failed");
    asks(t, INVITE);
    expect(loses(t, INVITE, SST_OUTCOME_TIMEOUT), "failed");
    expect(told(t), "");
    end_talk(t);
}
END_TEST

/* Each halfway through the time left until 1767 s; the fourth timeout is the last. */
/* Shows: EC-118 FB-77 */
START_TEST(three_retries_after_timeouts_at_most)
{
    static const double at[] = {900, 1349.5, 1574.25, 1686.625};
    struct talk *t = connected("timeout_retries=3", UPDATES LOCAL_1800);

    for (size_t i = 0; i < COUNT_OF(at); i++) {
        until(t, at[i]);
        ck_assert_uint_eq(t->count[SST_EVENT_REFRESH], i + 1);
        refreshes(t);
        until(t, at[i] + 32);
        loses(t, t->refresh.method, SST_OUTCOME_TIMEOUT);
    }
    ck_assert_int_eq(info_of(t).reason, SST_END_REFRESH_TIMEOUT);
    ck_assert_uint_eq(t->count[SST_EVENT_ENDED], 1);
    end_talk(t);
}
END_TEST

/* The re-INVITE that EC-50 requires cannot be sent while the user thinks about the peer's INVITE.
 * If timeouts are retried, UPDATE is tried again halfway from 46 to 59 s; then the INVITE waits. */
/* Shows: EC-50 EC-118 EC-39 */
START_TEST(an_update_is_tried_again_where_no_invite_can_be_sent)
{
    for (int retries = 0; retries < 2; retries++) {
        struct talk *t = connected("method=update", LOCAL_90);
        if (retries) {
            talk_set(t, "timeout_retries=1");
        }
        until(t, 40);
        expect(hears(t, INVITE, TIMER), "0");
        until(t, 45);
        refreshes(t);
        until(t, 46);
        expect(gets(t, UPDATE, 408, ""), retries ? "wait 52.5" : "wait 46");
        if (retries) {
            until(t, 52.5);
            refreshes(t);
            expect(gets(t, UPDATE, 408, ""), "wait 52.5");
        }
        until(t, 70);
        answers(t, INVITE, 486);
        looks(t);
        expect(refreshes(t), "INVITE offer " TIMER " | Session-Expires: 90;refresher=uac");
        expect(gets(t, INVITE, 200, LOCAL_90), "refreshed");
        expect(told(t), retries ? "45 refresh UPDATE; 52.5 refresh UPDATE; 59 blocked; "
                                  "70 refresh INVITE offer; 70 refreshed 90 local"
                                : "45 refresh UPDATE; 59 blocked; 70 refresh INVITE offer; "
                                  "70 refreshed 90 local");
        end_talk(t);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("session_lost");
    TCase *tcase = tcase_create("all");

    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, a_refresh_that_times_out_ends_the_session);
    tcase_add_test(tcase, an_update_without_evidence_gets_one_invite_first);
    tcase_add_test(tcase, a_re_invite_that_asked_for_a_timer_ends_a_dialog_without_one);
    tcase_add_test(tcase, a_timeout_is_given_a_second_chance_where_the_owner_wants_it);
    tcase_add_test(tcase, what_could_not_be_sent_is_sent_later);
    tcase_add_test(tcase, what_carried_no_timer_ends_nothing);
    tcase_add_test(tcase, three_retries_after_timeouts_at_most);
    tcase_add_test(tcase, an_update_is_tried_again_where_no_invite_can_be_sent);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
