/* SPDX-License-Identifier: MIT */
/*
 * Faults of version 0.1 in who refreshes when, each reduced as far as possible: kinds A (one
 * question, many answers), B (a flag whose age is another event's) and C (the ladder does not
 * move). Cases are named after the fault; expected values are those of the decisions named with
 * them.
 */
#include "talk.h"

#define AGREED "Session-Expires: 90;refresher=uac | Require: timer | Allow: INVITE, UPDATE"
#define AGREED_LONG "Session-Expires: 1800;refresher=uac | Require: timer | Allow: INVITE, UPDATE"
#define REFRESHES "Supported: timer | Session-Expires: 90;refresher=uac | Allow: INVITE, UPDATE"

static struct talk *refresher(const char *policy)
{
    return connected(policy, AGREED);
}

static struct talk *long_refresher(const char *policy)
{
    return connected(policy, AGREED_LONG);
}

/* A call whose peer refreshes. */
static struct talk *watcher(const char *policy)
{
    return called(policy, REFRESHES);
}

/* The refresh that is due is sent and gets this status. */
static const char *refused(struct talk *t, unsigned status, const char *headers)
{
    enum sst_method method = t->refresh.method;

    must(t->refresh.type == SST_EVENT_REFRESH);
    refreshes(t);
    return gets(t, method, status, headers);
}

/* Answers all refreshes until then: UPDATE and INVITE with these statuses, 0 to accept. @return how
 * many were sent */
static unsigned walk(struct talk *t, double seconds, unsigned update, unsigned invite,
                     const char *headers)
{
    unsigned sent = 0;
    uint64_t end = t->begin_ms + (uint64_t)(seconds * 1000.0);

    while (!info_of(t).ended && sst_session_deadline(t->session) <= end) {
        until(t, (double)(sst_session_deadline(t->session) - t->begin_ms) / 1000.0);
        if (t->refresh.type == SST_EVENT_REFRESH) {
            unsigned status = t->refresh.method == UPDATE ? update : invite;
            (void)refused(t, status == 0 ? 200 : status, status == 0 ? AGREED : headers);
            sent++;
            must(sent < 100);
        }
    }
    return sent;
}

/*  */
/* Shows: EC-119 */
START_TEST(a1_a_rescue_that_is_refused_takes_the_other_method)
{
    struct talk *t = watcher("rescue=yes");

    until(t, 52.5);
    must(t->refresh.type == SST_EVENT_REFRESH && t->refresh.method == UPDATE);
    (void)refused(t, 405, "");
    until(t, 52.5);
    must(t->refresh.type == SST_EVENT_REFRESH && t->refresh.method == INVITE);
    end_talk(t);
}
END_TEST

/* However the host reports it. */
/* Shows: EC-119 */
START_TEST(a1_a_rescue_that_is_not_sent_is_asked_for_again)
{
    for (int way = 0; way < 3; way++) {
        struct talk *t = watcher("rescue=yes");
        until(t, 52.5);
        must(t->refreshes == 1);
        if (way == 0) {
            refreshes(t);
            must(sst_session_not_sent(t->session, &t->own[1], SST_NEVER, t->now_ms) == SST_OK);
        } else if (way == 1) {
            must(sst_session_not_sent(t->session, NULL, SST_NEVER, t->now_ms) == SST_OK);
        } /* or it reports nothing */
        until(t, 59);
        ck_assert_msg(t->refreshes >= 2, "way %d", way);
        end_talk(t);
    }
}
END_TEST

/*  */
/* Shows: EC-55 */
START_TEST(a2_a_new_allow_brings_update_back_after_501)
{
    struct talk *t = refresher("mode=request");

    until(t, 45);
    (void)refused(t, 501, "");
    until(t, 45);
    must(t->refresh.method == INVITE);
    (void)refused(t, 503, "");
    expect(hears(t, OTHER, "Allow: INVITE, UPDATE"), "0");
    t->refresh.type = SST_EVENT_NONE;
    until(t, 50);
    must(t->refresh.type == SST_EVENT_REFRESH && t->refresh.method == UPDATE);
    end_talk(t);
}
END_TEST

/* An Allow that takes the last way away: REFUSED and a second round, instead of silence until the
 * end. */
/* Shows: EC-55 EC-114 */
START_TEST(a2_an_allow_that_takes_the_last_way_away_is_told_of)
{
    struct talk *t = long_refresher("mode=request method=invite");

    until(t, 900);
    (void)refused(t, 403, "");
    until(t, 900);
    must(t->refresh.method == UPDATE);
    (void)refused(t, 503, "");
    expect(hears(t, OTHER, "Allow: INVITE"), "0");
    until(t, 910);
    must(t->count[SST_EVENT_REFUSED] == 1);
    unsigned before = t->refreshes;
    until(t, 1766);
    must(t->refreshes > before);
    end_talk(t);
}
END_TEST

/* At most five for one request, whatever else happens. */
/* Shows: EC-27 */
START_TEST(a3_an_update_beside_it_does_not_reset_the_rounds_of_422)
{
    struct talk *t = refresher("mode=request");
    char min_se[32];

    asks(t, INVITE);
    for (unsigned i = 1; i <= 5; i++) {
        snprintf(min_se, sizeof min_se, "Min-SE: %u", 100 * i);
        expect(gets(t, INVITE, 422, min_se), "retry");
        asks(t, UPDATE);
        (void)gets(t, UPDATE, 403, "");
        asks(t, INVITE);
    }
    expect(gets(t, INVITE, 422, "Min-SE: 600"), "failed");
    end_talk(t);
}
END_TEST

/* A hold that is abandoned after a 422 above the maximum: the 422 wins. */
/* Shows: EC-129 */
START_TEST(a3_a_hold_that_is_given_up_leaves_the_timer_in_the_next_refresh)
{
    struct talk *t = long_refresher("mode=request max_session_expires=1800");

    until(t, 10);
    asks(t, INVITE);
    expect(gets(t, INVITE, 422, "Min-SE: 3600"), "retry");
    until(t, 900);
    expect(refreshes(t), "UPDATE Supported: timer | Session-Expires: 3600;refresher=uac | "
                         "Min-SE: 3600");
    end_talk(t);
}
END_TEST

START_TEST(a4_the_end_is_told_once)
{
    struct talk *t = refresher("mode=request");

    until(t, 45);
    refreshes(t);
    until(t, 77);
    (void)loses(t, UPDATE, SST_OUTCOME_TIMEOUT);
    must(t->count[SST_EVENT_ENDED] == 1);
    end_talk(t);
}
END_TEST

/* An INVITE without offer was answered, and nobody reports its ACK. */
/* Shows: EC-121 */
START_TEST(b1_an_ack_that_is_never_reported_refuses_no_later_offer)
{
    struct talk *t = long_refresher("mode=request");

    until(t, 100);
    serves(t, INVITE, "plain | Supported: timer | Session-Expires: 1800;refresher=uas");
    until(t, 999);
    serves(t, UPDATE, "Supported: timer | Session-Expires: 1800;refresher=uas");
    until(t, 1000);
    expect(hears(t, INVITE, "Supported: timer"), "0");
    end_talk(t);
}
END_TEST

/* ... and 32 s after that 2xx no local re-INVITE waits for it either. */
/* Shows: EC-121 */
START_TEST(b1_an_ack_that_is_never_reported_puts_off_no_later_refresh)
{
    struct talk *t = connected("mode=request method=invite refresh_percent=20",
                               "Session-Expires: 90;refresher=uac | Require: timer");

    until(t, 1);
    serves(t, INVITE, "plain | Supported: timer | Session-Expires: 90;refresher=uas");
    from_here(t);
    until(t, 32);
    serves(t, UPDATE, "Supported: timer | Session-Expires: 90;refresher=uas");
    from_here(t);
    t->refreshes = 0;
    until(t, 18); /* a fifth of 90 s */
    must(t->refreshes == 1);
    end_talk(t);
}
END_TEST

/* A 100 comes from the next hop. */
/* Shows: EC-127 EC-18 */
START_TEST(b2_a_100_is_no_sign_of_the_peers_life)
{
    struct talk *t = connected("mode=request session_expires=90", "");

    until(t, 45);
    refreshes(t);
    until(t, 46);
    (void)gets(t, INVITE, 100, "");
    until(t, 90);
    must(t->count[SST_EVENT_ENDED] == 1);
    end_talk(t);
}
END_TEST

/* The later 2xx may have come from a proxy or from the peer. */
/* Shows: EC-123 */
START_TEST(b3_a_timeout_of_an_overtaken_refresh_ends_nothing)
{
    struct talk *t = refresher("mode=request");

    until(t, 45);
    refreshes(t);
    until(t, 60);
    serves(t, UPDATE, "");
    until(t, 77);
    unsigned before = t->refreshes;
    (void)loses(t, UPDATE, SST_OUTCOME_TIMEOUT);
    must(t->count[SST_EVENT_ENDED] == 0);
    until(t, 77); /* one at once ... */
    must(t->refreshes == before + 1);
    refreshes(t);
    until(t, 80);
    (void)gets(t, UPDATE, 408, ""); /* ... which ends it */
    must(t->count[SST_EVENT_ENDED] == 1);
    end_talk(t);
}
END_TEST

/* Any transient status to one method, every time: the other method is used. */
/* Shows: EC-111 */
START_TEST(c1_a_status_for_one_method_alone_does_not_end_the_call)
{
    static const unsigned statuses[] = {480, 486, 487, 491, 500, 503, 513, 555, 580, 600};

    for (size_t i = 0; i < COUNT_OF(statuses); i++) {
        struct talk *t = refresher("mode=request");
        (void)walk(t, 400, statuses[i], 0, "");
        ck_assert_msg(!info_of(t).ended, "%u to UPDATE", statuses[i]);
        end_talk(t);
        t = refresher("mode=request method=invite");
        (void)walk(t, 400, 0, statuses[i], "");
        ck_assert_msg(!info_of(t).ended, "%u to INVITE", statuses[i]);
        end_talk(t);
    }
}
END_TEST

/*  */
/* Shows: EC-111 */
START_TEST(c1_504_to_each_re_invite_leads_to_update)
{
    struct talk *t = refresher("mode=request method=invite");

    (void)walk(t, 400, 0, 504, "");
    must(!info_of(t).ended);
    end_talk(t);
}
END_TEST

/* SE 90, UPDATE always 503: UPDATE 45, INVITE 47. */
/* Shows: EC-111 */
START_TEST(c1_503_to_update_is_followed_by_a_re_invite_two_seconds_later)
{
    struct talk *t = refresher("mode=request");

    until(t, 45);
    (void)refused(t, 503, "");
    (void)told(t);
    until(t, 47);
    expect(told(t), "47 refresh INVITE offer");
    end_talk(t);
}
END_TEST

/*  */
/* Shows: EC-111 */
START_TEST(c2_488_once_and_491_afterwards_leads_to_update)
{
    struct talk *t = refresher("mode=request method=invite");

    until(t, 45);
    (void)refused(t, 488, "");
    (void)walk(t, 60, 0, 491, "");
    must(!info_of(t).ended);
    (void)walk(t, 400, 0, 491, "");
    must(!info_of(t).ended);
    end_talk(t);
}
END_TEST

/* UPDATE at 45, Retry-After: 20; INVITE at 59, and at 65 if that is rejected. */
/* Shows: EC-112 */
START_TEST(c3_a_retry_after_beyond_the_plan)
{
    struct talk *t = refresher("mode=request");

    until(t, 45);
    (void)refused(t, 503, "Retry-After: 20");
    (void)told(t);
    until(t, 59);
    expect(told(t), "59 refresh INVITE offer");
    (void)refused(t, 503, "");
    until(t, 65);
    must(t->count[SST_EVENT_REFRESH] == 3);
    end_talk(t);
}
END_TEST

/* Retry-After: 880 at 900 of 1800: INVITE at 1767. */
/* Shows: EC-112 */
START_TEST(c3_a_long_retry_after_ends_before_the_peers_bye)
{
    struct talk *t = long_refresher("mode=request");

    until(t, 900);
    (void)refused(t, 503, "Retry-After: 880");
    (void)told(t);
    until(t, 1767);
    expect(told(t), "1767 refresh INVITE offer");
    end_talk(t);
}
END_TEST

/* 513 like 413, 580 and 406 like 488: no offer, or UPDATE. */
/* Shows: EC-113 */
START_TEST(c4_an_offer_that_is_refused_is_not_sent_again)
{
    static const unsigned statuses[] = {513, 580, 406};

    for (size_t i = 0; i < COUNT_OF(statuses); i++) {
        struct talk *t = connected("mode=request", "Session-Expires: 90;refresher=uac | "
                                                   "Require: timer | Allow: INVITE");
        until(t, 45);
        (void)refused(t, statuses[i], "");
        (void)told(t);
        until(t, 45);
        ck_assert_msg(strcmp(told(t), "45 refresh INVITE plain") == 0, "%u", statuses[i]);
        end_talk(t);
    }
}
END_TEST

/* SE 1800, 404 to both at 900: second round at 1333. */
/* Shows: EC-114 */
START_TEST(c5_there_is_a_second_round_after_every_way_was_refused)
{
    struct talk *t = long_refresher("mode=request");

    until(t, 900);
    (void)refused(t, 404, "");
    until(t, 900);
    (void)refused(t, 404, "");
    must(t->count[SST_EVENT_REFUSED] == 1);
    unsigned before = t->refreshes;
    until(t, 1334);
    must(t->refreshes == before + 1);
    (void)refused(t, 200, AGREED_LONG);
    must(t->count[SST_EVENT_REFUSED] == 1);
    end_talk(t);
}
END_TEST

/*  */
/* Shows: EC-118 */
START_TEST(c6_a_408_counts_as_a_timeout_where_timeouts_are_retried)
{
    struct talk *t = refresher("mode=request timeout_retries=1");

    until(t, 45);
    (void)refused(t, 408, "");
    must(t->count[SST_EVENT_ENDED] == 0);
    until(t, 51.999);
    must(t->refreshes == 1);
    until(t, 52); /* halfway to the last attempt at 59 */
    must(t->refreshes == 2);
    end_talk(t);
}
END_TEST

#define CASES                                                                                      \
    CASE(a1_a_rescue_that_is_refused_takes_the_other_method)                                       \
    CASE(a1_a_rescue_that_is_not_sent_is_asked_for_again)                                          \
    CASE(a2_a_new_allow_brings_update_back_after_501)                                              \
    CASE(a2_an_allow_that_takes_the_last_way_away_is_told_of)                                      \
    CASE(a3_an_update_beside_it_does_not_reset_the_rounds_of_422)                                  \
    CASE(a3_a_hold_that_is_given_up_leaves_the_timer_in_the_next_refresh)                          \
    CASE(a4_the_end_is_told_once)                                                                  \
    CASE(b1_an_ack_that_is_never_reported_refuses_no_later_offer)                                  \
    CASE(b1_an_ack_that_is_never_reported_puts_off_no_later_refresh)                               \
    CASE(b2_a_100_is_no_sign_of_the_peers_life)                                                    \
    CASE(b3_a_timeout_of_an_overtaken_refresh_ends_nothing)                                        \
    CASE(c1_a_status_for_one_method_alone_does_not_end_the_call)                                   \
    CASE(c1_504_to_each_re_invite_leads_to_update)                                                 \
    CASE(c1_503_to_update_is_followed_by_a_re_invite_two_seconds_later)                            \
    CASE(c2_488_once_and_491_afterwards_leads_to_update)                                           \
    CASE(c3_a_retry_after_beyond_the_plan)                                                         \
    CASE(c3_a_long_retry_after_ends_before_the_peers_bye)                                          \
    CASE(c4_an_offer_that_is_refused_is_not_sent_again)                                            \
    CASE(c5_there_is_a_second_round_after_every_way_was_refused)                                   \
    CASE(c6_a_408_counts_as_a_timeout_where_timeouts_are_retried)

int main(void)
{
    Suite *suite = suite_create("faults_refresh");
    TCase *tcase = tcase_create("all");

#define CASE(name) tcase_add_test(tcase, name);
    CASES
#undef CASE
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
