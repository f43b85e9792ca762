/* SPDX-License-Identifier: MIT */
/* A policy's fields from text. */
#include "policy_cases.h"

/* A rejection says what was rejected, and changes nothing. */
static void expect_refused(int code, const char *name, const char *value, const char *field,
                           const char *range, const char *text)
{
    struct sst_policy before = policy;
    memset(&error, 0xAA, sizeof error);
    ck_assert_msg(set(name, value) == code, "%s=%s", name, value);
    ck_assert(memcmp(&policy, &before, sizeof policy) == 0);
    ck_assert_int_eq(error.code, code);
    ck_assert_pstr_eq(error.field, field);
    ck_assert_pstr_eq(error.range, range);
    ck_assert_ptr_null(error.other);
    ck_assert_str_eq(error.text, text);
    ck_assert_int_eq(sst_policy_set_n(&policy, name, strlen(name), value, strlen(value), NULL),
                     code);
    ck_assert(memcmp(&policy, &before, sizeof policy) == 0);
}

START_TEST(fields_take_their_values)
{
    const struct field_case *one = &cases[_i];
    ck_assert_str_eq(one->name, policy_fields[_i].name);
    for (size_t i = 0; i < COUNT_OF(one->fits) && one->fits[i] != NULL; i++) {
        expect_set(one->name, one->fits[i], one->fits[i]);
        /* The text stands for the number or enumerator that check's table has, too. */
        uint32_t value = field_value(&policy, &policy_fields[_i]);
        ck_assert_uint_eq(value, is_number(one) ? strtoul(one->fits[i], NULL, 10)
                                                : i + policy_fields[_i].lowest);
    }
    ck_assert_int_eq(error.code, (int)0xAAAAAAAA);
}
END_TEST

START_TEST(fields_refuse_other_values)
{
    static const char *const never[] = {"",       "x",    "-1",      "+5",     "90.5", "0x5a",
                                        "1e2",    "90 s", "5,",      "no|yes", "y",    "|",
                                        "\"90\"", "nope", "acceptt", "9:",     "/9"};
    const struct field_case *one = &cases[_i];
    for (size_t i = 0; i < COUNT_OF(never); i++) {
        expect_refused(SST_ERR_SYNTAX, one->name, never[i], one->name, one->range, never[i]);
    }
    for (size_t i = 0; i < COUNT_OF(one->too_far) && one->too_far[i] != NULL; i++) {
        const char *value = one->too_far[i];
        expect_refused(SST_ERR_RANGE, one->name, value, one->name, one->range, value);
        uint64_t number = strtoull(value, NULL, 10);
        ck_assert_uint_eq(error.value, number > UINT32_MAX ? UINT32_MAX : number);
    }
    if (!is_number(one) && strcmp(one->range, "no|yes") != 0) { /* 1 means yes */
        expect_refused(SST_ERR_SYNTAX, one->name, "1", one->name, one->range, "1");
    }
    if (is_number(one)) {
        expect_refused(SST_ERR_SYNTAX, one->name, "yes", one->name, one->range, "yes");
    }
}
END_TEST

START_TEST(enumerators_are_those_of_the_header)
{
    ck_assert_int_eq(set("mode", "off"), SST_OK);
    ck_assert_int_eq(policy.mode, SST_MODE_OFF);
    ck_assert_int_eq(set("mode", "require"), SST_OK);
    ck_assert_int_eq(policy.mode, SST_MODE_REQUIRE);
    ck_assert_int_eq(set("prefer_refresher", "uas"), SST_OK);
    ck_assert_int_eq(policy.prefer_refresher, SST_REFRESHER_UAS);
    ck_assert_int_eq(set("request_refresher", "uac"), SST_OK);
    ck_assert_int_eq(policy.request_refresher, SST_REFRESHER_UAC);
    ck_assert_int_eq(set("method", "invite"), SST_OK);
    ck_assert_int_eq(policy.method, SST_REFRESH_INVITE);
    ck_assert_int_eq(set("guard", "percent"), SST_OK);
    ck_assert_int_eq(policy.guard, SST_GUARD_PERCENT);
    ck_assert_int_eq(set("expire_at", "guard"), SST_OK);
    ck_assert_int_eq(policy.expire_at, SST_EXPIRE_AT_GUARD);
    ck_assert_int_eq(set("own_benefit", "yes"), SST_OK);
    ck_assert_int_eq(policy.own_benefit, SST_OWN_BENEFIT_YES);
    ck_assert_int_eq(set("below_min", "report"), SST_OK);
    ck_assert_int_eq(policy.below_min, SST_BELOW_MIN_REPORT);
    ck_assert_int_eq(set("refused", "keep"), SST_OK);
    ck_assert_int_eq(policy.refused, SST_REFUSED_KEEP);
    ck_assert_int_eq(set("rescue", "yes"), SST_OK);
    ck_assert(policy.rescue);
    ck_assert_int_eq(set("accept_small_interval", "no"), SST_OK);
    ck_assert(!policy.accept_small_interval);
}
END_TEST

START_TEST(flags_take_several_words)
{
    static const struct {
        const char *word, *printed;
    } flags[] = {{"yes", "yes"},  {"true", "yes"}, {"on", "yes"},   {"1", "yes"},    {"YES", "yes"},
                 {"True", "yes"}, {"oN", "yes"},   {"no", "no"},    {"false", "no"}, {"off", "no"},
                 {"0", "no"},     {"No", "no"},    {"FALSE", "no"}, {"Off", "no"}};
    for (size_t i = 0; i < COUNT_OF(flags); i++) {
        bool before = flags[i].printed[0] == 'n';
        policy.rescue = before;
        expect_set("rescue", flags[i].word, flags[i].printed);
        ck_assert(policy.rescue == !before);
    }
    static const char *const wrong[] = {"2", "10", "00", "tru", "yess", "o", "y", "n", "t"};
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        expect_refused(SST_ERR_SYNTAX, "rescue", wrong[i], "rescue", "no|yes", wrong[i]);
    }
}
END_TEST

/* The same with terminated texts. */
START_TEST(terminated_texts_are_taken)
{
    char text[16];
    ck_assert_int_eq(sst_policy_set(&policy, "Min-SE", " 120 ", &error), SST_OK);
    ck_assert_uint_eq(policy.min_se, 120);
    ck_assert_uint_eq(sst_policy_get(&policy, "min_se", text, sizeof text), 3);
    ck_assert_str_eq(text, "120");
    struct sst_policy before = policy;
    ck_assert_int_eq(sst_policy_set(&policy, "min_se", "60", &error), SST_ERR_RANGE);
    ck_assert_str_eq(error.text, "60");
    ck_assert_int_eq(sst_policy_set(&policy, "min", "90", NULL), SST_ERR_UNKNOWN_NAME);
    /* NULL is as good as an empty text */
    ck_assert_int_eq(sst_policy_set(&policy, NULL, "90", &error), SST_ERR_UNKNOWN_NAME);
    ck_assert_int_eq(sst_policy_set(&policy, "min_se", NULL, &error), SST_ERR_SYNTAX);
    ck_assert_int_eq(sst_policy_set(NULL, "min_se", "90", &error), SST_ERR_ARGUMENT);
    ck_assert_uint_eq(sst_policy_get(&policy, NULL, text, sizeof text), 0);
    ck_assert_str_eq(text, "");
    ck_assert_uint_eq(sst_policy_get(NULL, "min_se", text, sizeof text), 0);
    ck_assert(memcmp(&before, &policy, sizeof policy) == 0);
}
END_TEST

START_TEST(names_are_read_generously)
{
    static const char *const names[] = {"min_se", "min-se",  "Min-SE",   "MIN_SE",
                                        "mIn-Se", " min_se", "min_se\t", "\r\n min_se \r\n"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        policy.min_se = 0;
        ck_assert_msg(set(names[i], "120") == SST_OK, "%s", names[i]);
        ck_assert_uint_eq(policy.min_se, 120);
        ck_assert_str_eq(get(names[i]), "120");
    }
    static const char *const aliases[] = {"default_expires", "Default-Expires", "DEFAULT_EXPIRES"};
    for (size_t i = 0; i < COUNT_OF(aliases); i++) {
        policy.session_expires = 0;
        ck_assert_int_eq(set(aliases[i], "600"), SST_OK);
        ck_assert_uint_eq(policy.session_expires, 600);
        ck_assert_str_eq(get(aliases[i]), "600");
    }
    /* An error names the field as the table does. */
    expect_refused(SST_ERR_RANGE, "default-expires", "89", "session_expires", "90..4294967295",
                   "89");
    expect_set("accept-require-as-support", "no", "no");
}
END_TEST

START_TEST(other_names_are_refused)
{
    static const char *const names[] = {
        "min_s",  "min_see",  "in_se",  "minse",    "min__se", "min se",         "size",
        "user",   "on_event", "random", "counters", "default", "default_expire", "default_expiress",
        "accept", "m",        "|",      "mode|",    "_",       "\"mode\"",       "mode=off"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        expect_refused(SST_ERR_UNKNOWN_NAME, names[i], "90", NULL, NULL, names[i]);
        ck_assert_str_eq(get(names[i]), "");
    }
    expect_refused(SST_ERR_UNKNOWN_NAME, "", "90", NULL, NULL, "");
    expect_refused(SST_ERR_UNKNOWN_NAME, " \t ", "90", NULL, NULL, "");
    ck_assert_int_eq(set_bytes("mode\0", 5, "off", 3), SST_ERR_UNKNOWN_NAME);
    ck_assert_int_eq(set_bytes("mod", 3, "off", 3), SST_ERR_UNKNOWN_NAME);
}
END_TEST

START_TEST(values_are_read_generously)
{
    expect_set("min_se", " 120", "120");
    expect_set("min_se", "121 ", "121");
    expect_set("min_se", "\t\r\n 122 \r\n\t", "122");
    expect_set("min_se", "000000000000000000000000000000000000000000000000123", "123");
    expect_set("method", " UPDATE ", "update");
    expect_set("max_refresh", "000", "0");
    ck_assert_int_eq(set_bytes("min_se", 6, "120", 2), SST_ERR_RANGE); /* 12 */
    ck_assert_int_eq(set_bytes("min_se", 6, "120\0", 4), SST_ERR_SYNTAX);
    ck_assert_int_eq(set_bytes("mode", 4, "off\0", 4), SST_ERR_SYNTAX);
    ck_assert_int_eq(set_bytes("mode", 4, "of", 2), SST_ERR_SYNTAX);
    ck_assert_int_eq(set_bytes("mode", 4, "", 0), SST_ERR_SYNTAX);
}
END_TEST

START_TEST(large_numbers_do_not_wrap)
{
    static const char *const numbers[] = {"4294967296",           /* 2^32 */
                                          "4294967386",           /* 2^32 + 90 */
                                          "18446744073709551616", /* 2^64 */
                                          "18446744073709551706", /* 2^64 + 90 */
                                          "9999999999999999999999999999999"};
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        expect_refused(SST_ERR_RANGE, "min_se", numbers[i], "min_se", "90..4294967295", numbers[i]);
        ck_assert_uint_eq(error.value, UINT32_MAX);
    }
}
END_TEST

START_TEST(long_texts_are_cut_in_the_error)
{
    char *text = malloc(65536);
    memset(text, 'a', 65536);
    for (size_t length = 30; length <= 33; length++) {
        char begin[32] = "";
        memcpy(begin, text, length < 31 ? length : 31);
        ck_assert_int_eq(set_bytes("min_se", 6, text, length), SST_ERR_SYNTAX);
        ck_assert_str_eq(error.text, begin);
        ck_assert_int_eq(set_bytes(text, length, "90", 2), SST_ERR_UNKNOWN_NAME);
        ck_assert_str_eq(error.text, begin);
    }
    ck_assert_int_eq(set_bytes("min_se", 6, text, 65536), SST_ERR_SYNTAX);
    memset(text, '9', 65536);
    ck_assert_int_eq(set_bytes("min_se", 6, text, 65536), SST_ERR_RANGE);
    memset(text, ' ', 65536);
    ck_assert_int_eq(set_bytes("min_se", 6, text, 65536), SST_ERR_SYNTAX);
    ck_assert_str_eq(error.text, "");
    free(text);
}
END_TEST

/* Rules that differ from those at the real minimum have other texts. */
START_TEST(ranges_follow_absolute_min)
{
    expect_set("absolute_min", "4", "4");
    expect_refused(SST_ERR_RANGE, "min_se", "3", "min_se", "absolute_min..4294967295", "3");
    expect_refused(SST_ERR_RANGE, "refresh_floor", "3", "refresh_floor", "1..absolute_min/2", "3");
    expect_refused(SST_ERR_RANGE, "max_session_expires", "3", "max_session_expires",
                   "0, absolute_min..4294967295", "3");
    expect_refused(SST_ERR_SYNTAX, "mode", "maybe", "mode", "accept|request|require|off", "maybe");
    expect_refused(SST_ERR_SYNTAX, "allow_uas", "maybe", "allow_uas", "no|yes", "maybe");
    /* Only absolute_min itself changes, and the check then finds what no longer fits. */
    ck_assert_uint_eq(policy.min_se, 90);
    ck_assert_uint_eq(policy.refresh_floor, 10);
    ck_assert_int_eq(sst_policy_check(&policy, &error), SST_ERR_RANGE);
    ck_assert_str_eq(error.field, "refresh_floor");
    expect_set("refresh_floor", "2", "2");
    expect_set("min_se", "4", "4");
    expect_set("session_expires", "6", "6");
    ck_assert_int_eq(sst_policy_check(&policy, &error), SST_OK);
}
END_TEST

START_TEST(order_of_lines_does_not_matter)
{
    expect_set("min_se", "3600", "3600"); /* conflicts with the default until the next line */
    expect_set("max_session_expires", "7200", "7200");
    expect_set("session_expires", "7200", "7200");
    ck_assert_int_eq(sst_policy_check(&policy, NULL), SST_OK);
    sst_policy_init(&policy);
    expect_set("max_session_expires", "90", "90");
    expect_set("session_expires", "90", "90");
    ck_assert_int_eq(sst_policy_check(&policy, NULL), SST_OK);
}
END_TEST

/* Compilers may store an enumeration in one, two or four bytes. */
START_TEST(members_have_any_size)
{
    struct {
        uint8_t one, guard_one;
        uint16_t two, guard_two;
        uint32_t four;
    } sizes = {0xAA, 0xAA, 0xAAAA, 0xAAAA, 0xAAAAAAAA};
    struct sst_field field = {.name = "size"};
    field.size = 1;
    sst_field_store(&sizes, &field, 200);
    ck_assert_uint_eq(sizes.one, 200);
    ck_assert_uint_eq(field_value(&sizes, &field), 200);
    field.size = 2;
    field.offset = (uint16_t)((unsigned char *)&sizes.two - (unsigned char *)&sizes);
    sst_field_store(&sizes, &field, 60000);
    ck_assert_uint_eq(sizes.two, 60000);
    ck_assert_uint_eq(field_value(&sizes, &field), 60000);
    field.size = 4;
    field.offset = (uint16_t)((unsigned char *)&sizes.four - (unsigned char *)&sizes);
    sst_field_store(&sizes, &field, 4000000000u);
    ck_assert_uint_eq(sizes.four, 4000000000u);
    ck_assert_uint_eq(field_value(&sizes, &field), 4000000000u);
    ck_assert(sizes.guard_one == 0xAA && sizes.guard_two == 0xAAAA);
}
END_TEST

/* Whatever the bytes, each field of the policy stays in its range. */
START_TEST(random_bytes_do_no_harm)
{
    uint32_t state = 4028;
    static const char alphabet[] = "019 \t-_|aceimnoqrstuxyAEIMNOSTU\0\xff";
    for (int round = 0; round < 20000; round++) {
        char bytes[2][12];
        size_t length[2];
        for (size_t i = 0; i < 2; i++) {
            state = state * 1664525u + 1013904223u;
            length[i] = (state >> 16) % sizeof bytes[i];
            for (size_t j = 0; j < length[i]; j++) {
                state = state * 1664525u + 1013904223u;
                bytes[i][j] = alphabet[(state >> 16) % sizeof alphabet];
            }
        }
        const char *name = cases[(state >> 8) % COUNT_OF(cases)].name;
        set_bytes(bytes[0], length[0], bytes[1], length[1]);
        set_bytes(name, strlen(name), bytes[1], length[1]);
        policy.absolute_min = 90;
        bool allowed = true; /* one assertion a round: each of libcheck's takes time */
        for (size_t i = 0; i < POLICY_FIELD_COUNT; i++) {
            const struct sst_field *field = &policy_fields[i];
            allowed &= sst_field_allows(field, field_value(&policy, field), 90);
        }
        ck_assert(allowed);
        sst_policy_init(&policy);
    }
}
END_TEST

static Suite *policy_text_suite(void)
{
    Suite *suite = suite_create("policy_text");
    TCase *tests = tcase_create("policy_text");
    tcase_add_checked_fixture(tests, set_up, NULL);
    tcase_add_loop_test(tests, fields_take_their_values, 0, COUNT_OF(cases));
    tcase_add_loop_test(tests, fields_refuse_other_values, 0, COUNT_OF(cases));
    tcase_add_test(tests, enumerators_are_those_of_the_header);
    tcase_add_test(tests, flags_take_several_words);
    tcase_add_test(tests, terminated_texts_are_taken);
    tcase_add_test(tests, names_are_read_generously);
    tcase_add_test(tests, other_names_are_refused);
    tcase_add_test(tests, values_are_read_generously);
    tcase_add_test(tests, large_numbers_do_not_wrap);
    tcase_add_test(tests, long_texts_are_cut_in_the_error);
    tcase_add_test(tests, ranges_follow_absolute_min);
    tcase_add_test(tests, order_of_lines_does_not_matter);
    tcase_add_test(tests, members_have_any_size);
    tcase_add_test(tests, random_bytes_do_no_harm);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return run_suite(policy_text_suite());
}
