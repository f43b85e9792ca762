/* SPDX-License-Identifier: MIT */
/* Rejected refreshes: the ladder of methods, and what is left at its end. RFC 4028 §10. */
#include "talk.h"

#define TIMER "Supported: timer"
#define UPDATES "Allow: UPDATE | "
#define LOCAL_90 "Session-Expires: 90;refresher=uac | Require: timer"

static const struct {
    unsigned status;
    const char *update; /* the verdict, and the events until 70 s */
    const char *invite;
    const char *plain;
} ladder[] = {
    {400, "wait 45; 45 refresh INVITE offer", "failed; 45 refused", "failed; 45 refused"},
    {403, "wait 45; 45 refresh INVITE offer", "failed; 45 refused", "failed; 45 refused"},
    {404, "wait 45; 45 violation dialog_lost; 45 refresh INVITE offer",
     "failed; 45 violation dialog_lost; 45 refused",
     "failed; 45 violation dialog_lost; 45 refused"}, /* EC-61 */
    {405, "wait 45; 45 refresh INVITE offer", "failed; 45 refused", "failed; 45 refused"},
    {501, "wait 45; 45 refresh INVITE offer", "failed; 45 refused", "failed; 45 refused"},
    {413, "wait 45; 45 refresh INVITE offer", "wait 45; 45 refresh INVITE plain",
     "failed; 45 refused"}, /* EC-57 */
    {415, "wait 45; 45 refresh INVITE offer", "wait 45; 45 refresh INVITE plain",
     "failed; 45 refused"}, /* EC-56 */
    {488, "wait 45; 45 refresh INVITE offer", "wait 45; 45 refresh INVITE plain",
     "failed; 45 refused"},
    {606, "wait 45; 45 refresh INVITE offer", "wait 45; 45 refresh INVITE plain",
     "failed; 45 refused"},
    {504, "wait 45; 45 refresh INVITE offer", "wait 47; 47 refresh INVITE offer",
     "wait 47; 47 refresh INVITE plain"}, /* EC-54 */
    {505, "wait 45; 45 refresh INVITE offer", "failed; 45 refused", "failed; 45 refused"},
    {302, "wait 45; 45 refresh INVITE offer", "failed; 45 refused", "failed; 45 refused"},
    {421, "wait 45; 45 refresh INVITE offer", "failed; 45 refused", "failed; 45 refused"},
    {420, "wait 45; 45 refresh INVITE offer", "failed; 45 refused", "failed; 45 refused"},
    {603, "wait 45; 45 refresh INVITE offer", "failed; 45 refused", "failed; 45 refused"},
    {480, "wait 47; 47 refresh INVITE offer", "wait 47; 47 refresh INVITE offer",
     "wait 47; 47 refresh INVITE plain"},
    {486, "wait 47; 47 refresh INVITE offer", "wait 47; 47 refresh INVITE offer",
     "wait 47; 47 refresh INVITE plain"},
    {487, "wait 47; 47 refresh INVITE offer", "wait 47; 47 refresh INVITE offer",
     "wait 47; 47 refresh INVITE plain"}, /* EC-62 */
    {500, "wait 47; 47 refresh INVITE offer", "wait 47; 47 refresh INVITE offer",
     "wait 47; 47 refresh INVITE plain"}, /* EC-53 */
    {503, "wait 47; 47 refresh INVITE offer", "wait 47; 47 refresh INVITE offer",
     "wait 47; 47 refresh INVITE plain"},
    {555, "wait 47; 47 refresh INVITE offer", "wait 47; 47 refresh INVITE offer",
     "wait 47; 47 refresh INVITE plain"},
    {600, "wait 47; 47 refresh INVITE offer", "wait 47; 47 refresh INVITE offer",
     "wait 47; 47 refresh INVITE plain"},
    {406, "wait 45; 45 refresh INVITE offer", "wait 45; 45 refresh INVITE plain",
     "failed; 45 refused"}, /* EC-113 */
    {513, "wait 45; 45 refresh INVITE offer", "wait 45; 45 refresh INVITE plain",
     "failed; 45 refused"}, /* EC-113 */
    {580, "wait 45; 45 refresh INVITE offer", "wait 45; 45 refresh INVITE plain",
     "failed; 45 refused"}, /* EC-113 */
    {408, "ended; 45 ended refresh_408", "ended; 45 ended refresh_408",
     "ended; 45 ended refresh_408"},
    {481, "ended; 45 ended refresh_481", "ended; 45 ended refresh_481",
     "ended; 45 ended refresh_481"},
};

/* The verdict on a refresh, and the events until the host's next poll. */
static const char *refused_with(struct talk *t, unsigned status)
{
    static char text[256];
    enum sst_method method = t->refresh.method;

    refreshes(t);
    told(t);
    int used = snprintf(text, sizeof text, "%s", gets(t, method, status, ""));
    uint64_t due = sst_session_deadline(t->session);
    if (due <= t->begin_ms + 47000) {
        until(t, due <= t->now_ms ? 45 : 47);
    }
    snprintf(text + used, sizeof text - (size_t)used, "; %s", told(t));
    return text;
}

/* Shows: 10-2 10-3 EC-50 EC-53 EC-54 EC-55 EC-56 EC-57 EC-59 EC-61 EC-62 EC-111 EC-113 */
START_TEST(each_status_at_each_step_of_the_ladder)
{
    for (size_t i = 0; i < COUNT_OF(ladder); i++) {
        struct talk *t = connected("", UPDATES LOCAL_90);
        until(t, 45);
        expect(refused_with(t, ladder[i].status), ladder[i].update);
        end_talk(t);

        t = connected("", LOCAL_90);
        until(t, 45);
        expect(refused_with(t, ladder[i].status), ladder[i].invite);
        end_talk(t);

        t = connected("", LOCAL_90);
        until(t, 45);
        refreshes(t);
        expect(gets(t, INVITE, 488, ""), "wait 45");
        looks(t);
        expect(refused_with(t, ladder[i].status), ladder[i].plain);
        end_talk(t);
    }
}
END_TEST

/* Shows: 10-1 EC-34 EC-110 EC-114 10-4 FB-72 */
START_TEST(all_refused_by_a_living_peer_waits_for_the_expiration)
{
    struct talk *t = connected("", UPDATES LOCAL_90);

    until(t, 45);
    refreshes(t);
    expect(gets(t, UPDATE, 403, ""), "wait 45");
    looks(t);
    refreshes(t);
    expect(gets(t, INVITE, 488, ""), "wait 45");
    looks(t);
    refreshes(t);
    expect(gets(t, INVITE, 403, ""), "failed");
    struct sst_headers headers;
    ck_assert_int_eq(try_ask(t, INVITE, SST_REQUEST_REFRESH, &headers), SST_ERR_NOT_DUE);
    until(t, 52); /* EC-114: once more from the first step, halfway to 59 */
    refreshes(t);
    expect(gets(t, UPDATE, 403, ""), "wait 52");
    looks(t);
    refreshes(t);
    expect(gets(t, INVITE, 403, ""), "failed"); /* and reported once */
    until(t, 100);
    expect(told(t), "45 refresh UPDATE; 45 refresh INVITE offer; 45 refresh INVITE plain; "
                    "45 refused; 52 refresh UPDATE; 52 refresh INVITE offer; "
                    "90 ended refresh_refused");
    ck_assert_uint_eq(t->counters.refreshes_failed[SST_OUTCOME_METHOD], 4);
    ck_assert_uint_eq(t->counters.ended[SST_END_REFRESH_REFUSED], 1);
    end_talk(t);
}
END_TEST

/* Shows: 10-4 EC-38 EC-55 */
START_TEST(where_both_methods_were_refused_no_refresh_is_planned)
{
    struct talk *t =
        connected("method=invite", "Allow: UPDATE | Session-Expires: 1800;refresher=uac | "
                                   "Require: timer");

    until(t, 900);
    refreshes(t);
    gets(t, INVITE, 180, "");
    until(t, 932);
    expect(told(t), "900 refresh INVITE offer; 932 refresh UPDATE"); /* 64*T1 later */
    refreshes(t);
    expect(gets(t, UPDATE, 405, ""), "wait 932"); /* for the INVITE that rings */
    expect(gets(t, INVITE, 403, ""), "failed");
    expect(next(t), "1349.5"); /* EC-114: without the 405, of the time left, halfway to 1767 */
    until(t, 1349.5);
    refreshes(t);
    expect(gets(t, INVITE, 403, ""), "failed");
    ck_assert_uint_eq(info_of(t).refresh_ms, SST_NEVER);
    until(t, 2000);
    expect(told(t), "932 refused; 1349.5 refresh INVITE offer; 1800 ended refresh_refused");
    end_talk(t);
}
END_TEST

/* Shows: EC-34 */
START_TEST(a_refused_hold_is_no_refused_refresh)
{
    struct talk *t = connected("", LOCAL_90);

    until(t, 10);
    asks(t, INVITE);
    expect(gets(t, INVITE, 488, ""), "failed");
    for (unsigned i = 0; i < SST_OUTCOME_COUNT; i++) {
        ck_assert_uint_eq(t->counters.refreshes_failed[i], 0);
    }
    until(t, 100);
    ck_assert_int_eq(info_of(t).reason, SST_END_REFRESH_NOT_SENT);
    end_talk(t);
}
END_TEST

/* Shows: EC-110 EC-34 */
START_TEST(a_call_that_is_refused_may_be_kept)
{
    struct talk *t = connected("refused=keep", LOCAL_90);

    until(t, 45);
    refreshes(t);
    expect(gets(t, INVITE, 403, ""), "failed");
    until(t, 52);
    refreshes(t);
    expect(gets(t, INVITE, 403, ""), "failed");
    until(t, 5000);
    expect(told(t), "45 refresh INVITE offer; 45 refused; 52 refresh INVITE offer; "
                    "90 negotiated off refresh_refused");
    ck_assert_uint_eq(t->counters.turned_off, 1);
    expect(next(t), "never");
    /* and a timer may be turned on again later */
    serves(t, INVITE, TIMER " | Session-Expires: 90;refresher=uas");
    expect(told(t), "5000 negotiated 90 local");
    ck_assert_int_eq(info_of(t).reason, SST_END_NONE);
    end_talk(t);

    t = connected("refused=keep", LOCAL_90); /* silence is no rejection */
    until(t, 45);
    refreshes(t);
    until(t, 95);
    expect(told(t), "45 refresh INVITE offer; 90 ended refresh_unanswered");
    end_talk(t);

    t = connected("refused=keep", LOCAL_90); /* nor is a request that was never sent */
    until(t, 95);
    ck_assert_int_eq(info_of(t).reason, SST_END_REFRESH_NOT_SENT);
    end_talk(t);

    t = connected("refused=keep expire_at=guard", LOCAL_90);
    until(t, 45);
    refreshes(t);
    gets(t, INVITE, 405, ""); /* EC-114: INVITE will not be supported later either */
    until(t, 95);
    expect(told(t), "45 refresh INVITE offer; 45 refused; 60 negotiated off refresh_refused");
    ck_assert_int_eq(info_of(t).reason, SST_END_REFRESH_REFUSED); /* why it was turned off */
    sst_session_end(t->session, t->now_ms);
    ck_assert_int_eq(info_of(t).reason, SST_END_NONE); /* but not why the call ended */
    end_talk(t);
}
END_TEST

/* Shows: 7.2-11 EC-34 */
START_TEST(a_request_of_the_hosts_still_refreshes_what_was_refused)
{
    struct talk *t = connected("", UPDATES LOCAL_90);

    until(t, 45);
    refreshes(t);
    gets(t, UPDATE, 403, "");
    looks(t);
    refreshes(t);
    gets(t, INVITE, 405, "");
    until(t, 52); /* EC-114: the rejection of UPDATE was not permanent */
    refreshes(t);
    gets(t, UPDATE, 501, "");
    until(t, 80);
    asks(t, INVITE);
    expect(gets(t, INVITE, 200, UPDATES LOCAL_90), "refreshed");
    until(t, 125); /* and all methods are open again; EC-125: from the arrival */
    expect(told(t), "45 refresh UPDATE; 45 refresh INVITE offer; 45 refused; 52 refresh UPDATE; "
                    "80 refreshed 90 local; 125 refresh UPDATE");
    end_talk(t);
}
END_TEST

/* Shows: EC-55 FB-68 */
START_TEST(a_405_to_update_is_remembered_until_a_new_allow)
{
    struct talk *t = connected("", UPDATES LOCAL_90);

    until(t, 45);
    refreshes(t);
    expect(gets(t, UPDATE, 405, "Allow: INVITE"), "wait 45");
    looks(t);
    refreshes(t);
    expect(gets(t, INVITE, 200, LOCAL_90), "refreshed");
    told(t);
    cycles(t, 1, LOCAL_90, 0);
    expect(told(t), "90 refresh INVITE offer; 90 refreshed 90 local");
    hears(t, OTHER, "Allow: UPDATE");
    cycles(t, 1, LOCAL_90, 0);
    expect(told(t), "135 refresh UPDATE; 135 refreshed 90 local");
    end_talk(t);

    t = connected("method=update", LOCAL_90); /* also if the policy would try it without evidence */
    until(t, 45);
    refreshes(t);
    gets(t, UPDATE, 501, "");
    looks(t);
    refreshes(t);
    gets(t, INVITE, 200, LOCAL_90);
    until(t, 90);
    expect(told(t), "45 refresh UPDATE; 45 refresh INVITE offer; 45 refreshed 90 local; "
                    "90 refresh INVITE offer");
    end_talk(t);

    t = connected("", UPDATES LOCAL_90); /* learned from the host's own UPDATE as well */
    asks(t, UPDATE);
    expect(gets(t, UPDATE, 501, ""), "failed");
    until(t, 45);
    expect(told(t), "45 refresh INVITE offer");
    end_talk(t);
}
END_TEST

/* Shows: EC-56 EC-57 */
START_TEST(a_refused_offer_leads_to_update_where_that_is_allowed)
{
    struct talk *t = connected("method=invite", UPDATES LOCAL_90);

    until(t, 45);
    refreshes(t);
    expect(gets(t, INVITE, 413, ""), "wait 45");
    looks(t);
    expect(refreshes(t), "UPDATE " TIMER " | Session-Expires: 90;refresher=uac");
    expect(gets(t, UPDATE, 405, ""), "wait 45");
    looks(t);
    expect(refreshes(t), "INVITE plain " TIMER " | Session-Expires: 90;refresher=uac");
    expect(gets(t, INVITE, 200, LOCAL_90), "refreshed");
    expect(told(t), "45 refresh INVITE offer; 45 refresh UPDATE; 45 refresh INVITE plain; "
                    "45 refreshed 90 local");
    end_talk(t);
}
END_TEST

static enum sst_outcome classify_404(void *user, enum sst_method method, unsigned status,
                                     enum sst_outcome usual)
{
    const struct talk *t = user;

    ck_assert_int_eq(method, t->refresh.method == UPDATE ? UPDATE : INVITE);
    return status == 404 ? SST_OUTCOME_GONE : status == 408 ? SST_OUTCOME_TRANSIENT : usual;
}

/* Shows: EC-61 */
START_TEST(the_table_of_codes_can_be_overridden)
{
    struct talk *t = connected("", LOCAL_90);

    t->policy.classify = classify_404;
    until(t, 45);
    refreshes(t);
    expect(gets(t, INVITE, 408, ""), "wait 47");
    until(t, 47);
    refreshes(t);
    expect(gets(t, INVITE, 404, ""), "ended");
    expect(told(t), "45 refresh INVITE offer; 47 refresh INVITE offer; 47 ended refresh_481");
    end_talk(t);

    t = connected("", LOCAL_90); /* only for refreshes: a hold belongs to the host */
    t->policy.classify = classify_404;
    asks(t, INVITE);
    expect(gets(t, INVITE, 404, ""), "failed");
    ck_assert(!info_of(t).ended);
    end_talk(t);
}
END_TEST

/* Shows: EC-61 */
START_TEST(a_code_that_ends_dialogs_is_named_and_ends_nothing)
{
    struct talk *t = connected("", LOCAL_90);

    until(t, 45);
    refreshes(t);
    expect(gets(t, INVITE, 502, ""), "failed");
    expect(told(t), "45 refresh INVITE offer; 45 violation dialog_lost; 45 refused");
    ck_assert_uint_eq(t->counters.violations[SST_VIOLATION_DIALOG_LOST], 1);
    ck_assert_uint_eq(t->counters.refreshes_failed[SST_OUTCOME_DIALOG], 1);
    end_talk(t);

    t = connected("", UPDATES LOCAL_90); /* nor does it say anything about the method */
    until(t, 45);
    refreshes(t);
    gets(t, UPDATE, 404, "");
    looks(t);
    refreshes(t);
    gets(t, INVITE, 200, LOCAL_90);
    until(t, 90);
    expect(told(t), "45 refresh UPDATE; 45 violation dialog_lost; 45 refresh INVITE offer; "
                    "45 refreshed 90 local; 90 refresh UPDATE");
    end_talk(t);

    t = connected("", LOCAL_90); /* a request of the host's is its own business */
    asks(t, INVITE);
    expect(gets(t, INVITE, 502, ""), "failed");
    expect(told(t), "");
    end_talk(t);
}
END_TEST

/* Shows: I2 I10 EC-37 */
START_TEST(what_is_refused_at_the_last_moment_goes_no_other_way)
{
    struct talk *t = connected("", UPDATES LOCAL_90);

    until(t, 45);
    refreshes(t);
    until(t, 88.999);
    expect(gets(t, UPDATE, 405, ""), "wait 88.999"); /* at once, even here */
    looks(t);
    refreshes(t);
    until(t, 89);
    expect(gets(t, INVITE, 488, ""), "failed");
    until(t, 100);
    expect(told(t), "45 refresh UPDATE; 88.999 refresh INVITE offer; 90 ended refresh_refused");
    end_talk(t);

    t = connected("", UPDATES LOCAL_90); /* no wait is planned past the peer's guard */
    until(t, 45);
    refreshes(t);
    until(t, 59.5);
    expect(gets(t, UPDATE, 503, ""), "wait 59.5"); /* but an untried method is tried; EC-111 */
    looks(t);
    expect(refreshes(t), "INVITE offer " TIMER " | Session-Expires: 90;refresher=uac");
    until(t, 59.6);
    expect(gets(t, INVITE, 503, ""), "failed");
    until(t, 100);
    expect(told(t), "45 refresh UPDATE; 59.5 refresh INVITE offer; 90 ended refresh_refused");
    end_talk(t);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("session_refresh");
    TCase *tcase = tcase_create("all");

    tcase_add_test(tcase, each_status_at_each_step_of_the_ladder);
    tcase_add_test(tcase, all_refused_by_a_living_peer_waits_for_the_expiration);
    tcase_add_test(tcase, where_both_methods_were_refused_no_refresh_is_planned);
    tcase_add_test(tcase, a_refused_hold_is_no_refused_refresh);
    tcase_add_test(tcase, a_call_that_is_refused_may_be_kept);
    tcase_add_test(tcase, a_request_of_the_hosts_still_refreshes_what_was_refused);
    tcase_add_test(tcase, a_405_to_update_is_remembered_until_a_new_allow);
    tcase_add_test(tcase, a_refused_offer_leads_to_update_where_that_is_allowed);
    tcase_add_test(tcase, the_table_of_codes_can_be_overridden);
    tcase_add_test(tcase, a_code_that_ends_dialogs_is_named_and_ends_nothing);
    tcase_add_test(tcase, what_is_refused_at_the_last_moment_goes_no_other_way);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
