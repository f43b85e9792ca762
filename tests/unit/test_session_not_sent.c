/* SPDX-License-Identifier: MIT */
/* A refresh that must wait, a host that does nothing, a watcher that acts. RFC 4028 §10. */
#include "talk.h"

#define TIMER "Supported: timer"
#define LOCAL_90 "Session-Expires: 90;refresher=uac | Require: timer"
#define REMOTE_90 "Session-Expires: 90;refresher=uas"

/* The refresh that is due is challenged 15 s later. */
static const char *gets_late(struct talk *t)
{
    refreshes(t);
    t->now_ms += 15000;
    return gets(t, UPDATE, 401, "");
}

/* Shows: FB-55 EC-51 I10 */
START_TEST(a_deferred_refresh_is_asked_for_again_within_the_budget)
{
    struct talk *t = connected("", "Allow: UPDATE | " LOCAL_90);

    ck_assert_int_eq(sst_session_not_sent(t->session, NULL, SST_NEVER, t->now_ms), SST_ERR_NOT_DUE);
    until(t, 45);
    ck_assert_int_eq(sst_session_not_sent(t->session, NULL, SST_NEVER, t->now_ms), SST_OK);
    ck_assert_int_eq(sst_session_not_sent(t->session, NULL, SST_NEVER, t->now_ms), SST_ERR_NOT_DUE);
    expect(next(t), "47"); /* the library's own wait */
    until(t, 47);
    ck_assert_int_eq(sst_session_not_sent(t->session, NULL, t->now_ms + 1500, t->now_ms), SST_OK);
    expect(next(t), "48.5"); /* the host's wait */
    until(t, 48.5);
    ck_assert_int_eq(sst_session_not_sent(t->session, NULL, t->begin_ms, t->now_ms), SST_OK);
    expect(next(t), "48.501"); /* at once, but no busy loop */
    until(t, 48.501);
    ck_assert_int_eq(sst_session_not_sent(t->session, NULL, t->now_ms, t->now_ms), SST_OK);
    expect(next(t), "48.502");
    until(t, 48.502);
    ck_assert_int_eq(sst_session_not_sent(t->session, NULL, t->now_ms + 60000, t->now_ms), SST_OK);
    expect(next(t), "59"); /* never past the last moment: one second before the peer's BYE */
    until(t, 59);
    ck_assert_int_eq(sst_session_not_sent(t->session, NULL, t->now_ms + 20000, t->now_ms), SST_OK);
    expect(next(t), "79"); /* from here on what was blocked is sent as soon as possible; EC-39 */
    until(t, 79);
    ck_assert_int_eq(sst_session_not_sent(t->session, NULL, t->now_ms + 10000, t->now_ms), SST_OK);
    expect(next(t), "90"); /* nothing is sent in the last second, so nobody is woken for it */
    until(t, 200);
    expect(told(t), "45 refresh UPDATE; 47 refresh UPDATE; 48.5 refresh UPDATE; "
                    "48.501 refresh UPDATE; 48.502 refresh UPDATE; 59 refresh UPDATE; "
                    "79 refresh UPDATE; "
                    "90 ended refresh_not_sent");
    ck_assert_int_eq(sst_session_not_sent(t->session, NULL, SST_NEVER, t->now_ms), SST_ERR_ENDED);
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

    /* However long the interval, the wait stays 120 s: 3600, six times more until 3726, 28 times
     * until 7086, and at 7167. */
    t = connected("", "Session-Expires: 7200;refresher=uac | Require: timer");
    until(t, 7199);
    ck_assert_uint_eq(t->counters.refreshes_due, 36);
    end_talk(t);
}
END_TEST

/* Reporting nothing means the same as reporting "not sent": after the last moment of the plan it is
 * sent as soon as possible. Here 45, 47, 51 and 59 s, and 16 s later; the next one would be 32 s
 * after that. */
/* Shows: FB-55 EC-39 EC-103 */
START_TEST(who_says_nothing_is_asked_as_who_says_that_it_sent_nothing)
{
    for (int says = 0; says < 2; says++) {
        struct talk *t = connected("", "Allow: UPDATE | " LOCAL_90);
        for (unsigned i = 0; i < 5; i++) {
            static const double at[] = {45, 47, 51, 59, 75};
            until(t, at[i]);
            if (says) {
                ck_assert_int_eq(sst_session_not_sent(t->session, NULL, SST_NEVER, t->now_ms),
                                 SST_OK);
            }
        }
        until(t, 100);
        expect(told(t), "45 refresh UPDATE; 47 refresh UPDATE; 51 refresh UPDATE; "
                        "59 refresh UPDATE; 75 refresh UPDATE; 90 ended refresh_not_sent");
        end_talk(t);
    }

    /* With a guard of 9 s the watcher's rescue comes at 63 s, halfway from 45 to 81: after 59. */
    struct talk *t =
        connected("rescue=yes guard=percent guard_percent=10", "Allow: UPDATE | " REMOTE_90);
    until(t, 100);
    expect(told(t), "63 overdue; 63 refresh UPDATE; 65 refresh UPDATE; 69 refresh UPDATE; "
                    "77 refresh UPDATE; 81 ended not_refreshed");
    end_talk(t);
}
END_TEST

/* A retry that a verdict asked for, and that the host does not send, late in the interval. */
/* Shows: EC-60 EC-39 */
START_TEST(credentials_that_the_host_does_not_have_are_asked_for_again_to_the_last)
{
    struct talk *t = connected("", "Allow: UPDATE | " LOCAL_90);

    until(t, 45);
    expect(gets_late(t), "auth");
    until(t, 100);
    expect(told(t), "45 refresh UPDATE; 62 refresh UPDATE; 66 refresh UPDATE; 74 refresh UPDATE; "
                    "90 ended refresh_refused");
    end_talk(t);
}
END_TEST

/* A retry that a verdict asked for, and that the host does not send: as if the request had never
 * existed. */
/* Shows: EC-51 EC-129 */
START_TEST(a_retry_that_is_not_sent_leaves_nothing_behind_but_what_was_learned)
{
    struct talk *t =
        connected("session_expires=90 max_session_expires=90", "Allow: UPDATE | " LOCAL_90);

    until(t, 45);
    refreshes(t);
    expect(gets(t, UPDATE, 422, "Min-SE: 120"), "retry");
    expect(drops(t, UPDATE), "ok");
    expect(drops(t, UPDATE), "state");
    expect(next(t), "47");
    until(t, 47);
    expect(refreshes(t), "UPDATE " TIMER " | Session-Expires: 120;refresher=uac | Min-SE: 120");
    expect(drops(t, UPDATE), "ok");
    until(t, 51);
    expect(refreshes(t), "UPDATE " TIMER " | Session-Expires: 120;refresher=uac | Min-SE: 120");
    expect(told(t), "45 refresh UPDATE; 47 refresh UPDATE; 51 refresh UPDATE");
    end_talk(t);
}
END_TEST

/* Fault F5: a request that is no refresh is undone as well, whatever it is. */
START_TEST(a_request_of_the_hosts_is_undone)
{
    struct talk *t = caller("mode=request");
    struct sst_tx never = {0};
    struct sst_headers headers;

    asks(t, INVITE); /* the initial one: the next call may be made with the same session */
    expect(drops(t, INVITE), "ok");
    ck_assert_int_eq(try_ask(t, UPDATE, 0, &headers), SST_ERR_STATE); /* no dialog yet */
    expect(asks(t, INVITE), TIMER " | Session-Expires: 1800");
    gets(t, INVITE, 200, "Allow: UPDATE | " LOCAL_90);
    from_here(t);
    asks(t, INVITE);
    ck_assert_int_eq(try_ask(t, INVITE, 0, &headers), SST_ERR_STATE); /* the same tx */
    ck_assert_int_eq(sst_session_request(t->session, &never, INVITE, 0, t->now_ms, &headers),
                     SST_ERR_BUSY);
    expect(drops(t, INVITE), "ok");
    expect(hears(t, INVITE, TIMER), "0"); /* nothing blocks it */
    answers(t, INVITE, 486);
    asks(t, UPDATE);
    expect(drops(t, UPDATE), "ok");
    until(t, 45); /* and the refresh comes as if nothing had happened */
    expect(told(t), "45 refresh UPDATE");
    ck_assert_uint_eq(t->counters.refreshes_failed[SST_OUTCOME_TRANSPORT], 0);
    end_talk(t);
}
END_TEST

/* Faults F2, G: only what this REFRESH asked for is abandoned; the rest is an error in the host. */
START_TEST(only_what_was_asked_for_can_be_given_up)
{
    struct talk *t = connected("", "Allow: UPDATE | " LOCAL_90);
    struct sst_tx never = {0};
    struct sst_headers headers;

    ck_assert_int_eq(try_ask(t, UPDATE, SST_REQUEST_REFRESH, &headers), SST_ERR_NOT_DUE);
    ck_assert_uint_eq(headers.count, 0);
    ck_assert_int_eq(sst_session_not_sent(t->session, &never, SST_NEVER, t->now_ms), SST_ERR_STATE);
    until(t, 45);
    refreshes(t); /* it was begun: tx says which one is not sent */
    ck_assert_int_eq(sst_session_not_sent(t->session, NULL, SST_NEVER, t->now_ms), SST_ERR_NOT_DUE);
    gets(t, UPDATE, 200, LOCAL_90);
    expect(drops(t, UPDATE), "state");
    ck_assert_int_eq(try_ask(t, UPDATE, SST_REQUEST_REFRESH, &headers), SST_ERR_NOT_DUE);
    hears(t, UPDATE, TIMER);
    ck_assert_int_eq(sst_session_not_sent(t->session, &t->peer[1], SST_NEVER, t->now_ms),
                     SST_ERR_STATE); /* a request from the peer */
    answers(t, UPDATE, 500);
    expect(next(t), "90");
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
    /* EC-119: one refresh, which uses the ladder like any other: the other method, and again */
    expect(gets(t, UPDATE, 503, "Retry-After: 1"), "wait 53.5");
    until(t, 53.5);
    expect(refreshes(t), "INVITE offer " TIMER " | Session-Expires: 90;refresher=uas");
    expect(gets(t, INVITE, 503, ""), "wait 57.5");
    until(t, 100); /* the host does nothing more: asked again, a second before the BYE */
    expect(told(t), "53.5 refresh INVITE offer; 57.5 refresh UPDATE; 59 refresh UPDATE; "
                    "60 ended not_refreshed");
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

/* Shows: EC-38 EC-103 EC-119 */
START_TEST(a_rescue_that_only_rings_is_passed_by_an_update)
{
    struct talk *t = connected("rescue=yes", "Session-Expires: 1800;refresher=uas");

    until(t, 1334); /* halfway between 900 and the BYE at 1768 */
    looks(t);
    refreshes(t);
    expect(gets(t, INVITE, 180, "Allow: UPDATE"), "none");
    until(t, 1366); /* EC-119: like any refresh, 64*T1 later */
    expect(refreshes(t), "UPDATE " TIMER " | Session-Expires: 1800;refresher=uas");
    expect(gets(t, UPDATE, 200, "Session-Expires: 1800;refresher=uas"), "refreshed");
    expect(told(t), "1334 overdue; 1334 refresh INVITE offer; 1366 refresh UPDATE; "
                    "1366 refreshed 1800 remote");
    end_talk(t);
}
END_TEST

/* Shows: EC-38 EC-114 */
START_TEST(an_invite_of_the_hosts_that_rings_is_not_passed_by_an_update)
{
    struct talk *t = connected("", LOCAL_90);

    until(t, 45);
    refreshes(t);
    expect(gets(t, INVITE, 403, ""), "failed"); /* it was told that everything is rejected */
    asks(t, INVITE);
    expect(gets(t, INVITE, 180, "Allow: UPDATE"), "none");
    expect(next(t), "52"); /* the second round, halfway to 59; not 32 s after the 180 */
    until(t, 100);
    expect(told(t), "45 refresh INVITE offer; 45 refused; 52 refresh UPDATE; 54 refresh UPDATE; "
                    "58 refresh UPDATE; 59 refresh UPDATE; 75 refresh UPDATE; "
                    "90 ended refresh_unanswered");
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
    Suite *suite = suite_create("session_not_sent");
    TCase *tcase = tcase_create("all");

    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, a_deferred_refresh_is_asked_for_again_within_the_budget);
    tcase_add_test(tcase, a_host_that_does_nothing_is_asked_a_bounded_number_of_times);
    tcase_add_test(tcase, who_says_nothing_is_asked_as_who_says_that_it_sent_nothing);
    tcase_add_test(tcase, credentials_that_the_host_does_not_have_are_asked_for_again_to_the_last);
    tcase_add_test(tcase, a_retry_that_is_not_sent_leaves_nothing_behind_but_what_was_learned);
    tcase_add_test(tcase, a_request_of_the_hosts_is_undone);
    tcase_add_test(tcase, only_what_was_asked_for_can_be_given_up);
    tcase_add_test(tcase, the_watcher_rescues_once_where_its_owner_wants_it);
    tcase_add_test(tcase, a_rescue_that_only_rings_is_passed_by_an_update);
    tcase_add_test(tcase, an_invite_of_the_hosts_that_rings_is_not_passed_by_an_update);
    tcase_add_test(tcase, a_watcher_that_may_not_rescue_does_not);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
