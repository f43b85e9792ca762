/* SPDX-License-Identifier: MIT */
#include <sst/codec.h>

#include "exact.h"

#define NONE SST_REFRESHER_NONE
#define UAC SST_REFRESHER_UAC
#define UAS SST_REFRESHER_UAS

/* One of the printing functions, with the arguments of one case */
struct job {
    enum { SECONDS, SESSION_EXPIRES, LIKE } function;
    uint32_t seconds;
    enum sst_refresher refresher;
    const char *value;
    size_t length;
};

static size_t print(const struct job *job, char *buffer, size_t size)
{
    switch (job->function) {
    case SECONDS:
        return sst_print_seconds(buffer, size, job->seconds);
    case SESSION_EXPIRES:
        return sst_print_session_expires(buffer, size, job->seconds, job->refresher);
    case LIKE:
        return sst_print_session_expires_like(buffer, size, job->seconds, job->value, job->length);
    }
    return SIZE_MAX;
}

/*
 * The contract that all of them share, with buffers of each size: the length is that of the whole
 * value, and the buffer holds the whole value or an empty string.
 */
static void check_print(const struct job *job, const char *expected)
{
    size_t length = strlen(expected);

    ck_assert_uint_eq(print(job, NULL, 0), length);
    ck_assert_uint_eq(print(job, NULL, 100), length);
    for (size_t size = 0; size <= length + 3; size++) {
        struct exact room = exact_repeat("", "#", size);
        size_t printed = print(job, room.block, size);
        ck_assert_msg(printed == length, "%s, size %zu: %zu", expected, size, printed);
        if (size > length)
            ck_assert_str_eq(room.block, expected);
        else if (size > 0)
            ck_assert_str_eq(room.block, "");
        for (size_t i = length + 1; i < size; i++)
            ck_assert_int_eq(room.block[i], '#');
        exact_free(&room);
    }
}

START_TEST(prints_seconds)
{
    static const struct {
        uint32_t seconds;
        const char *expected;
    } cases[] = {
        {0, "0"},
        {7, "7"},
        {9, "9"},
        {10, "10"},
        {90, "90"},
        {99, "99"},
        {100, "100"},
        {1800, "1800"},
        {1000000000, "1000000000"},
        {999999999, "999999999"},
        {4294967294, "4294967294"},
        {4294967295, "4294967295"},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct job job = {SECONDS, cases[i].seconds, NONE, NULL, 0};
        check_print(&job, cases[i].expected);
    }
}
END_TEST

START_TEST(prints_session_expires)
{
    static const struct {
        uint32_t seconds;
        enum sst_refresher refresher;
        const char *expected;
    } cases[] = {
        {0, NONE, "0"},
        {90, NONE, "90"},
        {1800, UAC, "1800;refresher=uac"},
        {1800, UAS, "1800;refresher=uas"},
        {4294967295, UAS, "4294967295;refresher=uas"},
        {90, (enum sst_refresher)3, "90"},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct job job = {SESSION_EXPIRES, cases[i].seconds, cases[i].refresher, NULL, 0};
        check_print(&job, cases[i].expected);
        ck_assert_uint_lt(strlen(cases[i].expected), SST_VALUE_SIZE);
    }
}
END_TEST

/* No assertion for each value: each assertion writes to a file. */
static bool comes_back(uint32_t seconds)
{
    char value[SST_VALUE_SIZE];
    uint32_t min_se;
    uint32_t retry_after;
    bool same = true;

    for (int refresher = NONE; refresher <= UAS; refresher++) {
        struct sst_session_expires read;
        size_t length =
            sst_print_session_expires(value, sizeof value, seconds, (enum sst_refresher)refresher);
        same = same && length < sizeof value &&
               sst_parse_session_expires(value, length, &read) == SST_OK &&
               read.seconds == seconds && (int)read.refresher == refresher && read.violations == 0;
    }
    size_t length = sst_print_seconds(value, sizeof value, seconds);
    return same && length < sizeof value && sst_parse_min_se(value, length, &min_se) == SST_OK &&
           min_se == seconds && sst_parse_retry_after(value, length, &retry_after) == SST_OK &&
           retry_after == seconds;
}

static void check_round_trips(uint32_t first, uint32_t last, uint32_t step)
{
    for (uint64_t seconds = first; seconds <= last; seconds += step) {
        if (!comes_back((uint32_t)seconds))
            ck_abort_msg("%u does not come back", (unsigned)seconds);
    }
}

/* All intervals of up to a day, a sample of all the others, and where a digit is added */
START_TEST(reads_back_what_it_printed)
{
    check_round_trips(0, 86400, 1);
    check_round_trips(86400, UINT32_MAX, 98765);
    for (uint32_t power = 10; power <= 100000000; power *= 10)
        check_round_trips(power - 1, power, 1);
    check_round_trips(999999999, 1000000000, 1);
    check_round_trips(UINT32_MAX - 1, UINT32_MAX, 1);
}
END_TEST

/* RFC 4028 §8.1: a proxy changes the number, and leaves the parameters alone. */
/* Shows: 8.1-5 */
START_TEST(keeps_parameters_as_they_were)
{
    static const struct {
        const char *value;
        const char *expected;
    } cases[] = {
        {"1800", "3600"},
        {"1800;refresher=uac", "3600;refresher=uac"},
        {" \t1800 ;\tRefresher = UAS ;foo=\"a;b,c\\\"\";x ", "3600 ;\tRefresher = UAS "
                                                             ";foo=\"a;b,c\\\"\";x "},
        {"000090;refresher=uac", "3600;refresher=uac"},
        {"99999999999999999999;a", "3600;a"},
        {"90;refresher=foo;refresher=\"uac\";;=", "3600;refresher=foo;refresher=\"uac\";;="},
        {"90;foo=\"bar", "3600;foo=\"bar"},
        {"90;a=\xc3\xa4\x01", "3600;a=\xc3\xa4\x01"},
        {"90;a-parameter-that-is-longer-than-the-room-for-values=and-its-value",
         "3600;a-parameter-that-is-longer-than-the-room-for-values=and-its-value"},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct exact input = exact_copy(cases[i].value, strlen(cases[i].value));
        struct job job = {LIKE, 3600, NONE, input.text, input.length};
        check_print(&job, cases[i].expected);
        exact_free(&input);
    }
}
END_TEST

/* RFC 3261 §7.3.1: a line break and the white space after it are one SP. */
START_TEST(prints_folded_values_on_one_line)
{
    static const struct {
        const char *value;
        const char *expected;
    } cases[] = {
        {"\r\n 90;a", "3600;a"},          {"90\r\n ;a", "3600 ;a"},
        {"90;a\r\n \t  b", "3600;a b"},   {"90;a \r\n b", "3600;a  b"},
        {"90;a\r\n \r\n b", "3600;a  b"}, {"90;a=\"b\r\n\tc\"", "3600;a=\"b c\""},
        {"90;a\r\n ", "3600;a "},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct exact input = exact_copy(cases[i].value, strlen(cases[i].value));
        struct job job = {LIKE, 3600, NONE, input.text, input.length};
        check_print(&job, cases[i].expected);
        exact_free(&input);
    }
}
END_TEST

/* What follows a ';' is hardly checked, but it must not begin a header field of its own. */
START_TEST(prints_no_line_break_whatever_it_got)
{
    static const char value[] = "90;a\r\nX: y;b\rc\nd\0e\r\n\r\n f;\"\\\r\n g\r";
    static const char expected[] = "3600;a??X: y;b?c?d?e?? f;\"\\ g?";
    struct exact input = exact_copy(value, sizeof value - 1);
    struct job job = {LIKE, 3600, NONE, input.text, input.length};

    check_print(&job, expected);
    exact_free(&input);
}
END_TEST

START_TEST(prints_nothing_like_a_broken_value)
{
    static const char *const cases[] = {"", " ", "abc", "90 junk", "90,1800", ";refresher=uac"};

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct job job = {LIKE, 3600, NONE, cases[i], strlen(cases[i])};
        check_print(&job, "");
    }
    struct job nothing = {LIKE, 3600, NONE, NULL, 0};
    check_print(&nothing, "");
    struct job wrong = {LIKE, 3600, NONE, NULL, 5};
    check_print(&wrong, "");
}
END_TEST

/* A value that can be read is read in the same way after printing. */
static void check_like(const char *text, size_t length)
{
    char value[256];
    struct sst_session_expires before;
    struct sst_session_expires after;

    size_t printed = sst_print_session_expires_like(value, sizeof value, 3600, text, length);
    ck_assert_uint_lt(printed, sizeof value);
    ck_assert_uint_eq(strlen(value), printed);
    if (sst_parse_session_expires(text, length, &before) != SST_OK) {
        ck_assert_uint_eq(printed, 0);
        return;
    }
    ck_assert_int_eq(sst_parse_session_expires(value, printed, &after), SST_OK);
    ck_assert_uint_eq(after.seconds, 3600);
    ck_assert_int_eq((int)after.refresher, (int)before.refresher);
    ck_assert_uint_eq(after.violations, before.violations);
}

START_TEST(reads_back_what_it_printed_like_another)
{
    static const char *const texts[] = {
        "\r\n 1800 \r\n\t; foo = \"a;\\\",b\r\n c\" ;refresher\r\n = uac ; refresher=uas;x",
        "90;refresher=\"uac\\\";refresher=uas",
        "90;;=;refresher=foo;a b;refresher=uas, 1800;refresher=uac",
    };

    for (size_t i = 0; i < COUNT_OF(texts); i++)
        exact_prefixes(texts[i], strlen(texts[i]), check_like);

    /* Found by fuzzing: white space in an invalid line fold turned this into a refresher. */
    static const char broken[] =
        "90;\0refresher=uac;\nrefresher\r=uas;refresher=\0uac;\r\nrefresher";
    exact_prefixes(broken, sizeof broken - 1, check_like);
}
END_TEST

/* As in the suite codec_bounds: quadratic cost would exceed the time limit. */
START_TEST(prints_long_values)
{
    static const char *const patterns[] = {"a", "\r\n ", "\r", ";refresher=uas"};
    size_t length = (size_t)16 * 65536;
    char *buffer = malloc(length + 3);

    ck_assert_ptr_nonnull(buffer);
    for (size_t i = 0; i < COUNT_OF(patterns); i++) {
        struct exact input = exact_repeat("90;", patterns[i], length);
        size_t printed =
            sst_print_session_expires_like(buffer, length + 3, 3600, input.text, input.length);
        ck_assert_uint_le(printed, length + 2);
        ck_assert_uint_eq(strlen(buffer), printed);
        exact_free(&input);
    }
    free(buffer);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("print");
    TCase *tests = tcase_create("print");

    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, prints_seconds);
    tcase_add_test(tests, prints_session_expires);
    tcase_add_test(tests, reads_back_what_it_printed);
    tcase_add_test(tests, keeps_parameters_as_they_were);
    tcase_add_test(tests, prints_folded_values_on_one_line);
    tcase_add_test(tests, prints_no_line_break_whatever_it_got);
    tcase_add_test(tests, prints_nothing_like_a_broken_value);
    tcase_add_test(tests, reads_back_what_it_printed_like_another);
    tcase_add_test(tests, prints_long_values);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
