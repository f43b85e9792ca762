/* SPDX-License-Identifier: MIT */
/* Faults of version 0.1 at proxies: E12, E14, E16 and E18, with the values of the decisions named.
 */
#include "fields.h"

#include <sst/proxy.h>

static struct sst_proxy_policy policy_with(uint32_t min_se, uint32_t most)
{
    struct sst_proxy_policy policy;

    sst_proxy_policy_init(&policy);
    policy.min_se = min_se;
    policy.max_session_expires = most;
    ck_assert_int_eq(sst_proxy_policy_check(&policy, NULL), SST_OK);
    return policy;
}

/* An INVITE that asks for 1800 s, from a UAC that supports it. */
static struct sst_proxy_tx asked(const struct sst_proxy_policy *policy, const char *interval)
{
    struct sst_proxy_tx tx;
    struct sst_proxy_edit edit;
    struct sst_msg msg = request_with("Supported", "timer");

    if (interval != NULL) {
        add(&msg, "Session-Expires", interval);
    }
    ck_assert_int_eq(sst_proxy_request(policy, &tx, &msg, &edit), SST_OK);
    ck_assert_uint_eq(edit.status, 0);
    return tx;
}

static struct sst_msg response_with(const char *interval)
{
    struct sst_msg msg;

    sst_msg_response(&msg, 200, SST_METHOD_INVITE, 1);
    if (interval != NULL) {
        add(&msg, "Session-Expires", interval);
        add(&msg, "Require", "timer");
    }
    return msg;
}

/* No 422 to requests with a To tag; below 90 it raises. */
/* Shows: EC-134 */
START_TEST(e12_an_interval_that_was_let_pass_is_not_refused_later)
{
    struct sst_proxy_policy policy = policy_with(120, 0);
    struct sst_proxy_tx tx = asked(&policy, "1800");
    struct sst_proxy_edit edit;
    struct sst_proxy_dialog dialog = {0};
    struct sst_msg msg = response_with("100;refresher=uas");

    ck_assert_int_eq(sst_proxy_response(&policy, &tx, &msg, 1000, &edit, &dialog), SST_OK);
    sst_msg_request(&msg, SST_METHOD_UPDATE, 2);
    add(&msg, "Supported", "timer");
    add(&msg, "Session-Expires", "100;refresher=uac");
    sst_msg_set_flags(&msg, SST_MSG_IN_DIALOG);
    ck_assert_int_eq(sst_proxy_request(&policy, &tx, &msg, &edit), SST_OK);
    ck_assert_uint_eq(edit.status, 0);
}
END_TEST

/* First 2xx passed with uas: a copy without Session-Expires passes untouched. */
/* Shows: EC-136 */
START_TEST(e14_a_copy_of_a_2xx_is_changed_as_the_first_was)
{
    struct sst_proxy_policy policy = policy_with(90, 0);
    struct sst_proxy_tx tx = asked(&policy, "1800");
    struct sst_proxy_edit edit;
    struct sst_proxy_dialog dialog = {0};
    struct sst_msg msg = response_with("1800;refresher=uas");

    ck_assert_int_eq(sst_proxy_response(&policy, &tx, &msg, 1000, &edit, &dialog), SST_OK);
    ck_assert(!edit.set_session_expires);
    msg = response_with(NULL);
    ck_assert_int_eq(sst_proxy_response(&policy, &tx, &msg, 1500, &edit, &dialog), SST_OK);
    ck_assert(!edit.set_session_expires && !edit.insert_refresher_uac && !edit.add_require);
    ck_assert(dialog.expires_ms == 1801000);

    tx = asked(&policy, "1800");
    msg = response_with(NULL);
    ck_assert_int_eq(sst_proxy_response(&policy, &tx, &msg, 1000, &edit, &dialog), SST_OK);
    ck_assert(edit.insert_refresher_uac);
    ck_assert_int_eq(sst_proxy_response(&policy, &tx, &msg, 1500, &edit, &dialog), SST_OK);
    ck_assert(edit.insert_refresher_uac);
}
END_TEST

/* One goes on, with the proxy's value. */
/* Shows: EC-137 */
START_TEST(e16_of_several_intervals_one_goes_on)
{
    struct sst_proxy_policy policy = policy_with(90, 2000);
    struct sst_proxy_tx tx;
    struct sst_proxy_edit edit;
    struct sst_msg msg = request_with("Supported", "timer");

    add(&msg, "Session-Expires", "3600");
    add(&msg, "Session-Expires", "1000");
    ck_assert_int_eq(sst_proxy_request(&policy, &tx, &msg, &edit), SST_OK);
    ck_assert(edit.set_session_expires);
    ck_assert_uint_le(edit.session_expires, 2000);
    ck_assert_uint_eq(edit.session_expires, tx.session_expires);
}
END_TEST

/* The expiration moves by the interval in force. */
/* Shows: EC-139 */
START_TEST(e18_an_unreadable_interval_moves_the_expiration)
{
    struct sst_proxy_policy policy = policy_with(90, 0);
    struct sst_proxy_tx tx = asked(&policy, "1800");
    struct sst_proxy_edit edit;
    struct sst_proxy_dialog dialog = {0};
    struct sst_msg msg = response_with("1800;refresher=uas");

    ck_assert_int_eq(sst_proxy_response(&policy, &tx, &msg, 1000, &edit, &dialog), SST_OK);
    ck_assert(dialog.expires_ms == 1801000);
    tx = asked(&policy, NULL);
    msg = response_with("abc");
    ck_assert_int_eq(sst_proxy_response(&policy, &tx, &msg, 601000, &edit, &dialog), SST_OK);
    ck_assert(dialog.expires_ms == 2401000);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("faults_proxy");
    TCase *tcase = tcase_create("all");

    tcase_add_test(tcase, e12_an_interval_that_was_let_pass_is_not_refused_later);
    tcase_add_test(tcase, e14_a_copy_of_a_2xx_is_changed_as_the_first_was);
    tcase_add_test(tcase, e16_of_several_intervals_one_goes_on);
    tcase_add_test(tcase, e18_an_unreadable_interval_moves_the_expiration);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
