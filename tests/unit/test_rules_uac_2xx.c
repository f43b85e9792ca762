/* SPDX-License-Identifier: MIT */
/* What a 2xx means to the sender of the request: RFC 4028 §7.2; two at once: EC-21. */
#include "talk.h"

static struct talk *t; /* for its policy */
static struct sst_dialog dialog;
static struct sst_ask asked;

static void policy(const char *fields)
{
    if (t != NULL) {
        end_talk(t);
    }
    t = talk_new(fields, true);
}

static void set_up(void)
{
    policy("mode=request");
    memset(&dialog, 0, sizeof dialog);
    asked = (struct sst_ask){.session_expires = 1800};
}

static void tear_down(void)
{
    end_talk(t);
    t = NULL;
}

static const char *outcome_text(const struct sst_timer *timer, uint32_t violations)
{
    size_t used = (size_t)snprintf(t->text, sizeof t->text, "%u %s%s", (unsigned)timer->interval,
                                   sst_side_name(timer->side), timer->own_benefit ? " own" : "");
    for (unsigned v = 0; v < SST_VIOLATION_COUNT; v++) {
        if (violations & SST_VIOLATION_BIT(v)) {
            used += (size_t)snprintf(t->text + used, sizeof t->text - used, " %s",
                                     sst_violation_name((enum sst_violation)v));
        }
    }
    return t->text;
}

static const char *means(const char *headers)
{
    struct sst_timer timer;
    struct sst_msg response;
    const uint32_t others = SST_VIOLATION_BIT(SST_VIOLATION_CSEQ_LOW); /* bits are added */
    uint32_t violations = others;

    memset(&timer, 0xAA, sizeof timer);
    sst_msg_response(&response, 200, INVITE, 1);
    msg_headers(&response, headers);
    sst_uac_2xx(&t->policy, &dialog, &asked, &response, &timer, &violations);
    ck_assert(violations & others);
    return outcome_text(&timer, violations & ~others);
}

#define REQUIRED " | Require: timer"

/* Shows: 7.2-2 7.2-3 7.2-4 */
START_TEST(the_2xx_decides_who_refreshes)
{
    expect(means("Session-Expires: 1800;refresher=uac" REQUIRED), "1800 local");
    expect(means("Session-Expires: 1800;refresher=uas" REQUIRED), "1800 remote");
    expect(means("Session-Expires: 900;refresher=uas"), "900 remote");
    expect(means("Session-Expires: 900;refresher=uac"), "900 local require_missing");
    expect(means("x: 900 ; Refresher = UAS"), "900 remote");
    /* not asked for, in each mode that knows the extension */
    asked.session_expires = 0;
    policy("mode=accept");
    expect(means("Session-Expires: 1800;refresher=uac" REQUIRED), "1800 local");
    expect(means("Session-Expires: 90;refresher=uas" REQUIRED), "90 remote");
    policy("mode=require");
    expect(means("Session-Expires: 4294967295;refresher=uas"), "4294967295 remote");
    policy("mode=off");
    expect(means("Session-Expires: 1800;refresher=uac" REQUIRED), "0 none timer_unasked");
    expect(means("Require: timer"), "0 none");
}
END_TEST

/* Shows: EC-16 */
START_TEST(a_missing_refresher_is_this_side)
{
    expect(means("Session-Expires: 1800"), "1800 local refresher_missing");
    expect(means("Session-Expires: 1800;refresher=foo" REQUIRED), "1800 local refresher_missing");
    policy("mode=request accept_refresher_missing=no");
    /* like a 2xx without one: this side asked */
    expect(means("Supported: timer | Session-Expires: 1800"), "1800 local own refresher_missing");
    dialog = (struct sst_dialog){.interval = 600, .side = SST_SIDE_REMOTE, .established = true};
    expect(means("Session-Expires: 1800"), "600 remote refresher_missing");
}
END_TEST

/* Shows: EC-03 */
START_TEST(of_repeated_values_the_one_that_keeps_the_call)
{
    expect(means("Session-Expires: 600;refresher=uac | Session-Expires: 1800" REQUIRED),
           "600 local");
    expect(means("Session-Expires: 600;refresher=uas | x: 1800"), "1800 remote");
    expect(means("Session-Expires: 600 | Session-Expires: 300"), "300 local refresher_missing");
}
END_TEST

/* Supported: timer alone declines nothing. */
/* Shows: 7.2-5 7.2-6 EC-18 */
START_TEST(without_session_expires_one_for_the_own_benefit_starts)
{
    static const struct {
        const char *policy;
        uint32_t asked;
        bool supports;
        const char *headers;
        const char *means;
    } rows[] = {
        {"mode=request", 1800, false, "", "1800 local own"},
        {"mode=require", 1800, false, "", "1800 local own"},
        {"mode=request", 1800, true, "", "1800 local own"},
        {"mode=request", 1800, false, "Supported: timer", "1800 local own"},
        {"mode=request", 1800, false, "Allow: UPDATE", "1800 local own"},
        {"mode=request", 0, false, "", "0 none"},
        {"mode=request own_benefit=no", 1800, false, "", "0 none"},
        {"mode=request own_benefit=no", 1800, true, "Supported: timer", "0 none"},
        {"mode=request own_benefit=yes", 1800, true, "", "1800 local own"},
        {"mode=request dropped=off", 1800, true, "Supported: timer", "1800 local own"},
        /* the Session-Expires of a mode that asks for none only repeated the running one */
        {"mode=accept", 1800, false, "", "0 none"},
        {"mode=accept own_benefit=yes", 1800, false, "", "1800 local own"},
        {"mode=accept own_benefit=yes", 0, false, "", "0 none"},
        {"mode=off own_benefit=yes", 1800, false, "", "0 none"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        policy(rows[i].policy);
        asked.session_expires = rows[i].asked;
        dialog.peer_supports = rows[i].supports;
        expect(means(rows[i].headers), rows[i].means);
    }
}
END_TEST

/* A single 2xx without it ends no agreed timer, unless the owner wants that; and one that runs for
 * our own benefit goes on whatever the policy says. */
/* Shows: 7.2-5 7.2-6 EC-18 EC-116 */
START_TEST(without_session_expires_one_that_runs_goes_on)
{
    static const struct {
        const char *policy;
        enum sst_side side;
        bool own_benefit;
        uint32_t asked;
        const char *means;
    } rows[] = {
        {"mode=accept", SST_SIDE_LOCAL, false, 600, "600 local own"},
        {"mode=accept", SST_SIDE_REMOTE, false, 600, "600 local own"},
        {"mode=accept", SST_SIDE_LOCAL, false, 0, "600 local own"},
        {"mode=request", SST_SIDE_LOCAL, false, 900, "900 local own"}, /* after a 422 */
        {"mode=request own_benefit=no", SST_SIDE_LOCAL, false, 600, "600 local own"},
        {"mode=request dropped=off", SST_SIDE_LOCAL, false, 600, "0 none"},
        {"mode=request dropped=off", SST_SIDE_REMOTE, false, 600, "0 none"},
        {"mode=accept dropped=off own_benefit=yes", SST_SIDE_REMOTE, false, 600, "0 none"},
        {"mode=accept dropped=off", SST_SIDE_LOCAL, true, 600, "600 local own"},
        {"mode=request own_benefit=no dropped=off", SST_SIDE_LOCAL, true, 600, "600 local own"},
    };
    static const char *const headers[] = {"", "Supported: timer"};

    for (size_t i = 0; i < COUNT_OF(rows) * COUNT_OF(headers) * 2; i++) {
        size_t row = i % COUNT_OF(rows);
        policy(rows[row].policy);
        asked = (struct sst_ask){.session_expires = rows[row].asked};
        dialog = (struct sst_dialog){.interval = 600,
                                     .side = rows[row].side,
                                     .established = true,
                                     .own_benefit = rows[row].own_benefit,
                                     .peer_supports = i / COUNT_OF(rows) % 2 == 0};
        expect(means(headers[i / COUNT_OF(rows) / 2]), rows[row].means);
    }
}
END_TEST

/* Accepted, and reported: Table 2 leaves the UAS no choice if the request has made it. */
/* Shows: EC-124 */
START_TEST(a_role_that_is_taken_is_named)
{
    asked.refresher = SST_REFRESHER_UAC;
    expect(means("Session-Expires: 1800;refresher=uas"), "1800 remote refresher_overruled");
    expect(means("Session-Expires: 1800;refresher=uac" REQUIRED), "1800 local");
    expect(means("Session-Expires: 1800" REQUIRED), "1800 local refresher_missing");
    asked.refresher = SST_REFRESHER_UAS;
    expect(means("Session-Expires: 1800;refresher=uac" REQUIRED), "1800 local refresher_overruled");
    expect(means("Session-Expires: 1800;refresher=uas"), "1800 remote");
    expect(means("Session-Expires: 1800" REQUIRED), "1800 local refresher_missing");
}
END_TEST

/* Shows: EC-17 */
START_TEST(require_alone_is_named)
{
    dialog.peer_supports = true;
    expect(means("Require: timer"), "1800 local own require_alone");
    dialog.peer_supports = false;
    expect(means("Require: timer"), "1800 local own require_alone");
    policy("mode=accept");
    expect(means("Require: timer"), "0 none require_alone");
}
END_TEST

/* Shows: EC-102 4-8 */
START_TEST(what_cannot_be_read_changes_nothing_that_runs)
{
    expect(means("Session-Expires: abc"), "1800 local own"); /* none runs yet: treated as absent */
    expect(means("Supported: timer | Session-Expires: abc" REQUIRED), "1800 local own");
    policy("mode=accept");
    expect(means("Session-Expires: abc"), "0 none");
    policy("mode=request");
    dialog = (struct sst_dialog){
        .interval = 600, .side = SST_SIDE_REMOTE, .established = true, .peer_supports = true};
    expect(means("Session-Expires: abc"), "600 remote");
    expect(means("Session-Expires: -1" REQUIRED), "600 remote");
    dialog.side = SST_SIDE_LOCAL;
    dialog.own_benefit = true;
    expect(means("Session-Expires: 90.5"), "600 local own");
    dialog.established = false; /* agreed on early: the 2xx to the INVITE replaces it; EC-20 */
    expect(means("Session-Expires: abc"), "1800 local own");
    policy("mode=accept");
    expect(means("Session-Expires: abc"), "0 none");
}
END_TEST

/* Shows: EC-08 */
START_TEST(what_a_2xx_may_not_say_is_named)
{
    expect(means("Session-Expires: 89;refresher=uas"), "89 remote se_below_absolute");
    expect(means("Session-Expires: 0;refresher=uac" REQUIRED), "0 local se_below_absolute");
    expect(means("Session-Expires: 1801;refresher=uas"), "1801 remote se_above_asked");
    asked.session_expires = 0;
    expect(means("Session-Expires: 1801;refresher=uas"), "1801 remote");
    asked.session_expires = 1800;
    asked.min_se = 600;
    expect(means("Session-Expires: 599;refresher=uas"), "599 remote"); /* below_min=keep */
    policy("mode=request below_min=report");
    expect(means("Session-Expires: 599;refresher=uas"), "599 remote se_below_min");
    expect(means("Session-Expires: 600;refresher=uas"), "600 remote");
    expect(means("Session-Expires: 60;refresher=uas"), "60 remote se_below_absolute");
    asked.min_se = 0;
    policy("mode=request below_min=report min_se=120");
    expect(means("Session-Expires: 119;refresher=uas"), "119 remote se_below_min");
    expect(means("Session-Expires: 120;refresher=uas"), "120 remote");
}
END_TEST

/* Shows: EC-06 5-3 */
START_TEST(min_se_in_a_2xx_means_nothing)
{
    expect(means("Session-Expires: 1800;refresher=uas | Min-SE: 3600"), "1800 remote");
    expect(means("Min-SE: 3600"), "1800 local own");
}
END_TEST

static const char *merged(uint32_t a_interval, enum sst_side a_side, uint32_t b_interval,
                          enum sst_side b_side)
{
    struct sst_timer a = {a_interval, a_side, false};
    struct sst_timer b = {b_interval, b_side, false};
    struct sst_timer ab;
    struct sst_timer ba;

    sst_merge_overlap(&a, &b, &ab);
    sst_merge_overlap(&b, &a, &ba);
    ck_assert_uint_eq(ab.interval, ba.interval);
    ck_assert_int_eq(ab.side, ba.side);
    ck_assert_int_eq(ab.own_benefit, ba.own_benefit);
    return outcome_text(&ab, 0);
}

/* Shows: EC-21 */
START_TEST(two_results_at_once_keep_this_side_refreshing)
{
    expect(merged(1800, SST_SIDE_LOCAL, 900, SST_SIDE_LOCAL), "900 local");
    expect(merged(1800, SST_SIDE_REMOTE, 900, SST_SIDE_REMOTE), "1800 remote");
    expect(merged(1800, SST_SIDE_REMOTE, 900, SST_SIDE_LOCAL), "900 local");
    expect(merged(1800, SST_SIDE_LOCAL, 900, SST_SIDE_REMOTE), "900 local");
    expect(merged(0, SST_SIDE_NONE, 0, SST_SIDE_NONE), "0 none");
    expect(merged(0, SST_SIDE_NONE, 900, SST_SIDE_LOCAL), "900 local");
    /* The peer may think that it turned its timer off. Waiting for its refresh would end a live
     * call, so this side refreshes. */
    expect(merged(0, SST_SIDE_NONE, 900, SST_SIDE_REMOTE), "900 local");
}
END_TEST

START_TEST(two_results_are_for_the_own_benefit_where_both_are)
{
    struct sst_timer own = {1800, SST_SIDE_LOCAL, true};
    struct sst_timer agreed = {900, SST_SIDE_LOCAL, false};
    struct sst_timer merged_timer;

    sst_merge_overlap(&own, &own, &merged_timer);
    ck_assert(merged_timer.own_benefit);
    sst_merge_overlap(&own, &agreed, &merged_timer);
    ck_assert(!merged_timer.own_benefit);
    sst_merge_overlap(&agreed, &own, &merged_timer);
    ck_assert(!merged_timer.own_benefit);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rules_uac_2xx");
    TCase *tcase = tcase_create("all");

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, the_2xx_decides_who_refreshes);
    tcase_add_test(tcase, a_missing_refresher_is_this_side);
    tcase_add_test(tcase, of_repeated_values_the_one_that_keeps_the_call);
    tcase_add_test(tcase, without_session_expires_one_for_the_own_benefit_starts);
    tcase_add_test(tcase, without_session_expires_one_that_runs_goes_on);
    tcase_add_test(tcase, a_role_that_is_taken_is_named);
    tcase_add_test(tcase, require_alone_is_named);
    tcase_add_test(tcase, what_cannot_be_read_changes_nothing_that_runs);
    tcase_add_test(tcase, what_a_2xx_may_not_say_is_named);
    tcase_add_test(tcase, min_se_in_a_2xx_means_nothing);
    tcase_add_test(tcase, two_results_at_once_keep_this_side_refreshing);
    tcase_add_test(tcase, two_results_are_for_the_own_benefit_where_both_are);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
