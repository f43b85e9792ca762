/* SPDX-License-Identifier: MIT */
/* Requests rejected for credentials, or for a Require: EC-58, EC-60. */
#include "talk.h"

#define TIMER "Supported: timer"
#define UPDATES "Allow: UPDATE | "
#define LOCAL_1800 "Session-Expires: 1800;refresher=uac | Require: timer"
#define LOCAL_90 "Session-Expires: 90;refresher=uac | Require: timer"

/* Shows: EC-60 10-3 */
START_TEST(a_401_is_answered_with_credentials_twice_for_each_attempt)
{
    static const double attempts[] = {900, 902, 906, 914, 930};
    struct talk *t = connected("", UPDATES LOCAL_1800);

    for (unsigned i = 0; i < COUNT_OF(attempts); i++) { /* a nonce for each request, and a 503 */
        until(t, attempts[i]);
        refreshes(t);
        enum sst_method method = i % 2 == 0 ? UPDATE : INVITE; /* EC-111: alternating */
        expect(gets(t, method, 401, ""), "auth");
        again(t);
        expect(gets(t, method, 407, ""), "auth"); /* stale=true counts too */
        expect(again(t), TIMER " | Session-Expires: 1800;refresher=uac");
        gets(t, method, 503, "");
    }
    expect(next(t), "962");
    until(t, 962); /* one that was not sent after all still counts as an attempt */
    refreshes(t);
    gets(t, INVITE, 401, "");
    again(t);
    gets(t, INVITE, 401, "");
    again(t);
    expect(loses(t, INVITE, SST_OUTCOME_TRANSPORT), "wait 1026");
    until(t, 1026);
    told(t);
    refreshes(t);
    gets(t, UPDATE, 401, "");
    again(t);
    gets(t, UPDATE, 401, "");
    again(t);
    expect(gets(t, UPDATE, 401, ""), "wait 1026"); /* the third: the other method */
    looks(t);
    refreshes(t);
    expect(gets(t, INVITE, 401, ""), "auth"); /* a new attempt */
    again(t);
    expect(gets(t, INVITE, 401, ""), "auth");
    again(t);
    expect(gets(t, INVITE, 401, ""), "failed");
    expect(told(t), "1026 refresh INVITE offer; 1026 refused");
    expect(next(t), "1396.5"); /* EC-114: halfway to 1767 */
    ck_assert_uint_eq(t->counters.refreshes_failed[SST_OUTCOME_AUTH], 18);
    end_talk(t);
}
END_TEST

/* Shows: EC-60 */
START_TEST(time_keeps_running_while_credentials_are_sought)
{
    struct talk *t = connected("", UPDATES LOCAL_90);

    until(t, 45);
    refreshes(t);
    expect(gets(t, UPDATE, 401, ""), "auth");
    until(t, 100); /* without credentials the host is asked again, then it ends */
    expect(told(t), "45 refresh UPDATE; 47 refresh UPDATE; 51 refresh UPDATE; "
                    "59 refresh UPDATE; 75 refresh UPDATE; 90 ended refresh_refused");
    end_talk(t);

    t = connected("", UPDATES LOCAL_90); /* or it reports that it has none */
    until(t, 45);
    refreshes(t);
    gets(t, UPDATE, 401, "");
    expect(drops(t, UPDATE), "ok");
    expect(next(t), "47");
    end_talk(t);
}
END_TEST

/* Shows: EC-60 */
START_TEST(credentials_for_a_request_of_the_hosts)
{
    struct talk *t = caller("mode=request");

    for (unsigned i = 0; i < 10; i++) { /* for the initial INVITE only the host decides */
        asks(t, INVITE);
        expect(gets(t, INVITE, 407, ""), "auth");
    }
    expect(asks(t, INVITE), TIMER " | Session-Expires: 1800");
    gets(t, INVITE, 200, UPDATES LOCAL_1800);
    for (unsigned request = 0; request < 3; request++) {
        asks(t, INVITE);
        expect(gets(t, INVITE, 401, ""), "auth");
        asks(t, INVITE);
        expect(gets(t, INVITE, 401, ""), "auth");
        asks(t, INVITE);
        expect(gets(t, INVITE, 401, ""), "failed");
    }
    expect(next(t), "900"); /* and the timer is as it was */
    asks(t, INVITE);
    serves(t, UPDATE, TIMER " | Session-Expires: 1800;refresher=uas");
    expect(gets(t, INVITE, 401, ""), "auth"); /* a refresh now does not count as the retry */
    end_talk(t);
}
END_TEST

/* A host with one tx for both methods: another method is another request. */
/* Shows: EC-60 */
START_TEST(credentials_of_another_method_are_not_counted)
{
    struct talk *t = connected("", UPDATES LOCAL_1800);

    for (unsigned i = 0; i < 2; i++) {
        asks(t, UPDATE);
        expect(gets(t, UPDATE, 401, ""), "auth");
    }
    t->own[0] = t->own[1];
    asks(t, INVITE);
    expect(gets(t, INVITE, 401, ""), "auth");
    end_talk(t);
}
END_TEST

/* A request that was challenged is the host's own unless the host says otherwise, because a hold in
 * its place would look the same. The same holds for what its response means, except a 2xx. */
START_TEST(a_retry_that_is_not_said_to_be_a_refresh)
{
    struct talk *t = connected("", UPDATES LOCAL_90);

    until(t, 45);
    refreshes(t);
    expect(gets(t, UPDATE, 401, ""), "auth");
    asks(t, UPDATE);
    until(t, 48); /* it blocks the next one */
    expect(gets(t, UPDATE, 503, ""), "failed");
    looks(t);
    refreshes(t);
    expect(gets(t, UPDATE, 401, ""), "auth");
    asks(t, UPDATE);
    expect(gets(t, UPDATE, 200, LOCAL_90), "refreshed");
    until(t, 93); /* EC-125: a refresh was requested before, so from the arrival */
    expect(told(t), "45 refresh UPDATE; 48 refresh UPDATE; 48 refreshed 90 local; "
                    "93 refresh UPDATE");
    refreshes(t);
    expect(gets(t, UPDATE, 401, ""), "auth");
    asks(t, UPDATE);
    expect(loses(t, UPDATE, SST_OUTCOME_TIMEOUT), "ended");
    end_talk(t);

    t = connected("method=invite", UPDATES LOCAL_90);
    until(t, 45);
    refreshes(t);
    expect(gets(t, INVITE, 401, ""), "auth");
    asks(t, INVITE);                            /* a hold */
    expect(gets(t, INVITE, 488, ""), "failed"); /* means nothing for the offer in force */
    until(t, 47);
    expect(refreshes(t), "INVITE offer " TIMER " | Session-Expires: 90;refresher=uac");
    end_talk(t);
}
END_TEST

/* Shows: EC-58 7.4-1 */
START_TEST(a_420_to_a_refresh_takes_require_out)
{
    struct talk *t = connected("mode=require proxy_require=yes", UPDATES LOCAL_90);

    until(t, 45);
    expect(refreshes(t), "UPDATE " TIMER " | Session-Expires: 90;refresher=uac | "
                         "Require: timer | Proxy-Require: timer");
    expect(gets(t, UPDATE, 420, "Unsupported: timer"), "retry");
    expect(again(t), TIMER " | Session-Expires: 90;refresher=uac");
    expect(gets(t, UPDATE, 420, "Unsupported: timer"), "wait 45"); /* once */
    looks(t);
    expect(refreshes(t), "INVITE offer " TIMER " | Session-Expires: 90;refresher=uac");
    expect(gets(t, INVITE, 200, LOCAL_90), "refreshed");
    until(t, 90); /* the dialog remembers it */
    expect(refreshes(t), "UPDATE " TIMER " | Session-Expires: 90;refresher=uac");
    ck_assert_uint_eq(t->counters.refreshes_failed[SST_OUTCOME_EXTENSION], 2);
    end_talk(t);

    t = connected("mode=require", UPDATES LOCAL_90); /* some other option tag */
    until(t, 45);
    refreshes(t);
    expect(gets(t, UPDATE, 420, "Unsupported: 100rel"), "wait 45");
    looks(t);
    expect(refreshes(t), "INVITE offer " TIMER " | Session-Expires: 90;refresher=uac | "
                         "Require: timer");
    end_talk(t);

    t = connected("mode=request", UPDATES LOCAL_90); /* nothing to take out */
    until(t, 45);
    refreshes(t);
    expect(gets(t, UPDATE, 420, "Unsupported: timer"), "wait 45");
    end_talk(t);
}
END_TEST

/* The owner changes the mode while the request is pending, and back again. */
/* Shows: EC-58 */
START_TEST(a_420_counts_though_the_mode_is_another_by_then)
{
    struct talk *t = connected("mode=require", UPDATES LOCAL_90);

    until(t, 45);
    expect(refreshes(t), "UPDATE " TIMER " | Session-Expires: 90;refresher=uac | Require: timer");
    talk_set(t, "mode=request");
    expect(gets(t, UPDATE, 420, "Unsupported: timer"), "wait 45"); /* by the other method */
    talk_set(t, "mode=require");
    looks(t);
    expect(refreshes(t), "INVITE offer " TIMER " | Session-Expires: 90;refresher=uac");
    end_talk(t);
}
END_TEST

/* Two refreshes with Require are in flight; one rejection says all there is to say. */
/* Shows: EC-58 EC-38 */
START_TEST(a_420_is_followed_once_where_two_refreshes_are_open)
{
    struct talk *t = connected("mode=require method=invite", UPDATES LOCAL_1800);

    until(t, 900);
    expect(refreshes(t), "INVITE offer " TIMER " | Session-Expires: 1800;refresher=uac | "
                         "Require: timer");
    gets(t, INVITE, 180, "");
    until(t, 932);
    expect(refreshes(t), "UPDATE " TIMER " | Session-Expires: 1800;refresher=uac | "
                         "Require: timer");
    expect(gets(t, UPDATE, 420, "Unsupported: timer"), "retry");
    expect(gets(t, INVITE, 420, "Unsupported: timer"), "wait 932"); /* the ladder goes on */
    looks(t);
    expect(refreshes(t), "UPDATE " TIMER " | Session-Expires: 1800;refresher=uac");
    end_talk(t);
}
END_TEST

/* Shows: EC-58 */
START_TEST(a_420_to_the_initial_invite_fails_the_call_that_required_it)
{
    struct talk *t = caller("mode=require");

    expect(asks(t, INVITE), TIMER " | Session-Expires: 1800 | Require: timer");
    expect(gets(t, INVITE, 420, "Unsupported: timer"), "failed");
    expect(told(t), "");
    end_talk(t);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("session_auth");
    TCase *tcase = tcase_create("all");

    tcase_add_test(tcase, a_401_is_answered_with_credentials_twice_for_each_attempt);
    tcase_add_test(tcase, time_keeps_running_while_credentials_are_sought);
    tcase_add_test(tcase, credentials_for_a_request_of_the_hosts);
    tcase_add_test(tcase, credentials_of_another_method_are_not_counted);
    tcase_add_test(tcase, a_retry_that_is_not_said_to_be_a_refresh);
    tcase_add_test(tcase, a_420_to_a_refresh_takes_require_out);
    tcase_add_test(tcase, a_420_counts_though_the_mode_is_another_by_then);
    tcase_add_test(tcase, a_420_is_followed_once_where_two_refreshes_are_open);
    tcase_add_test(tcase, a_420_to_the_initial_invite_fails_the_call_that_required_it);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
