/* SPDX-License-Identifier: MIT */
/* The order in which servers are tried: SRV by RFC 2782, NAPTR by RFC 3403. */
#include <string.h>

#include <check.h>

#include "records.h"
#include "suite.h"

/* What random() returns, one after the other. */
static const uint32_t *drawn;

static uint32_t next(void *user)
{
    (void)user;
    return *drawn++;
}

static struct record record(unsigned first, unsigned second, char *name)
{
    return (struct record){.first = first, .second = second, .name = name};
}

static void expect(const struct records *records, const char *order)
{
    char names[RECORDS_MAX + 1] = "";

    for (size_t i = 0; i < records->count; i++) {
        names[i] = records->at[i].name[0];
    }
    ck_assert_str_eq(names, order);
}

START_TEST(srv_by_priority)
{
    static const uint32_t zeros[3] = {0};
    struct records records = {.count = 3,
                              .at = {record(20, 0, "c"), record(10, 0, "a"), record(15, 9, "b")}};

    drawn = zeros;
    records_order_srv(&records, next, NULL);
    expect(&records, "abc");
}
END_TEST

/* Within a priority, a number from 0 to the sum of the weights is drawn, and the first record is
 * taken whose running sum reaches it. With 0, 10 and 30 (in that order), 0 takes the first, 1 to
 * 10 the second, 11 to 40 the third. */
START_TEST(srv_by_weight)
{
    static const struct {
        uint32_t draws[3];
        const char *order;
    } cases[] = {
        {{0, 0, 0}, "xyz"},  {{1, 0, 0}, "yxz"},   {{10, 0, 0}, "yxz"}, {{11, 0, 0}, "zxy"},
        {{40, 1, 0}, "zyx"}, {{40, 10, 0}, "zyx"}, {{0, 11, 0}, "xzy"}, {{41, 0, 0}, "xyz"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct records records = {
            .count = 3, .at = {record(1, 30, "z"), record(1, 0, "x"), record(1, 10, "y")}};

        drawn = cases[i].draws;
        records_order_srv(&records, next, NULL);
        expect(&records, cases[i].order);
    }
}
END_TEST

START_TEST(naptr_by_order_and_preference)
{
    struct records records = {
        .count = 4,
        .at = {record(2, 1, "c"), record(1, 90, "b"), record(2, 5, "d"), record(1, 10, "a")}};

    records_order_naptr(&records);
    expect(&records, "abcd");
}
END_TEST

START_TEST(naptr_services)
{
    ck_assert_int_eq(records_service("SIP+D2U"), TRANSPORT_UDP);
    ck_assert_int_eq(records_service("sip+d2t"), TRANSPORT_TCP);
    ck_assert_int_eq(records_service("SIPS+D2T"), TRANSPORT_TLS);
    ck_assert_int_eq(records_service("SIP+D2S"), TRANSPORT_NONE);
    ck_assert_int_eq(records_service("E2U+sip"), TRANSPORT_NONE);
    ck_assert_int_eq(records_service(""), TRANSPORT_NONE);
}
END_TEST

/* Answers that are truncated, or not answers at all. */
START_TEST(answers_of_no_use)
{
    static const unsigned char answer[] = {0, 1,   0x81, 0x80, 0,  1, 0, 9,    0,  0, 0, 0,
                                           1, 'a', 0,    0,    33, 0, 1, 0xc0, 12, 0, 33};

    for (int length = 0; length <= (int)sizeof answer; length++) {
        ck_assert_ptr_null(records_of_srv(answer, length));
        ck_assert_ptr_null(records_of_naptr(answer, length));
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("records");
    TCase *tests = tcase_create("records");

    tcase_add_test(tests, srv_by_priority);
    tcase_add_test(tests, srv_by_weight);
    tcase_add_test(tests, naptr_by_order_and_preference);
    tcase_add_test(tests, naptr_services);
    tcase_add_test(tests, answers_of_no_use);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
