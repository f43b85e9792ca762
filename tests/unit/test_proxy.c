/* SPDX-License-Identifier: MIT */
/* Responses through a proxy, and the expiration of what it keeps: RFC 4028 §8.2, §8.3. */
#include "exact.h"

#include <sst/sst.h>

#include <check.h>
#include <string.h>

#define NOW UINT64_C(5000000)
#define BEFORE UINT64_C(77) /* an expiration that must not be touched */
#define BIT(name) SST_VIOLATION_BIT(SST_VIOLATION_##name)

static struct sst_proxy_policy policy;
static struct sst_proxy_tx tx;
static struct sst_proxy_edit edit;
static uint64_t expires;

static void set_up(void)
{
    sst_proxy_policy_init(&policy);
    memset(&edit, 0xAA, sizeof edit);
    tx = (struct sst_proxy_tx){1800, true, true};
    expires = BEFORE;
}

static void header(struct sst_msg *msg, const char *name, const char *value)
{
    ck_assert_int_eq(sst_msg_header_n(msg, name, strlen(name), value, strlen(value)), SST_OK);
}

START_TEST(wrong_arguments_are_refused)
{
    struct sst_msg request, response;
    sst_msg_request(&request, SST_METHOD_INVITE, 1);
    sst_msg_response(&response, 200, SST_METHOD_INVITE, 1);
    ck_assert_int_eq(sst_proxy_request(NULL, &tx, &request, &edit), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_proxy_request(&policy, NULL, &request, &edit), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_proxy_request(&policy, &tx, NULL, &edit), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_proxy_request(&policy, &tx, &request, NULL), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_proxy_request(&policy, &tx, &response, &edit), SST_ERR_ARGUMENT);
    const struct sst_msg *answer = &response;
    ck_assert_int_eq(sst_proxy_response(NULL, &tx, answer, 0, &edit, &expires), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_proxy_response(&policy, NULL, answer, 0, &edit, &expires),
                     SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_proxy_response(&policy, &tx, NULL, 0, &edit, &expires), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_proxy_response(&policy, &tx, answer, 0, NULL, &expires), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_proxy_response(&policy, &tx, answer, 0, &edit, NULL), SST_ERR_ARGUMENT);
    const unsigned wrong[] = {0, 99, 700};
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        response.status = (uint16_t)wrong[i];
        ck_assert_int_eq(sst_proxy_response(&policy, &tx, answer, 0, &edit, &expires),
                         SST_ERR_ARGUMENT);
    }
    ck_assert_uint_eq(expires, BEFORE);
    ck_assert_uint_eq(tx.session_expires, 1800);
}
END_TEST

static void answer(unsigned status, enum sst_method method, const char *interval,
                   const char *require)
{
    struct sst_msg response;
    sst_msg_response(&response, status, method, 1);
    if (interval != NULL) {
        header(&response, "Session-Expires", interval);
    }
    if (require != NULL) {
        header(&response, "Require", require);
    }
    ck_assert_int_eq(sst_proxy_response(&policy, &tx, &response, NOW, &edit, &expires), SST_OK);
}

static void expect_untouched(void)
{
    ck_assert(!edit.set_session_expires && !edit.insert_refresher_uac && !edit.set_min_se);
    ck_assert(!edit.add_require && !edit.record_route);
    ck_assert_uint_eq(edit.status, 0);
    ck_assert_uint_eq(edit.session_expires, 0);
    ck_assert_uint_eq(edit.headers.count, 0);
}

/* 8.2-1 */
/* Shows: 8.2-1 EC-82 EC-83 */
START_TEST(success_without_interval_gets_the_remembered_one)
{
    static const unsigned codes[] = {200, 202, 299};
    tx.session_expires = 1234;
    answer(codes[_i / 2], _i % 2 ? SST_METHOD_UPDATE : SST_METHOD_INVITE, NULL, NULL);
    ck_assert(edit.set_session_expires && edit.insert_refresher_uac && edit.add_require);
    ck_assert_uint_eq(edit.session_expires, 1234);
    ck_assert_uint_eq(expires, NOW + 1234000);
    ck_assert(!edit.set_min_se && !edit.record_route);
    ck_assert_uint_eq(edit.violations, 0);
    answer(codes[_i / 2], SST_METHOD_INVITE, NULL, "100rel"); /* added to a list that is there */
    ck_assert(edit.set_session_expires && edit.add_require);
}
END_TEST

/* 8.2-2, EC-83, EC-87: forwarded as it is, and a timer that ran is gone. */
/* Shows: 4-5 8.2-2 EC-83 EC-87 */
START_TEST(success_without_interval_may_end_the_timer)
{
    static const struct sst_proxy_tx none[] = {
        {1800, false, true},                      /* neither UAC nor UAS knows the extension */
        {0, true, true},                          /* nobody asked */
        {0, false, true},    {1800, true, false}, /* not this transaction */
        {0, false, false},
    };
    tx = none[_i];
    answer(200, SST_METHOD_INVITE, NULL, NULL);
    expect_untouched();
    ck_assert_uint_eq(expires, SST_NEVER);
}
END_TEST

/* 8.2-3, 8.2-4, EC-84: what the response says, whatever was asked; EC-08: below 90 s as 90. */
/* Shows: 8.2-3 8.2-4 EC-08 EC-84 */
START_TEST(interval_of_the_response_counts)
{
    static const struct {
        const char *text;
        uint64_t seconds;
        uint32_t violations;
    } values[] = {
        {"1800;refresher=uac", 1800, 0},
        {"90;refresher=uas", 90, 0},
        {"3600;refresher=uas", 3600, 0},
        {"89;refresher=uas", 90, BIT(SE_BELOW_ABSOLUTE)},
        {"0;refresher=uas", 90, BIT(SE_BELOW_ABSOLUTE)},
        {"1800", 1800, BIT(REFRESHER_MISSING)},
        {"1800;refresher=us", 1800, BIT(REFRESHER_MISSING) | BIT(REFRESHER_UNKNOWN)},
        {"4294967295;refresher=uac", UINT32_MAX, 0},
        {"99999999999;refresher=uac", UINT32_MAX, 0},
    };
    static const struct sst_proxy_tx any[] = {
        {1800, true, true}, {1800, false, true}, {0, true, true}, {0, false, false}};
    for (size_t i = 0; i < COUNT_OF(any); i++) {
        tx = any[i];
        answer(200, SST_METHOD_UPDATE, values[_i].text, "timer");
        expect_untouched();
        ck_assert_uint_eq(expires, NOW + values[_i].seconds * 1000);
        ck_assert_uint_eq(edit.violations, values[_i].violations);
    }
}
END_TEST

/* Shows: EC-03 */
START_TEST(repeated_interval_keeps_the_state_longer)
{
    struct sst_msg response;
    sst_msg_response(&response, 200, SST_METHOD_INVITE, 1);
    header(&response, "Session-Expires", "600;refresher=uas");
    header(&response, "x", "1200;refresher=uas");
    ck_assert_int_eq(sst_proxy_response(&policy, &tx, &response, NOW, &edit, &expires), SST_OK);
    expect_untouched();
    ck_assert_uint_eq(expires, NOW + 1200000);
    ck_assert_uint_eq(edit.violations, BIT(SE_REPEATED));
}
END_TEST

/* EC-102: nothing is put beside it, and the 2xx extends the session by what was asked for. */
/* Shows: EC-102 */
START_TEST(unreadable_interval_extends_as_asked)
{
    tx.session_expires = 1800;
    answer(200, SST_METHOD_INVITE, "abc;refresher=uac", "timer");
    expect_untouched();
    ck_assert_uint_eq(expires, NOW + 1800000);
    ck_assert_uint_eq(edit.violations, BIT(SE_MALFORMED));
    tx.session_expires = 0;
    expires = BEFORE;
    answer(200, SST_METHOD_INVITE, "abc;refresher=uac", "timer");
    ck_assert_uint_eq(expires, BEFORE);
    ck_assert_uint_eq(edit.violations, BIT(SE_MALFORMED));
}
END_TEST

/* EC-07: only a 2xx to INVITE or UPDATE says anything. */
/* Shows: 4-1 8.2-5 EC-07 */
START_TEST(other_responses_change_nothing)
{
    for (unsigned status = 100; status <= 699; status++) {
        for (unsigned method = SST_METHOD_OTHER; method <= SST_METHOD_BYE; method++) {
            bool refreshes = method == SST_METHOD_INVITE || method == SST_METHOD_UPDATE;
            if (refreshes && status >= 200 && status <= 299) {
                continue;
            }
            answer(status, (enum sst_method)method, NULL, NULL);
            expect_untouched();
            ck_assert_uint_eq(edit.violations, 0);
            answer(status, (enum sst_method)method, "600;refresher=uac", NULL);
            expect_untouched();
            ck_assert_uint_eq(edit.violations, BIT(SE_MISPLACED));
        }
    }
    ck_assert_uint_eq(expires, BEFORE);
}
END_TEST

/* Shows: 8.2-4 EC-29 */
START_TEST(forks_have_an_expiration_each)
{
    uint64_t forks[] = {BEFORE, BEFORE, BEFORE};
    answer(200, SST_METHOD_INVITE, "600;refresher=uas", NULL);
    forks[0] = expires;
    answer(200, SST_METHOD_INVITE, NULL, NULL);
    forks[1] = expires;
    answer(200, SST_METHOD_INVITE, "90;refresher=uac", "timer");
    forks[2] = expires;
    ck_assert_uint_eq(forks[0], NOW + 600000);
    ck_assert_uint_eq(forks[1], NOW + 1800000); /* the transaction is as it was for the first */
    ck_assert_uint_eq(forks[2], NOW + 90000);
}
END_TEST

/* Shows: EC-01 8.2-4 */
START_TEST(expiration_does_not_wrap)
{
    struct sst_msg response;
    sst_msg_response(&response, 200, SST_METHOD_INVITE, 1);
    sst_msg_set_session_expires(&response, UINT32_MAX, SST_REFRESHER_UAC);
    const uint64_t late = UINT64_MAX - UINT64_C(4294967295000);
    const struct {
        uint64_t now, expires;
    } sums[] = {{0, UINT64_C(4294967295000)},   {late - 2, SST_NEVER - 2},
                {late - 1, SST_NEVER - 1},      {late, SST_NEVER - 1},
                {SST_NEVER - 1, SST_NEVER - 1}, {SST_NEVER, SST_NEVER - 1}};
    for (size_t i = 0; i < COUNT_OF(sums); i++) {
        ck_assert_int_eq(sst_proxy_response(&policy, &tx, &response, sums[i].now, &edit, &expires),
                         SST_OK);
        ck_assert_uint_eq(expires, sums[i].expires);
    }
}
END_TEST

/* §8.3: "equals or passes" */
/* Shows: 8.3-1 EC-43 EC-85 */
START_TEST(state_expires)
{
    ck_assert(!sst_proxy_expired(1000, 999));
    ck_assert(sst_proxy_expired(1000, 1000));
    ck_assert(sst_proxy_expired(1000, 1001));
    ck_assert(sst_proxy_expired(0, 0));
    ck_assert(!sst_proxy_expired(SST_NEVER, 0));
    ck_assert(!sst_proxy_expired(SST_NEVER, SST_NEVER));
    ck_assert(sst_proxy_expired(SST_NEVER - 1, SST_NEVER));
}
END_TEST

static Suite *proxy_suite(void)
{
    Suite *suite = suite_create("proxy");
    TCase *tests = tcase_create("proxy");
    tcase_add_checked_fixture(tests, set_up, NULL);
    tcase_add_test(tests, wrong_arguments_are_refused);
    tcase_add_loop_test(tests, success_without_interval_gets_the_remembered_one, 0, 6);
    tcase_add_loop_test(tests, success_without_interval_may_end_the_timer, 0, 5);
    tcase_add_loop_test(tests, interval_of_the_response_counts, 0, 9);
    tcase_add_test(tests, repeated_interval_keeps_the_state_longer);
    tcase_add_test(tests, unreadable_interval_extends_as_asked);
    tcase_add_test(tests, other_responses_change_nothing);
    tcase_add_test(tests, forks_have_an_expiration_each);
    tcase_add_test(tests, expiration_does_not_wrap);
    tcase_add_test(tests, state_expires);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return run_suite(proxy_suite());
}
