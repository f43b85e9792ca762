/* SPDX-License-Identifier: MIT */
/* Two sessions that talk to each other: who refreshes, who ends, and that no session ends without
 * need. */
#include "pair.h"

/* I6: while nothing is pending, one of the two believes that it refreshes. */
static void check_agreement(const struct pair *pair)
{
    struct sst_session_info a = info_of(pair->side[0]);
    struct sst_session_info b = info_of(pair->side[1]);

    if (!pair_quiet(pair) || a.ended || b.ended) {
        return;
    }
    must(a.side == SST_SIDE_LOCAL || b.side == SST_SIDE_LOCAL);
    must(a.side != SST_SIDE_NONE && b.side != SST_SIDE_NONE);
}

static void check_alive(const struct pair *pair)
{
    ck_assert(!info_of(pair->side[0]).ended);
    ck_assert(!info_of(pair->side[1]).ended);
    ck_assert_uint_eq(pair->side[0]->count[SST_EVENT_ENDED], 0);
}

/* Shows: I5 I6 FB-88 EC-22 EC-30 */
START_TEST(one_of_two_refreshes_and_nobody_hangs_up)
{
    static const struct {
        const char *a;
        const char *b;
        int refresher;
        unsigned interval;
    } rows[] = {
        {"mode=request session_expires=90", "", 0, 90},
        {"mode=request session_expires=90", "prefer_refresher=uas", 1, 90},
        {"mode=request session_expires=90 method=invite", "", 0, 90},
        {"mode=request session_expires=90", "prefer_refresher=uas method=invite", 1, 90},
        {"", "mode=request session_expires=100", 1, 100}, /* EC-135 */
        {"mode=request session_expires=1800 request_refresher=uac",
         "prefer_refresher=uas max_session_expires=1800 session_expires=100", 0, 1800},
        {"mode=request session_expires=90", "min_se=300 session_expires=300", 0, 300},
        {"mode=require session_expires=90", "mode=require session_expires=120", 0, 90},
        {"mode=request session_expires=90", "mode=off", 0, 90}, /* for a's benefit */
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct pair *pair = pair_new(rows[i].a, rows[i].b, 50);
        ck_assert_uint_eq(info_of(pair->side[0]).interval, rows[i].interval);
        for (double t = 6; t < rows[i].interval * 10.5; t += 1) {
            pair_until(pair, t);
            if (i < COUNT_OF(rows) - 1) {
                check_agreement(pair);
            }
        }
        check_alive(pair);
        ck_assert_uint_ge(pair->refreshes[rows[i].refresher], 20);
        ck_assert_uint_eq(pair->refreshes[1 - rows[i].refresher], 0);
        ck_assert_uint_eq(pair->glares, 0);
        ck_assert_uint_eq(pair->side[0]->count[SST_EVENT_OVERDUE], 0);
        ck_assert_uint_eq(pair->side[1]->count[SST_EVENT_OVERDUE], 0);
        pair_end(pair);
    }
}
END_TEST

/* Shows: I4 10-5 EC-35 FB-42 */
START_TEST(when_one_dies_the_other_ends_in_time)
{
    for (int refresher = 0; refresher < 2; refresher++) {
        for (int dies = 0; dies < 2; dies++) {
            struct pair *pair = pair_new("mode=request session_expires=90",
                                         refresher == 0 ? "" : "prefer_refresher=uas", 50);
            pair_until(pair, 200);
            check_alive(pair);
            uint64_t before = info_of(pair->side[1 - dies]).expires_ms;
            pair->dead[dies] = true;
            pair_until(pair, 400);
            ck_assert(pair->byes[1 - dies]);
            ck_assert(!pair->byes[dies]);
            struct talk *left = pair->side[1 - dies];
            ck_assert_int_eq(info_of(left).reason,
                             dies == refresher ? SST_END_NOT_REFRESHED : SST_END_REFRESH_TIMEOUT);
            ck_assert_uint_eq(left->count[SST_EVENT_ENDED], 1);
            ck_assert_uint_gt(left->ended_ms, 0);
            ck_assert_uint_lt(left->ended_ms, before);
            pair_end(pair);
        }
    }
}
END_TEST

static bool lose_update_to_b(const struct pair *pair, const struct pair_message *message)
{
    /* the caller's second refresh */
    return message->kind == PAIR_REQUEST && message->to == 1 && pair->refreshes[0] == 2;
}

/* Shows: 10-2 EC-50 */
START_TEST(a_refresh_that_is_lost_for_good_ends_both)
{
    struct pair *pair = pair_new("mode=request session_expires=1800", "", 50);

    pair->lost = lose_update_to_b;
    pair_until(pair, 4000);
    ck_assert(pair->byes[0]);
    ck_assert_int_eq(info_of(pair->side[0]).reason, SST_END_REFRESH_TIMEOUT);
    ck_assert(info_of(pair->side[1]).ended); /* by the BYE */
    ck_assert_int_eq(info_of(pair->side[1]).reason, SST_END_NONE);
    pair_end(pair);
}
END_TEST

static uint64_t state;

static uint32_t draw(uint32_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)((state >> 11) % below);
}

/* Shows: I5 I6 EC-20 EC-21 EC-39 EC-52 EC-71 EC-73 FB-03 FB-63 FB-64 */
START_TEST(holds_from_both_sides_at_any_time_end_nothing)
{
    static const char *const callers[] = {
        "mode=request session_expires=90",
        "mode=request session_expires=90 method=invite",
        "mode=request session_expires=90 request_refresher=uac method=invite",
        "mode=request session_expires=120 strict_overlap=yes",
        "mode=require session_expires=90 min_se=90 rescue=yes",
    };
    static const char *const callees[] = {
        "",
        "prefer_refresher=uas",
        "prefer_refresher=uas method=invite",
        "min_se=100 session_expires=100 prefer_refresher=uas",
        "strict_overlap=yes",
    };
    unsigned glares = 0;

    for (uint64_t seed = 1; seed <= 50; seed++) {
        state = seed * UINT64_C(0x9E3779B97F4A7C15);
        struct pair *pair = pair_new(callers[seed % COUNT_OF(callers)],
                                     callees[seed / 5 % COUNT_OF(callees)], 20 + draw(400));
        pair->delay_ms[0] = 20 + draw(900);
        int first = (int)info_of(pair->side[0]).side;
        double t = 6;
        for (unsigned i = 0; i < 300; i++) {
            t += (double)draw(draw(2) ? 60000 : 700) / 1000.0;
            pair_until(pair, t);
            pair_request(pair, (int)draw(2), draw(2) ? INVITE : UPDATE);
            if (draw(3) == 0) { /* and the other side at the same time */
                pair_request(pair, (int)draw(2), draw(2) ? INVITE : UPDATE);
            }
            check_agreement(pair);
        }
        pair_until(pair, t + 1000);
        check_alive(pair);
        check_agreement(pair);
        /* whatever crossed, the role stayed where it was */
        ck_assert_int_eq(info_of(pair->side[0]).side, first);
        ck_assert_int_eq(info_of(pair->side[1]).side, SST_SIDE_LOCAL + SST_SIDE_REMOTE - first);
        ck_assert_uint_eq(pair->refreshes[first == SST_SIDE_LOCAL ? 1 : 0], 0);
        glares += pair->glares;
        pair_end(pair);
    }
    ck_assert_uint_gt(glares, 50); /* they did cross */
}
END_TEST

/* Shows: EC-110 10-4 FB-72 */
START_TEST(a_peer_that_refuses_everything_is_left_at_the_expiration)
{
    static const unsigned statuses[] = {403, 488, 500, 503, 491, 405, 404, 600};

    for (size_t i = 0; i < COUNT_OF(statuses); i++) {
        struct pair *pair = pair_new("mode=request session_expires=90", "guard=none", 50);
        pair_until(pair, 30);
        pair->refuse[1] = statuses[i];
        uint64_t expires = info_of(pair->side[0]).expires_ms;
        pair_until(pair, 300);
        ck_assert_int_eq(info_of(pair->side[0]).reason, SST_END_REFRESH_REFUSED);
        ck_assert_uint_eq(pair->side[0]->ended_ms, expires);
        ck_assert_uint_le(pair->refreshes[0], 12);
        pair_end(pair);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("session_pair");
    TCase *tcase = tcase_create("all");

    tcase_set_timeout(tcase, 100);
    tcase_add_test(tcase, one_of_two_refreshes_and_nobody_hangs_up);
    tcase_add_test(tcase, when_one_dies_the_other_ends_in_time);
    tcase_add_test(tcase, a_refresh_that_is_lost_for_good_ends_both);
    tcase_add_test(tcase, holds_from_both_sides_at_any_time_end_nothing);
    tcase_add_test(tcase, a_peer_that_refuses_everything_is_left_at_the_expiration);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
