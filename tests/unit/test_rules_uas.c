/* SPDX-License-Identifier: MIT */
/* What a UAS makes of a request, and what its 2xx says: RFC 4028 §9, Table 2. */
#include "talk.h"

static struct talk *t; /* for its policy */
static struct sst_dialog dialog;

static void policy(const char *fields)
{
    if (t != NULL) {
        end_talk(t);
    }
    t = talk_new(fields, false);
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

static struct sst_msg request(const char *headers)
{
    struct sst_msg msg;

    sst_msg_request(&msg, INVITE, 1);
    msg_headers(&msg, headers);
    return msg;
}

static const char *answer(const char *headers)
{
    struct sst_msg msg = request(headers);
    struct sst_facts facts;
    struct sst_answer answered;
    struct sst_headers out;
    uint32_t violations = 0;

    memset(&facts, 0xAA, sizeof facts);
    memset(&answered, 0xAA, sizeof answered);
    sst_uas_facts(&t->policy, &msg, &facts, &violations);
    sst_uas_answer(&t->policy, &dialog, &facts, &answered);
    sst_answer_headers(&answered, &out);
    return headers_text(&out, t->text, sizeof t->text);
}

static const char *violations_of(const char *headers)
{
    struct sst_msg msg = request(headers);
    struct sst_facts facts;
    const uint32_t others = SST_VIOLATION_BIT(SST_VIOLATION_CSEQ_LOW); /* bits are added */
    uint32_t violations = others;
    size_t used = 0;

    t->text[0] = '\0';
    sst_uas_facts(&t->policy, &msg, &facts, &violations);
    ck_assert(violations & others);
    violations &= ~others;
    for (unsigned v = 0; v < SST_VIOLATION_COUNT; v++) {
        if (violations & SST_VIOLATION_BIT(v)) {
            used +=
                (size_t)snprintf(t->text + used, sizeof t->text - used, "%s%s", used > 0 ? " " : "",
                                 sst_violation_name((enum sst_violation)v));
        }
    }
    return t->text;
}

#define TIMER "Supported: timer"
#define REQUIRED " | Require: timer"

static void running(enum sst_side side, uint32_t interval)
{
    dialog = (struct sst_dialog){
        .interval = interval, .side = side, .established = true, .peer_supports = true};
}

/* Shows: 9-4 9-5 9-6 EC-13 EC-14 EC-15 9-10 */
START_TEST(table_2_row_by_row)
{
    static const struct {
        const char *request;
        const char *uac; /* prefer_refresher=uac */
        const char *uas;
    } rows[] = {
        /* N none, N uac, N uas: the last two are "NA", and always uas; EC-13 */
        {"Session-Expires: 600", "600;refresher=uas", "600;refresher=uas"},
        {"Session-Expires: 600;refresher=uac", "600;refresher=uas", "600;refresher=uas"},
        {"Session-Expires: 600;refresher=uas", "600;refresher=uas", "600;refresher=uas"},
        /* Y none: our choice, which is what prefer_refresher is for */
        {TIMER " | Session-Expires: 600", "600;refresher=uac" REQUIRED,
         "600;refresher=uas" REQUIRED},
        /* Y uac, Y uas: as requested */
        {TIMER " | Session-Expires: 600;refresher=uac", "600;refresher=uac" REQUIRED,
         "600;refresher=uac" REQUIRED},
        {TIMER " | Session-Expires: 600;refresher=uas", "600;refresher=uas" REQUIRED,
         "600;refresher=uas" REQUIRED},
    };
    char want[128];

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        policy("prefer_refresher=uac");
        snprintf(want, sizeof want, TIMER " | Session-Expires: %s", rows[i].uac);
        expect(answer(rows[i].request), want);
        policy("prefer_refresher=uas mode=require");
        snprintf(want, sizeof want, TIMER " | Session-Expires: %s", rows[i].uas);
        expect(answer(rows[i].request), want);
    }
}
END_TEST

/* Shows: EC-14 EC-20 EC-23 */
START_TEST(a_free_choice_stays_with_who_refreshes_now)
{
    policy("prefer_refresher=uac");
    running(SST_SIDE_LOCAL, 600);
    expect(answer(TIMER " | Session-Expires: 600"),
           TIMER " | Session-Expires: 600;refresher=uas" REQUIRED);
    policy("prefer_refresher=uas");
    running(SST_SIDE_REMOTE, 600);
    expect(answer(TIMER " | Session-Expires: 600"),
           TIMER " | Session-Expires: 600;refresher=uac" REQUIRED);
    /* what the request says still binds */
    expect(answer(TIMER " | Session-Expires: 600;refresher=uas"),
           TIMER " | Session-Expires: 600;refresher=uas" REQUIRED);
    /* the early response's choice holds for the INVITE; EC-20 */
    dialog.established = false;
    expect(answer(TIMER " | Session-Expires: 1800"),
           TIMER " | Session-Expires: 1800;refresher=uac" REQUIRED);
}
END_TEST

/* Shows: EC-10 EC-23 EC-24 */
START_TEST(a_request_without_session_expires_ends_nothing)
{
    running(SST_SIDE_REMOTE, 600);
    expect(answer(TIMER), TIMER " | Session-Expires: 600;refresher=uac" REQUIRED);
    running(SST_SIDE_LOCAL, 600);
    expect(answer(TIMER), TIMER " | Session-Expires: 600;refresher=uas" REQUIRED);
    expect(answer(TIMER " | Min-SE: 900"), TIMER " | Session-Expires: 900;refresher=uas" REQUIRED);
    /* if the peer has no support, this side takes over */
    running(SST_SIDE_REMOTE, 600);
    expect(answer(""), TIMER " | Session-Expires: 600;refresher=uas");
    expect(answer("Session-Expires: 300;refresher=uac"),
           TIMER " | Session-Expires: 300;refresher=uas");
    /* never below 90, whatever was agreed on before; EC-08 */
    running(SST_SIDE_LOCAL, 1);
    expect(answer(TIMER), TIMER " | Session-Expires: 90;refresher=uas" REQUIRED);
    running(SST_SIDE_LOCAL, 0);
    expect(answer(TIMER), TIMER " | Session-Expires: 90;refresher=uas" REQUIRED);
    policy("mode=off");
    expect(answer(TIMER " | Session-Expires: 600"), "");
}
END_TEST

/* A sender that did not ask for it may ignore it: this side refreshes. */
/* Shows: 9-3 EC-19 EC-100 EC-135 */
START_TEST(who_asks_for_a_timer_that_the_request_does_not_ask_for)
{
    static const struct {
        const char *policy;
        const char *supported; /* the response to a UAC with support */
        const char * not;      /* ... and without */
    } rows[] = {
        {"mode=accept", TIMER, TIMER},
        {"mode=accept own_benefit=yes", TIMER, TIMER},
        {"mode=request", TIMER " | Session-Expires: 1800;refresher=uas" REQUIRED, TIMER},
        {"mode=request prefer_refresher=uac",
         TIMER " | Session-Expires: 1800;refresher=uas" REQUIRED, TIMER},
        {"mode=require prefer_refresher=uas",
         TIMER " | Session-Expires: 1800;refresher=uas" REQUIRED, TIMER},
        {"mode=request own_benefit=yes", TIMER " | Session-Expires: 1800;refresher=uas" REQUIRED,
         TIMER " | Session-Expires: 1800;refresher=uas"},
        {"mode=request own_benefit=no", TIMER " | Session-Expires: 1800;refresher=uas" REQUIRED,
         TIMER},
        {"mode=off", "", ""},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        policy(rows[i].policy);
        expect(answer(TIMER), rows[i].supported);
        expect(answer(""), rows[i].not);
        dialog.established = true;
        expect(answer(TIMER), rows[i].supported);
        dialog.established = false;
    }
    policy("mode=request");
    expect(answer(TIMER " | Min-SE: 3600"),
           TIMER " | Session-Expires: 3600;refresher=uas" REQUIRED);
}
END_TEST

/* Shows: 9-2 EC-12 EC-101 EC-108 */
START_TEST(an_interval_is_copied_or_reduced_never_below_min_se)
{
    static const struct {
        const char *policy;
        const char *request;
        const char *interval;
    } rows[] = {
        {"session_expires=1800", TIMER " | Session-Expires: 3600;refresher=uas", "3600"},
        {"max_session_expires=1800", TIMER " | Session-Expires: 3600;refresher=uas", "1800"},
        {"max_session_expires=1800", TIMER " | Session-Expires: 1799;refresher=uas", "1799"},
        {"max_session_expires=1800", TIMER " | Session-Expires: 3600;refresher=uas | Min-SE: 2700",
         "2700"},
        {"max_session_expires=1800", TIMER " | Session-Expires: 3600;refresher=uas | Min-SE: 3600",
         "3600"},
        {"", TIMER " | Session-Expires: 90;refresher=uas", "90"},
        {"", TIMER " | Session-Expires: 90;refresher=uas | Min-SE: 30", "90"},
        {"", TIMER " | Session-Expires: 4294967296;refresher=uas", "4294967295"},
        /* without support a 422 would not help; EC-12, erratum 1687 */
        {"", "Session-Expires: 30", "90"},
        {"min_se=120", "Session-Expires: 30", "120"},
        {"min_se=120", "Session-Expires: 119", "120"},
        {"min_se=120", "Session-Expires: 121", "121"},
        {"min_se=120", "Session-Expires: 30 | Min-SE: 300", "300"},
        {"min_se=120 session_expires=180 max_session_expires=180", "Session-Expires: 3600", "180"},
        /* the smallest of several in a request; EC-03 */
        {"", TIMER " | Session-Expires: 600;refresher=uas | x: 300", "300"},
    };
    char want[128];

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        bool supports = strstr(rows[i].request, "Supported") != NULL;
        policy(rows[i].policy);
        snprintf(want, sizeof want, TIMER " | Session-Expires: %s;refresher=uas%s",
                 rows[i].interval, supports ? REQUIRED : "");
        expect(answer(rows[i].request), want);
    }
}
END_TEST

/* Found by fuzzing: after a change of policy it was raised. */
/* Shows: 9-2 */
START_TEST(what_may_be_neither_raised_nor_answered_gets_no_timer)
{
    static const char *const requests[] = {
        TIMER " | Session-Expires: 1",
        TIMER " | Session-Expires: 89;refresher=uac",
        TIMER " | Session-Expires: 119;refresher=uas | Min-SE: 120",
    };

    static const char *const raised[] = {"90;refresher=uas", "90;refresher=uac",
                                         "120;refresher=uas"};

    for (size_t i = 0; i < COUNT_OF(requests); i++) {
        char want[96];
        policy("mode=request");
        expect(answer(requests[i]), TIMER);
        running(SST_SIDE_LOCAL, 600); /* a running timer goes on; EC-134 */
        snprintf(want, sizeof want, TIMER " | Session-Expires: %s" REQUIRED, raised[i]);
        expect(answer(requests[i]), want);
        running(SST_SIDE_NONE, 0);
    }
    expect(answer(TIMER " | Session-Expires: 120;refresher=uas | Min-SE: 120"),
           TIMER " | Session-Expires: 120;refresher=uas" REQUIRED);
    /* above the dialog's own minimum, then and now: only sst_uas_refuse() judges it */
    policy("min_se=120");
    expect(answer(TIMER " | Session-Expires: 100;refresher=uas"),
           TIMER " | Session-Expires: 100;refresher=uas" REQUIRED);
}
END_TEST

/* Shows: FB-13 */
START_TEST(a_dialog_without_timer_takes_one_later_unless_told_not_to)
{
    policy("accept_midcall=no mode=request");
    expect(answer(TIMER " | Session-Expires: 600;refresher=uas"),
           TIMER " | Session-Expires: 600;refresher=uas" REQUIRED);
    dialog.established = true;
    expect(answer(TIMER " | Session-Expires: 600;refresher=uas"), TIMER);
    expect(answer(TIMER), TIMER);
    running(SST_SIDE_LOCAL, 600);
    expect(answer(TIMER " | Session-Expires: 600;refresher=uas"),
           TIMER " | Session-Expires: 600;refresher=uas" REQUIRED);
}
END_TEST

/* Shows: EC-05 EC-13 EC-106 */
START_TEST(what_is_wrong_with_a_request_is_named)
{
    expect(violations_of(TIMER " | Session-Expires: 600;refresher=uac | Min-SE: 600"), "");
    expect(violations_of("Session-Expires: 600"), "");
    expect(violations_of("Session-Expires: 600;refresher=uas"), "refresher_unsupported");
    expect(violations_of("Require: timer"), "require_unsupported");
    expect(violations_of(TIMER " | Require: timer"), "");
    expect(violations_of("Require: timer | Session-Expires: 600;refresher=uac"),
           "refresher_unsupported require_unsupported");
    expect(violations_of(TIMER " | Min-SE: 89"), "min_se_below_absolute");
    expect(violations_of(TIMER " | Min-SE: 90"), "");
    expect(violations_of(TIMER " | Session-Expires: 600;refresher=uac | Min-SE: 601"),
           "se_below_min_se");
    expect(violations_of(TIMER " | Session-Expires: 600 | Min-SE: 601"), "se_below_min_se");
    expect(violations_of(TIMER " | Session-Expires: 89 | Min-SE: 30"),
           "se_below_min_se min_se_below_absolute");
    expect(answer("Require: timer | Session-Expires: 600;refresher=uac"),
           TIMER " | Session-Expires: 600;refresher=uas");
    policy("accept_require_as_support=yes");
    expect(violations_of("Require: timer | Session-Expires: 600;refresher=uac"),
           "require_unsupported");
    expect(answer("Require: timer | Session-Expires: 600;refresher=uac"),
           TIMER " | Session-Expires: 600;refresher=uac" REQUIRED);
    /* not reported for the sender: it may know nothing of the extension, and the Require may come
     * from a proxy */
    policy("accept_require_as_support=yes prefer_refresher=uac");
    expect(answer("Require: timer | Session-Expires: 600"),
           TIMER " | Session-Expires: 600;refresher=uas" REQUIRED);
    expect(violations_of("Require: timer | Session-Expires: 600"), "require_unsupported");
}
END_TEST

/* The timer here after the 2xx. */
static const char *timer_after(const char *headers)
{
    struct sst_msg msg = request(headers);
    struct sst_facts facts;
    struct sst_answer answered;
    struct sst_timer timer;
    uint32_t violations = 0;

    memset(&timer, 0xAA, sizeof timer);
    sst_uas_facts(&t->policy, &msg, &facts, &violations);
    sst_uas_answer(&t->policy, &dialog, &facts, &answered);
    sst_uas_timer(&t->policy, &dialog, &facts, &answered, &timer);
    snprintf(t->text, sizeof t->text, "%u %s%s", (unsigned)timer.interval,
             sst_side_name(timer.side), timer.own_benefit ? " own" : "");
    return t->text;
}

/* Shows: EC-18 EC-19 */
START_TEST(the_2xx_makes_the_timer_of_who_sends_it)
{
    expect(timer_after(TIMER " | Session-Expires: 600;refresher=uas"), "600 local");
    expect(timer_after(TIMER " | Session-Expires: 600;refresher=uac"), "600 remote");
    expect(timer_after("Session-Expires: 600"), "600 local"); /* a proxy asked */
    expect(timer_after(TIMER), "0 none");
    expect(timer_after(""), "0 none");
    policy("mode=request own_benefit=yes");
    expect(timer_after(""), "1800 local own"); /* nobody asked, and nobody else watches */
    expect(timer_after(TIMER), "1800 local");
    running(SST_SIDE_LOCAL, 600);
    expect(timer_after(""), "600 local"); /* agreed on, and taken over; EC-24 */
    dialog.own_benefit = true;
    expect(timer_after(""), "600 local own");
    expect(timer_after(TIMER), "600 local");
    expect(timer_after("Session-Expires: 300"), "300 local");
    policy("mode=off");
    expect(timer_after(TIMER " | Session-Expires: 600;refresher=uas"), "0 none");
}
END_TEST

/* A 2xx below our minimum, or below 90 s, was accepted, and the peer's refresh repeats its
 * interval. The answer is no less than 90, but the peer may use what it asked for. */
/* Shows: EC-134 */
START_TEST(the_interval_in_force_is_accepted_again)
{
    static const enum sst_side sides[] = {SST_SIDE_LOCAL, SST_SIDE_REMOTE};

    policy("min_se=120");
    for (size_t i = 0; i < COUNT_OF(sides); i++) {
        running(sides[i], 100);
        expect(answer(TIMER " | Session-Expires: 100;refresher=uac"),
               TIMER " | Session-Expires: 100;refresher=uac" REQUIRED);
        expect(timer_after(TIMER " | Session-Expires: 100;refresher=uas"), "100 local");
        running(sides[i], 60);
        expect(answer(TIMER " | Session-Expires: 60;refresher=uac"),
               TIMER " | Session-Expires: 90;refresher=uac" REQUIRED);
        expect(timer_after(TIMER " | Session-Expires: 60;refresher=uac"), "60 remote");
        expect(answer(TIMER " | Session-Expires: 60;refresher=uas"),
               TIMER " | Session-Expires: 90;refresher=uas" REQUIRED);
        expect(timer_after(TIMER " | Session-Expires: 60;refresher=uas"), "60 local");
        expect(timer_after(TIMER " | Session-Expires: 89;refresher=uas"), "89 local");
        expect(timer_after(TIMER " | Session-Expires: 90;refresher=uas"), "90 local");
        /* a peer without support takes the interval from the 2xx, if at all; EC-12 */
        expect(timer_after("Session-Expires: 60"), "120 local");
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rules_uas");
    TCase *tcase = tcase_create("all");

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, table_2_row_by_row);
    tcase_add_test(tcase, a_free_choice_stays_with_who_refreshes_now);
    tcase_add_test(tcase, a_request_without_session_expires_ends_nothing);
    tcase_add_test(tcase, who_asks_for_a_timer_that_the_request_does_not_ask_for);
    tcase_add_test(tcase, an_interval_is_copied_or_reduced_never_below_min_se);
    tcase_add_test(tcase, what_may_be_neither_raised_nor_answered_gets_no_timer);
    tcase_add_test(tcase, a_dialog_without_timer_takes_one_later_unless_told_not_to);
    tcase_add_test(tcase, what_is_wrong_with_a_request_is_named);
    tcase_add_test(tcase, the_2xx_makes_the_timer_of_who_sends_it);
    tcase_add_test(tcase, the_interval_in_force_is_accepted_again);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
