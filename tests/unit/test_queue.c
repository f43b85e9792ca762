/* SPDX-License-Identifier: MIT */
/* The queue's functions one by one. Events and random sequences have suites of their own. */
#include "queue_sessions.h"
#include "suite.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define ROOM 32

static struct sst_policy policy;
static struct sst_queue queue;
static struct sst_queue_slot slots[ROOM];
static struct sst_session sessions[ROOM];
static size_t told[ROOM]; /* the sessions that were asked to refresh, in this order */
static size_t told_count;

static int on_event(void *user, struct sst_session *session, const struct sst_event *event)
{
    ck_assert_ptr_null(user);
    ck_assert_int_eq(event->type, SST_EVENT_REFRESH);
    ck_assert_uint_lt(told_count, ROOM);
    told[told_count++] = (size_t)(session - sessions);
    disarm(session);
    return SST_CALLBACK_DONE;
}

static void setup(void)
{
    sst_policy_init(&policy);
    policy.on_event = on_event;
    told_count = 0;
    memset(sessions, 0, sizeof sessions);
    for (size_t i = 0; i < ROOM; i++) {
        ck_assert_int_eq(sst_session_init(&sessions[i], &policy, SST_CALLER), SST_OK);
    }
    ck_assert_int_eq(sst_queue_init(&queue, slots, ROOM), SST_OK);
}

static void put_at(size_t i, uint64_t when_ms)
{
    arm_refresh(&sessions[i], when_ms);
    ck_assert_int_eq(sst_queue_update(&queue, &sessions[i]), SST_OK);
    ck_assert_pstr_eq(sst_queue_check(&queue), NULL);
}

START_TEST(init_refuses_what_cannot_be)
{
    struct sst_queue other;
    ck_assert_int_eq(sst_queue_init(NULL, slots, 1), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_queue_init(&other, NULL, 1), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_queue_init(&other, slots, 4294967295u), SST_ERR_RANGE);
    ck_assert_int_eq(sst_queue_init(&other, slots, 4294967294u), SST_OK);
    ck_assert_int_eq(sst_queue_init(&other, NULL, 0), SST_OK);
    ck_assert_int_eq(sst_queue_update(&other, &sessions[0]), SST_OK);
    arm_refresh(&sessions[0], 1000);
    ck_assert_int_eq(sst_queue_update(&other, &sessions[0]), SST_ERR_SPACE);
}
END_TEST

START_TEST(null_arguments_are_harmless)
{
    struct sst_event event;
    ck_assert_int_eq(sst_queue_update(NULL, &sessions[0]), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_queue_update(&queue, NULL), SST_ERR_ARGUMENT);
    sst_queue_remove(NULL, &sessions[0]);
    sst_queue_remove(&queue, NULL);
    ck_assert_uint_eq(sst_queue_deadline(NULL), SST_NEVER);
    ck_assert_uint_eq(sst_queue_run(NULL, 0, 1), 0);
    ck_assert_ptr_null(sst_queue_next_event(NULL, 0, &event));
    ck_assert_ptr_null(sst_queue_next_event(&queue, 0, NULL));
    ck_assert_ptr_nonnull(sst_queue_check(NULL));
    ck_assert_int_eq(sst_queue_resize(NULL, slots, 1), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_queue_resize(&queue, NULL, 1), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_queue_resize(&queue, slots, 4294967295u), SST_ERR_RANGE);
    ck_assert_int_eq(sst_queue_resize(&queue, slots, 4294967294u), SST_OK);
}
END_TEST

START_TEST(empty_queue_is_never_due)
{
    struct sst_event event;
    ck_assert_uint_eq(sst_queue_deadline(&queue), SST_NEVER);
    ck_assert_uint_eq(sst_queue_run(&queue, SST_NEVER - 1, 100), 0);
    ck_assert_ptr_null(sst_queue_next_event(&queue, SST_NEVER - 1, &event));
    ck_assert_pstr_eq(sst_queue_check(&queue), NULL);
}
END_TEST

START_TEST(slot_is_no_larger_than_promised)
{
    ck_assert_uint_le(sizeof(struct sst_queue_slot), 16);
}
END_TEST

START_TEST(update_takes_in_and_out)
{
    put_at(0, 5000);
    ck_assert_uint_eq(sst_queue_deadline(&queue), 5000);
    put_at(1, 3000);
    ck_assert_uint_eq(sst_queue_deadline(&queue), 3000);
    disarm(&sessions[1]);
    ck_assert_int_eq(sst_queue_update(&queue, &sessions[1]), SST_OK);
    ck_assert_uint_eq(sst_queue_deadline(&queue), 5000);
    ck_assert_int_eq(sst_queue_update(&queue, &sessions[1]), SST_OK); /* already out */
    sst_queue_remove(&queue, &sessions[0]);
    ck_assert_uint_eq(sst_queue_deadline(&queue), SST_NEVER);
    sst_queue_remove(&queue, &sessions[0]);
    ck_assert_pstr_eq(sst_queue_check(&queue), NULL);
}
END_TEST

START_TEST(full_queue_says_so)
{
    struct sst_session more;
    for (size_t i = 0; i < ROOM; i++) {
        put_at(i, 1000 * (i + 1));
    }
    ck_assert_int_eq(sst_session_init(&more, &policy, SST_CALLER), SST_OK);
    ck_assert_int_eq(sst_queue_update(&queue, &more), SST_OK); /* no deadline: not in */
    arm_refresh(&more, 500);
    ck_assert_int_eq(sst_queue_update(&queue, &more), SST_ERR_SPACE);
    ck_assert_uint_eq(sst_queue_deadline(&queue), 1000);
    put_at(5, 700); /* a session that is already in can still move */
    sst_queue_remove(&queue, &sessions[7]);
    ck_assert_int_eq(sst_queue_update(&queue, &more), SST_OK);
    ck_assert_uint_eq(sst_queue_deadline(&queue), 500);
    ck_assert_pstr_eq(sst_queue_check(&queue), NULL);
}
END_TEST

START_TEST(moving_later_writes_nothing)
{
    struct sst_queue_slot before[ROOM];
    uint32_t places[ROOM];
    for (size_t i = 0; i < ROOM; i++) {
        put_at(i, 1000 * (ROOM - i));
    }
    memcpy(before, slots, sizeof before);
    for (size_t i = 0; i < ROOM; i++) {
        places[i] = sessions[i].queue_index;
        put_at(i, 900000 + i);
    }
    ck_assert_mem_eq(before, slots, sizeof before);
    for (size_t i = 0; i < ROOM; i++) {
        ck_assert_uint_eq(places[i], sessions[i].queue_index);
    }
    ck_assert_uint_eq(sst_queue_deadline(&queue), 1000); /* earlier than necessary */
}
END_TEST

START_TEST(early_key_is_corrected_when_it_comes)
{
    put_at(0, 1000);
    put_at(1, 2000);
    put_at(0, 5000);
    ck_assert_uint_eq(sst_queue_run(&queue, 999, 10), 0);
    ck_assert_uint_eq(sst_queue_run(&queue, 1500, 10), 1);
    ck_assert_uint_eq(told_count, 0);
    ck_assert_uint_eq(sst_queue_deadline(&queue), 2000);
    ck_assert_uint_eq(sst_queue_run(&queue, 4999, 10), 1);
    ck_assert_uint_eq(sst_queue_deadline(&queue), 5000);
    ck_assert_uint_eq(sst_queue_run(&queue, 5000, 10), 1);
    ck_assert_uint_eq(told_count, 2);
    ck_assert_uint_eq(told[0], 1);
    ck_assert_uint_eq(told[1], 0);
    ck_assert_uint_eq(sst_queue_deadline(&queue), SST_NEVER);
}
END_TEST

START_TEST(earliest_deadline_first_whatever_the_key)
{
    put_at(0, 1000);
    put_at(1, 2000);
    put_at(0, 3000); /* its key stays at 1000 */
    ck_assert_uint_eq(sst_queue_run(&queue, 10000, 10), 3);
    ck_assert_uint_eq(told_count, 2);
    ck_assert_uint_eq(told[0], 1);
    ck_assert_uint_eq(told[1], 0);
}
END_TEST

START_TEST(run_stops_after_max)
{
    for (size_t i = 0; i < 10; i++) {
        put_at(i, 1000 + 10 * ((i * 7) % 10)); /* 0, 3, 6, 9, 2, 5, 8, 1, 4, 7 by deadline */
    }
    ck_assert_uint_eq(sst_queue_run(&queue, 2000, 0), 0);
    ck_assert_uint_eq(sst_queue_run(&queue, 2000, 3), 3);
    ck_assert_uint_eq(told_count, 3);
    ck_assert_uint_eq(sst_queue_run(&queue, 2000, 3), 3);
    ck_assert_uint_eq(sst_queue_run(&queue, 2000, 3), 3);
    ck_assert_uint_eq(sst_queue_run(&queue, 2000, 3), 1);
    ck_assert_uint_eq(told_count, 10);
    for (size_t i = 0; i < 10; i++) {
        ck_assert_uint_eq(told[i], (i * 3) % 10);
    }
}
END_TEST

START_TEST(early_keys_count_towards_max)
{
    for (size_t i = 0; i < 10; i++) {
        put_at(i, 1000);
        put_at(i, 9000);
    }
    ck_assert_uint_eq(sst_queue_run(&queue, 2000, 4), 4);
    ck_assert_uint_eq(sst_queue_run(&queue, 2000, 100), 6);
    ck_assert_uint_eq(sst_queue_deadline(&queue), 9000);
    ck_assert_uint_eq(told_count, 0);
}
END_TEST

START_TEST(removal_from_any_place_keeps_order)
{
    for (size_t gone = 0; gone < ROOM; gone++) {
        setup();
        for (size_t i = 0; i < ROOM; i++) {
            put_at(i, 1000 + (i * 19) % ROOM);
        }
        sst_queue_remove(&queue, &sessions[gone]);
        ck_assert_pstr_eq(sst_queue_check(&queue), NULL);
        ck_assert_uint_eq(sessions[gone].queue_index, 0);
        ck_assert_uint_eq(sst_queue_run(&queue, 5000, 100), ROOM - 1);
        for (size_t i = 0; i < told_count; i++) {
            ck_assert_uint_ne(told[i], gone);
        }
    }
}
END_TEST

/* Slots 1 and 2 have children of their own. The last slot is in the branch of slot 1 and earlier
 * than the parent of the hole in the branch of slot 2, so it must move up from there. */
START_TEST(removal_may_move_the_last_one_up)
{
    static const uint64_t when[17] = {1,   10,  100, 2, 11, 12, 13, 14, 101,
                                      102, 103, 104, 3, 4,  5,  6,  20};
    for (size_t i = 0; i < 17; i++) {
        put_at(i, when[i]);
        ck_assert_uint_eq(sessions[i].queue_index, i + 1); /* the given order is a heap */
    }
    sst_queue_remove(&queue, &sessions[9]);
    ck_assert_pstr_eq(sst_queue_check(&queue), NULL);
    ck_assert_uint_eq(sessions[16].queue_index, 3);
    ck_assert_uint_eq(sessions[2].queue_index, 10);
}
END_TEST

START_TEST(session_of_another_queue_is_left_there)
{
    struct sst_queue other;
    struct sst_queue_slot other_slots[2];
    memset(&other, 0xA5, sizeof other);
    ck_assert_int_eq(sst_queue_init(&other, other_slots, 2), SST_OK);
    put_at(0, 1000);
    put_at(1, 2000);
    ck_assert_int_eq(sst_queue_update(&other, &sessions[1]), SST_ERR_STATE);
    arm_refresh(&sessions[2], 3000);
    ck_assert_int_eq(sst_queue_update(&other, &sessions[2]), SST_OK);
    ck_assert_int_eq(sst_queue_update(&other, &sessions[0]), SST_ERR_STATE);
    sst_queue_remove(&other, &sessions[0]);
    ck_assert_pstr_eq(sst_queue_check(&queue), NULL);
    ck_assert_pstr_eq(sst_queue_check(&other), NULL);
    ck_assert_uint_eq(sst_queue_deadline(&queue), 1000);
    ck_assert_uint_eq(sst_queue_deadline(&other), 3000);
    sst_queue_remove(&queue, &sessions[0]);
    ck_assert_int_eq(sst_queue_update(&other, &sessions[0]), SST_OK);
    ck_assert_uint_eq(sst_queue_deadline(&other), 1000);
    sst_queue_remove(&other, &sessions[0]);
    ck_assert_uint_eq(sst_queue_deadline(&other), 3000);
}
END_TEST

/* Its index in the other queue is the last index that it had in this one. */
START_TEST(session_that_went_over_to_another_queue_is_not_in_this_one)
{
    struct sst_queue other;
    struct sst_queue_slot other_slots[2];
    ck_assert_int_eq(sst_queue_init(&other, other_slots, 2), SST_OK);
    put_at(0, 1000);
    put_at(1, 2000);
    sst_queue_remove(&queue, &sessions[1]);
    arm_refresh(&sessions[2], 1000);
    ck_assert_int_eq(sst_queue_update(&other, &sessions[2]), SST_OK);
    ck_assert_int_eq(sst_queue_update(&other, &sessions[1]), SST_OK);
    ck_assert_int_eq(sst_queue_update(&queue, &sessions[1]), SST_ERR_STATE);
    ck_assert_uint_eq(queue.count, 1);
    ck_assert_pstr_eq(sst_queue_check(&other), NULL);
}
END_TEST

START_TEST(resize_moves_all)
{
    struct sst_queue_slot *larger = malloc(3 * ROOM * sizeof *larger);
    ck_assert_ptr_nonnull(larger);
    for (size_t i = 0; i < ROOM; i++) {
        put_at(i, 1000 + (i * 19) % ROOM);
    }
    ck_assert_int_eq(sst_queue_resize(&queue, larger, ROOM - 1), SST_ERR_SPACE);
    ck_assert_ptr_eq(queue.slots, slots);
    ck_assert_int_eq(sst_queue_resize(&queue, larger, 3 * ROOM), SST_OK);
    memset(slots, 0xFF, sizeof slots);
    ck_assert_pstr_eq(sst_queue_check(&queue), NULL);
    ck_assert_int_eq(sst_queue_resize(&queue, larger + 1, 3 * ROOM - 1), SST_OK); /* overlaps */
    ck_assert_pstr_eq(sst_queue_check(&queue), NULL);
    ck_assert_int_eq(sst_queue_resize(&queue, larger + 1, ROOM), SST_OK); /* in place */
    ck_assert_uint_eq(sst_queue_run(&queue, 5000, 100), ROOM);
    ck_assert_int_eq(sst_queue_resize(&queue, NULL, 0), SST_OK);
    free(larger);
    ck_assert_pstr_eq(sst_queue_check(&queue), NULL);
    arm_refresh(&sessions[0], 1);
    ck_assert_int_eq(sst_queue_update(&queue, &sessions[0]), SST_ERR_SPACE);
}
END_TEST

START_TEST(check_finds_what_is_wrong)
{
    for (size_t i = 0; i < 6; i++) {
        put_at(i, 1000 * (i + 1));
    }
    arm_refresh(&sessions[3], 3999);
    ck_assert_ptr_nonnull(sst_queue_check(&queue)); /* earlier, and the queue was not notified */
    arm_refresh(&sessions[3], 4000);
    ck_assert_ptr_null(sst_queue_check(&queue));
    slots[4].key_ms = 1999;
    ck_assert_ptr_nonnull(sst_queue_check(&queue)); /* below its parent, slot 1 */
    slots[4].key_ms = 5000;
    sessions[2].queue_index = 2;
    ck_assert_ptr_nonnull(sst_queue_check(&queue));
    sessions[2].queue_index = 3;
    sessions[0].queue_index = 0; /* the first slot is checked as well */
    ck_assert_ptr_nonnull(sst_queue_check(&queue));
    sessions[0].queue_index = 1;
    slots[5].session = NULL;
    ck_assert_ptr_nonnull(sst_queue_check(&queue));
    slots[5].session = &sessions[5];
    disarm(&sessions[5]);
    slots[5].key_ms = SST_NEVER;
    ck_assert_ptr_nonnull(sst_queue_check(&queue));
    slots[5].key_ms = 6000;
    ck_assert_ptr_null(sst_queue_check(&queue)); /* it may still have its key */
    queue.capacity = UINT32_MAX - 1u;            /* a session's index is a 32-bit number, from 1 */
    ck_assert_ptr_null(sst_queue_check(&queue));
    queue.capacity = UINT32_MAX;
    ck_assert_ptr_nonnull(sst_queue_check(&queue));
    queue.capacity = 5;
    ck_assert_ptr_nonnull(sst_queue_check(&queue));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("queue");
    TCase *tcase = tcase_create("queue");
    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_add_test(tcase, init_refuses_what_cannot_be);
    tcase_add_test(tcase, null_arguments_are_harmless);
    tcase_add_test(tcase, empty_queue_is_never_due);
    tcase_add_test(tcase, slot_is_no_larger_than_promised);
    tcase_add_test(tcase, update_takes_in_and_out);
    tcase_add_test(tcase, full_queue_says_so);
    tcase_add_test(tcase, moving_later_writes_nothing);
    tcase_add_test(tcase, early_key_is_corrected_when_it_comes);
    tcase_add_test(tcase, earliest_deadline_first_whatever_the_key);
    tcase_add_test(tcase, run_stops_after_max);
    tcase_add_test(tcase, early_keys_count_towards_max);
    tcase_add_test(tcase, removal_from_any_place_keeps_order);
    tcase_add_test(tcase, removal_may_move_the_last_one_up);
    tcase_add_test(tcase, session_of_another_queue_is_left_there);
    tcase_add_test(tcase, session_that_went_over_to_another_queue_is_not_in_this_one);
    tcase_add_test(tcase, resize_moves_all);
    tcase_add_test(tcase, check_finds_what_is_wrong);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
