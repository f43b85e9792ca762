/* SPDX-License-Identifier: MIT */
#include "text.h"

#include <sst/sst.h>

#include <string.h>

/* The compiler must not know the lengths of these texts. */
static const char *volatile se_short = SE_SHORT;
static const char *volatile se_long = SE_LONG;
static const char *volatile min_se = MIN_SE;
static const char *volatile supported = SUPPORTED;
static volatile uint32_t seconds = 1800;

static void name_refresher(struct text_value *value, enum sst_refresher refresher)
{
    if (refresher != SST_REFRESHER_NONE) {
        memcpy(value->refresher, refresher == SST_REFRESHER_UAC ? "uac" : "uas", 4);
    }
}

static void read_se(struct text_value *value, const char *text, size_t length)
{
    struct sst_session_expires read;

    if (sst_parse_session_expires(text, length, &read) == SST_OK) {
        value->seconds = read.seconds;
        name_refresher(value, read.refresher);
    }
}

static void read_short(struct text_value *value)
{
    read_se(value, se_short, sizeof SE_SHORT - 1);
}

static void read_long(struct text_value *value)
{
    read_se(value, se_long, sizeof SE_LONG - 1);
}

static void read_min_se(struct text_value *value)
{
    (void)sst_parse_min_se(min_se, sizeof MIN_SE - 1, &value->min_se);
}

static void read_supported(struct text_value *value)
{
    struct sst_option_tags tags = {false, false};

    (void)sst_parse_option_tags(supported, sizeof SUPPORTED - 1, &tags);
    value->timer = tags.timer;
}

/* With their names, as a host passes on the header fields of a message. */
static void read_three(struct text_value *value)
{
    struct sst_msg msg;

    sst_msg_request(&msg, SST_METHOD_INVITE, 1);
    (void)sst_msg_header_n(&msg, "Supported", 9, supported, sizeof SUPPORTED - 1);
    (void)sst_msg_header_n(&msg, "Session-Expires", 15, se_short, sizeof SE_SHORT - 1);
    (void)sst_msg_header_n(&msg, "Min-SE", 6, min_se, sizeof MIN_SE - 1);
    value->seconds = msg.session_expires;
    value->min_se = msg.min_se;
    value->timer = (msg.has & SST_MSG_SUPPORTED_TIMER) != 0;
    name_refresher(value, (enum sst_refresher)msg.refresher);
}

static void print(struct text_value *value)
{
    static const char name[] = "Session-Expires: ";
    char *at = value->printed;

    memcpy(at, name, sizeof name - 1);
    at += sizeof name - 1;
    at += sst_print_session_expires(at, 28, seconds, SST_REFRESHER_UAC);
    memcpy(at, "\r\n", 3);
}

text_function *const text_sst[TEXT_CASES] = {read_short,     read_long,  read_min_se,
                                             read_supported, read_three, print};
