/* SPDX-License-Identifier: MIT */
/* Another host takes over a call, from an image of any age: EC-131. */
#include "restore.h"
#include "talk.h"

#define TIMER "Supported: timer"
#define UPDATES "Allow: UPDATE | "
#define LOCAL_90 "Session-Expires: 90;refresher=uac | Require: timer"
#define REMOTE_90 "Session-Expires: 90;refresher=uas"
#define PEER_90 TIMER " | Session-Expires: 90;refresher=uac"

#define NOW_MS UINT64_C(40000000)

/* The session continues on another host, with another clock. */
static void taken_over(struct talk *t, uint64_t elapsed_ms, uint64_t spread_ms)
{
    uint8_t image[SST_IMAGE_SIZE];

    ck_assert_int_eq(sst_session_save(t->session, t->now_ms, image, sizeof image, NULL), SST_OK);
    memset(t->session, 0xA5, sizeof *t->session);
    ck_assert_int_eq(
        sst_session_restore(t->session, &t->policy,
                            FROM(image, sizeof image, elapsed_ms, spread_ms, SST_RESTORE_TAKEOVER),
                            NOW_MS),
        SST_OK);
    t->now_ms = NOW_MS;
    t->refresh.type = SST_EVENT_NONE;
    t->may_move = true;
    talk_check(t);
    from_here(t);
}

/* Whichever side refreshes, whenever the image was saved, and whatever happened since. */
/* Shows: EC-131 EC-119 */
START_TEST(one_refresh_at_once_and_the_call_lives)
{
    static const char *const responses[] = {LOCAL_90, REMOTE_90};
    static const double saved[] = {0, 44, 58};
    static const uint64_t elapsed[] = {0, 40000, UINT64_C(1000000000)};

    for (size_t i = 0; i < COUNT_OF(responses) * COUNT_OF(saved) * COUNT_OF(elapsed); i++) {
        const char *response = responses[i % 2];
        char headers[128];
        snprintf(headers, sizeof headers, UPDATES "%s", response);
        struct talk *t = connected("", headers);
        until(t, saved[i / 2 % 3]);
        taken_over(t, elapsed[i / 6], 0);
        ck_assert_uint_eq(info_of(t).expires_ms, NOW_MS + 90000); /* from here on */
        ck_assert_uint_le(sst_session_deadline(t->session), NOW_MS);
        looks(t);
        expect(told(t), "0 refresh UPDATE");
        expect(refreshes(t), i % 2 == 0 ? "UPDATE " TIMER " | Session-Expires: 90;refresher=uac"
                                        : "UPDATE " TIMER " | Session-Expires: 90;refresher=uas");
        until(t, 1);
        expect(gets(t, UPDATE, 200, response), "refreshed");
        told(t);
        until(t, 100); /* and from then on everything is as usual */
        expect(told(t), i % 2 == 0 ? "45 refresh UPDATE; 47 refresh UPDATE; 51 refresh UPDATE; "
                                     "59 refresh UPDATE; 60 refresh UPDATE; "
                                     "91 ended refresh_not_sent"
                                   : "53.5 overdue; 61 ended not_refreshed");
        end_talk(t);
    }
}
END_TEST

/* Shows: EC-131 EC-50 I2 I4 */
START_TEST(what_is_wrong_is_found_out_as_ever)
{
    struct talk *t = connected("", UPDATES REMOTE_90);

    until(t, 58);
    taken_over(t, 0, 0);
    looks(t);
    refreshes(t);
    expect(gets(t, UPDATE, 481, ""), "ended"); /* the call ended long ago */
    end_talk(t);

    t = connected("", UPDATES REMOTE_90);
    until(t, 58);
    taken_over(t, 0, 0);
    looks(t);
    refreshes(t);
    until(t, 32);
    expect(loses(t, UPDATE, SST_OUTCOME_TIMEOUT), "ended");
    end_talk(t);

    t = connected("", UPDATES REMOTE_90); /* a rejection moves down the ladder */
    until(t, 58);
    taken_over(t, 0, 0);
    looks(t);
    refreshes(t);
    expect(gets(t, UPDATE, 503, ""), "wait 2");
    until(t, 2);
    expect(refreshes(t), "INVITE offer " TIMER " | Session-Expires: 90;refresher=uas");
    expect(gets(t, INVITE, 200, REMOTE_90), "refreshed");
    end_talk(t);

    t = connected("", UPDATES REMOTE_90); /* a host that does nothing is asked a few times */
    until(t, 58);
    taken_over(t, 0, 0);
    until(t, 200);
    ck_assert_uint_eq(t->count[SST_EVENT_ENDED], 1);
    ck_assert_uint_eq(t->ended_ms, NOW_MS + 60000); /* wd */
    end_talk(t);
}
END_TEST

/* Shows: EC-131 */
START_TEST(many_are_spread)
{
    uint64_t least = UINT64_MAX;
    uint64_t most = 0;

    for (uint64_t seed = 1; seed <= 400; seed++) {
        struct talk *t = connected("", seed % 2 == 0 ? UPDATES REMOTE_90 : UPDATES LOCAL_90);
        talk_use_random(t, seed);
        until(t, 10);
        taken_over(t, 0, 20000);
        uint64_t at = sst_session_deadline(t->session);
        at = at < NOW_MS ? NOW_MS : at;
        ck_assert_uint_lt(at - NOW_MS, 20000);
        least = at < least ? at : least;
        most = at > most ? at : most;
        end_talk(t);
    }
    ck_assert_uint_lt(least - NOW_MS, 1000);
    ck_assert_uint_gt(most - NOW_MS, 19000);
    for (uint64_t seed = 1; seed <= 100; seed++) { /* within half of the 59 s */
        struct talk *t = connected("", UPDATES REMOTE_90);
        talk_use_random(t, seed);
        taken_over(t, 0, 600000);
        ck_assert_uint_le(sst_session_deadline(t->session), NOW_MS + 29500);
        end_talk(t);
    }
}
END_TEST

/* The peer may have counted from the image's start: at 58 s of 90 its watchdog is two seconds away.
 * Half of the time until a second before it is for hosts that poll late, and for another attempt.
 * */
/* Shows: EC-131 */
START_TEST(the_spread_ends_with_the_interval_in_the_image)
{
    static const struct {
        double saved_s;
        uint64_t elapsed_ms;
        uint64_t most_ms; /* half of 59 s minus the two */
    } cases[] = {{0, 0, 29500},   {30, 0, 14500}, {30, 20000, 4500}, {0, 45000, 7000},
                 {0, 58000, 500}, {30, 29000, 0}, {30, 60000, 0},    {58, UINT64_C(1000000000), 0}};

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint64_t most = 0;
        for (uint64_t seed = 1; seed <= 200; seed++) {
            struct talk *t = connected("", seed % 2 == 0 ? UPDATES REMOTE_90 : UPDATES LOCAL_90);
            talk_use_random(t, seed);
            until(t, cases[i].saved_s);
            taken_over(t, cases[i].elapsed_ms, 600000);
            ck_assert_uint_eq(info_of(t).expires_ms, NOW_MS + 90000);
            uint64_t at = sst_session_deadline(t->session);
            at = at < NOW_MS ? 0 : at - NOW_MS;
            ck_assert_uint_le(at, cases[i].most_ms);
            most = at > most ? at : most;
            end_talk(t);
        }
        ck_assert_uint_ge(most, cases[i].most_ms * 9 / 10); /* and it uses all of it */
    }
}
END_TEST

/* The first taker died before its refresh: in the second one's image only that plan says how much
 * time was left. */
/* Shows: EC-131 */
START_TEST(a_second_taker_refreshes_no_later_than_the_first_planned)
{
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct talk *t = connected("", seed % 2 == 0 ? UPDATES REMOTE_90 : UPDATES LOCAL_90);
        talk_use_random(t, seed);
        until(t, 40);
        taken_over(t, 0, 600000); /* within half of 19 s */
        uint64_t planned = info_of(t).refresh_ms - NOW_MS;
        ck_assert_uint_le(planned, 9500);
        taken_over(t, 5000, 600000);
        uint64_t left = planned > 5000 ? planned - 5000 : 0;
        ck_assert_uint_le(info_of(t).refresh_ms, NOW_MS + left);
        end_talk(t);
    }
}
END_TEST

/* Shows: EC-131 */
START_TEST(transactions_are_not_taken_over)
{
    struct talk *t = called("", UPDATES PEER_90);

    asks(t, UPDATE);
    hears(t, INVITE, PEER_90);
    taken_over(t, 0, 0);
    ck_assert_uint_eq(t->session->flags & F_TRANSACTIONS, 0);
    expect(gets(t, UPDATE, 200, LOCAL_90), "ignore");
    looks(t);
    expect(told(t), "0 refresh UPDATE");
    end_talk(t);

    t = called("", TIMER); /* without a timer there is nothing to do */
    taken_over(t, 0, 0);
    expect(next(t), "never");
    end_talk(t);

    t = called("", PEER_90); /* over is over */
    sst_session_end(t->session, t->now_ms);
    taken_over(t, 0, 0);
    expect(next(t), "never");
    ck_assert(info_of(t).ended);
    end_talk(t);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("image_takeover");
    TCase *tcase = tcase_create("all");

    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, one_refresh_at_once_and_the_call_lives);
    tcase_add_test(tcase, what_is_wrong_is_found_out_as_ever);
    tcase_add_test(tcase, many_are_spread);
    tcase_add_test(tcase, the_spread_ends_with_the_interval_in_the_image);
    tcase_add_test(tcase, a_second_taker_refreshes_no_later_than_the_first_planned);
    tcase_add_test(tcase, transactions_are_not_taken_over);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
