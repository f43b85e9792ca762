/* SPDX-License-Identifier: MIT */
/* Event delivery, and what the host may do during it. */
#include "talk.h"

#define TIMER "Supported: timer"
#define UPDATES "Allow: UPDATE | "
#define LOCAL_90 "Session-Expires: 90;refresher=uac | Require: timer"
#define PEER_90 TIMER " | Session-Expires: 90;refresher=uac"

static int not_sent(struct talk *t, const struct sst_event *event)
{
    if (event->type == SST_EVENT_REFRESH) {
        must(sst_session_not_sent(t->session, NULL, SST_NEVER, t->now_ms) == SST_OK);
    }
    return SST_CALLBACK_DONE;
}

/* Shows: FB-55 EC-51 */
START_TEST(a_refresh_that_was_not_sent_is_asked_for_again)
{
    struct talk *t = connected("", UPDATES LOCAL_90);

    t->on_event = not_sent;
    until(t, 100);
    /* 75: what was blocked is sent as soon as possible, even after the peer's guard; EC-39 */
    expect(told(t), "45 refresh UPDATE; 47 refresh UPDATE; 51 refresh UPDATE; "
                    "59 refresh UPDATE; 75 refresh UPDATE; 90 ended refresh_not_sent");
    end_talk(t);
}
END_TEST

/* Prepares the refresh, and only then finds that it cannot be sent. */
static int prepared_and_not_sent(struct talk *t, const struct sst_event *event)
{
    if (event->type == SST_EVENT_REFRESH) {
        refreshes(t);
        expect(drops(t, event->method), "ok");
    }
    return SST_CALLBACK_DONE;
}

/* Shows: FB-55 EC-51 */
START_TEST(a_refresh_that_was_prepared_and_not_sent_is_asked_for_again)
{
    /* By UPDATE, and by re-INVITE if the peer does not allow it. */
    const char *const way[] = {"UPDATE", "INVITE offer"};
    struct talk *t = connected("", _i == 0 ? UPDATES LOCAL_90 : LOCAL_90);
    char wanted[200];

    t->on_event = prepared_and_not_sent;
    until(t, 52);
    snprintf(wanted, sizeof wanted, "45 refresh %s; 47 refresh %s; 51 refresh %s", way[_i], way[_i],
             way[_i]);
    expect(told(t), wanted);
    /* The next one is sent and answered: the session goes on, in the same transaction structure. */
    t->on_event = NULL;
    until(t, 59);
    refreshes(t);
    gets(t, _i == 0 ? UPDATE : INVITE, 200, LOCAL_90);
    until(t, 103);
    snprintf(wanted, sizeof wanted, "59 refresh %s; 59 refreshed 90 local", way[_i]);
    expect(told(t), wanted);
    end_talk(t);
}
END_TEST

/* Found by simulation: the session waits for two responses, and lost the one to the INVITE. */
/* Shows: EC-38 */
START_TEST(an_update_that_was_not_sent_leaves_the_invite_beside_it_alone)
{
    struct talk *t =
        connected("method=invite", UPDATES "Session-Expires: 1800;refresher=uac | Require: timer");

    until(t, 900);
    refreshes(t);
    gets(t, INVITE, 180, "");
    t->on_event = _i == 0 ? not_sent : prepared_and_not_sent;
    until(t, 940);
    /* 32 s later, then after 2 s and 4 s; the INVITE still rings, so it can only be UPDATE. */
    expect(told(t), "900 refresh INVITE offer; 932 refresh UPDATE; 934 refresh UPDATE; "
                    "938 refresh UPDATE");
    gets(t, INVITE, 200, "Session-Expires: 1800;refresher=uac | Require: timer");
    expect(told(t), "940 refreshed 1800 local");
    expect(next(t), "1800"); /* EC-132: it was sent at 900 */
    end_talk(t);
}
END_TEST

START_TEST(a_refresh_under_way_keeps_its_transaction)
{
    /* The structure of an open transaction must not be used for one of the other method. */
    struct talk *t = connected(_i == 0 ? "method=invite" : "", UPDATES LOCAL_90);
    struct sst_tx *tx = &t->own[_i == 0 ? 0 : 1];
    struct sst_headers headers;

    until(t, 45);
    refreshes(t);
    ck_assert_int_eq(
        sst_session_request(t->session, tx, _i == 0 ? UPDATE : INVITE, 0, t->now_ms, &headers),
        SST_ERR_STATE);
    gets(t, _i == 0 ? INVITE : UPDATE, 200, LOCAL_90);
    expect(told(t), _i == 0 ? "45 refresh INVITE offer; 45 refreshed 90 local"
                            : "45 refresh UPDATE; 45 refreshed 90 local");
    end_talk(t);
}
END_TEST

/* Shows: EC-31 */
START_TEST(a_transaction_that_was_given_up_has_no_say_any_more)
{
    struct talk *t = connected("", UPDATES LOCAL_90);
    struct sst_msg response;
    struct sst_verdict verdict;

    t->on_event = prepared_and_not_sent;
    until(t, 45);
    sst_msg_response(&response, 200, UPDATE, 0);
    msg_headers(&response, LOCAL_90);
    ck_assert_int_eq(sst_session_response(t->session, &t->own[1], &response, t->now_ms, &verdict),
                     SST_OK);
    ck_assert_int_eq(verdict.action, SST_ACTION_IGNORE);
    ck_assert_int_eq(
        sst_session_failed(t->session, &t->own[1], SST_OUTCOME_TIMEOUT, t->now_ms, &verdict),
        SST_OK);
    ck_assert_int_eq(verdict.action, SST_ACTION_IGNORE);
    expect(next(t), "47");
    expect(told(t), "45 refresh UPDATE");
    end_talk(t);
}
END_TEST

static int odd_answer(struct talk *t, const struct sst_event *event)
{
    (void)t;
    (void)event;
    return 77;
}

START_TEST(an_answer_that_means_nothing_means_done)
{
    struct talk *t = connected("", UPDATES LOCAL_90);

    t->on_event = odd_answer;
    until(t, 45);
    refreshes(t);
    gets(t, UPDATE, 200, "Session-Expires: 1;refresher=uac");
    until(t, 56);
    expect(told(t), "45 refresh UPDATE; 45 violation se_below_absolute; "
                    "45 violation require_missing; 45 negotiated 1 local; "
                    "45 refreshed 1 local; 55 refresh UPDATE");
    end_talk(t);
}
END_TEST

static int sends_at_once(struct talk *t, const struct sst_event *event)
{
    if (event->type == SST_EVENT_REFRESH) {
        refreshes(t);
        gets(t, event->method, 200, LOCAL_90);
        expect(drops(t, event->method), "state"); /* it has been answered */
    }
    return SST_CALLBACK_DONE;
}

START_TEST(a_refresh_may_be_sent_and_answered_within_its_event)
{
    struct talk *t = connected("", UPDATES LOCAL_90);

    t->on_event = sends_at_once;
    until(t, 140);
    expect(told(t), "45 refresh UPDATE; 45 refreshed 90 local; 90 refresh UPDATE; "
                    "90 refreshed 90 local; 135 refresh UPDATE; 135 refreshed 90 local");
    end_talk(t);
}
END_TEST

/* Fault F4: the response is not sent yet when sst_session_answer() returns, so nothing may act on
 * it. */
START_TEST(what_an_answer_leads_to_waits_for_the_next_call)
{
    struct talk *t = callee("");

    t->hold_pull = true;
    hears(t, INVITE, TIMER " | Session-Expires: 90");
    answers(t, INVITE, 200); /* asserts that nothing called back */
    expect(told(t), "");
    ck_assert_uint_eq(sst_session_deadline(t->session), 0);
    looks(t);
    expect(told(t), "0 negotiated 90 remote");
    expect(next(t), "52.5");
    until(t, 10); /* any other call will do */
    hears(t, UPDATE, TIMER " | Session-Expires: 100;refresher=uac");
    answers(t, UPDATE, 200);
    until(t, 10);
    expect(told(t), "10 negotiated 100 remote; 10 refreshed 100 remote");
    hears(t, UPDATE, PEER_90);
    answers(t, UPDATE, 200);
    expect(hears(t, OTHER, ""), "0");
    expect(told(t), "10 negotiated 90 remote; 10 refreshed 90 remote");
    hears(t, UPDATE, PEER_90);
    answers(t, UPDATE, 200);
    ck_assert_int_eq(sst_session_end(t->session, t->now_ms), SST_OK);
    looks(t);
    expect(told(t), ""); /* the host's end drops what waits */
    end_talk(t);
}
END_TEST

/* Fault F2: in REFRESH the host answers the peer's INVITE, gets another REFRESH, begins that
 * refresh, and only then reports that the first one is not sent. */
static int answers_and_gives_up(struct talk *t, const struct sst_event *event)
{
    if (event->type == SST_EVENT_REFRESH && t->refreshes == 1) {
        serves(t, INVITE, TIMER " | Session-Expires: 90;refresher=uas");
        hears_ack(t);
        t->now_ms += 45000;
        looks(t); /* the next REFRESH, within the first */
        refreshes(t);
        ck_assert_int_eq(sst_session_not_sent(t->session, NULL, SST_NEVER, t->now_ms),
                         SST_ERR_NOT_DUE);
    }
    return SST_CALLBACK_DONE;
}

START_TEST(only_what_this_event_asked_for_is_given_up)
{
    struct talk *t = connected("", UPDATES LOCAL_90);

    t->on_event = answers_and_gives_up;
    t->now_ms += 45000;
    looks(t);
    expect(told(t), "45 refresh UPDATE; 45 refreshed 90 local; 90 refresh UPDATE");
    expect(gets(t, UPDATE, 200, LOCAL_90), "refreshed"); /* it is as open as before */
    expect(told(t), "90 refreshed 90 local");
    expect(next(t), "135");
    end_talk(t);
}
END_TEST

/* ---- Whatever a host does during an event ---- */

enum deed {
    DEED_FREE,
    DEED_END,
    DEED_FORK,
    DEED_RESPONSE,
    DEED_REQUEST,
    DEED_RECEIVE,
    DEED_SET_POLICY,
    DEED_ADVANCE,
    DEED_NOT_SENT,
    DEED_PULL,
    DEED_COUNT
};

static enum deed deed;
static enum sst_event_type when;
static unsigned deeds;

static void free_session(struct talk *t)
{
    free(t->session);
    t->session = NULL;
    t->gone = true;
}

static void do_deed(struct talk *t)
{
    struct sst_session child;
    struct sst_tx child_tx;
    struct sst_event event;
    struct sst_headers headers;

    switch (deed) {
    case DEED_FREE:
    case DEED_COUNT:
        break;
    case DEED_END:
        ck_assert_int_eq(sst_session_end(t->session, t->now_ms), SST_OK);
        break;
    case DEED_FORK:
        whatever(sst_session_fork(&child, &child_tx, t->session, &t->own[0]));
        break;
    case DEED_RESPONSE:
        gets(t, UPDATE, 481, "");
        break;
    case DEED_REQUEST:
        (void)try_ask(t, UPDATE, SST_REQUEST_REFRESH, &headers);
        break;
    case DEED_RECEIVE:
        hears(t, UPDATE, PEER_90);
        if (sst_tx_state(&t->peer[1]) == TX_PEER_OPEN) {
            answers(t, UPDATE, 200);
        }
        break;
    case DEED_SET_POLICY:
        ck_assert_int_eq(sst_session_set_policy(t->session, &t->policy), SST_OK);
        break;
    case DEED_ADVANCE:
        sst_session_advance(t->session, t->now_ms + 100000);
        break;
    case DEED_NOT_SENT:
        (void)sst_session_not_sent(t->session, NULL, SST_NEVER, t->now_ms);
        break;
    case DEED_PULL:
        whatever(sst_session_next_event(t->session, t->now_ms, &event));
        break;
    }
}

static int does_deed(struct talk *t, const struct sst_event *event)
{
    if (event->type != when || deeds > 3) {
        return SST_CALLBACK_DONE;
    }
    deeds++;
    if (deed != DEED_FREE) {
        do_deed(t);
        return t->gone ? SST_CALLBACK_GONE : SST_CALLBACK_DONE;
    }
    free_session(t);
    return event->type >= SST_EVENT_REFRESH ? SST_CALLBACK_DONE : SST_CALLBACK_GONE;
}

/* A dialog in which every type of event occurs, as long as the host's actions let it go on. */
static void whole_life(struct talk *t)
{
    static const double times[] = {52.6, 59, 60};

    asks(t, INVITE);
    gets(t, INVITE, 200, UPDATES "Session-Expires: 90;refresher=uac"); /* violation, negotiated */
    for (unsigned i = 0; i < 2 && !t->gone; i++) {
        until(t, 45 + i * 2); /* refresh */
        if (!t->gone && t->refresh.type == SST_EVENT_REFRESH && (t->session->flags & F_ASKED) &&
            (t->session->flags & F_TRANSACTIONS) == 0) {
            refreshes(t);
            gets(t, sst_tx_state(&t->own[1]) == TX_LOCAL_OPEN ? UPDATE : INVITE, 403,
                 ""); /* REFUSED, at last */
        }
    }
    if (!t->gone && !info_of(t).ended && sst_open(t->session, PEER_UPDATE_AT) == OPEN_NONE) {
        hears(t, INVITE, TIMER " | Session-Expires: 90;refresher=uas");
    }
    for (size_t i = 0; i < COUNT_OF(times) && !t->gone; i++) {
        until(t, times[i]);
    }
    if (!t->gone && sst_tx_state(&t->peer[0]) == TX_PEER_OPEN && !info_of(t).ended) {
        answers(t, INVITE, 200); /* refreshed */
    }
    if (!t->gone && !info_of(t).ended) {
        serves(t, UPDATE, PEER_90);
    }
    if (!t->gone) {
        until(t, 300); /* overdue, blocked, ended */
    }
}

/* Shows: FB-53 FB-52 I1 */
START_TEST(every_deed_within_every_event)
{
    unsigned done = 0;

    for (deed = DEED_FREE; deed < DEED_COUNT; deed++) {
        for (when = SST_EVENT_VIOLATION; when <= SST_EVENT_ENDED; when++) {
            struct talk *t = caller("timeout_retries=0");
            t->on_event = does_deed;
            deeds = 0;
            whole_life(t);
            done += deeds;
            end_talk(t);
        }
    }
    ck_assert_uint_ge(done, 60);
}
END_TEST

static int frees_in_second(struct talk *t, const struct sst_event *event)
{
    if (event->type == SST_EVENT_VIOLATION && event->violation == SST_VIOLATION_REQUIRE_MISSING) {
        free_session(t);
        return SST_CALLBACK_GONE;
    }
    return SST_CALLBACK_DONE;
}

/* Shows: FB-53 */
START_TEST(nothing_is_told_after_the_session_is_gone)
{
    struct talk *t = caller("");

    t->on_event = frees_in_second;
    asks(t, INVITE);
    gets(t, INVITE, 200, "Session-Expires: 60;refresher=uac"); /* and NEGOTIATED would follow */
    expect(told(t), "0 violation se_below_absolute; 0 violation require_missing");
    end_talk(t);
}
END_TEST

static int hangs_up_when_negotiated(struct talk *t, const struct sst_event *event)
{
    if (event->type == SST_EVENT_NEGOTIATED) {
        sst_session_end(t->session, t->now_ms);
    }
    return SST_CALLBACK_DONE;
}

/* Shows: FB-52 */
START_TEST(a_host_that_hangs_up_at_once_is_left_alone)
{
    struct talk *t = caller("");

    t->on_event = hangs_up_when_negotiated;
    asks(t, INVITE);
    gets(t, INVITE, 200, LOCAL_90);
    until(t, 1000);
    expect(told(t), "0 negotiated 90 local");
    end_talk(t);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("session_event");
    TCase *tcase = tcase_create("all");

    tcase_add_test(tcase, a_refresh_that_was_not_sent_is_asked_for_again);
    tcase_add_loop_test(tcase, a_refresh_that_was_prepared_and_not_sent_is_asked_for_again, 0, 2);
    tcase_add_loop_test(tcase, an_update_that_was_not_sent_leaves_the_invite_beside_it_alone, 0, 2);
    tcase_add_loop_test(tcase, a_refresh_under_way_keeps_its_transaction, 0, 2);
    tcase_add_test(tcase, a_transaction_that_was_given_up_has_no_say_any_more);
    tcase_add_test(tcase, an_answer_that_means_nothing_means_done);
    tcase_add_test(tcase, a_refresh_may_be_sent_and_answered_within_its_event);
    tcase_add_test(tcase, what_an_answer_leads_to_waits_for_the_next_call);
    tcase_add_test(tcase, only_what_this_event_asked_for_is_given_up);
    tcase_add_test(tcase, every_deed_within_every_event);
    tcase_add_test(tcase, nothing_is_told_after_the_session_is_gone);
    tcase_add_test(tcase, a_host_that_hangs_up_at_once_is_left_alone);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
