/* SPDX-License-Identifier: MIT */
/* E17 of the faults of version 0.1: a list with elements that are no tokens. EC-138. */
#include "osip_messages.h"

/* A list less the tag keeps every other element as it came. Shows: EC-138 */
START_TEST(e17_taking_a_tag_out_leaves_unreadable_elements)
{
    osip_message_t *sip = invite("Supported: foo bar, timer\r\n");
    struct sst_headers none = {.count = 0};

    ck_assert_int_eq(sst_osip_apply(sip, &none), SST_OK);
    ck_assert_int_eq(count_lines(sip, "Supported: foo bar"), 1);
    ck_assert_int_eq(count_lines(sip, "Supported: foo bar, timer"), 0);
    osip_message_free(sip);
}
END_TEST

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
