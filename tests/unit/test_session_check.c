/* SPDX-License-Identifier: MIT */
/* The check of the invariants finds each of them broken. */
#include "talk.h"

#define LOCAL_90 "Session-Expires: 90;refresher=uac | Require: timer"
#define REMOTE_90 "Session-Expires: 90;refresher=uas"

static struct talk *t;
static struct sst_session *s;

static void set_up(void)
{
    t = connected("", LOCAL_90);
    s = t->session;
    ck_assert_ptr_null(sst_session_check(s));
}

static void tear_down(void)
{
    t->gone = true; /* it is broken: not to be checked any more */
    free(t->session);
    end_talk(t);
}

static void broken(const char *why)
{
    expect(sst_session_check(s), why);
    tear_down();
    set_up();
}

START_TEST(flags_that_contradict_each_other)
{
    static const struct {
        uint32_t set;
        uint32_t clear;
        const char *why;
    } rows[] = {
        {F_REMOTE, 0, "only one side refreshes"},
        {F_OWN_INVITE_OFFER, 0, "an offer belongs to an open INVITE"},
        {F_OWN_UPDATE_OFFER, 0, "an offer belongs to an open UPDATE"},
        {F_REFRESH_INVITE, 0, "a refresh is an open transaction"},
        {F_REFRESH_UPDATE, 0, "a refresh is an open transaction"},
        {F_PEER_INVITE_OFFER, 0, "an offer of the peer's belongs to an open transaction"},
        {F_PEER_UPDATE_OFFER, 0, "an offer of the peer's belongs to an open transaction"},
        {F_UPDATE_ALLOWED | F_UPDATE_REFUSED, 0, "UPDATE is not allowed and refused at once"},
        {F_ENDED | F_OWN_INVITE, 0, "nothing is under way after the end"},
        {F_ENDED | F_AWAIT_ACK, 0, "nothing is under way after the end"},
        {F_REMOTE | F_OWN_BENEFIT, F_LOCAL,
         "a timer for the own benefit is refreshed by this side"},
        {F_REMOTE, F_LOCAL, "the side that watches plans no refresh of its own accord"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        s->flags = (s->flags & ~rows[i].clear) | rows[i].set;
        broken(rows[i].why);
    }
}
END_TEST

START_TEST(flags_that_go_together)
{
    static const uint32_t good[] = {
        F_OWN_INVITE | F_OWN_INVITE_OFFER | F_REFRESH_INVITE | F_PROVISIONAL,
        F_OWN_UPDATE | F_OWN_UPDATE_OFFER | F_REFRESH_UPDATE,
        F_PEER_INVITE | F_PEER_INVITE_OFFER,
        F_PEER_UPDATE | F_PEER_UPDATE_OFFER,
        F_AWAIT_ACK | F_AWAIT_ANSWER,
        F_UPDATE_ALLOWED,
        F_UPDATE_REFUSED,
        F_OWN_BENEFIT,
        F_ENDED,
    };

    for (size_t i = 0; i < COUNT_OF(good); i++) {
        s->flags |= good[i];
        ck_assert_ptr_null(sst_session_check(s));
        tear_down();
        set_up();
    }
}
END_TEST

START_TEST(numbers_out_of_their_range)
{
    s->events = 1u << SST_EVENT_NONE;
    broken("events are of a known type");
    s->events = 1u << (SST_EVENT_ENDED + 1);
    broken("events are of a known type");
    s->events = 1u << SST_EVENT_VIOLATION;
    broken("a violation waits exactly where one is to be told");
    s->violations = SST_VIOLATION_BIT(SST_VIOLATION_CSEQ_LOW);
    broken("a violation waits exactly where one is to be told");
    s->events = 1u << SST_EVENT_VIOLATION;
    s->violations = UINT32_C(1) << SST_VIOLATION_COUNT;
    broken("violations have a name");
    s->reason = SST_END_COUNT;
    broken("a reason has a name");
    s->rounds = SST_422_ROUNDS_MAX + 1;
    broken("422 is followed a bounded number of times");
    s->guard_ms = 90001;
    broken("the guard is not longer than the interval");
    s->start_ms = 5;
    broken("a running interval has a start");
    s->start_ms = SST_TIME_BIAS / 2 - 1;
    broken("a running interval has a start");
    s->refresh_ms = s->start_ms - 1;
    broken("a refresh is not planned before the interval's start");
    s->policy = NULL;
    broken("a session has a policy");
}
END_TEST

/* Found by fuzzing images whose checksum is right. */
START_TEST(what_waits_goes_with_the_state)
{
    s->events = 1u << SST_EVENT_REFRESH;
    s->flags &= ~F_SIDE;
    broken("a refresh waits only while a timer runs");
    s->events = 1u << SST_EVENT_REFRESH;
    s->flags &= ~F_ESTABLISHED;
    broken("a refresh waits only while a timer runs");
    s->events = 1u << SST_EVENT_REFRESH;
    s->flags |= F_ENDED;
    broken("a refresh waits only while a timer runs");
    s->events = 1u << SST_EVENT_ENDED;
    s->reason = SST_END_REFRESH_408;
    broken("an end waits only where there was one, for a reason");
    s->events = 1u << SST_EVENT_ENDED;
    s->flags |= F_ENDED;
    broken("an end waits only where there was one, for a reason");
    s->events = 1u << SST_EVENT_ENDED;
    s->flags |= F_ENDED;
    s->reason = SST_END_REFRESH_408;
    ck_assert_ptr_null(sst_session_check(s));
}
END_TEST

START_TEST(the_last_of_each_range_is_fine)
{
    s->events = 1u << SST_EVENT_REFRESH | 1u << SST_EVENT_VIOLATION;
    s->violations = UINT32_C(1) << (SST_VIOLATION_COUNT - 1);
    s->reason = SST_END_COUNT - 1;
    s->rounds = SST_422_ROUNDS_MAX;
    s->guard_ms = 90000;
    s->start_ms = SST_TIME_BIAS / 2;
    s->refresh_ms = s->start_ms;
    ck_assert_ptr_null(sst_session_check(s));
    /* where nothing runs, times mean nothing */
    s->events = 1u << SST_EVENT_VIOLATION;
    s->flags &= ~F_SIDE;
    s->start_ms = 0;
    s->guard_ms = UINT32_MAX;
    ck_assert_ptr_null(sst_session_check(s));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("session_check");
    TCase *tcase = tcase_create("all");

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, flags_that_contradict_each_other);
    tcase_add_test(tcase, flags_that_go_together);
    tcase_add_test(tcase, numbers_out_of_their_range);
    tcase_add_test(tcase, what_waits_goes_with_the_state);
    tcase_add_test(tcase, the_last_of_each_range_is_fine);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
