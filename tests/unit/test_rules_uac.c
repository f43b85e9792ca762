/* SPDX-License-Identifier: MIT */
/* What a UAC asks for and what a 422 means to it: RFC 4028 §7.1, §7.3, §7.4. */
#include "talk.h"

static struct talk *t; /* for its policy */
static struct sst_dialog dialog;

static void policy(const char *fields)
{
    if (t != NULL) {
        end_talk(t);
    }
    t = talk_new(fields, true);
}

static void set_up(void)
{
    policy("");
    memset(&dialog, 0, sizeof dialog);
}

static void tear_down(void)
{
    end_talk(t);
    t = NULL;
}

static const char *ask(enum sst_method method, unsigned flags)
{
    struct sst_ask asked;
    struct sst_headers headers;

    memset(&asked, 0xAA, sizeof asked);
    sst_uac_ask(&t->policy, &dialog, method, flags, &asked);
    sst_ask_headers(&asked, &headers);
    return headers_text(&headers, t->text, sizeof t->text);
}

static void running(enum sst_side side, uint32_t interval)
{
    dialog = (struct sst_dialog){
        .interval = interval, .side = side, .established = true, .peer_supports = true};
}

/* Shows: 7.1-1 7.1-2 7.1-4 7.1-7 EC-10 EC-109 */
START_TEST(each_mode_asks_in_its_own_way)
{
    static const struct {
        const char *mode;
        const char *invite;
        const char *update;
        const char *other;
    } rows[] = {
        {"mode=accept", "Supported: timer", "Supported: timer", "Supported: timer"},
        {"mode=request", "Supported: timer | Session-Expires: 1800", "Supported: timer",
         "Supported: timer"},
        {"mode=require", "Supported: timer | Session-Expires: 1800 | Require: timer",
         "Supported: timer | Require: timer", "Supported: timer"},
        {"mode=require proxy_require=yes",
         "Supported: timer | Session-Expires: 1800 | Require: timer | Proxy-Require: timer",
         "Supported: timer | Require: timer | Proxy-Require: timer", "Supported: timer"},
        {"mode=off", "", "", ""},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        policy(rows[i].mode);
        expect(ask(INVITE, 0), rows[i].invite);
        expect(ask(UPDATE, 0), rows[i].update);
        expect(ask(SST_METHOD_OTHER, 0), rows[i].other);
        expect(ask(SST_METHOD_BYE, 0), rows[i].other);
        expect(ask(SST_METHOD_CANCEL, 0), rows[i].other);
        expect(ask(SST_METHOD_ACK, 0), ""); /* §7.1: each request but ACK */
        dialog.established = true;          /* a dialog without timer is asked again by INVITE */
        expect(ask(INVITE, 0), rows[i].invite);
        expect(ask(UPDATE, 0), rows[i].update);
        dialog.established = false;
    }
}
END_TEST

/* Shows: 7.1-6 7.4-9 EC-11 */
START_TEST(the_refresher_of_the_initial_request)
{
    policy("mode=request");
    expect(ask(INVITE, 0), "Supported: timer | Session-Expires: 1800");
    policy("mode=request request_refresher=uac");
    expect(ask(INVITE, 0), "Supported: timer | Session-Expires: 1800;refresher=uac");
    /* uas only if the peer is known to support the extension, or the owner says so */
    policy("mode=request request_refresher=uas");
    expect(ask(INVITE, 0), "Supported: timer | Session-Expires: 1800");
    dialog.peer_supports = true;
    expect(ask(INVITE, 0), "Supported: timer | Session-Expires: 1800;refresher=uas");
    dialog.peer_supports = false;
    policy("mode=request request_refresher=uas allow_uas=yes");
    expect(ask(INVITE, 0), "Supported: timer | Session-Expires: 1800;refresher=uas");
    policy("mode=request request_refresher=uac");
    dialog.established = true; /* a dialog without timer is past its initial request */
    expect(ask(INVITE, 0), "Supported: timer | Session-Expires: 1800");
    dialog.established = false;
    /* prefer_refresher is for responses and never changes a request; EC-14 */
    policy("mode=request prefer_refresher=uas");
    expect(ask(INVITE, 0), "Supported: timer | Session-Expires: 1800");
}
END_TEST

/* Shows: EC-10 EC-25 7.4-7 7.4-8 EC-22 */
START_TEST(a_running_timer_is_repeated_by_each_side)
{
    running(SST_SIDE_LOCAL, 1800);
    expect(ask(INVITE, 0), "Supported: timer | Session-Expires: 1800;refresher=uac");
    expect(ask(UPDATE, 0), "Supported: timer | Session-Expires: 1800;refresher=uac");
    expect(ask(SST_METHOD_OTHER, 0), "Supported: timer");
    running(SST_SIDE_REMOTE, 600);
    expect(ask(INVITE, 0), "Supported: timer | Session-Expires: 600;refresher=uas");
    expect(ask(UPDATE, 0), "Supported: timer | Session-Expires: 600;refresher=uas");
    /* the interval in force counts, not our own wish, in every mode but off */
    policy("mode=request session_expires=3600 request_refresher=uac");
    expect(ask(INVITE, 0), "Supported: timer | Session-Expires: 600;refresher=uas");
    policy("mode=require");
    expect(ask(UPDATE, 0),
           "Supported: timer | Session-Expires: 600;refresher=uas | Require: timer");
    policy("mode=off");
    expect(ask(UPDATE, 0), "");
}
END_TEST

/* Shows: 7.4-2 7.4-4 7.4-6 7.4-7 7.1-3 7.1-5 EC-25 EC-100 5-1 */
START_TEST(min_se_is_sent_where_learned_or_above_the_default)
{
    running(SST_SIDE_LOCAL, 600);
    dialog.min_se = 90;
    expect(ask(UPDATE, 0), "Supported: timer | Session-Expires: 600;refresher=uac | Min-SE: 90");
    dialog.min_se = 900; /* larger than the interval in force */
    expect(ask(UPDATE, 0), "Supported: timer | Session-Expires: 900;refresher=uac | Min-SE: 900");
    policy("min_se=1200"); /* the owner's own value; §7.4 */
    expect(ask(UPDATE, 0), "Supported: timer | Session-Expires: 1200;refresher=uac | Min-SE: 1200");
    policy("min_se=600");
    expect(ask(UPDATE, 0), "Supported: timer | Session-Expires: 900;refresher=uac | Min-SE: 900");
    dialog.min_se = 0;
    expect(ask(UPDATE, 0), "Supported: timer | Session-Expires: 600;refresher=uac | Min-SE: 600");

    memset(&dialog, 0, sizeof dialog);
    policy("mode=request min_se=91");
    expect(ask(INVITE, 0), "Supported: timer | Session-Expires: 1800 | Min-SE: 91");
    dialog.min_se = 3600; /* from a 422 in this Call-ID: never below the Min-SE; §7.1 */
    expect(ask(INVITE, 0), "Supported: timer | Session-Expires: 3600 | Min-SE: 3600");
    policy("mode=accept");
    expect(ask(INVITE, 0), "Supported: timer | Min-SE: 3600");
    expect(ask(SST_METHOD_OTHER, 0), "Supported: timer");
    dialog.min_se = UINT32_MAX;
    policy("mode=request");
    expect(ask(INVITE, 0), "Supported: timer | Session-Expires: 4294967295 | Min-SE: 4294967295");
}
END_TEST

/* Shows: 4-4 EC-08 */
START_TEST(nothing_below_90_seconds_is_asked_for)
{
    static const uint32_t below[] = {0, 1, 60, 89, 90};

    for (size_t i = 0; i < COUNT_OF(below); i++) {
        running(SST_SIDE_LOCAL, below[i]);
        expect(ask(UPDATE, 0), "Supported: timer | Session-Expires: 90;refresher=uac");
        running(SST_SIDE_REMOTE, below[i]);
        expect(ask(UPDATE, 0), "Supported: timer | Session-Expires: 90;refresher=uas");
    }
    running(SST_SIDE_LOCAL, 91);
    expect(ask(UPDATE, 0), "Supported: timer | Session-Expires: 91;refresher=uac");
}
END_TEST

/* Shows: EC-20 */
START_TEST(an_early_update_asks_for_nothing)
{
    policy("mode=require min_se=120");
    dialog.side = SST_SIDE_LOCAL; /* agreed on early, not yet in force */
    dialog.interval = 600;
    expect(ask(UPDATE, SST_ASK_INITIAL_PENDING), "Supported: timer | Min-SE: 120 | Require: timer");
    dialog.established = true;
    expect(ask(UPDATE, 0),
           "Supported: timer | Session-Expires: 600;refresher=uac | Min-SE: 120 | Require: timer");
    expect(ask(UPDATE, SST_ASK_INITIAL_PENDING), "Supported: timer | Min-SE: 120 | Require: timer");
    expect(ask(INVITE, SST_ASK_INITIAL_PENDING),
           "Supported: timer | Session-Expires: 600;refresher=uac | Min-SE: 120 | Require: timer");
}
END_TEST

/* Shows: EC-101 EC-58 */
START_TEST(a_retry_leaves_out_what_was_refused)
{
    policy("mode=require proxy_require=yes");
    running(SST_SIDE_LOCAL, 600);
    dialog.min_se = 3600;
    expect(ask(INVITE, SST_ASK_WITHOUT_SE | SST_ASK_WITHOUT_REQUIRE),
           "Supported: timer | Min-SE: 3600");
    expect(ask(INVITE, SST_ASK_WITHOUT_REQUIRE),
           "Supported: timer | Session-Expires: 3600;refresher=uac | Min-SE: 3600");
}
END_TEST

/* Shows: 7.1-4 */
START_TEST(no_timer_is_asked_for_in_mid_call_where_none_is_wanted)
{
    policy("mode=request accept_midcall=no");
    expect(ask(INVITE, 0), "Supported: timer | Session-Expires: 1800");
    dialog.established = true;
    expect(ask(INVITE, 0), "Supported: timer");
    running(SST_SIDE_REMOTE, 600); /* a running one is kept */
    expect(ask(INVITE, 0), "Supported: timer | Session-Expires: 600;refresher=uas");
}
END_TEST

/* ---- 422 ---- */

static const char *after_422(uint32_t session_expires, uint32_t min_se, const char *headers,
                             unsigned rounds)
{
    static const char *const names[] = {"retry", "without", "fail"};
    struct sst_ask asked = {.session_expires = session_expires, .min_se = min_se};
    struct sst_msg response;
    const uint32_t others = SST_VIOLATION_BIT(SST_VIOLATION_CSEQ_LOW); /* bits are added */
    uint32_t violations = others;
    uint32_t learned = 12345;
    enum sst_422 what;

    sst_msg_response(&response, 422, INVITE, 1);
    msg_headers(&response, headers);
    what = sst_uac_422(&t->policy, &dialog, &asked, &response, rounds, &learned, &violations);
    ck_assert(violations & others);
    violations &= ~others;
    size_t used =
        (size_t)snprintf(t->text, sizeof t->text, "%s %u", names[what], (unsigned)learned);
    for (unsigned v = 0; v < SST_VIOLATION_COUNT; v++) {
        if (violations & SST_VIOLATION_BIT(v)) {
            used += (size_t)snprintf(t->text + used, sizeof t->text - used, " %s",
                                     sst_violation_name((enum sst_violation)v));
        }
    }
    return t->text;
}

/* Shows: 7.3-1 EC-27 10-4 */
START_TEST(a_422_is_followed_where_it_raises_something)
{
    policy("mode=request");
    expect(after_422(1800, 0, "Min-SE: 3600", 0), "retry 3600");
    /* larger than the Min-SE that was sent (90 if absent), or than the Session-Expires */
    expect(after_422(1800, 0, "Min-SE: 91", 0), "retry 91");
    expect(after_422(1800, 0, "Min-SE: 90", 0), "fail 90 422_useless");
    expect(after_422(600, 700, "Min-SE: 700", 0), "retry 700");
    expect(after_422(700, 700, "Min-SE: 700", 0), "fail 700 422_useless");
    expect(after_422(700, 700, "Min-SE: 699", 0), "fail 699 422_useless");
    expect(after_422(700, 700, "Min-SE: 701", 0), "retry 701");
    expect(after_422(90, 0, "Min-SE: 91", 0), "retry 91");
    /* a request without Session-Expires: only a larger Min-SE helps */
    expect(after_422(0, 0, "Min-SE: 1800", 0), "retry 1800");
    expect(after_422(0, 1800, "Min-SE: 1800", 0), "fail 1800 422_useless");
    expect(after_422(0, 0, "Min-SE: 90", 0), "fail 90 422_useless");
    expect(after_422(1800, 0, "Min-SE: 4294967295", 0), "retry 4294967295");
    expect(after_422(1800, 0, "Min-SE: 99999999999999999999", 0), "retry 4294967295");
    expect(after_422(UINT32_MAX, UINT32_MAX, "Min-SE: 4294967295", 0),
           "fail 4294967295 422_useless");
}
END_TEST

/* Shows: EC-05 EC-27 */
START_TEST(a_422_that_is_wrong_is_a_failure)
{
    policy("mode=request");
    expect(after_422(1800, 0, "", 0), "fail 0 422_without_min_se");
    expect(after_422(1800, 0, "Min-SE: x", 0), "fail 0 422_without_min_se");
    expect(after_422(1800, 0, "Session-Expires: 3600", 0), "fail 0 422_without_min_se");
    expect(after_422(1800, 0, "Min-SE: 30", 0), "fail 90 min_se_below_absolute 422_useless");
    expect(after_422(1800, 0, "Min-SE: 0", 0), "fail 90 min_se_below_absolute 422_useless");
}
END_TEST

/* Shows: EC-27 10-4 */
START_TEST(a_422_is_followed_five_times)
{
    policy("mode=request");
    for (unsigned rounds = 0; rounds < 5; rounds++) {
        expect(after_422(1800, 0, "Min-SE: 3600", rounds), "retry 3600");
    }
    expect(after_422(1800, 0, "Min-SE: 3600", 5), "fail 3600");
    expect(after_422(1800, 0, "Min-SE: 3600", 6), "fail 3600");
}
END_TEST

/* Shows: EC-101 */
START_TEST(a_422_above_the_owners_bound_is_tried_without_session_expires_once)
{
    policy("mode=request max_session_expires=3600");
    expect(after_422(1800, 0, "Min-SE: 3600", 0), "retry 3600");
    expect(after_422(1800, 0, "Min-SE: 3601", 0), "without 3601");
    expect(after_422(1800, 1800, "Min-SE: 7200", 4), "without 7200");
    expect(after_422(0, 3601, "Min-SE: 7200", 1), "fail 7200"); /* that was the once */
    expect(after_422(1800, 0, "Min-SE: 7200", 5), "fail 7200");
    /* Session-Expires was somebody else's from the beginning: only the Min-SE is new */
    policy("mode=accept max_session_expires=3600");
    expect(after_422(0, 0, "Min-SE: 7200", 0), "without 7200");
    expect(after_422(0, 7200, "Min-SE: 7300", 1), "fail 7300");
}
END_TEST

/* The owner's maximum prevents a timer from being requested, but ends none that runs: there the
 * learned Min-SE wins, for every request. */
/* Shows: EC-129 */
START_TEST(a_422_above_the_owners_bound_is_followed_while_a_timer_runs)
{
    static const enum sst_side sides[] = {SST_SIDE_LOCAL, SST_SIDE_REMOTE};

    policy("mode=request max_session_expires=3600");
    for (size_t i = 0; i < COUNT_OF(sides); i++) {
        running(sides[i], 1800);
        expect(after_422(1800, 0, "Min-SE: 3601", 0), "retry 3601");
        expect(after_422(1800, 1800, "Min-SE: 7200", 4), "retry 7200");
        expect(after_422(0, 1800, "Min-SE: 7200", 1), "retry 7200");
        expect(after_422(1800, 1800, "Min-SE: 7200", 5), "fail 7200");
        expect(after_422(7200, 7200, "Min-SE: 7200", 0), "fail 7200 422_useless");
        dialog.established = false; /* agreed on early: none runs yet */
        expect(after_422(1800, 0, "Min-SE: 3601", 0), "without 3601");
    }
    dialog = (struct sst_dialog){.established = true, .peer_supports = true}; /* none runs */
    expect(after_422(1800, 0, "Min-SE: 3601", 0), "without 3601");
}
END_TEST

START_TEST(a_422_while_the_extension_is_off_is_a_failure)
{
    policy("mode=off");
    expect(after_422(0, 0, "Min-SE: 1800", 0), "fail 1800");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rules_uac");
    TCase *tcase = tcase_create("all");

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, each_mode_asks_in_its_own_way);
    tcase_add_test(tcase, the_refresher_of_the_initial_request);
    tcase_add_test(tcase, a_running_timer_is_repeated_by_each_side);
    tcase_add_test(tcase, min_se_is_sent_where_learned_or_above_the_default);
    tcase_add_test(tcase, nothing_below_90_seconds_is_asked_for);
    tcase_add_test(tcase, an_early_update_asks_for_nothing);
    tcase_add_test(tcase, a_retry_leaves_out_what_was_refused);
    tcase_add_test(tcase, no_timer_is_asked_for_in_mid_call_where_none_is_wanted);
    tcase_add_test(tcase, a_422_is_followed_where_it_raises_something);
    tcase_add_test(tcase, a_422_that_is_wrong_is_a_failure);
    tcase_add_test(tcase, a_422_is_followed_five_times);
    tcase_add_test(tcase, a_422_above_the_owners_bound_is_tried_without_session_expires_once);
    tcase_add_test(tcase, a_422_above_the_owners_bound_is_followed_while_a_timer_runs);
    tcase_add_test(tcase, a_422_while_the_extension_is_off_is_a_failure);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
