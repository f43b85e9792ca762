/* SPDX-License-Identifier: MIT */
/* The timer for our own benefit, against a peer without the extension: RFC 4028 §7.2, EC-18. */
#include "restore.h"
#include "talk.h"

#define TIMER "Supported: timer"

/* Shows: EC-18 7.2-5 */
START_TEST(an_own_benefit_timer_refreshes_and_stays_on)
{
    struct talk *t = connected("mode=request session_expires=90", "Allow: UPDATE");

    expect(next(t), "45");
    cycles(t, 3, "", 0);
    expect(told(t), "45 refresh UPDATE; 45 refreshed 90 local own; 90 refresh UPDATE; "
                    "90 refreshed 90 local own; 135 refresh UPDATE; 135 refreshed 90 local own");
    cycles(t, 1, TIMER, 0); /* listing only the tag declines nothing */
    expect(told(t), "180 refresh UPDATE; 180 refreshed 90 local own");
    until(t, 225); /* fault E10: and the peer is killed */
    refreshes(t);
    until(t, 257);
    expect(loses(t, UPDATE, SST_OUTCOME_TIMEOUT), "wait 257"); /* EC-50: one re-INVITE first */
    looks(t);
    refreshes(t);
    until(t, 269);
    told(t);
    until(t, 300);
    expect(told(t), "270 ended refresh_unanswered");
    end_talk(t);

    /* it survives whatever mode and own_benefit become; it goes on asking for its interval */
    t = connected("mode=request session_expires=90", "Allow: UPDATE");
    talk_set(t, "mode=accept own_benefit=no dropped=off");
    cycles(t, 2, "", 0);
    expect(told(t), "45 refresh UPDATE; 45 refreshed 90 local own; 90 refresh UPDATE; "
                    "90 refreshed 90 local own");
    until(t, 135);
    expect(refreshes(t), "UPDATE " TIMER " | Session-Expires: 90;refresher=uac");
    end_talk(t);
}
END_TEST

/* Shows: EC-18 */
START_TEST(who_says_that_it_refreshes_knows_the_extension)
{
    struct talk *t =
        connected("mode=request session_expires=90", "Session-Expires: 90;refresher=uas");

    ck_assert(info_of(t).peer_supports);
    end_talk(t);
    t = connected("", "Session-Expires: 90;refresher=uac | Require: timer");
    ck_assert(!info_of(t).peer_supports); /* a proxy may have inserted it; §8.2 */
    end_talk(t);
    t = connected("mode=off", "Session-Expires: 90;refresher=uas");
    ck_assert(!info_of(t).peer_supports); /* an unknown header field */
    end_talk(t);
}
END_TEST

/* Shows: EC-18 */
START_TEST(to_repeat_an_interval_is_not_to_ask_for_one)
{
    struct talk *t = connected("mode=accept dropped=off", "Session-Expires: 90;refresher=uac");

    told(t);
    cycles(t, 1, "", 0);
    expect(told(t), "45 refresh INVITE offer; 45 negotiated off");
    asks(t, INVITE);
    gets(t, INVITE, 200, ""); /* and nothing starts */
    expect(told(t), "");
    end_talk(t);
}
END_TEST

/* Fault E11: one 2xx without Session-Expires, from a peer that may still count on the timer. */
/* Shows: EC-18 EC-116 7.2-6 */
START_TEST(an_agreed_timer_that_is_dropped_goes_on_for_this_side)
{
    static const struct {
        const char *response;
        const char *before;
    } rows[] = {
        {"Session-Expires: 90;refresher=uac | Require: timer", "local"},
        {"Session-Expires: 90;refresher=uas", "remote"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct talk *t = connected("mode=accept", rows[i].response);
        until(t, 45);
        told(t);
        asks(t, INVITE);
        gets(t, INVITE, 200, i == 0 ? TIMER : ""); /* whatever it lists */
        expect(told(t), "45 negotiated 90 local own; 45 refreshed 90 local own");
        until(t, 90); /* no missing refresh ends it, and it asks for the old interval */
        expect(refreshes(t), "INVITE offer " TIMER " | Session-Expires: 90;refresher=uac");
        gets(t, INVITE, 200, rows[i].response); /* the peer had only forgotten it */
        told(t);
        ck_assert_str_eq(sst_side_name(info_of(t).side), rows[i].before);
        ck_assert(!info_of(t).own_benefit);
        end_talk(t);

        t = connected("mode=accept dropped=off", rows[i].response);
        until(t, 45);
        told(t);
        asks(t, INVITE);
        gets(t, INVITE, 200, TIMER);
        expect(told(t), "45 negotiated off");
        expect(next(t), "never");
        end_talk(t);
    }
}
END_TEST

/* Shows: EC-18 EC-110 EC-127 */
START_TEST(an_own_benefit_timer_ends_only_by_silence)
{
    static const unsigned alive[] = {403, 404, 488, 503, 491, 422, 401, 600};

    for (size_t i = 0; i < COUNT_OF(alive); i++) {
        struct talk *t = connected("mode=request session_expires=90", "");
        until(t, 45);
        refreshes(t);
        gets(t, INVITE, alive[i], "");
        until(t, 134); /* at 90 s a new interval began */
        ck_assert_uint_eq(info_of(t).start_ms, t->begin_ms + 90000);
        told(t);
        until(t, 135);
        expect(told(t), "135 refresh INVITE offer");
        expect(refreshes(t), "INVITE offer " TIMER " | Session-Expires: 90;refresher=uac");
        expect(gets(t, INVITE, 200, ""), "refreshed");
        expect(told(t), "135 refreshed 90 local own");
        ck_assert_uint_eq(t->count[SST_EVENT_ENDED], 0);
        ck_assert_uint_eq(t->counters.turned_off, 0);
        end_talk(t);
    }
    struct talk *t = connected("mode=request session_expires=90 expire_at=guard", "");
    until(t, 45);
    refreshes(t);
    until(t, 100);
    expect(told(t), "45 refresh INVITE offer; 90 ended refresh_unanswered");
    end_talk(t);
    t = connected("mode=request session_expires=90", ""); /* a 1xx is a sign of life */
    until(t, 45);
    refreshes(t);
    gets(t, INVITE, 180, "");
    until(t, 100);
    expect(told(t), "45 refresh INVITE offer");
    gets(t, INVITE, 200, ""); /* and it refreshes late */
    expect(told(t), "100 refreshed 90 local own");
    expect(next(t), "145");
    end_talk(t);
    t = connected("mode=request session_expires=90", ""); /* for as long as an interval */
    until(t, 45);
    refreshes(t);
    gets(t, INVITE, 180, "");
    until(t, 200);
    expect(told(t), "45 refresh INVITE offer; 149 blocked; 180 ended refresh_unanswered");
    end_talk(t);
    t = connected("mode=request session_expires=90", ""); /* also a 1xx to the host's own INVITE */
    until(t, 40);
    asks(t, INVITE);
    gets(t, INVITE, 180, "");
    until(t, 100);
    expect(told(t), "59 blocked");
    end_talk(t);
    for (unsigned i = 0; i < 2; i++) { /* EC-127: a 100 comes from the next hop */
        t = connected("mode=request session_expires=90", i == 0 ? "Allow: UPDATE" : "");
        until(t, 45);
        refreshes(t);
        gets(t, i == 0 ? UPDATE : INVITE, 100, "");
        until(t, 100);
        expect(told(t), i == 0 ? "45 refresh UPDATE; 90 ended refresh_unanswered"
                               : "45 refresh INVITE offer; 90 ended refresh_unanswered");
        end_talk(t);
    }
    t = connected("mode=request session_expires=90", ""); /* but not one from a past interval */
    until(t, 45);
    refreshes(t);
    gets(t, INVITE, 180, "");
    gets(t, INVITE, 200, "");
    until(t, 90);
    refreshes(t);
    until(t, 200);
    expect(told(t), "45 refresh INVITE offer; 45 refreshed 90 local own; "
                    "90 refresh INVITE offer; 135 ended refresh_unanswered");
    end_talk(t);
    t = connected("mode=request session_expires=90", ""); /* so is any other response */
    until(t, 45);
    refreshes(t);
    gets(t, INVITE, 503, "");
    until(t, 47);
    refreshes(t);
    until(t, 200);
    expect(told(t), "45 refresh INVITE offer; 47 refresh INVITE offer; "
                    "149 blocked; 180 ended refresh_unanswered");
    end_talk(t);
    t = connected("mode=request session_expires=90", ""); /* a late rejection changes nothing */
    until(t, 45);
    refreshes(t);
    gets(t, INVITE, 180, "");
    until(t, 100);
    expect(gets(t, INVITE, 401, ""), "failed");
    expect(next(t), "135");
    end_talk(t);
}
END_TEST

/* The re-INVITE is answered only after a concurrent UPDATE has succeeded. */
/* Shows: EC-18 EC-21 EC-38 */
START_TEST(an_answer_from_before_another_one_is_merged)
{
    struct talk *t = connected("mode=request session_expires=90 method=invite", "");

    until(t, 45);
    refreshes(t);
    gets(t, INVITE, 180, "");
    talk_set(t, "method=auto");
    asks(t, UPDATE);
    gets(t, UPDATE, 200, "Allow: UPDATE");
    until(t, 89);
    expect(told(t), "45 refresh INVITE offer; 45 refreshed 90 local own");
    gets(t, INVITE, 200, TIMER " | Session-Expires: 90;refresher=uas");
    expect(told(t), "89 violation refresher_overruled; 89 negotiated 90 local; "
                    "89 refreshed 90 local");
    end_talk(t);

    /* The side that answered the last request may have no timer: this side refreshes. */
    t = connected("dropped=off method=invite", "Session-Expires: 90;refresher=uac");
    until(t, 45);
    refreshes(t);
    gets(t, INVITE, 180, "");
    asks(t, UPDATE);
    gets(t, UPDATE, 200, "");
    expect(told(t), "45 refresh INVITE offer; 45 negotiated off");
    until(t, 100);
    gets(t, INVITE, 200, TIMER " | Session-Expires: 90;refresher=uas");
    expect(told(t), "100 violation refresher_overruled; 100 negotiated 90 local");
    end_talk(t);
}
END_TEST

/* Shows: EC-18 EC-50 */
START_TEST(an_own_benefit_update_that_is_lost_is_tried_as_invite)
{
    static const struct {
        unsigned status; /* 0: timeout */
        const char *story;
    } rows[] = {
        {0, "ended refresh_timeout"},
        {408, "ended refresh_408"},
        {481, "ended refresh_481"},
    };
    char story[160];

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct talk *t = connected("mode=request session_expires=90", "Allow: UPDATE");
        until(t, 45);
        for (int invite = 0; invite < 2; invite++) {
            enum sst_method method = invite ? INVITE : UPDATE;
            refreshes(t);
            expect(rows[i].status == 0 ? loses(t, method, SST_OUTCOME_TIMEOUT)
                                       : gets(t, method, rows[i].status, ""),
                   invite ? "ended" : "wait 45");
            looks(t);
        }
        snprintf(story, sizeof story, "45 refresh UPDATE; 45 refresh INVITE offer; 45 %s",
                 rows[i].story);
        expect(told(t), story);
        end_talk(t);
    }
}
END_TEST

/* A transport failure is no sign of the peer's life; nor is a request that the host does not send.
 * */
/* Shows: EC-18 EC-51 */
START_TEST(an_own_benefit_timer_ends_where_the_peer_is_not_reached)
{
    static const struct {
        unsigned first; /* the status at 45 s; 0: the transport fails, 1: not sent, all times */
        double end;
    } rows[] = {{0, 90}, {503, 180}, {1, 0}};

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct talk *t = connected("mode=request session_expires=90", "Allow: UPDATE");
        for (unsigned second = 45; second < 190 && !info_of(t).ended; second++) {
            unsigned before = t->refreshes;
            until(t, second);
            if (t->refreshes == before) {
                continue;
            }
            refreshes(t);
            if (rows[i].first == 1) {
                expect(drops(t, t->refresh.method), "ok");
            } else if (second == 45 && rows[i].first != 0) { /* a sign of life, in this interval */
                expect(gets(t, UPDATE, rows[i].first, ""), "wait 47");
            } else {
                (void)loses(t, t->refresh.method, SST_OUTCOME_TRANSPORT);
            }
        }
        ck_assert_int_eq(info_of(t).ended, rows[i].end != 0);
        if (info_of(t).ended) {
            ck_assert_uint_eq(t->ended_ms, t->begin_ms + (uint64_t)(rows[i].end * 1000));
            ck_assert_int_eq(info_of(t).reason, SST_END_REFRESH_NOT_SENT);
        }
        end_talk(t);
    }
}
END_TEST

/* A rejection before a request from the peer (which may have come from a proxy) says nothing about
 * the interval that this request begins; nor does a refresh whose outcome was lost in a restart. */
/* Shows: EC-18 EC-115 */
START_TEST(a_host_that_cannot_send_keeps_its_own_benefit_timer)
{
    for (unsigned i = 0; i < 2; i++) {
        struct talk *t = connected("mode=request session_expires=90", "Allow: UPDATE");
        until(t, 45);
        refreshes(t);
        if (i == 0) {
            expect(gets(t, UPDATE, 503, ""), "wait 47");
            until(t, 46);
            serves(t, UPDATE, "");
        } else {
            until(t, 46);
            uint8_t image[SST_IMAGE_SIZE];
            ck_assert_int_eq(sst_session_save(t->session, t->now_ms, image, sizeof image, NULL),
                             SST_OK);
            ck_assert_int_eq(sst_session_restore(t->session, &t->policy,
                                                 FROM(image, sizeof image, 0, 0, 0), t->now_ms),
                             SST_OK);
        }
        for (unsigned second = 46; second < 300; second++) {
            unsigned before = t->refreshes;
            until(t, second);
            if (t->refreshes != before && i == 0) { /* otherwise it does nothing at all */
                refreshes(t);
                expect(drops(t, t->refresh.method), "ok");
            }
        }
        ck_assert(!info_of(t).ended);
        end_talk(t);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("session_own_benefit");
    TCase *tcase = tcase_create("all");

    tcase_add_test(tcase, an_own_benefit_timer_refreshes_and_stays_on);
    tcase_add_test(tcase, who_says_that_it_refreshes_knows_the_extension);
    tcase_add_test(tcase, to_repeat_an_interval_is_not_to_ask_for_one);
    tcase_add_test(tcase, an_agreed_timer_that_is_dropped_goes_on_for_this_side);
    tcase_add_test(tcase, an_own_benefit_timer_ends_only_by_silence);
    tcase_add_test(tcase, an_answer_from_before_another_one_is_merged);
    tcase_add_test(tcase, an_own_benefit_update_that_is_lost_is_tried_as_invite);
    tcase_add_test(tcase, an_own_benefit_timer_ends_where_the_peer_is_not_reached);
    tcase_add_test(tcase, a_host_that_cannot_send_keeps_its_own_benefit_timer);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
