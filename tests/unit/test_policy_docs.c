/* SPDX-License-Identifier: MIT */
/* docs/policy.md against the library: every row of its tables. */
#include "exact.h"
#include "policy_table.h"

#include <sst/sst.h>

#include <check.h>
#include <stdio.h>
#include <string.h>

#define ROW_SIZE 1024

#define WHAT(name, kind, lowest, highest, range, unit, section, what) what,
#define PROXY_FIELD(name, kind, lowest, highest, range, unit, section, what)                       \
    SST_FIELD_OF(struct sst_proxy_policy, name, kind, lowest, highest, range, unit, section),

static const char *const policy_what[] = {SST_POLICY_FIELDS(WHAT)};
static const char *const proxy_what[] = {SST_PROXY_FIELDS(WHAT)};
static const struct sst_field proxy_fields[] = {SST_PROXY_FIELDS(PROXY_FIELD)};

static FILE *page;

static void set_up(void)
{
    page = fopen(SST_DOCS_DIR "/policy.md", "r");
    ck_assert_ptr_nonnull(page);
}

static void tear_down(void)
{
    fclose(page);
}

static bool next_line(char *line)
{
    if (fgets(line, ROW_SIZE, page) == NULL) {
        return false;
    }
    size_t length = strlen(line);
    ck_assert_int_eq(line[length - 1], '\n');
    line[length - 1] = '\0';
    return true;
}

static void go_to(const char *heading)
{
    char line[ROW_SIZE];
    do {
        ck_assert_msg(next_line(line), "no heading: %s", heading);
    } while (strcmp(line, heading) != 0);
}

/* The next row of the section whose first cell is a name. @return false if there is none */
static bool next_row(char *row)
{
    while (next_line(row) && strncmp(row, "## ", 3) != 0) {
        if (strncmp(row, "| `", 3) == 0) {
            return true;
        }
    }
    return false;
}

/* The page separates the words of a range with commas, because '|' ends a table cell. */
static void put_range(char *out, const char *range)
{
    for (; *range != '\0'; range++) {
        out += sprintf(out, *range == '|' ? ", " : "%c", *range);
    }
    *out = '\0';
}

static void expect_field_row(const struct sst_field *field, const char *value, const char *what)
{
    char row[ROW_SIZE], expected[ROW_SIZE], range[128];
    put_range(range, field->range);
    snprintf(expected, sizeof expected, "| `%s` | %s | %s | %s | %s | %s |", field->name,
             field->unit[0] != '\0' ? field->unit : "-", range, value, field->section, what);
    ck_assert_msg(next_row(row), "no row: %s", expected);
    ck_assert_str_eq(row, expected);
}

START_TEST(policy_has_its_rows)
{
    struct sst_policy policy;
    char value[32], row[ROW_SIZE];
    sst_policy_init(&policy);
    go_to("## The policy of a user agent");
    for (size_t i = 0; i < POLICY_FIELD_COUNT; i++) {
        const struct sst_field *field = &policy_fields[i];
        sst_policy_get_n(&policy, field->name, strlen(field->name), value, sizeof value);
        expect_field_row(field, value, policy_what[i]);
    }
    ck_assert(!next_row(row));
}
END_TEST

START_TEST(proxy_policy_has_its_rows)
{
    struct sst_proxy_policy policy;
    char row[ROW_SIZE];
    sst_proxy_policy_init(&policy);
    go_to("## The policy of a proxy");
    for (size_t i = 0; i < COUNT_OF(proxy_fields); i++) {
        const struct sst_field *field = &proxy_fields[i];
        uint32_t number = field_value(&policy, field);
        char value[16];
        snprintf(value, sizeof value, "%u", number);
        bool is_flag = field->kind == SST_FIELD_FLAG;
        expect_field_row(field, is_flag ? (number ? "yes" : "no") : value, proxy_what[i]);
    }
    ck_assert(!next_row(row));
}
END_TEST

static void expect_name_row(const char *name)
{
    char row[ROW_SIZE], expected[64];
    int length = snprintf(expected, sizeof expected, "| `%s` | ", name);
    ck_assert_msg(next_row(row), "no row: %s", name);
    ck_assert_msg(strncmp(row, expected, (size_t)length) == 0, "%s: %s", name, row);
}

START_TEST(violations_have_their_rows)
{
    char row[ROW_SIZE];
    go_to("## Violations");
    for (int i = 0; i < SST_VIOLATION_COUNT; i++) {
        expect_name_row(sst_violation_name((enum sst_violation)i));
    }
    ck_assert(!next_row(row));
}
END_TEST

START_TEST(end_reasons_have_their_rows)
{
    char row[ROW_SIZE];
    go_to("## End reasons");
    for (int i = 0; i < SST_END_COUNT; i++) {
        expect_name_row(sst_end_reason_name((enum sst_end_reason)i));
    }
    ck_assert(!next_row(row));
}
END_TEST

START_TEST(events_have_their_rows)
{
    char row[ROW_SIZE];
    go_to("## Events");
    for (int i = 0; strcmp(sst_event_name((enum sst_event_type)i), "unknown") != 0; i++) {
        expect_name_row(sst_event_name((enum sst_event_type)i));
    }
    ck_assert(!next_row(row));
}
END_TEST

START_TEST(outcomes_have_their_rows)
{
    char row[ROW_SIZE];
    go_to("## Outcomes");
    for (int i = 0; i < SST_OUTCOME_COUNT; i++) {
        expect_name_row(sst_outcome_name((enum sst_outcome)i));
    }
    ck_assert(!next_row(row));
}
END_TEST

START_TEST(verdicts_have_their_rows)
{
    char row[ROW_SIZE];
    go_to("## Verdicts");
    for (int i = 0; i <= SST_ACTION_IGNORE; i++) {
        expect_name_row(sst_action_name((enum sst_action)i));
    }
    ck_assert(!next_row(row));
}
END_TEST

static Suite *policy_docs_suite(void)
{
    Suite *suite = suite_create("policy_docs");
    TCase *tests = tcase_create("policy_docs");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, policy_has_its_rows);
    tcase_add_test(tests, proxy_policy_has_its_rows);
    tcase_add_test(tests, violations_have_their_rows);
    tcase_add_test(tests, end_reasons_have_their_rows);
    tcase_add_test(tests, events_have_their_rows);
    tcase_add_test(tests, verdicts_have_their_rows);
    tcase_add_test(tests, outcomes_have_their_rows);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return run_suite(policy_docs_suite());
}
