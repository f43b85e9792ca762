/* SPDX-License-Identifier: MIT */
/*
 * The smallest host of libsst: one outgoing call and its refreshes.
 *
 * There is no SIP stack here. Requests are printed, the peer's responses are simulated, and the
 * clock jumps to whatever comes next. The peer answers the INVITE and three refreshes, and then
 * disappears.
 */
#include <sst/sst.h>

#include <stdio.h>

/* What a host keeps with each dialog. */
struct call {
    struct sst_session session; /* first, so that the session and its call have the same address */
    struct sst_tx tx;           /* the pending INVITE or UPDATE */
    enum sst_method method;     /* its method, SST_METHOD_OTHER if none is pending */
    uint64_t now_ms;            /* a real host asks its clock */
};

static void say(const struct call *call, const char *what, const char *name)
{
    printf("%5u s  %s %s\n", (unsigned)(call->now_ms / 1000), what, name);
}

/* Builds an INVITE or UPDATE: libsst knows which header fields go into it. */
static void send_request(struct call *call, enum sst_method method, unsigned flags)
{
    struct sst_headers headers;

    if (sst_session_request(&call->session, &call->tx, method, flags, call->now_ms, &headers) !=
        SST_OK) {
        return;
    }
    say(call, "sent", sst_method_name(method));
    for (size_t i = 0; i < headers.count; i++) {
        printf("           %s: %s\n", headers.item[i].name, headers.item[i].value);
    }
    call->method = method;
}

/* A response arrives: give libsst every header field; it picks out those it needs. */
static void receive_200(struct call *call)
{
    static const char *const fields[][2] = {
        {"Contact", "<sip:bob@192.0.2.2>"},
        {"Allow", "INVITE, ACK, BYE, CANCEL, UPDATE"},
        {"Require", "timer"},
        {"Session-Expires", "600;refresher=uac"},
    };
    struct sst_msg response;
    struct sst_verdict verdict;

    say(call, "received", "200");
    sst_msg_response(&response, 200, call->method, SST_CSEQ_UNKNOWN);
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        sst_msg_header(&response, fields[i][0], fields[i][1]);
    }
    call->method = SST_METHOD_OTHER;
    sst_session_response(&call->session, &call->tx, &response, call->now_ms, &verdict);
}

/* No response arrives: the transaction's Timer F fires (RFC 3261 §17.1.2.2). */
static void time_out(struct call *call)
{
    struct sst_verdict verdict;

    say(call, "timed out:", sst_method_name(call->method));
    call->method = SST_METHOD_OTHER;
    sst_session_failed(&call->session, &call->tx, SST_OUTCOME_TIMEOUT, call->now_ms, &verdict);
}

/* libsst wants something done, or has something to report. */
static int on_event(void *user, struct sst_session *session, const struct sst_event *event)
{
    struct call *call = (struct call *)session;

    (void)user;
    if (event->type == SST_EVENT_REFRESH) {
        unsigned flags = SST_REQUEST_REFRESH;

        if (event->with_offer) {
            flags |= SST_REQUEST_OFFER;
        }
        send_request(call, event->method, flags);
    } else if (event->type == SST_EVENT_ENDED) {
        say(call, "sent BYE:", sst_bye_reason(event->reason));
    } else {
        say(call, sst_event_name(event->type), sst_side_name(event->side));
    }
    return SST_CALLBACK_DONE;
}

int main(void)
{
    struct sst_policy policy;
    struct call call = {.now_ms = 0};

    sst_policy_init(&policy);
    policy.mode = SST_MODE_REQUEST;
    policy.session_expires = 600;
    policy.on_event = on_event;
    if (sst_session_init(&call.session, &policy, SST_CALLER) != SST_OK) {
        return 1;
    }
    send_request(&call, SST_METHOD_INVITE, SST_REQUEST_OFFER);

    int answers = 4;
    while (call.method != SST_METHOD_OTHER || sst_session_deadline(&call.session) != SST_NEVER) {
        if (call.method == SST_METHOD_OTHER) {
            call.now_ms = sst_session_deadline(&call.session);
            sst_session_advance(&call.session, call.now_ms);
        } else if (answers-- > 0) {
            call.now_ms += 1000;
            receive_200(&call);
        } else {
            call.now_ms += 32000;
            time_out(&call);
        }
    }
    return 0;
}
