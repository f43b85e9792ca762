/* SPDX-License-Identifier: MIT */
/* Target: the input is a configuration file, lines of `name = value`. */
#include "fuzz.h"

#include <string.h>

/* The sentence, into buffers of every size up to the exact one and beyond. */
static void check_sentence(const struct sst_policy_error *error)
{
    size_t length = sst_policy_error_print(error, NULL, 0);
    size_t sizes[] = {1, length / 2, length, length + 1};

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct block text = block_new(sizes[i]);
        HOLDS(sst_policy_error_print(error, text.at, sizes[i]) == length);
        if (sizes[i] > 0) {
            size_t end = sizes[i] > length ? length : sizes[i] - 1;
            HOLDS(text.at[end] == '\0' && memchr(text.at, '\0', sizes[i]) == text.at + end);
            for (size_t j = 0; j < end; j++) {
                HOLDS((unsigned char)text.at[j] >= ' '); /* one line, whatever was given */
            }
        }
        block_free(&text);
    }
}

/* A field that was set prints as a value that sets it again. */
static void check_back(const struct sst_policy *policy, const struct block *name)
{
    char text[SST_VALUE_SIZE];
    struct sst_policy again;
    size_t length = sst_policy_get_n(policy, name->at, name->length, text, sizeof text);

    memcpy(&again, policy, sizeof again);
    HOLDS(length > 0 && length < sizeof text && strlen(text) == length);
    HOLDS(sst_policy_set_n(&again, name->at, name->length, text, length, NULL) == SST_OK);
    HOLDS(memcmp(&again, policy, sizeof again) == 0);
    for (size_t size = 0; size <= length + 1; size++) {
        struct block exact = block_new(size);
        HOLDS(sst_policy_get_n(policy, name->at, name->length, exact.at, size) == length);
        HOLDS(size == 0 || exact.at[size > length ? length : 0] == '\0');
        block_free(&exact);
    }
}

static void set(struct sst_policy *policy, const struct line *line)
{
    const char *sign = line->length > 0 ? memchr(line->at, '=', line->length) : NULL;
    size_t length = sign != NULL ? (size_t)(sign - line->at) : line->length;
    size_t rest = sign != NULL ? line->length - length - 1 : 0;
    struct block name = block_of(line->at, length);
    struct block value = block_of(sign != NULL ? sign + 1 : NULL, rest);
    struct sst_policy before;
    struct sst_policy_error error;

    memcpy(&before, policy, sizeof before);
    int result = sst_policy_set_n(policy, name.at, name.length, value.at, value.length, &error);
    if (result == SST_OK) {
        check_back(policy, &name);
    } else {
        HOLDS(result == SST_ERR_UNKNOWN_NAME || result == SST_ERR_SYNTAX ||
              result == SST_ERR_RANGE);
        HOLDS(error.code == result);
        HOLDS((result == SST_ERR_UNKNOWN_NAME) == (error.field == NULL));
        HOLDS(memcmp(policy, &before, sizeof before) == 0);
        HOLDS(memchr(error.text, '\0', sizeof error.text) != NULL);
        check_sentence(&error);
    }
    block_free(&value);
    block_free(&name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    struct line line;
    struct sst_policy policy;
    struct sst_policy_error error;
    struct sst_session session;

    sst_policy_init(&policy);
    while (take_line(&input, false, &line)) {
        set(&policy, &line);
    }
    int result = sst_policy_check(&policy, &error);
    HOLDS(sst_session_init(&session, &policy, SST_CALLER) == result);
    if (result == SST_OK) {
        HOLDS(sst_session_check(&session) == NULL);
        HOLDS(policy.session_expires >= policy.min_se);
    } else {
        HOLDS(result == SST_ERR_RANGE || result == SST_ERR_CONFLICT);
        HOLDS(error.code == result && error.field != NULL);
        check_sentence(&error);
    }
    return 0;
}
