/* SPDX-License-Identifier: MIT */
/* Messages for the host of calls.h: built from bytes, and checks of those that are sent. */
#include "calls.h"

#include <stdlib.h>

/*
 * Four bytes: which header fields there are, the rest, two intervals. The two ways of adding to a
 * view are equivalent (the unit tests check that), so the shorter one is used.
 */
void read_headers(struct input *input, struct sst_msg *msg)
{
    uint8_t has = take8(input);
    uint8_t more = take8(input);
    uint8_t session_expires = take8(input);
    uint8_t min_se = take8(input);

    if (has & 1) {
        sst_msg_set_session_expires(msg, interval_of(session_expires),
                                    (enum sst_refresher)(has >> 1 & 3));
    }
    if (has & 8) {
        sst_msg_set_min_se(msg, interval_of(min_se));
    }
    sst_msg_set_flags(msg, (has & 16 ? SST_MSG_SUPPORTED_TIMER : 0u) |
                               (has & 32 ? SST_MSG_REQUIRE_TIMER : 0u) |
                               (has & 64 ? SST_MSG_ALLOW | SST_MSG_ALLOW_UPDATE : 0u) |
                               (has & 128 ? SST_MSG_OFFER : 0u) | (more & 1 ? SST_MSG_ALLOW : 0u) |
                               (more & 2 ? SST_MSG_PROXY_REQUIRE_TIMER : 0u) |
                               (more & 4 ? SST_MSG_UNSUPPORTED_TIMER : 0u));
    if (more & 8) {
        sst_msg_set_retry_after(msg, more >> 4);
    }
    if ((more & 12) == 4) { /* repeated, or malformed */
        static const char nothing[] = ";";
        (void)sst_msg_header_n(msg, "x", 1, nothing, more & 128 ? 1 : 0);
    }
}

unsigned read_status(uint8_t byte)
{
    static const uint16_t statuses[] = {
        200, 100, 180, 183, 202, 299, 300, 302, 400, 401, 403, 404, 405, 407,
        408, 410, 413, 415, 420, 421, 422, 480, 481, 482, 486, 487, 488, 491,
        500, 501, 503, 504, 580, 600, 603, 604, 606, 699, 99,  0,
    };

    return statuses[byte % (sizeof statuses / sizeof statuses[0])];
}

/* The number in a header field that is sent; 0 if it is absent. */
static uint32_t number_in(const struct sst_headers *headers, const char *name)
{
    const char *value = sst_headers_get(headers, name);

    return value != NULL ? (uint32_t)strtoul(value, NULL, 10) : 0;
}

void check_request(const struct host *host, enum sst_method method,
                   const struct sst_headers *headers)
{
    struct sst_session_info info;
    uint32_t interval = number_in(headers, "Session-Expires");
    uint32_t min_se = number_in(headers, "Min-SE");

    HOLDS(headers->count <= SST_HEADERS_MAX);
    if (method != SST_METHOD_INVITE && method != SST_METHOD_UPDATE) {
        HOLDS(interval == 0 && min_se == 0); /* Table 1 */
        return;
    }
    sst_session_inspect(host->session, &info);
    HOLDS(min_se == 0 || min_se >= SST_ABSOLUTE_MIN_S);
    HOLDS(interval == 0 || interval >= SST_ABSOLUTE_MIN_S); /* I7 */
    HOLDS(interval == 0 || interval >= min_se);
    HOLDS(interval == 0 || !info.established || interval >= info.min_se);
    if (host->policy->mode == SST_MODE_OFF) {
        HOLDS(info.side != SST_SIDE_NONE || headers->count == 0);
    }
}

void check_answer(const struct asked *asked, unsigned status, const struct sst_headers *headers)
{
    uint32_t interval = number_in(headers, "Session-Expires");

    HOLDS(headers->count <= SST_HEADERS_MAX);
    if (status < 200 || status > 299) {
        HOLDS(interval == 0);                                      /* Table 1 */
        HOLDS(status == 422 || number_in(headers, "Min-SE") == 0); /* §5 */
        return;
    }
    HOLDS(interval == 0 || interval >= SST_ABSOLUTE_MIN_S);
    if (asked != NULL && asked->interval != 0 && asked->supported) {
        /* §9; EC-134: if the request asks for less than the minimum and that is already in force,
         * the response has the minimum */
        HOLDS(interval <= asked->interval || interval == SST_ABSOLUTE_MIN_S);
    }
}
