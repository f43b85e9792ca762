/* SPDX-License-Identifier: MIT */
/* A host with one dialog, for the suites of the libosip2 adapter. */
#ifndef OSIP_HOST_H
#define OSIP_HOST_H

#include "osip_messages.h"

/* A host: one dialog, and what the last dispatched callback led to. */
static struct {
    struct sst_policy policy;
    struct sst_session session;
    struct sst_tx tx;
    struct sst_verdict verdict;
    uint64_t now_ms;
} host;

static inline void host_init(enum sst_mode mode, bool is_caller)
{
    memset(&host, 0, sizeof(host));
    sst_policy_init(&host.policy);
    host.policy.mode = mode;
    ck_assert_int_eq(
        sst_session_init(&host.session, &host.policy, is_caller ? SST_CALLER : SST_CALLEE), SST_OK);
    host.now_ms = 1000000;
}

static inline void host_request(osip_message_t *sip, unsigned flags)
{
    ck_assert_int_eq(sst_osip_request(&host.session, &host.tx, sip, flags, host.now_ms), SST_OK);
}

static inline int dispatch_response(osip_message_t *sip)
{
    int result = sst_osip_dispatch(&host.session, &host.tx, SST_OSIP_RESPONSE, sip, host.now_ms,
                                   &host.verdict);

    osip_message_free(sip);
    return result;
}

static inline struct sst_session_info info(void)
{
    struct sst_session_info result;

    sst_session_inspect(&host.session, &result);
    return result;
}

/* A call that is up: 1800 s, refreshed by this side, the peer allows UPDATE. */
static inline void host_call(void)
{
    host_init(SST_MODE_REQUEST, true);
    osip_message_t *sip = invite("");
    host_request(sip, 0);
    osip_message_free(sip);
    ck_assert_int_eq(dispatch_response(response("200 OK", "1 INVITE",
                                                "Session-Expires: 1800;refresher=uac\r\n"
                                                "Require: timer\r\n"
                                                "Allow: INVITE, UPDATE\r\n")),
                     SST_OK);
    ck_assert(host.verdict.refreshed);
    ck_assert_uint_eq(info().interval, 1800);
    ck_assert_int_eq(info().side, SST_SIDE_LOCAL);
}

#endif
