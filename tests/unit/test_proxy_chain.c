/* SPDX-License-Identifier: MIT */
/* What a proxy reports and counts, what it leaves alone, and several proxies in a row. */
#include "exact.h"

#include <sst/sst.h>

#include <check.h>
#include <string.h>

#define NOW UINT64_C(1000)
#define BIT(name) SST_VIOLATION_BIT(SST_VIOLATION_##name)

static struct sst_proxy_policy policy;
static struct sst_counters counters;
static struct sst_proxy_tx tx;
static struct sst_proxy_edit edit;

static void set_up(void)
{
    sst_proxy_policy_init(&policy);
    memset(&counters, 0, sizeof counters);
    memset(&tx, 0xAA, sizeof tx);
    memset(&edit, 0xAA, sizeof edit);
}

/* Header fields as "Name: value" lines, up to a NULL. */
static void add_lines(struct sst_msg *msg, const char *const *lines)
{
    for (size_t i = 0; lines[i] != NULL; i++) {
        size_t name = strcspn(lines[i], ":");
        const char *value = lines[i] + name + 2;
        ck_assert_int_eq(sst_msg_header_n(msg, lines[i], name, value, strlen(value)), SST_OK);
    }
}

static const struct {
    enum sst_method method;
    const char *lines[5];
    uint32_t violations;
} requests[] = {
    {SST_METHOD_INVITE, {"Supported: timer", "Session-Expires: 1800;refresher=uac"}, 0},
    {SST_METHOD_INVITE, {"Session-Expires: 1800"}, 0},
    {SST_METHOD_INVITE, {"Supported: timer", "Session-Expires: 90", "Min-SE: 90"}, 0},
    {SST_METHOD_INVITE, {"Session-Expires: x"}, BIT(SE_MALFORMED)},
    {SST_METHOD_INVITE, {"Session-Expires: 1800", "x: 1800"}, BIT(SE_REPEATED)},
    {SST_METHOD_INVITE, {"Min-SE: x"}, BIT(MIN_SE_MALFORMED)},
    {SST_METHOD_INVITE, {"Min-SE: 90", "Min-SE: 91"}, BIT(MIN_SE_REPEATED)},
    {SST_METHOD_INVITE, {"Min-SE: 89"}, BIT(MIN_SE_BELOW_ABSOLUTE)},
    {SST_METHOD_UPDATE, {"Session-Expires: 600", "Min-SE: 601", "k: timer"}, BIT(SE_BELOW_MIN_SE)},
    {SST_METHOD_UPDATE,
     {"Session-Expires: 60", "Min-SE: 30"},
     BIT(SE_BELOW_MIN_SE) | BIT(MIN_SE_BELOW_ABSOLUTE)},
    {SST_METHOD_UPDATE, {"Session-Expires: 60"}, 0},
    {SST_METHOD_INVITE, {"Require: timer"}, BIT(REQUIRE_UNSUPPORTED)},
    {SST_METHOD_INVITE, {"Require: timer", "Supported: timer"}, 0},
    {SST_METHOD_INVITE,
     {"Require: timer", "Session-Expires: 1800;refresher=uas"},
     BIT(REQUIRE_UNSUPPORTED) | BIT(REFRESHER_UNSUPPORTED)}, /* EC-106 */
    {SST_METHOD_INVITE, {"Session-Expires: 1800;refresher=uas"}, BIT(REFRESHER_UNSUPPORTED)},
    {SST_METHOD_INVITE, {"Session-Expires: 1800;refresher=me"}, BIT(REFRESHER_UNKNOWN)},
    {SST_METHOD_BYE, {"Supported: timer"}, 0},
    {SST_METHOD_BYE, {"Session-Expires: 1800;refresher=uac"}, BIT(SE_MISPLACED)},
    {SST_METHOD_OTHER, {"Min-SE: 60"}, BIT(MIN_SE_MISPLACED)},
    {SST_METHOD_ACK, {"Min-SE: 60", "x: 30"}, BIT(MIN_SE_MISPLACED) | BIT(SE_MISPLACED)},
};

/* Shows: 4-8 EC-05 EC-13 EC-106 */
START_TEST(requests_are_judged)
{
    struct sst_msg request;
    sst_msg_request(&request, requests[_i].method, 1);
    add_lines(&request, requests[_i].lines);
    ck_assert_int_eq(sst_proxy_request(&policy, &tx, &request, &edit), SST_OK);
    ck_assert_uint_eq(edit.violations, requests[_i].violations);
    policy.stateful = false; /* which does not change what is wrong */
    ck_assert_int_eq(sst_proxy_request(&policy, &tx, &request, &edit), SST_OK);
    ck_assert_uint_eq(edit.violations, requests[_i].violations);
}
END_TEST

static const struct {
    unsigned status;
    enum sst_method method;
    const char *lines[4];
    uint32_t violations;
} responses[] = {
    {200, SST_METHOD_INVITE, {"Require: timer", "Session-Expires: 90;refresher=uac"}, 0},
    {200, SST_METHOD_INVITE, {"Session-Expires: 90;refresher=uas"}, 0},
    {200, SST_METHOD_INVITE, {"Session-Expires: 90;refresher=uac"}, BIT(REQUIRE_MISSING)},
    {200, SST_METHOD_INVITE, {"Session-Expires: 90"}, BIT(REFRESHER_MISSING)},
    {200, SST_METHOD_INVITE, {"Require: timer"}, BIT(REQUIRE_ALONE)},
    {200, SST_METHOD_INVITE, {"Require: timer", "x: y"}, BIT(SE_MALFORMED)},
    {200, SST_METHOD_UPDATE, {"Min-SE: 90"}, BIT(MIN_SE_MISPLACED)},
    {422, SST_METHOD_UPDATE, {"Min-SE: 90"}, 0},
    {422, SST_METHOD_OTHER, {"Min-SE: 90"}, BIT(MIN_SE_MISPLACED)},
    {180, SST_METHOD_INVITE, {"x: 90;refresher=uac", "Require: timer"}, BIT(SE_MISPLACED)},
    {422, SST_METHOD_INVITE, {"x: 90;refresher=uac"}, BIT(SE_MISPLACED)},
    {200, SST_METHOD_OTHER, {"x: 30"}, BIT(SE_MISPLACED)},
    {503, SST_METHOD_UPDATE, {"Retry-After: never"}, BIT(RETRY_AFTER_MALFORMED)},
};

/* Shows: EC-06 EC-16 EC-17 */
START_TEST(responses_are_judged)
{
    struct sst_msg response;
    struct sst_proxy_dialog dialog = {0};
    memset(&tx, 0, sizeof tx);
    sst_msg_response(&response, responses[_i].status, responses[_i].method, 1);
    add_lines(&response, responses[_i].lines);
    ck_assert_int_eq(sst_proxy_response(&policy, &tx, &response, NOW, &edit, &dialog), SST_OK);
    ck_assert_uint_eq(edit.violations, responses[_i].violations);
}
END_TEST

START_TEST(counters_count)
{
    struct sst_msg msg;
    struct sst_proxy_dialog dialog = {0};
    struct sst_counters expected = {.rejected_422 = 2};
    expected.violations[SST_VIOLATION_MIN_SE_BELOW_ABSOLUTE] = 2;
    expected.violations[SST_VIOLATION_SE_BELOW_MIN_SE] = 2;
    expected.violations[SST_VIOLATION_REFRESHER_MISSING] = 1;
    expected.violations[SST_VIOLATION_SE_MALFORMED] = 2; /* the first one ever */
    policy.counters = &counters;
    sst_msg_request(&msg, SST_METHOD_INVITE, 1);
    add_lines(&msg, (const char *[]){"x: 60", "Min-SE: 30", "k: timer", NULL});
    ck_assert_int_eq(sst_proxy_request(&policy, &tx, &msg, &edit), SST_OK);
    ck_assert_int_eq(sst_proxy_request(&policy, &tx, &msg, &edit), SST_OK);
    sst_msg_response(&msg, 200, SST_METHOD_INVITE, 1);
    add_lines(&msg, (const char *[]){"x: 1800", NULL});
    ck_assert_int_eq(sst_proxy_response(&policy, &tx, &msg, NOW, &edit, &dialog), SST_OK);
    sst_msg_response(&msg, 200, SST_METHOD_INVITE, 1);
    add_lines(&msg, (const char *[]){"x: soon", NULL});
    tx.answered = SST_PROXY_UNANSWERED;
    ck_assert_int_eq(sst_proxy_response(&policy, &tx, &msg, NOW, &edit, &dialog), SST_OK);
    tx.answered = SST_PROXY_UNANSWERED;
    ck_assert_int_eq(sst_proxy_response(&policy, &tx, &msg, NOW, &edit, &dialog), SST_OK);
    /* a retransmission counts nothing */
    ck_assert_int_eq(sst_proxy_response(&policy, &tx, &msg, NOW, &edit, &dialog), SST_OK);
    ck_assert(memcmp(&counters, &expected, sizeof counters) == 0);
}
END_TEST

static void expect_untouched(void)
{
    ck_assert_uint_eq(edit.status, 0);
    ck_assert(!edit.set_session_expires && !edit.insert_refresher_uac && !edit.set_min_se);
    ck_assert(!edit.add_require && !edit.record_route);
    ck_assert(!tx.active && !tx.uac_supports && tx.session_expires == 0);
}

/* Shows: 4-1 5-6 */
START_TEST(other_requests_stay_as_they_are)
{
    static const enum sst_method methods[] = {SST_METHOD_OTHER, SST_METHOD_ACK, SST_METHOD_CANCEL,
                                              SST_METHOD_BYE};
    struct sst_msg request;
    policy.session_expires = 1800;
    policy.insert_require = true;
    sst_msg_request(&request, methods[_i], 1);
    ck_assert_int_eq(sst_proxy_request(&policy, &tx, &request, &edit), SST_OK);
    expect_untouched();
    add_lines(&request, (const char *[]){"x: 60", "k: timer", NULL});
    ck_assert_int_eq(sst_proxy_request(&policy, &tx, &request, &edit), SST_OK);
    expect_untouched();
}
END_TEST

/* 8-1: a proxy that keeps no state must not ask for a timer. */
/* Shows: 8-1 */
START_TEST(stateless_proxy_changes_nothing)
{
    struct sst_msg request;
    policy.stateful = false;
    for (int i = 0; i < 2; i++) {
        sst_msg_request(&request, SST_METHOD_INVITE, 1);
        add_lines(&request, (const char *[]){"x: 60", i ? "k: timer" : NULL, NULL});
        ck_assert_int_eq(sst_proxy_request(&policy, &tx, &request, &edit), SST_OK);
        expect_untouched();
    }
}
END_TEST

/* Shows: 8-2 */
START_TEST(who_does_not_record_route_is_not_told_to)
{
    struct sst_msg request;
    sst_msg_request(&request, SST_METHOD_INVITE, 1);
    add_lines(&request, (const char *[]){"x: 1800", NULL});
    ck_assert_int_eq(sst_proxy_request(&policy, &tx, &request, &edit), SST_OK);
    ck_assert(edit.record_route && tx.active);
    policy.record_routes = false;
    ck_assert_int_eq(sst_proxy_request(&policy, &tx, &request, &edit), SST_OK);
    ck_assert(!edit.record_route && tx.active);
}
END_TEST

/* ---- Two proxies in a row ---- */

struct hop {
    struct sst_proxy_policy policy;
    struct sst_proxy_tx tx;
    struct sst_proxy_dialog dialog;
};

static struct hop first, second;

static void chain(uint32_t first_wish, uint32_t second_min)
{
    sst_proxy_policy_init(&first.policy);
    sst_proxy_policy_init(&second.policy);
    first.policy.session_expires = first_wish;
    second.policy.min_se = second_min;
    first.dialog = second.dialog = (struct sst_proxy_dialog){0};
}

/* Applies the changes to the message, as a host does. @return the status of a rejection, or 0 */
static unsigned pass_request(struct hop *hop, struct sst_msg *request)
{
    ck_assert_int_eq(sst_proxy_request(&hop->policy, &hop->tx, request, &edit), SST_OK);
    if (edit.set_session_expires) {
        request->session_expires = request->session_expires_max = edit.session_expires;
        request->has |= SST_MSG_SESSION_EXPIRES;
    }
    if (edit.set_min_se) {
        request->min_se = edit.min_se;
        request->has |= SST_MSG_MIN_SE;
    }
    return edit.status;
}

static void pass_response(struct hop *hop, struct sst_msg *response)
{
    ck_assert_int_eq(sst_proxy_response(&hop->policy, &hop->tx, response, NOW, &edit, &hop->dialog),
                     SST_OK);
    ck_assert_uint_eq(edit.violations, 0);
    if (edit.set_session_expires) {
        ck_assert(edit.insert_refresher_uac && edit.add_require);
        sst_msg_set_session_expires(response, edit.session_expires, SST_REFRESHER_UAC);
        sst_msg_set_flags(response, SST_MSG_REQUIRE_TIMER);
    }
}

/* A UAC with the extension, a UAS without: the last proxy answers for it. The 422 is retried. */
/* Shows: 8-3 8.1-6 8.2-1 8.2-3 */
START_TEST(last_proxy_answers_for_the_uas)
{
    struct sst_msg msg;
    chain(600, 1800);
    sst_msg_request(&msg, SST_METHOD_INVITE, 1);
    sst_msg_set_flags(&msg, SST_MSG_SUPPORTED_TIMER);
    ck_assert_uint_eq(pass_request(&first, &msg), 0);
    ck_assert_uint_eq(msg.session_expires, 600);
    ck_assert_uint_eq(pass_request(&second, &msg), 422);
    ck_assert_str_eq(sst_headers_get(&edit.headers, "Min-SE"), "1800");

    sst_msg_request(&msg, SST_METHOD_INVITE, 2);
    sst_msg_set_flags(&msg, SST_MSG_SUPPORTED_TIMER);
    sst_msg_set_session_expires(&msg, 1800, SST_REFRESHER_NONE);
    sst_msg_set_min_se(&msg, 1800);
    ck_assert_uint_eq(pass_request(&first, &msg), 0);
    ck_assert_uint_eq(pass_request(&second, &msg), 0);
    ck_assert_uint_eq(msg.session_expires, 1800);

    sst_msg_response(&msg, 200, SST_METHOD_INVITE, 2);
    pass_response(&second, &msg);
    ck_assert(edit.set_session_expires);
    pass_response(&first, &msg);
    ck_assert(!edit.set_session_expires); /* it is not the first to see the response */
    ck_assert_uint_eq(first.dialog.expires_ms, NOW + 1800000);
    ck_assert_uint_eq(second.dialog.expires_ms, NOW + 1800000);
    ck_assert_uint_eq(msg.refresher, SST_REFRESHER_UAC);
}
END_TEST

/* A UAC without the extension still gets its call: the interval grows on the way. */
/* Shows: 8.1-7 8.1-15 8.2-2 8.2-4 */
START_TEST(interval_grows_for_a_uac_without_support)
{
    struct sst_msg msg;
    chain(600, 1800);
    sst_msg_request(&msg, SST_METHOD_INVITE, 1);
    ck_assert_uint_eq(pass_request(&first, &msg), 0);
    ck_assert_uint_eq(pass_request(&second, &msg), 0);
    ck_assert_uint_eq(msg.session_expires, 1800);
    ck_assert_uint_eq(msg.min_se, 1800);
    struct sst_msg with = msg, without;

    sst_msg_response(&with, 200, SST_METHOD_INVITE, 1);
    sst_msg_set_session_expires(&with, 1800, SST_REFRESHER_UAS);
    pass_response(&second, &with);
    pass_response(&first, &with);
    ck_assert_uint_eq(second.dialog.expires_ms, NOW + 1800000);
    ck_assert_uint_eq(first.dialog.expires_ms, NOW + 1800000); /* not its own 600 */

    first.tx.answered = second.tx.answered = SST_PROXY_UNANSWERED; /* another call like this */
    sst_msg_response(&without, 200, SST_METHOD_INVITE, 1);
    pass_response(&second, &without);
    pass_response(&first, &without);
    ck_assert_uint_eq(without.has, SST_MSG_CSEQ);
    ck_assert_uint_eq(second.dialog.expires_ms, SST_NEVER);
    ck_assert_uint_eq(first.dialog.expires_ms, SST_NEVER);
}
END_TEST

static Suite *proxy_chain_suite(void)
{
    Suite *suite = suite_create("proxy_chain");
    TCase *tests = tcase_create("proxy_chain");
    tcase_add_checked_fixture(tests, set_up, NULL);
    tcase_add_loop_test(tests, requests_are_judged, 0, COUNT_OF(requests));
    tcase_add_loop_test(tests, responses_are_judged, 0, COUNT_OF(responses));
    tcase_add_test(tests, counters_count);
    tcase_add_loop_test(tests, other_requests_stay_as_they_are, 0, 4);
    tcase_add_test(tests, stateless_proxy_changes_nothing);
    tcase_add_test(tests, who_does_not_record_route_is_not_told_to);
    tcase_add_test(tests, last_proxy_answers_for_the_uas);
    tcase_add_test(tests, interval_grows_for_a_uac_without_support);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return run_suite(proxy_chain_suite());
}
