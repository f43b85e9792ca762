/* SPDX-License-Identifier: MIT */
/* src/osip/apply.c: a proxy's changes to libosip2's messages. */
#include "osip_messages.h"

static const char forty[] = "0123456789012345678901234567890123456789";

/* Applies the edit and checks that the printed message has this line, as the only one of its name.
 * */
static void check_edit(const char *extra, const struct sst_proxy_edit *edit, const char *name,
                       const char *line)
{
    osip_message_t *sip = invite(extra);

    for (int i = 0; i < 2; i++) { /* the second time changes nothing */
        ck_assert_int_eq(sst_osip_apply_edit(sip, edit), SST_OK);
        ck_assert_msg(count_lines(sip, line) == 1, "%s", line);
        ck_assert_int_eq(count_lines(sip, name), 1);
        ck_assert_int_eq(count_lines(sip, "X:"), 0);
    }
    osip_message_free(sip);
}

/* RFC 4028 §8.1: "the refresher parameter MUST NOT be changed or inserted". */
/* Shows: 8.1-5 EC-82 */
START_TEST(keeps_parameters_of_session_expires)
{
    struct sst_proxy_edit edit = {.set_session_expires = true, .session_expires = 4000};
    static const char name[] = "Session-Expires:";
    char extra[200];
    char line[200];

    check_edit("Session-Expires: 50\r\n", &edit, name, "Session-Expires: 4000");
    check_edit("x: 50;refresher=uas\r\n", &edit, name, "Session-Expires: 4000;refresher=uas");
    check_edit("Session-Expires: 50;foo=\"a;b,c\";refresher=uac;bar\r\n", &edit, name,
               "Session-Expires: 4000;foo=\"a;b,c\";refresher=uac;bar");

    snprintf(extra, sizeof(extra), "Session-Expires: 7;foo=%s%s\r\n", forty, forty);
    snprintf(line, sizeof(line), "Session-Expires: 4000;foo=%s%s", forty, forty);
    check_edit(extra, &edit, name, line);
}
END_TEST

START_TEST(inserts_session_expires)
{
    struct sst_proxy_edit edit = {.set_session_expires = true, .session_expires = UINT32_MAX};

    check_edit("Subject: 90\r\n", &edit, "Session-Expires:", "Session-Expires: 4294967295");
}
END_TEST

/* One header field; of repeated ones, the refresher that sst_msg_header_n() counts. */
START_TEST(makes_one_of_repeated_session_expires)
{
    struct sst_proxy_edit edit = {.set_session_expires = true, .session_expires = 4000};
    static const char name[] = "Session-Expires:";

    check_edit("x: 50;a\r\nSession-Expires: 60;b\r\n", &edit, name, "Session-Expires: 4000;a");
    check_edit("x: 50\r\nSession-Expires: 60;refresher=uas\r\nx: 60;refresher=uac\r\n", &edit, name,
               "Session-Expires: 4000;refresher=uas");
    check_edit("x: junk\r\nSession-Expires:\r\nSession-Expires: 60;b\r\n", &edit, name,
               "Session-Expires: 4000;b");
}
END_TEST

/* Every reader of the request reads the same as the proxy did. */
/* Shows: EC-137 */
START_TEST(lets_one_of_several_intervals_go_on)
{
    osip_message_t *sip = invite("Session-Expires: 3600\r\nx: 1000\r\nSession-Expires: soon\r\n"
                                 "Supported: timer\r\n");
    struct sst_proxy_policy policy;
    struct sst_proxy_edit edit;
    struct sst_proxy_tx tx;
    struct sst_msg msg;

    sst_proxy_policy_init(&policy);
    policy.max_session_expires = 2000;
    ck_assert_int_eq(sst_osip_read(&msg, sip), SST_OK);
    ck_assert_int_eq(sst_proxy_request(&policy, &tx, &msg, &edit), SST_OK);
    ck_assert_int_eq(sst_osip_apply_edit(sip, &edit), SST_OK);
    ck_assert_int_eq(count_lines(sip, "Session-Expires: 1000"), 1);
    ck_assert_int_eq(count_lines(sip, "Session-Expires:"), 1);
    ck_assert_int_eq(count_lines(sip, "X:"), 0);
    osip_message_free(sip);
}
END_TEST

/* Adding `timer` leaves every other element of the list as it came, readable or not. */
/* Shows: EC-138 */
START_TEST(leaves_elements_that_are_no_tokens)
{
    struct sst_proxy_edit edit = {.add_require = true};
    static const struct {
        const char *before;
        const char *after; /* with `Require: timer`, NULL for nothing */
    } lists[] = {
        {"foo bar, timer", "Require: foo bar"},
        {"timer, foo bar", "Require: foo bar"},
        {"foo bar", "Require: foo bar"},
        {"a;b=c , TIMER,d", "Require: a;b=c,d"},
        {"\"x, timer\", timer", "Require: \"x, timer\""},
        {"timer timer", "Require: timer timer"},
        {"timer, timer", NULL},
        {", timer ,", NULL},
    };

    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        osip_message_t *sip = invite(""); /* whose parser splits most lists */
        osip_message_set_header(sip, "Require", lists[i].before);
        ck_assert_int_eq(sst_osip_apply_edit(sip, &edit), SST_OK);
        ck_assert_int_eq(count_lines(sip, "Require: timer"), 1);
        ck_assert_msg(lists[i].after == NULL || count_lines(sip, lists[i].after) >= 1, "%s",
                      lists[i].before);
        ck_assert_int_eq(count_lines(sip, "Require:"), lists[i].after != NULL ? 2 : 1);
        osip_message_free(sip);
    }
}
END_TEST

/* RFC 4028 §8.2: the proxy answers for a UAS without the extension. */
/* Shows: 8.2-1 */
START_TEST(inserts_refresher_and_require)
{
    struct sst_proxy_edit edit = {.set_session_expires = true,
                                  .session_expires = 1800,
                                  .insert_refresher_uac = true,
                                  .add_require = true};

    check_edit("", &edit, "Session-Expires:", "Session-Expires: 1800;refresher=uac");
    check_edit("", &edit, "Require:", "Require: timer");
    check_edit("Require: Timer\r\n", &edit, "Require:", "Require: timer");
    check_edit("Session-Expires: 4000000000;refresher=uas\r\n", &edit,
               "Session-Expires:", "Session-Expires: 1800;refresher=uac");

    osip_message_t *sip = invite("Require: 100rel, timer\r\nSupported: timer\r\n");
    ck_assert_int_eq(sst_osip_apply_edit(sip, &edit), SST_OK);
    ck_assert_int_eq(count_lines(sip, "Require: 100rel"), 1);
    ck_assert_int_eq(count_lines(sip, "Require: timer"), 1);
    ck_assert_int_eq(count_lines(sip, "Supported: timer"), 1);
    osip_message_free(sip);
}
END_TEST

/* An edit by the host itself: the refresher is added to the interval, in whichever of the two
 * fields it is. */
START_TEST(inserts_refresher_without_set_session_expires)
{
    struct sst_proxy_edit edit = {.insert_refresher_uac = true, .session_expires = 90};

    check_edit("Subject: 90\r\n", &edit, "Session-Expires:", "Session-Expires: 90;refresher=uac");
}
END_TEST

START_TEST(sets_min_se)
{
    struct sst_proxy_edit edit = {.set_min_se = true, .min_se = 300};

    check_edit("", &edit, "Min-SE:", "Min-SE: 300");
    check_edit("min-se: 90\r\nMin-SE: 120;foo\r\n", &edit, "Min-SE:", "Min-SE: 300");

    osip_message_t *sip = invite("x: 90;refresher=uas\r\nRequire: timer\r\n");
    ck_assert_int_eq(sst_osip_apply_edit(sip, &edit), SST_OK);
    ck_assert_int_eq(count_lines(sip, "X: 90;refresher=uas"), 1);
    ck_assert_int_eq(count_lines(sip, "Require: timer"), 1);
    osip_message_free(sip);
}
END_TEST

/* Shows: 8.2-3 */
START_TEST(forwards_what_needs_no_change)
{
    osip_message_t *sip = invite("x: 90\r\nSupported: timer\r\nSession-Expires: 100\r\n");
    struct sst_proxy_edit edit = {.status = 0};

    sip->message_property = 1;
    int entries = osip_list_size(&sip->headers);
    ck_assert_int_eq(sst_osip_apply_edit(sip, &edit), SST_OK);
    ck_assert_int_eq(sip->message_property, 1);
    ck_assert_int_eq(osip_list_size(&sip->headers), entries);

    edit.set_min_se = true;
    edit.min_se = 90;
    ck_assert_int_eq(sst_osip_apply_edit(sip, &edit), SST_OK);
    ck_assert_int_eq(sip->message_property, 2);
    osip_message_free(sip);
}
END_TEST

START_TEST(leaves_the_message_without_memory)
{
    struct sst_proxy_edit edit = {.set_session_expires = true,
                                  .session_expires = 1800,
                                  .set_min_se = true,
                                  .min_se = 90,
                                  .add_require = true};
    int result = SST_ERR_SPACE;
    int failures = 0;

    for (; result == SST_ERR_SPACE; failures++) {
        osip_message_t *sip = invite("x: 9;refresher=uas\r\nRequire: timer, foo\r\nMin-SE: 1\r\n");
        char *before = print_message(sip);

        fail_allocation(failures);
        result = sst_osip_apply_edit(sip, &edit);
        fail_allocation(-1);
        if (result == SST_ERR_SPACE) {
            osip_message_force_update(sip);
            char *after = print_message(sip);
            ck_assert_str_eq(before, after);
            osip_free(after);
            ck_assert_int_eq(sst_osip_apply_edit(sip, &edit), SST_OK);
        }
        ck_assert_int_eq(count_lines(sip, "Session-Expires: 1800;refresher=uas"), 1);
        ck_assert_int_eq(count_lines(sip, "Min-SE: 90"), 1);
        osip_free(before);
        osip_message_free(sip);
    }
    ck_assert_int_eq(result, SST_OK);
    ck_assert_int_eq(failures, 3 * 4 + 1);
}
END_TEST

START_TEST(refuses_wrong_arguments)
{
    osip_message_t *sip = invite("x: 90\r\n");
    struct sst_proxy_edit edit = {.set_session_expires = true, .session_expires = 1800};

    ck_assert_int_eq(sst_osip_apply_edit(NULL, &edit), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_osip_apply_edit(sip, NULL), SST_ERR_ARGUMENT);
    edit.status = 422; /* to be answered, not forwarded */
    ck_assert_int_eq(sst_osip_apply_edit(sip, &edit), SST_ERR_ARGUMENT);
    ck_assert_int_eq(count_lines(sip, "X: 90"), 1);
    osip_message_free(sip);
}
END_TEST

/* The rules' own edits, from a request through to the response. */
START_TEST(applies_what_the_rules_say)
{
    struct sst_proxy_policy policy;
    struct sst_proxy_tx tx;
    struct sst_proxy_edit edit;
    struct sst_msg msg;
    struct sst_proxy_dialog dialog = {0};

    sst_proxy_policy_init(&policy);
    policy.session_expires = 1800;
    osip_message_t *sip = invite("Supported: timer\r\n");
    ck_assert_int_eq(sst_osip_read(&msg, sip), SST_OK);
    ck_assert_int_eq(sst_proxy_request(&policy, &tx, &msg, &edit), SST_OK);
    ck_assert_int_eq(sst_osip_apply_edit(sip, &edit), SST_OK);
    ck_assert_int_eq(count_lines(sip, "Session-Expires: 1800"), 1);
    osip_message_free(sip);

    sip = response("200 OK", "1 INVITE", "");
    ck_assert_int_eq(sst_osip_read(&msg, sip), SST_OK);
    ck_assert_int_eq(sst_proxy_response(&policy, &tx, &msg, 1000, &edit, &dialog), SST_OK);
    ck_assert_int_eq(sst_osip_apply_edit(sip, &edit), SST_OK);
    ck_assert_int_eq(count_lines(sip, "Session-Expires: 1800;refresher=uac"), 1);
    ck_assert_int_eq(count_lines(sip, "Require: timer"), 1);
    ck_assert_uint_eq(dialog.expires_ms, 1801000);
    osip_message_free(sip);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("osip_edit");
    TCase *tests = tcase_create("edit");

    tcase_add_test(tests, keeps_parameters_of_session_expires);
    tcase_add_test(tests, inserts_session_expires);
    tcase_add_test(tests, makes_one_of_repeated_session_expires);
    tcase_add_test(tests, lets_one_of_several_intervals_go_on);
    tcase_add_test(tests, leaves_elements_that_are_no_tokens);
    tcase_add_test(tests, inserts_refresher_and_require);
    tcase_add_test(tests, inserts_refresher_without_set_session_expires);
    tcase_add_test(tests, sets_min_se);
    tcase_add_test(tests, forwards_what_needs_no_change);
    tcase_add_test(tests, leaves_the_message_without_memory);
    tcase_add_test(tests, refuses_wrong_arguments);
    tcase_add_test(tests, applies_what_the_rules_say);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
