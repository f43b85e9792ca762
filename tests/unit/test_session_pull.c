/* SPDX-License-Identifier: MIT */
/* Events that the host pulls. */
#include "talk.h"

#define UPDATES "Allow: UPDATE | "
#define LOCAL_90 "Session-Expires: 90;refresher=uac | Require: timer"
#define REMOTE_90 "Session-Expires: 90;refresher=uas"

static struct talk *pulled(const char *policy, const char *response)
{
    struct talk *t = caller(policy);

    t->pull = true;
    t->policy.on_event = NULL;
    asks(t, INVITE);
    expect(gets(t, INVITE, 200, response), "refreshed");
    from_here(t);
    return t;
}

static const char *pull_one(struct talk *t)
{
    struct sst_event event;

    if (!sst_session_next_event(t->session, t->now_ms, &event)) {
        return "none";
    }
    return sst_event_name(event.type);
}

START_TEST(events_wait_to_be_pulled)
{
    struct talk *t = pulled("", UPDATES LOCAL_90);

    t->hold_pull = true;
    asks(t, UPDATE);
    gets(t, UPDATE, 200, "Session-Expires: 90");
    ck_assert_uint_eq(sst_session_deadline(t->session), 0);
    expect(pull_one(t), "violation");
    ck_assert_uint_eq(sst_session_deadline(t->session), 0);
    expect(pull_one(t), "refreshed");
    ck_assert_uint_eq(sst_session_deadline(t->session), t->begin_ms + 45000);
    expect(pull_one(t), "none");
    t->now_ms += 45000;
    expect(pull_one(t), "refresh"); /* also handles what is due */
    expect(pull_one(t), "none");
    end_talk(t);
}
END_TEST

/* What happened before the end has no end reason, however late it is pulled. */
START_TEST(what_waits_is_told_as_it_was)
{
    struct talk *t = pulled("", UPDATES REMOTE_90);
    struct sst_event event;

    t->hold_pull = true;
    asks(t, UPDATE);
    gets(t, UPDATE, 200, LOCAL_90);
    t->now_ms += 200000;
    expect(pull_one(t), "violation"); /* the peer gave the role away; EC-124 */
    ck_assert(sst_session_next_event(t->session, t->now_ms, &event));
    ck_assert_int_eq(event.type, SST_EVENT_NEGOTIATED);
    ck_assert_int_eq(event.reason, SST_END_NONE);
    expect(pull_one(t), "refreshed");
    ck_assert(!info_of(t).ended);
    expect(pull_one(t), "ended");
    end_talk(t);
}
END_TEST

START_TEST(nothing_waits_once_the_host_has_ended_it)
{
    struct talk *t = pulled("", UPDATES LOCAL_90);

    t->hold_pull = true;
    asks(t, UPDATE);
    gets(t, UPDATE, 200, "Session-Expires: 90"); /* without a refresher: a violation */
    ck_assert_int_eq(sst_session_end(t->session, t->now_ms), SST_OK);
    ck_assert_ptr_null(sst_session_check(t->session));
    expect(pull_one(t), "none");
    end_talk(t);
}
END_TEST

/* Shows: EC-51 */
START_TEST(a_refresh_that_is_put_off_before_it_was_pulled_waits_no_more)
{
    struct talk *t = pulled("", UPDATES LOCAL_90);

    t->hold_pull = true;
    t->now_ms += 45000;
    sst_session_advance(t->session, t->now_ms);
    ck_assert_int_eq(sst_session_not_sent(t->session, NULL, SST_NEVER, t->now_ms), SST_OK);
    expect(pull_one(t), "none");
    t->now_ms += 2000; /* the library's own wait */
    expect(pull_one(t), "refresh");
    end_talk(t);
}
END_TEST

/* Shows: I2 EC-37 EC-45 */
START_TEST(a_refresh_that_was_not_pulled_in_time_is_none)
{
    struct talk *t = pulled("", UPDATES LOCAL_90);

    t->hold_pull = true;
    t->now_ms += 45000;
    sst_session_advance(t->session, t->now_ms);
    t->now_ms += 44000; /* the last second begins */
    expect(pull_one(t), "none");
    ck_assert_uint_eq(sst_session_deadline(t->session), t->begin_ms + 90000);
    ck_assert_uint_eq(info_of(t).refresh_ms, SST_NEVER);
    ck_assert_int_eq(sst_session_not_sent(t->session, NULL, SST_NEVER, t->now_ms), SST_ERR_NOT_DUE);
    t->now_ms += 1000;
    expect(pull_one(t), "ended");
    expect(pull_one(t), "none");
    end_talk(t);

    t = pulled("", UPDATES LOCAL_90); /* the end takes its place */
    t->hold_pull = true;
    t->now_ms += 45000;
    sst_session_advance(t->session, t->now_ms);
    t->now_ms += 45000;
    expect(pull_one(t), "ended");
    expect(pull_one(t), "none");
    end_talk(t);
}
END_TEST

START_TEST(a_refresh_that_something_got_in_the_way_of_waits)
{
    struct talk *t = pulled("", LOCAL_90);

    t->hold_pull = true;
    t->now_ms += 45000;
    sst_session_advance(t->session, t->now_ms);
    asks(t, INVITE); /* a hold, before the event was pulled */
    expect(pull_one(t), "none");
    ck_assert_uint_eq(sst_session_deadline(t->session), t->begin_ms + 59000); /* blocked */
    gets(t, INVITE, 488, "");
    expect(pull_one(t), "refresh");
    expect(pull_one(t), "none");
    end_talk(t);

    t = pulled("", UPDATES LOCAL_90); /* it is pending already: nothing to ask for */
    t->hold_pull = true;
    t->now_ms += 45000;
    sst_session_advance(t->session, t->now_ms);
    struct sst_headers headers;
    ck_assert_int_eq(try_ask(t, UPDATE, SST_REQUEST_REFRESH, &headers), SST_OK);
    expect(pull_one(t), "none");
    ck_assert_uint_eq(sst_session_deadline(t->session), t->begin_ms + 90000);
    end_talk(t);
}
END_TEST

static int unexpected(void *user, struct sst_session *session, const struct sst_event *event)
{
    (void)user;
    (void)session;
    ck_abort_msg("the event %s", sst_event_name(event->type));
}

/* The same with a host that pulled none and then set a callback. */
START_TEST(a_refresh_that_something_got_in_the_way_of_calls_nobody_back)
{
    struct talk *t = pulled("", LOCAL_90);

    t->hold_pull = true;
    t->now_ms += 45000;
    sst_session_advance(t->session, t->now_ms);
    asks(t, INVITE); /* a hold, before the event was pulled */
    t->policy.on_event = unexpected;
    sst_session_advance(t->session, t->now_ms);
    ck_assert_uint_eq(sst_session_deadline(t->session), t->begin_ms + 59000); /* blocked */
    end_talk(t);
}
END_TEST

/* Found by fuzzing: "none" was returned although the deadline had come. */
/* Shows: EC-39 */
START_TEST(a_refresh_that_something_got_in_the_way_of_late_is_told_to_be_blocked)
{
    struct talk *t = pulled("", UPDATES LOCAL_90);

    t->hold_pull = true;
    t->now_ms += 59500; /* after the last moment to plan for, 59 */
    sst_session_advance(t->session, t->now_ms);
    hears(t, UPDATE, "Supported: timer");
    expect(pull_one(t), "blocked");
    expect(pull_one(t), "none");
    ck_assert_uint_eq(sst_session_deadline(t->session), t->begin_ms + 90000);
    answers(t, UPDATE, 488);
    expect(pull_one(t), "refresh");
    expect(pull_one(t), "none");
    end_talk(t);
}
END_TEST

/* "None" was returned although what came next was due: in the last second there is no refresh, and
 * whatever else is due is reported instead. */
/* Shows: EC-103 */
START_TEST(a_watcher_that_comes_too_late_for_its_refresh_is_told_what_is_due)
{
    struct talk *t = pulled("guard=none", REMOTE_90);

    t->hold_pull = true;
    asks(t, UPDATE);
    t->now_ms += 32000;
    loses(t, UPDATE, SST_OUTCOME_TIMEOUT); /* EC-50: a re-INVITE is owed */
    t->now_ms += 57500;
    expect(pull_one(t), "overdue");
    expect(pull_one(t), "none");
    ck_assert_uint_eq(sst_session_deadline(t->session), t->begin_ms + 90000);
    end_talk(t);
}
END_TEST

/* Shows: EC-45 */
START_TEST(the_end_takes_the_place_of_what_was_not_pulled)
{
    static const struct {
        const char *response;
        enum sst_method busy; /* with a request from the peer */
        uint64_t waits_ms;
        uint64_t end_ms;
    } rows[] = {
        {UPDATES LOCAL_90, OTHER, 45000, 90000},  /* REFRESH */
        {UPDATES REMOTE_90, OTHER, 53000, 60000}, /* OVERDUE */
        {LOCAL_90, INVITE, 59000, 90000},         /* BLOCKED */
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct talk *t = pulled("", rows[i].response);
        t->hold_pull = true;
        hears(t, rows[i].busy, "Supported: timer");
        t->now_ms = t->begin_ms + rows[i].waits_ms;
        sst_session_advance(t->session, t->now_ms);
        ck_assert_uint_eq(sst_session_deadline(t->session), 0);
        t->now_ms = t->begin_ms + rows[i].end_ms;
        sst_session_advance(t->session, t->now_ms);
        talk_check(t);
        expect(pull_one(t), "ended");
        expect(pull_one(t), "none");
        end_talk(t);
    }
}
END_TEST

/* Shows: EC-110 EC-114 */
START_TEST(a_timer_that_went_off_takes_its_events_with_it)
{
    struct talk *t = pulled("refused=keep", LOCAL_90);
    struct sst_headers headers;

    t->hold_pull = true;
    t->now_ms += 45000;
    sst_session_advance(t->session, t->now_ms);
    ck_assert_int_eq(try_ask(t, INVITE, SST_REQUEST_REFRESH, &headers), SST_OK);
    gets(t, INVITE, 403, ""); /* REFUSED waits */
    t->now_ms += 7000;
    sst_session_advance(t->session, t->now_ms); /* the second round: REFRESH waits */
    t->now_ms += 38000;
    sst_session_advance(t->session, t->now_ms); /* the timer is turned off */
    expect(pull_one(t), "negotiated");
    expect(pull_one(t), "none");
    ck_assert_uint_eq(sst_session_deadline(t->session), SST_NEVER);
    end_talk(t);
}
END_TEST

START_TEST(a_2xx_takes_the_events_of_its_interval_with_it)
{
    struct talk *t = pulled("", LOCAL_90);

    t->hold_pull = true;
    t->now_ms += 45000;
    sst_session_advance(t->session, t->now_ms); /* REFRESH waits */
    serves(t, UPDATE, "Supported: timer | Session-Expires: 90;refresher=uas");
    expect(pull_one(t), "refreshed");
    expect(pull_one(t), "none");
    hears(t, INVITE, "Supported: timer");
    t->now_ms += 59000;
    sst_session_advance(t->session, t->now_ms); /* BLOCKED waits */
    answers(t, INVITE, 200);
    expect(pull_one(t), "refreshed");
    expect(pull_one(t), "none");
    end_talk(t);

    t = pulled("", REMOTE_90);
    t->hold_pull = true;
    t->now_ms += 53000;
    sst_session_advance(t->session, t->now_ms); /* OVERDUE waits */
    serves(t, UPDATE, "Supported: timer | Session-Expires: 90;refresher=uac");
    expect(pull_one(t), "refreshed");
    expect(pull_one(t), "none");
    end_talk(t);

    t = pulled("", LOCAL_90);
    t->hold_pull = true;
    t->now_ms += 45000;
    sst_session_advance(t->session, t->now_ms);
    struct sst_headers headers;
    ck_assert_int_eq(try_ask(t, INVITE, SST_REQUEST_REFRESH, &headers), SST_OK);
    gets(t, INVITE, 403, ""); /* REFUSED waits */
    serves(t, UPDATE, "Supported: timer | Session-Expires: 90;refresher=uas");
    expect(pull_one(t), "refreshed");
    expect(pull_one(t), "none");
    end_talk(t);
}
END_TEST

/* Shows: EC-18 */
START_TEST(a_new_interval_leaves_nothing_to_tell_of_the_last)
{
    struct talk *t = pulled("mode=request session_expires=90", "");

    t->hold_pull = true;
    hears(t, INVITE, "");
    t->now_ms += 59000;
    sst_session_advance(t->session, t->now_ms); /* BLOCKED waits */
    t->now_ms += 31000;
    sst_session_advance(t->session, t->now_ms); /* for our own benefit: it begins again */
    talk_check(t);
    expect(pull_one(t), "none");
    ck_assert_uint_eq(sst_session_deadline(t->session), t->begin_ms + 149000); /* blocked again */
    end_talk(t);

    t = pulled("mode=request session_expires=90", UPDATES);
    t->hold_pull = true;
    t->now_ms += 45000;
    sst_session_advance(t->session, t->now_ms); /* REFRESH waits */
    t->now_ms += 45000;
    sst_session_advance(t->session, t->now_ms);
    talk_check(t);
    expect(pull_one(t), "none");
    ck_assert_uint_eq(sst_session_deadline(t->session), t->begin_ms + 135000);
    end_talk(t);
}
END_TEST

START_TEST(the_hosts_end_drops_what_waits)
{
    struct talk *t = pulled("", REMOTE_90);

    t->hold_pull = true;
    t->now_ms += 60000;
    sst_session_advance(t->session, t->now_ms);
    ck_assert_uint_eq(sst_session_deadline(t->session), 0);
    sst_session_end(t->session, t->now_ms);
    ck_assert_uint_eq(sst_session_deadline(t->session), SST_NEVER);
    expect(pull_one(t), "none");
    ck_assert_int_eq(info_of(t).reason, SST_END_NOT_REFRESHED); /* what the library found */
    end_talk(t);
}
END_TEST

START_TEST(what_waits_is_told_where_the_host_changes_to_being_told)
{
    struct talk *t = pulled("", REMOTE_90);
    struct talk *other = caller("");

    t->hold_pull = true;
    t->now_ms += 60000;
    sst_session_advance(t->session, t->now_ms); /* ENDED waits */
    other->policy.user = t;
    ck_assert_int_eq(sst_session_set_policy(t->session, &other->policy), SST_OK);
    expect(told(t), "");
    sst_session_advance(t->session, t->now_ms);
    expect(told(t), "60 ended not_refreshed");
    end_talk(t);
    end_talk(other);
}
END_TEST

START_TEST(events_of_one_kind_merge_and_show_the_newest)
{
    struct talk *t = pulled("", UPDATES LOCAL_90);
    struct sst_event event;

    t->hold_pull = true;
    for (unsigned i = 0; i < 5; i++) {
        asks(t, UPDATE);
        gets(t, UPDATE, 200, i < 4 ? LOCAL_90 : "Session-Expires: 60;refresher=uas");
    }
    expect(pull_one(t), "violation"); /* too small, and the role given away: one each */
    expect(pull_one(t), "violation");
    ck_assert(sst_session_next_event(t->session, t->now_ms, &event));
    ck_assert_int_eq(event.type, SST_EVENT_NEGOTIATED);
    ck_assert_uint_eq(event.interval, 60);
    ck_assert_int_eq(event.side, SST_SIDE_REMOTE);
    expect(pull_one(t), "refreshed");
    expect(pull_one(t), "none");
    end_talk(t);
}
END_TEST

/* A proxy's ping in the peer's name, while REFRESH waits: it stays due, because the real peer may
 * know nothing of the pings. A host that only polls is asked again at 47, 51 and 59 s. */
/* Shows: EC-115 EC-46 */
START_TEST(pings_do_not_put_off_a_refresh_that_waits)
{
    struct talk *t = pulled("", "Supported: timer | " UPDATES LOCAL_90);

    t->hold_pull = true;
    for (unsigned i = 0; i < 3; i++) {
        static const unsigned at[] = {45, 47, 51};
        t->now_ms = t->begin_ms + at[i] * 1000u;
        ck_assert_int_eq(sst_session_advance(t->session, t->now_ms), SST_OK);
    }
    t->now_ms += 1000;
    serves(t, UPDATE, "");
    expect(pull_one(t), "violation"); /* no Supported */
    expect(pull_one(t), "refreshed");
    expect(pull_one(t), "refresh");
    ck_assert_uint_eq(info_of(t).expires_ms, t->now_ms + 90000);
    end_talk(t);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("session_pull");
    TCase *tcase = tcase_create("all");

    tcase_add_test(tcase, events_wait_to_be_pulled);
    tcase_add_test(tcase, what_waits_is_told_as_it_was);
    tcase_add_test(tcase, nothing_waits_once_the_host_has_ended_it);
    tcase_add_test(tcase, a_refresh_that_is_put_off_before_it_was_pulled_waits_no_more);
    tcase_add_test(tcase, a_refresh_that_was_not_pulled_in_time_is_none);
    tcase_add_test(tcase, a_refresh_that_something_got_in_the_way_of_waits);
    tcase_add_test(tcase, a_refresh_that_something_got_in_the_way_of_calls_nobody_back);
    tcase_add_test(tcase, a_refresh_that_something_got_in_the_way_of_late_is_told_to_be_blocked);
    tcase_add_test(tcase, a_watcher_that_comes_too_late_for_its_refresh_is_told_what_is_due);
    tcase_add_test(tcase, the_end_takes_the_place_of_what_was_not_pulled);
    tcase_add_test(tcase, a_timer_that_went_off_takes_its_events_with_it);
    tcase_add_test(tcase, a_2xx_takes_the_events_of_its_interval_with_it);
    tcase_add_test(tcase, a_new_interval_leaves_nothing_to_tell_of_the_last);
    tcase_add_test(tcase, the_hosts_end_drops_what_waits);
    tcase_add_test(tcase, what_waits_is_told_where_the_host_changes_to_being_told);
    tcase_add_test(tcase, events_of_one_kind_merge_and_show_the_newest);
    tcase_add_test(tcase, pings_do_not_put_off_a_refresh_that_waits);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
