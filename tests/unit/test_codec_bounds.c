/* SPDX-License-Identifier: MIT */
#include <sst/codec.h>

#include "exact.h"

/* Runs all parsers on one text, for what they read: the results do not matter here. */
static void read_all(const char *text, size_t length)
{
    struct sst_session_expires read;
    struct sst_option_tags tags = {false, false};
    struct sst_allow allow = {false, false};
    uint32_t seconds;

    (void)sst_parse_session_expires(text, length, &read);
    (void)sst_parse_min_se(text, length, &seconds);
    (void)sst_parse_retry_after(text, length, &seconds);
    ck_assert_int_eq(sst_parse_option_tags(text, length, &tags), SST_OK);
    ck_assert_int_eq(sst_parse_allow(text, length, &allow), SST_OK);
}

START_TEST(reads_nothing_behind_the_end)
{
    static const char *const texts[] = {
        "\r\n 1800 \r\n\t; foo = \"a;\\\",b\" ;refresher\r\n = uac ; refresher=uas;x",
        "1800 (a(\\)b)c\\\\) ; duration = 60 \r\n ",
        " 100rel ,\r\n timer, \"a\\\"b, UPDATE ,INVITE,,",
        "4294967296;refresher=\"uac\\",
    };

    for (size_t i = 0; i < COUNT_OF(texts); i++)
        exact_prefixes(texts[i], strlen(texts[i]), read_all);
}
END_TEST

/* Each value of two and three bytes that matter, and each single byte */
START_TEST(reads_all_short_texts)
{
    static const char bytes[] = "0;,=\"\\( )\r\n\tu";
    size_t count = sizeof bytes; /* the NUL as well */

    for (int c = 0; c < 256; c++) {
        char text = (char)c;
        exact_prefixes(&text, 1, read_all);
    }
    for (size_t i = 0; i < count * count * count; i++) {
        char text[] = {'9', ';', bytes[i % count], bytes[i / count % count],
                       bytes[i / count / count]};
        struct exact tail = exact_copy(text + 2, 3);
        struct exact whole = exact_copy(text, 5);
        read_all(tail.text, tail.length);
        read_all(whole.text, whole.length);
        exact_free(&tail);
        exact_free(&whole);
    }
}
END_TEST

/*
 * 64 KiB is what a datagram can hold. Sixteen times as much separates linear from quadratic: the
 * latter would exceed the time limit of the test.
 */
#define LONG_LENGTH ((size_t)16 * 65536)

START_TEST(costs_no_more_than_the_length)
{
    static const struct {
        const char *start;
        const char *pattern;
    } shapes[] = {
        {"1800;foo=\"", "a"},
        {"1800;foo=\"", "\\\""},
        {"1800;foo=\"", "\\"},
        {"1800;", ";"},
        {"1800;", "foo=\"a\";"},
        {"1800;", "refresher="},
        {"1800;", "refresher=uac;"},
        {"", "9"},
        {"", " "},
        {"", "\r\n "},
        {"", ","},
        {"", "timer,"},
        {"", "a "},
        {"1 ", "("},
        {"1 ", "(\\)"},
        {"1 ", "()"},
        {"1800;a", " "},
        {"1800;refresher=uac", "\r\n "},
    };

    for (size_t i = 0; i < COUNT_OF(shapes); i++) {
        struct exact input = exact_repeat(shapes[i].start, shapes[i].pattern, LONG_LENGTH);
        read_all(input.text, input.length);
        exact_free(&input);
    }
}
END_TEST

START_TEST(reads_long_values_to_their_end)
{
    struct exact input = exact_repeat("", "9", 65536);
    struct sst_session_expires read;
    struct sst_option_tags tags = {false, false};

    ck_assert_int_eq(sst_parse_session_expires(input.text, input.length, &read), SST_OK);
    ck_assert_uint_eq(read.seconds, SST_SECONDS_MAX);
    exact_free(&input);

    input = exact_repeat("90;foo=\"", ";", 65536);
    memcpy(input.block + input.length - 15, "\";refresher=uas", 15);
    ck_assert_int_eq(sst_parse_session_expires(input.text, input.length, &read), SST_OK);
    ck_assert_int_eq(read.refresher, SST_REFRESHER_UAS);
    exact_free(&input);

    input = exact_repeat("", ",", 65536);
    memcpy(input.block + input.length - 5, "timer", 5);
    ck_assert_int_eq(sst_parse_option_tags(input.text, input.length, &tags), SST_OK);
    ck_assert(tags.timer && !tags.other);
    exact_free(&input);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("codec_bounds");
    TCase *tests = tcase_create("bounds");

    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, reads_nothing_behind_the_end);
    tcase_add_test(tests, reads_all_short_texts);
    tcase_add_test(tests, costs_no_more_than_the_length);
    tcase_add_test(tests, reads_long_values_to_their_end);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
