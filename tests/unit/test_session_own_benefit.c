/* SPDX-License-Identifier: MIT */
/* The timer for one's own benefit, against a peer without the extension: RFC 4028 §7.2, EC-18. */
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
    cycles(t, 1, TIMER, 0); /* the peer shows that it could: turned off on purpose */
    expect(told(t), "180 refresh UPDATE; 180 negotiated off");
    expect(next(t), "never");
    end_talk(t);
}
END_TEST

/* Shows: EC-18 */
START_TEST(who_says_that_it_refreshes_knows_the_extension)
{
    struct talk *t = connected("mode=request session_expires=90",
                               "Session-Expires: 90;refresher=uas");

    ck_assert(info_of(t).peer_supports);
    asks(t, UPDATE);
    gets(t, UPDATE, 200, ""); /* so it turned the timer off on purpose */
    expect(told(t), "0 negotiated off");
    end_talk(t);
    t = connected("", "Session-Expires: 90;refresher=uac | Require: timer");
    ck_assert(!info_of(t).peer_supports); /* a proxy may have written it; §8.2 */
    end_talk(t);
    t = connected("mode=off", "Session-Expires: 90;refresher=uas");
    ck_assert(!info_of(t).peer_supports); /* an unknown header field */
    end_talk(t);
}
END_TEST

/* Shows: EC-18 */
START_TEST(to_repeat_an_interval_is_not_to_ask_for_one)
{
    struct talk *t = connected("mode=accept", "Session-Expires: 90;refresher=uac");

    told(t);
    cycles(t, 1, "", 0);
    expect(told(t), "45 refresh INVITE offer; 45 negotiated off");
    end_talk(t);
}
END_TEST

/* Shows: EC-18 EC-110 */
START_TEST(an_own_benefit_timer_ends_only_by_silence)
{
    static const unsigned alive[] = {403, 404, 488, 503, 491, 422, 401, 600};

    for (size_t i = 0; i < COUNT_OF(alive); i++) {
        struct talk *t = connected("mode=request session_expires=90", "");
        until(t, 45);
        refreshes(t);
        gets(t, INVITE, alive[i], "");
        until(t, 200);
        ck_assert_uint_eq(t->count[SST_EVENT_ENDED], 0);
        ck_assert_uint_eq(t->counters.turned_off, 1);
        ck_assert(strstr(told(t), "; 90 negotiated off refresh_refused") != NULL);
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
    expect(told(t), "45 refresh INVITE offer; 90 negotiated off refresh_unanswered");
    gets(t, INVITE, 200, ""); /* and late it comes back on */
    expect(told(t), "100 negotiated 90 local own");
    end_talk(t);
    t = connected("mode=request session_expires=90", ""); /* also one to the host's own INVITE */
    until(t, 40);
    asks(t, INVITE);
    gets(t, INVITE, 180, "");
    until(t, 100);
    expect(told(t), "59 blocked; 90 negotiated off refresh_unanswered");
    end_talk(t);
    t = connected("mode=request session_expires=90", "Allow: UPDATE"); /* 100 is the next hop's */
    until(t, 45);
    refreshes(t);
    gets(t, UPDATE, 100, "");
    until(t, 100);
    expect(told(t), "45 refresh UPDATE; 90 ended refresh_unanswered");
    end_talk(t);
    t = connected("mode=request session_expires=90", ""); /* but one of an interval past */
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
    t = connected("mode=request session_expires=90", ""); /* so is any other answer */
    until(t, 45);
    refreshes(t);
    gets(t, INVITE, 503, "");
    until(t, 47);
    refreshes(t);
    until(t, 100);
    expect(told(t), "45 refresh INVITE offer; 47 refresh INVITE offer; "
                    "90 negotiated off refresh_unanswered");
    end_talk(t);
    t = connected("mode=request session_expires=90", ""); /* a late refusal changes nothing */
    until(t, 45);
    refreshes(t);
    gets(t, INVITE, 180, "");
    until(t, 100);
    expect(gets(t, INVITE, 401, ""), "failed");
    expect(next(t), "never");
    end_talk(t);
}
END_TEST

/* The re-INVITE is answered only after an UPDATE beside it went through and all fell silent. */
/* Shows: EC-18 EC-21 EC-38 */
START_TEST(an_answer_from_before_the_timer_went_off_is_merged)
{
    struct talk *t = connected("mode=request session_expires=90 method=invite", "");

    until(t, 45);
    refreshes(t);
    gets(t, INVITE, 180, "");
    talk_set(t, "method=auto");
    asks(t, UPDATE);
    gets(t, UPDATE, 200, "Allow: UPDATE");
    until(t, 135);
    expect(told(t), "45 refresh INVITE offer; 45 refreshed 90 local own; 90 refresh UPDATE; "
                    "92 refresh UPDATE; 96 refresh UPDATE; 104 refresh UPDATE; "
                    "135 negotiated off refresh_unanswered");
    /* Whoever answered the last request may have no timer: this side refreshes. */
    gets(t, INVITE, 200, TIMER " | Session-Expires: 90;refresher=uas");
    expect(told(t), "135 negotiated 90 local");
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
        {0, "ended refresh_timeout"}, {408, "ended refresh_408"}, {481, "ended refresh_481"},
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

int main(void)
{
    Suite *suite = suite_create("session_own_benefit");
    TCase *tcase = tcase_create("all");

    tcase_add_test(tcase, an_own_benefit_timer_refreshes_and_stays_on);
    tcase_add_test(tcase, who_says_that_it_refreshes_knows_the_extension);
    tcase_add_test(tcase, to_repeat_an_interval_is_not_to_ask_for_one);
    tcase_add_test(tcase, an_own_benefit_timer_ends_only_by_silence);
    tcase_add_test(tcase, an_answer_from_before_the_timer_went_off_is_merged);
    tcase_add_test(tcase, an_own_benefit_update_that_is_lost_is_tried_as_invite);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
