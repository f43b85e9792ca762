/* SPDX-License-Identifier: MIT */
/* Defaults, ranges and conflicts of a policy. Expected values: the comments of sst/policy.h. */
#include "exact.h"
#include "policy_table.h"

#include <check.h>
#include <string.h>

static struct sst_policy policy;
static struct sst_policy_error error;

static void set_up(void)
{
    sst_policy_init(&policy);
    memset(&error, 0xAA, sizeof error);
}

static void expect_ok(const char *what, uint32_t value)
{
    int result = sst_policy_check(&policy, &error);
    ck_assert_msg(result == SST_OK, "%s %u: %d %s", what, value, result, error.field);
}

static void expect_error(int code, const char *field, const char *range, const char *other,
                         uint32_t value)
{
    memset(&error, 0xAA, sizeof error);
    ck_assert_msg(sst_policy_check(&policy, &error) == code, "%s %u", field, value);
    ck_assert_int_eq(error.code, code);
    ck_assert_str_eq(error.field, field);
    ck_assert_str_eq(error.range, range);
    ck_assert_pstr_eq(error.other, other);
    ck_assert_uint_eq(error.value, value);
    ck_assert_str_eq(error.text, "");
}

/* Shows: 4-3 7.1-2 7.1-6 EC-11 EC-14 EC-42 */
START_TEST(defaults_are_those_of_the_header)
{
    ck_assert_uint_eq(policy.size, sizeof policy);
    ck_assert_int_eq(policy.mode, SST_MODE_ACCEPT);
    ck_assert_uint_eq(policy.session_expires, 1800); /* §4 */
    ck_assert_uint_eq(policy.min_se, 90);            /* §5 */
    ck_assert_uint_eq(policy.max_session_expires, 0);
    ck_assert_int_eq(policy.prefer_refresher, SST_REFRESHER_UAC);
    ck_assert_int_eq(policy.request_refresher, SST_REFRESHER_NONE);
    ck_assert(!policy.allow_uas);
    ck_assert(!policy.proxy_require);
    ck_assert_int_eq(policy.method, SST_REFRESH_AUTO);
    ck_assert_uint_eq(policy.refresh_percent, 50); /* §7.2 */
    ck_assert_uint_eq(policy.max_refresh, 0);
    ck_assert_uint_eq(policy.jitter_percent, 0);
    ck_assert_int_eq(policy.guard, SST_GUARD_RFC);
    ck_assert_uint_eq(policy.guard_percent, 10);
    ck_assert_int_eq(policy.expire_at, SST_EXPIRE_AT_EXPIRATION);
    ck_assert_int_eq(policy.own_benefit, SST_OWN_BENEFIT_AUTO);
    ck_assert_uint_eq(policy.timeout_retries, 0);
    ck_assert(!policy.rescue);
    ck_assert_uint_eq(policy.refresh_floor, 10);
    ck_assert(policy.accept_midcall);
    ck_assert_int_eq(policy.below_min, SST_BELOW_MIN_KEEP);
    ck_assert_int_eq(policy.refused, SST_REFUSED_EXPIRE);
    ck_assert_int_eq(policy.dropped, SST_DROPPED_KEEP); /* EC-116 */
    ck_assert(!policy.strict_overlap);
    ck_assert(policy.accept_refresher_missing);
    ck_assert(!policy.accept_require_as_support); /* EC-106 */
    ck_assert(policy.accept_malformed);
    ck_assert(policy.accept_repeated);
    ck_assert(policy.accept_small_interval);
    ck_assert_uint_eq(policy.absolute_min, 90);
    ck_assert(policy.on_event == NULL && policy.random == NULL && policy.classify == NULL);
    ck_assert(policy.user == NULL && policy.counters == NULL);
    expect_ok("defaults", 0);
    /* Nothing to report, nothing written. */
    ck_assert_int_eq((unsigned char)error.text[0], 0xAA);
    ck_assert_int_eq(sst_policy_check(&policy, NULL), SST_OK);
}
END_TEST

/* The table against the structure: every member between size and on_event must be in it. */
START_TEST(table_has_every_member)
{
    size_t end = offsetof(struct sst_policy, size) + sizeof policy.size;
    for (size_t i = 0; i < POLICY_FIELD_COUNT; i++) {
        const struct sst_field *field = &policy_fields[i];
        size_t start = (end + field->size - 1) / field->size * field->size;
        ck_assert_msg(field->offset == start, "a member before %s is in no table", field->name);
        end = (size_t)field->offset + field->size;
    }
    ck_assert_uint_eq(POLICY_FIELD_COUNT, 30);
    ck_assert_uint_ge(end + 8, offsetof(struct sst_policy, on_event));
    ck_assert_uint_eq(end, offsetof(struct sst_policy, absolute_min) + sizeof(uint32_t));
}
END_TEST

START_TEST(fields_are_described)
{
    const char *name, *range, *unit, *section;
    size_t count = 0;
    while (sst_policy_field(count, &name, &range, &unit, &section)) {
        ck_assert_uint_gt(strlen(name), 0);
        ck_assert_uint_gt(strlen(range), 0);
        ck_assert_uint_gt(strlen(section), 0);
        ck_assert_ptr_nonnull(unit);
        for (size_t i = 0; i < count; i++) {
            ck_assert_str_ne(name, policy_fields[i].name);
        }
        ck_assert_str_eq(name, policy_fields[count].name);
        count++;
    }
    ck_assert_uint_eq(count, 30);
    ck_assert(!sst_policy_field(SIZE_MAX, &name, &range, &unit, &section));
    ck_assert(sst_policy_field(2, NULL, NULL, NULL, NULL));
    ck_assert(sst_policy_field(2, &name, &range, &unit, &section));
    ck_assert_str_eq(name, "min_se");
    ck_assert_str_eq(range, "90..4294967295");
    ck_assert_str_eq(unit, "s");
    ck_assert_str_eq(section, "§5, §9");
}
END_TEST

/* Numbers: their limits, by hand. */
static const struct number {
    const char *name;
    size_t offset;
    uint32_t low, high;
    bool or_zero;
    const char *range;
} numbers[] = {
#define AT(name) #name, offsetof(struct sst_policy, name)
    {AT(session_expires), 90, UINT32_MAX, false, "90..4294967295"},
    {AT(min_se), 90, UINT32_MAX, false, "90..4294967295"},
    {AT(max_session_expires), 90, UINT32_MAX, true, "0, 90..4294967295"},
    {AT(refresh_percent), 5, 50, false, "5..50"},
    {AT(max_refresh), 0, UINT32_MAX, false, "0..4294967295"},
    {AT(jitter_percent), 0, 10, false, "0..10"},
    {AT(guard_percent), 1, 33, false, "1..33"}, /* EC-126 */
    {AT(timeout_retries), 0, 3, false, "0..3"},
    {AT(refresh_floor), 1, 45, false, "1..45"},
};

static void put(size_t offset, uint32_t value)
{
    memcpy((unsigned char *)&policy + offset, &value, sizeof value);
}

static void expect_in_range(const struct number *number, uint32_t value)
{
    put(number->offset, value);
    int result = sst_policy_check(&policy, &error);
    /* With the other fields at their defaults it may conflict; that is tested below. */
    ck_assert_msg(result == SST_OK || result == SST_ERR_CONFLICT, "%s %u", number->name, value);
}

static void expect_outside(const struct number *number, uint32_t value)
{
    put(number->offset, value);
    expect_error(SST_ERR_RANGE, number->name, number->range, NULL, value);
}

START_TEST(numbers_have_edges)
{
    const struct number *number = &numbers[_i];
    expect_in_range(number, number->low);
    expect_in_range(number, number->high);
    if (number->low > 0) {
        expect_outside(number, number->low - 1);
    }
    if (number->low > 1 && number->or_zero) {
        expect_outside(number, 1);
    }
    if (number->high < UINT32_MAX) {
        expect_outside(number, number->high + 1);
        expect_outside(number, UINT32_MAX);
    }
    put(number->offset, 0);
    int result = sst_policy_check(&policy, &error);
    bool zero_fits = number->or_zero || number->low == 0;
    ck_assert_int_eq(result, zero_fits ? SST_OK : SST_ERR_RANGE);
}
END_TEST

/* Words: an enumeration holds any number of its size; the highest ones, by hand. */
static const struct word {
    const char *name;
    size_t offset;
    uint32_t low, high;
    const char *range;
} words[] = {
    {AT(mode), 0, 3, "accept|request|require|off"},
    {AT(prefer_refresher), 1, 2, "uac|uas"},
    {AT(request_refresher), 0, 2, "none|uac|uas"},
    {AT(method), 0, 2, "auto|update|invite"},
    {AT(guard), 0, 2, "rfc|percent|none"},
    {AT(expire_at), 0, 1, "expiration|guard"},
    {AT(own_benefit), 0, 2, "auto|yes|no"},
    {AT(below_min), 0, 1, "keep|report"},
    {AT(refused), 0, 1, "expire|keep"},
    {AT(dropped), 0, 1, "keep|off"},
};

static void put_word(size_t offset, uint32_t value)
{
    uint8_t byte = (uint8_t)value; /* some platforms have enumerations of one byte */
    const void *bytes = sizeof(enum sst_mode) == 1 ? (const void *)&byte : &value;
    memcpy((unsigned char *)&policy + offset, bytes, sizeof(enum sst_mode));
}

START_TEST(words_have_edges)
{
    const struct word *word = &words[_i];
    for (uint32_t value = word->low; value <= word->high; value++) {
        put_word(word->offset, value);
        expect_ok(word->name, value);
    }
    const uint32_t wrong[] = {word->high + 1, 255, word->low - 1, 256, UINT32_MAX};
    size_t count = sizeof(enum sst_mode) == 1 ? 2 : COUNT_OF(wrong); /* as many as it holds */
    for (size_t i = 0; i < count; i++) {
        put_word(word->offset, wrong[i]);
        expect_error(SST_ERR_RANGE, word->name, word->range, NULL, wrong[i]);
    }
}
END_TEST

static const struct {
    const char *name;
    size_t offset;
} flags[] = {
    {AT(allow_uas)},
    {AT(proxy_require)},
    {AT(rescue)},
    {AT(accept_midcall)},
    {AT(strict_overlap)},
    {AT(accept_refresher_missing)},
    {AT(accept_require_as_support)},
    {AT(accept_malformed)},
    {AT(accept_repeated)},
    {AT(accept_small_interval)},
};

/* A bool in a structure from shared memory or a file can hold any byte. */
START_TEST(flags_have_edges)
{
    unsigned char *flag = (unsigned char *)&policy + flags[_i].offset;
    for (unsigned value = 0; value < 256; value++) {
        *flag = (unsigned char)value;
        if (value <= 1) {
            expect_ok(flags[_i].name, value);
        } else {
            expect_error(SST_ERR_RANGE, flags[_i].name, "no|yes", NULL, value);
        }
    }
}
END_TEST

/* The tables above together have all fields except absolute_min. */
START_TEST(every_field_has_a_test)
{
    size_t count = COUNT_OF(numbers) + COUNT_OF(words) + COUNT_OF(flags) + 1;
    ck_assert_uint_eq(count, POLICY_FIELD_COUNT);
}
END_TEST

START_TEST(absolute_min_moves_the_ranges)
{
    static const char range[] = "absolute_min..4294967295";
    static const struct {
        uint32_t absolute_min, floor;
    } table[] = {{1, 1}, {2, 1}, {5, 3}, {7, 4}, {89, 45}, {91, 46}, {UINT32_MAX, 1u << 31}};
    uint32_t min = table[_i].absolute_min;
    uint32_t floor = table[_i].floor;
    policy.absolute_min = min;
    policy.session_expires = min;
    policy.min_se = min;
    policy.max_session_expires = min;
    policy.refresh_floor = floor;
    expect_ok("absolute_min", min);
    policy.refresh_floor = floor + 1;
    expect_error(SST_ERR_RANGE, "refresh_floor", "1..absolute_min/2", NULL, floor + 1);
    policy.refresh_floor = 0;
    expect_error(SST_ERR_RANGE, "refresh_floor", "1..absolute_min/2", NULL, 0);
    policy.refresh_floor = 1;
    policy.min_se = min - 1;
    expect_error(SST_ERR_RANGE, "min_se", range, NULL, min - 1);
    policy.min_se = min;
    policy.session_expires = min - 1;
    expect_error(SST_ERR_RANGE, "session_expires", range, NULL, min - 1);
    policy.session_expires = min;
    if (min > 1) {
        policy.max_session_expires = min - 1;
        expect_error(SST_ERR_RANGE, "max_session_expires", "0, absolute_min..4294967295", NULL,
                     min - 1);
    }
    policy.max_session_expires = 0;
    expect_ok("no bound", 0);
}
END_TEST

START_TEST(absolute_min_is_judged_first)
{
    policy.absolute_min = 0; /* so that no other field's range is empty or reversed */
    policy.refresh_floor = 0;
    policy.mode = (enum sst_mode)9;
    expect_error(SST_ERR_RANGE, "absolute_min", "1..4294967295", NULL, 0);
}
END_TEST

START_TEST(interval_is_not_below_min_se)
{
    policy.min_se = 1800;
    expect_ok("min_se", 1800);
    policy.min_se = 1801;
    expect_error(SST_ERR_CONFLICT, "session_expires", "min_se..4294967295", "min_se", 1800);
    policy.session_expires = UINT32_MAX;
    policy.min_se = UINT32_MAX;
    expect_ok("min_se", UINT32_MAX);
}
END_TEST

START_TEST(bound_is_not_below_the_others)
{
    policy.session_expires = 600;
    policy.min_se = 600;
    policy.max_session_expires = 600;
    expect_ok("max_session_expires", 600);
    policy.max_session_expires = 599;
    expect_error(SST_ERR_CONFLICT, "max_session_expires", "0, min_se..4294967295", "min_se", 599);
    policy.min_se = 90;
    expect_error(SST_ERR_CONFLICT, "max_session_expires", "0, session_expires..4294967295",
                 "session_expires", 599);
    policy.max_session_expires = 0;
    expect_ok("max_session_expires", 0);
}
END_TEST

START_TEST(cap_is_not_below_the_floor)
{
    policy.max_refresh = 10;
    expect_ok("max_refresh", 10);
    policy.max_refresh = 9;
    expect_error(SST_ERR_CONFLICT, "max_refresh", "0, refresh_floor..4294967295", "refresh_floor",
                 9);
    policy.refresh_floor = 9;
    expect_ok("max_refresh", 9);
}
END_TEST

START_TEST(jitter_leaves_something_of_the_wait)
{
    policy.refresh_percent = 8;
    policy.jitter_percent = 7;
    expect_ok("jitter_percent", 7);
    policy.jitter_percent = 8;
    expect_error(SST_ERR_CONFLICT, "jitter_percent", "less than refresh_percent", "refresh_percent",
                 8);
}
END_TEST

START_TEST(foreign_structures_are_refused)
{
    const uint32_t wrong[] = {0, 1, sizeof policy - 1, sizeof policy + 1, UINT32_MAX};
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        memset(&policy, 0xFF, sizeof policy); /* not read beyond its size */
        policy.size = wrong[i];
        expect_error(SST_ERR_VERSION, "size", "as sst_policy_init() sets it", NULL, wrong[i]);
        ck_assert_int_eq(sst_policy_check(&policy, NULL), SST_ERR_VERSION);
    }
    ck_assert_int_eq(sst_policy_check(NULL, &error), SST_ERR_ARGUMENT);
    ck_assert_int_eq(error.code, SST_ERR_ARGUMENT);
    ck_assert(error.field == NULL && error.value == 0);
    ck_assert_int_eq(sst_policy_check(NULL, NULL), SST_ERR_ARGUMENT);
}
END_TEST

static Suite *policy_suite(void)
{
    Suite *suite = suite_create("policy");
    TCase *tests = tcase_create("policy");
    tcase_add_checked_fixture(tests, set_up, NULL);
    tcase_add_test(tests, defaults_are_those_of_the_header);
    tcase_add_test(tests, table_has_every_member);
    tcase_add_test(tests, fields_are_described);
    tcase_add_loop_test(tests, numbers_have_edges, 0, COUNT_OF(numbers));
    tcase_add_loop_test(tests, words_have_edges, 0, COUNT_OF(words));
    tcase_add_loop_test(tests, flags_have_edges, 0, COUNT_OF(flags));
    tcase_add_test(tests, every_field_has_a_test);
    tcase_add_loop_test(tests, absolute_min_moves_the_ranges, 0, 7);
    tcase_add_test(tests, absolute_min_is_judged_first);
    tcase_add_test(tests, interval_is_not_below_min_se);
    tcase_add_test(tests, bound_is_not_below_the_others);
    tcase_add_test(tests, cap_is_not_below_the_floor);
    tcase_add_test(tests, jitter_leaves_something_of_the_wait);
    tcase_add_test(tests, foreign_structures_are_refused);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return run_suite(policy_suite());
}
