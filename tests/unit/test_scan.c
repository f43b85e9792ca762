/* SPDX-License-Identifier: MIT */
#include <sst/types.h>

#include "exact.h"
#include "codec/scan.h"

/* Everything below reads from blocks of exact length; this one holds the input of one case. */
static struct exact input;

static struct sst_scan begin(const char *text, size_t length)
{
    input = exact_copy(text, length);
    return sst_scan_of(input.text, input.length);
}

static struct sst_scan begin_string(const char *text)
{
    return begin(text, strlen(text));
}

static void end(void)
{
    exact_free(&input);
}

/* How many characters of a text a function skips. */
struct passed {
    const char *text;
    size_t length;
};

START_TEST(nothing_is_an_empty_text)
{
    struct sst_scan scan = sst_scan_of(NULL, 0);
    struct sst_scan token;
    uint32_t seconds = 7;

    ck_assert(sst_scan_done(&scan));
    ck_assert_uint_eq(sst_scan_length(&scan), 0);
    ck_assert(!sst_scan_sees(&scan, '\0'));
    sst_scan_lws(&scan);
    ck_assert(!sst_scan_token(&scan, &token));
    ck_assert(!sst_scan_delta_seconds(&scan, &seconds));
    ck_assert_uint_eq(seconds, 7);
    sst_scan_to_separator(&scan);
    ck_assert(!sst_scan_list_token(&scan, &token));
    ck_assert(sst_scan_done(&scan));
}
END_TEST

START_TEST(takes_the_next_character_only)
{
    struct sst_scan scan = begin_string("ab");

    ck_assert(sst_scan_sees(&scan, 'a'));
    ck_assert(!sst_scan_take(&scan, 'b'));
    ck_assert_uint_eq(sst_scan_length(&scan), 2);
    ck_assert(sst_scan_take(&scan, 'a'));
    ck_assert(sst_scan_take(&scan, 'b'));
    ck_assert(!sst_scan_take(&scan, 'b'));
    ck_assert(sst_scan_done(&scan));
    end();
}
END_TEST

/* RFC 3261 §25.1, LWS: a line break counts only if white space follows it. */
START_TEST(skips_white_space_and_folds)
{
    static const struct passed cases[] = {
        {"", 0},           {"a ", 0},       {" ", 1},           {"\t ;", 2},  {"\r\n a", 3},
        {"\r\n\ta", 3},    {" \r\n  a", 5}, {"\r\n \r\n a", 6}, {"\r\na", 0}, {"\r\n", 0},
        {" \r\n", 1},      {"\r", 0},       {"\r a", 0},        {"\n a", 0},  {"\r\r\n a", 0},
        {"\r\n\r\n a", 0}, {"\v", 0},       {"\f", 0},          {"\x1f", 0},  {"\xa0", 0},
        {" \r\n \r\n", 4}, {"\r\n\x0b", 0},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct sst_scan scan = begin_string(cases[i].text);
        sst_scan_lws(&scan);
        ck_assert_msg(scan.at == input.text + cases[i].length, "case %zu: %td", i,
                      scan.at - input.text);
        end();
    }
}
END_TEST

START_TEST(knows_each_character_of_a_token)
{
    static const char marks[] = "-.!%*_+`'~"; /* RFC 3261 §25.1, token */

    for (int c = 0; c < 256; c++) {
        bool is_letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        bool is_digit = c >= '0' && c <= '9';
        bool is_mark = c != 0 && c < 128 && strchr(marks, c) != NULL;
        char text = (char)c;
        struct sst_scan scan = begin(&text, 1);
        struct sst_scan token;
        ck_assert_msg(sst_scan_token(&scan, &token) == (is_letter || is_digit || is_mark),
                      "character %d", c);
        ck_assert_uint_eq(sst_scan_length(&token), is_letter || is_digit || is_mark);
        ck_assert(sst_scan_done(&scan) == !sst_scan_done(&token));
        end();
    }
}
END_TEST

START_TEST(cuts_tokens_off)
{
    static const struct passed cases[] = {
        {"", 0},     {"a", 1},   {"uac;", 3},     {"uac ", 3},  {" uac", 0},
        {"=uac", 0}, {"a=b", 1}, {"100rel,t", 6}, {"\"a\"", 0}, {"x\x80", 1},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct sst_scan scan = begin_string(cases[i].text);
        struct sst_scan token;
        ck_assert(sst_scan_token(&scan, &token) == (cases[i].length > 0));
        ck_assert_ptr_eq(token.at, input.text);
        ck_assert_uint_eq(sst_scan_length(&token), cases[i].length);
        ck_assert_ptr_eq(scan.at, token.end);
        end();
    }
}
END_TEST

/* Only letters are compared without case: '[' and '{' differ in the same bit as 'A' and 'a'. */
START_TEST(compares_without_letter_case)
{
    for (int c = 0; c < 256; c++) {
        char text = (char)c;
        struct sst_scan piece = begin(&text, 1);
        ck_assert_msg(SST_SCAN_IS(&piece, "x") == (c == 'x' || c == 'X'), "character %d", c);
        ck_assert_msg(SST_SCAN_IS(&piece, "-") == (c == '-'), "character %d", c);
        ck_assert_msg(SST_SCAN_IS(&piece, "`") == (c == '`'), "character %d", c);
        /* each character of a token is itself, or itself in lower case */
        struct sst_scan rest = piece;
        struct sst_scan token;
        char lower = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : text;
        ck_assert_msg(!sst_scan_token(&rest, &token) || sst_scan_equals(&piece, &lower, 1),
                      "character %d", c);
        end();
    }
}
END_TEST

START_TEST(compares_whole_pieces)
{
    static const struct {
        const char *text;
        bool same;
    } cases[] = {
        {"timer", true},  {"TIMER", true},   {"tImEr", true},   {"", false},
        {"time", false},  {"timers", false}, {"xtimer", false}, {"timex", false},
        {"times", false}, {"Aimer", false},  {"ti er", false},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct sst_scan piece = begin_string(cases[i].text);
        ck_assert_msg(SST_SCAN_IS(&piece, "timer") == cases[i].same, "%s", cases[i].text);
        end();
    }
}
END_TEST

/* EC-01 */
START_TEST(reads_numbers_of_any_length)
{
    static const struct {
        const char *text;
        uint32_t seconds;
        size_t length;
    } cases[] = {
        {"0", 0, 1},
        {"9", 9, 1},
        {"90", 90, 2},
        {"1800;", 1800, 4},
        {"000000000000090", 90, 15},
        {"90.5", 90, 2},
        {"0x5a", 0, 1},
        {"5/", 5, 1},
        {"5:", 5, 1},
        {"429496729", 429496729, 9},
        {"4294967289", 4294967289, 10},
        {"4294967294", 4294967294, 10},
        {"4294967295", 4294967295, 10},
        {"4294967296", 4294967295, 10},
        {"4294967299", 4294967295, 10},
        {"4294967300", 4294967295, 10},
        {"42949672950", 4294967295, 11},
        {"42949672960", 4294967295, 11},
        {"9999999999", 4294967295, 10},
        {"18446744073709551616", 4294967295, 20},
        {"9999999999999999999999999999999999999999", 4294967295, 40},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct sst_scan scan = begin_string(cases[i].text);
        uint32_t seconds = 7;
        ck_assert_msg(sst_scan_delta_seconds(&scan, &seconds), "%s", cases[i].text);
        ck_assert_msg(seconds == cases[i].seconds, "%s: %u", cases[i].text, (unsigned)seconds);
        ck_assert_ptr_eq(scan.at, input.text + cases[i].length);
        end();
    }
}
END_TEST

START_TEST(finds_no_number_without_a_digit)
{
    static const char *const cases[] = {"", "-1", "+5", " 90", "a", "/", ":", ";", "\xb2"};

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct sst_scan scan = begin_string(cases[i]);
        uint32_t seconds = 7;
        ck_assert_msg(!sst_scan_delta_seconds(&scan, &seconds), "%s", cases[i]);
        ck_assert_uint_eq(seconds, 7);
        ck_assert_ptr_eq(scan.at, input.text);
        end();
    }
}
END_TEST

struct closed {
    const char *text;
    size_t length;
    bool closed;
};

static void check_closed(const struct closed *cases, size_t count,
                         bool (*skip)(struct sst_scan *scan))
{
    for (size_t i = 0; i < count; i++) {
        struct sst_scan scan = begin_string(cases[i].text);
        ck_assert_msg(skip(&scan) == cases[i].closed, "%s", cases[i].text);
        ck_assert_msg(scan.at == input.text + cases[i].length, "%s: %td", cases[i].text,
                      scan.at - input.text);
        end();
    }
}

START_TEST(skips_quoted_strings)
{
    static const struct closed cases[] = {
        {"\"\"", 2, true},         {"\"\";", 2, true},        {"\"a;,b\"c\"", 6, true},
        {"\"a\\\"b\"c", 6, true},  {"\"a\\\\\"b\"", 5, true}, {"\"", 1, false},
        {"\"abc", 4, false},       {"\"abc\\\"", 6, false},   {"\"abc\\", 5, false},
        {"\"a\r\n b\";", 7, true}, {"\"\\\\\\\"\"", 6, true},
    };

    check_closed(cases, COUNT_OF(cases), sst_scan_quoted_string);
}
END_TEST

/* A quotation mark means nothing in a comment, and parentheses nest: RFC 3261 §25.1. */
START_TEST(skips_comments)
{
    static const struct closed cases[] = {
        {"()", 2, true},       {"(a)b)", 3, true},        {"(a(b)c)d", 7, true},
        {"((()))", 6, true},   {"(I'm \"in)\"", 9, true}, {"(a\\)b)c", 6, true},
        {"(a\\(b)c", 6, true}, {"(a\\\\)b)", 5, true},    {"(", 1, false},
        {"(a", 2, false},      {"((a)", 4, false},        {"(a\\)", 4, false},
        {"(a\\", 3, false},
    };

    check_closed(cases, COUNT_OF(cases), sst_scan_comment);
}
END_TEST

START_TEST(finds_separators_outside_of_quoted_strings)
{
    static const struct passed cases[] = {
        {"", 0},           {";a", 0},        {",a", 0},           {"a;b", 1},
        {"a,b;c", 1},      {"abc", 3},       {"a\";\";b", 4},     {"\",\"a,", 4},
        {"\"\\\";\";", 5}, {"a\";b;c,d", 8}, {"\"a\"\"b;\";", 7}, {"a'b;'", 3},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct sst_scan scan = begin_string(cases[i].text);
        sst_scan_to_separator(&scan);
        ck_assert_msg(scan.at == input.text + cases[i].length, "%s: %td", cases[i].text,
                      scan.at - input.text);
        end();
    }
}
END_TEST

/* The expected elements, one after the other, each followed by a '/'. */
START_TEST(cuts_lists)
{
    static const struct {
        const char *text;
        const char *elements;
    } cases[] = {
        {"", ""},
        {"a", "a/"},
        {"a,b", "a/b/"},
        {" a ,\tb\r\n , c ", "a/b/c/"},
        {",,a,,b,,", "a/b/"},
        {" , ", ""},
        {"a b,c", "c/"},
        {"a;x,b", "b/"},
        {"\"a\",b", "b/"},
        {"\"a,b,c\"", "b/"},
        {"a=1,b", "b/"},
        {"(a),b", "b/"},
        {"@,b", "b/"},
        {"b,@", "b/"},
        {"a\r\n,b", "b/"},
        {"-a,.b", "-a/.b/"}, /* a different tag from a */
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct sst_scan scan = begin_string(cases[i].text);
        struct sst_scan token;
        char elements[32] = "";
        while (sst_scan_list_token(&scan, &token)) {
            strncat(elements, token.at, sst_scan_length(&token));
            strcat(elements, "/");
        }
        ck_assert_str_eq(elements, cases[i].elements);
        ck_assert(sst_scan_done(&scan));
        end();
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("scan");
    TCase *tests = tcase_create("scan");

    tcase_add_test(tests, nothing_is_an_empty_text);
    tcase_add_test(tests, takes_the_next_character_only);
    tcase_add_test(tests, skips_white_space_and_folds);
    tcase_add_test(tests, knows_each_character_of_a_token);
    tcase_add_test(tests, cuts_tokens_off);
    tcase_add_test(tests, compares_without_letter_case);
    tcase_add_test(tests, compares_whole_pieces);
    tcase_add_test(tests, reads_numbers_of_any_length);
    tcase_add_test(tests, finds_no_number_without_a_digit);
    tcase_add_test(tests, skips_quoted_strings);
    tcase_add_test(tests, skips_comments);
    tcase_add_test(tests, finds_separators_outside_of_quoted_strings);
    tcase_add_test(tests, cuts_lists);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
