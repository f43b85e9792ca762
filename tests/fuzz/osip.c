/* SPDX-License-Identifier: MIT */
/*
 * Target: the input is a whole message, as libosip2 reads it. It is read into a view, passed to a
 * session, filled in as a local message, and edited as by a proxy. Each result is printed, parsed
 * again and compared with what was put in.
 */
#include "fuzz.h"

#include <sst/osip.h>

#include <stdio.h>
#include <stdlib.h> /* libosip2 5.3 needs it for osip_free() */
#include <string.h>

static osip_message_t *parse(const char *data, size_t size)
{
    osip_message_t *sip;

    HOLDS(osip_message_init(&sip) == OSIP_SUCCESS);
    if (osip_message_parse(sip, data, size) != OSIP_SUCCESS) {
        osip_message_free(sip);
        return NULL;
    }
    return sip;
}

/* The bits of a view that come from header fields that the library inserts. */
#define WRITTEN                                                                                    \
    (SST_MSG_SESSION_EXPIRES | SST_MSG_MIN_SE | SST_MSG_SUPPORTED_TIMER | SST_MSG_REQUIRE_TIMER |  \
     SST_MSG_PROXY_REQUIRE_TIMER | SST_MSG_UNSUPPORTED_TIMER)

static void check_written(const osip_message_t *sip, const struct sst_headers *headers)
{
    struct sst_msg expected;
    struct sst_msg msg;

    sst_msg_request(&expected, SST_METHOD_INVITE, 0);
    for (size_t i = 0; i < headers->count; i++) {
        const struct sst_header *header = &headers->item[i];
        HOLDS(sst_msg_header_n(&expected, header->name, strlen(header->name), header->value,
                               strlen(header->value)) == SST_OK);
    }
    HOLDS(sst_osip_read(&msg, sip) == SST_OK);
    HOLDS((msg.has & WRITTEN) == (expected.has & WRITTEN));
    HOLDS(msg.session_expires == expected.session_expires);
    HOLDS(msg.session_expires_max == expected.session_expires_max);
    HOLDS(msg.min_se == expected.min_se && msg.refresher == expected.refresher);
}

/* libosip2 prints the message; it cannot print everything that it can parse. */
static void check_printable(osip_message_t *sip)
{
    char *text = NULL;
    size_t length = 0;

    if (osip_message_to_str(sip, &text, &length) == OSIP_SUCCESS) {
        osip_free(text);
    }
}

static void write_headers(osip_message_t *sip)
{
    static const struct sst_headers refresh = {
        .count = 4,
        .item = {{"Supported", "timer", SST_HEADER_TAG},
                 {"Session-Expires", "1800;refresher=uac", SST_HEADER_SET},
                 {"Min-SE", "120", SST_HEADER_SET},
                 {"Require", "timer", SST_HEADER_TAG}},
    };
    static const struct sst_headers none = {.count = 0};
    struct sst_msg msg;

    if (sst_osip_read(&msg, sip) != SST_OK) {
        return;
    }
    HOLDS(sst_osip_apply(sip, &refresh) == SST_OK);
    check_written(sip, &refresh);
    int size = osip_list_size(&sip->headers);
    HOLDS(sst_osip_apply(sip, &refresh) == SST_OK);
    HOLDS(osip_list_size(&sip->headers) == size);
    check_written(sip, &refresh);
    check_printable(sip);
    HOLDS(sst_osip_apply(sip, &none) == SST_OK);
    check_written(sip, &none);
    check_printable(sip);
}

static void edit_as_proxy(osip_message_t *sip)
{
    struct sst_proxy_policy policy;
    struct sst_proxy_tx tx = {.session_expires = 900, .uac_supports = true, .active = true};
    struct sst_proxy_edit edit;
    struct sst_msg msg;
    struct sst_msg after;
    struct sst_proxy_dialog dialog = {0};

    sst_proxy_policy_init(&policy);
    policy.session_expires = 1800;
    policy.max_session_expires = 3600;
    policy.insert_require = true;
    if (sst_osip_read(&msg, sip) != SST_OK) {
        return;
    }
    if (msg.status == 0) {
        HOLDS(sst_proxy_request(&policy, &tx, &msg, &edit) == SST_OK);
    } else {
        HOLDS(sst_proxy_response(&policy, &tx, &msg, 0, &edit, &dialog) == SST_OK);
    }
    if (edit.status != 0) {
        HOLDS(sst_osip_apply_edit(sip, &edit) == SST_ERR_ARGUMENT);
        return;
    }
    HOLDS(sst_osip_apply_edit(sip, &edit) == SST_OK);
    HOLDS(sst_osip_read(&after, sip) == SST_OK);
    if (edit.set_session_expires || edit.insert_refresher_uac) {
        HOLDS(after.session_expires == edit.session_expires);
        HOLDS(after.session_expires_max == edit.session_expires); /* there is one */
        HOLDS(after.refresher == (edit.insert_refresher_uac ? SST_REFRESHER_UAC : msg.refresher));
    } else {
        HOLDS(after.session_expires == msg.session_expires);
    }
    HOLDS(after.min_se == (edit.set_min_se ? edit.min_se : msg.min_se));
    HOLDS(!edit.add_require || (after.has & SST_MSG_REQUIRE_TIMER));
    HOLDS(((after.has ^ msg.has) & (SST_MSG_SUPPORTED_TIMER | SST_MSG_PROXY_REQUIRE_TIMER |
                                    SST_MSG_UNSUPPORTED_TIMER | SST_MSG_ALLOW_UPDATE)) == 0);
    check_printable(sip);
}

/* A received message, passed to a callee's session and to a caller's that waits for a response. */
static void meet(osip_message_t *sip)
{
    struct sst_policy policy;
    struct sst_session session;
    struct sst_headers headers;
    struct sst_tx tx = {0};
    struct sst_advice advice;
    struct sst_verdict verdict;

    sst_policy_init(&policy);
    policy.mode = SST_MODE_REQUEST;
    HOLDS(sst_session_init(&session, &policy, SST_CALLEE) == SST_OK);
    if (sst_osip_receive(&session, &tx, sip, 1000, &advice) == SST_OK && advice.status == 0) {
        int result = sst_session_answer(&session, &tx, 200, 2000, &headers);
        HOLDS(result == SST_OK || result == SST_ERR_STATE);
    }
    HOLDS(sst_session_check(&session) == NULL);

    tx = (struct sst_tx){0};
    HOLDS(sst_session_init(&session, &policy, SST_CALLER) == SST_OK);
    HOLDS(sst_session_request(&session, &tx, SST_METHOD_INVITE, SST_REQUEST_OFFER, 0, &headers) ==
          SST_OK);
    (void)sst_osip_dispatch(&session, &tx, SST_OSIP_RESPONSE, sip, 1000, &verdict);
    HOLDS(sst_session_check(&session) == NULL);
}

/* The message as a local one. */
static void send(osip_message_t *sip)
{
    struct sst_policy policy;
    struct sst_session session;
    struct sst_tx tx = {0};
    struct sst_msg msg;

    sst_policy_init(&policy);
    policy.mode = SST_MODE_REQUIRE;
    HOLDS(sst_session_init(&session, &policy, SST_CALLER) == SST_OK);
    int size = osip_list_size(&sip->headers);
    int result = sst_osip_request(&session, &tx, sip, 0, 0);
    if (result != SST_OK) {
        HOLDS(osip_list_size(&sip->headers) == size);
        (void)sst_osip_answer(&session, NULL, sip, 0);
    } else {
        HOLDS(sst_osip_read(&msg, sip) == SST_OK);
        HOLDS(msg.method != SST_METHOD_INVITE || msg.session_expires == 1800);
    }
    HOLDS(sst_session_check(&session) == NULL);
    check_printable(sip);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const uses[])(osip_message_t *sip) = {write_headers, edit_as_proxy, meet, send};
    static bool ready;

    if (!ready) {
        ready = true;
        parser_init();
        osip_trace_initialize(TRACE_LEVEL0, stderr); /* its complaints about each input */
    }
    for (size_t i = 0; i < sizeof uses / sizeof uses[0]; i++) {
        /* Each starts from the message as received. */
        struct block text = block_of(data, size);
        osip_message_t *sip = parse(text.at, text.length);
        block_free(&text);
        if (sip == NULL) {
            return 0;
        }
        uses[i](sip);
        osip_message_free(sip);
    }
    return 0;
}
