/* SPDX-License-Identifier: MIT */
/* How --store is parsed, by the URI scheme redis (IANA) and RFC 3986. */
#include <string.h>

#include <check.h>

#include "redis_url.h"
#include "suite.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void expect_text(const char *text, const char *wanted)
{
    if (wanted == NULL) {
        ck_assert_ptr_null(text);
    } else {
        ck_assert_str_eq(text, wanted);
    }
}

START_TEST(good)
{
    static const struct {
        const char *text;
        const char *auth;
        struct {
            const char *host;
            int port;
            const char *user;
            const char *password;
            const char *database;
        } is;
    } urls[] = {
        {"unix:/run/redis", NULL, {"/run/redis", 0, NULL, NULL, NULL}},
        {"unix:/run/redis", ":a%b@c", {"/run/redis", 0, NULL, "a%b@c", NULL}},
        {"redis://store", NULL, {"store", 6379, NULL, NULL, NULL}},
        {"redis://store:7000/15", NULL, {"store", 7000, NULL, NULL, "15"}},
        {"redis://[2001:db8::1]:7000", NULL, {"2001:db8::1", 7000, NULL, NULL, NULL}},
        {"redis://:secret@store", NULL, {"store", 6379, NULL, "secret", NULL}},
        {"redis://me:a:b@store:1/2", NULL, {"store", 1, "me", "a:b", "2"}},
        {"redis://m%40e:%2f%25@store", NULL, {"store", 6379, "m@e", "/%", NULL}},
        {"redis://me:p@q@store", NULL, {"store", 6379, "me", "p@q", NULL}},
        {"redis://me:one@store", "you:two", {"store", 6379, "me", "one", NULL}},
        {"redis://store", "you:two", {"store", 6379, "you", "two", NULL}},
    };

    for (size_t i = 0; i < COUNT(urls); i++) {
        struct redis_url url;

        ck_assert_msg(redis_url_read(&url, urls[i].text, urls[i].auth), "%s", urls[i].text);
        ck_assert_str_eq(url.host, urls[i].is.host);
        ck_assert_int_eq(url.port, urls[i].is.port);
        expect_text(url.user, urls[i].is.user);
        expect_text(url.password, urls[i].is.password);
        expect_text(url.database, urls[i].is.database);
        redis_url_free(&url);
    }
}
END_TEST

START_TEST(bad)
{
    static const char *const urls[] = {
        "",           "unix:",          "redis://",         "redis:store",
        "http://x",   "rediss://store", "redis://store:0",  "redis://store:65536",
        "redis://@",  "redis://me@x",   "redis://me:@x",    "redis://:%4@x",
        "redis://x/", "redis://x/one",  "redis://me:%00@x", "redis://me:%zz@x",
    };
    struct redis_url url;

    for (size_t i = 0; i < COUNT(urls); i++) {
        ck_assert_msg(!redis_url_read(&url, urls[i], NULL), "%s", urls[i]);
        redis_url_free(&url);
    }
    ck_assert(!redis_url_read(&url, "redis://store", "secret"));
    redis_url_free(&url);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("redis_url");
    TCase *tests = tcase_create("redis_url");

    tcase_add_test(tests, good);
    tcase_add_test(tests, bad);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
