/* SPDX-License-Identifier: MIT */
/* The check of the invariants detects each one that is broken. */
#include "talk.h"

#define LOCAL_90 "Session-Expires: 90;refresher=uac | Require: timer"

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
    t->gone = true; /* it is broken: no more checks */
    free(t->session);
    end_talk(t);
}

static void broken(const char *why)
{
    expect(sst_session_check(s), why);
    tear_down();
    set_up();
}

START_TEST(what_contradicts_itself_in_the_flags)
{
    sst_set_phase(s, PHASE_ENDED);
    sst_set_open(s, LOCAL_INVITE_AT, OPEN_PLAIN);
    broken("nothing is pending after the end");
    sst_set_phase(s, PHASE_ENDED);
    sst_set_open(s, PEER_UPDATE_AT, OPEN_ANSWERED);
    broken("nothing is pending after the end");
    sst_set_phase(s, PHASE_ENDED);
    s->ack_s = 1;
    broken("nothing is pending after the end");
    s->flags |= F_AWAIT_ANSWER;
    broken("an answer is awaited with its ACK");
    sst_set_runs(s, RUNS_REMOTE);
    broken("a refresh is planned by the side that may refresh");
}
END_TEST

START_TEST(what_goes_together)
{
    static const enum sst_runs runs[] = {RUNS_LOCAL, RUNS_OWN};

    for (size_t i = 0; i < COUNT_OF(runs); i++) {
        for (unsigned open = OPEN_NONE; open <= OPEN_ANSWERED; open++) {
            sst_set_runs(s, runs[i]);
            sst_set_open(s, LOCAL_INVITE_AT, (enum sst_open)open);
            sst_set_open(s, LOCAL_UPDATE_AT, (enum sst_open)open);
            sst_set_open(s, PEER_INVITE_AT, (enum sst_open)open);
            sst_set_open(s, PEER_UPDATE_AT, (enum sst_open)open);
            ck_assert_ptr_null(sst_session_check(s));
        }
    }
    s->ack_s = 1;
    s->flags |= F_AWAIT_ANSWER;
    ck_assert_ptr_null(sst_session_check(s));
    sst_set_runs(s, RUNS_REMOTE);
    s->flags |= F_EXTRA; /* EC-119: the watcher's one refresh */
    ck_assert_ptr_null(sst_session_check(s));
    s->events = sst_event_bit(SST_EVENT_REFRESH);
    ck_assert_ptr_null(sst_session_check(s));
    tear_down();
    set_up();
    sst_set_phase(s, PHASE_ENDED);
    ck_assert_ptr_null(sst_session_check(s));
}
END_TEST

START_TEST(numbers_out_of_their_range)
{
    s->events = sst_event_bit(SST_EVENT_VIOLATION);
    broken("a violation waits exactly where one is to be reported");
    s->violations = SST_VIOLATION_BIT(SST_VIOLATION_CSEQ_LOW);
    broken("a violation waits exactly where one is to be reported");
    s->events = sst_event_bit(SST_EVENT_VIOLATION);
    s->violations = UINT32_C(1) << SST_VIOLATION_COUNT;
    broken("violations have a name");
    s->reason = SST_END_COUNT;
    broken("a reason has a name");
    sst_set_ladder(s, LADDER_UPDATE_AT, 1);
    broken("a way of the ladder has a name");
    s->ack_s = 33;
    broken("an ACK is awaited for 32 seconds");
    s->next_cseq = (UINT32_C(1) << 31) + 1u;
    broken("a CSeq is below 2^31"); /* EC-133 */
    s->guard_ms = 30001;            /* SE/3 */
    broken("the guard is no longer than RFC 4028 section 10 has it");
    s->interval = 1800;
    s->guard_ms = 32001;
    broken("the guard is no longer than RFC 4028 section 10 has it");
    s->interval = 0;
    s->guard_ms = 0;
    broken("an interval can be run");
    s->interval = UINT32_MAX;
    s->raised_s = 1;
    broken("an interval can be run");
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

/* Found by fuzzing images with a correct checksum. */
START_TEST(what_waits_goes_with_the_state)
{
    s->events = sst_event_bit(SST_EVENT_REFRESH);
    sst_set_runs(s, RUNS_NONE);
    broken("a refresh waits only where this side may refresh");
    s->events = sst_event_bit(SST_EVENT_REFRESH);
    sst_set_runs(s, RUNS_REMOTE);
    broken("a refresh waits only where this side may refresh");
    s->events = sst_event_bit(SST_EVENT_REFRESH);
    sst_set_phase(s, PHASE_EARLY);
    broken("a refresh waits only where this side may refresh");
    s->events = sst_event_bit(SST_EVENT_REFRESH);
    sst_set_phase(s, PHASE_ENDED);
    broken("a refresh waits only where this side may refresh");
    s->events = sst_event_bit(SST_EVENT_ENDED);
    s->reason = SST_END_REFRESH_408;
    broken("an end waits only where there was one, for a reason");
    s->events = sst_event_bit(SST_EVENT_ENDED);
    sst_set_phase(s, PHASE_ENDED);
    broken("an end waits only where there was one, for a reason");
    s->events = sst_event_bit(SST_EVENT_ENDED);
    sst_set_phase(s, PHASE_ENDED);
    s->reason = SST_END_REFRESH_408;
    ck_assert_ptr_null(sst_session_check(s));
}
END_TEST

START_TEST(the_last_of_each_range_is_fine)
{
    s->events = (uint8_t)(sst_event_bit(SST_EVENT_REFRESH) | sst_event_bit(SST_EVENT_VIOLATION));
    s->violations = UINT32_C(1) << (SST_VIOLATION_COUNT - 1);
    s->reason = SST_END_COUNT - 1;
    s->guard_ms = 30000;
    s->ack_s = 32;
    s->next_cseq = UINT32_C(1) << 31; /* one above the largest */
    sst_set_ladder(s, LADDER_UPDATE_AT, UPDATE_GONE);
    s->start_ms = SST_TIME_BIAS / 2;
    s->refresh_ms = s->start_ms;
    ck_assert_ptr_null(sst_session_check(s));
    s->interval = UINT32_MAX - 1u;
    s->raised_s = 1;
    ck_assert_ptr_null(sst_session_check(s));
    /* if no timer runs, times mean nothing */
    s->events = sst_event_bit(SST_EVENT_VIOLATION);
    sst_set_runs(s, RUNS_NONE);
    s->start_ms = 0;
    s->guard_ms = UINT16_MAX;
    ck_assert_ptr_null(sst_session_check(s));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("session_check");
    TCase *tcase = tcase_create("all");

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, what_contradicts_itself_in_the_flags);
    tcase_add_test(tcase, what_goes_together);
    tcase_add_test(tcase, numbers_out_of_their_range);
    tcase_add_test(tcase, what_waits_goes_with_the_state);
    tcase_add_test(tcase, the_last_of_each_range_is_fine);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
