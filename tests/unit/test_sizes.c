/* SPDX-License-Identifier: MIT */
/* What a host and the library agree on before they share structures. */
#include <sst/sst.h>

#include "exact.h"
#include "policy/fields.h"

START_TEST(these_headers_match)
{
    ck_assert(sst_sizes_ok());
}
END_TEST

START_TEST(each_other_size_is_seen)
{
    size_t sizes[] = SST_SIZES;
    size_t count = COUNT_OF(sizes);
    ck_assert(sst_sizes_match(sizes, count));
    for (size_t i = 0; i < count; i++) {
        sizes[i]++;
        ck_assert_msg(!sst_sizes_match(sizes, count), "size %zu", i);
        sizes[i]--;
    }
}
END_TEST

/* Older headers know fewer structures, newer ones more. */
START_TEST(older_headers_match_and_newer_ones_do_not)
{
    const size_t own[] = SST_SIZES;
    size_t more[COUNT_OF(own) + 1] = {0};
    memcpy(more, own, sizeof own);
    for (size_t count = 0; count <= COUNT_OF(own); count++) {
        struct exact sizes = exact_copy((const char *)own, count * sizeof own[0]);
        ck_assert(sst_sizes_match((const size_t *)(const void *)sizes.text, count));
        exact_free(&sizes);
    }
    ck_assert(!sst_sizes_match(more, COUNT_OF(more)));
    ck_assert(!sst_sizes_match(NULL, 0));
}
END_TEST

/* Blocks that end where some host's structure ends, from nothing at all to one byte more than ours.
 * What is known is filled in as far as there is room; what is not known is zeroed. */
START_TEST(defaults_fill_no_more_than_there_is)
{
    struct sst_policy whole;
    memset(&whole, 0, sizeof whole);
    sst_policy_init(&whole);
    for (size_t size = 0; size <= sizeof whole + 64; size++) {
        uint32_t told = (uint32_t)size;
        unsigned char *block = malloc(size > 0 ? size : 1);
        unsigned char *unused = size > 0 ? block : block + 1;
        ck_assert_ptr_nonnull(block);
        memset(block, 0xAA, size);
        sst_policy_init_sized((void *)unused, size);
        size_t told_size = size < sizeof told ? size : sizeof told;
        ck_assert_int_eq(memcmp(unused, &told, told_size), 0);
        for (size_t i = sizeof told; i < size; i++) {
            unsigned expected = i < sizeof whole ? ((unsigned char *)&whole)[i] : 0;
            ck_assert_msg(block[i] == expected, "byte %zu of %zu", i, size);
        }
        free(block);
    }
}
END_TEST

START_TEST(defaults_of_a_proxy_fill_no_more_than_there_is)
{
    struct sst_proxy_policy whole;
    sst_proxy_policy_init(&whole);
    for (size_t size = sizeof whole.size; size <= sizeof whole + 8; size++) {
        unsigned char *block = malloc(size);
        ck_assert_ptr_nonnull(block);
        memset(block, 0xAA, size);
        sst_proxy_policy_init_sized((void *)block, size);
        size_t common = size < sizeof whole ? size : sizeof whole;
        ck_assert_int_eq(memcmp(block + 4, (unsigned char *)&whole + 4, common - 4), 0);
        ck_assert(size <= sizeof whole || block[size - 1] == 0);
        free(block);
    }
}
END_TEST

/* A size that no known structure has is rejected before anything after it is read. */
START_TEST(no_other_size_is_read)
{
    uint32_t sizes[] = {4, 5, 8, 0xAAAAAAAA, sizeof(struct sst_policy) + 1, 100000};
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        struct exact block = exact_copy((const char *)&sizes[i], sizeof sizes[i]);
        const void *policy = block.text;
        ck_assert_int_eq(sst_policy_check(policy, NULL), SST_ERR_VERSION);
        if (sizes[i] != sizeof(struct sst_proxy_policy)) {
            ck_assert_int_eq(sst_proxy_policy_check(policy, NULL), SST_ERR_VERSION);
        }
        struct sst_session session;
        ck_assert_int_eq(sst_session_init(&session, policy, SST_CALLER), SST_ERR_VERSION);
        exact_free(&block);
    }
}
END_TEST

/* The program is newer than the library: it would set what the library does not know. */
START_TEST(larger_structures_are_refused)
{
    struct {
        struct sst_policy known;
        uint64_t unknown;
    } newer;
    struct sst_policy_error error;
    memset(&newer, 0xAA, sizeof newer);
    sst_policy_init_sized(&newer.known, sizeof newer);
    ck_assert_uint_eq(newer.known.size, sizeof newer);
    ck_assert_uint_eq(newer.unknown, 0);
    ck_assert_int_eq(sst_policy_check(&newer.known, &error), SST_ERR_VERSION);
    ck_assert_str_eq(error.field, "size");
    ck_assert_uint_eq(error.value, sizeof newer);
}
END_TEST

/* A structure that ends before a field: the field has its default, and cannot be set. The test uses
 * the table's last field, because all are in the structures of the first version. */
START_TEST(fields_behind_the_end_have_their_defaults)
{
    struct sst_policy policy;
    struct sst_policy_error error;
    char text[16];
    sst_policy_init(&policy);
    policy.size = (uint32_t)offsetof(struct sst_policy, absolute_min);
    policy.absolute_min = 77;
    ck_assert_uint_eq(sst_policy_get_n(&policy, "absolute_min", 12, text, sizeof text), 2);
    ck_assert_str_eq(text, "90");
    ck_assert_int_eq(sst_policy_set_n(&policy, "absolute_min", 12, "80", 2, &error),
                     SST_ERR_UNKNOWN_NAME);
    ck_assert_str_eq(error.text, "absolute_min");
    ck_assert_uint_eq(policy.absolute_min, 77);
    policy.size += (uint32_t)sizeof policy.absolute_min; /* it contains all of it */
    ck_assert_uint_eq(sst_policy_get_n(&policy, "absolute_min", 12, text, sizeof text), 2);
    ck_assert_str_eq(text, "77");
}
END_TEST

#define FIELD(name, kind, lowest, highest, range, unit, section, what)                             \
    SST_FIELD_OF(struct sst_policy, name, kind, lowest, highest, range, unit, section),

static const struct sst_field fields[] = {SST_POLICY_FIELDS(FIELD)};

/* What comes after the end is not checked. */
START_TEST(fields_behind_the_end_are_not_checked)
{
    struct sst_policy policy;
    struct sst_policy_error error;
    size_t end = offsetof(struct sst_policy, session_expires);
    sst_policy_init(&policy);
    struct sst_policy whole = policy;
    const struct sst_table table = {fields, COUNT_OF(fields), &whole};
    policy.session_expires = 89;
    policy.size = (uint32_t)end;
    ck_assert_int_eq(sst_table_check(table, &policy, &error), SST_OK);
    policy.size = (uint32_t)(end + sizeof(uint32_t));
    ck_assert_int_eq(sst_table_check(table, &policy, &error), SST_ERR_RANGE);
    ck_assert_str_eq(error.field, "session_expires");
}
END_TEST

/* What hosts loop over and what they have room for. */
START_TEST(counters_have_room_for_more)
{
    ck_assert_uint_le(SST_OUTCOME_COUNT, SST_OUTCOME_ROOM);
    ck_assert_uint_le(SST_END_COUNT, SST_END_ROOM);
    ck_assert_uint_le(SST_VIOLATION_COUNT, SST_VIOLATION_ROOM);
}
END_TEST

/* Space from which later versions take fields: their programs read 0 if the library is older. */
START_TEST(reserved_room_of_events_is_zero)
{
    const uint64_t zero[COUNT_OF(((struct sst_event *)0)->reserved)] = {0};
    struct sst_policy policy;
    struct sst_session session;
    struct sst_tx tx = {0};
    struct sst_headers headers;
    struct sst_msg msg;
    struct sst_verdict verdict;
    struct sst_event event;
    unsigned count = 0;
    bool more = true;

    sst_policy_init(&policy);
    ck_assert_int_eq(sst_session_init(&session, &policy, SST_CALLER), SST_OK);
    whatever(sst_session_request(&session, &tx, SST_METHOD_INVITE, 0, 0, &headers));
    sst_msg_response(&msg, 200, SST_METHOD_INVITE, 1);
    sst_msg_set_session_expires(&msg, 90, SST_REFRESHER_UAC);
    sst_session_response(&session, &tx, &msg, 0, &verdict);
    while (more) {
        memset(&event, 0xAA, sizeof event);
        more = sst_session_next_event(&session, sst_session_deadline(&session), &event);
        ck_assert_int_eq(memcmp(event.reserved, zero, sizeof zero), 0);
        count++;
        ck_assert_uint_lt(count, 100);
    }
    ck_assert_uint_ge(count, 4); /* violation, negotiated, refresh, ended */
}
END_TEST

static Suite *sizes_suite(void)
{
    Suite *suite = suite_create("sizes");
    TCase *tests = tcase_create("sizes");
    tcase_add_test(tests, these_headers_match);
    tcase_add_test(tests, each_other_size_is_seen);
    tcase_add_test(tests, older_headers_match_and_newer_ones_do_not);
    tcase_add_test(tests, defaults_fill_no_more_than_there_is);
    tcase_add_test(tests, defaults_of_a_proxy_fill_no_more_than_there_is);
    tcase_add_test(tests, no_other_size_is_read);
    tcase_add_test(tests, larger_structures_are_refused);
    tcase_add_test(tests, fields_behind_the_end_have_their_defaults);
    tcase_add_test(tests, fields_behind_the_end_are_not_checked);
    tcase_add_test(tests, counters_have_room_for_more);
    tcase_add_test(tests, reserved_room_of_events_is_zero);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return run_suite(sizes_suite());
}
