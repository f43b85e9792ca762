/* SPDX-License-Identifier: MIT */
/* A stream of bytes is split into messages (RFC 3261 §18.3), however it arrives. */
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "framing.h"
#include "text.h"
#include "suite.h"

#define HEAD "OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/TCP c\r\n"

static void put(struct framing *framing, const char *bytes, size_t length)
{
    while (length > 0) {
        char *at;
        size_t room = framing_room(framing, &at);
        size_t part = length < room ? length : room;

        ck_assert_uint_ge(room, 1);
        memcpy(at, bytes, part);
        framing_added(framing, part);
        bytes += part;
        length -= part;
    }
}

static void put_text(struct framing *framing, const char *text)
{
    put(framing, text, strlen(text));
}

static void expect(struct framing *framing, enum framing_result wanted, const char *text)
{
    struct framing_piece piece;

    ck_assert_int_eq(framing_next(framing, &piece), wanted);
    if (text != NULL) {
        ck_assert_uint_eq(piece.length, strlen(text));
        ck_assert_int_eq(memcmp(piece.bytes, text, piece.length), 0);
    }
}

static void expect_broken(const char *text, int status)
{
    struct framing framing = {0};
    struct framing_piece piece;

    put_text(&framing, text);
    ck_assert_int_eq(framing_next(&framing, &piece), FRAMING_BROKEN);
    ck_assert_int_eq(piece.status, status);
    framing_free(&framing);
}

START_TEST(one_message_byte_by_byte)
{
    static const char text[] = HEAD "Content-Length: 5\r\n\r\nhello";
    struct framing framing = {0};

    for (size_t i = 0; i + 1 < sizeof text - 1; i++) {
        put(&framing, text + i, 1);
        expect(&framing, FRAMING_MORE, NULL);
        ck_assert(framing_is_amid(&framing));
    }
    put(&framing, text + sizeof text - 2, 1);
    expect(&framing, FRAMING_MESSAGE, text);
    expect(&framing, FRAMING_MORE, NULL);
    ck_assert(!framing_is_amid(&framing));
    ck_assert_ptr_null(framing.bytes);
}
END_TEST

START_TEST(three_messages_at_once)
{
    struct framing framing = {0};

    put_text(&framing, HEAD "l:3\r\n\r\nabc" HEAD "CONTENT-LENGTH : 0\r\n\r\n\r\n" HEAD
                            "Content-Length: 2\r\n\r\nxy" HEAD);
    expect(&framing, FRAMING_MESSAGE, HEAD "l:3\r\n\r\nabc");
    expect(&framing, FRAMING_MESSAGE, HEAD "CONTENT-LENGTH : 0\r\n\r\n");
    expect(&framing, FRAMING_MESSAGE, HEAD "Content-Length: 2\r\n\r\nxy");
    expect(&framing, FRAMING_MORE, NULL);
    ck_assert(framing_is_amid(&framing));
    put_text(&framing, "Content-Length: 0\r\n\r\n");
    expect(&framing, FRAMING_MESSAGE, HEAD "Content-Length: 0\r\n\r\n");
    framing_free(&framing);
}
END_TEST

START_TEST(bare_line_feeds)
{
    struct framing framing = {0};

    put_text(&framing, "OPTIONS sip:a@b SIP/2.0\nContent-Length: 1\n\nz");
    expect(&framing, FRAMING_MESSAGE, "OPTIONS sip:a@b SIP/2.0\nContent-Length: 1\n\nz");
    framing_free(&framing);
}
END_TEST

/* RFC 5626 §3.5.1: the side that connected pings with two empty lines, the other answers with
 * one. */
START_TEST(keep_alives)
{
    struct framing accepted = {0};
    struct framing own = {.asks = true};

    put_text(&accepted, "\r\n");
    expect(&accepted, FRAMING_MORE, NULL);
    ck_assert(!framing_is_amid(&accepted));
    put_text(&accepted, "\r\n\r\n\r\n" HEAD "Content-Length: 0\r\n\r\n\r\n\r\n");
    expect(&accepted, FRAMING_PING, NULL);
    expect(&accepted, FRAMING_PING, NULL);
    expect(&accepted, FRAMING_MESSAGE, HEAD "Content-Length: 0\r\n\r\n");
    expect(&accepted, FRAMING_PING, NULL);
    expect(&accepted, FRAMING_MORE, NULL);
    put_text(&own, "\r\n");
    expect(&own, FRAMING_PONG, NULL);
    expect(&own, FRAMING_MORE, NULL);
    framing_free(&accepted);
    framing_free(&own);
}
END_TEST

/* RFC 3261 §7.5: empty lines before a message, any number of them with any line end. */
START_TEST(empty_lines_in_front)
{
    struct framing framing = {0};

    put_text(&framing, "\n\n\r\n" HEAD "Content-Length: 0\r\n\r\n");
    expect(&framing, FRAMING_MESSAGE, HEAD "Content-Length: 0\r\n\r\n");
    framing_free(&framing);
}
END_TEST

/* RFC 3261 §20.14: over a stream Content-Length must be present, once, and be a number. */
START_TEST(ends_that_nobody_knows)
{
    expect_broken(HEAD "\r\n", 400);
    expect_broken(HEAD "Content-Length: -1\r\n\r\n", 400);
    expect_broken(HEAD "Content-Length: +5\r\n\r\n", 400);
    expect_broken(HEAD "Content-Length: 0x10\r\n\r\n", 400);
    expect_broken(HEAD "Content-Length: 1 2\r\n\r\n", 400);
    expect_broken(HEAD "Content-Length:\r\n\r\n", 400);
    expect_broken(HEAD "Content-Length: 0\r\nl: 0\r\n\r\n", 400);
    expect_broken(HEAD "Content-Length: 5\r\nContent-Length: 6\r\n\r\n", 400);
    expect_broken(HEAD "Content-Length: 99999999999999999999999\r\n\r\n", 413);
    expect_broken(HEAD "Content-Length: 65536\r\n\r\n", 413);
}
END_TEST

START_TEST(largest_message)
{
    static const char head[] = HEAD "Content-Length: 65000\r\n\r\n";
    struct framing framing = {0};
    struct framing_piece piece;
    char *body = memory(65000);

    memset(body, '\n', 65000);
    put_text(&framing, head);
    put(&framing, body, 64999);
    expect(&framing, FRAMING_MORE, NULL);
    put(&framing, body, 1);
    ck_assert_int_eq(framing_next(&framing, &piece), FRAMING_MESSAGE);
    ck_assert_uint_eq(piece.length, strlen(head) + 65000);
    framing_free(&framing);
    free(body);
}
END_TEST

/* A header without an end uses limited memory. */
START_TEST(header_without_an_end)
{
    struct framing framing = {0};
    struct framing_piece piece;
    enum framing_result result = FRAMING_MORE;
    size_t sent = 0;

    put_text(&framing, HEAD);
    while (result == FRAMING_MORE) {
        put_text(&framing, "X: a line that says nothing at all\r\n");
        sent += 36;
        ck_assert_uint_le(sent, FRAMING_HEAD_MAX + 36);
        result = framing_next(&framing, &piece);
    }
    ck_assert_int_eq(result, FRAMING_BROKEN);
    ck_assert_uint_le(framing.room, 2 * FRAMING_HEAD_MAX);
    framing_free(&framing);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("framing");
    TCase *tests = tcase_create("framing");

    tcase_add_test(tests, one_message_byte_by_byte);
    tcase_add_test(tests, three_messages_at_once);
    tcase_add_test(tests, bare_line_feeds);
    tcase_add_test(tests, keep_alives);
    tcase_add_test(tests, empty_lines_in_front);
    tcase_add_test(tests, ends_that_nobody_knows);
    tcase_add_test(tests, largest_message);
    tcase_add_test(tests, header_without_an_end);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
