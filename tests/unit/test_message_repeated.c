/* SPDX-License-Identifier: MIT */
#include "fields.h"

/* A Session-Expires is repeated when there are two, in whatever form and however broken: EC-03 */
/* Shows: EC-03 4-7 */
START_TEST(reads_repeated_session_expires)
{
    static const uint32_t repeated = VIOLATION(SE_REPEATED);
    static const uint32_t broken = VIOLATION(SE_REPEATED) | VIOLATION(SE_MALFORMED);
    static const uint32_t unknown = VIOLATION(SE_REPEATED) | VIOLATION(REFRESHER_UNKNOWN);
    static const int none = SST_REFRESHER_NONE;
    static const int uac = SST_REFRESHER_UAC;
    static const int uas = SST_REFRESHER_UAS;
    const struct {
        struct field fields[3];
        uint32_t smallest;
        uint32_t largest;
        int refresher;
        uint32_t violations;
    } cases[] = {
        {{{"Session-Expires", "1800"}, {"x", "90"}}, 90, 1800, none, repeated},
        {{{"x", "90"}, {"Session-Expires", "1800"}}, 90, 1800, none, repeated},
        {{{"x", "90"}, {"X", "90"}}, 90, 90, none, repeated},
        {{{"x", "300"}, {"x", "0"}, {"x", "600"}}, 0, 600, none, repeated},
        {{{"x", "90;refresher=uac"}, {"x", "80;refresher=uas"}}, 80, 90, uac, repeated},
        {{{"x", "90"}, {"x", "80;refresher=uas"}}, 80, 90, uas, repeated},
        {{{"x", "90;refresher=b"}, {"x", "80;refresher=uas"}}, 80, 90, uas, unknown},
        {{{"x", "abc"}, {"x", "90;refresher=uac"}}, 90, 90, uac, broken},
        {{{"x", "90;refresher=uac"}, {"x", "abc"}}, 90, 90, uac, broken},
        {{{"x", "abc"}, {"x", ""}}, 0, 0, none, broken},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct sst_msg msg = request();
        for (size_t k = 0; k < 3 && cases[i].fields[k].name != NULL; k++)
            add(&msg, cases[i].fields[k].name, cases[i].fields[k].value);
        ck_assert_msg(msg.session_expires == cases[i].smallest, "case %zu", i);
        ck_assert_msg(msg.session_expires_max == cases[i].largest, "case %zu", i);
        ck_assert_msg(msg.refresher == cases[i].refresher, "case %zu", i);
        ck_assert_msg(msg.violations == cases[i].violations, "case %zu: %#x", i,
                      (unsigned)msg.violations);
    }
}
END_TEST

START_TEST(reads_repeated_min_se)
{
    struct sst_msg msg = request_with("Min-SE", "120");

    add(&msg, "Min-SE", "300");
    add(&msg, "Min-SE", "90");
    ck_assert_uint_eq(msg.min_se, 300);
    ck_assert_uint_eq(msg.violations, VIOLATION(MIN_SE_REPEATED));

    msg = request_with("Min-SE", "abc");
    add(&msg, "Min-SE", "300");
    ck_assert_uint_eq(msg.min_se, 300);
    ck_assert_uint_eq(msg.has, SST_MSG_CSEQ | SST_MSG_MIN_SE);
    ck_assert_uint_eq(msg.violations, VIOLATION(MIN_SE_REPEATED) | VIOLATION(MIN_SE_MALFORMED));

    msg = request_with("Min-SE", "300");
    add(&msg, "Min-SE", "abc");
    ck_assert_uint_eq(msg.min_se, 300);
    ck_assert_uint_eq(msg.violations, VIOLATION(MIN_SE_REPEATED) | VIOLATION(MIN_SE_MALFORMED));
}
END_TEST

START_TEST(reads_repeated_retry_after)
{
    struct sst_msg msg = request_with("Retry-After", "5");

    add(&msg, "Retry-After", "30");
    add(&msg, "Retry-After", "10");
    ck_assert_uint_eq(msg.retry_after, 30);
    ck_assert_uint_eq(msg.violations, 0);
    add(&msg, "Retry-After", "soon");
    ck_assert_uint_eq(msg.retry_after, 30);
    ck_assert_uint_eq(msg.violations, VIOLATION(RETRY_AFTER_MALFORMED));
}
END_TEST

/* Several tags, several lines, compact form, empty lines */
/* Shows: 7.4-11 12-1 */
START_TEST(reads_lists_over_several_fields)
{
    struct sst_msg msg = request_with("Supported", "");

    add(&msg, "Supported", "100rel, replaces");
    ck_assert_uint_eq(msg.has, SST_MSG_CSEQ);
    add(&msg, "k", "path,timer");
    ck_assert_uint_eq(msg.has, SST_MSG_CSEQ | SST_MSG_SUPPORTED_TIMER);
    add(&msg, "Supported", "outbound");
    ck_assert_uint_eq(msg.has, SST_MSG_CSEQ | SST_MSG_SUPPORTED_TIMER);

    msg = request_with("Allow", "");
    ck_assert_uint_eq(msg.has, SST_MSG_CSEQ | SST_MSG_ALLOW);
    add(&msg, "Allow", "INVITE, UPDATE");
    add(&msg, "Allow", "BYE");
    ck_assert_uint_eq(msg.has, SST_MSG_CSEQ | SST_MSG_ALLOW | SST_MSG_ALLOW_UPDATE);

    msg = request_with("Require", "timers, xtimer, timer;x");
    ck_assert_uint_eq(msg.has, SST_MSG_CSEQ);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("message_repeated");
    TCase *tests = tcase_create("repeated");

    tcase_add_test(tests, reads_repeated_session_expires);
    tcase_add_test(tests, reads_repeated_min_se);
    tcase_add_test(tests, reads_repeated_retry_after);
    tcase_add_test(tests, reads_lists_over_several_fields);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
