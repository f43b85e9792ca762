/* SPDX-License-Identifier: MIT */
/* Events pulled from a queue, and a queue that plays whole calls. */
#include "queue_sessions.h"
#include "suite.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define ROOM 1000

static struct sst_policy pushing;
static struct sst_policy pulled;
static struct sst_queue queue;
static struct sst_queue_slot slots[ROOM];
static struct sst_session sessions[ROOM];
static unsigned pushed;

static int count(void *user, struct sst_session *session, const struct sst_event *event)
{
    (void)user;
    (void)session;
    (void)event;
    pushed++;
    return SST_CALLBACK_DONE;
}

static void setup(void)
{
    sst_policy_init(&pulled);
    pushing = pulled;
    pushing.on_event = count;
    pushed = 0;
    ck_assert_int_eq(sst_queue_init(&queue, slots, ROOM), SST_OK);
    for (size_t i = 0; i < 3; i++) {
        ck_assert_int_eq(sst_session_init(&sessions[i], &pushing, SST_CALLER), SST_OK);
    }
}

static void refresh_at(size_t i, uint64_t when_ms)
{
    arm_refresh(&sessions[i], when_ms);
    ck_assert_int_eq(sst_queue_update(&queue, &sessions[i]), SST_OK);
}

static void end_at(size_t i, uint64_t when_ms)
{
    arm_end(&sessions[i], when_ms);
    ck_assert_int_eq(sst_queue_update(&queue, &sessions[i]), SST_OK);
}

START_TEST(run_leaves_events_that_are_to_be_pulled)
{
    struct sst_event event;
    ck_assert_int_eq(sst_session_set_policy(&sessions[0], &pulled), SST_OK);
    refresh_at(0, 1000);
    refresh_at(1, 2000);
    ck_assert_uint_eq(sst_queue_run(&queue, 5000, SIZE_MAX), 1);
    ck_assert_uint_eq(sst_queue_deadline(&queue), 0);
    ck_assert_uint_eq(sst_queue_run(&queue, 5000, SIZE_MAX), 1);
    ck_assert_uint_eq(pushed, 0);
    /* The pull form serves both. */
    ck_assert_ptr_eq(sst_queue_next_event(&queue, 5000, &event), &sessions[0]);
    ck_assert_int_eq(event.type, SST_EVENT_REFRESH);
    ck_assert_ptr_eq(sst_queue_next_event(&queue, 5000, &event), &sessions[1]);
    ck_assert_int_eq(event.type, SST_EVENT_REFRESH);
    ck_assert_ptr_null(sst_queue_next_event(&queue, 5000, &event));
    ck_assert_uint_eq(pushed, 0);
    ck_assert_uint_eq(sst_queue_deadline(&queue), 7000);
    ck_assert_pstr_eq(sst_queue_check(&queue), NULL);
}
END_TEST

START_TEST(session_is_out_when_its_end_is_pulled)
{
    struct sst_event event;
    for (size_t i = 0; i < 3; i++) {
        ck_assert_int_eq(sst_session_set_policy(&sessions[i], &pulled), SST_OK);
        end_at(i, 1000 + i);
    }
    for (size_t i = 0; i < 3; i++) {
        ck_assert_ptr_eq(sst_queue_next_event(&queue, 1002, &event), &sessions[i]);
        ck_assert_int_eq(event.type, SST_EVENT_ENDED);
        ck_assert_int_eq(event.reason, SST_END_NOT_REFRESHED);
        ck_assert_uint_eq(sessions[i].queue_index, 0);
    }
    ck_assert_ptr_null(sst_queue_next_event(&queue, 1002, &event));
    ck_assert_uint_eq(sst_queue_deadline(&queue), SST_NEVER);
}
END_TEST

/* It leaves the queue, and nothing is examined for it again. */
START_TEST(session_without_a_deadline_is_out_when_its_key_comes_up)
{
    struct sst_event event;
    ck_assert_int_eq(sst_session_set_policy(&sessions[0], &pulled), SST_OK);
    refresh_at(0, 1000);
    disarm(&sessions[0]);
    ck_assert_ptr_null(sst_queue_next_event(&queue, 1000, &event));
    ck_assert_uint_eq(queue.count, 0);
    ck_assert_uint_eq(sessions[0].queue_index, 0);
    refresh_at(1, 1000);
    disarm(&sessions[1]);
    ck_assert_uint_eq(sst_queue_run(&queue, 1000, SIZE_MAX), 1);
    ck_assert_uint_eq(queue.count, 0);
    ck_assert_uint_eq(pushed, 0);
}
END_TEST

START_TEST(waiting_events_of_one_session_come_one_by_one)
{
    struct sst_event event;
    ck_assert_int_eq(sst_session_set_policy(&sessions[0], &pulled), SST_OK);
    refresh_at(0, 1000);
    sst_session_note_violations(&sessions[0], SST_VIOLATION_BIT(SST_VIOLATION_SE_REPEATED) |
                                                  SST_VIOLATION_BIT(SST_VIOLATION_CSEQ_LOW));
    ck_assert_int_eq(sst_queue_update(&queue, &sessions[0]), SST_OK);
    ck_assert_uint_eq(sst_queue_deadline(&queue), 0);
    for (size_t i = 0; i < 2; i++) {
        ck_assert_ptr_eq(sst_queue_next_event(&queue, 500, &event), &sessions[0]);
        ck_assert_int_eq(event.type, SST_EVENT_VIOLATION);
    }
    ck_assert_ptr_null(sst_queue_next_event(&queue, 500, &event));
    ck_assert_uint_eq(sst_queue_deadline(&queue), 1000);
}
END_TEST

/* In the last second nobody is asked to refresh: nothing is reported before the end. */
START_TEST(late_look_finds_nothing_until_the_end)
{
    struct sst_event event;
    ck_assert_int_eq(sst_session_set_policy(&sessions[1], &pulled), SST_OK);
    for (size_t i = 0; i < 3; i++) {
        arm_refresh(&sessions[i], 45000);
        sessions[i].interval = 90;
    }
    ck_assert_int_eq(sst_queue_update(&queue, &sessions[0]), SST_OK);
    ck_assert_uint_eq(sst_queue_deadline(&queue), 45000);
    ck_assert_uint_eq(sst_queue_run(&queue, 89000, SIZE_MAX), 1);
    ck_assert_uint_eq(pushed, 0);
    ck_assert_uint_eq(sst_queue_deadline(&queue), 90000);
    ck_assert_uint_eq(sst_queue_run(&queue, 90000, SIZE_MAX), 1);
    ck_assert_uint_eq(pushed, 1);
    ck_assert_uint_eq(queue.count, 0);

    ck_assert_int_eq(sst_queue_update(&queue, &sessions[1]), SST_OK);
    ck_assert_ptr_null(sst_queue_next_event(&queue, 89000, &event));
    ck_assert_uint_eq(sst_queue_deadline(&queue), 90000);
    ck_assert_ptr_eq(sst_queue_next_event(&queue, 90000, &event), &sessions[1]);
    ck_assert_int_eq(event.type, SST_EVENT_ENDED);
    ck_assert_int_eq(event.reason, SST_END_REFRESH_NOT_SENT);

    ck_assert_int_eq(sst_queue_update(&queue, &sessions[2]), SST_OK);
    ck_assert_uint_eq(sst_queue_run(&queue, 88999, SIZE_MAX), 1);
    ck_assert_uint_eq(pushed, 2); /* the last moment for a refresh */
    ck_assert_uint_eq(sst_queue_deadline(&queue), 90000);
}
END_TEST

/* A session that is to be pulled but has nothing to report does not keep a run from those after it.
 * */
START_TEST(late_look_goes_on_to_the_next)
{
    ck_assert_int_eq(sst_session_set_policy(&sessions[0], &pulled), SST_OK);
    arm_refresh(&sessions[0], 45000);
    sessions[0].interval = 90;
    ck_assert_int_eq(sst_queue_update(&queue, &sessions[0]), SST_OK);
    refresh_at(1, 50000);
    ck_assert_uint_eq(sst_queue_run(&queue, 89000, SIZE_MAX), 2);
    ck_assert_uint_eq(pushed, 1);
    ck_assert_uint_eq(sst_queue_deadline(&queue), 90000);
}
END_TEST

/* ---- Whole calls, through the public functions only ---- */

static uint64_t clock_ms;
static unsigned refreshed[ROOM];
static uint64_t ended_ms[ROOM];

/* Call number i begins at i seconds. Both sides refresh at half of 1800 s: at i + 900, i + 1800...
 * */
static void invite(struct sst_session *session, struct sst_tx *tx, unsigned flags)
{
    struct sst_headers headers;
    struct sst_msg response;
    struct sst_verdict verdict;
    memset(tx, 0, sizeof *tx);
    ck_assert_int_eq(sst_session_request(session, tx, SST_METHOD_INVITE, SST_REQUEST_OFFER | flags,
                                         clock_ms, &headers),
                     SST_OK);
    sst_msg_response(&response, 200, SST_METHOD_INVITE, SST_CSEQ_UNKNOWN);
    sst_msg_set_session_expires(&response, 1800, SST_REFRESHER_UAC);
    sst_msg_set_flags(&response, SST_MSG_REQUIRE_TIMER | SST_MSG_SUPPORTED_TIMER);
    ck_assert_int_eq(sst_session_response(session, tx, &response, clock_ms, &verdict), SST_OK);
    ck_assert(verdict.refreshed);
}

static int on_call_event(void *user, struct sst_session *session, const struct sst_event *event)
{
    (void)user;
    size_t i = (size_t)(session - sessions);
    struct sst_tx tx;
    if (event->type == SST_EVENT_REFRESH) {
        refreshed[i]++;
        ck_assert_uint_eq(clock_ms, 1000 * i + 900000u * refreshed[i]);
        invite(session, &tx, SST_REQUEST_REFRESH);
    } else if (event->type == SST_EVENT_ENDED) {
        ck_assert_int_eq(event->reason, SST_END_NOT_REFRESHED);
        ended_ms[i] = clock_ms;
        memset(session, 0xA5, sizeof *session);
        return SST_CALLBACK_GONE;
    }
    return SST_CALLBACK_DONE;
}

/* This side waits for a refresh that never comes. */
static void begin_watching(struct sst_session *session, struct sst_tx *tx)
{
    struct sst_msg request;
    struct sst_advice advice;
    struct sst_headers headers;
    memset(tx, 0, sizeof *tx);
    sst_msg_request(&request, SST_METHOD_INVITE, 1);
    sst_msg_set_session_expires(&request, 1800, SST_REFRESHER_UAC);
    sst_msg_set_flags(&request, SST_MSG_SUPPORTED_TIMER | SST_MSG_OFFER);
    ck_assert_int_eq(sst_session_receive(session, tx, &request, clock_ms, &advice), SST_OK);
    ck_assert_uint_eq(advice.status, 0);
    ck_assert_int_eq(sst_session_answer(session, tx, 200, clock_ms, &headers), SST_OK);
    ck_assert_int_eq(sst_session_ack(session, tx, clock_ms), SST_OK);
}

static void run_until(uint64_t end_ms)
{
    while (sst_queue_deadline(&queue) <= end_ms) {
        if (clock_ms < sst_queue_deadline(&queue)) {
            clock_ms = sst_queue_deadline(&queue);
        }
        ck_assert_uint_ge(sst_queue_run(&queue, clock_ms, 16), 1);
    }
    clock_ms = end_ms;
}

static void begin_call(size_t i)
{
    struct sst_tx tx;
    bool watches = i % 3 == 0;
    run_until(1000 * i);
    ck_assert_int_eq(sst_session_init(&sessions[i], &pushing, watches ? SST_CALLEE : SST_CALLER),
                     SST_OK);
    if (watches) {
        begin_watching(&sessions[i], &tx);
    } else {
        invite(&sessions[i], &tx, 0);
    }
    ck_assert_int_eq(sst_queue_update(&queue, &sessions[i]), SST_OK);
}

START_TEST(calls_are_refreshed_and_ended_to_the_millisecond)
{
    pushing.mode = SST_MODE_REQUEST;
    pushing.on_event = on_call_event;
    clock_ms = 0;
    memset(refreshed, 0, sizeof refreshed);
    memset(ended_ms, 0, sizeof ended_ms);
    ck_assert_int_eq(sst_queue_init(&queue, slots, ROOM), SST_OK);
    for (size_t i = 0; i < ROOM; i++) {
        begin_call(i);
    }
    ck_assert_pstr_eq(sst_queue_check(&queue), NULL);
    run_until(10000000);
    ck_assert_pstr_eq(sst_queue_check(&queue), NULL);
    for (size_t i = 0; i < ROOM; i++) {
        if (i % 3 == 0) {
            /* Expiration at 1800 s minus a guard of 32 s, RFC 4028 §10. */
            ck_assert_uint_eq(ended_ms[i], 1000 * i + 1768000);
        } else {
            ck_assert_uint_eq(refreshed[i], (10000 - i) / 900);
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("queue_pull");
    TCase *tcase = tcase_create("pull");
    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_add_test(tcase, run_leaves_events_that_are_to_be_pulled);
    tcase_add_test(tcase, session_is_out_when_its_end_is_pulled);
    tcase_add_test(tcase, session_without_a_deadline_is_out_when_its_key_comes_up);
    tcase_add_test(tcase, waiting_events_of_one_session_come_one_by_one);
    tcase_add_test(tcase, late_look_finds_nothing_until_the_end);
    tcase_add_test(tcase, late_look_goes_on_to_the_next);
    tcase_add_test(tcase, calls_are_refreshed_and_ended_to_the_millisecond);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
