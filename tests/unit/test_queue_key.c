/* SPDX-License-Identifier: MIT */
/*
 * A queue's sort key takes fewer steps to compute than the deadline. It is never later than the
 * deadline in any state, and equal to it in the usual ones. The states are the same in each run.
 */
#include "queue_states.h"
#include "suite.h"

#include <sst/queue.h>

#include <check.h>
#include <stdlib.h>
#include <string.h>

static uint64_t seed;

/* xorshift64*, G. Marsaglia 2003, S. Vigna 2016 */
static uint64_t draw(uint64_t below)
{
    seed ^= seed >> 12;
    seed ^= seed << 25;
    seed ^= seed >> 27;
    return ((seed * UINT64_C(2685821657736338717)) >> 16) % below;
}

static int on_event(void *user, struct sst_session *session, const struct sst_event *event)
{
    (void)user;
    (void)session;
    (void)event;
    return SST_CALLBACK_DONE;
}

static uint32_t any_interval(void)
{
    static const uint32_t edges[] = {0, 1, 2, 7, 8, 89, 90, 95, 96, 97, 1800, UINT32_MAX};
    return draw(2) == 0 ? edges[draw(sizeof edges / sizeof edges[0])] : (uint32_t)draw(4000);
}

/* Any values, including those that no call leads to. */
static void any_state(struct sst_session *s, const struct sst_policy *policy)
{
    static const uint64_t starts[] = {0,
                                      1,
                                      SST_TIME_BIAS - 1000000u,
                                      SST_TIME_BIAS,
                                      SST_TIME_BIAS + 5000000u,
                                      SST_TIME_BIAS * 2u - 900000u,
                                      SST_NEVER - 1000000u,
                                      SST_NEVER - 1u};
    memset(s, 0, sizeof *s);
    s->policy = policy;
    s->flags = (uint32_t)draw(UINT64_C(1) << 32);
    if (draw(2) == 0) {
        s->flags &= ANY_SIDE | UPDATE_FINE;
        s->flags |= CONFIRMED;
    }
    s->interval = any_interval();
    s->guard_ms = (uint16_t)sst_guard_ms(s->interval);
    if (draw(2) == 0) {
        s->guard_ms = (uint16_t)draw(s->guard_ms + 1ull); /* EC-126 */
    }
    s->start_ms = starts[draw(sizeof starts / sizeof starts[0])];
    s->refresh_ms = SST_NEVER;
    if (draw(2) == 0) {
        s->refresh_ms = s->start_ms + draw(4) * draw(s->interval * 500ull + 2);
    }
    s->ladder = (uint8_t)draw(256);
    s->events = draw(4) == 0 ? (uint8_t)draw(256) : 0;
}

/* The key with which a queue takes the session in; SST_NEVER if it does not. */
static uint64_t key_of(struct sst_session *s)
{
    struct sst_queue_slot slot;
    struct sst_queue queue;
    s->queue_index = 0;
    if (sst_queue_init(&queue, &slot, 1) != SST_OK || sst_queue_update(&queue, s) != SST_OK) {
        ck_abort_msg("not taken in");
    }
    return queue.count == 0 ? SST_NEVER : slot.key_ms;
}

START_TEST(key_is_never_later_than_the_deadline)
{
    struct sst_policy policy;
    struct sst_session s;
    size_t running = 0;
    sst_policy_init(&policy);
    seed = 20261122;
    for (int i = 0; i < 400000; i++) {
        policy.on_event = draw(2) == 0 ? on_event : NULL;
        policy.method = (enum sst_refresh_method)draw(3);
        any_state(&s, &policy);
        uint64_t deadline = sst_session_deadline(&s);
        uint64_t key = key_of(&s);
        if (key > deadline || (deadline == SST_NEVER && key != SST_NEVER)) {
            ck_abort_msg("state %d: key %llu, deadline %llu", i, (unsigned long long)key,
                         (unsigned long long)deadline);
        }
        running += deadline != SST_NEVER && deadline != 0;
    }
    ck_assert_uint_gt(running, 50000);
}
END_TEST

START_TEST(key_is_the_deadline_of_a_running_timer)
{
    struct sst_policy policy;
    struct sst_session s;
    sst_policy_init(&policy);
    policy.on_event = on_event;
    seed = 4028;
    for (int i = 0; i < 100000; i++) {
        memset(&s, 0, sizeof s);
        s.policy = &policy;
        s.interval = 8u + (uint32_t)draw(100000);
        s.start_ms = SST_TIME_BIAS + draw(1000000000);
        s.refresh_ms = SST_NEVER;
        s.flags = CONFIRMED | UPDATE_FINE;
        if (draw(2) == 0) {
            s.flags |= LOCAL;
            s.refresh_ms = s.start_ms + 1u + draw(s.interval * 1000ull - 1001u);
        } else {
            s.flags |= draw(2) == 0 ? REMOTE : REMOTE | F_OVERDUE_TOLD;
            s.guard_ms = (uint16_t)draw(sst_guard_ms(s.interval) + 1u); /* EC-126 */
        }
        uint64_t key = key_of(&s);
        if (key != sst_session_deadline(&s)) {
            ck_abort_msg("state %d: key %llu, deadline %llu", i, (unsigned long long)key,
                         (unsigned long long)sst_session_deadline(&s));
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("queue_key");
    TCase *tcase = tcase_create("key");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, key_is_never_later_than_the_deadline);
    tcase_add_test(tcase, key_is_the_deadline_of_a_running_timer);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
