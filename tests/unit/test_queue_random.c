/* SPDX-License-Identifier: MIT */
/*
 * Random sequences of everything that a host can do to a queue, against a plain sorted list: what
 * the queue delivers must be the first in the list. The sequences are the same in each run.
 */
#include "queue_sessions.h"
#include "suite.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* A queue and the list that it must agree with. */
struct world {
    struct sst_policy policy;
    struct sst_queue queue;
    struct sst_queue_slot *slots;
    struct sst_session *sessions;
    size_t n;
    uint64_t *list; /* entries, sorted */
    size_t list_count;
    uint64_t *when_ms; /* of each session; SST_NEVER if it is not in the list */
    uint64_t now_ms;
    uint64_t range_ms;
    uint64_t seed;
    size_t told;
};

/* xorshift64*, G. Marsaglia 2003, S. Vigna 2016 */
static uint64_t draw(struct world *world, uint64_t below)
{
    world->seed ^= world->seed >> 12;
    world->seed ^= world->seed << 25;
    world->seed ^= world->seed >> 27;
    return ((world->seed * UINT64_C(2685821657736338717)) >> 16) % below;
}

/* An entry of the list: sorted by time, then by number. */
static uint64_t entry_of(uint64_t when_ms, size_t id)
{
    return when_ms * 100000u + id;
}

static uint64_t when_of(uint64_t entry)
{
    return entry / 100000u;
}

/* The first place in the list that is not before the entry. */
static size_t find(const struct world *world, uint64_t entry)
{
    size_t low = 0;
    size_t high = world->list_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (world->list[middle] < entry) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static void list_set(struct world *world, size_t id, uint64_t when_ms)
{
    if (world->when_ms[id] != SST_NEVER) {
        size_t at = find(world, entry_of(world->when_ms[id], id));
        world->list_count--;
        memmove(&world->list[at], &world->list[at + 1],
                (world->list_count - at) * sizeof *world->list);
    }
    world->when_ms[id] = when_ms;
    if (when_ms != SST_NEVER) {
        size_t at = find(world, entry_of(when_ms, id));
        memmove(&world->list[at + 1], &world->list[at],
                (world->list_count - at) * sizeof *world->list);
        world->list[at] = entry_of(when_ms, id);
        world->list_count++;
    }
}

static void arm(struct world *world, size_t id, uint64_t when_ms)
{
    if (when_ms == SST_NEVER) {
        disarm(&world->sessions[id]);
    } else {
        arm_refresh(&world->sessions[id], when_ms);
        if (when_ms > world->now_ms) { /* as after a 2xx, so the session learns its key */
            world->sessions[id].start_ms = sst_time_in(world->now_ms);
        }
    }
    list_set(world, id, when_ms);
}

/* Like ck_assert(), which is too slow for some hundred thousand checks. */
#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            ck_abort_msg("%s", #condition);                                                        \
        }                                                                                          \
    } while (0)

static void update(struct world *world, size_t id)
{
    REQUIRE(sst_queue_update(&world->queue, &world->sessions[id]) == SST_OK);
}

/* Takes a session out and overwrites it, like a host that frees it and reuses the memory. */
static void drop(struct world *world, size_t id)
{
    sst_queue_remove(&world->queue, &world->sessions[id]);
    list_set(world, id, SST_NEVER);
    memset(&world->sessions[id], 0xA5, sizeof world->sessions[id]);
    REQUIRE(sst_session_init(&world->sessions[id], &world->policy, SST_CALLER) == SST_OK);
}

static void move_any(struct world *world)
{
    size_t id = (size_t)draw(world, world->n);
    uint64_t when = world->now_ms + 1 + draw(world, world->range_ms);
    uint64_t what = draw(world, 10);
    if (what == 0) {
        drop(world, id);
        return;
    }
    if (what < 5 && world->when_ms[id] != SST_NEVER) {
        when = world->when_ms[id] + draw(world, world->range_ms); /* later, as a refresh does */
    }
    arm(world, id, what == 9 ? SST_NEVER : when);
    update(world, id);
}

/* The session whose event it is must be first in the list, or as early as the first. */
static void expect_first(struct world *world, size_t id, const struct sst_event *event)
{
    REQUIRE(event->type == SST_EVENT_REFRESH);
    REQUIRE(world->list_count > 0);
    REQUIRE(world->when_ms[id] == when_of(world->list[0]));
    REQUIRE(world->when_ms[id] <= world->now_ms);
    world->told++;
}

static int on_event(void *user, struct sst_session *session, const struct sst_event *event)
{
    struct world *world = user;
    size_t id = (size_t)(session - world->sessions);
    uint64_t when = world->now_ms + 1 + draw(world, world->range_ms);
    expect_first(world, id, event);
    switch (draw(world, 8)) {
    case 0:
        drop(world, id);
        return SST_CALLBACK_GONE;
    case 1:
        arm(world, id, SST_NEVER);
        return SST_CALLBACK_DONE;
    case 2:
        arm(world, id, when);
        update(world, id);
        move_any(world);
        return SST_CALLBACK_DONE;
    case 3:
        drop(world, id);
        arm(world, id, when);
        update(world, id);
        return SST_CALLBACK_DONE;
    default:
        arm(world, id, when);
        return SST_CALLBACK_DONE; /* the run itself updates the queue */
    }
}

static void create(struct world *world, size_t n, uint64_t range_ms, bool pull)
{
    memset(world, 0, sizeof *world);
    world->n = n;
    world->range_ms = range_ms;
    world->seed = UINT64_C(88172645463325252) + n;
    world->slots = calloc(n, sizeof *world->slots);
    world->sessions = calloc(n, sizeof *world->sessions);
    world->list = calloc(n, sizeof *world->list);
    world->when_ms = calloc(n, sizeof *world->when_ms);
    ck_assert(world->slots && world->sessions && world->list && world->when_ms);
    sst_policy_init(&world->policy);
    world->policy.on_event = pull ? NULL : on_event;
    world->policy.user = world;
    ck_assert_int_eq(sst_queue_init(&world->queue, world->slots, n), SST_OK);
    for (size_t id = 0; id < n; id++) {
        REQUIRE(sst_session_init(&world->sessions[id], &world->policy, SST_CALLER) == SST_OK);
        world->when_ms[id] = SST_NEVER;
        arm(world, id, 1 + id * range_ms / n); /* at the end of the list, so this is fast */
        update(world, id);
    }
}

static void destroy(struct world *world)
{
    free(world->slots);
    free(world->sessions);
    free(world->list);
    free(world->when_ms);
}

static void expect_agreement(const struct world *world)
{
    ck_assert_pstr_eq(sst_queue_check(&world->queue), NULL);
    ck_assert_uint_eq(world->queue.count, world->list_count);
    if (world->list_count > 0) {
        ck_assert_uint_le(sst_queue_deadline(&world->queue), when_of(world->list[0]));
    } else {
        ck_assert_uint_eq(sst_queue_deadline(&world->queue), SST_NEVER);
    }
}

static void expect_nothing_due(const struct world *world)
{
    ck_assert_uint_gt(sst_queue_deadline(&world->queue), world->now_ms);
    if (world->list_count > 0) {
        ck_assert_uint_gt(when_of(world->list[0]), world->now_ms);
    }
}

static void run(struct world *world)
{
    size_t max = (size_t)draw(world, 50);
    size_t looked = sst_queue_run(&world->queue, world->now_ms, max);
    ck_assert_uint_le(looked, max);
    if (looked < max) {
        expect_nothing_due(world);
    }
}

static void pull(struct world *world)
{
    struct sst_event event;
    struct sst_session *session;
    while ((session = sst_queue_next_event(&world->queue, world->now_ms, &event)) != NULL) {
        size_t id = (size_t)(session - world->sessions);
        expect_first(world, id, &event);
        arm(world, id, world->now_ms + 1 + draw(world, world->range_ms));
        update(world, id);
    }
    expect_nothing_due(world);
}

/* n sessions with deadlines within range_ms, this many steps, and a check of all of it every
 * look_each steps. */
static void play(size_t n, uint64_t range_ms, size_t steps, size_t look_each, bool by_pulling)
{
    struct world world;
    create(&world, n, range_ms, by_pulling);
    expect_agreement(&world);
    for (size_t step = 0; step < steps; step++) {
        if (draw(&world, 3) > 0) {
            move_any(&world);
        } else {
            world.now_ms += draw(&world, 2 + 30 * range_ms / n);
            by_pulling ? pull(&world) : run(&world);
        }
        if (step % look_each == 0) {
            expect_agreement(&world);
        }
    }
    expect_agreement(&world);
    ck_assert_uint_gt(world.told, steps / 20);
    destroy(&world);
}

START_TEST(one_session)
{
    play(1, 100, 5000, 1, false);
}
END_TEST

START_TEST(a_few_sessions_with_many_ties)
{
    for (size_t n = 2; n <= 24; n++) {
        play(n, 8, 1500, 1, false);
    }
}
END_TEST

START_TEST(a_thousand_sessions)
{
    play(1000, 900000, 20000, 20, false);
}
END_TEST

START_TEST(a_hundred_thousand_sessions)
{
    play(100000, 1800000, 600, 200, false);
}
END_TEST

START_TEST(a_few_sessions_pulled)
{
    for (size_t n = 1; n <= 24; n++) {
        play(n, 8, 600, 1, true);
    }
}
END_TEST

START_TEST(a_thousand_sessions_pulled)
{
    play(1000, 900000, 4000, 20, true);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("queue_random");
    TCase *tcase = tcase_create("random");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, one_session);
    tcase_add_test(tcase, a_few_sessions_with_many_ties);
    tcase_add_test(tcase, a_thousand_sessions);
    tcase_add_test(tcase, a_hundred_thousand_sessions);
    tcase_add_test(tcase, a_few_sessions_pulled);
    tcase_add_test(tcase, a_thousand_sessions_pulled);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
