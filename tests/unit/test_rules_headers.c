/* SPDX-License-Identifier: MIT */
/* Decisions as header fields: which, in which messages, of which kind. */
#include "talk.h"

static struct sst_headers headers;
static char text[512];

static const char *as_text(void)
{
    return headers_text(&headers, text, sizeof text);
}

static struct sst_policy policy_of(enum sst_mode mode, uint32_t min_se)
{
    struct sst_policy policy;

    sst_policy_init(&policy);
    policy.mode = mode;
    policy.min_se = min_se;
    memset(&headers, 0xAA, sizeof headers);
    return policy;
}

/* Shows: FB-25 */
START_TEST(everything_at_once_fits)
{
    const struct sst_ask ask = {
        .session_expires = UINT32_MAX,
        .min_se = UINT32_MAX,
        .refresher = SST_REFRESHER_UAC,
        .supported = true,
        .require = true,
        .proxy_require = true,
    };

    memset(&headers, 0xAA, sizeof headers);
    sst_ask_headers(&ask, &headers);
    ck_assert_uint_eq(headers.count, SST_HEADERS_MAX);
    expect(as_text(), "Supported: timer | Session-Expires: 4294967295;refresher=uac | "
                      "Min-SE: 4294967295 | Require: timer | Proxy-Require: timer");
    expect(sst_headers_get(&headers, "Min-SE"), "4294967295");
    ck_assert_ptr_null(sst_headers_get(&headers, "Unsupported"));
}
END_TEST

START_TEST(a_request_says_only_what_was_decided)
{
    struct sst_ask ask = {0};

    memset(&headers, 0xAA, sizeof headers);
    sst_ask_headers(&ask, &headers);
    ck_assert_uint_eq(headers.count, 0);
    ask.session_expires = 90;
    sst_ask_headers(&ask, &headers);
    expect(as_text(), "Session-Expires: 90");
    for (size_t i = 2; i < sizeof headers.item[0].value; i++) {
        ck_assert_int_eq(headers.item[0].value[i], 0); /* no remains of what was there before */
    }
    ask.refresher = SST_REFRESHER_UAS;
    sst_ask_headers(&ask, &headers);
    expect(as_text(), "Session-Expires: 90;refresher=uas");
    ask = (struct sst_ask){.min_se = 91};
    sst_ask_headers(&ask, &headers);
    expect(as_text(), "Min-SE: 91");
    ask = (struct sst_ask){.require = true};
    sst_ask_headers(&ask, &headers);
    expect(as_text(), "Require: timer");
    ask = (struct sst_ask){.proxy_require = true};
    sst_ask_headers(&ask, &headers);
    expect(as_text(), "Proxy-Require: timer");
}
END_TEST

/* Shows: 9-4 5-3 */
START_TEST(an_answer_has_session_expires_with_a_refresher_or_not_at_all)
{
    struct sst_answer answer = {.session_expires = 600, .supported = true, .require = true};

    memset(&headers, 0xAA, sizeof headers);
    sst_answer_headers(&answer, &headers);
    expect(as_text(), "Supported: timer"); /* no Require without Session-Expires: §7.2 */
    answer.refresher = SST_REFRESHER_UAC;
    sst_answer_headers(&answer, &headers);
    expect(as_text(), "Supported: timer | Session-Expires: 600;refresher=uac | Require: timer");
    answer.require = false;
    answer.supported = false;
    answer.refresher = SST_REFRESHER_UAS;
    sst_answer_headers(&answer, &headers);
    expect(as_text(), "Session-Expires: 600;refresher=uas");
}
END_TEST

/* Shows: 6-1 5-1 5-3 9-9 FB-26 */
START_TEST(a_refusal_carries_what_its_code_needs)
{
    struct sst_policy policy = policy_of(SST_MODE_ACCEPT, 90);

    for (unsigned status = 100; status < 700; status++) {
        sst_refusal_headers(&policy, status, 7, &headers);
        if (status == 422) {
            expect(as_text(), "Supported: timer | Min-SE: 90"); /* never below 90 */
        } else if (status == 420) {
            expect(as_text(), "Supported: timer | Unsupported: timer");
        } else if (status == 500) {
            expect(as_text(), "Supported: timer | Retry-After: 7");
        } else {
            expect(as_text(), "Supported: timer");
        }
    }
    policy.min_se = 120;
    sst_refusal_headers(&policy, 422, 0, &headers);
    expect(as_text(), "Supported: timer | Min-SE: 120");
    sst_refusal_headers(&policy, 422, 900, &headers);
    expect(as_text(), "Supported: timer | Min-SE: 900");
    policy = policy_of(SST_MODE_OFF, 90);
    sst_refusal_headers(&policy, 420, 0, &headers);
    expect(as_text(), "Unsupported: timer"); /* RFC 3261 §8.2.2.3 */
    sst_refusal_headers(&policy, 486, 0, &headers);
    expect(as_text(), "");
}
END_TEST

/* Shows: 4-1 5-6 7.1-1 EC-10 */
START_TEST(other_methods_say_what_is_supported_but_ack)
{
    for (int mode = SST_MODE_ACCEPT; mode <= SST_MODE_OFF; mode++) {
        struct sst_policy policy = policy_of((enum sst_mode)mode, 90);
        bool off = mode == SST_MODE_OFF;
        sst_other_headers(&policy, SST_METHOD_OTHER, &headers);
        expect(as_text(), off ? "" : "Supported: timer");
        sst_other_headers(&policy, SST_METHOD_BYE, &headers);
        expect(as_text(), off ? "" : "Supported: timer");
        sst_other_headers(&policy, SST_METHOD_CANCEL, &headers);
        expect(as_text(), off ? "" : "Supported: timer");
        sst_other_headers(&policy, SST_METHOD_ACK, &headers);
        ck_assert_uint_eq(headers.count, 0);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rules_headers");
    TCase *tcase = tcase_create("all");

    tcase_add_test(tcase, everything_at_once_fits);
    tcase_add_test(tcase, a_request_says_only_what_was_decided);
    tcase_add_test(tcase, an_answer_has_session_expires_with_a_refresher_or_not_at_all);
    tcase_add_test(tcase, a_refusal_carries_what_its_code_needs);
    tcase_add_test(tcase, other_methods_say_what_is_supported_but_ack);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
