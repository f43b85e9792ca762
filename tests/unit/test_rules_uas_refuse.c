/* SPDX-License-Identifier: MIT */
/* Which requests a UAS rejects: RFC 4028 §9, §6; RFC 3261 §8.2.2.3. */
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
    dialog = (struct sst_dialog){0};
}

static void tear_down(void)
{
    end_talk(t);
    t = NULL;
}

static const char *refusal(const char *headers)
{
    struct sst_msg msg;
    uint32_t min_se = 777;

    sst_msg_request(&msg, INVITE, 1);
    msg_headers(&msg, headers);
    unsigned status = sst_uas_refuse(&t->policy, &dialog, &msg, &min_se);

    snprintf(t->text, sizeof t->text, "%u %u", status, (unsigned)min_se);
    return t->text;
}

#define TIMER "Supported: timer"

/* Shows: 9-1 9-9 EC-09 EC-105 6-1 FB-23 */
START_TEST(a_422_exactly_where_the_interval_is_too_small)
{
    static const uint32_t minimums[] = {90, 120, 1800};

    for (size_t m = 0; m < COUNT_OF(minimums); m++) {
        uint32_t own = minimums[m];
        char text[160];
        snprintf(text, sizeof text, "session_expires=1800 min_se=%u", (unsigned)own);
        policy(text);
        for (int s = -1; s <= 1; s++) {
            for (int r = -2; r <= 1; r++) {
                /* Min-SE: absent, below, at, above the Session-Expires */
                uint32_t interval = own + (uint32_t)s;
                uint32_t theirs = r == -2 ? 0 : interval + (uint32_t)r;
                uint32_t least = theirs > own ? theirs : own;
                unsigned status = interval < least ? 422 : 0;
                char min_se[40] = "";
                char want[40];
                if (theirs != 0) {
                    snprintf(min_se, sizeof min_se, " | Min-SE: %u", (unsigned)theirs);
                }
                snprintf(want, sizeof want, "%u %u", status, status != 0 ? (unsigned)least : 0);
                snprintf(text, sizeof text, TIMER " | Session-Expires: %u%s", (unsigned)interval,
                         min_se);
                expect(refusal(text), want);
                snprintf(text, sizeof text, "Session-Expires: %u%s", (unsigned)interval, min_se);
                expect(refusal(text), "0 0"); /* EC-12: no support, no 422 */
            }
        }
        expect(refusal(TIMER), "0 0");
        expect(refusal(TIMER " | Min-SE: 3600"), "0 0");
    }
    policy("");
    expect(refusal(TIMER " | Session-Expires: 64"), "422 90"); /* EC-09 */
    expect(refusal(TIMER " | Session-Expires: 0"), "422 90");
    expect(refusal("Require: timer | Session-Expires: 64"), "0 0");            /* EC-106 */
    expect(refusal(TIMER " | Session-Expires: 600 | Min-SE: 900"), "422 900"); /* EC-105 */
    policy("accept_require_as_support=yes");
    expect(refusal("Require: timer | Session-Expires: 64"), "422 90");
}
END_TEST

/* An interval that is already in force is not rejected: several stacks do not follow a 422 in
 * mid-call. */
/* Shows: EC-134 EC-105 */
START_TEST(no_422_to_the_interval_in_force)
{
    static const enum sst_side sides[] = {SST_SIDE_LOCAL, SST_SIDE_REMOTE};

    policy("min_se=120");
    for (size_t i = 0; i < COUNT_OF(sides); i++) {
        dialog = (struct sst_dialog){.interval = 100, .side = sides[i], .established = true};
        expect(refusal(TIMER " | Session-Expires: 100"), "0 0");
        expect(refusal(TIMER " | Session-Expires: 99"), "422 120");
        expect(refusal(TIMER " | Session-Expires: 119"), "0 0");
        expect(refusal(TIMER " | Session-Expires: 100 | Min-SE: 100"), "0 0");
        expect(refusal(TIMER " | Session-Expires: 100 | Min-SE: 101"), "422 120"); /* EC-105 */
        expect(refusal(TIMER " | Session-Expires: 100 | Min-SE: 150"), "422 150");
        dialog.interval = 60; /* a 2xx with 60 was accepted */
        expect(refusal(TIMER " | Session-Expires: 60"), "0 0");
        expect(refusal(TIMER " | Session-Expires: 59"), "422 120");
        dialog.interval = 1800; /* the smaller of the two counts */
        expect(refusal(TIMER " | Session-Expires: 120"), "0 0");
        expect(refusal(TIMER " | Session-Expires: 119"), "422 120");
    }
    /* Agreed on early, or turned off since: none is in force. */
    dialog = (struct sst_dialog){.interval = 100, .side = SST_SIDE_LOCAL};
    expect(refusal(TIMER " | Session-Expires: 100"), "422 120");
    dialog = (struct sst_dialog){.interval = 100, .established = true};
    expect(refusal(TIMER " | Session-Expires: 100"), "422 120");
    policy("min_se=120 accept_midcall=no"); /* if none is accepted, none is too small */
    expect(refusal(TIMER " | Session-Expires: 100"), "0 0");
}
END_TEST

/* Shows: FB-12 FB-80 12-1 */
START_TEST(a_420_where_the_extension_is_off_and_required)
{
    policy("mode=off");
    expect(refusal("Require: timer"), "420 0");
    expect(refusal(TIMER " | Require: timer | Session-Expires: 30"), "420 0");
    expect(refusal(TIMER " | Session-Expires: 30"), "0 0");
    expect(refusal("Proxy-Require: timer"), "0 0");
    policy("");
    expect(refusal("Require: timer"), "0 0");
}
END_TEST

/* Shows: EC-03 4-8 */
START_TEST(a_400_where_the_letter_is_wanted)
{
    static const char *const repeated = TIMER " | Session-Expires: 600 | x: 600";
    static const char *const min_se_repeated = TIMER " | Min-SE: 90 | Min-SE: 91";

    policy("");
    expect(refusal("Session-Expires: abc"), "0 0");
    expect(refusal(repeated), "0 0");
    policy("accept_malformed=no");
    expect(refusal("Session-Expires: abc"), "400 0");
    expect(refusal("Min-SE: abc"), "400 0");
    expect(refusal(repeated), "0 0");
    policy("accept_repeated=no");
    expect(refusal("Session-Expires: abc"), "0 0");
    expect(refusal(repeated), "400 0");
    expect(refusal(min_se_repeated), "400 0");
    policy("accept_malformed=no accept_repeated=no mode=off");
    expect(refusal("Session-Expires: abc | x: 1"), "0 0");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rules_uas_refuse");
    TCase *tcase = tcase_create("all");

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, a_422_exactly_where_the_interval_is_too_small);
    tcase_add_test(tcase, no_422_to_the_interval_in_force);
    tcase_add_test(tcase, a_420_where_the_extension_is_off_and_required);
    tcase_add_test(tcase, a_400_where_the_letter_is_wanted);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
