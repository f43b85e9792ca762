/* SPDX-License-Identifier: MIT */
/*
 * What a session knows about its key: a refresh does not touch the slot, and still no deadline that
 * moves earlier is missed, however the session's key relates to the latest one.
 */
#include "queue/heap.h"
#include "queue_states.h"
#include "suite.h"

#include <sst/sst.h>

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define ROOM 3
#define MINUTE 60000u
#define HOUR (60u * MINUTE)
#define STEP (UINT64_C(1) << STEP_SHIFT)
#define WINDOW (UINT64_C(256) << STEP_SHIFT)

static struct sst_policy policy;
static struct sst_queue queue;
static struct sst_queue_slot slots[ROOM];
static struct sst_session sessions[ROOM];

static int on_event(void *user, struct sst_session *session, const struct sst_event *event)
{
    (void)user;
    (void)session;
    (void)event;
    return SST_CALLBACK_DONE;
}

static void setup(void)
{
    sst_policy_init(&policy);
    policy.on_event = on_event;
    for (size_t i = 0; i < ROOM; i++) {
        ck_assert_int_eq(sst_session_init(&sessions[i], &policy, SST_CALLER), SST_OK);
    }
    memset(&queue, 0xA5, sizeof queue);
    ck_assert_int_eq(sst_queue_init(&queue, slots, ROOM), SST_OK);
}

/* A 2xx at that moment, for an interval that this side or the peer refreshes. */
static void refreshed(size_t i, uint32_t interval, bool local, uint64_t now_ms)
{
    struct sst_session *s = &sessions[i];
    s->flags = CONFIRMED | UPDATE_FINE | (local ? LOCAL : REMOTE);
    s->interval = interval;
    s->start_ms = sst_time_in(now_ms);
    s->refresh_ms = local ? s->start_ms + sst_half_ms(interval) : SST_NEVER;
    s->guard_ms = local ? 0 : (uint16_t)sst_guard_ms(interval);
}

/* Due at that time, for a refresh that was planned at short notice. */
static void due_at(size_t i, uint64_t when_ms, uint64_t start_ms)
{
    refreshed(i, UINT32_MAX, true, start_ms);
    sessions[i].refresh_ms = sst_time_in(when_ms);
}

static void update(size_t i)
{
    ck_assert_int_eq(sst_queue_update(&queue, &sessions[i]), SST_OK);
    ck_assert_pstr_eq(sst_queue_check(&queue), NULL);
}

/* A slot without its session does not belong to the session: an access to it would show. */
static bool looks_at_its_slot(size_t i)
{
    struct sst_queue_slot *slot = &slots[sessions[i].queue_index - 1u];
    slot->session = NULL;
    int result = sst_queue_update(&queue, &sessions[i]);
    slot->session = &sessions[i];
    ck_assert(result == SST_OK || result == SST_ERR_STATE);
    return result != SST_OK;
}

/* Each refreshed in time, and early. */
START_TEST(refresh_does_not_look_at_the_slot)
{
    static const uint32_t intervals[] = {90, 180, 600, 1800, 3600, 5400};
    bool local = _i % 2 == 0;
    uint32_t interval = intervals[_i / 2];
    uint64_t now_ms = 10u * HOUR;
    refreshed(0, interval, local, now_ms);
    update(0);
    ck_assert(looks_at_its_slot(0)); /* nothing has changed */
    for (int i = 0; i < 3; i++) {
        now_ms += interval * 450u;
        refreshed(0, interval, local, now_ms);
        ck_assert(!looks_at_its_slot(0));
        uint64_t key_ms = slots[0].key_ms;
        update(0);
        ck_assert_uint_eq(slots[0].key_ms, key_ms);
    }
}
END_TEST

START_TEST(key_that_came_up_is_known_again)
{
    refreshed(0, 1800, false, 0);
    update(0);
    refreshed(0, 1800, false, 15u * MINUTE);
    update(0);
    /* halfway between 15 min and 30 min - 32 s: 22 min 14 s after the 2xx */
    ck_assert_uint_eq(sst_queue_deadline(&queue), 22u * MINUTE + 14000u);
    ck_assert_uint_eq(sst_queue_run(&queue, 22u * MINUTE + 14000u, 1), 1);
    ck_assert_uint_eq(sst_queue_deadline(&queue), 37u * MINUTE + 14000u);
    ck_assert(looks_at_its_slot(0));
    refreshed(0, 1800, false, 30u * MINUTE);
    ck_assert(!looks_at_its_slot(0));
}
END_TEST

/* 68 min 16 s ahead, or 250 steps, is too far: only what was known before stays known. */
START_TEST(long_interval_does_not_spoil_the_others)
{
    refreshed(0, 1800, true, HOUR);
    update(0);
    due_at(1, HOUR + 250u * STEP, HOUR);
    update(1);
    ck_assert_uint_eq(sessions[1].queue_key, 0);
    due_at(1, HOUR + 300u * STEP, HOUR);
    ck_assert(looks_at_its_slot(1));
    update(1);
    refreshed(0, 1800, true, HOUR + 15u * MINUTE);
    ck_assert(!looks_at_its_slot(0));
    due_at(2, HOUR + 250u * STEP - 1u, HOUR);
    update(2);
    ck_assert_uint_ne(sessions[2].queue_key, 0);
    due_at(2, HOUR + 252u * STEP, HOUR);
    ck_assert(!looks_at_its_slot(2));
    due_at(1, HOUR + 250u * STEP - 1u, 0); /* nor is it too far if the latest is already there */
    update(1);
    ck_assert_uint_ne(sessions[1].queue_key, 0);
}
END_TEST

/* Restored; its deadline is before the machine started. */
START_TEST(deadline_before_the_zero_of_the_clock_is_due)
{
    refreshed(0, 1800, true, 0);
    sessions[0].start_ms -= 2u * HOUR;
    sessions[0].refresh_ms -= 2u * HOUR;
    update(0);
    ck_assert_uint_eq(sst_queue_deadline(&queue), 0);
    refreshed(1, 1800, true, 0);
    update(1);
    refreshed(0, 1800, true, 0);
    update(0);
    ck_assert_uint_eq(sst_queue_deadline(&queue), 0);
    ck_assert_uint_eq(sst_queue_run(&queue, 1, 10), 1);
    ck_assert_uint_eq(sst_queue_deadline(&queue), 15u * MINUTE);
}
END_TEST

START_TEST(session_that_left_knows_nothing)
{
    refreshed(0, 1800, true, HOUR);
    update(0);
    sst_queue_remove(&queue, &sessions[0]);
    ck_assert_uint_eq(sessions[0].queue_key, 0);
    update(0);
    ck_assert_uint_ne(sessions[0].queue_key, 0);
    sessions[0].flags = CONFIRMED;
    update(0);
    ck_assert_uint_eq(sessions[0].queue_key, 0);
    ck_assert_uint_eq(sessions[0].queue_index, 0);
}
END_TEST

/* However far away, measured in steps and by the window that can be distinguished. */
START_TEST(earlier_deadline_is_never_missed)
{
    static const uint64_t by_ms[] = {1,
                                     1000,
                                     STEP - 1u,
                                     STEP,
                                     STEP + 1u,
                                     2u * STEP,
                                     2u * STEP + 1u,
                                     127u * STEP,
                                     200u * STEP,
                                     WINDOW - 1u,
                                     WINDOW,
                                     WINDOW + 1u,
                                     WINDOW + STEP,
                                     WINDOW + 2u * STEP,
                                     2u * WINDOW,
                                     3u * WINDOW};
    for (uint64_t key_ms = 8u * WINDOW; key_ms < 8u * WINDOW + 4u * STEP;
         key_ms += STEP / 8u - 1u) {
        for (size_t i = 0; i < sizeof by_ms / sizeof by_ms[0]; i++) {
            setup();
            due_at(0, key_ms, key_ms - 30u * MINUTE);
            update(0);
            due_at(0, key_ms - by_ms[i], key_ms - 4u * WINDOW);
            update(0);
            ck_assert_uint_eq(sst_queue_deadline(&queue), key_ms - by_ms[i]);
            due_at(0, key_ms + by_ms[i], key_ms - 4u * WINDOW);
            update(0);
            ck_assert_uint_eq(sst_queue_deadline(&queue), key_ms - by_ms[i]);
        }
    }
}
END_TEST

/* Its key is computed differently while the peer's INVITE is open. */
START_TEST(session_amid_a_transaction_knows_its_key_too)
{
    for (uint64_t steps = 0; steps < 256; steps += 5) {
        const uint64_t key_ms = 8u * WINDOW + steps * STEP + 77u;
        setup();
        due_at(1, key_ms + 2u * STEP, key_ms - 30u * MINUTE);
        update(1);
        due_at(0, key_ms, key_ms - 30u * MINUTE);
        sessions[0].flags |= (uint32_t)OPEN_OFFER << PEER_INVITE_AT;
        update(0);
        due_at(0, key_ms - 3u * STEP, key_ms - 30u * MINUTE);
        update(0);
        ck_assert_uint_eq(sst_queue_deadline(&queue), key_ms - 3u * STEP);
    }
}
END_TEST

/* The others went on for hours, and nobody ran the queue. */
START_TEST(old_key_is_not_taken_for_an_earlier_one)
{
    const uint64_t key_ms = 10u * WINDOW + 5u * STEP + 77u;
    for (unsigned steps = 0; steps < 1100; steps++) {
        setup();
        due_at(0, key_ms, key_ms - 30u * MINUTE);
        update(0);
        due_at(1, key_ms + steps * STEP, key_ms + steps * STEP - 30u * MINUTE);
        update(1);
        ck_assert_uint_ne(sessions[1].queue_key, 0);
        due_at(0, key_ms - 1u, key_ms - 30u * MINUTE);
        update(0);
        ck_assert_uint_eq(sst_queue_deadline(&queue), key_ms - 1u);
    }
}
END_TEST

START_TEST(clock_that_was_set_back_is_followed)
{
    refreshed(0, 1800, true, 100u * HOUR);
    update(0);
    refreshed(1, 1800, true, 2u * HOUR);
    update(1);
    ck_assert_uint_eq(sst_queue_deadline(&queue), 2u * HOUR + 15u * MINUTE);
    refreshed(0, 1800, true, 3u * HOUR);
    update(0);
    refreshed(1, 1800, true, 4u * HOUR);
    update(1);
    refreshed(0, 1800, true, HOUR);
    update(0);
    ck_assert_uint_eq(sst_queue_deadline(&queue), HOUR + 15u * MINUTE);
}
END_TEST

START_TEST(session_of_another_queue_is_seen_when_it_counts)
{
    struct sst_queue other;
    struct sst_queue_slot other_slots[2];
    ck_assert_int_eq(sst_queue_init(&other, other_slots, 2), SST_OK);
    for (size_t i = 0; i < ROOM; i++) {
        refreshed(i, 1800, true, HOUR);
    }
    update(0);
    update(1);
    ck_assert_int_eq(sst_queue_update(&other, &sessions[2]), SST_OK);
    refreshed(1, 1800, true, 2u * HOUR); /* there is no such index in the other */
    ck_assert_int_eq(sst_queue_update(&other, &sessions[1]), SST_ERR_STATE);
    refreshed(0, 1800, true, HOUR / 2u);
    ck_assert_int_eq(sst_queue_update(&other, &sessions[0]), SST_ERR_STATE);
    sessions[0].flags = CONFIRMED; /* without a timer */
    ck_assert_int_eq(sst_queue_update(&other, &sessions[0]), SST_ERR_STATE);
    ck_assert_uint_eq(other.count, 1);
    ck_assert_uint_eq(queue.count, 2);
    update(0);
    ck_assert_uint_eq(queue.count, 1);
}
END_TEST

START_TEST(check_finds_a_session_that_is_mistaken)
{
    refreshed(0, 1800, true, HOUR);
    update(0);
    refreshed(1, 1800, true, 2u * HOUR);
    update(1);
    sessions[0].queue_key = (uint8_t)(sessions[0].queue_key - 2u);
    ck_assert_ptr_nonnull(sst_queue_check(&queue));
    sessions[0].queue_key = (uint8_t)(sessions[0].queue_key + 4u);
    ck_assert_ptr_null(sst_queue_check(&queue)); /* later than it is: that is only slow */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("queue_known");
    TCase *tcase = tcase_create("known");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_add_loop_test(tcase, refresh_does_not_look_at_the_slot, 0, 12);
    tcase_add_test(tcase, key_that_came_up_is_known_again);
    tcase_add_test(tcase, long_interval_does_not_spoil_the_others);
    tcase_add_test(tcase, deadline_before_the_zero_of_the_clock_is_due);
    tcase_add_test(tcase, session_that_left_knows_nothing);
    tcase_add_test(tcase, earlier_deadline_is_never_missed);
    tcase_add_test(tcase, session_amid_a_transaction_knows_its_key_too);
    tcase_add_test(tcase, old_key_is_not_taken_for_an_earlier_one);
    tcase_add_test(tcase, clock_that_was_set_back_is_followed);
    tcase_add_test(tcase, session_of_another_queue_is_seen_when_it_counts);
    tcase_add_test(tcase, check_finds_a_session_that_is_mistaken);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
