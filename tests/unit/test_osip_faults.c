/* SPDX-License-Identifier: MIT */
/* E17 of the faults of version 0.1: a list with elements that are not tokens. EC-138. */
#include "osip_messages.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/* Removing the tag leaves every other element of the list as it was, whether libosip2 has split the
 * list or the host has put it in whole. */
/* Shows: EC-138 */
START_TEST(e17_taking_a_tag_out_leaves_unreadable_elements)
{
    static const char *const names[] = {"Supported", "k", "Require", "Proxy-Require"};
    static const char *const lists[] = {"foo bar, timer", "timer, foo bar", "timer, \"a, b\""};
    static const char *const rests[] = {"foo bar", "foo bar", "\"a, b\""};
    struct sst_headers none = {.count = 0};
    char line[64];

    for (size_t n = 0; n < COUNT_OF(names); n++) {
        for (size_t i = 0; i < COUNT_OF(lists); i++) {
            osip_message_t *sip = invite("");
            ck_assert_int_eq(osip_message_set_header(sip, names[n], lists[i]), OSIP_SUCCESS);
            ck_assert_int_eq(sst_osip_apply(sip, &none), SST_OK);
            snprintf(line, sizeof line, "%s: %s", names[n], rests[i]);
            ck_assert_msg(count_lines(sip, line) == 1, "%s: %s", names[n], lists[i]);
            osip_message_free(sip);
        }
    }
}
END_TEST

/*  */
/* Shows: EC-138 */
START_TEST(e17_adding_a_tag_leaves_unreadable_elements)
{
    osip_message_t *sip = invite("Require: foo bar\r\n");
    struct sst_proxy_edit edit = {.add_require = true};

    ck_assert_int_eq(sst_osip_apply_edit(sip, &edit), SST_OK);
    ck_assert_int_ge(count_lines(sip, "Require: foo bar"), 1);
    osip_message_free(sip);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("osip_faults");
    TCase *tcase = tcase_create("all");

    tcase_add_test(tcase, e17_taking_a_tag_out_leaves_unreadable_elements);
    tcase_add_test(tcase, e17_adding_a_tag_leaves_unreadable_elements);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
