/* SPDX-License-Identifier: MIT */
/* The tables of numbers in docs/policy.md and docs/operating.md, each against what the library
 * does. */
#include "suite.h"

#include <sst/sst.h>

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define START_MS UINT64_C(7000)
#define ROW_SIZE 512

static struct sst_policy policy;
static struct sst_session session;
static struct sst_tx tx;
static FILE *page;
static uint32_t drawn;

static uint32_t draw(void *user)
{
    (void)user;
    return drawn;
}

static void open_page(const char *path)
{
    page = fopen(path, "r");
    ck_assert_ptr_nonnull(page);
    sst_policy_init(&policy);
}

static void set_up(void)
{
    open_page(SST_DOCS_DIR "/policy.md");
}

static void set_up_operating(void)
{
    open_page(SST_DOCS_DIR "/operating.md");
}

static void tear_down(void)
{
    fclose(page);
}

/* The next line with this beginning, after the last one. */
static bool next_line(char *line, const char *beginning)
{
    while (fgets(line, ROW_SIZE, page) != NULL) {
        if (strncmp(line, beginning, strlen(beginning)) == 0) {
            return true;
        }
    }
    return false;
}

/* Seconds with up to three decimals, to ms; *text is left after the number. */
static uint64_t read_ms(const char **text)
{
    char *end;
    uint64_t ms = strtoull(*text, &end, 10) * 1000u;
    unsigned weight = 100;

    ck_assert_msg(end != *text, "no number: %s", *text);
    if (*end == '.') {
        for (end++; *end >= '0' && *end <= '9'; end++, weight /= 10) {
            ms += (unsigned)(*end - '0') * weight;
        }
    }
    *text = end;
    return ms;
}

static uint64_t next_cell_ms(const char **row)
{
    *row += strcspn(*row, "|");
    *row += strspn(*row, "| *");
    return read_ms(row);
}

/* A call of ours whose 2xx says who refreshes. */
static void answered(uint32_t interval, enum sst_refresher refresher)
{
    struct sst_headers headers;
    struct sst_msg msg;
    struct sst_verdict verdict;

    memset(&tx, 0, sizeof tx);
    ck_assert_int_eq(sst_session_init(&session, &policy, SST_CALLER), SST_OK);
    ck_assert_int_eq(sst_session_request(&session, &tx, SST_METHOD_INVITE, 0, 0, &headers), SST_OK);
    sst_msg_response(&msg, 200, SST_METHOD_INVITE, 0);
    sst_msg_set_session_expires(&msg, interval, refresher);
    sst_msg_set_flags(&msg, SST_MSG_REQUIRE_TIMER);
    ck_assert_int_eq(sst_session_response(&session, &tx, &msg, START_MS, &verdict), SST_OK);
    ck_assert(verdict.refreshed);
}

/* Whether a session that is first polled this long after the 2xx reports this event. */
static bool tells(uint32_t interval, enum sst_refresher refresher, enum sst_event_type type,
                  uint64_t after_ms)
{
    struct sst_event event;

    answered(interval, refresher);
    while (sst_session_next_event(&session, START_MS + after_ms, &event)) {
        if (event.type == type) {
            return true;
        }
    }
    return false;
}

static void expect_first(uint32_t interval, enum sst_refresher refresher, enum sst_event_type type,
                         uint64_t at_ms)
{
    ck_assert_msg(!tells(interval, refresher, type, at_ms - 1), "%u s: %s before %llu ms", interval,
                  sst_event_name(type), (unsigned long long)at_ms);
    ck_assert_msg(tells(interval, refresher, type, at_ms), "%u s: no %s at %llu ms", interval,
                  sst_event_name(type), (unsigned long long)at_ms);
}

static void expect_moments(const char *row)
{
    uint32_t interval = (uint32_t)(next_cell_ms(&row) / 1000u);
    uint64_t refresh = next_cell_ms(&row);
    uint64_t overdue = next_cell_ms(&row);
    uint64_t waiting_ends = next_cell_ms(&row);
    uint64_t last_try = next_cell_ms(&row);
    uint64_t last_refresh = next_cell_ms(&row);
    uint64_t expiration = next_cell_ms(&row);
    struct sst_session_info info;

    expect_first(interval, SST_REFRESHER_UAC, SST_EVENT_REFRESH, refresh);
    expect_first(interval, SST_REFRESHER_UAC, SST_EVENT_ENDED, expiration);
    expect_first(interval, SST_REFRESHER_UAS, SST_EVENT_OVERDUE, overdue);
    expect_first(interval, SST_REFRESHER_UAS, SST_EVENT_ENDED, waiting_ends);
    ck_assert(tells(interval, SST_REFRESHER_UAC, SST_EVENT_REFRESH, last_refresh - 1));
    ck_assert(!tells(interval, SST_REFRESHER_UAC, SST_EVENT_REFRESH, last_refresh));

    ck_assert(tells(interval, SST_REFRESHER_UAC, SST_EVENT_REFRESH, refresh));
    ck_assert_int_eq(
        sst_session_not_sent(&session, NULL, START_MS + expiration, START_MS + refresh), SST_OK);
    sst_session_inspect(&session, &info);
    ck_assert_uint_eq(info.refresh_ms, START_MS + last_try);
    ck_assert_uint_eq(info.expires_ms, START_MS + expiration);
}

START_TEST(moments_are_those_of_the_page)
{
    char line[ROW_SIZE];
    unsigned rows = 0;

    ck_assert(next_line(line, "| interval "));
    ck_assert(next_line(line, "|---"));
    while (fgets(line, ROW_SIZE, page) != NULL && line[0] == '|') {
        expect_moments(line);
        rows++;
    }
    ck_assert_uint_ge(rows, 5);
}
END_TEST

START_TEST(times_of_operating_are_right)
{
    char line[ROW_SIZE];
    unsigned rows = 0;

    ck_assert(next_line(line, "| SE | refresh due at | "));
    ck_assert(next_line(line, "|---"));
    for (; fgets(line, ROW_SIZE, page) != NULL && line[0] == '|'; rows++) {
        const char *row = line;
        uint32_t interval = (uint32_t)(next_cell_ms(&row) / 1000u);
        expect_first(interval, SST_REFRESHER_UAC, SST_EVENT_REFRESH, next_cell_ms(&row));
        expect_first(interval, SST_REFRESHER_UAS, SST_EVENT_ENDED, next_cell_ms(&row));
        expect_first(interval, SST_REFRESHER_UAC, SST_EVENT_ENDED, next_cell_ms(&row));
    }
    ck_assert_uint_ge(rows, 5);
}
END_TEST

/* A refresh that is due is sent and rejected; returns how long until the next one. */
static uint64_t wait_after(unsigned status, uint64_t *now_ms)
{
    struct sst_headers headers;
    struct sst_msg msg;
    struct sst_verdict verdict;
    struct sst_event event;

    while (sst_session_next_event(&session, *now_ms, &event) && event.type != SST_EVENT_REFRESH) {
    }
    ck_assert_int_eq(sst_session_request(&session, &tx, SST_METHOD_INVITE,
                                         SST_REQUEST_REFRESH | SST_REQUEST_OFFER, *now_ms,
                                         &headers),
                     SST_OK);
    sst_msg_response(&msg, status, SST_METHOD_INVITE, 0);
    ck_assert_int_eq(sst_session_response(&session, &tx, &msg, *now_ms, &verdict), SST_OK);
    ck_assert_int_eq(verdict.action, SST_ACTION_WAIT);
    uint64_t wait = verdict.when_ms - *now_ms;
    *now_ms = verdict.when_ms;
    return wait;
}

START_TEST(doubling_wait_is_that_of_the_page)
{
    char line[ROW_SIZE];
    const char *at = line;
    uint64_t now_ms = START_MS + 1800000;
    unsigned count = 0;

    ck_assert(next_line(line, "| `transient` | "));
    at += strlen("| `transient` | ");
    answered(3600, SST_REFRESHER_UAC);
    for (;; at += 2) {
        ck_assert_uint_eq(wait_after(503, &now_ms), read_ms(&at));
        count++;
        if (*at != ',') {
            break;
        }
    }
    ck_assert_uint_eq(count, 8);
}
END_TEST

/* The callee in a call, which refreshes. */
static void answering(void)
{
    struct sst_headers headers;
    struct sst_msg msg;
    struct sst_advice advice;

    memset(&tx, 0, sizeof tx);
    ck_assert_int_eq(sst_session_init(&session, &policy, SST_CALLEE), SST_OK);
    sst_msg_request(&msg, SST_METHOD_INVITE, 1);
    sst_msg_set_session_expires(&msg, 3600, SST_REFRESHER_UAS);
    sst_msg_set_flags(&msg, SST_MSG_SUPPORTED_TIMER);
    ck_assert_int_eq(sst_session_receive(&session, &tx, &msg, START_MS, &advice), SST_OK);
    ck_assert_int_eq(sst_session_answer(&session, &tx, 200, START_MS, &headers), SST_OK);
    ck_assert_int_eq(sst_session_ack(&session, &tx, START_MS), SST_OK);
}

static void expect_glare(const char *beginning, bool caller)
{
    char line[ROW_SIZE];
    const char *at = line;

    ck_assert(next_line(line, beginning));
    at += strlen(beginning);
    policy.random = draw;
    for (unsigned end = 0; end < 2; end++) {
        uint64_t now_ms = START_MS + 1800000;
        drawn = end == 0 ? 0 : UINT32_MAX;
        if (caller) {
            answered(3600, SST_REFRESHER_UAC);
        } else {
            answering();
        }
        ck_assert_uint_eq(wait_after(491, &now_ms), read_ms(&at));
        at += end == 0 ? strlen(" to ") : 0;
    }
}

START_TEST(waits_after_glare_are_those_of_the_page)
{
    expect_glare("| `glare_caller` | ", true);
    expect_glare("| `glare_callee` | ", false);
}
END_TEST

START_TEST(without_random_numbers_the_middle_is_taken)
{
    uint64_t now_ms = START_MS + 1800000;

    answered(3600, SST_REFRESHER_UAC);
    ck_assert_uint_eq(wait_after(491, &now_ms), 3050);
    now_ms = START_MS + 1800000;
    answering();
    ck_assert_uint_eq(wait_after(491, &now_ms), 1000);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("timers_docs");
    TCase *tables = tcase_create("tables");

    tcase_add_checked_fixture(tables, set_up, tear_down);
    tcase_add_test(tables, moments_are_those_of_the_page);
    tcase_add_test(tables, doubling_wait_is_that_of_the_page);
    tcase_add_test(tables, waits_after_glare_are_those_of_the_page);
    tcase_add_test(tables, without_random_numbers_the_middle_is_taken);
    suite_add_tcase(suite, tables);

    TCase *operating = tcase_create("operating");
    tcase_add_checked_fixture(operating, set_up_operating, tear_down);
    tcase_add_test(operating, times_of_operating_are_right);
    suite_add_tcase(suite, operating);
    return run_suite(suite);
}
