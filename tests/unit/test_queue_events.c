/* SPDX-License-Identifier: MIT */
/* What events may do to the queue that delivers them. */
#include "queue_sessions.h"
#include "suite.h"

#include <check.h>
#include <stdlib.h>

#define ROOM 8

static struct sst_policy policy;
static struct sst_queue queue;
static struct sst_queue_slot *slots;
static struct sst_session
    *session[ROOM];          /* each in memory of its own, so that use after free is detected */
static int (*act)(size_t i); /* what the event does */
static unsigned told[ROOM];
static unsigned told_count;
static bool in_queue_at_event[ROOM];
static uint64_t now_ms;

static int on_event(void *user, struct sst_session *its_session, const struct sst_event *event)
{
    (void)user;
    for (size_t i = 0; i < ROOM; i++) {
        if (session[i] == its_session && event->type >= SST_EVENT_REFRESH) {
            told[i]++;
            told_count++;
            in_queue_at_event[i] = its_session->queue_index != 0;
            return act(i);
        }
    }
    return SST_CALLBACK_DONE;
}

static void setup(void)
{
    sst_policy_init(&policy);
    policy.on_event = on_event;
    slots = malloc(ROOM * sizeof *slots);
    ck_assert_ptr_nonnull(slots);
    ck_assert_int_eq(sst_queue_init(&queue, slots, ROOM), SST_OK);
    for (size_t i = 0; i < ROOM; i++) {
        session[i] = malloc(sizeof *session[i]);
        ck_assert_ptr_nonnull(session[i]);
        ck_assert_int_eq(sst_session_init(session[i], &policy, SST_CALLER), SST_OK);
        told[i] = 0;
    }
    told_count = 0;
}

static void teardown(void)
{
    for (size_t i = 0; i < ROOM; i++) {
        free(session[i]);
    }
    free(slots);
}

static void refresh_at(size_t i, uint64_t when_ms)
{
    arm_refresh(session[i], when_ms);
    ck_assert_int_eq(sst_queue_update(&queue, session[i]), SST_OK);
}

static void end_at(size_t i, uint64_t when_ms)
{
    arm_end(session[i], when_ms);
    ck_assert_uint_eq(sst_session_deadline(session[i]), when_ms);
    ck_assert_int_eq(sst_queue_update(&queue, session[i]), SST_OK);
}

static size_t run_at(uint64_t when_ms, size_t max)
{
    now_ms = when_ms;
    size_t looked = sst_queue_run(&queue, when_ms, max);
    ck_assert_pstr_eq(sst_queue_check(&queue), NULL);
    return looked;
}

static void free_session(size_t i)
{
    free(session[i]);
    session[i] = NULL;
}

static int do_nothing(size_t i)
{
    (void)i;
    return SST_CALLBACK_DONE;
}

static int do_free(size_t i)
{
    free_session(i);
    return SST_CALLBACK_GONE;
}

static int do_remove_and_free(size_t i)
{
    sst_queue_remove(&queue, session[i]);
    return do_free(i);
}

START_TEST(ended_session_is_out_before_its_event)
{
    act = do_free;
    for (size_t i = 0; i < ROOM; i++) {
        end_at(i, 1000 + 10 * i);
    }
    ck_assert_uint_eq(run_at(1040, 100), 5);
    ck_assert_uint_eq(told_count, 5);
    for (size_t i = 0; i < 5; i++) {
        ck_assert(!in_queue_at_event[i]);
    }
    ck_assert_uint_eq(run_at(9000, 100), 3);
    ck_assert_uint_eq(sst_queue_deadline(&queue), SST_NEVER);
}
END_TEST

START_TEST(session_may_be_freed_when_removed_first)
{
    act = do_remove_and_free;
    for (size_t i = 0; i < ROOM; i++) {
        refresh_at(i, 1000);
    }
    ck_assert_uint_eq(run_at(1000, 100), ROOM);
    ck_assert_uint_eq(told_count, ROOM);
    ck_assert_uint_eq(sst_queue_deadline(&queue), SST_NEVER);
}
END_TEST

static int do_not_send(size_t i)
{
    ck_assert_int_eq(sst_session_not_sent(session[i], NULL, SST_NEVER, now_ms), SST_OK);
    return SST_CALLBACK_DONE;
}

START_TEST(refresh_that_nobody_begins_is_asked_for_again)
{
    act = _i == 0 ? do_nothing : do_not_send;
    refresh_at(0, 1000);
    ck_assert_uint_eq(run_at(1000, 100), 1);
    ck_assert(in_queue_at_event[0]);
    ck_assert_uint_eq(sst_queue_deadline(&queue), 3000);
    ck_assert_uint_eq(run_at(3000, 100), 1);
    ck_assert_uint_eq(told[0], 2);
}
END_TEST

static int do_defer(size_t i)
{
    ck_assert_int_eq(sst_session_not_sent(session[i], NULL, now_ms + 500, now_ms), SST_OK);
    return SST_CALLBACK_DONE;
}

/* Earlier than the deadline that the step set, and without a call to the queue. */
START_TEST(run_follows_a_deadline_that_the_event_moves)
{
    act = do_defer;
    refresh_at(0, 1000);
    refresh_at(1, 1600);
    ck_assert_uint_eq(run_at(1000, 100), 1);
    ck_assert_uint_eq(sst_queue_deadline(&queue), 1500);
    ck_assert_uint_eq(run_at(1500, 100), 1);
    ck_assert_uint_eq(told[0], 2);
}
END_TEST

static int do_end(size_t i)
{
    ck_assert_int_eq(sst_session_end(session[i], now_ms), SST_OK);
    return SST_CALLBACK_DONE;
}

START_TEST(session_that_its_event_ends_leaves)
{
    act = do_end;
    refresh_at(0, 1000);
    refresh_at(1, 2000);
    ck_assert_uint_eq(run_at(1000, 100), 1);
    ck_assert_uint_eq(session[0]->queue_index, 0);
    ck_assert_uint_eq(sst_queue_deadline(&queue), 2000);
}
END_TEST

static int do_take_out_and_put_back(size_t i)
{
    sst_queue_remove(&queue, session[i]);
    refresh_at(i, now_ms + 100);
    return SST_CALLBACK_DONE;
}

START_TEST(event_may_take_its_session_out_and_put_it_back)
{
    act = do_take_out_and_put_back;
    refresh_at(0, 1000);
    ck_assert_uint_eq(run_at(1000, 100), 1);
    ck_assert_uint_eq(sst_queue_deadline(&queue), 1100);
}
END_TEST

static int do_free_the_others(size_t i)
{
    for (size_t other = 0; other < ROOM; other++) {
        if (other != i && session[other] != NULL) {
            sst_queue_remove(&queue, session[other]);
            free_session(other);
        }
    }
    return SST_CALLBACK_DONE;
}

START_TEST(event_may_free_others_that_are_due)
{
    act = do_free_the_others;
    for (size_t i = 0; i < ROOM; i++) {
        refresh_at(i, 1000 + i);
    }
    ck_assert_uint_eq(run_at(2000, 100), 1);
    ck_assert_uint_eq(told_count, 1);
    ck_assert_uint_eq(sst_queue_deadline(&queue), 4000);
}
END_TEST

static int do_add_all(size_t i)
{
    struct sst_queue_slot *larger = malloc(2 * ROOM * sizeof *larger);
    ck_assert_ptr_nonnull(larger);
    ck_assert_int_eq(sst_queue_resize(&queue, larger, 2 * ROOM), SST_OK);
    free(slots);
    slots = larger;
    for (size_t other = 0; other < ROOM; other++) {
        if (other != i) {
            refresh_at(other, now_ms + 10 * other);
        }
    }
    act = do_nothing;
    return SST_CALLBACK_DONE;
}

START_TEST(event_may_add_others_and_move_the_queue)
{
    ck_assert_int_eq(sst_queue_resize(&queue, slots, 1), SST_OK);
    act = do_add_all;
    refresh_at(0, 1000);
    ck_assert_uint_eq(run_at(1000, 1), 1);
    ck_assert_uint_eq(sst_queue_deadline(&queue), 1010);
    ck_assert_uint_eq(run_at(1070, 100), ROOM - 1);
    ck_assert_uint_eq(told_count, ROOM);
}
END_TEST

/* The event of session 0 runs the queue, and within that run session 1 frees session 0. */
static int do_run_within(size_t i)
{
    if (i == 0) {
        ck_assert_uint_eq(sst_queue_run(&queue, now_ms, 100), 3);
        return SST_CALLBACK_GONE;
    }
    if (i == 1) {
        sst_queue_remove(&queue, session[0]);
        free_session(0);
    }
    return SST_CALLBACK_DONE;
}

START_TEST(run_within_a_run_may_free_the_outer_session)
{
    act = do_run_within;
    for (size_t i = 0; i < 3; i++) {
        refresh_at(i, 1000 + i);
    }
    ck_assert_uint_eq(run_at(1002, 100), 1);
    ck_assert_uint_eq(told[1], 1);
    ck_assert_uint_eq(told[2], 1);
    ck_assert_ptr_null(queue.visits);
    ck_assert_uint_eq(sst_queue_deadline(&queue), 3002);
}
END_TEST

/* After the inner run has given it the deadline of its step, the outer session moves again. */
static int do_run_within_and_defer(size_t i)
{
    if (i == 0) {
        (void)sst_queue_run(&queue, now_ms, 100);
        return do_defer(i);
    }
    return SST_CALLBACK_DONE;
}

START_TEST(run_follows_the_outer_session_after_a_run_within)
{
    act = do_run_within_and_defer;
    refresh_at(0, 1000);
    refresh_at(1, 1001);
    ck_assert_uint_eq(run_at(1001, 100), 1);
    ck_assert_uint_eq(told[1], 1);
    ck_assert_uint_eq(sst_queue_deadline(&queue), 1501);
}
END_TEST

static int do_run_within_and_free(size_t i)
{
    if (i == 0) {
        (void)sst_queue_run(&queue, now_ms, 100);
        return do_remove_and_free(i);
    }
    return SST_CALLBACK_DONE;
}

START_TEST(outer_session_may_be_freed_after_a_run_within)
{
    act = do_run_within_and_free;
    refresh_at(0, 1000);
    refresh_at(1, 1001);
    ck_assert_uint_eq(run_at(1001, 100), 1);
    ck_assert_uint_eq(sst_queue_deadline(&queue), 3001);
}
END_TEST

static int do_stay_due(size_t i)
{
    arm_refresh(session[i], now_ms);
    return SST_CALLBACK_DONE;
}

START_TEST(session_that_is_always_due_does_not_hold_up_the_run)
{
    act = do_stay_due;
    refresh_at(0, 1000);
    refresh_at(1, 50000);
    size_t looked = run_at(1000, SIZE_MAX);
    ck_assert_uint_ge(looked, 1);
    ck_assert_uint_le(looked, 10);
    ck_assert_uint_eq(sst_queue_deadline(&queue), 1000); /* says that more is due */
}
END_TEST

static int on_any_event(void *user, struct sst_session *its_session, const struct sst_event *event)
{
    (void)user;
    ck_assert_ptr_eq(its_session, session[0]);
    ck_assert_int_eq(event->type, SST_EVENT_NEGOTIATED);
    ck_assert_int_eq(event->side, SST_SIDE_NONE);
    in_queue_at_event[0] = its_session->queue_index != 0;
    /* The host turns the timer on again, without a call to the queue. */
    arm_refresh(session[0], now_ms + 700);
    return SST_CALLBACK_DONE;
}

/* RFC 4028 §10 and policy refused=keep: rejected until the expiration, the timer is turned off. */
START_TEST(session_whose_timer_went_off_stays_until_after_its_event)
{
    policy.on_event = on_any_event;
    policy.refused = SST_REFUSED_KEEP;
    arm_refresh(session[0], 1000);
    session[0]->interval = 90;
    session[0]->refresh_ms = SST_NEVER;
    session[0]->flags |= F_LIFE | F_REFUSED_TOLD;
    session[0]->ladder = (INVITE_GONE << LADDER_INVITE_AT) | (UPDATE_GONE << LADDER_UPDATE_AT);
    ck_assert_int_eq(sst_queue_update(&queue, session[0]), SST_OK);
    ck_assert_uint_eq(sst_queue_deadline(&queue), 90000);
    ck_assert_uint_eq(run_at(90000, 100), 1);
    ck_assert(in_queue_at_event[0]);
    ck_assert_uint_eq(sst_queue_deadline(&queue), 90700);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("queue_events");
    TCase *tcase = tcase_create("events");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, ended_session_is_out_before_its_event);
    tcase_add_test(tcase, session_may_be_freed_when_removed_first);
    tcase_add_loop_test(tcase, refresh_that_nobody_begins_is_asked_for_again, 0, 2);
    tcase_add_test(tcase, run_follows_a_deadline_that_the_event_moves);
    tcase_add_test(tcase, session_that_its_event_ends_leaves);
    tcase_add_test(tcase, event_may_take_its_session_out_and_put_it_back);
    tcase_add_test(tcase, event_may_free_others_that_are_due);
    tcase_add_test(tcase, event_may_add_others_and_move_the_queue);
    tcase_add_test(tcase, run_within_a_run_may_free_the_outer_session);
    tcase_add_test(tcase, run_follows_the_outer_session_after_a_run_within);
    tcase_add_test(tcase, outer_session_may_be_freed_after_a_run_within);
    tcase_add_test(tcase, session_that_is_always_due_does_not_hold_up_the_run);
    tcase_add_test(tcase, session_whose_timer_went_off_stays_until_after_its_event);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
