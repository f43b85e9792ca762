/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <limits.h>
#include <stdio.h>

#include <sst/counters.h>
#include <sst/policy.h>
#include <sst/session.h>
#include <sst/types.h>

#include "exact.h"

/*
 * Logs and counters are searched for the names: each is its enumerator in lower case, without the
 * prefix that its enumeration shares. The enumerators are read from the headers, so that one
 * without a name is found, and one whose number changed.
 */
#define HEADER_SIZE 65536

static char header[HEADER_SIZE];

/* The text inside an enumeration's braces, without comments. */
static const char *enumeration(const char *file, const char *name)
{
    static char body[HEADER_SIZE];
    char path[256];
    char heading[64];
    char *out = body;

    snprintf(path, sizeof path, SST_DOCS_DIR "/../include/sst/%s", file);
    FILE *stream = fopen(path, "r");
    ck_assert_ptr_nonnull(stream);
    size_t length = fread(header, 1, sizeof header - 1, stream);
    fclose(stream);
    ck_assert_uint_lt(length, sizeof header - 1);
    header[length] = '\0';

    snprintf(heading, sizeof heading, "enum %s {", name);
    const char *at = strstr(header, heading);
    ck_assert_msg(at != NULL, "%s has no %s", file, heading);
    for (at += strlen(heading); *at != '}'; at++) {
        if (strncmp(at, "/*", 2) == 0) {
            at = strstr(at, "*/") + 1;
        } else {
            *out++ = *at;
        }
    }
    *out = '\0';
    return body;
}

/* The next enumerator, NULL after the last; its number, and what follows the prefix, in lower case.
 * */
static const char *next_enumerator(const char *at, const char *prefix, char name[64], int *number)
{
    char enumerator[64];
    int used;

    if (sscanf(at, " %63[A-Z0-9_] = %d%n", enumerator, number, &used) != 2) {
        ck_assert_msg(strspn(at, " \n,") == strlen(at), "not read: %s", at);
        return NULL;
    }
    ck_assert_msg(strncmp(enumerator, prefix, strlen(prefix)) == 0, "%s", enumerator);
    const char *from = enumerator + strlen(prefix);
    size_t i = 0;
    for (; from[i] != '\0'; i++) {
        name[i] = (char)tolower((unsigned char)from[i]);
    }
    name[i] = '\0';
    at += used;
    return *at == ',' ? at + 1 : at;
}

/* Each enumerator has its name, from 0 on, and the numbers around them have none. */
#define CHECK_NAMES(function, type, file, prefix, count)                                           \
    do {                                                                                           \
        char name_[64];                                                                            \
        int number_;                                                                               \
        int next_ = 0;                                                                             \
        const char *at_ = enumeration(file, #type);                                                \
        while ((at_ = next_enumerator(at_, prefix, name_, &number_)) != NULL) {                    \
            ck_assert_int_eq(number_, next_);                                                      \
            ck_assert_str_eq(function((enum type)number_), name_);                                 \
            next_++;                                                                               \
        }                                                                                          \
        ck_assert_int_eq(next_, count);                                                            \
        ck_assert_str_eq(function((enum type)next_), "unknown");                                   \
        ck_assert_str_eq(function((enum type)INT_MAX), "unknown");                                 \
        ck_assert_str_eq(function((enum type) - 1), "unknown");                                    \
        /* If enumerations are as short as they can be, this is 0. */                              \
        if (sizeof(enum type) > 1) {                                                               \
            ck_assert_str_eq(function((enum type)INT_MIN), "unknown");                             \
        }                                                                                          \
    } while (0)

START_TEST(names_results)
{
    char name[64];
    int number;
    const char *at = enumeration("types.h", "sst_result");

    at = next_enumerator(at, "SST_", name, &number);
    ck_assert_int_eq(number, 0);
    ck_assert_str_eq(name, "ok");
    ck_assert_str_eq(sst_result_name(number), name);
    int next = -1;
    while ((at = next_enumerator(at, "SST_ERR_", name, &number)) != NULL) {
        ck_assert_int_eq(number, next);
        ck_assert_str_eq(sst_result_name(number), name);
        next--;
    }
    ck_assert_int_eq(next, -13);
    ck_assert_str_eq(sst_result_name(next), "unknown");
    ck_assert_str_eq(sst_result_name(1), "unknown");
    ck_assert_str_eq(sst_result_name(INT_MAX), "unknown");
    ck_assert_str_eq(sst_result_name(INT_MIN), "unknown");
}
END_TEST

START_TEST(names_everything_else)
{
    CHECK_NAMES(sst_violation_name, sst_violation, "types.h", "SST_VIOLATION_",
                SST_VIOLATION_COUNT);
    CHECK_NAMES(sst_side_name, sst_side, "types.h", "SST_SIDE_", 3);
    CHECK_NAMES(sst_refresher_name, sst_refresher, "types.h", "SST_REFRESHER_", 3);
    CHECK_NAMES(sst_outcome_name, sst_outcome, "types.h", "SST_OUTCOME_", SST_OUTCOME_COUNT);
    CHECK_NAMES(sst_end_reason_name, sst_end_reason, "session.h", "SST_END_", SST_END_COUNT);
    CHECK_NAMES(sst_event_name, sst_event_type, "session.h", "SST_EVENT_", 9);
    CHECK_NAMES(sst_action_name, sst_action, "session.h", "SST_ACTION_", 6);
}
END_TEST

/* A policy's words follow from its enumerators in the same way. */
START_TEST(names_words_of_a_policy)
{
    static const struct {
        const char *field;
        const char *type;
        const char *prefix;
        const char *file;
    } fields[] = {
        {"mode", "sst_mode", "SST_MODE_", "policy.h"},
        {"prefer_refresher", "sst_refresher", "SST_REFRESHER_", "types.h"},
        {"request_refresher", "sst_refresher", "SST_REFRESHER_", "types.h"},
        {"method", "sst_refresh_method", "SST_REFRESH_", "policy.h"},
        {"guard", "sst_guard", "SST_GUARD_", "policy.h"},
        {"expire_at", "sst_expire_at", "SST_EXPIRE_AT_", "policy.h"},
        {"own_benefit", "sst_own_benefit", "SST_OWN_BENEFIT_", "policy.h"},
        {"below_min", "sst_below_min", "SST_BELOW_MIN_", "policy.h"},
        {"refused", "sst_refused", "SST_REFUSED_", "policy.h"},
        {"dropped", "sst_dropped", "SST_DROPPED_", "policy.h"},
    };

    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        const char *at = enumeration(fields[i].file, fields[i].type);
        char name[64];
        char range[64] = "|";
        const char *allowed = NULL;
        const char *field = NULL;
        int number;

        for (size_t k = 0; field == NULL || strcmp(field, fields[i].field) != 0; k++) {
            ck_assert(sst_policy_field(k, &field, &allowed, NULL, NULL));
        }
        while ((at = next_enumerator(at, fields[i].prefix, name, &number)) != NULL) {
            /* Table 2 does not offer the choice none. */
            if (strcmp(field, "prefer_refresher") != 0 || number != SST_REFRESHER_NONE) {
                strcat(strcat(range, range[1] == '\0' ? "" : "|"), name);
            }
        }
        ck_assert_str_eq(allowed, range + 1);
    }
}
END_TEST

/* RFC 3326 §2: a protocol, a cause that is a SIP status code, a quoted text. */
START_TEST(each_reason_to_end_has_a_header_field_value)
{
    static const struct {
        enum sst_end_reason reason;
        unsigned cause;
    } reasons[] = {
        {SST_END_NOT_REFRESHED, 408},      {SST_END_REFRESH_TIMEOUT, 408},
        {SST_END_REFRESH_408, 408},        {SST_END_REFRESH_481, 481},
        {SST_END_REFRESH_UNANSWERED, 408}, {SST_END_REFRESH_REFUSED, 500},
        {SST_END_REFRESH_NOT_SENT, 500},
    };

    ck_assert_uint_eq(COUNT_OF(reasons) + 1, SST_END_COUNT);
    for (size_t i = 0; i < COUNT_OF(reasons); i++) {
        unsigned cause = 0;
        char text[64] = "";
        char end = '\0';
        const char *value = sst_bye_reason(reasons[i].reason);
        ck_assert_ptr_nonnull(value);
        ck_assert_int_eq(sscanf(value, "SIP;cause=%u;text=\"%63[A-Za-z ]%c", &cause, text, &end),
                         3);
        ck_assert_uint_eq(cause, reasons[i].cause);
        ck_assert_int_eq(end, '"');
        ck_assert_str_eq(strrchr(value, '"'), "\"");
    }
    ck_assert_ptr_null(sst_bye_reason(SST_END_NONE));
    ck_assert_ptr_null(sst_bye_reason((enum sst_end_reason)SST_END_COUNT));
    ck_assert_ptr_null(sst_bye_reason((enum sst_end_reason)INT_MAX));
    ck_assert_ptr_null(sst_bye_reason((enum sst_end_reason) - 1));
}
END_TEST

struct named {
    int number;
    const char *name;
};

static const struct named methods[] = {
    {SST_METHOD_OTHER, "other"}, {SST_METHOD_INVITE, "INVITE"}, {SST_METHOD_UPDATE, "UPDATE"},
    {SST_METHOD_ACK, "ACK"},     {SST_METHOD_CANCEL, "CANCEL"}, {SST_METHOD_BYE, "BYE"},
};

START_TEST(names_methods)
{
    for (size_t i = 0; i < COUNT_OF(methods); i++)
        ck_assert_str_eq(sst_method_name((enum sst_method)methods[i].number), methods[i].name);
    ck_assert_str_eq(sst_method_name((enum sst_method)COUNT_OF(methods)), "other");
    ck_assert_str_eq(sst_method_name((enum sst_method)INT_MAX), "other");
    ck_assert_str_eq(sst_method_name((enum sst_method) - 1), "other");
}
END_TEST

static enum sst_method method_of(const char *text, size_t length)
{
    struct exact input = exact_copy(text, length);
    enum sst_method method = sst_method_from_name(input.text, input.length);

    exact_free(&input);
    return method;
}

START_TEST(knows_methods_by_name)
{
    for (size_t i = 0; i < COUNT_OF(methods); i++)
        ck_assert_int_eq((int)method_of(methods[i].name, strlen(methods[i].name)),
                         methods[i].number);
}
END_TEST

/* RFC 3261 §7.1: methods are case-sensitive. */
START_TEST(takes_nothing_else_for_a_method)
{
    static const char *const cases[] = {
        "",        "OTHER", "invite",  "Update", "UPDATe", "bYE",    "AC",
        "ACKS",    "BYF",   "ADK",     "INVITA", "UPDAT",  "CANCER", "INVITE ",
        " UPDATE", "PRACK", "OPTIONS", "INFO",   "BYE\r",  "CANCE",
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++)
        ck_assert_msg(method_of(cases[i], strlen(cases[i])) == SST_METHOD_OTHER, "%s", cases[i]);
    ck_assert_int_eq(method_of("INVITE", 5), SST_METHOD_OTHER);
    ck_assert_int_eq(method_of("ACK\0\0\0", 6), SST_METHOD_OTHER);
    ck_assert_int_eq(sst_method_from_name(NULL, 0), SST_METHOD_OTHER);
    ck_assert_int_eq(sst_method_from_name(NULL, 3), SST_METHOD_OTHER);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("names");
    TCase *tests = tcase_create("names");

    tcase_add_test(tests, names_results);
    tcase_add_test(tests, names_everything_else);
    tcase_add_test(tests, names_words_of_a_policy);
    tcase_add_test(tests, each_reason_to_end_has_a_header_field_value);
    tcase_add_test(tests, names_methods);
    tcase_add_test(tests, knows_methods_by_name);
    tcase_add_test(tests, takes_nothing_else_for_a_method);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
