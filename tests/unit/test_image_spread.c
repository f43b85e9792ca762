/* SPDX-License-Identifier: MIT */
/*
 * Many sessions restored at once: their overdue refreshes do not all come at once.
 *
 * All sessions here have 1800 s and are refreshed by this side: due at 900 s, last planned at 1767
 * s (RFC 4028 §10: the other side gives up 32 s before the expiration; 1 s is kept free before
 * that).
 */
#include "restore.h"
#include "talk.h"

#define PEER "Supported: timer | Allow: INVITE, ACK, BYE, UPDATE"
#define MANY 10000u
#define NOW_MS 5000000u

static uint32_t fixed_number;

static uint32_t fixed(void *user)
{
    (void)user;
    return fixed_number;
}

/* How long after being restored at this age the refresh is due; in ms. */
static uint64_t delay_at(struct talk *t, uint64_t age_ms, uint64_t spread_ms, unsigned flags)
{
    uint8_t image[SST_IMAGE_SIZE];
    struct sst_session restored;
    ck_assert_int_eq(sst_session_save(t->session, t->now_ms, image, sizeof image, NULL), SST_OK);
    uint64_t elapsed = age_ms - (t->now_ms - t->begin_ms);
    int result = sst_session_restore(&restored, &t->policy,
                                     FROM(image, sizeof image, elapsed, spread_ms, flags), NOW_MS);
    if (result != SST_OK || sst_session_check(&restored) != NULL) {
        ck_abort_msg("%s", sst_result_name(result));
    }
    uint64_t deadline = sst_session_deadline(&restored);
    return deadline - NOW_MS; /* wraps if it is in the past */
}

static struct talk *dialog(void)
{
    return connected("mode=request", PEER " | Session-Expires: 1800;refresher=uac");
}

/* Draws many, all below the limit, and each tenth of the range about equally often. */
static void expect_even(struct talk *t, uint64_t age_ms, uint64_t spread_ms, uint64_t limit,
                        unsigned flags)
{
    unsigned tenth[10] = {0};
    talk_use_random(t, 4028);
    for (unsigned i = 0; i < MANY; i++) {
        uint64_t delay = delay_at(t, age_ms, spread_ms, flags);
        if (delay >= limit) {
            ck_abort_msg("%llu ms", (unsigned long long)delay);
        }
        tenth[delay * 10 / limit]++;
    }
    for (size_t i = 0; i < 10; i++) {
        /* 1000 expected with a standard deviation of 30. */
        ck_assert_uint_ge(tenth[i], MANY / 10 - 150);
        ck_assert_uint_le(tenth[i], MANY / 10 + 150);
    }
}

START_TEST(overdue_refreshes_are_spread_evenly)
{
    struct talk *t = dialog();
    expect_even(t, 1000000, 60000, 60000, 0);
    expect_even(t, 900001, 400000, 400000, 0);
    end_talk(t);
}
END_TEST

START_TEST(first_and_last_moment_of_the_range)
{
    struct talk *t = dialog();
    t->policy.random = fixed;
    fixed_number = 0;
    ck_assert_uint_eq(delay_at(t, 1000000, 60000, 0), 0);
    fixed_number = UINT32_MAX;
    ck_assert_uint_eq(delay_at(t, 1000000, 60000, 0), 59999);
    ck_assert_uint_eq(delay_at(t, 1000000, 1, 0), 0);
    end_talk(t);
}
END_TEST

/* Half of what is left before it: the other half is for hosts that poll late, and for another
 * attempt. */
START_TEST(last_moment_narrows_the_range)
{
    struct talk *t = dialog();
    expect_even(t, 1762000, 60000, 2501, 0); /* 5 s are left */
    expect_even(t, 1762000, UINT64_MAX, 2501, 0);
    t->policy.random = fixed;
    fixed_number = UINT32_MAX;
    ck_assert_uint_eq(delay_at(t, 1762000, 60000, 0), 2500);
    ck_assert_uint_eq(delay_at(t, 1762000, 2501, 0), 2500);
    ck_assert_uint_eq(delay_at(t, 1762000, 2500, 0), 2499);
    ck_assert_uint_eq(delay_at(t, 1000000, UINT64_MAX, 0), 383500); /* of 767 s */
    ck_assert_uint_eq(delay_at(t, 1766998, 60000, 0), 1);
    ck_assert_uint_eq(delay_at(t, 1766999, 60000, 0), 0);
    ck_assert_uint_eq(delay_at(t, 1767000, 60000, 0), 900000 - (uint64_t)1767000);
    ck_assert_uint_eq(delay_at(t, 1768000, 60000, 0), 900000 - (uint64_t)1768000);
    end_talk(t);
}
END_TEST

START_TEST(what_is_not_overdue_stays)
{
    struct talk *t = dialog();
    t->policy.random = fixed;
    fixed_number = UINT32_MAX;
    ck_assert_uint_eq(delay_at(t, 899999, 60000, 0), 1);
    ck_assert_uint_eq(delay_at(t, 500000, 60000, 0), 400000);
    ck_assert_uint_eq(delay_at(t, 1000000, 0, 0), 900000 - (uint64_t)1000000);
    ck_assert_uint_eq(delay_at(t, 900000, 60000, 0), 59999); /* due at this very moment */
    end_talk(t);
}
END_TEST

/* A 32-bit number is drawn, so at most 49 days of a longer time are used. */
START_TEST(range_of_years_is_cut)
{
    struct talk *t = connected("mode=request session_expires=4294967295",
                               PEER " | Session-Expires: 4294967295;refresher=uac");
    t->policy.random = fixed;
    fixed_number = UINT32_MAX;
    ck_assert_uint_eq(delay_at(t, UINT64_C(2147483647500), UINT64_MAX, 0), UINT32_MAX);
    end_talk(t);
}
END_TEST

START_TEST(without_random_the_middle)
{
    struct talk *t = dialog();
    ck_assert_uint_eq(delay_at(t, 1000000, 60001, 0), 30000);
    end_talk(t);
}
END_TEST

/* A refresh that was pending, and is forgotten, is as overdue as any. */
START_TEST(refreshes_that_are_sent_again_are_spread)
{
    struct talk *t = dialog();
    until(t, 900);
    refreshes(t);
    expect_even(t, 905000, 60000, 60000, 0);
    /* ... but if the transaction survives, the session waits for it until its end. */
    ck_assert_uint_eq(delay_at(t, 905000, 60000, SST_RESTORE_TRANSACTIONS), 895000);
    end_talk(t);
}
END_TEST

START_TEST(watching_side_is_not_spread)
{
    struct talk *t = called("", PEER " | Session-Expires: 1800;refresher=uac");
    t->policy.random = fixed;
    fixed_number = UINT32_MAX;
    ck_assert_uint_eq(delay_at(t, 1400000, 60000, 0), 1334000 - (uint64_t)1400000); /* EC-103 */
    end_talk(t);
}
END_TEST

/* It was requested before the image was saved, and the host had not pulled that event yet. */
START_TEST(a_refresh_that_waited_to_be_pulled_is_spread_too)
{
    for (unsigned flags = 0; flags <= SST_RESTORE_TRANSACTIONS; flags++) {
        struct talk *t = dialog();
        t->policy.on_event = NULL;
        t->policy.random = fixed;
        fixed_number = UINT32_MAX;
        t->now_ms = t->begin_ms + 900000;
        ck_assert_int_eq(sst_session_advance(t->session, t->now_ms), SST_OK);
        ck_assert_uint_eq(delay_at(t, 900500, 60000, flags), 59999);
        ck_assert_uint_eq(sst_session_deadline(t->session), 0);
        end_talk(t);
    }
}
END_TEST

/* The re-INVITE that a watcher owes after a lost UPDATE (EC-50): a refresh like any other. */
/* Shows: EC-119 */
START_TEST(what_a_watcher_owes_is_spread_as_well)
{
    struct talk *t = called("", "Supported: timer | Session-Expires: 1800;refresher=uac");
    asks(t, UPDATE);
    t->now_ms += 32000;
    loses(t, UPDATE, SST_OUTCOME_TIMEOUT);
    t->policy.on_event = NULL;
    t->policy.random = fixed;
    fixed_number = UINT32_MAX;
    t->now_ms = sst_session_deadline(t->session);
    uint64_t age_ms = t->now_ms - t->begin_ms;
    ck_assert_int_eq(sst_session_advance(t->session, t->now_ms), SST_OK);
    ck_assert_uint_eq(t->session->events, sst_event_bit(SST_EVENT_REFRESH));
    ck_assert_uint_eq(delay_at(t, age_ms, 60000, 0), 59999); /* the last moment of the minute */
    ck_assert_uint_eq(delay_at(t, age_ms, 0, 0), 0);
    end_talk(t);
}
END_TEST

/* The host lives on. It may postpone what it was asked for, but nothing else. */
START_TEST(spreading_asks_anew_only_who_was_not_told)
{
    for (int told_already = 0; told_already < 2; told_already++) {
        struct talk *t = dialog();
        uint8_t image[SST_IMAGE_SIZE];
        struct sst_session restored;
        if (!told_already) {
            t->policy.on_event = NULL;
        }
        t->now_ms = t->begin_ms + 900000;
        ck_assert_int_eq(sst_session_advance(t->session, t->now_ms), SST_OK);
        ck_assert_int_eq(sst_session_save(t->session, t->now_ms, image, sizeof image, NULL),
                         SST_OK);
        ck_assert_int_eq(
            sst_session_restore(&restored, &t->policy,
                                FROM(image, sizeof image, 5000, 60000, SST_RESTORE_TRANSACTIONS),
                                NOW_MS),
            SST_OK);
        ck_assert_int_eq(sst_session_not_sent(&restored, NULL, SST_NEVER, NOW_MS),
                         told_already ? SST_OK : SST_ERR_NOT_DUE);
        end_talk(t);
    }
}
END_TEST

START_TEST(a_refresh_that_waited_to_be_pulled_is_asked_for_anew)
{
    struct talk *t = dialog();
    uint8_t image[SST_IMAGE_SIZE];
    struct sst_session restored;
    struct sst_event event;

    t->policy.on_event = NULL;
    t->now_ms = t->begin_ms + 900000;
    ck_assert_int_eq(sst_session_advance(t->session, t->now_ms), SST_OK);
    ck_assert_int_eq(sst_session_save(t->session, t->now_ms, image, sizeof image, NULL), SST_OK);
    ck_assert_int_eq(
        sst_session_restore(&restored, &t->policy, FROM(image, sizeof image, 0, 0, 0), NOW_MS),
        SST_OK);
    ck_assert_uint_eq(sst_session_deadline(&restored), NOW_MS); /* due, and nothing waits */
    ck_assert(sst_session_next_event(&restored, NOW_MS, &event));
    ck_assert_int_eq(event.type, SST_EVENT_REFRESH);
    ck_assert(!sst_session_next_event(&restored, NOW_MS, &event));
    end_talk(t);
}
END_TEST

/* Shows: EC-103 */
START_TEST(a_rescue_that_was_under_way_is_asked_for_again)
{
    struct talk *t = called("rescue=yes", PEER " | Session-Expires: 90;refresher=uac");
    uint8_t image[SST_IMAGE_SIZE];
    struct sst_session restored;
    struct sst_event event;

    until(t, 53);
    if (_i == 0) {
        refreshes(t);
    } /* otherwise it was requested, and the host has not begun it yet */
    ck_assert_int_eq(sst_session_save(t->session, t->now_ms, image, sizeof image, NULL), SST_OK);
    ck_assert_int_eq(
        sst_session_restore(&restored, &t->policy, FROM(image, sizeof image, 0, 0, 0), NOW_MS),
        SST_OK);
    ck_assert_uint_eq(sst_session_deadline(&restored), NOW_MS);
    ck_assert(sst_session_next_event(&restored, NOW_MS, &event));
    ck_assert_int_eq(event.type, SST_EVENT_REFRESH);
    ck_assert_int_eq(sst_session_not_sent(&restored, NULL, SST_NEVER, NOW_MS), SST_OK);
    end_talk(t);
}
END_TEST

START_TEST(ended_session_is_not_woken)
{
    struct talk *t = dialog();
    until(t, 1000);
    ck_assert_int_eq(sst_session_end(t->session, t->now_ms), SST_OK);
    ck_assert_uint_eq(delay_at(t, 1100000, 60000, 0), SST_NEVER - NOW_MS);
    end_talk(t);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("image_spread");
    TCase *tcase = tcase_create("spread");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, overdue_refreshes_are_spread_evenly);
    tcase_add_test(tcase, first_and_last_moment_of_the_range);
    tcase_add_test(tcase, last_moment_narrows_the_range);
    tcase_add_test(tcase, what_is_not_overdue_stays);
    tcase_add_test(tcase, range_of_years_is_cut);
    tcase_add_test(tcase, without_random_the_middle);
    tcase_add_test(tcase, refreshes_that_are_sent_again_are_spread);
    tcase_add_test(tcase, watching_side_is_not_spread);
    tcase_add_test(tcase, a_refresh_that_waited_to_be_pulled_is_spread_too);
    tcase_add_test(tcase, what_a_watcher_owes_is_spread_as_well);
    tcase_add_test(tcase, spreading_asks_anew_only_who_was_not_told);
    tcase_add_test(tcase, a_refresh_that_waited_to_be_pulled_is_asked_for_anew);
    tcase_add_loop_test(tcase, a_rescue_that_was_under_way_is_asked_for_again, 0, 2);
    tcase_add_test(tcase, ended_session_is_not_woken);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
