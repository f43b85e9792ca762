/* SPDX-License-Identifier: MIT */
/* Target: the input is one header field value, for every parser of sst/codec.h. */
#include "fuzz.h"

#include <string.h>

/* Printing into buffers of each size up to the exact one: all of it, or an empty string. */
static struct block print_like(uint32_t seconds, const struct block *value)
{
    size_t length = sst_print_session_expires_like(NULL, 0, seconds, value->at, value->length);
    struct block printed = block_new(length + 1);

    printed.length = length; /* and the terminator after it */
    for (size_t size = length < 3 ? 1 : length - 2; size <= length + 1; size++) {
        memset(printed.base, 'x', length + 2);
        HOLDS(sst_print_session_expires_like(printed.at, size, seconds, value->at, value->length) ==
              length);
        HOLDS(printed.base[0] == 'x');
        HOLDS(printed.at[size > length ? length : 0] == '\0');
    }
    /* One header field does not become two, nor does it end early. */
    HOLDS(memchr(printed.at, '\0', length + 1) == printed.at + length);
    HOLDS(memchr(printed.at, '\r', length) == NULL && memchr(printed.at, '\n', length) == NULL);
    return printed;
}

static void check_printed(const struct sst_session_expires *read)
{
    char text[SST_VALUE_SIZE];
    struct sst_session_expires again;
    size_t length = sst_print_session_expires(text, sizeof text, read->seconds, read->refresher);

    HOLDS(length > 0 && length < sizeof text && strlen(text) == length);
    HOLDS(sst_parse_session_expires(text, length, &again) == SST_OK);
    HOLDS(again.seconds == read->seconds && again.refresher == read->refresher);
    HOLDS(again.violations == 0);
}

/* RFC 4028 §8.1: a proxy changes the number and nothing else. */
static void check_like(const struct block *value, const struct sst_session_expires *read)
{
    struct sst_session_expires again;
    struct block printed = print_like(1234567, value);

    HOLDS(printed.length >= 7 && memcmp(printed.at, "1234567", 7) == 0);
    HOLDS(sst_parse_session_expires(printed.at, printed.length, &again) == SST_OK);
    HOLDS(again.seconds == 1234567);
    HOLDS(again.refresher == read->refresher && again.violations == read->violations);
    struct block twice = print_like(1234567, &printed);
    HOLDS(twice.length == printed.length && memcmp(twice.at, printed.at, twice.length) == 0);
    block_free(&twice);
    block_free(&printed);
}

static void session_expires(const struct block *value)
{
    struct sst_session_expires read;
    struct sst_session_expires again;
    uint32_t number;

    memset(&read, 0xA5, sizeof read);
    again = read;
    int result = sst_parse_session_expires(value->at, value->length, &read);
    HOLDS(result == SST_OK || result == SST_ERR_SYNTAX);
    /* RFC 4028 §4 and §5 name their parameters differently, but write them in the same way. */
    HOLDS(sst_parse_min_se(value->at, value->length, &number) == result);
    if (result != SST_OK) {
        HOLDS(memcmp(&read, &again, sizeof read) == 0);
        HOLDS(sst_print_session_expires_like(NULL, 0, 90, value->at, value->length) == 0);
        return;
    }
    HOLDS(number == read.seconds);
    check_printed(&read);
    check_like(value, &read);

    struct block swapped = block_swapped(value);
    HOLDS(sst_parse_session_expires(swapped.at, swapped.length, &again) == SST_OK);
    HOLDS(again.seconds == read.seconds && again.refresher == read.refresher);
    HOLDS(again.violations == read.violations);
    block_free(&swapped);
}

/* A text of digits only is a number whatever its length (EC-01), computed here in another way. */
static void digits(const struct block *value)
{
    uint64_t expected = 0;
    uint32_t number;

    for (size_t i = 0; i < value->length; i++) {
        if (value->at[i] < '0' || value->at[i] > '9') {
            return;
        }
        expected = expected * 10u + (uint64_t)(value->at[i] - '0');
        expected = expected > SST_SECONDS_MAX ? SST_SECONDS_MAX : expected;
    }
    int result = value->length > 0 ? SST_OK : SST_ERR_SYNTAX;
    HOLDS(sst_parse_min_se(value->at, value->length, &number) == result);
    HOLDS(result != SST_OK || number == expected);
    HOLDS(sst_parse_retry_after(value->at, value->length, &number) == result);
    HOLDS(result != SST_OK || number == expected);
}

static void retry_after(const struct block *value)
{
    uint32_t number = 0xA5A5A5A5;
    uint32_t plain = 0;
    int result = sst_parse_retry_after(value->at, value->length, &number);

    HOLDS(result == SST_OK || (result == SST_ERR_SYNTAX && number == 0xA5A5A5A5));
    /* A comment is the only thing that Retry-After has and Min-SE does not (RFC 3261 §20.33). */
    if (sst_parse_min_se(value->at, value->length, &plain) == SST_OK) {
        HOLDS(result == SST_OK && number == plain);
    }
}

/* "first," before a list adds first and changes nothing else. */
static struct block with_first(const char *first, const struct block *value)
{
    size_t before = strlen(first);
    struct block list = block_new(before + value->length);

    memcpy(list.at, first, before);
    if (value->length > 0) {
        memcpy(list.at + before, value->at, value->length);
    }
    return list;
}

static void lists(const struct block *value)
{
    struct sst_option_tags tags = {false, false};
    struct sst_option_tags more = {false, false};
    struct sst_allow allow = {false, false};
    struct sst_allow wider = {false, false};

    HOLDS(sst_parse_option_tags(value->at, value->length, &tags) == SST_OK);
    HOLDS(sst_parse_allow(value->at, value->length, &allow) == SST_OK);
    struct block list = with_first("Timer ,", value);
    HOLDS(sst_parse_option_tags(list.at, list.length, &more) == SST_OK);
    HOLDS(more.timer && more.other == tags.other);
    block_free(&list);
    list = with_first("UPDATE,", value);
    HOLDS(sst_parse_allow(list.at, list.length, &wider) == SST_OK);
    HOLDS(wider.update && wider.invite == allow.invite);
    block_free(&list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct block value = block_of(data, size);

    session_expires(&value);
    digits(&value);
    retry_after(&value);
    lists(&value);
    (void)sst_method_from_name(value.at, value.length);
    block_free(&value);
    return 0;
}
