/* SPDX-License-Identifier: MIT */
/* src/osip/apply.c and src/osip/room.c: header fields into libosip2's messages. */
#include "osip_messages.h"

static void add(struct sst_headers *headers, const char *name, const char *value,
                enum sst_header_kind kind)
{
    struct sst_header *header = &headers->item[headers->count++];

    header->name = name;
    header->kind = kind;
    ck_assert_uint_lt(strlen(value), sizeof(header->value));
    memcpy(header->value, value, strlen(value) + 1);
}

/* The header fields of a session refresh request. */
static struct sst_headers refresh_headers(void)
{
    struct sst_headers headers = {.count = 0};

    add(&headers, "Supported", "timer", SST_HEADER_TAG);
    add(&headers, "Session-Expires", "1800;refresher=uac", SST_HEADER_SET);
    add(&headers, "Min-SE", "120", SST_HEADER_SET);
    add(&headers, "Require", "timer", SST_HEADER_TAG);
    add(&headers, "Proxy-Require", "timer", SST_HEADER_TAG);
    return headers;
}

/* What refresh_headers() says, exactly once, and no compact form with it. */
static void check_refresh_headers(osip_message_t *sip)
{
    ck_assert_int_eq(count_lines(sip, "Supported: timer"), 1);
    ck_assert_int_eq(count_lines(sip, "Session-Expires: 1800;refresher=uac"), 1);
    ck_assert_int_eq(count_lines(sip, "Session-Expires:"), 1);
    ck_assert_int_eq(count_lines(sip, "X:"), 0);
    ck_assert_int_eq(count_lines(sip, "Min-SE: 120"), 1);
    ck_assert_int_eq(count_lines(sip, "Min-SE:"), 1);
    ck_assert_int_eq(count_lines(sip, "Require: timer"), 1);
    ck_assert_int_eq(count_lines(sip, "Proxy-Require: timer"), 1);

    struct sst_msg msg;
    ck_assert_int_eq(sst_osip_read(&msg, sip), SST_OK);
    ck_assert_uint_eq(msg.session_expires, 1800);
    ck_assert_uint_eq(msg.min_se, 120);
    ck_assert_uint_eq(msg.violations, 0);
}

static void apply_refresh_headers(osip_message_t *sip)
{
    struct sst_headers headers = refresh_headers();

    ck_assert_int_eq(sst_osip_apply(sip, &headers), SST_OK);
    check_refresh_headers(sip);
}

START_TEST(fills_a_message_without_any)
{
    osip_message_t *sip = invite("Subject: hello\r\n");

    apply_refresh_headers(sip);
    ck_assert_int_eq(count_lines(sip, "Subject: hello"), 1);
    osip_message_free(sip);
}
END_TEST

START_TEST(replaces_all_that_stands_in_it)
{
    osip_message_t *sip = invite("x: 90\r\n"
                                 "Subject: hello\r\n"
                                 "Session-Expires: 1800;refresher=uac\r\n"
                                 "Session-Expires: 3600;refresher=uas;foo=bar\r\n"
                                 "MIN-SE: 90\r\n"
                                 "k: timer, 100rel\r\n"
                                 "Supported: replaces, TIMER\r\n"
                                 "Supported:\r\n"
                                 "Min-SE: 120\r\n"
                                 "Require: timer\r\n"
                                 "Require: 100rel\r\n"
                                 "Proxy-Require: timer, privacy\r\n"
                                 "Unsupported: timer, bar\r\n");

    apply_refresh_headers(sip);
    ck_assert_int_eq(count_lines(sip, "Subject: hello"), 1);
    ck_assert_int_eq(count_lines(sip, "K: timer"), 0);
    ck_assert_int_eq(count_lines(sip, "K: 100rel"), 1);
    ck_assert_int_eq(count_lines(sip, "Supported: replaces"), 1);
    ck_assert_int_eq(count_lines(sip, "Supported:"), 3); /* the empty one stays */
    ck_assert_int_eq(count_lines(sip, "Require: 100rel"), 1);
    ck_assert_int_eq(count_lines(sip, "Proxy-Require: privacy"), 1);
    ck_assert_int_eq(count_lines(sip, "Unsupported: bar"), 1);
    ck_assert_int_eq(count_lines(sip, "Unsupported:"), 1);
    osip_message_free(sip);
}
END_TEST

START_TEST(changes_nothing_the_second_time)
{
    osip_message_t *sip = invite("Supported: 100rel, timer\r\nx: 90\r\nSubject: hello\r\n");

    apply_refresh_headers(sip);
    char *once = print_message(sip);
    apply_refresh_headers(sip);
    char *twice = print_message(sip);
    ck_assert_str_eq(once, twice);
    osip_free(once);
    osip_free(twice);
    osip_message_free(sip);
}
END_TEST

/* RFC 4028 §7.1: a retry without timer, or an ACK, carries nothing of an earlier request. */
START_TEST(removes_what_is_not_among_them)
{
    osip_message_t *sip = invite("Session-Expires: 90\r\nx: 90\r\nMin-SE: 90\r\n"
                                 "Supported: timer\r\nk: foo\r\nRequire: timer\r\n"
                                 "Retry-After: 3\r\n");
    struct sst_headers none = {.count = 0};
    struct sst_msg msg;

    ck_assert_int_eq(sst_osip_apply(sip, &none), SST_OK);
    ck_assert_int_eq(sst_osip_read(&msg, sip), SST_OK);
    ck_assert_uint_eq(msg.has, SST_MSG_CSEQ | SST_MSG_RETRY_AFTER);
    ck_assert_int_eq(count_lines(sip, "Supported:"), 0);
    ck_assert_int_eq(count_lines(sip, "K: foo"), 1);
    osip_message_free(sip);
}
END_TEST

/* The host's own lists, which libosip2 does not split. */
START_TEST(takes_timer_out_of_a_list)
{
    static const struct {
        const char *before;
        const char *after; /* NULL: the header field is removed */
    } table[] = {
        {"foo, timer", "foo"},
        {"timer, foo", "foo"},
        {"foo,timer,bar", "foo,bar"},
        {"foo , Timer , bar", "foo, bar"},
        {"timer,foo,timer", "foo"},
        {"timer", NULL},
        {" timer ,, TIMER", NULL},
        {"foo", "foo"},
        {"timers,xtimer, timer-x", "timers,xtimer, timer-x"},
        {"foo,\ttimer ,,bar, ", "foo,bar"},
        {"a,b,c,d,e,f,g,h,timer", "a,b,c,d,e,f,g,h"},
        {"other,timer", "other"},
        {"foo\t,timer\r\n ,bar", "foo,bar"},
        {"timer,foo\r\n\t", "foo"},
        /* elements that are not tokens stay as well; EC-138 */
        {"foo bar, timer", "foo bar"},
        {"timer,\"a;b\"", "\"a;b\""},
        {"timer timer,timer", "timer timer"},
    };
    struct sst_headers none = {.count = 0};

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        osip_message_t *sip = invite("");
        osip_header_t *entry;

        ck_assert_int_eq(osip_message_set_supported(sip, table[i].before), OSIP_SUCCESS);
        ck_assert_int_eq(sst_osip_apply(sip, &none), SST_OK);
        (void)osip_message_header_get_byname(sip, "supported", 0, &entry);
        if (table[i].after != NULL) {
            ck_assert_ptr_nonnull(entry);
            ck_assert_str_eq(entry->hvalue, table[i].after);
        } else {
            ck_assert_ptr_null(entry);
        }
        osip_message_free(sip);
    }
}
END_TEST

/* A 500 with Retry-After (RFC 3261 §14.2), and a 420. */
START_TEST(fills_a_response)
{
    osip_message_t *sip = response("500 Server Internal Error", "1 INVITE", "Retry-After: 90\r\n");
    struct sst_headers headers = {.count = 0};

    add(&headers, "Retry-After", "7", SST_HEADER_SET);
    add(&headers, "Unsupported", "timer", SST_HEADER_TAG);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(sst_osip_apply(sip, &headers), SST_OK);
        ck_assert_int_eq(count_lines(sip, "Retry-After: 7"), 1);
        ck_assert_int_eq(count_lines(sip, "Retry-After:"), 1);
        ck_assert_int_eq(count_lines(sip, "Unsupported: timer"), 1);
    }
    osip_message_free(sip);
}
END_TEST

/* libosip2 prints its cached text unless the message is marked as changed. */
START_TEST(marks_the_message_as_changed)
{
    osip_message_t *sip = invite("x: 90\r\n");
    char *text = print_message(sip);

    ck_assert_ptr_nonnull(strstr(text, "90"));
    osip_free(text);
    sip->message_property = 1;
    apply_refresh_headers(sip);
    osip_message_free(sip);
}
END_TEST

/* Whichever allocation fails, the message prints as before. */
START_TEST(leaves_the_message_without_memory)
{
    struct sst_headers headers = refresh_headers();
    int result = SST_ERR_SPACE;
    int failures = 0;

    for (; result == SST_ERR_SPACE; failures++) {
        osip_message_t *sip = invite("x: 90\r\nSupported: timer, foo\r\n");
        char *before = print_message(sip);

        fail_allocation(failures);
        result = sst_osip_apply(sip, &headers);
        fail_allocation(-1);
        osip_message_force_update(sip);
        char *after = print_message(sip);
        if (result == SST_ERR_SPACE) {
            ck_assert_str_eq(before, after);
            apply_refresh_headers(sip);
        }
        osip_free(before);
        osip_free(after);
        osip_message_free(sip);
    }
    ck_assert_int_eq(result, SST_OK);
    /* An entry of the list, the header, its name and its value, for each of five; and success. */
    ck_assert_int_eq(failures, SST_HEADERS_MAX * 4 + 1);
}
END_TEST

/* A peer can send thousands of tags. */
START_TEST(copes_with_very_many_entries)
{
    enum { COUNT = 20000 };
    osip_message_t *sip = invite("");
    int before = osip_list_size(&sip->headers);

    for (int i = 0; i < COUNT; i++) {
        osip_header_t *entry;
        ck_assert_int_eq(osip_header_init(&entry), OSIP_SUCCESS);
        entry->hname = osip_strdup("k");
        entry->hvalue = osip_strdup(i % 2 == 0 ? "timer" : "foo");
        ck_assert_int_gt(osip_list_add(&sip->headers, entry, 0), 0);
    }

    struct sst_headers headers = refresh_headers();
    ck_assert_int_eq(sst_osip_apply(sip, &headers), SST_OK);
    ck_assert_int_eq(osip_list_size(&sip->headers), before + COUNT / 2 + SST_HEADERS_MAX);
    osip_message_free(sip);
}
END_TEST

START_TEST(refuses_wrong_arguments)
{
    osip_message_t *sip = invite("x: 90\r\n");
    struct sst_headers headers = refresh_headers();

    ck_assert_int_eq(sst_osip_apply(NULL, &headers), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_osip_apply(sip, NULL), SST_ERR_ARGUMENT);

    headers.count = SST_HEADERS_MAX + 1;
    ck_assert_int_eq(sst_osip_apply(sip, &headers), SST_ERR_ARGUMENT);

    headers = refresh_headers();
    headers.item[1].name = NULL;
    ck_assert_int_eq(sst_osip_apply(sip, &headers), SST_ERR_ARGUMENT);
    headers.item[1].name = "A-Name-That-No-Header-Field-Of-Ours-Has";
    ck_assert_int_eq(sst_osip_apply(sip, &headers), SST_ERR_ARGUMENT);

    headers = refresh_headers();
    memset(headers.item[2].value, '9', sizeof(headers.item[2].value));
    ck_assert_int_eq(sst_osip_apply(sip, &headers), SST_ERR_ARGUMENT);

    ck_assert_int_eq(count_lines(sip, "X: 90"), 1);
    osip_message_free(sip);
}
END_TEST

/* An entry that was created but not named, or not filled in yet, belongs to the host. */
START_TEST(leaves_unfinished_entries)
{
    osip_message_t *sip = invite("");
    osip_header_t *entry;
    struct sst_headers headers = refresh_headers();
    int before = osip_list_size(&sip->headers);

    ck_assert_int_eq(osip_header_init(&entry), OSIP_SUCCESS);
    ck_assert_int_gt(osip_list_add(&sip->headers, entry, 0), 0);
    ck_assert_int_eq(osip_message_set_supported(sip, NULL), OSIP_SUCCESS);
    ck_assert_int_eq(sst_osip_apply(sip, &headers), SST_OK);
    ck_assert_int_eq(osip_list_size(&sip->headers), before + 2 + SST_HEADERS_MAX);
    osip_message_free(sip);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("osip_apply");
    TCase *tests = tcase_create("apply");

    tcase_add_test(tests, fills_a_message_without_any);
    tcase_add_test(tests, replaces_all_that_stands_in_it);
    tcase_add_test(tests, changes_nothing_the_second_time);
    tcase_add_test(tests, removes_what_is_not_among_them);
    tcase_add_test(tests, takes_timer_out_of_a_list);
    tcase_add_test(tests, fills_a_response);
    tcase_add_test(tests, marks_the_message_as_changed);
    tcase_add_test(tests, leaves_the_message_without_memory);
    tcase_add_test(tests, copes_with_very_many_entries);
    tcase_add_test(tests, refuses_wrong_arguments);
    tcase_add_test(tests, leaves_unfinished_entries);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
