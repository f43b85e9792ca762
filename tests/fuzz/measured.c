/* SPDX-License-Identifier: MIT */
/*
 * Runs a function on inputs of growing length, so that cost.py can count the instructions. Prints a
 * line for each call of measured(), in order: function, shape, length.
 */
#include "fuzz.h"

#include <stdio.h>
#include <string.h>

#define SHORTEST 1024u
#define LONGEST 65536u

enum function {
    SESSION_EXPIRES,
    MIN_SE,
    RETRY_AFTER,
    OPTION_TAGS,
    ALLOW,
    PRINT_LIKE,
    HEADER_VALUE,
    HEADER_NAME,
    POLICY_NAME,
    POLICY_VALUE,
    RESTORE,
    FUNCTION_COUNT
};

static const char *const names[FUNCTION_COUNT] = {
    "session_expires", "min_se",      "retry_after", "option_tags",  "allow",  "print_like",
    "header_value",    "header_name", "policy_name", "policy_value", "restore"};

/* An input is its beginning, then the repeated text. */
static const char *const shapes[][2] = {
    {"", "9"},
    {"", " "},
    {"", "\r\n "},
    {"", ","},
    {"", "timer,"},
    {"", "a"},
    {"", "\\"},
    {"90", ";"},
    {"90", ";a=b"},
    {"90", " "},
    {"90;a=\"", "\\\""},
    {"90;a=", "\"\""},
    {"90", ";refresher=uac"},
    {"90;", "\r\n"},
    {"90;", "\r\n\t"},
    {"90 ", "("},
    {"90 ", "()"},
    {"90 (", "\\"},
    {"\"", "a,"},
    {"(", "\"("},
};

static char text[LONGEST];
static char out[2 * LONGEST];

static void fill(const char *const *shape, size_t length)
{
    size_t used = strlen(shape[0]);
    size_t step = strlen(shape[1]);

    memcpy(text, shape[0], used);
    for (size_t i = used; i < length; i++) {
        text[i] = shape[1][(i - used) % step];
    }
}

static void ignored(int result)
{
    (void)result;
}

/* The function that is counted: everything that it calls, and nothing else. */
void measured(enum function function, size_t length);

void measured(enum function function, size_t length)
{
    struct sst_session_expires read;
    struct sst_option_tags tags = {false, false};
    struct sst_allow allow = {false, false};
    struct sst_policy policy;
    struct sst_session session;
    struct sst_restore how = {0};
    struct sst_msg msg;
    uint32_t number;

    sst_policy_init(&policy);
    sst_msg_request(&msg, SST_METHOD_INVITE, 1);
    switch (function) {
    case SESSION_EXPIRES:
        (void)sst_parse_session_expires(text, length, &read);
        break;
    case MIN_SE:
        (void)sst_parse_min_se(text, length, &number);
        break;
    case RETRY_AFTER:
        (void)sst_parse_retry_after(text, length, &number);
        break;
    case OPTION_TAGS:
        (void)sst_parse_option_tags(text, length, &tags);
        break;
    case ALLOW:
        (void)sst_parse_allow(text, length, &allow);
        break;
    case PRINT_LIKE:
        (void)sst_print_session_expires_like(out, sizeof out, 90, text, length);
        break;
    case HEADER_VALUE:
        (void)sst_msg_header_n(&msg, "Session-Expires", 15, text, length);
        break;
    case HEADER_NAME:
        (void)sst_msg_header_n(&msg, text, length, "90", 2);
        break;
    case POLICY_NAME:
        ignored(sst_policy_set_n(&policy, text, length, "90", 2, NULL));
        break;
    case POLICY_VALUE:
        ignored(sst_policy_set_n(&policy, "min_se", 6, text, length, NULL));
        break;
    case RESTORE:
        how.image = (const uint8_t *)text;
        how.length = length;
        ignored(sst_session_restore(&session, &policy, &how, 0));
        break;
    case FUNCTION_COUNT:
        break;
    }
}

int main(void)
{
    for (size_t shape = 0; shape < sizeof shapes / sizeof shapes[0]; shape++) {
        for (size_t length = SHORTEST; length <= LONGEST; length *= 4) {
            fill(shapes[shape], length);
            for (unsigned function = 0; function < FUNCTION_COUNT; function++) {
                printf("%s %zu %zu\n", names[function], shape, length);
                measured((enum function)function, length);
            }
        }
    }
    return 0;
}
