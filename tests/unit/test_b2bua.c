/* SPDX-License-Identifier: MIT */
/*
 * A back-to-back user agent: two dialogs, two sessions, and a host between them that copies no
 * header field of the timer from one to the other. In the names of these tests the first leg is the
 * incoming one, the second the outgoing one.
 */
#include "talk.h"

#define TIMER "Supported: timer"
#define UPDATES " | Allow: INVITE, ACK, BYE, UPDATE"

struct legs {
    struct talk *first;
    struct talk *second;
};

/* The first leg's INVITE waits until the second leg is answered. */
static struct legs connect_legs(const char *policy, const char *invite, const char *response)
{
    struct legs legs = {callee(policy), caller(policy)};

    expect(hears(legs.first, INVITE, invite), "0");
    asks(legs.second, INVITE);
    expect(gets(legs.second, INVITE, 200, response), "refreshed");
    answers(legs.first, INVITE, 200);
    hears_ack(legs.first);
    from_here(legs.first);
    from_here(legs.second);
    return legs;
}

static void end_legs(struct legs legs)
{
    end_talk(legs.first);
    end_talk(legs.second);
}

/* Shows: 7.2-1 EC-90 */
START_TEST(each_leg_has_a_timer_of_its_own)
{
    struct talk *first = callee("mode=accept");
    struct talk *second = caller("mode=accept");

    /* What the first leg's INVITE says about a timer is not in the second leg's. */
    expect(hears(first, INVITE, TIMER " | Session-Expires: 600;refresher=uac | Min-SE: 300"), "0");
    expect(asks(second, INVITE), TIMER);
    expect(gets(second, INVITE, 200,
                TIMER " | Require: timer | Session-Expires: 180;refresher=uac" UPDATES),
           "refreshed");
    expect(answers(first, INVITE, 200), TIMER " | Session-Expires: 600;refresher=uac | "
                                              "Require: timer");
    hears_ack(first);
    ck_assert_uint_eq(info_of(second).min_se, 0);

    /* Refreshes end at the B2BUA: three on the second leg leave the first leg's deadlines alone. */
    uint64_t expires = info_of(first).expires_ms;
    cycles(second, 3, TIMER " | Require: timer | Session-Expires: 180;refresher=uac", 0.2);
    until(first, 270);
    ck_assert_uint_eq(info_of(first).expires_ms, expires);
    expect(told(first), "0 negotiated 600 remote");
    refreshed_by_peer(first, 3, 200, TIMER " | Session-Expires: 600;refresher=uac");
    ck_assert_uint_eq(info_of(second).interval, 180);
    end_legs((struct legs){first, second});
}
END_TEST

/* Shows: EC-91 */
START_TEST(the_end_of_one_leg_is_told_on_that_leg_and_the_host_ends_the_other)
{
    struct legs legs = connect_legs("mode=accept", TIMER " | Session-Expires: 600;refresher=uac",
                                    TIMER " | Session-Expires: 180;refresher=uas");

    until(legs.first, 148);
    until(legs.second, 148);
    expect(told(legs.second), "119 overdue; 148 ended not_refreshed");
    expect(told(legs.first), "");
    ck_assert_int_eq(sst_session_end(legs.first->session, legs.first->now_ms), SST_OK);
    until(legs.first, 9999);
    expect(told(legs.first), "");
    end_legs(legs);
}
END_TEST

/* Shows: EC-94 7.4-2 7.4-4 */
START_TEST(what_a_422_teaches_stays_on_its_leg)
{
    struct legs legs =
        connect_legs("mode=accept", TIMER " | Session-Expires: 600;refresher=uas" UPDATES,
                     TIMER " | Session-Expires: 600;refresher=uac" UPDATES);

    until(legs.first, 300);
    until(legs.second, 300);
    refreshes(legs.second);
    expect(gets(legs.second, UPDATE, 422, "Min-SE: 3600"), "retry");
    expect(asks(legs.second, UPDATE),
           TIMER " | Session-Expires: 3600;refresher=uac | Min-SE: 3600");
    expect(refreshes(legs.first), "UPDATE " TIMER " | Session-Expires: 600;refresher=uac");
    ck_assert_uint_eq(info_of(legs.first).min_se, 0);
    end_legs(legs);
}
END_TEST

/* Shows: EC-92 */
START_TEST(a_leg_that_passes_refreshes_on_takes_over_the_shorter_interval)
{
    struct legs legs = connect_legs("mode=accept", TIMER " | Session-Expires: 1800;refresher=uac",
                                    TIMER " | Session-Expires: 1800;refresher=uas");

    until(legs.first, 900);
    until(legs.second, 900);
    expect(hears(legs.first, UPDATE, TIMER " | Session-Expires: 1800;refresher=uac"), "0");
    /* On the second leg the other side refreshes: the roles there are its own. */
    expect(asks(legs.second, UPDATE), TIMER " | Session-Expires: 1800;refresher=uas");
    until(legs.second, 902);
    expect(gets(legs.second, UPDATE, 200, TIMER " | Session-Expires: 600;refresher=uas"),
           "refreshed");
    until(legs.first, 902);
    talk_set(legs.first, "session_expires=600 max_session_expires=600");
    expect(answers(legs.first, UPDATE, 200),
           TIMER " | Session-Expires: 600;refresher=uac | Require: timer");
    ck_assert_uint_eq(info_of(legs.first).expires_ms, legs.first->begin_ms + 1502000);
    end_legs(legs);
}
END_TEST

/* Shows: EC-92 EC-18 */
START_TEST(a_leg_whose_peer_has_no_timer_does_not_take_the_other_ones_away)
{
    struct legs legs =
        connect_legs("mode=request", TIMER " | Session-Expires: 1800;refresher=uac", "");

    until(legs.first, 900);
    until(legs.second, 900);
    expect(told(legs.second), "900 refresh INVITE offer");
    expect(hears(legs.first, UPDATE, TIMER " | Session-Expires: 1800;refresher=uac"), "0");
    refreshes(legs.second);
    expect(gets(legs.second, INVITE, 200, ""), "refreshed");
    expect(answers(legs.first, UPDATE, 200),
           TIMER " | Session-Expires: 1800;refresher=uac | Require: timer");
    ck_assert(info_of(legs.second).own_benefit);
    ck_assert_int_eq(info_of(legs.first).side, SST_SIDE_REMOTE);
    ck_assert(!info_of(legs.first).own_benefit);
    end_legs(legs);
}
END_TEST

/* The settings that the guide gives for a transparent B2BUA, over the defaults and over a policy of
 * its own. */
/* Shows: EC-92 EC-94 */
START_TEST(the_policies_of_the_guide_are_in_no_conflict)
{
    for (int own = 0; own < 2; own++) {
        struct sst_policy usual;
        sst_policy_init(&usual);
        usual.max_session_expires = own ? 2400 : 0;
        struct sst_policy to = usual; /* INVITE with 3600 and Min-SE 3000 on leg A */
        to.mode = SST_MODE_REQUEST;
        to.session_expires = 3600;
        to.min_se = 3000;
        to.max_session_expires = 0;
        ck_assert_int_eq(sst_policy_check(&to, NULL), SST_OK);
        struct sst_policy back = usual; /* B's 2xx has 600 */
        back.session_expires = 600;
        back.max_session_expires = 600;
        ck_assert_int_eq(sst_policy_check(&back, NULL), SST_OK);
        struct sst_policy refused = usual; /* B's 422 has 3600 */
        refused.min_se = 3600;
        ck_assert_int_eq(sst_policy_check(&refused, NULL), SST_ERR_CONFLICT);
        refused.session_expires = 3600;
        refused.max_session_expires = 0;
        ck_assert_int_eq(sst_policy_check(&refused, NULL), SST_OK);
    }
}
END_TEST

/* A refresh on the first leg is passed on, and the second leg does not answer: after 8 s the host
 * answers by itself, or rejects. Either way the first leg follows what the host did, and when. */
/* Shows: EC-93 10-1 */
START_TEST(no_leg_waits_for_the_other)
{
    static const unsigned statuses[] = {200, 504};

    for (size_t i = 0; i < COUNT_OF(statuses); i++) {
        struct legs legs = connect_legs("mode=accept", TIMER " | Session-Expires: 90;refresher=uac",
                                        TIMER " | Session-Expires: 1800;refresher=uas" UPDATES);

        until(legs.first, 50);
        until(legs.second, 50);
        expect(hears(legs.first, UPDATE, TIMER " | Session-Expires: 90;refresher=uac"), "0");
        asks(legs.second, UPDATE);
        until(legs.first, 58);
        answers(legs.first, UPDATE, statuses[i]);
        ck_assert_uint_eq(info_of(legs.first).expires_ms,
                          legs.first->begin_ms + (statuses[i] == 200 ? 148000u : 90000u));
        until(legs.second, 82);
        expect(loses(legs.second, UPDATE, SST_OUTCOME_TIMEOUT), "ended");
        ck_assert(!info_of(legs.first).ended);
        end_legs(legs);
    }
}
END_TEST

/* Two B2BUAs in a row, all four timers refreshed from the same side. No refresh meets another one,
 * because each dialog has its own. */
/* Shows: EC-90 */
START_TEST(ten_intervals_through_two_of_them_in_a_row)
{
    const char *invite = TIMER " | Session-Expires: 180;refresher=uas" UPDATES;
    const char *response = TIMER " | Session-Expires: 180;refresher=uac" UPDATES;
    struct legs near = connect_legs("mode=accept", invite, response);
    struct legs far = connect_legs("mode=accept", invite, response);
    struct talk *all[] = {near.first, near.second, far.first, far.second};

    for (size_t i = 0; i < COUNT_OF(all); i++) {
        cycles(all[i], 10, TIMER " | Require: timer | Session-Expires: 180;refresher=uac", 0);
        ck_assert_uint_eq(all[i]->count[SST_EVENT_REFRESH], 10);
        ck_assert_uint_eq(all[i]->counters.glare, 0);
        ck_assert_uint_eq(all[i]->counters.rejected_491, 0);
    }
    end_legs(near);
    end_legs(far);
}
END_TEST

/* RFC 6141: after a re-INVITE that failed halfway, both sides resynchronise with another one. */
/* Shows: EC-64 7.2-11 */
START_TEST(the_request_that_resynchronises_refreshes)
{
    static const enum sst_method methods[] = {INVITE, UPDATE};

    for (size_t i = 0; i < COUNT_OF(methods); i++) {
        struct talk *t =
            connected("mode=accept", TIMER " | Session-Expires: 180;refresher=uac" UPDATES);
        until(t, 20);
        asks(t, INVITE);
        expect(gets(t, INVITE, 488, ""), "failed");
        ck_assert_uint_eq(info_of(t).expires_ms, t->begin_ms + 180000);
        until(t, 21);
        expect(asks(t, methods[i]), TIMER " | Session-Expires: 180;refresher=uac");
        expect(gets(t, methods[i], 200, "Require: timer | Session-Expires: 180;refresher=uac"),
               "refreshed");
        ck_assert_uint_eq(info_of(t).expires_ms, t->begin_ms + 201000);
        /* EC-132: sent at 21 s, 29/256 of 180 s are 20.39 s */
        ck_assert_uint_eq(info_of(t).refresh_ms, t->begin_ms + 110390);
        end_talk(t);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("b2bua");
    TCase *tcase = tcase_create("all");

    tcase_add_test(tcase, each_leg_has_a_timer_of_its_own);
    tcase_add_test(tcase, the_end_of_one_leg_is_told_on_that_leg_and_the_host_ends_the_other);
    tcase_add_test(tcase, what_a_422_teaches_stays_on_its_leg);
    tcase_add_test(tcase, a_leg_that_passes_refreshes_on_takes_over_the_shorter_interval);
    tcase_add_test(tcase, a_leg_whose_peer_has_no_timer_does_not_take_the_other_ones_away);
    tcase_add_test(tcase, the_policies_of_the_guide_are_in_no_conflict);
    tcase_add_test(tcase, no_leg_waits_for_the_other);
    tcase_add_test(tcase, ten_intervals_through_two_of_them_in_a_row);
    tcase_add_test(tcase, the_request_that_resynchronises_refreshes);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
