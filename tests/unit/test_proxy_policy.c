/* SPDX-License-Identifier: MIT */
/* What an owner of a proxy may set. Expected values: the comments of sst/proxy.h, RFC 4028 §8. */
#include "exact.h"

#include <sst/sst.h>

#include <check.h>
#include <string.h>

static struct sst_proxy_policy policy;
static struct sst_policy_error error;

static void set_up(void)
{
    sst_proxy_policy_init(&policy);
    memset(&error, 0xAA, sizeof error);
}

static void expect_error(int code, const char *field, const char *range, const char *other,
                         uint32_t value)
{
    ck_assert_msg(sst_proxy_policy_check(&policy, &error) == code, "%s %u", field, value);
    ck_assert_int_eq(error.code, code);
    ck_assert_str_eq(error.field, field);
    ck_assert_str_eq(error.range, range);
    ck_assert_pstr_eq(error.other, other);
    ck_assert_uint_eq(error.value, value);
}

static void expect_ok(void)
{
    ck_assert_int_eq(sst_proxy_policy_check(&policy, &error), SST_OK);
}

/* Shows: 8.1-10 */
START_TEST(defaults_change_nothing)
{
    ck_assert_uint_eq(policy.size, sizeof policy);
    ck_assert_uint_eq(policy.session_expires, 0);
    ck_assert_uint_eq(policy.min_se, 90);
    ck_assert_uint_eq(policy.max_session_expires, 0);
    ck_assert(policy.reject_small && policy.record_routes && policy.stateful);
    ck_assert(!policy.insert_require && !policy.accept_require_as_support); /* EC-106 */
    ck_assert(policy.insert_response);                                      /* §8.2 */
    ck_assert_uint_eq(policy.absolute_min, 90);
    ck_assert_ptr_null(policy.counters);
    expect_ok();
    ck_assert_int_eq(sst_proxy_policy_check(&policy, NULL), SST_OK);
}
END_TEST

START_TEST(fields_have_edges)
{
    static const char range[] = "90..4294967295", or_zero[] = "0, 90..4294967295";
    policy.session_expires = 89;
    expect_error(SST_ERR_RANGE, "session_expires", or_zero, NULL, 89);
    policy.session_expires = 90;
    expect_ok();
    policy.session_expires = UINT32_MAX;
    expect_ok();
    policy.min_se = 89;
    expect_error(SST_ERR_RANGE, "min_se", range, NULL, 89);
    policy.min_se = UINT32_MAX;
    expect_ok();
    policy.max_session_expires = 89;
    expect_error(SST_ERR_RANGE, "max_session_expires", or_zero, NULL, 89);
    policy.max_session_expires = UINT32_MAX;
    expect_ok();
    policy.absolute_min = 0;
    expect_error(SST_ERR_RANGE, "absolute_min", "1..4294967295", NULL, 0);
    policy.absolute_min = UINT32_MAX;
    expect_ok();
    policy.min_se = UINT32_MAX - 1;
    expect_error(SST_ERR_RANGE, "min_se", "absolute_min..4294967295", NULL, UINT32_MAX - 1);
    policy.absolute_min = 1;
    policy.min_se = 1;
    policy.session_expires = 1;
    expect_ok();
}
END_TEST

START_TEST(flags_have_edges)
{
    static const struct {
        const char *name;
        size_t offset;
    } flags[] = {
        {"reject_small", offsetof(struct sst_proxy_policy, reject_small)},
        {"insert_require", offsetof(struct sst_proxy_policy, insert_require)},
        {"insert_response", offsetof(struct sst_proxy_policy, insert_response)},
        {"accept_require_as_support", offsetof(struct sst_proxy_policy, accept_require_as_support)},
        {"record_routes", offsetof(struct sst_proxy_policy, record_routes)},
        {"stateful", offsetof(struct sst_proxy_policy, stateful)},
    };
    unsigned char *flag = (unsigned char *)&policy + flags[_i].offset;
    *flag = 0;
    expect_ok();
    *flag = 1;
    expect_ok();
    *flag = 2;
    expect_error(SST_ERR_RANGE, flags[_i].name, "no|yes", NULL, 2);
}
END_TEST

START_TEST(values_conflict)
{
    policy.min_se = 600;
    policy.session_expires = 600;
    policy.max_session_expires = 600;
    expect_ok();
    policy.session_expires = 599;
    expect_error(SST_ERR_CONFLICT, "session_expires", "0, min_se..4294967295", "min_se", 599);
    policy.session_expires = 0;
    policy.max_session_expires = 599;
    expect_error(SST_ERR_CONFLICT, "max_session_expires", "0, min_se..4294967295", "min_se", 599);
    policy.max_session_expires = 600;
    expect_ok();
    policy.session_expires = 601;
    expect_error(SST_ERR_CONFLICT, "max_session_expires", "0, session_expires..4294967295",
                 "session_expires", 600);
}
END_TEST

/* §8: a stateless proxy must not ask for a timer, one that does not record-route sees no refresh;
 * EC-86. */
/* Shows: 8-1 8-2 EC-86 */
START_TEST(asking_needs_memory_and_refreshes)
{
    static const char *const asking[] = {"session_expires", "max_session_expires",
                                         "insert_require"};
    policy.session_expires = _i == 0 ? 1800 : 0;
    policy.max_session_expires = _i == 1 ? 1800 : 0;
    policy.insert_require = _i == 2;
    expect_ok();
    policy.record_routes = false;
    expect_error(SST_ERR_CONFLICT, "record_routes", "yes", asking[_i], 0);
    ck_assert_int_eq(sst_proxy_policy_check(&policy, NULL), SST_ERR_CONFLICT);
    char text[100];
    sst_policy_error_print(&error, text, sizeof text);
    ck_assert_int_eq(strncmp(text, "record_routes: no conflicts with ", 33), 0);
    policy.stateful = false;
    expect_error(SST_ERR_CONFLICT, "stateful", "yes", asking[_i], 0);
    policy.record_routes = true;
    expect_error(SST_ERR_CONFLICT, "stateful", "yes", asking[_i], 0);
}
END_TEST

START_TEST(not_asking_needs_neither)
{
    policy.record_routes = false;
    policy.stateful = false;
    expect_ok();
}
END_TEST

START_TEST(foreign_structures_are_refused)
{
    ck_assert_int_eq(sst_proxy_policy_check(NULL, &error), SST_ERR_ARGUMENT);
    ck_assert_uint_eq(error.value, 0);
    policy.size--;
    expect_error(SST_ERR_VERSION, "size", "as sst_proxy_policy_init() sets it", NULL, policy.size);
    ck_assert_int_eq(sst_proxy_policy_check(&policy, NULL), SST_ERR_VERSION);
}
END_TEST

/* ---- By name, as in configuration files ---- */

/* Each field in order, with values that fit and one that does not. */
static const struct {
    const char *name;
    const char *range;
    const char *fits[3];
    const char * not; /* of the right kind, but out of range; NULL for none */
} fields[] = {
    {"session_expires", "0, 90..4294967295", {"0", "90", "4294967295"}, "89"},
    {"min_se", "90..4294967295", {"90", "4294967295", "120"}, "89"},
    {"max_session_expires", "0, 90..4294967295", {"0", "90", "4294967295"}, "4294967296"},
    {"reject_small", "no|yes", {"no", "yes", "no"}, NULL},
    {"insert_require", "no|yes", {"yes", "no", "yes"}, NULL},
    {"insert_response", "no|yes", {"no", "yes", "no"}, NULL},
    {"accept_require_as_support", "no|yes", {"yes", "no", "yes"}, NULL},
    {"record_routes", "no|yes", {"no", "yes", "no"}, NULL},
    {"stateful", "no|yes", {"no", "yes", "no"}, NULL},
    {"absolute_min", "1..4294967295", {"1", "90", "4294967295"}, "0"},
};

static const char *value_of(const char *name)
{
    static char text[16];
    ck_assert_uint_eq(sst_proxy_policy_get(&policy, name, text, sizeof text), strlen(text));
    return text;
}

START_TEST(fields_are_set_and_printed_by_name)
{
    const char *name = fields[_i].name, *range = fields[_i].range;
    for (size_t i = 0; i < 3; i++) {
        const char *value = fields[_i].fits[i];
        ck_assert_int_eq(sst_proxy_policy_set(&policy, name, value, &error), SST_OK);
        ck_assert_str_eq(value_of(name), value);
        policy.absolute_min = 90; /* which is the last field, and changes the others' ranges */
    }
    struct sst_proxy_policy before = policy;
    ck_assert_int_eq(sst_proxy_policy_set(&policy, name, "maybe", &error), SST_ERR_SYNTAX);
    ck_assert_str_eq(error.field, name);
    ck_assert_str_eq(error.range, range);
    ck_assert_str_eq(error.text, "maybe");
    if (fields[_i].not!= NULL) {
        ck_assert_int_eq(sst_proxy_policy_set(&policy, name, fields[_i].not, &error),
                         SST_ERR_RANGE);
        ck_assert_str_eq(error.range, range);
    }
    ck_assert(memcmp(&before, &policy, sizeof policy) == 0);
}
END_TEST

START_TEST(fields_are_described)
{
    const char *name, *range, *unit, *section;
    size_t count = 0;
    for (; sst_proxy_policy_field(count, &name, &range, &unit, &section); count++) {
        ck_assert_str_eq(name, fields[count].name);
        ck_assert_str_eq(range, fields[count].range);
        ck_assert_str_eq(unit, range[0] == 'n' ? "" : "s");
        ck_assert_int_eq(strncmp(section, "§", strlen("§")), 0);
    }
    ck_assert_uint_eq(count, COUNT_OF(fields));
    ck_assert(sst_proxy_policy_field(0, NULL, NULL, NULL, NULL));
    ck_assert(!sst_proxy_policy_field(SIZE_MAX, &name, &range, &unit, &section));
}
END_TEST

START_TEST(counted_texts_need_no_terminator)
{
    char text[16];
    struct exact name = exact_copy("Min-SE", 6), value = exact_copy("1200", 3);
    ck_assert_int_eq(
        sst_proxy_policy_set_n(&policy, name.text, name.length, value.text, value.length, &error),
        SST_OK);
    ck_assert_uint_eq(policy.min_se, 120);
    ck_assert_uint_eq(sst_proxy_policy_get_n(&policy, name.text, name.length, text, sizeof text),
                      3);
    ck_assert_str_eq(text, "120");
    ck_assert_uint_eq(sst_proxy_policy_get_n(&policy, name.text, name.length, text, 3), 3);
    ck_assert_str_eq(text, "");
    exact_free(&name);
    exact_free(&value);
}
END_TEST

START_TEST(unknown_names_and_missing_texts_are_refused)
{
    char text[16] = "before";
    /* fields of the other policy among them */
    static const char *const unknown[] = {"mode", "min", "min_see", "", "size", "counters"};
    struct sst_proxy_policy before = policy;
    for (size_t i = 0; i < COUNT_OF(unknown); i++) {
        ck_assert_int_eq(sst_proxy_policy_set(&policy, unknown[i], "90", &error),
                         SST_ERR_UNKNOWN_NAME);
        ck_assert_str_eq(error.text, unknown[i]);
        ck_assert_uint_eq(sst_proxy_policy_get(&policy, unknown[i], text, sizeof text), 0);
        ck_assert_str_eq(text, "");
    }
    ck_assert_int_eq(sst_proxy_policy_set(NULL, "min_se", "90", &error), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_proxy_policy_set_n(&policy, NULL, 3, "90", 2, &error), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_proxy_policy_set_n(&policy, "min_se", 6, NULL, 2, NULL), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_proxy_policy_set(&policy, NULL, "90", &error), SST_ERR_UNKNOWN_NAME);
    ck_assert_int_eq(sst_proxy_policy_set(&policy, "min_se", NULL, &error), SST_ERR_SYNTAX);
    ck_assert_uint_eq(sst_proxy_policy_get(NULL, "min_se", text, sizeof text), 0);
    ck_assert_uint_eq(sst_proxy_policy_get(&policy, NULL, text, sizeof text), 0);
    ck_assert_uint_eq(sst_proxy_policy_get(&policy, "min_se", NULL, 0), 2);
    ck_assert(memcmp(&before, &policy, sizeof policy) == 0);
}
END_TEST

static Suite *proxy_policy_suite(void)
{
    Suite *suite = suite_create("proxy_policy");
    TCase *tests = tcase_create("proxy_policy");
    tcase_add_checked_fixture(tests, set_up, NULL);
    tcase_add_test(tests, defaults_change_nothing);
    tcase_add_test(tests, fields_have_edges);
    tcase_add_loop_test(tests, flags_have_edges, 0, 6);
    tcase_add_test(tests, values_conflict);
    tcase_add_loop_test(tests, asking_needs_memory_and_refreshes, 0, 3);
    tcase_add_test(tests, not_asking_needs_neither);
    tcase_add_test(tests, foreign_structures_are_refused);
    tcase_add_loop_test(tests, fields_are_set_and_printed_by_name, 0, COUNT_OF(fields));
    tcase_add_test(tests, fields_are_described);
    tcase_add_test(tests, counted_texts_need_no_terminator);
    tcase_add_test(tests, unknown_names_and_missing_texts_are_refused);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return run_suite(proxy_policy_suite());
}
