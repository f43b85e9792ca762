/* SPDX-License-Identifier: MIT */
/* How each final status is treated, for both methods, and what a policy may override. */
#include "exact.h"

#include <sst/rules.h>

static const struct {
    unsigned status;
    enum sst_outcome invite;
    enum sst_outcome update;
} special[] = {
    {401, SST_OUTCOME_AUTH, SST_OUTCOME_AUTH},           /* EC-60 */
    {404, SST_OUTCOME_DIALOG, SST_OUTCOME_DIALOG},       /* EC-61, RFC 5057 §5.1 */
    {405, SST_OUTCOME_NO_METHOD, SST_OUTCOME_NO_METHOD}, /* EC-55 */
    {406, SST_OUTCOME_OFFER, SST_OUTCOME_OFFER},         /* EC-113 */
    {407, SST_OUTCOME_AUTH, SST_OUTCOME_AUTH},
    {408, SST_OUTCOME_GONE, SST_OUTCOME_GONE}, /* §10 */
    {410, SST_OUTCOME_DIALOG, SST_OUTCOME_DIALOG},
    {413, SST_OUTCOME_TOO_LARGE, SST_OUTCOME_TOO_LARGE}, /* EC-57 */
    {415, SST_OUTCOME_OFFER, SST_OUTCOME_OFFER},         /* EC-56 */
    {416, SST_OUTCOME_DIALOG, SST_OUTCOME_DIALOG},
    {420, SST_OUTCOME_EXTENSION, SST_OUTCOME_EXTENSION}, /* EC-58 */
    {422, SST_OUTCOME_INTERVAL, SST_OUTCOME_INTERVAL},   /* EC-27 */
    {480, SST_OUTCOME_TRANSIENT, SST_OUTCOME_TRANSIENT}, /* EC-61 */
    {481, SST_OUTCOME_GONE, SST_OUTCOME_GONE},
    {482, SST_OUTCOME_DIALOG, SST_OUTCOME_DIALOG},
    {483, SST_OUTCOME_DIALOG, SST_OUTCOME_DIALOG},
    {484, SST_OUTCOME_DIALOG, SST_OUTCOME_DIALOG},
    {485, SST_OUTCOME_DIALOG, SST_OUTCOME_DIALOG},
    {486, SST_OUTCOME_TRANSIENT, SST_OUTCOME_TRANSIENT},
    {487, SST_OUTCOME_TRANSIENT, SST_OUTCOME_TRANSIENT}, /* EC-62 */
    {488, SST_OUTCOME_OFFER, SST_OUTCOME_OFFER},
    {491, SST_OUTCOME_GLARE, SST_OUTCOME_GLARE}, /* EC-52 */
    {501, SST_OUTCOME_NO_METHOD, SST_OUTCOME_NO_METHOD},
    {502, SST_OUTCOME_DIALOG, SST_OUTCOME_DIALOG},
    {504, SST_OUTCOME_TRANSIENT, SST_OUTCOME_METHOD}, /* EC-54 */
    {505, SST_OUTCOME_METHOD, SST_OUTCOME_METHOD},
    {513, SST_OUTCOME_TOO_LARGE, SST_OUTCOME_TOO_LARGE}, /* EC-113 */
    {580, SST_OUTCOME_OFFER, SST_OUTCOME_OFFER},
    {600, SST_OUTCOME_TRANSIENT, SST_OUTCOME_TRANSIENT},
    {604, SST_OUTCOME_DIALOG, SST_OUTCOME_DIALOG},
    {606, SST_OUTCOME_OFFER, SST_OUTCOME_OFFER},
};

static enum sst_outcome expected(enum sst_method method, unsigned status)
{
    for (size_t i = 0; i < COUNT_OF(special); i++) {
        if (special[i].status == status) {
            return method == SST_METHOD_UPDATE ? special[i].update : special[i].invite;
        }
    }
    if (status < 200) {
        return SST_OUTCOME_PROVISIONAL;
    }
    if (status < 300) {
        return SST_OUTCOME_SUCCESS;
    }
    return status >= 500 && status < 600 ? SST_OUTCOME_TRANSIENT : SST_OUTCOME_METHOD;
}

/* Shows: 10-2 10-3 EC-50 EC-53 EC-54 EC-55 EC-56 EC-57 EC-58 EC-60 EC-61 EC-62 EC-113 */
START_TEST(each_status_has_its_class)
{
    for (unsigned status = 100; status < 700; status++) {
        ck_assert_msg(sst_classify_status(SST_METHOD_INVITE, status) ==
                          expected(SST_METHOD_INVITE, status),
                      "INVITE %u", status);
        ck_assert_msg(sst_classify_status(SST_METHOD_UPDATE, status) ==
                          expected(SST_METHOD_UPDATE, status),
                      "UPDATE %u", status);
    }
}
END_TEST

/* Shows: 10-2 */
START_TEST(only_408_and_481_end_a_session)
{
    for (unsigned status = 100; status < 700; status++) {
        bool ends = sst_classify_status(SST_METHOD_INVITE, status) == SST_OUTCOME_GONE;
        ck_assert_int_eq(ends, status == 408 || status == 481);
    }
}
END_TEST

static unsigned asked;
static unsigned asked_status;
static enum sst_method asked_method;
static enum sst_outcome asked_usual;
static int opinion;

static enum sst_outcome classify(void *user, enum sst_method method, unsigned status,
                                 enum sst_outcome usual)
{
    ck_assert_ptr_eq(user, &opinion);
    asked++;
    asked_status = status;
    asked_method = method;
    asked_usual = usual;
    return (enum sst_outcome)opinion;
}

static struct sst_policy policy_with_opinion(void)
{
    struct sst_policy policy;

    sst_policy_init(&policy);
    policy.classify = classify;
    policy.user = &opinion;
    asked = 0;
    return policy;
}

/* Shows: EC-61 */
START_TEST(a_policy_is_asked_for_failures_only)
{
    struct sst_policy policy = policy_with_opinion();

    opinion = SST_OUTCOME_GONE;
    ck_assert_int_eq(sst_classify_failure(&policy, SST_METHOD_INVITE, 180),
                     SST_OUTCOME_PROVISIONAL);
    ck_assert_int_eq(sst_classify_failure(&policy, SST_METHOD_INVITE, 200), SST_OUTCOME_SUCCESS);
    ck_assert_int_eq(sst_classify_failure(&policy, SST_METHOD_INVITE, 299), SST_OUTCOME_SUCCESS);
    ck_assert_uint_eq(asked, 0);
    ck_assert_int_eq(sst_classify_failure(&policy, SST_METHOD_UPDATE, 404), SST_OUTCOME_GONE);
    ck_assert_uint_eq(asked, 1);
    ck_assert_uint_eq(asked_status, 404);
    ck_assert_int_eq(asked_method, SST_METHOD_UPDATE);
    ck_assert_int_eq(asked_usual, SST_OUTCOME_DIALOG);
    ck_assert_int_eq(sst_classify_failure(&policy, SST_METHOD_INVITE, 300), SST_OUTCOME_GONE);
    ck_assert_int_eq(sst_classify_failure(&policy, SST_METHOD_INVITE, 699), SST_OUTCOME_GONE);
    ck_assert_uint_eq(asked, 3);
}
END_TEST

/* A failure cannot be turned into a success, or get a class that does not exist. */
START_TEST(an_opinion_that_makes_no_sense_is_ignored)
{
    static const int odd[] = {SST_OUTCOME_SUCCESS,
                              SST_OUTCOME_PROVISIONAL,
                              SST_OUTCOME_TIMEOUT,
                              SST_OUTCOME_TRANSPORT,
                              SST_OUTCOME_COUNT,
                              100,
                              -1};
    struct sst_policy policy = policy_with_opinion();

    for (size_t i = 0; i < COUNT_OF(odd); i++) {
        opinion = odd[i];
        ck_assert_int_eq(sst_classify_failure(&policy, SST_METHOD_INVITE, 500),
                         SST_OUTCOME_TRANSIENT);
    }
    for (opinion = SST_OUTCOME_GONE; opinion <= SST_OUTCOME_DIALOG; opinion++) {
        ck_assert_int_eq(sst_classify_failure(&policy, SST_METHOD_INVITE, 500), opinion);
    }
}
END_TEST

START_TEST(without_an_opinion_it_is_the_usual)
{
    struct sst_policy policy;

    sst_policy_init(&policy);
    for (unsigned status = 100; status < 700; status++) {
        ck_assert_int_eq(sst_classify_failure(&policy, SST_METHOD_UPDATE, status),
                         expected(SST_METHOD_UPDATE, status));
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("failure");
    TCase *tcase = tcase_create("all");

    tcase_add_test(tcase, each_status_has_its_class);
    tcase_add_test(tcase, only_408_and_481_end_a_session);
    tcase_add_test(tcase, a_policy_is_asked_for_failures_only);
    tcase_add_test(tcase, an_opinion_that_makes_no_sense_is_ignored);
    tcase_add_test(tcase, without_an_opinion_it_is_the_usual);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
