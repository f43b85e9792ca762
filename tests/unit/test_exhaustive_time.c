/* SPDX-License-Identifier: MIT */
/*
 * The arithmetic of deadlines for every interval from 1 to 100,000 s and at the limits up to
 * 2^32-1, in all four roles: RFC 4028 §7.2, §9, §10. The expectations are inequalities in whole
 * numbers, without a division, so that they do not repeat the library's calculation.
 */
#include "exact.h"

#include <sst/sst.h>

#include <stdio.h>

enum role { UAC_REFRESHES, UAC_WATCHES, UAS_REFRESHES, UAS_WATCHES, ROLES };

struct world {
    struct sst_policy policy;
    struct sst_session session;
    struct sst_tx tx;
    struct sst_event last;
    unsigned events;
    uint64_t start_ms;
};

static int on_event(void *user, struct sst_session *session, const struct sst_event *event)
{
    struct world *w = user;

    (void)session;
    w->last = *event;
    w->events++;
    return SST_CALLBACK_DONE;
}

/* An assertion for each number would cost more than the numbers. */
static const char *failed_at;
#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            failed_at = #condition;                                                                \
            return false;                                                                          \
        }                                                                                          \
    } while (0)

static bool is_half(uint64_t half_ms, uint64_t interval_s)
{
    return half_ms + half_ms == interval_s * 1000u;
}

static bool is_guard(uint64_t guard_ms, uint64_t interval_s)
{
    uint64_t ms = interval_s * 1000u;
    uint64_t three = guard_ms + guard_ms + guard_ms;

    if (three == 96000u) {
        return ms >= 96000u; /* 32 s is a third of 96 s */
    }
    return ms < 96000u && three <= ms && ms < three + 3u;
}

static bool is_middle(uint64_t middle_ms, uint64_t from_ms, uint64_t to_ms)
{
    uint64_t sum = from_ms + to_ms;
    return middle_ms + middle_ms == sum || middle_ms + middle_ms + 1u == sum;
}

static void world_init(struct world *w, uint32_t absolute_min)
{
    memset(w, 0, sizeof *w);
    sst_policy_init(&w->policy);
    w->policy.on_event = on_event;
    w->policy.user = w;
    w->policy.absolute_min = absolute_min;
    if (absolute_min == 1) {
        w->policy.min_se = 1;
        w->policy.refresh_floor = 1;
    }
}

static bool negotiate(struct world *w, enum role role, uint32_t interval_s)
{
    struct sst_headers headers;
    struct sst_verdict verdict;
    struct sst_advice advice;
    struct sst_msg msg;
    bool uac = role == UAC_REFRESHES || role == UAC_WATCHES;
    bool by_uac = role == UAC_REFRESHES || role == UAS_WATCHES;
    enum sst_refresher refresher = by_uac ? SST_REFRESHER_UAC : SST_REFRESHER_UAS;

    memset(&w->tx, 0, sizeof w->tx);
    MUST(sst_session_init(&w->session, &w->policy, uac ? SST_CALLER : SST_CALLEE) == SST_OK);
    if (uac) {
        MUST(sst_session_request(&w->session, &w->tx, SST_METHOD_INVITE, 0, 0, &headers) == SST_OK);
        sst_msg_response(&msg, 200, SST_METHOD_INVITE, 1);
    } else {
        sst_msg_request(&msg, SST_METHOD_INVITE, 1);
    }
    sst_msg_set_flags(&msg, SST_MSG_SUPPORTED_TIMER | SST_MSG_REQUIRE_TIMER);
    sst_msg_set_session_expires(&msg, interval_s, refresher);
    if (uac) {
        MUST(sst_session_response(&w->session, &w->tx, &msg, w->start_ms, &verdict) == SST_OK);
        MUST(verdict.refreshed);
    } else {
        MUST(sst_session_receive(&w->session, &w->tx, &msg, w->start_ms, &advice) == SST_OK);
        MUST(advice.status == 0);
        MUST(sst_session_answer(&w->session, &w->tx, 200, w->start_ms, &headers) == SST_OK);
        MUST(sst_session_ack(&w->session, &w->tx, w->start_ms) == SST_OK);
        MUST(sst_session_deadline(&w->session) == 0); /* the events of the answer are pending */
        MUST(sst_session_advance(&w->session, w->start_ms) == SST_OK);
    }
    w->events = 0;
    return true;
}

/* Nothing one millisecond before a deadline, this event at the deadline. */
static bool comes(struct world *w, uint64_t at_ms, enum sst_event_type type)
{
    MUST(sst_session_deadline(&w->session) == w->start_ms + at_ms);
    MUST(sst_session_advance(&w->session, w->start_ms + at_ms - 1u) == SST_OK);
    MUST(w->events == 0);
    MUST(sst_session_advance(&w->session, w->start_ms + at_ms) == SST_OK);
    MUST(w->events == 1 && w->last.type == type);
    w->events = 0;
    return true;
}

/* run_s is the interval as it is run, refresh_ms when it is refreshed. */
static bool refreshes(struct world *w, uint64_t run_s, uint64_t refresh_ms)
{
    struct sst_headers headers;
    struct sst_tx tx = {0};
    uint64_t now = w->start_ms + refresh_ms;

    MUST(comes(w, refresh_ms, SST_EVENT_REFRESH));
    MUST(w->last.expires_ms == w->start_ms + run_s * 1000u);
    MUST(w->last.not_after_ms < w->last.expires_ms);
    MUST(run_s < 8 || w->last.not_after_ms + 1000u == w->last.expires_ms);
    MUST(sst_session_request(&w->session, &tx, w->last.method, SST_REQUEST_REFRESH, now,
                             &headers) == SST_OK);
    MUST(comes(w, run_s * 1000u, SST_EVENT_ENDED));
    MUST(w->last.reason == SST_END_REFRESH_UNANSWERED && w->last.since_ms == run_s * 1000u);
    return true;
}

static bool watches(struct world *w, uint64_t run_s)
{
    uint64_t overdue = sst_session_deadline(&w->session) - w->start_ms;

    MUST(comes(w, overdue, SST_EVENT_OVERDUE));
    uint64_t end = sst_session_deadline(&w->session) - w->start_ms;
    MUST(is_guard(run_s * 1000u - end, run_s));
    MUST(is_middle(overdue, run_s * 500u, end));
    MUST(comes(w, end, SST_EVENT_ENDED));
    MUST(w->last.reason == SST_END_NOT_REFRESHED && w->last.since_ms == end);
    return true;
}

static bool lives(struct world *w, enum role role, uint32_t interval_s, uint64_t run_s,
                  uint64_t refresh_ms)
{
    MUST(negotiate(w, role, interval_s));
    if (role == UAC_REFRESHES || role == UAS_REFRESHES) {
        return refreshes(w, run_s, refresh_ms) && sst_session_deadline(&w->session) == SST_NEVER;
    }
    return watches(w, run_s) && sst_session_deadline(&w->session) == SST_NEVER;
}

static void all_roles(struct world *w, uint32_t interval_s)
{
    for (enum role role = UAC_REFRESHES; role < ROLES; role++) {
        /* EC-125: room for two refreshes at the owner's pace */
        uint32_t floor_s = w->policy.refresh_floor;
        uint32_t run_s = interval_s < floor_s + floor_s ? floor_s + floor_s : interval_s;
        failed_at = "the deadline afterwards";
        if (!lives(w, role, interval_s, run_s, (uint64_t)run_s * 500u)) {
            ck_abort_msg("%u s in role %d: %s", (unsigned)interval_s, (int)role, failed_at);
        }
    }
}

static const uint32_t edges[] = {
    100001,      131071,      131072,      4294967,     4294968,     8589934,     8589935,
    16777215,    16777216,    16777217,    2147483,     2147484,     42949672,    42949673,
    429496729,   429496730,   999999999,   1431655764,  1431655765,  1431655766,  2147483647,
    2147483648u, 2147483649u, 2863311530u, 2863311531u, 4294967193u, 4294967194u, 4294967263u,
    4294967264u, 4294967294u, 4294967295u,
};

/* Shows: 4-2 7.2-9 7.2-10 7.2-12 9-7 9-8 9-11 10-5 EC-30 EC-34 EC-35 EC-37 EC-41 EC-43 EC-103 */
START_TEST(every_interval_to_100000_s_in_every_role)
{
    struct world w;

    world_init(&w, 1);
    w.start_ms = 7000000;
    for (uint32_t interval = 1; interval <= 100000; interval++) {
        all_roles(&w, interval);
    }
}
END_TEST

/* Shows: 4-2 7.2-9 9-7 10-5 EC-01 */
START_TEST(the_edges_to_the_largest_interval_at_any_time)
{
    static const uint64_t starts[] = {
        1, 1000, UINT64_C(1) << 32, UINT64_C(1) << 53, (UINT64_C(1) << 62) - 1, UINT64_C(1) << 63};
    struct world w;

    for (size_t i = 0; i < COUNT_OF(starts); i++) {
        for (size_t k = 0; k < COUNT_OF(edges); k++) {
            world_init(&w, 90);
            w.start_ms = starts[i];
            all_roles(&w, edges[k]);
        }
    }
}
END_TEST

/* Shows: 4-4 11-1 EC-08 */
START_TEST(every_interval_below_90_s_in_a_2xx_is_run_as_90)
{
    struct world w;

    world_init(&w, 90);
    w.start_ms = 7000000;
    for (uint32_t interval = 0; interval < 90; interval++) {
        /* Half of what was sent, but no sooner than after 10 s. */
        uint64_t refresh = interval <= 20 ? 10000 : (uint64_t)interval * 500u;
        if (!lives(&w, UAC_REFRESHES, interval, 90, refresh) ||
            !lives(&w, UAC_WATCHES, interval, 90, 0)) {
            ck_abort_msg("%u s: %s", (unsigned)interval, failed_at);
        }
    }
}
END_TEST

/* Shows: EC-08 EC-125 */
START_TEST(every_interval_below_90_s_to_the_letter)
{
    struct world w;

    world_init(&w, 90);
    w.policy.accept_small_interval = false;
    w.start_ms = 7000000;
    for (uint32_t interval = 0; interval < 90; interval++) {
        uint32_t run = interval < 20 ? 20 : interval; /* two refreshes, 10 s apart */
        if (!lives(&w, UAC_REFRESHES, interval, run, (uint64_t)run * 500u) ||
            !lives(&w, UAC_WATCHES, interval, run, 0)) {
            ck_abort_msg("%u s: %s", (unsigned)interval, failed_at);
        }
    }
}
END_TEST

/* Shows: 7.2-12 10-5 EC-35 EC-41 */
START_TEST(halves_and_guards_as_functions)
{
    for (uint32_t s = 0; s <= 100000; s++) {
        if (!is_half(sst_half_ms(s), s) || !is_guard(sst_guard_ms(s), s)) {
            ck_abort_msg("%u s: half %llu, guard %u", (unsigned)s,
                         (unsigned long long)sst_half_ms(s), (unsigned)sst_guard_ms(s));
        }
    }
    for (size_t k = 0; k < COUNT_OF(edges); k++) {
        ck_assert(is_half(sst_half_ms(edges[k]), edges[k]));
        ck_assert_uint_eq(sst_guard_ms(edges[k]), 32000);
    }
}
END_TEST

/* The sum in two halves of 32 bits each, with the carry done by hand. */
static uint64_t sum_by_hand(uint64_t a, uint64_t b)
{
    uint64_t low = (a & UINT32_MAX) + (b & UINT32_MAX);
    uint64_t high = (a >> 32) + (b >> 32) + (low >> 32);

    if (high > UINT32_MAX) {
        return UINT64_MAX - 1u;
    }
    uint64_t sum = (high << 32) | (low & UINT32_MAX);
    return sum == UINT64_MAX ? UINT64_MAX - 1u : sum;
}

/* Shows: EC-01 */
START_TEST(no_sum_of_times_wraps_or_becomes_never)
{
    static const uint64_t corners[] = {
        0, UINT64_C(1) << 31, UINT64_C(1) << 32, UINT64_C(1) << 62, UINT64_C(1) << 63, UINT64_MAX};

    for (size_t i = 0; i < COUNT_OF(corners) * COUNT_OF(corners); i++) {
        for (unsigned k = 0; k < 49; k++) {
            uint64_t a = corners[i / COUNT_OF(corners)] + k / 7u - 3u;
            uint64_t b = corners[i % COUNT_OF(corners)] + k % 7u - 3u;
            ck_assert_uint_eq(sst_add_ms(a, b), sum_by_hand(a, b));
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("exhaustive_time");
    TCase *tcase = tcase_create("all");

    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, every_interval_to_100000_s_in_every_role);
    tcase_add_test(tcase, the_edges_to_the_largest_interval_at_any_time);
    tcase_add_test(tcase, every_interval_below_90_s_in_a_2xx_is_run_as_90);
    tcase_add_test(tcase, every_interval_below_90_s_to_the_letter);
    tcase_add_test(tcase, halves_and_guards_as_functions);
    tcase_add_test(tcase, no_sum_of_times_wraps_or_becomes_never);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
