/* SPDX-License-Identifier: MIT */
/* Responses through a proxy, and when its state expires: RFC 4028 §8.2, §8.3. */
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
static struct sst_proxy_dialog dialog;

static uint64_t expires(void)
{
    ck_assert((dialog.interval == 0) == (dialog.expires_ms == SST_NEVER));
    return dialog.expires_ms;
}

static void set_up(void)
{
    sst_proxy_policy_init(&policy);
    memset(&edit, 0xAA, sizeof edit);
    tx = (struct sst_proxy_tx){1800, true, true, SST_PROXY_UNANSWERED};
    dialog = (struct sst_proxy_dialog){BEFORE, 600};
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
    ck_assert_int_eq(sst_proxy_response(NULL, &tx, answer, 0, &edit, &dialog), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_proxy_response(&policy, NULL, answer, 0, &edit, &dialog),
                     SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_proxy_response(&policy, &tx, NULL, 0, &edit, &dialog), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_proxy_response(&policy, &tx, answer, 0, NULL, &dialog), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_proxy_response(&policy, &tx, answer, 0, &edit, NULL), SST_ERR_ARGUMENT);
    const unsigned wrong[] = {0, 99, 700};
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        response.status = (uint16_t)wrong[i];
        ck_assert_int_eq(sst_proxy_response(&policy, &tx, answer, 0, &edit, &dialog),
                         SST_ERR_ARGUMENT);
    }
    ck_assert_uint_eq(expires(), BEFORE);
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
    ck_assert_int_eq(sst_proxy_response(&policy, &tx, &response, NOW, &edit, &dialog), SST_OK);
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
    ck_assert_uint_eq(expires(), NOW + 1234000);
    ck_assert(!edit.set_min_se && !edit.record_route);
    ck_assert_uint_eq(edit.violations, 0);
    tx.answered = SST_PROXY_UNANSWERED;
    answer(codes[_i / 2], SST_METHOD_INVITE, NULL, "100rel"); /* added to an existing list */
    ck_assert(edit.set_session_expires && edit.add_require);
}
END_TEST

/* 8.2-2, EC-83, EC-87: forwarded unchanged, and a running timer ends. */
/* Shows: 4-5 8.2-2 EC-83 EC-87 */
START_TEST(success_without_interval_may_end_the_timer)
{
    static const struct sst_proxy_tx none[] = {
        {1800, false, true, 0},                         /* neither end knows the extension */
        {0, true, true, 0},                             /* nobody asked for a timer */
        {0, false, true, 0},    {1800, true, false, 0}, /* not this transaction */
        {0, false, false, 0},
    };
    tx = none[_i];
    answer(200, SST_METHOD_INVITE, NULL, NULL);
    expect_untouched();
    ck_assert_uint_eq(expires(), SST_NEVER);
}
END_TEST

/* 8.2-3, 8.2-4, EC-84: what the response says, whatever was asked for; EC-08: below 90 s as 90. */
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
        {1800, true, true, 0}, {1800, false, true, 0}, {0, true, true, 0}, {0, false, false, 0}};
    for (size_t i = 0; i < COUNT_OF(any); i++) {
        tx = any[i];
        answer(200, SST_METHOD_UPDATE, values[_i].text, "timer");
        expect_untouched();
        ck_assert_uint_eq(expires(), NOW + values[_i].seconds * 1000);
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
    ck_assert_int_eq(sst_proxy_response(&policy, &tx, &response, NOW, &edit, &dialog), SST_OK);
    expect_untouched();
    ck_assert_uint_eq(expires(), NOW + 1200000);
    ck_assert_uint_eq(edit.violations, BIT(SE_REPEATED));
}
END_TEST

/* EC-102: no second one is inserted. The 2xx extends the session by the interval in force, whatever
 * was asked for; in a dialog without a timer, by what was asked for. */
/* Shows: EC-102 EC-139 */
START_TEST(unreadable_interval_extends_as_before)
{
    static const struct {
        uint32_t asked, in_force, interval;
    } rows[] = {{1800, 0, 1800}, {1800, 600, 600}, {0, 600, 600}, {0, 0, 0}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        tx = (struct sst_proxy_tx){
            .session_expires = rows[i].asked, .uac_supports = true, .active = true};
        dialog =
            (struct sst_proxy_dialog){rows[i].in_force != 0 ? BEFORE : SST_NEVER, rows[i].in_force};
        answer(200, SST_METHOD_INVITE, "abc;refresher=uac", "timer");
        expect_untouched();
        ck_assert_uint_eq(dialog.interval, rows[i].interval);
        ck_assert_uint_eq(expires(),
                          rows[i].interval != 0 ? NOW + rows[i].interval * 1000u : SST_NEVER);
        ck_assert_uint_eq(edit.violations, BIT(SE_MALFORMED));
    }
}
END_TEST

/* A retransmission of the 2xx, with and without a Session-Expires; §8.2: an existing one is never
 * altered. first: the Session-Expires of the first 2xx, NULL for none. */
static const struct {
    const char *first;
    uint32_t asked;
    bool inserted;
} firsts[] = {
    {NULL, 1800, true},
    {NULL, 0, false},
    {"1000;refresher=uas", 1800, false},
    {"1000;refresher=uac", 0, false},
    {"soon", 1800, false},
};

/* Shows: EC-31 EC-136 */
START_TEST(copy_gets_what_the_first_got)
{
    static const char *const copies[] = {NULL, "1000;refresher=uas", "500;refresher=uac", "soon"};
    struct sst_counters counters = {0};
    for (size_t i = 0; i < COUNT_OF(copies) * 2; i++) {
        tx = (struct sst_proxy_tx){
            .session_expires = firsts[_i].asked, .uac_supports = true, .active = true};
        answer(200, SST_METHOD_INVITE, firsts[_i].first, "timer");
        ck_assert(edit.insert_refresher_uac == firsts[_i].inserted);
        ck_assert_uint_eq(tx.answered, firsts[_i].inserted ? SST_PROXY_INSERTED : SST_PROXY_PASSED);
        dialog = (struct sst_proxy_dialog){BEFORE, 777};
        /* The owner may change the policy between the two. */
        policy.insert_response = i % 2 == 0;
        policy.counters = &counters;
        answer(200, SST_METHOD_INVITE, copies[i / 2], "timer");
        ck_assert_uint_eq(expires(), BEFORE);
        ck_assert_uint_eq(dialog.interval, 777);
        if (copies[i / 2] == NULL && firsts[_i].inserted) {
            ck_assert(edit.set_session_expires && edit.insert_refresher_uac && edit.add_require);
            ck_assert_uint_eq(edit.session_expires, 1800);
        } else {
            expect_untouched();
        }
        ck_assert_uint_eq(edit.violations, 0);
        policy.insert_response = true;
        policy.counters = NULL;
    }
    const struct sst_counters none = {0};
    ck_assert(memcmp(&counters, &none, sizeof none) == 0);
}
END_TEST

/* No other response counts. */
START_TEST(copy_is_one_of_a_2xx)
{
    answer(180, SST_METHOD_INVITE, NULL, NULL);
    answer(200, SST_METHOD_OTHER, NULL, NULL);
    answer(500, SST_METHOD_INVITE, NULL, NULL);
    ck_assert_uint_eq(tx.answered, SST_PROXY_UNANSWERED);
    answer(200, SST_METHOD_INVITE, NULL, NULL);
    ck_assert(edit.insert_refresher_uac);
    answer(180, SST_METHOD_INVITE, NULL, NULL);
    expect_untouched();
    ck_assert_uint_eq(tx.answered, SST_PROXY_INSERTED);
}
END_TEST

/* Shows: 8.2-1 8.2-2 */
START_TEST(owner_may_leave_a_2xx_without_a_timer)
{
    policy.insert_response = false;
    answer(200, SST_METHOD_INVITE, NULL, NULL);
    expect_untouched();
    ck_assert_uint_eq(expires(), SST_NEVER);
}
END_TEST

/* EC-07: only a 2xx to INVITE or UPDATE counts. */
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
    ck_assert_uint_eq(expires(), BEFORE);
}
END_TEST

/* Each To tag has a copy of the transaction, and is judged separately. */
/* Shows: 8.2-4 EC-29 EC-136 */
START_TEST(forks_have_an_expiration_each)
{
    static const struct {
        const char *interval;
        uint64_t expires_s;
    } forks[] = {{"600;refresher=uas", 600}, {NULL, 1800}, {"90;refresher=uac", 90}};
    const struct sst_proxy_tx forwarded = tx;
    for (size_t i = 0; i < COUNT_OF(forks); i++) {
        tx = forwarded;
        dialog = (struct sst_proxy_dialog){0};
        answer(200, SST_METHOD_INVITE, forks[i].interval, "timer");
        ck_assert_uint_eq(expires(), NOW + forks[i].expires_s * 1000);
        ck_assert_uint_eq(dialog.interval, forks[i].expires_s);
        ck_assert(edit.insert_refresher_uac == (forks[i].interval == NULL));
    }
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
        tx.answered = SST_PROXY_UNANSWERED;
        ck_assert_int_eq(sst_proxy_response(&policy, &tx, &response, sums[i].now, &edit, &dialog),
                         SST_OK);
        ck_assert_uint_eq(expires(), sums[i].expires);
    }
}
END_TEST

static bool is_expired(uint64_t expires_ms, uint64_t now_ms)
{
    const struct sst_proxy_dialog one = {expires_ms, 90};
    return sst_proxy_expired(&one, now_ms);
}

/* §8.3: "equals or passes" */
/* Shows: 8.3-1 EC-43 EC-85 */
START_TEST(state_expires)
{
    static const struct sst_proxy_dialog zero, none = {SST_NEVER, 0};
    ck_assert(!is_expired(1000, 999));
    ck_assert(is_expired(1000, 1000));
    ck_assert(is_expired(1000, 1001));
    ck_assert(is_expired(0, 0));
    ck_assert(is_expired(SST_NEVER - 1, SST_NEVER));
    ck_assert(!sst_proxy_expired(&none, 0));
    ck_assert(!sst_proxy_expired(&none, SST_NEVER));
    ck_assert(!sst_proxy_expired(&zero, 0));
    ck_assert(!sst_proxy_expired(&zero, SST_NEVER));
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
    tcase_add_test(tests, unreadable_interval_extends_as_before);
    tcase_add_loop_test(tests, copy_gets_what_the_first_got, 0, COUNT_OF(firsts));
    tcase_add_test(tests, copy_is_one_of_a_2xx);
    tcase_add_test(tests, owner_may_leave_a_2xx_without_a_timer);
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
