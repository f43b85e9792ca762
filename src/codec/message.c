/* SPDX-License-Identifier: MIT */
#include <sst/message.h>

#include "about/mem.h"
#include "about/text.h"
#include "codec/scan.h"

/* Flags that a host can set without a value. */
#define PLAIN_FLAGS                                                                                \
    (SST_MSG_SUPPORTED_TIMER | SST_MSG_REQUIRE_TIMER | SST_MSG_PROXY_REQUIRE_TIMER |               \
     SST_MSG_UNSUPPORTED_TIMER | SST_MSG_ALLOW | SST_MSG_ALLOW_UPDATE | SST_MSG_OFFER |            \
     SST_MSG_IN_DIALOG)

static void begin(struct sst_msg *msg, enum sst_method method, uint64_t cseq)
{
    memset(msg, 0, sizeof *msg);
    msg->method = (uint8_t)((unsigned)method <= SST_METHOD_BYE ? method : SST_METHOD_OTHER);
    if (cseq != SST_CSEQ_UNKNOWN) {
        msg->cseq = cseq < UINT32_MAX ? (uint32_t)cseq : UINT32_MAX;
        msg->has = SST_MSG_CSEQ;
    }
}

void sst_msg_request(struct sst_msg *msg, enum sst_method method, uint64_t cseq)
{
    if (msg != NULL) {
        begin(msg, method, cseq);
    }
}

void sst_msg_response(struct sst_msg *msg, unsigned status, enum sst_method method, uint64_t cseq)
{
    if (msg == NULL) {
        return;
    }
    begin(msg, method, cseq);
    /* Truncation to 16 bits must not turn an invalid number into a status. */
    if (status >= 100 && status <= 699) {
        msg->status = (uint16_t)status;
    }
}

static void set_flag(struct sst_msg *msg, unsigned flag)
{
    msg->has = (uint16_t)(msg->has | flag);
}

static void add_violation(struct sst_msg *msg, enum sst_violation violation)
{
    msg->violations |= SST_VIOLATION_BIT(violation);
}

/* Records a violation if the message already has this header field, valid or malformed. */
static void check_repeated(struct sst_msg *msg, enum sst_msg_flag flag,
                           enum sst_violation malformed, enum sst_violation repeated)
{
    if ((msg->has & flag) != 0 || (msg->violations & SST_VIOLATION_BIT(malformed)) != 0) {
        add_violation(msg, repeated);
    }
}

/*
 * Session-Expires is not a list, so it must not be repeated (RFC 3261 §7.3.1), not even as x beside
 * the long form. The smallest and the largest value are kept, since only the rules know which of
 * them is safe.
 */
static void add_session_expires(struct sst_msg *msg, const struct sst_session_expires *received)
{
    uint32_t seconds = received->seconds;
    bool is_first = (msg->has & SST_MSG_SESSION_EXPIRES) == 0;

    check_repeated(msg, SST_MSG_SESSION_EXPIRES, SST_VIOLATION_SE_MALFORMED,
                   SST_VIOLATION_SE_REPEATED);
    if (is_first || seconds < msg->session_expires) {
        msg->session_expires = seconds;
    }
    if (is_first || seconds > msg->session_expires_max) {
        msg->session_expires_max = seconds;
    }
    if (msg->refresher == SST_REFRESHER_NONE) {
        msg->refresher = (uint8_t)received->refresher;
    }
    msg->violations |= received->violations;
    set_flag(msg, SST_MSG_SESSION_EXPIRES);
}

static void add_min_se(struct sst_msg *msg, uint32_t seconds)
{
    check_repeated(msg, SST_MSG_MIN_SE, SST_VIOLATION_MIN_SE_MALFORMED,
                   SST_VIOLATION_MIN_SE_REPEATED);
    /* The largest one satisfies every element that added one. */
    if (seconds > msg->min_se) {
        msg->min_se = seconds;
    }
    set_flag(msg, SST_MSG_MIN_SE);
}

static void add_retry_after(struct sst_msg *msg, uint32_t seconds)
{
    /* Repeating it is an error too, but waiting too long is better than retrying too early. */
    if (seconds > msg->retry_after) {
        msg->retry_after = seconds;
    }
    set_flag(msg, SST_MSG_RETRY_AFTER);
}

static void add_allow(struct sst_msg *msg, bool update)
{
    set_flag(msg, SST_MSG_ALLOW);
    if (update) {
        set_flag(msg, SST_MSG_ALLOW_UPDATE);
    }
}

int sst_msg_header(struct sst_msg *msg, const char *name, const char *value)
{
    if (name == NULL || value == NULL) {
        return SST_ERR_ARGUMENT;
    }
    return sst_msg_header_n(msg, name, sst_text_length(name), value, sst_text_length(value));
}

void sst_msg_set_session_expires(struct sst_msg *msg, uint32_t seconds,
                                 enum sst_refresher refresher)
{
    struct sst_session_expires received = {seconds, SST_REFRESHER_NONE, 0};

    if (msg == NULL) {
        return;
    }
    if (refresher == SST_REFRESHER_UAC || refresher == SST_REFRESHER_UAS) {
        received.refresher = refresher;
    } else if (refresher != SST_REFRESHER_NONE) {
        received.violations = SST_VIOLATION_BIT(SST_VIOLATION_REFRESHER_UNKNOWN);
    }
    add_session_expires(msg, &received);
}

void sst_msg_set_min_se(struct sst_msg *msg, uint32_t seconds)
{
    if (msg != NULL) {
        add_min_se(msg, seconds);
    }
}

void sst_msg_set_retry_after(struct sst_msg *msg, uint32_t seconds)
{
    if (msg != NULL) {
        add_retry_after(msg, seconds);
    }
}

void sst_msg_set_flags(struct sst_msg *msg, unsigned flags)
{
    if (msg == NULL) {
        return;
    }
    set_flag(msg, flags & PLAIN_FLAGS);
    if ((flags & SST_MSG_ALLOW_UPDATE) != 0) {
        set_flag(msg, SST_MSG_ALLOW);
    }
}

static void read_session_expires(struct sst_msg *msg, const char *value, size_t length)
{
    struct sst_session_expires received;

    if (sst_parse_session_expires(value, length, &received) == SST_OK) {
        add_session_expires(msg, &received);
    } else {
        check_repeated(msg, SST_MSG_SESSION_EXPIRES, SST_VIOLATION_SE_MALFORMED,
                       SST_VIOLATION_SE_REPEATED);
        add_violation(msg, SST_VIOLATION_SE_MALFORMED);
    }
}

static void read_min_se(struct sst_msg *msg, const char *value, size_t length)
{
    uint32_t seconds;

    if (sst_parse_min_se(value, length, &seconds) == SST_OK) {
        add_min_se(msg, seconds);
    } else {
        check_repeated(msg, SST_MSG_MIN_SE, SST_VIOLATION_MIN_SE_MALFORMED,
                       SST_VIOLATION_MIN_SE_REPEATED);
        add_violation(msg, SST_VIOLATION_MIN_SE_MALFORMED);
    }
}

static void read_retry_after(struct sst_msg *msg, const char *value, size_t length)
{
    uint32_t seconds;

    if (sst_parse_retry_after(value, length, &seconds) == SST_OK) {
        add_retry_after(msg, seconds);
    } else {
        add_violation(msg, SST_VIOLATION_RETRY_AFTER_MALFORMED);
    }
}

static void read_allow(struct sst_msg *msg, const char *value, size_t length)
{
    struct sst_allow allow = {false, false};

    (void)sst_parse_allow(value, length, &allow);
    add_allow(msg, allow.update);
}

static void read_option_tags(struct sst_msg *msg, unsigned flag, const char *value, size_t length)
{
    struct sst_option_tags tags = {false, false};

    (void)sst_parse_option_tags(value, length, &tags);
    if (tags.timer) {
        set_flag(msg, flag);
    }
}

/* The flag of the header field with this name, 0 for one that libsst does not read. */
static unsigned flag_of(const struct sst_scan *name)
{
    switch (sst_scan_length(name)) {
    case 1:
        /* RFC 4028 §4, RFC 3261 §20.37: the only compact forms here. */
        if (SST_SCAN_IS(name, "x")) {
            return SST_MSG_SESSION_EXPIRES;
        }
        return SST_SCAN_IS(name, "k") ? SST_MSG_SUPPORTED_TIMER : 0;
    case 5:
        return SST_SCAN_IS(name, "Allow") ? SST_MSG_ALLOW : 0;
    case 6:
        return SST_SCAN_IS(name, "Min-SE") ? SST_MSG_MIN_SE : 0;
    case 7:
        return SST_SCAN_IS(name, "Require") ? SST_MSG_REQUIRE_TIMER : 0;
    case 9:
        return SST_SCAN_IS(name, "Supported") ? SST_MSG_SUPPORTED_TIMER : 0;
    case 11:
        if (SST_SCAN_IS(name, "Unsupported")) {
            return SST_MSG_UNSUPPORTED_TIMER;
        }
        return SST_SCAN_IS(name, "Retry-After") ? SST_MSG_RETRY_AFTER : 0;
    case 13:
        return SST_SCAN_IS(name, "Proxy-Require") ? SST_MSG_PROXY_REQUIRE_TIMER : 0;
    case 15:
        return SST_SCAN_IS(name, "Session-Expires") ? SST_MSG_SESSION_EXPIRES : 0;
    default:
        return 0;
    }
}

int sst_msg_header_n(struct sst_msg *msg, const char *name, size_t name_length, const char *value,
                     size_t value_length)
{
    if (msg == NULL || (name == NULL && name_length > 0) || (value == NULL && value_length > 0)) {
        return SST_ERR_ARGUMENT;
    }
    struct sst_scan trimmed = sst_scan_of(name, name_length);
    /* RFC 3261 §25.1, HCOLON: white space is allowed before the colon. */
    while (!sst_scan_done(&trimmed) && (trimmed.end[-1] == ' ' || trimmed.end[-1] == '\t')) {
        trimmed.end--;
    }
    unsigned flag = flag_of(&trimmed);
    switch (flag) {
    case 0:
        break;
    case SST_MSG_SESSION_EXPIRES:
        read_session_expires(msg, value, value_length);
        break;
    case SST_MSG_MIN_SE:
        read_min_se(msg, value, value_length);
        break;
    case SST_MSG_RETRY_AFTER:
        read_retry_after(msg, value, value_length);
        break;
    case SST_MSG_ALLOW:
        read_allow(msg, value, value_length);
        break;
    default:
        read_option_tags(msg, flag, value, value_length);
        break;
    }
    return SST_OK;
}

/* RFC 3261 §7.3.1: in any letter case. A name is a token: any other character ends it. */
static bool same_name(const char *a, const char *b)
{
    while (sst_scan_lower(*a) != 0 && sst_scan_lower(*a) == sst_scan_lower(*b)) {
        a++;
        b++;
    }
    return *a == '\0' && *b == '\0';
}

const char *sst_headers_get(const struct sst_headers *headers, const char *name)
{
    if (headers == NULL || name == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < headers->count && i < SST_HEADERS_MAX; i++) {
        const struct sst_header *header = &headers->item[i];
        if (header->name != NULL && same_name(header->name, name)) {
            return header->value;
        }
    }
    return NULL;
}
